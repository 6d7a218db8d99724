package synthetic

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/simplex"
)

// ControlOptions steer a synthetic control.
type ControlOptions struct {
	Treated   string
	Pre, Post Range           // periods before and after the start
	FakeStart estimate.Number // first period of the placebo in time; absent: the last third of the periods before
	// Predictors, where given, are what the mix must rebuild, in place of the outcomes before the start. Their v are an input.
	Predictors *Predictors
	FitOver    Range // periods over which pre_rmspe is taken; none: Pre
}

// Predictors describe units by p numbers. X is p × units; V, ≥ 0, is what each counts for.
type Predictors struct {
	Names   []string
	V       []float64
	Treated []float64   // p values of the treated unit
	Units   []string    // the donors
	X       [][]float64 // p × donors
}

// Gap is one period of a comparison, in the unit of the outcome.
type Gap struct {
	Time                   int
	Actual, Synthetic, Gap float64 // Gap = Actual − Synthetic
}

// Fit is one unit against its mix. RMSPE is the root of the mean squared gap.
type Fit struct {
	Unit          string // the unit treated, or called treated; of a fit without one donor, the donor left out
	Unique        bool   // no other weights fit as well: where they do, the gaps after the start are not determined
	PreRMSPE      estimate.Number
	PostRMSPE     estimate.Number
	Ratio         estimate.Number // post ÷ pre; absent where the fit before is perfect
	ATT           estimate.Number // mean gap after the start
	LastGap       estimate.Number // gap of the last period
	PerfectBefore bool

	weights []float64
	donors  []int
	gaps    []float64
}

// Balance is a predictor of the treated unit, of its mix, and of the donors on average.
type Balance struct {
	Predictor                  string
	Treated, Synthetic, Donors float64
}

// InTime is a placebo in time: the start is moved to before the true one, and nothing should be found.
type InTime struct {
	Fit
	FakeStart int
	Pre, Post Range
	Weights   []Weight
	Gaps      []Gap
}

// ControlResult is a synthetic control with its placebos.
type ControlResult struct {
	Fit
	Donors               int
	PrePeriods           int
	PostPeriods          int
	Weights              []Weight
	Gaps                 []Gap
	Balance              []Balance
	Space                Space
	LeftOut              []Fit // donors with weight, each left out
	ATTLow, ATTHigh      estimate.Number
	Time                 *InTime
	Warnings             []estimate.Warning
	Estimable            bool
	panel                Panel
	options              ControlOptions
	before, after, fitAt []int
}

// Control builds the synthetic control of one unit: weights w ≥ 0 of sum 1 over the other units that minimise the sum over
// the periods before the start of (y_treated − Σ w y)², without intercept, ridge or predictors; or, where predictors are
// given, Σ_m v_m ((x_treated − Σ w x)/s_m)² with s the standard deviation (n − 1) over treated and donors. Placebos in
// space call every donor treated in turn, the treated unit never being one of its donors; placebos in time move the start;
// and donors with weight are left out one by one.
func Control(p Panel, o ControlOptions) ControlResult {
	r := ControlResult{panel: p, options: o}
	treated, donors := r.prepare()
	if donors == nil {
		return r
	}
	fit, ok := r.fit(treated, donors, r.before, r.after, r.fitAt)
	if !ok {
		r.refuse("the weights cannot be found: no predictor has a spread and a positive v")
		return r
	}
	r.Fit, r.Estimable = fit, true
	r.Weights, r.Gaps = p.weights(donors, fit.weights), r.gapsOf(treated, fit)
	if !fit.Unique {
		r.warn(estimate.Assumption, "other weights fit as well before the start, and the data do not say which: the gap after it is that of the most even ones, and no placebo rank is given")
	}
	r.balance(treated, donors)
	r.inSpace(treated, donors)
	r.leaveOut(treated, donors)
	if o.Predictors == nil {
		r.inTime(treated, donors)
	}
	return r
}

func (r *ControlResult) warn(code estimate.Code, format string, args ...any) {
	r.Warnings = append(r.Warnings, estimate.Warn(code, format, args...))
}

// refuse says why there is no result.
func (r *ControlResult) refuse(format string, args ...any) {
	r.warn(estimate.NotEstimable, format, args...)
}

// prepare finds treated unit, donors and periods; donors are nil where there is nothing to estimate.
func (r *ControlResult) prepare() (treated int, donors []int) {
	p, o := r.panel, r.options
	treated = slices.Index(p.Units, o.Treated)
	if treated < 0 {
		r.refuse("%q has no outcome in any period that the other units have: nothing to estimate", o.Treated)
		return 0, nil
	}
	r.before, r.after = p.within(o.Pre), p.within(o.Post)
	r.fitAt = r.before
	if !o.FitOver.None() {
		r.fitAt = p.within(o.FitOver)
	}
	var ok bool
	if donors, ok = r.donors(treated); !ok {
		return treated, nil
	}
	r.Donors, r.PrePeriods, r.PostPeriods = len(donors), len(r.before), len(r.after)
	all := append([]int{treated}, donors...)
	switch {
	case len(donors) == 0:
		r.refuse("there is no comparison unit: nothing to estimate")
	case len(donors) == 1:
		r.refuse("there is one comparison unit: a mix needs two, and what the treatment did cannot be told from what that unit does by itself")
	case len(r.before) == 0 || len(r.fitAt) == 0:
		r.refuse("there is no period before the start: the mix has nothing to follow")
	case len(r.before) < 2 && o.Predictors == nil:
		r.refuse("there is one period before the start: many mixes pass through one point, and none can be chosen")
	case len(r.after) == 0:
		r.refuse("there is no period after the start: nothing to estimate")
	case p.alike(all, append(slices.Clone(r.before), r.after...)):
		r.refuse("all units have the same outcomes: there is nothing to tell them apart by")
	case o.Predictors == nil && p.alike(donors, r.before):
		r.refuse("the comparison units have the same outcomes before the start: no mix is better than another")
	default:
		return treated, donors
	}
	return treated, nil
}

// donors are the other units, or those the predictors name.
func (r *ControlResult) donors(treated int) (donors []int, ok bool) {
	x := r.options.Predictors
	if x == nil {
		for u := range r.panel.Units {
			if u != treated {
				donors = append(donors, u)
			}
		}
		return donors, true
	}
	for _, unit := range x.Units {
		u := slices.Index(r.panel.Units, unit)
		if u < 0 || u == treated {
			r.refuse("%q has predictors and no outcomes: nothing to estimate", unit)
			return nil, false
		}
		donors = append(donors, u)
	}
	return donors, true
}

// fit finds the mix of some donors for one unit and what is left between them.
func (r *ControlResult) fit(unit int, donors, before, after, over []int) (f Fit, ok bool) {
	p := r.panel
	var problem simplex.Problem
	if r.options.Predictors != nil {
		problem = r.byPredictors(unit, donors)
	} else {
		problem.Target = pick(p.Y[unit], before)
		for _, d := range donors {
			problem.Columns = append(problem.Columns, pick(p.Y[d], before))
		}
	}
	if len(problem.Target) == 0 {
		return Fit{}, false
	}
	solution, ok := simplex.Solve(problem)
	if !ok {
		return Fit{}, false
	}
	f = Fit{Unit: p.Units[unit], Unique: solution.Unique, weights: solution.Weights, donors: donors, gaps: slices.Clone(p.Y[unit])}
	for i, d := range donors {
		floats.AddScaled(f.gaps, -solution.Weights[i], p.Y[d])
	}
	f.summarise(over, after, p.size())
	return f, true
}

// perfect is the part of the largest outcome below which the gaps before the start are the rounding of exact weights.
const perfect = 1e-8

// summarise takes the gaps together. A fit before the start that is off by rounding alone is perfect: its ratio is not a number.
func (f *Fit) summarise(over, after []int, size float64) {
	pre, post := rms(pick(f.gaps, over)), rms(pick(f.gaps, after))
	f.PerfectBefore = pre <= perfect*size
	if f.PerfectBefore {
		pre = 0
	}
	f.PreRMSPE, f.PostRMSPE = estimate.Of(pre), estimate.Of(post)
	if pre > 0 {
		f.Ratio = estimate.Of(post / pre)
	}
	f.ATT = estimate.Of(stat.Mean(pick(f.gaps, after), nil))
	f.LastGap = estimate.Of(f.gaps[len(f.gaps)-1])
}

func rms(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	return math.Sqrt(floats.Dot(x, x) / float64(len(x)))
}

// byPredictors sets up the fit on predictors, scaled by their spread and √v. Predictors without spread say nothing.
func (r *ControlResult) byPredictors(unit int, donors []int) simplex.Problem {
	problem := simplex.Problem{Columns: make([][]float64, len(donors))}
	for m, v := range r.options.Predictors.V {
		own := r.predictor(m, unit)
		values := make([]float64, len(donors))
		for i, d := range donors {
			values[i] = r.predictor(m, d)
		}
		spread := stat.StdDev(append([]float64{own}, values...), nil)
		if !(spread > 0) || !(v > 0) {
			continue
		}
		scale := math.Sqrt(v) / spread
		problem.Target = append(problem.Target, scale*own)
		for i := range donors {
			problem.Columns[i] = append(problem.Columns[i], scale*values[i])
		}
	}
	return problem
}

// predictor is that of a unit, treated or donor.
func (r *ControlResult) predictor(m, unit int) float64 {
	x := r.options.Predictors
	if i := slices.Index(x.Units, r.panel.Units[unit]); i >= 0 {
		return x.X[m][i]
	}
	return x.Treated[m]
}

func (r *ControlResult) gapsOf(unit int, f Fit) []Gap {
	out := make([]Gap, len(r.panel.Periods))
	for i, t := range r.panel.Periods {
		y := r.panel.Y[unit][i]
		out[i] = Gap{Time: t, Actual: y, Synthetic: y - f.gaps[i], Gap: f.gaps[i]}
	}
	return out
}

func (r *ControlResult) balance(treated int, donors []int) {
	if r.options.Predictors == nil {
		return
	}
	for m, name := range r.options.Predictors.Names {
		b := Balance{Predictor: name, Treated: r.predictor(m, treated)}
		for i, d := range donors {
			b.Synthetic += r.weights[i] * r.predictor(m, d)
			b.Donors += r.predictor(m, d) / float64(len(donors))
		}
		r.Balance = append(r.Balance, b)
	}
}
