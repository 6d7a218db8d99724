package compare

import (
	"math"
	"slices"

	"hulian/queries/stats/did"
	"hulian/queries/stats/estimate"
)

// Gain is the result counted in things, such as households visited: in the pilots together, summed over the months since the start
// that are compared. What is counted every month counts once a month.
type Gain struct {
	Months, Villages int
	Observed         float64 // of the numerator
	Expected         float64 // without the programme: observed less More
	More             float64 // effect × the pilots' bases; negative: fewer
	Low, High        float64 // 95%, from the interval of the effect; NaN where there is none
}

// Gain counts the result; false where the measure is no rate of things that can be counted, or nothing is estimated. Every pilot is
// taken to have changed by the mean effect.
func (r Result) Gain() (Gain, bool) {
	g := Gain{Months: len(r.Design.After), Villages: len(r.Pilots)}
	base := 0.0
	for _, row := range r.Pilots {
		base, g.Observed = base+row.After.Denominator, g.Observed+row.After.Numerator
	}
	if math.IsNaN(r.Effect) || r.Measure.Unit != "share" || !(base > 0) {
		return Gain{}, false
	}
	per := base / r.Measure.Scale
	g.More, g.Low, g.High = r.Effect*per, r.Low*per, r.High*per
	g.Expected = g.Observed - g.More
	return g, true
}

// Exceeds is how sure the permutation test is that the effect is larger than smallest in the better direction (of a measure without one:
// in the direction of the effect); absent where there is no test.
func (r Result) Exceeds(smallest float64) estimate.Number {
	if !r.P.Known || !(smallest > 0) {
		return estimate.Number{}
	}
	less := better(r.Measure) < 0 || better(r.Measure) == 0 && r.Effect < 0
	if less {
		smallest = -smallest
	}
	return did.Beyond(r.outcomes(), smallest, less, r.options())
}

// Unreached says why nothing is said of an extension.
type Unreached string

// The reasons.
const (
	Reached      Unreached = ""
	NoConclusion Unreached = "no_conclusion" // of the pilots themselves
	NotBetter    Unreached = "not_better"    // they did not improve
	NobodyLeft   Unreached = "nobody_left"   // every village has had the programme for as long as the pilots are compared
	NoLimits     Unreached = "no_limits"     // the effect has no interval, or the villages no base
)

// Extension is what the programme may bring in villages where it has not shown yet.
type Extension struct {
	Why       Unreached
	Villages  []Village // not begun, or begun for fewer months than the pilots are compared over
	Months    int       // since a start until the effect is the one measured
	Base      float64   // of these villages together, a month whose source spoke, over the last year
	Level     float64   // of the measure there, over the same year
	Low, High float64   // more things a month, in all of them together; Low may be negative of a measure that is to fall
	Capped    bool      // High is all there is room for
}

// Extension carries the interval of the pilots' effect over to the villages that are left, on their own bases, and never beyond what
// there is room for. It holds if they gain as the pilots did on average.
func (r Result) Extension(p Panel) Extension {
	e := Extension{Months: len(r.Design.After)}
	for _, v := range p.Villages {
		if at := slices.Index(p.Months, v.Start); !v.Pilot && (v.Start == "" || at < 0 && v.Start > r.Design.Start || at > len(p.Months)-e.Months) {
			e.Villages = append(e.Villages, v)
		}
	}
	switch {
	case r.Verdict == Inconclusive || r.Verdict == NotEstimable:
		e.Why = NoConclusion
	case r.Verdict != Improved && r.Verdict != MaybeBetter:
		e.Why = NotBetter
	case len(e.Villages) == 0:
		e.Why = NobodyLeft
	}
	if e.Why != Reached {
		return e
	}
	months := p.Months[max(0, len(p.Months)-yearBefore):]
	base, numerator := 0.0, 0.0 // a month
	for _, v := range e.Villages {
		if n := float64(spoke(p, v, months)); n > 0 {
			m := summed(p, v, months)
			base, numerator = base+m.Denominator/n, numerator+m.Numerator/n
		}
	}
	e.Base, e.Level = base, r.Measure.Scale*numerator/base
	e.Low, e.High = r.Low*e.Base/r.Measure.Scale, r.High*e.Base/r.Measure.Scale
	if math.IsNaN(e.Low) || !(e.Base > 0) || r.Measure.Unit != "share" {
		e.Why = NoLimits
		return e
	}
	least, most := -numerator, base-numerator
	e.Capped = e.High > most || e.Low < least
	e.Low, e.High = math.Max(least, math.Min(e.Low, most)), math.Max(least, math.Min(e.High, most))
	return e
}
