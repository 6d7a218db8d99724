package analyze

import (
	"strings"

	"hulian/queries/stats/did"
	"hulian/queries/stats/estimate"
)

// comparisonMethods are what a comparison of those who began with those who did not is made of, beyond the two designs of
// effectMethods.
func comparisonMethods() []Method {
	return []Method{adjustedMethod(), interruptedMethod(), powerMethod(), wildMethod()}
}

// covariatesRole are columns of numbers, taken where they are named.
var covariatesRole = Role{Name: "covariates", Zh: "协变量", Was: []string{"xformla", "controls"}, Help: "columns of numbers that units may differ in: a,b", Optional: true, Many: true, Named: true}

// covariates reads the columns of covariates, with their headers.
func (c *Call) covariates() (columns [][]float64, names []string, err error) {
	for _, i := range c.columns[covariatesRole.Name] {
		column, err := c.Frame.numbers(i)
		if err != nil {
			return nil, nil, err
		}
		columns, names = append(columns, column), append(names, c.Frame.Columns[i])
	}
	return columns, names, nil
}

// across is a row of columns; nil of none.
func across(columns [][]float64, row int) (x []float64) {
	for _, column := range columns {
		x = append(x, column[row])
	}
	return x
}

// adjustedObject adds the effect of a two-by-two design with covariates, by all three ways.
func adjustedObject(out *Object, rows []did.Outcome, panel bool, confidence float64) (warnings []estimate.Warning) {
	object := &Object{}
	for _, m := range []did.Adjustment{did.DoublyRobust, did.Weighting, did.Regression} {
		a, said := did.AdjustedTwoByTwo(rows, panel, m, confidence)
		object.Set(string(m), (&Object{}).Set("att", a.Att).Set("se", a.SE).Set("ci"+level(confidence), pair(a.CI)))
		warnings = append(warnings, said...)
	}
	out.Set("adjusted", object)
	return warnings
}

func adjustedMethod() Method {
	return Method{Name: "callaway_santanna_covariates", Aliases: []string{"cs_covariates", "drdid"}, Short: "staggered starts with covariates, weights, clusters or cross-sections", draw: drawEvents,
		Roles: []Role{unitRole.with("the unit; not needed for cross-sections"), periodRole.with("the period: a whole number, a month (2023-11, 202311), a quarter (2024Q1) or a half-year").needed(), valueRole.with("the outcome"),
			{Name: "first_treat", Zh: "启动时期", Also: []string{"first.treat", "gname", "g", "cohort", "group", "start", "启动月份", "启动月", "启动时间", "启动时期", "启动日期", "启动"}, Help: "first treated period, 0 or empty for never", Words: true},
			covariatesRole,
			{Name: "weight", Zh: "权重", Was: []string{"weights", "weightsname"}, Help: "what the unit counts for", Optional: true, Named: true},
			{Name: "cluster", Zh: "聚类", Was: []string{"clustervars", "clusters", "cluster_by"}, Help: "what units share their luck in, above the unit", Optional: true, Named: true, Words: true}},
		Long: "ATT(g,t) by outcome regression (reg), inverse probability weighting (ipw) or both (dr; Sant'Anna & Zhao 2020), the\naggregations of Callaway & Sant'Anna 2021, standard errors from influence functions (divisor n), the joint test before\nthe start, its power against a steady trend (Roth 2022), and uniform bands from Rademacher draws.",
		Options: []Option{confidenceOption, {"method", Text, "dr", "dr, ipw or reg"}, {"control", Text, "nevertreated", "nevertreated or notyettreated"}, {"base", Text, "varying", "varying or universal"},
			{"panel", Truth, "true", "false: cross-sections, every row a unit of its own"}, {"allow_unbalanced_panel", Truth, "false", "keep units that miss periods"},
			{"anticipation", Integer, "0", "periods before the start in which units already respond"}, {"balance_e", Integer, "1", "last event time of the balanced event study"},
			{"draws", Integer, "4000", "of the multiplier bootstrap; 0 for none"}, {"seed", Integer, "1", "of the draws"}}, run: (*Call).adjusted}
}

func (c *Call) adjusted() (*Object, error) {
	o, err := c.adjustedOptions()
	if err != nil {
		return nil, err
	}
	rows, err := c.covered(&o)
	if err != nil {
		return nil, err
	}
	o.Period = c.calendar.name
	r := did.Adjusted(rows, o)
	k := c.calendar
	out := (&Object{}).Set("reading", c.readAdjusted(r)).Set("n_units", r.Units).Set("n_never_treated", r.Never)
	if r.LastAsComparison {
		out.Set("last_cohort_as_comparison", true)
	}
	if len(r.Cells) == 0 {
		out.Set("simple", (&Object{}).Set("att", r.Simple.Att)).warn(r.Warnings)
		return out, nil
	}
	startsObject(out, r, k, o.Confidence)
	if p := r.PretestPower(); p.Slope50.Known {
		out.Set("pretest_power", (&Object{}).Set("slope_found_half_the_time", p.Slope50).Set("slope_found_four_in_five", p.Slope80).
			Set("slope_found_jointly_four_in_five", p.Joint80).Set("last_event", p.LastEvent).Set("trend_at_last_event", p.AtLastEvent))
	}
	if o.Draws > 0 {
		var band [][]any
		for _, e := range r.Dynamic.Entries {
			band = append(band, []any{e.Key, e.Att, e.Band.Low, e.Band.High})
		}
		out.Set("uniform_bands", bandsObject(r)).Grid("band_columns", "band", []string{"event_time", "att", "band_low", "band_high"}, band)
	}
	out.warn(r.Warnings)
	return out, nil
}

// covered reads the rows with covariates, weights and clusters.
func (c *Call) covered(o *did.AdjustedOptions) ([]did.Covered, error) {
	y, err := c.numbers("value")
	if err != nil {
		return nil, err
	}
	unit, hasUnit, err := c.role("unit")
	if err != nil {
		return nil, err
	}
	if !hasUnit && !o.CrossSections {
		o.CrossSections = true
		c.assume("no column says which unit a row is of: every row is taken for another one")
	}
	times, firsts, err := c.wholes()
	if err != nil {
		return nil, err
	}
	weights, err := c.numbers("weight")
	if err != nil {
		return nil, err
	}
	columns, names, err := c.covariates()
	if err != nil {
		return nil, err
	}
	o.Names = names
	cluster, hasCluster, err := c.role("cluster")
	if err != nil {
		return nil, err
	}
	light := 0
	var rows []did.Covered
	for i := range y {
		row := did.Covered{Observation: did.Observation{Time: times[i], First: firsts[i], Y: y[i]}}
		if weights != nil {
			if row.Weight = weights[i]; row.Weight == 0 {
				light++
				continue
			}
		}
		if hasUnit {
			row.Unit = strings.TrimSpace(c.Frame.Rows[i][unit])
		}
		if hasCluster && (!hasUnit || cluster != unit) {
			row.Cluster = strings.TrimSpace(c.Frame.Rows[i][cluster])
		}
		row.X = across(columns, i)
		rows = append(rows, row)
	}
	if light > 0 {
		c.assume("%d rows have a weight of 0 and were left out", light)
	}
	return rows, nil
}

// usualBandDraws: with 1,000 a standard error on the interquartile range is off by 4%, with 4,000 by 2%.
const usualBandDraws = 4000

func (c *Call) adjustedOptions() (o did.AdjustedOptions, err error) {
	if o.Options, err = c.staggeredOptions(); err != nil {
		return o, err
	}
	if !c.given("draws") {
		o.Draws = usualBandDraws
	}
	method, err := c.choice("method", string(did.DoublyRobust), string(did.Weighting), string(did.Regression))
	if err != nil {
		return o, err
	}
	o.Adjustment = did.Adjustment(method)
	panel, err := c.truth("panel", true)
	if err != nil {
		return o, err
	}
	o.CrossSections = !panel
	o.Unbalanced, err = c.truth("allow_unbalanced_panel", false)
	return o, err
}

// bandsObject lists, in the order of the cells and event times, the standard errors of the draws and the bands.
func bandsObject(r did.Result) *Object {
	crit := "crit" + level(r.Options.Confidence)
	list := func(critical estimate.Number, ses []estimate.Number, bands []estimate.Interval) *Object {
		low, high := make([]estimate.Number, len(bands)), make([]estimate.Number, len(bands))
		for i, b := range bands {
			low[i], high[i] = b.Low, b.High
		}
		return (&Object{}).Set(crit, critical).Set("boot_se", ses).Set("band_low", low).Set("band_high", high)
	}
	var ses []estimate.Number
	var bands []estimate.Interval
	for _, g := range r.Cells {
		ses, bands = append(ses, g.BootSE), append(bands, g.Band)
	}
	out := (&Object{}).Set("draws", r.Options.Draws).Set("seed", r.Options.Seed).Set("weights", "rademacher").Set("scale", "interquartile range")
	out.Set("att_gt", list(r.Critical, ses, bands))
	for _, a := range []struct {
		name string
		of   did.Aggregation
	}{{"dynamic", r.Dynamic}, {"group", r.Group}, {"calendar", r.Calendar}} {
		ses, bands = nil, nil
		for _, e := range a.of.Entries {
			ses, bands = append(ses, e.BootSE), append(bands, e.Band)
		}
		out.Set(a.name, list(a.of.Critical, ses, bands))
	}
	return out
}

// readAdjusted says what came out, and whether the time before the start speaks against it.
func (c *Call) readAdjusted(r did.Result) Reading {
	out, ok := c.readGain(r)
	if !ok {
		return out
	}
	if r.Wald == nil || !r.Wald.P.Known {
		out.say("启动前是否同步，没有检验。", "Whether the two sides moved alike before the start is not tested.")
		return out
	}
	if p := r.Wald.P.Value; p <= significant {
		out.say("启动之前两边就不同步（p %s），结论打折扣。", "The two sides did not move alike before the start (p %s), which weakens any conclusion.", share(p))
	} else {
		out.say("启动之前没有看出不同步（p %s），但这不能证明平行。", "No departure before the start was found (p %s), which does not prove that trends are parallel.", share(p))
	}
	if p := r.PretestPower(); p.Slope50.Known {
		out.say("每期%s的走势差，这个检验有一半可能看不出来；到第%d期会积成%s。", "A trend of %s a period would go unseen half the time; by period %d it would have grown to %s.",
			c.amount("value", p.Slope50.Value), p.LastEvent, c.amount("value", p.AtLastEvent.Value))
	}
	return out
}
