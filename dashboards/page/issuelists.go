package page

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"hulian/dashboards/chart"
	"hulian/queries/reading"
)

const ageingSQL = `
select f.age_days, count(*) as open, count(*) filter (where f.overdue_days > 0) as overdue
from issue_flow f
where f.resolved_at is null and f.state <> 'unknown'%s
group by f.age_days`

// toldSQL counts the issues there are, and those of which no file says whether they are resolved.
const toldSQL = `
select count(*) as issues, count(*) filter (where f.state = 'unknown') as untold
from issue_flow f
where 1 = 1%s`

// ageing shows how long open issues have been open.
func (r Request) ageing(ctx context.Context) (Block, error) {
	where, args := r.inPlace("f.")
	table, err := r.Data.Query(ctx, fmt.Sprintf(ageingSQL, where), args...)
	if err != nil {
		return nil, fmt.Errorf("read open issues by age: %w", err)
	}
	rows := read(table)
	title := r.T("未办结问题的时长", "How long open issues have been open")
	counted, err := r.Data.Query(ctx, fmt.Sprintf(toldSQL, where), args...)
	if err != nil {
		return nil, fmt.Errorf("count issues of which is known whether they are open: %w", err)
	}
	untold, told := "", read(counted)[0]
	if n := told.number("untold"); n > 0 {
		untold = r.Tf("另有 %s 件，收到的文件没有给出办结时间，是否办结未知。", "Of %s more no file says whether they are resolved. ", Count(n))
	}
	if len(rows) == 0 && (untold != "" || told.number("issues") == 0) {
		return Callout{Tone: ToneQuiet, Title: title, Text: cmp.Or(untold, r.T("没有收到问题，未知。", "Unknown: no issues came."))}, nil
	}
	if len(rows) == 0 {
		return Callout{Title: title, Text: r.T("截至数据截止日没有未办结的问题。", "No issue is open at the cut-off.")}, nil
	}
	bands := r.ageBands()
	named := make([]string, len(bands))
	open, overdue := make([]float64, len(bands)), make([]float64, len(bands))
	for i, band := range bands {
		named[i] = r.Tf("%s 天", "%s days", band)
	}
	for _, row := range rows {
		// A band ends with its last day, the last band never.
		i, _ := slices.BinarySearch(r.Programme.Issues.AgeBands, int(row.count("age_days")))
		open[i], overdue[i] = open[i]+row.number("open"), overdue[i]+row.number("overdue")
	}
	t := Table{ID: "ageing", Title: title, Columns: []Column{{Title: r.T("已过天数", "Days open"), Kind: ColumnText},
		{Title: r.T("未办结", "Open"), Kind: ColumnNumber}, {Title: r.T("其中超期", "of which overdue"), Kind: ColumnNumber}}}
	within, late := chart.Part{Name: r.T("未超期", "Within the deadline"), Colour: chart.Grey}, chart.Part{Name: r.T("超期", "Overdue"), Colour: chart.Orange}
	for i, band := range bands {
		within.Values, late.Values = append(within.Values, open[i]-overdue[i]), append(late.Values, overdue[i])
		t.Rows = append(t.Rows, []Cell{{Text: band}, countCell(open[i]), countCell(overdue[i])})
	}
	drawn, err := chart.Bars{ID: "ageing", Label: title, Number: chart.Whole, Items: named, Parts: []chart.Part{within, late},
		Stacked: true, Standing: true, Height: chart.Short}.Draw()
	if err != nil {
		return nil, err
	}
	return &Chart{Title: title, Note: untold + r.Tf("截至 %s，不随所选月份变化，含启动以前上报的问题。", "As of %s, whatever month is chosen; those reported before the programme began are included.", r.CutOff.Format("2006-01-02")), Chart: drawn, Table: t}, nil
}

const repeatsSQL = `
select f.village_id, f.branch_id, f.category, count(*) as reported, count(*) filter (where f.%[1]s) as again,
    count(distinct case when f.%[1]s then f.household_id end) as households,
    count(*) filter (where f.%[1]s and f.state in ('open', 'overdue')) as open
from issue_flow f
where f.month between ? and ?%[2]s
group by f.village_id, f.branch_id, f.category
order by again desc, reported, f.village_id, f.branch_id, f.category`

// repeats lists the places where the same matter comes back: branch and category, most repeats first, and those with a
// single repeat only where no place has more: they would fill the page and say nothing. Whether a place repeats more
// than the whole is said only where its interval excludes the whole's share.
func (r Request) repeats(ctx context.Context) (Block, error) {
	from := max(monthAdd(r.Month, -11), r.FirstMonth)
	where, args := r.inPlace("f.")
	table, err := r.Data.Query(ctx, fmt.Sprintf(repeatsSQL, r.repeated, where), append([]any{from, r.Month}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read repeated issues: %w", err)
	}
	t := &Table{ID: "repeats", Stacked: true, Title: r.Tf("重复反映的地方 · %s 至 %s", "Where matters come back · %s to %s", from, r.Month),
		Empty: r.T("没有重复反映的问题。", "No matter was raised again."),
		Columns: slices.Concat(r.placeColumns(), []Column{text(r.T("类别", "Category")), onBase(r.T("重复反映", "Raised again"), "%"), number(r.T("次数", "Times")), number(r.T("涉及农户", "Households")),
			number(r.T("其中未办结", "Still open")), text(r.T("读数", "Reading"))})}
	rows := read(table)
	reported, repeated := 0.0, 0.0
	for _, row := range rows {
		reported, repeated = reported+row.number("reported"), repeated+row.number("again")
	}
	t.Note = r.Tf("同一农户同类问题在 %d 天内再次上报。总体 %s（%s）。次数多的在前。", "The same household and category again within %d days. In all %s (%s). Most often first.",
		r.Programme.Issues.RepeatDays, Percent(repeated/reported), Base(repeated, reported))
	all, once, least := 0, 0, 1.0
	if len(rows) > 0 && rows[0].number("again") > 1 {
		least = 2
	}
	for _, row := range rows {
		again := row.number("again")
		if again > 0 && again < least {
			once++
		}
		if !(again >= least) {
			continue
		}
		if all++; all > r.listLength("issues") {
			continue
		}
		share := shareCell(again, row.number("reported"))
		t.Rows = append(t.Rows, slices.Concat(r.placeCells(row), []Cell{{Text: r.word("issues", "category", row.text("category"))}, share,
			countCell(again), countCell(row.number("households")), countCell(row.number("open")), r.repeatReading(again, row.number("reported"), repeated/reported)}))
	}
	if once > 0 {
		t.Note += r.Tf("只有 1 次的另有 %d 处，不列出。", " Places with a single repeat are not listed: %d.", once)
	}
	r.cut(t, all, "issues")
	return t, nil
}

func (r Request) repeatReading(again, reported, whole float64) Cell {
	if reported < float64(r.Programme.Reading.MinimumBase) {
		return Cell{Text: r.T("基数小，不作判断", "small base, not judged"), Tone: ToneQuiet}
	}
	level := r.Programme.WeakVillages.FunnelLimit // many places are looked at: a limit of 95 % would name some by chance
	low, high := wilson(again, reported, level)
	interval := r.Tf("%s 区间 %s", "%s interval %s", levelText(level), reading.ShareRange(low, high))
	switch {
	case low > whole:
		return Cell{Text: r.Tf("高于总体（%s）", "above the whole (%s)", interval), Tone: ToneWorse}
	case high < whole:
		return Cell{Text: r.Tf("低于总体（%s）", "below the whole (%s)", interval)}
	}
	return Cell{Text: r.T("与总体分不出高下", "cannot be told from the whole")}
}

// ageBands are the programme's bands by name: "0–7", …, ">90".
func (r Request) ageBands() []string {
	var bands []string
	from := 0
	for _, to := range r.Programme.Issues.AgeBands {
		bands = append(bands, fmt.Sprintf("%d–%d", from, to))
		from = to + 1
	}
	return append(bands, fmt.Sprintf(">%d", from-1))
}

const categoriesSQL = `
select c.category, sum(c.reported) as reported, sum(c.resolved) as resolved,
    sum(case when c.difficulty = 'hard' then c.reported else 0 end) as hard
from issue_categories c
where c.level = ? and c.unit_id = ? and c.month between ? and ?
group by c.category
order by reported desc, c.category`

// categories shows what the issues of the last twelve months were about; one month holds too few to tell.
func (r Request) categories(ctx context.Context) (Block, error) {
	from := max(monthAdd(r.Month, -11), r.FirstMonth)
	table, err := r.Data.Query(ctx, categoriesSQL, string(r.Unit().Level), r.Unit().ID, from, r.Month)
	if err != nil {
		return nil, fmt.Errorf("read categories: %w", err)
	}
	title := r.Tf("问题类别 · %s 至 %s", "Categories · %s to %s", from, r.Month)
	if len(table.Rows) == 0 {
		return Callout{Title: title, Text: r.T("这段时间没有收集到问题。", "No issue was reported in this time.")}, nil
	}
	t := Table{ID: "categories", Title: title, Columns: []Column{{Title: r.T("类别", "Category"), Kind: ColumnText}, {Title: r.T("收集", "Reported"), Kind: ColumnNumber},
		{Title: r.T("办结率", "Resolved"), Unit: "%", Kind: ColumnRate}, {Title: r.T("其中难度大", "of which hard"), Kind: ColumnNumber}}}
	bars := chart.Bars{ID: "categories", Label: title, Number: chart.Whole, Unit: r.T("件", "issues"), Stacked: true,
		Parts: []chart.Part{{Name: r.T("已办结", "Resolved"), Colour: chart.Blue}, {Name: r.T("未办结", "Open"), Colour: chart.Orange}}}
	for _, row := range read(table) {
		name := r.word("issues", "category", row.text("category"))
		reported, resolved := row.number("reported"), row.number("resolved")
		bars.Items = append(bars.Items, name)
		bars.Parts[0].Values = append(bars.Parts[0].Values, resolved)
		bars.Parts[1].Values = append(bars.Parts[1].Values, reported-resolved)
		t.Rows = append(t.Rows, []Cell{{Text: name, Value: row.text("category")}, countCell(reported), shareCell(resolved, reported), countCell(row.number("hard"))})
	}
	drawn, err := bars.Draw()
	if err != nil {
		return nil, err
	}
	return &Chart{Title: title, Chart: drawn, Table: t}, nil
}

const overdueSQL = `
select f.issue_id, f.village_id, f.branch_id, f.category, f.title, f.difficulty, f.due_on, f.overdue_days,
    f.classified_at, f.routed_at, f.routed_to,
    count(*) over () as total
from issue_flow f
where f.state = 'overdue'%s
order by f.overdue_days desc, f.issue_id
limit ?`

// overdue lists the issues past their deadline, longest first, with the step they wait for.
func (r Request) overdue(ctx context.Context) (*Table, error) {
	where, args := r.inPlace("f.")
	table, err := r.Data.Query(ctx, fmt.Sprintf(overdueSQL, where), append(args, int64(r.listLength("issues")))...)
	if err != nil {
		return nil, fmt.Errorf("read overdue issues: %w", err)
	}
	t := &Table{ID: "overdue", Stacked: true, Title: r.T("超期问题", "Overdue issues"), Empty: r.T("没有超期问题。", "No issue is overdue."),
		Note: r.T("含启动以前上报的问题。", "Those reported before the programme began are included. ") + r.atCutOff()}
	t.Columns = slices.Concat([]Column{text(r.T("编号", "Issue"))}, r.placeColumns(), []Column{text(r.T("类别", "Category")), text(r.T("事由", "Matter")),
		text(r.T("难易", "Difficulty")), date(r.T("期限", "Due")), number(r.T("超期天数", "Days overdue")), text(r.T("停在", "Waits for"))})
	total := 0
	for _, row := range read(table) {
		total = int(row.count("total"))
		t.Rows = append(t.Rows, slices.Concat([]Cell{{Text: row.text("issue_id")}}, r.placeCells(row), []Cell{
			{Text: r.word("issues", "category", row.text("category"))}, {Text: row.text("title")}, {Text: r.word("issues", "difficulty", row.text("difficulty"))},
			{Text: row.date("due_on")}, countCell(row.number("overdue_days")), {Text: r.waitsFor(row)}}))
	}
	r.cut(t, total, "issues")
	return t, r.unknownRows(ctx, t, "overdue_issues", r.LastMonth)
}

// waitsFor names the step an open issue waits for, and with whom it lies.
func (r Request) waitsFor(row record) string {
	switch {
	case row.null("classified_at"):
		return r.T("分类", "classification")
	case row.null("routed_at"):
		return r.T("流转", "routing")
	default:
		to := row.text("routed_to")
		if !slices.Contains([]string{"member", "branch", "village", "town"}, to) {
			return r.T("办结", "resolution")
		}
		return r.Tf("办结（%s）", "resolution (%s)", r.word("issues", "routed_to", to))
	}
}
