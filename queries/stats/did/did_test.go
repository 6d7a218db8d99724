package did

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hulian/queries/stats/estimate"
)

func near(t *testing.T, what string, got, want, slack float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > slack {
		t.Errorf("%s = %.12g, want %.12g ± %g", what, got, want, slack)
	}
}

// Minimum wage and employment in fast-food restaurants (Card & Krueger 1994, table 3, rows 1 and 2): New Jersey 20.44 →
// 21.03, Pennsylvania 23.33 → 21.17, difference in differences 2.76 (2.75 from the rounded means).
func TestCardKruegerMeans(t *testing.T) {
	e := TwoByTwo([]Outcome{{Y: 23.33}, {Post: true, Y: 21.17}, {Treated: true, Y: 20.44}, {Treated: true, Post: true, Y: 21.03}}, Options2x2{})
	near(t, "effect", e.Estimate.Value, 2.76, 0.011)
	if len(e.SEs) != 0 || len(e.Warnings) == 0 {
		t.Error("four means alone have no standard error, and that must be said")
	}
}

// regression is the saturated least-squares fit by the normal equations: an independent way to the same numbers.
func regression(rows []Outcome) (effect, ols, hc1 float64) {
	x, y := mat.NewDense(len(rows), 4, nil), mat.NewVecDense(len(rows), nil)
	for i, r := range rows {
		d, p := float64(index(r.Treated)), float64(index(r.Post))
		x.SetRow(i, []float64{1, d, p, d * p})
		y.SetVec(i, r.Y)
	}
	var xx, inverse mat.Dense
	xx.Mul(x.T(), x)
	if inverse.Inverse(&xx) != nil {
		panic("singular")
	}
	var xy, b mat.VecDense
	xy.MulVec(x.T(), y)
	b.MulVec(&inverse, &xy)
	var fitted, rest mat.VecDense
	fitted.MulVec(x, &b)
	rest.SubVec(y, &fitted)
	n := float64(len(rows))
	s2 := mat.Dot(&rest, &rest) / (n - 4)
	meat := mat.NewDense(4, 4, nil)
	for i := range rows {
		for j := range 4 {
			for k := range 4 {
				meat.Set(j, k, meat.At(j, k)+rest.AtVec(i)*rest.AtVec(i)*x.At(i, j)*x.At(i, k))
			}
		}
	}
	var sandwich mat.Dense
	sandwich.Mul(&inverse, meat)
	sandwich.Mul(&sandwich, &inverse)
	return b.AtVec(3), math.Sqrt(s2 * inverse.At(3, 3)), math.Sqrt(sandwich.At(3, 3) * n / (n - 4))
}

func TestTwoByTwoIsTheRegression(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var rows []Outcome
	for i := range 57 {
		treated, post := i%3 == 0, random.IntN(2) == 1
		rows = append(rows, Outcome{Treated: treated, Post: post, Y: 3 + random.NormFloat64()*(1+float64(index(treated)))})
	}
	e := TwoByTwo(rows, Options2x2{})
	effect, ols, hc1 := regression(rows)
	near(t, "effect", e.Estimate.Value, effect, 1e-10)
	for name, want := range map[string]float64{SEOLS: ols, SEHC1: hc1} {
		near(t, name, namedSE(t, e, name), want, 1e-10)
	}
	if e.Panel {
		t.Error("rows without units are no panel")
	}
}

func panelRows(seed uint64, units, periods int, first func(i int) int, effect func(g, t int) float64) []Observation {
	random := rand.New(rand.NewPCG(seed, 9))
	var rows []Observation
	for i := range units {
		own := random.NormFloat64()
		for k := range periods {
			y := own + 0.3*float64(k) + random.NormFloat64()
			if g := first(i); g != 0 && k+1 >= g {
				y += effect(g, k+1)
			}
			rows = append(rows, Observation{Unit: fmt.Sprintf("u%03d", i), Time: k + 1, First: first(i), Y: y})
		}
	}
	return rows
}

func namedSE(t *testing.T, e Effect, name string) float64 {
	t.Helper()
	for _, se := range e.SEs {
		if se.Name == name {
			return se.Value.Value
		}
	}
	t.Fatalf("no standard error called %s", name)
	return 0
}

// With two periods and one cohort all designs are one: the staggered effect is the two-by-two one, and its standard
// error the influence one of the units' changes.
func TestStaggeredWithOneCohortIsTwoByTwo(t *testing.T) {
	rows := panelRows(3, 40, 2, func(i int) int { return 2 * (i % 2) }, func(int, int) float64 { return 1.5 })
	var pairs []Outcome
	for _, r := range rows {
		pairs = append(pairs, Outcome{Unit: r.Unit, Treated: r.First == 2, Post: r.Time == 2, Y: r.Y})
	}
	simple := TwoByTwo(pairs, Options2x2{})
	staggered := Staggered(rows, Options{})
	near(t, "effect", staggered.Simple.Att.Value, simple.Estimate.Value, 1e-12)
	near(t, "standard error", staggered.Cells[0].SE.Value, namedSE(t, simple, SEInfluence), 1e-12)
	if !simple.Panel || simple.Permutation == nil || simple.Units != 40 {
		t.Errorf("40 units before and after are a panel: %+v", simple)
	}
}

// Without noise every effect comes out as it was put in, whatever the comparison and base.
func TestStaggeredFindsWhatWasPlanted(t *testing.T) {
	first := func(i int) int { return []int{0, 3, 4, 6}[i%4] }
	effect := func(g, t int) float64 { return float64(g) + 0.5*float64(t-g) }
	var rows []Observation
	for i := range 32 {
		for k := 1; k <= 7; k++ {
			y := float64(i) + 2*float64(k)
			if g := first(i); g != 0 && k >= g {
				y += effect(g, k)
			}
			rows = append(rows, Observation{Unit: fmt.Sprint(i), Time: k, First: first(i), Y: y})
		}
	}
	for _, control := range []Control{NeverTreated, NotYetTreated} {
		for _, base := range []Base{Varying, Universal} {
			r := Staggered(rows, Options{Control: control, Base: base})
			for _, c := range r.Cells {
				want := 0.0
				if c.Time >= c.Group {
					want = effect(c.Group, c.Time)
				}
				near(t, fmt.Sprintf("%s %s ATT(%d,%d)", control, base, c.Group, c.Time), c.Att, want, 1e-12)
				if c.SE.Known {
					t.Errorf("ATT(%d,%d) has a standard error of %v without any noise", c.Group, c.Time, c.SE)
				}
			}
			near(t, "cohort 4", r.Group.Entries[1].Att.Value, (4+4.5+5+5.5)/4, 1e-12)
			if r.Wald != nil {
				t.Errorf("a joint test of %d effects on 32 units: %+v", r.Wald.DF, r.Wald)
			}
		}
	}
}

func TestStaggeredSaysWhatItLeavesOut(t *testing.T) {
	rows := panelRows(5, 30, 4, func(i int) int { return []int{0, 1, 3}[i%3] }, func(int, int) float64 { return 0 })
	rows = append(rows, Observation{Unit: "short", Time: 1, First: 0, Y: 2}, Observation{Unit: "short", Time: 1, First: 0, Y: 3}, Observation{Unit: "twice", Time: 1, First: 2, Y: 0}, Observation{Unit: "twice", Time: 2, First: 3, Y: 0}, Observation{Unit: "late", Time: 1, First: 99, Y: 1})
	rows = append(rows, Observation{Unit: "none", Time: 1, First: 0, Y: math.NaN()})
	r := Staggered(rows, Options{})
	if r.Units != 20 || r.Never != 10 || len(r.Groups) != 1 {
		t.Errorf("%d units, %d never treated, cohorts %v; want 20, 10, [3]", r.Units, r.Never, r.Groups)
	}
	for _, want := range []string{"first period", "miss a period", "more than one first period", "repeat a unit", "after the last period", "without an outcome"} {
		found := false
		for _, w := range r.Warnings {
			found = found || strings.Contains(w.Text, want)
		}
		if !found {
			t.Errorf("no warning speaks of %q: %v", want, r.Warnings)
		}
	}
}

func TestNoNeverTreated(t *testing.T) {
	rows := panelRows(6, 30, 6, func(i int) int { return []int{3, 4, 6}[i%3] }, func(int, int) float64 { return 1 })
	r := Staggered(rows, Options{Control: NotYetTreated})
	if !r.LastAsComparison || len(r.Periods) != 5 || len(r.Groups) != 2 {
		t.Errorf("last cohort as comparison %v, periods %v, cohorts %v", r.LastAsComparison, r.Periods, r.Groups)
	}
	for _, c := range r.Cells {
		if c.Time >= 6 {
			t.Errorf("ATT(%d,%d) has no untreated comparison", c.Group, c.Time)
		}
	}
}

// What is left of an effect's variance may be rounding, and a test that divides by it would find anything.
func TestRoundingIsNoVariance(t *testing.T) {
	a, rounding := make([]float64, 40), make([]float64, 40)
	for i := range a {
		a[i], rounding[i] = float64(i%7)-3, 1e-17*float64(i%3)
	}
	if w := wald([]float64{0.1, 0.2}, [][]float64{a, rounding}); w.W.Known || w.P.Known || !w.Singular {
		t.Errorf("%+v", w)
	}
}

// The event study balanced at the start itself has all cohorts and ends there (balance_e = 0 of the R package did).
func TestBalancedAtTheStart(t *testing.T) {
	rows := panelRows(9, 40, 6, func(i int) int { return []int{0, 3, 5, 6}[i%4] }, func(g, t int) float64 { return float64(g) })
	r := Staggered(rows, Options{BalanceEvents: estimate.Of(0)})
	last := r.Balanced.Entries[len(r.Balanced.Entries)-1]
	if last.Key != 0 || last.Treated != 30 {
		t.Errorf("ends at event time %d with %d units", last.Key, last.Treated)
	}
	near(t, "overall effect", r.Balanced.Overall.Att.Value, last.Att.Value, 0)
	if usual := Staggered(rows, Options{}).Balanced.Entries; usual[len(usual)-1].Key != 1 {
		t.Errorf("without a wish it ends at %d", usual[len(usual)-1].Key)
	}
}

func TestBandsAreWiderThanIntervals(t *testing.T) {
	rows := panelRows(7, 120, 6, func(i int) int { return []int{0, 3, 5}[i%3] }, func(int, int) float64 { return 1 })
	r := Staggered(rows, Options{Draws: 999})
	if !r.Critical.Known || r.Critical.Value < 1.96 || r.Dynamic.Critical.Value > r.Critical.Value+0.3 {
		t.Errorf("critical values %v and %v", r.Critical, r.Dynamic.Critical)
	}
	for _, c := range r.Cells {
		if math.Abs(c.BootSE.Value/c.SE.Value-1) > 0.15 {
			t.Errorf("ATT(%d,%d): bootstrap %v against %v", c.Group, c.Time, c.BootSE, c.SE)
		}
	}
	again := Staggered(rows, Options{Draws: 999})
	near(t, "the same seed", again.Critical.Value, r.Critical.Value, 0)
}

func TestRandomise(t *testing.T) {
	first := func(i int) int { return []int{0, 3, 5}[i%3] }
	effect := Staggered(panelRows(11, 24, 6, first, func(int, int) float64 { return 3 }), Options{})
	if p := effect.Randomise(499, 1); p.PTwoSided.Value > 0.01 || p.PGreater.Value > 0.01 || p.PLess.Value < 0.98 {
		t.Errorf("a large effect is ordinary: %+v", p)
	}
	near(t, "the effect itself", effect.overall(), effect.Simple.Att.Value, 1e-12)
	below := 0
	for k := range 200 {
		none := Staggered(panelRows(uint64(300+k), 18, 6, first, func(int, int) float64 { return 0 }), Options{Control: NotYetTreated})
		if none.Randomise(99, 1).PTwoSided.Value <= 0.05 {
			below++
		}
	}
	if below > 10+12 { // 5% of 200 and four standard errors
		t.Errorf("%d of 200 tests without an effect are below 0.05", below)
	}
	if p := (Result{}).Randomise(99, 1); p.PTwoSided.Known {
		t.Errorf("nothing has a p-value of %v", p.PTwoSided)
	}
}

func TestNothingToEstimate(t *testing.T) {
	for name, rows := range map[string][]Observation{
		"none": nil, "one period": {{Unit: "a", Time: 1, First: 0, Y: 1}, {Unit: "b", Time: 1, First: 1, Y: 2}}, "nobody untreated": {{Unit: "a", Time: 1, First: 2, Y: 1}, {Unit: "a", Time: 2, First: 2, Y: 1}},
		"nobody treated": {{Unit: "a", Time: 1, First: 0, Y: 1}, {Unit: "a", Time: 2, First: 0, Y: 1}}, "all treated at once": {{Unit: "a", Time: 1, First: 1, Y: 1}, {Unit: "a", Time: 2, First: 1, Y: 1}},
	} {
		if r := Staggered(rows, Options{Draws: 99}); r.Simple.Att.Known || len(r.Warnings) == 0 {
			t.Errorf("%s: %v, %v", name, r.Simple.Att, r.Warnings)
		}
	}
	if e := TwoByTwo([]Outcome{{Unit: "a", Treated: true, Post: true, Y: 1}}, Options2x2{}); e.Estimate.Known || len(e.Warnings) != 3 {
		t.Errorf("%+v", e)
	}
}

func FuzzStaggered(f *testing.F) {
	f.Add([]byte("0123456789abcdefghijklmnopqrstuvwxyz0123456789"), uint8(0))
	f.Add([]byte{1, 1, 0, 5, 1, 2, 0, 9, 2, 1, 2, 4, 2, 2, 2, 8, 3, 1, 0, 1, 3, 2, 0, 1}, uint8(7))
	f.Fuzz(func(t *testing.T, b []byte, how uint8) {
		var rows []Observation
		var pairs []Outcome
		for ; len(b) >= 4; b = b[4:] {
			y := float64(int8(b[3]))
			switch b[3] {
			case 0:
				y = math.NaN()
			case 1:
				y = 1e308
			}
			rows = append(rows, Observation{Unit: string('a' + rune(b[0]%16)), Time: int(int8(b[1])) % 6, First: int(b[2]) % 7, Y: y, Size: float64(how % 5), Weight: float64(b[0] % 3)})
			pairs = append(pairs, Outcome{Unit: string('a' + rune(b[0]%16)), Treated: b[0]&1 == 1, Post: b[1]&1 == 1, Y: y, Size: float64(b[0] % 4), Weight: float64(how % 3)})
		}
		o := Options{Anticipation: int(how % 3), Draws: int(how%2) * 20, BalanceEvents: estimate.Of(float64(how % 4))}
		if how&8 != 0 {
			o.Control = NotYetTreated
		}
		if how&16 != 0 {
			o.Base = Universal
		}
		r := Staggered(rows, o)
		for _, v := range []any{r, r.Randomise(9, 1), r.Pretrend(9, 1), TwoByTwo(pairs, Options2x2{RepeatedCrossSections: how&32 != 0})} {
			if _, err := json.Marshal(v); err != nil {
				t.Fatal(err)
			}
		}
	})
}
