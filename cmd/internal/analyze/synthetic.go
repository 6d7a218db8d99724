package analyze

import (
	"slices"
	"strings"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/synthetic"
)

var (
	treatedRole = Role{Name: "treated", Zh: "是否试点", Also: []string{"treat", "treatment", "group", "d", "exposed", "组别", "分组", "是否试点", "类别", "试点"}, Help: "1 or 试点 for the treated unit, from its start on or throughout", Words: true, Optional: true}
	postRole    = Role{Name: "post", Zh: "启动前后", Also: []string{"after", "时段", "前后", "阶段"}, Help: "1 or 后 after the start, 0 or 前 before", Words: true, Optional: true}
	startRole   = Role{Name: "first_treat", Zh: "启动时期", Also: []string{"first.treat", "gname", "cohort", "启动月份", "启动月", "启动时间", "启动时期", "启动日期", "启动"}, Help: "first treated period, 0 or empty for never", Words: true, Optional: true}
)

func syntheticMethods() []Method {
	panel := []Role{unitRole.with("the unit").needed(), periodRole.with("the period: a whole number, a month (2023-11, 202311), a quarter (2024Q1) or a half-year").needed(), valueRole.with("the outcome"), treatedRole, postRole, startRole}
	start := Option{"start", Text, "", "first period after the start, where no column says so"}
	treated := Option{"treated", Text, "", "name of the treated unit, where no column says so"}
	return []Method{
		{Name: "synthetic_control", Aliases: []string{"sc", "synth"}, Short: "one unit against the mix of others that moved as it did before", draw: drawSynthetic, Roles: panel,
			Long: "Weights of 0 or more and of sum 1 that minimise Σ (treated − Σ w y)² over the periods before the start, without\nintercept, exactly (Abadie, Diamond & Hainmueller 2010). Gaps, the root of their mean square before and after (rmspe),\nand three tests: every other unit called treated in turn (rank and p), the start moved to before the true one, and each\nunit with weight left out. With predictors, the mix rebuilds them instead, each divided by its standard deviation and\ncounted by a v that is given.",
			Options: []Option{treated, start, {"pre", List, "", "first and last period before the start"}, {"post", List, "", "first and last period after it"},
				{"fake_start", Text, "", "first period of the placebo in time; default: the last third of the periods before"},
				{"predictors", Text, "", `JSON {"units": [donors], "rows": [[name, v, treated, donor, donor, …]]}`}, {"rmspe_pre", List, "", "first and last period of pre_rmspe; default: pre"}}, run: (*Call).syntheticControl},
		{Name: "synthetic_did", Aliases: []string{"sdid", "synthdid"}, Short: "difference in differences with weights for units and periods, one start or several", draw: drawSyntheticDiD, Roles: panel,
			Long:    "Arkhangelsky, Athey, Hirshberg, Imbens & Wager 2021: unit weights that follow the treated before the start up to a\nconstant, time weights that follow what came after, both exact optima with the ridges of the paper; several starts one by\none against the units that never start, averaged by treated units × periods after. Placebo standard error and p-value:\nevery set of comparison units as large as the treated group where there are few, and random ones.",
			Options: []Option{treated, start, {"controls", Text, "never treated", "never treated: units without a start"}, {"draws", Integer, "200", "random placebos"}, {"seed", Integer, "1", "of the draws"}}, run: (*Call).syntheticDiD},
	}
}

func (c *Call) syntheticControl() (*Object, error) {
	s, err := c.panel()
	if err != nil {
		return nil, err
	}
	unit, err := c.chosen(s)
	if err != nil {
		return nil, err
	}
	o := synthetic.ControlOptions{Treated: unit}
	if o.Pre, o.Post, err = c.windows(s, unit); err != nil {
		return nil, err
	}
	if o.FitOver, err = c.rangeOption("rmspe_pre"); err != nil {
		return nil, err
	}
	fake, given, err := c.periodOption("fake_start")
	if err != nil {
		return nil, err
	}
	if given {
		o.FakeStart = estimate.Of(float64(fake))
	}
	if o.Predictors, err = c.predictors(); err != nil {
		return nil, err
	}
	p, warnings := synthetic.NewPanel(s.values, func(name string) bool { return name == unit })
	r := synthetic.Control(p, o)
	out := (&Object{}).Set("reading", c.readControl(unit, r)).Set("treated", unit).Set("n_donors", r.Donors).Set("pre_periods", r.PrePeriods).Set("post_periods", r.PostPeriods)
	if r.Estimable {
		c.controlObject(out, r)
	}
	out.warn(dedupe(append(warnings, r.Warnings...)))
	return out, nil
}

// windows are the periods before and after: as given, else everything on either side of the start.
func (c *Call) windows(s timeline, unit string) (pre, post synthetic.Range, err error) {
	if pre, err = c.rangeOption("pre"); err != nil {
		return pre, post, err
	}
	if post, err = c.rangeOption("post"); err != nil {
		return pre, post, err
	}
	if !pre.None() && !post.None() {
		return pre, post, nil
	}
	first, last := 0, 0
	for i, v := range s.values {
		if i == 0 {
			first, last = v.Time, v.Time
		}
		first, last = min(first, v.Time), max(last, v.Time)
	}
	start := post.From
	if post.None() {
		at, ok, err := c.begin(s, unit)
		switch {
		case err != nil:
			return pre, post, err
		case ok:
			start = at
		case !pre.None():
			start = pre.To + 1
		default:
			return pre, post, c.noStart()
		}
		post = synthetic.Range{From: start, To: last}
	}
	if pre.None() {
		pre = synthetic.Range{From: first, To: start - 1}
	}
	return pre, post, nil
}

var fitColumns = []string{"pre_rmspe", "post_rmspe", "rmspe_ratio", "att_post_mean"}

func (c *Call) controlObject(out *Object, r synthetic.ControlResult) {
	k := c.calendar
	out.Set("unique_weights", r.Unique).Grid("weights_columns", "weights", []string{"unit", "weight"}, weightRows(r.Weights))
	fitObject(out, r.Fit)
	if r.Balance != nil {
		var rows [][]any
		for _, b := range r.Balance {
			rows = append(rows, []any{b.Predictor, b.Treated, b.Synthetic, b.Donors})
		}
		out.Grid("balance_columns", "balance", []string{"predictor", "treated", "synthetic", "donor_mean"}, rows)
	}
	var gaps, places, left [][]any
	for _, g := range r.Gaps {
		gaps = append(gaps, []any{k.value(g.Time), g.Actual, g.Synthetic, g.Gap})
	}
	out.Grid("gaps_columns", "gaps", []string{"time", "actual", "synthetic", "gap"}, gaps)
	for _, f := range r.Space.Units {
		places = append(places, []any{f.Unit, f.PreRMSPE, f.PostRMSPE, f.Ratio, f.ATT, f.Unique})
	}
	space := (&Object{}).Set("rank_by_ratio", ranked(r.Space.Rank)).Set("n_units", len(r.Space.Units)).Set("p_rank", r.Space.PRank).
		Set("rank_by_abs_att", ranked(r.Space.RankByATT)).Set("p_abs_att", r.Space.PByATT)
	out.Set("placebo_in_space", space.Grid("columns", "rows", slices.Concat([]string{"unit"}, fitColumns, []string{"unique_weights"}), places))
	for _, f := range r.LeftOut {
		left = append(left, []any{f.Unit, f.PreRMSPE, f.PostRMSPE, f.Ratio, f.ATT, f.LastGap, f.Unique})
	}
	out.Set("leave_one_donor_out", (&Object{}).Grid("columns", "rows", slices.Concat([]string{"left_out"}, fitColumns, []string{"gap_last_period", "unique_weights"}), left).
		Set("att_range", []any{r.ATTLow, r.ATTHigh}))
	if r.Time != nil {
		out.Set("placebo_in_time", c.inTimeObject(*r.Time))
	}
}

func (c *Call) inTimeObject(t synthetic.InTime) *Object {
	k := c.calendar
	out := (&Object{}).Set("fake_start", k.value(t.FakeStart)).Set("pre", []any{k.value(t.Pre.From), k.value(t.Pre.To)}).Set("post", []any{k.value(t.Post.From), k.value(t.Post.To)}).
		Set("unique_weights", t.Unique).Grid("weights_columns", "weights", []string{"unit", "weight"}, weightRows(t.Weights))
	fitObject(out, t.Fit)
	var gaps [][]any
	for _, g := range t.Gaps {
		gaps = append(gaps, []any{k.value(g.Time), g.Gap})
	}
	return out.Grid("gaps_columns", "gaps", []string{"time", "gap"}, gaps)
}

func fitObject(out *Object, f synthetic.Fit) {
	out.Set("pre_rmspe", f.PreRMSPE).Set("post_rmspe", f.PostRMSPE).Set("rmspe_ratio", f.Ratio).Set("att_post_mean", f.ATT)
}

// ranked is a rank, or nothing where none was given.
func ranked(rank int) any {
	if rank == 0 {
		return nil
	}
	return rank
}

func weightRows(weights []synthetic.Weight) [][]any {
	var rows [][]any
	for _, w := range weights {
		rows = append(rows, []any{w.Unit, w.Weight})
	}
	return rows
}

func (c *Call) syntheticDiD() (*Object, error) {
	s, err := c.panel()
	if err != nil {
		return nil, err
	}
	if _, err := c.choice("controls", "never treated", "never"); err != nil {
		return nil, err
	}
	starts, warnings, err := c.starts(s)
	if err != nil {
		return nil, err
	}
	draws, err := c.integer("draws", 200)
	if err != nil || draws < 2 || draws > 100_000 {
		return nil, c.wrongOption("draws", c.text("draws", "200"), "a whole number from 2 to 100000")
	}
	seed, err := c.integer("seed", 1)
	if err != nil {
		return nil, err
	}
	p, said := synthetic.NewPanel(s.values, func(name string) bool { _, ok := starts[name]; return ok })
	r := synthetic.DiD(p, starts, synthetic.DiDOptions{Draws: draws, Seed: uint64(seed), Period: c.calendar.name})
	out := (&Object{}).Set("reading", c.readSyntheticDiD(r)).Set("n_controls", r.Controls).Set("n_treated", r.Treated)
	if len(r.Cohorts) == 1 {
		c.blockObject(out, r.Cohorts[0])
	}
	out.Set("att", r.ATT)
	c.placeboObject(out, r)
	if len(r.Cohorts) > 0 {
		c.cohortObject(out, r)
	}
	out.warn(dedupe(append(append(warnings, said...), r.Warnings...)))
	return out, nil
}

// starts gives the first treated period of every unit that is ever treated. --start stands above what the file says.
func (c *Call) starts(s timeline) (map[string]int, []estimate.Warning, error) {
	if c.given("treated") {
		starts, err := c.startsOf(s)
		return starts, nil, err
	}
	if s.starts != nil {
		at, given, err := c.periodOption("start")
		for unit := range s.starts {
			if given {
				s.starts[unit] = at
			}
		}
		return s.starts, nil, err
	}
	if s.on == nil {
		return nil, nil, Usage{c.noTreated()}
	}
	return c.switchedOn(s)
}

// startsOf gives the starts of the units that --treated names.
func (c *Call) startsOf(s timeline) (map[string]int, error) {
	text := c.options["treated"]
	names := []string{text}
	if !slices.ContainsFunc(s.values, func(v synthetic.Value) bool { return v.Unit == strings.TrimSpace(text) }) {
		names = parseList(text)
	}
	starts := map[string]int{}
	for _, name := range names {
		unit, err := c.named(s, name)
		if err != nil {
			return nil, err
		}
		at, ok, err := c.begin(s, unit)
		switch {
		case err != nil:
			return nil, err
		case !ok:
			return nil, c.noStart()
		}
		starts[unit] = at
	}
	return starts, nil
}

// switchedOn finds the starts by the rows in which units are treated, or by the start that all of them share.
func (c *Call) switchedOn(s timeline) (map[string]int, []estimate.Warning, error) {
	starts, off := map[string]int{}, map[string]bool{}
	earliest := 0
	for i, v := range s.values {
		if i == 0 || v.Time < earliest {
			earliest = v.Time
		}
		if at, ok := starts[v.Unit]; s.on[i] && (!ok || v.Time < at) {
			starts[v.Unit] = v.Time
		}
	}
	for i, v := range s.values {
		if at, ok := starts[v.Unit]; ok && !s.on[i] && v.Time > at {
			off[v.Unit] = true
		}
	}
	always := len(starts) > 0
	for _, at := range starts {
		always = always && at == earliest
	}
	for unit := range starts {
		at, ok, err := c.periodOption("start")
		if !ok && always && err == nil {
			at, ok, err = c.begin(s, unit)
			if err == nil && !ok {
				err = c.noStart()
			}
		}
		if err != nil {
			return nil, nil, err
		}
		if ok {
			starts[unit] = at
		}
	}
	var warnings []estimate.Warning
	if len(off) > 0 {
		warnings = append(warnings, estimate.Warn(estimate.Assumption, "%d units stop being treated: they count as treated from their start on", len(off)))
	}
	return starts, warnings, nil
}

func (c *Call) blockObject(out *Object, b synthetic.Cohort) {
	k := c.calendar
	out.Set("T0", b.T0).Set("T1", b.T1).Set("noise", b.Noise).Set("zeta_omega", b.ZetaOmega).Set("zeta_lambda", b.ZetaLambda).Set("estimate", b.Estimate).Set("did", b.DiD)
	out.Grid("omega_columns", "omega", []string{"unit", "weight"}, weightRows(b.Omega))
	var times, curve [][]any
	for _, w := range b.Lambda {
		times = append(times, []any{k.value(w.Time), w.Weight})
	}
	for _, p := range b.Curve {
		curve = append(curve, []any{k.value(p.Time), p.Effect})
	}
	out.Grid("lambda_columns", "lambda", []string{"time", "weight"}, times)
	out.Grid("effect_curve_columns", "effect_curve", []string{"time", "effect"}, curve)
}

func (c *Call) placeboObject(out *Object, r synthetic.DiDResult) {
	p := r.Placebo
	if !p.P.Known {
		return
	}
	if p.Sets > 0 {
		out.Set("placebo_sd_exact", p.SD).Set("n_placebo_sets", p.Sets)
	}
	out.Set("placebo_se", p.SE).Set("draws", p.Draws).Set("seed", p.Seed).Set("placebo_p", p.P).Set("placebo_least_p", p.Least).Set("ci95", []any{p.Low, p.High})
	if p.Units != nil {
		var rows [][]any
		for _, u := range p.Units {
			rows = append(rows, []any{u.Unit, u.Estimate})
		}
		out.Grid("placebo_columns", "placebo", []string{"unit", "placebo_estimate"}, rows)
	}
}

func (c *Call) cohortObject(out *Object, r synthetic.DiDResult) {
	k := c.calendar
	var rows, curves [][]any
	for _, b := range r.Cohorts {
		rows = append(rows, []any{k.value(b.Start), len(b.Units), b.T0, b.T1, b.Estimate, b.DiD, b.ZetaOmega, b.Share})
		for _, p := range b.Curve {
			curves = append(curves, []any{k.value(b.Start), k.value(p.Time), p.Effect})
		}
	}
	out.Grid("columns", "rows", []string{"start", "n_treated", "T0", "T1", "estimate", "did", "zeta_omega", "weight"}, rows)
	if len(r.Cohorts) > 1 {
		out.Grid("effect_curves_columns", "effect_curves", []string{"start", "time", "effect"}, curves)
	}
}
