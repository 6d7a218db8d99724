package spc

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
)

// P is the chart of a proportion with changing denominators: centre p̄ = Σx ÷ Σn of the baseline, limits
// p̄ ± 3 √(p̄(1−p̄)/nᵢ), shown clipped to [0, 1] (Montgomery, ch. 7). A point with n = 0 or NaN is missing.
func P(x, n []float64, o Options) Chart {
	return attributes(KindP, x, n, 1, o, func(centre, base float64) float64 { return math.Sqrt(centre * (1 - centre) / base) })
}

// U is the chart of events per unit of exposure: ū = Σx ÷ Σn, limits ū ± 3 √(ū/nᵢ), not below 0 (Montgomery, ch. 7).
func U(x, n []float64, o Options) Chart {
	return attributes(KindU, x, n, math.Inf(1), o, func(centre, base float64) float64 { return math.Sqrt(centre / base) })
}

// C is the chart of counts over equal areas of opportunity: c̄ = mean, limits c̄ ± 3 √c̄, not below 0 (Montgomery, ch. 7).
// A negative count or NaN is missing.
func C(counts []float64, o Options) Chart {
	one := make([]float64, len(counts))
	for i := range one {
		one[i] = 1
	}
	return attributes(KindC, counts, one, math.Inf(1), o, func(centre, base float64) float64 { return math.Sqrt(centre / base) })
}

// PPrime is Laney's p′ chart for large denominators, where p's limits are too narrow because the process varies by
// more than chance: zᵢ = (pᵢ − p̄)/√(p̄(1−p̄)/nᵢ), σz = mean moving range of z ÷ 1.128, limits
// p̄ ± 3 σz √(p̄(1−p̄)/nᵢ) (Laney 2002, Quality Engineering 14:531–537).
func PPrime(x, n []float64, o Options) Chart {
	return attributes(KindPPrime, x, n, 1, o, func(centre, base float64) float64 { return math.Sqrt(centre * (1 - centre) / base) })
}

// UPrime is Laney's u′ chart, the same for events per exposure.
func UPrime(x, n []float64, o Options) Chart {
	return attributes(KindUPrime, x, n, math.Inf(1), o, func(centre, base float64) float64 { return math.Sqrt(centre / base) })
}

func attributes(kind Kind, x, n []float64, ceiling float64, o Options, sigma func(centre, base float64) float64) Chart {
	c := Chart{Kind: kind, Points: make([]Point, len(x))}
	refused := 0
	for i := range x {
		p := Point{Index: i}
		if i < len(n) && n[i] > 0 && x[i] >= 0 && x[i] <= ceiling*n[i] && estimate.Finite(x[i]) && estimate.Finite(n[i]) {
			p.y = x[i] / n[i]
			p.Value, p.Base = estimate.Of(p.y), estimate.Of(n[i])
		} else if i < len(n) && (x[i] < 0 || n[i] < 0 || x[i] > ceiling*n[i]) {
			refused++
		}
		c.Points[i] = p
	}
	if refused > 0 {
		c.Warnings = append(c.Warnings, estimate.Warn(estimate.Invalid, "%d points are below zero or have more events than their base allows and were left out", refused))
	}
	c.Phases = phases(len(x), o.Rebase)
	for k := range c.Phases {
		c.attributePhase(k, o, x, n, ceiling, sigma)
	}
	c.missing()
	c.judge(o)
	return c
}

func (c *Chart) attributePhase(k int, o Options, x, n []float64, ceiling float64, sigma func(centre, base float64) float64) {
	phase := &c.Phases[k]
	base := c.baseline(*phase, o.Baseline)
	phase.N = len(base)
	if len(base) == 0 {
		return
	}
	var events, exposure float64
	for _, i := range base {
		events, exposure = events+x[i], exposure+n[i]
	}
	centre := events / exposure
	phase.Centre = estimate.Of(centre)
	widen := 1.0
	if c.Kind == KindPPrime || c.Kind == KindUPrime {
		widen = c.laney(phase, base, o, n, centre, sigma)
	}
	if sigma(centre, 1) == 0 {
		c.Warnings = append(c.Warnings, estimate.Warn(estimate.NoSpread, "the rate of the baseline is %v: the limits have no width", centre))
	}
	same, exact := true, o.Exact || c.few(*phase, ceiling, o.ExactBelow)
	c.spread(*phase, func(p *Point) {
		p.Centre = phase.Centre
		if !p.Value.Known {
			return
		}
		half := 3 * widen * sigma(centre, p.Base.Value)
		p.centre, p.low, p.high, p.ok = centre, centre-half, centre+half, true
		if exact {
			p.exactly(ceiling)
		}
		p.Lower, p.Upper = estimate.Of(math.Max(0, p.low)), estimate.Of(math.Min(ceiling, p.high))
		if phase.Lower.Known && (side(phase.Lower.Value, p.Lower.Value) != 0 || side(phase.Upper.Value, p.Upper.Value) != 0) {
			same = false
		}
		phase.Lower, phase.Upper = p.Lower, p.Upper
	})
	if !same {
		phase.Lower, phase.Upper = estimate.Absent(), estimate.Absent()
	}
}

// few reports whether the points of a phase have fewer events than a number on average, or fewer of their base that are none.
func (c *Chart) few(phase Phase, ceiling, below float64) bool {
	var events, rest, points float64
	for _, p := range c.Points[phase.From:phase.To] {
		if n, ok := p.Base.Get(); ok {
			events, rest, points = events+p.y*n, rest+(1-p.y)*n, points+1
		}
	}
	return events < below*points || ceiling == 1 && rest < below*points
}

// tail is the chance of one point beyond a limit three standard deviations from the centre of a normal distribution.
const tail = 0.00135

// exactly widens a point's limits to the counts beyond which chance goes less often than tail, and takes the median as
// what runs are counted from. Of a share it looks at the rarer side, events or what is no event.
func (p *Point) exactly(ceiling float64) {
	n := p.Base.Value
	p.median = true
	if ceiling == 1 && p.centre > .5 {
		low, median, high := limitsOf(distuv.Binomial{N: math.Round(n), P: 1 - p.centre}.CDF, n)
		p.centre, p.low, p.high = 1-median, math.Min(p.low, 1-high), math.Max(p.high, 1-low)
		return
	}
	chance := distuv.Poisson{Lambda: p.centre * n}.CDF
	if ceiling == 1 {
		chance = distuv.Binomial{N: math.Round(n), P: p.centre}.CDF
	}
	low, median, high := limitsOf(chance, n)
	p.centre, p.low, p.high = median, math.Min(p.low, low), math.Max(p.high, high)
}

// limitsOf gives the limits and the median of a count as a share of n, from the chance of so many or fewer. Where none at all is
// likelier than tail there is no lower limit.
func limitsOf(chance func(float64) float64, n float64) (low, median, high float64) {
	low, median = math.Inf(-1), math.NaN()
	for k := 0.; ; k++ {
		below := chance(k)
		if below <= tail {
			low = (k + 1) / n
		}
		if math.IsNaN(median) && below >= .5 {
			median = k / n
		}
		if 1-below <= tail {
			return low, median, k / n
		}
	}
}

// laney gives σz, the spread of the standardised values by their moving ranges.
func (c *Chart) laney(phase *Phase, base []int, o Options, n []float64, centre float64, sigma func(centre, base float64) float64) float64 {
	var z []float64
	for _, i := range base {
		if s := sigma(centre, n[i]); s > 0 {
			z = append(z, (c.Points[i].y-centre)/s)
		}
	}
	if len(z) < 2 {
		c.Warnings = append(c.Warnings, estimate.Warn(estimate.NotEstimable, "too few points for the spread between them: the limits are those of chance alone"))
		return 1
	}
	average, screened := averageRange(movingRanges(z), o.Screen)
	phase.Screened = screened
	phase.Sigma = estimate.Of(average / 1.128)
	if average == 0 {
		return 1
	}
	return average / 1.128
}
