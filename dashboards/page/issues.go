package page

import (
	"context"
	"fmt"
	"math"

	"hulian/dashboards/chart"
	"hulian/data"
)

func issuesPage() Page {
	return Page{
		ID: "issues", Path: "/issues", Group: GroupMonth, Takes: ByMonth | ByVillage | ByBranch,
		Title:    data.Text{Zh: "群众问题", En: "Issues"},
		Question: data.Text{Zh: "问题卡在五步中的哪一步、哪个村、哪一类？是否真的解决了？", En: "Where do issues get stuck, by step, village and category? Are they really solved?"},
		Build:    buildIssues,
	}
}

// issueMeasures are the tiles of the page, in the order of the five steps.
var issueMeasures = []string{
	"issues_reported", "resolution_rate", "resolution_rate_cumulative", "on_time_rate", "feedback_rate",
	"satisfaction_rate", "on_the_spot_rate", "days_to_resolve_median", "overdue_issues", "supervised_rate", "reopen_rate", "repeat_rate",
}

func buildIssues(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.heading()}
	own, err := r.values(ctx, r.hereAlways(), append(steps(), issueMeasures...)...)
	if err != nil {
		return v, err
	}
	var tiles []Stat
	for _, id := range issueMeasures {
		tiles = append(tiles, r.readStat(own, id))
	}
	v.Blocks = append(v.Blocks, Stats{tiles})
	flow, sentences, err := r.flow(ctx, own)
	if err != nil {
		return v, err
	}
	v.Sentences = sentences
	v.Blocks = append(v.Blocks, flow...)
	satisfaction, err := r.satisfaction(ctx)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, satisfaction...)
	for _, part := range []func(context.Context) (Block, error){r.ageing, r.categories} {
		block, err := part(ctx)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, block)
	}
	trend, err := r.trend(own, "trend", r.T("按期办结、反馈与满意度", "On time, fed back, satisfied"), "on_time_rate", "feedback_rate", "satisfaction_rate")
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, trend)
	if len(r.Below()) > 0 {
		table, err := r.unitTable(ctx, "units", "issues_reported", "resolution_rate_cumulative", "on_time_rate", "feedback_rate", "satisfaction_rate", "days_to_resolve_median", "overdue_issues")
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, table)
	}
	overdue, err := r.overdue(ctx)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, overdue)
	return v, nil
}

// A stage is one of the five steps an issue passes: collected, classified, routed, resolved, fed back.
type stage struct {
	name    data.Text
	measure string // days from the stage before, as a median
}

var stages = []stage{
	{name: data.Text{Zh: "收集", En: "Collected"}},
	{name: data.Text{Zh: "分类", En: "Classified"}, measure: "step_days_classify"},
	{name: data.Text{Zh: "流转", En: "Routed"}, measure: "step_days_route"},
	{name: data.Text{Zh: "办结", En: "Resolved"}, measure: "step_days_resolve"},
	{name: data.Text{Zh: "反馈", En: "Fed back"}, measure: "step_days_feedback"},
}

func steps() []string {
	var ids []string
	for _, s := range stages {
		if s.measure != "" {
			ids = append(ids, s.measure)
		}
	}
	return ids
}

const flowSQL = `
select f.classified_at is not null as classified, f.routed_at is not null as routed, f.resolved_at is not null as resolved,
    f.fed_back_at is not null as fed_back, count(*) as issues
from issue_flow f
where f.since_start%s
group by f.classified_at is not null, f.routed_at is not null, f.resolved_at is not null, f.fed_back_at is not null
order by classified, routed, resolved, fed_back`

// flowCounts are issues by how far they came. An issue may skip a step: what is solved on the spot is neither classified
// nor routed, so passages lead from each step an issue did pass to the next one it passed.
type flowCounts struct {
	reached  [5]float64    // by step
	waiting  [5]float64    // open issues, by the step they wait for
	passages [5][5]float64 // from step, to step
}

func countFlow(rows []record) flowCounts {
	var c flowCounts
	for _, row := range rows {
		n := row.number("issues")
		passed := [5]bool{true, row.truth("classified"), row.truth("routed"), row.truth("resolved"), row.truth("fed_back")}
		last := 0
		c.reached[0] += n
		for step := 1; step < 5; step++ {
			if passed[step] {
				c.reached[step] += n
				c.passages[last][step] += n
				last = step
			}
		}
		if last < 4 {
			c.waiting[last+1] += n
		}
	}
	return c
}

// flow counts the issues since the start of the programme through the five steps, and names the slowest step.
func (r Request) flow(ctx context.Context, own measured) ([]Block, []string, error) {
	where, args := r.inPlace("f.")
	table, err := r.Data.Query(ctx, fmt.Sprintf(flowSQL, where), args...)
	if err != nil {
		return nil, nil, fmt.Errorf("read the five steps: %w", err)
	}
	counts := countFlow(read(table))
	if counts.reached[0] == 0 {
		return []Block{Callout{Title: r.T("五步走", "The five steps"), Text: r.T("启动以来这里没有收集到群众问题。少不等于好：也可能是没有上报。",
			"No issue has been reported here since the start. Few is not good in itself: it may be silence.")}}, nil, nil
	}
	town, err := r.values(ctx, scope{level: LevelTown, unit: r.Town.ID, from: r.Month, to: r.Month}, steps()...)
	if err != nil {
		return nil, nil, err
	}
	drawn, err := r.flowChart(counts)
	if err != nil {
		return nil, nil, err
	}
	note := r.Tf("自启动以来的件数，截至 %s。当场解决的问题可以不经分类、流转直接办结。用时为最近 %d 个月问题的中位数，未完成的按截止日计入（Kaplan–Meier）。",
		"Issues since the start, as of %s. What is solved on the spot need not be classified or routed. Days are medians over the issues of the last %d months; unfinished ones count up to the cut-off (Kaplan–Meier).",
		r.CutOff.Format("2006-01-02"), r.Programme.Issues.SurvivalMonths)
	figure := &Chart{Title: r.T("五步走：问题走到哪一步、每步用多少天", "The five steps: how far issues came, and in how many days"), Note: note, Chart: drawn, Open: true}
	figure.Table = r.flowTable(counts, own, town)
	return []Block{figure}, r.flowSentences(counts, own, town), nil
}

func (r Request) flowTable(c flowCounts, own, town measured) Table {
	t := Table{ID: "flow", Title: r.T("五步走：件数与中位用时", "The five steps: issues and median days"),
		Columns: []Column{{Title: r.T("步骤", "Step"), Kind: ColumnText}, {Title: r.T("到达件数", "Reached"), Kind: ColumnNumber},
			{Title: r.T("等待此步", "Waiting for it"), Kind: ColumnNumber}, r.daysColumn(r.Unit().Name)}}
	isTown := r.Unit().Level == LevelTown
	if !isTown {
		t.Columns = append(t.Columns, r.daysColumn(r.Town.Name))
	}
	for i, s := range stages {
		line := []Cell{{Text: s.name.In(r.Lang)}, countCell(c.reached[i]), {Text: missing}, {Text: missing}, {Text: missing}}
		if s.measure != "" {
			line[2] = countCell(c.waiting[i])
			line[3] = r.cell(own.at(s.measure, r.Unit().ID, r.Month))
			line[4] = r.cell(town.at(s.measure, r.Town.ID, r.Month))
		}
		t.Rows = append(t.Rows, line[:len(t.Columns)])
	}
	return t
}

func (r Request) daysColumn(of string) Column {
	return Column{Title: r.Tf("中位用时 · %s", "Median days · %s", of), Unit: r.T("天", "days"), Kind: ColumnRate}
}

func (r Request) flowChart(c flowCounts) (chart.Chart, error) {
	waiting := []string{"", r.T("待分类", "Not classified"), r.T("待流转", "Not routed"), r.T("待办结", "Not resolved"), r.T("待反馈", "Not fed back")}
	flow := chart.Flow{ID: "flow", Label: r.T("五步走：从收集到反馈各步的件数", "Issues from collection to feedback, step by step")}
	for i, s := range stages {
		flow.Steps = append(flow.Steps, chart.Step{Name: s.name.In(r.Lang), Depth: i, Colour: chart.Blue})
		for j := range stages {
			flow.Passages = append(flow.Passages, chart.Passage{From: s.name.In(r.Lang), To: stages[j].name.In(r.Lang), Count: c.passages[i][j]})
		}
		if i > 0 {
			flow.Steps = append(flow.Steps, chart.Step{Name: waiting[i], Depth: i, Colour: chart.Orange})
			flow.Passages = append(flow.Passages, chart.Passage{From: stages[i-1].name.In(r.Lang), To: waiting[i], Count: c.waiting[i]})
		}
	}
	return flow.Draw()
}

// flowSentences name the resolution rate and the slowest step: for a village against the town, for the town in itself.
func (r Request) flowSentences(c flowCounts, own, town measured) []string {
	resolved, collected := c.reached[3], c.reached[0]
	said := []string{r.Tf("启动以来收集 %s 件，办结 %s 件（%s），尚有 %s 件未办结。", "Since the start %s issues were collected and %s resolved (%s); %s are open.",
		Count(collected), Count(resolved), Percent(resolved/collected), Count(collected-resolved))}
	slowest, excess, name := math.Inf(-1), Value{}, ""
	isTown := r.Unit().Level == LevelTown
	for _, s := range stages {
		if s.measure == "" {
			continue
		}
		here, there := own.at(s.measure, r.Unit().ID, r.Month), town.at(s.measure, r.Town.ID, r.Month)
		if !here.Known() || here.Small(r.Programme) {
			continue
		}
		d := here.Value
		if !isTown {
			if !there.Known() {
				continue
			}
			d -= there.Value
		}
		if d > slowest {
			slowest, excess, name = d, here, s.name.In(r.Lang)
		}
	}
	switch {
	case name == "":
	case isTown:
		said = append(said, r.Tf("用时最长的一步是“%s”，中位 %s。", "The slowest step is “%s”: %s at the median.", name, excess.Text(r.Lang)))
	case slowest > 0.05:
		said = append(said, r.Tf("比全镇慢得最多的一步是“%s”：中位 %s，比全镇多 %s 天。", "The step furthest behind the town is “%s”: %s at the median, %s days more than the town.",
			name, excess.Text(r.Lang), Decimal(slowest, 1)))
	default:
		said = append(said, r.T("各步用时都不长于全镇。", "No step takes longer than in the town."))
	}
	return said
}

const satisfactionSQL = `
select
    count(*) as resolved,
    count(*) filter (where f.satisfaction_answer = 'satisfied') as satisfied,
    count(*) filter (where f.satisfaction_answer = 'neutral') as neutral,
    count(*) filter (where f.satisfaction_answer = 'dissatisfied') as dissatisfied,
    count(*) filter (where f.satisfaction_answer is not null) as answered
from issue_flow f
where f.since_start and f.resolved_at is not null%s`

// satisfaction sets the rate among those who answered between the bounds if all who kept silent were dissatisfied or
// satisfied: a high rate among few answers proves little, and the bounds show how little.
func (r Request) satisfaction(ctx context.Context) ([]Block, error) {
	where, args := r.inPlace("f.")
	table, err := r.Data.Query(ctx, fmt.Sprintf(satisfactionSQL, where), args...)
	if err != nil {
		return nil, fmt.Errorf("read satisfaction: %w", err)
	}
	if len(table.Rows) == 0 {
		return nil, nil
	}
	row := read(table)[0]
	resolved, answered, satisfied := row.number("resolved"), row.number("answered"), row.number("satisfied")
	if !(resolved > 0) {
		return nil, nil
	}
	silent := resolved - answered
	share := func(n, of float64) string {
		if !(of > 0) {
			return missing
		}
		return Percent(n / of)
	}
	return []Block{Worked{Title: r.T("满意度的上下限（启动以来办结的问题）", "Satisfaction and its bounds (issues resolved since the start)"), Figures: []Figure{
		{Name: r.T("答复率", "Answered"), Value: share(answered, resolved), Formula: r.T("有满意度答复 ÷ 办结", "answers ÷ resolved"), Sum: Base(answered, resolved)},
		{Name: r.T("满意率（有答复的）", "Satisfied, of those who answered"), Value: share(satisfied, answered), Formula: r.T("满意 ÷ 有答复", "satisfied ÷ answers"), Sum: Base(satisfied, answered),
			Note: r.Tf("基本满意 %s，不满意 %s", "neutral %s, dissatisfied %s", Count(row.number("neutral")), Count(row.number("dissatisfied")))},
		{Name: r.T("下限", "Lower bound"), Value: share(satisfied, resolved), Formula: r.T("未答复的全部不满意", "if all who kept silent were dissatisfied"), Sum: Base(satisfied, resolved)},
		{Name: r.T("上限", "Upper bound"), Value: share(satisfied+silent, resolved), Formula: r.T("未答复的全部满意", "if all who kept silent were satisfied"), Sum: Base(satisfied+silent, resolved)},
	}}}, nil
}
