package work

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// ageing shows how long open issues have been open.
func ageing(ctx context.Context, r block.Request) (view.Block, error) {
	rows, err := r.OpenByAge(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, err
	}
	title := r.T("未办结问题的时长", "How long open issues have been open")
	told, err := r.IssueCount(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, err
	}
	untold := ""
	if n := told.Untold; n > 0 {
		untold = r.Tf("另有 %s 件，收到的文件没有给出办结时间，是否办结未知。", "Of %s more no file says whether they are resolved. ", reading.Count(n))
	}
	if len(rows) == 0 && (untold != "" || told.Issues == 0) {
		return view.Callout{Tone: view.ToneQuiet, Title: title, Text: cmp.Or(untold, r.T("没有收到问题，未知。", "Unknown: no issues came."))}, nil
	}
	if len(rows) == 0 {
		return view.Callout{Title: title, Text: r.Tf("截至%s没有未办结的问题。", "No issue is open on %s.", r.AsOf(r.Month).Format("2006-01-02"))}, nil
	}
	bands := ageBands(r)
	named := make([]string, len(bands))
	open, overdue, dated := make([]float64, len(bands)), make([]float64, len(bands)), 0.0
	for i, band := range bands {
		named[i] = r.Tf("%s 天", "%s days", band)
	}
	for _, row := range rows {
		// A band ends with its last day, the last band never.
		i, _ := slices.BinarySearch(r.Programme.Issues.AgeBands, int(row.AgeDays))
		open[i], overdue[i], dated = open[i]+row.Open, overdue[i]+row.Overdue, dated+row.Dated
	}
	if dated == 0 {
		untold += r.T("收到的文件没有给出办结期限，是否超期未知。", "No file gives deadlines: which are overdue is not known. ")
	}
	t := view.Table{ID: "ageing", Title: title, Columns: []view.Column{{Title: r.T("已过天数", "Days open"), Kind: view.ColumnText},
		{Title: r.T("未办结", "Open"), Kind: view.ColumnNumber}, {Title: r.T("其中超期", "of which overdue"), Kind: view.ColumnNumber}}}
	within, late := chart.Part{Name: r.T("未超期", "Within the deadline"), Colour: chart.Grey}, chart.Part{Name: r.T("超期", "Overdue"), Colour: chart.Orange}
	for i, band := range bands {
		within.Values, late.Values = append(within.Values, open[i]-overdue[i]), append(late.Values, overdue[i])
		t.Rows = append(t.Rows, []view.Cell{{Text: band}, view.Count(open[i]), view.Count(overdue[i])})
		if dated == 0 {
			t.Rows[len(t.Rows)-1][2] = view.Cell{Text: reading.Missing}
		}
	}
	parts := []chart.Part{within, late}
	if dated == 0 {
		parts = []chart.Part{{Name: r.T("未办结", "Open"), Colour: chart.Grey, Values: open}}
	}
	drawn, err := chart.Bars{ID: "ageing", Label: title, Number: chart.Whole, Items: named, Parts: parts,
		Stacked: true, Standing: true, Height: chart.Short}.Draw()
	if err != nil {
		return nil, err
	}
	return &view.Chart{Title: title, Note: untold + block.AtMonthEnd(r) + r.T("含启动以前上报的问题。", " Those reported before the programme began are included."), Chart: drawn, Table: t}, nil
}

// repeats lists the places where the same matter comes back: branch and category, most repeats first, and those with a
// single repeat only where no place has more: they would fill the page and say nothing. Whether a place repeats more
// than the whole is said only where its interval excludes the whole's share.
func repeats(ctx context.Context, r block.Request) (view.Block, error) {
	from := max(facts.MonthAdd(r.Month, -11), r.FirstMonth)
	rows, err := r.Repeats(ctx, r.Visitor, r.Unit(), from, r.Month)
	if err != nil {
		return nil, err
	}
	t := &view.Table{ID: "repeats", Stacked: true, Title: r.Tf("重复反映的地方 · %s 至 %s", "Where matters come back · %s to %s", from, r.Month),
		Empty: r.T("没有重复反映的问题。", "No matter was raised again.")}

	reported, repeated := 0.0, 0.0
	for _, row := range rows {
		reported, repeated = reported+row.Reported, repeated+row.Again
	}
	if !(reported > 0) {
		return t, block.UnknownRows(ctx, r, t, "repeat_rate", r.Month)
	}
	if err := block.UnknownRows(ctx, r, t, "repeat_rate", r.Month); err != nil { // earlier months would be needed to know what comes back
		return nil, err
	}
	t.Note += r.Tf("同一农户同类问题在 %d 天内再次上报。总体 %s（%s）。次数多的在前。", "The same household and category again within %d days. In all %s (%s). Most often first.",
		r.Programme.Issues.RepeatDays, reading.Percent(repeated/reported), reading.Base(repeated, reported))
	once, least := 0, 1.0
	var listed []facts.Repeat
	if len(rows) > 0 && rows[0].Again > 1 {
		least = 2
	}
	for _, row := range rows {
		again := row.Again
		if again > 0 && again < least {
			once++
		}
		if !(again >= least) {
			continue
		}
		listed = append(listed, row)
	}
	columns := block.PlaceColumns(r, func(x facts.Repeat) string { return x.VillageID }, func(x facts.Repeat) string { return x.BranchID })
	columns = append(columns,
		view.Of(view.Words(r.T("类别", "Category")), func(x facts.Repeat) view.Cell { return view.Plain(r.Word("issues", "category", x.Category)) }),
		view.Of(view.Rate(r.T("重复反映", "Raised again"), "%"), func(x facts.Repeat) view.Cell { return view.Share(x.Again, x.Reported) }),
		view.Of(view.Number(r.T("次数", "Times")), func(x facts.Repeat) view.Cell { return view.Count(x.Again) }),
		view.Of(view.Number(r.T("涉及农户", "Households")), func(x facts.Repeat) view.Cell { return view.Count(x.Households) }),
		view.Of(view.Number(r.T("其中未办结", "Still open")), func(x facts.Repeat) view.Cell { return view.Count(x.Open) }),
		view.Of(view.Words(r.T("研判", "Reading")), func(x facts.Repeat) view.Cell { return repeatReading(r, x.Again, x.Reported, repeated/reported) }))
	view.Fill(t, listed, columns...)
	if once > 0 {
		t.Note += r.Tf("只有 1 次的另有 %d 处，不列出。", " Places with a single repeat are not listed: %d.", once)
	}
	t.PageRows = fewRows
	return t, nil
}

func repeatReading(r block.Request, again, reported, whole float64) view.Cell {
	if reported < float64(r.Programme.Reading.MinimumBase) {
		return view.Cell{Text: r.T("基数小，不作判断", "small base, not judged"), Tone: view.ToneQuiet}
	}
	level := r.Programme.WeakVillages.FunnelLimit // many places are looked at: a limit of 95% would name some by chance
	low, high := facts.Wilson(again, reported, level)
	interval := r.Tf("%s 区间 %s", "%s interval %s", reading.Level(level), reading.ShareRange(low, high))
	switch {
	case low > whole:
		return view.Cell{Text: r.Tf("高于总体（%s）", "above the whole (%s)", interval), Tone: view.ToneWorse}
	case high < whole:
		return view.Cell{Text: r.Tf("低于总体（%s）", "below the whole (%s)", interval)}
	}
	return view.Cell{Text: r.T("与总体无明显差别", "no clear difference from the whole")}
}

// fewRows is how many rows of a long list stand at once below the first screen; the list is paged, searched and exported whole.
const fewRows = 15

// ageBands are the programme's bands by name: "0–7", …, ">90".
func ageBands(r block.Request) []string {
	var bands []string
	from := 0
	for _, to := range r.Programme.Issues.AgeBands {
		bands = append(bands, fmt.Sprintf("%d–%d", from, to))
		from = to + 1
	}
	return append(bands, fmt.Sprintf(">%d", from-1))
}

// categories shows what the issues of the last twelve months were about; one month holds too few to tell.
func categories(ctx context.Context, r block.Request) (view.Block, error) {
	from := max(facts.MonthAdd(r.Month, -11), r.FirstMonth)
	rows, err := r.Categories(ctx, r.Visitor, r.Unit(), from, r.Month)
	if err != nil {
		return nil, err
	}
	title := r.Tf("问题类别 · %s 至 %s", "Categories · %s to %s", from, r.Month)
	if len(rows) == 0 {
		return view.Callout{Title: title, Text: r.T("这段时间没有收集到问题。", "No issue was reported in this time.")}, nil
	}
	t := view.Table{ID: "categories", Title: title, Columns: []view.Column{{Title: r.T("类别", "Category"), Kind: view.ColumnText}, {Title: r.T("收集", "Reported"), Kind: view.ColumnNumber},
		{Title: r.T("办结率", "Resolved"), Unit: "%", Kind: view.ColumnRate}, {Title: r.T("其中难度大", "of which hard"), Kind: view.ColumnNumber}}}
	bars := chart.Bars{ID: "categories", Label: title, Number: chart.Whole, Unit: r.T("件", "issues"), Stacked: true,
		Parts: []chart.Part{{Name: r.T("已办结", "Resolved"), Colour: chart.Blue}, {Name: r.T("未办结", "Open"), Colour: chart.Orange}}}
	for _, row := range rows {
		name := r.Word("issues", "category", row.Category)
		reported, resolved := row.Reported, row.Resolved
		bars.Items = append(bars.Items, name)
		bars.Parts[0].Values = append(bars.Parts[0].Values, resolved)
		bars.Parts[1].Values = append(bars.Parts[1].Values, reported-resolved)
		t.Rows = append(t.Rows, []view.Cell{{Text: name, Value: row.Category}, view.Count(reported), view.Share(resolved, reported), view.Count(row.Hard)})
	}
	drawn, err := bars.Draw()
	if err != nil {
		return nil, err
	}
	return &view.Chart{Title: title, Chart: drawn, Table: t}, nil
}

// Overdue lists the issues past their deadline, longest first, with the step they wait for.
func Overdue(ctx context.Context, r block.Request) (*view.Table, error) {
	t := &view.Table{ID: "overdue", Stacked: true, PageRows: fewRows, Title: r.T("超期问题", "Overdue issues"), Empty: r.T("没有超期问题。", "No issue is overdue."),
		Note: r.T("含启动以前上报的问题。", "Those reported before the programme began are included. ") + block.AtMonthEnd(r)}
	type row = facts.LateIssue
	rows, err := block.RowsShown(r, t, func(c facts.Cut) ([]row, error) { return r.Late(ctx, r.Visitor, r.Unit(), r.Month, c) }, func(i row) int64 { return i.Total })
	if err != nil {
		return nil, err
	}
	held, err := r.HeldNow(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, err
	}
	columns := []view.ColumnOf[row]{view.Of(view.Words(r.T("编号", "Issue")), func(i row) view.Cell { return view.Plain(i.IssueID) })}
	columns = append(columns, block.PlaceColumns(r, func(i row) string { return i.VillageID }, func(i row) string { return i.BranchID })...)
	columns = append(columns,
		view.Of(view.Words(r.T("类别", "Category")), func(i row) view.Cell { return view.Plain(r.Word("issues", "category", i.Category)) }),
		view.Of(view.Words(r.T("事由", "Matter")), func(i row) view.Cell { return view.Plain(i.Title) }),
		view.Of(view.Words(r.T("难易", "Difficulty")), func(i row) view.Cell { return view.Plain(r.Word("issues", "difficulty", i.Difficulty)) }),
		view.Of(view.Day(r.T("期限", "Due")), func(i row) view.Cell { return view.Plain(i.DueOn) }),
		view.Of(view.Number(r.T("超期天数", "Days overdue")), func(i row) view.Cell { return view.Count(i.OverdueDays) }),
		view.Of(view.Words(r.T("停在", "Waits for")), func(i row) view.Cell { return view.Plain(WaitsFor(r, i)) }))
	if len(held) > 0 {
		columns = append(columns,
			view.Of(view.Words(r.T("现由谁办理", "Held by")), func(i row) view.Cell { return view.Plain(block.OrMissing(held[i.IssueID].HolderID)) }),
			view.Of(view.Day(r.T("到手于", "Since")), func(i row) view.Cell { return view.Plain(block.OrMissing(held[i.IssueID].Since)) }),
			view.Of(view.Words(r.T("督办领导", "Supervisor")), func(i row) view.Cell { return view.Plain(block.OrMissing(held[i.IssueID].SupervisorID)) }))
	}
	view.Fill(t, rows, columns...)
	return t, block.UnknownRows(ctx, r, t, "overdue_issues", r.Month)
}

// WaitsFor names the step an open issue waits for, and with whom it lies.
func WaitsFor(r block.Request, row facts.LateIssue) string {
	switch {
	case !row.Classified:
		return r.T("分类", "classification")
	case !row.Routed:
		return r.T("流转", "routing")
	default:
		to := row.RoutedTo
		if !slices.Contains([]string{"member", "branch", "village", "town"}, to) {
			return r.T("办结", "resolution")
		}
		return r.Tf("办结（%s）", "resolution (%s)", r.Word("issues", "routed_to", to))
	}
}
