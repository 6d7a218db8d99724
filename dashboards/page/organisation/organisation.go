package organisation

import (
	"context"
	"math"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries/reading"
)

// OrganisationMeasures are the tiles of the page.
var OrganisationMeasures = []string{"reconciliation_rate", "attendance_rate", "items_done_rate", "display_rate", "posts_rate", "tasks_done", "tasks_overdue"}

// Organisation builds the page of posts, meetings, funds and conduct.
func Organisation(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: block.Heading(r)}
	own, err := r.Values(ctx, r.Visitor, block.AlwaysScope(r), slices.Concat([]string{"organisation_life"}, OrganisationMeasures, MergedMeasures)...)
	if err != nil {
		return v, err
	}
	branches, err := branchRows(ctx, r)
	if err != nil {
		return v, err
	}
	told, err := r.OrganisationFacts(ctx, r.Visitor, r.Unit())
	if err != nil {
		return v, err
	}
	v.Sentences = append(organisationSentences(r, own, branches, told), mergedSentences(r, own)...)
	var lines []string
	if v.Headline, lines, err = answer(ctx, r, own, branches); err != nil {
		return v, err
	}
	full, err := Structure(ctx, r)
	if err != nil {
		return v, err
	}
	if t, ok := full.(*view.Table); ok {
		t.Folded = true
	}
	silent, err := withoutMeeting(ctx, r)
	if err != nil {
		return v, err
	}
	silent.PageRows = rowsBeside
	missing := incomplete(r, branches)
	missing.PageRows = rowsBeside
	tiles, err := meetingTiles(ctx, r, own)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, view.Text{Paragraphs: lines}, tiles,
		view.Row{Parts: []view.Part{{Span: 12, Blocks: []view.Block{organisationTree(r, branches)}}}},
		view.Row{Parts: []view.Part{{Span: 6, Blocks: []view.Block{missing}}, {Span: 6, Blocks: []view.Block{silent}}}},
		view.Lead{}, full)
	meetings, err := meetings(ctx, r, own)
	if err != nil {
		return v, err
	}
	grids, err := twoGrids(ctx, r, own)
	if err != nil {
		return v, err
	}
	ones, err := fourOnes(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, grids...)
	v.Blocks = append(v.Blocks, view.Section{ID: "ones", Title: r.T("四个一", "The four “ones”")},
		view.Stats{Tiles: []view.Stat{block.ReadStat(r, own, "branch_groups"), block.ReadStat(r, own, "centre_branches")}}, ones)
	v.Blocks = append(v.Blocks, meetings...)
	tasks, err := overdueTasks(ctx, r)
	if err != nil {
		return v, err
	}
	byWork, err := taskTables(ctx, r)
	if err != nil {
		return v, err
	}
	posts, err := postBlocks(r, told)
	if err != nil {
		return v, err
	}
	rivers, err := riverBlocks(ctx, r, own)
	if err != nil {
		return v, err
	}
	v.Blocks = append(append(v.Blocks, posts...), view.Callout{Tone: view.ToneQuiet, Next: r.T("看没有岗位的党员和没有人履行的岗位", "See members without a post and posts nobody carries"), Link: r.Link("members")}, view.Section{ID: "river", Title: r.T("河道", "Rivers")})
	v.Blocks = append(v.Blocks, rivers...)
	conduct, err := conductBlocks(ctx, r, told)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, view.Section{ID: "tasks", Title: r.T("认领事项", "Claimed tasks")}, view.Stats{Tiles: []view.Stat{block.ReadStat(r, own, "tasks_done"), block.ReadStat(r, own, "tasks_overdue")}})
	v.Blocks = append(append(v.Blocks, byWork...), tasks)
	more, err := conductMore(ctx, r)
	v.Blocks = append(append(v.Blocks, conduct...), more...)
	return v, err
}

// branchRow is one branch as it stands at the cut-off.
type branchRow struct {
	village, id, name                                                string
	committee, groups, liaison, centres, members, active, households float64
	complete                                                         bool
}

// branchRows reads the branches of the page's place.
func branchRows(ctx context.Context, r block.Request) ([]branchRow, error) {
	rows, err := r.Structure(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, err
	}
	var all []branchRow
	for _, row := range rows {
		b := branchRow{id: row.BranchID, name: row.Name, committee: row.CommitteeCount, groups: row.GroupCount,
			liaison: row.LiaisonCount, centres: row.CentreHouseholds, members: row.Members, active: row.ActiveMembers,
			households: row.Households, complete: row.Complete}
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

func organisationSentences(r block.Request, own facts.Measured, branches []branchRow, told facts.OrganisationFacts) []string {
	var said []string
	want := r.Programme.Branch
	if n := float64(len(branches)); n > 0 {
		s := r.Tf("%s 个网格支部中 %s 个达到“%d+%d+%d”（%s）", "Of %s grid branches %s have their %d + %d + %d complete (%s)",
			reading.Count(n), reading.Count(completeOf(branches)), want.Committee, want.Groups, want.LiaisonCadres, reading.Percent(completeOf(branches)/n))
		if !slices.ContainsFunc(branches, func(b branchRow) bool { return !math.IsNaN(b.committee + b.groups + b.liaison) }) {
			s = r.Tf("%[1]s 个网格支部的支委、党小组、联络干部没有登记齐，是否达到“%[2]d+%[3]d+%[4]d”未知", "The lists do not name committee, groups and liaison cadres of the %[1]s grid branches: whether their %[2]d + %[3]d + %[4]d is complete is unknown",
				reading.Count(n), want.Committee, want.Groups, want.LiaisonCadres)
		}
		if slices.ContainsFunc(branches, func(b branchRow) bool { return !math.IsNaN(b.centres) }) {
			s += r.Tf("；党员中心户 %s 户，分布在 %s 个支部", "; %s member centre households in %s branches",
				reading.Count(sumOf(branches, func(b branchRow) float64 { return b.centres })), reading.Count(float64(withCentre(branches))))
		}
		said = append(said, s+r.T("。", "."))
	}
	unit := r.Unit().ID
	if met := own.At("reconciliation_rate", unit, r.Month); met.Known() {
		s := r.Tf("%s %s 个支部中 %s 个召开了对账交流会", "In %s, of %s branches %s held the reconciliation meeting", r.MonthName(r.Month), reading.Count(met.Den), reading.Count(met.Num))
		if done := own.At("items_done_rate", unit, r.Month); done.Known() {
			s += r.Tf("，核对事项落实 %s（%s）", "; of the items checked %s were done (%s)", done.Text(r.Lang), done.Base(r.Lang))
		}
		said = append(said, s+r.T("。", "."))
	}
	if posts := told.Prefixed("kinds_").Sum(); posts > 0 {
		said = append(said, r.Tf("设岗 %s 个，其中百米微河长 %s 个。", "There are %s posts, %s of them hundred-metre micro river chiefs.", reading.Count(posts), reading.Count(told.Of(RiverChiefs, "").Sum())))
	}
	if funds := fundsSentence(r, told); funds != "" {
		said = append(said, funds)
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

// listed is a count out of lists; where nobody stands on them there is no list, and nothing is known.
func listed(n float64) string {
	if n == 0 {
		return reading.Missing
	}
	return reading.Count(n)
}

// incomplete lists the branches with a part missing, and which.
func incomplete(r block.Request, branches []branchRow) *view.Table {
	want := r.Programme.Branch
	t := &view.Table{ID: "incomplete", Stacked: true, Title: r.Tf("设置不完整的支部（应为 %d 名支委 + %d 个党小组 + %d 名联络干部，中心户 %d–%d 户）",
		"Branches with a part missing (%d committee members + %d groups + %d liaison cadres, %d–%d centre households)", want.Committee, want.Groups, want.LiaisonCadres, want.CentreHouseholdsMin, want.CentreHouseholdsMax),
		Note: block.AtCutOff(r), Empty: r.T("没有：各支部设置齐全。", "There are none: every branch is complete."),
		Columns: []view.Column{view.Words(r.T("网格支部", "Branch")), view.Words(r.T("缺什么", "What is missing"))}}
	if r.Village == "" {
		t.Columns = slices.Insert(t.Columns, 0, view.Words(r.T("村", "Village")))
	}
	if len(branches) == 0 {
		t.Empty = r.T("没有支部名册，情况未知。", "There is no list of branches: nothing is known.")
	}
	for _, b := range branches {
		missing := missingParts(r, b)
		if len(missing) == 0 {
			continue
		}
		row := []view.Cell{block.UnitCell(r, b.id), {Text: strings.Join(missing, r.T("；", "; "))}}
		if r.Village == "" {
			row = slices.Insert(row, 0, block.UnitCell(r, b.village))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// part is one part of a branch that is not as the programme wants it, or of which the list says nothing: that is unknown, not lacking.
type part struct {
	name   data.Text
	said   string
	untold bool
}

// centreName names the part that stands beside committee, groups and liaison cadres.
var centreName = data.Text{Zh: "中心户", En: "centre households"}

// missingParts says it of each part of a branch.
func missingParts(r block.Request, b branchRow) []string {
	var said []string
	for _, p := range partsOf(r, b) {
		said = append(said, p.said)
	}
	return said
}

func partsOf(r block.Request, b branchRow) (parts []part) {
	want := r.Programme.Branch
	for _, p := range []struct {
		name data.Text
		have float64
		want int
	}{{data.Text{Zh: "支委", En: "committee"}, b.committee, want.Committee}, {data.Text{Zh: "党小组", En: "groups"}, b.groups, want.Groups},
		{data.Text{Zh: "联络干部", En: "liaison cadres"}, b.liaison, want.LiaisonCadres}} {
		switch {
		case math.IsNaN(p.have):
			parts = append(parts, part{name: p.name, said: r.Tf("%s没有登记", "%s not recorded", p.name.In(r.Lang)), untold: true})
		case p.have < float64(p.want):
			parts = append(parts, part{name: p.name, said: r.Tf("%s %s/%d", "%s %s of %d", p.name.In(r.Lang), reading.Count(p.have), p.want)})
		}
	}
	switch {
	case math.IsNaN(b.centres):
		parts = append(parts, part{name: centreName, said: r.T("中心户没有登记", "centre households not recorded"), untold: true})
	case b.centres < float64(want.CentreHouseholdsMin):
		parts = append(parts, part{name: centreName, said: r.T("没有中心户", "no centre household")})
	case b.centres > float64(want.CentreHouseholdsMax):
		parts = append(parts, part{name: centreName, said: r.Tf("中心户 %s 户，多于 %d 户", "%s centre households, more than %d", reading.Count(b.centres), want.CentreHouseholdsMax)})
	}
	return parts
}

// meetings shows whether the monthly meeting is held, who came and what was found done, and which branches held none.
func meetings(ctx context.Context, r block.Request, own facts.Measured) ([]view.Block, error) {
	blocks := []view.Block{view.Section{ID: "meetings", Title: r.T("会议与亮相", "Meetings and displays")}}
	trend, err := block.Trend(r, own, "meetings", r.T("对账交流会：召开、到会、落实", "The monthly meeting: held, attended, items done"), "reconciliation_rate", "attendance_rate", "items_done_rate")
	if err != nil {
		return nil, err
	}
	units, err := block.UnitTable(ctx, r, "units", OrganisationMeasures...)
	if err != nil {
		return nil, err
	}
	open, err := openShortcomings(ctx, r)
	if err != nil {
		return nil, err
	}
	gaps, err := displayGaps(ctx, r)
	if err != nil {
		return nil, err
	}
	tables, err := roundTables(ctx, r)
	if err != nil {
		return nil, err
	}
	return append(blocks, trend, view.Stats{Tiles: []view.Stat{block.ReadStat(r, own, "shortcomings_mended"), block.ReadStat(r, own, "round_tables_held")}},
		organisationLife(r, own), open, tables, gaps, units), nil
}

// withoutMeeting lists the branches that held no reconciliation meeting this month, those silent longest first.
func withoutMeeting(ctx context.Context, r block.Request) (*view.Table, error) {
	s := facts.Scope{Level: facts.LevelBranch, Village: r.Village, From: r.FirstMonth, To: r.Month}
	met, err := r.Values(ctx, r.Visitor, s, "reconciliation_rate")
	if err != nil {
		return nil, err
	}
	t := &view.Table{ID: "no-meeting", Title: r.Tf("%s没有召开对账交流会的支部", "Branches without a reconciliation meeting in %s", r.MonthName(r.Month)),
		Empty: r.T("没有：各支部都开了。", "There are none: every branch held one."), Columns: []view.Column{view.Words(r.T("网格支部", "Branch")), view.Number(r.T("连续未开（月）", "Months in a row"))}}
	if r.Village == "" {
		t.Columns = slices.Insert(t.Columns, 0, view.Words(r.T("村", "Village")))
	}
	months := r.MonthsUpTo()
	unknown, known := 0, 0
	for _, b := range r.Branches {
		if r.Village != "" && b.VillageID != r.Village {
			continue
		}
		if met.At("reconciliation_rate", b.ID, r.Month).Known() {
			known++
		} else {
			unknown++
		}
		silent, whole := block.WithoutMeeting(r, b, met.Series("reconciliation_rate", b.ID, months))
		if silent == 0 {
			continue
		}
		count := view.Count(float64(silent))
		if whole {
			count.Note = r.Tf("%s启动以来都未开", "none since the start in %s", facts.FirstSeven(r.StartOf(b)))
		}
		row := []view.Cell{{Text: b.Name, Link: r.Link("village", question.InUnit(b))}, count}
		if r.Village == "" {
			row = slices.Insert(row, 0, block.UnitCell(r, b.VillageID))
		}
		t.Rows = append(t.Rows, row)
	}
	switch {
	case known == 0:
		t.Empty = r.T("没有收到会议记录，哪些支部开了未知。", "No record of meetings came: nothing is known.")
	case unknown > 0:
		t.Note = r.Tf("另有 %d 个支部没有会议数据，未知。", "Of %d more branches nothing is known.", unknown)
		t.Empty = r.Tf("有数据的 %d 个支部都开了。", "All %d branches of which meetings are known held one.", known)
	}
	last := len(t.Columns) - 1
	slices.SortStableFunc(t.Rows, func(a, b []view.Cell) int {
		if len(a[last].Value) != len(b[last].Value) {
			return len(b[last].Value) - len(a[last].Value)
		}
		return strings.Compare(b[last].Value, a[last].Value)
	})
	return t, nil
}

// organisationLife shows the yearly meeting year by year: the measure fills up over a year and starts anew in January.
func organisationLife(r block.Request, own facts.Measured) view.Block {
	t := &view.Table{ID: "organisation-life", Title: r.T("组织生活会（每年一次）", "The organisation-life meeting (once a year)"),
		Columns: []view.Column{view.Words(r.T("年份", "Year")), block.Column(r, "organisation_life"), view.Words(r.T("说明", "Note"))}}
	for _, v := range own.Series("organisation_life", r.Unit().ID, r.MonthsUpTo()) {
		year, month := v.Month[:4], v.Month[5:]
		note := r.Tf("全年（截至 %s）", "the whole year (to %s)", v.Month)
		switch {
		case month == "12":
		case v.Month == r.Month:
			note = r.Tf("本年尚未结束，截至 %s", "the year is still running, to %s", v.Month)
		default:
			continue
		}
		c := block.Cell(r, v)
		if month != "12" {
			c.Tone = view.ToneQuiet
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: year}, c, {Text: note}})
	}
	return t
}

// meetingTiles are the leading figures: meetings held, who came, what was done, what is on display.
func meetingTiles(ctx context.Context, r block.Request, own facts.Measured) (view.Block, error) {
	tiles := []view.Stat{block.ReadStat(r, own, "reconciliation_rate"), block.ReadStat(r, own, "attendance_rate"), block.ReadStat(r, own, "items_done_rate"), block.ReadStat(r, own, "display_rate")}
	return view.Stats{Tiles: tiles}, block.PlaceTiles(ctx, r, tiles)
}

// Structure shows "3+3+2", the centre households and the displays of each branch.
func Structure(ctx context.Context, r block.Request) (view.Block, error) {
	rows, err := r.Structure(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, err
	}
	want := r.Programme.Branch
	t := &view.Table{ID: "structure", PageRows: 2 * rowsListed, Title: r.Tf("支部设置（%d+%d+%d）与三级亮相", "Branches: %d + %d + %d, and the three displays", want.Committee, want.Groups, want.LiaisonCadres),
		Note: block.AtCutOff(r), Empty: r.T("名册中没有支部。", "The registry names no branch.")}
	type row = facts.BranchStructure
	view.Fill(t, rows,
		view.Of(view.Words(r.T("网格支部", "Branch")), func(b row) view.Cell { return block.UnitCell(r, b.BranchID) }),
		view.Of(view.Number(r.T("支委", "Committee")), func(b row) view.Cell { return view.Count(b.CommitteeCount) }),
		view.Of(view.Number(r.T("党小组", "Groups")), func(b row) view.Cell { return view.Count(b.GroupCount) }),
		view.Of(view.Number(r.T("联络干部", "Liaison")), func(b row) view.Cell { return view.Count(b.LiaisonCount) }),
		view.Of(view.Number(r.T("中心户", "Centre households")), func(b row) view.Cell { return view.Count(b.CentreHouseholds) }),
		view.Of(view.Words(r.T("设置完整", "Complete")), func(b row) view.Cell { return yesOrNo(r, float64(one(b.Complete))) }),
		view.Of(view.Number(r.T("党员", "Members")), func(b row) view.Cell { return view.Count(b.Members) }),
		view.Of(view.Number(r.T("可动员", "Active")), func(b row) view.Cell { return view.Count(b.ActiveMembers) }),
		view.Of(view.Number(r.T("农户", "Households")), func(b row) view.Cell { return view.Count(b.Households) }),
		view.Of(view.Words(r.T("村亮相", "Village display")), func(b row) view.Cell { return yesOrNo(r, b.DisplayVillage) }),
		view.Of(view.Words(r.T("支部亮相", "Branch display")), func(b row) view.Cell { return yesOrNo(r, b.DisplayBranch) }),
		view.Of(view.Words(r.T("家门亮相", "Home display")), func(b row) view.Cell { return yesOrNo(r, b.DisplayHome) }))
	return t, nil
}
