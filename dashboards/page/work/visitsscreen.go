package work

import (
	"context"
	"slices"
	"strconv"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// leadingVisits are the figures of the first screen: who was visited, who was not, who carries too many, when visits are made.
var leadingVisits = []string{"household_coverage", "vulnerable_coverage", "unvisited_share", "overloaded_members", "month_end_share", "doubtful_visits"}

// visitsScreen is the first screen of the page: which households were not visited, who carries too many, the rhythm of the month.
func visitsScreen(ctx context.Context, r block.Request, own facts.Measured, v *view.View) error {
	leads := block.LeadsOf(r, own, leadingVisits...)
	var err error
	if v.Headline, err = visitsHeadline(ctx, r, own, leads); err != nil {
		return err
	}
	tiles, err := block.TilesOf(ctx, r, "", leads)
	if err != nil {
		return err
	}
	months, err := block.MonthsAcross(ctx, r, "coverage-months", r.T("走访覆盖率（%）：近12个月", "Households visited (%): the last 12 months"), "household_coverage")
	if err != nil {
		return err
	}
	left, err := unvisitedByUnit(ctx, r)
	if err != nil {
		return err
	}
	days, err := visitDays(ctx, r)
	if err != nil {
		return err
	}
	carrying, err := overloaded(ctx, r)
	if err != nil {
		return err
	}
	add := func(parts ...view.Part) { v.Blocks = append(v.Blocks, view.Row{Parts: parts}) }
	add(view.Part{Span: 12, Blocks: []view.Block{tiles}})
	if months != nil {
		add(view.Part{Span: 7, Blocks: []view.Block{months}}, view.Part{Span: 5, Blocks: []view.Block{left}})
	} else {
		add(view.Part{Span: 12, Blocks: []view.Block{left}})
	}
	add(view.Part{Span: 6, Blocks: []view.Block{days}}, view.Part{Span: 6, Blocks: []view.Block{carrying}})
	return nil
}

// loadRows is how many members stand at once on the first screen.
const loadRows = 8

// visitsHeadline says how many households nobody has visited for too long and where there are clearly more, then the coverage.
func visitsHeadline(ctx context.Context, r block.Request, own facts.Measured, leads []block.Lead) (view.Headline, error) {
	weak, rest := "", []string(nil)
	switch u := own.At("unvisited_share", r.Unit().ID, r.Month); {
	case !u.Known():
		rest = append(rest, r.T("长期未走访户数未知", "How many households wait for a visit is not known"))
	default:
		said := r.Tf("%[2]s户超过%[1]d天没有走访", "%[2]s households not visited for over %[1]d days", r.Programme.Linking.UnvisitedDays, reading.Count(u.Num))
		names, err := block.FarBehindOn(ctx, r, "unvisited_share")
		if err != nil {
			return view.Headline{}, err
		}
		if len(names) > 0 && u.Num > 0 {
			weak = said + r.Tf("，%s最多", ", most in %s", block.NamedFew(r, names))
		} else {
			rest = append(rest, said)
		}
	}
	rest = block.AddFewWords(r, leads[slices.IndexFunc(leads, func(l block.Lead) bool { return l.Read.Measure.ID == "household_coverage" })], weak, rest)
	return block.HeadlineOf(r, weak, rest...), nil
}

// waiting is the households of one unit that nobody has visited for too long.
type waiting struct {
	unit            facts.Unit
	share           facts.Value
	all, vulnerable float64
	never           float64
}

// unvisitedByUnit counts the households that nobody has visited for too long by village or branch; each leads to its own list.
func unvisitedByUnit(ctx context.Context, r block.Request) (*view.Table, error) {
	unknown, _, err := block.Untold(ctx, r, "unvisited_share")
	if err != nil {
		return nil, err
	}
	rows, err := r.WaitingHouseholds(ctx, r.Visitor, r.Unit(), r.Month, r.Programme.Linking.UnvisitedDays, unknown...)
	if err != nil {
		return nil, err
	}
	of := map[string]*waiting{}
	units := r.Below()
	if len(units) == 0 {
		units = []facts.Unit{r.Unit()}
	}
	for _, u := range units {
		of[u.ID] = &waiting{unit: u}
	}
	for _, h := range rows {
		for _, id := range []string{h.VillageID, h.BranchID} {
			if w := of[id]; w != nil {
				w.all, w.vulnerable, w.never = w.all+h.All, w.vulnerable+h.Vulnerable, w.never+h.Never
			}
		}
	}
	shares, err := r.Values(ctx, r.Visitor, facts.Scope{Level: units[0].Level, From: r.Month, To: r.Month}, "unvisited_share")
	if err != nil {
		return nil, err
	}
	var all []waiting
	for _, u := range units {
		of[u.ID].share = shares.At("unvisited_share", u.ID, r.Month)
		all = append(all, *of[u.ID])
	}
	slices.SortStableFunc(all, func(a, b waiting) int { return int(b.all - a.all) })
	t := &view.Table{ID: "unvisited-units", Title: r.Tf("超过%d天未走访", "Not visited for over %d days", r.Programme.Linking.UnvisitedDays), Note: block.ByRegister(r) + r.T("点户数看名单。", " A number leads to its list.")}
	waitingColumns(r, t, all)
	return t, block.UnknownRows(ctx, r, t, "unvisited_share", r.Month)
}

func waitingColumns(r block.Request, t *view.Table, all []waiting) {
	title := r.T("村", "Village")
	if len(all) > 0 && all[0].unit.Level == facts.LevelBranch {
		title = r.T("网格支部", "Grid branch")
	}
	known := func(w waiting, c view.Cell) view.Cell {
		if !w.share.Known() {
			return view.Plain(reading.Missing)
		}
		return c
	}
	view.Fill(t, all,
		view.Of(view.Words(title), func(w waiting) view.Cell {
			return view.Cell{Text: w.unit.Name, Link: r.Link("visits", question.InUnit(w.unit))}
		}),
		view.Of(view.Number(r.T("未走访/全部户", "Not visited/all")), func(w waiting) view.Cell {
			c := view.Count(w.all)
			c.Link = r.Link("visits", question.InUnit(w.unit)) + "#table-unvisited"
			if w.share.Known() && w.share.Num == w.all {
				c.Text = reading.Base(w.all, w.share.Den)
			}
			return known(w, c)
		}),
		view.Of(view.Number(r.T("占比 (%)", "Share (%)")), func(w waiting) view.Cell { return known(w, view.Decimal(w.share.Shown(), 1)) }),
		view.Of(view.Number(r.T("困难户", "Vulnerable")), func(w waiting) view.Cell { return known(w, view.Count(w.vulnerable)) }),
		view.Of(view.Number(r.T("从未走访", "Never")), func(w waiting) view.Cell { return known(w, view.Count(w.never)) }))
}

// visitDays draws the visits of the month day by day, the last days set apart.
func visitDays(ctx context.Context, r block.Request) (view.Block, error) {
	title := r.Tf("走访在%s哪些天", "On which days of %s visits were made", r.MonthName(r.Month))
	rows, err := r.VisitDays(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return view.Callout{Tone: view.ToneQuiet, Title: title, Text: r.T("没有收到本月的走访记录。", "No visits of this month were received.")}, nil
	}
	last, days := monthEnd(r)
	before, after := chart.Part{Name: r.T("走访次数", "Visits"), Colour: chart.Blue}, chart.Part{Name: r.Tf("最后%d天", "Last %d days", last), Colour: chart.Orange}
	t := view.Table{ID: "days", Title: title, Columns: []view.Column{view.Words(r.T("日", "Day")), view.Number(r.T("走访次数", "Visits"))}}
	made := make([]float64, days+1)
	for _, row := range rows {
		made[row.Day] = row.Visits
	}
	bars := chart.Bars{ID: "days", Label: title, Number: chart.Whole, Stacked: true, Standing: true, Height: chart.Short}
	for day := 1; day <= days; day++ {
		early, late := made[day], 0.0
		if day > days-last {
			early, late = 0, made[day]
		}
		bars.Items = append(bars.Items, strconv.Itoa(day))
		before.Values, after.Values = append(before.Values, early), append(after.Values, late)
		t.Rows = append(t.Rows, []view.Cell{{Text: strconv.Itoa(day)}, view.Count(made[day])})
	}
	bars.Parts = []chart.Part{before, after}
	drawn, err := bars.Draw()
	if err != nil {
		return nil, err
	}
	return &view.Chart{Title: title, Chart: drawn, Table: t, Note: r.Tf("平均分布时，最后%[1]d天应占%[2]s（%[1]d/%[3]d）。明显高于它，可能是月底集中补记。", "Spread evenly, the last %[1]d days would hold %[2]s (%[1]d/%[3]d). A share well above it points to filling in at the month's end.",
		last, reading.Percent(float64(last)/float64(days)), days)}, nil
}
