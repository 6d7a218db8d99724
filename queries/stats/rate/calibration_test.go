package rate

import (
	"fmt"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// coverage is exact: the probability of all counts whose interval holds the true proportion.
func coverage(of func(x, n, confidence float64) Rate, n int, p float64) float64 {
	law := distuv.Binomial{N: float64(n), P: p}
	var sum float64
	for k := range n + 1 {
		if r := of(float64(k), float64(n), 0.95); r.Low.Value <= p && p <= r.High.Value {
			sum += law.Prob(float64(k))
		}
	}
	return sum
}

func average(of func(x, n, confidence float64) Rate, n int) (mean, least float64) {
	const grid = 400
	least = 1
	for i := range grid {
		c := coverage(of, n, (float64(i)+0.5)/grid)
		mean += c / grid
		least = min(least, c)
	}
	return mean, least
}

// Newcombe (1998) and Brown, Cai & DasGupta (2001, Statistical Science 16:101–133): Wilson's mean coverage is close to
// the level, with dips near 0 and 1; Clopper–Pearson never falls below it.
func TestCoverage(t *testing.T) {
	for _, n := range []int{10, 30, 100} {
		if mean, _ := average(Wilson, n); mean < 0.94 || mean > 0.96 {
			t.Errorf("n = %d: Wilson covers %.4f on average", n, mean)
		}
		if _, least := average(ClopperPearson, n); least < 0.95-1e-9 {
			t.Errorf("n = %d: Clopper–Pearson covers %.4f at its worst", n, least)
		}
		if mean, _ := average(WilsonContinuity, n); mean < 0.95 {
			t.Errorf("n = %d: Wilson with continuity correction covers %.4f on average", n, mean)
		}
	}
	for _, mean := range []float64{3, 12, 40} {
		law := distuv.Poisson{Lambda: mean}
		var exact, byar float64
		for k := range 400 {
			if r := ExactPoisson(float64(k), 1, 1, 0.95); r.Low.Value <= mean && mean <= r.High.Value {
				exact += law.Prob(float64(k))
			}
			if r := Byar(float64(k), 1, 1, 0.95); r.Low.Value <= mean && mean <= r.High.Value {
				byar += law.Prob(float64(k))
			}
		}
		if exact < 0.95-1e-9 {
			t.Errorf("mean %v: exact Poisson limits cover %.4f", mean, exact)
		}
		if mean >= ExactLimit && byar < 0.94 {
			t.Errorf("mean %v: Byar's limits cover %.4f", mean, byar)
		}
	}
}

func BenchmarkCoverage(b *testing.B) {
	for b.Loop() {
		for _, n := range []int{10, 30, 100} {
			mean, least := average(Wilson, n)
			b.ReportMetric(100*mean, fmt.Sprintf("wilson_n%d_mean_%%", n))
			b.ReportMetric(100*least, fmt.Sprintf("wilson_n%d_least_%%", n))
		}
	}
}
