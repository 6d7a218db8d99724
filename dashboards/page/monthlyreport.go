package page

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hulian/data"
	"hulian/queries"
)

func reportPage() Page {
	return Page{
		ID: "report", Path: "/report", Group: GroupMonth, Takes: ByMonth | ByVillage,
		Title:    data.Text{Zh: "月度通报", En: "Monthly report"},
		Question: data.Text{Zh: "这个月向镇党委和各村通报什么？", En: "What is reported to the committee and the villages this month?"},
		Build:    buildReport,
	}
}

// annex is a section of the report behind its first sheet: blocks of a page, as the page shows them.
type annex struct {
	page   string
	title  data.Text // empty: the page's
	blocks []string  // IDs of tables and charts
}

// annexes are the report's sections in order. A block that does not exist in a place (the villages of a village) is left
// out; a section without blocks too.
var annexes = []annex{
	{page: "overview", title: data.Text{Zh: "与上月相比", En: "Against last month"}, blocks: []string{"changes"}},
	{page: "visits", blocks: []string{"coverage", "units", "doubtful"}},
	{page: "issues", blocks: []string{"units", "ageing", "categories"}},
	{page: "capacity", blocks: []string{"villages"}},
	{page: "weak", blocks: []string{"villages"}},
	{page: "points", blocks: []string{"burst-history", "bursts", "periods", "last", "contradictions"}},
	{page: "organisation", blocks: []string{"incomplete", "no-meeting", "units", "posts", "funds"}},
	{page: "data", title: data.Text{Zh: "数据质量", En: "Data quality"}, blocks: []string{"completeness"}},
}

// firstSheet are the blocks of the overview on the first sheet: one picture, one table.
var firstSheet = annex{page: "overview", blocks: []string{"trend", "units"}}

// reported are the measures the five sentences speak of.
var reported = []string{
	"resolution_rate_cumulative", "household_coverage", "unvisited_share", "issues_reported", "on_time_rate", "overdue_issues", "satisfaction_rate",
	"reconciliation_rate", "bottom_twice", "linked_rate", "households_per_active_member", "card_rate",
}

// buildReport makes the report out of the other pages' views, so that none of its figures can differ from theirs. What
// stands before the first section is the first sheet.
func buildReport(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.Tf("%s先锋户联月度通报", "%s: Pioneers linked to households, monthly report", r.Unit().Name)}
	own, err := r.values(ctx, r.hereAlways(), slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(reported), compared(r.Unit().Level)...))))...)
	if err != nil {
		return v, err
	}
	if v.Letterhead, err = r.letterhead(ctx, own); err != nil {
		return v, err
	}
	if v.Sentences, err = r.fiveSentences(ctx, own); err != nil {
		return v, err
	}
	if v.Blocks, err = r.taken(ctx, firstSheet); err != nil {
		return v, err
	}
	for _, a := range annexes {
		blocks, err := r.taken(ctx, a)
		if err != nil {
			return v, err
		}
		if len(blocks) == 0 {
			continue
		}
		p, _ := ByID(a.page)
		if a.title == (data.Text{}) {
			a.title = p.Title
		}
		v.Blocks = append(v.Blocks, Section{ID: a.page, Title: a.title.In(r.Lang), Note: p.Question.In(r.Lang)})
		v.Blocks = append(v.Blocks, blocks...)
	}
	if t := r.changedSince(ctx, ""); t != nil {
		t.ID = "closing-differences"
		v.Blocks = append(v.Blocks, Section{ID: "closing", Title: t.Title, Note: r.T("本月已经签发，此后的更正逐项列出。", "The month was signed; what was corrected since is listed one by one.")}, t)
	}
	v.Blocks = append(v.Blocks, Section{ID: "definitions", Title: r.T("指标口径", "How the measures are made")}, r.definitions())
	return v, nil
}

// taken builds a page and takes blocks from its view. Their IDs get the page's in front, because two pages may each have
// a table of units.
func (r Request) taken(ctx context.Context, a annex) ([]Block, error) {
	p, ok := ByID(a.page)
	if !ok {
		return nil, fmt.Errorf("the report takes blocks from a page that does not exist: %s", a.page)
	}
	if r.Village != "" && !p.Takes.Has(ByVillage) {
		return nil, nil // it would speak of the whole town
	}
	view, err := p.Build(ctx, r.on(p))
	if err != nil {
		return nil, fmt.Errorf("report, section %s: %w", a.page, err)
	}
	var blocks []Block
	for _, id := range a.blocks {
		for _, b := range view.Blocks {
			switch b := b.(type) {
			case *Table:
				if b.ID == id {
					t := *b
					t.ID, t.Folded = a.page+"-"+id, false
					if id == "units" || id == "villages" {
						t.Note = "" // it says where a click leads
					}
					blocks = append(blocks, &t)
				}
			case *Chart:
				if b.ID == id {
					c := *b
					c.ID, c.Table.ID = a.page+"-"+id, a.page+"-"+b.Table.ID
					blocks = append(blocks, &c)
				}
			}
		}
	}
	return blocks, nil
}

// fiveSentences are what the first sheet says in words: solved, visited, on time, what changed, what the branches did. A
// sentence without data is left out.
func (r Request) fiveSentences(ctx context.Context, own measured) ([]string, error) {
	var said []string
	if s := r.overviewSentences(own, postCounts{}); len(s) > 0 {
		said = append(said, s[0])
	}
	if s := r.visitSentences(own); len(s) > 0 {
		said = append(said, strings.Join(s, r.T("", " ")))
	}
	if s := r.onTimeSentence(own); s != "" {
		said = append(said, s)
	}
	_, _, readings := r.changes(own)
	if s := r.signalSentence(readings); s != "" {
		said = append(said, s)
	}
	bursts, err := r.bursts(ctx)
	if err != nil {
		return nil, err
	}
	if s := r.branchSentence(own, bursts); s != "" {
		said = append(said, s)
	}
	return said, nil
}

func (r Request) onTimeSentence(own measured) string {
	unit := r.Unit().ID
	reported, onTime := own.at("issues_reported", unit, r.Month), own.at("on_time_rate", unit, r.Month)
	overdue, satisfied := own.at("overdue_issues", unit, r.Month), own.at("satisfaction_rate", unit, r.Month)
	var parts []string
	if reported.Known() {
		parts = append(parts, r.Tf("%s 收集问题 %s 件", "%s: %s issues reported", r.Month, Count(reported.Value)))
	}
	if onTime.Known() {
		parts = append(parts, r.Tf("到期 %s 件中按期办结 %s 件（%s）%s", "of %s due, %s were resolved on time (%s)%s", Count(onTime.Den), Count(onTime.Num), onTime.Text(r.Lang), r.aside(onTime)))
	}
	if overdue.Known() {
		parts = append(parts, r.Tf("月末超期未办结 %s 件", "%s overdue at the month's end", Count(overdue.Value)))
	}
	if satisfied.Known() {
		parts = append(parts, r.Tf("有答复的 %s 件中满意 %s 件（%s）%s", "of %s answers %s were satisfied (%s)%s", Count(satisfied.Den), Count(satisfied.Num), satisfied.Text(r.Lang), r.aside(satisfied)))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, r.T("；", "; ")) + r.T("。", ".")
}

// aside says in brackets why a value is not judged.
func (r Request) aside(v Value) string {
	if why := r.caution(v); why != "" {
		return r.T("〔", " [") + why + r.T("〕", "]")
	}
	return ""
}

func (r Request) branchSentence(own measured, bursts []burst) string {
	unit := r.Unit().ID
	var parts []string
	if met := own.at("reconciliation_rate", unit, r.Month); met.Known() {
		parts = append(parts, r.Tf("%s 个支部中 %s 个召开了对账交流会（%s）", "of %s branches %s held the reconciliation meeting (%s)", Count(met.Den), Count(met.Num), met.Text(r.Lang)))
	}
	if names := halves(bursts); len(names) > 0 {
		over, all := r.overCount(bursts, names[len(names)-1])
		if over == 0 {
			parts = append(parts, r.Tf("%s %d 个支部的积分都没有集中在一个月里", "in %s, none of %d branches gained most of its points within one month", r.periodName(names[len(names)-1]), all))
		} else {
			parts = append(parts, r.Tf("%s %d 个支部中 %d 个的积分集中在一个月里，请核实", "in %s, of %d branches %d gained most of their points within one month: to be checked", r.periodName(names[len(names)-1]), all, over))
		}
	}
	if twice := own.at("bottom_twice", unit, r.Month); twice.Known() && twice.Value > 0 {
		parts = append(parts, r.Tf("%s 个支部年度评定连续 %d 年末位", "%s branches were last in %d yearly ratings running", Count(twice.Value), r.Programme.LastPlace.Years))
	}
	if len(parts) == 0 {
		return ""
	}
	return r.Month + r.T("：", ": ") + strings.Join(parts, r.T("；", "; ")) + r.T("。", ".")
}

// letterhead says who issues the report and what its figures stand on.
func (r Request) letterhead(ctx context.Context, own measured) (*Letterhead, error) {
	l := &Letterhead{Issuer: r.Tf("%s党委", "Party committee of %s", r.Unit().Name), Period: r.monthName(r.Month)}
	if r.Unit().Level == LevelVillage {
		l.Issuer = r.Tf("%s党总支", "General branch of %s", r.Unit().Name)
	}
	l.Basis = append(l.Basis, r.Tf("数据截至 %s；快照第 %d 版，校验码 %s。", "Data as of %s; snapshot %d, hash %s.", r.CutOff.Format("2006-01-02"), r.Generation, r.Hash))
	town, err := r.values(ctx, scope{level: LevelTown, unit: r.Town.ID, from: r.Month, to: r.Month}, "validity")
	if err != nil {
		return nil, err
	}
	if accepted := town.at("validity", r.Town.ID, r.Month); accepted.Known() {
		l.Basis = append(l.Basis, r.Tf("本月数据接收率 %s（%s 行，全镇）。", "Rows accepted this month: %s (%s, whole town).", accepted.Text(r.Lang), accepted.Base(r.Lang)))
	} else {
		l.Basis = append(l.Basis, r.T("本月没有收到数据文件。", "No file speaks for this month."))
	}
	if s := r.closingState(ctx, true); s != "" {
		l.Basis = append(l.Basis, s)
	}
	if s := r.unknownBasis(own); s != "" {
		l.Basis = append(l.Basis, s)
	}
	var unripe, small []string
	for _, id := range watched {
		switch v := own.at(id, r.Unit().ID, r.Month); {
		case !v.Known():
		case v.Small(r.Programme):
			small = append(small, v.Measure.Name.In(r.Lang))
		case !v.Ripe(r.Programme, r.CutOff):
			unripe = append(unripe, v.Measure.Name.In(r.Lang))
		}
	}
	if len(unripe) > 0 {
		l.Basis = append(l.Basis, r.Tf("时间未到、数值还会变化，不与往月比较：%s。", "Not ripe, still changing and not compared with earlier months: %s.", strings.Join(unripe, r.T("、", ", "))))
	}
	if len(small) > 0 {
		l.Basis = append(l.Basis, r.Tf("基数小，只列出、不作判断：%s。", "Small base, shown and not judged: %s.", strings.Join(small, r.T("、", ", "))))
	}
	if names := r.poorVillages(); len(names) > 0 {
		l.Basis = append(l.Basis, r.Tf("数据不足以判断、只列数值不作评价的村：%s。", "Data too poor to judge, values shown and not judged: %s.", strings.Join(names, r.T("、", ", "))))
	}
	l.Basis = append(l.Basis, r.T("表中标 ○ 的数值基数小、时间未到或数据不足，不作判断；圆中的“高”“低”是超出偶然的变化，蓝色为改善，橙色为变差，灰色不分好坏；六边形中的“达”“未”“?”是目标能否达到。", "Values marked ○ have a small base, are not ripe or rest on poor data, and are not judged. H and L in a disc: changed beyond chance, blue for the better, orange for the worse, grey for neither. P, F and ? in a hexagon: whether the target will be met."))
	return l, nil
}

// unknownBasis says which of the report's measures are unknown and why, and which are known of some villages or months only.
func (r Request) unknownBasis(own measured) string {
	var order []string
	of := map[string][]string{}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(reported, watched)))) {
		v := own.at(id, r.Unit().ID, r.Month)
		why := r.partial(v)
		if v.Reason != "" {
			why = r.caution(v)
		}
		if why == "" {
			continue
		}
		if of[why] == nil {
			order = append(order, why)
		}
		of[why] = append(of[why], v.Measure.Name.In(r.Lang))
	}
	if len(order) == 0 {
		return ""
	}
	var parts []string
	for _, why := range order {
		parts = append(parts, why+r.T("：", ": ")+strings.Join(of[why], r.T("、", ", ")))
	}
	return r.T("数据不全，", "Data are incomplete: ") + strings.Join(parts, r.T("；", "; ")) + r.T("。", ".")
}

// monthName writes a month as people say it: 2018年1月.
func (r Request) monthName(month string) string {
	if len(month) != 7 || r.Lang == English {
		return month
	}
	return month[:4] + "年" + strings.TrimPrefix(month[5:], "0") + "月"
}

// definitions are the formulas of the measures on the first sheets.
func (r Request) definitions() Block {
	t := &Table{ID: "definitions", Stacked: true, Title: r.T("本通报所用指标", "Measures of this report"), Columns: []Column{text(r.T("指标", "Measure")), text(r.T("算式", "Formula")), text(r.T("目标", "Target")), text(r.T("说明", "Note"))}}
	var shown []string
	for _, id := range slices.Concat(reported, watched, byUnit) {
		m, ok := queries.MeasureOf(id)
		if !ok || slices.Contains(shown, id) {
			continue
		}
		shown = append(shown, id)
		t.Rows = append(t.Rows, []Cell{{Text: m.Name.In(r.Lang)}, {Text: r.madeOf(m)}, {Text: r.target(m)}, {Text: m.Note.In(r.Lang)}})
	}
	return t
}
