package survival

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func near(t *testing.T, what string, got, want, slack float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > slack {
		t.Errorf("%s = %.12g, want %.12g ± %g", what, got, want, slack)
	}
}

// Remission times of leukaemia patients under 6-MP and placebo (Freireich et al. 1963; Cox & Oakes 1984, table 1.1):
// S(10) = 0.753 with Greenwood's 0.0963 under 6-MP, medians 23 and 8, log-rank χ² = 16.79.
var (
	mercaptopurine = []Subject{{6, true}, {6, true}, {6, true}, {6, false}, {7, true}, {9, false}, {10, true}, {10, false}, {11, false},
		{13, true}, {16, true}, {17, false}, {19, false}, {20, false}, {22, true}, {23, true}, {25, false}, {32, false}, {32, false}, {34, false}, {35, false}}
	placebo = []float64{1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23}
)

func TestFreireich(t *testing.T) {
	c := KaplanMeier(mercaptopurine, 0.95)
	s, ok := c.At(10)
	if !ok {
		t.Fatal("10 weeks is within the time followed")
	}
	near(t, "S(10)", s, 0.7529412, 5e-8)
	near(t, "median", c.Quantile(0.5).Value.Value, 23, 0)
	for _, step := range c.Steps {
		if step.Time == 10 {
			near(t, "Greenwood at 10", step.SE.Value, 0.0963, 5e-5)
		}
	}
	var none []Subject
	for _, time := range placebo {
		none = append(none, Subject{time, true})
	}
	near(t, "median under placebo", KaplanMeier(none, 0.95).Quantile(0.5).Value.Value, 8, 0)
	test := Test(map[string][]Subject{"6-MP": mercaptopurine, "placebo": none})
	near(t, "chi-square", test.Chi2.Value, 16.79, 5e-3)
	near(t, "expected under 6-MP", test.Expected[0], 19.25, 5e-3)
}

// The same patients were taken in by pairs. Within pairs the first relapse is all that counts: it came under placebo in
// 18 of the 21 (Freireich et al. 1963; data set gehan in R package MASS), so χ² = (18/2 − 3/2)² ÷ (21/4).
func TestPairsAreStrata(t *testing.T) {
	under6MP := []Subject{{10, true}, {7, true}, {32, false}, {23, true}, {22, true}, {6, true}, {16, true}, {34, false}, {32, false}, {25, false}, {11, false},
		{20, false}, {19, false}, {6, true}, {17, false}, {35, false}, {6, true}, {13, true}, {9, false}, {6, false}, {10, false}}
	var pairs []map[string][]Subject
	for i, time := range []float64{1, 22, 3, 12, 8, 17, 2, 11, 8, 12, 2, 5, 4, 15, 8, 23, 5, 11, 4, 1, 8} {
		pairs = append(pairs, map[string][]Subject{"6-MP": under6MP[i : i+1], "placebo": {{time, true}}})
	}
	test := Stratified(pairs...)
	near(t, "chi-square", test.Chi2.Value, 7.5*7.5/5.25, 1e-12)
	if test.Strata != 21 || test.N[0] != 21 || test.Observed[0] != 9 || test.DF != 1 {
		t.Errorf("%+v", test)
	}
	// A stratum of one group alone says nothing.
	alone := Stratified(append(pairs, map[string][]Subject{"6-MP": mercaptopurine})...)
	near(t, "with a stratum of one group", alone.Chi2.Value, test.Chi2.Value, 1e-12)
}

// Groups with one score are one group to the test for trend.
func TestTrend(t *testing.T) {
	var none []Subject
	for _, time := range placebo {
		none = append(none, Subject{time, true})
	}
	two := Test(map[string][]Subject{"0": none, "1": mercaptopurine})
	three := Test(map[string][]Subject{"0": none, "1": mercaptopurine[:10], "1.0": mercaptopurine[10:]})
	near(t, "trend", three.Trend.Value, two.Chi2.Value, 1e-9)
	near(t, "its p-value", three.PTrend.Value, two.P.Value, 1e-12)
	if two.Trend.Known || Test(map[string][]Subject{"a": none, "b": mercaptopurine[:10], "c": mercaptopurine[10:]}).Trend.Known {
		t.Error("two groups or names without an order have no trend")
	}
}

// A curve that stands at exactly one half over a stretch: R's survfit gives the midpoint, most books the left end.
func TestFlatAtTheMedian(t *testing.T) {
	c := KaplanMeier([]Subject{{1, true}, {2, true}, {5, true}, {9, true}}, 0.95)
	q := c.Quantile(0.5)
	near(t, "midpoint", q.Value.Value, 3.5, 0)
	near(t, "left end", q.FirstTime.Value, 2, 0)
	// Flat until the last one seen: the midpoint towards it.
	c = KaplanMeier([]Subject{{1, true}, {2, true}, {6, false}, {8, false}}, 0.95)
	near(t, "midpoint to the end", c.Quantile(0.5).Value.Value, 5, 0)
	if q := c.Quantile(0.75); q.Value.Known || q.FirstTime.Known {
		t.Errorf("a quarter is never reached, and yet %v", q.Value)
	}
}

func TestTiesAndEnds(t *testing.T) {
	// Censored at the time of an event: still at risk for it.
	c := KaplanMeier([]Subject{{3, false}, {3, true}}, 0.95)
	near(t, "S", c.Steps[0].Survival, 0.5, 0)
	// At S = 0 nothing can be said of the error.
	c = KaplanMeier([]Subject{{3, true}}, 0.95)
	if s := c.Steps[0]; s.Survival != 0 || s.SE.Known || s.Plain.Low.Known || s.LogLog.High.Known {
		t.Errorf("after the last event: %+v", s)
	}
	c = KaplanMeier([]Subject{{3, false}, {4, false}}, 0.95)
	if s := c.Steps[1]; s.Survival != 1 || !s.LogLog.Known() || s.LogLog.Low.Value != 1 || len(c.Warnings) == 0 {
		t.Errorf("without events: %+v", s)
	}
	if c := KaplanMeier([]Subject{{-1, true}, {math.NaN(), false}}, 0.95); c.N != 0 || len(c.Warnings) != 2 {
		t.Errorf("nobody followed: %+v", c)
	}
}

func TestLogRankNeedsTwoGroups(t *testing.T) {
	for _, groups := range []map[string][]Subject{nil, {"a": {{1, true}}}, {"a": {{1, true}}, "b": nil}, {"a": {{1, false}}, "b": {{2, false}}}} {
		if got := Test(groups); got.Chi2.Known || got.P.Known || len(got.Warnings) == 0 {
			t.Errorf("%v: %+v", groups, got)
		}
	}
	// A third group that left before the first event does not cost a degree of freedom.
	two := Test(map[string][]Subject{"a": mercaptopurine[:9], "b": mercaptopurine[9:]})
	three := Test(map[string][]Subject{"a": mercaptopurine[:9], "b": mercaptopurine[9:], "early": {{1, false}}})
	if three.DF != two.DF || math.Abs(three.Chi2.Value-two.Chi2.Value) > 1e-12 {
		t.Errorf("with an empty group: χ² %v on %d, without %v on %d", three.Chi2, three.DF, two.Chi2, two.DF)
	}
}

func FuzzSurvival(f *testing.F) {
	f.Add([]byte{1, 1, 2, 0, 3, 1, 3, 1, 200, 0})
	f.Add([]byte{0, 1, 0, 1, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		groups := map[string][]Subject{}
		var all []Subject
		for ; len(b) >= 2; b = b[2:] {
			s := Subject{Time: float64(b[0]) / 3, Event: b[1]&1 == 1}
			switch b[1] >> 5 {
			case 7:
				s.Time = math.NaN()
			case 6:
				s.Time = -s.Time
			case 5:
				s.Time *= 1e307
			}
			all = append(all, s)
			name := string('a' + rune(b[1]>>1&3))
			groups[name] = append(groups[name], s)
		}
		c := KaplanMeier(all, 0.95)
		before := 1.0
		for _, s := range c.Steps {
			if s.Survival > before || s.Survival < 0 {
				t.Fatalf("S rises from %v to %v", before, s.Survival)
			}
			before = s.Survival
			for _, i := range []struct{ low, high float64 }{{s.Plain.Low.Value, s.Plain.High.Value}, {s.Log.Low.Value, s.Log.High.Value}, {s.LogLog.Low.Value, s.LogLog.High.Value}} {
				if s.SE.Known && (i.low > s.Survival+1e-9 || i.high < s.Survival-1e-9) {
					t.Fatalf("%v outside its limits %+v", s.Survival, s)
				}
			}
		}
		for _, v := range []any{c, c.Quantile(0.5), c.Quantile(0.9), Test(groups), Stratified(groups, groups)} {
			if _, err := json.Marshal(v); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestAPartAgainstTheRest: of the whole of both treatments, the patients under 6-MP against the others give the χ² of the
// two groups, 16.79; and so does any part of any whole, drawn at random with ties and censored times.
func TestAPartAgainstTheRest(t *testing.T) {
	whole := slices.Clone(mercaptopurine)
	for _, time := range placebo {
		whole = append(whole, Subject{time, true})
	}
	chi2, _ := NewWhole(whole).Against(mercaptopurine)
	near(t, "chi-square", chi2.Value, 16.79, 5e-3)

	random := rand.New(rand.NewPCG(3, 9))
	tested := 0
	for range 2000 {
		var all, part, rest []Subject
		for range random.IntN(40) {
			s := Subject{Time: float64(random.IntN(12)), Event: random.IntN(3) > 0}
			all = append(all, s)
			if random.IntN(4) == 0 {
				part = append(part, s)
			} else {
				rest = append(rest, s)
			}
		}
		want := Test(map[string][]Subject{"part": part, "rest": rest})
		chi2, p := NewWhole(all).Against(part)
		if chi2.Known != want.Chi2.Known || p.Known != want.P.Known {
			t.Fatalf("%v of %v: %+v, by the test of two groups %+v", part, all, chi2, want.Chi2)
		}
		if chi2.Known {
			tested++
			near(t, "chi-square", chi2.Value, want.Chi2.Value, 1e-9*(1+want.Chi2.Value))
			near(t, "p", p.Value, want.P.Value, 1e-9)
		}
	}
	if tested < 1000 {
		t.Errorf("only %d of the wholes could be tested", tested)
	}
}
