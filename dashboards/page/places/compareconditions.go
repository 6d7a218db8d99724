package places

import (
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries/compare"
)

// conditions lists what must hold, each with the number that answers it, and where more is said of it.
func conditions(r block.Request, report compare.Report) *view.Table {
	t := &view.Table{ID: "conditions", Title: r.T("结论成立的条件", "What must hold"), Note: r.T("✓ 数据支持；? 数据答不了，请核对；✗ 数据不支持", "✓ the data agree; ? they cannot tell, please check; ✗ they do not")}
	links := map[string]string{"planned": "#plan", "unmoved": "#plan", "recorded": r.Link("data"), "complete": r.Link("data")}
	words := map[compare.Held]view.Cell{compare.Met: {Text: "✓", Value: r.T("成立", "holds"), Tone: view.ToneBetter}, compare.Unanswered: {Text: "?", Value: r.T("待核实", "to be checked"), Tone: view.ToneQuiet}, compare.Unmet: {Text: "✗", Value: r.T("不成立", "does not hold"), Tone: view.ToneWorse}}
	view.Fill(t, report.Conditions(r.Lang),
		view.Of(view.Words(r.T("成立", "Holds")), func(c compare.Condition) view.Cell { return words[c.State] }),
		view.Of(view.Words(r.T("条件", "Condition")), func(c compare.Condition) view.Cell { return view.Plain(c.Name) }),
		view.Of(view.Words(r.T("数据怎么说", "What the data say")), func(c compare.Condition) view.Cell { return view.Cell{Text: c.Answer, Link: links[c.ID]} }))
	return t
}
