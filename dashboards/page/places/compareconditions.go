package places

import (
	"math"

	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/compare"
	"hulian/queries/reading"
)

// What the comparison calls strong evidence and some evidence, as the chance of a difference as large by lot.
const (
	seldom    = .05
	sometimes = .10
)

// held says whether a condition holds as far as the data tell.
type held int

const (
	open   held = iota // the data cannot answer: somebody has to check
	holds              // the data are in line with it
	broken             // the data speak against it
)

// condition is one thing that must hold for the number to mean what it says, with the number that answers it.
type condition struct {
	name, answer, link string
	state              held
}

// conditions lists what must hold, with what the data say of each. It judges nothing anew: each state is what the comparison
// itself found.
func conditions(r block.Request, result compare.Result) *view.Table {
	t := &view.Table{ID: "conditions", Title: r.T("结论成立的条件", "What must hold"), Note: r.T("✓ 数据支持；? 数据答不了，请核对；✗ 数据不支持", "✓ the data agree; ? they cannot tell, please check; ✗ they do not")}
	all := []condition{alikeBefore(r, result), notPicked(r, result), notChance(r, result), clearOfZero(r, result), complete(r, result),
		{name: r.T("对照村没有学样", "The others did not copy"), answer: r.T("请核对", "please check")},
		{name: r.T("同期没有其他政策", "No other policy then"), answer: r.T("请核对", "please check")},
		{name: r.T("登记方式没有变", "Recording did not change"), answer: r.T("看数据状况", "see the data"), link: r.Link("data")}, enough(r, result)}
	words := map[held]view.Cell{holds: {Text: "✓", Value: r.T("成立", "holds"), Tone: view.ToneBetter}, open: {Text: "?", Value: r.T("待核实", "to be checked"), Tone: view.ToneQuiet}, broken: {Text: "✗", Value: r.T("不成立", "does not hold"), Tone: view.ToneWorse}}
	view.Fill(t, all,
		view.Of(view.Words(r.T("成立", "Holds")), func(c condition) view.Cell { return words[c.state] }),
		view.Of(view.Words(r.T("条件", "Condition")), func(c condition) view.Cell { return view.Plain(c.name) }),
		view.Of(view.Words(r.T("数据怎么说", "What the data say")), func(c condition) view.Cell { return view.Cell{Text: c.answer, Link: c.link} }))
	return t
}

// alikeBefore is what a start some months too early would seem to have done.
func alikeBefore(r block.Request, result compare.Result) condition {
	c := condition{name: r.T("启动前走势相近", "Alike before the start"), answer: r.T("启动前月份太少", "too few months before")}
	if result.Placebo == nil {
		return c
	}
	c.answer = r.Tf("启动前之差%s", "difference then %s", reading.Difference(result.Measure, result.Placebo.Effect, r.Lang))
	switch result.Before() {
	case compare.Calm:
		c.state = holds
	case compare.Restless, compare.Noisy:
		c.state = broken
	case compare.Uneasy, compare.Unseen:
	}
	return c
}

// notPicked is whether the pilots stood where the others did.
func notPicked(r block.Request, result compare.Result) condition {
	before, _ := sides(result)
	m := result.Measure
	c := condition{name: r.T("不是专挑好村、差村", "Not picked for their state"), state: holds, answer: r.Tf("启动前%s对%s", "before: %s against %s", reading.Text(m, before[0], r.Lang), reading.Text(m, before[1], r.Lang))}
	switch {
	case result.Regression():
		c.state = broken
	case m.Direction == queries.Up && result.PilotGap > 1, m.Direction == queries.Down && result.PilotGap < -1, math.IsNaN(result.PilotGap):
		c.state = open
	}
	return c
}

// notChance is how often picking the pilots by lot would show as much.
func notChance(r block.Request, result compare.Result) condition {
	c := condition{name: r.T("不像是偶然", "Not by chance"), answer: r.T("无法推算", "cannot be told")}
	p, ok := result.P.Get()
	if !ok {
		return c
	}
	c.answer = r.Tf("偶然可能性约%s", "chance about %s", reading.Percent(p))
	switch {
	case p <= seldom:
		c.state = holds
	case p > sometimes:
		c.state = broken
	}
	return c
}

// clearOfZero is whether the interval holds no effect at all.
func clearOfZero(r block.Request, result compare.Result) condition {
	c := condition{name: r.T("区间不含零", "Interval clear of zero"), answer: r.T("村太少，没有区间", "too few villages for one")}
	if math.IsNaN(result.Low) {
		return c
	}
	c.state, c.answer = holds, reading.DifferenceRange(result.Measure, result.Low, result.High, r.Lang)
	if result.Low <= 0 && result.High >= 0 {
		c.state = broken
	}
	return c
}

// complete is whether every village of both sides has values before and after.
func complete(r block.Request, result compare.Result) condition {
	n, missing := len(result.Pilots)+len(result.Others), len(result.Missing)
	c := condition{name: r.T("两边数据齐全", "Data of both sides"), state: holds, answer: r.Tf("%d个村都有", "all %d villages", n)}
	if missing > 0 {
		c.state, c.answer = broken, r.Tf("%[2]d个村中%[1]d个缺数据", "%[1]d of %[2]d lack data", missing, n+missing)
	}
	return c
}

// enough is whether each side has villages enough for a firm interval.
func enough(r block.Request, result compare.Result) condition {
	c := condition{name: r.T("村够多", "Villages enough"), state: holds, answer: r.Tf("试点%[1]d个，对照%[2]d个", "%[1]d pilots, %[2]d others", len(result.Pilots), len(result.Others))}
	if result.Few {
		c.state = broken
	}
	return c
}
