package compare

import (
	"math"
	"strings"
	"testing"

	"hulian/queries/stats/estimate"
)

// outcome is a comparison of a measure with a clear effect for the better and a p-value.
func outcome(t *testing.T, id string, p float64) Result {
	r := Result{Measure: measure(t, id), Effect: .2, Low: .05, High: .4, P: estimate.Of(p), Verdict: Inconclusive, Placebo: &Result{Effect: .001, P: estimate.Of(.9)}}
	r.Verdict = r.graded()
	return r
}

// TestThePlanCorrects: in order, an outcome behind one that shows nothing cannot be shown; together, and outside the plan, the false
// discovery rate is kept; the main outcome of a plan needs no correction.
func TestThePlanCorrects(t *testing.T) {
	all := []Result{outcome(t, "household_coverage", .02), outcome(t, "on_time_rate", .3), outcome(t, "vulnerable_coverage", .02),
		outcome(t, "attendance_rate", .04), outcome(t, "reconciliation_rate", .9), outcome(t, "items_done_rate", .9)}
	verdicts := func(plan *Registered) (said []Verdict) {
		for _, r := range Corrected(plan, all) {
			said = append(said, r.Verdict)
		}
		return said
	}
	order := &Registered{Outcomes: []string{"household_coverage", "on_time_rate", "vulnerable_coverage"}, InOrder: true}
	got := Corrected(order, all)
	if got[0].Verdict != Improved || got[0].Family.Standing != MainOutcome || got[1].Verdict != Inconclusive {
		t.Errorf("in order: %s and %s", got[0].Verdict, got[1].Verdict)
	}
	if got[2].Verdict != MaybeBetter || got[2].Family.P.Value != .3 || !strings.Contains(got[2].Why("en"), "3 measures") {
		t.Errorf("behind one without a change: %s, %v, %s", got[2].Verdict, got[2].Family.P, got[2].Why("en"))
	}
	// Outside the plan: p of 0.04, 0.9, 0.9 are 0.12, 0.9, 0.9.
	if got[3].Verdict != MaybeBetter || got[3].Family.Standing != Exploratory || got[3].Family.P.Value < .119 {
		t.Errorf("outside the plan: %s, %v", got[3].Verdict, got[3].Family)
	}
	// Together: 0.02, 0.3, 0.02 are 0.03, 0.3, 0.03.
	if v := verdicts(&Registered{Outcomes: order.Outcomes}); v[0] != Improved || v[1] != Inconclusive || v[2] != Improved {
		t.Errorf("together: %v", v)
	}
	// Without a plan: two of 0.02 among six are 0.06.
	if v := verdicts(nil); v[0] != MaybeBetter || v[2] != MaybeBetter {
		t.Errorf("without a plan: %v", v)
	}
}

// TestALatePlanSheltersNothing: an outcome that was registered when months compared were known may be the one that looked best, and is
// corrected with all others looked at, as if there were no plan. The plan still says which outcome is its main one.
func TestALatePlanSheltersNothing(t *testing.T) {
	all := []Result{outcome(t, "household_coverage", .02), outcome(t, "on_time_rate", .3), outcome(t, "attendance_rate", .4)}
	for i := range all {
		all[i].Design.After = []string{"2017-05", "2017-06"}
	}
	for to, want := range map[string]struct {
		p       float64
		verdict Verdict
		state   Held
	}{"2017-04": {.02, Improved, Met}, "2017-05": {.06, MaybeBetter, Unmet}} {
		plan := &Registered{Outcomes: []string{"household_coverage"}, InOrder: true, KnownTo: to}
		got := Corrected(plan, all)
		if f := got[0].Family; f.Standing != MainOutcome || math.Abs(f.P.Value-want.p) > 1e-9 || got[0].Verdict != want.verdict {
			t.Errorf("known up to %s: %+v, %s", to, f, got[0].Verdict)
		}
		if c := (telling{Report{Result: got[0], All: got, Known: Known{Plan: plan}}, "en"}).several(); c.State != want.state {
			t.Errorf("known up to %s: %+v", to, c)
		}
	}
}

// TestWhetherThePlanCameFirst counts the months whose data there were when the plan was written down.
func TestWhetherThePlanCameFirst(t *testing.T) {
	r := Compare(panel(t, starts, flat, .2, .02, seeded(1)))
	for _, c := range []struct{ to, en, zh string }{
		{"2017-04", "The plan came first", "方案先于结果"},
		{"2017-06", "when 2 of the 4 months", "4个比较月份中有2个已有数据"},
		{"2018-01", "when 4 of the 4 months", "方案不早于结果"},
	} {
		plan := &Registered{Outcomes: []string{"household_coverage"}, KnownTo: c.to}
		if en, zh := r.Planned(plan, "2018-02-01", "en"), r.Planned(plan, "2018-02-01", "zh"); !strings.Contains(en, c.en) || !strings.Contains(zh, c.zh) {
			t.Errorf("%s: %s %s", c.to, en, zh)
		}
	}
	plan := &Registered{Outcomes: []string{"on_time_rate"}, KnownTo: "2017-04"}
	if said := Corrected(plan, []Result{r})[0].Planned(plan, "2017-04-20", "en"); !strings.Contains(said, "exploratory") {
		t.Errorf("outside the plan: %s", said)
	}
	plan = &Registered{Outcomes: []string{"household_coverage"}, Better: true}
	worse := Corrected(plan, []Result{Compare(panel(t, starts, flat, -.2, .02, seeded(1)))})[0]
	if !plan.Against(worse) || !strings.Contains(worse.Planned(plan, "2017-04-20", "en"), "against the direction") {
		t.Error("a clear change for the worse is against the plan")
	}
}
