package page

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

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
	low, high, middle             float64 // 95 % limits of measured, and the town's middle branch; NaN likewise
	contradiction                 string  // as in the table star_history; empty: none
	complete                      bool    // every branch of the village was rated
	last                          bool    // of its village, alone on the place, where complete
}

const ratingsSQL = `
select s.branch_id, s.village_id, s.period, s.stars, s.rank, s.branches_ranked, s.funding, s.operation, s.effect, s.cooperation,
    s.grid_cadre_score, s.villager_score, s.measured_result, s.measured_low, s.measured_high, s.middle_result, s.contradiction, s.complete, s.is_last
from star_history s
where 1 = 1%s
order by s.period, s.village_id, s.branch_id`

// ratings reads the ratings of periods that have ended by the page's month.
func (r Request) ratings(ctx context.Context) ([]rating, error) {
	where, args := r.inPlace("s.")
	table, err := r.Data.Query(ctx, fmt.Sprintf(ratingsSQL, where), args...)
	if err != nil {
		return nil, fmt.Errorf("read star ratings: %w", err)
	}
	var all []rating
	for _, row := range read(table) {
		if end := periodEnd(row.text("period")); end == "" || end > r.Month {
			continue
		}
		all = append(all, rating{village: row.text("village_id"), branch: row.text("branch_id"), period: row.text("period"), stars: row.number("stars"),
			rank: row.number("rank"), ranked: row.number("branches_ranked"), funding: row.number("funding"), operation: row.number("operation"),
			effect: row.number("effect"), cooperates: row.number("cooperation"), cadres: row.number("grid_cadre_score"), villagers: row.number("villager_score"),
			measured: row.number("measured_result"), low: row.number("measured_low"), high: row.number("measured_high"), middle: row.number("middle_result"),
			contradiction: row.text("contradiction"), complete: row.truth("complete"), last: row.truth("is_last")})
	}
	slices.SortStableFunc(all, func(a, b rating) int { return strings.Compare(periodEnd(a.period), periodEnd(b.period)) })
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
func (r Request) agreementSentence(all []rating) string {
	names := periods(all)
	if len(names) == 0 || r.Unit().Level == LevelBranch {
		return ""
	}
	last := names[len(names)-1]
	finding, _ := r.agreementFinding(agreement(of(all, last)))
	return r.Tf("%s星级评定与同期实绩：%s。", "Stars of %s against the results of the same months: %s.", r.periodName(last), finding)
}

// agreementFinding says what a rank correlation allows to conclude, and its tone.
func (r Request) agreementFinding(s association.Spearman) (string, Tone) {
	n := r.Tf("%d 个支部", "%d branches", s.N)
	if float64(s.N) < r.agreementBase() || !s.Rho.Known || !s.Low.Known {
		return r.Tf("只有 %d 个支部，不能下结论", "%d branches are too few to conclude anything", s.N), ToneQuiet
	}
	figures := r.Tf("等级相关 %s，95 %% 区间 %s 至 %s，%s", "rank correlation %s, 95 %% interval %s to %s, %s",
		Decimal(s.Rho.Value, 2), Decimal(s.Low.Value, 2), Decimal(s.High.Value, 2), n)
	switch {
	case s.Low.Value > 0:
		return r.T("两者一致（", "they agree (") + figures + r.T("）", ")"), ToneNone
	case s.High.Value < 0:
		return r.T("两者相反：实绩好的支部星级反而低（", "they disagree: branches with better results have fewer stars (") + figures + r.T("）", ")"), ToneWorse
	default:
		return r.T("看不出一致，不能下结论（", "no agreement can be seen, no conclusion either way (") + figures + r.T("）", ")"), ToneQuiet
	}
}

// agreementBase is how many branches a correlation needs before it is judged.
func (r Request) agreementBase() float64 {
	return reading.RulesOf(measured{}.at("rating_agreement", "", "").Measure, r.Programme, r.CutOff, "").MinimumBase
}

// ratingBlocks show what the ratings say, who stands last, and whom the ratings agree with.
func (r Request) ratingBlocks(ctx context.Context, all []rating) ([]Block, error) {
	blocks := []Block{Section{ID: "stars", Title: r.T("星级评定", "Star ratings"),
		Note: r.T("星级由各村评定，不同村的尺度未必相同；名次只在本村内比较。", "Villages rate their own branches, so scales may differ; ranks compare within one village.")}}
	if len(all) == 0 {
		return append(blocks, Callout{Tone: ToneQuiet, Text: r.T("到本月为止还没有评定。", "There is no rating up to this month.")}), nil
	}
	twice, err := r.twiceLast(ctx)
	if err != nil {
		return nil, err
	}
	if r.Unit().Level == LevelBranch {
		return append(blocks, r.branchRatings(all, twice)), nil
	}
	blocks = append(blocks, r.ratingPeriods(all), r.lastPlaces(all, twice), r.contradictions(all), r.scores(all))
	if r.Unit().Level == LevelTown {
		agree, err := r.agreementByVillage(ctx, all)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, agree)
	}
	return append(blocks, r.starTable(all, twice)), nil
}

// ratingPeriods sums up each period: branches rated, stars, funding, agreement with results.
func (r Request) ratingPeriods(all []rating) Block {
	t := &Table{ID: "periods", Stacked: true, Title: r.T("历次评定", "Ratings so far"), Columns: []Column{text(r.T("评定期", "Period")), number(r.T("参评支部", "Branches rated")),
		{Title: r.T("平均星级", "Mean stars"), Kind: ColumnRate}, number(r.T("激励资金（元）", "Funding (yuan)")), text(r.T("与同期实绩的一致性", "Agreement with results of the same months"))}}
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
		mean := Cell{Text: Decimal(stars/n, 2), Value: plainNumber(stars/n, 2), Base: Base(stars, n), Num: plainNumber(stars, 0), Den: plainNumber(n, 0)}
		found := Cell{}
		found.Text, found.Tone = r.agreementFinding(agreement(rated))
		t.Rows = append(t.Rows, []Cell{{Text: r.periodName(period)}, countCell(n), mean, r.knownSum(funding, told, n), found})
	}
	t.Note = r.resultNote()
	return t
}

// branchRatings is the star history of one branch: what each part of the rating gave, and what the records measure.
func (r Request) branchRatings(all []rating, twice map[string]bool) Block {
	t := &Table{ID: "stars", Stacked: true, Title: r.T("历次评定", "Ratings so far"), Note: r.resultNote(), Columns: []Column{text(r.T("评定期", "Period")), text(r.T("星级", "Stars")), text(r.T("本村名次", "Rank in the village")),
		number(r.T("激励资金（元）", "Funding (yuan)")), number(r.T("规范运行", "Operation")), number(r.T("作用发挥", "Effect")), number(r.T("配合上级", "Cooperation")),
		number(r.T("网格干部评分", "Grid cadres")), number(r.T("村民代表评分", "Villagers")), number(r.T("实绩 (%)", "Result (%)"))}}
	for _, x := range all {
		place := Cell{Text: r.place(x)}
		if x.last {
			place.Note = r.T("末位", "last")
		}
		t.Rows = append(t.Rows, []Cell{{Text: r.periodName(x.period)}, {Text: r.starsText(x.stars)}, place, countCell(x.funding), decimalCell(x.operation, 1), decimalCell(x.effect, 1),
			decimalCell(x.cooperates, 1), decimalCell(x.cadres, 1), decimalCell(x.villagers, 1), decimalCell(100*x.measured, 1)})
	}
	if year := lastYear(r.Month); twice[r.Branch] || slices.ContainsFunc(of(all, year), func(x rating) bool { return x.last }) {
		t.More = r.Tf("%s年度评定末位，按办法应当%s。", "Last in the yearly rating of %s: the rules ask for %s.", year, r.asked(twice[r.Branch]))
	}
	return t
}

// resultNote says what a measured result is made of.
func (r Request) resultNote() string {
	return r.T("实绩 = 同期按期办结率、走访覆盖率、对账会召开率的平均。", "Results: the mean of on-time resolution, households visited and monthly meetings held in the same period.")
}

// place writes a rank within its village: 3/5.
func (r Request) place(x rating) string {
	if math.IsNaN(x.rank) {
		return missing
	}
	return Base(x.rank, x.ranked)
}

// scores set what villagers' representatives give beside what grid cadres give, in the newest rating.
func (r Request) scores(all []rating) Block {
	names := periods(all)
	last := of(all, names[len(names)-1])
	t := &Table{ID: "scores", Title: r.Tf("村民代表与网格干部的评分 · %s", "Scores of villagers and of cadres · %s", r.periodName(names[len(names)-1])),
		Columns: []Column{text(r.T("单位", "Unit")), number(r.T("两者都评的支部", "Branches scored by both")), number(r.T("村民代表", "Villagers")), number(r.T("网格干部", "Grid cadres")),
			number(r.T("村民 − 干部", "Villagers − cadres")), number(r.T("村民低 10 分以上的支部", "Branches 10 or more lower with villagers"))},
		Note: r.T("各支部得分的平均，只算两者都评的支部。村民评分明显低于干部评分的，请到户听一听。", "Means over the branches scored by both. Where villagers score clearly lower than cadres, go and listen.")}
	line := func(name Cell, own []rating) []Cell {
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
			return []Cell{name, countCell(0), {Text: missing}, {Text: missing}, {Text: missing}, {Text: missing}}
		}
		return []Cell{name, countCell(n), decimalCell(villagers/n, 1), decimalCell(cadres/n, 1), decimalCell((villagers-cadres)/n, 1), countCell(lower)}
	}
	for _, u := range r.Below() {
		var own []rating
		for _, x := range last {
			if x.village == u.ID || x.branch == u.ID {
				own = append(own, x)
			}
		}
		if len(own) > 0 {
			t.Rows = append(t.Rows, line(Cell{Text: u.Name, Link: r.Link("points", InUnit(u))}, own))
		}
	}
	t.Total = line(Cell{Text: r.Unit().Name}, last)
	return t
}

// scoreGap is how many points of a hundred villagers must give less than cadres for a branch to be counted.
const scoreGap = 10

// agreementByVillage sets the stars of each village's branches beside their results, and says what its own correlation is
// worth.
func (r Request) agreementByVillage(ctx context.Context, all []rating) (Block, error) {
	values, err := r.values(ctx, r.below(), "rating_agreement", "stars_mean")
	if err != nil {
		return nil, err
	}
	names := periods(all)
	last := of(all, names[len(names)-1])
	t := &Table{ID: "agreement", Title: r.Tf("各村星级与实绩 · %s", "Stars and results by village · %s", r.periodName(names[len(names)-1])),
		Note: r.Tf("星级普遍高而实绩低的村，先核实评定尺度。支部少于 %s 个的村，等级相关只显示，不作判断。",
			"Where stars are high all round and results low, check the scale of the rating first. With fewer than %s branches a correlation is shown, not judged.", Count(r.agreementBase())),
		Columns: []Column{text(r.T("村", "Village")), r.column("stars_mean"), number(r.T("支部实绩平均 (%)", "Mean result of branches (%)")),
			number(r.T("参加比较的支部", "Branches compared")), number(r.T("等级相关", "Rank correlation"))}}
	line := func(name Cell, stars, agree Value, rated []rating) []Cell {
		var sum, n float64
		for _, x := range rated {
			if !math.IsNaN(x.measured) {
				sum, n = sum+x.measured, n+1
			}
		}
		shown := r.cell(agree)
		shown.Base, shown.Num, shown.Den = "", "", ""
		return []Cell{name, r.cell(stars), decimalCell(100*sum/n, 1), countCell(n), shown}
	}
	for _, u := range r.Below() {
		t.Rows = append(t.Rows, line(Cell{Text: u.Name, Link: r.Link("points", InUnit(u))}, values.at("stars_mean", u.ID, r.Month), values.at("rating_agreement", u.ID, r.Month),
			slices.DeleteFunc(slices.Clone(last), func(x rating) bool { return x.village != u.ID })))
	}
	town, err := r.values(ctx, r.here(), "rating_agreement", "stars_mean")
	if err != nil {
		return nil, err
	}
	t.Total = line(Cell{Text: r.Town.Name}, town.at("stars_mean", r.Town.ID, r.Month), town.at("rating_agreement", r.Town.ID, r.Month), last)
	return t, nil
}

// starTable is the star history of every branch: stars and place within the village, period by period.
func (r Request) starTable(all []rating, twice map[string]bool) Block {
	names := periods(all)
	t := &Table{ID: "stars", Title: r.T("各支部星级沿革（星级，本村名次）", "Star history of the branches (stars, rank within the village)"), Folded: r.Unit().Level == LevelTown,
		Columns: r.placeColumns()}
	for _, period := range names {
		t.Columns = append(t.Columns, text(r.periodName(period)))
	}
	t.Columns = append(t.Columns, number(r.T("末位次数", "Times last")), text(r.T("说明", "Note")))
	byBranch, order := map[string]map[string]rating{}, []string{}
	for _, x := range all {
		if byBranch[x.branch] == nil {
			byBranch[x.branch] = map[string]rating{}
			order = append(order, x.branch)
		}
		byBranch[x.branch][x.period] = x
	}
	slices.Sort(order)
	for _, id := range order {
		row, times := []Cell{}, 0
		if r.Village == "" {
			for _, x := range byBranch[id] {
				row = append(row, r.unitCell(x.village))
				break
			}
		}
		row = append(row, Cell{Text: r.Name(id), Link: r.Link("points", InBranch(id))})
		for _, period := range names {
			x, ok := byBranch[id][period]
			if !ok {
				row = append(row, Cell{Text: missing})
				continue
			}
			c := Cell{Text: r.starsText(x.stars), Value: plainNumber(x.stars, 0), Base: r.place(x)}
			if x.last {
				times++
				c.Note = r.T("末位", "last")
			}
			row = append(row, c)
		}
		note := Cell{}
		if twice[id] {
			note = Cell{Text: r.Tf("年度评定连续%d年末位", "last in %d yearly ratings running", r.Programme.LastPlace.Years), Tone: ToneWorse}
		}
		t.Rows = append(t.Rows, append(row, countCell(float64(times)), note))
	}
	return t
}

// starsText writes stars as the programme names them: 五星.
func (r Request) starsText(stars float64) string {
	i := slices.IndexFunc(r.Programme.Stars, func(t data.StarTier) bool { return float64(t.Stars) == stars })
	if i < 0 || r.Programme.Stars[i].Name.In(r.Lang) == "" {
		return Count(stars)
	}
	return r.Programme.Stars[i].Name.In(r.Lang)
}
