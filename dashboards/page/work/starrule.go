package work

import (
	"math"
	"slices"
	"strings"

	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries/reading"
)

// parts are the scores of a rating, in the order of the rule's weights.
func (x rating) parts() reading.StarParts {
	return reading.StarParts{x.operation, x.effect, x.cooperates, x.cadres, x.villagers}
}

// partNames name the parts of a rating in the order of the rule's weights, each with its weight where there is a rule.
func partNames(r block.Request, rule reading.StarRule, whole bool) (names []string) {
	for k, name := range []data.Text{{Zh: "规范运行", En: "Operation"}, {Zh: "作用发挥", En: "Effect"}, {Zh: "配合上级", En: "Cooperation"}, {Zh: "网格干部评分", En: "Grid cadres"}, {Zh: "村民代表评分", En: "Villagers"}} {
		said := name.In(r.Lang)
		if whole {
			said += " × " + weightText(rule.Weights[k])
		}
		names = append(names, said)
	}
	return names
}

func weightText(w float64) string { return data.Amount(math.Round(w*1e6)/1e4) + "%" }

// ruleColumns show of each rating the total that its parts and weights make, the stars that follow, and whether those published are the same;
// none where the town has laid no rule down.
func ruleColumns(r block.Request) []view.ColumnOf[rating] {
	rule, whole := reading.StarRuleOf(r.Programme)
	if !whole {
		return nil
	}
	return []view.ColumnOf[rating]{
		view.Of(view.Number(r.T("总分", "Total")), func(x rating) view.Cell {
			total := view.Decimal(rule.Total(x.parts()), 2)
			if math.IsNaN(rule.Total(x.parts())) {
				total = view.Cell{Text: reading.Missing, Note: r.T("有一部分没有得分", "a part has no score")}
			}
			return total
		}),
		view.Of(view.Words(r.T("按办法应评", "By the rule")), func(x rating) view.Cell {
			total := rule.Total(x.parts())
			if math.IsNaN(total) {
				return view.Plain(reading.Missing)
			}
			by := view.Cell{Text: starsText(r, float64(rule.Stars(total)))}
			if againstRule(rule, x) {
				by.Tone, by.Note = view.ToneWorse, r.T("与公布的不同，请核对", "not as published: to be checked")
			}
			return by
		}),
	}
}

// againstRule reports whether the stars of a rating are others than its parts and weights make. One with a part missing is not known to be.
func againstRule(rule reading.StarRule, x rating) bool {
	total := rule.Total(x.parts())
	return !math.IsNaN(total) && !math.IsNaN(x.stars) && float64(rule.Stars(total)) != x.stars
}

// starRule lists the ratings whose stars are others than the town's rule makes of their parts, the newest first; nothing where the town has
// laid no rule down. They are evidence to check by: a score may have been entered wrongly, or points given or taken for what the parts do not hold.
func starRule(r block.Request, all []rating) []view.Block {
	rule, whole := reading.StarRuleOf(r.Programme)
	if !whole {
		return nil
	}
	var differ []rating
	compared := 0
	for _, x := range slices.Backward(all) {
		if !math.IsNaN(rule.Total(x.parts())) && !math.IsNaN(x.stars) {
			compared++
		}
		if againstRule(rule, x) {
			differ = append(differ, x)
		}
	}
	t := &view.Table{ID: "rule", Stacked: true, PageRows: shownBursts, Title: r.T("公布的星级与评定办法不同的支部", "Branches whose published stars differ from the rule"),
		Note: ruleSaid(r, rule) + r.Tf("%[1]d次评定中%[2]d次各部分得分齐全，可以核对，其中%[3]d次不同。不同不等于有错：可能另有加减分，也可能得分或星级录错，请核对原始评定表。",
			"Of %[1]d ratings %[2]d have all their scores and can be held against it; %[3]d differ. That is no fault yet: points may have been given or taken for something else, or a score or the stars entered wrongly. Look at the rating sheet.", len(all), compared, len(differ)),
		Empty: r.T("可以核对的评定都与办法一致。", "All ratings that can be held against the rule agree with it.")}
	if compared == 0 {
		t.Empty = r.T("没有一次评定的各部分得分齐全，无法核对。", "No rating has all its scores: none can be held against the rule.")
	}
	columns := append([]view.ColumnOf[rating]{view.Of(view.Words(r.T("评定期", "Period")), func(x rating) view.Cell { return view.Plain(r.PeriodName(x.period)) })},
		ratedColumns(r, func(x rating) string { return x.village }, func(x rating) string { return x.branch })...)
	columns = append(columns,
		view.Of(view.Number(r.T("总分", "Total")), func(x rating) view.Cell { return view.Decimal(rule.Total(x.parts()), 2) }),
		view.Of(view.Words(r.T("按办法应评", "By the rule")), func(x rating) view.Cell { return view.Plain(starsText(r, float64(rule.Stars(rule.Total(x.parts()))))) }),
		view.Of(view.Words(r.T("公布的星级", "Published")), func(x rating) view.Cell { return view.Plain(starsText(r, x.stars)) }),
		view.Of(view.Words(r.T("相差", "Difference")), func(x rating) view.Cell {
			more := x.stars - float64(rule.Stars(rule.Total(x.parts())))
			if more < 0 {
				return view.Plain(r.Tf("少%s星", "%s fewer", reading.Count(-more)))
			}
			return view.Plain(r.Tf("多%s星", "%s more", reading.Count(more)))
		}))
	view.Fill(t, differ, columns...)
	return []view.Block{t}
}

// ruleSaid is the town's rule in one sentence.
func ruleSaid(r block.Request, rule reading.StarRule) string {
	var floors []string
	for _, t := range rule.Tiers[:len(rule.Tiers)-1] {
		floors = append(floors, r.Tf("%[1]s%[2]s分起", "%[1]s from %[2]s", t.Name.In(r.Lang), data.Amount(t.Floor)))
	}
	return r.Tf("评定办法：总分 = %[1]s；%[2]s。", "The rule: total = %[1]s; %[2]s. ", strings.Join(partNames(r, rule, true), " + "), strings.Join(floors, r.T("，", ", ")))
}

// paid sets what each tier was paid by yearly ratings beside what the town's standards give a tier, and names the branches that were paid
// another sum. Half-yearly selections give no funding, so that their sums are left out; a rating without a sum is not known to be unpaid.
func paid(r block.Request, all []rating) []view.Block {
	years := slices.DeleteFunc(slices.Clone(all), func(x rating) bool { return !yearly(x.period) })
	if len(years) == 0 {
		return nil
	}
	t := &view.Table{ID: "paid", Stacked: true, Title: r.T("星级经费：应拨与实拨", "Funding by stars: due and paid"),
		Columns: []view.Column{view.Words(r.T("评定年度", "Year")), view.Words(r.T("星级", "Stars")), view.Number(r.T("支部", "Branches")), view.Number(r.T("每个支部应拨（元）", "Due to each (yuan)")),
			view.Number(r.T("应拨合计（元）", "Due in all (yuan)")), view.Number(r.T("实拨合计（元）", "Paid (yuan)")), view.Number(r.T("与标准不同的支部", "Branches paid another sum"))},
		Note: r.T("应拨按“工作标准”的年度星级经费；与标准不同的，请核对拨款凭证。", "Due: the funding of the tier in the standards. Where another sum was paid, look at the payment.")}
	other := &view.Table{ID: "paid-otherwise", Stacked: true, PageRows: shownBursts, Title: r.T("实拨与标准不同的支部", "Branches paid another sum than their tier's")}
	var differ []rating
	for _, year := range slices.Backward(periods(years)) {
		for _, stars := range starsOf(of(years, year)) {
			tier := slices.DeleteFunc(of(years, year), func(x rating) bool { return x.stars != stars })
			due := reading.TierFunding(r.Programme, stars)
			var sum, told float64
			for _, x := range tier {
				if !math.IsNaN(x.funding) {
					sum, told = sum+x.funding, told+1
				}
			}
			others := slices.DeleteFunc(slices.Clone(tier), func(x rating) bool { return !paidOtherwise(r, x) })
			differ = append(differ, others...)
			n := float64(len(tier))
			wrong := view.Count(float64(len(others)))
			if told == 0 || math.IsNaN(due) {
				wrong = view.Cell{Text: reading.Missing}
			} else if len(others) > 0 {
				wrong.Tone = view.ToneWorse
			}
			t.Rows = append(t.Rows, []view.Cell{{Text: r.PeriodName(year)}, {Text: starsText(r, stars)}, view.Count(n), view.Count(due), view.Count(n * due), paidSum(r, sum, told, n), wrong})
		}
	}
	if len(differ) == 0 {
		return []view.Block{t}
	}
	columns := append([]view.ColumnOf[rating]{view.Of(view.Words(r.T("评定年度", "Year")), func(x rating) view.Cell { return view.Plain(r.PeriodName(x.period)) })},
		ratedColumns(r, func(x rating) string { return x.village }, func(x rating) string { return x.branch })...)
	view.Fill(other, differ, append(columns,
		view.Of(view.Words(r.T("星级", "Stars")), func(x rating) view.Cell { return view.Plain(starsText(r, x.stars)) }),
		view.Of(view.Number(r.T("应拨（元）", "Due (yuan)")), func(x rating) view.Cell { return view.Count(reading.TierFunding(r.Programme, x.stars)) }),
		view.Of(view.Number(r.T("实拨（元）", "Paid (yuan)")), func(x rating) view.Cell { return view.Count(x.funding) }))...)
	return []view.Block{t, other}
}

// paidSum is what a tier was paid, with the branches whose ratings name no sum.
func paidSum(r block.Request, sum, told, of float64) view.Cell {
	c := block.KnownSum(r, sum, told, of)
	switch lacking := of - told; {
	case lacking == 1:
		c.Note = r.T("1个支部没有填报", "1 branch names no sum")
	case lacking > 1:
		c.Note = r.Tf("%s个支部没有填报", "%s branches name no sum", reading.Count(lacking))
	}
	return c
}

// paidOtherwise reports whether a branch was paid another sum than its tier's. Where the rating names no sum, or its stars are no tier, that is
// not known.
func paidOtherwise(r block.Request, x rating) bool {
	due := reading.TierFunding(r.Programme, x.stars)
	return !math.IsNaN(due) && !math.IsNaN(x.funding) && x.funding != due
}

// starsOf are the stars given in some ratings, the most first.
func starsOf(all []rating) (stars []float64) {
	for _, x := range all {
		if !math.IsNaN(x.stars) && !slices.Contains(stars, x.stars) {
			stars = append(stars, x.stars)
		}
	}
	slices.Sort(stars)
	slices.Reverse(stars)
	return stars
}
