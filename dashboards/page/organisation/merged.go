package organisation

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
)

// MergedMeasures say how far what ties the organisation together is in place.
var MergedMeasures = []string{"grids_agree", "branch_groups", "centre_branches", "shortcomings_mended", "round_tables_held", "river_covered"}

// twoGrids compares the party grids with the governance grids: where they do not agree, and which households live in another one.
func twoGrids(ctx context.Context, r block.Request, own facts.Measured) ([]view.Block, error) {
	branches, err := r.Merged(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, err
	}
	bare, err := r.BareGrids(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, err
	}
	t := &view.Table{ID: "two-grids", Stacked: true, PageRows: rowsBeside, Title: r.T("两网不一致的地方", "Where the two grids differ"), Note: block.AtCutOff(r),
		Empty: r.T("没有：支部网格与治理网格一致。", "None: every branch's grid is the governance grid.")}
	type difference struct {
		village, of string
		said        string
		households  float64
	}
	var all []difference
	told := map[string]bool{} // villages whose list says which governance grid a branch is
	for _, b := range branches {
		told[b.VillageID] = told[b.VillageID] || b.GovernanceGridID != ""
	}
	for _, g := range bare {
		said := r.T("有农户，没有支部", "households, and no branch")
		if g.Branches > 1 {
			said = r.Tf("%s个支部同在一个治理网格", "%s branches in one governance grid", reading.Count(g.Branches))
		}
		all = append(all, difference{g.VillageID, r.Tf("治理网格%s", "Governance grid %s", g.GridID), said, g.Households})
	}
	for _, b := range branches {
		switch {
		case told[b.VillageID] && b.GovernanceGridID == "":
			all = append(all, difference{b.VillageID, r.Name(b.BranchID), r.T("没有对应的治理网格", "no governance grid"), math.NaN()})
		case b.HouseholdsApart > 0:
			all = append(all, difference{b.VillageID, r.Name(b.BranchID), r.Tf("%[2]s户中%[1]s户登记在别的治理网格", "%s of %s households in another governance grid", reading.Count(b.HouseholdsApart), reading.Count(b.GridHouseholds)), b.HouseholdsApart})
		}
	}
	slices.SortStableFunc(all, func(a, b difference) int { // those that lack the other grid first
		if math.IsNaN(a.households) != math.IsNaN(b.households) {
			return cmp.Compare(one(math.IsNaN(b.households)), one(math.IsNaN(a.households)))
		}
		return cmp.Compare(b.households, a.households)
	})
	var columns []view.ColumnOf[difference]
	if r.Village == "" {
		columns = append(columns, view.Of(view.Words(r.T("村", "Village")), func(d difference) view.Cell { return block.UnitCell(r, d.village) }))
	}
	columns = append(columns,
		view.Of(view.Words(r.T("网格或支部", "Grid or branch")), func(d difference) view.Cell { return view.Plain(d.of) }),
		view.Of(view.Words(r.T("怎样不一致", "How they differ")), func(d difference) view.Cell { return view.Plain(d.said) }),
		view.Of(view.Number(r.T("涉及农户", "Households")), func(d difference) view.Cell { return knownCount(d.households) }))
	view.Fill(t, all, columns...)
	strays, err := strayHouseholds(ctx, r)
	if err != nil {
		return nil, err
	}
	for _, list := range []*view.Table{t, strays} {
		if len(list.Rows) == 0 {
			if err := block.UnknownRows(ctx, r, list, "grids_agree", r.LastMonth); err != nil {
				return nil, err
			}
		}
	}
	return []view.Block{view.Section{ID: "grids", Title: r.T("两网融合", "Two grids in one")},
		view.Stats{Tiles: []view.Stat{block.ReadStat(r, own, "grids_agree")}}, t, strays}, nil
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// knownCount is a number of things, or the sign for what is not known.
func knownCount(n float64) view.Cell {
	if math.IsNaN(n) {
		return view.Plain(reading.Missing)
	}
	return view.Count(n)
}

// strayHouseholds lists the households whose two grids differ.
func strayHouseholds(ctx context.Context, r block.Request) (*view.Table, error) {
	t := &view.Table{ID: "stray-households", Stacked: true, Folded: true, PageRows: rowsListed, Title: r.T("两个网格不同的农户", "Households whose two grids differ"),
		Note: block.AtCutOff(r), Empty: r.T("没有。", "There are none.")}
	type row = facts.StrayHousehold
	rows, err := block.RowsShown(r, t, func(c facts.Cut) ([]row, error) { return r.Strays(ctx, r.Visitor, r.Unit(), c) }, func(h row) int64 { return h.Total })
	if err != nil {
		return nil, err
	}
	columns := []view.ColumnOf[row]{view.Of(view.Words(r.T("农户", "Household")), func(h row) view.Cell { return view.Plain(h.HouseholdID) })}
	columns = append(columns, block.PlaceColumns(r, func(h row) string { return h.VillageID }, func(h row) string { return h.BranchID })...)
	columns = append(columns,
		view.Of(view.Words(r.T("农户的治理网格", "Its governance grid")), func(h row) view.Cell { return view.Plain(h.OwnGrid) }),
		view.Of(view.Words(r.T("支部的治理网格", "That of its branch")), func(h row) view.Cell { return view.Plain(h.BranchGrid) }))
	view.Fill(t, rows, columns...)
	return t, nil
}

// rowsListed is how many rows of a list that names members, households or stretches stand at once.
const rowsListed = 5

// fourOnes says of every branch how far the four "ones" are in place: cards, notebooks, the WeChat groups of three levels, the meeting.
func fourOnes(ctx context.Context, r block.Request) (*view.Table, error) {
	branches, err := r.Merged(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, err
	}
	groups := map[string]facts.MergedBranch{}
	for _, b := range branches {
		groups[b.BranchID] = b
	}
	measures := []string{"card_rate", "silent_members", "group_rate", "reconciliation_rate"}
	met, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelBranch, Village: r.Village, From: r.Month, To: r.Month}, measures...)
	if err != nil {
		return nil, err
	}
	var here []facts.Unit
	for _, b := range r.Branches {
		if r.Village == "" || b.VillageID == r.Village {
			here = append(here, b)
		}
	}
	t := &view.Table{ID: "four-ones", Stacked: true, PageRows: rowsListed, Title: r.T("四个一：各支部落实情况", "The four “ones”, branch by branch"), Empty: r.T("没有支部名册，情况未知。", "There is no list of branches: nothing is known."),
		Note: r.Tf("%s；两级微信群以%s的登记为准。走访记录本：当月有走访记录的可动员党员。", "%s; the two groups as registered on %s. Notebook: active members with a visit on record in the month.", r.MonthName(r.Month), r.CutOff.Format("2006-01-02"))}
	share := func(id string, of func(facts.Value) float64) func(facts.Unit) view.Cell {
		return func(b facts.Unit) view.Cell {
			v := met.At(id, b.ID, r.Month)
			if !v.Known() {
				return view.Plain(reading.Missing)
			}
			return view.Share(of(v), v.Den)
		}
	}
	have := func(v facts.Value) float64 { return v.Num }
	flag := func(of func(facts.MergedBranch) float64) func(facts.Unit) view.Cell {
		return func(b facts.Unit) view.Cell {
			g, listed := groups[b.ID]
			if !listed {
				return view.Plain(reading.Missing)
			}
			return yesOrNo(r, of(g))
		}
	}
	var columns []view.ColumnOf[facts.Unit]
	if r.Village == "" {
		columns = append(columns, view.Of(view.Words(r.T("村", "Village")), func(b facts.Unit) view.Cell { return block.UnitCell(r, b.VillageID) }))
	}
	columns = append(columns,
		view.Of(view.Words(r.T("网格支部", "Branch")), func(b facts.Unit) view.Cell { return block.UnitCell(r, b.ID) }),
		view.Of(view.Rate(r.T("联心卡", "Cards"), "%"), share("card_rate", have)),
		view.Of(view.Rate(r.T("走访记录本", "Notebooks"), "%"), share("silent_members", func(v facts.Value) float64 { return v.Den - v.Num })),
		view.Of(view.Words(r.T("村—支部群", "Village group")), flag(func(g facts.MergedBranch) float64 { return g.GroupVillageBranch })),
		view.Of(view.Words(r.T("支部—党员群", "Branch group")), flag(func(g facts.MergedBranch) float64 { return g.GroupBranchMember })),
		view.Of(view.Rate(r.T("农户入群", "Households in a group"), "%"), share("group_rate", have)),
		view.Of(view.Words(r.T("对账交流会", "Meeting")), func(b facts.Unit) view.Cell {
			v := met.At("reconciliation_rate", b.ID, r.Month)
			if !v.Known() {
				return view.Plain(reading.Missing)
			}
			return yesOrNo(r, v.Num)
		}))
	view.Fill(t, here, columns...)
	return t, nil
}

// onesMeasures are the four “ones” as measures: cards, notebooks, WeChat groups of branch and households, the meeting.
var onesMeasures = []string{"card_rate", "silent_members", "branch_groups", "group_rate", "reconciliation_rate"}

// OnesByUnit sets the four “ones” of the units below side by side, for paper: the page has them branch by branch. Nothing stands below a branch.
func OnesByUnit(ctx context.Context, r block.Request) (v view.View, err error) {
	if len(r.Below()) == 0 {
		return v, nil
	}
	t, err := block.UnitTable(ctx, r, "ones-units", onesMeasures...)
	if err != nil {
		return v, err
	}
	t.Note = ""
	v.Blocks = []view.Block{t}
	return v, nil
}

// yesOrNo shows 1 or 0, or that it is not known.
func yesOrNo(r block.Request, yes float64) view.Cell {
	switch {
	case math.IsNaN(yes):
		return view.Cell{Text: r.T("未知", "unknown"), Tone: view.ToneQuiet}
	case yes > 0:
		return view.Plain(r.T("是", "yes"))
	default:
		return view.Cell{Text: r.T("否", "no"), Tone: view.ToneWorse}
	}
}

// displayGaps lists the branches that are not shown somewhere, and where.
func displayGaps(ctx context.Context, r block.Request) (*view.Table, error) {
	rows, err := r.Structure(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, err
	}
	t := &view.Table{ID: "display-gaps", Stacked: true, PageRows: rowsBeside, Title: r.T("哪些支部在哪里没有亮相", "Who is not shown where"), Note: block.AtCutOff(r), Empty: r.T("没有：三处都已亮相。", "None: all are shown in all three places.")}
	type row = facts.BranchStructure
	untold := 0
	lacking := slices.DeleteFunc(slices.Clone(rows), func(b row) bool {
		if math.IsNaN(b.DisplayVillage + b.DisplayBranch + b.DisplayHome) {
			untold++
		}
		return b.DisplayVillage != 0 && b.DisplayBranch != 0 && b.DisplayHome != 0
	})
	switch {
	case len(rows) == 0:
		t.Empty = r.T("没有支部名册，情况未知。", "There is no list of branches: nothing is known.")
	case untold == len(rows):
		t.Empty = r.T("名册没有登记亮相情况，未知。", "The list does not say who is shown: unknown.")
	case untold > 0:
		t.Note += r.Tf("%d个支部没有登记齐，未知。", " Of %d branches not all is on record: unknown.", untold)
	}
	var columns []view.ColumnOf[row]
	if r.Village == "" {
		columns = append(columns, view.Of(view.Words(r.T("村", "Village")), func(b row) view.Cell {
			u, _ := r.Snapshot.Branch(b.BranchID)
			return block.UnitCell(r, u.VillageID)
		}))
	}
	columns = append(columns, view.Of(view.Words(r.T("网格支部", "Branch")), func(b row) view.Cell { return block.UnitCell(r, b.BranchID) }),
		view.Of(view.Words(r.T("村公示栏", "Village board")), func(b row) view.Cell { return yesOrNo(r, b.DisplayVillage) }),
		view.Of(view.Words(r.T("支部公示栏", "Branch board")), func(b row) view.Cell { return yesOrNo(r, b.DisplayBranch) }),
		view.Of(view.Words(r.T("党员家门口", "Members' homes")), func(b row) view.Cell { return yesOrNo(r, b.DisplayHome) }))
	view.Fill(t, lacking, columns...)
	return t, nil
}

// openShortcomings lists what organisation-life meetings named and nobody has mended, and since when.
func openShortcomings(ctx context.Context, r block.Request) (*view.Table, error) {
	t := &view.Table{ID: "open-shortcomings", Stacked: true, PageRows: rowsBeside, Title: r.T("组织生活会查摆、尚未整改的问题", "Shortcomings that were named and are not mended"),
		Note: block.AtMonthEnd(r), Empty: r.T("没有：查摆的问题都已整改。", "None: all that was named is mended.")}
	type row = facts.OpenShortcoming
	rows, err := block.RowsShown(r, t, func(c facts.Cut) ([]row, error) { return r.OpenShortcomings(ctx, r.Visitor, r.Unit(), r.Month, c) }, func(s row) int64 { return s.Total })
	if err != nil {
		return nil, err
	}
	columns := block.PlaceColumns(r, func(s row) string { return s.VillageID }, func(s row) string { return s.BranchID })
	columns = append(columns,
		view.Of(view.Words(r.T("问题", "Shortcoming")), func(s row) view.Cell { return view.Plain(s.Shortcoming) }),
		view.Of(view.Day(r.T("查摆于", "Named on")), func(s row) view.Cell { return view.Plain(s.FoundOn) }),
		view.Of(view.Number(r.T("已过天数", "Days")), func(s row) view.Cell { return view.Count(s.Days) }))
	view.Fill(t, rows, columns...)
	return t, block.UnknownRows(ctx, r, t, "shortcomings_mended", r.Month)
}

// roundTables says which villages held evening round-tables, and what became of the issues they brought.
func roundTables(ctx context.Context, r block.Request) (*view.Table, error) {
	rows, err := r.RoundTables(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, err
	}
	t := &view.Table{ID: "round-tables", PageRows: rowsListed, Stacked: true, Title: r.T("圆桌夜谈和带来的问题", "Evening round-tables and what they brought"),
		Note: r.T("有记录以来累计；问题以“圆桌夜谈收集”填“是”为准，没有填写的不在其中。", "All on record; issues that say they were raised at one; those that do not say are not among them. ") + block.AtMonthEnd(r), Empty: r.T("没有圆桌夜谈。", "None were held.")}
	unheld, _, err := block.Untold(ctx, r, "round_tables_held")
	if err != nil {
		return nil, err
	}
	for i, s := range rows { // none on record of a village that reports them is none; of another, not known
		if math.IsNaN(s.Held) && !slices.Contains(unheld, s.VillageID) {
			rows[i].Held = 0
		}
	}
	type row = facts.RoundTables
	view.Fill(t, rows,
		view.Of(view.Words(r.T("村", "Village")), func(s row) view.Cell { return block.UnitCell(r, s.VillageID) }),
		view.Of(view.Number(r.T("场次", "Held")), func(s row) view.Cell { return view.Count(s.Held) }),
		view.Of(view.Day(r.T("最近一场", "Last")), func(s row) view.Cell { return view.Plain(block.OrMissing(s.LastOn)) }),
		view.Of(view.Number(r.T("场均人数", "People each")), func(s row) view.Cell {
			if !(s.Counted > 0) {
				return view.Plain(reading.Missing)
			}
			return view.Decimal(s.Attended/s.Counted, 1)
		}),
		view.Of(view.Number(r.T("带来问题", "Issues brought")), func(s row) view.Cell { return view.Count(s.Issues) }),
		view.Of(view.Rate(r.T("其中已办结", "of which resolved"), "%"), func(s row) view.Cell {
			if math.IsNaN(s.Issues) {
				return view.Cell{Text: reading.Missing, Note: r.T("没有问题写明是否在夜谈收集", "no issue says whether it was raised at one")}
			}
			return view.Share(s.Resolved, s.Issues-s.Untold)
		}))
	return t, block.UnknownRows(ctx, r, t, "round_tables_held", r.Month)
}

// riverBlocks show how much of each river somebody looks after, and where nobody does.
func riverBlocks(ctx context.Context, r block.Request, own facts.Measured) ([]view.Block, error) {
	rows, err := r.Stretches(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, err
	}
	gaps, err := r.RiverGaps(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, err
	}
	bare := map[string][]string{}
	for _, g := range gaps {
		bare[g.SegmentID] = append(bare[g.SegmentID], reading.Count(g.FromM)+"–"+reading.Count(g.ToM))
	}
	type row = facts.Stretch
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(share(a), share(b)) })
	t := &view.Table{ID: "rivers", Stacked: true, PageRows: rowsListed, Title: r.T("河段管护：哪些米数没有人管", "Rivers: which metres nobody looks after"),
		Note: r.T("一河一名总河长；百米微河长等岗位写明河道和起止的才计入。", "One chief a river; posts count where they say from where to where. ") + block.AtCutOff(r), Empty: r.T("没有收到河段名册，未知。", "No list of river segments came: unknown.")}
	columns := []view.ColumnOf[row]{view.Of(view.Words(r.T("河道", "River")), func(s row) view.Cell { return view.Plain(s.River) })}
	if r.Village == "" {
		columns = append(columns, view.Of(view.Words(r.T("村", "Village")), func(s row) view.Cell { return block.UnitCell(r, s.VillageID) }))
	}
	columns = append(columns,
		view.Of(view.Words(r.T("起止（米）", "From–to (m)")), func(s row) view.Cell { return view.Plain(reading.Count(s.FromM) + "–" + reading.Count(s.ToM)) }),
		view.Of(view.Rate(r.T("有人管护", "Looked after"), "%"), func(s row) view.Cell {
			if math.IsNaN(s.Covered) {
				return view.Cell{Text: r.T("未知", "unknown"), Tone: view.ToneQuiet}
			}
			return view.Share(s.Covered, s.Metres)
		}),
		view.Of(view.Number(r.T("岗位", "Posts")), func(s row) view.Cell { return knownCount(s.Posts) }),
		view.Of(view.Words(r.T("无人管护的米数", "Nobody at (m)")), func(s row) view.Cell {
			return view.Plain(block.OrMissing(strings.Join(bare[s.SegmentID], r.T("、", ", "))))
		}),
		view.Of(view.Words(r.T("总河长", "Chief")), func(s row) view.Cell {
			if s.Chief == "" {
				return view.Cell{Text: r.T("没有登记", "not recorded"), Tone: view.ToneWorse}
			}
			return view.Plain(s.Chief)
		}))
	view.Fill(t, rows, columns...)
	return []view.Block{view.Stats{Tiles: []view.Stat{block.ReadStat(r, own, "river_covered")}}, t}, nil
}

// share is how much of a stretch somebody looks after; what is not known comes last.
func share(s facts.Stretch) float64 {
	if math.IsNaN(s.Covered) {
		return 2
	}
	return s.Covered / s.Metres
}

// taskTables show the claimed tasks by the central work they belong to, and by zone.
func taskTables(ctx context.Context, r block.Request) ([]view.Block, error) {
	type row = facts.Zone
	numbers := func() []view.ColumnOf[row] {
		return []view.ColumnOf[row]{
			view.Of(view.Number(r.T("支部", "Branches")), func(z row) view.Cell { return view.Count(z.Branches) }),
			view.Of(view.Number(r.T("认领", "Claimed")), func(z row) view.Cell { return view.Count(z.Claimed) }),
			view.Of(view.Rate(r.T("已完成", "Done"), "%"), func(z row) view.Cell { return view.Share(z.Done, z.Claimed) }),
			view.Of(view.Number(r.T("在办", "Open")), func(z row) view.Cell { return view.Count(z.Open) }),
			view.Of(view.Number(r.T("其中超期", "of which overdue")), func(z row) view.Cell {
				c := view.Count(z.Overdue)
				if z.Overdue > 0 {
					c.Tone = view.ToneWorse
				}
				return c
			}),
			view.Of(view.Day(r.T("最早期限", "Earliest due")), func(z row) view.Cell { return view.Plain(block.OrMissing(z.Nearest)) }),
		}
	}
	works, err := r.Programmes(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, err
	}
	zones, err := r.Zones(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, err
	}
	byWork := &view.Table{ID: "tasks-by-programme", Stacked: true, Title: r.T("认领事项：按中心工作", "Claimed tasks by the work they serve"), Note: r.T("有记录以来认领的；超期的看下面的名单。", "All claimed on record; those overdue stand in the list below. ") + block.AtMonthEnd(r),
		Empty: r.T("没有认领事项。", "No task was claimed.")}
	view.Fill(byWork, works, append([]view.ColumnOf[row]{view.Of(view.Words(r.T("中心工作", "Work")), func(z row) view.Cell { return view.Plain(r.Word("tasks", "programme", z.Programme)) })}, numbers()...)...)
	byZone := &view.Table{ID: "tasks-by-zone", Stacked: true, PageRows: rowsListed, Title: r.T("认领事项：按责任片区", "Claimed tasks by zone"), Note: block.AtMonthEnd(r), Empty: r.T("没有事项写明责任片区。", "No task names a zone.")}
	var columns []view.ColumnOf[row]
	if r.Village == "" {
		columns = append(columns, view.Of(view.Words(r.T("村", "Village")), func(z row) view.Cell { return block.UnitCell(r, z.VillageID) }))
	}
	columns = append(columns, view.Of(view.Words(r.T("片区", "Zone")), func(z row) view.Cell { return view.Plain(z.Zone) }))
	view.Fill(byZone, zones, append(columns, numbers()...)...)
	return []view.Block{byWork, byZone}, block.UnknownRows(ctx, r, byWork, "tasks_overdue", r.Month)
}

// mergedSentences say in words how far shortcomings and round-tables have come; grids and rivers stand in the page's answer.
func mergedSentences(r block.Request, own facts.Measured) []string {
	unit := r.Unit().ID
	var said []string
	say := func(id, zh, en string) {
		m, _ := queries.MeasureOf(id)
		if v := own.At(id, unit, r.Month); v.Known() && v.Den > 0 {
			said = append(said, r.Tf(zh, en, reading.Count(v.Den), reading.Count(v.Num), reading.Percent(m.Scale*v.Num/v.Den), reading.Count(v.Den-v.Num)))
		}
	}
	say("shortcomings_mended", "组织生活会查摆的 %[1]s 个问题中 %[2]s 个已整改（%[3]s），%[4]s 个尚未整改。", "Of %[1]s shortcomings that organisation-life meetings named %[2]s are mended (%[3]s), and %[4]s are open.")
	if v := own.At("round_tables_held", unit, r.Month); v.Known() {
		said = append(said, r.Tf("%s召开圆桌夜谈 %s 场。", "In %s, %s evening round-tables were held.", r.MonthName(r.Month), reading.Count(v.Num)))
	}
	return said
}
