package spc

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// What the rules promise on series where nothing happens, and how soon they find what is planted. Expected values are
// theory; observed ones simulation from fixed seeds, held to them within four Monte-Carlo standard errors.

// falseSignals is the share of points flagged by each rule on steady noise judged by limits from a long baseline.
func falseSignals(points int, seed uint64) (outside, shift, trend, two, western float64) {
	const baseline = 50_000
	random := rand.New(rand.NewPCG(seed, 1))
	series, marked := make([]float64, baseline+points), make([]bool, baseline+points)
	for i := range series {
		series[i], marked[i] = random.NormFloat64(), i < baseline
	}
	c := XmR(series, Options{Baseline: marked})
	for _, p := range c.Points[baseline:] {
		for _, r := range []struct {
			flag int
			into *float64
		}{{p.Outside, &outside}, {p.Shift, &shift}, {p.Trend, &trend}, {p.TwoOfThree, &two}, {p.TwoOfThreeIncl, &western}} {
			if r.flag != 0 {
				*r.into += 1 / float64(points)
			}
		}
	}
	return
}

// theory gives the same shares for independent normal values and limits ± k σ.
func theory(k float64) (outside, shift, trend, two, western float64) {
	n := distuv.UnitNormal
	outside = 2 * n.Survival(k)
	shift = 8 / math.Pow(2, 7) // a point stands in a run of m or more with (m+1)/2^m
	for l := 7.0; l < 30; l++ {
		// A rising run of exactly l points begins at a point with (l²+l−1)/(l+2)!.
		trend += 2 * l * (l*l + l - 1) / math.Gamma(l+3)
	}
	// Two of three by all patterns of five points: the middle one is flagged if it is near and one of the three windows
	// that hold it lies on one side with two near points.
	sides := []int{-1, -1, -1, 1, 1, 1}
	kinds := []int{0, 1, 2, 0, 1, 2} // within two thirds, near, outside
	p := []float64{0.5 - n.Survival(2*k/3), n.Survival(2*k/3) - n.Survival(k), n.Survival(k)}
	var pattern [5]int
	for code := range 6 * 6 * 6 * 6 * 6 {
		chance := 1.0
		for i, rest := 0, code; i < 5; i, rest = i+1, rest/6 {
			pattern[i] = rest % 6
			chance *= p[kinds[pattern[i]]]
		}
		fires := func(near func(kind int) bool) bool {
			if !near(kinds[pattern[2]]) {
				return false
			}
			for from := range 3 {
				count, same := 0, true
				for i := from; i < from+3; i++ {
					same = same && sides[pattern[i]] == sides[pattern[2]]
					if near(kinds[pattern[i]]) {
						count++
					}
				}
				if same && count >= 2 {
					return true
				}
			}
			return false
		}
		if fires(func(kind int) bool { return kind == 1 }) {
			two += chance
		}
		if fires(func(kind int) bool { return kind >= 1 }) {
			western += chance
		}
	}
	return
}

// clustered is how much larger the variance of a share is because flags come in runs; generous by design.
var clustered = map[string]float64{"outside": 1.5, "shift": 12, "trend": 12, "two_of_three": 4, "two_of_three_incl_outside": 4}

func rates(outside, shift, trend, two, western float64) map[string]float64 {
	return map[string]float64{"outside": outside, "shift": shift, "trend": trend, "two_of_three": two, "two_of_three_incl_outside": western}
}

func TestFalseSignals(t *testing.T) {
	const points = 200_000
	want := rates(theory(2.66 * 2 / math.SqrtPi)) // E|xᵢ − xᵢ₋₁| = 2σ/√π
	for rule, got := range rates(falseSignals(points, 11)) {
		slack := 4 * math.Sqrt(clustered[rule]*want[rule]*(1-want[rule])/points)
		near(t, rule, got, want[rule], slack+0.02*want[rule])
	}
}

func BenchmarkFalseSignals(b *testing.B) {
	const points = 1_000_000
	want := rates(theory(2.66 * 2 / math.SqrtPi))
	for b.Loop() {
		for rule, got := range rates(falseSignals(points, 12)) {
			b.ReportMetric(100*got, rule+"_%")
			b.ReportMetric(100*want[rule], rule+"_theory_%")
		}
	}
}

// anySignal is the share of steady series of a length in which any rule fires at least once: what a reader of monthly
// charts meets, limits estimated from the series itself.
func anySignal(length, series int, seed uint64) (outside, any float64) {
	random := rand.New(rand.NewPCG(seed, 2))
	values := make([]float64, length)
	for range series {
		for i := range values {
			values[i] = random.NormFloat64()
		}
		beyond, fired := false, false
		for _, p := range XmR(values, Options{}).Points {
			beyond, fired = beyond || p.Outside != 0, fired || p.Rule != CommonCause
		}
		if beyond {
			outside += 1 / float64(series)
		}
		if fired {
			any += 1 / float64(series)
		}
	}
	return
}

func BenchmarkAnySignalOnSteadySeries(b *testing.B) {
	for _, length := range []int{12, 24} {
		b.Run(fmt.Sprint(length, "_months"), func(b *testing.B) {
			for b.Loop() {
				outside, any := anySignal(length, 20_000, 5)
				b.ReportMetric(100*outside, "series_with_a_point_outside_%")
				b.ReportMetric(100*any, "series_with_any_signal_%")
			}
		})
	}
}

// found is the share of series in which a shift of some sigmas after twelve steady months shows within six months.
func found(shiftBy float64, series int, seed uint64) float64 {
	random := rand.New(rand.NewPCG(seed, 3))
	var share float64
	marked := make([]bool, 18)
	for i := range 12 {
		marked[i] = true
	}
	values := make([]float64, 18)
	for range series {
		for i := range values {
			values[i] = random.NormFloat64()
			if i >= 12 {
				values[i] += shiftBy
			}
		}
		for _, p := range XmR(values, Options{Baseline: marked}).Points[12:] {
			if p.Rule != CommonCause && p.Sign > 0 {
				share += 1 / float64(series)
				break
			}
		}
	}
	return share
}

func TestPlantedShiftsAreFound(t *testing.T) {
	none, large := found(0, 4000, 8), found(3, 4000, 8)
	if large < 0.9 {
		t.Errorf("a shift of three sigmas is found in %.0f%% of the series within six months", 100*large)
	}
	if none > 0.25 {
		t.Errorf("no shift is found in %.0f%%", 100*none)
	}
}

func BenchmarkPower(b *testing.B) {
	for b.Loop() {
		for _, by := range []float64{0, 1, 1.5, 2, 3} {
			b.ReportMetric(100*found(by, 20_000, 8), fmt.Sprintf("found_at_%gsigma_%%", by))
		}
	}
}

// A p chart on binomial data: the share outside is that of the binomial distribution itself.
func TestFalseSignalsOfProportions(t *testing.T) {
	const points, n, p = 100_000, 200, 0.1
	random := rand.New(rand.NewPCG(4, 4))
	x, size := make([]float64, points), make([]float64, points)
	for i := range x {
		size[i] = n
		for range n {
			if random.Float64() < p {
				x[i]++
			}
		}
	}
	c := P(x, size, Options{})
	var want float64
	law := distuv.Binomial{N: n, P: p}
	low, high := n*c.Points[0].low, n*c.Points[0].high
	for k := range n + 1 {
		if float64(k) < low || float64(k) > high {
			want += law.Prob(float64(k))
		}
	}
	near(t, "share outside", float64(len(c.Outside()))/points, want, 4*math.Sqrt(want/points))
	prime := PPrime(x, size, Options{})
	near(t, "σz of binomial data", prime.Phases[0].Sigma.Value, 1, 0.02)
}
