package trail

import (
	"strings"

	"hulian/dashboards/visitor"
)

// aboutPersons are the actions whose object names a person or a household by its ID, behind the page or the export.
var aboutPersons = map[Action]bool{ViewedEvidence: true, SetAside: true, TookBack: true}

// Shown is an entry as the visitor may read it: IDs of persons and households whom he may not see are pseudonyms.
func (e Entry) Shown(v visitor.Visitor, names visitor.Pseudonyms) Entry {
	words := strings.Fields(e.Object)
	if !aboutPersons[e.Action] || len(words) < 2 || v.SeesPerson(e.Place) {
		return e
	}
	for i, word := range words {
		if i > 0 && word != e.Place.Town && word != e.Place.Village && word != e.Place.Branch {
			words[i] = names.Of(visitor.Member, word)
		}
	}
	e.Object = strings.Join(words, " ")
	return e
}
