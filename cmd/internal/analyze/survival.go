package analyze

import (
	"maps"
	"slices"
	"strings"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/survival"
)

func survivalMethods() []Method {
	return []Method{{
		Name: "kaplan_meier_logrank", Aliases: []string{"kaplan_meier", "km", "logrank", "log_rank", "survival"}, Short: "time until something happens, part of it still open",
		Roles: []Role{
			{Name: "duration", Zh: "时长", Was: []string{"time"}, Also: []string{"days", "futime", "t", "weeks", "months", "天数", "办理天数", "用时", "时长", "办理时长", "月数"}, Help: "duration until the event, or until last seen"},
			{Name: "event", Zh: "是否发生", Also: []string{"status", "dead", "censor", "resolved", "fustat", "cens", "是否办结", "办结", "已办结", "是否解决", "是否发生", "状态"}, Help: "1 it happened, 0 not yet", Optional: true, Words: true},
			{Name: "group", Zh: "组别", Also: slices.Concat(groupRole.Also, []string{"rx", "sex", "性别"}), Help: "groups to compare", Optional: true, Words: true},
			strataRole.with("strata within which groups are compared"),
		},
		Long: "S(t) = Π(1 − d/n) with Greenwood's standard error and plain, log and log-log limits; quantiles; log-rank test of\nthe groups, within strata where a column says so. --group all or --group VALUE gives one curve, --groups A,B the\ntest; without either, all of it. Groups called by numbers are tested for trend too (Tarone 1975).",
		Options: []Option{confidenceOption, {"group", Text, "", "all, or the value of the group whose curve is wanted"}, {"groups", List, "", "groups to test against one another"},
			{"quantiles", List, "0.25,0.5,0.75", "shares that have had the event"}},
		run: (*Call).survival, draw: drawSurvival,
	}}
}

type followUp struct {
	all      []survival.Subject
	groups   map[string][]survival.Subject
	strata   []map[string][]survival.Subject // the groups again, by stratum
	names    []string
	warnings []estimate.Warning
}

// chosen keeps some of the groups in every stratum.
func (f followUp) chosen(names []string) []map[string][]survival.Subject {
	var out []map[string][]survival.Subject
	for _, stratum := range f.strata {
		kept := map[string][]survival.Subject{}
		for _, name := range names {
			kept[name] = stratum[name]
		}
		out = append(out, kept)
	}
	return out
}

// marks finds which column says whether the event happened, and which one the groups that an option names stand in,
// where the columns are not called so.
func (c *Call) marks() {
	coded := func(i int) bool {
		values := c.Frame.distinct(i)
		return c.Frame.twoValued(i) || len(values) == 2 && values[0] == "1" && values[1] == "2"
	}
	if _, named, _ := c.role("event"); !named {
		if marks := c.unclaimed(coded); len(marks) == 1 {
			c.take("event", marks[0])
		}
	}
	wanted := parseList(c.options["groups"])
	if c.given("group") && c.options["group"] != everyone {
		wanted = append(wanted, c.options["group"])
	}
	if _, named, _ := c.role("group"); !named && len(wanted) > 0 {
		holding := c.unclaimed(func(i int) bool {
			values := c.Frame.distinct(i)
			return !slices.ContainsFunc(wanted, func(w string) bool {
				return !slices.ContainsFunc(values, func(v string) bool { return same(v, w) })
			})
		})
		if len(holding) == 1 {
			c.take("group", holding[0])
		}
	}
}

func (c *Call) follow() (followUp, error) {
	f := followUp{groups: map[string][]survival.Subject{}}
	times, err := c.numbers("duration")
	if err != nil {
		return f, err
	}
	c.marks()
	event, hasEvent, err := c.role("event")
	if err != nil {
		return f, err
	}
	group, hasGroup, err := c.role("group")
	if err != nil {
		return f, err
	}
	strata, hasStrata, err := c.role("strata")
	if err != nil {
		return f, err
	}
	byStratum := map[string]map[string][]survival.Subject{}
	coded12 := false
	if hasEvent { // R's survival package codes 1 for censored and 2 for the event
		values := c.Frame.distinct(event)
		coded12 = slices.Contains(values, "2") && !slices.ContainsFunc(values, func(v string) bool { return v != "1" && v != "2" })
	} else {
		f.warnings = append(f.warnings, estimate.Warn(estimate.Convention, "no column says whether the event happened: it is taken to have happened to all"))
	}
	if coded12 {
		f.warnings = append(f.warnings, estimate.Warn(estimate.Convention, "%s holds 1 and 2: 2 is taken as the event", c.Frame.Columns[event]))
	}
	left, nameless, stratumless := 0, 0, 0
	for i := range times {
		happened := true
		if hasEvent && coded12 {
			happened = same(c.Frame.Rows[i][event], "2")
		} else if hasEvent {
			yes, ok, err := c.Frame.flag(i, event, yesNo{})
			if err != nil {
				return f, err
			}
			if !ok {
				left++
				continue
			}
			happened = yes
		}
		s := survival.Subject{Time: times[i], Event: happened}
		f.all = append(f.all, s)
		if !hasGroup {
			continue
		}
		name := strings.TrimSpace(c.Frame.Rows[i][group])
		if isMissing(name) {
			nameless++
			continue
		}
		f.groups[name] = append(f.groups[name], s)
		stratum := ""
		if hasStrata {
			if stratum = strings.TrimSpace(c.Frame.Rows[i][strata]); isMissing(stratum) {
				stratumless++
				continue
			}
		}
		if byStratum[stratum] == nil {
			byStratum[stratum] = map[string][]survival.Subject{}
		}
		byStratum[stratum][name] = append(byStratum[stratum][name], s)
	}
	if left > 0 {
		f.warnings = append(f.warnings, estimate.Warn(estimate.MissingValues, "%d rows do not say whether the event happened and were left out", left))
	}
	if nameless > 0 {
		f.warnings = append(f.warnings, estimate.Warn(estimate.MissingValues, "%d rows have no group; they count in the curve of all only", nameless))
	}
	if stratumless > 0 {
		f.warnings = append(f.warnings, estimate.Warn(estimate.MissingValues, "%d rows have no stratum and are left out of the test", stratumless))
	}
	for name := range f.groups {
		f.names = append(f.names, name)
	}
	slices.SortFunc(f.names, compareTexts)
	for _, stratum := range slices.Sorted(maps.Keys(byStratum)) {
		f.strata = append(f.strata, byStratum[stratum])
	}
	return f, nil
}

func (f followUp) named(text string) (string, bool) {
	if slices.Contains(f.names, text) {
		return text, true
	}
	i := slices.IndexFunc(f.names, func(n string) bool { return same(n, text) })
	if i < 0 {
		return "", false
	}
	return f.names[i], true
}

// everyone is the value of --group for all groups together, in small letters: a group may be called ALL.
const everyone = "all"

func (c *Call) survival() (*Object, error) {
	f, err := c.follow()
	if err != nil {
		return nil, err
	}
	confidence, err := c.confidence()
	if err != nil {
		return nil, err
	}
	quantiles, err := c.floats("quantiles", 0.25, 0.5, 0.75)
	if err != nil {
		return nil, err
	}
	unknownGroup := func(option, text string) error {
		return c.wrongOption(option, text, "a group of the file ("+strings.Join(f.names, ", ")+")")
	}
	if c.given("groups") {
		var chosen []string
		for _, text := range parseList(c.options["groups"]) {
			name, ok := f.named(text)
			if !ok {
				return nil, unknownGroup("groups", text)
			}
			if !slices.Contains(chosen, name) {
				chosen = append(chosen, name)
			}
		}
		return logRankObject(survival.Stratified(f.chosen(chosen)...), chosen, f.warnings), nil
	}
	if name, ok := f.named(c.options["group"]); ok && c.given("group") { // a group that is called all, too
		return curveObject(survival.KaplanMeier(f.groups[name], confidence), quantiles, f.warnings), nil
	}
	if c.given("group") && c.options["group"] != everyone {
		return nil, unknownGroup("group", c.options["group"])
	}
	out := curveObject(survival.KaplanMeier(f.all, confidence), quantiles, f.warnings)
	if c.given("group") || len(f.names) < 2 {
		return out, nil
	}
	byGroup, medians := &Object{}, [][]any{}
	for _, name := range f.names {
		curve := survival.KaplanMeier(f.groups[name], confidence)
		byGroup.Set(name, curveObject(curve, quantiles, nil))
		m := curve.Quantile(0.5)
		medians = append(medians, []any{value(name), curve.N, curve.Events, m.Value, m.LogLog.Low, m.LogLog.High})
	}
	out.Grid("medians_columns", "medians", []string{"group", "n", "events", "median", "loglog_low", "loglog_high"}, medians)
	out.Set("logrank", logRankObject(survival.Stratified(f.chosen(f.names)...), f.names, nil)).Set("by_group", byGroup)
	return out, nil
}

func curveObject(curve survival.Curve, quantiles []float64, warnings []estimate.Warning) *Object {
	out := (&Object{}).Set("n", curve.N).Set("events", curve.Events)
	var at []*Object
	for _, p := range quantiles {
		q := curve.Quantile(p)
		at = append(at, (&Object{}).Set("p", p).Set("value", q.Value).Set("value_first_time", q.FirstTime).
			Set("ci_plain", pair(q.Plain)).Set("ci_log", pair(q.Log)).Set("ci_loglog", pair(q.LogLog)))
	}
	out.Set("quantiles", at)
	var rows [][]any
	for _, s := range curve.Steps {
		rows = append(rows, []any{s.Time, s.AtRisk, s.Events, s.Censored, s.Survival, s.SE, s.Plain.Low, s.Plain.High, s.Log.Low, s.Log.High, s.LogLog.Low, s.LogLog.High})
	}
	out.Grid("table_columns", "table", []string{"time", "n_risk", "n_event", "n_censor", "survival", "greenwood_se",
		"plain_low", "plain_high", "log_low", "log_high", "loglog_low", "loglog_high"}, rows)
	out.warn(append(slices.Clone(warnings), curve.Warnings...))
	return out
}

// logRankObject lists the groups in the order of names, which is the one asked for.
func logRankObject(t survival.LogRank, names []string, warnings []estimate.Warning) *Object {
	groups, n, observed, expected := []any{}, []any{}, []any{}, []any{}
	for _, name := range names {
		if g := slices.Index(t.Groups, name); g >= 0 {
			groups, n = append(groups, name), append(n, t.N[g])
			observed, expected = append(observed, t.Observed[g]), append(expected, t.Expected[g])
		}
	}
	out := (&Object{}).Set("groups", groups).Set("n", n).Set("observed", observed).Set("expected", expected)
	out.Set("chi2", t.Chi2).Set("df", t.DF).Set("p", t.P)
	if t.Strata > 1 {
		out.Set("n_strata", t.Strata)
	}
	if t.Trend.Known {
		out.Set("chi2_trend", t.Trend).Set("p_trend", t.PTrend)
	}
	out.warn(append(slices.Clone(warnings), t.Warnings...))
	return out
}
