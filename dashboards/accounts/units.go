package accounts

import (
	"fmt"
	"maps"
	"slices"

	"hulian/dashboards/visitor"
)

// Units are the villages and branches of a town, to hold roles for. The zero Units say that nothing is published yet.
type Units struct {
	Villages []string          // IDs
	Branches map[string]string // the village of each branch
}

// UnitError says that a role is to be held for a village or branch that is not there, or not in that village.
type UnitError struct {
	Level string // village or branch
	ID    string
	Known []string // IDs there are
	In    string   // village the branch belongs to, where another one was named
}

func (e *UnitError) Error() string {
	if e.In != "" {
		return fmt.Sprintf("branch %s belongs to village %s", e.ID, e.In)
	}
	return fmt.Sprintf("there is no %s %q", e.Level, e.ID)
}

// Place completes a scope by the village of its branch, and refuses places that are not there with a *UnitError. Where nothing is
// published yet the scope stays as it is.
func (u Units) Place(s visitor.Scope) (visitor.Scope, error) {
	if len(u.Villages) == 0 {
		return s, nil
	}
	if s.Branch != "" {
		village, known := u.Branches[s.Branch]
		switch {
		case !known:
			return s, &UnitError{Level: "branch", ID: s.Branch, Known: slices.Sorted(maps.Keys(u.Branches))}
		case s.Village == "":
			s.Village = village
		case s.Village != village:
			return s, &UnitError{Level: "branch", ID: s.Branch, In: village}
		}
	}
	if s.Village != "" && !slices.Contains(u.Villages, s.Village) {
		return s, &UnitError{Level: "village", ID: s.Village, Known: u.Villages}
	}
	return s, nil
}
