package synthetic

import (
	"bytes"
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hulian/data/trials"
	"hulian/queries/stats/estimate"
)

// california is packs of cigarettes sold a head in 39 states, 1970 to 2000; California taxed them from 1989. Abadie, Diamond
// & Hainmueller 2010; testdata/README.md has source and licence.
func california(t testing.TB) []Value {
	t.Helper()
	content, err := os.ReadFile("testdata/california.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []Value
	for _, row := range rows[1:] {
		for i, cell := range row[1:] {
			year, err1 := strconv.Atoi(rows[0][i+1])
			y, err2 := strconv.ParseFloat(cell, 64)
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			out = append(out, Value{row[0], year, y})
		}
	}
	return out
}

func only(unit string) func(string) bool { return func(u string) bool { return u == unit } }

func near(t *testing.T, what string, got estimate.Number, want, within float64) {
	t.Helper()
	if !got.Known || math.Abs(got.Value-want) > within {
		t.Errorf("%s: %v, want %v ± %v", what, got, want, within)
	}
}

// Published: synthetic difference in differences −15.6 with a placebo standard error of 8.4, difference in differences −27.3
// (Arkhangelsky et al. 2021, table 1). The tolerance is that of a program that stops early: −15.604 there.
func TestCaliforniaDiD(t *testing.T) {
	p, _ := NewPanel(california(t), only("California"))
	r := DiD(p, map[string]int{"California": 1989}, DiDOptions{})
	near(t, "estimate", r.ATT, -15.604, .03)
	near(t, "equal weights", r.Cohorts[0].DiD, -27.349, .0006)
	near(t, "placebo standard error", r.Placebo.SD, 8.4, 1.2) // theirs is from random placebos
	if r.Placebo.Sets != 38 || len(r.Placebo.Units) != 38 {
		t.Errorf("%d placebos", r.Placebo.Sets)
	}
	if c := r.Cohorts[0]; c.T0 != 19 || c.T1 != 12 || len(c.Curve) != 12 {
		t.Errorf("periods %d and %d", c.T0, c.T1)
	}
	again := DiD(p, map[string]int{"California": 1989}, DiDOptions{Seed: 1, Draws: 200})
	if again.Placebo.SE != r.Placebo.SE {
		t.Error("the same seed gives another standard error")
	}
	if other := DiD(p, map[string]int{"California": 1989}, DiDOptions{Seed: 2}); other.Placebo.SE == r.Placebo.SE || other.Placebo.SD != r.Placebo.SD {
		t.Error("the seed moves the draws and nothing else")
	}
}

// Published: synthetic control by outcomes alone −19.6 (Arkhangelsky et al. 2021, table 1); by the same authors' program
// −19.620.
func TestCaliforniaControl(t *testing.T) {
	p, _ := NewPanel(california(t), only("California"))
	r := Control(p, ControlOptions{Treated: "California", Pre: Range{1970, 1988}, Post: Range{1989, 2000}})
	near(t, "effect", r.ATT, -19.62, .12)
	if !r.Unique || r.Donors != 38 || r.PrePeriods != 19 || r.PostPeriods != 12 {
		t.Errorf("unique %v, donors %d", r.Unique, r.Donors)
	}
	if r.Weights[0].Unit != "Utah" {
		t.Errorf("Utah weighs most: %v", r.Weights)
	}
	if r.Space.Rank < 1 || r.Space.Rank > 5 || math.Abs(r.Space.PRank.Value-float64(r.Space.Rank)/39) > 1e-12 {
		t.Errorf("rank %d, p %v", r.Space.Rank, r.Space.PRank)
	}
	if len(r.LeftOut) != len(r.Weights) || r.ATTLow.Value > r.ATTHigh.Value {
		t.Errorf("left out %d, %v to %v", len(r.LeftOut), r.ATTLow, r.ATTHigh)
	}
	if r.Time == nil || r.Time.FakeStart != 1983 || r.Time.Post.To != 1988 {
		t.Errorf("placebo in time %+v", r.Time)
	}
	if c := r.Gaps[len(r.Gaps)-1]; c.Time != 2000 || c.Actual != 41.6 || math.Abs(c.Actual-c.Synthetic-c.Gap) > 1e-12 {
		t.Errorf("last gap %+v", c)
	}
}

// A treated unit that is a known mix of its donors, and gains 5 after the start.
func TestKnownMix(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	var values []Value
	mix := make([]float64, 20)
	for u, w := range []float64{.5, .3, .2, 0, 0} {
		for i := range mix {
			y := 10*float64(u) + r.NormFloat64()
			mix[i] += w * y
			values = append(values, Value{string(rune('a' + u)), i, y})
		}
	}
	for i, y := range mix {
		if i >= 14 {
			y += 5
		}
		values = append(values, Value{"t", i, y})
	}
	p, _ := NewPanel(values, only("t"))
	c := Control(p, ControlOptions{Treated: "t", Pre: Range{0, 13}, Post: Range{14, 19}})
	near(t, "effect", c.ATT, 5, 1e-9)
	near(t, "fit", c.PreRMSPE, 0, 1e-9)
	if len(c.Weights) != 3 || math.Abs(c.Weights[0].Weight-.5) > 1e-9 || c.Weights[0].Unit != "a" {
		t.Errorf("weights %v", c.Weights)
	}
	predictors := &Predictors{Names: []string{"x", "y", "still"}, V: []float64{1, 2, 3}, Treated: []float64{2.5, 1, 7}, Units: []string{"a", "b", "c"},
		X: [][]float64{{0, 5, 5}, {0, 2, 2}, {7, 7, 7}}}
	byX := Control(p, ControlOptions{Treated: "t", Pre: Range{0, 13}, Post: Range{14, 19}, Predictors: predictors})
	if byX.Unique || byX.Space.Rank != 0 { // b and c are alike
		t.Errorf("b and c have the same predictors: unique %v, rank %d", byX.Unique, byX.Space.Rank)
	}
	near(t, "predictor of the mix", estimate.Of(byX.Balance[0].Synthetic), 2.5, 1e-6)
}

// Where nothing can be estimated, a sentence says why, and there is no number.
func TestNotEstimable(t *testing.T) {
	panel := func(units int, y func(u, i int) float64) Panel {
		var values []Value
		for u := range units {
			for i := range 8 {
				values = append(values, Value{string(rune('a' + u)), i, y(u, i)})
			}
		}
		p, _ := NewPanel(values, only("a"))
		return p
	}
	wavy := func(u, i int) float64 { return float64((u*7+i*i*(u+1))%11) + float64(u) }
	pre, post := Range{0, 4}, Range{5, 7}
	for name, c := range map[string]struct {
		p         Panel
		pre, post Range
		start     int
		says      string
	}{
		"constant":         {panel(4, func(int, int) float64 { return 3 }), pre, post, 5, "same"},
		"alone":            {panel(1, wavy), pre, post, 5, "no comparison unit"},
		"one donor":        {panel(2, wavy), pre, post, 5, "one comparison unit"},
		"no period before": {panel(4, wavy), Range{-3, -1}, Range{0, 7}, 0, "before"},
		"one before":       {panel(4, wavy), Range{0, 0}, Range{1, 7}, 1, "before"},
		"none after":       {panel(4, wavy), Range{0, 7}, Range{8, 9}, 8, "after its start|after the start"},
		"not a number":     {panel(4, func(u, i int) float64 { return math.NaN() }), pre, post, 5, "no outcome|no period"},
		"huge":             {panel(4, func(u, i int) float64 { return 1e200 * float64(u+i) }), pre, post, 5, "no outcome|no period|no treated"},
		"flat before":      {panel(4, func(u, i int) float64 { return float64(max(0, i-4) * (u + 1)) }), pre, post, 5, "same"},
	} {
		control := Control(c.p, ControlOptions{Treated: "a", Pre: c.pre, Post: c.post})
		did := DiD(c.p, map[string]int{"a": c.start}, DiDOptions{})
		if control.ATT.Known || control.Estimable || did.ATT.Known {
			t.Errorf("%s: effects %v and %v", name, control.ATT, did.ATT)
		}
		for _, warnings := range [][]estimate.Warning{control.Warnings, did.Warnings} {
			if !slices.ContainsFunc(warnings, func(w estimate.Warning) bool {
				return w.Code == estimate.NotEstimable && slices.ContainsFunc(strings.Split(c.says, "|"), func(s string) bool { return strings.Contains(w.Text, s) })
			}) {
				t.Errorf("%s: no word of %q: %v", name, c.says, warnings)
			}
		}
	}
}

// Holes: a period without a source goes, a unit with a hole goes, and both are said.
func TestHoles(t *testing.T) {
	var values []Value
	for u := range 6 {
		for i := range 10 {
			y := float64(u) + math.Sin(float64(i*(u+2)))
			if i == 3 && u > 1 || i == 5 && u == 0 || i == 7 && u == 4 {
				y = math.NaN()
			}
			values = append(values, Value{string(rune('a' + u)), i, y})
		}
	}
	values = append(values, Value{"b", 0, 99})
	p, warnings := NewPanel(values, only("a"))
	if len(p.Periods) != 8 || len(p.Units) != 5 || len(warnings) != 3 {
		t.Fatalf("%d periods, %d units, %v", len(p.Periods), len(p.Units), warnings)
	}
	if p.Y[1][0] == 99 {
		t.Error("a repeated value replaced the first")
	}
}

// On random panels: weights are weights, every number is finite, units and scale of measurement do not matter, and several
// starts average to what they should.
func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for range trials.Seeds(t, 40) {
		n, periods := 4+r.IntN(12), 6+r.IntN(12)
		var values, scaled []Value
		starts := map[string]int{}
		for u := range n {
			name := string(rune('a' + u))
			if u < 1+n/4 {
				starts[name] = 3 + r.IntN(periods-3)
			}
			level := r.NormFloat64()
			for i := range periods {
				level += r.NormFloat64()
				values = append(values, Value{name, i, level})
				scaled = append(scaled, Value{name, i, 1000*level - 77})
			}
		}
		p, _ := NewPanel(values, only("a"))
		q, _ := NewPanel(scaled, only("a"))
		a, b := DiD(p, starts, DiDOptions{Draws: 20}), DiD(q, starts, DiDOptions{Draws: 20})
		if !a.ATT.Known || math.Abs(1000*a.ATT.Value-b.ATT.Value) > 1e-6*(1+math.Abs(b.ATT.Value)) {
			t.Fatalf("effect %v, scaled %v", a.ATT, b.ATT)
		}
		var att, share float64
		for _, c := range a.Cohorts {
			att += c.Estimate.Value * c.Share.Value
			share += c.Share.Value
			var curve, omega, lambda float64
			for _, point := range c.Curve {
				curve += point.Effect / float64(len(c.Curve))
			}
			for _, w := range c.omega {
				omega += w
			}
			for _, w := range c.lambda {
				lambda += w
			}
			if math.Abs(curve-c.Estimate.Value) > 1e-9 || math.Abs(omega-1) > 1e-9 || math.Abs(lambda-1) > 1e-9 {
				t.Fatalf("curve %v of %v, weights %v and %v", curve, c.Estimate, omega, lambda)
			}
		}
		if math.Abs(att-a.ATT.Value) > 1e-9 || math.Abs(share-1) > 1e-9 {
			t.Fatalf("average %v of %v", att, a.ATT)
		}
		control := Control(p, ControlOptions{Treated: "a", Pre: Range{0, periods - 3}, Post: Range{periods - 2, periods - 1}})
		if control.Estimable && (len(control.Space.Units) != n || control.PreRMSPE.Value < 0) {
			t.Fatalf("placebos %d of %d", len(control.Space.Units), n)
		}
	}
}

// BenchmarkControl is a synthetic control of 100 units and 60 periods with all its placebos.
func BenchmarkControl(b *testing.B) {
	p := large()
	for b.Loop() {
		Control(p, ControlOptions{Treated: "0", Pre: Range{0, 39}, Post: Range{40, 59}})
	}
}

// BenchmarkDiD is a synthetic difference in differences on the same.
func BenchmarkDiD(b *testing.B) {
	p := large()
	for b.Loop() {
		DiD(p, map[string]int{"0": 40}, DiDOptions{})
	}
}

func large() Panel {
	r := rand.New(rand.NewPCG(1, 1))
	var values []Value
	common := 0.0
	for i := range 60 {
		common += r.NormFloat64()
		for u := range 100 {
			values = append(values, Value{strconv.Itoa(u), i, 50 + float64(u%10) + common*(1+float64(u)/100) + r.NormFloat64()})
		}
	}
	p, _ := NewPanel(values, only("0"))
	return p
}
