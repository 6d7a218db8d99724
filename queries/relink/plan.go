package relink

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Bond is why a household is linked to its member, as far as that is known.
type Bond int

// The bonds, the weakest first.
const (
	Other Bond = iota // not known, or for convenience
	Near              // neighbours
	Kin
)

// Member is a party member of the grid.
type Member struct {
	ID     string
	Exempt bool // from linking, by a decision of the branch meeting
}

// Household is a household of the grid and the link it has today.
type Household struct {
	ID     string
	Member string // who links it; empty: nobody
	Bond   Bond
	Since  string // the day the link began, YYYY-MM-DD; empty: not known. Of links alike, the newest is changed first.
}

// Grid is what one proposal is made for.
type Grid struct {
	ID         string
	Members    []Member
	Households []Household
}

// Reason is why a link is changed.
type Reason string

// The reasons.
const (
	Unlinked  Reason = "unlinked"  // the household had no member
	Exempt    Reason = "exempt"    // its member is exempt
	Elsewhere Reason = "elsewhere" // its member belongs to another grid, or to none
	Excess    Reason = "excess"    // its member carries too many
)

// Change is one link to change.
type Change struct {
	Household string
	From      string // the member today; empty: nobody
	To        string
	Bond      Bond // of the link that is cut
	Reason    Reason
}

// Load is how many households an active member has, in counts of households.
type Load struct {
	Member        string
	Before, After int
}

// Plan is the proposal for one grid.
type Plan struct {
	Grid    string
	Changes []Change // by household
	Loads   []Load   // of the active members, by ID
	Excess  int      // households above the limit that remain, over all members
	Missing int      // members that the grid lacks to be without excess
	Without int      // households that stay without a member, because the grid has no active one
}

// Limit of households a member is at least this.
const smallestLimit = 1

// ErrLimit says that a limit allows no household at all.
var ErrLimit = errors.New("a member must be allowed to link at least one household")

// ErrTwice says that an ID stands twice in a grid.
var ErrTwice = errors.New("it is listed twice")

// errUnproven says that the search ended with a flow that is not the best one, which would be a fault of this package.
var errUnproven = errors.New("the proposal could not be proven to be the best")

// Propose makes the plan of one grid. Limit is the number of households a member can carry. It fails with ErrLimit, and with ErrTwice
// for an ID that stands twice. A grid without an active member has a plan without changes that says how many hands are missing.
func Propose(grid Grid, limit int) (Plan, error) {
	if limit < smallestLimit {
		return Plan{}, ErrLimit
	}
	if err := distinct(grid); err != nil {
		return Plan{}, err
	}
	s := sorted(grid)
	plan := Plan{Grid: grid.ID, Missing: max(0, (len(grid.Households)+limit-1)/limit-len(s.active))}
	if len(s.active) == 0 {
		plan.Without = len(grid.Households)
		return plan, nil
	}
	kept, taken := s.solve(limit)
	if kept == nil {
		return Plan{}, fmt.Errorf("grid %s: %w", grid.ID, errUnproven)
	}
	plan.Changes = s.changes(kept, taken)
	for i, id := range s.active {
		load := Load{Member: id, Before: s.before(i), After: taken[i]}
		for bond := range s.linked[i] {
			load.After += kept[i][bond]
		}
		plan.Excess += max(0, load.After-limit)
		plan.Loads = append(plan.Loads, load)
	}
	return plan, nil
}

func distinct(grid Grid) error {
	seen := map[string]bool{}
	for _, m := range grid.Members {
		if seen[m.ID] {
			return fmt.Errorf("grid %s: member %s: %w", grid.ID, m.ID, ErrTwice)
		}
		seen[m.ID] = true
	}
	clear(seen)
	for _, h := range grid.Households {
		if seen[h.ID] {
			return fmt.Errorf("grid %s: household %s: %w", grid.ID, h.ID, ErrTwice)
		}
		seen[h.ID] = true
	}
	return nil
}

// sorting is a grid by who has what.
type sorting struct {
	active []string           // IDs of the members who may hold households, sorted
	linked [][Kin + 1]linking // what each of them holds today, by bond, the oldest link first
	loose  []Change           // households that need another member in any case, by ID; To is empty
}

type linking []Household

func sorted(grid Grid) sorting {
	exempt := map[string]bool{}
	var s sorting
	for _, m := range grid.Members {
		exempt[m.ID] = m.Exempt
		if !m.Exempt {
			s.active = append(s.active, m.ID)
		}
	}
	slices.Sort(s.active)
	s.linked = make([][Kin + 1]linking, len(s.active))
	for _, h := range grid.Households {
		reason := Elsewhere
		switch i, holds := slices.BinarySearch(s.active, h.Member); {
		case h.Member == "":
			reason = Unlinked
		case holds:
			s.linked[i][h.Bond] = append(s.linked[i][h.Bond], h)
			continue
		case exempt[h.Member]:
			reason = Exempt
		}
		s.loose = append(s.loose, Change{Household: h.ID, From: h.Member, Bond: h.Bond, Reason: reason})
	}
	for i := range s.linked {
		for bond := range s.linked[i] {
			slices.SortFunc(s.linked[i][bond], func(a, b Household) int {
				return cmp.Or(cmp.Compare(a.Since, b.Since), cmp.Compare(a.ID, b.ID))
			})
		}
	}
	return s
}

func (s sorting) before(member int) (count int) {
	for _, held := range s.linked[member] {
		count += len(held)
	}
	return count
}

// changes names the households behind the counts: kept is how many of each bond every member keeps, taken how many others he takes.
func (s sorting) changes(kept [][Kin + 1]int, taken []int) []Change {
	moved := slices.Clone(s.loose)
	for i, id := range s.active {
		for bond, held := range s.linked[i] {
			for _, h := range held[kept[i][bond]:] {
				moved = append(moved, Change{Household: h.ID, From: id, Bond: h.Bond, Reason: Excess})
			}
		}
	}
	slices.SortFunc(moved, func(a, b Change) int { return cmp.Compare(a.Household, b.Household) })
	next := 0
	for i, count := range taken {
		for range count {
			moved[next].To = s.active[i]
			next++
		}
	}
	return moved
}
