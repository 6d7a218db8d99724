package spc

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
)

// Run is a run chart: a median and two tests of runs, without limits.
type Run struct {
	Points     []Point            `json:"points"` // Centre is the median; Shift and Trend are set
	N          int                `json:"n"`      // values
	Median     estimate.Number    `json:"median"`
	Useful     int                `json:"useful"` // values not on the median
	Longest    int                `json:"longest_run"`
	LongestMax int                `json:"longest_run_max"` // more than this is a shift
	Crossings  int                `json:"crossings"`
	CrossMin   int                `json:"crossings_min"` // fewer than this is a shift
	Signal     bool               `json:"signal"`
	Warnings   []estimate.Warning `json:"warnings,omitempty"`
}

// RunChart tests a series for non-random variation about its median by the longest run and the number of crossings.
// With n values off the median, a run longer than round(log₂ n + 3), or fewer crossings than the 5% quantile of
// Binomial(n−1, ½), is a signal (Anhøj & Olesen 2014, PLoS ONE 9:e113825). Values on the median neither end a run nor
// count. NaN is a missing value. Under ten useful values the tests have no power and say so.
func RunChart(values []float64, o Options) Run {
	r := Run{Points: make([]Point, len(values))}
	var known []float64
	for i, v := range values {
		r.Points[i] = Point{Index: i, Value: estimate.Of(v), y: v}
		if r.Points[i].Value.Known && (len(o.Baseline) == 0 || i < len(o.Baseline) && o.Baseline[i]) {
			known = append(known, v)
		}
	}
	r.N = len(known)
	if len(known) == 0 {
		r.Warnings = append(r.Warnings, estimate.Warn(estimate.NotEstimable, "no value: no median"))
		return r
	}
	middle := estimate.Median(known)
	r.Median = estimate.Of(middle)
	var points []*Point
	length, last := 0, 0
	for i := range r.Points {
		p := &r.Points[i]
		p.Centre = r.Median
		if !p.Value.Known {
			continue
		}
		p.centre, p.ok = middle, true
		points = append(points, p)
		s := side(p.y, middle)
		if s == 0 {
			continue
		}
		r.Useful++
		if s == last {
			length++
		} else {
			if last != 0 {
				r.Crossings++
			}
			length, last = 1, s
		}
		r.Longest = max(r.Longest, length)
	}
	trend(points, o.trend())
	if r.Useful < 10 {
		r.Warnings = append(r.Warnings, estimate.Warn(estimate.SmallBase, "only %d values lie off the median; ten are wanted for a run chart", r.Useful))
	}
	if r.Useful == 0 {
		return r
	}
	r.LongestMax = int(math.Round(math.Log2(float64(r.Useful)) + 3))
	r.CrossMin = crossingQuantile(r.Useful-1, 0.05)
	r.Signal = r.Longest > r.LongestMax || r.Crossings < r.CrossMin
	useful := points[:0:0]
	for _, p := range points {
		if side(p.y, middle) != 0 {
			useful = append(useful, p)
		}
	}
	shift(useful, r.LongestMax+1)
	return r
}

// crossingQuantile is the least k with P(X ≤ k) ≥ p for X ~ Binomial(n, ½).
func crossingQuantile(n int, p float64) int {
	if n <= 0 {
		return 0
	}
	b := distuv.Binomial{N: float64(n), P: 0.5}
	for k := 0; k < n; k++ {
		if b.CDF(float64(k)) >= p {
			return k
		}
	}
	return n
}
