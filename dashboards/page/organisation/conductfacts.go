package organisation

import (
	"context"
	"math"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// conductMore are what conduct, funds, rights and rules leave behind beside their yearly sums: lines crossed, rights upheld, each village's
// funds and rules. It counts and names nobody.
func conductMore(ctx context.Context, r block.Request) ([]view.Block, error) {
	told, err := r.MemberFacts(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, err
	}
	funds, err := r.VillageFunds(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, err
	}
	rules, err := r.VillageRules(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, err
	}
	blocks := []view.Block{}
	if s := conductSentences(r, told, rules); len(s) > 0 {
		blocks = append(blocks, view.Text{Paragraphs: s})
	}
	for _, t := range []struct {
		table *view.Table
		known string // the measure that says whether nothing on record means none
	}{
		{byYear(r, told, "lines", r.T("触碰了哪条底线、红线", "Lines crossed"), r.T("只计次数，不列姓名。", "Counted, and nobody is named."), "breach_", "conduct", "line"), "red_line_breaches"},
		{upheld(r, told), "rights_used"}, {fundsByVillage(r, funds), "fund_amount"}, {rulesByVillage(r, rules), "rules_revised"},
	} {
		if len(t.table.Rows) == 0 {
			if err := block.UnknownRows(ctx, r, t.table, t.known, r.LastMonth); err != nil {
				return nil, err
			}
		}
		blocks = append(blocks, t.table)
	}
	return blocks, nil
}

// ConductSaid is what the page says of pledges, donations, rights and rules.
func ConductSaid(ctx context.Context, r block.Request) ([]string, error) {
	told, err := r.MemberFacts(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, err
	}
	rules, err := r.VillageRules(ctx, r.Visitor, r.Unit())
	return conductSentences(r, told, rules), err
}

// conductSentences say what pledges, donations, rights and rules come to.
func conductSentences(r block.Request, told facts.OrganisationFacts, rules []facts.VillageRule) (said []string) {
	count := func(fact string) float64 { return told.Of(fact, "").Sum() }
	if cornea, family := count("conduct_cornea_donation"), count("conduct_family_conduct"); cornea+family > 0 {
		all := cornea + count("conduct_organ_donation")
		said = append(said, r.Tf("捐献协议 %[1]s 份，其中眼角膜 %[2]s 份；召开家风家训会 %[3]s 次。", "%[1]s donations were agreed, %[2]s of them of corneas; %[3]s family conduct meetings were held.",
			reading.Count(all), reading.Count(cornea), reading.Count(family)))
	}
	if reviewed := told.Prefixed("reviewed_").Sum(); reviewed > 0 {
		kept := told.Prefixed("upheld_").Sum()
		said = append(said, r.Tf("登记了复核结果的 %[1]s 次行使权利中，维持 %[2]s 次，推翻 %[3]s 次。", "Of %[1]s uses of a right with a review on record %[2]s were upheld and %[3]s overruled.",
			reading.Count(reviewed), reading.Count(kept), reading.Count(reviewed-kept)))
	}
	if len(rules) > 0 {
		uses := 0.0
		dated, since := map[string]bool{}, map[string]bool{} // villages
		for _, x := range rules {
			uses += x.Uses
			if x.RevisedOn == "" {
				continue
			}
			dated[x.VillageID] = true
			if x.RevisedOn >= r.ProgrammeStart {
				since[x.VillageID] = true
			}
		}
		if len(dated) > 0 && r.ProgrammeStart != "" {
			said = append(said, r.Tf("登记了修订日期的 %[2]d 个村中，%[1]d 个在工作启动以来修订了村规民约。", "Of %[2]d villages with a day of revision on record, %[1]d have revised their rules since the programme began.", len(since), len(dated)))
		}
		said = append(said, r.Tf("村规民约条款登记运用 %s 次。", "%s uses of an article of the village rules are on record.", reading.Count(uses)))
	}
	return said
}

// byYear counts facts with a prefix by kind and year.
func byYear(r block.Request, told facts.OrganisationFacts, id, title, note, prefix, export, column string) *view.Table {
	own := told.Prefixed(prefix)
	t := &view.Table{ID: id, Title: title, Note: note, Empty: r.T("没有记录。", "There are none on record."), Columns: []view.Column{view.Words(r.T("条款", "Line"))}}
	years := own.Periods()
	for _, year := range years {
		t.Columns = append(t.Columns, view.Number(year))
	}
	t.Columns = append(t.Columns, view.Number(r.T("合计", "Total")))
	for _, name := range own.Names() {
		word := r.T("没有写明哪一条", "the line is not named")
		if kind := strings.TrimPrefix(name, prefix); kind != "untold" {
			word = r.Word(export, column, kind)
		}
		row := []view.Cell{{Text: word}}
		for _, year := range years {
			row = append(row, view.Count(own.Of(name, year).Sum()))
		}
		t.Rows = append(t.Rows, append(row, view.Count(own.Of(name, "").Sum())))
	}
	if len(t.Rows) == 0 {
		return t
	}
	t.Total = []view.Cell{{Text: r.T("合计", "Total")}}
	for _, year := range years {
		var sum float64
		for _, name := range own.Names() {
			sum += own.Of(name, year).Sum()
		}
		t.Total = append(t.Total, view.Count(sum))
	}
	t.Total = append(t.Total, view.Count(own.Sum()))
	return t
}

// upheld sets how often each right was used beside what became of it on review.
func upheld(r block.Request, told facts.OrganisationFacts) *view.Table {
	t := &view.Table{ID: "upheld", Title: r.T("行使权利的结果", "What became of rights used"), Note: r.T("权责对等：推翻的要说明原因。没有登记复核结果的不计入维持率。", "Rights come with duty: why one was overruled is to be explained. Uses without a review on record are left out of the share."),
		Empty: r.T("没有行使权利的记录。", "There are none on record."), Columns: []view.Column{view.Words(r.T("种类", "Kind")), view.Number(r.T("行使", "Used")), view.Number(r.T("已复核", "Reviewed")),
			view.Rate(r.T("维持", "Upheld"), "%"), view.Number(r.T("推翻", "Overruled"))}}
	for _, name := range told.Prefixed("rights_").Names() {
		kind := strings.TrimPrefix(name, "rights_")
		reviewed, kept := told.Of("reviewed_"+kind, "").Sum(), told.Of("upheld_"+kind, "").Sum()
		row := []view.Cell{{Text: r.Word("rights", "kind", kind)}, view.Count(told.Of(name, "").Sum()), view.Count(reviewed), view.Share(kept, reviewed), view.Count(reviewed - kept)}
		if reviewed == 0 {
			row[2], row[3], row[4] = view.Plain(reading.Missing), view.Plain(reading.Missing), view.Plain(reading.Missing)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// fundsByVillage lists each fund: since when, with whom, what it gave. What is not filled in is unknown.
func fundsByVillage(r block.Request, funds []facts.VillageFund) *view.Table {
	t := &view.Table{ID: "village-funds", Stacked: true, PageRows: rowsListed, Title: r.T("各村基金", "Funds by village"), Empty: r.T("没有基金记录。", "There are no funds on record.")}
	type row = facts.VillageFund
	view.Fill(t, funds,
		view.Of(view.Words(r.T("村", "Village")), func(f row) view.Cell { return block.UnitCell(r, f.VillageID) }),
		view.Of(view.Words(r.T("基金", "Fund")), func(f row) view.Cell { return view.Plain(r.Word("funds", "kind", f.FundKind)) }),
		view.Of(view.Words(r.T("设立年份", "Since")), func(f row) view.Cell {
			if math.IsNaN(f.Since) {
				return view.Cell{Text: r.T("未知", "unknown"), Tone: view.ToneQuiet}
			}
			return view.Plain(reading.Plain(f.Since, 0))
		}),
		view.Of(view.Words(r.T("结对企业", "Partner")), func(f row) view.Cell { return view.Plain(block.OrMissing(f.Partner)) }),
		view.Of(view.Words(r.T("登记年份", "Years on record")), func(f row) view.Cell {
			return view.Plain(reading.Plain(f.FirstYear, 0) + "–" + reading.Plain(f.LastYear, 0))
		}),
		view.Of(view.Number(r.T("金额（元）", "Yuan")), func(f row) view.Cell { return wholeSum(r, f.AmountYuan, f.Amounts, f.Entries) }),
		view.Of(view.Number(r.T("受益人数", "Beneficiaries")), func(f row) view.Cell { return wholeSum(r, f.Beneficiaries, f.Numbers, f.Entries) }))
	return t
}

// rulesByVillage lists the articles of the village rules: when they were revised, and how often each was used.
func rulesByVillage(r block.Request, rules []facts.VillageRule) *view.Table {
	t := &view.Table{ID: "rules", PageRows: rowsListed, Stacked: true, Folded: r.Unit().Level == facts.LevelTown, Title: r.T("村规民约", "Village rules"), Empty: r.T("没有收到村规民约，情况未知。", "No village rules were received: nothing is known.")}
	type row = facts.VillageRule
	rules = slices.Clone(rules)
	slices.SortStableFunc(rules, func(a, b row) int { return int(b.Uses - a.Uses) })
	view.Fill(t, rules,
		view.Of(view.Words(r.T("村", "Village")), func(x row) view.Cell { return block.UnitCell(r, x.VillageID) }),
		view.Of(view.Words(r.T("条款", "Article")), func(x row) view.Cell { return view.Plain(x.Article) }),
		view.Of(view.Words(r.T("内容", "Text")), func(x row) view.Cell { return view.Plain(block.OrMissing(x.ArticleText)) }),
		view.Of(view.Day(r.T("村规修订", "Revised on")), func(x row) view.Cell {
			if x.RevisedOn == "" {
				return view.Cell{Text: r.T("未知", "unknown"), Tone: view.ToneQuiet}
			}
			return view.Plain(x.RevisedOn)
		}),
		view.Of(view.Number(r.T("运用（次）", "Uses")), func(x row) view.Cell { return view.Count(x.Uses) }),
		view.Of(view.Day(r.T("最近运用", "Last used")), func(x row) view.Cell { return view.Plain(block.OrMissing(x.LastUsed)) }))
	return t
}
