package analyze

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hulian/pipelines"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/honest"
)

func honestMethods() []Method {
	return []Method{{Name: "honest_did", Aliases: []string{"honest", "honestdid"}, Short: "how far from parallel the trends may be before the conclusion falls", draw: drawHonest,
		Roles: []Role{{Name: "coefficient", Zh: "系数", Was: []string{"beta"}, Also: []string{"estimate", "att", "coef", "effect", "系数", "效果", "估计值"}, Help: "coefficients of an event study, the reference period left out"},
			periodRole.with("order of the coefficients; without it, that of the file"),
			{Name: "side", Zh: "启动前后", Also: []string{"role", "phase", "pre_post", "前后", "启动前后", "时段", "阶段"}, Help: "pre or 前 before the start, post or 后 after it", Words: true, Optional: true},
			{Name: "covariance", Zh: "协方差", Also: []string{"cov", "vcov", "协方差"}, Help: "columns of their covariance, in the order of the rows; default: v1, v2, …", Many: true, Optional: true},
			{Name: "se", Zh: "标准误", Also: []string{"std_error", "标准误"}, Help: "standard errors, where no covariance is known", Optional: true}},
		Long: "Rambachan & Roth 2023. Relative magnitudes: no change of the violation after the start is larger than Mbar times the\nlargest before. Smoothness: its slope changes by no more than M from period to period. For each size: the effects that\nare possible (identified), and confidence sets: c_lf and conditional (Andrews, Roth & Pakes 2023, on a grid of 1,000\npoints), and flci, the optimal fixed-length interval. Breakdown values say at which size the effect can be 0.",
		Options: []Option{confidenceOption, {"alpha", Number, "0.05", "1 − confidence"}, {"l", List, "first period", "weights of the periods after the start: the effect asked for; average for their mean"},
			{"n_pre", Integer, "", "coefficients before the start, where no column says so"}, {"n_post", Integer, "", "coefficients after it"},
			{"mbar", List, "0,0.5,1,1.5,2", "relative magnitudes"}, {"mbar_fine", List, "", "more of them, in a table of their own"}, {"m", List, "", "smoothness; default: up to twice the smallest that is possible"},
			{"grid_points", Integer, "1000", "effects tested"}, {"grid_width", Number, "20", "standard errors on either side of 0"}, {"draws", Integer, "10000", "of the least favourable critical value"}, {"seed", Integer, "1", "of the draws"}}, run: (*Call).honest}}
}

func (c *Call) honest() (*Object, error) {
	s, times, err := c.eventStudy()
	if err != nil {
		return nil, err
	}
	o, err := c.honestOptions()
	if err != nil {
		return nil, err
	}
	if s.L, err = c.effectAsked(len(s.Post)); err != nil {
		return nil, err
	}
	fine, err := c.floats("mbar_fine")
	if err != nil {
		return nil, err
	}
	usual := len(o.Mbar)
	o.Mbar = append(slices.Clone(o.Mbar), fine...)
	c.askSteps(times)
	r := honest.Of(s, o)
	out := (&Object{}).Set("reading", c.readHonest(r)).Set("n_pre", len(s.Pre)).Set("n_post", len(s.Post)).Set("theta", r.Theta).Named("theta", "效果").Set("se", r.SE)
	if len(r.Relative)+len(r.Smooth) > 0 {
		out.Set("original_ci", pair(r.Original)).Set("max_pre_change", r.MaxPreChange).Set("grid_step", r.GridStep)
		at := min(usual, len(r.Relative))
		out.Set("relative_magnitudes", relativeObject(r, r.Relative[:at], r.Relative[at:])).Set("smoothness", smoothObject(r))
		out.Set("draws", r.Options.Draws).Set("seed", r.Options.Seed)
	}
	out.warn(dedupe(r.Warnings))
	return out, nil
}

func relativeObject(r honest.Result, usual, fine []honest.Relative) *Object {
	out := &Object{}
	var sets, clf, conditional, more [][]any
	for _, row := range usual {
		sets = append(sets, []any{row.Mbar, row.Identified.Low, row.Identified.High})
		clf = append(clf, []any{row.Mbar, row.CLF.Low, row.CLF.High})
		conditional = append(conditional, []any{row.Mbar, row.Conditional.Low, row.Conditional.High})
	}
	out.Grid("columns", "rows", []string{"Mbar", "identified_low", "identified_high"}, sets)
	out.Set("breakdown_identified", r.RelativeBreakdown).Set("breakdown_c_lf", r.RelativeBreakdownCLF)
	columns := []string{"Mbar", "low", "high"}
	out.Grid("c_lf_columns", "c_lf", columns, clf).Grid("conditional_columns", "conditional", columns, conditional)
	for _, row := range fine {
		more = append(more, []any{row.Mbar, row.CLF.Low, row.CLF.High})
	}
	if more != nil {
		out.Grid("c_lf_fine_columns", "c_lf_fine", columns, more)
	}
	return out
}

func smoothObject(r honest.Result) *Object {
	out := &Object{}
	var sets, fixed, clf, conditional [][]any
	for _, row := range r.Smooth {
		sets = append(sets, []any{row.M, row.Identified.Low, row.Identified.High})
		fixed = append(fixed, []any{row.M, row.FLCI.Low, row.FLCI.High})
		clf = append(clf, []any{row.M, row.CLF.Low, row.CLF.High})
		conditional = append(conditional, []any{row.M, row.Conditional.Low, row.Conditional.High})
	}
	columns := []string{"M", "low", "high"}
	out.Grid("columns", "rows", []string{"M", "identified_low", "identified_high"}, sets)
	out.Set("smallest_feasible_M", r.SmallestM).Set("breakdown_identified", r.SmoothBreakdown)
	out.Grid("flci_columns", "flci", columns, fixed).Set("breakdown_flci", r.SmoothBreakdownFLCI)
	return out.Grid("c_lf_columns", "c_lf", columns, clf).Grid("conditional_columns", "conditional", columns, conditional)
}

func (c *Call) honestOptions() (o honest.Options, err error) {
	if o.Confidence, err = c.confidence(); err != nil {
		return o, err
	}
	if c.given("alpha") {
		alpha, err := c.float("alpha", .05)
		if err != nil || !(alpha > 0 && alpha < 1) {
			return o, c.wrongOption("alpha", c.options["alpha"], "between 0 and 1")
		}
		o.Confidence = 1 - alpha
	}
	if o.Mbar, err = c.floats("mbar", 0, .5, 1, 1.5, 2); err != nil {
		return o, err
	}
	if o.M, err = c.floats("m"); err != nil {
		return o, err
	}
	if o.Grid, err = c.integer("grid_points", 1000); err != nil || o.Grid < 2 || o.Grid > 1_000_000 {
		return o, c.wrongOption("grid_points", c.text("grid_points", ""), "a whole number from 2 to 1000000")
	}
	if o.Width, err = c.float("grid_width", 20); err != nil || !(o.Width > 0) {
		return o, c.wrongOption("grid_width", c.text("grid_width", ""), "above 0")
	}
	if o.Draws, err = c.integer("draws", 10_000); err != nil || o.Draws < 100 || o.Draws > 10_000_000 {
		return o, c.wrongOption("draws", c.text("draws", ""), "a whole number from 100 to 10000000")
	}
	seed, err := c.integer("seed", 1)
	o.Seed = uint64(seed)
	return o, err
}

// effectAsked reads the weights of the periods after the start.
func (c *Call) effectAsked(post int) ([]float64, error) {
	l := make([]float64, post)
	switch text := strings.ToLower(c.text("l", "first")); text {
	case "first", "first period":
		if post > 0 {
			l[0] = 1
		}
		return l, nil
	case "average", "mean":
		for i := range l {
			l[i] = 1 / float64(post)
		}
		return l, nil
	}
	return c.floats("l")
}

var (
	beforeWords = []string{"pre", "before", "前", "之前", "启动前", "实施前", "试点前"}
	afterWords  = []string{"post", "after", "后", "之后", "启动后", "实施后", "试点后"}
)

// eventStudy reads coefficients and covariance, in the order of time.
func (c *Call) eventStudy() (s honest.Study, times []float64, err error) {
	beta, err := c.numbers("coefficient")
	if err != nil {
		return s, nil, err
	}
	cov, err := c.covariance(len(beta))
	if err != nil {
		return s, nil, err
	}
	order := make([]int, len(beta))
	for i := range order {
		order[i] = i
	}
	at, dated := c.moments()
	if dated {
		slices.SortStableFunc(order, func(a, b int) int { return compareFloats(at[a], at[b]) })
	}
	pre, err := c.before(order, at, dated)
	if err != nil {
		return s, nil, err
	}
	for _, i := range order {
		row := make([]float64, len(order))
		for k, j := range order {
			row[k] = cov[i][j]
		}
		s.Cov = append(s.Cov, row)
		if pre[i] {
			s.Pre = append(s.Pre, beta[i])
		} else {
			s.Post = append(s.Post, beta[i])
		}
		if dated {
			times = append(times, at[i])
		}
	}
	return s, times, nil
}

func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// moments reads the periods as numbers that order them; ok is false where a cell is none.
func (c *Call) moments() (at []float64, ok bool) {
	column, has, err := c.role("period")
	if err != nil || !has {
		return nil, false
	}
	c.calendar, _ = calendarOf(c.Frame.texts(column))
	for _, cell := range c.Frame.texts(column) {
		whole, ok := c.at(cell)
		if !ok {
			return nil, false
		}
		at = append(at, float64(whole))
	}
	return at, true
}

// before says which coefficients are before the start: by a column, by their number, or by periods below 0.
func (c *Call) before(order []int, at []float64, dated bool) ([]bool, error) {
	pre := make([]bool, len(order))
	column, has, err := c.role("side")
	if err != nil {
		return nil, err
	}
	if has {
		for i, cell := range c.Frame.texts(column) {
			word := strings.ToLower(cell)
			pre[i] = slices.Contains(beforeWords, word)
			if !pre[i] && !slices.Contains(afterWords, word) {
				return nil, &pipelines.Fault{Op: "read before or after", At: fmt.Sprintf("%s, row %d, column %q", c.Frame.Name, c.Frame.Lines[i], c.Frame.Columns[column]),
					Err: pipelines.Errorf("%q is neither", cell), Next: "write pre or 前 before the start, post or 后 after it, and leave the reference period out"}
			}
		}
		return pre, c.inOrder(order, pre)
	}
	if c.given("n_pre") {
		n, err := c.integer("n_pre", 0)
		if err != nil || n < 0 || n > len(order) {
			return nil, c.wrongOption("n_pre", c.options["n_pre"], fmt.Sprintf("a whole number up to %d, the rows of the file", len(order)))
		}
		for _, i := range order[:n] {
			pre[i] = true
		}
		return pre, nil
	}
	if dated && slices.ContainsFunc(at, func(t float64) bool { return t < 0 }) {
		for i := range pre {
			pre[i] = at[i] < 0
		}
		return pre, nil
	}
	return nil, Usage{&pipelines.Fault{Op: "find the start", At: c.Frame.Name, Err: pipelines.Errorf("no column says which coefficients are before it"), Next: "--n_pre with their number, or --side with a column of pre and post"}}
}

// inOrder refuses a file in which a coefficient before the start stands after one that is not.
func (c *Call) inOrder(order []int, pre []bool) error {
	after := false
	for _, i := range order {
		if pre[i] && after {
			return &pipelines.Fault{Op: "read the event study", At: fmt.Sprintf("%s, row %d", c.Frame.Name, c.Frame.Lines[i]), Err: pipelines.Errorf("a coefficient before the start stands behind one after it"),
				Next: "put the rows, and the columns of the covariance, in the order of time"}
		}
		after = after || !pre[i]
	}
	return nil
}

var numberedColumn = regexp.MustCompile(`^(?i:v|cov|vcov|c)_?(\d+)$`)

// covariance reads its columns: named, numbered v1, v2, …, or the squares of standard errors, which is said.
func (c *Call) covariance(n int) ([][]float64, error) {
	columns := c.columns["covariance"]
	for i := 0; len(columns) < n && i < len(c.Frame.Columns); i++ {
		if numberedColumn.MatchString(c.Frame.Columns[i]) && !slices.Contains(columns, i) {
			columns = append(columns, i)
		}
	}
	cov := make([][]float64, n)
	for i := range cov {
		cov[i] = make([]float64, n)
	}
	if len(columns) == 0 {
		se, err := c.numbers("se")
		if err != nil {
			return nil, err
		}
		if se == nil {
			return nil, Usage{&pipelines.Fault{Op: "find the covariance", At: c.Frame.Name, Err: pipelines.Errorf("no column is called v1, and none was named"), Next: "--covariance with its columns, or --se with a column of standard errors"}}
		}
		c.assume("no covariance is given: the coefficients are taken for independent, which they seldom are")
		for i, v := range se {
			cov[i][i] = v * v
		}
		return cov, nil
	}
	if len(columns) != n {
		return nil, &pipelines.Fault{Op: "read the covariance", At: c.Frame.Name, Err: pipelines.Errorf("%d columns for %d coefficients", len(columns), n), Next: "--covariance with one column for each row, in the order of the rows"}
	}
	for j, column := range columns {
		values, err := c.Frame.numbers(column)
		if err != nil {
			return nil, err
		}
		for i, v := range values {
			cov[i][j] = v
		}
	}
	return cov, nil
}

// askSteps asks about periods that are not one step apart, but for the reference period, which is left out.
func (c *Call) askSteps(times []float64) {
	wide := 0
	for i := 1; i < len(times); i++ {
		if times[i]-times[i-1] > 1 {
			wide++
		}
	}
	if wide > 1 {
		c.assume("periods are missing besides the reference one: changes between periods are taken for changes of one step")
	}
}

func (c *Call) readHonest(r honest.Result) Reading {
	var out Reading
	theta, ok := r.Theta.Get()
	if !ok || !r.SE.Known {
		out.say("无法估计：原因见下面的提示。", "Not estimable: the warnings below say why.")
		return out
	}
	out.say("如果趋势平行，效果为%s，区间%s至%s。", "If trends are parallel the effect is %s, interval %s to %s.", c.amount("coefficient", theta), c.amount("coefficient", r.Original.Low.Value), c.amount("coefficient", r.Original.High.Value))
	if r.Original.Low.Value <= 0 && r.Original.High.Value >= 0 {
		out.say("这个区间已经包含0，不能下结论。", "That interval holds 0 already: nothing can be concluded.")
		return out
	}
	if b, known := r.RelativeBreakdownCLF.Get(); known {
		out.say("启动后偏离平行的程度不超过启动前最大变化的%.2f倍时，仍可认为有效果。", "It stays different from 0 while violations after the start are at most %.2f times the largest change before it.", b)
	}
	if b, known := r.SmoothBreakdownFLCI.Get(); known {
		out.say("偏离的斜率每期变化不超过%s时，仍可认为有效果。", "It stays so while the slope of the violation changes by at most %s a period.", c.amount("coefficient", b))
	}
	out.say("偏离会有多大，数据不能证明，要靠对当地情况的了解来判断。", "How large violations are the data cannot prove: that takes knowledge of the place.")
	return out
}

func drawHonest(_ *Call, o *Object, p *picture) error {
	sets, ok := o.values["relative_magnitudes"].(*Object)
	if !ok {
		return pipelines.Errorf("there is no set")
	}
	at := sets.column("c_lf", "Mbar")
	p.across(0, grey, nil)
	if err := p.bars(at, sets.column("c_lf", "low"), sets.column("c_lf", "high"), blue, 1, false); err != nil {
		return err
	}
	if err := p.bars(at, sets.column("rows", "identified_low"), sets.column("rows", "identified_high"), orange, 3, false); err != nil {
		return err
	}
	if theta, known := o.values["theta"].(estimate.Number); known && theta.Known {
		p.across(theta.Value, grey, dotted)
	}
	if len(at) > 0 {
		p.X.Min, p.X.Max = slices.Min(at)-.25, slices.Max(at)+.25
	}
	p.axes("violation after the start, in largest changes before", "effect")
	return nil
}
