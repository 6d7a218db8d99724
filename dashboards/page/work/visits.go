package work

import (
	"cmp"
	"context"
	"slices"
	"time"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries/reading"
)

// VisitMeasures are the measures of visits, as the page shows them.
var VisitMeasures = []string{
	"household_coverage", "vulnerable_coverage", "unvisited_share", "visits_per_active_member", "silent_members", "month_end_share",
	"visited_once", "visited_twice", "visited_often", "linked_rate", "links_near", "links_kin", "links_convenient", "links_appointed", "card_rate", "group_rate", "overloaded_members", "doubtful_visits",
}

// Visits builds the page of visits to households: the first screen, then the lists it rests on.
func Visits(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: block.Heading(r)}
	own, err := r.Values(ctx, r.Visitor, block.AlwaysScope(r), VisitMeasures...)
	if err != nil {
		return v, err
	}
	if err := visitsScreen(ctx, r, own, &v); err != nil {
		return v, err
	}
	v.Sentences = slices.Concat(VisitSentences(r, own), loadSentences(r, own), linkSentences(r, own))
	times, err := visitedTimes(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, view.Lead{}, times)
	for _, list := range []func(context.Context, block.Request) (*view.Table, error){Unvisited, callbacks, doubtful, Silent} {
		t, err := list(ctx, r)
		if err != nil {
			return v, err
		}
		if t.ID != "unvisited" {
			t.PageRows = loadRows
		}
		v.Blocks = append(v.Blocks, t)
		if t.ID == "callbacks" {
			after, err := calledBack(ctx, r)
			if err != nil {
				return v, err
			}
			v.Blocks = append(v.Blocks, after...)
		}
	}
	shared, err := coverageBlocks(ctx, r, own)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, shared...)
	if len(r.Below()) > 0 {
		links, err := linksByUnit(ctx, r)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, links)
	}
	var tiles []view.Stat
	for _, id := range VisitMeasures {
		if r.Unit().Level == facts.LevelTown && id != "household_coverage" && slices.Contains(leadingVisits, id) {
			continue // on the first screen
		}
		if slices.Contains(timesVisited, id) || slices.Contains(linkMeasures, id) {
			continue // they have a picture and a table of their own
		}
		tiles = append(tiles, block.ReadStat(r, own, id))
	}
	if err := block.PlaceTiles(ctx, r, tiles); err != nil {
		return v, err
	}
	verified, is, err := VerifiedTile(ctx, r)
	if err != nil {
		return v, err
	}
	if is {
		tiles = append(tiles, verified)
	}
	v.Blocks = append(v.Blocks, view.Section{ID: "all", Title: r.T("其他指标", "Other measures")}, view.Stats{Tiles: tiles})
	return v, nil
}

// VisitTables are the tables and pictures of the page that stand in the report as well.
func VisitTables(ctx context.Context, r block.Request) (v view.View, err error) {
	own, err := r.Values(ctx, r.Visitor, block.AlwaysScope(r), VisitMeasures...)
	if err != nil {
		return v, err
	}
	times, err := visitedTimes(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, times)
	for _, list := range []func(context.Context, block.Request) (*view.Table, error){unvisitedByUnit, doubtful} {
		t, err := list(ctx, r)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, t)
	}
	if len(r.Below()) > 0 {
		links, err := linksByUnit(ctx, r)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, links)
	}
	shared, err := coverageBlocks(ctx, r, own)
	v.Blocks = append(v.Blocks, shared...)
	return v, err
}

// VisitsByUnit are the measures of the page's table of villages or branches.
var VisitsByUnit = []string{
	"household_coverage", "vulnerable_coverage", "unvisited_share", "visits_per_active_member", "silent_members", "month_end_share", "overloaded_members", "doubtful_visits",
}

// coverageBlocks are the coverage over the months and the table of the units below, for the page and the report.
func coverageBlocks(ctx context.Context, r block.Request, own facts.Measured) ([]view.Block, error) {
	coverage, err := block.Trend(r, own, "coverage", r.T("走访覆盖率", "Households visited in the month"), "household_coverage", "vulnerable_coverage")
	if err != nil || len(r.Below()) == 0 {
		return []view.Block{coverage}, err
	}
	table, err := block.UnitTable(ctx, r, "units", VisitsByUnit...)
	return []view.Block{coverage, table}, err
}

// VisitSentences say which households were not visited and how visits spread over members and days.
func VisitSentences(r block.Request, own facts.Measured) []string {
	unit := r.Unit().ID
	var said []string
	if c := own.At("household_coverage", unit, r.Month); c.Known() {
		said = append(said, r.Tf("%s走访到 %s 户中的 %s 户，覆盖率 %s。", "In %s, of %s households %s were visited: %s.", r.MonthName(r.Month), reading.Count(c.Den), reading.Count(c.Num), c.Text(r.Lang)))
	}
	if u := own.At("unvisited_share", unit, r.Month); u.Known() {
		said = append(said, r.Tf("%[2]s 户已超过 %[1]d 天没有走访（%[3]s）。", "%[2]s households have not been visited for more than %[1]d days (%[3]s).",
			r.Programme.Linking.UnvisitedDays, reading.Count(u.Num), u.Text(r.Lang)))
	}
	return said
}

// loadSentences answer who carries too many households, and whether visits are made at the month's end.
func loadSentences(r block.Request, own facts.Measured) []string {
	unit := r.Unit().ID
	var said []string
	if o := own.At("overloaded_members", unit, r.Month); o.Known() {
		said = append(said, r.Tf("%[2]s 名可动员党员联系超过 %[1]d 户（%[3]s，%[4]s）。", "%[2]s active members carry more than %[1]d households (%[3]s, %[4]s).",
			r.Programme.Linking.HouseholdsLimit, reading.Count(o.Num), o.Text(r.Lang), o.Base(r.Lang)))
	}
	if e := own.At("month_end_share", unit, r.Month); e.Known() {
		last, days := monthEnd(r)
		even := float64(last) / float64(max(1, days))
		said = append(said, r.Tf("月底最后 %[1]d 天的走访占 %[2]s（%[3]s）；平均分布应占 %[4]s，实际是它的 %[5]s 倍。", "The last %[1]d days of the month hold %[2]s of the visits (%[3]s); spread evenly it would be %[4]s: %[5]s times that.",
			last, e.Text(r.Lang), e.Base(r.Lang), reading.Percent(even), reading.Decimal(e.Value/even, 1)))
	}
	return said
}

// monthEnd is how many days count as the month's end, of how many the page's month has.
func monthEnd(r block.Request) (last, days int) {
	if start, err := time.Parse("2006-01", r.Month); err == nil {
		days = start.AddDate(0, 1, -1).Day()
	}
	return r.Programme.Linking.MonthEndDays, days
}

// Unvisited lists households nobody has visited for longer than the programme allows, vulnerable ones first, of the villages of which
// that is known.
func Unvisited(ctx context.Context, r block.Request) (*view.Table, error) {
	unknown, _, err := block.Untold(ctx, r, "unvisited_share")
	if err != nil {
		return nil, err
	}
	days := r.Programme.Linking.UnvisitedDays
	t := &view.Table{ID: "unvisited", Stacked: true, Title: r.Tf("超过 %d 天未走访的农户", "Households not visited for more than %d days", days),
		Note: r.T("困难户在前。", "Vulnerable households first. ") + block.ByRegister(r), Empty: r.T("没有这样的农户。", "There are none.")}
	block.BelongsTo(r, t, "visits")
	type row = facts.ToVisit
	rows, err := block.RowsShown(r, t, func(c facts.Cut) ([]row, error) {
		return r.Unvisited(ctx, r.Visitor, r.Unit(), r.Month, days, c.Knowing(unknown))
	}, func(h row) int64 { return h.Total })
	if err != nil {
		return nil, err
	}
	columns := []view.ColumnOf[row]{
		view.Of(view.Words(r.T("农户", "Household")), func(h row) view.Cell { return view.Plain(h.HouseholdID) }),
		view.Of(view.Words(r.T("户主", "Head")), func(h row) view.Cell { return view.Plain(h.HeadName) }),
	}
	columns = append(columns, block.PlaceColumns(r, func(h row) string { return h.VillageID }, func(h row) string { return h.BranchID })...)
	columns = append(columns,
		view.Of(view.Words(r.T("困难类型", "Vulnerable")), func(h row) view.Cell {
			if !h.IsVulnerable() {
				return view.Plain(reading.Missing)
			}
			return view.Plain(r.Word("households", "vulnerable", h.Vulnerable))
		}),
		view.Of(view.Words(r.T("联户党员", "Linked member")), func(h row) view.Cell { return block.MemberCell(h.LinkedMemberID, h.MemberName) }),
		view.Of(view.Day(r.T("上次走访", "Last visit")), func(h row) view.Cell {
			return view.Plain(cmp.Or(h.LastVisitedAt, r.T("从未走访", "never")))
		}),
		view.Of(view.Number(r.T("距今天数", "Days since")), func(h row) view.Cell {
			if h.LastVisitedAt == "" {
				return view.Plain(reading.Missing)
			}
			return view.Count(h.DaysSince)
		}))
	view.Fill(t, rows, columns...)
	return t, block.UnknownRows(ctx, r, t, "unvisited_share", r.Month)
}

// Silent lists active members without a visit in the month.
func Silent(ctx context.Context, r block.Request) (*view.Table, error) {
	return loadTable(ctx, r, &view.Table{ID: "silent",
		Title: r.T("有联系户、当月没有走访记录的可动员党员", "Active members with households and no visit in the month"),
		Note:  r.T("没有记录不等于没有走访：请先核对记录本。", "No record is not proof of no visit: check the notebook first. ") + block.ByRegister(r),
		Empty: r.T("没有这样的党员。", "There are none.")}, "silent_members", func(c facts.Cut) ([]facts.MemberLoad, error) { return r.Silent(ctx, r.Visitor, r.Unit(), r.Month, c) })
}

// overloaded lists active members with more households than the programme's limit.
func overloaded(ctx context.Context, r block.Request) (*view.Table, error) {
	limit := r.Programme.Linking.HouseholdsLimit
	return loadTable(ctx, r, &view.Table{ID: "overloaded",
		Title: r.Tf("联系户超过 %d 户的党员", "Members with more than %d households", limit),
		Note:  r.Tf("目标约 %d 户。", "The target is about %d. ", r.Programme.Linking.HouseholdsTarget) + block.ByRegister(r),
		Empty: r.T("没有这样的党员。", "There are none.")}, "overloaded_members", func(c facts.Cut) ([]facts.MemberLoad, error) {
		return r.Overloaded(ctx, r.Visitor, r.Unit(), r.Month, limit, c)
	})
}

// loadTable lists members with what they carry; the measure says of which villages anything is known.
func loadTable(ctx context.Context, r block.Request, t *view.Table, measure string, read func(facts.Cut) ([]facts.MemberLoad, error)) (*view.Table, error) {
	type row = facts.MemberLoad
	t.PageRows = loadRows
	block.BelongsTo(r, t, "visits")
	unknown, _, err := block.Untold(ctx, r, measure)
	if err != nil {
		return nil, err
	}
	members, err := block.RowsShown(r, t, func(c facts.Cut) ([]row, error) { return read(c.Knowing(unknown)) }, func(m row) int64 { return m.Total })
	if err != nil {
		return nil, err
	}
	columns := []view.ColumnOf[row]{view.Of(view.Words(r.T("党员", "Member")), func(m row) view.Cell { return block.MemberCell(m.MemberID, m.Name) })}
	columns = append(columns, block.PlaceColumns(r, func(m row) string { return m.VillageID }, func(m row) string { return m.BranchID })...)
	columns = append(columns,
		view.Of(view.Number(r.T("联系户", "Households")), func(m row) view.Cell { return view.Count(m.Households) }),
		view.Of(view.Number(r.T("当月走访", "Visits in the month")), func(m row) view.Cell { return view.Count(m.VisitsMonth) }))
	view.Fill(t, members, columns...)
	return t, block.UnknownRows(ctx, r, t, measure, r.Month)
}

// doubtOrder is the order in which prompts are listed.
var doubtOrder = []string{"same_minute", "same_text", "impossible_count", "exempt_visitor", "link_mismatch"}

var doubts = map[string]data.Text{
	"same_minute":      {Zh: "同一分钟走访不同农户", En: "Different households in one minute"},
	"same_text":        {Zh: "同月内容反复相同", En: "The same note again and again in a month"},
	"impossible_count": {Zh: "一天走访次数不可能", En: "An impossible number in a day"},
	"exempt_visitor":   {Zh: "走访人不作联户要求", En: "The visitor is exempt from linking"},
	"link_mismatch":    {Zh: "走访人不是该户的联户党员", En: "The visitor is not the household's linked member"},
}

// doubtful counts the visits of the month that ask for a call-back, by signal; it names nobody.
func doubtful(ctx context.Context, r block.Request) (*view.Table, error) {
	rows, err := r.Doubtful(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, err
	}
	t := &view.Table{ID: "doubtful", Title: r.Tf("值得回访核实的走访 · %s", "Visits worth a call-back · %s", r.Month),
		Note: r.Tf("这是抽查提示，不是指控：要知道有多大比例，请在全部走访中随机抽取 %d 次回访，用核实率说话。一次走访可同时符合几条。存疑走访在核实之前，不作为任何人的表现依据。", "Prompts for a call-back, never accusations: to know how many there are, draw %d of all visits at random, ask, and judge by the share confirmed. A visit may match several. Until they are confirmed, doubtful visits are evidence for nobody.",
			r.Programme.DoubtfulVisits.CallbackSample),
		Empty: r.T("本月没有这样的走访。", "There are none this month.")}
	type row = facts.DoubtfulVisits
	view.Fill(t, rows,
		view.Of(view.Words(r.T("提示", "Prompt")), func(d row) view.Cell {
			if text, ok := doubts[d.Signal]; ok {
				return view.Plain(text.In(r.Lang))
			}
			return view.Plain(d.Signal)
		}),
		view.Of(view.Number(r.T("走访", "Visits")), func(d row) view.Cell { return view.Count(d.Visits) }),
		view.Of(view.Number(r.T("涉及党员", "Members")), func(d row) view.Cell { return view.Count(d.Members) }),
		view.Of(view.Number(r.T("涉及农户", "Households")), func(d row) view.Cell { return view.Count(d.Households) }))
	return t, block.UnknownRows(ctx, r, t, "doubtful_visits", r.Month)
}
