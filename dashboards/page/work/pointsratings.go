package work

import (
	"cmp"
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
	"hulian/queries/stats/association"
)

// rating is one star rating of one branch beside what the records of the same period measure.
type rating struct {
	village, branch, period       string
	stars, rank, ranked           float64
	funding                       float64 // NaN where the rating names none
	operation, effect, cooperates float64
	cadres, villagers             float64 // scores given by grid cadres and by villager representatives
	measured                      float64 // 0 to 1; NaN without any base
	low, high, middle             float64 // 95% limits of measured, and the town's middle branch; NaN likewise
	published                     string  // the day on the board; empty: not published, or not told
	contradiction                 string  // as in the table star_history; empty: none
	complete                      bool    // every branch of the village was rated
	last                          bool    // of its village, alone on the place, where complete
}

// ratings reads the ratings of periods that have ended by the page's month.
func ratings(ctx context.Context, r block.Request) ([]rating, error) {
	rows, err := r.Ratings(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, err
	}
	var all []rating
	for _, row := range rows {
		if end := facts.PeriodEnd(row.Period); end == "" || end > r.Month {
			continue
		}
		all = append(all, rating{village: row.VillageID, branch: row.BranchID, period: row.Period, stars: row.Stars,
			rank: row.Rank, ranked: row.BranchesRanked, funding: row.Funding, operation: row.Operation,
			effect: row.Effect, cooperates: row.Cooperation, cadres: row.GridCadreScore, villagers: row.VillagerScore,
			measured: row.MeasuredResult, low: row.MeasuredLow, high: row.MeasuredHigh, middle: row.MiddleResult,
			published: row.PublishedOn, contradiction: row.Contradiction, complete: row.Complete, last: row.IsLast})
	}
	slices.SortStableFunc(all, func(a, b rating) int { return strings.Compare(facts.PeriodEnd(a.period), facts.PeriodEnd(b.period)) })
	return all, nil
}

// periods lists the rating periods read, oldest first.
func periods(all []rating) []string {
	var names []string
	for _, x := range all {
		if !slices.Contains(names, x.period) {
			names = append(names, x.period)
		}
	}
	return names
}

// of returns the ratings of one period.
func of(all []rating, period string) []rating {
	var own []rating
	for _, x := range all {
		if x.period == period {
			own = append(own, x)
		}
	}
	return own
}

// agreement is the rank correlation of stars with measured results over branches.
func agreement(all []rating) association.Spearman {
	stars, measured := make([]float64, len(all)), make([]float64, len(all))
	for i, x := range all {
		stars[i], measured[i] = x.stars, x.measured
	}
	return association.Rank(stars, measured)
}

// agreementSentence answers whether stars agree with results in the newest rating.
func agreementSentence(r block.Request, all []rating) string {
	names := periods(all)
	if len(names) == 0 || r.Unit().Level == facts.LevelBranch {
		return ""
	}
	last := names[len(names)-1]
	finding, _ := agreementFinding(r, agreement(of(all, last)))
	return r.Tf("%s星级评定与同期实绩：%s。", "Stars of %s against the results of the same months: %s.", r.PeriodName(last), finding)
}

// agreementFinding says what a rank correlation allows to conclude, and its tone.
func agreementFinding(r block.Request, s association.Spearman) (string, view.Tone) {
	n := r.Tf("%d 个支部", "%d branches", s.N)
	if s.N == 0 {
		return r.T("没有实绩可以对照", "no results to hold them against"), view.ToneQuiet
	}
	if float64(s.N) < agreementBase(r) || !s.Rho.Known || !s.Low.Known {
		return r.Tf("只有 %d 个支部，不能下结论", "%d branches are too few to conclude anything", s.N), view.ToneQuiet
	}
	figures := r.Tf("等级相关 %s，95%% 区间 %s 至 %s，%s", "rank correlation %s, 95%% interval %s to %s, %s",
		reading.Decimal(s.Rho.Value, 2), reading.Decimal(s.Low.Value, 2), reading.Decimal(s.High.Value, 2), n)
	switch {
	case s.Low.Value > 0:
		return r.T("两者一致（", "they agree (") + figures + r.T("）", ")"), view.ToneNone
	case s.High.Value < 0:
		return r.T("两者相反：实绩好的支部星级反而低（", "they disagree: branches with better results have fewer stars (") + figures + r.T("）", ")"), view.ToneWorse
	default:
		return r.T("看不出一致，不能下结论（", "no agreement can be seen, no conclusion either way (") + figures + r.T("）", ")"), view.ToneQuiet
	}
}

// agreementBase is how many branches a correlation needs before it is judged.
func agreementBase(r block.Request) float64 {
	return reading.RulesOf(*facts.Measured{}.At("rating_agreement", "", "").Measure, r.Programme, r.CutOff, "").MinimumBase
}

// ratingBlocks show what the ratings say, who stands last, and whom the ratings agree with.
func ratingBlocks(ctx context.Context, r block.Request, all []rating) ([]view.Block, error) {
	blocks := []view.Block{view.Section{ID: "stars", Title: r.T("星级评定", "Star ratings"),
		Note: r.T("星级由各村评定，不同村的尺度未必相同；名次只在本村内比较。", "Villages rate their own branches, so scales may differ; ranks compare within one village.")}}
	if len(all) == 0 {
		return append(blocks, view.Callout{Tone: view.ToneQuiet, Text: r.T("到本月为止还没有评定。", "There is no rating up to this month.")}), nil
	}
	twice, err := twiceLast(ctx, r)
	if err != nil {
		return nil, err
	}
	if r.Unit().Level == facts.LevelBranch {
		return append(blocks, branchRatings(r, all, twice)), nil
	}
	talks, err := r.Talks(ctx, r.Visitor, r.Month)
	if err != nil {
		return nil, err
	}
	due := dueTalks(r, all, twice, talks)
	blocks = append(blocks, ratingPeriods(r, all), lastPlaces(r, all, twice, due))
	blocks = append(blocks, talkForm(r, due)...)
	blocks = append(blocks, contradictions(r, all))
	blocks = append(blocks, starRule(r, all)...)
	blocks = append(append(blocks, paid(r, all)...), scores(r, all))
	if r.Unit().Level == facts.LevelTown {
		agree, err := agreementByVillage(ctx, r, all)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, agree)
	}
	return append(blocks, starTable(r, all, twice)), nil
}

// ratingPeriods sums up each period: branches rated, stars, funding, agreement with results.
func ratingPeriods(r block.Request, all []rating) view.Block {
	t := &view.Table{ID: "periods", Stacked: true, Title: r.T("历次评定", "Ratings so far"), Columns: []view.Column{view.Words(r.T("评定期", "Period")), view.Number(r.T("参评支部", "Branches rated")),
		{Title: r.T("平均星级", "Mean stars"), Kind: view.ColumnRate}, view.Number(r.T("激励资金（元）", "Funding (yuan)")), {Title: r.T("已公示", "Published"), Unit: "%", Kind: view.ColumnRate}, view.Words(r.T("与同期实绩的一致性", "Agreement with results of the same months"))}}
	for _, period := range periods(all) {
		rated := of(all, period)
		var stars, funding, told float64
		for _, x := range rated {
			stars += x.stars
			if !math.IsNaN(x.funding) {
				funding, told = funding+x.funding, told+1
			}
		}
		n := float64(len(rated))
		mean := view.Cell{Text: reading.Decimal(stars/n, 2), Value: reading.Plain(stars/n, 2), Base: reading.Base(stars, n), Num: reading.Plain(stars, 0), Den: reading.Plain(n, 0)}
		found := view.Cell{}
		found.Text, found.Tone = agreementFinding(r, agreement(rated))
		t.Rows = append(t.Rows, []view.Cell{{Text: r.PeriodName(period)}, view.Count(n), mean, fundingCell(r, period, funding, told, n), publishedCell(r, rated), found})
	}
	t.Note = resultNote(r)
	return t
}

// fundingCell is what the branches of a period were paid. Funding follows the yearly rating: of a half-year that names no sum, none is missing.
func fundingCell(r block.Request, period string, sum, told, n float64) view.Cell {
	if told == 0 && !yearly(period) {
		return view.Plain(reading.Missing)
	}
	return block.KnownSum(r, sum, told, n)
}

// publishedCell is how many of the ratings of a period stand on a board, and from when to when; not known where no branch tells a day.
func publishedCell(r block.Request, rated []rating) view.Cell {
	var days []string
	for _, x := range rated {
		if x.published != "" && x.published <= r.AsOf(r.Month).Format("2006-01-02") {
			days = append(days, x.published)
		}
	}
	if !slices.ContainsFunc(rated, func(x rating) bool { return x.published != "" }) {
		return view.Cell{Text: reading.Missing}
	}
	c := view.Share(float64(len(days)), float64(len(rated)))
	if len(days) > 0 {
		c.Note = r.Tf("%[1]s至%[2]s", "%[1]s to %[2]s", slices.Min(days), slices.Max(days))
	}
	return c
}

// branchRatings is the star history of one branch: what each part of the rating gave, and what the records measure.
func branchRatings(r block.Request, all []rating, twice map[string]bool) view.Block {
	rule, whole := reading.StarRuleOf(r.Programme)
	t := &view.Table{ID: "stars", Stacked: true, Title: r.T("历次评定", "Ratings so far"), Note: resultNote(r)}
	if whole {
		t.Note += r.T("", " ") + ruleSaid(r, rule)
	}
	columns := []view.ColumnOf[rating]{
		view.Of(view.Words(r.T("评定期", "Period")), func(x rating) view.Cell { return view.Plain(r.PeriodName(x.period)) }),
		view.Of(view.Words(r.T("星级", "Stars")), func(x rating) view.Cell { return view.Plain(starsText(r, x.stars)) }),
		view.Of(view.Words(r.T("本村名次", "Rank in the village")), func(x rating) view.Cell {
			place := view.Cell{Text: place(r, x)}
			if x.last {
				place.Note = r.T("末位", "last")
			}
			return place
		}),
		view.Of(view.Number(r.T("激励资金（元）", "Funding (yuan)")), func(x rating) view.Cell {
			c := view.Count(x.funding)
			if yearly(x.period) && paidOtherwise(r, x) {
				c.Tone, c.Note = view.ToneWorse, r.Tf("标准为%s元", "the standard is %s", reading.Count(reading.TierFunding(r.Programme, x.stars)))
			}
			return c
		})}
	for k, name := range partNames(r, rule, whole) {
		columns = append(columns, view.Of(view.Number(name), func(x rating) view.Cell { return view.Decimal(x.parts()[k], 1) }))
	}
	columns = append(append(columns, ruleColumns(r)...), view.Of(view.Number(r.T("实绩 (%)", "Result (%)")), func(x rating) view.Cell { return view.Decimal(100*x.measured, 1) }))
	view.Fill(t, all, columns...)
	if year := lastYear(r.Month); twice[r.Branch] || slices.ContainsFunc(of(all, year), func(x rating) bool { return x.last }) {
		t.More = r.Tf("%s年度评定末位，按办法应当%s。", "Last in the yearly rating of %s: the rules ask for %s.", year, askedFor(r, twice[r.Branch]))
	}
	return t
}

// resultNote says what a measured result is made of.
func resultNote(r block.Request) string {
	return r.T("实绩 = 同期按期办结率、走访覆盖率、对账会召开率的平均。", "Results: the mean of on-time resolution, households visited and monthly meetings held in the same period.")
}

// place writes a rank within its village: 3/5.
func place(r block.Request, x rating) string {
	if math.IsNaN(x.rank) {
		return reading.Missing
	}
	return reading.Base(x.rank, x.ranked)
}

// scores set what villagers' representatives give beside what grid cadres give, in the newest rating.
func scores(r block.Request, all []rating) view.Block {
	names := periods(all)
	last := of(all, names[len(names)-1])
	t := &view.Table{ID: "scores", Title: r.Tf("村民代表与网格干部的评分 · %s", "Scores of villagers and of cadres · %s", r.PeriodName(names[len(names)-1])),
		Columns: []view.Column{view.Words(r.T("单位", "Unit")), view.Number(r.T("两者都评的支部", "Branches scored by both")), view.Number(r.T("村民代表", "Villagers")), view.Number(r.T("网格干部", "Grid cadres")),
			view.Number(r.T("村民 − 干部", "Villagers − cadres")), view.Number(r.T("村民低 10 分以上的支部", "Branches 10 or more lower with villagers"))},
		Note: r.T("各支部得分的平均，只算两者都评的支部。村民评分明显低于干部评分的，请到户听一听。", "Means over the branches scored by both. Where villagers score clearly lower than cadres, go and listen.")}
	line := func(name view.Cell, own []rating) []view.Cell {
		var n, villagers, cadres, lower float64
		for _, x := range own {
			if math.IsNaN(x.villagers) || math.IsNaN(x.cadres) {
				continue
			}
			n++
			villagers, cadres = villagers+x.villagers, cadres+x.cadres
			if x.villagers <= x.cadres-scoreGap {
				lower++
			}
		}
		if n == 0 {
			return []view.Cell{name, view.Count(0), {Text: reading.Missing}, {Text: reading.Missing}, {Text: reading.Missing}, {Text: reading.Missing}}
		}
		return []view.Cell{name, view.Count(n), view.Decimal(villagers/n, 1), view.Decimal(cadres/n, 1), view.Decimal((villagers-cadres)/n, 1), view.Count(lower)}
	}
	for _, u := range r.Below() {
		var own []rating
		for _, x := range last {
			if x.village == u.ID || x.branch == u.ID {
				own = append(own, x)
			}
		}
		if len(own) > 0 {
			t.Rows = append(t.Rows, line(view.Cell{Text: u.Name, Link: r.Link("points", question.InUnit(u))}, own))
		}
	}
	t.Total = line(view.Cell{Text: r.Unit().Name}, last)
	return t
}

// scoreGap is how many points of a hundred villagers must give less than cadres for a branch to be counted.
const scoreGap = 10

// agreementByVillage sets the stars of each village's branches beside their results, and says what its own correlation is
// worth.
func agreementByVillage(ctx context.Context, r block.Request, all []rating) (view.Block, error) {
	values, err := r.Values(ctx, r.Visitor, block.BelowScope(r), "rating_agreement", "stars_mean")
	if err != nil {
		return nil, err
	}
	names := periods(all)
	last := of(all, names[len(names)-1])
	t := &view.Table{ID: "agreement", Title: r.Tf("各村星级与实绩 · %s", "Stars and results by village · %s", r.PeriodName(names[len(names)-1])),
		Note: r.Tf("星级普遍高而实绩低的村，先核实评定尺度。支部少于 %s 个的村，等级相关只显示，不作判断。",
			"Where stars are high all round and results low, check the scale of the rating first. With fewer than %s branches a correlation is shown, not judged.", reading.Count(agreementBase(r))),
		Columns: []view.Column{view.Words(r.T("村", "Village")), block.Column(r, "stars_mean"), view.Number(r.T("支部实绩平均 (%)", "Mean result of branches (%)")),
			view.Number(r.T("参加比较的支部", "Branches compared")), view.Number(r.T("等级相关", "Rank correlation"))}}
	line := func(name view.Cell, stars, agree facts.Value, rated []rating) []view.Cell {
		var sum, n float64
		for _, x := range rated {
			if !math.IsNaN(x.measured) {
				sum, n = sum+x.measured, n+1
			}
		}
		shown := block.Cell(r, agree)
		shown.Base, shown.Num, shown.Den = "", "", ""
		return []view.Cell{name, block.Cell(r, stars), view.Decimal(100*sum/n, 1), view.Count(n), shown}
	}
	for _, u := range r.Below() {
		t.Rows = append(t.Rows, line(view.Cell{Text: u.Name, Link: r.Link("points", question.InUnit(u))}, values.At("stars_mean", u.ID, r.Month), values.At("rating_agreement", u.ID, r.Month),
			slices.DeleteFunc(slices.Clone(last), func(x rating) bool { return x.village != u.ID })))
	}
	town, err := r.Values(ctx, r.Visitor, block.HereScope(r), "rating_agreement", "stars_mean")
	if err != nil {
		return nil, err
	}
	t.Total = line(view.Cell{Text: r.Town.Name}, town.At("stars_mean", r.Town.ID, r.Month), town.At("rating_agreement", r.Town.ID, r.Month), last)
	return t, nil
}

// yearly reports whether a period is a whole year: half-yearly ratings have no last place.
func yearly(period string) bool { return len(period) == len("2017") }

// starTable is the star history of every branch: stars and place within the village, period by period.
func starTable(r block.Request, all []rating, twice map[string]bool) *view.Table {
	names := periods(all)
	t := &view.Table{ID: "stars", Title: r.T("各支部星级沿革（星级，本村名次）", "Star history of the branches (stars, rank within the village)"), Folded: r.Unit().Level == facts.LevelTown, PageRows: shownBursts}
	byBranch, order := map[string]map[string]rating{}, []string{}
	for _, x := range all {
		if byBranch[x.branch] == nil {
			byBranch[x.branch] = map[string]rating{}
			order = append(order, x.branch)
		}
		byBranch[x.branch][x.period] = x
	}
	slices.Sort(order)
	village := func(id string) string {
		for _, x := range byBranch[id] {
			return x.village
		}
		return ""
	}
	columns := ratedColumns(r, village, func(id string) string { return id })
	for _, period := range names {
		columns = append(columns, view.Of(view.Words(r.PeriodName(period)), func(id string) view.Cell {
			x, ok := byBranch[id][period]
			if !ok {
				return view.Plain(reading.Missing)
			}
			c := view.Cell{Text: starsText(r, x.stars), Value: reading.Plain(x.stars, 0), Base: place(r, x)}
			if x.last && yearly(period) {
				c.Note = r.T("末位", "last")
			}
			return c
		}))
	}
	columns = append(columns,
		view.Of(view.Number(r.T("年度末位次数", "Times last in a year")), func(id string) view.Cell {
			times, years := 0.0, 0
			for period, x := range byBranch[id] {
				if !yearly(period) || !x.complete { // with a branch of the village unrated nobody is known to be last
					continue
				}
				if years++; x.last {
					times++
				}
			}
			if years == 0 {
				return view.Cell{Text: reading.Missing, Note: r.T("没有完整的年度评定，未知", "no complete yearly rating: unknown")}
			}
			c := view.Count(times)
			c.Note = r.Tf("%d次年度评定中", "of %d yearly ratings", years)
			return c
		}),
		view.Of(view.Words(r.T("说明", "Note")), func(id string) view.Cell {
			if !twice[id] {
				return view.Cell{}
			}
			return view.Cell{Text: r.Tf("年度评定连续%d年末位", "last in %d yearly ratings running", r.Programme.LastPlace.Years), Tone: view.ToneWorse}
		}))
	view.Fill(t, order, columns...)
	return t
}

// LastRating is what the newest rating up to the page's month says of its branch; empty: it was never rated.
func LastRating(ctx context.Context, r block.Request) (string, error) {
	all, err := r.Ratings(ctx, r.Visitor, r.Unit())
	if err != nil {
		return "", err
	}
	all = slices.DeleteFunc(all, func(x facts.Rating) bool { end := facts.PeriodEnd(x.Period); return end == "" || end > r.Month })
	if len(all) == 0 {
		return "", nil
	}
	x := slices.MaxFunc(all, func(a, b facts.Rating) int { return cmp.Compare(facts.PeriodEnd(a.Period), facts.PeriodEnd(b.Period)) })
	return r.Tf("%[1]s评定为%[2]s（本村%[4]s个支部中第%[3]s名）", "rated %[2]s in %[1]s (number %[3]s of %[4]s branches of its village)", r.PeriodName(x.Period), starsText(r, x.Stars), reading.Count(x.Rank), reading.Count(x.BranchesRanked)), nil
}

// starsText writes stars as the programme names them: 五星.
func starsText(r block.Request, stars float64) string {
	i := slices.IndexFunc(r.Programme.Stars, func(t data.StarTier) bool { return float64(t.Stars) == stars })
	if i < 0 || r.Programme.Stars[i].Name.In(r.Lang) == "" {
		return reading.Count(stars)
	}
	return r.Programme.Stars[i].Name.In(r.Lang)
}
