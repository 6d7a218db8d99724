package analyze

import (
	"fmt"
	"math"
	"strings"

	"hulian/pipelines"
	"hulian/queries/stats/did"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/permutation"
)

func effectMethods() []Method {
	unit := Role{Name: "id", Also: []string{"unit", "unit_id", "idname", "village_id", "store", "county", "name"}, Help: "the unit", Optional: true}
	mustUnit := unit
	mustUnit.Optional, mustUnit.Words = false, true
	return []Method{
		{Name: "did_2x2", Aliases: []string{"did", "difference_in_differences"}, Short: "difference in differences, two groups and two periods", draw: drawTrends,
			Roles: []Role{unit, {Name: "treated", Also: []string{"treat", "treatment", "group", "d", "exposed"}, Help: "1 in the treated group", Words: true},
				{Name: "post", Also: []string{"after", "time", "period", "t"}, Help: "1 after the change", Words: true}, {Name: "y", Also: []string{"outcome", "value", "rate"}, Help: "the outcome"}},
			Long: "(treated after − before) − (control after − before). Standard errors by name: ols, hc0, hc1, unequal_variance, and\nin a panel cluster_cr0, cluster_cr1, first_difference, influence. Intervals and p-values called _t are by Student's t\n(first_difference_t is Welch's test of the changes), the others by the normal.",
			Options: []Option{confidenceOption, {"repeated_cross_section", Truth, "", "rows of different periods are different units; default: whether no unit is seen on both sides"},
				{"seed", Integer, "1", "of the permutation draws, where units cannot all be dealt"}}, run: (*Call).twoByTwo},
		{Name: "callaway_santanna", Aliases: []string{"staggered", "cs"}, Short: "difference in differences with staggered starts", draw: drawEvents,
			Roles: []Role{mustUnit, {Name: "time", Also: []string{"period", "year", "t", "month"}, Help: "the period, a whole number", Words: true}, {Name: "y", Also: []string{"outcome", "value", "lemp", "rate"}, Help: "the outcome"},
				{Name: "first_treat", Also: []string{"first.treat", "gname", "g", "cohort", "group", "start"}, Help: "first treated period, 0 or empty for never", Words: true}},
			Long: "ATT(g,t) without covariates (Callaway & Sant'Anna 2021), its aggregations with influence-function standard errors,\npre-trend tests, and multiplier-bootstrap uniform bands.",
			Options: []Option{confidenceOption, {"control", Text, "nevertreated", "nevertreated or notyettreated"}, {"base", Text, "varying", "varying or universal"},
				{"anticipation", Integer, "0", "periods before the start in which units already respond"}, {"balance_e", Integer, "1", "last event time of the balanced event study"},
				{"draws", Integer, "1000", "of the multiplier bootstrap; 0 for none"}, {"permutations", Integer, "0", "times the starts are dealt anew among the units, for a p-value that holds with few units"}, {"seed", Integer, "1", "of the draws"},
				{"small_sample", Truth, "false", "standard errors, intervals and bands by Student's t, for fewer than some hundred units"}}, run: (*Call).staggered},
	}
}

func (c *Call) twoByTwo() (*Object, error) {
	confidence, err := c.confidence()
	if err != nil {
		return nil, err
	}
	rows, warnings, err := c.outcomes()
	if err != nil {
		return nil, err
	}
	o := did.Options2x2{Confidence: confidence}
	if o.RepeatedCrossSections, err = c.truth("repeated_cross_section", false); err != nil {
		return nil, err
	}
	seed, err := c.integer("seed", 1)
	if err != nil {
		return nil, err
	}
	o.Permutation = permutation.Options{Seed: uint64(seed)}
	e := did.TwoByTwo(rows, o)
	out := (&Object{}).Set("n", e.N).Set("panel", e.Panel)
	if e.Panel {
		out.Set("n_units", e.Units).Set("n_complete_units", e.Complete)
	}
	cells, means := &Object{}, &Object{}
	for i := range e.Cells {
		for j, cell := range e.Cells[i] {
			cells.Set(fmt.Sprintf("t%dp%d", i, j), cell.N)
			means.Set(fmt.Sprintf("t%dp%d", i, j), cell.Mean)
		}
	}
	out.Set("cell_n", cells).Set("cell_means", means).Set("estimate", e.Estimate)
	if e.Panel {
		out.Set("estimate_by_changes", e.ByChanges)
	}
	for _, se := range e.SEs {
		out.Set("se_"+se.Name, se.Value)
	}
	for _, se := range e.SEs {
		suffix := se.Name
		if se.DF > 0 {
			suffix += "_t"
		}
		out.Set("ci"+level(confidence)+"_"+suffix, pair(se.CI)).Set("p_"+suffix, se.P)
	}
	if e.Permutation != nil {
		t := e.Permutation
		out.Set("permutation", (&Object{}).Set("n1", t.N1).Set("n2", t.N2).Set("statistic", t.Statistic).Set("procedure", string(t.Method)).
			Set("n_permutations", count(t.Permutations)).Set("p_greater", t.PGreater).Set("p_less", t.PLess).Set("p_two_sided_abs", t.PTwoSided))
		warnings = append(warnings, t.Warnings...)
	}
	out.warn(append(warnings, e.Warnings...))
	return out, nil
}

func (c *Call) outcomes() ([]did.Outcome, []estimate.Warning, error) {
	y, err := c.numbers("y")
	if err != nil {
		return nil, nil, err
	}
	treated, _, err := c.role("treated")
	if err != nil {
		return nil, nil, err
	}
	post, _, err := c.role("post")
	if err != nil {
		return nil, nil, err
	}
	unit, hasUnit, err := c.role("id")
	if err != nil {
		return nil, nil, err
	}
	var rows []did.Outcome
	left := 0
	for i := range y {
		isTreated, ok1, err := c.Frame.flag(i, treated)
		if err != nil {
			return nil, nil, err
		}
		isPost, ok2, err := c.Frame.flag(i, post)
		if err != nil {
			return nil, nil, err
		}
		if !ok1 || !ok2 {
			left++
			continue
		}
		row := did.Outcome{Treated: isTreated, Post: isPost, Y: y[i]}
		if hasUnit {
			row.Unit = strings.TrimSpace(c.Frame.Rows[i][unit])
		}
		rows = append(rows, row)
	}
	if left > 0 {
		return rows, []estimate.Warning{estimate.Warn(estimate.MissingValues, "%d rows do not say whether they are treated and after, and were left out", left)}, nil
	}
	return rows, nil, nil
}

func (c *Call) observations() ([]did.Observation, error) {
	y, err := c.numbers("y")
	if err != nil {
		return nil, err
	}
	unit, _, err := c.role("id")
	if err != nil {
		return nil, err
	}
	times, err := c.wholes("time", false)
	if err != nil {
		return nil, err
	}
	firsts, err := c.wholes("first_treat", true)
	if err != nil {
		return nil, err
	}
	rows := make([]did.Observation, len(y))
	for i := range rows {
		rows[i] = did.Observation{Unit: strings.TrimSpace(c.Frame.Rows[i][unit]), Time: times[i], First: firsts[i], Y: y[i]}
	}
	return rows, nil
}

// wholes reads a column of periods: whole numbers, or months such as 2017-05 numbered through from year 0. Where an
// empty cell means never it is 0, and so is the infinity other programs write.
func (c *Call) wholes(role string, never bool) ([]int, error) {
	column, _, err := c.role(role)
	if err != nil {
		return nil, err
	}
	out := make([]int, len(c.Frame.Rows))
	for i := range out {
		cell := strings.TrimSpace(c.Frame.Rows[i][column])
		lower := strings.ToLower(cell)
		if never && (isMissing(cell) || strings.HasPrefix(lower, "inf") || lower == "never" || cell == "从未") {
			continue
		}
		v, ok := parseNumber(cell)
		if !ok {
			v, ok = month(cell)
		}
		if !ok || v != math.Trunc(v) || math.Abs(v) > 1e9 {
			return nil, &pipelines.Fault{Op: "read a period", At: fmt.Sprintf("%s, row %d, column %q", c.Frame.Name, c.Frame.Lines[i], c.Frame.Columns[column]),
				Err: fmt.Errorf("%q is not a whole number or a month", cell), Next: "number the periods through: 2003, 2004, … or 2017-05, 2017-06, …"}
		}
		out[i] = int(v)
	}
	return out, nil
}

func month(cell string) (float64, bool) {
	var year, m int
	if n, err := fmt.Sscanf(cell, "%4d-%2d", &year, &m); err != nil || n != 2 || m < 1 || m > 12 {
		return 0, false
	}
	return float64(year*12 + m - 1), true
}

func (c *Call) staggered() (*Object, error) {
	rows, err := c.observations()
	if err != nil {
		return nil, err
	}
	o, err := c.staggeredOptions()
	if err != nil {
		return nil, err
	}
	r := did.Staggered(rows, o)
	out := (&Object{}).Set("n_units", r.Units).Set("n_never_treated", r.Never).Set("periods", r.Periods)
	if r.LastAsComparison {
		out.Set("last_cohort_as_comparison", true)
	}
	columns := []string{"group", "time", "att", "se", "ci_low", "ci_high"}
	var cells [][]any
	for _, g := range r.Cells {
		cells = append(cells, []any{g.Group, g.Time, g.Att, g.SE, g.CI.Low, g.CI.High})
	}
	out.Grid("att_gt_columns", "att_gt", columns, cells)
	ci := "ci" + level(o.Confidence)
	out.Set("simple", (&Object{}).Set("att", r.Simple.Att).Set("se", r.Simple.SE).Set(ci, pair(r.Simple.CI)))
	out.Set("dynamic", aggregation(r.Dynamic, "event_time", ci))
	if r.Balanced != nil {
		out.Set("dynamic_balanced", aggregation(*r.Balanced, "event_time", ci))
	}
	out.Set("group", aggregation(r.Group, "group", ci)).Set("calendar", aggregation(r.Calendar, "time", ci))
	out.Set("wald", waldObject(r.Wald)).Set("pretrend_dynamic", waldObject(r.PretrendDynamic))
	if r.PretrendMaxT != nil {
		out.Set("pretrend_max_t", (&Object{}).Set("max_t", r.PretrendMaxT.T).Set("p", r.PretrendMaxT.P))
	}
	if o.Draws > 0 {
		out.Set("bootstrap", bootstrapObject(r, o))
	}
	deals, err := c.integer("permutations", 0)
	if err != nil {
		return nil, err
	}
	if deals > 0 {
		p := r.Randomise(deals, o.Seed)
		out.Set("permutation", (&Object{}).Set("statistic", p.Statistic).Set("draws", p.Draws).Set("seed", p.Seed).
			Set("p_greater", p.PGreater).Set("p_less", p.PLess).Set("p_two_sided_abs", p.PTwoSided))
	}
	out.warn(r.Warnings)
	return out, nil
}

func (c *Call) staggeredOptions() (did.Options, error) {
	var o did.Options
	control, err := c.choice("control", string(did.NeverTreated), string(did.NotYetTreated), "never", "notyet")
	if err != nil {
		return o, err
	}
	o.Control = did.Control(strings.TrimSuffix(control, "treated") + "treated")
	base, err := c.choice("base", string(did.Varying), string(did.Universal))
	if err != nil {
		return o, err
	}
	o.Base = did.Base(base)
	if o.Anticipation, err = c.integer("anticipation", 0); err != nil {
		return o, err
	}
	balance, err := c.integer("balance_e", 1)
	if err != nil || balance < 0 {
		return o, c.wrongOption("balance_e", c.options["balance_e"], "a whole number from 0")
	}
	o.BalanceEvents = estimate.Of(float64(balance))
	if o.Draws, err = c.integer("draws", 1000); err != nil {
		return o, err
	}
	seed, err := c.integer("seed", 1)
	if err != nil {
		return o, err
	}
	o.Seed = uint64(seed)
	if o.SmallSample, err = c.truth("small_sample", false); err != nil {
		return o, err
	}
	o.Confidence, err = c.confidence()
	return o, err
}

func aggregation(a did.Aggregation, key, ci string) *Object {
	out := (&Object{}).Set("overall_att", a.Overall.Att).Set("overall_se", a.Overall.SE).Set("overall_"+ci, pair(a.Overall.CI))
	var rows [][]any
	for _, e := range a.Entries {
		rows = append(rows, []any{e.Key, e.Att, e.SE, e.CI.Low, e.CI.High})
	}
	return out.Grid("columns", "rows", []string{key, "att", "se", "ci_low", "ci_high"}, rows)
}

func waldObject(w *did.Wald) any {
	if w == nil {
		return nil
	}
	out := &Object{}
	if w.Events != nil {
		out.Set("event_times", w.Events)
	}
	return out.Set("W", w.W).Set("df", w.DF).Set("p", w.P).Set("singular", w.Singular)
}

// enoughTreated is how many treated units must stand behind a number before its bootstrap error is stable.
const enoughTreated = 10

func bootstrapObject(r did.Result, o did.Options) *Object {
	l := level(o.Confidence)
	out := (&Object{}).Set("draws", o.Draws).Set("seed", o.Seed).Set("weights", "rademacher").Set("scale", "interquartile range")
	if o.SmallSample {
		out.Set("weights", "normal").Set("scale", "student's t")
	}
	out.Set("crit"+l+"_att_gt", r.Critical).Set("crit"+l+"_dynamic", r.Dynamic.Critical)
	cells, events, bands := [][]any{}, [][]any{}, [][]any{}
	for _, g := range r.Cells {
		if g.Treated >= enoughTreated && g.BootSE.Known {
			cells = append(cells, []any{g.Group, g.Time, g.BootSE})
		}
	}
	for _, e := range r.Dynamic.Entries {
		if e.Treated >= enoughTreated && e.BootSE.Known {
			events = append(events, []any{e.Key, e.BootSE})
		}
		bands = append(bands, []any{e.Key, e.Att, e.Band.Low, e.Band.High})
	}
	out.Set("boot_se_att_gt", cells).Set("boot_se_dynamic", events)
	out.Grid("band_columns", "band", []string{"event_time", "att", "band_low", "band_high"}, bands)
	return out.Set("note", fmt.Sprintf("boot_se only for cells and event times with at least %d treated units; bands hold for all event times together", enoughTreated))
}
