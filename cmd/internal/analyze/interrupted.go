package analyze

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"hulian/pipelines"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/interrupted"
)

func interruptedMethod() Method {
	return Method{Name: "interrupted_time_series", Aliases: []string{"its"}, Short: "one series before and after something began", draw: drawInterrupted,
		Roles: []Role{
			{Name: "period", Zh: "时期", Was: []string{"time"}, Also: []string{"t", "index", "月份", "统计月份", "月", "年月", "时期", "季度"}, Help: "1, 2, … or months; without it, the order of the file", Optional: true, Words: true},
			{Name: "month", Zh: "月", Also: []string{"month_of_year", "月序"}, Help: "place in the year, for harmonics", Optional: true},
			{Name: "step", Zh: "启动前后", Was: []string{"post", "after", "intervention"}, Also: []string{"law", "policy", "ban", "启动前后", "前后", "时段", "阶段", "是否启动", "干预"}, Help: "1 or 后 from the start on, 0 or 前 before", Words: true, Meant: regexp.MustCompile(`(?i)\bstep\b|\bintervention\b`)},
			{Name: "value", Zh: "数值", Was: []string{"y", "count", "outcome"}, Also: append([]string{"events", "cases", "deaths", "件数"}, valueRole.Also...), Help: "the counts, or the outcome; or a formula of columns: events/population*100000", Meant: regexp.MustCompile(`(?i)\bcounts?\b|\boutcome\b`)},
			{Name: "offset", Zh: "基数", Was: []string{"exposure", "population"}, Help: "what a count is out of: effects are then on the rate", Optional: true, Named: true}},
		Long: "poisson: log-linear model of counts; quasi: the same with standard errors times √dispersion; linear: least squares with\nNewey & West's standard errors. Terms: time, step, slope_change (max(0, time − first time after)), \"harmonics 2\" (sine and\ncosine of the year), or a column. Lopez Bernal, Cummins & Gasparrini 2017. One series has no comparison.",
		Options: []Option{confidenceOption, {"model", Text, "quasi", "poisson, quasi or linear"}, {"terms", List, "step,time", "of the model; linear: time,step,slope_change"}, {"y", Text, "", "a formula of columns in place of --value"},
			{"offset", Text, "", "a column, or log(COLUMN)"}, {"season", Number, "12", "periods of a year"}, {"lags", List, "0,1,2,3", "of Newey & West"}}, run: (*Call).interrupted}
}

func (c *Call) interrupted() (*Object, error) {
	f, model, err := c.interruptedFit()
	if err != nil {
		return nil, err
	}
	out := (&Object{}).Set("reading", readInterrupted(f, model)).Set("n", f.N).Set("n_before", f.Before)
	linear := model == "linear"
	columns := []string{"term", "coef", "se", "multiple", "ci_low", "ci_high"}
	if linear {
		columns = []string{"term", "coef", "se_ols", "ci_low", "ci_high"}
	}
	var rows [][]any
	for _, t := range f.Terms {
		row := []any{t.Name, t.Value, t.SE}
		if !linear {
			row = append(row, t.Ratio)
		}
		rows = append(rows, append(row, t.CI.Low, t.CI.High))
	}
	out.Grid("columns", "rows", columns, rows)
	if linear {
		plainSE, adjusted := &Object{}, &Object{}
		for k, lag := range f.Lags {
			a, b := make([]estimate.Number, len(f.Terms)), make([]estimate.Number, len(f.Terms))
			for i, t := range f.Terms {
				a[i], b[i] = t.NeweyWest[k], t.NeweyWestAdjusted[k]
			}
			plainSE.Set(fmt.Sprintf("L%d", lag), a)
			adjusted.Set(fmt.Sprintf("L%d", lag), b)
		}
		out.Set("se_newey_west", plainSE).Set("se_newey_west_adj", adjusted).Set("durbin_watson", f.Watson)
	} else {
		out.Set("dispersion", f.Dispersion).Set("deviance", f.Deviance)
		for _, name := range []string{"step", "slope_change", "time"} {
			if t, ok := f.Term(name); ok {
				out.Set("rate_ratio_"+name, []any{t.Ratio, t.CI.Low, t.CI.High})
			}
		}
	}
	if f.PostTrend.Known {
		out.Set("post_trend", f.PostTrend)
	}
	var moments [][]any
	for _, m := range f.Moments {
		effect := estimate.Absent()
		if m.Fitted.Known && m.Without.Known {
			effect = estimate.Of(m.Fitted.Value - m.Without.Value)
		}
		moments = append(moments, []any{m.Time, m.Observed, m.Fitted, m.Without, effect})
	}
	out.Grid("counterfactual_columns", "counterfactual", []string{"time", "observed", "fitted", "without", "effect"}, moments)
	out.warn(f.Warnings)
	return out, nil
}

// interruptedFit reads the points and fits the model asked for.
func (c *Call) interruptedFit() (f interrupted.Fit, model string, err error) {
	model, err = c.choice("model", "quasi", "poisson", "linear", "ols", "quasi-poisson")
	if err != nil {
		return f, "", err
	}
	if other := map[string]string{"ols": "linear", "quasi-poisson": "quasi"}[model]; other != "" {
		model = other
	}
	points, o, err := c.points()
	if err != nil {
		return f, "", err
	}
	o.Quasi = model == "quasi"
	if model == "linear" {
		if o.Terms == nil {
			o.Terms = []string{"time", "step", "slope_change"}
		}
		return interrupted.Linear(points, o), model, nil
	}
	return interrupted.Poisson(points, o), model, nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (c *Call) points() (points []interrupted.Point, o interrupted.Options, err error) {
	if o.Confidence, err = c.confidence(); err != nil {
		return nil, o, err
	}
	if o.Season, err = c.float("season", 12); err != nil {
		return nil, o, err
	}
	lags, err := c.floats("lags")
	if err != nil {
		return nil, o, err
	}
	for _, l := range lags {
		o.Lags = append(o.Lags, int(l))
	}
	if c.given("terms") {
		o.Terms = parseList(c.options["terms"])
	}
	points = make([]interrupted.Point, len(c.Frame.Rows))
	if err := c.readOutcomes(points, &o); err != nil {
		return nil, o, err
	}
	if err := c.readTimes(points); err != nil {
		return nil, o, err
	}
	step, err := c.stepColumn()
	if err != nil {
		return nil, o, err
	}
	for i := range points {
		if points[i].After, _, err = c.Frame.flag(i, step, postWords); err != nil {
			return nil, o, err
		}
	}
	for _, term := range o.Terms {
		column, ok := c.Frame.column(term)
		if !ok || slices.Contains([]string{"time", "step", "slope_change"}, term) {
			continue
		}
		values, err := c.Frame.numbers(column)
		if err != nil {
			return nil, o, err
		}
		for i, v := range values {
			if points[i].More == nil {
				points[i].More = map[string]float64{}
			}
			points[i].More[term] = v
		}
	}
	return points, o, nil
}

// stepColumn finds the column that says before or after: by its role, else the only one that holds nothing but 0 and 1.
func (c *Call) stepColumn() (int, error) {
	if _, named := c.byName(c.roleOf("step")); !named && c.columns["step"] == nil {
		if two := c.unclaimed(c.Frame.twoValued); len(two) == 1 {
			c.take("step", two[0])
		}
	}
	step, _, err := c.role("step")
	return step, err
}

var logarithm = regexp.MustCompile(`^log\((.+)\)$`)

func (c *Call) readOutcomes(points []interrupted.Point, o *interrupted.Options) error {
	y, err := c.formula(c.options["y"])
	if err != nil {
		return err
	}
	if y == nil {
		if y, err = c.numbers("value"); err != nil {
			return err
		}
	}
	base, err := c.numbers("offset")
	if err != nil {
		return err
	}
	if text := c.options["offset"]; base == nil && text != "" {
		if m := logarithm.FindStringSubmatch(text); m != nil {
			text = m[1]
		}
		if base, err = c.formula(text); err != nil {
			return err
		}
	}
	o.Offset = base != nil
	for i := range points {
		points[i].Y = y[i]
		if base != nil {
			points[i].Base = base[i]
		}
	}
	return nil
}

// formula works out a formula of columns for every row; nil of an empty one. A missing cell makes the result missing.
func (c *Call) formula(text string) ([]float64, error) {
	if text == "" {
		return nil, nil
	}
	out := make([]float64, len(c.Frame.Rows))
	for i := range out {
		missing := false
		v, ok := arithmeticOf(text, func(name string) (float64, bool) {
			column, ok := c.Frame.column(name)
			if !ok {
				return 0, false
			}
			v, err := c.Frame.number(i, column)
			missing = missing || err != nil || math.IsNaN(v)
			return v, true
		})
		switch {
		case missing:
			v = math.NaN()
		case !ok:
			return nil, Usage{&pipelines.Fault{Op: "work out", At: fmt.Sprintf("%q in %s, row %d", text, c.Frame.Name, c.Frame.Lines[i]), Err: pipelines.Errorf("it is no formula of columns that gives a number"),
				Next: "use + − * / and the names of columns: %s", With: []any{strings.Join(c.Frame.Columns, ", ")}}}
		}
		out[i] = v
	}
	return out, nil
}

// readTimes reads the periods: numbers as they are, months and the like counted through from 1, without a column the rows.
func (c *Call) readTimes(points []interrupted.Point) error {
	period, has, err := c.role("period")
	if err != nil {
		return err
	}
	month, hasMonth, err := c.role("month")
	if err != nil {
		return err
	}
	var months []float64
	switch {
	case hasMonth && c.Frame.numeric(month):
		if months, err = c.Frame.numbers(month); err != nil {
			return err
		}
	case hasMonth && !has: // 2017-01 is a period
		period, has = month, true
	}
	k, dated := calendar{}, false
	if has {
		k, dated = calendarOf(c.Frame.texts(period))
	}
	from := math.MaxInt
	for i := range points {
		p := &points[i]
		switch {
		case !has:
			p.Time = float64(i + 1)
		case dated:
			at, _ := k.of(strings.TrimSpace(c.Frame.Rows[i][period]))
			p.Time, p.Month, from = float64(at), float64(at%k.perYear+1), min(from, at)
		default:
			if p.Time, err = c.Frame.number(i, period); err != nil {
				return err
			}
		}
		if months != nil {
			p.Month = months[i]
		}
	}
	for i := range points {
		if dated {
			points[i].Time -= float64(from - 1)
		}
	}
	return nil
}

// readInterrupted says what the step is, and that one series proves little.
func readInterrupted(f interrupted.Fit, model string) Reading {
	var out Reading
	t, ok := f.Term("step")
	if !ok || !t.Value.Known {
		out.say("无法估计：原因见下面的提示。", "Not estimable: the warnings below say why.")
		return out
	}
	if model == "linear" {
		out.say("启动当期比原有走势变化%s。", "At the start the series moved by %s from where it was heading.", difference{value: t.Value.Value})
		if t.CI.Known() {
			out.say("区间%s至%s。", "Interval %s to %s.", difference{value: t.CI.Low.Value}, difference{value: t.CI.High.Value})
		}
	} else {
		out.say("启动以后是原有走势的%.3f倍（区间%.3f至%.3f）。", "Since the start it has been %.3f times where it was heading (interval %.3f to %.3f).", t.Ratio.Value, t.CI.Low.Value, t.CI.High.Value)
	}
	out.say("只有一个序列，没有对照：同时发生的其他变化也算在里面。", "There is one series and no comparison: whatever else began then is in it too.")
	return out
}

// drawInterrupted draws the series, what the model gives, and what it would have given without the change.
func drawInterrupted(c *Call, o *Object, p *picture) error {
	x, y := o.column("counterfactual", "time"), o.column("counterfactual", "observed")
	if len(x) == 0 {
		return pipelines.Errorf("there is no point")
	}
	if err := p.dots("observed", x, y, grey, 2.5, circle); err != nil {
		return err
	}
	if err := p.line("without the change", x, o.column("counterfactual", "without"), orange, 1, dashes); err != nil {
		return err
	}
	if err := p.line("model", x, o.column("counterfactual", "fitted"), blue, 1.6, nil); err != nil {
		return err
	}
	p.axes(c.header("period"), c.header("value"))
	return nil
}
