package work

import (
	"context"
	"math"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// answers are what households said of issues resolved since the start.
type answers struct{ resolved, satisfied, neutral, dissatisfied, answered float64 }

func (a *answers) add(row facts.Answers) {
	a.resolved += row.Resolved
	a.satisfied += row.Satisfied
	a.neutral += row.Neutral
	a.dissatisfied += row.Dissatisfied
	a.answered += row.Answered
}

func (a answers) silent() float64 { return a.resolved - a.answered }

// bounds are the satisfied share if all who kept silent were dissatisfied, and if all were satisfied.
func (a answers) bounds() (low, high float64) {
	return a.satisfied / a.resolved, (a.satisfied + a.silent()) / a.resolved
}

// satisfaction sets the rate among those who answered between the bounds if all who kept silent were dissatisfied or
// satisfied: a high rate among few answers proves little, and the bounds show how little.
func satisfaction(ctx context.Context, r block.Request) ([]view.Block, []string, error) {
	rows, err := r.Satisfaction(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, nil, err
	}
	var all answers
	byUnit := map[string]*answers{}
	for _, row := range rows {
		all.add(row)
		for _, id := range []string{row.VillageID, row.BranchID} {
			if byUnit[id] == nil {
				byUnit[id] = &answers{}
			}
			byUnit[id].add(row)
		}
	}
	if !(all.resolved > 0) {
		return nil, nil, nil
	}
	blocks := []view.Block{satisfactionFigures(r, all)}
	if len(r.Below()) > 0 {
		blocks = append(blocks, satisfactionTable(r, byUnit, all))
	}
	low, high := all.bounds()
	said := r.Tf("办结的 %s 件中 %s 件有满意度答复；真实满意率在 %s 与 %s 之间，取决于没有答复的 %s 件。", "Of %s issues resolved %s have an answer; the true share of satisfied households lies between %s and %s, depending on the %s without one.",
		reading.Count(all.resolved), reading.Count(all.answered), reading.Percent(low), reading.Percent(high), reading.Count(all.silent()))
	if all.silent() == 0 {
		said = r.Tf("办结的 %s 件都有满意度答复，满意率 %s（%s）。", "All %s issues resolved have an answer; %s of the households were satisfied (%s).", reading.Count(all.resolved), reading.Percent(low), reading.Base(all.satisfied, all.resolved))
	}
	return blocks, []string{said}, nil
}

func satisfactionFigures(r block.Request, a answers) view.Worked {
	share := func(n, of float64) string {
		if !(of > 0) {
			return reading.Missing
		}
		return reading.Percent(n / of)
	}
	return view.Worked{Title: r.T("满意度的上下限（启动以来办结的问题）", "Satisfaction and its bounds (issues resolved since the start)"), Figures: []view.Figure{
		{Name: r.T("答复率", "Answered"), Value: share(a.answered, a.resolved), Formula: r.T("有满意度答复 ÷ 办结", "answers ÷ resolved"), Sum: reading.Base(a.answered, a.resolved)},
		{Name: r.T("满意率（有答复的）", "Satisfied, of those who answered"), Value: share(a.satisfied, a.answered), Formula: r.T("满意 ÷ 有答复", "satisfied ÷ answers"), Sum: reading.Base(a.satisfied, a.answered),
			Note: r.Tf("基本满意 %s，不满意 %s", "neutral %s, dissatisfied %s", reading.Count(a.neutral), reading.Count(a.dissatisfied))},
		{Name: r.T("下限", "Lower bound"), Value: share(a.satisfied, a.resolved), Formula: r.T("未答复的全部不满意", "if all who kept silent were dissatisfied"), Sum: reading.Base(a.satisfied, a.resolved)},
		{Name: r.T("上限", "Upper bound"), Value: share(a.satisfied+a.silent(), a.resolved), Formula: r.T("未答复的全部满意", "if all who kept silent were satisfied"), Sum: reading.Base(a.satisfied+a.silent(), a.resolved)},
	}}
}

// satisfactionTable writes the bounds of the units below; a unit is below the whole only where even its upper bound is.
func satisfactionTable(r block.Request, byUnit map[string]*answers, all answers) *view.Table {
	lowest, highest := all.bounds()
	t := &view.Table{ID: "satisfaction", Stacked: true, Folded: true, Title: r.T("各单位满意度的上下限", "Satisfaction and its bounds, place by place"),
		Note:    r.T("两个单位的上下限相重叠，就分不出谁更让群众满意。", "Where the bounds of two places overlap, nothing says which satisfies households more."),
		Columns: []view.Column{view.Words(r.LevelName(block.BelowScope(r).Level)), view.Rate(r.T("满意率（有答复的）", "Satisfied, of answers"), "%"), view.Rate(r.T("答复率", "Answered"), "%"), view.Number(r.T("下限 %", "Lower %")), view.Number(r.T("上限 %", "Upper %")), view.Words(r.T("判断", "Judgement"))}}
	for _, u := range r.Below() {
		a := byUnit[u.ID]
		if a == nil || !(a.resolved > 0) {
			continue
		}
		low, high := a.bounds()
		judgement := view.Cell{Text: r.T("与总体无明显差别", "no clear difference from the whole")}
		switch {
		case r.TooPoor(u, r.Month):
			judgement = view.Cell{Text: r.T("数据不足以判断", "data too poor to judge"), Tone: view.ToneQuiet}
		case a.resolved < math.Max(1, float64(r.Programme.Reading.MinimumBase)):
			judgement = view.Cell{Text: r.T("件数少，不作判断", "few issues, not judged"), Tone: view.ToneQuiet}
		case high < lowest:
			judgement = view.Cell{Text: r.T("无论如何都低于总体", "below the whole whatever the silent think"), Tone: view.ToneWorse}
		case low > highest:
			judgement = view.Cell{Text: r.T("无论如何都高于总体", "above the whole whatever the silent think"), Tone: view.ToneBetter}
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: u.Name, Link: r.Link("issues", question.InUnit(u))}, view.Share(a.satisfied, a.answered), view.Share(a.answered, a.resolved), view.Decimal(low*100, 1), view.Decimal(high*100, 1), judgement})
	}
	t.Total = []view.Cell{{Text: r.Unit().Name}, view.Share(all.satisfied, all.answered), view.Share(all.answered, all.resolved), view.Decimal(lowest*100, 1), view.Decimal(highest*100, 1), {}}
	return t
}
