package funnel

import (
	"math"
	"sync"
	"testing"

	"hulian/queries/stats/estimate"
)

// TestABandWithoutSpreadIsTheFunnel holds the limits of a band that allows for nothing but chance against the exact binomial
// ones of the funnel.
func TestABandWithoutSpreadIsTheFunnel(t *testing.T) {
	for _, n := range []float64{10, 50, 400} {
		for _, theta := range []float64{.2, .5, .9} {
			band := NewBand(theta, 0, 1)
			f := Compare([]Unit{{"a", math.Round(n * theta), n}, {"b", math.Round(n * theta), n}}, Options{Target: estimate.Of(theta)})
			for _, l := range f.Places[0].Limits {
				got := band.Limits(n, l.Level)
				// Between the steps of the distribution each draws its own line: they stay within one event of each other.
				if math.Abs(got.Low.Value-math.Max(0, l.Exact.Low.Value))*n > 1.1 || math.Abs(got.High.Value-math.Min(1, l.Exact.High.Value))*n > 1.1 {
					t.Errorf("n %v, θ %v, level %v: %v–%v, the funnel has %v–%v", n, theta, l.Level, got.Low.Value, got.High.Value, l.Exact.Low.Value, l.Exact.High.Value)
				}
			}
		}
	}
}

func TestABandWidensWithSpreadAndNarrowsWithBase(t *testing.T) {
	width := func(b Band, n float64) float64 {
		l := b.Limits(n, .95)
		return l.High.Value - l.Low.Value
	}
	chance, spread, clustered := NewBand(.7, 0, 1), NewBand(.7, .01, 1), NewBand(.7, 0, 3)
	if !(width(chance, 400) < width(chance, 40)) || !(width(spread, 400) > width(chance, 400)) || !(width(clustered, 400) > width(chance, 400)) {
		t.Errorf("%v %v %v %v", width(chance, 40), width(chance, 400), width(spread, 400), width(clustered, 400))
	}
	// Of a large unit nothing but the spread is left: ± 1.96 τ.
	if w := width(spread, 1e9); math.Abs(w-2*1.96*.1) > .03 {
		t.Errorf("a large unit has limits %v wide", w)
	}
	if l := chance.Limits(0, .95); l.Low.Known || l.High.Known {
		t.Errorf("without a base: %v", l)
	}
}

// TestABandIsSharedByGoroutines is for the race detector, and holds what each goroutine reads to one answer.
func TestABandIsSharedByGoroutines(t *testing.T) {
	band, alone := NewBand(.7, .01, 2), NewBand(.7, .01, 2)
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			for n := 10.; n < 60; n++ {
				if got, want := band.Limits(n, .95), alone.Limits(n, .95); got != want {
					t.Errorf("of %v: %v, %v", n, got, want)
				}
			}
		})
	}
	work.Wait()
}

// TestLimitsByHand: with a flat prior Beta(1, 1) every count of 0 to 9 out of 9 has the mass 0.1, so that a tail of 0.15 ends in
// the middle of the count 1: (1 − 0.5)/9. With no spread between villages limits are those of the binomial distribution:
// of Binomial(10, 0.5) 0.0107 lie below 2 and 0.0547 below 3, so that 2.5% end at (2 − (0.0547−0.025)/0.0439)/10.
func TestLimitsByHand(t *testing.T) {
	if l := betaBinomialLimits(9, 1, 1, .15); math.Abs(l.Low.Value-.5/9) > 1e-9 || math.Abs(l.High.Value-8.5/9) > 1e-9 {
		t.Errorf("flat: %v", l)
	}
	if l := betaBinomialLimits(10, 1e7, 1e7, .025); math.Abs(l.Low.Value-(2-(.0546875-.025)/.0439453)/10) > 1e-4 || math.Abs(l.Low.Value+l.High.Value-1) > 1e-6 {
		t.Errorf("binomial: %v", l)
	}
}
