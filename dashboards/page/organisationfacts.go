package page

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"hulian/dashboards/chart"
)

// fact is one number about the organisation of one village in one period.
type fact struct {
	name, period, village string
	value                 float64
}

// facts are the organisation's numbers of the page's place.
type facts []fact

const factSQL = `
select f.fact, f.period, f.village_id, f.value
from organisation_facts f
where 1 = 1%s
order by f.fact, f.period, f.village_id`

func (r Request) facts(ctx context.Context) (facts, error) {
	where, args := r.inPlace("f.")
	table, err := r.Data.Query(ctx, fmt.Sprintf(factSQL, where), args...)
	if err != nil {
		return nil, fmt.Errorf("read facts about the organisation: %w", err)
	}
	var all facts
	for _, row := range read(table) {
		all = append(all, fact{row.text("fact"), row.text("period"), row.text("village_id"), row.number("value")})
	}
	return all, nil
}

// of returns the rows of one fact, in one period or, where that is empty, in all.
func (f facts) of(name, period string) facts {
	var own facts
	for _, x := range f {
		if x.name == name && (period == "" || x.period == period) {
			own = append(own, x)
		}
	}
	return own
}

// sum adds the values.
func (f facts) sum() float64 {
	var sum float64
	for _, x := range f {
		sum += x.value
	}
	return sum
}

// villages counts the villages with a value above zero.
func (f facts) villages() float64 {
	seen := map[string]bool{}
	for _, x := range f {
		if x.value > 0 {
			seen[x.village] = true
		}
	}
	return float64(len(seen))
}

// prefixed returns the rows of all facts whose name begins so.
func (f facts) prefixed(prefix string) facts {
	var own facts
	for _, x := range f {
		if strings.HasPrefix(x.name, prefix) {
			own = append(own, x)
		}
	}
	return own
}

// names lists the facts, in order.
func (f facts) names() []string {
	var all []string
	for _, x := range f {
		if !slices.Contains(all, x.name) {
			all = append(all, x.name)
		}
	}
	return all
}

// periods lists the periods, oldest first.
func (f facts) periods() []string {
	var all []string
	for _, x := range f {
		if !slices.Contains(all, x.period) {
			all = append(all, x.period)
		}
	}
	slices.Sort(all)
	return all
}

// riverChiefs is the fact that counts the hundred-metre micro river chiefs: a kind of post, beside others that serve the five
// waters.
const riverChiefs = "kinds_micro_river_chief"

// postBlocks show the posts held at the cut-off by kind, the most frequent first and the rest last, and by the programme they
// serve.
func (r Request) postBlocks(f facts) ([]Block, error) {
	if len(f.prefixed("kinds_")) == 0 {
		return nil, nil
	}
	kinds, err := r.postsBy(f, "posts", "kinds_", "kind", r.T("一员双岗：按岗位", "Posts by kind"), r.T("岗位名称", "Kind of post"))
	if err != nil {
		return nil, err
	}
	programmes, err := r.postsBy(f, "posts-by-programme", "posts_", "programme", r.T("一员双岗：按中心工作", "Posts by the programme they serve"), r.T("中心工作", "Programme"))
	if err != nil {
		return nil, err
	}
	return []Block{Section{ID: "posts", Title: r.T("岗位", "Posts"), Note: r.atCutOff()}, kinds, programmes}, nil
}

func (r Request) postsBy(f facts, id, prefix, column, title, head string) (Block, error) {
	posts, rest := f.prefixed(prefix), prefix+"other"
	names := posts.names()
	slices.SortStableFunc(names, func(a, b string) int {
		if (a == rest) != (b == rest) {
			return map[bool]int{true: 1, false: -1}[a == rest]
		}
		return cmp.Compare(posts.of(b, "").sum(), posts.of(a, "").sum())
	})
	bars := chart.Bars{ID: id, Label: title, Number: chart.Whole, Values: true, Height: chart.Short}
	part := chart.Part{Name: r.T("岗位", "Posts"), Colour: chart.Blue}
	t := Table{ID: id, Title: title, Columns: []Column{text(head), number(r.T("岗位", "Posts")), {Title: r.T("占比", "Share"), Unit: "%", Kind: ColumnRate}}}
	for _, name := range names {
		n := posts.of(name, "").sum()
		label := r.word("posts", column, strings.TrimPrefix(name, prefix))
		bars.Items, part.Values = append(bars.Items, label), append(part.Values, n)
		t.Rows = append(t.Rows, []Cell{{Text: label}, countCell(n), shareCell(n, posts.sum())})
	}
	t.Total = []Cell{{Text: r.T("合计", "Total")}, countCell(posts.sum()), {}}
	bars.Parts = []chart.Part{part}
	drawn, err := bars.Draw()
	if err != nil {
		return nil, err
	}
	return &Chart{Title: title, Chart: drawn, Table: t, Open: true}, nil
}

const tasksSQL = `
select t.task_id, t.title, t.branch_id, b.village_id, t.responsible_member_id, m.name as member_name, cast(t.due_on as varchar) as due_on, t.progress,
    count(*) over () as total
from tasks t
join branch_structure b on b.branch_id = t.branch_id
left join members m on m.member_id = t.responsible_member_id
where t.done_on is null and cast(t.due_on as varchar) < ?%s
order by cast(t.due_on as varchar), t.task_id
limit ?`

// overdueTasks lists claimed tasks past their deadline at the cut-off.
func (r Request) overdueTasks(ctx context.Context) (Block, error) {
	where, args := r.inPlace("b.")
	args = append(append([]any{r.CutOff.Format("2006-01-02")}, args...), int64(overdueTasksShown))
	table, err := r.Data.Query(ctx, fmt.Sprintf(tasksSQL, where), args...)
	if err != nil {
		return nil, fmt.Errorf("read overdue tasks: %w", err)
	}
	t := &Table{ID: "overdue-tasks", Stacked: true, Title: r.T("超期未完成的认领事项", "Claimed tasks past their deadline"), Note: r.atCutOff(), Empty: r.T("没有超期事项。", "There are none."),
		Columns: slices.Concat([]Column{text(r.T("事项", "Task"))}, r.placeColumns(), []Column{text(r.T("责任党员", "Responsible")), date(r.T("期限", "Due")), number(r.T("进度 (%)", "Progress (%)"))})}
	total := 0
	for _, row := range read(table) {
		total = int(row.count("total"))
		t.Rows = append(t.Rows, slices.Concat([]Cell{{Text: row.text("title")}}, r.placeCells(row),
			[]Cell{r.memberCell(row.text("responsible_member_id"), row.text("member_name")), {Text: row.date("due_on")}, countCell(row.number("progress"))}))
	}
	if err := r.unknownRows(ctx, t, "tasks_overdue", r.LastMonth); err != nil {
		return nil, err
	}
	if total > len(t.Rows) {
		t.More = r.Tf("共 %[2]d 项，此处显示期限最早的 %[1]d 项；选一个村可看其余。", "The %[1]d oldest of %[2]d; choose a village to see the others.", len(t.Rows), total)
	}
	return t, nil
}

const overdueTasksShown = 15

// conductBlocks show clean conduct, funds and rights, year by year.
func (r Request) conductBlocks(f facts) []Block {
	total := func(name string) string { return Count(f.of(name, "").sum()) }
	return []Block{Section{ID: "conduct", Title: r.T("先锋促廉、基金与确权", "Clean conduct, funds and rights"),
		Note: r.Tf("有记录以来至 %s 的累计，不随所选月份变化。", "All on record to %s, whatever month is chosen.", r.CutOff.Format("2006-01-02"))},
		Stats{[]Stat{
			{Label: r.T("节俭办酒承诺", "Frugality pledges"), Value: total("pledges"),
				Reading: r.Tf("已履行 %s 份；未履行可能只是酒席还没有办", "%s kept; one not kept may not have come due", total("pledges_kept"))},
			{Label: r.T("器官捐献协议", "Organ-donation agreements"), Value: total("organ_donation")},
			{Label: r.T("触碰红线", "Red-line breaches"), Value: total("red_line_breaches"), Reading: r.T("数量少，单月变化不说明问题", "rare: one month's change says nothing")},
		}}, r.funds(f), r.rights(f)}
}

// funds sum up scholarship and charity funds by year. An amount or number that was not filled in is unknown, and not nought.
func (r Request) funds(f facts) Block {
	t := &Table{ID: "funds", Title: r.T("奖学与慈善基金", "Scholarship and charity funds"), Empty: r.T("没有基金记录。", "There are no funds on record."),
		Columns: []Column{text(r.T("年份", "Year")), number(r.T("有基金的村", "Villages")), number(r.T("受助学生", "Students")), number(r.T("奖学（元）", "Scholarships (yuan)")),
			number(r.T("慈善（元）", "Charity (yuan)")), number(r.T("合计（元）", "All (yuan)"))}}
	entries := slices.Concat(f.of("scholarship_funds", ""), f.of("charity_funds", ""))
	line := func(name, year string) []Cell {
		count := func(fact string) float64 { return f.of(fact, year).sum() }
		scholarships, charities := count("scholarship_funds"), count("charity_funds")
		students, noAmount, noCharity := count("students_unknown"), count("scholarship_unknown"), count("charity_unknown")
		villages := slices.Concat(f.of("scholarship_funds", year), f.of("charity_funds", year)).villages()
		return []Cell{{Text: name}, countCell(villages), r.knownSum(count("scholarship_students"), scholarships-students, scholarships),
			r.knownSum(count("scholarship_amount"), scholarships-noAmount, scholarships), r.knownSum(count("charity_amount"), charities-noCharity, charities),
			r.knownSum(count("fund_amount"), scholarships+charities-noAmount-noCharity, scholarships+charities)}
	}
	for _, year := range entries.periods() {
		t.Rows = append(t.Rows, line(year, year))
	}
	if len(t.Rows) > 0 {
		t.Total = line(r.T("合计", "Total"), "")
	}
	return t
}

// rights count the rights linked members used, by kind and year.
func (r Request) rights(f facts) Block {
	used := f.prefixed("rights_")
	years := used.periods()
	t := &Table{ID: "rights", Title: r.T("行使权利", "Rights used"), Empty: r.T("没有行使权利的记录。", "There are none on record."), Columns: []Column{text(r.T("种类", "Kind"))}}
	for _, year := range years {
		t.Columns = append(t.Columns, number(year))
	}
	t.Columns = append(t.Columns, number(r.T("合计", "Total")))
	t.Total = []Cell{{Text: r.T("合计", "Total")}}
	for _, name := range used.names() {
		row := []Cell{{Text: r.word("rights", "kind", strings.TrimPrefix(name, "rights_"))}}
		for _, year := range years {
			row = append(row, countCell(used.of(name, year).sum()))
		}
		t.Rows = append(t.Rows, append(row, countCell(used.of(name, "").sum())))
	}
	for _, year := range years {
		var sum float64
		for _, name := range used.names() {
			sum += used.of(name, year).sum()
		}
		t.Total = append(t.Total, countCell(sum))
	}
	t.Total = append(t.Total, countCell(used.sum()))
	return t
}
