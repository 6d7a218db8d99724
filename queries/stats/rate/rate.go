package rate

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
)

// Method names how limits were made.
type Method string

// The methods.
const (
	WilsonScore      Method = "wilson"
	WilsonCorrected  Method = "wilson_continuity"
	ClopperPearsonCI Method = "clopper_pearson"
	ByarCI           Method = "byar"
	ExactPoissonCI   Method = "exact_poisson"
)

// Rate is a proportion or a rate with its base and limits.
type Rate struct {
	Numerator   float64            `json:"numerator"`
	Denominator float64            `json:"denominator"`
	Scale       float64            `json:"scale"` // 1 for proportions; 1000 for "per 1,000"
	Value       estimate.Number    `json:"value"` // scale × numerator ÷ denominator
	Low         estimate.Number    `json:"low"`
	High        estimate.Number    `json:"high"`
	Confidence  float64            `json:"confidence"`
	Method      Method             `json:"method"`
	Warnings    []estimate.Warning `json:"warnings,omitempty"`
}

// Wilson is the score interval of Wilson (1927) for x successes in n trials:
//
//	(p + z²/2n ± z √(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n)
//
// At x = 0 the low end is exactly 0, at x = n the high end exactly 1. Method 3 of Newcombe (1998),
// Statistics in Medicine 17:857–872.
func Wilson(x, n, confidence float64) Rate {
	r, ok := proportion(x, n, confidence, WilsonScore)
	if !ok {
		return r
	}
	z := estimate.Z(r.Confidence)
	p, z2 := x/n, z*z
	middle := p + z2/(2*n)
	half := z * math.Sqrt(p*(1-p)/n+z2/(4*n*n))
	low, high := (middle-half)/(1+z2/n), (middle+half)/(1+z2/n)
	return r.limits(x, low, high)
}

// WilsonContinuity is the score interval with continuity correction, method 4 of Newcombe (1998):
//
//	low  = (2np + z² − 1 − z √(z² − 2 − 1/n + 4p(n(1−p) + 1))) ÷ 2(n + z²)
//	high = (2np + z² + 1 + z √(z² + 2 − 1/n + 4p(n(1−p) − 1))) ÷ 2(n + z²)
//
// R's prop.test prints the same by default, except where x is n/2 exactly: its correction is at most |x − n/2|, the
// distance to the proportion it tests, and so it corrects nothing there.
func WilsonContinuity(x, n, confidence float64) Rate {
	r, ok := proportion(x, n, confidence, WilsonCorrected)
	if !ok {
		return r
	}
	z := estimate.Z(r.Confidence)
	p, z2 := x/n, z*z
	under := math.Max(0, z2-2-1/n+4*p*(n*(1-p)+1))
	over := math.Max(0, z2+2-1/n+4*p*(n*(1-p)-1))
	low := (2*n*p + z2 - 1 - z*math.Sqrt(under)) / (2 * (n + z2))
	high := (2*n*p + z2 + 1 + z*math.Sqrt(over)) / (2 * (n + z2))
	return r.limits(x, low, high)
}

// ClopperPearson is the exact interval of Clopper & Pearson (1934): the ends are Beta quantiles,
// Beta(x, n−x+1) at α/2 and Beta(x+1, n−x) at 1−α/2.
func ClopperPearson(x, n, confidence float64) Rate {
	r, ok := proportion(x, n, confidence, ClopperPearsonCI)
	if !ok {
		return r
	}
	tail := (1 - r.Confidence) / 2
	low, high := 0.0, 1.0
	if x > 0 {
		low = BetaQuantile(tail, x, n-x+1)
	}
	if x < n {
		high = BetaQuantile(1-tail, x+1, n-x)
	}
	return r.limits(x, low, high)
}

func proportion(x, n, confidence float64, method Method) (Rate, bool) {
	r := Rate{Numerator: x, Denominator: n, Scale: 1, Confidence: level(confidence), Method: method}
	switch {
	case math.IsNaN(x) || math.IsNaN(n):
		r.Numerator, r.Denominator = finite(x), finite(n)
		r.Warnings = append(r.Warnings, estimate.Warn(estimate.MissingValues, "numerator or denominator is missing: there is no rate"))
		return r, false
	case !estimate.Finite(x) || !estimate.Finite(n) || x < 0 || n < 0 || x > n:
		r.Numerator, r.Denominator = finite(x), finite(n)
		r.Warnings = append(r.Warnings, estimate.Warn(estimate.Invalid, "%v of %v is not a proportion", x, n))
		return r, false
	case n == 0:
		r.Warnings = append(r.Warnings, estimate.Warn(estimate.NotEstimable, "the denominator is 0: there is no rate"))
		return r, false
	}
	r.Value = estimate.Of(x / n)
	return r, true
}

// limits clips to [0, 1] and makes the ends exact where the data leave no doubt.
func (r Rate) limits(x, low, high float64) Rate {
	if x == 0 {
		low = 0
	}
	if x == r.Denominator {
		high = 1
	}
	r.Low, r.High = estimate.Of(math.Max(0, low)), estimate.Of(math.Min(1, high))
	return r
}

// ExactLimit is the count below which Counts uses exact Poisson limits instead of Byar's.
const ExactLimit = 10

// Counts gives the limits of a rate of events per population: Byar's for 10 events or more, exact Poisson below, as
// the technical guidance of the UK public health observatories has it (APHO Technical Briefing 3, 2008).
func Counts(events, base, scale, confidence float64) Rate {
	if events < ExactLimit {
		return ExactPoisson(events, base, scale, confidence)
	}
	return Byar(events, base, scale, confidence)
}

// Byar is Byar's approximation to the Poisson limits of a count O, divided by its base:
//
//	low  = O (1 − 1/(9O) − z/(3√O))³
//	high = (O+1) (1 − 1/(9(O+1)) + z/(3√(O+1)))³
//
// Breslow & Day (1987), Statistical Methods in Cancer Research II, p. 69. Base 1 and scale 1 give the limits of the
// count itself.
func Byar(events, base, scale, confidence float64) Rate {
	r, ok := perBase(events, base, scale, confidence, ByarCI)
	if !ok {
		return r
	}
	z, o := estimate.Z(r.Confidence), events
	low := 0.0
	if o > 0 {
		low = o * cube(1-1/(9*o)-z/(3*math.Sqrt(o)))
	}
	high := (o + 1) * cube(1-1/(9*(o+1))+z/(3*math.Sqrt(o+1)))
	r.Low, r.High = estimate.Of(scale*math.Max(0, low)/base), estimate.Of(scale*high/base)
	if o < ExactLimit {
		r.Warnings = append(r.Warnings, estimate.Warn(estimate.SmallBase, "Byar's limits are meant for %d events or more; there are %v", ExactLimit, events))
	}
	return r
}

// ExactPoisson gives the exact limits of a count of events (Garwood 1936), divided by its base:
// low = χ²(α/2; 2O)/2, high = χ²(1−α/2; 2O+2)/2.
func ExactPoisson(events, base, scale, confidence float64) Rate {
	r, ok := perBase(events, base, scale, confidence, ExactPoissonCI)
	if !ok {
		return r
	}
	tail := (1 - r.Confidence) / 2
	low := 0.0
	if events > 0 {
		low = gammaQuantile(tail, events)
	}
	r.Low, r.High = estimate.Of(scale*low/base), estimate.Of(scale*gammaQuantile(1-tail, events+1)/base)
	return r
}

func perBase(events, base, scale, confidence float64, method Method) (Rate, bool) {
	r := Rate{Numerator: events, Denominator: base, Scale: scale, Confidence: level(confidence), Method: method}
	switch {
	case math.IsNaN(events) || math.IsNaN(base):
		r.Numerator, r.Denominator, r.Scale = finite(events), finite(base), finite(scale)
		r.Warnings = append(r.Warnings, estimate.Warn(estimate.MissingValues, "events or base are missing: there is no rate"))
		return r, false
	case !estimate.Finite(events) || !estimate.Finite(base) || !estimate.Finite(scale) || events < 0 || base < 0 || scale <= 0:
		r.Numerator, r.Denominator, r.Scale = finite(events), finite(base), finite(scale)
		r.Warnings = append(r.Warnings, estimate.Warn(estimate.Invalid, "%v events in a base of %v at scale %v is not a rate", events, base, scale))
		return r, false
	case base == 0:
		r.Warnings = append(r.Warnings, estimate.Warn(estimate.NotEstimable, "the base is 0: there is no rate"))
		return r, false
	}
	r.Value = estimate.Of(scale * events / base)
	return r, true
}

// BetaQuantile is the p-quantile of Beta(a, b), gonum's value polished by bisection to 1e-14 because its inverse
// stops at about 1e-8.
func BetaQuantile(p, a, b float64) float64 {
	if p <= 0 {
		return 0
	}
	if p >= 1 {
		return 1
	}
	low, high := 0.0, 1.0
	// A guess that brackets narrowly saves most of the halvings.
	if guess := mathext.InvRegIncBeta(a, b, p); estimate.Finite(guess) {
		if l := guess * (1 - 1e-6); mathext.RegIncBeta(a, b, l) < p {
			low = l
		}
		if h := math.Min(1, guess*(1+1e-6)+1e-300); mathext.RegIncBeta(a, b, h) > p {
			high = h
		}
	}
	for range 200 {
		middle := low + (high-low)/2
		if middle <= low || middle >= high || high-low < 1e-15*high {
			break
		}
		if mathext.RegIncBeta(a, b, middle) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return low + (high-low)/2
}

func gammaQuantile(p, shape float64) float64 {
	x := distuv.Gamma{Alpha: shape, Beta: 1}.Quantile(p)
	low, high := x*(1-1e-6), x*(1+1e-6)
	if mathext.GammaIncReg(shape, low) > p {
		low = 0
	}
	for mathext.GammaIncReg(shape, high) < p && high < 1e300 {
		high = 2*high + 1
	}
	for range 200 {
		middle := low + (high-low)/2
		if middle <= low || middle >= high || high-low < 1e-15*high {
			break
		}
		if mathext.GammaIncReg(shape, middle) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return low + (high-low)/2
}

func cube(x float64) float64 { return x * x * x }

func level(confidence float64) float64 {
	if !(confidence > 0 && confidence < 1) {
		return 0.95
	}
	return confidence
}

func finite(x float64) float64 {
	if !estimate.Finite(x) {
		return 0
	}
	return x
}
