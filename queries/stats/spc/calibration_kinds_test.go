package spc

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// The false-signal rates of the charts of counts, of rare events and of runs, each held to its own theory: the share of
// the distribution beyond the limits that the chart itself drew from a long steady series.

// steadyChart is a chart of a long steady series, with the theory of a point outside and of a run of seven.
type steadyChart struct {
	name           string
	chart          Chart
	outside, shift float64 // theory
}

// runShare is the share of points in runs of seven or more on one side, where a point lies above with probability a and
// below with b; what lies on the centre ends a run. A point stands in a run of length ℓ with ℓ aˡ (1−a)² per point.
func runShare(a, b float64) (share float64) {
	for _, p := range []float64{a, b} {
		for l := 7.0; l < 400; l++ {
			share += l * math.Pow(p, l) * (1 - p) * (1 - p)
		}
	}
	return share
}

func discrete(c Chart, scale float64, cdf func(float64) float64) (outside, shift float64) {
	p := c.Points[0]
	const whisker = 1e-9
	low, high := math.Ceil(scale*p.low-whisker)-1, math.Floor(scale*p.high+whisker)
	outside = 1 - cdf(high)
	if low >= 0 {
		outside += cdf(low)
	}
	below, atMost := cdf(math.Ceil(scale*p.centre-whisker)-1), cdf(math.Floor(scale*p.centre+whisker))
	return outside, runShare(1-atMost, below)
}

func steadyCharts(points int, seed uint64) []steadyChart {
	random := rand.New(rand.NewPCG(seed, 9))
	x, n := make([]float64, points), make([]float64, points)
	draw := func(value func() float64) []float64 {
		for i := range x {
			x[i] = value()
		}
		return x
	}
	constant := func(base float64) []float64 {
		for i := range n {
			n[i] = base
		}
		return n
	}
	var all []steadyChart
	binomial := distuv.Binomial{N: 200, P: 0.1, Src: random}
	draw(binomial.Rand)
	p := P(x, constant(200), Options{})
	outside, shift := discrete(p, 200, binomial.CDF)
	all = append(all, steadyChart{"p", p, outside, shift})
	prime := PPrime(x, n, Options{})
	outside, shift = discrete(prime, 200, binomial.CDF)
	all = append(all, steadyChart{"p_prime", prime, outside, shift})
	poisson := distuv.Poisson{Lambda: 12, Src: random}
	draw(poisson.Rand)
	u := U(x, constant(4), Options{})
	outside, shift = discrete(u, 4, poisson.CDF)
	all = append(all, steadyChart{"u", u, outside, shift})
	uprime := UPrime(x, n, Options{})
	outside, shift = discrete(uprime, 4, poisson.CDF)
	all = append(all, steadyChart{"u_prime", uprime, outside, shift})
	const rare = 0.05
	draw(func() float64 { return math.Floor(math.Log(1-random.Float64()) / math.Log(1-rare)) })
	g := G(x, Options{})
	outside, shift = discrete(g, 1, func(k float64) float64 { return 1 - math.Pow(1-rare, math.Floor(k)+1) })
	all = append(all, steadyChart{"g", g, outside, shift})
	draw(random.ExpFloat64)
	t := T(x, Options{})
	weibull := distuv.Weibull{K: 3.6, Lambda: 1} // of t^(1/3.6)
	first := t.Points[0]
	above := weibull.Survival(first.centre)
	all = append(all, steadyChart{"t", t, weibull.CDF(first.low) + weibull.Survival(first.high), runShare(above, 1-above)})
	return all
}

// Ties are passed over and make no trend of chance: in a steady series of few different values a trend comes by chance no more often
// than in one without ties.
func TestTiesMakeNoTrendOfChance(t *testing.T) {
	const points = 60_000
	_, _, theory, _, _ := theory(3)
	random := rand.New(rand.NewPCG(7, 9))
	for _, d := range []distuv.Binomial{{N: 4, P: .5, Src: random}, {N: 10, P: .5, Src: random}, {N: 10, P: .9, Src: random}, {N: 50, P: .9, Src: random}} {
		x, n := make([]float64, points), make([]float64, points)
		for i := range x {
			x[i], n[i] = d.Rand(), d.N
		}
		var share float64
		for _, p := range P(x, n, Options{}).Points {
			if p.Trend != 0 {
				share += 1. / points
			}
		}
		t.Logf("n %v, p %v: %.5f of the points in a trend, without ties %.5f", d.N, d.P, share, theory)
		if share > theory+4*math.Sqrt(clustered["trend"]*theory/points) {
			t.Errorf("n %v, p %v: %.5f of the points of a steady series lie in a trend, without ties %.5f", d.N, d.P, share, theory)
		}
	}
}

func (s steadyChart) observed() (outside, shift float64) {
	for _, p := range s.chart.Points {
		if p.Outside != 0 {
			outside += 1 / float64(len(s.chart.Points))
		}
		if p.Shift != 0 {
			shift += 1 / float64(len(s.chart.Points))
		}
	}
	return
}

func TestFalseSignalsOfEveryKind(t *testing.T) {
	const points = 60_000
	for _, s := range steadyCharts(points, 5) {
		outside, shift := s.observed()
		near(t, s.name+" outside", outside, s.outside, 4*math.Sqrt(s.outside/points)+1e-9)
		near(t, s.name+" shift", shift, s.shift, 4*math.Sqrt(clustered["shift"]*s.shift/points))
	}
	// The t chart's limits are those of the Weibull distribution: mean ± 2.66 E|y₁ − y₂| = μ (1 ± 5.32 (1 − 2^(−1/3.6))).
	for _, s := range steadyCharts(points, 6) {
		if s.name == "t" {
			mean := math.Gamma(1 + 1/3.6)
			near(t, "centre of the t chart", s.chart.Points[0].centre, mean, 0.005)
			near(t, "upper limit of the t chart", s.chart.Points[0].high, mean*(1+2.66*2*(1-math.Pow(2, -1/3.6))), 0.01)
		}
	}
}

// runTheory counts, over all orders of n values half of which lie above the median, those that signal.
func runTheory(n int) float64 {
	most := int(math.Round(math.Log2(float64(n)) + 3))
	least := 0
	half := distuv.Binomial{N: float64(n - 1), P: 0.5}
	for half.CDF(float64(least)) < 0.05 {
		least++
	}
	all, signals := 0.0, 0.0
	for code := range uint64(1) << n {
		if bits.OnesCount64(code) != n/2 {
			continue
		}
		all++
		crossings := bits.OnesCount64((code ^ code>>1) & (1<<(n-1) - 1))
		longest, length := 1, 1
		for i := 1; i < n; i++ {
			if code>>i&1 == code>>(i-1)&1 {
				length++
			} else {
				length = 1
			}
			longest = max(longest, length)
		}
		if crossings < least || longest > most {
			signals++
		}
	}
	return signals / all
}

func runSignals(n, series int, shift float64, seed uint64) (share float64) {
	random := rand.New(rand.NewPCG(seed, uint64(n)))
	values := make([]float64, n)
	for range series {
		for i := range values {
			values[i] = random.NormFloat64()
			if i >= n/2 {
				values[i] += shift
			}
		}
		if RunChart(values, Options{}).Signal {
			share += 1 / float64(series)
		}
	}
	return share
}

func TestFalseSignalsOfRunCharts(t *testing.T) {
	for _, n := range []int{10, 12, 16, 20} {
		const series = 20_000
		want := runTheory(n)
		near(t, fmt.Sprintf("run chart of %d", n), runSignals(n, series, 0, 3), want, 4*math.Sqrt(want*(1-want)/series))
	}
}

func BenchmarkFalseSignalsOfEveryKind(b *testing.B) {
	for b.Loop() {
		for _, s := range steadyCharts(1_000_000, 7) {
			outside, shift := s.observed()
			b.ReportMetric(100*outside, s.name+"_outside_%")
			b.ReportMetric(100*s.outside, s.name+"_outside_theory_%")
			b.ReportMetric(100*shift, s.name+"_shift_%")
			b.ReportMetric(100*s.shift, s.name+"_shift_theory_%")
		}
		for _, n := range []int{12, 20} {
			b.ReportMetric(100*runSignals(n, 50_000, 0, 4), fmt.Sprintf("run_%d_%%", n))
			b.ReportMetric(100*runTheory(n), fmt.Sprintf("run_%d_theory_%%", n))
			b.ReportMetric(100*runSignals(n, 20_000, 2, 4), fmt.Sprintf("run_%d_power_at_2sigma_%%", n))
		}
	}
}

// Power on charts of proportions: a drop planted after twelve months of 200, found within six.
func BenchmarkPowerOfProportions(b *testing.B) {
	for b.Loop() {
		for _, drop := range []float64{0, 0.05, 0.1} {
			random := rand.New(rand.NewPCG(2, 2))
			const series = 10_000
			share := 0.0
			marked := make([]bool, 18)
			x, n := make([]float64, 18), make([]float64, 18)
			for range series {
				for i := range x {
					n[i], marked[i] = 200, i < 12
					rate := 0.8
					if i >= 12 {
						rate -= drop
					}
					x[i] = distuv.Binomial{N: 200, P: rate, Src: random}.Rand()
				}
				for _, p := range P(x, n, Options{Baseline: marked}).Points[12:] {
					if p.Rule != CommonCause && p.Sign < 0 {
						share += 1.0 / series
						break
					}
				}
			}
			b.ReportMetric(100*share, fmt.Sprintf("found_at_%gpp_%%", 100*drop))
		}
	}
}
