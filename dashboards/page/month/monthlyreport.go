package month

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/decisions"
	"hulian/dashboards/page/organisation"
	"hulian/dashboards/page/places"
	"hulian/dashboards/page/records"
	"hulian/dashboards/page/work"
	"hulian/dashboards/parallel"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/signals"
)

// annex is a section of the report behind its first sheet: blocks of a page, as the page shows them.
type annex struct {
	page   string
	id     string    // of its section; empty: the page's
	note   data.Text // how it is to be read; empty: nothing needs to be said
	title  data.Text // empty: the page's
	blocks []string  // IDs of tables and charts
	most   int       // how many rows of a table are printed, the first and most telling ones; the workbook has all. 0: all
	// said are the section's sentences, before its blocks; nil: none.
	said func(context.Context, block.Request, facts.Measured) ([]string, error)
	// build makes the part of the page they stand in; nil: the whole page is made, of which little is not shown.
	build func(context.Context, block.Request) (view.View, error)
}

// annexes are the report's sections in order. A block that does not exist in a place (the villages of a village) is left
// out; a section without blocks too.
var annexes = []annex{
	{page: "overview", title: data.Text{Zh: "与上月相比", En: "Against last month"}, blocks: []string{"changes"}, build: overviewChanges},
	{page: "village", title: data.Text{Zh: "各村、各支部情况", En: "Villages and branches"}, note: data.Text{Zh: "各单位主要指标并列，在正常差别之内的不作排名。", En: "The main figures side by side; within ordinary differences nobody is ranked."}, blocks: []string{"units", "branches"}, build: places.VillageUnits},
	{page: "issues", blocks: []string{"flow", "held", "units", "ageing", "categories"}, said: issueSentences, build: work.IssueTables},
	{page: "visits", blocks: []string{"coverage", "unvisited-units", "times", "links", "units", "doubtful"}, said: visitSentences, build: work.VisitTables},
	{page: "capacity", blocks: []string{"villages"}, build: places.CapacityTables},
	{page: "weak", blocks: []string{"villages"}, build: places.WeakList},
	{page: "weak", id: "support", title: data.Text{Zh: "帮扶成效", En: "Supports"},
		blocks: []string{"supports"}, build: block.SupportsOf},
	{page: "actions", blocks: []string{"actions", "action-measures"}, build: decisions.Reported},
	{page: "points", blocks: []string{"given", "burst-history", "periods", "last", "paid", "paid-otherwise", "contradictions"}, build: work.PointTables},
	{page: "organisation", title: data.Text{Zh: "党员和支部", En: "Members and branches"}, blocks: []string{"incomplete", "no-meeting", "display-gaps", "organisation-life", "open-shortcomings", "round-tables", "units", "posts"}, said: branchSentences},
	{page: "organisation", id: "ones", title: data.Text{Zh: "四个一", En: "The four “ones”"}, blocks: []string{"ones-units"}, said: onesSentences, build: organisation.OnesByUnit},
	{page: "organisation", id: "grids", title: data.Text{Zh: "两网融合与河道管护", En: "Two grids in one, and rivers"}, blocks: []string{"two-grids", "rivers"}, most: mostListed, said: gridSentences},
	{page: "organisation", id: "tasks", title: data.Text{Zh: "认领事项与责任片区", En: "Claimed tasks and zones"}, blocks: []string{"tasks-by-programme", "tasks-by-zone", "overdue-tasks"}, most: mostListed, said: taskSentences},
	{page: "members", title: data.Text{Zh: "党员作用发挥", En: "What members do"}, blocks: []string{"kinds", "duties", "exemptions", "units"}},
	{page: "compare", id: "compare", title: data.Text{Zh: "试点与推开比较", En: "Pilot and rollout compared"}, said: comparisonSentences, build: nothingOf},
	{page: "organisation", id: "conduct", title: data.Text{Zh: "先锋促廉与确权", En: "Clean conduct and rights"}, blocks: []string{"lines", "rights", "upheld", "rules"}, most: mostListed, said: conductSentences},
	{page: "organisation", id: "money", title: data.Text{Zh: "资金", En: "Money"}, blocks: []string{"funds", "village-funds"}, most: mostListed, said: moneySentences},
	{page: "data", title: data.Text{Zh: "数据质量", En: "Data quality"}, blocks: []string{"completeness"}, build: records.QualityTables},
}

// picture stands on the first sheet.
var picture = annex{page: "overview", blocks: []string{"trend"}, build: overviewTrend}

// reported are the measures the five sentences speak of.
var reported = []string{
	"resolution_rate_cumulative", "household_coverage", "unvisited_share", "issues_reported", "on_time_rate", "overdue_issues", "satisfaction_rate",
	"reconciliation_rate", "bottom_twice", "linked_rate", "households_per_active_member", "card_rate",
}

// Report makes the report out of the other pages' views, so that none of its figures can differ from theirs. What
// stands before the first section is the first sheet.
func Report(ctx context.Context, r block.Request, pages block.Builders) (view.View, error) {
	v := view.View{Heading: r.Tf("%s先锋户联月度通报", "%s: Pioneers linked to households, monthly report", r.Unit().Name)}
	var own facts.Measured
	if err := parallel.Do(ctx,
		func(ctx context.Context) (err error) { own, err = readAhead(ctx, r); return err },
		func(ctx context.Context) error { return work.WindowAhead(ctx, r) },
	); err != nil {
		return v, err
	}
	town, err := block.Judged(ctx, r)
	if err != nil {
		return v, err
	}
	assessed := signals.Assess(town)
	pages = once(pages)
	// The parts know nothing of one another. In a large town each takes a tenth of a second, and all of them one after another one.
	parts := []func(context.Context) error{
		func(ctx context.Context) (err error) { v.Letterhead, err = letterhead(ctx, r, own); return err },
		func(ctx context.Context) (err error) {
			v.Sentences, err = fiveSentences(ctx, r, own, assessed)
			return err
		},
	}
	var sheet []view.Block
	var points *view.Table
	sections, said := make([][]view.Block, len(annexes)), make([][]string, len(annexes))
	parts = append(parts,
		func(ctx context.Context) (err error) { sheet, err = taken(ctx, r, pages, picture); return err },
		func(ctx context.Context) (err error) { points, err = asked(ctx, r, own, town, assessed); return err })
	for i, a := range annexes {
		parts = append(parts, func(ctx context.Context) (err error) { sections[i], err = taken(ctx, r, pages, a); return err })
		if a.said != nil {
			parts = append(parts, func(ctx context.Context) (err error) { said[i], err = a.said(ctx, r, own); return err })
		}
	}
	if err := parallel.Do(ctx, parts...); err != nil {
		return v, err
	}
	v.Blocks = append(sheet, points)
	for i, a := range annexes {
		blocks := sections[i]
		if words := closed(said[i]...); len(words) > 0 {
			blocks = append([]view.Block{view.Text{Paragraphs: words}}, blocks...)
		}
		if len(blocks) == 0 {
			continue
		}
		p, _ := question.ByID(a.page)
		if a.title == (data.Text{}) {
			a.title = p.Title
		}
		v.Blocks = append(v.Blocks, view.Section{ID: cmp.Or(a.id, a.page), Title: a.title.In(r.Lang), Note: a.note.In(r.Lang)})
		v.Blocks = append(v.Blocks, blocks...)
	}
	if t := ChangedSince(ctx, r, ""); t != nil {
		t.ID = "closing-differences"
		v.Blocks = append(v.Blocks, view.Section{ID: "closing", Title: t.Title, Note: r.T("本月已经签发，此后的更正逐项列出。", "The month was signed; what was corrected since is listed one by one.")}, t)
	}
	v.Blocks = append(v.Blocks, view.Section{ID: "definitions", Title: r.T("指标口径", "How the measures are made")}, definitions(r))
	return v, nil
}

// readAhead reads at once what the sections ask for one after another, of the place and of the units below it, and gives the values
// of the place: one pass over a large long table takes little more than each of ten. What is missing here a section reads itself.
func readAhead(ctx context.Context, r block.Request) (facts.Measured, error) {
	ids := slices.Concat(reported, block.Spoken(r.Wording), compared(r.Unit().Level), block.ByUnit, work.VisitMeasures, work.VisitsByUnit, work.IssuesByUnit, places.CapacityMeasures, organisation.OrganisationMeasures, organisationSections)
	if len(r.Below()) > 0 {
		below, of := block.BelowScope(r), ids
		below.From = r.FirstMonth
		if r.Unit().Level == facts.LevelTown {
			of = slices.Concat(ids, block.JudgedBy())
		}
		if _, err := r.Values(ctx, r.Visitor, below, of...); err != nil {
			return facts.Measured{}, err
		}
	}
	return r.Values(ctx, r.Visitor, block.AlwaysScope(r), ids...)
}

// mostListed is how many rows of a list of grids, stretches, zones or tasks are printed.
const mostListed = 8

// A report of more than mostPrinted villages prints the first of them; all of them stand on the page that is named, and in its file.
const mostPrinted, printed = 60, 30

// taken builds a page and takes blocks from its view. Their IDs get the page's in front, because two pages may each have
// a table of units.
func taken(ctx context.Context, r block.Request, pages block.Builders, a annex) ([]view.Block, error) {
	p, ok := question.ByID(a.page)
	if !ok {
		return nil, fmt.Errorf("the report takes blocks from a page that does not exist: %s", a.page)
	}
	if r.Village != "" && !p.Takes.Has(question.ByVillage) || r.Unit().Level == facts.LevelBranch && !p.Takes.Has(question.ByBranch) {
		return nil, nil // it would speak of the whole town, or of the whole village
	}
	of, err := pageOf(ctx, r, pages, a)
	if err != nil {
		return nil, fmt.Errorf("report, section %s: %w", a.page, err)
	}
	return chosen(r, of, a), nil
}

// once builds every page once, however many sections take blocks from it: they ask for the same place and month.
func once(pages block.Builders) block.Builders {
	of := block.Builders{}
	for id, build := range pages {
		var first sync.Once
		var v view.View
		var err error
		of[id] = func(ctx context.Context, r block.Request) (view.View, error) {
			first.Do(func() { v, err = build(ctx, r) })
			return v, err
		}
	}
	return of
}

// pageOf builds the page of a section, or the part of it that the section needs.
func pageOf(ctx context.Context, r block.Request, pages block.Builders, a annex) (view.View, error) {
	p, _ := question.ByID(a.page)
	section := r
	section.Question = r.On(p)
	section.Runs, section.Schedule, section.Notices = nil, nil, nil
	build := a.build
	if build == nil {
		build = pages[a.page]
	}
	return build(ctx, section)
}

// chosen takes the blocks of a section out of a page's view.
func chosen(r block.Request, of view.View, a annex) (blocks []view.Block) {
	for _, id := range a.blocks {
		for _, b := range of.Flat() {
			switch b := b.(type) {
			case *view.Table:
				if b.ID == id {
					t := onPaper(r, b)
					t.ID = a.page + "-" + id
					if a.most > 0 && len(t.Rows) > a.most {
						t.PageRows = a.most
					}
					if id == "unvisited-units" {
						t.Note = block.ByRegister(r)
					}
					if id == "units" || id == "branches" || id == "villages" {
						t.Note = "" // it says where a click leads
						if len(t.Rows) > mostPrinted {
							t.PageRows = printed
						}
					}
					blocks = append(blocks, t)
				}
			case *view.Chart:
				if b.ID == id {
					c := *b
					c.ID, c.Alone = a.page+"-"+id, true // the picture's numbers stand on the page it was taken from
					blocks = append(blocks, &c)
				}
			}
		}
	}
	return blocks
}

// issueSentences say how far issues came, where they get stuck and who holds them.
func issueSentences(_ context.Context, r block.Request, own facts.Measured) ([]string, error) {
	var said []string
	if s := overviewSentences(r, own, postCounts{}); len(s) > 0 {
		said = s[:1]
	}
	return append(said, onTimeSentence(r, own)), nil
}

func visitSentences(_ context.Context, r block.Request, own facts.Measured) ([]string, error) {
	return work.VisitSentences(r, own), nil
}

func branchSentences(ctx context.Context, r block.Request, own facts.Measured) ([]string, error) {
	bursts, err := work.Bursts(ctx, r)
	return []string{branchSentence(r, own, bursts)}, err
}

// comparisonSentences stand in the report of the last month of a quarter.
func comparisonSentences(ctx context.Context, r block.Request, _ facts.Measured) ([]string, error) {
	if r.Village != "" || !endsQuarter(r.Month) {
		return nil, nil
	}
	p, _ := question.ByID("compare")
	of := r
	of.Question = r.On(p)
	v, err := places.Compare(ctx, of)
	return v.Sentences, err
}

// moneySentences say what is on record of supports, in the report of the town.
func moneySentences(ctx context.Context, r block.Request, _ facts.Measured) ([]string, error) {
	if r.Village != "" {
		return nil, nil
	}
	v, err := moneySpent(ctx, r, nil)
	return v.Sentences, err
}

// nothingOf is for a section that is words alone.
func nothingOf(context.Context, block.Request) (view.View, error) { return view.View{}, nil }

func onTimeSentence(r block.Request, own facts.Measured) string {
	parts := slices.DeleteFunc([]string{block.Say(r, own, "due_reported", "month", r.MonthName(r.Month)), block.Say(r, own, "due_on_time"), block.Say(r, own, "due_overdue"), block.Say(r, own, "due_satisfied")}, func(s string) bool { return s == "" })
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, r.T("；", "; ")) + r.T("。", ".")
}

func branchSentence(r block.Request, own facts.Measured, bursts []work.Burst) string {
	parts := filled([]string{block.Say(r, own, "branch_met"), block.Say(r, own, "branch_complete", "rule", organisation.BranchRule(r)), block.Say(r, own, "branch_centres")})
	if names := work.Halves(bursts); len(names) > 0 {
		over, all := work.OverCount(r, bursts, names[len(names)-1])
		if over == 0 {
			parts = append(parts, block.Say(r, own, "branch_burst_none", "period", r.PeriodName(names[len(names)-1]), "all", strconv.Itoa(all)))
		} else {
			parts = append(parts, block.Say(r, own, "branch_burst", "period", r.PeriodName(names[len(names)-1]), "all", strconv.Itoa(all), "over", strconv.Itoa(over)))
		}
	}
	if twice := own.At("bottom_twice", r.Unit().ID, r.Month); twice.Known() && twice.Value > 0 {
		parts = append(parts, block.Say(r, own, "branch_last", "years", strconv.Itoa(r.Programme.LastPlace.Years)))
	}
	if len(parts) == 0 {
		return ""
	}
	return r.MonthName(r.Month) + r.T("：", ": ") + strings.Join(parts, r.T("；", "; ")) + r.T("。", ".")
}

// letterhead says who issues the report and what its figures stand on.
func letterhead(ctx context.Context, r block.Request, own facts.Measured) (*view.Letterhead, error) {
	l := &view.Letterhead{Issuer: r.Tf("%s党委", "Party committee of %s", r.Unit().Name), Period: r.MonthName(r.Month)}
	switch r.Unit().Level {
	case facts.LevelBranch:
		l.Issuer = r.Unit().Name
	case facts.LevelVillage:
		l.Issuer = r.Tf("%s党总支", "General branch of %s", r.Unit().Name)
	case facts.LevelTown, facts.LevelMember: // no paper is about one member
	}
	l.Basis = append(l.Basis, r.Tf("数据截至 %s；快照第 %d 版，校验码 %.16s。", "Data as of %s; snapshot %d, hash %.16s.", r.CutOff.Format("2006-01-02"), r.Generation, r.Hash))
	town, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelTown, Unit: r.Town.ID, From: r.Month, To: r.Month}, "validity")
	if err != nil {
		return nil, err
	}
	if accepted := town.At("validity", r.Town.ID, r.Month); accepted.Known() {
		l.Basis = append(l.Basis, r.Tf("本月数据接收率 %s（%s 行，全镇）。", "Rows accepted this month: %s (%s, whole town).", accepted.Text(r.Lang), accepted.Base(r.Lang)))
	} else {
		l.Basis = append(l.Basis, r.T("本月没有收到数据文件。", "No file speaks for this month."))
	}
	if s := closingState(ctx, r, true); s != "" {
		l.Basis = append(l.Basis, s)
	}
	l.Date, l.Draft = issuedOn(ctx, r)
	if s := unknownBasis(r, own); s != "" {
		l.Basis = append(l.Basis, s)
	}
	var unripe, small []string
	for _, id := range Watched {
		switch v := own.At(id, r.Unit().ID, r.Month); {
		case !v.Known():
		case v.Small(r.Programme):
			small = append(small, v.Measure.Name.In(r.Lang))
		case !v.Ripe(r.Programme, r.CutOff):
			unripe = append(unripe, v.Measure.Name.In(r.Lang))
		}
	}
	if len(unripe) > 0 {
		l.Basis = append(l.Basis, r.Tf("未满期、数值还会变化，暂不评价：%s。", "Not ripe, still changing and not judged yet: %s.", strings.Join(unripe, r.T("、", ", "))))
	}
	if len(small) > 0 {
		l.Basis = append(l.Basis, r.Tf("基数小，只列出、不作判断：%s。", "Small base, shown and not judged: %s.", strings.Join(small, r.T("、", ", "))))
	}
	if names := records.PoorVillages(r); len(names) > 0 {
		l.Basis = append(l.Basis, r.Tf("数据不足以判断、只列数值不作评价的村：%s。", "Data too poor to judge, values shown and not judged: %s.", strings.Join(names, r.T("、", ", "))))
	}
	l.Basis = append(l.Basis, signsExplained(r))
	return l, nil
}

// unknownBasis says which of the report's measures are unknown and why, and which are known of some villages or months only.
func unknownBasis(r block.Request, own facts.Measured) string {
	var order []string
	of := map[string][]string{}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(reported, Watched)))) {
		v := own.At(id, r.Unit().ID, r.Month)
		why := block.Partial(r, v)
		if v.Reason != "" {
			why = block.Caution(r, v)
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

// definitions are the formulas of the measures on the first sheets.
func definitions(r block.Request) view.Block {
	t := &view.Table{ID: "definitions", Stacked: true, Title: r.T("本通报所用指标", "Measures of this report"), Columns: []view.Column{view.Words(r.T("指标", "Measure")), view.Words(r.T("算式", "Formula")), view.Words(r.T("目标", "Target")), view.Words(r.T("说明", "Note"))}}
	var shown []string
	for _, id := range slices.Concat(reported, Watched, block.ByUnit) {
		m, ok := queries.MeasureOf(id)
		if !ok || slices.Contains(shown, id) {
			continue
		}
		shown = append(shown, id)
		t.Rows = append(t.Rows, []view.Cell{{Text: m.Name.In(r.Lang)}, {Text: r.MadeOf(m)}, {Text: block.Target(r, m)}, {Text: m.Note.In(r.Lang)}})
	}
	return t
}
