package funnel

import (
	"math"
	"sync"

	"hulian/queries/stats/estimate"
)

// sharpestBase bounds n·p(1−p) of the bases of a band: no share is taken for better known than to one point.
const sharpestBase = 625

// Band is where the shares of ordinary units of any size lie around a centre from which they differ beyond chance. Its limits are
// quantiles of the beta-binomial distribution, drawn through between its steps (Spiegelhalter 2005, appendix).
type Band struct {
	Centre float64 // share
	Tau2   float64 // variance of the true shares of units
	Phi    float64 // variance of a unit's events over the binomial one: bases are divided by it; at least 1

	found *sync.Map // limits found before, by cut base and level; shared by the copies of a band
}

// NewBand makes a band; it keeps the limits it found. Several goroutines may use it and its copies at once.
func NewBand(centre, tau2, phi float64) Band {
	return Band{Centre: centre, Tau2: tau2, Phi: phi, found: &sync.Map{}}
}

// Limits are the shares a unit with a base stays between at a two-sided level, both ends absent without a base.
func (b Band) Limits(base, level float64) estimate.Interval {
	if !(base > 0) {
		return estimate.Interval{}
	}
	c := math.Min(.9995, math.Max(.0005, b.Centre))
	n := math.Max(1, math.Round(math.Min(base/b.Phi, sharpestBase/(c*(1-c)))))
	key := [2]float64{n, level}
	if known, ok := b.found.Load(key); ok {
		return known.(estimate.Interval)
	}
	size := c*(1-c)/math.Max(b.Tau2, 1e-7) - 1
	limits := betaBinomialLimits(n, c*size, (1-c)*size, (1-level)/2)
	b.found.Store(key, limits)
	return limits
}

// betaBinomialLimits gives the shares beyond which lies a tail of the beta-binomial distribution of events out of n, on either
// side. It walks the distribution once.
func betaBinomialLimits(n, a, b, tail float64) estimate.Interval {
	// From the middle outwards by the ratio of neighbours, for the mass at 0 may be too small to be a number.
	mass := make([]float64, int(n)+1)
	middle := min(len(mass)-1, int(n*a/(a+b)+.5))
	mass[middle] = 1
	sum := 1.0
	ratio := func(x float64) float64 { return (n - x) * (x + a) / ((x + 1) * (n - x - 1 + b)) } // of the mass at x+1 to that at x
	for k := middle; k+1 < len(mass); k++ {
		mass[k+1] = mass[k] * ratio(float64(k))
		sum += mass[k+1]
	}
	for k := middle; k > 0; k-- {
		mass[k-1] = mass[k] / ratio(float64(k-1))
		sum += mass[k-1]
	}
	low, high := 0.0, 1.0
	below := 0.0
	for k, p := range mass {
		p /= sum
		if below+p > tail {
			low = math.Max(0, (float64(k)-(below+p-tail)/p)/n)
			break
		}
		below += p
	}
	above := 0.0
	for k := len(mass) - 1; k >= 0; k-- {
		p := mass[k] / sum
		if above+p > tail {
			high = math.Min(1, (float64(k)+(above+p-tail)/p)/n)
			break
		}
		above += p
	}
	return estimate.Between(low, high)
}
