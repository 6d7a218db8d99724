package page

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

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
			s += r.Tf("，核对事项落实 %s（%s）", "; of the items checked %s were done (%s)", done.Text(r.Lang), done.Base(r.Lang))
		}
		said = append(said, s+r.T("。", "."))
	}
	if posts := facts.prefixed("kinds_").sum(); posts > 0 {
		said = append(said, r.Tf("设岗 %s 个，其中百米微河长 %s 个。", "There are %s posts, %s of them hundred-metre micro river chiefs.", Count(posts), Count(facts.of(riverChiefs, "").sum())))
	}
	if funds := facts.of("fund_amount", ""); funds.sum() > 0 {
		who := r.Tf("%s 个村设有基金", "%s villages have funds", Count(funds.villages()))
		if funds.villages() == 1 {
			who = r.T("1 个村设有基金", "One village has a fund")
		}
		years := r.Tf("%d 年来", "in %d years", len(funds.periods()))
		if len(funds.periods()) == 1 {
			years = r.T("一年来", "in one year")
		}
		s := r.Tf("%s，%s资助学生 %s 名，金额 %s 元", "%s; %s %s students were supported with %s yuan",
			who, years, Count(facts.of("scholarship_students", "").sum()), Count(funds.sum()))
		if unknown := facts.of("scholarship_unknown", "").sum() + facts.of("charity_unknown", "").sum(); unknown > 0 {
			s += r.Tf("；另有 %s 笔没有填金额，不在其中", "; %s more entries name no amount and are not in it", Count(unknown))
		}
		said = append(said, s+r.T("。", "."))
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
	if len(branches) == 0 {
		t.Empty = r.T("没有支部名册，不知道。", "There is no list of branches: nothing is known.")
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
	tiles := []Stat{r.readStat(own, "reconciliation_rate"), r.readStat(own, "attendance_rate"), r.readStat(own, "items_done_rate"), r.readStat(own, "display_rate")}
	if err := r.placeTiles(ctx, tiles); err != nil {
		return nil, err
	}
	blocks := []Block{Section{ID: "meetings", Title: r.T("会议与亮相", "Meetings and displays")}, Stats{tiles}}
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
	unknown, known := 0, 0
	for _, b := range r.Branches {
		if r.Village != "" && b.VillageID != r.Village {
			continue
		}
		if met.at("reconciliation_rate", b.ID, r.Month).Known() {
			known++
		} else {
			unknown++
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
	switch {
	case known == 0:
		t.Empty = r.T("没有收到会议记录，不知道哪些支部开了。", "No record of meetings came: nothing is known.")
	case unknown > 0:
		t.Note = r.Tf("另有 %d 个支部没有会议数据，未知。", "Of %d more branches nothing is known.", unknown)
		t.Empty = r.Tf("有数据的 %d 个支部都开了。", "All %d branches of which meetings are known held one.", known)
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
