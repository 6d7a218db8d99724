package visitor

import (
	"fmt"
	"hulian/data"
	"slices"
	"strings"
)

// Origin is the way a visitor comes in.
type Origin string

// Origins.
const (
	Web      Origin = "web"
	API      Origin = "api"
	CLI      Origin = "cli"
	Schedule Origin = "schedule"
)

// Words is the way in words.
func (o Origin) Words() data.Text {
	return map[Origin]data.Text{Web: {Zh: "网页", En: "web"}, API: {Zh: "接口", En: "api"}, CLI: {Zh: "命令行", En: "cli"}, Schedule: {Zh: "定时", En: "schedule"}}[o]
}

// Visitor is who asks, and on whose behalf.
type Visitor struct {
	Account string // the name to sign in with; empty for the schedule
	Name    string // as people call him, shown on pages and in the trail
	Role    Role
	Scope   Scope
	Origin  Origin
	Only    Permission // of the role's permissions those a token may use; 0: all of them
}

// Operator is whoever runs commands, or the clock, on the machine that holds the town's files: they are his anyway, and he may
// everything. No account can be one.
func Operator(account string, from Origin) Visitor {
	return Visitor{Account: account, Name: account, Role: operator, Origin: from}
}

// Author is how what somebody enters is signed: the name people know him by, and the account, which is his alone.
func (v Visitor) Author() string {
	if v.Name == "" || v.Name == v.Account {
		return v.Account
	}
	return v.Name + " (" + v.Account + ")"
}

// Everywhere reports whether the visitor's rights end at no town.
func (v Visitor) Everywhere() bool { return v.Role == operator }

// Scope is the part of the world a role is held for. Towns alone are whole towns; a village narrows to it, a branch further,
// a member to himself. IDs are those of the units of today; the caller leads the ID of a former village to its successor.
type Scope struct {
	Towns   []string // several for the county only
	Village string
	Branch  string
	Member  string
}

// String is the scope in one line, for people: town/village/branch/member, towns joined with commas.
func (s Scope) String() string {
	towns := slices.Sorted(slices.Values(s.Towns))
	parts := []string{strings.Join(towns, ","), s.Village, s.Branch, s.Member}
	for len(parts) > 1 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return strings.Join(parts, "/")
}

// Place is where something belongs to, with everything above it: a branch names its village and town too. A Place without
// a village is the town as a whole.
type Place struct {
	Town    string
	Village string
	Branch  string
	Member  string // of what is about one member himself
}

// holds reports whether a place lies inside the scope.
func (s Scope) holds(p Place) bool {
	return p.Town != "" && slices.Contains(s.Towns, p.Town) &&
		(s.Village == "" || s.Village == p.Village) &&
		(s.Branch == "" || s.Branch == p.Branch) &&
		(s.Member == "" || s.Member == p.Member)
}

// Key tells visitors apart who may see different things: what is made for one serves every other with an equal key. It
// belongs into the key of every cache of what pages show.
func (v Visitor) Key() string {
	return fmt.Sprintf("%q %q %q %q %q %d", v.Role, slices.Sorted(slices.Values(v.Scope.Towns)), v.Scope.Village, v.Scope.Branch, v.Scope.Member, v.Only)
}

// SignedIn reports whether there is somebody with a role that is known and a scope that fits it.
func (v Visitor) SignedIn() bool { return v.rights().may != 0 }

// rights is what the visitor's role allows; nothing where the scope is not one the role can be held for.
func (v Visitor) rights() rights {
	if v.Everywhere() {
		return rights{may: lastPermission - 1}
	}
	r, known := table[v.Role]
	if !known || v.Scope.Check(v.Role) != nil {
		return rights{}
	}
	if v.Only != 0 {
		r.may &= v.Only
	}
	return r
}

// May reports whether the visitor may do something somewhere: he has the permission and his scope holds the place.
func (v Visitor) May(p Permission, at Place) bool { return v.rights().holds(p) && v.reaches(at) }

func (v Visitor) reaches(at Place) bool { return v.Everywhere() || v.Scope.holds(at) }

// MayAnywhere reports whether the visitor may do something at any place of his scope, to offer a form or a page at all; what
// it is then done to is asked with May.
func (v Visitor) MayAnywhere(p Permission) bool { return v.rights().holds(p) }

// Own is the part of a town for which the role is held.
func (v Visitor) Own(town Place) Place {
	town.Village, town.Branch = v.Scope.Village, v.Scope.Branch
	return town
}

// SeesUnit reports whether the visitor may see the measures of a unit. Measures of towns, villages and branches are open to
// everybody of the town, since the programme compares them in public; a member's own are for those who see his name.
func (v Visitor) SeesUnit(at Place) bool {
	if at.Member != "" {
		return v.SeesPerson(at)
	}
	return v.rights().holds(SeePages) && v.OfTown(at)
}

// OfTown reports whether the visitor belongs to the town of a place, whatever part of it his role is held for.
func (v Visitor) OfTown(at Place) bool {
	return v.Everywhere() || at.Town != "" && slices.Contains(v.Scope.Towns, at.Town)
}

// SeesPerson reports whether the visitor may see names, addresses and IDs of the persons and households of a place in full.
func (v Visitor) SeesPerson(at Place) bool { return v.May(SeePersons, at) }

// SeesEvidence reports whether the visitor may see restricted evidence about persons of a place: reserve cadres, conduct.
func (v Visitor) SeesEvidence(at Place) bool { return v.May(SeeEvidence, at) }

// ReadsTrail reports whether the visitor may read what the audit trail holds of a place.
func (v Visitor) ReadsTrail(at Place) bool { return v.May(ReadTrail, at) }
