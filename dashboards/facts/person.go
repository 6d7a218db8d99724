package facts

import "hulian/dashboards/visitor"

// place is where something in a village and branch belongs to.
func (f Facts) place(village, branch string) visitor.Place {
	return visitor.Place{Town: f.Town.ID, Village: village, Branch: branch}
}

// person is the name of a person of a place as the visitor may see it: in full, or the surname and asterisks.
func (f Facts) person(v visitor.Visitor, at visitor.Place, name string) string {
	if v.SeesPerson(at) {
		f.Disclosed.note(name)
	}
	return v.Person(at, name)
}

// SeesFile reports whether the visitor may see the rows of a file: of one he has handed in himself, or as somebody who sees
// the persons of the whole town.
func (f Facts) SeesFile(v visitor.Visitor, id string) bool { return f.HandedIn[id] || f.SeesPersons(v) }

// hidden stands for a value that a visitor may not see, and for nothing where there is none.
func hidden(value string) string {
	if value == "" {
		return ""
	}
	return "•••"
}

// id is the ID of a person or household of a place as the visitor may see it: itself, or its pseudonym.
func (f Facts) id(v visitor.Visitor, s visitor.Subject, at visitor.Place, id string) string {
	if v.SeesPerson(at) {
		f.Disclosed.note(id)
	}
	return v.ID(f.Pseudonyms, s, at, id)
}

// SeesPersons reports whether the visitor may see the names of persons of the whole town in full.
func (f Facts) SeesPersons(v visitor.Visitor) bool { return v.SeesPerson(f.place("", "")) }
