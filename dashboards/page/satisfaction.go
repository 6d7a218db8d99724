package page

import (
	"context"
	"fmt"
	"math"
)

const satisfactionSQL = `
select f.village_id, f.branch_id,
    count(*) as resolved,
    count(*) filter (where f.satisfaction_answer = 'satisfied') as satisfied,
    count(*) filter (where f.satisfaction_answer = 'neutral') as neutral,
    count(*) filter (where f.satisfaction_answer = 'dissatisfied') as dissatisfied,
    count(*) filter (where f.satisfaction_answer is not null) as answered
from issue_flow f
where f.since_start and f.resolved_at is not null%s
group by f.village_id, f.branch_id
order by f.village_id, f.branch_id`

// answers are what households said of issues resolved since the start.
type answers struct{ resolved, satisfied, neutral, dissatisfied, answered float64 }

func (a *answers) add(row record) {
	a.resolved += row.number("resolved")
	a.satisfied += row.number("satisfied")
	a.neutral += row.number("neutral")
	a.dissatisfied += row.number("dissatisfied")
	a.answered += row.number("answered")
}

func (a answers) silent() float64 { return a.resolved - a.answered }

// bounds are the satisfied share if all who kept silent were dissatisfied, and if all were satisfied.
func (a answers) bounds() (low, high float64) {
	return a.satisfied / a.resolved, (a.satisfied + a.silent()) / a.resolved
}

// satisfaction sets the rate among those who answered between the bounds if all who kept silent were dissatisfied or
// satisfied: a high rate among few answers proves little, and the bounds show how little.
func (r Request) satisfaction(ctx context.Context) ([]Block, []string, error) {
	where, args := r.inPlace("f.")
	table, err := r.Data.Query(ctx, fmt.Sprintf(satisfactionSQL, where), args...)
	if err != nil {
		return nil, nil, fmt.Errorf("read satisfaction: %w", err)
	}
	var all answers
	byUnit := map[string]*answers{}
	for _, row := range read(table) {
		all.add(row)
		for _, id := range []string{row.text("village_id"), row.text("branch_id")} {
			if byUnit[id] == nil {
				byUnit[id] = &answers{}
			}
			byUnit[id].add(row)
		}
	}
	if !(all.resolved > 0) {
		return nil, nil, nil
	}
	blocks := []Block{r.satisfactionFigures(all)}
	if len(r.Below()) > 0 {
		blocks = append(blocks, r.satisfactionTable(byUnit, all))
	}
	low, high := all.bounds()
	said := r.Tf("办结的 %s 件中 %s 件有满意度答复；真实满意率在 %s 与 %s 之间，取决于没有答复的 %s 件。", "Of %s issues resolved %s have an answer; the true share of satisfied households lies between %s and %s, depending on the %s without one.",
		Count(all.resolved), Count(all.answered), Percent(low), Percent(high), Count(all.silent()))
	if all.silent() == 0 {
		said = r.Tf("办结的 %s 件都有满意度答复，满意率 %s（%s）。", "All %s issues resolved have an answer; %s of the households were satisfied (%s).", Count(all.resolved), Percent(low), Base(all.satisfied, all.resolved))
	}
	return blocks, []string{said}, nil
}

func (r Request) satisfactionFigures(a answers) Worked {
	share := func(n, of float64) string {
		if !(of > 0) {
			return missing
		}
		return Percent(n / of)
	}
	return Worked{Title: r.T("满意度的上下限（启动以来办结的问题）", "Satisfaction and its bounds (issues resolved since the start)"), Figures: []Figure{
		{Name: r.T("答复率", "Answered"), Value: share(a.answered, a.resolved), Formula: r.T("有满意度答复 ÷ 办结", "answers ÷ resolved"), Sum: Base(a.answered, a.resolved)},
		{Name: r.T("满意率（有答复的）", "Satisfied, of those who answered"), Value: share(a.satisfied, a.answered), Formula: r.T("满意 ÷ 有答复", "satisfied ÷ answers"), Sum: Base(a.satisfied, a.answered),
			Note: r.Tf("基本满意 %s，不满意 %s", "neutral %s, dissatisfied %s", Count(a.neutral), Count(a.dissatisfied))},
		{Name: r.T("下限", "Lower bound"), Value: share(a.satisfied, a.resolved), Formula: r.T("未答复的全部不满意", "if all who kept silent were dissatisfied"), Sum: Base(a.satisfied, a.resolved)},
		{Name: r.T("上限", "Upper bound"), Value: share(a.satisfied+a.silent(), a.resolved), Formula: r.T("未答复的全部满意", "if all who kept silent were satisfied"), Sum: Base(a.satisfied+a.silent(), a.resolved)},
	}}
}

// satisfactionTable writes the bounds of the units below; a unit is below the whole only where even its upper bound is.
func (r Request) satisfactionTable(byUnit map[string]*answers, all answers) *Table {
	lowest, highest := all.bounds()
	t := &Table{ID: "satisfaction", Stacked: true, Folded: true, Title: r.T("各单位满意度的上下限", "Satisfaction and its bounds, place by place"),
		Note:    r.T("两个单位的上下限相重叠，就分不出谁更让群众满意。", "Where the bounds of two places overlap, nothing says which satisfies households more."),
		Columns: []Column{text(r.levelName(r.below().level)), onBase(r.T("满意率（有答复的）", "Satisfied, of answers"), "%"), onBase(r.T("答复率", "Answered"), "%"), number(r.T("下限 %", "Lower %")), number(r.T("上限 %", "Upper %")), text(r.T("判断", "Judgement"))}}
	for _, u := range r.Below() {
		a := byUnit[u.ID]
		if a == nil || !(a.resolved > 0) {
			continue
		}
		low, high := a.bounds()
		judgement := Cell{Text: r.T("与总体分不出高下", "cannot be told from the whole")}
		switch {
		case r.tooPoor(u):
			judgement = Cell{Text: r.T("数据不足以判断", "data too poor to judge"), Tone: ToneQuiet}
		case a.resolved < math.Max(1, float64(r.Programme.Reading.MinimumBase)):
			judgement = Cell{Text: r.T("件数少，不作判断", "few issues, not judged"), Tone: ToneQuiet}
		case high < lowest:
			judgement = Cell{Text: r.T("无论如何都低于总体", "below the whole whatever the silent think"), Tone: ToneWorse}
		case low > highest:
			judgement = Cell{Text: r.T("无论如何都高于总体", "above the whole whatever the silent think"), Tone: ToneBetter}
		}
		t.Rows = append(t.Rows, []Cell{{Text: u.Name, Link: r.Link("issues", InUnit(u))}, shareCell(a.satisfied, a.answered), shareCell(a.answered, a.resolved), decimalCell(low*100, 1), decimalCell(high*100, 1), judgement})
	}
	t.Total = []Cell{{Text: r.Unit().Name}, shareCell(all.satisfied, all.answered), shareCell(all.answered, all.resolved), decimalCell(lowest*100, 1), decimalCell(highest*100, 1), {}}
	return t
}
