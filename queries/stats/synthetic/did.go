package synthetic

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/simplex"
)

// DiDOptions steer a synthetic difference in differences. The zero value draws 200 placebos from seed 1.
type DiDOptions struct {
	Draws     int    // of the random placebo standard error; 0 means 200
	Seed      uint64 // 0 means 1
	MostExact int    // placebos gone through one by one at most; 0 means 2,000
	// Period names a period in sentences; nil writes the number.
	Period func(t int) string
}

// TimeWeight is what a period before the start counts for.
type TimeWeight struct {
	Time   int
	Weight float64
}

// Point is the effect of one period.
type Point struct {
	Time   int
	Effect float64
}

// Cohort is the estimate for the units of one start. Noise, zetas and estimates are in the unit of the outcome.
type Cohort struct {
	Start      int
	Units      []string
	T0, T1     int
	Noise      estimate.Number // standard deviation (n − 1) of the controls' first differences before the start
	ZetaOmega  estimate.Number // (N1 T1)^¼ noise
	ZetaLambda estimate.Number // 10⁻⁶ noise
	Estimate   estimate.Number
	DiD        estimate.Number // with equal weights
	Omega      []Weight
	Lambda     []TimeWeight
	Curve      []Point
	Share      estimate.Number // of this cohort in the average: N1 T1 ÷ Σ N1 T1

	treated       []int
	before, after []int
	omega, lambda []float64
}

// DiDResult is a synthetic difference in differences with its placebos.
type DiDResult struct {
	Controls int
	Treated  int
	Cohorts  []Cohort // by start
	ATT      estimate.Number
	Placebo  Placebos
	Warnings []estimate.Warning

	panel    Panel
	controls []int
	options  DiDOptions
}

// DiD estimates the effect on units that start at one time or several, against units that never do. starts gives the first
// treated period of a unit; units without one are controls.
//
// For the N1 units of a start with T0 periods before and T1 after: unit weights ω minimise, over ω ≥ 0, Σ ω = 1 and a free
// intercept, Σ_t (ω₀ + Σ ω y_t − mean treated y_t)² ÷ T0 + ζ²_ω Σ ω²; time weights λ the same over periods against the
// controls' means after the start, ÷ N0, with ζ_λ. ζ_ω = (N1 T1)^¼ σ and ζ_λ = 10⁻⁶ σ with σ the standard deviation of the
// controls' first differences before the start. The estimate is (−ω, 1/N1) Y (−λ, 1/T1)′ (Arkhangelsky et al. 2021,
// algorithm 1; weights are exact optima). Several starts are estimated one by one and averaged by N1 T1 (the appendix there;
// Clarke, Pailañir, Athey & Imbens 2024, Stata Journal 24:557–598).
func DiD(p Panel, starts map[string]int, o DiDOptions) DiDResult {
	r := DiDResult{panel: p, options: o}
	if r.options.Draws <= 0 {
		r.options.Draws = 200
	}
	if r.options.Seed == 0 {
		r.options.Seed = 1
	}
	if r.options.MostExact <= 0 {
		r.options.MostExact = 2000
	}
	r.cohorts(starts)
	if len(r.Cohorts) == 0 {
		return r
	}
	var total float64
	for i := range r.Cohorts {
		total += r.Cohorts[i].mass()
	}
	var att float64
	for i := range r.Cohorts {
		c := &r.Cohorts[i]
		r.estimate(c)
		c.Share = estimate.Of(c.mass() / total)
		att += c.Share.Value * c.Estimate.Value
	}
	r.ATT = estimate.Of(att)
	r.placebos()
	return r
}

func (r *DiDResult) warn(code estimate.Code, format string, args ...any) {
	r.Warnings = append(r.Warnings, estimate.Warn(code, format, args...))
}

func (r *DiDResult) period(t int) any {
	if r.options.Period != nil {
		return r.options.Period(t)
	}
	return t
}

// mass is treated units × periods after the start.
func (c Cohort) mass() float64 { return float64(len(c.treated) * c.T1) }

// cohorts sorts the units by start and keeps the starts that can be estimated.
func (r *DiDResult) cohorts(starts map[string]int) {
	p := r.panel
	if len(p.Periods) == 0 {
		r.warn(estimate.NotEstimable, "there is no period in which the units have outcomes: nothing to estimate")
		return
	}
	by := map[int][]int{}
	for u, unit := range p.Units {
		start, ever := starts[unit]
		if !ever || start > p.Periods[len(p.Periods)-1] {
			r.controls = append(r.controls, u)
			continue
		}
		by[start] = append(by[start], u)
	}
	r.Controls = len(r.controls)
	switch {
	case len(by) == 0:
		r.warn(estimate.NotEstimable, "there is no treated unit with outcomes after its start: nothing to estimate")
		return
	case r.Controls == 0:
		r.warn(estimate.NotEstimable, "there is no comparison unit: nothing to estimate")
		return
	case r.Controls == 1:
		r.warn(estimate.NotEstimable, "there is one comparison unit: a mix needs two, and what the treatment did cannot be told from what that unit does by itself")
		return
	}
	var order []int
	for start := range by {
		order = append(order, start)
	}
	slices.Sort(order)
	for _, start := range order {
		if c, ok := r.cohort(start, by[start]); ok {
			r.Treated += len(c.treated)
			r.Cohorts = append(r.Cohorts, c)
		}
	}
}

func (r *DiDResult) cohort(start int, units []int) (c Cohort, ok bool) {
	p := r.panel
	c = Cohort{Start: start, treated: units}
	for _, u := range units {
		c.Units = append(c.Units, p.Units[u])
	}
	for i, t := range p.Periods {
		if t < start {
			c.before = append(c.before, i)
		} else {
			c.after = append(c.after, i)
		}
	}
	c.T0, c.T1 = len(c.before), len(c.after)
	if c.T0 < 2 {
		r.warn(estimate.NotEstimable, "start %v has %d periods before it, and two are needed: its %d units are left out", r.period(start), c.T0, len(units))
		return c, false
	}
	var changes []float64
	for _, u := range r.controls {
		y := pick(p.Y[u], c.before)
		for i := 1; i < len(y); i++ {
			changes = append(changes, y[i]-y[i-1])
		}
	}
	noise := stat.StdDev(changes, nil)
	if !(noise > rounding*p.size()) {
		r.warn(estimate.NotEstimable, "before start %v the comparison units all change by the same: there is nothing to choose weights by, and its %d units are left out", r.period(start), len(units))
		return c, false
	}
	c.Noise, c.ZetaLambda = estimate.Of(noise), estimate.Of(1e-6*noise)
	c.ZetaOmega = estimate.Of(math.Pow(c.mass(), .25) * noise)
	return c, true
}

// estimate fills in the weights, the estimate and the curve.
func (r *DiDResult) estimate(c *Cohort) {
	value, omega, lambda := r.solve(c.treated, r.controls, *c)
	c.omega, c.lambda = omega, lambda
	c.Estimate = estimate.Of(value)
	c.Omega = r.panel.weights(r.controls, omega)
	for i, w := range lambda {
		if w >= least {
			c.Lambda = append(c.Lambda, TimeWeight{r.panel.Periods[c.before[i]], w})
		}
	}
	gap := r.gap(c.treated, r.controls, omega)
	level := floats.Dot(lambda, pick(gap, c.before))
	for _, t := range c.after {
		c.Curve = append(c.Curve, Point{r.panel.Periods[t], gap[t] - level})
	}
	equal := make([]float64, len(r.controls))
	for i := range equal {
		equal[i] = 1 / float64(len(equal))
	}
	plain := r.gap(c.treated, r.controls, equal)
	c.DiD = estimate.Of(stat.Mean(pick(plain, c.after), nil) - stat.Mean(pick(plain, c.before), nil))
}

// gap is the treated units' mean less the weighted controls, by period.
func (r *DiDResult) gap(treated, controls []int, omega []float64) []float64 {
	gap := make([]float64, len(r.panel.Periods))
	for _, u := range treated {
		floats.AddScaled(gap, 1/float64(len(treated)), r.panel.Y[u])
	}
	for i, u := range controls {
		floats.AddScaled(gap, -omega[i], r.panel.Y[u])
	}
	return gap
}

// solve finds the weights and the estimate for some treated units against some controls; periods and zetas are those of the
// cohort.
func (r *DiDResult) solve(treated, controls []int, c Cohort) (value float64, omega, lambda []float64) {
	omega = r.omega(treated, controls, c)
	lambda = r.lambda(controls, c)
	gap := r.gap(treated, controls, omega)
	value = stat.Mean(pick(gap, c.after), nil) - floats.Dot(lambda, pick(gap, c.before))
	return value, omega, lambda
}

// omega are the unit weights. A free intercept is the same as taking each series less its mean.
func (r *DiDResult) omega(treated, controls []int, c Cohort) []float64 {
	mean := make([]float64, c.T0)
	for _, u := range treated {
		floats.AddScaled(mean, 1/float64(len(treated)), pick(r.panel.Y[u], c.before))
	}
	problem := simplex.Problem{Target: centred(mean), Ridge: c.ZetaOmega.Value * c.ZetaOmega.Value * float64(c.T0)}
	for _, u := range controls {
		problem.Columns = append(problem.Columns, centred(pick(r.panel.Y[u], c.before)))
	}
	return solved(problem)
}

// lambda are the time weights.
func (r *DiDResult) lambda(controls []int, c Cohort) []float64 {
	later := make([]float64, len(controls))
	for i, u := range controls {
		later[i] = stat.Mean(pick(r.panel.Y[u], c.after), nil)
	}
	problem := simplex.Problem{Target: centred(later), Ridge: c.ZetaLambda.Value * c.ZetaLambda.Value * float64(len(controls))}
	for _, t := range c.before {
		column := make([]float64, len(controls))
		for i, u := range controls {
			column[i] = r.panel.Y[u][t]
		}
		problem.Columns = append(problem.Columns, centred(column))
	}
	return solved(problem)
}

// solved gives the weights; the panel is finite and has columns, so that there always are some.
func solved(problem simplex.Problem) []float64 {
	s, ok := simplex.Solve(problem)
	if !ok {
		panic("synthetic: a panel that is not finite")
	}
	return s.Weights
}

func centred(x []float64) []float64 {
	out := slices.Clone(x)
	floats.AddConst(-stat.Mean(x, nil), out)
	return out
}
