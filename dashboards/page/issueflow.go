package page

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"hulian/dashboards/chart"
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

func steps() []string {
	var ids []string
	for _, s := range flow.Steps {
		ids = append(ids, s.Measure())
	}
	return ids
}

func (r Request) stepName(s flow.Step) string { return stages[int(s)+1].name.In(r.Lang) }

const passagesSQL = `
select f.village_id, f.branch_id, f.category, f.reported_at, f.classified_at, f.routed_at, f.resolved_at, f.fed_back_at
from issue_flow f
where f.month between ? and ? and f.state <> 'unknown'
order by f.issue_id`

// passing is how long the steps take here and where they hold issues up, among the issues of the last months.
type passing struct {
	all, own  []flow.Issue // reported in the window: of the town, of the page's unit
	from      string       // first month of the window
	end       time.Time
	steps     []flow.All // of the town, by step
	lags      []flow.Lag
	worst     flow.Lag
	held      bool   // worst is a bottleneck
	benchmark string // what the steps are held against
}

// window reads the issues reported in the last months.
func (r Request) window(ctx context.Context) (passing, error) {
	p := passing{from: max(monthAdd(r.Month, 1-r.Programme.Issues.SurvivalMonths), r.FirstMonth), end: r.CutOff.AddDate(0, 0, 1), benchmark: r.Town.Name}
	table, err := r.Data.Query(ctx, passagesSQL, p.from, r.Month)
	if err != nil {
		return p, fmt.Errorf("read how issues passed the steps: %w", err)
	}
	for _, row := range read(table) {
		p.all = append(p.all, flow.Issue{Village: row.text("village_id"), Branch: row.text("branch_id"), Category: row.text("category"), Reported: row.time("reported_at"),
			Classified: row.time("classified_at"), Routed: row.time("routed_at"), Resolved: row.time("resolved_at"), FedBack: row.time("fed_back_at")})
	}
	p.own = slices.DeleteFunc(slices.Clone(p.all), func(i flow.Issue) bool { return !r.holds(i) })
	return p, nil
}

// passing reads the issues of the window and sets every step against its benchmark: a village or branch against the
// town, the town against the half of its villages that is faster at the step.
func (r Request) passing(ctx context.Context) (passing, error) {
	p, err := r.window(ctx)
	if err != nil {
		return p, err
	}
	if r.Unit().Level == LevelTown {
		p.benchmark = r.T("较快的一半村", "the faster half of the villages")
	}
	for _, s := range flow.Steps {
		p.steps = append(p.steps, flow.AllOf(p.all, s, p.end))
		against := p.steps[s].Time
		if r.Unit().Level == LevelTown {
			against = flow.TimeOf(flow.BetterHalf(p.all, s, r.Programme.Reading.MinimumBase, p.end), s, p.end)
		}
		p.lags = append(p.lags, p.lag(p.own, against))
	}
	if !r.tooPoor(r.Unit()) {
		p.worst, p.held = flow.Bottleneck(p.lags, r.Programme.Reading.MinimumBase)
	}
	return p, nil
}

// holds reports whether an issue belongs to the page's unit.
func (r Request) holds(i flow.Issue) bool {
	switch u := r.Unit(); u.Level {
	case LevelBranch:
		return i.Branch == u.ID
	case LevelVillage:
		return i.Village == u.ID
	default:
		return true
	}
}

// lag sets a step of some issues against a benchmark, and tests them against all others of the town.
func (p passing) lag(own []flow.Issue, against flow.Time) flow.Lag {
	l := flow.LagOf(own, against, p.end)
	l.Test(p.steps[against.Step])
	return l
}

// bottleneckSentences name the step that holds issues up, by how many days and how many issues against what, how sure
// that is, and, for the town, the village where it shows most.
func (r Request) bottleneckSentences(p passing, places []slow) []string {
	switch {
	case len(p.own) == 0:
		return nil
	case r.tooPoor(r.Unit()):
		return []string{r.T("数据不足以判断哪一步是瓶颈。", "The data are too poor to name a bottleneck.")}
	case !p.held:
		return []string{r.Tf("没有一步明显慢于%s（%s 至 %s 上报的问题）。", "No step is visibly slower than in %s (issues reported %s to %s).", p.benchmark, p.from, r.Month)}
	}
	w := p.worst
	said := r.Tf("瓶颈是“%s”：", "The bottleneck is “%s”: ", r.stepName(w.Step))
	if days, ok := w.Days.Get(); ok {
		said += r.Tf("中位 %s 天（95 %% 区间 %s），比%s（%s 天）多 %s 天；", "%[1]s days at the median (95 %% interval %[2]s), against %[4]s in %[3]s: %[5]s days more; ",
			Decimal(w.Median.Value, 1), daysInterval(w.Time), p.benchmark, Decimal(w.Against.Median.Value, 1), Decimal(days, 1))
	} else {
		said += r.Tf("一半以上还没有走完，而%s中位只要 %s 天；", "more than half have not passed it, against %[2]s days at the median in %[1]s; ", p.benchmark, Decimal(w.Against.Median.Value, 1))
	}
	if w.Issues < 0.5 {
		said += r.Tf("进入这一步的 %d 件中 %d 件还在等，不多于照%s的速度应在等的件数。", "of the %d issues that came to this step %d wait, no more than at the pace of %s.", w.Entered, w.Waiting(), p.benchmark)
	} else {
		said += r.Tf("进入这一步的 %d 件中 %d 件还在等，照%s的速度应只有 %s 件，多 %s 件。", "of the %d issues that came to this step %d wait; at the pace of %s it would be %s, so %s too many.",
			w.Entered, w.Waiting(), p.benchmark, Decimal(float64(w.Waiting())-w.Issues, 0), Decimal(w.Issues, 0))
	}
	if chance, ok := w.P.Get(); ok {
		said += r.T("", " ") + r.chance(chance)
	}
	for _, place := range places {
		if place.unit && place.held && place.lag.Step == w.Step && place.lag.P.Or(1) < beyondChance {
			lag := place.lag
			said += r.T("", " ") + r.Tf("最突出的是%s：中位 %s，多等 %s 件。", "It shows most in %s: %s at the median, %s too many waiting.", place.name, r.daysText(lag.Median), Decimal(lag.Issues, 0))
			break
		}
	}
	return []string{said}
}

// beyondChance is the p below which a difference is called more than chance.
const beyondChance = 0.05

// chance says whether a difference is more than chance.
func (r Request) chance(p float64) string {
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

func (r Request) daysText(n estimate.Number) string {
	if x, ok := n.Get(); ok {
		return Decimal(x, 1) + r.T(" 天", " days")
	}
	return r.T("未达到", "not reached")
}

// daysInterval writes the limits of a median; an upper one the curve does not reach is open.
func daysInterval(t flow.Time) string {
	return cmp.Or(reading.Range(t.Low.Or(math.NaN()), t.High.Or(math.NaN()), 1), missing)
}

// timed finds the step a measure is the median of.
func timed(m queries.Measure) (flow.Step, bool) {
	for _, s := range append(slices.Clone(flow.Steps), flow.Whole) {
		if s.Measure() == m.ID {
			return s, true
		}
	}
	return 0, false
}

// sortedByUnit sorts issues by their villages and by their branches.
func sortedByUnit(issues []flow.Issue) map[string][]flow.Issue {
	all := map[string][]flow.Issue{}
	for _, i := range issues {
		all[i.Village] = append(all[i.Village], i)
		if i.Branch != i.Village {
			all[i.Branch] = append(all[i.Branch], i)
		}
	}
	return all
}

// addMedianIntervals gives the medians of a table of units their intervals, in the column given: the long table holds none.
func (r Request) addMedianIntervals(t *Table, column int, p passing, s flow.Step) {
	add := func(issues []flow.Issue, c *Cell) {
		if time := flow.TimeOf(issues, s, p.end); time.Entered > 0 {
			c.Interval = daysInterval(time)
		}
	}
	units := sortedByUnit(p.own)
	for i, u := range r.Below() {
		add(units[u.ID], &t.Rows[i][column])
	}
	add(p.own, &t.Total[column])
}

// timeCell shows the median of a step with its interval and what it stands on.
func (r Request) timeCell(t flow.Time) Cell {
	if t.Entered == 0 {
		return Cell{Text: missing}
	}
	c := Cell{Text: r.daysText(t.Median), Base: Base(float64(t.Ended), float64(t.Entered)), Num: plainNumber(float64(t.Ended), 0), Den: plainNumber(float64(t.Entered), 0), Interval: daysInterval(t)}
	if x, ok := t.Median.Get(); ok {
		c.Text, c.Value = Decimal(x, 1), plainNumber(x, 1)
	}
	if t.Entered < r.Programme.Reading.MinimumBase {
		c.Tone = ToneQuiet
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
func (r Request) slowPlaces(p passing) []slow {
	var all []slow
	add := func(s slow, own []flow.Issue) {
		if len(own) == 0 {
			return
		}
		var lags []flow.Lag
		for _, step := range flow.Steps {
			lags = append(lags, p.lag(own, p.steps[step].Time))
		}
		s.lag = lags[flow.Resolve]
		if worst, ok := flow.Bottleneck(lags, r.Programme.Reading.MinimumBase); ok && !s.poor {
			s.lag, s.held = worst, true
		}
		all = append(all, s)
	}
	units, categories := sortedByUnit(p.own), map[string][]flow.Issue{}
	for _, i := range p.own {
		categories[i.Category] = append(categories[i.Category], i)
	}
	for _, u := range r.Below() {
		add(slow{name: u.Name, link: r.Link("issues", InUnit(u)), unit: true, poor: r.tooPoor(u)}, units[u.ID])
	}
	for _, c := range slices.Sorted(maps.Keys(categories)) {
		add(slow{name: r.word("issues", "category", c)}, categories[c])
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
func (r Request) slowTable(p passing, places []slow) *Table {
	tested := 0.0
	for _, s := range places {
		if s.held && s.lag.P.Known {
			tested++
		}
	}
	t := &Table{ID: "bottlenecks", Stacked: true, Title: r.T("卡在哪里：各单位、各类问题的瓶颈", "Where issues get stuck: bottlenecks by place and category"),
		Note: r.Tf("%s 至 %s 上报的问题，与全镇同一步相比。多等的件数 = 还在等的件数 − 按全镇速度应在等的件数。把握：log-rank 检验；同时比较 %s 处，约 %s 处会仅凭偶然显得超出。",
			"Issues reported %s to %s, each step against the same in the whole town. Too many waiting = waiting − what would wait at the town's pace. How sure: log-rank test; of %s compared about %s look beyond chance by chance alone.", p.from, r.Month, Count(tested), Decimal(tested*beyondChance, 1)),
		Columns: []Column{text(r.T("单位或类别", "Place or category")), text(r.T("瓶颈", "Bottleneck")), r.daysColumn(r.T("本处", "here")), number(r.T("全镇", "Town")), number(r.T("多用天数", "Days more")), number(r.T("还在等", "Waiting")), number(r.T("多等件数", "Too many")), text(r.T("把握", "How sure"))}}
	for _, s := range places {
		row := []Cell{{Text: s.name, Link: s.link}, {Text: r.T("各步不慢于全镇", "no step slower than the town"), Tone: ToneQuiet}, {}, {}, {}, {}, {}, {}}
		switch l := s.lag; {
		case s.poor:
			row[1].Text = r.T("数据不足以判断", "data too poor to judge")
		case l.Entered < r.Programme.Reading.MinimumBase && !s.held:
			row[1].Text = r.T("件数少，不作判断", "few issues, not judged")
		case s.held:
			row[1] = Cell{Text: r.stepName(l.Step)}
			row[2], row[3] = r.timeCell(l.Time), Cell{Text: r.daysText(l.Against.Median), Value: plainNumber(l.Against.Median.Or(0), 1)}
			row[4], row[5], row[6] = Cell{Text: r.T("过半未完成", "over half not done")}, countCell(float64(l.Waiting())), decimalCell(l.Issues, 0)
			if days, ok := l.Days.Get(); ok {
				row[4] = decimalCell(days, 1)
			}
			if chance, ok := l.P.Get(); ok {
				row[7] = Cell{Text: strings.TrimSuffix(strings.TrimSuffix(r.chance(chance), "。"), ".")}
				if chance < beyondChance {
					row[1].Tone = ToneWorse
				}
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// stepReading is the reading of a step's measure, the same as everywhere.
func (r Request) stepCell(own measured, p passing, s flow.Step) Cell {
	c := r.readCell(own.series(s.Measure(), r.Unit().ID, r.MonthsUpTo()))
	c.Interval = daysInterval(p.lags[s].Time)
	if p.lags[s].Entered == 0 {
		c.Interval = ""
	}
	return c
}

func (r Request) flowTable(c flowCounts, own measured, p passing) Table {
	measure, _ := queries.MeasureOf(flow.Resolve.Measure())
	t := Table{ID: "flow", Stacked: true, Title: r.T("五步走：件数与中位用时", "The five steps: issues and median days"),
		Columns: []Column{text(r.T("步骤", "Step")), number(r.T("到达件数", "Reached")), number(r.T("等待此步", "Waiting for it")), r.daysColumn(r.Unit().Name),
			{Title: capital(p.benchmark), Unit: strings.TrimSpace(r.suffix(measure.Unit)), Kind: ColumnRate}, number(r.T("多用天数", "Days more")), number(r.T("多等件数", "Too many waiting"))}}
	t.Columns[3].Read = true
	for i, s := range stages {
		line := []Cell{{Text: s.name.In(r.Lang)}, countCell(c.reached[i]), {Text: missing}, {Text: missing}, {Text: missing}, {Text: missing}, {Text: missing}}
		if i > 0 {
			l := p.lags[i-1]
			line[2], line[3], line[4] = countCell(c.waiting[i]), r.stepCell(own, p, l.Step), r.timeCell(l.Against)
			if days, ok := l.Days.Get(); ok {
				line[5], line[6] = decimalCell(days, 1), decimalCell(l.Issues, 0)
			}
			if p.held && p.worst.Step == l.Step {
				line[0].Note, line[0].Tone = r.T("瓶颈", "bottleneck"), ToneWorse
			}
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

func (r Request) daysColumn(of string) Column {
	return Column{Title: r.Tf("中位用时 · %s", "Median days · %s", of), Unit: r.T("天", "days"), Kind: ColumnRate}
}

// flowChart draws the five steps as bands, each step named with its time; the bottleneck is grey.
func (r Request) flowChart(c flowCounts, p passing) (chart.Chart, error) {
	waiting := []string{"", r.T("待分类", "Not classified"), r.T("待流转", "Not routed"), r.T("待办结", "Not resolved"), r.T("待反馈", "Not fed back")}
	drawn := chart.Flow{ID: "flow", Label: r.T("五步走：从收集到反馈各步的件数与用时", "Issues from collection to feedback, step by step, with the days each takes")}
	names := make([]string, len(stages))
	for i, s := range stages {
		names[i] = s.name.In(r.Lang)
		colour := chart.Blue
		if i > 0 && p.lags[i-1].Entered > 0 {
			names[i] += r.T("（", " (") + r.daysText(p.lags[i-1].Median) + r.T("）", ")")
			if p.held && p.worst.Step == p.lags[i-1].Step {
				colour = chart.Dark
			}
		}
		drawn.Steps = append(drawn.Steps, chart.Step{Name: names[i], Depth: i, Colour: colour})
	}
	for i := range stages {
		for j := range stages {
			drawn.Passages = append(drawn.Passages, chart.Passage{From: names[i], To: names[j], Count: c.passages[i][j]})
		}
		if i > 0 {
			drawn.Steps = append(drawn.Steps, chart.Step{Name: waiting[i], Depth: i, Colour: chart.Orange})
			drawn.Passages = append(drawn.Passages, chart.Passage{From: names[i-1], To: waiting[i], Count: c.waiting[i]})
		}
	}
	return drawn.Draw()
}
