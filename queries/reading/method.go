package reading

import (
	"math"

	"hulian/queries"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/spc"
)

// draw chooses the chart of a series and draws it. The choice looks at the newest phase only and at bases, never at
// which chart would fire:
//
//   - a share or a rate per 1,000 whose base varies by more than a quarter: p or u, widened for variation beyond
//     chance (p′, u′; Laney 2002) where the mean base is 300 or more;
//   - a share or rate of fewer than 10 events a month on average, or fewer than 10 that are no event: p, u or p′, u′ with
//     exact limits, however even the base; older phases of so few events have exact limits whatever the newest is like;
//   - a count below 10 a month on average: c, the chart of rare counts, with exact limits;
//   - everything else, bases that hardly vary included: XmR.
func draw(m queries.Measure, series, newest []Month, o spc.Options) (Method, spc.Chart) {
	x, n, values := make([]float64, len(series)), make([]float64, len(series)), make([]float64, len(series))
	for i, month := range series {
		x[i], n[i], values[i] = month.Numerator, month.Denominator, month.Value
	}
	smallest, largest, base := bases(newest)
	few := m.Rate() && base > 0 && fewEvents(m, newest)
	uneven := m.Rate() && smallest > 0 && (largest > evenBases*smallest || few)
	o.ExactBelow = rareCount
	switch {
	case uneven && m.Unit == "share" && base >= largeBase:
		return PPrime, spc.PPrime(x, n, o)
	case uneven && m.Unit == "share":
		return PChart, spc.P(x, n, o)
	case uneven && m.Unit == "per_thousand":
		for i := range n {
			n[i] /= m.Scale
		}
		if base >= largeBase {
			return UPrime, spc.UPrime(x, n, o)
		}
		return UChart, spc.U(x, n, o)
	case m.Unit == "count" && mean(newest) < rareCount:
		for i := range n {
			n[i] = 1
		}
		o.Exact = true
		return CChart, spc.U(x, n, o)
	default:
		return XmR, clipped(spc.XmR(values, o), m)
	}
}

// fewEvents reports whether a month has few events on average, or few of its base that are none.
func fewEvents(m queries.Measure, series []Month) bool {
	var events, rest, months float64
	for _, month := range series {
		if month.Denominator > 0 && month.Numerator >= 0 {
			events, rest, months = events+month.Numerator, rest+month.Denominator-month.Numerator, months+1
		}
	}
	return events < rareCount*months || m.Unit == "share" && rest < rareCount*months
}

// atRest takes the rules that ask for several points from those that lie as low or as high as they can, where that is nothing new: a
// run of months at 0% or 100% is no signal, whatever one month far back did to the mean. It is one where the months before
// mostly lay elsewhere.
func atRest(c spc.Chart, m queries.Measure) spc.Chart {
	if m.Unit != "share" && m.Unit != "count" {
		return c
	}
	last, _ := c.Last()
	for i := range c.Points {
		p := &c.Points[i]
		if v, ok := p.Value.Get(); !ok || v > 0 && (v < 1 || m.Unit == "count") {
			continue
		}
		if cameFromElsewhere(c, i) {
			continue
		}
		p.Shift, p.TwoOfThree, p.TwoOfThreeIncl = 0, 0, 0
		if p.Rule == spc.ShiftRule || p.Rule == spc.TwoOfThreeRule {
			p.Rule, p.Sign = spc.CommonCause, 0
			if p.Index == last.Index {
				c.Variation = spc.Common
			}
		}
	}
	return c
}

// cameFromElsewhere reports whether, of the points of a phase before the run of equal ones that a point belongs to, most have
// other values, and enough of them to be no accident.
func cameFromElsewhere(c spc.Chart, point int) bool {
	value := c.Points[point].Value.Value
	before, other, within := 0, 0, true
	for i := point - 1; i >= c.Phases[c.Points[point].Phase].From; i-- {
		v, ok := c.Points[i].Value.Get()
		if !ok || within && v == value {
			continue
		}
		within = false
		before++
		if v != value {
			other++
		}
	}
	return other >= leastElsewhere && 2*other > before
}

// leastElsewhere is how many months of other values a run at 0% or 100% must follow to be news.
const leastElsewhere = 3

// clipped keeps the limits drawn where values can be: a limit of 104% helps nobody. The rules have fired before.
func clipped(c spc.Chart, m queries.Measure) spc.Chart {
	if m.Unit == "coefficient" {
		return c
	}
	ceiling := math.Inf(1)
	if m.Unit == "share" {
		ceiling = 1
	}
	clip := func(n estimate.Number) estimate.Number {
		return n.Map(func(x float64) float64 { return math.Min(ceiling, math.Max(0, x)) })
	}
	for i := range c.Points {
		c.Points[i].Lower, c.Points[i].Upper = clip(c.Points[i].Lower), clip(c.Points[i].Upper)
	}
	return c
}

// bases are the smallest, largest and mean denominator of the months that have one.
func bases(series []Month) (smallest, largest, mean float64) {
	smallest = math.Inf(1)
	count := 0.0
	for _, m := range series {
		if m.Denominator > 0 {
			smallest, largest = math.Min(smallest, m.Denominator), math.Max(largest, m.Denominator)
			mean += m.Denominator
			count++
		}
	}
	return smallest, largest, mean / count
}

func mean(series []Month) float64 {
	var sum, count float64
	for _, m := range series {
		if !math.IsNaN(m.Value) {
			sum += m.Value
			count++
		}
	}
	return sum / count
}

// run counts the months that make the rule of the last point fire, and finds the first of them. Months without a value are
// stepped over, and so are ties, as the rule does. Of a trend it counts the rises or falls: the month it began at has none, and
// those level with the month before are counted apart.
func (r *Reading) run(last spc.Point) (n, level, began int) {
	in := func(spc.Point) bool { return false }
	switch r.Rule {
	case spc.ShiftRule:
		in = func(p spc.Point) bool { return p.Shift == last.Shift }
	case spc.TrendRule:
		in = func(p spc.Point) bool { return p.Trend == last.Trend }
	case spc.TwoOfThreeRule:
		return minimumRun, 0, max(0, last.Index-minimumRun+1)
	case spc.OutsideLimits, spc.CommonCause: // one month is enough
	}
	n, began = 1, last.Index
	if r.Rule == spc.TrendRule {
		n = 0
	}
	after := last
	for i := last.Index - 1; i >= r.Chart.Phases[last.Phase].From; i-- {
		p := r.Chart.Points[i]
		tied := r.Rule == spc.ShiftRule && p.OnCentre()
		switch {
		case !p.Value.Known || tied:
			continue
		case !in(p):
			return n, level, began
		case r.Rule == spc.TrendRule && p.Level(after):
			level++
		default:
			n++
		}
		began, after = i, p
	}
	return n, level, began
}

// surprise is −log₁₀ of the chance that a steady process shows this or more at one month: the normal tail beyond the
// limits, (½)^(n−1) for n on one side, 2/n! for n that rise or fall, the first of them counted, and 3 × 2 × 0.0228² for two of three. It orders
// signals; it is not a p-value to print, because the rules are tried every month.
func (r *Reading) surprise(last spc.Point, phase spc.Phase) float64 {
	switch r.Rule {
	case spc.ShiftRule:
		return float64(r.Run-1) * math.Log10(2)
	case spc.TrendRule:
		factorial, _ := math.Lgamma(float64(r.Run) + 2)
		return factorial/math.Ln10 - math.Log10(2)
	case spc.TwoOfThreeRule:
		return -math.Log10(6 * 0.0228 * 0.0228)
	case spc.OutsideLimits, spc.CommonCause: // the normal tail, below
	}
	return min(99, -math.Log10(math.Erfc(r.sigmas(last, phase)/math.Sqrt2)))
}

// sigmas is how far the last point lies from its centre, in standard deviations of one point.
func (r *Reading) sigmas(last spc.Point, phase spc.Phase) float64 {
	distance := math.Abs(last.Value.Value - last.Centre.Value)
	one := phase.Sigma.Or(1)
	if base, ok := last.Base.Get(); ok {
		spread := last.Centre.Value
		if r.Method == PChart || r.Method == PPrime {
			spread *= 1 - last.Centre.Value
		}
		one *= math.Sqrt(spread / base)
	}
	if one == 0 {
		return 38 // a flat line that moves: as sure as the tail can say
	}
	return math.Min(38, distance/one)
}
