package did

import (
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/regress"
)

// Adjustment says how covariates are allowed for.
type Adjustment string

// The adjustments.
const (
	DoublyRobust Adjustment = "dr"  // both: right where either model is
	Weighting    Adjustment = "ipw" // comparison units weighed to be like the treated, by a logit
	Regression   Adjustment = "reg" // what the comparison units' covariates say of their change, taken to the treated
)

// Covered is one unit in one period with its covariates: as many numbers in every row, in any units. Cluster names what
// the unit shares its luck with (a township of villages); empty everywhere means units vary by themselves.
type Covered struct {
	Observation
	X       []float64
	Cluster string
}

// AdjustedOptions steer Adjusted. SmallSample and Fitting have no effect.
type AdjustedOptions struct {
	Options
	Adjustment Adjustment // empty is doubly robust
	// CrossSections takes every row for a unit of its own: other people are asked in every period.
	CrossSections bool
	// Unbalanced keeps the units that miss periods: each cell uses the rows of its two periods as cross-sections, and a
	// unit's rows share their luck (R package did, allow_unbalanced_panel). Without it such units are left out.
	Unbalanced bool
	// Names of the covariates, for what is said; nil means by number.
	Names []string
}

// Adjusted estimates ATT(g, t) with covariates by outcome regression, inverse probability weighting, or both (Sant'Anna &
// Zhao 2020, Journal of Econometrics 219:101–122), and aggregates as Staggered does (Callaway & Sant'Anna 2021, Journal of
// Econometrics 225:200–230). With covariates X, a 1 among them, change Δ between base and period, p the chance to be
// treated:
//
//	reg: mean_D(Δ − Xβ), β by least squares of Δ on X among comparison units
//	ipw: mean_D(Δ) − Σ w p/(1−p) Δ ÷ Σ w p/(1−p) over comparison units, p by a logit of D on X
//	dr:  the same of Δ − Xβ
//
// In a panel X is of the earlier of the two periods; in cross-sections a row's own. Comparison units with p ≥ 0.995 count
// nothing; a cell where some p ≥ 0.999 is not estimable. se = √Σψ²/n with n the units kept and the estimation of p and β
// in ψ, no small-sample factor: these numbers want some tens of units a cohort, and warnings say where there are fewer.
// In the doubly robust estimator for cross-sections ψ is exact (DRDID 1.2.3 turns a sign in two places that nearly cancel).
//
// The joint test before treatment (Wald) takes every cell with t < g but the base, those of anticipation among them.
func Adjusted(rows []Covered, o AdjustedOptions) Result {
	o.Options = o.defaults()
	o.SmallSample, o.Fitting = false, false
	if o.Adjustment != Weighting && o.Adjustment != Regression {
		o.Adjustment = DoublyRobust
	}
	r := Result{Options: o.Options, Sizes: map[int]int{}, adjusted: true}
	rows = r.complete(rows)
	if !r.prepareAdjusted(rows, o) {
		return r
	}
	if len(r.Groups) == 0 {
		r.warn(estimate.NotEstimable, "no cohort has a period before and comparison units: no effect")
		return r
	}
	r.adjustedWarnings(o)
	r.adjustedCells(rows, o)
	if len(r.Cells) == 0 {
		r.warn(estimate.NotEstimable, "no cohort has a period before and comparison units: no effect")
		return r
	}
	r.aggregate()
	r.pretest()
	if o.Draws > 0 {
		r.bootstrap()
	}
	return r
}

// complete leaves out rows with a covariate missing, or another number of them than the first row has.
func (r *Result) complete(rows []Covered) []Covered {
	var kept []Covered
	for _, row := range rows {
		sound := len(row.X) == len(rows[0].X)
		for _, x := range row.X {
			sound = sound && math.Abs(x) < largest
		}
		if sound {
			kept = append(kept, row)
		}
	}
	if left := len(rows) - len(kept); left > 0 {
		r.warn(estimate.MissingValues, "%d rows miss a covariate and were left out", left)
	}
	return kept
}

func (r *Result) prepareAdjusted(rows []Covered, o AdjustedOptions) bool {
	plain := make([]Observation, len(rows))
	clustered := false
	for i, row := range rows {
		plain[i] = row.Observation
		if o.CrossSections {
			plain[i].Unit = strconv.Itoa(i)
		}
		clustered = clustered || row.Cluster != ""
	}
	if o.CrossSections || o.Unbalanced {
		kept, periods, ok := r.gather(plain)
		if !ok {
			return false
		}
		kept = within(kept, periods)
		if len(kept) == 0 || len(periods) < 2 {
			r.warn(estimate.NotEstimable, "no unit is left with all of %d periods", len(periods))
			return false
		}
		r.fill(kept, periods)
		short := 0
		for _, u := range kept {
			if len(u.y) < len(periods) {
				short++
			}
		}
		if o.Unbalanced && short > 0 {
			r.warn(estimate.Convention, "%d of %d units miss a period: every effect takes the rows of its two periods as cross-sections", short, len(kept))
		}
	} else if !r.prepare(plain) {
		return false
	}
	if clustered {
		r.cluster(func(row int) string { return strings.TrimSpace(rows[row].Cluster) })
	}
	return true
}

// within leaves out units that are seen in none of the periods.
func within(units []*unitRows, periods []int) (kept []*unitRows) {
	for _, u := range units {
		for _, t := range periods {
			if _, ok := u.y[t]; ok {
				kept = append(kept, u)
				break
			}
		}
	}
	return kept
}

// fewOfACohort: below, R's did warns of a small group: the number of covariates and 5 more.
const fewOfACohort = 5

func (r *Result) adjustedWarnings(o AdjustedOptions) {
	for _, g := range r.Groups {
		switch {
		case r.Sizes[g] == 1:
			r.warn(estimate.SmallBase, "cohort %s is one unit: its own variation cannot be known and is missing from every standard error it takes part in", r.period(g))
		case r.Sizes[g] < fewOfACohort+len(o.Names)+1:
			r.warn(estimate.SmallBase, "cohort %s has %d units only: its standard errors are too small", r.period(g), r.Sizes[g])
		}
	}
	treated := r.panel.n - r.Never
	if n := min(treated, r.Never); n < fewASide {
		r.warn(estimate.SmallBase, "%d treated units against %d never treated: with fewer than %d on a side, standard errors, intervals and bands are too narrow; a permutation test holds", treated, r.Never, fewASide)
	}
	if r.Options.Anticipation > 0 {
		r.warn(estimate.Convention, "the joint test before the start takes in the %d periods of anticipation, as published", r.Options.Anticipation)
	}
}

// adjustedCells fills the cells side by side, in order.
func (r *Result) adjustedCells(rows []Covered, o AdjustedOptions) {
	design := r.design(rows, o)
	panel := !o.CrossSections && !o.Unbalanced
	seen := make([][]int, len(r.panel.periods)) // units by period
	for i, at := range r.panel.rows {
		for k, row := range at {
			if row >= 0 {
				seen[k] = append(seen[k], i)
			}
		}
	}
	plan := r.plan()
	cells, troubles := make([]GroupTime, len(plan)), make([]regress.Trouble, len(plan))
	var work sync.WaitGroup
	seats := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, s := range plan {
		seats <- struct{}{}
		work.Go(func() {
			if s.base == s.at {
				cells[i] = r.baseCell(s)
			} else {
				cells[i], troubles[i] = r.adjustedCell(s, r.section(s, design, seen, panel), o.Adjustment)
			}
			<-seats
		})
	}
	work.Wait()
	counts := map[regress.Trouble]int{}
	for i, cell := range cells {
		if counts[troubles[i]]++; troubles[i] == "" {
			r.Cells = append(r.Cells, cell)
		}
	}
	r.troubled(counts)
	if len(r.Cells) > 0 && !slices.ContainsFunc(r.Cells, func(c GroupTime) bool { return standardError(c.influence, c.Att).Known }) {
		r.warn(estimate.NoSpread, "all outcomes move alike: no standard error")
	}
}

// uncompared: a cell without treated or comparison rows.
const uncompared regress.Trouble = "uncompared"

func (r *Result) troubled(counts map[regress.Trouble]int) {
	for _, t := range []struct {
		trouble regress.Trouble
		said    estimate.Warning
	}{
		{uncompared, estimate.Warn(estimate.NotEstimable, "%d cohort-periods have no comparison unit left and were skipped", counts[uncompared])},
		{regress.Collinear, estimate.Warn(estimate.NotEstimable, "%d cohort-periods are not estimable: they have too few units for the covariates, or covariates that follow from one another there", counts[regress.Collinear])},
		{regress.Separated, estimate.Warn(estimate.NotEstimable, "%d cohort-periods are not estimable: the covariates tell treated from comparison units all but surely, and nobody is left to compare with", counts[regress.Separated])},
	} {
		if counts[t.trouble] > 0 {
			r.Warnings = append(r.Warnings, t.said)
		}
	}
}

// design gives each row of the input its covariates, of mean 0 and spread 1, behind a 1.
func (r *Result) design(rows []Covered, o AdjustedOptions) regress.Design {
	var columns [][]float64
	if len(rows) > 0 {
		columns = make([][]float64, len(rows[0].X))
	}
	for k := range columns {
		columns[k] = make([]float64, len(rows))
		for i, row := range rows {
			columns[k][i] = row.X[k]
		}
	}
	d, kept := regress.Standardised(columns, len(rows))
	next := 0
	for k := range columns {
		if next < len(kept) && kept[next] == k {
			next++
			continue
		}
		name := strconv.Itoa(k + 1)
		if k < len(o.Names) {
			name = o.Names[k]
		}
		r.warn(estimate.NoSpread, "covariate %s is constant or follows from those before it, and was left out", name)
	}
	return d
}

// section gathers the rows of a cell.
func (r *Result) section(s slot, design regress.Design, seen [][]int, panel bool) section {
	p, comparison := r.panel, r.comparison(s.group, s.at, s.base)
	out := section{panel: panel}
	out.K = design.K
	add := func(i, k int, y float64, post bool) {
		row := p.rows[i][k]
		out.X = append(out.X, design.Row(row)...)
		out.y, out.w, out.unit = append(out.y, y), append(out.w, p.weight[i]), append(out.unit, i)
		out.treated, out.post = append(out.treated, p.first[i] == s.group), append(out.post, post)
	}
	for _, k := range []int{s.at, s.base} {
		if panel && k == s.base {
			break
		}
		for _, i := range seen[k] {
			switch {
			case p.first[i] != s.group && !comparison(p.first[i]):
			case panel:
				add(i, min(s.at, s.base), p.y[i][s.at]-p.y[i][s.base], true)
			default:
				add(i, k, p.y[i][k], k == s.at)
			}
		}
	}
	out.N = len(out.y)
	var total float64
	for _, w := range out.w {
		total += w
	}
	for i := range out.w {
		out.w[i] *= float64(out.N) / total
	}
	return out
}

func (r *Result) adjustedCell(s slot, rows section, m Adjustment) (GroupTime, regress.Trouble) {
	p := r.panel
	cell := GroupTime{Group: s.group, Time: p.periods[s.at], BaseTime: p.periods[s.base], influence: make([]float64, p.n)}
	var sides [2][2]int // treated, after
	var most float64
	for i := range rows.y {
		sides[index(rows.treated[i])][index(rows.post[i])]++
		most = math.Max(most, math.Abs(rows.y[i]))
	}
	cell.Treated, cell.Comparison = sides[1][1], sides[0][1]
	if sides[1][1] == 0 || sides[0][1] == 0 || !rows.panel && (sides[1][0] == 0 || sides[0][0] == 0) {
		return cell, uncompared
	}
	att, psi, trouble := rows.adjusted(m)
	if trouble != "" {
		return cell, trouble
	}
	scale := float64(p.n) / float64(rows.N)
	for i, v := range psi {
		cell.influence[rows.unit[i]] += scale * v
	}
	if !rows.panel {
		most *= 4 // four means
	}
	cell.Att = estimate.Cleared(att, most)
	if sides[1][1] > 1 {
		cell.SE, cell.CI = r.uncertainty(cell.Att, cell.influence)
	}
	return cell, ""
}

// beforeOf is how many periods before the start the joint test over all cells leaves out: those of anticipation, but as
// published none.
func (r *Result) beforeOf(anticipation int) int {
	if r.adjusted {
		return 0
	}
	return anticipation
}

// AdjustedTwoByTwo is the effect in a two-by-two design with the covariates of the rows allowed for: a panel where the
// same units are seen on both sides (its covariates are those before), else cross-sections. The warnings say why there is
// none.
func AdjustedTwoByTwo(rows []Outcome, panel bool, m Adjustment, confidence float64) (Average, []estimate.Warning) {
	all := make([]Covered, len(rows))
	for i, row := range rows {
		all[i] = Covered{Observation: Observation{Unit: row.Unit, Time: index(row.Post), First: index(row.Treated), Y: row.Y, Weight: row.Weight}, X: row.X}
	}
	r := Adjusted(all, AdjustedOptions{Options: Options{Confidence: confidence}, Adjustment: m, CrossSections: !panel})
	return r.Simple, r.Warnings
}
