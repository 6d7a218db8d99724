package page

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"hulian/dashboards/chart"
	"hulian/data"
)

func organisationPage() Page {
	return Page{
		ID: "organisation", Path: "/organisation", Group: GroupPeople, Takes: ByMonth | ByVillage,
		Title:    data.Text{Zh: "组织", En: "Organisation"},
		Question: data.Text{Zh: "六级组织是否健全？会议、岗位、认领事项和亮相落实了没有？", En: "Is the organisation complete, and are meetings, posts, claimed tasks and displays kept up?"},
		Build:    buildOrganisation,
	}
}

// organisationMeasures are the tiles of the page.
var organisationMeasures = []string{"reconciliation_rate", "attendance_rate", "items_done_rate", "display_rate", "posts_rate", "tasks_done", "tasks_overdue"}

func buildOrganisation(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.heading()}
	own, err := r.values(ctx, r.hereAlways(), append([]string{"organisation_life"}, organisationMeasures...)...)
	if err != nil {
		return v, err
	}
	branches, err := r.branchRows(ctx)
	if err != nil {
		return v, err
	}
	facts, err := r.facts(ctx)
	if err != nil {
		return v, err
	}
	v.Sentences = r.organisationSentences(own, branches, facts)
	v.Blocks = append(v.Blocks, r.sixLevels(branches), r.incomplete(branches))
	full, err := r.structure(ctx)
	if err != nil {
		return v, err
	}
	if t, ok := full.(*Table); ok {
		t.Folded = true
	}
	v.Blocks = append(v.Blocks, full)
	meetings, err := r.meetings(ctx, own)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, meetings...)
	tasks, err := r.overdueTasks(ctx)
	if err != nil {
		return v, err
	}
	posts, err := r.postBlocks(facts)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, posts...)
	v.Blocks = append(v.Blocks, Section{ID: "tasks", Title: r.T("认领事项", "Claimed tasks")}, Stats{[]Stat{r.readStat(own, "tasks_done"), r.readStat(own, "tasks_overdue")}}, tasks)
	v.Blocks = append(v.Blocks, r.conductBlocks(facts)...)
	return v, nil
}

// branchRow is one branch as it stands at the cut-off.
type branchRow struct {
	village, id, name                                                string
	committee, groups, liaison, centres, members, active, households float64
	complete                                                         bool
}

// branchRows reads the branches of the page's place.
func (r Request) branchRows(ctx context.Context) ([]branchRow, error) {
	where, args := r.inPlace("b.")
	table, err := r.Data.Query(ctx, fmt.Sprintf(structureSQL, where), args...)
	if err != nil {
		return nil, fmt.Errorf("read the structure of branches: %w", err)
	}
	var all []branchRow
	for _, row := range read(table) {
		b := branchRow{id: row.text("branch_id"), name: row.text("name"), committee: row.number("committee_count"), groups: row.number("group_count"),
			liaison: row.number("liaison_count"), centres: row.number("centre_households"), members: row.number("members"), active: row.number("active_members"),
			households: row.number("households"), complete: row.truth("complete")}
		if u, ok := r.Snapshot.Branch(b.id); ok {
			b.village, b.name = u.VillageID, u.Name
		}
		all = append(all, b)
	}
	return all, nil
}

// sumOf adds one number of every branch; what is not recorded counts as nothing.
func sumOf(all []branchRow, number func(branchRow) float64) float64 {
	var sum float64
	for _, b := range all {
		if n := number(b); !math.IsNaN(n) {
			sum += n
		}
	}
	return sum
}

func completeOf(all []branchRow) (complete float64) {
	for _, b := range all {
		if b.complete {
			complete++
		}
	}
	return complete
}

func (r Request) organisationSentences(own measured, branches []branchRow, facts facts) []string {
	var said []string
	want := r.Programme.Branch
	if n := float64(len(branches)); n > 0 {
		said = append(said, r.Tf("%s 个网格支部中 %s 个达到“%d+%d+%d”（%s）；党员中心户 %s 户，分布在 %s 个支部。",
			"Of %s grid branches %s have their %d + %d + %d complete (%s); %s member centre households in %s branches.",
			Count(n), Count(completeOf(branches)), want.Committee, want.Groups, want.LiaisonCadres, Percent(completeOf(branches)/n),
			Count(sumOf(branches, func(b branchRow) float64 { return b.centres })), Count(float64(withCentre(branches)))))
	}
	unit := r.Unit().ID
	if met := own.at("reconciliation_rate", unit, r.Month); met.Known() {
		s := r.Tf("%s %s 个支部中 %s 个召开了对账交流会", "In %s, of %s branches %s held the reconciliation meeting", r.Month, Count(met.Den), Count(met.Num))
		if done := own.at("items_done_rate", unit, r.Month); done.Known() {
			s += r.Tf("，核对事项落实 %s（%s）", "; of the items checked %s were done (%s)", done.Text(r.Lang), done.Base())
		}
		said = append(said, s+r.T("。", "."))
	}
	if posts := facts.prefixed("posts_").sum(); posts > 0 {
		said = append(said, r.Tf("设岗 %s 个，其中百米微河长 %s 个。", "There are %s posts, %s of them hundred-metre micro river chiefs.", Count(posts), Count(facts.of("posts_five_waters", "").sum())))
	}
	if funds := facts.of("fund_amount", ""); funds.sum() > 0 {
		said = append(said, r.Tf("%s 个村设有基金，%d 年来资助学生 %s 名，金额 %s 元。", "%s villages have funds; in %d years they supported %s students with %s yuan.",
			Count(funds.villages()), len(funds.periods()), Count(facts.of("scholarship_students", "").sum()), Count(funds.sum())))
	}
	return said
}

func withCentre(all []branchRow) int {
	n := 0
	for _, b := range all {
		if b.centres > 0 {
			n++
		}
	}
	return n
}

// sixLevels counts what stands on each level, from the town committee down to the linked household.
func (r Request) sixLevels(branches []branchRow) Block {
	villages := map[string]bool{}
	for _, b := range branches {
		villages[b.village] = true
	}
	sum := func(number func(branchRow) float64) string { return Count(sumOf(branches, number)) }
	w := Worked{Title: r.T("六级组织", "Six levels")}
	add := func(name, formula, value string) {
		w.Figures = append(w.Figures, Figure{Name: name, Formula: formula, Value: value})
	}
	if r.Village == "" {
		add(r.T("镇党委", "Town committee"), r.T("数据逐级上报，任务逐级下达", "data flow up, tasks flow down"), "1")
	}
	add(r.T("村党总支", "Village general branches"), r.T("有网格支部的村", "villages with grid branches"), Count(float64(len(villages))))
	add(r.T("网格支部", "Grid branches"), r.T("一网格一支部", "one for each grid"), Count(float64(len(branches))))
	add(r.T("网格党小组", "Grid groups"), r.Tf("每个支部应有 %d 个", "%d wanted in each branch", r.Programme.Branch.Groups), sum(func(b branchRow) float64 { return b.groups }))
	add(r.T("党员", "Members"), r.Tf("其中可动员 %s 名", "%s of them active", sum(func(b branchRow) float64 { return b.active })), sum(func(b branchRow) float64 { return b.members }))
	add(r.T("联系户", "Linked households"), r.T("网格内全部农户", "all households of the grids"), sum(func(b branchRow) float64 { return b.households }))
	return w
}

// incomplete lists the branches with a part missing, and which.
func (r Request) incomplete(branches []branchRow) Block {
	want := r.Programme.Branch
	t := &Table{ID: "incomplete", Stacked: true, Title: r.Tf("设置不完整的支部（应为 %d 名支委 + %d 个党小组 + %d 名联络干部，中心户 %d–%d 户）",
		"Branches with a part missing (%d committee members + %d groups + %d liaison cadres, %d–%d centre households)", want.Committee, want.Groups, want.LiaisonCadres, want.CentreHouseholdsMin, want.CentreHouseholdsMax),
		Note: r.atCutOff(), Empty: r.T("没有：各支部设置齐全。", "There are none: every branch is complete."),
		Columns: []Column{text(r.T("网格支部", "Branch")), text(r.T("缺什么", "What is missing"))}}
	if r.Village == "" {
		t.Columns = slices.Insert(t.Columns, 0, text(r.T("村", "Village")))
	}
	for _, b := range branches {
		missing := r.missingParts(b)
		if len(missing) == 0 {
			continue
		}
		row := []Cell{r.unitCell(b.id), {Text: strings.Join(missing, r.T("；", "; "))}}
		if r.Village == "" {
			row = slices.Insert(row, 0, r.unitCell(b.village))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// missingParts names each part of a branch that is not as the programme wants it.
func (r Request) missingParts(b branchRow) []string {
	want := r.Programme.Branch
	var parts []string
	for _, p := range []struct {
		name data.Text
		have float64
		want int
	}{{data.Text{Zh: "支委", En: "committee"}, b.committee, want.Committee}, {data.Text{Zh: "党小组", En: "groups"}, b.groups, want.Groups},
		{data.Text{Zh: "联络干部", En: "liaison cadres"}, b.liaison, want.LiaisonCadres}} {
		switch {
		case math.IsNaN(p.have):
			parts = append(parts, r.Tf("%s没有登记", "%s not recorded", p.name.In(r.Lang)))
		case p.have < float64(p.want):
			parts = append(parts, r.Tf("%s %s/%d", "%s %s of %d", p.name.In(r.Lang), Count(p.have), p.want))
		}
	}
	switch {
	case b.centres < float64(want.CentreHouseholdsMin):
		parts = append(parts, r.T("没有中心户", "no centre household"))
	case b.centres > float64(want.CentreHouseholdsMax):
		parts = append(parts, r.Tf("中心户 %s 户，多于 %d 户", "%s centre households, more than %d", Count(b.centres), want.CentreHouseholdsMax))
	}
	return parts
}

// meetings shows whether the monthly meeting is held, who came and what was found done, and which branches held none.
func (r Request) meetings(ctx context.Context, own measured) ([]Block, error) {
	blocks := []Block{Section{ID: "meetings", Title: r.T("会议与亮相", "Meetings and displays")},
		Stats{[]Stat{r.readStat(own, "reconciliation_rate"), r.readStat(own, "attendance_rate"), r.readStat(own, "items_done_rate"), r.readStat(own, "display_rate")}}}
	trend, err := r.trend(own, "meetings", r.T("对账交流会：召开、到会、落实", "The monthly meeting: held, attended, items done"), "reconciliation_rate", "attendance_rate", "items_done_rate")
	if err != nil {
		return nil, err
	}
	units, err := r.unitTable(ctx, "units", organisationMeasures...)
	if err != nil {
		return nil, err
	}
	without, err := r.withoutMeeting(ctx)
	if err != nil {
		return nil, err
	}
	return append(blocks, trend, without, r.organisationLife(own), units), nil
}

// withoutMeeting lists the branches that held no reconciliation meeting this month, those silent longest first.
func (r Request) withoutMeeting(ctx context.Context) (Block, error) {
	s := scope{level: LevelBranch, village: r.Village, from: r.FirstMonth, to: r.Month}
	met, err := r.values(ctx, s, "reconciliation_rate")
	if err != nil {
		return nil, err
	}
	t := &Table{ID: "no-meeting", Title: r.Tf("%s 没有召开对账交流会的支部", "Branches without a reconciliation meeting in %s", r.Month),
		Empty: r.T("没有：各支部都开了。", "There are none: every branch held one."), Columns: []Column{text(r.T("网格支部", "Branch")), number(r.T("连续未开（月）", "Months in a row"))}}
	if r.Village == "" {
		t.Columns = slices.Insert(t.Columns, 0, text(r.T("村", "Village")))
	}
	months := r.MonthsUpTo()
	for _, b := range r.Branches {
		if r.Village != "" && b.VillageID != r.Village {
			continue
		}
		silent := 0
		for i := len(months) - 1; i >= 0; i-- {
			if v := met.at("reconciliation_rate", b.ID, months[i]); !v.Known() || v.Num > 0 {
				break
			}
			silent++
		}
		if silent == 0 {
			continue
		}
		row := []Cell{{Text: b.Name, Link: r.Link("village", InUnit(b))}, countCell(float64(silent))}
		if r.Village == "" {
			row = slices.Insert(row, 0, r.unitCell(b.VillageID))
		}
		t.Rows = append(t.Rows, row)
	}
	last := len(t.Columns) - 1
	slices.SortStableFunc(t.Rows, func(a, b []Cell) int {
		if len(a[last].Value) != len(b[last].Value) {
			return len(b[last].Value) - len(a[last].Value)
		}
		return strings.Compare(b[last].Value, a[last].Value)
	})
	return t, nil
}

// organisationLife shows the yearly meeting year by year: the measure fills up over a year and starts anew in January.
func (r Request) organisationLife(own measured) Block {
	t := &Table{ID: "organisation-life", Title: r.T("组织生活会（每年一次）", "The organisation-life meeting (once a year)"),
		Columns: []Column{text(r.T("年份", "Year")), r.column("organisation_life"), text(r.T("说明", "Note"))}}
	for _, v := range own.series("organisation_life", r.Unit().ID, r.MonthsUpTo()) {
		year, month := v.Month[:4], v.Month[5:]
		note := r.Tf("全年（截至 %s）", "the whole year (to %s)", v.Month)
		switch {
		case month == "12":
		case v.Month == r.Month:
			note = r.Tf("本年尚未结束，截至 %s", "the year is still running, to %s", v.Month)
		default:
			continue
		}
		c := r.cell(v)
		if month != "12" {
			c.Tone = ToneQuiet
		}
		t.Rows = append(t.Rows, []Cell{{Text: year}, c, {Text: note}})
	}
	return t
}

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

// postBlocks show the posts held at the cut-off by the programme they serve, the largest first and the rest last.
func (r Request) postBlocks(f facts) ([]Block, error) {
	posts := f.prefixed("posts_")
	if len(posts) == 0 {
		return nil, nil
	}
	names := posts.names()
	slices.SortStableFunc(names, func(a, b string) int {
		if (a == "posts_other") != (b == "posts_other") {
			return map[bool]int{true: 1, false: -1}[a == "posts_other"]
		}
		return cmp.Compare(posts.of(b, "").sum(), posts.of(a, "").sum())
	})
	title := r.T("一员双岗：按中心工作", "Posts by the programme they serve")
	bars := chart.Bars{ID: "posts", Label: title, Number: chart.Whole, Values: true, Height: chart.Short}
	part := chart.Part{Name: r.T("岗位", "Posts"), Colour: chart.Blue}
	t := Table{ID: "posts", Title: title, Columns: []Column{text(r.T("中心工作", "Programme")), number(r.T("岗位", "Posts")), {Title: r.T("占比", "Share"), Unit: "%", Kind: ColumnRate}}}
	for _, name := range names {
		n := posts.of(name, "").sum()
		label := r.word("posts", "programme", strings.TrimPrefix(name, "posts_"))
		if name == "posts_five_waters" {
			label += r.T("（百米微河长）", " (micro river chiefs)")
		}
		bars.Items, part.Values = append(bars.Items, label), append(part.Values, n)
		t.Rows = append(t.Rows, []Cell{{Text: label}, countCell(n), shareCell(n, posts.sum())})
	}
	t.Total = []Cell{{Text: r.T("合计", "Total")}, countCell(posts.sum()), {}}
	bars.Parts = []chart.Part{part}
	drawn, err := bars.Draw()
	if err != nil {
		return nil, err
	}
	return []Block{Section{ID: "posts", Title: r.T("岗位", "Posts"), Note: r.atCutOff()}, &Chart{Title: title, Chart: drawn, Table: t, Open: true}}, nil
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

// funds sum up scholarship and charity funds by year.
func (r Request) funds(f facts) Block {
	t := &Table{ID: "funds", Title: r.T("奖学与慈善基金", "Scholarship and charity funds"), Empty: r.T("没有基金记录。", "There are no funds on record."),
		Columns: []Column{text(r.T("年份", "Year")), number(r.T("有基金的村", "Villages")), number(r.T("受助学生", "Students")), number(r.T("奖学（元）", "Scholarships (yuan)")),
			number(r.T("慈善（元）", "Charity (yuan)")), number(r.T("合计（元）", "All (yuan)"))}}
	line := func(name, year string) []Cell {
		return []Cell{{Text: name}, countCell(f.of("fund_amount", year).villages()), countCell(f.of("scholarship_students", year).sum()),
			countCell(f.of("scholarship_amount", year).sum()), countCell(f.of("charity_amount", year).sum()), countCell(f.of("fund_amount", year).sum())}
	}
	for _, year := range f.of("fund_amount", "").periods() {
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
