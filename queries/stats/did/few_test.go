package did

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hulian/queries/stats/permutation"
)

// Three pilots against eight: no error by formula, and the exact share of the 165 ways to choose three first.
func TestFewUnitsHaveNoClusteredErrors(t *testing.T) {
	var rows []Outcome
	changes := []float64{9, 8, 7, 1, 2, 0, 1.5, -1, 0.5, 2.5, -0.5}
	for i, d := range changes {
		unit := fmt.Sprint(i)
		rows = append(rows, Outcome{Unit: unit, Treated: i < 3, Y: float64(i)}, Outcome{Unit: unit, Treated: i < 3, Post: true, Y: float64(i) + d})
	}
	e := TwoByTwo(rows, Options2x2{})
	if !e.Few || len(e.SEs) != 1 || e.SEs[0].Name != SEFirstDifference || e.SEs[0].DF == 0 {
		t.Errorf("offered: %+v", e.SEs)
	}
	near(t, "p", e.Chance().PTwoSided.Value, 1./165, 1e-15)
	near(t, "p by t", e.Studentised.PTwoSided.Value, 1./165, 1e-15)

	one := TwoByTwo(slices.Concat(rows[:2], rows[6:]), Options2x2{})
	if len(one.SEs) != 0 || !one.Estimate.Known {
		t.Errorf("one pilot against eight: %+v", one)
	}
	near(t, "p of one pilot", one.Chance().PTwoSided.Value, 1./9, 1e-15)
	pair := TwoByTwo(slices.Concat(rows[:2], rows[6:8]), Options2x2{})
	if pair.Estimate.Known || pair.ByChanges.Known || len(pair.SEs) != 0 || pair.Chance() != nil || len(pair.Warnings) == 0 {
		t.Errorf("one against one: %+v", pair)
	}
}

// With weights the effect and its errors are those of weighted least squares on the four cells.
func TestWeightsAreThoseOfTheRegression(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	var rows []Outcome
	for i := range 61 {
		treated, post := i%3 == 0, random.IntN(2) == 1
		rows = append(rows, Outcome{Treated: treated, Post: post, Y: 3 + random.NormFloat64(), Weight: 0.5 + 3*random.Float64()})
	}
	x, y := mat.NewDense(len(rows), 4, nil), mat.NewVecDense(len(rows), nil)
	for i, r := range rows {
		d, p, w := float64(index(r.Treated)), float64(index(r.Post)), math.Sqrt(r.Weight)
		x.SetRow(i, []float64{w, w * d, w * p, w * d * p})
		y.SetVec(i, w*r.Y)
	}
	var xx, inverse, meat, sandwich mat.Dense
	xx.Mul(x.T(), x)
	if inverse.Inverse(&xx) != nil {
		t.Fatal("singular")
	}
	var xy, b, fitted, rest mat.VecDense
	xy.MulVec(x.T(), y)
	b.MulVec(&inverse, &xy)
	fitted.MulVec(x, &b)
	rest.SubVec(y, &fitted)
	scaled := mat.DenseCopyOf(x)
	for i := range rows {
		for j := range 4 {
			scaled.Set(i, j, x.At(i, j)*rest.AtVec(i))
		}
	}
	meat.Mul(scaled.T(), scaled)
	sandwich.Mul(&inverse, &meat)
	sandwich.Mul(&sandwich, &inverse)
	e := TwoByTwo(rows, Options2x2{})
	near(t, "effect", e.Estimate.Value, b.AtVec(3), 1e-10)
	near(t, "ols", namedSE(t, e, SEOLS), math.Sqrt(mat.Dot(&rest, &rest)/57*inverse.At(3, 3)), 1e-10)
	near(t, "hc0", namedSE(t, e, SEHC0), math.Sqrt(sandwich.At(3, 3)), 1e-10)
}

// A unit that counts twice has the effect of two units alike, in a panel and with staggered starts.
func TestWeightsCountUnits(t *testing.T) {
	first := func(i int) int { return []int{0, 3, 5}[i%3] }
	rows := panelRows(21, 60, 6, first, func(int, int) float64 { return 1 })
	var weighted, doubled []Observation
	for i, r := range rows {
		twice := (i/6)%4 == 0
		doubled = append(doubled, r)
		if r.Weight = 1; twice {
			r.Weight = 2
			again := r
			again.Unit, again.Weight = r.Unit+"again", 0
			doubled = append(doubled, again)
		}
		weighted = append(weighted, r)
	}
	a, b := Staggered(weighted, Options{}), Staggered(doubled, Options{})
	near(t, "simple", a.Simple.Att.Value, b.Simple.Att.Value, 1e-12)
	near(t, "dynamic", a.Dynamic.Overall.Att.Value, b.Dynamic.Overall.Att.Value, 1e-12)
	near(t, "group", a.Group.Overall.Att.Value, b.Group.Overall.Att.Value, 1e-12)
	none := slices.Clone(rows)
	none[0].Weight = -1
	if r := Staggered(none, Options{}); r.Units != 59 {
		t.Errorf("%d units with a weight below 0 among them", r.Units)
	}
	panel := func(rows []Observation) (out []Outcome) {
		for _, r := range rows {
			if r.Time <= 2 && r.First != 5 {
				out = append(out, Outcome{Unit: r.Unit, Treated: r.First == 3, Post: r.Time == 2, Y: r.Y, Weight: r.Weight})
			}
		}
		return out
	}
	w, d := TwoByTwo(panel(weighted), Options2x2{}), TwoByTwo(panel(doubled), Options2x2{})
	near(t, "two by two", w.ByChanges.Value, d.ByChanges.Value, 1e-12)
	if w.Rescaled == nil || w.Permutation != nil {
		t.Error("units that count differently are dealt in their own standard deviations")
	}
}

// few is a town of so many villages: pilots start in period 9 of 12, a second wave in 11, the rest never.
func few(units int) func(i int) int {
	return func(i int) int {
		switch {
		case i < units/4:
			return 9
		case i < units/2:
			return 11
		}
		return 0
	}
}

// before tells how often the tests before the start find a departure at 5% where there is none, and where the pilots
// drift.
func before(rounds, units int, drift float64) (pretrend, maxT float64) {
	for k := range rounds {
		rows := panelRows(uint64(7000+k), units, 12, few(units), func(int, int) float64 { return 0 })
		for i := range rows {
			if rows[i].First == 9 {
				rows[i].Y += drift * float64(rows[i].Time/5)
			}
		}
		r := Staggered(rows, Options{})
		if r.Pretrend(199, 1).P.Value <= 0.05 {
			pretrend += 100 / float64(rounds)
		}
		small := Staggered(rows, Options{SmallSample: true, Draws: 199})
		if small.PretrendMaxT != nil && small.PretrendMaxT.P.Value <= 0.05 {
			maxT += 100 / float64(rounds)
		}
	}
	return pretrend, maxT
}

// Eleven villages and eight months before the start, where the joint test finds departures in 80 to 98 of 100 towns.
func TestPretrendHoldsWithFewUnits(t *testing.T) {
	const rounds = 200
	limit := 5 + 4*100*math.Sqrt(0.05*0.95/rounds)
	if found, _ := before(rounds, 11, 0); found > limit {
		t.Errorf("%.1f of 100 towns without a departure have one", found)
	}
	if found, _ := before(rounds/4, 11, 6); found < 60 {
		t.Errorf("a jump of 6 standard deviations is found in %.1f of 100 towns", found)
	}
	rows := panelRows(1, 11, 12, few(11), func(int, int) float64 { return 0 })
	r := Staggered(rows, Options{Draws: 99})
	if r.Wald != nil || r.PretrendDynamic != nil || r.Simple.SE.Known || r.Simple.CI.Known() || r.Critical.Known || !r.Few {
		t.Errorf("offered: %+v %+v %+v", r.Wald, r.Simple, r.Critical)
	}
	if p := (Result{}).Pretrend(99, 1); p.P.Known {
		t.Errorf("nothing has a p-value of %v", p.P)
	}
}

// dealt tells how often dealing the starts anew finds an effect at 5% where outcomes vary with 1 ÷ size and the pilots
// are the smallest, with the sizes and without.
func dealt(rounds, units int, effect float64) (plain, rescaled float64) {
	for k := range rounds {
		random := rand.New(rand.NewPCG(uint64(k), 77))
		sizes := make([]float64, units)
		for i := range sizes {
			sizes[i] = math.Exp(random.Float64() * math.Log(10))
		}
		slices.Sort(sizes)
		var rows []Observation
		for i, size := range sizes {
			for t := 1; t <= 12; t++ {
				y := random.NormFloat64() / math.Sqrt(size)
				if g := few(units)(i); g > 0 && t >= g {
					y += effect
				}
				rows = append(rows, Observation{Unit: fmt.Sprintf("%03d", i), Time: t, First: few(units)(i), Y: y})
			}
		}
		for _, with := range []bool{false, true} {
			for i := range rows {
				rows[i].Size = 0
				if with {
					rows[i].Size = sizes[i/12]
				}
			}
			if p := Staggered(rows, Options{Control: NotYetTreated}).Randomise(199, 1); p.PTwoSided.Value <= 0.05 {
				if with {
					rescaled += 100 / float64(rounds)
				} else {
					plain += 100 / float64(rounds)
				}
			}
		}
	}
	return plain, rescaled
}

func TestRandomiseWithSizes(t *testing.T) {
	const rounds = 200
	if _, rescaled := dealt(rounds, 11, 0); rescaled > 5+4*100*math.Sqrt(0.05*0.95/rounds) {
		t.Errorf("%.1f of 100 tests without an effect are below 5%%", rescaled)
	}
}

func BenchmarkFewUnits(b *testing.B) {
	for b.Loop() {
		for _, units := range []int{8, 11, 18, 40} {
			none, maxT := before(1000, units, 0)
			drift, maxTDrift := before(500, units, 2)
			b.Logf("%d units: before the start, permuted %.1f, max t %.1f%%; of a jump of 2 sd %.1f, %.1f%%", units, none, maxT, drift, maxTDrift)
		}
		for _, units := range []int{8, 11, 18} {
			plain, rescaled := dealt(1000, units, 0)
			plainFound, rescaledFound := dealt(500, units, 0.6)
			b.Logf("%d units, the pilots the smallest: plain %.1f, rescaled %.1f%%; of an effect of 0.6%.1f, %.1f%%", units, plain, rescaled, plainFound, rescaledFound)
		}
		for _, n := range [][2]int{{2, 9}, {3, 8}, {5, 6}, {8, 8}} {
			b.Logf("%d against %d without an effect: Welch's t of changes finds one in %.1f%%", n[0], n[1], welchLevel(4000, n[0], n[1]))
		}
	}
}

func welchLevel(rounds, n1, n0 int) (found float64) {
	for k := range rounds {
		random := rand.New(rand.NewPCG(uint64(k), 3))
		var rows []Outcome
		for i := range n1 + n0 {
			rows = append(rows, Outcome{Unit: fmt.Sprint(i), Treated: i < n1}, Outcome{Unit: fmt.Sprint(i), Treated: i < n1, Post: true, Y: random.NormFloat64()})
		}
		for _, se := range TwoByTwo(rows, Options2x2{Permutation: permutation.Options{Draws: 9, ForceDraws: true}}).SEs {
			if se.Name == SEFirstDifference && se.DF > 0 && se.P.Value <= 0.05 {
				found += 100 / float64(rounds)
			}
		}
	}
	return found
}

// One unit against one gives no effect, whoever stands for the comparison, and no test before the start.
func TestOneUnitAgainstOne(t *testing.T) {
	for name, starts := range map[string][]int{"never": {5, 0}, "later": {5, 7}, "the last cohort": {5, 6}} {
		rows := panelRows(3, 2, 9, func(i int) int { return starts[i] }, func(int, int) float64 { return 4 })
		for _, control := range []Control{NeverTreated, NotYetTreated} {
			r := Staggered(rows, Options{Control: control, Draws: 99})
			if r.Simple.Att.Known || len(r.Cells) > 0 || r.Randomise(99, 1).PTwoSided.Known || r.Pretrend(99, 1).P.Known || len(r.Warnings) == 0 {
				t.Errorf("%s, %s: %+v", name, control, r.Simple)
			}
		}
	}
	if r := Staggered(panelRows(3, 3, 9, func(i int) int { return []int{5, 0, 0}[i] }, func(int, int) float64 { return 4 }), Options{}); !r.Simple.Att.Known {
		t.Error("one against two has an effect, if no error")
	}
}

// Where units are known to differ in size, the tests that take them as alike are not there to be read.
func TestUnequalSizesHaveOneTest(t *testing.T) {
	var rows []Outcome
	for i := range 12 {
		size := 30.0
		if i >= 4 {
			size = 800
		}
		unit := fmt.Sprint(i)
		rows = append(rows, Outcome{Unit: unit, Treated: i < 4, Y: float64(i * i % 7), Size: size}, Outcome{Unit: unit, Treated: i < 4, Post: true, Y: float64(i % 5), Size: size})
	}
	e := TwoByTwo(rows, Options2x2{})
	if e.Rescaled == nil || e.Chance() != e.Rescaled || e.Permutation != nil || e.Studentised != nil {
		t.Errorf("%v %v %v", e.Rescaled, e.Permutation, e.Studentised)
	}
	for i := range rows {
		rows[i].Size = 100
	}
	if e := TwoByTwo(rows, Options2x2{}); e.Permutation == nil || math.Abs(e.Permutation.PTwoSided.Value-e.Rescaled.PTwoSided.Value) > 1e-12 {
		t.Error("units of one size: all tests are the same")
	}
}

// What is left of rounding is no effect: parallel units have 0, not 2.9e-17.
func TestNoEffectIsZero(t *testing.T) {
	var rows []Observation
	for i := range 20 {
		for k := 1; k <= 6; k++ {
			first := 0
			if i < 9 {
				first = 4
			}
			rows = append(rows, Observation{Unit: fmt.Sprint(i), Time: k, First: first, Y: .1*float64(i) + .7/float64(k)})
		}
	}
	r := Staggered(rows, Options{})
	for _, c := range r.Cells {
		if c.Att != 0 || math.Signbit(c.Att) {
			t.Errorf("%d in %d: %g", c.Group, c.Time, c.Att)
		}
	}
	if r.Simple.Att.Value != 0 || r.Dynamic.Overall.Att.Value != 0 {
		t.Errorf("%g, %g", r.Simple.Att.Value, r.Dynamic.Overall.Att.Value)
	}
}

// Units of a side that all change by the same leave no spread: rounding in their outcomes would give p-values of 1e-35.
func TestChangesAlikeWithinASideGiveNoStandardError(t *testing.T) {
	var rows []Outcome
	for i := range 8 {
		before, after := 0.4+float64(i)/100, 0.41+float64(i)/100
		if i < 3 {
			after = 0.6 + float64(i)/100
		}
		unit := fmt.Sprint(i)
		rows = append(rows, Outcome{Unit: unit, Treated: i < 3, Y: before}, Outcome{Unit: unit, Treated: i < 3, Post: true, Y: after})
	}
	e := TwoByTwo(rows, Options2x2{})
	if len(e.SEs) != 0 {
		t.Errorf("offered: %+v", e.SEs)
	}
	near(t, "effect", e.ByChanges.Value, 0.19, 1e-12)
	near(t, "p of 56 ways", e.Chance().PTwoSided.Value, 1./56, 1e-15)
}
