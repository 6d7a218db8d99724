package organisation

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries/reading"
)

// RiverChiefs is the fact that counts the hundred-metre micro river chiefs: a kind of post, beside others that serve the five
// waters.
const RiverChiefs = "kinds_micro_river_chief"

// postBlocks show the posts held at the cut-off by kind, the most frequent first and the rest last, and by the programme they
// serve.
func postBlocks(r block.Request, f facts.OrganisationFacts) ([]view.Block, error) {
	if len(f.Prefixed("kinds_")) == 0 {
		return nil, nil
	}
	kinds, err := postsBy(r, f, "posts", "kinds_", "kind", r.T("一员双岗：按岗位", "Posts by kind"), r.T("岗位名称", "Kind of post"))
	if err != nil {
		return nil, err
	}
	programmes, err := postsBy(r, f, "posts-by-programme", "posts_", "programme", r.T("一员双岗：按中心工作", "Posts by the programme they serve"), r.T("中心工作", "Programme"))
	if err != nil {
		return nil, err
	}
	return []view.Block{view.Section{ID: "posts", Title: r.T("岗位", "Posts"), Note: block.AtCutOff(r)}, kinds, programmes}, nil
}

func postsBy(r block.Request, f facts.OrganisationFacts, id, prefix, column, title, head string) (view.Block, error) {
	posts, rest := f.Prefixed(prefix), prefix+"other"
	names := posts.Names()
	slices.SortStableFunc(names, func(a, b string) int {
		if (a == rest) != (b == rest) {
			return map[bool]int{true: 1, false: -1}[a == rest]
		}
		return cmp.Compare(posts.Of(b, "").Sum(), posts.Of(a, "").Sum())
	})
	bars := chart.Bars{ID: id, Label: title, Number: chart.Whole, Values: true, Height: chart.Short}
	part := chart.Part{Name: r.T("岗位", "Posts"), Colour: chart.Blue}
	t := view.Table{ID: id, Title: title, Columns: []view.Column{view.Words(head), view.Number(r.T("岗位", "Posts")), {Title: r.T("占比", "Share"), Unit: "%", Kind: view.ColumnRate}}}
	for _, name := range names {
		n := posts.Of(name, "").Sum()
		label := r.Word("posts", column, strings.TrimPrefix(name, prefix))
		bars.Items, part.Values = append(bars.Items, label), append(part.Values, n)
		t.Rows = append(t.Rows, []view.Cell{{Text: label}, view.Count(n), view.Share(n, posts.Sum())})
	}
	t.Total = []view.Cell{{Text: r.T("合计", "Total")}, view.Count(posts.Sum()), {}}
	bars.Parts = []chart.Part{part}
	drawn, err := bars.Draw()
	if err != nil {
		return nil, err
	}
	return &view.Chart{Title: title, Chart: drawn, Table: t, Open: true}, nil
}

// overdueTasks lists claimed tasks past their deadline at the end of the month.
func overdueTasks(ctx context.Context, r block.Request) (view.Block, error) {
	t := &view.Table{ID: "overdue-tasks", Stacked: true, PageRows: overdueTasksShown, Title: r.T("超期未完成的认领事项", "Claimed tasks past their deadline"), Note: block.AtMonthEnd(r), Empty: r.T("没有超期事项。", "There are none.")}
	type row = facts.OverdueTask
	rows, err := block.RowsShown(r, t, func(c facts.Cut) ([]row, error) { return r.OverdueTasks(ctx, r.Visitor, r.Unit(), r.Month, c) }, func(t row) int64 { return t.Total })
	if err != nil {
		return nil, err
	}
	columns := []view.ColumnOf[row]{view.Of(view.Words(r.T("事项", "Task")), func(t row) view.Cell { return view.Plain(t.Title) })}
	columns = append(columns, block.PlaceColumns(r, func(t row) string { return t.VillageID }, func(t row) string { return t.BranchID })...)
	columns = append(columns,
		view.Of(view.Words(r.T("责任党员", "Responsible")), func(t row) view.Cell { return block.MemberCell(t.ResponsibleMemberID, t.MemberName) }),
		view.Of(view.Day(r.T("期限", "Due")), func(t row) view.Cell { return view.Plain(t.DueOn) }),
		view.Of(view.Number(r.T("进度 (%)", "Progress (%)")), func(t row) view.Cell { return view.Count(t.Progress) }))
	view.Fill(t, rows, columns...)
	return t, block.UnknownRows(ctx, r, t, "tasks_overdue", r.Month)
}

const overdueTasksShown = 5

// conductBlocks show clean conduct, funds and rights, year by year.
func conductBlocks(ctx context.Context, r block.Request, f facts.OrganisationFacts) ([]view.Block, error) {
	u := r.Unit()
	known, err := r.Values(ctx, r.Visitor, facts.Scope{Level: u.Level, Unit: u.ID, From: r.LastMonth, To: r.LastMonth}, "pledges")
	if err != nil {
		return nil, err
	}
	pledges := known.At("pledges", u.ID, r.LastMonth)
	total := func(name string) string {
		n := f.Of(name, "").Sum()
		if n == 0 && !pledges.Known() { // one list holds all three
			return reading.Missing
		}
		return reading.Count(n)
	}
	kept := r.Tf("已履行 %s 份；未履行可能只是酒席还没有办", "%s kept; one not kept may not have come due", total("pledges_kept"))
	if total("pledges") == reading.Missing {
		kept = reading.Sentence(cmp.Or(block.Caution(r, pledges), r.T("没有数据，未知", "unknown: there are no data")), r.Lang)
	}
	funds, rights := funds(r, f), rights(r, f)
	for t, measure := range map[*view.Table]string{funds: "fund_amount", rights: "rights_used"} {
		if len(t.Rows) == 0 {
			if err := block.UnknownRows(ctx, r, t, measure, r.LastMonth); err != nil {
				return nil, err
			}
		}
	}
	return []view.Block{view.Section{ID: "conduct", Title: r.T("先锋促廉、基金与确权", "Clean conduct, funds and rights"),
		Note: r.Tf("有记录以来至 %s 的累计，不随所选月份变化。", "All on record to %s, whatever month is chosen.", r.CutOff.Format("2006-01-02"))},
		view.Stats{Tiles: []view.Stat{
			{Label: r.T("节俭办酒承诺", "Frugality pledges"), Value: total("pledges"),
				Reading: kept},
			{Label: r.T("器官捐献协议", "Organ-donation agreements"), Value: total("organ_donation")},
			{Label: r.T("触碰底线、红线", "Lines crossed (bottom and red)"), Value: total("red_line_breaches"), Reading: r.T("数量少，单月变化不说明问题", "rare: one month's change says nothing")},
		}}, funds, rights}, nil
}

// funds sum up scholarship and charity funds by year. An amount or number that was not filled in is unknown, and not nought.
func funds(r block.Request, f facts.OrganisationFacts) *view.Table {
	t := &view.Table{ID: "funds", Title: r.T("奖学与慈善基金", "Scholarship and charity funds"), Empty: r.T("没有基金记录。", "There are no funds on record."),
		Columns: []view.Column{view.Words(r.T("年份", "Year")), view.Number(r.T("有基金的村", "Villages")), view.Number(r.T("受助学生", "Students")), view.Number(r.T("奖学（元）", "Scholarships (yuan)")),
			view.Number(r.T("慈善（元）", "Charity (yuan)")), view.Number(r.T("合计（元）", "All (yuan)"))}}
	entries := slices.Concat(f.Of("scholarship_funds", ""), f.Of("charity_funds", ""))
	line := func(name, year string) []view.Cell {
		count := func(fact string) float64 { return f.Of(fact, year).Sum() }
		scholarships, charities := count("scholarship_funds"), count("charity_funds")
		students, noAmount, noCharity := count("students_unknown"), count("scholarship_unknown"), count("charity_unknown")
		villages := slices.Concat(f.Of("scholarship_funds", year), f.Of("charity_funds", year)).Villages()
		return []view.Cell{{Text: name}, view.Count(villages), wholeSum(r, count("scholarship_students"), scholarships-students, scholarships),
			wholeSum(r, count("scholarship_amount"), scholarships-noAmount, scholarships), wholeSum(r, count("charity_amount"), charities-noCharity, charities),
			wholeSum(r, count("fund_amount"), scholarships+charities-noAmount-noCharity, scholarships+charities)}
	}
	for _, year := range entries.Periods() {
		t.Rows = append(t.Rows, line(year, year))
	}
	if len(t.Rows) > 0 {
		t.Total = line(r.T("合计", "Total"), "")
	}
	return t
}

// wholeSum is a sum of entries that is known only where all of them are: what is known of some stands below it.
func wholeSum(r block.Request, sum, known, of float64) view.Cell {
	c := block.KnownSum(r, sum, known, of)
	if 0 < known && known < of {
		return view.Cell{Text: r.T("未知", "unknown"), Tone: view.ToneQuiet, Note: r.Tf("%[2]s 笔中 %[1]s 笔已填，合计 %[3]s", "%s of %s entries are filled in: %s in all", reading.Count(known), reading.Count(of), reading.Count(sum))}
	}
	return c
}

// fundsSentence says what scholarship and charity funds gave, apart: of the one all may be on record and of the other nothing. A sum to
// which an entry leaves out its part is not known, and what is filled in is said.
func fundsSentence(r block.Request, told facts.OrganisationFacts) string {
	var said []string
	for _, f := range []struct {
		kind string
		name data.Text
	}{{"scholarship", data.Text{Zh: "奖学基金", En: "scholarship funds"}}, {"charity", data.Text{Zh: "慈善基金", En: "charity funds"}}} {
		entries := told.Of(f.kind+"_funds", "")
		if len(entries) == 0 {
			continue
		}
		count := func(fact string) float64 { return told.Of(fact, "").Sum() }
		years := r.Tf("，%d 年来", " in %d years", len(entries.Periods()))
		if len(entries.Periods()) == 1 {
			years = r.T("，一年来", " in one year")
		}
		parts := []string{r.Tf("%[1]s 个村有%[2]s%[3]s", "%[2]s of %[1]s villages%[3]s", reading.Count(entries.Villages()), f.name.In(r.Lang), years)}
		if f.kind == "scholarship" {
			students := r.Tf("资助学生 %s 名", "%s students supported", reading.Count(count("scholarship_students")))
			if open := count("students_unknown"); open > 0 {
				students = r.Tf("学生数未知（%[2]s 笔中 %[1]s 笔没有填，已填的合计 %[3]s 名）", "students unknown (%s of %s entries leave them out; those filled in make %s)", reading.Count(open), reading.Count(entries.Sum()), reading.Count(count("scholarship_students")))
			}
			parts = append(parts, students)
		}
		amount := r.Tf("金额 %s 元", "%s yuan given", reading.Count(count(f.kind+"_amount")))
		switch open := count(f.kind + "_unknown"); {
		case open == entries.Sum():
			amount = r.Tf("金额未知（%s 笔都没有填）", "the sum unknown (none of %s entries gives it)", reading.Count(open))
		case open > 0:
			amount = r.Tf("金额未知（%[2]s 笔中 %[1]s 笔没有填，已填的合计 %[3]s 元）", "the sum unknown (%s of %s entries leave it out; those filled in make %s yuan)", reading.Count(open), reading.Count(entries.Sum()), reading.Count(count(f.kind+"_amount")))
		}
		said = append(said, parts[0]+r.T("", ", ")+strings.Join(append(parts[1:], amount), r.T("，", ", ")))
	}
	if len(said) == 0 {
		return ""
	}
	sentence := strings.Join(said, r.T("；", "; "))
	return strings.ToUpper(sentence[:1]) + sentence[1:] + r.T("。", ".")
}

// rights count the rights linked members used, by kind and year.
func rights(r block.Request, f facts.OrganisationFacts) *view.Table {
	used := f.Prefixed("rights_")
	years := used.Periods()
	t := &view.Table{ID: "rights", Title: r.T("行使权利", "Rights used"), Empty: r.T("没有行使权利的记录。", "There are none on record."), Columns: []view.Column{view.Words(r.T("种类", "Kind"))}}
	for _, year := range years {
		t.Columns = append(t.Columns, view.Number(year))
	}
	t.Columns = append(t.Columns, view.Number(r.T("合计", "Total")))
	t.Total = []view.Cell{{Text: r.T("合计", "Total")}}
	for _, name := range used.Names() {
		row := []view.Cell{{Text: r.Word("rights", "kind", strings.TrimPrefix(name, "rights_"))}}
		for _, year := range years {
			row = append(row, view.Count(used.Of(name, year).Sum()))
		}
		t.Rows = append(t.Rows, append(row, view.Count(used.Of(name, "").Sum())))
	}
	for _, year := range years {
		var sum float64
		for _, name := range used.Names() {
			sum += used.Of(name, year).Sum()
		}
		t.Total = append(t.Total, view.Count(sum))
	}
	t.Total = append(t.Total, view.Count(used.Sum()))
	return t
}
