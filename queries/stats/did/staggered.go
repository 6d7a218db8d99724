package did

import (
	"math"
	"strconv"

	"hulian/queries/stats/estimate"
)

// Observation is one unit in one period. First is the unit's first period under the change, 0 for never; periods are
// whole numbers that count evenly (years, or months numbered through).
type Observation struct {
	Unit  string
	Time  int
	First int
	Y     float64
	// Weight is what the unit counts for, Size the base of its outcomes; both are a unit's, its first row's holds. 0 means 1
	// and unknown.
	Weight, Size float64
}

// Control says who stands for "without the change".
type Control string

// The comparison groups.
const (
	NeverTreated  Control = "nevertreated"
	NotYetTreated Control = "notyettreated"
)

// Base says which period an effect is measured from.
type Base string

// The bases.
const (
	Varying   Base = "varying"   // before treatment: the period just before; after: the last one before treatment
	Universal Base = "universal" // always the last one before treatment
)

// Options steer Staggered. The zero value compares with never treated units from varying bases.
type Options struct {
	Control      Control
	Base         Base
	Anticipation int // periods before First in which units already respond
	// BalanceEvents is the last event time of the balanced event study, a whole number from 0; absent means 1. It uses
	// only cohorts observed that long, so that the mix of cohorts is the same at every event time from 0 on.
	BalanceEvents estimate.Number
	Confidence    float64
	Draws         int    // of the multiplier bootstrap; 0 means none
	Seed          uint64 // 0 means 1
	// SmallSample replaces the normal approximation, which is too sure of itself below some hundred units: see small.go.
	SmallSample bool
	// Fitting takes SmallSample where there are fewer than a hundred units.
	Fitting bool
	// Period names a period in what is said; nil means by its number.
	Period func(int) string
}

// GroupTime is the effect on one cohort in one period.
type GroupTime struct {
	Group      int               `json:"group"`
	Time       int               `json:"time"`
	Att        float64           `json:"att"`
	SE         estimate.Number   `json:"se"` // absent in the base period
	CI         estimate.Interval `json:"ci"`
	BaseTime   int               `json:"base"`
	Treated    int               `json:"n_treated"`
	Comparison int               `json:"n_control"`
	BootSE     estimate.Number   `json:"boot_se"`
	Band       estimate.Interval `json:"band"` // uniform over all cells

	influence []float64
}

// Average is one number made of several cells.
type Average struct {
	Att estimate.Number   `json:"att"`
	SE  estimate.Number   `json:"se"`
	CI  estimate.Interval `json:"ci"`

	influence []float64
}

// Entry is one line of an aggregation: an event time, a cohort or a period.
type Entry struct {
	Key int `json:"key"`
	Average
	Treated int               `json:"n_treated"` // units behind it
	BootSE  estimate.Number   `json:"boot_se"`
	Band    estimate.Interval `json:"band"` // uniform over the lines of the aggregation
}

// Aggregation is a set of lines and their summary.
type Aggregation struct {
	Overall  Average         `json:"overall"`
	Entries  []Entry         `json:"entries"`
	Critical estimate.Number `json:"critical_value"` // of the uniform band
}

// Wald is a joint test that several effects are zero.
type Wald struct {
	Events   []int           `json:"event_times,omitempty"`
	W        estimate.Number `json:"W"`
	DF       int             `json:"df"`
	P        estimate.Number `json:"p"`
	Singular bool            `json:"singular"`
}

// Result is a staggered difference in differences.
type Result struct {
	Units    int `json:"n_units"`
	Never    int `json:"n_never"`
	Periods  []int
	Groups   []int // cohorts
	Sizes    map[int]int
	Options  Options         `json:"-"`
	Cells    []GroupTime     `json:"att_gt"`
	Critical estimate.Number `json:"critical_value"` // of the uniform band over all cells

	Simple   Average      `json:"simple"`
	Dynamic  Aggregation  `json:"dynamic"`
	Balanced *Aggregation `json:"dynamic_balanced,omitempty"`
	Group    Aggregation  `json:"group"`
	Calendar Aggregation  `json:"calendar"`

	Wald            *Wald `json:"wald,omitempty"`             // over all cells before treatment
	PretrendDynamic *Wald `json:"pretrend_dynamic,omitempty"` // over the event times before treatment
	PretrendMaxT    *MaxT `json:"pretrend_max_t,omitempty"`   // over all cells before treatment, where SmallSample and Draws are set
	// Few says that a side has so few units that no standard error is offered: all of them are absent, and Randomise answers.
	Few              bool               `json:"few_units"`
	LastAsComparison bool               `json:"last_cohort_as_comparison"`
	Warnings         []estimate.Warning `json:"warnings,omitempty"`

	panel    panel
	adjusted bool                  // by Adjusted, which offers its numbers with warnings where Staggered withholds them
	spreads  map[float64][]float64 // of SmallSample, by degrees of freedom
}

// Staggered estimates ATT(g, t), the average effect in period t on the cohort first treated in period g:
//
//	ATT(g,t) = mean(Yₜ − Y_b | cohort g) − mean(Yₜ − Y_b | comparison)
//
// with b the last period before g − anticipation (and, for varying bases before treatment, the period just before t).
// means being weighted where units are. Comparison units are never treated, or not yet treated: of another cohort with First > max(t, b) + anticipation.
// Standard errors come from the influence functions
//
//	ψᵢ = n/n_g 1{i∈g}(ΔYᵢ − mean_g) − n/n_c 1{i∈c}(ΔYᵢ − mean_c), se = √Σψ² / n
//
// with divisor n; those of weighted averages include the estimation of the cohorts' shares. Callaway & Sant'Anna
// (2021), unconditional version.
//
// The panel must be balanced: units missing a period are left out and counted. Units treated at or before the first
// period (plus anticipation) have no "before" and are left out. Without never treated units the last cohort takes
// their place, and the periods from its start (less anticipation) on are dropped.
func Staggered(rows []Observation, o Options) Result {
	o = o.defaults()
	r := Result{Options: o, Sizes: map[int]int{}}
	if !r.prepare(rows) {
		return r
	}
	if r.panel.n == 2 && len(r.Groups)+r.Never == 2 {
		r.warn(estimate.NotEstimable, "one unit against one: what the treatment did cannot be told from what the two units do by themselves")
		return r
	}
	r.Options.SmallSample = o.SmallSample || o.Fitting && r.panel.n < fitting
	r.fewUnits()
	r.cells()
	if len(r.Cells) == 0 {
		r.warn(estimate.NotEstimable, "no cohort has a period before and comparison units: no effect")
		return r
	}
	r.aggregate()
	r.pretest()
	if o.Draws > 0 && !r.Few {
		r.bootstrap()
	}
	return r
}

func (o Options) defaults() Options {
	if o.Control != NotYetTreated {
		o.Control = NeverTreated
	}
	if o.Base != Universal {
		o.Base = Varying
	}
	o.Anticipation = max(0, o.Anticipation)
	o.BalanceEvents = estimate.Of(math.Trunc(math.Max(0, o.BalanceEvents.Or(1))))
	if !(o.Confidence > 0 && o.Confidence < 1) {
		o.Confidence = 0.95
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	return o
}

func (r *Result) period(t int) string {
	if r.Options.Period != nil {
		return r.Options.Period(t)
	}
	return strconv.Itoa(t)
}

func (r *Result) warn(code estimate.Code, format string, args ...any) {
	r.Warnings = append(r.Warnings, estimate.Warn(code, format, args...))
}

// slot is a cohort and a period that have a base: periods by their place in panel.periods.
type slot struct{ group, at, base int }

// plan lists the cohorts and periods that have a base.
func (r *Result) plan() (slots []slot) {
	p, a := r.panel, r.Options.Anticipation
	for _, g := range r.Groups {
		before := -1 // the last period before g − anticipation
		for k, t := range p.periods {
			if t+a < g {
				before = k
			}
		}
		if before < 0 {
			continue
		}
		for k, t := range p.periods {
			base := before
			if r.Options.Base == Varying && t < g-a {
				base = k - 1
			}
			if base >= 0 {
				slots = append(slots, slot{g, k, base})
			}
		}
	}
	return slots
}

// cells fills ATT(g, t) for every cohort and period that has a base and comparison units.
func (r *Result) cells() {
	without := 0
	for _, s := range r.plan() {
		if s.base == s.at {
			r.Cells = append(r.Cells, r.baseCell(s))
			continue
		}
		if cell, ok := r.cell(s.group, s.at, s.base); ok {
			r.Cells = append(r.Cells, cell)
		} else {
			without++
		}
	}
	if without > 0 {
		r.warn(estimate.NotEstimable, "%d cohort-periods have no comparison unit left and were skipped", without)
	}
}

// baseCell is 0 by definition and has no standard error.
func (r *Result) baseCell(s slot) GroupTime {
	t := r.panel.periods[s.base]
	return GroupTime{Group: s.group, Time: t, BaseTime: t, Treated: r.Sizes[s.group], influence: make([]float64, r.panel.n)}
}

// comparison says which cohorts (0 is never) stand for the cohort between two periods without the change.
func (r *Result) comparison(g, k, base int) func(first int) bool {
	until := max(r.panel.periods[k], r.panel.periods[base]) + r.Options.Anticipation
	return func(first int) bool {
		return first == 0 || r.Options.Control == NotYetTreated && first != g && first > until
	}
}

func (r *Result) cell(g, k, base int) (GroupTime, bool) {
	p, comparison := r.panel, r.comparison(g, k, base)
	var nt, nc int
	var wt, wc, mt, mc, most float64
	change := make([]float64, p.n)
	for i, w := range p.weight {
		change[i], most = p.y[i][k]-p.y[i][base], math.Max(most, math.Abs(p.y[i][k]))
		switch {
		case p.first[i] == g:
			nt++
			wt += w
			mt += (change[i] - mt) * w / wt
		case comparison(p.first[i]):
			nc++
			wc += w
			mc += (change[i] - mc) * w / wc
		}
	}
	if nt == 0 || nc == 0 {
		return GroupTime{}, false
	}
	cell := GroupTime{Group: g, Time: p.periods[k], BaseTime: p.periods[base], Att: estimate.Cleared(mt-mc, most), Treated: nt, Comparison: nc, influence: make([]float64, p.n)}
	n := float64(p.n)
	for i, w := range p.weight {
		switch {
		case p.first[i] == g:
			cell.influence[i] = n / wt * w * (change[i] - mt)
		case comparison(p.first[i]):
			cell.influence[i] = -n / wc * w * (change[i] - mc)
		}
	}
	cell.SE, cell.CI = r.uncertainty(cell.Att, cell.influence)
	return cell, true
}

// uncertainty is the standard error and the interval of an effect.
func (r *Result) uncertainty(att float64, influence []float64) (estimate.Number, estimate.Interval) {
	if r.Few {
		return estimate.Absent(), estimate.Interval{}
	}
	se, z := standardError(r.clustered(influence), att), estimate.Z(r.Options.Confidence)
	if r.Options.SmallSample && se.Known {
		se, z = r.smallSample(att, influence)
	}
	return se, estimate.Around(estimate.Of(att), se, z)
}

// standardError is √Σψ²/n; a spread of nothing but rounding is no standard error.
func standardError(influence []float64, scale float64) estimate.Number {
	var sum float64
	for _, v := range influence {
		sum += v * v
	}
	se := math.Sqrt(sum) / float64(len(influence))
	if se <= 1e-13*(1+math.Abs(scale)) {
		return estimate.Absent()
	}
	return estimate.Of(se)
}
