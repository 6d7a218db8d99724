package work

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/flow"
	"hulian/queries/reading"
	"hulian/queries/stats/estimate"
)

// A stage is one of the five steps an issue passes: collected, classified, routed, resolved, fed back.
type stage struct {
	name    data.Text
	measure string // days from the stage before, as a median
}

var stages = []stage{
	{name: data.Text{Zh: "收集", En: "Collected"}},
	{data.Text{Zh: "分类", En: "Classified"}, flow.Classify.Measure()},
	{data.Text{Zh: "流转", En: "Routed"}, flow.Route.Measure()},
	{data.Text{Zh: "办结", En: "Resolved"}, flow.Resolve.Measure()},
	{data.Text{Zh: "反馈", En: "Fed back"}, flow.Feedback.Measure()},
}

// Steps are the measures of how many issues reached each of the five steps.
func Steps() []string {
	var ids []string
	for _, s := range flow.Steps {
		ids = append(ids, s.Measure())
	}
	return ids
}

func stepName(r block.Request, s flow.Step) string { return stages[int(s)+1].name.In(r.Lang) }

// passing is how long the steps take here and where they hold issues up, among the issues of the last months.
type passing struct {
	all, Own  []*flow.Issue // reported in the window: of the town, of the page's unit
	from      string        // first month of the window
	End       time.Time
	steps     []flow.All // of the town, by step
	lags      []flow.Lag
	worst     flow.Lag
	held      bool   // worst is a bottleneck
	benchmark string // what the steps are held against
	untold    map[flow.Step]bool
}

// untoldSteps are the steps of which nobody knows how far issues came, because the files do not give their columns. An issue
// whose classification nobody was asked for does not wait to be classified.
func untoldSteps(ctx context.Context, r block.Request) (map[flow.Step]bool, error) {
	u := r.Unit()
	own, err := r.Values(ctx, r.Visitor, facts.Scope{Level: u.Level, Unit: u.ID, From: r.Month, To: r.Month}, Steps()...)
	if err != nil {
		return nil, err
	}
	untold := map[flow.Step]bool{}
	for _, s := range flow.Steps {
		if own.At(s.Measure(), u.ID, r.Month).Reason == "column" {
			untold[s] = true
		}
	}
	return untold, nil
}

// Window reads the issues reported in the last months.
func Window(ctx context.Context, r block.Request) (passing, error) {
	p := passing{from: max(facts.MonthAdd(r.Month, 1-r.Programme.Issues.SurvivalMonths), r.FirstMonth), End: r.CutOff.AddDate(0, 0, 1), benchmark: r.Town.Name}
	var err error
	if p.all, err = r.Passages(ctx, r.Visitor, p.from, r.Month); err != nil {
		return p, err
	}
	p.Own = p.all
	if r.Unit().Level != facts.LevelTown {
		p.Own = slices.DeleteFunc(slices.Clone(p.all), func(i *flow.Issue) bool { return !holds(r, i) })
	}
	return p, nil
}

// WindowAhead reads what window does, for a part of the report to find it. That shows no issues of a place without units below it.
func WindowAhead(ctx context.Context, r block.Request) error {
	if len(r.Below()) == 0 {
		return nil
	}
	_, err := Window(ctx, r)
	return err
}

// passing reads the issues of the window and sets every step against its benchmark: a village or branch against the
// town, the town against the half of its villages that is faster at the step.
func readPassing(ctx context.Context, r block.Request) (passing, error) {
	p, err := Window(ctx, r)
	if err != nil {
		return p, err
	}
	if r.Unit().Level == facts.LevelTown {
		p.benchmark = r.T("较快的一半村", "the faster half of the villages")
	}
	var villages map[string][]*flow.Issue
	if r.Unit().Level == facts.LevelTown {
		villages = flow.ByVillage(p.all)
	}
	for _, s := range flow.Steps {
		p.steps = append(p.steps, flow.AllOf(p.all, s, p.End))
		whole := p.steps[s].Time
		if r.Unit().Level != facts.LevelTown {
			p.lags = append(p.lags, p.lag(p.Own, whole))
			continue
		}
		better := flow.TimeOf(flow.BetterHalf(villages, s, r.Programme.Reading.MinimumBase, p.End), s, p.End)
		lag := whole.Beside(better, p.all, p.End)
		lag.Test(p.steps[s])
		p.lags = append(p.lags, lag)
	}
	if p.untold, err = untoldSteps(ctx, r); err != nil {
		return p, err
	}
	if !r.TooPoor(r.Unit(), r.Month) && len(p.untold) == 0 {
		p.worst, p.held = flow.Bottleneck(p.lags, r.Programme.Reading.MinimumBase)
	}
	return p, nil
}

// counted reports whether it is known how many issues passed a step: those resolved and fed back are told by columns of their own.
func (p passing) counted(s flow.Step) bool {
	return !p.untold[s] || s == flow.Resolve || s == flow.Feedback
}

// untoldNamed names the steps of which nothing is known; where how many passed is known of all, those whose days are not.
func (p passing) untoldNamed(r block.Request) string {
	var names []string
	all := !slices.ContainsFunc(flow.Steps, func(s flow.Step) bool { return !p.counted(s) })
	for _, s := range flow.Steps {
		if p.untold[s] && (all || !p.counted(s)) {
			names = append(names, r.T("“", "“")+stepName(r, s)+r.T("”", "”"))
		}
	}
	return strings.Join(names, r.T("", ", "))
}

// holds reports whether an issue belongs to the page's unit.
func holds(r block.Request, i *flow.Issue) bool {
	switch u := r.Unit(); u.Level {
	case facts.LevelBranch:
		return i.Branch == u.ID
	case facts.LevelVillage:
		return i.Village == u.ID
	default:
		return true
	}
}

// lag sets a step of some issues against a benchmark, and tests them against all others of the town.
func (p passing) lag(own []*flow.Issue, against flow.Time) flow.Lag {
	l := flow.LagOf(own, against, p.End)
	l.Test(p.steps[against.Step])
	return l
}

// bottleneckSentences name the step that holds issues up, by how many days and how many issues against what, how sure
// that is, and, for the town, the village where it shows most.
func bottleneckSentences(r block.Request, p passing, places []slow) []string {
	switch {
	case len(p.Own) == 0:
		return nil
	case r.TooPoor(r.Unit(), r.Month):
		return []string{r.T("数据不足以判断哪一步是瓶颈。", "The data are too poor to name a bottleneck.")}
	case len(p.untold) > 0:
		return []string{r.Tf("没有%s的数据，不知道哪一步是瓶颈。", "Nothing is known of %s: where issues get stuck is not known.", p.untoldNamed(r))}
	case !p.held:
		return []string{r.Tf("没有一步明显慢于%s（%s 至 %s 上报的问题）。", "No step is visibly slower than in %s (issues reported %s to %s).", p.benchmark, p.from, r.Month)}
	}
	w := p.worst
	said := r.Tf("瓶颈是“%s”：", "The bottleneck is “%s”: ", stepName(r, w.Step))
	if days, ok := w.Days.Get(); ok {
		said += r.Tf("中位 %s 天（95%% 区间 %s），与%s（%s 天）相比多 %s 天；", "%[1]s days at the median (95%% interval %[2]s), against %[4]s in %[3]s: %[5]s days more; ",
			reading.Decimal(w.Median.Value, 1), DaysInterval(w.Time), p.benchmark, reading.Decimal(w.Against.Median.Value, 1), reading.Decimal(days, 1))
	} else {
		said += r.Tf("一半以上还没有走完，而%s中位只要 %s 天；", "more than half have not passed it, against %[2]s days at the median in %[1]s; ", p.benchmark, reading.Decimal(w.Against.Median.Value, 1))
	}
	if w.Issues < 0.5 {
		said += r.Tf("进入这一步的 %d 件中 %d 件还在等，不多于照%s的速度应在等的件数。", "of the %d issues that came to this step %d wait, no more than at the pace of %s.", w.Entered, w.Waiting(), p.benchmark)
	} else {
		said += r.Tf("进入这一步的 %d 件中 %d 件还在等，照%s的速度应只有 %s 件，多 %s 件。", "of the %d issues that came to this step %d wait; at the pace of %s it would be %s, so %s too many.",
			w.Entered, w.Waiting(), p.benchmark, reading.Decimal(float64(w.Waiting())-w.Issues, 0), reading.Decimal(w.Issues, 0))
	}
	if chance, ok := w.P.Get(); ok {
		said += r.T("", " ") + chanceSaid(r, chance)
	}
	for _, place := range places {
		if place.unit && place.held && place.lag.Step == w.Step && place.lag.P.Or(1) < beyondChance {
			lag := place.lag
			said += r.T("", " ") + r.Tf("最突出的是%s：中位 %s，多等 %s 件。", "It shows most in %s: %s at the median, %s too many waiting.", place.name, daysText(r, lag.Median), reading.Decimal(lag.Issues, 0))
			break
		}
	}
	return []string{said}
}

// beyondChance is the p below which a difference is called more than chance.
const beyondChance = 0.05

// chance says whether a difference is more than chance.
func chanceSaid(r block.Request, p float64) string {
	if p < beyondChance {
		return r.Tf("差别超出偶然（log-rank，p %s）。", "The difference is more than chance (log-rank, p %s).", equals(p))
	}
	return r.Tf("差别可能只是偶然（log-rank，p %s）。", "The difference may be chance alone (log-rank, p %s).", equals(p))
}

func equals(p float64) string {
	if s := reading.P(p); strings.HasPrefix(s, "<") {
		return s
	}
	return "= " + reading.P(p)
}

func daysText(r block.Request, n estimate.Number) string {
	if x, ok := n.Get(); ok {
		return reading.Decimal(x, 1) + r.T(" 天", " days")
	}
	return r.T("未达到", "not reached")
}

// DaysInterval writes the limits of a median; an upper one the curve does not reach is open.
func DaysInterval(t flow.Time) string {
	return cmp.Or(reading.Range(t.Low.Or(math.NaN()), t.High.Or(math.NaN()), 1), reading.Missing)
}

// Timed finds the step a measure is the median of.
func Timed(m queries.Measure) (flow.Step, bool) {
	for _, s := range append(slices.Clone(flow.Steps), flow.Whole) {
		if s.Measure() == m.ID {
			return s, true
		}
	}
	return 0, false
}

// sortedByUnit sorts issues by their villages and by their branches.
func sortedByUnit(issues []*flow.Issue) map[string][]*flow.Issue {
	many := map[string]int{} // counted first: so many issues are not to be copied while the lists grow
	for i := range issues {
		many[issues[i].Village]++
		if issues[i].Branch != issues[i].Village {
			many[issues[i].Branch]++
		}
	}
	all := make(map[string][]*flow.Issue, len(many))
	for unit, n := range many {
		all[unit] = make([]*flow.Issue, 0, n)
	}
	for _, i := range issues {
		all[i.Village] = append(all[i.Village], i)
		if i.Branch != i.Village {
			all[i.Branch] = append(all[i.Branch], i)
		}
	}
	return all
}

// addMedianIntervals gives the medians of a table of issuesByUnit their intervals: the long table holds none.
func addMedianIntervals(r block.Request, t *view.Table, p passing) {
	column := 1 + slices.Index(IssuesByUnit, flow.Whole.Measure())
	add := func(issues []*flow.Issue, c *view.Cell) {
		if time := flow.TimeOf(issues, flow.Whole, p.End); time.Entered > 0 {
			c.Interval = DaysInterval(time)
		}
	}
	units := sortedByUnit(p.Own)
	for i, u := range r.Below() {
		add(units[u.ID], &t.Rows[i][column])
	}
	add(p.Own, &t.Total[column])
}

// timeCell shows the median of a step with its interval and what it stands on.
func timeCell(r block.Request, t flow.Time) view.Cell {
	if t.Entered == 0 {
		return view.Cell{Text: reading.Missing}
	}
	c := view.Cell{Text: daysText(r, t.Median), Base: reading.Base(float64(t.Ended), float64(t.Entered)), Num: reading.Plain(float64(t.Ended), 0), Den: reading.Plain(float64(t.Entered), 0), Interval: DaysInterval(t)}
	if x, ok := t.Median.Get(); ok {
		c.Text, c.Value = reading.Decimal(x, 1), reading.Plain(x, 1)
	}
	if t.Entered < r.Programme.Reading.MinimumBase {
		c.Tone = view.ToneQuiet
	}
	return c
}

// slow is one unit or category with its bottleneck against the town.
type slow struct {
	name, link string
	unit       bool
	poor       bool
	held       bool
	lag        flow.Lag // of the bottleneck; of the resolving step where there is none
}

// slowPlaces find the bottleneck of every unit below the page's and of every category, against the same in the town;
// the units and the categories each by how many issues too many wait.
func slowPlaces(r block.Request, p passing) []slow {
	var all []slow
	add := func(s slow, own []*flow.Issue) {
		if len(own) == 0 {
			return
		}
		var lags []flow.Lag
		for _, step := range flow.Steps {
			lags = append(lags, p.lag(own, p.steps[step].Time))
		}
		s.lag = lags[flow.Resolve]
		if worst, ok := flow.Bottleneck(lags, r.Programme.Reading.MinimumBase); ok && !s.poor && len(p.untold) == 0 {
			s.lag, s.held = worst, true
		}
		all = append(all, s)
	}
	units, categories := sortedByUnit(p.Own), map[string][]*flow.Issue{}
	for _, i := range p.Own {
		categories[i.Category] = append(categories[i.Category], i)
	}
	for _, u := range r.Below() {
		add(slow{name: u.Name, link: r.Link("issues", question.InUnit(u)), unit: true, poor: r.TooPoor(u, r.Month)}, units[u.ID])
	}
	for _, c := range slices.Sorted(maps.Keys(categories)) {
		add(slow{name: r.Word("issues", "category", c)}, categories[c])
	}
	slices.SortStableFunc(all, func(a, b slow) int {
		switch {
		case a.unit != b.unit:
			return order(a.unit)
		case a.held != b.held:
			return order(a.held)
		case a.lag.Issues > b.lag.Issues:
			return -1
		case a.lag.Issues < b.lag.Issues:
			return 1
		}
		return 0
	})
	return all
}

func order(first bool) int {
	if first {
		return -1
	}
	return 1
}

// slowTable writes them out.
func slowTable(r block.Request, p passing, places []slow) *view.Table {
	tested := 0.0
	for _, s := range places {
		if s.held && s.lag.P.Known {
			tested++
		}
	}
	compared := r.T("没有一处慢到需要检验。", "No place was slow enough to be tested.")
	if tested > 0 {
		compared = r.Tf("把握：log-rank 检验；同时比较 %s 处，约 %s 处会仅凭偶然显得超出。", "How sure: log-rank test; of %s compared about %s look beyond chance by chance alone.",
			reading.Count(tested), reading.Decimal(tested*beyondChance, 1))
	}
	t := &view.Table{ID: "bottlenecks", Stacked: true, Folded: true, PageRows: fewRows, Title: r.T("卡在哪里：各单位、各类问题的瓶颈", "Where issues get stuck: bottlenecks by place and category"),
		Note: r.Tf("%s 至 %s 上报的问题，与全镇同一步相比。多等的件数 = 还在等的件数 − 按全镇速度应在等的件数。",
			"Issues reported %s to %s, each step against the same in the whole town. Too many waiting = waiting − what would wait at the town's pace.", p.from, r.Month) + r.T("", " ") + compared,
		Columns: []view.Column{view.Words(r.T("单位或类别", "Place or category")), view.Words(r.T("瓶颈", "Bottleneck")), daysColumn(r, r.T("本处", "here")), view.Number(r.T("全镇", "Town")), view.Number(r.T("多用天数", "Days more")), view.Number(r.T("还在等", "Waiting")), view.Number(r.T("多等件数", "Too many")), view.Words(r.T("把握", "How sure"))}}
	for _, s := range places {
		row := []view.Cell{{Text: s.name, Link: s.link}, {Text: r.T("各步不慢于全镇", "no step slower than the town"), Tone: view.ToneQuiet}, {}, {}, {}, {}, {}, {}}
		switch l := s.lag; {
		case s.poor:
			row[1].Text = r.T("数据不足以判断", "data too poor to judge")
		case l.Entered < r.Programme.Reading.MinimumBase && !s.held:
			row[1].Text = r.T("件数少，不作判断", "few issues, not judged")
		case s.held:
			row[1] = view.Cell{Text: stepName(r, l.Step)}
			row[2], row[3] = timeCell(r, l.Time), view.Cell{Text: daysText(r, l.Against.Median), Value: reading.Plain(l.Against.Median.Or(0), 1)}
			row[4], row[5], row[6] = view.Cell{Text: r.T("过半未完成", "over half not done")}, view.Count(float64(l.Waiting())), view.Decimal(l.Issues, 0)
			if days, ok := l.Days.Get(); ok {
				row[4] = view.Decimal(days, 1)
			}
			if chance, ok := l.P.Get(); ok {
				row[7] = view.Cell{Text: strings.TrimSuffix(strings.TrimSuffix(chanceSaid(r, chance), "。"), ".")}
				if chance < beyondChance {
					row[1].Tone = view.ToneWorse
				}
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// stepReading is the reading of a step's measure, the same as everywhere.
func stepCell(r block.Request, own facts.Measured, p passing, s flow.Step) view.Cell {
	c := block.ReadCell(r, own.Series(s.Measure(), r.Unit().ID, r.MonthsUpTo()))
	c.Interval = DaysInterval(p.lags[s].Time)
	if p.lags[s].Entered == 0 {
		c.Interval = ""
	}
	return c
}

func flowTable(r block.Request, c flowCounts, own facts.Measured, p passing) view.Table {
	measure, _ := queries.MeasureOf(flow.Resolve.Measure())
	t := view.Table{ID: "flow", Stacked: true, Title: r.T("五步走：件数与中位用时", "The five steps: issues and median days"),
		Columns: []view.Column{view.Words(r.T("步骤", "Step")), view.Number(r.T("到达件数", "Reached")), view.Number(r.T("等待此步", "Waiting for it")), daysColumn(r, r.Unit().Name),
			{Title: language.Capital(p.benchmark), Unit: strings.TrimSpace(r.Suffix(measure.Unit)), Kind: view.ColumnRate}, view.Number(r.T("多用天数", "Days more")), view.Number(r.T("多等件数", "Too many waiting"))}}
	t.Columns[3].Read = true
	for i, s := range stages {
		line := []view.Cell{{Text: s.name.In(r.Lang)}, view.Count(c.reached[i]), {Text: reading.Missing}, {Text: reading.Missing}, {Text: reading.Missing}, {Text: reading.Missing}, {Text: reading.Missing}}
		if i > 0 {
			l := p.lags[i-1]
			line[2], line[3], line[4] = view.Count(c.waiting[i]), stepCell(r, own, p, l.Step), timeCell(r, l.Against)
			if days, ok := l.Days.Get(); ok {
				line[5], line[6] = view.Decimal(days, 1), view.Decimal(l.Issues, 0)
			}
			if p.untold[l.Step] {
				line[2] = view.Plain(reading.Missing)
				if !p.counted(l.Step) {
					line[1] = view.Plain(reading.Missing)
				}
			}
			if p.held && p.worst.Step == l.Step {
				line[0].Note, line[0].Tone = r.T("瓶颈", "bottleneck"), view.ToneWorse
			}
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

func daysColumn(r block.Request, of string) view.Column {
	return view.Column{Title: r.Tf("中位用时 · %s", "Median days · %s", of), Unit: r.T("天", "days"), Kind: view.ColumnRate}
}
