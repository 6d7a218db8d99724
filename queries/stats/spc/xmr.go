package spc

import (
	"math"
	"slices"

	"hulian/queries/stats/estimate"
)

// XmR is the individuals chart: centre = mean of the values, limits = mean ± constant × mean moving range, where the
// moving range is |xᵢ − xᵢ₋₁| of neighbours. The constant is 2.66 (Wheeler 1993) unless Options says otherwise;
// 3/1.128 is the same with more digits.
//
// With Screen, moving ranges of 3.267 × their mean or more are left out and the mean range is computed once more; the
// centre does not change (NHS England, Making Data Count).
//
// A NaN is a missing value: it gets a point without a value, and its neighbours' moving range bridges it.
func XmR(values []float64, o Options) Chart {
	c := Chart{Kind: KindXmR, Points: make([]Point, len(values))}
	for i, v := range values {
		c.Points[i] = Point{Index: i, Value: estimate.Of(v), y: v}
	}
	c.Phases = phases(len(values), o.Rebase)
	for k := range c.Phases {
		c.individuals(k, o, estimate.Of, math.Inf(-1))
	}
	c.missing()
	c.judge(o)
	return c
}

// individuals computes centre and limits of a phase from the y values. back turns y values into what is shown;
// floor is the least value that can occur.
func (c *Chart) individuals(k int, o Options, back func(float64) estimate.Number, floor float64) {
	phase := &c.Phases[k]
	base := c.baseline(*phase, o.Baseline)
	phase.N = len(base)
	if len(base) == 0 {
		return
	}
	var y []float64
	for _, i := range base {
		y = append(y, c.Points[i].y)
	}
	centre := mean(y)
	phase.Centre = back(centre)
	if len(y) < 2 {
		c.Warnings = append(c.Warnings, estimate.Warn(estimate.NotEstimable, "one point has no moving range: no limits"))
		c.spread(*phase, func(p *Point) { p.Centre = back(centre) })
		return
	}
	ranges := movingRanges(y)
	average, screened := averageRange(ranges, o.Screen)
	phase.Screened = screened
	phase.MovingRange, phase.RangeLimit = estimate.Of(average), estimate.Of(ScreenConstant*average)
	phase.Sigma = estimate.Of(average / 1.128)
	low, high := centre-o.constant()*average, centre+o.constant()*average
	phase.Lower, phase.Upper = back(math.Max(floor, low)), back(high)
	if average == 0 {
		c.Warnings = append(c.Warnings, estimate.Warn(estimate.NoSpread, "all neighbouring values of the baseline are equal: the limits have no width"))
	}
	c.spread(*phase, func(p *Point) {
		p.Centre, p.Lower, p.Upper = phase.Centre, phase.Lower, phase.Upper
		p.centre, p.low, p.high = centre, low, high
		p.ok = p.Value.Known
	})
}

func (c *Chart) spread(phase Phase, set func(*Point)) {
	for i := phase.From; i < phase.To; i++ {
		set(&c.Points[i])
	}
}

// baseline lists the indices of a phase that its limits come from.
func (c *Chart) baseline(phase Phase, marked []bool) []int {
	var all, chosen []int
	for i := phase.From; i < phase.To; i++ {
		if !c.Points[i].Value.Known {
			continue
		}
		all = append(all, i)
		if i < len(marked) && marked[i] {
			chosen = append(chosen, i)
		}
	}
	if len(chosen) == 0 {
		return all
	}
	return chosen
}

func (c *Chart) missing() {
	count := 0
	for _, p := range c.Points {
		if !p.Value.Known {
			count++
		}
	}
	if count > 0 {
		c.Warnings = append(c.Warnings, estimate.Warn(estimate.MissingValues, "%d of %d points have no value and were stepped over", count, len(c.Points)))
	}
}

// phases cuts n points at the rebase indices; indices outside the series are ignored.
func phases(n int, rebase []int) []Phase {
	if n == 0 {
		return nil
	}
	cuts := []int{0}
	sorted := slices.Clone(rebase)
	slices.Sort(sorted)
	for _, at := range sorted {
		if at > cuts[len(cuts)-1] && at < n {
			cuts = append(cuts, at)
		}
	}
	out := make([]Phase, len(cuts))
	for i, from := range cuts {
		out[i] = Phase{From: from, To: n}
		if i > 0 {
			out[i-1].To = from
		}
	}
	return out
}

func movingRanges(y []float64) []float64 {
	ranges := make([]float64, 0, len(y))
	for i := 1; i < len(y); i++ {
		ranges = append(ranges, math.Abs(y[i]-y[i-1]))
	}
	return ranges
}

func averageRange(ranges []float64, screen bool) (average float64, screened int) {
	average = mean(ranges)
	if !screen || average == 0 {
		return average, 0
	}
	var kept []float64
	for _, r := range ranges {
		if r < ScreenConstant*average {
			kept = append(kept, r)
		}
	}
	return mean(kept), len(ranges) - len(kept)
}

// mean is exact for equal values, so that a flat series stays on its own centre.
func mean(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	var sum float64
	for _, v := range x {
		sum += v / float64(len(x))
	}
	// One correction pass takes out the rounding of the first.
	var rest float64
	for _, v := range x {
		rest += (v - sum) / float64(len(x))
	}
	return sum + rest
}
