package work

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// twiceLast are the branches that stood last of their village in as many yearly ratings running as the town's rule asks for.
func twiceLast(ctx context.Context, r block.Request) (map[string]bool, error) {
	branches, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelBranch, From: r.Month, To: r.Month}, "bottom_twice")
	if err != nil {
		return nil, err
	}
	twice := map[string]bool{}
	for v := range branches.All() {
		if v.Known() && v.Value > 0 {
			twice[v.Unit] = true
		}
	}
	return twice, nil
}

// lastYear is the newest year that has ended by a month.
func lastYear(month string) string {
	year, rest, _ := strings.Cut(month, "-")
	if n, err := strconv.Atoi(year); err == nil && rest != "12" {
		return strconv.Itoa(n - 1)
	}
	return year
}

// asked is what the rules ask for of a branch in last place, once or so many years running.
func askedFor(r block.Request, twice bool) string {
	if twice {
		return r.T("组织调整", "organisational adjustment (组织调整)")
	}
	return r.T("诫勉谈话", "an admonition talk (诫勉谈话)")
}

// lastPlaces lists the branches last of their village in the yearly rating of the newest year that has ended, and what
// the rules ask for. Half-yearly ratings ask for nothing, a shared place is nobody's, and a village with a branch unrated has
// no last one.
func lastPlaces(r block.Request, all []rating, twice map[string]bool, due []dueTalk) view.Block {
	year := lastYear(r.Month)
	yearly := of(all, year)
	t := &view.Table{ID: "last", Stacked: true, Title: r.Tf("%s年度评定末位的支部", "Branches last of their village in the yearly rating of %s", year)}
	columns := ratedColumns(r, func(x rating) string { return x.village }, func(x rating) string { return x.branch })
	columns = append(columns,
		view.Of(view.Number(r.T("星级", "Stars")), func(x rating) view.Cell { return view.Count(x.stars) }),
		view.Of(view.Words(r.T("名次", "Rank")), func(x rating) view.Cell { return view.Plain(place(r, x)) }),
		view.Of(view.Number(r.T("实绩 (%)", "Result (%)")), func(x rating) view.Cell { return view.Decimal(100*x.measured, 1) }),
		view.Of(view.Words(r.T("按办法应当", "The rules ask for")), func(x rating) view.Cell { return askedCell(r, x, twice[x.branch]) }),
		view.Of(view.Words(r.T("落实情况", "Done on")), func(x rating) view.Cell { return heldCell(r, due, x.branch) }))
	view.Fill(t, slices.DeleteFunc(slices.Clone(yearly), func(x rating) bool { return !x.last }), columns...)
	if len(yearly) == 0 {
		t.Empty = r.Tf("没有收到%s年度评定，谁在末位不得而知。半年评选的末位不能代替，不作诫勉谈话、组织调整的依据。",
			"No yearly rating of %s was received: who is last is not known. Last place in a half-year stands for nothing, and asks neither for an admonition talk nor for organisational adjustment.", year)
		return t
	}
	t.Note = r.T("只看年度评定。末位不等于差：请同时看实绩和同村其他支部。", "Yearly ratings alone count. Last is not bad: look at the result and at the other branches of the village. ") + withoutLast(r, yearly) + r.T("", " ") + talkSentence(r, due)
	t.Empty = r.T("没有一个支部单独排在本村末位。", "No branch stands last of its village alone.")
	return t
}

// askedCell says what the rules ask of a branch in last place, and why the rating itself should be checked first.
func askedCell(r block.Request, x rating, twice bool) view.Cell {
	asked := view.Cell{Text: askedFor(r, twice)}
	if twice {
		asked.Text, asked.Tone = r.Tf("连续%d年末位：", "last %d years running: ", r.Programme.LastPlace.Years)+asked.Text, view.ToneWorse
	}
	if x.contradiction == "last_place" {
		asked.Note = r.T("实绩高于全镇中位支部，先核实评定", "its result is above the town's middle branch: check the rating first")
	}
	return asked
}

// withoutLast names the villages of a yearly rating in which nobody is last, and why.
func withoutLast(r block.Request, yearly []rating) string {
	last, complete, order := map[string]bool{}, map[string]bool{}, []string{}
	for _, x := range yearly {
		if !slices.Contains(order, x.village) {
			order = append(order, x.village)
		}
		last[x.village] = last[x.village] || x.last
		complete[x.village] = x.complete
	}
	var shared, unrated []string
	for _, id := range order {
		switch {
		case last[id]:
		case complete[id]:
			shared = append(shared, r.Name(id))
		default:
			unrated = append(unrated, r.Name(id))
		}
	}
	said := ""
	if len(shared) > 0 {
		said += r.Tf("末位并列、不作认定的村：%s。", "Nobody is last where the place is shared: %s. ", strings.Join(shared, r.T("、", ", ")))
	}
	if len(unrated) > 0 {
		said += r.Tf("支部没有评齐、不作认定的村：%s。", "Nor where not every branch was rated: %s.", strings.Join(unrated, r.T("、", ", ")))
	}
	return said
}

// contradicting are the ratings of the newest period whose stars and result contradict each other, those farthest from the town's
// middle branch first.
func contradicting(all []rating) (period string, found []rating) {
	names := periods(all)
	if len(names) == 0 {
		return "", nil
	}
	period = names[len(names)-1]
	for _, x := range of(all, period) {
		if x.contradiction != "" {
			found = append(found, x)
		}
	}
	slices.SortStableFunc(found, func(a, b rating) int {
		return cmp.Compare(math.Abs(b.measured-b.middle), math.Abs(a.measured-a.middle))
	})
	return period, found
}

// contradictionSentence names the branches whose stars contradict their results.
func contradictionSentence(r block.Request, all []rating) string {
	period, found := contradicting(all)
	if len(found) == 0 {
		return ""
	}
	var named []string
	for _, x := range found[:min(len(found), contradictionsNamed)] {
		named = append(named, r.Tf("%s（%s，实绩 %s）", "%s (%s, result %s)", r.Name(x.branch), starsText(r, x.stars), reading.Percent(x.measured)))
	}
	rest := ""
	if len(found) > len(named) {
		rest = r.T("等", " and others")
	}
	return r.Tf("%s，%d 个支部的星级与同期实绩相反：%s%s。先核实评定，再下结论。", "In %s the stars of %d branches contradict their results: %s%s. Check the rating before concluding anything.",
		r.PeriodName(period), len(found), strings.Join(named, r.T("、", ", ")), rest)
}

const contradictionsNamed = 4

// contradictions lists, branch by branch, the stars of the newest period that measured results contradict.
func contradictions(r block.Request, all []rating) view.Block {
	period, found := contradicting(all)
	t := &view.Table{ID: "contradictions", Stacked: true, PageRows: shownBursts, Title: r.Tf("星级与实绩相反的支部 · %s", "Branches whose stars contradict their results · %s", r.PeriodName(period)),
		Empty: r.T("没有一个支部的星级与实绩明显相反。", "Of no branch the stars clearly contradict the result."),
		Note:  r.T("星级在最高两档、实绩的 95% 区间却全在全镇中位支部之下；或星级在下半、或在本村末位，区间却全在其上。", "Stars of one of the two highest tiers with the 95% interval of the result wholly below the town's middle branch; or stars of the lower half, or last place of the village, with the interval wholly above it. ") + resultNote(r)}
	if !slices.ContainsFunc(all, func(x rating) bool { return x.period == period && !math.IsNaN(x.measured) }) {
		t.Empty = r.T("评定期内已知的月份不够，没有实绩可以对照。", "Too few months of the rating period are known: there are no results to hold the stars against.")
	}
	why := map[string]string{
		"high_stars": r.T("星级高，实绩明显低", "high stars, a clearly low result"),
		"low_stars":  r.T("星级低，实绩明显高", "few stars, a clearly high result"),
		"last_place": r.T("本村末位，实绩明显高", "last of the village, a clearly high result"),
	}
	columns := ratedColumns(r, func(x rating) string { return x.village }, func(x rating) string { return x.branch })
	columns = append(columns,
		view.Of(view.Words(r.T("星级", "Stars")), func(x rating) view.Cell { return view.Plain(starsText(r, x.stars)) }),
		view.Of(view.Words(r.T("本村名次", "Rank in the village")), func(x rating) view.Cell { return view.Plain(place(r, x)) }),
		view.Of(view.Number(r.T("实绩 (%)", "Result (%)")), func(x rating) view.Cell {
			result := view.Decimal(100*x.measured, 1)
			result.Interval = reading.ShareRange(x.low, x.high)
			return result
		}),
		view.Of(view.Number(r.T("全镇中位支部 (%)", "The town's middle branch (%)")), func(x rating) view.Cell { return view.Decimal(100*x.middle, 1) }),
		view.Of(view.Words(r.T("相反在哪里", "What contradicts")), func(x rating) view.Cell { return view.Plain(why[x.contradiction]) }))
	view.Fill(t, found, columns...)
	return t
}
