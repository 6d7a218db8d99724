package analyze

import (
	"fmt"
	"slices"
	"strings"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/survival"
)

func survivalMethods() []Method {
	return []Method{{
		Name: "kaplan_meier_logrank", Aliases: []string{"kaplan_meier", "km", "logrank", "log_rank", "survival"}, Short: "time until something happens, part of it still open",
		Roles: []Role{
			{Name: "time", Also: []string{"days", "duration", "futime", "t", "weeks", "months"}, Help: "duration until the event, or until last seen"},
			{Name: "event", Also: []string{"status", "dead", "censor", "resolved", "fustat", "cens"}, Help: "1 it happened, 0 not yet", Optional: true},
			{Name: "group", Also: []string{"arm", "treatment", "rx", "sex"}, Help: "groups to compare", Optional: true},
		},
		Long: "S(t) = Π(1 − d/n) with Greenwood's standard error and plain, log and log-log limits; quantiles; log-rank test of\nthe groups. --group all or --group VALUE gives one curve, --groups A,B the test; without either, all of it.",
		Options: []Option{confidenceOption, {"group", Text, "", "all, or the value of the group whose curve is wanted"}, {"groups", List, "", "groups to test against one another"},
			{"quantiles", List, "0.25,0.5,0.75", "shares that have had the event"}},
		run: (*Call).survival, draw: drawSurvival,
	}}
}

type followUp struct {
	all      []survival.Subject
	groups   map[string][]survival.Subject
	names    []string
	warnings []estimate.Warning
}

func (c *Call) follow() (followUp, error) {
	f := followUp{groups: map[string][]survival.Subject{}}
	times, err := c.numbers("time")
	if err != nil {
		return f, err
	}
	event, hasEvent, err := c.role("event")
	if err != nil {
		return f, err
	}
	group, hasGroup, err := c.role("group")
	if err != nil {
		return f, err
	}
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
	left, nameless := 0, 0
	for i := range times {
		happened := true
		if hasEvent && coded12 {
			happened = same(c.Frame.Rows[i][event], "2")
		} else if hasEvent {
			yes, ok, err := c.Frame.flag(i, event)
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
	}
	if left > 0 {
		f.warnings = append(f.warnings, estimate.Warn(estimate.MissingValues, "%d rows do not say whether the event happened and were left out", left))
	}
	if nameless > 0 {
		f.warnings = append(f.warnings, estimate.Warn(estimate.MissingValues, "%d rows have no group; they count in the curve of all only", nameless))
	}
	for name := range f.groups {
		f.names = append(f.names, name)
	}
	slices.Sort(f.names)
	return f, nil
}

func (f followUp) named(text string) (string, bool) {
	i := slices.IndexFunc(f.names, func(n string) bool { return same(n, text) })
	if i < 0 {
		return "", false
	}
	return f.names[i], true
}

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
		chosen := map[string][]survival.Subject{}
		for _, text := range parseList(c.options["groups"]) {
			name, ok := f.named(text)
			if !ok {
				return nil, unknownGroup("groups", text)
			}
			chosen[name] = f.groups[name]
		}
		return logRankObject(survival.Test(chosen), f.warnings), nil
	}
	if c.given("group") && !strings.EqualFold(c.options["group"], "all") {
		name, ok := f.named(c.options["group"])
		if !ok {
			return nil, unknownGroup("group", c.options["group"])
		}
		return curveObject(survival.KaplanMeier(f.groups[name], confidence), quantiles, f.warnings), nil
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
	out.Set("logrank", logRankObject(survival.Test(f.groups), nil)).Set("by_group", byGroup)
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

func logRankObject(t survival.LogRank, warnings []estimate.Warning) *Object {
	names := make([]any, len(t.Groups))
	for i, g := range t.Groups {
		names[i] = fmt.Sprint(g)
	}
	out := (&Object{}).Set("groups", names).Set("n", t.N).Set("observed", t.Observed).Set("expected", t.Expected)
	out.Set("chi2", t.Chi2).Set("df", t.DF).Set("p", t.P)
	out.warn(append(slices.Clone(warnings), t.Warnings...))
	return out
}
