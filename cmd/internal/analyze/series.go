package analyze

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hulian/pipelines"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/spc"
)

var (
	chartRules = []Option{
		{"baseline", Text, "all", `points the limits come from: "rows 1-20 without 4", "first 20", "2016-04 to 2017-03" or "trial=1"`},
		{"fix_after_n_points", Integer, "", "the same as a baseline of the first so many points"},
		{"rebase", List, "", "points at which new limits begin, as rows or periods"},
		{"run_length", Integer, "7", "points on one side of the centre that make a shift"},
		{"trend_length", Integer, "7", "points rising or falling that make a trend"},
		{"two_of_three_incl_outside", Truth, "false", "two of three counts points outside the limits too"},
		{"direction", Text, "", "up or down: which way is better"},
		{"target", Number, "", "target, for the assurance"},
	}
	xmrRules = append([]Option{
		{"constant", Number, "2.66", "times the mean moving range; 3/1.128 is accepted"},
		{"screen_moving_ranges", Truth, "false", "leave out moving ranges of 3.267 × their mean or more, once"},
	}, chartRules...)
)

func seriesMethods() []Method {
	over := []Role{periodRole, eventsRole, totalRole}
	attribute := func(name string, aliases []string, short, long string, of func(x, n []float64, o spc.Options) spc.Chart, options []Option) Method {
		return Method{Name: name, Aliases: aliases, Short: short, Long: long, Roles: over, Options: options, draw: drawChart,
			run: func(c *Call) (*Object, error) { return c.attributeChart(of) }}
	}
	single := func(name, short, long string, of func(values []float64, o spc.Options) spc.Chart, options []Option) Method {
		return Method{Name: name, Short: short, Long: long, Roles: []Role{periodRole, valueRole}, Options: options, draw: drawChart,
			run: func(c *Call) (*Object, error) { return c.valueChart(of) }}
	}
	xmr := single("xmr", "individuals chart with its rules",
		"Centre = mean, limits = mean ± 2.66 × mean moving range. Flags are +1 high or rising, −1 low or falling.", spc.XmR, xmrRules)
	xmr.Aliases = []string{"i_chart", "individuals"}
	return []Method{
		xmr,
		attribute("p_chart", []string{"p"}, "control chart of proportions", "p̄ = Σx/Σn of the baseline; limits p̄ ± 3√(p̄(1−p̄)/nᵢ), clipped to [0, 1].", spc.P, chartRules),
		attribute("p_prime", []string{"p_prime_chart", "laney_p"}, "Laney's p′ chart, for large denominators", "Limits of the p chart widened by the moving ranges of the standardised values.", spc.PPrime, chartRules),
		attribute("u_chart", []string{"u"}, "control chart of events per exposure", "ū = Σx/Σn; limits ū ± 3√(ū/nᵢ), not below 0.", spc.U, chartRules),
		attribute("u_prime", []string{"u_prime_chart", "laney_u"}, "Laney's u′ chart", "Limits of the u chart widened by the moving ranges of the standardised values.", spc.UPrime, chartRules),
		single("c_chart", "control chart of counts", "c̄ = mean; limits c̄ ± 3√c̄, not below 0.", spc.C, chartRules),
		single("g_chart", "rare events: cases between them", "ḡ ± 3√(ḡ(ḡ+1)), not below 0 (Benneyan 2001); runs are counted about the median.", spc.G, chartRules),
		single("t_chart", "rare events: time between them", "An XmR chart of t^(1/3.6), turned back (Nelson 1994).", spc.T, xmrRules),
		{Name: "run_chart", Aliases: []string{"run"}, Short: "median and runs, for short series", Roles: []Role{periodRole, valueRole}, Options: chartRules[:1], draw: drawChart,
			Long: "Longest run above round(log₂n+3) or crossings below the 5% point of Binomial(n−1, ½) (Anhøj & Olesen 2014).", run: (*Call).runChart},
	}
}

// series orders the rows by the period where it can be read, and says where each came from.
func (c *Call) series(periodRole string) (periods []any, order []int, warnings []estimate.Warning) {
	order = make([]int, len(c.Frame.Rows))
	for i := range order {
		order[i] = i
	}
	periods, _ = c.ids(periodRole)
	column, ok, _ := c.role(periodRole)
	if !ok {
		return periods, order, nil
	}
	at := make([]float64, len(order))
	k, dated := calendarOf(c.Frame.texts(column))
	yearless, isYearless := withoutYear(c.Frame.texts(column))
	for i := range order {
		v, readable := moment(c.Frame.Rows[i][column])
		if month, ok := k.of(c.Frame.Rows[i][column]); dated && ok {
			v, readable = float64(month), true
		}
		if isYearless {
			v, readable = float64(yearless.at[i]), true
		}
		if !readable {
			return periods, order, []estimate.Warning{estimate.Warn(estimate.Convention, "column %q holds periods that cannot be ordered; the order of the file is kept", c.Frame.Columns[column])}
		}
		at[i] = v
	}
	if repeated(at) {
		if whole, named := c.withYear(periods, at, column); named {
			at = whole
		}
	}
	if isYearless {
		warnings = append(warnings, c.inOneYear(yearless, at, column)...)
	}
	if repeated(at) {
		if isYearless {
			return periods, order, []estimate.Warning{estimate.Warn(estimate.Assumption, "column %q names months or quarters without a year, and some come more than once, so the order of the file is kept: write 2023-11 or 2023年11月, or put the year in a column called year or 年份", c.Frame.Columns[column])}
		}
		return periods, order, []estimate.Warning{estimate.Warn(estimate.Assumption, "periods occur more than once in column %q, so the order of the file is kept: is this more than one series? --COLUMN VALUE keeps the rows of one", c.Frame.Columns[column])}
	}
	byTime := func(a, b int) int {
		switch {
		case at[a] < at[b]:
			return -1
		case at[a] > at[b]:
			return 1
		}
		return 0
	}
	if !slices.IsSortedFunc(order, byTime) {
		slices.SortStableFunc(order, byTime)
		warnings = append(warnings, estimate.Warn(estimate.Convention, "the rows were put in the order of %q; row numbers are still those of the file", c.Frame.Columns[column]))
	}
	sorted := make([]any, len(order))
	for i, from := range order {
		sorted[i] = periods[from]
	}
	if dated {
		months := make([]int, len(at))
		for i, t := range at {
			months[i] = int(t)
		}
		if slices.ContainsFunc(periods, func(p any) bool { _, isNumber := p.(int); return isNumber }) { // 202311
			for i, from := range order {
				sorted[i] = k.name(months[from])
			}
		}
		warnings = append(warnings, k.missing(c.Frame.Columns[column], months)...)
	}
	return sorted, order, warnings
}

// inOneYear says in which order periods without a year were taken. Where the file goes on from December to January they
// are of two years, and its order stands.
func (c *Call) inOneYear(y yearless, at []float64, column int) []estimate.Warning {
	if repeated(at) || at[0] >= float64(y.perYear)+1 { // with the year beside them they are ordered by both
		return nil
	}
	if y.turns() {
		for i := range at {
			at[i] = float64(y.at[0]) + float64(i)
		}
		return []estimate.Warning{estimate.Warn(estimate.Assumption, "column %q names no year: its rows are taken for consecutive periods across a new year; write 2023-11, 2023-12, 2024-01 to be sure", c.Frame.Columns[column])}
	}
	said := []estimate.Warning{estimate.Warn(estimate.Assumption, "column %q names no year: its periods are taken for those of one year and put in order; write 2023-11 or 2023年11月 where they are of several", c.Frame.Columns[column])}
	var gaps []string
	for t := slices.Min(y.at); t <= slices.Max(y.at); t++ {
		if !slices.Contains(y.at, t) {
			gaps = append(gaps, strconv.Itoa(t))
		}
	}
	if len(gaps) > 0 {
		said = append(said, estimate.Warn(estimate.MissingValues, "no row of %q is of number %s of the year: what stands before and after is not one step apart", c.Frame.Columns[column], strings.Join(gaps, ", ")))
	}
	return said
}

func repeated(at []float64) bool {
	sorted := slices.Clone(at)
	slices.Sort(sorted)
	return len(slices.Compact(sorted)) < len(at)
}

// withYear orders months, quarters or weeks that begin anew every year by the year beside them, where the file has one,
// and names the periods by both.
func (c *Call) withYear(periods []any, at []float64, column int) (whole []float64, named bool) {
	for _, name := range []string{"year", "年", "年份"} {
		i, ok := c.Frame.column(name)
		if !ok || i == column || c.taken(i) {
			continue
		}
		years, err := c.Frame.numbers(i)
		if err != nil {
			return nil, false
		}
		whole = make([]float64, len(at))
		for k, y := range years {
			if whole[k] = y*1000 + at[k]; at[k] < 0 || at[k] >= 1000 || math.IsNaN(y) {
				return nil, false
			}
		}
		for k := range periods {
			periods[k] = fmt.Sprintf("%v-%02v", value(c.Frame.Rows[k][i]), periods[k])
		}
		c.assume("columns %q and %q are taken for the period together", c.Frame.Columns[i], c.Frame.Columns[column])
		return whole, true
	}
	return nil, false
}

func reorder[T any](x []T, order []int) []T {
	if x == nil {
		return nil
	}
	out := make([]T, len(order))
	for i, from := range order {
		out[i] = x[from]
	}
	return out
}

func (c *Call) chartOptions(periods []any, order []int) (spc.Options, error) {
	var o spc.Options
	var err error
	if o.Constant, err = c.float("constant", spc.DefaultConstant); err != nil {
		return o, err
	}
	if o.Screen, err = c.truth("screen_moving_ranges", false); err != nil {
		return o, err
	}
	if o.RunLength, err = c.integer("run_length", 7); err != nil {
		return o, err
	}
	if o.TrendLength, err = c.integer("trend_length", 7); err != nil {
		return o, err
	}
	if o.CountOutside, err = c.truth("two_of_three_incl_outside", false); err != nil {
		return o, err
	}
	switch word, err := c.choice("direction", "", "up", "down", "increase", "decrease", "neutral"); {
	case err != nil:
		return o, err
	case word == "up" || word == "increase":
		o.Direction = spc.Up
	case word == "down" || word == "decrease":
		o.Direction = spc.Down
	}
	if c.given("target") {
		target, err := c.float("target", 0)
		if err != nil {
			return o, err
		}
		o.Target = estimate.Of(target)
	}
	base, err := c.baseline(order)
	if err != nil {
		return o, err
	}
	o.Baseline = reorder(base, order)
	if first, err := c.integer("fix_after_n_points", 0); err != nil || first < 0 {
		return o, c.wrongOption("fix_after_n_points", c.options["fix_after_n_points"], "a number of points")
	} else if first > 0 && o.Baseline == nil {
		o.Baseline = make([]bool, len(order))
		for i := range min(first, len(order)) {
			o.Baseline[i] = true
		}
	}
	for _, text := range parseList(c.options["rebase"]) {
		text = itemNoun.ReplaceAllString(text, "")
		at := slices.IndexFunc(periods, func(p any) bool { return p != nil && same(fmt.Sprint(p), text) })
		if k, err := strconv.Atoi(text); at < 0 && err == nil && k >= 1 && k <= len(order) {
			at = slices.Index(order, k-1)
		}
		_, isNumber := parseNumber(text)
		if from, _, ok := stretch(text); at < 0 && ok && !isNumber { // 2017-04 of days or weeks: from the first of them
			at = slices.IndexFunc(periods, func(p any) bool {
				v, readable := moment(fmt.Sprint(p))
				return p != nil && readable && v >= from
			})
		}
		if at < 0 {
			return o, c.wrongOption("rebase", text, "a period or row of the file")
		}
		o.Rebase = append(o.Rebase, at)
	}
	return o, nil
}

func (c *Call) valueChart(of func(values []float64, o spc.Options) spc.Chart) (*Object, error) {
	values, err := c.numbers("value")
	if err != nil {
		return nil, err
	}
	periods, order, warnings := c.series("period")
	o, err := c.chartOptions(periods, order)
	if err != nil {
		return nil, err
	}
	chart := of(reorder(values, order), o)
	chart.Warnings = append(warnings, chart.Warnings...)
	return c.chartObject(chart, o, periods, order, "mean"), nil
}

func (c *Call) attributeChart(of func(x, n []float64, o spc.Options) spc.Chart) (*Object, error) {
	c.pairUp("events", "total")
	x, err := c.counts("events")
	if err != nil {
		return nil, err
	}
	n, err := c.bases("total")
	if err != nil {
		return nil, err
	}
	periods, order, warnings := c.series("period")
	o, err := c.chartOptions(periods, order)
	if err != nil {
		return nil, err
	}
	chart := of(reorder(x, order), reorder(n, order), o)
	chart.Warnings = append(warnings, chart.Warnings...)
	return c.chartObject(chart, o, periods, order, "center"), nil
}

// chartObject lays out a chart under the names of the published cases. Where there are phases, the single numbers are
// those of the last one and "phases" has all.
func (c *Call) chartObject(chart spc.Chart, o spc.Options, periods []any, order []int, centreName string) *Object {
	out := &Object{}
	if len(chart.Phases) == 0 {
		out.warn(append(chart.Warnings, estimate.Warn(estimate.NotEstimable, "there is no point")))
		return out
	}
	phase := chart.Phases[len(chart.Phases)-1]
	known := 0
	for _, p := range chart.Points {
		if p.Value.Known {
			known++
		}
	}
	out.Set("n", known).Set("n_baseline", phase.N).Set(centreName, phase.Centre)
	if chart.Kind == spc.KindXmR {
		limitsOfXmR(out, phase)
	} else {
		out.Set("center", phase.Centre)
	}
	same := phase.Lower.Known || phase.Upper.Known
	if same {
		out.Set("lower", phase.Lower).Set("upper", phase.Upper)
	} else {
		out.Set("lower", column(chart, func(p spc.Point) any { return p.Lower })).Set("upper", column(chart, func(p spc.Point) any { return p.Upper }))
	}
	if chart.Kind == spc.KindPPrime || chart.Kind == spc.KindUPrime {
		out.Set("sigma_z", phase.Sigma)
	}
	var rows []int
	for _, i := range chart.Outside() {
		rows = append(rows, order[i]+1)
	}
	slices.Sort(rows)
	if rows == nil {
		rows = []int{}
	}
	shift, trend := fmt.Sprintf("shift%d", length(o.RunLength)), fmt.Sprintf("trend%d", length(o.TrendLength))
	out.Set("outside_rows", rows)
	out.Set("outside", column(chart, func(p spc.Point) any { return p.Outside }))
	out.Set(shift, column(chart, func(p spc.Point) any { return p.Shift }))
	out.Set(trend, column(chart, func(p spc.Point) any { return p.Trend }))
	out.Set("two_of_three", column(chart, func(p spc.Point) any { return p.TwoOfThree }))
	out.Set("two_of_three_incl_outside", column(chart, func(p spc.Point) any { return p.TwoOfThreeIncl }))
	out.Set("combined", column(chart, func(p spc.Point) any { return p.Label(o) }))
	out.Set("variation", string(chart.Variation)).Set("assurance", string(chart.Assurance)).Set("trial_limits", chart.Trial)
	if len(chart.Phases) > 1 {
		var phases [][]any
		for _, p := range chart.Phases {
			phases = append(phases, []any{periods[p.From], p.N, p.Centre, p.MovingRange, p.Lower, p.Upper})
		}
		out.Grid("phases_columns", "phases", []string{"from", "n_baseline", centreName, "average_moving_range", "lower", "upper"}, phases)
	}
	var points [][]any
	for i, p := range chart.Points {
		points = append(points, []any{periods[i], order[i] + 1, p.Value, p.Base, p.Centre, p.Lower, p.Upper, p.Label(o)})
	}
	out.Grid("points_columns", "points", []string{"period", "row", "value", "base", "centre", "lower", "upper", "signal"}, points)
	out.warn(chart.Warnings)
	return out
}

// limitsOfXmR adds what the other constants in use would give.
func limitsOfXmR(out *Object, phase spc.Phase) {
	out.Set("average_moving_range", phase.MovingRange).Set("sigma_hat_1.128", phase.Sigma)
	out.Set("mr_upper_3.267", phase.RangeLimit).Set("moving_ranges_screened", phase.Screened)
	with := func(constant float64) (low, high estimate.Number) {
		if !phase.Centre.Known || !phase.MovingRange.Known {
			return
		}
		return estimate.Of(phase.Centre.Value - constant*phase.MovingRange.Value), estimate.Of(phase.Centre.Value + constant*phase.MovingRange.Value)
	}
	low, high := with(spc.DefaultConstant)
	out.Set("lower_2.66", low).Set("upper_2.66", high)
	alternate := &Object{}
	for _, a := range []struct {
		name     string
		constant float64
	}{{"2.66", spc.DefaultConstant}, {"3/1.128", spc.ConstantD2}, {"3/(2/sqrt(pi))", 3 / (2 / math.SqrtPi)}} {
		low, high := with(a.constant)
		alternate.Set(a.name, []any{low, high})
	}
	out.Set("alternate_limits", alternate)
}

func length(given int) int {
	if given > 1 {
		return given
	}
	return 7
}

func column(chart spc.Chart, of func(spc.Point) any) []any {
	out := make([]any, len(chart.Points))
	for i, p := range chart.Points {
		out[i] = of(p)
	}
	return out
}

func (c *Call) runChart() (*Object, error) {
	values, err := c.numbers("value")
	if err != nil {
		return nil, err
	}
	periods, order, warnings := c.series("period")
	base, err := c.baseline(order)
	if err != nil {
		return nil, err
	}
	r := spc.RunChart(reorder(values, order), spc.Options{Baseline: reorder(base, order)})
	out := (&Object{}).Set("n", r.N).Set("median", r.Median).Set("n_useful", r.Useful)
	out.Set("longest_run", r.Longest).Set("longest_run_max", r.LongestMax).Set("crossings", r.Crossings).Set("crossings_min", r.CrossMin).Set("signal", r.Signal)
	var points [][]any
	for i, p := range r.Points {
		points = append(points, []any{periods[i], order[i] + 1, p.Value, p.Centre, p.Shift, p.Trend})
	}
	out.Grid("points_columns", "points", []string{"period", "row", "value", "median", "shift", "trend"}, points)
	out.warn(append(warnings, r.Warnings...))
	return out, nil
}

// rowName names a row for a message.
func (c *Call) rowName(i int) string { return fmt.Sprintf("row %d", c.Frame.Lines[i]) }

func (c *Call) fault(op string, err error, next string) error {
	return &pipelines.Fault{Op: op, At: c.Frame.Name, Err: err, Next: next}
}
