package places

import (
	"context"
	"slices"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// capacityScreen is the first screen of the town's capacity: where hands are fewest in one line, hands against visits with the names of
// the villages, and the people each hand serves with what they stand on.
func capacityScreen(ctx context.Context, r block.Request, villages facts.Measured) (view.Headline, view.Block, error) {
	visited, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelVillage, From: r.Month, To: r.Month}, "household_coverage")
	if err != nil {
		return view.Headline{}, nil, err
	}
	town, err := block.Judged(ctx, r)
	if err != nil {
		return view.Headline{}, nil, err
	}
	weak := map[string]bool{}
	for _, a := range signals.Assess(town) {
		weak[a.Village.ID] = a.IsWeak()
	}
	s := &view.Scatter{Frame: view.Frame{ID: "capacity-effort", Title: r.T("力量与走访", "Hands and visits"), Note: r.T("虚线为中位村，薄弱村为橙色", "dashed: the median village; weak villages are orange"), Language: r.Language},
		X: view.Axis{Title: r.T("每名人手服务人口 →", "People per hand →")}, Y: view.Axis{Title: r.T("↑ 走访覆盖率", "↑ Visit coverage"), Suffix: "%"},
		Corners: [4]string{r.T("人手足、走访多", "hands enough, many visits"), r.T("人手紧、走访多", "few hands, many visits"), r.T("人手足、走访少", "hands enough, few visits"), r.T("人手紧、走访少", "few hands, few visits")}}
	t := &view.Table{ID: "hands", Title: r.T("每名人手服务人口", "People per hand"), PageRows: mostLimits + 2, Note: r.T("人手为专职干部和可动员党员。", "Hands are full-time cadres and active members.")}
	type row struct {
		unit           facts.Unit
		hand, coverage facts.Value
	}
	var rows []row
	var xs, ys []float64
	for _, u := range r.Villages {
		at := row{u, villages.At("people_per_hand", u.ID, r.Month), visited.At("household_coverage", u.ID, r.Month)}
		rows = append(rows, at)
		tone := view.ToneNone
		if weak[u.ID] {
			tone = view.ToneWorse
		}
		p := view.ScatterPoint{Name: u.Name, X: block.DrawnValue(r, at.hand, tone), Y: block.DrawnValue(r, at.coverage, tone), Tone: tone}
		p.X.Link = r.Link("capacity", question.In(u.ID))
		s.Points = append(s.Points, p)
		if at.hand.Known() && at.coverage.Known() {
			xs, ys = append(xs, at.hand.Shown()), append(ys, at.coverage.Shown())
		}
	}
	if len(xs) == 0 {
		s.State, s.Reason = view.Empty, r.T("没有人口、干部、党员或走访的数据。", "There are no data on people, hands or visits.")
	} else {
		slices.Sort(xs)
		slices.Sort(ys)
		x, y := middleOf(xs), middleOf(ys)
		s.MiddleX, s.MiddleY = &x, &y
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		switch { // what is unknown stands last
		case !a.hand.Known() || !b.hand.Known():
			return order(a.hand.Known()) - order(b.hand.Known())
		case a.hand.Value > b.hand.Value:
			return -1
		case a.hand.Value < b.hand.Value:
			return 1
		}
		return 0
	})
	view.Fill(t, rows,
		view.Of(view.Words(r.T("村", "Village")), func(x row) view.Cell {
			return view.Cell{Text: x.unit.Name, Link: r.Link("capacity", question.In(x.unit.ID))}
		}),
		view.Of(block.Column(r, "people_per_hand"), func(x row) view.Cell { return block.Cell(r, x.hand) }),
		view.Of(block.Column(r, "household_coverage"), func(x row) view.Cell { return block.Cell(r, x.coverage) }))
	h := view.Headline{}
	if len(rows) > 0 && rows[0].hand.Known() {
		h.Rest = r.Tf("人手最紧的是%[1]s：每名人手服务%[2]s人", "Hands are fewest in %[1]s: %[2]s people a hand", rows[0].unit.Name, reading.Decimal(rows[0].hand.Value, 0))
		if s.MiddleX != nil {
			h.Rest += r.Tf("，中位村%s人", "; %s in the median village", reading.Decimal(*s.MiddleX, 0))
		}
	}
	return h, view.Row{Parts: []view.Part{{Span: 7, Blocks: []view.Block{s}}, {Span: 5, Blocks: []view.Block{t}}}}, nil
}

func order(known bool) int {
	if known {
		return 0
	}
	return 1
}

// middleOf is the median of values in order: of an even number, halfway between the two in the middle.
func middleOf(sorted []float64) float64 {
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
