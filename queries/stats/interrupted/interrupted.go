// Package interrupted asks whether one series of counts or amounts changed when something began: interrupted time series.
//
// A series with its times, and from when on the change holds, enter; the step, the change of slope, their standard errors
// and what would have been without them leave. There is no I/O and no state, so a crash has nothing to spoil. It refuses
// series without a before or an after, says why, and never lets NaN out.
//
// One series has no comparison: whatever else began at the same time is in the step too. Source of the models: Lopez
// Bernal, Cummins & Gasparrini 2017, International Journal of Epidemiology 46:348–355.
package interrupted

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/regress"
)

// Point is one period. Time counts periods (1, 2, …). Month is the place in the year for harmonics, from 1; 0 means by
// Time. Base is what a count is out of, for Poisson; 0 or NaN leaves the point out where Options.Offset is set. More are
// further numbers of the point, by the name of their term.
type Point struct {
	Time  float64
	Month float64
	After bool
	Y     float64
	Base  float64
	More  map[string]float64
}

// Options steer a fit.
type Options struct {
	// Terms of the model beside the intercept, in the order of the result: time, step (0 before, 1 after), slope_change
	// (max(0, time − first time after), so that step is the jump at the first period), "harmonics k" (sine and cosine of
	// 2πi·month/Season, i = 1…k), or the name of one of More. Nil means step and time.
	Terms      []string
	Season     float64 // periods of a year; 0 means 12
	Offset     bool    // Poisson: log Base is added, so that effects are on the rate
	Quasi      bool    // Poisson: standard errors times √dispersion
	Lags       []int   // linear: of Newey & West; nil means 0 to 3
	Confidence float64 // 0 means 0.95
}

// Term is one coefficient: of the logarithm of the rate in Poisson, in units of the outcome in the linear model.
type Term struct {
	Name  string            `json:"term"`
	Value estimate.Number   `json:"coef"`
	SE    estimate.Number   `json:"se"`
	Ratio estimate.Number   `json:"ratio"` // e^coefficient, Poisson only
	CI    estimate.Interval `json:"ci"`    // of the ratio in Poisson, of the coefficient in the linear model (Student's t)

	NeweyWest, NeweyWestAdjusted []estimate.Number // one a lag
}

// Moment is one point of the series and what the model says of it, in units of the outcome.
type Moment struct {
	Time     float64
	Observed float64
	Fitted   estimate.Number
	Without  estimate.Number // the same model with step and change of slope at 0
}

// Fit is a fitted series.
type Fit struct {
	Terms      []Term
	N, Before  int
	First      estimate.Number // time of the first point after
	Dispersion estimate.Number // Poisson: Σ Pearson² ÷ residual degrees of freedom
	Deviance   estimate.Number // Poisson
	Watson     estimate.Number // linear: Durbin & Watson's, about 2 where neighbours are independent
	PostTrend  estimate.Number // time + slope_change
	Lags       []int
	Moments    []Moment
	Warnings   []estimate.Warning
}

// fewPoints: below, Lopez Bernal and others call a series short.
const fewPoints = 8

// Poisson fits log E(y) = offset + terms by maximum likelihood (log link). Standard errors are the model's, or times
// √dispersion (quasi).
func Poisson(points []Point, o Options) Fit {
	f, design, kept := prepare(points, &o, true)
	if kept == nil {
		return f
	}
	y, offset := make([]float64, len(kept)), make([]float64, len(kept))
	var total float64
	for i, p := range kept {
		y[i], total = p.Y, total+p.Y
		if o.Offset {
			offset[i] = math.Log(p.Base)
		}
	}
	if total == 0 {
		f.warn(estimate.NotEstimable, "every count is 0: no rate to compare")
		return f
	}
	fit := regress.Poisson(design, y, offset)
	if f.troubled(fit.Trouble) {
		return f
	}
	var pearson, deviance float64
	for i, m := range fit.Fitted {
		pearson += (y[i] - m) * (y[i] - m) / m
		deviance -= 2 * (y[i] - m)
		if y[i] > 0 {
			deviance += 2 * y[i] * math.Log(y[i]/m)
		}
	}
	df := float64(design.N - design.K)
	f.Dispersion, f.Deviance = estimate.Of(pearson/df), estimate.Of(math.Max(0, deviance))
	inflate := 1.0
	switch {
	case o.Quasi:
		inflate = math.Sqrt(f.Dispersion.Value)
	case f.Dispersion.Value > 1.5:
		f.warn(estimate.Assumption, "counts vary %.1f times as much as chance alone: these standard errors are too small; take quasi-Poisson", f.Dispersion.Value)
	}
	z := estimate.Z(o.Confidence)
	for k := range f.Terms {
		t := &f.Terms[k]
		b, se := fit.Beta[k], inflate*math.Sqrt(fit.Inverse.At(k, k))
		t.Value, t.SE, t.Ratio = estimate.Of(b), estimate.Of(se), estimate.Of(math.Exp(b))
		t.CI = estimate.Between(math.Exp(b-z*se), math.Exp(b+z*se))
	}
	f.moments(kept, design, fit, func(mean, effect float64) float64 { return mean * math.Exp(-effect) })
	f.trend()
	return f
}

func (f *Fit) warn(code estimate.Code, format string, args ...any) {
	f.Warnings = append(f.Warnings, estimate.Warn(code, format, args...))
}

func (f *Fit) troubled(t regress.Trouble) bool {
	switch t {
	case "":
		return false
	case regress.Collinear:
		f.warn(estimate.NotEstimable, "the terms follow from one another in these points: no answer is the only one; leave a term out, or wait for more points")
	case regress.Separated, regress.NotSettled:
		f.warn(estimate.NotEstimable, "the best coefficient is infinite: on one side of the start every count is 0")
	}
	for k := range f.Terms {
		f.Terms[k] = Term{Name: f.Terms[k].Name}
	}
	return true
}

// prepare leaves out points that cannot be used, and lays the terms out; kept is nil where nothing can be estimated.
func prepare(points []Point, o *Options, counts bool) (f Fit, d regress.Design, kept []Point) {
	if o.Terms == nil {
		o.Terms = []string{"step", "time"}
	}
	if !(o.Season > 0) {
		o.Season = 12
	}
	if !(o.Confidence > 0 && o.Confidence < 1) {
		o.Confidence = 0.95
	}
	first := math.Inf(1)
	for _, p := range points {
		sound := estimate.Finite(p.Y) && estimate.Finite(p.Time) && (!counts || p.Y >= 0) && (!o.Offset || p.Base > 0 && estimate.Finite(p.Base))
		if sound {
			kept = append(kept, p)
		}
	}
	if left := len(points) - len(kept); left > 0 {
		f.warn(estimate.MissingValues, "%d points have no outcome, or one below 0, or no base, and were left out", left)
	}
	slices.SortStableFunc(kept, func(a, b Point) int { return cmp.Compare(a.Time, b.Time) })
	for i, p := range kept {
		if p.After {
			first = math.Min(first, p.Time)
		} else {
			f.Before++
		}
		if i > 0 && p.Time != kept[i-1].Time+1 && len(f.Warnings) == 0 {
			f.warn(estimate.MissingValues, "the times do not follow one another at %v: what counts on neighbours (Newey & West, Durbin & Watson) takes the gap for one step", p.Time)
		}
	}
	f.N = len(kept)
	f.First = estimate.Of(first)
	names, columns, unknown := terms(kept, first, *o)
	for _, name := range names {
		f.Terms = append(f.Terms, Term{Name: name})
	}
	after := f.N - f.Before
	switch {
	case unknown != "":
		f.warn(estimate.NotEstimable, "no term is called %q, or a point lacks it", unknown)
		return f, d, nil
	case f.Before == 0 || after == 0:
		f.warn(estimate.NotEstimable, "%d points before the start and %d after: a change needs both", f.Before, after)
		return f, d, nil
	case f.N <= len(names):
		f.warn(estimate.NotEstimable, "%d points for %d coefficients: too few", f.N, len(names))
		return f, d, nil
	case min(f.Before, after) < fewPoints:
		f.warn(estimate.SmallBase, "%d points before the start and %d after: with fewer than %d on a side the trend is uncertain", f.Before, after, fewPoints)
	}
	f.warn(estimate.Assumption, "one series has no comparison: whatever else began at the same time is in the effect too")
	d = regress.Design{N: f.N, K: len(names), X: make([]float64, f.N*len(names))}
	for i := range kept {
		for k, column := range columns {
			d.X[i*d.K+k] = column[i]
		}
	}
	return f, d, kept
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// terms lays out the columns, the intercept first. unknown names a term that is none.
func terms(points []Point, first float64, o Options) (names []string, columns [][]float64, unknown string) {
	add := func(name string, of func(p Point) float64) {
		column := make([]float64, len(points))
		for i, p := range points {
			column[i] = of(p)
		}
		names, columns = append(names, name), append(columns, column)
	}
	add("intercept", func(Point) float64 { return 1 })
	for _, term := range o.Terms {
		switch word, times, _ := strings.Cut(term, " "); word {
		case "intercept":
		case "time":
			add(term, func(p Point) float64 { return p.Time })
		case "step":
			add(term, func(p Point) float64 { return float64(btoi(p.After)) })
		case "slope_change":
			add(term, func(p Point) float64 { return math.Max(0, p.Time-first) })
		case "harmonics":
			k, err := strconv.Atoi(strings.TrimSpace(times))
			if err != nil || k < 1 {
				return names, columns, term
			}
			for i := 1; i <= k; i++ {
				at := func(p Point) float64 {
					if p.Month == 0 {
						p.Month = p.Time
					}
					return 2 * math.Pi * float64(i) * p.Month / o.Season
				}
				add(fmt.Sprintf("sin%d", i), func(p Point) float64 { return math.Sin(at(p)) })
				add(fmt.Sprintf("cos%d", i), func(p Point) float64 { return math.Cos(at(p)) })
			}
		default:
			if slices.ContainsFunc(points, func(p Point) bool { v, ok := p.More[term]; return !ok || !estimate.Finite(v) }) {
				return names, columns, term
			}
			add(term, func(p Point) float64 { return p.More[term] })
		}
	}
	return names, columns, ""
}

// at is the place of a term; −1 where the model has none.
func (f Fit) at(name string) int {
	return slices.IndexFunc(f.Terms, func(t Term) bool { return t.Name == name })
}

// Term finds a term by its name.
func (f Fit) Term(name string) (Term, bool) {
	if i := f.at(name); i >= 0 {
		return f.Terms[i], true
	}
	return Term{}, false
}

// moments says for every point what the model gives, and what it would without the change: take removes the effect on
// the linear predictor from the mean.
func (f *Fit) moments(points []Point, d regress.Design, fit regress.Fit, take func(mean, effect float64) float64) {
	for i, p := range points {
		var effect float64
		for _, name := range []string{"step", "slope_change"} {
			if k := f.at(name); k >= 0 {
				effect += d.Row(i)[k] * fit.Beta[k]
			}
		}
		f.Moments = append(f.Moments, Moment{p.Time, p.Y, estimate.Of(fit.Fitted[i]), estimate.Of(take(fit.Fitted[i], effect))})
	}
}

func (f *Fit) trend() {
	if i, j := f.at("time"), f.at("slope_change"); i >= 0 && j >= 0 {
		f.PostTrend = estimate.Of(f.Terms[i].Value.Value + f.Terms[j].Value.Value)
	}
}
