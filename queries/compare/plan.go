package compare

import (
	"math"
	"slices"
	"strings"

	"hulian/queries"
	"hulian/queries/stats/discovery"
	"hulian/queries/stats/estimate"
)

// Registered is how a comparison was to be made, as somebody wrote it down.
type Registered struct {
	Outcomes []string        // IDs of measures, the main one first
	InOrder  bool            // outcomes are tested in their order, each at 5%, until one shows no change; else together
	Better   bool            // a change for the better was expected; else either way
	Smallest float64         // smallest effect of the main outcome worth having, in its unit (a share: 0.05); above 0
	KnownTo  string          // last month with data when it was written down
	Villages string          // the pilots and their starts then, as Pilots writes them
	Revised  bool            // the data known then have been changed since
	Rule     string          // the rule of comparison: not_begun, by_start or before_after
	Unmoved  string          // ID of a measure that the programme should not move; empty: none is named
	Cost     estimate.Number // of the pilots over the months compared, in yuan
}

// Main is the outcome that the conclusion rests on; empty without a plan.
func (p *Registered) Main() string {
	if p == nil || len(p.Outcomes) == 0 {
		return ""
	}
	return p.Outcomes[0]
}

// Known counts the months since the start that are compared, and those of them whose data there were when the plan was written
// down. Who had looked at them by then is not known.
func (p *Registered) Known(d Design) (known, of int) {
	for _, month := range d.After {
		if month <= p.KnownTo {
			known++
		}
	}
	return known, len(d.After)
}

// late reports whether data of months compared were there when the plan was written down.
func (p *Registered) late(all []Result) bool {
	i := slices.IndexFunc(all, func(r Result) bool { return r.Measure.ID == p.Main() })
	if i < 0 {
		return false
	}
	known, _ := p.Known(all[i].Design)
	return known > 0
}

// Pilots writes down the pilots of a panel and when they begin, so that a later look can tell whether they were changed.
func Pilots(villages []Village) string {
	var all []string
	for _, v := range villages {
		if v.Pilot {
			all = append(all, v.ID+" "+v.Start)
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// Standing is what an outcome is to the plan.
type Standing string

// The standings.
const (
	Alone       Standing = ""            // not corrected: it was looked at by itself
	MainOutcome Standing = "main"        // the plan's first
	Secondary   Standing = "secondary"   // another outcome of the plan
	Exploratory Standing = "exploratory" // outside the plan, or there is none
)

// Family is what looking at several outcomes makes of one of them.
type Family struct {
	Standing Standing
	P        estimate.Number // corrected
	Of       int             // outcomes tested together, or in order
}

// Corrected grades outcomes again as members of families. With a plan in order the p-value of an outcome is the largest of its own
// and those before it (fixed-sequence procedure: Maurer, Hothorn & Lehmacher 1995; Dmitrienko & D'Agostino 2013, Statistics in
// Medicine 32:5172–5218); planned outcomes without an order, and all outcomes outside a plan, are two families whose share of
// false findings is kept at 5% (Benjamini & Hochberg 1995). A plan of one outcome leaves that one as it is. A plan that was written down
// when months compared were known shelters nothing: its outcomes may be those that looked best, and count among all that were looked at.
func Corrected(plan *Registered, all []Result) []Result {
	all = slices.Clone(all)
	var planned, others []int
	if plan != nil {
		for _, id := range plan.Outcomes {
			if i := slices.IndexFunc(all, func(r Result) bool { return r.Measure.ID == id }); i >= 0 {
				planned = append(planned, i)
			}
		}
	}
	for i, r := range all {
		if !slices.Contains(planned, i) && Comparable(r.Measure) {
			others = append(others, i)
		}
	}
	switch {
	case plan != nil && plan.late(all):
		together(all, slices.Concat(planned, others), Exploratory)
		for _, i := range planned {
			all[i].Family.Standing = Secondary
		}
	case plan != nil && plan.InOrder:
		inOrder(all, planned)
		together(all, others, Exploratory)
	default:
		together(all, planned, Secondary)
		together(all, others, Exploratory)
	}
	for k, i := range planned {
		if k == 0 && plan.Main() == all[i].Measure.ID {
			all[i].Family.Standing = MainOutcome
		}
	}
	for i := range all {
		if all[i].Verdict != NotEstimable {
			all[i].Verdict = all[i].graded()
		}
	}
	return all
}

func inOrder(all []Result, members []int) {
	most := 0.0
	for _, i := range members {
		p, known := all[i].P.Get()
		if !known {
			p = 1 // nothing can be shown of it, nor of what stands behind it
		}
		most = math.Max(most, p)
		all[i].Family = Family{Standing: Secondary, P: estimate.Of(most), Of: len(members)}
	}
}

func together(all []Result, members []int, standing Standing) {
	p := make([]float64, len(members))
	tests := 0
	for k, i := range members {
		p[k] = all[i].P.Or(math.NaN())
		if !math.IsNaN(p[k]) {
			tests++
		}
	}
	for k, adjusted := range discovery.Adjusted(p) {
		f := Family{Standing: standing, Of: tests}
		if !math.IsNaN(adjusted) {
			f.P = estimate.Of(adjusted)
		}
		all[members[k]].Family = f
	}
}

// Survives reports whether the finding is one still when all outcomes looked at are counted.
func (r Result) Survives() bool { return r.Family.Standing == Alone || r.Family.P.Or(1) <= significant }

// Against reports whether the outcome moved the other way than the plan expected, clearly.
func (p *Registered) Against(r Result) bool {
	return p != nil && p.Better && r.Family.Standing == MainOutcome && r.ZeroRuledOut() && better(r.Measure)*r.Effect < 0
}

// better is 1 where more of a measure is better, −1 where less is, and 0 where neither is.
func better(m queries.Measure) float64 {
	return map[queries.Direction]float64{queries.Up: 1, queries.Down: -1}[m.Direction]
}
