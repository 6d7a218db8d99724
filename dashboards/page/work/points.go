package work

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
	"hulian/queries/stats/estimate"
)

// pointMeasures are the tiles of the page.
var pointMeasures = []string{"points_per_member", "members_with_points", "points_gini", "posts_rate", "stars_mean", "ratings_published", "rating_spread", "bottom_twice"}

// pointsByUnit are the measures of the page's table of villages or branches.
var pointsByUnit = []string{"points_per_member", "members_with_points", "points_gini", "posts_rate", "points_approved", "points_displayed"}

// Points builds the page of points and star ratings: the first screen, then what it rests on.
func Points(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: block.Heading(r), Blocks: block.EntryAnswer(r, exportTalks, talkRefusals(r))}
	own, err := r.Values(ctx, r.Visitor, block.AlwaysScope(r), pointMeasures...)
	if err != nil {
		return v, err
	}
	if ofOthers(r) {
		return measuresAlone(ctx, r, own, v)
	}
	bursts, ratings, err := burstsAndRatings(ctx, r)
	if err != nil {
		return v, err
	}
	given, most, err := givenFor(ctx, r)
	if err != nil {
		return v, err
	}
	v.Sentences = pointSentences(r, own)
	if most != "" {
		v.Sentences = append(v.Sentences, most)
	}
	v.Sentences = append(v.Sentences, burstSentences(r, bursts)...)
	if s := publishedSentence(r, own); s != "" {
		v.Sentences = append(v.Sentences, s)
	}
	if s := agreementSentence(r, ratings); s != "" {
		v.Sentences = append(v.Sentences, s)
	}
	if s := contradictionSentence(r, ratings); s != "" {
		v.Sentences = append(v.Sentences, s)
	}
	stars, err := ratingBlocks(ctx, r, ratings)
	if err != nil {
		return v, err
	}
	if stars, err = pointsScreen(ctx, r, own, bursts, ratings, stars, &v); err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, view.Lead{})
	if r.Unit().Level == facts.LevelBranch {
		days, err := pointDays(ctx, r)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, days...)
	}
	if given != nil {
		v.Blocks = append(v.Blocks, given)
	}
	v.Blocks = append(v.Blocks, burstBlocks(r, bursts)...)
	if len(r.Below()) > 0 {
		units, err := block.UnitTable(ctx, r, "units", pointsByUnit...)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, units)
	}
	v.Blocks = append(v.Blocks, stars...)
	return v, nil
}

// burstBlocks show where points were gained within few days.
func burstBlocks(r block.Request, bursts []Burst) []view.Block {
	if r.Unit().Level == facts.LevelBranch {
		return []view.Block{branchBursts(r, bursts)}
	}
	return []view.Block{burstHistory(r, bursts), burstTable(r, bursts)}
}

func burstsAndRatings(ctx context.Context, r block.Request) ([]Burst, []rating, error) {
	gained, err := Bursts(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	rated, err := ratings(ctx, r)
	return gained, rated, err
}

// ofOthers reports whether the page would show a branch's secretary the ratings, prompts and talks of other branches. Measures are compared in
// public; of what each part of a rating gave, what was paid and what is asked of a last place he sees that of his own branch only.
func ofOthers(r block.Request) bool {
	own := r.Visitor.Scope.Branch
	return own != "" && r.Branch != own
}

// measuresAlone is the page of a place that is not the reader's own branch.
func measuresAlone(ctx context.Context, r block.Request, own facts.Measured, v view.View) (view.View, error) {
	v.Sentences = pointSentences(r, own)
	tiles, err := block.TilesOf(ctx, r, "", block.LeadsOf(r, own, "points_per_member", "members_with_points", "points_gini", "posts_rate"))
	if err != nil {
		return v, err
	}
	rhythm, err := rhythm(ctx, r, own)
	if err != nil {
		return v, err
	}
	v.Headline.Rest = r.T("其他支部只显示公开比较的指标", "Of other branches the measures alone that are compared in public")
	home, _ := r.Snapshot.Branch(r.Visitor.Scope.Branch)
	v.Blocks = append(v.Blocks, tiles, rhythm, view.Lead{}, view.Callout{Tone: view.ToneQuiet, Text: r.T("评定的各部分得分、星级经费、集中积分提示和谈话，支部书记只能看到本支部的。", "Of what each part of a rating gave, funding, prompts and talks, a branch's secretary sees those of his own branch only."),
		Next: r.T("看本支部", "See your own branch"), Link: r.Link("points", question.InUnit(home))})
	if len(r.Below()) > 0 {
		units, err := block.UnitTable(ctx, r, "units", pointsByUnit...)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, units)
	}
	return v, nil
}

// PointTables are the parts of the page that the report shows too.
func PointTables(ctx context.Context, r block.Request) (v view.View, err error) {
	if ofOthers(r) {
		return v, nil
	}
	bursts, ratings, err := burstsAndRatings(ctx, r)
	if err != nil {
		return v, err
	}
	given, _, err := givenFor(ctx, r)
	if err != nil {
		return v, err
	}
	if given != nil {
		v.Blocks = append(v.Blocks, given)
	}
	stars, err := ratingBlocks(ctx, r, ratings)
	v.Blocks = slices.Concat(v.Blocks, burstBlocks(r, bursts), stars)
	return v, err
}

func pointSentences(r block.Request, own facts.Measured) []string {
	if said := block.Say(r, own, "public_points", "month", r.Month); said != "" {
		return []string{said}
	}
	return nil
}

// publishedSentence says of how many branches the newest stars stand on a board.
func publishedSentence(r block.Request, own facts.Measured) string {
	p := own.At("ratings_published", r.Unit().ID, r.Month)
	if !p.Known() {
		return ""
	}
	return r.Tf("最近一期星级，%[2]s 个参评支部中 %[1]s 个已经公示（%[3]s）。", "Of the newest stars, those of %[1]s of %[2]s branches rated have been published (%[3]s).",
		reading.Count(p.Num), reading.Count(p.Den), p.Text(r.Lang))
}

// Burst is the fullest run of days of one branch in one half-year.
type Burst struct {
	village, branch, Half             string
	points, fullest, share, even, Idx float64
	from                              string
}

// Bursts reads the half-years that have ended by the page's month: in one still running, thirty days are most of it, and so they are
// in one of which not every month's points came: no branch could pass the limit, and none is said to have kept it.
func Bursts(ctx context.Context, r block.Request) ([]Burst, error) {
	rows, err := r.Bursts(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, err
	}
	known, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelVillage, From: r.FirstMonth, To: r.Month}, "members_with_points")
	if err != nil {
		return nil, err
	}
	var all []Burst
	for _, row := range rows {
		if end := facts.PeriodEnd(row.HalfYear); end == "" || end > r.Month || 1/row.EvenShare <= r.Programme.Points.BurstIndex {
			continue
		}
		if !toldAll(known.Series("members_with_points", row.VillageID, halfOf(row.HalfYear))) {
			continue
		}
		all = append(all, Burst{village: row.VillageID, branch: row.BranchID, Half: row.HalfYear, points: row.Points,
			fullest: row.FullestPoints, share: row.Share, even: row.EvenShare, Idx: row.BurstIndex, from: row.LargestFrom})
	}
	return all, nil
}

// halfOf lists the six months of a half-year.
func halfOf(half string) []string {
	var months []string
	for k := -5; k <= 0; k++ {
		months = append(months, facts.MonthAdd(facts.PeriodEnd(half), k))
	}
	return months
}

func toldAll(series []facts.Value) bool {
	return !slices.ContainsFunc(series, func(v facts.Value) bool { return !v.Known() })
}

// Halves lists the half-years read, oldest first.
func Halves(all []Burst) []string {
	var names []string
	for _, b := range all {
		if !slices.Contains(names, b.Half) {
			names = append(names, b.Half)
		}
	}
	return names
}

func overLimit(r block.Request, b Burst) bool { return b.Idx > r.Programme.Points.BurstIndex }

// OverCount counts the branches beyond the limit in a half-year, and all that gained points in it.
func OverCount(r block.Request, all []Burst, half string) (over, n int) {
	for _, b := range all {
		if b.Half == half {
			n++
			if overLimit(r, b) {
				over++
			}
		}
	}
	return over, n
}

func burstSentences(r block.Request, all []Burst) []string {
	names := Halves(all)
	if len(names) == 0 {
		return nil
	}
	last := names[len(names)-1]
	_, n := OverCount(r, all, last)
	var over []string
	for _, b := range all {
		if b.Half == last && overLimit(r, b) {
			over = append(over, r.Name(b.branch))
		}
	}
	if r.Unit().Level == facts.LevelBranch {
		b := all[len(all)-1]
		return []string{r.Tf("%s，积分最集中的 %d 天占全部积分的 %s，是均匀分布的 %s 倍（界限 %s 倍）。", "In %s the fullest %d days hold %s of all points, %s times the even share (limit %s).",
			r.PeriodName(last), r.Programme.Points.BurstDays, reading.Percent(b.share), reading.Decimal(b.Idx, 1), reading.Decimal(r.Programme.Points.BurstIndex, 1))}
	}
	if len(over) == 0 {
		return []string{r.Tf("%s，%d 个支部的积分集中程度都没有超过界限（均匀分布的 %s 倍）。", "In %s none of %d branches passed the limit of concentration (%s times the even share).",
			r.PeriodName(last), n, reading.Decimal(r.Programme.Points.BurstIndex, 1))}
	}
	return []string{r.Tf("%s，%d 个支部中有 %d 个的积分集中在一个月里，超过界限（均匀分布的 %s 倍）：%s。这是核实提示，不是结论。",
		"In %s, of %d branches %d gained most of their points within one month, beyond the limit (%s times the even share): %s. A prompt to check, not a finding.",
		r.PeriodName(last), n, len(over), reading.Decimal(r.Programme.Points.BurstIndex, 1), strings.Join(over, r.T("、", ", ")))}
}

// burstHistory counts, half-year by half-year, the branches beyond the limit.
func burstHistory(r block.Request, all []Burst) view.Block {
	t := &view.Table{ID: "burst-history", Title: r.T("积分集中程度：逐个半年", "Concentration of points, half-year by half-year"),
		Columns: []view.Column{view.Words(r.T("半年", "Half-year")), {Title: r.T("超过界限的支部", "Branches beyond the limit"), Kind: view.ColumnRate, Unit: "%"},
			view.Number(r.T("中位指数", "Median index")), view.Number(r.T("最高指数", "Highest index"))},
		Note:  burstNote(r),
		Empty: r.T("还没有数据足够的、已经结束的半年。", "No half-year has ended of which enough is known.")}
	for _, half := range Halves(all) {
		var indices []float64
		over, _ := OverCount(r, all, half)
		for _, b := range all {
			if b.Half == half {
				indices = append(indices, b.Idx)
			}
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: r.PeriodName(half)}, view.Share(float64(over), float64(len(indices))), view.Decimal(estimate.Median(indices), 1), view.Decimal(slices.Max(indices), 1)})
	}
	return t
}

// shownBursts is how many branches the town's page lists; a village shows all of its own.
const shownBursts = 5

// burstTable lists the branches of the newest half-year that has ended, the most concentrated first.
func burstTable(r block.Request, all []Burst) view.Block {
	names := Halves(all)
	t := &view.Table{ID: "bursts", Stacked: true, Title: r.T("积分最集中的支部", "Branches with the most concentrated points"), Empty: r.T("还没有数据足够的、已经结束的半年。", "No half-year has ended of which enough is known.")}
	if len(names) == 0 {
		return t
	}
	last := names[len(names)-1]
	t.Title += " · " + r.PeriodName(last)
	t.Note = r.T("积分集中可以有正当原因（如集中拆违、抗台），也可能是考评前补记。请查这段日子的积分事由，再下结论。",
		"There may be good reason (a clearing campaign, a typhoon), or points were filled in before the assessment. Look up what those days' points were for before concluding anything.")
	var shown []Burst
	for _, b := range all {
		if b.Half == last {
			shown = append(shown, b)
		}
	}
	view.Fill(t, shown, append(ratedColumns(r, func(b Burst) string { return b.village }, func(b Burst) string { return b.branch }), burstColumns(r)...)...)
	if r.Unit().Level == facts.LevelTown {
		t.PageRows = shownBursts
	}
	return t
}

// branchBursts lists the half-years of one branch.
func branchBursts(r block.Request, all []Burst) view.Block {
	t := &view.Table{ID: "bursts", Stacked: true, Title: r.T("积分集中程度：逐个半年", "Concentration of points, half-year by half-year"), Note: burstNote(r),
		Empty: r.T("还没有数据足够的、已经结束的半年。", "No half-year has ended of which enough is known.")}
	half := view.Of(view.Words(r.T("半年", "Half-year")), func(b Burst) view.Cell { return view.Plain(r.PeriodName(b.Half)) })
	view.Fill(t, all, append([]view.ColumnOf[Burst]{half}, burstColumns(r)...)...)
	return t
}

// burstColumns say how a branch's points of a half-year were concentrated.
func burstColumns(r block.Request) []view.ColumnOf[Burst] {
	return []view.ColumnOf[Burst]{
		view.Of(view.Number(r.T("半年积分", "Points")), func(b Burst) view.Cell { return view.Count(b.points) }),
		view.Of(view.Rate(r.Tf("最集中 %d 天占比", "Share of the fullest %d days", r.Programme.Points.BurstDays), "%"), func(b Burst) view.Cell { return view.Share(b.fullest, b.points) }),
		view.Of(view.Number(r.T("均匀应占 (%)", "Even share (%)")), func(b Burst) view.Cell { return view.Decimal(100*b.even, 1) }),
		view.Of(view.Number(r.T("指数", "Index")), func(b Burst) view.Cell { return view.Decimal(b.Idx, 1) }),
		view.Of(view.Day(r.T("这段时间始于", "Run begins on")), func(b Burst) view.Cell { return view.Plain(b.from) }),
		view.Of(view.Words(r.T("提示", "Prompt")), func(b Burst) view.Cell {
			if overLimit(r, b) {
				return view.Cell{Text: r.T("请核实这段时间的积分事由", "check what those points were for"), Tone: view.ToneWorse}
			}
			return view.Cell{}
		}),
	}
}

// ratedColumns are placeColumns whose branches lead to their points.
func ratedColumns[T any](r block.Request, village, branch func(T) string) []view.ColumnOf[T] {
	all := block.PlaceColumns(r, village, branch)
	if r.Branch == "" {
		all[len(all)-1].Cell = func(row T) view.Cell {
			return view.Cell{Text: r.Name(branch(row)), Link: r.Link("points", question.InBranch(branch(row)))}
		}
	}
	return all
}

// burstNote says what the index is made of.
func burstNote(r block.Request) string {
	return r.Tf("指数 = 最集中的 %[1]d 天所占份额 ÷ 均匀分布时应占的份额；1 为均匀，超过 %[2]s 提示核实。只列已经结束、每月积分都已报来的半年。",
		"Index = share of the fullest %[1]d days ÷ the share they would have if points came evenly; 1 is even, above %[2]s is a prompt to check. Only half-years that have ended and of which every month's points came.",
		r.Programme.Points.BurstDays, reading.Decimal(r.Programme.Points.BurstIndex, 1))
}

// pointDays draws the points of a branch day by day over twelve months, so that a burst shows where it begins.
func pointDays(ctx context.Context, r block.Request) ([]view.Block, error) {
	from := max(facts.MonthAdd(r.Month, -11), r.FirstMonth)
	days, err := r.PointDays(ctx, r.Visitor, r.Branch, from, r.Month)
	if err != nil {
		return nil, err
	}
	title := r.Tf("按日积分 · %s 至 %s", "Points by day · %s to %s", from, r.Month)
	drawn := chart.Series{Lang: r.Lang, ID: "days", Label: title, Number: chart.Whole, Height: chart.Short}
	rows := view.Table{ID: "days", Title: title, Columns: []view.Column{view.Day(r.T("日期", "Day")), view.Number(r.T("积分", "Points"))}}
	line := chart.Line{Name: r.T("积分", "Points"), Colour: chart.Blue, Plain: true}
	known := map[string]float64{}
	for _, row := range days {
		known[row.AwardedOn] = row.Points
		rows.Rows = append(rows.Rows, []view.Cell{{Text: row.AwardedOn}, view.Count(row.Points)})
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
	return []view.Block{&view.Chart{Title: title, Chart: picture, Table: rows}}, nil
}
