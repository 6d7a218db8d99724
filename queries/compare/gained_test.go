package compare

import (
	"math"
	"slices"
	"strings"
	"testing"

	"hulian/queries/reading"
	"hulian/queries/stats/estimate"
)

// TestWhoGained: of three pilots one gains 40 points and two none; its interval leaves the others' changes out, and a village on a small
// base is shown without one.
func TestWhoGained(t *testing.T) {
	p := panel(t, starts, flat, 0, .004, seeded(5))
	for k := 15; k < len(months); k++ {
		m := &p.Series["V01"][k]
		m.Numerator += 400
		m.Value = m.Numerator / m.Denominator
	}
	for k := range months {
		p.Series["V03"][k] = reading.Month{Month: months[k], Numerator: 0, Denominator: .1, Value: 0}
	}
	p.Measure.MinBase = 10
	gained := Compare(p).ByVillage()
	if len(gained) != 3 || math.Abs(gained[0].More-.4) > .02 || !(gained[0].Low > .3 && gained[0].High < .5) {
		t.Errorf("the one that gained: %+v", gained)
	}
	if g := gained[1]; math.Abs(g.More) > .02 || !(g.Low < 0 && g.High > 0) {
		t.Errorf("one that did not: %+v", g)
	}
	if g := gained[2]; !g.Small || !math.IsNaN(g.Low) {
		t.Errorf("a small base is judged: %+v", g)
	}
}

// TestSplitsCompareLikeWithLike: only villages with few people a hand gain. Hands that are not known of all villages split nothing.
func TestSplitsCompareLikeWithLike(t *testing.T) {
	p := panel(t, []string{"2017-05", "2017-05", "2017-05", "2017-05", "", "", "", "", "", "", "", ""}, flat, 0, .004, seeded(6))
	hands := map[string]float64{}
	for i, v := range p.Villages {
		hands[v.ID] = float64(50 + 50*(i%2))
		if v.Pilot && i%2 == 0 {
			for k := 15; k < len(months); k++ {
				m := &p.Series[v.ID][k]
				m.Numerator += 300
				m.Value = m.Numerator / m.Denominator
			}
		}
	}
	r := Compare(p)
	splits := r.Splits(p, hands)
	if len(splits) != 2 || splits[0].By != ByHands || math.Abs(splits[0].Low.Effect-.3) > .02 || math.Abs(splits[0].High.Effect) > .02 {
		t.Errorf("%+v", splits)
	}
	delete(hands, "V05")
	if s := r.Splits(p, hands); len(s) != 1 || s[0].By != ByLevel {
		t.Errorf("with a village whose hands are not known: %+v", s)
	}
}

// TestPilotsAgainstRollout: a rollout that gains as much by months since its own start is not told from the pilots; one that gains nothing is.
func TestPilotsAgainstRollout(t *testing.T) {
	alike := panel(t, starts, flat, .2, .005, seeded(7))
	for _, series := range alike.Series { // which began at another time of the year: without the season, no difference is left
		for k := range series {
			series[k].Numerator -= 30 * math.Sin(float64(k)/2)
			series[k].Value = series[k].Numerator / series[k].Denominator
		}
	}
	same, ok := AgainstRollout(alike)
	if !ok || math.Abs(same.Effect) > .04 || same.ZeroRuledOut() {
		t.Errorf("alike: %+v", same.Effect)
	}
	p := panel(t, starts, flat, 0, .005, seeded(8))
	for _, v := range p.Villages[:3] {
		for k := 15; k < len(months); k++ {
			m := &p.Series[v.ID][k]
			m.Numerator += 300
			m.Value = m.Numerator / m.Denominator
		}
	}
	apart, _ := AgainstRollout(p)
	if apart.Effect < .2 || !apart.ZeroRuledOut() {
		t.Errorf("apart: %v, p %v", apart.Effect, apart.P)
	}
	said := ReportOf(p, Compare(p), nil, Known{}).WavesSaid("en")
	if !strings.Contains(said, "The pilots gained more.") || !strings.Contains(said, "no conclusion by itself") {
		t.Error(said)
	}
	if _, ok := AgainstRollout(panel(t, []string{"2017-05", "", ""}, flat, 0, 0, nil)); ok {
		t.Error("there is no rollout")
	}
}

// TestSpillOverIsSeen: of the villages compared with, those beside a pilot gain half as much; without places nothing is said.
func TestSpillOverIsSeen(t *testing.T) {
	p := panel(t, []string{"2017-05", "2017-05", "2017-05", "2017-05", "", "", "", "", "", "", "", ""}, flat, .3, .004, seeded(9))
	for _, v := range p.Villages[4:8] {
		for k := 15; k < len(months); k++ {
			m := &p.Series[v.ID][k]
			m.Numerator += 150
			m.Value = m.Numerator / m.Denominator
		}
	}
	beside := func(a, b string) (float64, bool) { return map[bool]float64{false: 1}[b <= "V08"], true }
	r := Compare(p)
	s := r.SpillOver(p, beside)
	if !s.Known || !s.Touching || len(s.Near) != 4 || math.Abs(s.Moved.Effect-.15) > .02 || math.Abs(s.Without.Effect-.3) > .02 {
		t.Errorf("%+v", s)
	}
	state := func(k Known) Held {
		all := ReportOf(p, r, []Result{r}, k).Conditions("en")
		return all[slices.IndexFunc(all, func(c Condition) bool { return c.ID == "spill" })].State
	}
	if state(Known{Apart: beside}) != Unmet || state(Known{}) != Unanswered {
		t.Errorf("known %s, unknown %s", state(Known{Apart: beside}), state(Known{}))
	}
}

// TestCosts: 24,000 yuan for about 2,400 households are 10 each; unknown is said, never 0; nothing gained costs nothing each.
func TestCosts(t *testing.T) {
	p := panel(t, starts, flat, .2, .01, seeded(1))
	r := Compare(p)
	c := r.Costs(estimate.Of(24_000))
	if math.Abs(c.Per.Value-10) > 1 || !(c.Low.Value < c.Per.Value && c.Per.Value < c.High.Value) {
		t.Errorf("%+v", c)
	}
	if c := r.Costs(estimate.Number{}); c.Per.Known || c.Total.Known {
		t.Errorf("unknown: %+v", c)
	}
	worse := panel(t, starts, flat, -.2, .01, seeded(1))
	if c := Compare(worse).Costs(estimate.Of(24_000)); c.Per.Known {
		t.Errorf("nothing was gained: %+v", c)
	}
	plan := &Registered{Outcomes: []string{"household_coverage"}, Smallest: .05, KnownTo: "2017-04"}
	if said := ReportOf(p, r, []Result{r}, Known{Plan: plan}).Costing("zh"); !strings.Contains(said, "费用未知") {
		t.Error(said)
	}
}

// TestNoCostWithoutAConclusion: where it cannot be concluded that anything was gained, nothing is said to have cost so much.
func TestNoCostWithoutAConclusion(t *testing.T) {
	p := panel(t, starts, flat, .005, .03, seeded(1))
	r := Compare(p)
	plan := &Registered{Outcomes: []string{"household_coverage"}, Smallest: .05, KnownTo: "2017-04", Cost: estimate.Of(24_000)}
	if said := ReportOf(p, r, []Result{r}, Known{Plan: plan}).Costing("en"); r.Verdict != Inconclusive || said != "It cost 24,000 yuan; the data do not allow a conclusion, and no cost for each." {
		t.Errorf("%s: %s", r.Verdict, said)
	}
}

// TestGapsAreNamed: months whose source did not speak are counted and named; a month in which nothing was due is none of them.
func TestGapsAreNamed(t *testing.T) {
	p := panel(t, starts, flat, .2, .01, seeded(1))
	p.Series["V01"][14] = reading.Month{Month: months[14], Numerator: math.NaN(), Denominator: math.NaN(), Value: math.NaN()}
	p.Series["V02"][14] = reading.Month{Month: months[14], Value: math.NaN()}
	r := Compare(p)
	said := ReportOf(p, r, []Result{r}, Known{}).LeftOut("en")
	if !strings.Contains(said, "(1 of 128 village-months): 第1村 (Apr 2017)") {
		t.Error(said)
	}
}

// TestWhatShouldNotMove: an outcome that moved with the main one speaks against the conclusion.
func TestWhatShouldNotMove(t *testing.T) {
	p := panel(t, starts, flat, .2, .01, seeded(1))
	r := Compare(p)
	for effect, want := range map[float64]Held{.2: Unmet, 0: Met} {
		other := panel(t, starts, flat, effect, .01, seeded(2))
		other.Measure = measure(t, "attendance_rate")
		plan := &Registered{Outcomes: []string{"household_coverage"}, Smallest: .05, Unmoved: "attendance_rate"}
		all := ReportOf(p, r, []Result{r, Glance(other)}, Known{Plan: plan}).Conditions("en")
		if c := all[slices.IndexFunc(all, func(c Condition) bool { return c.ID == "unmoved" })]; c.State != want || !strings.Contains(c.Answer, "difference") {
			t.Errorf("moved by %v: %+v", effect, c)
		}
	}
}
