package spc

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/queries/stats/estimate"
)

func near(t *testing.T, what string, got, want, slack float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > slack {
		t.Errorf("%s = %.10g, want %.10g ± %g", what, got, want, slack)
	}
}

// Viscosity of aircraft primer paint, 20 batches (Montgomery, Introduction to Statistical Quality Control): centre
// 34.088, limits 32.56504 and 35.61096 with 3/d₂ = 3/1.128; batch 4 is outside.
var viscosity = []float64{34.05, 34.40, 33.59, 35.96, 34.70, 33.51, 33.79, 34.04, 34.52, 33.75,
	33.27, 33.71, 34.03, 34.58, 34.02, 33.97, 34.05, 34.04, 33.73, 34.05}

func TestXmRViscosity(t *testing.T) {
	c := XmR(viscosity, Options{Constant: ConstantD2})
	near(t, "centre", c.Phases[0].Centre.Value, 34.088, 1e-9)
	near(t, "sigma", c.Phases[0].Sigma.Value, 0.5076521, 5e-8)
	near(t, "lower", c.Phases[0].Lower.Value, 32.56504, 5e-6)
	near(t, "upper", c.Phases[0].Upper.Value, 35.61096, 5e-6)
	if diff := cmp.Diff([]int{3}, c.Outside()); diff != "" {
		t.Error(diff)
	}
	// Without batch 4 as baseline: 33.98947, 32.75425, 35.2247. It is still drawn, and still outside.
	base := make([]bool, len(viscosity))
	for i := range base {
		base[i] = i != 3
	}
	c = XmR(viscosity, Options{Constant: ConstantD2, Baseline: base})
	near(t, "centre without 4", c.Phases[0].Centre.Value, 33.98947, 5e-6)
	near(t, "upper without 4", c.Phases[0].Upper.Value, 35.2247, 5e-5)
	if !slices.Contains(c.Outside(), 3) {
		t.Error("batch 4 is no longer judged")
	}
}

// Orange juice cans, 30 samples of 50 (Montgomery): centre 0.2313333, limits 0.05242755 and 0.4102391, samples 15 and 23 out.
func TestPOrangeJuice(t *testing.T) {
	defects := []float64{12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6}
	size := make([]float64, len(defects))
	for i := range size {
		size[i] = 50
	}
	c := P(defects, size, Options{})
	near(t, "centre", c.Phases[0].Centre.Value, 0.2313333, 5e-8)
	near(t, "lower", c.Phases[0].Lower.Value, 0.05242755, 5e-9)
	near(t, "upper", c.Phases[0].Upper.Value, 0.4102391, 5e-8)
	if diff := cmp.Diff([]int{14, 22}, c.Outside()); diff != "" {
		t.Error(diff)
	}
	// A p′ chart of the same differs from it by the factor σz alone.
	prime := PPrime(defects, size, Options{})
	width := (prime.Phases[0].Upper.Value - 0.2313333) / (c.Phases[0].Upper.Value - 0.2313333)
	near(t, "p′ width", width, prime.Phases[0].Sigma.Value, 1e-6)
}

// Nonconformities in 26 samples of 100 printed circuit boards, and in 20 samples of 5 personal computers (Montgomery, ch. 7:
// c̄ 19.85, limits 6.48 and 33.22; ū 1.93, limits 0.07 and 3.79; data sets circuit and pcmanufact of the R package qcc,
// which prints more digits).
func TestCountsOfMontgomery(t *testing.T) {
	circuit := []float64{21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15}
	c := C(circuit, Options{})
	near(t, "centre", c.Phases[0].Centre.Value, 19.84615, 5e-6)
	near(t, "lower", c.Phases[0].Lower.Value, 6.481447, 5e-7)
	near(t, "upper", c.Phases[0].Upper.Value, 33.21086, 5e-6)
	if diff := cmp.Diff([]int{5, 19}, c.Outside()); diff != "" {
		t.Error(diff)
	}
	computers := []float64{10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5}
	five := make([]float64, len(computers))
	for i := range five {
		five[i] = 5
	}
	u := U(computers, five, Options{})
	near(t, "centre", u.Phases[0].Centre.Value, 1.93, 1e-12)
	near(t, "lower", u.Phases[0].Lower.Value, 0.06613305, 5e-9)
	near(t, "upper", u.Phases[0].Upper.Value, 3.793867, 5e-7)
}

func flags(c Chart, of func(Point) int) []int {
	out := make([]int, len(c.Points))
	for i, p := range c.Points {
		out[i] = of(p)
	}
	return out
}

// The rules at both sides of their boundaries, on a chart with centre 0 and limits ±3 (baseline 0, 3/2.66 apart).
func ruled(values []float64) Chart {
	step := 3 / 2.66
	var series []float64
	base := []bool{}
	for i := range 40 { // the baseline: mean 0, every moving range 3/2.66
		series, base = append(series, step*(float64(i%2)-0.5)), append(base, true)
	}
	rebased := append(series, values...)
	for range values {
		base = append(base, false)
	}
	c := XmR(rebased, Options{Baseline: base})
	c.Points = c.Points[40:]
	return c
}

func TestRules(t *testing.T) {
	outside := func(p Point) int { return p.Outside }
	shift := func(p Point) int { return p.Shift }
	trend := func(p Point) int { return p.Trend }
	two := func(p Point) int { return p.TwoOfThree }
	western := func(p Point) int { return p.TwoOfThreeIncl }
	for _, c := range []struct {
		name   string
		of     func(Point) int
		values []float64
		want   []int
	}{
		{"just outside and just inside", outside, []float64{0, 3.001, 2.999, -3.001, -2.999}, []int{0, 1, 0, -1, 0}},
		{"seven on one side", shift, []float64{-1, 1, 1, 1, 1, 1, 1, 1, -1}, []int{0, 1, 1, 1, 1, 1, 1, 1, 0}},
		{"six on one side", shift, []float64{-1, 1, 1, 1, 1, 1, 1, -1}, []int{0, 0, 0, 0, 0, 0, 0, 0}},
		{"a point on the centre neither adds to the run nor ends it", shift, []float64{-1, 1, 1, 1, 0, 1, 1, 1, 1, -1}, []int{0, 1, 1, 1, 0, 1, 1, 1, 1, 0}},
		{"and does not make seven of six", shift, []float64{-1, 1, 1, 1, 0, 1, 1, 1, -1}, make([]int, 9)},
		{"seven rising, first included", trend, []float64{-0.5, -1, -0.9, -0.8, 0.2, 0.3, 0.4, 0.5, 0}, []int{0, 1, 1, 1, 1, 1, 1, 1, 0}},
		{"six rising", trend, []float64{-0.5, -1, -0.9, -0.8, 0.2, 0.3, 0.4, 0}, make([]int, 8)},
		{"equal neighbours neither add to a trend nor end it", trend, []float64{-1, -0.9, -0.8, -0.7, -0.7, -0.6, -0.5, -0.4, -1}, []int{1, 1, 1, 1, 1, 1, 1, 1, 0}},
		{"and do not make seven of six", trend, []float64{-1, -0.9, -0.8, -0.7, -0.7, -0.6, -0.5, -1}, make([]int, 8)},
		{"a level month at the end may still go on", trend, []float64{-1, -0.9, -0.8, -0.7, -0.6, -0.5, -0.4, -0.4}, []int{1, 1, 1, 1, 1, 1, 1, 1}},
		{"two level months have stopped", trend, []float64{-1, -0.9, -0.8, -0.7, -0.6, -0.5, -0.4, -0.4, -0.4}, []int{1, 1, 1, 1, 1, 1, 1, 0, 0}},
		{"two of three beyond two sigma", two, []float64{-1, 2.1, 1, 2.1, -1}, []int{0, 1, 0, 1, 0}},
		{"all three must be on one side", two, []float64{2.1, -0.1, 2.1}, []int{0, 0, 0}},
		{"exactly two sigma is not beyond", two, []float64{2, 2, 2}, []int{0, 0, 0}},
		{"a point outside does not count", two, []float64{2.1, 1, 3.5}, []int{0, 0, 0}},
		{"but does in the other reading", western, []float64{2.1, 1, 3.5}, []int{1, 0, 1}},
	} {
		if diff := cmp.Diff(c.want, flags(ruled(c.values), c.of)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestTurningPointBelongsToTheLaterTrend(t *testing.T) {
	c := ruled([]float64{-0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.4, 0.2, 0, -0.2, -0.4, -0.6})
	if got := c.Points[6].Trend; got != -1 {
		t.Errorf("the turning point is %d, want −1: it begins the fall", got)
	}
	if got := c.Points[5].Trend; got != 1 {
		t.Errorf("the point before it is %d, want 1", got)
	}
}

func TestReading(t *testing.T) {
	rising := append(slices.Clone(viscosity), 36.5)
	for direction, want := range map[Direction]Variation{Up: Improving, Down: Worsening, Neutral: SpecialHigh} {
		if got := XmR(rising, Options{Direction: direction}).Variation; got != want {
			t.Errorf("a high last point is %q where better is %q, want %q", got, direction, want)
		}
	}
	if got := XmR(viscosity, Options{}).Variation; got != Common {
		t.Errorf("an ordinary last point is %q", got)
	}
	for _, c := range []struct {
		direction Direction
		target    float64
		want      Assurance
	}{{Up, 30, ReliablyMet}, {Up, 40, ReliablyMissed}, {Up, 34, HitOrMiss}, {Down, 30, ReliablyMissed}, {Down, 40, ReliablyMet}, {Neutral, 30, AssuranceUnknown}} {
		if got := XmR(viscosity, Options{Direction: c.direction, Target: estimate.Of(c.target)}).Assurance; got != c.want {
			t.Errorf("target %v, better is %q: %q, want %q", c.target, c.direction, got, c.want)
		}
	}
	if c := XmR(viscosity[:11], Options{}); !c.Trial || XmR(viscosity[:12], Options{}).Trial {
		t.Error("11 points must give trial limits and 12 must not")
	}
	if c := XmR(viscosity[:2], Options{}); c.Variation != VariationUnknown {
		t.Errorf("two points are judged %q", c.Variation)
	}
}

func TestRebase(t *testing.T) {
	series := append(slices.Clone(viscosity), 54, 54.4, 53.6, 54.2, 53.9)
	c := XmR(series, Options{Rebase: []int{20}})
	near(t, "first centre", c.Phases[0].Centre.Value, 34.088, 1e-9)
	near(t, "second centre", c.Phases[1].Centre.Value, 54.02, 1e-9)
	if c.Points[20].Outside != 0 || !c.Trial {
		t.Error("points after a rebase are judged by the old limits, or five points give firm ones")
	}
	if got := XmR(series, Options{}).Points[24].Shift; got != 0 {
		t.Errorf("five points on one side are a shift (%d)", got)
	}
}

func TestMissingValuesAreSteppedOver(t *testing.T) {
	series := slices.Insert(slices.Clone(viscosity), 7, math.NaN())
	c := XmR(series, Options{Constant: ConstantD2})
	near(t, "centre", c.Phases[0].Centre.Value, 34.088, 1e-9)
	near(t, "upper", c.Phases[0].Upper.Value, 35.61096, 5e-6)
	if c.Points[7].Value.Known || len(c.Warnings) == 0 {
		t.Error("the missing point has a value, or nobody is told")
	}
}

func TestFlatSeriesHasNoSignal(t *testing.T) {
	flat := make([]float64, 30)
	for i := range flat {
		flat[i] = 0.1 + 0.2
	}
	c := XmR(flat, Options{})
	for _, p := range c.Points {
		if p.Rule != CommonCause {
			t.Fatalf("point %d of a constant series is %q", p.Index, p.Rule)
		}
	}
}

// Benneyan (2001): limits of a g chart from ḡ; Nelson (1994): a t chart is symmetric in t^(1/3.6).
func TestRareEvents(t *testing.T) {
	between := []float64{10, 0, 30, 12, 8, 5, 40, 3, 9, 13, 20, 6}
	c := G(between, Options{})
	near(t, "ḡ", c.Phases[0].Centre.Value, 13, 1e-12)
	near(t, "upper", c.Phases[0].Upper.Value, 13+3*math.Sqrt(13*14), 1e-12)
	near(t, "lower", c.Phases[0].Lower.Value, 0, 0)
	x := T(between, Options{})
	root := func(v float64) float64 { return math.Pow(v, 1/3.6) }
	p := x.Phases[0]
	if p.Lower.Value > 0 {
		near(t, "symmetry", root(p.Upper.Value)-root(p.Centre.Value), root(p.Centre.Value)-root(p.Lower.Value), 1e-9)
	}
	if len(T([]float64{1, -2, 3}, Options{}).Warnings) == 0 {
		t.Error("a negative time passes silently")
	}
}

// Limits of Anhøj & Olesen (2014), table 1: n = 24 useful points allow a longest run of 8 and want 8 crossings.
func TestRunChart(t *testing.T) {
	var series []float64
	for i := range 24 {
		series = append(series, float64(i))
	}
	r := RunChart(series, Options{})
	if r.Useful != 24 || r.LongestMax != 8 || r.CrossMin != 8 {
		t.Errorf("limits for %d points: longest %d, crossings %d; want 8 and 8", r.Useful, r.LongestMax, r.CrossMin)
	}
	if !r.Signal || r.Longest != 12 || r.Crossings != 1 {
		t.Errorf("a steady climb: longest %d, crossings %d, signal %v", r.Longest, r.Crossings, r.Signal)
	}
	for i := range series {
		series[i] = float64(i % 2)
	}
	if r := RunChart(series, Options{}); r.Signal || r.Crossings != 23 {
		t.Errorf("a zigzag: crossings %d, signal %v", r.Crossings, r.Signal)
	}
	if r := RunChart([]float64{5, 5, 5}, Options{}); r.Signal || r.Useful != 0 {
		t.Errorf("a constant series: %+v", r)
	}
}

// TestLimitsOfAFewEvents: where a month has 0.3 events on average, 99.97% of months have 3 or fewer, and 99.64% have 2 or fewer (Poisson
// tables). So 4 events are a signal and 3 are none. Three standard deviations (0.3 + 1.64) would call 2 events a signal. Months without
// an event lie on the median and make no run. The same holds near 100%, for what is left to it.
func TestLimitsOfAFewEvents(t *testing.T) {
	events, size := []float64{0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0}, make([]float64, 20)
	rest := make([]float64, len(events))
	for i := range size {
		size[i], rest[i] = 400, 400-events[i]
	}
	c := P(events, size, Options{Exact: true})
	near(t, "upper", c.Points[0].Upper.Value, 3./400, 1e-12)
	if len(c.Outside()) > 0 || c.Points[8].Rule != CommonCause {
		t.Errorf("outside: %v, the months without events: %q", c.Outside(), c.Points[8].Rule)
	}
	if normal := P(events, size, Options{}); len(normal.Outside()) != 1 || normal.Points[8].Rule != ShiftRule {
		t.Errorf("by three standard deviations outside: %v, the months without events: %q", normal.Outside(), normal.Points[8].Rule)
	}
	mirrored := P(rest, size, Options{Exact: true})
	near(t, "lower", mirrored.Points[0].Lower.Value, 1-3./400, 1e-12)
	events[19] = 5
	if c = P(events, size, Options{Exact: true}); !slices.Contains(c.Outside(), 19) {
		t.Error("5 where 0.55 is usual is no signal")
	}
}

// TestOldPhasesOfFewEvents: before the programme a month has one event of 20, after it ten. Four of 20 in an old month lie beyond
// three standard deviations from 5% (19.6%) and come by chance in one month of 63: P(X ≥ 4) = 0.0159 of Binomial(20, 0.05). The
// exact limit is 5 of 20, which P(X > 5) = 0.0003 goes beyond. The new phase keeps its limits, 0.5 ± 3 √(0.25/20).
func TestOldPhasesOfFewEvents(t *testing.T) {
	events, size := make([]float64, 40), make([]float64, 40)
	for i := range events {
		events[i], size[i] = 1, 20
		if i >= 20 {
			events[i] = 10
		}
	}
	events[3], events[5], events[7], events[9] = 4, 0, 0, 0
	o := Options{Rebase: []int{20}}
	if c := P(events, size, o); !slices.Equal(c.Outside(), []int{3}) {
		t.Errorf("by three standard deviations outside: %v", c.Outside())
	}
	o.ExactBelow = 10
	c := P(events, size, o)
	if len(c.Outside()) > 0 {
		t.Errorf("by exact limits outside: %v", c.Outside())
	}
	near(t, "old upper limit", c.Points[3].Upper.Value, .25, 1e-9)
	near(t, "new upper limit", c.Points[30].Upper.Value, .5+3*math.Sqrt(.25/20), 1e-9)
}
