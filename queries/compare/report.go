package compare

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"hulian/queries/stats/did"
	"hulian/queries/stats/estimate"
)

// Known is what is known beside the measure's months.
type Known struct {
	Plan       *Registered
	PlannedOn  string             // the day it was registered
	Plans      int                // registered so far; the last holds
	Chosen     bool               // which pilots are looked at was chosen afterwards: no plan speaks of them
	Hands      map[string]float64 // people per hand before the start, by village
	Apart      Apart              // nil: nobody knows where villages lie
	Supports   map[string][]string
	NoSupports bool                 // no register of supports is kept, so that none are known
	Covariates map[string][]float64 // before the start, by village
	Covariate  []string             // their names
}

// Report is a comparison with all that is said of it: by a page, and by a command, from here alone.
type Report struct {
	Result
	Known
	Panel   Panel
	All     []Result // every outcome looked at, this one among them, each corrected for the others
	Waves   *Result  // pilots against the rollout, by months since each village's own start; nil where there is no such
	Groups  []Group
	Gained  []Gained
	Splits  []Split
	Spill   Spill
	Unmoved *Result // the outcome that the plan says should not move; nil where it names none or it was not looked at
	Gaps    []Gap
	Missing int // village-months of the windows without a source, of Of
	Of      int
	Cost    Cost
	Allowed Adjusted
}

// Adjusted is the effect with covariates allowed for.
type Adjusted struct {
	Asked  bool
	Left   []string // covariates that are alike in all villages or follow from those before them: nothing can be told from them
	Effect estimate.Number
	CI     estimate.Interval // absent where a side has fewer than eight villages
	Why    []estimate.Warning
}

// ReportOf gathers what is said of one outcome. All are the outcomes looked at together, r among them.
func ReportOf(p Panel, r Result, all []Result, k Known) Report {
	if k.Chosen {
		k.Plan, k.Plans = nil, 0
	}
	all = Corrected(k.Plan, all)
	if i := slices.IndexFunc(all, func(x Result) bool { return x.Measure.ID == r.Measure.ID }); i >= 0 {
		r = all[i]
	}
	of := Report{Result: r, Known: k, Panel: p, All: all, Groups: Starts(p)}
	if waves, ok := AgainstRollout(p); ok {
		of.Waves = &waves
	}
	of.Gaps, of.Missing, of.Of = r.Gaps(p)
	if r.Verdict == NotEstimable {
		return of
	}
	of.Gained, of.Splits, of.Spill = r.ByVillage(), r.Splits(p, k.Hands), r.SpillOver(p, k.Apart)
	if k.Plan != nil {
		of.Cost = r.Costs(k.Plan.Cost)
		if i := slices.IndexFunc(all, func(x Result) bool { return x.Measure.ID == k.Plan.Unmoved }); i >= 0 {
			of.Unmoved = &all[i]
		}
	}
	of.Allowed = r.allowing(k)
	return of
}

// allowing is the effect where villages with like covariates would have moved alike: the others' changes by their covariates, carried
// over to the pilots (outcome regression: Heckman, Ichimura & Todd 1997, Review of Economic Studies 64:605–654).
func (r Result) allowing(k Known) (a Adjusted) {
	if a.Asked = len(k.Covariate) > 0; !a.Asked {
		return a
	}
	rows := r.outcomes()
	use := independent(rows, k.Covariates, len(k.Covariate))
	for i, name := range k.Covariate {
		if !slices.Contains(use, i) {
			a.Left = append(a.Left, name)
		}
	}
	if len(use) == 0 {
		return a
	}
	for i := range rows {
		for _, column := range use {
			rows[i].X = append(rows[i].X, k.Covariates[rows[i].Unit][column])
		}
	}
	found, why := did.AdjustedTwoByTwo(rows, true, did.Regression, .95)
	a.Effect, a.Why = found.Att, why
	if a.Effect.Known && (math.IsNaN(a.Effect.Value) || math.IsInf(a.Effect.Value, 0)) {
		a.Effect = estimate.Number{}
	}
	if min(len(r.Pilots), len(r.Others)) >= leastForInterval {
		a.CI = found.CI
	}
	return a
}

// tolerance is the share of a covariate's spread that must be its own for it not to follow from the others.
const tolerance = 1e-9

// independent are the covariates that neither are alike in all villages nor follow from those before them (Gram and Schmidt). One that a
// village lacks is kept: the estimate leaves the village out, and says so.
func independent(rows []did.Outcome, of map[string][]float64, n int) (use []int) {
	one := make([]float64, len(rows))
	for i := range one {
		one[i] = 1 / math.Sqrt(float64(len(rows)))
	}
	basis := [][]float64{one}
	for column := range n {
		x := make([]float64, len(rows))
		for i, row := range rows {
			x[i] = of[row.Unit][column]
		}
		before := floats.Norm(x, 2)
		if math.IsNaN(before) {
			use = append(use, column)
			continue
		}
		for range 2 { // a second time takes off what rounding left of the first
			for _, b := range basis {
				floats.AddScaled(x, -floats.Dot(x, b), b)
			}
		}
		if after := floats.Norm(x, 2); after > tolerance*before {
			floats.Scale(1/after, x)
			basis, use = append(basis, x), append(use, column)
		}
	}
	return use
}
