package did

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/permutation"
)

// Outcome is one observation of a two-by-two design.
type Outcome struct {
	Unit    string // whose outcomes belong together; empty where every row is someone else
	Treated bool
	Post    bool
	Y       float64
}

// Options2x2 steer TwoByTwo.
type Options2x2 struct {
	// RepeatedCrossSections says that rows of different periods are different units, whatever Unit says.
	RepeatedCrossSections bool
	Confidence            float64
	Permutation           permutation.Options
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
	N    int             `json:"n"`
	Mean estimate.Number `json:"mean"`
	rest float64         // sum of squares about the mean
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
	ByChanges   estimate.Number    `json:"estimate_by_changes"`
	SEs         []SE               `json:"standard_errors"`
	Permutation *permutation.Test  `json:"permutation,omitempty"` // over units, of a panel's changes or of no panel
	Warnings    []estimate.Warning `json:"warnings,omitempty"`
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
	e.Estimate = estimate.Of((c[1][1].Mean.Value - c[1][0].Mean.Value) - (c[0][1].Mean.Value - c[0][0].Mean.Value))
	e.classical(o.Confidence)
	if e.Panel {
		e.panel(rows, o)
	}
	return e
}

func (e *Effect) usable(rows []Outcome) []Outcome {
	var kept []Outcome
	for _, r := range rows {
		if math.Abs(r.Y) < largest {
			kept = append(kept, r)
		}
	}
	if left := len(rows) - len(kept); left > 0 {
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.MissingValues, "%d rows without an outcome were left out", left))
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
			sum += r.Y
		}
	}
	if c.N == 0 {
		return c
	}
	m := sum / float64(c.N)
	c.Mean = estimate.Of(m)
	for _, r := range rows {
		if r.Treated == treated && r.Post == post {
			c.rest += (r.Y - m) * (r.Y - m)
		}
	}
	return c
}

// classical adds the standard errors that take rows as independent. In the saturated regression a residual is the
// distance from its cell's mean and a row's leverage 1/n of its cell.
func (e *Effect) classical(confidence float64) {
	n := float64(e.N)
	var rss, inverse, hc0, hc2, hc3 float64
	single := false
	for _, pair := range e.Cells {
		for _, c := range pair {
			k := float64(c.N)
			rss, inverse = rss+c.rest, inverse+1/k
			hc0 += c.rest / (k * k)
			if c.N < 2 {
				single = true
				continue
			}
			hc2 += c.rest / (k * (k - 1))
			hc3 += c.rest / ((k - 1) * (k - 1))
		}
	}
	df := e.N - 4
	if df < 1 {
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.NotEstimable, "one row a cell leaves no spread to judge by: no standard error"))
		return
	}
	e.add(SEOLS, e.Estimate, rss/float64(df)*inverse, float64(df), confidence)
	e.add(SEHC0, e.Estimate, hc0, 0, confidence)
	e.add(SEHC1, e.Estimate, hc0*n/float64(df), float64(df), confidence)
	if single {
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.SmallBase, "a cell has one row only: no standard error with unequal variances"))
		return
	}
	e.add(SEUnequal, e.Estimate, hc2, 0, confidence)
	e.add(SEHC3, e.Estimate, hc3, 0, confidence)
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
	n       [2]float64
	sum     [2]float64
	score   float64
}

// panel adds what a design with the same units before and after needs.
func (e *Effect) panel(rows []Outcome, o Options2x2) {
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
		u.score += sign * (r.Y - c.Mean.Value) / float64(c.N)
		u.n[index(r.Post)]++
		u.sum[index(r.Post)] += r.Y
	}
	if changedSides > 0 {
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.Invalid, "%d rows have a unit on the other side than its first row: treated must be the unit's, before and after", changedSides))
	}
	slices.Sort(names)
	e.Units = len(names)
	var cr0 float64
	var treated, control []float64
	for _, name := range names {
		u := units[name]
		cr0 += u.score * u.score
		if u.n[0] == 0 || u.n[1] == 0 {
			continue
		}
		e.Complete++
		change := u.sum[1]/u.n[1] - u.sum[0]/u.n[0]
		if u.treated {
			treated = append(treated, change)
		} else {
			control = append(control, change)
		}
	}
	if e.Complete < e.Units {
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.MissingValues, "%d of %d units are seen on one side of the change only; first differences leave them out", e.Units-e.Complete, e.Units))
	}
	g, n := float64(e.Units), float64(e.N)
	e.add(SEClusterCR0, e.Estimate, cr0, 0, o.Confidence)
	if e.Units > 1 && e.N > 4 {
		e.add(SEClusterCR1, e.Estimate, cr0*g/(g-1)*(n-1)/(n-4), g-1, o.Confidence)
	}
	e.changes(treated, control, o)
	e.Warnings = append(e.Warnings, estimate.Warn(estimate.Assumption, "the same units stand before and after: use %s, %s or a cluster standard error, not %s", SEFirstDifference, SEInfluence, SEOLS))
}

func (e *Effect) changes(treated, control []float64, o Options2x2) {
	if len(treated) == 0 || len(control) == 0 {
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.NotEstimable, "no unit of one side is seen both before and after"))
		return
	}
	m1, s1 := meanAndSquares(treated)
	m0, s0 := meanAndSquares(control)
	e.ByChanges = estimate.Of(m1 - m0)
	n1, n0 := float64(len(treated)), float64(len(control))
	if len(treated) > 1 && len(control) > 1 {
		v1, v0 := s1/((n1-1)*n1), s0/((n0-1)*n0)
		e.add(SEFirstDifference, e.ByChanges, v1+v0, 0, o.Confidence)
		if v1+v0 > 0 { // Welch (1947, Biometrika 34:28–35)
			e.add(SEFirstDifference, e.ByChanges, v1+v0, (v1+v0)*(v1+v0)/(v1*v1/(n1-1)+v0*v0/(n0-1)), o.Confidence)
		}
		if len(treated)+len(control) < fewChanges {
			e.Warnings = append(e.Warnings, estimate.Warn(estimate.SmallBase, "%d units: of intervals by the normal 93 %% hold the truth with 12 units; those by Student's t hold their level", len(treated)+len(control)))
		}
	} else {
		e.Warnings = append(e.Warnings, estimate.Warn(estimate.SmallBase, "one unit on a side has no spread: no first-difference standard error"))
	}
	e.add(SEInfluence, e.ByChanges, s1/(n1*n1)+s0/(n0*n0), 0, o.Confidence)
	test := permutation.TwoSample(treated, control, o.Permutation)
	e.Permutation = &test
}

// fewChanges is up to where intervals by the normal hold the truth clearly too seldom (BenchmarkTwoByTwo).
const fewChanges = 40

func meanAndSquares(x []float64) (mean, squares float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	return mean, squares
}
