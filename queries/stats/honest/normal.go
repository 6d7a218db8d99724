package honest

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// logSurvival is log P(Z > x), far into the tail (Abramowitz & Stegun 26.2.12 beyond 30).
func logSurvival(x float64) float64 {
	switch {
	case math.IsInf(x, 1):
		return math.Inf(-1)
	case math.IsInf(x, -1):
		return 0
	case x < 30:
		return math.Log(math.Erfc(x/math.Sqrt2) / 2)
	}
	y := 1 / (x * x)
	return -x*x/2 - math.Log(x*math.Sqrt(2*math.Pi)) + math.Log1p(-y*(1-3*y*(1-5*y)))
}

// tail is P(Z > x) for a standard normal Z between low and high, low ≤ x ≤ high.
func tail(x, low, high float64) float64 {
	a, b, c := logSurvival(low), logSurvival(high), logSurvival(x)
	whole := -math.Expm1(b - a)
	if !(whole > 0) {
		return 1 // no room between the ends: nothing can be told
	}
	return math.Exp(c-a) * -math.Expm1(b-c) / whole
}

// folded is the 1 − alpha quantile of |N(t, 1)|, t ≥ 0: the critical value of an estimator whose bias may be t standard
// errors (Armstrong & Kolesár 2020, table 1).
func folded(t, alpha float64) float64 {
	z := distuv.UnitNormal
	low, high := t+z.Quantile(1-alpha), t+z.Quantile(1-alpha/2)
	if t == 0 {
		return high
	}
	for range 200 {
		c := (low + high) / 2
		if c == low || c == high {
			break
		}
		if z.Survival(c-t)+z.CDF(-c-t) > alpha {
			low = c
		} else {
			high = c
		}
	}
	return (low + high) / 2
}
