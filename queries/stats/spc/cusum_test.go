package spc

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// TestCumulativeSumByHand: a share of 0.2 watched for 0.3: an event adds ln 1.5 = 0.4055, none adds ln(0.7/0.8) = −0.1335.
func TestCumulativeSumByHand(t *testing.T) {
	s := CumulativeSum([]float64{0, 3, 1}, []float64{10, 10, 10}, []float64{.2, .2, .2}, .1)
	third := 3*.405465 - 7*.133531
	if s.Values[0] != 0 || math.Abs(s.Values[1]-third) > 1e-5 || s.Values[2] != 0 || s.From != 1 {
		t.Errorf("%+v, want 0, %.4f, 0", s, third)
	}
}

// falseSums is the share of steady series whose sum passes its limit in a year, and of series that rise by six points those that do
// within a year.
func falseSums(n, base, p float64, series int, seed uint64) (falsely, found float64) {
	r := rand.New(rand.NewPCG(seed, 3))
	bases, steady := make([]float64, 12), make([]float64, 12)
	for rise, into := range map[float64]*float64{0: &falsely, .06: &found} {
		for range series {
			level := math.Min(.98, math.Max(.0125, distuv.Binomial{N: base, P: p, Src: r}.Rand()/base))
			events := make([]float64, 12)
			for k := range events {
				bases[k], steady[k] = n, level
				events[k] = distuv.Binomial{N: n, P: p + rise, Src: r}.Rand()
			}
			limit := SumLimit(steady, bases, base, .05, .025)
			for _, v := range CumulativeSum(events, bases, steady, .05).Values {
				if v > limit {
					*into += 1 / float64(series)
					break
				}
			}
		}
	}
	return falsely, found
}

// TestSumsKeepTheirLimits: 2.5% of steady series pass the limit simulated for their size in a year, within Monte-Carlo error and
// the coarseness of the bands.
func TestSumsKeepTheirLimits(t *testing.T) {
	for _, c := range []struct{ n, base float64 }{{10, 60}, {100, 600}, {1000, 6000}} {
		falsely, _ := falseSums(c.n, c.base, .3, 600, 1)
		if falsely > .025+4*math.Sqrt(.025*.975/600)+.01 {
			t.Errorf("n %g: %.3f of steady series pass the limit", c.n, falsely)
		}
	}
}

// BenchmarkSums prints both for several sizes.
func BenchmarkSums(b *testing.B) {
	for range b.N {
		for _, n := range []float64{10, 30, 100, 300, 1000} {
			falsely, found := falseSums(n, 6*n, .3, 2000, 2)
			fmt.Printf("%g a month: %.3f of steady series pass the limit in a year, %.2f of those that rise by six points\n", n, falsely, found)
		}
	}
}
