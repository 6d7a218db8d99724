package records

import (
	"math"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/pipelines"
	"hulian/queries"
	"hulian/queries/reading"
)

// shownChanges is how many changes of headline figures stand at once.
const shownChanges = 60

// figureChange is a change with the run that published it.
type figureChange struct {
	pipelines.FigureChange
	run pipelines.Run
}

// figureChanges lists which headline figures runs published otherwise than the run before, and whose files moved them; of one run
// where it is named.
func figureChanges(r block.Request, all []pipelines.Run, id string) []view.Block {
	var changes []figureChange
	for _, run := range all {
		for _, c := range run.Changed {
			if id == "" || run.ID == id {
				changes = append(changes, figureChange{c, run})
			}
		}
	}
	t := &view.Table{ID: "figures", Stacked: true, Title: r.T("总览数字的变动", "Changes of headline figures"), Empty: r.T("没有变动。", "None has changed."),
		Note: r.T("与上一次发布相比；“文件”是这次运行中含有该指标所用数据的文件。新的月份不算变动。", "Against what the run before published. The files are those of the run that hold what the figure is made of. A new month is no change.")}
	t.PageRows = shownChanges
	view.Fill(t, changes,
		view.Of(view.Day(r.T("时间", "When")), func(c figureChange) view.Cell {
			return view.Cell{Text: r.Clock(c.run.StartedAt).Format("2006-01-02 15:04"), Link: r.Link("runs", question.With("run", c.run.ID)) + "#table-log"}
		}),
		view.Of(view.Words(r.T("指标", "Figure")), func(c figureChange) view.Cell { return view.Plain(figureName(r, c.To.Measure)) }),
		view.Of(view.Day(r.T("月份", "Month")), func(c figureChange) view.Cell { return view.Plain(c.To.Month) }),
		view.Of(view.Rate(r.T("原来", "From"), ""), func(c figureChange) view.Cell { return figureCell(r, c.From) }),
		view.Of(view.Rate(r.T("现在", "To"), ""), func(c figureChange) view.Cell { return figureCell(r, c.To) }),
		view.Of(view.Words(r.T("谁的文件", "By whose file")), func(c figureChange) view.Cell { return view.Plain(whose(r, c.FigureChange)) }))
	return []view.Block{t}
}

// figureName is the name of a measure; its ID where this version does not know it.
func figureName(r block.Request, id string) string {
	if m, known := queries.MeasureOf(id); known {
		return m.Name.In(r.Lang)
	}
	return id
}

// figureCell shows a figure as pages show the value of a measure.
func figureCell(r block.Request, f pipelines.Figure) view.Cell {
	number := func(x *float64) float64 {
		if x == nil {
			return math.NaN()
		}
		return *x
	}
	measure, _ := queries.MeasureOf(f.Measure)
	v := facts.Value{Measure: &measure, Unit: r.Town.ID, Month: f.Month, Num: number(f.Numerator), Den: number(f.Denominator), Value: number(f.Value)}
	shown := view.Cell{Text: v.Text(r.Lang), Base: v.Base(r.Lang)}
	if v.Known() {
		shown.Value = reading.Plain(v.Shown(), reading.Decimals(measure.Unit))
	}
	if v.Rate() && !math.IsNaN(v.Den) {
		shown.Num, shown.Den = reading.Plain(v.Num, 0), reading.Plain(v.Den, 0)
	}
	return shown
}

// whose names the files that may have moved a figure and who handed them in.
func whose(r block.Request, c pipelines.FigureChange) string {
	if len(c.Files) == 0 {
		if c.By == "" {
			return r.T("没有新文件：设置、规则或时间变了", "no file: a setting, a rule or the day is another")
		}
		return r.Tf("%s 填写的决定", "what %s entered", c.By)
	}
	var all []string
	for _, f := range c.Files {
		by := f.By
		if by == "" {
			by = r.T("收件箱或来源，无人署名", "inbox or source, nobody signed")
		}
		if f.AcceptedBy != "" {
			by += r.Tf("，%s 复核", ", accepted by %s", f.AcceptedBy)
		}
		all = append(all, r.Tf("%[1]s（%[2]s）", "%[1]s (%[2]s)", f.Name, by))
	}
	return strings.Join(all, r.T("、", ", "))
}
