package analyze

import (
	"fmt"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/rate"
)

var confidenceOption = Option{"confidence", Number, "0.95", "level of the intervals"}

func rateMethods() []Method {
	roles := []Role{unitRole, eventsRole, totalRole}
	scale := Option{"scale", Number, "1", "rates per so many, e.g. 1000"}
	proportions := func(of func(x, n, confidence float64) rate.Rate) func(*Call) (*Object, error) {
		return func(c *Call) (*Object, error) {
			return c.rates(func(x, n, confidence, _ float64) rate.Rate { return of(x, n, confidence) }, "p")
		}
	}
	perBase := func(of func(events, base, scale, confidence float64) rate.Rate) func(*Call) (*Object, error) {
		return func(c *Call) (*Object, error) {
			return c.rates(func(x, n, confidence, scale float64) rate.Rate { return of(x, n, scale, confidence) }, "rate")
		}
	}
	return []Method{
		{Name: "wilson", Aliases: []string{"wilson_score"}, Short: "Wilson's score interval of proportions", Roles: roles, draw: drawIntervals,
			Long:    "For x of n: (p + z²/2n ± z√(p(1−p)/n + z²/4n²)) / (1 + z²/n) (Wilson 1927; Newcombe 1998, method 3), or with\ncontinuity correction (method 4).",
			Options: []Option{confidenceOption, {"continuity_correction", Truth, "false", "Newcombe's method 4"}},
			run: func(c *Call) (*Object, error) {
				corrected, err := c.truth("continuity_correction", false)
				if err != nil {
					return nil, err
				}
				if corrected {
					return proportions(rate.WilsonContinuity)(c)
				}
				return proportions(rate.Wilson)(c)
			}},
		{Name: "clopper_pearson", Aliases: []string{"exact_binomial"}, Short: "exact interval of proportions", Roles: roles, draw: drawIntervals,
			Long: "Beta quantiles (Clopper & Pearson 1934).", Options: []Option{confidenceOption}, run: proportions(rate.ClopperPearson)},
		{Name: "byar", Short: "Byar's interval of rates per population", Roles: roles, draw: drawIntervals,
			Long: "Byar's approximation to the Poisson limits (Breslow & Day 1987), good from 10 events on.", Options: []Option{confidenceOption, scale}, run: perBase(rate.Byar)},
		{Name: "exact_poisson", Short: "exact interval of rates per population", Roles: roles, draw: drawIntervals,
			Long: "Chi-square quantiles (Garwood 1936).", Options: []Option{confidenceOption, scale}, run: perBase(rate.ExactPoisson)},
		{Name: "rate", Aliases: []string{"poisson_rate"}, Short: "rates per population: Byar's limits, exact under 10 events", Roles: roles, draw: drawIntervals,
			Long: "Byar's limits from 10 events on, exact Poisson limits below.", Options: []Option{confidenceOption, scale}, run: perBase(rate.Counts)},
	}
}

func (c *Call) rates(of func(x, n, confidence, scale float64) rate.Rate, valueName string) (*Object, error) {
	c.pairUp("events", "total")
	x, err := c.counts("events")
	if err != nil {
		return nil, err
	}
	n, err := c.bases("total")
	if err != nil {
		return nil, err
	}
	confidence, err := c.confidence()
	if err != nil {
		return nil, err
	}
	scale, err := c.float("scale", 1)
	if err != nil {
		return nil, err
	}
	ids, idName := c.ids("unit")
	var rows [][]any
	var warnings []estimate.Warning
	for i := range x {
		r := of(x[i], n[i], confidence, scale)
		rows = append(rows, []any{ids[i], whole(x[i]), whole(n[i]), r.Value, r.Low, r.High})
		for _, w := range r.Warnings {
			w.Text, w.Zh = c.rowName(i)+": "+w.Text, fmt.Sprintf("第%d行：%s", c.Frame.Lines[i], w.Zh)
			warnings = append(warnings, w)
		}
	}
	out := (&Object{}).Grid("columns", "rows", []string{idName, c.header("events"), c.header("total"), valueName, "low", "high"}, rows)
	out.warn(warnings)
	return out, nil
}

// ids gives the names of the rows: of the role's column, else of the first column of texts that all differ, else their
// numbers.
func (c *Call) ids(role string) ([]any, string) {
	out := make([]any, len(c.Frame.Rows))
	column, ok, _ := c.role(role)
	for i := 0; !ok && i < len(c.Frame.Columns); i++ {
		if !c.taken(i) && len(c.Frame.Rows) > 0 && !c.Frame.numeric(i) && len(c.Frame.distinct(i)) == len(c.Frame.Rows) {
			column, ok = i, true
		}
	}
	for i := range out {
		if ok {
			out[i] = value(c.Frame.Rows[i][column])
		} else {
			out[i] = i + 1
		}
	}
	if ok {
		return out, c.Frame.Columns[column]
	}
	return out, role
}

// whole shows counts as whole numbers and a missing one as null.
func whole(x float64) any {
	if x == float64(int64(x)) {
		return int64(x)
	}
	return estimate.Of(x)
}
