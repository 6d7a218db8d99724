package power

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/combin"

	"hulian/queries/stats/estimate"
)

// Village is one unit before a pilot: its outcomes by period in order, NaN where there is none.
type Village struct {
	Name  string
	Pilot bool // planned
	Y     []float64
}

// Hole is a village that lacks periods.
type Hole struct {
	Name    string
	Missing int
}

// Design is what a planned pilot can find, and what it lacks.
type Design struct {
	Before             int             // periods
	Pilots, Comparison int             // villages
	Holes              []Hole          // in the order of the villages
	Alike              []string        // comparison villages whose mean lies within one spread of the pilots' mean
	SD                 estimate.Number // of one outcome, periods' means taken out; in units of the outcome
	Rho                estimate.Number // share of that variance that a village keeps from period to period
	Smallest           estimate.Number // effect found with the power asked for, in units of the outcome, after this many periods
	Floor              estimate.Number // smallest two-sided p of a permutation of pilots
	Warnings           []estimate.Warning
}

const (
	enoughBefore = 6 // periods: with fewer, trends before the start cannot be told from chance
	enoughAlike  = 3 // comparison villages near the pilots' level
)

// Check judges a pilot before it begins: periods before, holes, comparable villages, the smallest permutation p
// (1/C(n, pilots)), and the smallest effect a difference in differences finds with `after` periods: the panel formula of
// Ask with Student's quantiles of n − 2 degrees of freedom, spread and correlation from the villages' own past (analysis
// of variance of outcomes less their period's mean). alpha and power of 0 mean 0.05 and 0.8.
func Check(villages []Village, after int, alpha, power float64) Design {
	var d Design
	for _, v := range villages {
		d.Before = max(d.Before, len(v.Y))
		if v.Pilot {
			d.Pilots++
		} else {
			d.Comparison++
		}
	}
	warn := func(code estimate.Code, format string, args ...any) {
		d.Warnings = append(d.Warnings, estimate.Warn(code, format, args...))
	}
	left := d.residuals(villages)
	if len(d.Holes) > 0 {
		warn(estimate.MissingValues, "%d of %d villages lack periods before the start", len(d.Holes), len(villages))
	}
	if d.Before < enoughBefore {
		warn(estimate.SmallBase, "%d periods before the start: with fewer than %d, whether trends were parallel cannot be told", d.Before, enoughBefore)
	}
	if d.Pilots == 0 || d.Comparison == 0 {
		warn(estimate.NotEstimable, "%d pilots and %d comparison villages: a comparison needs both", d.Pilots, d.Comparison)
		return d
	}
	if alpha == 0 {
		alpha = 0.05
	}
	d.Floor = estimate.Of(1 / combin.GeneralizedBinomial(float64(d.Pilots+d.Comparison), float64(d.Pilots)))
	if d.Floor.Value > alpha {
		warn(estimate.SmallBase, "%d pilots among %d villages: no permutation test can give p below %.3f, whatever comes out", d.Pilots, d.Pilots+d.Comparison, d.Floor.Value)
	}
	d.spread(left)
	d.alike(villages)
	if d.SD.Known && len(d.Alike) < enoughAlike {
		warn(estimate.Assumption, "%d comparison villages are near the pilots' level: with fewer than %d the comparison rests on unlike villages", len(d.Alike), enoughAlike)
	}
	if !d.SD.Known {
		warn(estimate.NoSpread, "the villages' past shows no spread to plan with: how small an effect could be found is unknown")
		return d
	}
	q := Question{Kind: Panel, N1: float64(d.Pilots), N2: float64(d.Comparison), M: float64(d.Before), R: float64(after), Rho: math.Max(0, d.Rho.Value), SD: d.SD, Alpha: estimate.Of(alpha)}
	if power > 0 {
		q.Power = estimate.Of(power)
	}
	q.fill()
	if n := q.N1 + q.N2; q.wrong() == nil && n > 2 {
		d.Smallest = estimate.Of(q.twoT(n-2) * q.SD.Value * math.Sqrt(q.factor()*(1/q.N1+1/q.N2)))
	} else {
		warn(estimate.NotEstimable, "%d villages and %d periods after: too few to say how small an effect could be found", len(villages), after)
	}
	return d
}

// residuals are outcomes less the mean of their period, by village; it notes the holes.
func (d *Design) residuals(villages []Village) [][]float64 {
	out := make([][]float64, len(villages))
	for t := range d.Before {
		var all []float64
		for _, v := range villages {
			if t < len(v.Y) && estimate.Finite(v.Y[t]) {
				all = append(all, v.Y[t])
			}
		}
		mean := stat.Mean(all, nil)
		for i, v := range villages {
			if t < len(v.Y) && estimate.Finite(v.Y[t]) {
				out[i] = append(out[i], v.Y[t]-mean)
			}
		}
	}
	for i, v := range villages {
		if missing := d.Before - len(out[i]); missing > 0 {
			d.Holes = append(d.Holes, Hole{v.Name, missing})
		}
	}
	return out
}

// spread splits the variance into what villages keep and what changes, by analysis of variance.
func (d *Design) spread(left [][]float64) {
	var within, between, n, groups, squares float64
	for _, y := range left {
		if len(y) == 0 {
			continue
		}
		mean := stat.Mean(y, nil)
		for _, v := range y {
			within += (v - mean) * (v - mean)
		}
		size := float64(len(y))
		between, n, groups, squares = between+size*mean*mean, n+size, groups+1, squares+size*size
	}
	if groups < 2 || n <= groups {
		return
	}
	kept := (between/(groups-1) - within/(n-groups)) / ((n - squares/n) / (groups - 1))
	changing := within / (n - groups)
	if total := math.Max(0, kept) + changing; total > 0 {
		d.SD, d.Rho = estimate.Of(math.Sqrt(total)), estimate.Of(math.Max(0, kept)/total)
	}
}

func (d *Design) alike(villages []Village) {
	mean := func(y []float64) float64 {
		var sum, n float64
		for _, v := range y {
			if estimate.Finite(v) {
				sum, n = sum+v, n+1
			}
		}
		return sum / n
	}
	var pilots []float64
	for _, v := range villages {
		if m := mean(v.Y); v.Pilot && estimate.Finite(m) {
			pilots = append(pilots, m)
		}
	}
	for _, v := range villages {
		if !v.Pilot && math.Abs(mean(v.Y)-stat.Mean(pilots, nil)) <= d.SD.Or(0) {
			d.Alike = append(d.Alike, v.Name)
		}
	}
}
