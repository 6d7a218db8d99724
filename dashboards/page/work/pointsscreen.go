package work

import (
	"cmp"
	"context"
	"math"
	"slices"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// pointsScreen is the first screen of the page: are points earned all year or in a burst, do stars agree with results, who is last and
// what do the town's own rules ask for. Last places stand on it; the other blocks of the ratings are given back.
func pointsScreen(ctx context.Context, r block.Request, own facts.Measured, bursts []Burst, all []rating, stars []view.Block, v *view.View) ([]view.Block, error) {
	v.Headline = pointsHeadline(r, bursts, all)
	var known []string
	for _, id := range pointMeasures {
		if x := own.At(id, r.Unit().ID, r.Month); x.Known() || x.Reason != "" {
			known = append(known, id)
		}
	}
	tiles, err := block.TilesOf(ctx, r, "", block.LeadsOf(r, own, known[:min(len(known), mostTiles)]...))
	if err != nil {
		return nil, err
	}
	add := func(parts ...view.Part) { v.Blocks = append(v.Blocks, view.Row{Parts: parts}) }
	add(view.Part{Span: 12, Blocks: []view.Block{tiles}})
	rhythm, err := rhythm(ctx, r, own)
	if err != nil {
		return nil, err
	}
	var last []view.Block
	if at := slices.IndexFunc(stars, func(b view.Block) bool { t, ok := b.(*view.Table); return ok && t.ID == "last" }); at >= 0 {
		last = append(last, stars[at])
		stars = slices.Delete(slices.Clone(stars), at, at+1)
	}
	if r.Unit().Level == facts.LevelBranch || len(all) == 0 {
		add(view.Part{Span: 12, Blocks: []view.Block{rhythm}})
	} else {
		add(view.Part{Span: 6, Blocks: []view.Block{rhythm}}, view.Part{Span: 6, Blocks: []view.Block{starsAgainstResults(r, all)}})
	}
	if len(last) > 0 {
		add(view.Part{Span: 12, Blocks: last})
	}
	return stars, nil
}

// mostTiles is how many figures stand side by side.
const mostTiles = 6

// pointsHeadline says whether points are earned in a burst, then whether stars agree with results.
func pointsHeadline(r block.Request, bursts []Burst, all []rating) view.Headline {
	weak, rest := "", []string(nil)
	switch names := Halves(bursts); {
	case len(names) == 0:
		rest = append(rest, r.T("还没有可以判断的半年", "No half-year can be judged yet"))
	case r.Unit().Level == facts.LevelBranch:
		b := bursts[len(bursts)-1]
		said := r.Tf("%[1]s最集中%[2]d天占积分%[3]s", "In %[1]s the fullest %[2]d days held %[3]s of the points", r.PeriodName(b.Half), r.Programme.Points.BurstDays, reading.Percent(b.share))
		if overLimit(r, b) {
			weak = said + r.T("，待核实", ", to be checked")
		} else {
			rest = append(rest, said)
		}
	default:
		half := names[len(names)-1]
		over, n := OverCount(r, bursts, half)
		if over > 0 {
			weak = r.Tf("%[1]s%[2]d个支部中%[3]d个积分集中在一个月", "%[1]s: of %[2]d branches %[3]d gained points in a burst", r.PeriodName(half), n, over)
		} else {
			rest = append(rest, r.Tf("%[1]s%[2]d个支部的积分都不集中", "%[1]s: none of %[2]d branches gained points in a burst", r.PeriodName(half), n))
		}
	}
	if said := agreementInFewWords(r, all); said != "" && block.Fits(r, append(slices.Clone(rest), weak, said)...) {
		rest = append(rest, said)
	}
	return block.HeadlineOf(r, weak, rest...)
}

// agreementInFewWords says whether the stars of the newest rating agree with results, as agreementFinding judges it.
func agreementInFewWords(r block.Request, all []rating) string {
	names := periods(all)
	if len(names) == 0 || r.Unit().Level == facts.LevelBranch {
		return ""
	}
	s := agreement(of(all, names[len(names)-1]))
	switch {
	case float64(s.N) < agreementBase(r) || !s.Rho.Known || !s.Low.Known:
		return r.T("支部少，星级是否相符不能判断", "too few branches to judge the stars")
	case s.Low.Value > 0:
		return r.T("星级与实绩一致", "stars agree with results")
	case s.High.Value < 0:
		return r.T("星级与实绩相反", "stars contradict results")
	default:
		return r.T("星级与实绩看不出一致", "no agreement of stars with results")
	}
}

// starsAgainstResults sets the stars of the newest rating against what the records of the same months measure. Branches whose stars
// contradict their results are named first; the middle is the town's middle branch.
func starsAgainstResults(r block.Request, all []rating) *view.Scatter {
	names := periods(all)
	period := names[len(names)-1]
	fewest, most, none, full := 0.0, 6.0, 0.0, 100.0
	s := &view.Scatter{Frame: view.Frame{ID: "stars-results", Title: r.Tf("星级与实绩 · %s", "Stars and results · %s", r.PeriodName(period)), Language: r.Language},
		X: view.Axis{Title: r.T("星级", "Stars"), Min: &fewest, Max: &most}, Y: view.Axis{Title: r.T("实绩（%）", "Result (%)"), Suffix: "%", Min: &none, Max: &full}, TextY: r.T("全镇中位支部", "the town's middle branch"),
		Corners: [4]string{r.T("星少、实绩好", "few stars, good result"), "", "", r.T("星多、实绩差", "many stars, poor result")}}
	if found, _ := agreementFinding(r, agreement(of(all, period))); found != "" {
		s.Note = found
	}
	for _, x := range of(all, period) {
		p := view.ScatterPoint{Name: r.Name(x.branch), X: view.Value{X: x.stars, Text: starsText(r, x.stars), Link: r.Link("points", question.InBranch(x.branch))},
			Y: view.Value{X: 100 * x.measured, Text: reading.Decimal(100*x.measured, 1) + "%"}}
		if math.IsNaN(x.stars) {
			p.X.Unknown = r.T("没有星级", "no stars")
		}
		if math.IsNaN(x.measured) {
			p.Y.Unknown = r.T("没有实绩数据", "no results")
		}
		if x.contradiction != "" {
			p.Tone = view.ToneWorse
		}
		if !math.IsNaN(x.middle) {
			middle := 100 * x.middle
			s.MiddleY = &middle
		}
		s.Points = append(s.Points, p)
	}
	slices.SortStableFunc(s.Points, func(a, b view.ScatterPoint) int { return cmp.Compare(order(a.Tone != ""), order(b.Tone != "")) })
	return s
}

// rhythm shows points per active member month by month: a small curve for each unit below over that of the page's unit, a line for a
// branch.
func rhythm(ctx context.Context, r block.Request, own facts.Measured) (view.Block, error) {
	title := r.T("可动员党员人均积分：全年还是突击", "Points per active member: all year or in a burst")
	if len(r.Below()) == 0 {
		return block.Trend(r, own, "rhythm", title, "points_per_member")
	}
	s := block.BelowScope(r)
	s.From, s.To = r.FirstMonth, r.Month
	below, err := r.Values(ctx, r.Visitor, s, "points_per_member")
	if err != nil {
		return nil, err
	}
	months := r.MonthsUpTo()
	months = months[max(0, len(months)-rhythmMonths):]
	m := &view.Multiples{Frame: view.Frame{ID: "rhythm", Title: title, Language: r.Language, Note: r.Tf("近%[1]d个月；灰线为%[2]s；空缺为基数太小或没有数据", "the last %[1]d months; grey: %[2]s; a gap: too small a base, or no data", len(months), r.Unit().Name)}}
	for _, v := range own.Series("points_per_member", r.Unit().ID, months) {
		m.Reference = append(m.Reference, v.Drawn())
	}
	for _, u := range r.Below() {
		p := view.Panel{Name: u.Name, Mark: -1, Link: r.Link("points", question.InUnit(u)), Trend: view.Trend{Months: months}}
		known := false
		for _, v := range below.Series("points_per_member", u.ID, months) {
			known = known || v.Known()
			p.Trend.Values, p.Trend.Hollow = append(p.Trend.Values, v.Drawn()), append(p.Trend.Hollow, v.Known() && block.Caution(r, v) != "")
		}
		if !known {
			p.Unknown = r.T("没有积分数据", "no points were received")
		}
		m.Panels = append(m.Panels, p)
	}
	if n := len(m.Panels); n > block.MostShown {
		m.Panels = m.Panels[:block.FewUrgents]
		m.More = r.Tf("前%[1]d个，共%[2]d个；其余见下表", "the first %[1]d of %[2]d; the others stand in the table below", block.FewUrgents, n)
		m.MoreLink = "#table-units"
	}
	return m, nil
}

// rhythmMonths is how many months the small curves show: three assessments at the middle or the end of a year.
const rhythmMonths = 18
