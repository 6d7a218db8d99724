package did

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/permutation"
	"hulian/queries/stats/welch"
)

// Outcome is one observation of a two-by-two design.
type Outcome struct {
	Unit    string // whose outcomes belong together; empty where every row is someone else
	Treated bool
	Post    bool
	Y       float64
	Weight  float64   // what the row counts for; 0 means 1
	Size    float64   // base of the outcome (households, issues), on which its uncertainty depends; 0 means unknown
	X       []float64 // covariates, for AdjustedTwoByTwo alone
}

func (o Outcome) weight() float64 {
	if o.Weight == 0 {
		return 1
	}
	return o.Weight
}

// Options2x2 steer TwoByTwo.
type Options2x2 struct {
	// RepeatedCrossSections says that rows of different periods are different units, whatever Unit says.
	RepeatedCrossSections bool
	Confidence            float64
	Permutation           permutation.Options
	ChanceOnly            bool // of the permutation tests only the one that Chance returns is made
}

// SE is a standard error under its name, with the interval and p-value it gives.
type SE struct {
	Name  string            `json:"name"`
	Value estimate.Number   `json:"se"`
	CI    estimate.Interval `json:"ci"`
	P     estimate.Number   `json:"p"`
	DF    float64           `json:"df,omitempty"` // of Student's t; 0 means the normal
}

// Names of standard errors.
const (
	SEOLS             = "ols"              // one variance for all cells, N−4 degrees of freedom
	SEHC0             = "hc0"              // White's
	SEHC1             = "hc1"              // White's × N/(N−4)
	SEUnequal         = "unequal_variance" // √Σ s²/n over the cells (HC2)
	SEHC3             = "hc3"
	SEClusterCR0      = "cluster_cr0"      // by unit, no small-sample factor
	SEClusterCR1      = "cluster_cr1"      // × G/(G−1) × (N−1)/(N−4)
	SEFirstDifference = "first_difference" // √(s₁²/n₁ + s₀²/n₀) of the units' changes; by the normal and by Welch's t
	SEInfluence       = "influence"        // the same with divisor n
)

// Cell is one of the four groups of rows.
type Cell struct {
	N      int             `json:"n"`
	Mean   estimate.Number `json:"mean"`
	weight float64         // sum of weights
	rest   float64         // weighted sum of squares about the mean
	hc     [3]float64      // variance of the mean, as HC0, HC2 and HC3 have it
}

// Effect is a two-by-two estimate.
type Effect struct {
	N        int             `json:"n"`     // rows used
	Units    int             `json:"units"` // units followed, in a panel
	Complete int             `json:"complete_units"`
	Panel    bool            `json:"panel"`
	Cells    [2][2]Cell      `json:"cells"` // [treated][post]
	Estimate estimate.Number `json:"estimate"`
	// ByChanges is mean change of treated less that of control over the complete units; it equals Estimate when every
	// unit is seen equally often before and after.
	ByChanges estimate.Number `json:"estimate_by_changes"`
	SEs       []SE            `json:"standard_errors"`
	Few       bool            `json:"few_units"` // a side has so few units that standard errors by formula are not offered

	// Tests over which units could have been treated, of a panel's changes. Rescaled allows for the units' sizes and stands
	// first where they are known. The other two are made where all units are known, or have to be taken, to be equally large:
	// with unequal sizes they find effects that are none.
	Permutation *permutation.Test     `json:"permutation,omitempty"`
	Studentised *permutation.Test     `json:"permutation_studentised,omitempty"`
	Rescaled    *permutation.Test     `json:"permutation_rescaled,omitempty"`
	Rescaling   permutation.Rescaling `json:"rescaling"`
	Warnings    []estimate.Warning    `json:"warnings,omitempty"`
	spread      float64               // largest distance of a unit's change from the mean of its side; 0 where there is none but rounding
}

// Chance is the permutation test to read first; nil where there is none.
func (e Effect) Chance() *permutation.Test {
	if e.Rescaled != nil {
		return e.Rescaled
	}
	return e.Permutation
}

// TwoByTwo is (treated after − treated before) − (control after − control before) of the cell means, the coefficient
// of treated × post in least squares (Card & Krueger 1994; Wooldridge, Introductory Econometrics, ch. 13).
//
// In a panel (units seen before and after) standard errors that take the four cells as independent are given for
// reference only; first_difference, influence and the cluster ones respect that a unit resembles itself.
func TwoByTwo(rows []Outcome, o Options2x2) Effect {
	if !(o.Confidence > 0 && o.Confidence < 1) {
		o.Confidence = 0.95
	}
	var e Effect
	rows = e.usable(rows)
	e.Panel = !o.RepeatedCrossSections && isPanel(rows)
	for i := range e.Cells {
		for j := range e.Cells[i] {
			e.Cells[i][j] = cell(rows, i == 1, j == 1)
			if e.Cells[i][j].N == 0 {
				e.Warnings = append(e.Warnings, estimate.Warn(estimate.NotEstimable, "no row with treated=%d and post=%d: no effect", i, j))
			}
		}
	}
	c := e.Cells
	if c[0][0].N == 0 || c[0][1].N == 0 || c[1][0].N == 0 || c[1][1].N == 0 {
		return e
	}
	var most float64
	for _, r := range rows {
		most = math.Max(most, math.Abs(r.Y))
	}
	e.Estimate = estimate.Of(estimate.Cleared((c[1][1].Mean.Value-c[1][0].Mean.Value)-(c[0][1].Mean.Value-c[0][0].Mean.Value), most))
	e.classical(o.Confidence)
	if e.Panel {
		e.panel(rows, most, o)
	}
	return e
}

// fewASide: with fewer units on a side, errors clustered by unit find an effect where there is none in 13 of 100 tests at
// 5% (5 of 11 treated), and one unit on a side leaves them next to nothing.
const fewASide = 8

func (e *Effect) usable(rows []Outcome) []Outcome {
	var kept []Outcome
	refused := 0
	for _, r := range rows {
		switch {
		case r.Weight < 0 || math.IsNaN(r.Weight) || r.Weight > largest:
			refused++
		case math.Abs(r.Y) < largest:
			kept = append(kept, r)
		}
	}
	if left := len(rows) - len(kept) - refused; left > 0 {
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.MissingValues, "%d rows without an outcome were left out", left))
	}
	if refused > 0 {
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.Invalid, "%d rows have no weight or one below 0 and were left out", refused))
	}
	e.N = len(kept)
	return kept
}

func cell(rows []Outcome, treated, post bool) Cell {
	var c Cell
	var sum float64
	for _, r := range rows {
		if r.Treated == treated && r.Post == post {
			c.N++
			c.weight += r.weight()
			sum += r.weight() * r.Y
		}
	}
	if c.N == 0 {
		return c
	}
	m := sum / c.weight
	c.Mean = estimate.Of(m)
	for _, r := range rows {
		if r.Treated == treated && r.Post == post {
			w := r.weight()
			square, rest := w*w*(r.Y-m)*(r.Y-m)/(c.weight*c.weight), 1-w/c.weight // 1 less the row's leverage
			c.rest += w * (r.Y - m) * (r.Y - m)
			c.hc[0] += square
			if c.N > 1 {
				c.hc[1] += square / rest
				c.hc[2] += square / (rest * rest)
			}
		}
	}
	return c
}

// classical adds the standard errors that take rows as independent. In the saturated regression a residual is the
// distance from its cell's mean and a row's leverage its share of the cell's weight.
func (e *Effect) classical(confidence float64) {
	n := float64(e.N)
	var rss, inverse, hc0, hc2, hc3 float64
	least := e.N
	for _, pair := range e.Cells {
		for _, c := range pair {
			rss, inverse = rss+c.rest, inverse+1/c.weight
			hc0, hc2, hc3 = hc0+c.hc[0], hc2+c.hc[1], hc3+c.hc[2]
			least = min(least, c.N)
		}
	}
	df := e.N - 4
	if df < 1 {
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.NotEstimable, "one row a cell leaves no spread to judge by: no standard error"))
		return
	}
	e.add(SEOLS, e.Estimate, rss/float64(df)*inverse, float64(df), confidence)
	if least < fewASide && !e.Panel { // of a panel, panel says so
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.SmallBase, "a cell has %d rows: standard errors that allow for unequal variances need %d and are not offered", least, fewASide))
		return
	}
	e.add(SEHC0, e.Estimate, hc0, 0, confidence)
	e.add(SEHC1, e.Estimate, hc0*n/float64(df), float64(df), confidence)
	if least > 1 {
		e.add(SEUnequal, e.Estimate, hc2, 0, confidence)
		e.add(SEHC3, e.Estimate, hc3, 0, confidence)
	}
}

func (e *Effect) add(name string, centre estimate.Number, variance, df, confidence float64) {
	s := SE{Name: name, Value: estimate.Of(math.Sqrt(variance)), DF: df}
	if b, ok := centre.Get(); ok && s.Value.Known {
		width := estimate.Z(confidence)
		if df > 0 {
			width = distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(0.5 + confidence/2)
		}
		s.CI = estimate.Around(centre, s.Value, width)
		switch {
		case s.Value.Value > 0 && df > 0:
			s.P = estimate.Of(2 * distuv.StudentsT{Sigma: 1, Nu: df}.CDF(-math.Abs(b)/s.Value.Value))
		case s.Value.Value > 0:
			s.P = estimate.Of(2 * distuv.UnitNormal.CDF(-math.Abs(b)/s.Value.Value))
		}
	}
	e.SEs = append(e.SEs, s)
}

// isPanel: some unit is seen both before and after.
func isPanel(rows []Outcome) bool {
	seen := map[string][2]bool{}
	for _, r := range rows {
		if r.Unit == "" {
			continue
		}
		s := seen[r.Unit]
		s[index(r.Post)] = true
		seen[r.Unit] = s
		if s[0] && s[1] {
			return true
		}
	}
	return false
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

type followed struct {
	treated bool
	rows    [2]float64
	n       [2]float64 // weights
	sum     [2]float64
	size    [2]float64
	score   float64
}

// change is a unit's, with what it counts for and its size: its variance is that of both sides, so sizes add inversely.
type change struct{ y, weight, size float64 }

func (u followed) change() change {
	c := change{y: u.sum[1]/u.n[1] - u.sum[0]/u.n[0], weight: (u.n[0] + u.n[1]) / (u.rows[0] + u.rows[1])}
	if u.size[0] > 0 && u.size[1] > 0 {
		c.size = 1 / (1/u.size[0] + 1/u.size[1])
	}
	return c
}

// panel adds what a design with the same units before and after needs.
func (e *Effect) panel(rows []Outcome, most float64, o Options2x2) {
	units := map[string]*followed{}
	var names []string
	changedSides := 0
	for _, r := range rows {
		u, ok := units[r.Unit]
		if !ok {
			u = &followed{treated: r.Treated}
			units[r.Unit] = u
			names = append(names, r.Unit)
		}
		if u.treated != r.Treated {
			changedSides++
		}
		c := e.Cells[index(r.Treated)][index(r.Post)]
		sign := 1.0
		if r.Treated != r.Post {
			sign = -1
		}
		k := index(r.Post)
		u.score += sign * r.weight() * (r.Y - c.Mean.Value) / c.weight
		u.rows[k]++
		u.n[k] += r.weight()
		u.sum[k] += r.weight() * r.Y
		u.size[k] += r.Size // several rows of a side have so much more of a base together
	}
	if changedSides > 0 {
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.Invalid, "%d rows have a unit on the other side than its first row: treated must be the unit's, before and after", changedSides))
	}
	slices.Sort(names)
	e.Units = len(names)
	var cr0 float64
	var treated, control []change
	for _, name := range names {
		u := units[name]
		cr0 += u.score * u.score
		if u.rows[0] == 0 || u.rows[1] == 0 {
			continue
		}
		e.Complete++
		if u.treated {
			treated = append(treated, u.change())
		} else {
			control = append(control, u.change())
		}
	}
	if e.Complete < e.Units {
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.MissingValues, "%d of %d units are seen on one side of the change only; first differences leave them out", e.Units-e.Complete, e.Units))
	}
	switch n1, n0 := len(treated), len(control); {
	case n1 == 1 && n0 == 1:
		e.Few, e.SEs, e.Estimate = true, nil, estimate.Absent()
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.NotEstimable, "one unit against one: what the treatment did cannot be told from what the two units do by themselves"))
		return
	case min(n1, n0) < fewASide:
		e.Few, e.SEs = true, nil
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.SmallBase, "%d treated units against %d: with fewer than %d on a side, standard errors clustered by unit are too small and are not offered; read the permutation test", n1, n0, fewASide))
	default:
		g, n := float64(e.Units), float64(e.N)
		e.add(SEClusterCR0, e.Estimate, cr0, 0, o.Confidence)
		if e.N > 4 {
			e.add(SEClusterCR1, e.Estimate, cr0*g/(g-1)*(n-1)/(n-4), g-1, o.Confidence)
		}
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.Assumption, "the same units stand before and after: use %s, %s or a cluster standard error, not %s", SEFirstDifference, SEInfluence, SEOLS))
	}
	e.spread = spreadOf([2][]change{treated, control}, most)
	e.changes(treated, control, most, o)
	e.permuted(treated, control, most, o)
}

func (e *Effect) changes(treated, control []change, most float64, o Options2x2) {
	if len(treated) == 0 || len(control) == 0 {
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.NotEstimable, "no unit of one side is seen both before and after"))
		return
	}
	m1, s1 := meanAndVariance(treated)
	m0, s0 := meanAndVariance(control)
	e.ByChanges = estimate.Of(estimate.Cleared(m1-m0, most))
	n1, n0 := float64(len(treated)), float64(len(control))
	if min(len(treated), len(control)) >= leastForWelch {
		d := welch.Compare(welch.Group{Mean: m1, Variance: s1 * n1 / (n1 - 1), N: len(treated)}, welch.Group{Mean: m0, Variance: s0 * n0 / (n0 - 1), N: len(control)})
		if d.Variance <= rounding(most)*rounding(most) {
			e.Warnings = append(e.Warnings, estimate.Warn(estimate.NotEstimable, "the units of each side all change by the same: their spread is not known, and there is no first-difference standard error"))
			return
		}
		if !e.Few {
			e.add(SEFirstDifference, e.ByChanges, d.Variance, 0, o.Confidence)
		}
		if df, ok := d.DF.Get(); ok {
			e.add(SEFirstDifference, e.ByChanges, d.Variance, df, o.Confidence)
		}
		if !e.Few && len(treated)+len(control) < fewChanges {
			e.Warnings = append(e.Warnings, estimate.Warn(estimate.SmallBase, "%d units: of intervals by the normal 93%% hold the truth with 12 units; those by Student's t hold their level", len(treated)+len(control)))
		}
	} else {
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.SmallBase, "fewer than %d units on a side do not show how much units vary: no first-difference standard error", leastForWelch))
	}
	if !e.Few {
		e.add(SEInfluence, e.ByChanges, s1+s0, 0, o.Confidence)
	}
}

// permuted adds the tests over which units could have been treated. Rows that count differently are a matter of size: what
// they count for stands for it where no size is known. Where units differ in either, the tests that take them as alike
// are left out.
func (e *Effect) permuted(treated, control []change, most float64, o Options2x2) {
	if len(treated) == 0 || len(control) == 0 {
		return
	}
	o.Permutation.Rounding = math.Max(o.Permutation.Rounding, 0x1p-50*most)
	values, weighted, sized, unequal := [2][]float64{}, false, true, false
	sizes, first := [2][]permutation.Sized{}, treated[0]
	for k, list := range [][]change{treated, control} {
		for _, c := range list {
			weighted, sized, unequal = weighted || c.weight != first.weight, sized && c.size > 0, unequal || c.size != first.size
		}
		for _, c := range list {
			values[k] = append(values[k], c.y)
		}
	}
	for k, list := range [][]change{treated, control} {
		for _, c := range list {
			if !sized {
				c.size = c.weight
			}
			sizes[k] = append(sizes[k], permutation.Sized{Y: c.y, Size: c.size})
		}
	}
	if sized || weighted {
		test, how := permutation.Rescaled(sizes[0], sizes[1], o.Permutation)
		e.Rescaled, e.Rescaling = &test, how
	}
	if weighted || sized && unequal || o.ChanceOnly && e.Rescaled != nil {
		return
	}
	plain := permutation.TwoSample(values[0], values[1], o.Permutation)
	e.Permutation = &plain
	if len(treated) > 1 && len(control) > 1 && !o.ChanceOnly {
		studentised := permutation.Studentised(values[0], values[1], o.Permutation)
		e.Studentised = &studentised
	}
}

// leastForWelch: with two units on a side Welch's t of the changes finds an effect where there is none in 10 of 100 tests at
// 5%, with three in 6 (BenchmarkFewUnits).
const leastForWelch = 3

// rounding is the largest spread that changes of equal size have by rounding alone; most is the largest outcome.
func rounding(most float64) float64 { return 0x1p-46 * most }

// fewChanges is up to where intervals by the normal hold the truth clearly too seldom (BenchmarkTwoByTwo).
const fewChanges = 40

// meanAndVariance gives the weighted mean of changes and its variance with divisor n.
func meanAndVariance(x []change) (mean, variance float64) {
	var sum, weights float64
	for _, c := range x {
		sum, weights = sum+c.weight*c.y, weights+c.weight
	}
	mean = sum / weights
	for _, c := range x {
		variance += c.weight * c.weight * (c.y - mean) * (c.y - mean) / (weights * weights)
	}
	return mean, variance
}
