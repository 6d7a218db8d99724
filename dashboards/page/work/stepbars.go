package work

import (
	"context"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries/flow"
	"hulian/queries/reading"
	"hulian/queries/stats/estimate"
)

// StepBars shows how many issues of the page's unit reached each of the five steps and how long each step took, beside the town.
func StepBars(ctx context.Context, r block.Request) (*view.Steps, error) {
	b := &view.Steps{Frame: view.Frame{ID: "steps", Title: r.T("五步办理", "The five steps"), Language: r.Language}, Against: r.Town.Name}
	steps, err := r.StepCounts(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, err
	}
	counts := countFlow(steps)
	if counts.reached[0] == 0 {
		b.State, b.Reason = view.Empty, noneCollected(r)
		return b, nil
	}
	p, err := readPassing(ctx, r)
	if err != nil {
		return nil, err
	}
	overdue, err := r.LateSteps(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, err
	}
	late := map[flow.Step]float64{}
	for _, at := range overdue {
		late[waitingStep(at)] += at.Issues
	}
	b.Note = r.Tf("%[3]s的件数，截至%[1]s；用时为%[2]s以来上报问题的中位数。", "Issues %[3]s, as of %[1]s; the time is the median of issues reported since %[2]s.", r.AsOf(r.Month).Format("2006-01-02"), r.MonthName(p.from), block.SinceStart(r))
	for i, s := range stages {
		step := view.Step{Name: s.name.In(r.Lang), Count: counted(r, counts.reached[i]), Days: untimed(r), Others: untimed(r), Waiting: view.Value{Unknown: reading.Missing}}
		if i > 0 {
			l := p.lags[i-1]
			step.Days, step.Others = dayValue(r, l.Time, l.Median), dayValue(r, l.Against, l.Against.Median)
			step.Worst = p.held && p.worst.Step == l.Step
			if !p.counted(l.Step) {
				step.Count = view.Value{Unknown: reading.Missing}
			}
			if n := late[l.Step]; n > 0 && !p.untold[l.Step] {
				step.Waiting = counted(r, n)
			}
		}
		b.Steps = append(b.Steps, step)
	}
	return b, nil
}

// waitingStep is the step that open issues wait for.
func waitingStep(i facts.LateAt) flow.Step {
	switch {
	case !i.Classified:
		return flow.Classify
	case !i.Routed:
		return flow.Route
	default:
		return flow.Resolve
	}
}

func counted(r block.Request, n float64) view.Value {
	return view.Value{X: n, Text: reading.Count(n) + r.T("件", "")}
}

// untimed is the time of the first step: there is nothing before it to count from.
func untimed(r block.Request) view.Value {
	return view.Value{Unknown: r.T("不计时", "not timed")}
}

// dayValue is the median of a step; small where too few issues entered it.
func dayValue(r block.Request, t flow.Time, median estimate.Number) view.Value {
	x, ok := median.Get()
	switch {
	case t.Entered == 0:
		return view.Value{Unknown: r.T("没有问题进入", "no issue entered it")}
	case !ok:
		return view.Value{Unknown: r.T("过半未完成", "more than half are not done")}
	}
	return view.Value{X: x, Text: reading.Decimal(x, 1) + r.T("天", " days"), Few: t.Entered < r.Programme.Reading.MinimumBase}
}

// noneCollected says that no issue came since the programme's start, which is no good news in itself.
func noneCollected(r block.Request) string {
	return r.Tf("%s这里没有收集到群众问题。少不等于好：也可能是没有上报。", "No issue has been reported here %s. Few is not good in itself: it may be silence.", block.SinceStart(r))
}
