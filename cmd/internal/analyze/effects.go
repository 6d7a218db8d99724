package analyze

import (
	"fmt"
	"strings"

	"hulian/pipelines/load/typing"
	"hulian/queries/stats/did"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/permutation"
)

func effectMethods() []Method {
	outcome := valueRole.with("the outcome")
	return []Method{
		{Name: "did_2x2", Aliases: []string{"did", "difference_in_differences"}, Short: "difference in differences, two groups and two periods", draw: drawTrends,
			Roles: []Role{unitRole.with("the unit"),
				{Name: "treated", Zh: "是否试点", Also: []string{"treat", "treatment", "group", "d", "exposed", "组别", "分组", "是否试点", "类别", "试点"}, Help: "1 or 试点 in the treated group, 0 or 推广 in the other", Words: true},
				{Name: "post", Zh: "启动前后", Also: []string{"after", "time", "period", "t", "时段", "时期", "前后", "阶段", "年份", "月份"}, Help: "1 or 后 after the change, 0 or 前 before; or two periods", Words: true},
				outcome, weightRole, sizeRole, covariatesRole},
			Long: "(treated after − before) − (control after − before). Standard errors by name: ols, hc0, hc1, unequal_variance, and\nin a panel cluster_cr0, cluster_cr1, first_difference, influence. Intervals and p-values called _t are by Student's t\n(first_difference_t is Welch's test of the changes), the others by the normal. With fewer than 8 units on a side only\npermutation tests and first_difference_t are given: plain, of Welch's t (MacKinnon & Webb 2020), and with sizes of\nchanges in their own spread (Ferman & Pinto 2019).",
			Options: []Option{confidenceOption, {"repeated_cross_section", Truth, "", "rows of different periods are different units; default: whether no unit is seen on both sides"},
				{"seed", Integer, "1", "of the permutation draws, where units cannot all be dealt"}}, run: (*Call).twoByTwo},
		{Name: "callaway_santanna", Aliases: []string{"staggered", "cs"}, Short: "difference in differences with staggered starts", draw: drawEvents,
			Roles: []Role{unitRole.with("the unit").needed(), periodRole.with("the period: a whole number, a month (2023-11, 202311), a quarter (2024Q1) or a half-year").needed(), outcome,
				{Name: "first_treat", Zh: "启动时期", Also: []string{"first.treat", "gname", "g", "cohort", "group", "start", "启动月份", "启动月", "启动时间", "启动时期", "启动日期", "启动"}, Help: "first treated period, 0 or empty for never", Words: true},
				weightRole, sizeRole},
			Long: "ATT(g,t) without covariates (Callaway & Sant'Anna 2021), its aggregations with influence-function standard errors,\npre-trend tests, and multiplier-bootstrap uniform bands. Without --small_sample, Student's t below 100 units; with fewer\nthan 8 treated or never treated units no standard error is given, and dealing the starts anew answers. So does\npretrend_permutation before the first start; the joint test (wald) needs 30 units for each effect.",
			Options: []Option{confidenceOption, {"control", Text, "nevertreated", "nevertreated or notyettreated"}, {"base", Text, "varying", "varying or universal"},
				{"anticipation", Integer, "0", "periods before the start in which units already respond"}, {"balance_e", Integer, "1", "last event time of the balanced event study"},
				{"draws", Integer, "1000", "of the multiplier bootstrap; 0 for none"}, {"permutations", Integer, "", "times the starts are dealt anew among the units, for a p-value that holds with few units; default 1999 below 100 units, else 0"}, {"seed", Integer, "1", "of the draws"},
				{"small_sample", Truth, "", "standard errors, intervals and bands by Student's t; default: below 100 units"}}, run: (*Call).staggered},
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
	interval, none := estimate.Interval{}, did.TooFewWays
	if e.Few && e.Panel { // no standard error holds: the interval is that of the test
		interval, none = did.Inverted(rows, e, o)
	}
	out := (&Object{}).Set("reading", c.readEffect(e, interval, none, confidence)).Set("n", e.N).Set("panel", e.Panel)
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
	if e.Few && e.Panel {
		out.Set("ci"+level(confidence)+"_inverted", pair(interval))
	}
	// With few units the permutation tests are what can be read: they stand first.
	for _, test := range []struct {
		name string
		of   *permutation.Test
	}{{"permutation_rescaled", e.Rescaled}, {"permutation", e.Permutation}, {"permutation_studentised", e.Studentised}} {
		if test.of != nil {
			o := permutationObject(*test.of)
			if test.of == e.Rescaled {
				o.Set("variance_by_size", e.Rescaling.BySize).Set("scale", ownSpread)
			}
			out.Set(test.name, o)
			warnings = append(warnings, test.of.Warnings...)
		}
	}
	for _, se := range e.SEs {
		out.Set("se_"+se.Name, se.Value)
	}
	if len(c.columns[covariatesRole.Name]) > 0 {
		warnings = append(warnings, adjustedObject(out, rows, e.Panel, confidence)...)
	}
	for _, se := range e.SEs {
		suffix := se.Name
		if se.DF > 0 {
			suffix += "_t"
		}
		out.Set("ci"+level(confidence)+"_"+suffix, pair(se.CI)).Set("p_"+suffix, se.P)
	}
	if e.Panel && e.Rescaled == nil && e.Permutation != nil {
		c.assume(noSizes)
	}
	if e.Rescaled != nil && e.Permutation == nil {
		warnings = append(warnings, estimate.Warn(estimate.Assumption, "units differ in size: tests that take them as alike find effects that are none, and are not given"))
	}
	out.warn(dedupe(append(warnings, e.Warnings...)))
	return out, nil
}

// ownSpread says what the statistic of a rescaled test is in.
const ownSpread = "each unit's own spread"

func permutationObject(t permutation.Test) *Object {
	out := (&Object{}).Set("n1", t.N1).Set("n2", t.N2).Set("statistic", t.Statistic).Set("procedure", string(t.Method)).
		Set("n_permutations", count(t.Permutations)).Set("p_greater", t.PGreater).Set("p_less", t.PLess).Set("p_two_sided_abs", t.PTwoSided)
	if t.Infinite {
		out.Set("statistic_infinite", true)
	}
	return out
}

func (c *Call) outcomes() ([]did.Outcome, []estimate.Warning, error) {
	y, err := c.numbers("value")
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
	unit, hasUnit, err := c.role("unit")
	if err != nil {
		return nil, nil, err
	}
	if !hasUnit {
		c.assume("no column says which unit a row is of: every row is taken for another one")
	}
	weights, sizes, err := c.weightsAndSizes()
	if err != nil {
		return nil, nil, err
	}
	covariates, _, err := c.covariates()
	if err != nil {
		return nil, nil, err
	}
	after := c.twoPeriods(post)
	var rows []did.Outcome
	left, light := 0, 0
	for i := range y {
		isTreated, ok1, err := c.Frame.flag(i, treated, treatedWords)
		if err != nil {
			return nil, nil, err
		}
		var isPost, ok2 bool
		if after != "" {
			cell := c.Frame.Rows[i][post]
			isPost, ok2 = same(cell, after), !isMissing(cell)
		} else if isPost, ok2, err = c.Frame.flag(i, post, postWords); err != nil {
			return nil, nil, err
		}
		if weights != nil && weights[i] == 0 {
			light++
			continue
		}
		if !ok1 || !ok2 {
			left++
			continue
		}
		row := did.Outcome{Treated: isTreated, Post: isPost, Y: y[i], X: across(covariates, i)}
		if weights != nil {
			row.Weight = weights[i]
		}
		if sizes != nil {
			row.Size = sizes[i]
		}
		if hasUnit {
			row.Unit = strings.TrimSpace(c.Frame.Rows[i][unit])
		}
		rows = append(rows, row)
	}
	var warnings []estimate.Warning
	if left > 0 {
		warnings = append(warnings, estimate.Warn(estimate.MissingValues, "%d rows do not say whether they are treated and after, and were left out", left))
	}
	if light > 0 {
		warnings = append(warnings, estimate.Warn(estimate.Convention, "%d rows have a weight of 0 and were left out", light))
	}
	return rows, warnings, nil
}

// twoPeriods gives the later of the two periods a column holds, where it holds periods and not before and after; empty
// otherwise.
func (c *Call) twoPeriods(column int) string {
	values := c.Frame.distinct(column)
	if len(values) != 2 || c.Frame.twoValued(column) {
		return ""
	}
	for _, v := range values {
		if _, said := postWords.of(v); said {
			return ""
		}
	}
	from, ok1 := typing.ParsePeriod(values[0])
	until, ok2 := typing.ParsePeriod(values[1])
	if !ok1 || !ok2 || len(from) != len(until) { // 2016 beside 2017-05
		a, okA := moment(values[0])
		b, okB := moment(values[1])
		if !okA || !okB {
			return ""
		}
		from, until = fmt.Sprintf("%020.6f", a), fmt.Sprintf("%020.6f", b)
	}
	if from > until {
		values[0], values[1] = values[1], values[0]
	}
	c.assume("of column %q %s is taken for before and %s for after", c.Frame.Columns[column], values[0], values[1])
	return values[1]
}

// weightsAndSizes reads what units count for and how large they are; nil where no column says so.
func (c *Call) weightsAndSizes() (weights, sizes []float64, err error) {
	for name, into := range map[string]*[]float64{"weight": &weights, "size": &sizes} {
		_, has, err := c.role(name)
		if err != nil {
			return nil, nil, err
		}
		if has {
			if *into, err = c.numbers(name); err != nil {
				return nil, nil, err
			}
		}
	}
	return weights, sizes, nil
}

func (c *Call) observations() ([]did.Observation, error) {
	y, err := c.numbers("value")
	if err != nil {
		return nil, err
	}
	unit, _, err := c.role("unit")
	if err != nil {
		return nil, err
	}
	times, firsts, err := c.wholes()
	if err != nil {
		return nil, err
	}
	weights, sizes, err := c.weightsAndSizes()
	if err != nil {
		return nil, err
	}
	light := 0
	var rows []did.Observation
	for i := range y {
		row := did.Observation{Unit: strings.TrimSpace(c.Frame.Rows[i][unit]), Time: times[i], First: firsts[i], Y: y[i]}
		if weights != nil {
			row.Weight = weights[i]
			if row.Weight == 0 {
				light++
				continue
			}
		}
		if sizes != nil {
			row.Size = sizes[i]
		}
		rows = append(rows, row)
	}
	if light > 0 {
		c.assume("%d rows have a weight of 0 and were left out", light)
	}
	return rows, nil
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
	k := c.calendar
	periods := make([]any, len(r.Periods))
	for i, t := range r.Periods {
		periods[i] = k.value(t)
	}
	p, before, err := c.dealt(r, o)
	if err != nil {
		return nil, err
	}
	out := (&Object{}).Set("reading", c.readStarts(r, p, before)).Set("n_units", r.Units).Set("n_never_treated", r.Never).Set("periods", periods)
	if r.LastAsComparison {
		out.Set("last_cohort_as_comparison", true)
	}
	if len(r.Cells) == 0 {
		out.Set("simple", (&Object{}).Set("att", r.Simple.Att)).warn(r.Warnings)
		return out, nil
	}
	dealtObject(out, p, before)
	startsObject(out, r, k, o.Confidence)
	if r.PretrendMaxT != nil {
		out.Set("pretrend_max_t", (&Object{}).Set("max_t", r.PretrendMaxT.T).Set("p", r.PretrendMaxT.P))
	}
	if o.Draws > 0 && !r.Few {
		out.Set("bootstrap", bootstrapObject(r, k))
	}
	out.warn(r.Warnings)
	return out, nil
}

// usualDeals is how often the starts are dealt anew where nobody says, and below how many units.
const (
	usualDeals = 1999
	usualUnits = 100
)

// dealt deals the starts anew: for the effect, and for the periods before anybody started. Without draws both are empty.
func (c *Call) dealt(r did.Result, o did.Options) (p did.Randomisation, before did.Pretrend, err error) {
	usual := 0
	if r.Units < usualUnits {
		usual = usualDeals
	}
	deals, err := c.integer("permutations", usual)
	if err != nil || deals <= 0 {
		return p, before, err
	}
	return r.Randomise(deals, o.Seed), r.Pretrend(deals, o.Seed), nil
}

func dealtObject(out *Object, p did.Randomisation, before did.Pretrend) {
	if p.Draws == 0 || !p.Statistic.Known {
		return
	}
	object := (&Object{}).Set("statistic", p.Statistic).Set("draws", p.Draws).Set("seed", p.Seed).
		Set("p_greater", p.PGreater).Set("p_less", p.PLess).Set("p_two_sided_abs", p.PTwoSided)
	if p.Rescaled {
		object.Set("variance_by_size", p.BySize)
	}
	out.Set("permutation", object)
	out.Set("pretrend_permutation", (&Object{}).Set("largest", before.Statistic).Set("changes", before.Periods).Set("draws", before.Draws).Set("p", before.P))
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
	o.Fitting, o.Period = !c.given("small_sample"), c.calendar.name
	o.Confidence, err = c.confidence()
	return o, err
}

func aggregation(a did.Aggregation, key, ci string, k calendar) *Object {
	out := (&Object{}).Set("overall_att", a.Overall.Att).Set("overall_se", a.Overall.SE).Set("overall_"+ci, pair(a.Overall.CI))
	var rows [][]any
	for _, e := range a.Entries {
		rows = append(rows, []any{k.value(e.Key), e.Att, e.SE, e.CI.Low, e.CI.High})
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

func bootstrapObject(r did.Result, k calendar) *Object {
	o := r.Options
	l := level(o.Confidence)
	out := (&Object{}).Set("draws", o.Draws).Set("seed", o.Seed).Set("weights", "rademacher").Set("scale", "interquartile range")
	if o.SmallSample {
		out.Set("weights", "normal").Set("scale", "student's t")
	}
	out.Set("crit"+l+"_att_gt", r.Critical).Set("crit"+l+"_dynamic", r.Dynamic.Critical)
	cells, events, bands := [][]any{}, [][]any{}, [][]any{}
	for _, g := range r.Cells {
		if g.Treated >= enoughTreated && g.BootSE.Known {
			cells = append(cells, []any{k.value(g.Group), k.value(g.Time), g.BootSE})
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

// startsObject holds what every estimate by starts has: the effects by group and time, and their means.
func startsObject(out *Object, r did.Result, k calendar, confidence float64) {
	columns := []string{"group", "time", "att", "se", "ci_low", "ci_high"}
	var cells [][]any
	for _, g := range r.Cells {
		cells = append(cells, []any{k.value(g.Group), k.value(g.Time), g.Att, g.SE, g.CI.Low, g.CI.High})
	}
	out.Grid("att_gt_columns", "att_gt", columns, cells)
	ci, plain := "ci"+level(confidence), calendar{}
	out.Set("simple", (&Object{}).Set("att", r.Simple.Att).Set("se", r.Simple.SE).Set(ci, pair(r.Simple.CI)))
	out.Set("dynamic", aggregation(r.Dynamic, "event_time", ci, plain))
	if r.Balanced != nil {
		out.Set("dynamic_balanced", aggregation(*r.Balanced, "event_time", ci, plain))
	}
	out.Set("group", aggregation(r.Group, "group", ci, k)).Set("calendar", aggregation(r.Calendar, "time", ci, k))
	out.Set("wald", waldObject(r.Wald)).Set("pretrend_dynamic", waldObject(r.PretrendDynamic))
}
