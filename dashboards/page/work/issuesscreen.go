package work

import (
	"context"
	"math"
	"slices"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries/flow"
	"hulian/queries/reading"
)

// solvedMeasures say whether issues are really solved: on time, fed back, not raised again, to the household's satisfaction.
var solvedMeasures = []string{"on_time_rate", "feedback_rate", "reopen_rate", "satisfaction_rate"}

// issuesScreen is the first screen of the page: where issues get stuck, whether they are really solved, who holds them.
func issuesScreen(ctx context.Context, r block.Request, own facts.Measured, p passing, passed stepped, v *view.View) error {
	v.Headline = issuesHeadline(r, p, passed, block.LeadsOf(r, own, "overdue_issues"))
	tiles, err := block.TilesOf(ctx, r, r.T("是否真正解决", "Are they really solved?"), block.LeadsOf(r, own, solvedMeasures...))
	if err != nil {
		return err
	}
	held, err := heldIssues(ctx, r)
	if err != nil {
		return err
	}
	aged, err := ageing(ctx, r)
	if err != nil {
		return err
	}
	what, err := categories(ctx, r)
	if err != nil {
		return err
	}
	months, err := block.MonthsAcross(ctx, r, "on-time-months", r.T("按期办结率（%）：近12个月", "Resolved on time (%): the last 12 months"), "on_time_rate")
	if err != nil {
		return err
	}
	add := func(parts ...view.Part) { v.Blocks = append(v.Blocks, view.Row{Parts: parts}) }
	add(view.Part{Span: 12, Blocks: []view.Block{tiles}})
	if passed.picture == nil {
		v.Blocks = append(v.Blocks, view.Callout{Title: r.T("五步走", "The five steps"), Text: noneCollected(r)})
		add(view.Part{Span: 12, Blocks: []view.Block{held}})
	} else {
		add(view.Part{Span: 6, Blocks: []view.Block{passed.picture, held}}, view.Part{Span: 6, Blocks: []view.Block{slowest(r, passed.places)}})
	}
	if months == nil {
		add(view.Part{Span: 6, Blocks: []view.Block{aged}}, view.Part{Span: 6, Blocks: []view.Block{what}})
		return nil
	}
	add(view.Part{Span: 7, Blocks: []view.Block{months}}, view.Part{Span: 5, Blocks: []view.Block{aged}})
	v.Blocks = append(v.Blocks, what)
	return nil
}

// issuesHeadline names the step that holds issues up and where it does most, then how many are overdue.
func issuesHeadline(r block.Request, p passing, passed stepped, overdue []block.Lead) view.Headline {
	weak, parts := "", []string(nil)
	chance, tested := p.worst.P.Get()
	switch {
	case passed.picture == nil:
		return view.Headline{Rest: r.Tf("%s没有收集到群众问题", "No issue has been reported %s", block.SinceStart(r))}
	case r.TooPoor(r.Unit(), r.Month):
		parts = append(parts, r.T("数据不足，不判断卡在哪一步", "The data are too poor to name a bottleneck"))
	case len(p.untold) > 0:
		parts = append(parts, r.Tf("没有%s的数据，不知道卡在哪一步", "Nothing is known of %s, nor where issues get stuck", p.untoldNamed(r)))
	case !p.held:
		parts = append(parts, r.T("没有一步明显偏慢", "No step is visibly slow"))
	case tested && chance >= beyondChance:
		parts = append(parts, r.Tf("“%s”偏慢，但可能只是偶然", "“%s” is slow, which may be chance alone", stepName(r, p.worst.Step)))
	default:
		weak = r.Tf("卡在“%s”", "Stuck at “%s”", stepName(r, p.worst.Step))
		if most := mostStuck(p, passed.places); len(most) > 0 {
			weak += r.Tf("，%s最突出", ", most of all in %s", block.NamedFew(r, most))
		}
	}
	for _, l := range overdue {
		parts = block.AddFewWords(r, l, weak, parts)
	}
	return block.HeadlineOf(r, weak, parts...)
}

// mostStuck names the units, then the categories, in which the step that holds issues up takes longer than chance can explain: one of
// each at most.
func mostStuck(p passing, places []slow) []string {
	var names []string
	for _, unit := range []bool{true, false} {
		at := slices.IndexFunc(places, func(s slow) bool {
			return s.unit == unit && s.held && s.lag.Step == p.worst.Step && s.lag.P.Or(1) < beyondChance
		})
		if at >= 0 {
			names = append(names, places[at].name)
		}
	}
	return names
}

// mostSlow is how many units, and how many categories, the first screen names.
const mostSlow = 4

// slowest lists the units and categories in which issues get stuck most; all of them stand below.
func slowest(r block.Request, places []slow) *view.Table {
	t := &view.Table{ID: "slowest", Title: r.T("哪些村、哪类问题最慢", "Where, and with what, it is slowest"), Empty: r.T("没有一处比全镇慢。", "None is slower than the town."),
		Note: r.T("按多等的件数排列；橙色为超出偶然的差别", "By how many too many wait; orange: more than chance")}
	if r.Unit().Level == facts.LevelVillage {
		t.Title = r.T("哪些支部、哪类问题最慢", "Where, and with what, it is slowest")
	}
	var shown []slow
	held := 0
	for _, unit := range []bool{true, false} {
		n := 0
		for _, s := range places {
			if s.unit == unit && s.held {
				if held++; n < mostSlow {
					shown, n = append(shown, s), n+1
				}
			}
		}
	}
	view.Fill(t, shown,
		view.Of(view.Words(r.T("村或类别", "Place or category")), func(s slow) view.Cell {
			c := view.Cell{Text: s.name, Link: s.link}
			if s.lag.P.Or(1) < beyondChance {
				c.Tone = view.ToneWorse
			}
			return c
		}),
		view.Of(view.Words(r.T("卡在", "Stuck at")), func(s slow) view.Cell { return view.Plain(stepName(r, s.lag.Step)) }),
		view.Of(view.Words(r.T("用时（全镇）", "Time (town)")), func(s slow) view.Cell {
			return view.Plain(daysText(r, s.lag.Median) + r.T("（", " (") + daysText(r, s.lag.Against.Median) + r.T("）", ")"))
		}),
		view.Of(view.Number(r.T("还在等/进入", "Waiting/came")), func(s slow) view.Cell {
			return view.Cell{Text: reading.Base(float64(s.lag.Waiting()), float64(s.lag.Entered)), Value: reading.Plain(float64(s.lag.Waiting()), 0)}
		}),
		view.Of(view.Number(r.T("多等", "Too many")), func(s slow) view.Cell { return view.Decimal(max(s.lag.Issues, 0), 0) }))
	if held > len(shown) {
		t.More, t.MoreLink, t.Exist = r.Tf("全部%d处见下表。", "All %d stand below.", held), "#table-bottlenecks", held
	}
	return t
}

// heldIssues says who holds the open issues now, how many of them are overdue and since when the oldest waits.
func heldIssues(ctx context.Context, r block.Request) (*view.Table, error) {
	rows, err := r.Held(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, err
	}
	untold, err := untoldSteps(ctx, r)
	if err != nil {
		return nil, err
	}
	t := &view.Table{ID: "held", Title: r.T("未办结问题在谁手里", "Who holds the open issues"), Empty: r.T("没有未办结的问题。", "No issue is open."),
		Note: block.AtMonthEnd(r)}
	type row = facts.HeldIssues
	view.Fill(t, rows,
		view.Of(view.Words(r.T("在谁手里", "Held by")), func(h row) view.Cell { return view.Plain(holderName(r, h, untold)) }),
		view.Of(view.Number(r.T("未办结", "Open")), func(h row) view.Cell { return view.Count(h.Open) }),
		view.Of(view.Number(r.T("其中超期", "Overdue")), func(h row) view.Cell {
			if h.Dated == 0 {
				return view.Plain(reading.Missing)
			}
			c := view.Count(h.Overdue)
			if h.Overdue > 0 {
				c.Tone = view.ToneWorse
			}
			return c
		}),
		view.Of(view.Day(r.T("最早上报于", "Oldest since")), func(h row) view.Cell { return view.Plain(h.Since) }),
		view.Of(view.Number(r.T("已过天数", "Days")), func(h row) view.Cell { return view.Count(h.OldestDays) }))
	return t, block.UnknownRows(ctx, r, t, "overdue_issues", r.Month)
}

// holders says which cadre holds the open issues now, since when, and how many of those overdue somebody supervises.
func holders(ctx context.Context, r block.Request) (*view.Table, error) {
	rows, err := r.CadreHoldings(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, err
	}
	t := &view.Table{ID: "holders", PageRows: fewRows, Title: r.T("现由哪名干部办理", "Which cadre holds them now"), Empty: r.T("没有已流转而未办结的问题。", "No issue that was routed is open."),
		Note: r.T("已流转、尚未办结的问题；写的是目前的办理人。转办过的，何时到手不知道，不计入“最早到手”。", "Issues routed and still open, by who holds them at present. Of those passed on it is not known since when: they are not in “Held since”. ") + block.AtMonthEnd(r)}
	type row = facts.CadreHolding
	columns := []view.ColumnOf[row]{view.Of(view.Words(r.T("办理干部", "Cadre")), func(h row) view.Cell {
		if h.HolderID == "" {
			return view.Cell{Text: r.T("没有写明", "nobody is named"), Tone: view.ToneWorse}
		}
		return view.Plain(h.HolderID)
	})}
	if r.Village == "" {
		columns = append(columns, view.Of(view.Words(r.T("村", "Village")), func(h row) view.Cell { return block.UnitCell(r, h.VillageID) }))
	}
	view.Fill(t, rows, append(columns,
		view.Of(view.Number(r.T("未办结", "Open")), func(h row) view.Cell { return view.Count(h.Open) }),
		view.Of(view.Number(r.T("其中超期", "Overdue")), func(h row) view.Cell { return view.Count(h.Overdue) }),
		view.Of(view.Rate(r.T("超期中有督办领导", "of which with a supervisor"), "%"), func(h row) view.Cell { return view.Share(h.Supervised, h.Overdue) }),
		view.Of(view.Day(r.T("最早到手", "Held since")), func(h row) view.Cell { return view.Plain(block.OrMissing(h.Since)) }),
		view.Of(view.Number(r.T("其中转办", "of which passed on")), func(h row) view.Cell { return view.Count(h.Passed) }))...)
	if len(rows) > 0 {
		return t, nil
	}
	return t, block.UnknownRows(ctx, r, t, "issues_with_holder", r.Month)
}

// holderName says who holds issues, or for which step they wait before anybody does.
func holderName(r block.Request, h facts.HeldIssues, untold map[flow.Step]bool) string {
	switch {
	case h.Step == "classify" && untold[flow.Classify], h.Step == "route" && untold[flow.Route]:
		return r.T("不明：收到的文件没有给出分类或流转", "not known: no file gives the classification or the routing")
	case h.Step == "classify":
		return r.T("尚未分类", "Not classified yet")
	case h.Step == "route":
		return r.T("尚未流转", "Not routed yet")
	case h.RoutedTo == "":
		return r.T("流转去向不明", "Routed, to whom is not said")
	default:
		return r.Word("issues", "routed_to", h.RoutedTo)
	}
}

// stepsPicture draws how many issues reached each step, how many wait for it, and how long it takes.
func stepsPicture(r block.Request, c flowCounts, p passing) *view.Steps {
	s := &view.Steps{Frame: view.Frame{ID: "steps", Title: r.T("五步走：走到哪一步、每步用多少天", "The five steps: how far issues came, and in how many days"), Language: r.Language,
		Note: r.Tf("%[2]s的件数，截至%[1]s", "issues %[2]s, as of %[1]s", r.AsOf(r.Month).Format("2006-01-02"), block.SinceStart(r))},
		Against: p.benchmark, Waits: r.T("还在等", "waiting ")}
	for i, stage := range stages {
		step := view.Step{Name: stage.name.In(r.Lang), Count: view.Value{X: c.reached[i], Text: reading.Count(c.reached[i])},
			Days: view.Value{X: math.NaN()}, Others: view.Value{Unknown: reading.Missing}, Waiting: view.Value{Unknown: reading.Missing}}
		if i > 0 {
			l := p.lags[i-1]
			step.Days, step.Others = daysValue(r, l.Time), view.Value{Unknown: reading.Missing}
			if x, ok := l.Against.Median.Get(); ok {
				step.Others = view.Value{X: x, Text: daysText(r, l.Against.Median)}
			}
			step.Waiting = view.Value{X: c.waiting[i], Text: reading.Count(c.waiting[i])}
			step.Worst = p.held && p.worst.Step == l.Step
			if p.untold[l.Step] {
				step.Days, step.Waiting = view.Value{Unknown: r.T("没有起止时间，算不出用时", "a time is missing, so its days cannot be told")}, view.Value{Unknown: reading.Missing}
				if !p.counted(l.Step) {
					step.Count = view.Value{Unknown: r.T("收到的文件没有给出这一步", "no file gives this step")}
				}
			}
		}
		s.Steps = append(s.Steps, step)
	}
	return s
}

// daysValue is the middle time of a step, or why there is none. Numerator and denominator are the issues that passed it and entered it.
func daysValue(r block.Request, t flow.Time) view.Value {
	switch x, ok := t.Median.Get(); {
	case t.Entered == 0:
		return view.Value{Unknown: r.T("近月没有问题进入这一步", "no issue came to this step lately")}
	case !ok:
		return view.Value{Unknown: r.T("一半以上还没有走完", "more than half have not passed it")}
	default:
		return view.Value{X: x, Text: daysText(r, t.Median), Numerator: float64(t.Ended), Denominator: float64(t.Entered), Few: t.Entered < r.Programme.Reading.MinimumBase}
	}
}
