package page

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"hulian/data"
	"hulian/queries"
	"hulian/queries/signals"
)

func villagePage() Page {
	return Page{
		ID: "village", Path: "/village", Group: GroupPlaces, Takes: ByMonth | ByVillage | ByBranch,
		Title:    data.Text{Zh: "村情", En: "Villages"},
		Question: data.Text{Zh: "这个村、这个支部各方面怎样，本周要走访谁、催办什么？", En: "How does this village or branch stand, whom to visit and what to press for this week?"},
		Build:    buildVillage,
	}
}

func buildVillage(ctx context.Context, r Request) (View, error) {
	if r.Unit().Level == LevelTown {
		return r.villageIndex(ctx)
	}
	u := r.Unit()
	v := View{Heading: u.Name}
	var ids []string
	for _, m := range queries.Measures() {
		if m.At(u.Level) && m.Group != "quality" {
			ids = append(ids, m.ID)
		}
	}
	own, err := r.values(ctx, r.hereAlways(), ids...)
	if err != nil {
		return v, err
	}
	town, err := r.values(ctx, scope{level: LevelTown, unit: r.Town.ID, from: r.FirstMonth, to: r.Month}, ids...)
	if err != nil {
		return v, err
	}
	v.Sentences = append(r.waiting(own), r.introduction(u)...)
	var tiles []Stat
	for _, id := range []string{"household_coverage", "unvisited_share", "on_time_rate", "overdue_issues"} {
		tiles = append(tiles, r.readStat(own, id))
	}
	if err := r.placeTiles(ctx, tiles); err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, Stats{tiles})
	todo, err := r.toDo(ctx)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, todo...)
	trend, err := r.trend(own, "trend", r.T("走访覆盖与按期办结", "Coverage and on-time resolution"), "household_coverage", "on_time_rate")
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, trend)
	if u.Level == LevelVillage {
		table, err := r.unitTable(ctx, "branches", byUnit...)
		if err != nil {
			return v, err
		}
		criteria, err := r.hardCriteria(ctx)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, table)
		v.Blocks = append(v.Blocks, criteria...)
	}
	structure, err := r.structure(ctx)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, structure)
	positions, err := r.ownPositions(ctx, ids...)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, r.everything(own, town, ids, positions)...)
	return v, nil
}

// villageIndex lists the villages of the town, for those who come without having chosen one.
func (r Request) villageIndex(ctx context.Context) (View, error) {
	v := View{Heading: r.heading(), Sentences: []string{r.T("请选择一个村；点村名进入，再点支部名进入支部。", "Choose a village; a name leads to it, and from there to its branches.")}}
	table, err := r.unitTable(ctx, "units", byUnit...)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, table)
	town, err := r.judged(ctx)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, r.funnels(town, "measures", ""))
	return v, nil
}

// waiting says in one sentence how much of what a secretary is asked about waits: issues, households, members.
func (r Request) waiting(own measured) []string {
	unit := r.Unit().ID
	var parts []string
	if o := own.at("overdue_issues", unit, r.Month); o.Known() {
		parts = append(parts, r.Tf("超期问题 %s 件", "overdue issues: %s", Count(o.Value)))
	}
	if u := own.at("unvisited_share", unit, r.Month); u.Known() {
		parts = append(parts, r.Tf("超过 %d 天未走访 %s 户（%s，%s）", "households not visited for more than %d days: %s (%s, %s)",
			r.Programme.Linking.UnvisitedDays, Count(u.Num), u.Text(r.Lang), u.Base(r.Lang)))
	}
	if s := own.at("silent_members", unit, r.Month); s.Known() {
		parts = append(parts, r.Tf("当月没有走访记录的可动员党员 %s 名（%s，%s）", "active members without a visit in the month: %s (%s, %s)", Count(s.Num), s.Text(r.Lang), s.Base(r.Lang)))
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{r.Tf("%s 末：", "At the end of %s, ", r.Month) + strings.Join(parts, r.T("；", "; ")) + r.T("。", ".")}
}

func (r Request) introduction(u Unit) []string {
	phase := ""
	village, _ := r.Snapshot.Village(r.Village)
	switch village.Phase {
	case "pilot":
		phase = r.T("试点村", "A pilot village")
	case "rollout":
		phase = r.T("推开阶段的村", "A village of the rollout")
	}
	var began string
	switch start := r.startOf(u); {
	case start == "" && r.ProgrammeStart == "":
		return nil // nobody said when
	case start == "":
		began = r.T("还没有开始实施先锋户联。", "the programme has not begun here.")
	case start > r.CutOff.Format(time.DateOnly):
		began = r.Tf("定于 %s 开始实施先锋户联。", "the programme is to begin here on %s.", start)
	default:
		began = r.Tf("%s 开始实施先锋户联。", "the programme began here on %s.", start)
	}
	if phase != "" {
		return []string{phase + r.T("，", "; ") + began}
	}
	return []string{capital(began)}
}

// toDo is what a secretary can act on this week: issues to press for and households to visit.
func (r Request) toDo(ctx context.Context) ([]Block, error) {
	blocks := []Block{Section{ID: "todo", Title: r.T("本周要办", "To do this week")}}
	overdue, err := r.overdue(ctx)
	if err != nil {
		return nil, err
	}
	unvisited, err := r.unvisited(ctx)
	if err != nil {
		return nil, err
	}
	silent, err := r.silent(ctx)
	if err != nil {
		return nil, err
	}
	return append(blocks, overdue, Block(unvisited), silent), nil
}

const criteriaSQL = `
select h.village_id, h.criterion, h.month, h.met, h.numerator, h.denominator, h.value, h.limit_value
from hard_criteria h
where h.village_id = ? and h.month = ?
order by h.criterion`

// hardCriteria shows the village against the programme's hard criteria of the month.
func (r Request) hardCriteria(ctx context.Context) ([]Block, error) {
	table, err := r.Data.Query(ctx, criteriaSQL, r.Village, r.Month)
	if err != nil {
		return nil, fmt.Errorf("read hard criteria: %w", err)
	}
	t := &Table{ID: "criteria", Title: r.Tf("硬性标准 · %s", "Hard criteria · %s", r.Month),
		Note:  r.T("由镇党委在 programme.yaml 中规定。", "Set by the town committee in programme.yaml."),
		Empty: r.T("本月没有硬性标准的数据。", "There are no data on the hard criteria this month."),
		Columns: []Column{{Title: r.T("标准", "Criterion"), Kind: ColumnText}, {Title: r.T("是否触及", "Met"), Kind: ColumnText},
			{Title: r.T("当月数值", "Value in the month"), Kind: ColumnRate}, {Title: r.T("界限", "Limit"), Kind: ColumnNumber}}}
	for _, row := range read(table) {
		c := criterionOf(row)
		met := Cell{Text: r.T("未触及", "no")}
		switch {
		case c.Met:
			met = Cell{Text: r.T("触及", "yes"), Tone: ToneWorse}
		case math.IsNaN(c.Value) && math.IsNaN(c.Denominator):
			met = Cell{Text: r.T("没有数据", "no data"), Tone: ToneQuiet}
		}
		value, limit := r.criterionCells(c)
		t.Rows = append(t.Rows, []Cell{{Text: r.criterion(c.ID).Name.In(r.Lang)}, met, value, limit})
	}
	return []Block{t}, nil
}

func criterionOf(row record) signals.Criterion {
	return signals.Criterion{Village: row.text("village_id"), ID: row.text("criterion"), Month: row.text("month"), Met: row.truth("met"),
		Numerator: row.number("numerator"), Denominator: row.number("denominator"), Value: row.number("value"), Limit: row.number("limit_value")}
}

// criterionCells are the village's value with its base, and the limit, in the unit of what the criterion reads.
func (r Request) criterionCells(c signals.Criterion) (value, limit Cell) {
	digits := 1
	if (math.IsNaN(c.Value) || c.Value == math.Trunc(c.Value)) && c.Limit == math.Trunc(c.Limit) {
		digits = 0 // things are counted
	}
	value, limit = decimalCell(c.Value, digits), decimalCell(c.Limit, digits)
	if isShare(r.criterion(c.ID)) {
		value, limit = decimalCell(100*c.Value, 1), decimalCell(100*c.Limit, 1)
		limit.Text += " %"
		if !math.IsNaN(c.Value) {
			value.Text += " %"
		}
	}
	if !math.IsNaN(c.Denominator) {
		value.Base, value.Num, value.Den = Base(c.Numerator, c.Denominator), plainNumber(c.Numerator, 0), plainNumber(c.Denominator, 0)
	}
	return value, limit
}

// criterion is the programme's definition of a hard criterion; one the programme no longer knows keeps its ID as name.
func (r Request) criterion(id string) data.HardCriterion {
	for _, c := range r.Programme.HardCriteria {
		if c.ID == id {
			return c
		}
	}
	return data.HardCriterion{ID: id, Name: data.Text{Zh: id, En: id}}
}

// isShare reports whether a criterion reads a proportion.
func isShare(c data.HardCriterion) bool {
	m, _ := queries.MeasureOf(c.Measure)
	return m.Unit == "share" || c.Fact == data.FactWithoutReconciliation
}

const structureSQL = `
select b.branch_id, b.name, b.committee_count, b.group_count, b.liaison_count, b.centre_households, b.members, b.active_members, b.households,
    b.complete, b.display_village, b.display_branch, b.display_home
from branch_structure b
where 1 = 1%s
order by b.branch_id`

// structure shows "3+3+2", the centre households and the displays of each branch.
func (r Request) structure(ctx context.Context) (Block, error) {
	where, args := r.inPlace("b.")
	table, err := r.Data.Query(ctx, fmt.Sprintf(structureSQL, where), args...)
	if err != nil {
		return nil, fmt.Errorf("read the structure of branches: %w", err)
	}
	want := r.Programme.Branch
	t := &Table{ID: "structure", Title: r.Tf("支部设置（%d+%d+%d）与三级亮相", "Branches: %d + %d + %d, and the three displays", want.Committee, want.Groups, want.LiaisonCadres),
		Note: r.atCutOff(), Empty: r.T("名册中没有支部。", "The registry names no branch."),
		Columns: []Column{{Title: r.T("网格支部", "Branch"), Kind: ColumnText}, {Title: r.T("支委", "Committee"), Kind: ColumnNumber},
			{Title: r.T("党小组", "Groups"), Kind: ColumnNumber}, {Title: r.T("联络干部", "Liaison"), Kind: ColumnNumber}, {Title: r.T("中心户", "Centre households"), Kind: ColumnNumber},
			{Title: r.T("设置完整", "Complete"), Kind: ColumnText}, {Title: r.T("党员", "Members"), Kind: ColumnNumber}, {Title: r.T("可动员", "Active"), Kind: ColumnNumber},
			{Title: r.T("农户", "Households"), Kind: ColumnNumber}, {Title: r.T("村亮相", "Village display"), Kind: ColumnText}, {Title: r.T("支部亮相", "Branch display"), Kind: ColumnText},
			{Title: r.T("家门亮相", "Home display"), Kind: ColumnText}}}
	yes := func(b bool) Cell {
		if b {
			return Cell{Text: r.T("是", "yes")}
		}
		return Cell{Text: r.T("否", "no"), Tone: ToneWorse}
	}
	for _, row := range read(table) {
		t.Rows = append(t.Rows, []Cell{r.unitCell(row.text("branch_id")), countCell(row.number("committee_count")), countCell(row.number("group_count")),
			countCell(row.number("liaison_count")), countCell(row.number("centre_households")), yes(row.truth("complete")), countCell(row.number("members")),
			countCell(row.number("active_members")), countCell(row.number("households")), yes(row.truth("display_village")), yes(row.truth("display_branch")), yes(row.truth("display_home"))})
	}
	return t, nil
}

// everything lists all measures of the unit beside the town's, group by group.
func (r Request) everything(own, town measured, ids []string, positions map[string]Position) []Block {
	unit := r.Unit()
	blocks := []Block{Section{ID: "all", Title: r.T("全部指标", "All measures"), Note: r.T("点组名展开；点指标名看定义。", "A group's name opens it; a measure's name leads to its definition.")}}
	for _, group := range groupOrder {
		t := &Table{ID: "all-" + group, Stacked: true, Folded: true, Title: groups[group].In(r.Lang),
			Columns: []Column{{Title: r.T("指标", "Measure"), Kind: ColumnText}, {Title: unit.Name, Kind: ColumnRate, Read: true}, {Title: r.Town.Name, Kind: ColumnRate, Read: true},
				{Title: r.T("与上月相比", "Against last month"), Kind: ColumnText}, {Title: r.T("读数", "Reading"), Kind: ColumnText}}}
		for _, id := range ids {
			now := own.at(id, unit.ID, r.Month)
			if now.Measure.Group != group {
				continue
			}
			mine, theirs := r.readCell(own.series(id, unit.ID, r.MonthsUpTo())), r.readCell(town.series(id, r.Town.ID, r.MonthsUpTo()))
			mine = r.stoodAt(mine, positions[id])
			mine.Text, theirs.Text = now.Text(r.Lang), town.at(id, r.Town.ID, r.Month).Text(r.Lang)
			read := r.readSeries(own.series(id, unit.ID, r.MonthsUpTo()))
			t.Rows = append(t.Rows, []Cell{{Text: now.Measure.Name.In(r.Lang), Link: r.Link("measures", With("measure", id))}, mine, theirs,
				r.changeCell(now, own.at(id, unit.ID, monthBefore(r.Month))), {Text: read.Finding(r.Lang), Tone: toneOf(read)}})
		}
		if len(t.Rows) > 0 {
			blocks = append(blocks, t)
		}
	}
	return blocks
}
