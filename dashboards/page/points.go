package page

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hulian/dashboards/chart"
	"hulian/data"
	"hulian/queries/stats/estimate"
)

func pointsPage() Page {
	return Page{
		ID: "points", Path: "/points", Group: GroupPeople, Takes: ByMonth | ByVillage | ByBranch,
		Title: data.Text{Zh: "积分与星级", En: "Points and stars"},
		Question: data.Text{Zh: "积分是全年在做，还是考评前突击？星级评定与实绩是否一致？",
			En: "Is the work done all year, or in a burst before the rating? Do the stars agree with measured results?"},
		Build: buildPoints,
	}
}

// pointMeasures are the tiles of the page.
var pointMeasures = []string{"points_per_member", "members_with_points", "points_gini", "posts_rate", "stars_mean", "rating_spread", "bottom_twice"}

// pointsByUnit are the measures of the page's table of villages or branches.
var pointsByUnit = []string{"points_per_member", "members_with_points", "points_gini", "posts_rate", "stars_mean"}

func buildPoints(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.heading()}
	own, err := r.values(ctx, r.hereAlways(), pointMeasures...)
	if err != nil {
		return v, err
	}
	bursts, err := r.bursts(ctx)
	if err != nil {
		return v, err
	}
	ratings, err := r.ratings(ctx)
	if err != nil {
		return v, err
	}
	v.Sentences = append(r.pointSentences(own), r.burstSentences(bursts)...)
	if s := r.agreementSentence(ratings); s != "" {
		v.Sentences = append(v.Sentences, s)
	}
	if s := r.contradictionSentence(ratings); s != "" {
		v.Sentences = append(v.Sentences, s)
	}
	var tiles []Stat
	for _, id := range pointMeasures {
		if v := own.at(id, r.Unit().ID, r.Month); v.Known() || v.Reason != "" {
			tiles = append(tiles, r.readStat(own, id))
		}
	}
	if err := r.placeTiles(ctx, tiles); err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, Stats{tiles})
	rhythm, err := r.rhythm(ctx, own)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, rhythm)
	if r.Unit().Level == LevelBranch {
		days, err := r.pointDays(ctx)
		if err != nil {
			return v, err
		}
		v.Blocks = append(append(v.Blocks, days...), r.branchBursts(bursts))
	} else {
		v.Blocks = append(v.Blocks, r.burstHistory(bursts), r.burstTable(bursts))
	}
	if len(r.Below()) > 0 {
		units, err := r.unitTable(ctx, "units", pointsByUnit...)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, units)
	}
	stars, err := r.ratingBlocks(ctx, ratings)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, stars...)
	return v, nil
}

func (r Request) pointSentences(own measured) []string {
	unit := r.Unit().ID
	points, with := own.at("points_per_member", unit, r.Month), own.at("members_with_points", unit, r.Month)
	if !points.Known() || !with.Known() {
		return nil
	}
	return []string{r.Tf("%s 可动员党员人均积分 %s 分，%s 的人有积分（%s）。", "In %s active members gained %s points each; %s of them gained any (%s).",
		r.Month, Decimal(points.Value, 1), with.Text(r.Lang), with.Base(r.Lang))}
}

// rhythm shows points per active member month by month: a field of the units below, a line for a branch.
func (r Request) rhythm(ctx context.Context, own measured) (Block, error) {
	title := r.T("积分的月度节奏（可动员党员人均积分）", "The rhythm of points (points per active member)")
	if len(r.Below()) == 0 {
		return r.trend(own, "rhythm", title, "points_per_member")
	}
	s := r.below()
	s.from, s.to = r.FirstMonth, r.Month
	below, err := r.values(ctx, s, "points_per_member")
	if err != nil {
		return nil, err
	}
	months := r.MonthsUpTo()
	heat := chart.Heat{ID: "rhythm", Label: title, Columns: months, Links: map[string]string{}}
	table := Table{ID: "rhythm", Title: title, Columns: []Column{text(r.T("单位", "Unit"))}}
	for _, month := range months {
		table.Columns = append(table.Columns, Column{Title: month, Kind: ColumnRate})
	}
	for _, u := range r.Below() {
		values, row := make([]float64, len(months)), []Cell{{Text: u.Name, Link: r.Link("points", InUnit(u))}}
		for i, v := range below.series("points_per_member", u.ID, months) {
			values[i] = v.Shown()
			row = append(row, r.cell(v))
			heat.Links[u.Name+" "+v.Month] = r.Link("points", InUnit(u), At(v.Month))
		}
		heat.Rows, heat.Values = append(heat.Rows, u.Name), append(heat.Values, values)
		table.Rows = append(table.Rows, row)
	}
	total := []Cell{{Text: r.Unit().Name}}
	for _, v := range own.series("points_per_member", r.Unit().ID, months) {
		total = append(total, r.cell(v))
	}
	table.Total = total
	drawn, err := heat.Draw()
	if err != nil {
		return nil, err
	}
	return &Chart{Title: title, Chart: drawn, Table: table,
		Note: r.T("颜色越深，人均积分越多。全年做工作，各月颜色相近；六月、十二月一道深色，是考评前集中记分的样子。点格子看该月。",
			"Darker is more points per member. Work done all year gives months of like colour; dark stripes in June and December look like filling before the assessment. A cell leads to its month.")}, nil
}

// burst is the fullest run of days of one branch in one half-year.
type burst struct {
	village, branch, half             string
	points, fullest, share, even, idx float64
	from                              string
}

const burstSQL = `
select b.branch_id, b.village_id, b.half_year, b.points, b.largest_30day_points, b.share, b.even_share, b."index" as burst_index,
    cast(b.largest_from as varchar) as largest_from
from points_burst b
where 1 = 1%s
order by b.half_year, b."index" desc, b.branch_id`

// bursts reads the half-years that have ended by the page's month: in one still running, thirty days are most of it, and so they are
// in one of which not every month's points came: no branch could pass the limit, and none is said to have kept it.
func (r Request) bursts(ctx context.Context) ([]burst, error) {
	where, args := r.inPlace("b.")
	table, err := r.Data.Query(ctx, fmt.Sprintf(burstSQL, where), args...)
	if err != nil {
		return nil, fmt.Errorf("read points bursts: %w", err)
	}
	known, err := r.values(ctx, scope{level: LevelVillage, from: r.FirstMonth, to: r.Month}, "members_with_points")
	if err != nil {
		return nil, err
	}
	var all []burst
	for _, row := range read(table) {
		if end := periodEnd(row.text("half_year")); end == "" || end > r.Month || 1/row.number("even_share") <= r.Programme.Points.BurstIndex {
			continue
		}
		if !toldAll(known.series("members_with_points", row.text("village_id"), halfOf(row.text("half_year")))) {
			continue
		}
		all = append(all, burst{village: row.text("village_id"), branch: row.text("branch_id"), half: row.text("half_year"), points: row.number("points"),
			fullest: row.number("largest_30day_points"), share: row.number("share"), even: row.number("even_share"), idx: row.number("burst_index"), from: row.date("largest_from")})
	}
	return all, nil
}

// halfOf lists the six months of a half-year.
func halfOf(half string) []string {
	var months []string
	for k := -5; k <= 0; k++ {
		months = append(months, monthAdd(periodEnd(half), k))
	}
	return months
}

func toldAll(series []Value) bool {
	return !slices.ContainsFunc(series, func(v Value) bool { return !v.Known() })
}

// periodEnd is the last month of a rating period or half-year: 2017H2, 2017Q3, 2017-11 or 2017; "" for anything else.
func periodEnd(period string) string {
	switch {
	case len(period) == 4:
		return monthAdd(period+"-12", 0)
	case len(period) == 6 && period[4] == 'H' && (period[5] == '1' || period[5] == '2'):
		return monthAdd(period[:4]+map[byte]string{'1': "-06", '2': "-12"}[period[5]], 0)
	case len(period) == 6 && period[4] == 'Q' && period[5] >= '1' && period[5] <= '4':
		return monthAdd(period[:4]+map[byte]string{'1': "-03", '2': "-06", '3': "-09", '4': "-12"}[period[5]], 0)
	case len(period) == 7 && period[4] == '-':
		return monthAdd(period, 0)
	default:
		return ""
	}
}

// periodName writes a period as people say it.
func (r Request) periodName(period string) string {
	if len(period) == 6 && period[4] == 'H' && r.Lang == Chinese {
		return period[:4] + map[byte]string{'1': "年上半年", '2': "年下半年"}[period[5]]
	}
	if len(period) == 6 && period[4] == 'H' {
		return period[:4] + " H" + period[5:]
	}
	return period
}

// halves lists the half-years read, oldest first.
func halves(all []burst) []string {
	var names []string
	for _, b := range all {
		if !slices.Contains(names, b.half) {
			names = append(names, b.half)
		}
	}
	return names
}

func (r Request) overLimit(b burst) bool { return b.idx > r.Programme.Points.BurstIndex }

// overCount counts the branches beyond the limit in a half-year, and all that gained points in it.
func (r Request) overCount(all []burst, half string) (over, n int) {
	for _, b := range all {
		if b.half == half {
			n++
			if r.overLimit(b) {
				over++
			}
		}
	}
	return over, n
}

func (r Request) burstSentences(all []burst) []string {
	names := halves(all)
	if len(names) == 0 {
		return nil
	}
	last := names[len(names)-1]
	_, n := r.overCount(all, last)
	var over []string
	for _, b := range all {
		if b.half == last && r.overLimit(b) {
			over = append(over, r.Name(b.branch))
		}
	}
	if r.Unit().Level == LevelBranch {
		b := all[len(all)-1]
		return []string{r.Tf("%s，积分最集中的 %d 天占全部积分的 %s，是均匀分布的 %s 倍（界限 %s 倍）。", "In %s the fullest %d days hold %s of all points, %s times the even share (limit %s).",
			r.periodName(last), r.Programme.Points.BurstDays, Percent(b.share), Decimal(b.idx, 1), Decimal(r.Programme.Points.BurstIndex, 1))}
	}
	if len(over) == 0 {
		return []string{r.Tf("%s，%d 个支部的积分集中程度都没有超过界限（均匀分布的 %s 倍）。", "In %s none of %d branches passed the limit of concentration (%s times the even share).",
			r.periodName(last), n, Decimal(r.Programme.Points.BurstIndex, 1))}
	}
	return []string{r.Tf("%s，%d 个支部中有 %d 个的积分集中在一个月里，超过界限（均匀分布的 %s 倍）：%s。这是核实提示，不是结论。",
		"In %s, of %d branches %d gained most of their points within one month, beyond the limit (%s times the even share): %s. A prompt to check, not a finding.",
		r.periodName(last), n, len(over), Decimal(r.Programme.Points.BurstIndex, 1), strings.Join(over, r.T("、", ", ")))}
}

// burstHistory counts, half-year by half-year, the branches beyond the limit.
func (r Request) burstHistory(all []burst) Block {
	t := &Table{ID: "burst-history", Title: r.T("积分集中程度：逐个半年", "Concentration of points, half-year by half-year"),
		Columns: []Column{text(r.T("半年", "Half-year")), {Title: r.T("超过界限的支部", "Branches beyond the limit"), Kind: ColumnRate, Unit: "%"},
			number(r.T("中位指数", "Median index")), number(r.T("最高指数", "Highest index"))},
		Note:  r.burstNote(),
		Empty: r.T("还没有数据足够的、已经结束的半年。", "No half-year has ended of which enough is known.")}
	for _, half := range halves(all) {
		var indices []float64
		over, _ := r.overCount(all, half)
		for _, b := range all {
			if b.half == half {
				indices = append(indices, b.idx)
			}
		}
		t.Rows = append(t.Rows, []Cell{{Text: r.periodName(half)}, shareCell(float64(over), float64(len(indices))), decimalCell(estimate.Median(indices), 1), decimalCell(slices.Max(indices), 1)})
	}
	return t
}

// shownBursts is how many branches the town's page lists; a village shows all of its own.
const shownBursts = 12

// burstTable lists the branches of the newest half-year that has ended, the most concentrated first.
func (r Request) burstTable(all []burst) Block {
	names := halves(all)
	t := &Table{ID: "bursts", Stacked: true, Title: r.T("积分最集中的支部", "Branches with the most concentrated points"), Empty: r.T("还没有数据足够的、已经结束的半年。", "No half-year has ended of which enough is known.")}
	if len(names) == 0 {
		return t
	}
	last := names[len(names)-1]
	t.Title += " · " + r.periodName(last)
	t.Note = r.T("积分集中可以有正当原因（如集中拆违、抗台），也可能是考评前补记。请查这段日子的积分事由，再下结论。",
		"There may be good reason (a clearing campaign, a typhoon), or points were filled in before the assessment. Look up what those days' points were for before concluding anything.")
	t.Columns = append(r.placeColumns(), r.burstColumns()...)
	n := 0
	for _, b := range all {
		if b.half != last {
			continue
		}
		n++
		if r.Unit().Level == LevelTown && n > shownBursts {
			continue
		}
		row := []Cell{}
		if r.Village == "" {
			row = append(row, r.unitCell(b.village))
		}
		row = append(row, Cell{Text: r.Name(b.branch), Link: r.Link("points", InBranch(b.branch))})
		t.Rows = append(t.Rows, append(row, r.burstCells(b)...))
	}
	if len(t.Rows) < n {
		t.More = r.Tf("共 %[2]d 个支部，此处显示指数最高的 %[1]d 个；选一个村可看其全部支部。", "The %[1]d highest of %[2]d branches; choose a village to see all of its own.", len(t.Rows), n)
	}
	return t
}

// branchBursts lists the half-years of one branch.
func (r Request) branchBursts(all []burst) Block {
	t := &Table{ID: "bursts", Stacked: true, Title: r.T("积分集中程度：逐个半年", "Concentration of points, half-year by half-year"), Note: r.burstNote(),
		Empty: r.T("还没有数据足够的、已经结束的半年。", "No half-year has ended of which enough is known."), Columns: append([]Column{text(r.T("半年", "Half-year"))}, r.burstColumns()...)}
	for _, b := range all {
		t.Rows = append(t.Rows, append([]Cell{{Text: r.periodName(b.half)}}, r.burstCells(b)...))
	}
	return t
}

// burstColumns head burstCells.
func (r Request) burstColumns() []Column {
	return []Column{number(r.T("半年积分", "Points")), {Title: r.Tf("最集中 %d 天占比", "Share of the fullest %d days", r.Programme.Points.BurstDays), Kind: ColumnRate, Unit: "%"},
		number(r.T("均匀应占 (%)", "Even share (%)")), number(r.T("指数", "Index")), date(r.T("这段时间始于", "Run begins on")), text(r.T("提示", "Prompt"))}
}

func (r Request) burstCells(b burst) []Cell {
	prompt := Cell{}
	if r.overLimit(b) {
		prompt = Cell{Text: r.T("请核实这段时间的积分事由", "check what those points were for"), Tone: ToneWorse}
	}
	return []Cell{countCell(b.points), shareCell(b.fullest, b.points), decimalCell(100*b.even, 1), decimalCell(b.idx, 1), {Text: b.from}, prompt}
}

// burstNote says what the index is made of.
func (r Request) burstNote() string {
	return r.Tf("指数 = 最集中的 %[1]d 天所占份额 ÷ 均匀分布时应占的份额；1 为均匀，超过 %[2]s 提示核实。只列已经结束、每月积分都已报来的半年。",
		"Index = share of the fullest %[1]d days ÷ the share they would have if points came evenly; 1 is even, above %[2]s is a prompt to check. Only half-years that have ended and of which every month's points came.",
		r.Programme.Points.BurstDays, Decimal(r.Programme.Points.BurstIndex, 1))
}

const daysSQL = `
select cast(d.awarded_on as varchar) as awarded_on, d.points
from points_days d
where d.level = 'branch' and d.unit_id = ? and cast(d.awarded_on as varchar) between ? and ?
order by d.awarded_on`

// pointDays draws the points of a branch day by day over twelve months, so that a burst shows where it begins.
func (r Request) pointDays(ctx context.Context) ([]Block, error) {
	from := max(monthAdd(r.Month, -11), r.FirstMonth)
	table, err := r.Data.Query(ctx, daysSQL, r.Branch, from+"-01", r.Month+"-31")
	if err != nil {
		return nil, fmt.Errorf("read points by day: %w", err)
	}
	title := r.Tf("按日积分 · %s 至 %s", "Points by day · %s to %s", from, r.Month)
	drawn := chart.Series{ID: "days", Label: title, Number: chart.Whole, Height: chart.Short}
	rows := Table{ID: "days", Title: title, Columns: []Column{date(r.T("日期", "Day")), number(r.T("积分", "Points"))}}
	line := chart.Line{Name: r.T("积分", "Points"), Colour: chart.Blue, Plain: true}
	known := map[string]float64{}
	for _, row := range read(table) {
		known[row.date("awarded_on")] = row.number("points")
		rows.Rows = append(rows.Rows, []Cell{{Text: row.date("awarded_on")}, countCell(row.number("points"))})
	}
	if len(known) == 0 {
		return nil, nil
	}
	first, err := time.Parse("2006-01", from)
	if err != nil {
		return nil, fmt.Errorf("read points by day: %w", err)
	}
	for day := first; day.Format("2006-01") <= r.Month; day = day.AddDate(0, 0, 1) {
		drawn.Months = append(drawn.Months, day.Format(time.DateOnly))
		line.Values = append(line.Values, known[day.Format(time.DateOnly)])
	}
	drawn.Lines = []chart.Line{line}
	picture, err := drawn.Draw()
	if err != nil {
		return nil, err
	}
	return []Block{&Chart{Title: title, Chart: picture, Table: rows}}, nil
}
