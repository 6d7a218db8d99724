package synthetic

import (
	"cmp"
	"math"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"hulian/queries/stats/estimate"
)

// Space is the placebo in space: what the method finds for units to which nothing was done.
type Space struct {
	Units     []Fit           // all units, by ratio, the largest first
	Rank      int             // of the treated unit's ratio; 0 where it is not judged
	RankByATT int             // of the size of its mean gap
	PRank     estimate.Number // rank ÷ units
	PByATT    estimate.Number // (1 + placebos with a mean gap as large) ÷ units
}

// each runs f for 0 to n − 1 on all processors; results go by number, so that their order does not depend on timing.
func each(n int, f func(i int)) {
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		g.Go(func() error { f(i); return nil })
	}
	_ = g.Wait() // none of them fails
}

// without gives the units but one.
func without(units []int, one int) []int {
	return slices.DeleteFunc(slices.Clone(units), func(u int) bool { return u == one })
}

// inSpace calls every donor treated, with the other donors as its donors (Abadie, Diamond & Hainmueller 2010, section 2.4).
func (r *ControlResult) inSpace(treated int, donors []int) {
	fits := make([]Fit, len(donors))
	found := make([]bool, len(donors))
	each(len(donors), func(i int) {
		fits[i], found[i] = r.fit(donors[i], without(donors, donors[i]), r.before, r.after, r.fitAt)
	})
	s := Space{Units: []Fit{r.Fit}}
	for i, f := range fits {
		if found[i] {
			s.Units = append(s.Units, f)
		}
	}
	if left := len(donors) + 1 - len(s.Units); left > 0 {
		r.warn(estimate.NotEstimable, "no mix can be found for %d comparison units: they are left out of the placebo test", left)
	}
	slices.SortStableFunc(s.Units, func(a, b Fit) int { return cmp.Compare(b.size(), a.size()) })
	r.Space = s
	if r.Unique {
		r.Space.judge(r.Fit)
		if least := 1 / float64(len(s.Units)); least > 0.05 {
			r.warn(estimate.SmallBase, "%d units: whatever came out, the placebo p-value could not be below %.3f", len(s.Units), least)
		}
	}
	undecided := 0
	for _, f := range s.Units {
		if !f.Unique && f.Unit != r.panel.Units[treated] {
			undecided++
		}
	}
	if undecided > 0 {
		r.warn(estimate.Convention, "%d placebo units have more than one mix that fits as well: those that fit perfectly before the start count as larger than the treated unit", undecided)
	}
}

// size is the ratio, infinite where the fit before the start is perfect.
func (f Fit) size() float64 {
	if f.PerfectBefore {
		return math.Inf(1)
	}
	return f.Ratio.Or(0)
}

func (s *Space) judge(treated Fit) {
	s.Rank, s.RankByATT = 0, 0
	for _, f := range s.Units {
		if f.size() >= treated.size() {
			s.Rank++ // the treated unit itself among them
		}
		if math.Abs(f.ATT.Value) >= math.Abs(treated.ATT.Value) {
			s.RankByATT++
		}
	}
	n := float64(len(s.Units))
	s.PRank, s.PByATT = estimate.Of(float64(s.Rank)/n), estimate.Of(float64(s.RankByATT)/n)
}

// leaveOut leaves out every donor with weight, all else equal: does the effect hang on one of them?
func (r *ControlResult) leaveOut(treated int, donors []int) {
	if len(donors) < 3 {
		return // a mix of one is none
	}
	var out []int
	for _, w := range r.Weights {
		out = append(out, slices.Index(r.panel.Units, w.Unit))
	}
	fits := make([]Fit, len(out))
	found := make([]bool, len(out))
	each(len(out), func(i int) {
		fits[i], found[i] = r.fit(treated, without(donors, out[i]), r.before, r.after, r.fitAt)
		fits[i].Unit = r.panel.Units[out[i]]
	})
	for i, f := range fits {
		if !found[i] {
			continue
		}
		r.LeftOut = append(r.LeftOut, f)
		att := f.ATT.Value
		r.ATTLow = estimate.Of(math.Min(att, r.ATTLow.Or(att)))
		r.ATTHigh = estimate.Of(math.Max(att, r.ATTHigh.Or(att)))
	}
}

// inTime moves the start to before the true one; the periods from the true start on are not looked at.
func (r *ControlResult) inTime(treated int, donors []int) {
	n := len(r.before)
	at := n - n/3
	if start, ok := r.options.FakeStart.Get(); ok {
		at = 0
		for at < n && float64(r.panel.Periods[r.before[at]]) < start {
			at++
		}
	}
	if at < 2 || at >= n {
		r.warn(estimate.NotEstimable, "no placebo in time: the moved start needs two periods before it and one between it and the true start")
		return
	}
	before, after := r.before[:at], r.before[at:]
	if r.panel.alike(donors, before) {
		r.warn(estimate.NotEstimable, "no placebo in time: the comparison units have the same outcomes before the moved start")
		return
	}
	f, ok := r.fit(treated, donors, before, after, before)
	if !ok {
		return
	}
	f.LastGap = estimate.Of(f.gaps[after[len(after)-1]])
	t := r.panel.Periods
	r.Time = &InTime{Fit: f, FakeStart: t[after[0]], Pre: Range{t[before[0]], t[before[at-1]]}, Post: Range{t[after[0]], t[after[len(after)-1]]},
		Weights: r.panel.weights(donors, f.weights)}
	for _, g := range r.gapsOf(treated, f) {
		if g.Time >= r.Time.Pre.From && g.Time <= r.Time.Post.To {
			r.Time.Gaps = append(r.Time.Gaps, g)
		}
	}
}
