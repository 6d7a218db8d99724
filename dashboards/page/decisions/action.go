package decisions

import (
	"context"
	"math"
	"strings"
	"time"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/stats/estimate"
)

// one is the page of one action: what was decided, what the village did since, who entered what, and the forms.
func one(ctx context.Context, r block.Request, b Book, f Followed, answer []view.Block) (view.View, error) {
	name, support := r.Name(f.OfVillage), r.Word("actions", "support", f.Support)
	v := view.View{Heading: r.Tf("%[1]s · %[2]s", "%[1]s · %[2]s", name, support), Blocks: answer}
	said := r.Tf("%[1]s：%[2]s", "%[1]s: %[2]s", name, f.Standing.Name(r))
	v.Headline = view.Headline{Rest: said}
	if f.Standing.Tone() == view.ToneWorse {
		v.Headline = view.Headline{Weak: said}
	}
	if f.Begun {
		v.Sentences = append(v.Sentences, f.Outcome.Said(support, r.Lang))
	}
	v.Sentences = append(v.Sentences, r.T("本村自身：", "The village's own series: ")+f.Own.Said(r.Lang)+r.T("。", "."))
	if len(f.Relapses) > 0 {
		v.Sentences = append(v.Sentences, r.Tf("验收之后，本村又在%[1]s进入薄弱名单，共%[2]d次。", "After it was accepted the village was on the list of weak villages again from %[1]s (%[2]d×).", months(r, f.Relapses), len(f.Relapses)))
	}
	picture, err := series(ctx, r, f)
	if err != nil {
		return v, err
	}
	history, err := history(ctx, r, f)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, view.Row{Parts: []view.Part{{Span: 7, Blocks: []view.Block{picture}}, {Span: 5, Blocks: []view.Block{plan(r, f)}}}}, view.Lead{}, history)
	if block.Decides(r) {
		v.Blocks = append(v.Blocks, changeForms(r, f)...)
	}
	v.Blocks = append(v.Blocks, allActions(r))
	return v, nil
}

func months(r block.Request, all []string) string {
	var names []string
	for _, month := range all {
		names = append(names, r.MonthName(month))
	}
	return strings.Join(names, r.T("、", ", "))
}

// plan is what was decided, line by line.
func plan(r block.Request, f Followed) *view.Table {
	type line struct{ name, text string }
	m, _ := queries.MeasureOf(f.Measure)
	lines := []line{
		{r.T("信号", "Signal"), f.Signal}, {r.T("原因", "Cause"), joined(r, r.Word("actions", "cause", f.Cause), f.CauseNote)},
		{r.T("措施", "Support"), joined(r, r.Word("actions", "support", f.Support), f.SupportNote)}, {r.T("责任人", "Owner"), f.Owner},
		{r.T("开始", "Began"), f.DecidedOn}, {r.T("期限", "Due"), f.DueOn}, {r.T("验收标准", "Acceptance rule"), f.Acceptance}, {r.T("跟踪指标", "Measure followed"), m.Name.In(r.Lang)},
		{r.T("状态", "State"), joined(r, f.Standing.Name(r), closedNote(r, f))}, {r.T("说明", "Remark"), f.Result},
	}
	t := &view.Table{ID: "plan", Title: r.T("决定了什么", "What was decided")}
	view.Fill(t, lines, view.Of(view.Words(r.T("项目", "Item")), func(l line) view.Cell { return view.Plain(l.name) }), view.Of(view.Words(r.T("内容", "Content")), func(l line) view.Cell { return view.Plain(block.OrMissing(l.text)) }))
	return t
}

// joined sets a word and what more is said of it side by side.
func joined(r block.Request, word, more string) string {
	if more == "" {
		return word
	}
	return word + r.T("：", ": ") + more
}

// history is every row that was entered of an action, the newest first.
func history(ctx context.Context, r block.Request, f Followed) (*view.Table, error) {
	rows, err := r.ActionRows(ctx, r.Visitor, r.Month)
	t := &view.Table{ID: "history", Stacked: true, Title: r.T("办理经过", "What was entered")}
	var own []facts.Action
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].ActionID == f.ActionID {
			own = append(own, rows[i])
		}
	}
	view.Fill(t, own,
		view.Of(view.Day(r.T("填写时间", "Entered on")), func(a facts.Action) view.Cell { return view.Plain(a.EnteredAt) }),
		view.Of(view.Words(r.T("填写人", "Entered by")), func(a facts.Action) view.Cell { return view.Plain(a.EnteredBy) }),
		view.Of(view.Words(r.T("状态", "State")), func(a facts.Action) view.Cell { return view.Plain(r.Word("actions", "state", a.State)) }),
		view.Of(view.Words(r.T("责任人", "Owner")), func(a facts.Action) view.Cell { return view.Plain(block.OrMissing(a.Owner)) }),
		view.Of(view.Day(r.T("期限", "Due")), func(a facts.Action) view.Cell { return view.Plain(block.OrMissing(a.DueOn)) }),
		view.Of(view.Words(r.T("说明", "Remark")), func(a facts.Action) view.Cell { return view.Plain(block.OrMissing(a.Result)) }))
	return t, err
}

// fewestAlike is how many villages that nobody helped are needed for a median to stand for them.
const fewestAlike = 3

// series draws the measure that is followed: the village's months, the limits of the months before the action, when it began and is due, and
// the median of the villages that nobody helped.
func series(ctx context.Context, r block.Request, f Followed) (view.Block, error) {
	m, known := queries.MeasureOf(f.Measure)
	frame := view.Frame{ID: "followed", Title: r.T("跟踪指标", "The measure followed"), Language: r.Language, State: view.Empty, Reason: r.T("没有选定跟踪指标。", "No measure is followed.")}
	if !known || !m.At(queries.Village) {
		return &view.Notice{Frame: frame}, nil
	}
	all, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelVillage, From: r.FirstMonth, To: r.Month}, m.ID)
	if err != nil {
		return nil, err
	}
	months := r.MonthsUpTo()
	title := r.Tf("%[1]s · %[2]s", "%[1]s · %[2]s", m.Name.In(r.Lang), r.Name(f.OfVillage))
	s := chart.Series{Lang: r.Lang, ID: "followed", Label: title, Months: months, Number: block.NumberOf(m), Target: block.TargetShown(r, m), TargetName: r.T("目标", "target")}
	for _, mark := range []chart.Mark{{Month: facts.FirstSeven(f.DecidedOn), Name: r.T("开始", "began")}, {Month: facts.FirstSeven(f.DueOn), Name: r.T("期限", "due")}, {Month: facts.FirstSeven(f.ClosedOn), Name: r.T("验收", "closed")}} {
		if mark.Month >= r.FirstMonth && mark.Month <= r.Month {
			s.Marks = append(s.Marks, mark)
		}
	}
	helped, err := r.Helped(ctx, r.Month)
	if err != nil {
		return nil, err
	}
	apart := map[string]bool{f.OfVillage: true}
	for _, h := range append(helped, r.Supports...) {
		apart[h.Village] = true
	}
	named, note := r.T("未得到帮扶的村（中位）", "villages without help (median)"), r.T("虚线：同期未得到帮扶的村的中位数。", "Dashed: the median of villages that nobody helped.")
	if len(r.Villages)-len(apart) < fewestAlike {
		apart = map[string]bool{f.OfVillage: true}
		named, note = r.T("其他村（中位）", "other villages (median)"), r.T("虚线：其他村的中位数；几乎各村都得到过帮扶。", "Dashed: the median of the other villages; nearly all of them were helped at some time.")
	}
	own, others := chart.Line{Name: r.Name(f.OfVillage), Colour: chart.Blue}, chart.Line{Name: named, Colour: chart.Grey, Dashed: true, Plain: true}
	t := view.Table{ID: "followed", Title: title, Columns: []view.Column{view.Words(r.T("月份", "Month")), block.Column(r, m.ID), view.Number(others.Name), view.Words(r.T("正常波动（措施以前）", "Ordinary variation (before it)"))}}
	low, high := limits(f, m, months)
	for i, month := range months {
		var alike []float64
		for _, u := range r.Villages {
			if v := all.At(m.ID, u.ID, month); !apart[u.ID] && v.Known() {
				alike = append(alike, v.Shown())
			}
		}
		middle := math.NaN()
		if len(alike) > 0 {
			middle = estimate.Median(alike)
		}
		v := all.At(m.ID, f.OfVillage, month)
		own.Values, own.Hollow, others.Values = append(own.Values, v.Drawn()), append(own.Hollow, block.Caution(r, v) != ""), append(others.Values, middle)
		band := reading.Missing
		if !math.IsNaN(low[i]) && !math.IsNaN(high[i]) {
			band = reading.Decimal(low[i], 1) + "–" + reading.Decimal(high[i], 1)
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: month}, block.BehindPicture(r, v), view.Decimal(middle, reading.Decimals(m.Unit)), {Text: band}})
	}
	s.Lines = []chart.Line{own, others}
	if f.Own.Chart.Points != nil {
		s.Bands = []chart.Band{{Name: r.T("措施以前的正常波动", "ordinary variation before it"), Low: low, High: high, Colour: chart.Grey}}
		note = r.T("灰带：由措施以前的月份得出的正常波动范围；", "Grey band: what the village moved by before the action. ") + note
	}
	drawn, err := s.Draw()
	if err != nil {
		return nil, err
	}
	return &view.Chart{Title: title, Chart: drawn, Table: t, Note: note}, nil
}

// limits are those of the chart on which the village's own series is judged, month by month, in the measure's unit; NaN where there are none.
func limits(f Followed, m queries.Measure, months []string) (low, high []float64) {
	at := map[string]int{}
	for i, month := range f.Own.Months {
		at[month] = i + 1
	}
	for _, month := range months {
		l, h := math.NaN(), math.NaN()
		if i := at[month]; i > 0 && i <= len(f.Own.Chart.Points) {
			p := f.Own.Chart.Points[i-1]
			if p.Lower.Known && p.Upper.Known {
				l, h = reading.Shown(m, p.Lower.Value), reading.Shown(m, p.Upper.Value)
			}
		}
		low, high = append(low, l), append(high, h)
	}
	return low, high
}

// threeMonths is the day three months after another one: how long an effect needs at least to be seen.
func threeMonths(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return t.AddDate(0, 3, 0).Format(time.DateOnly)
}

// allActions leads back to the list.
func allActions(r block.Request) view.Links {
	return view.Links{Links: []view.Link{{Text: r.T("全部帮扶措施", "All actions"), Address: r.Link("actions", fresh)}}}
}

// weakLink leads to the evidence about a village.
func weakLink(r block.Request, village string) string { return r.Link("weak", question.In(village)) }
