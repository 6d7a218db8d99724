package places

import (
	"math"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/compare"
	"hulian/queries/reading"
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

// conditions lists what must hold, with what the data say of each in numbers. It judges nothing anew: each state is what the
// comparison itself found.
func conditions(r block.Request, result compare.Result, others []compare.Result, registered plans, seen compare.Panel) *view.Table {
	t := &view.Table{ID: "conditions", Title: r.T("结论成立的条件", "What must hold"), Note: r.T("✓ 数据支持；? 数据答不了，请核对；✗ 数据不支持", "✓ the data agree; ? they cannot tell, please check; ✗ they do not")}
	all := []condition{plannedFirst(r, result, registered), corrected(r, result), alikeBefore(r, result), notPicked(r, result), notChance(r, result), notOneVillage(r, result), complete(r, result), notCopied(r, result), noOtherPolicy(r, result),
		recordedAlike(r, result, others), trendsMayPart(r, result), enough(r, result, seen)}
	words := map[held]view.Cell{holds: {Text: "✓", Value: r.T("成立", "holds"), Tone: view.ToneBetter}, open: {Text: "?", Value: r.T("待核实", "to be checked"), Tone: view.ToneQuiet}, broken: {Text: "✗", Value: r.T("不成立", "does not hold"), Tone: view.ToneWorse}}
	view.Fill(t, all,
		view.Of(view.Words(r.T("成立", "Holds")), func(c condition) view.Cell { return words[c.state] }),
		view.Of(view.Words(r.T("条件", "Condition")), func(c condition) view.Cell { return view.Plain(c.name) }),
		view.Of(view.Words(r.T("数据怎么说", "What the data say")), func(c condition) view.Cell { return view.Cell{Text: c.answer, Link: c.link} }))
	return t
}

// alikeBefore is what a start some months too early would seem to have done, with its interval and the bound it is held against.
func alikeBefore(r block.Request, result compare.Result) condition {
	c := condition{name: r.T("启动前走势相近", "Alike before the start"), answer: r.T("启动前月份太少", "too few months before")}
	p := result.Placebo
	if p == nil {
		return c
	}
	m := result.Measure
	within := r.T("没有区间", "no interval")
	if !math.IsNaN(p.Low) {
		within = reading.DifferenceRange(m, p.Low, p.High, r.Lang)
	}
	c.answer = r.Tf("启动前之差%[1]s（%[2]s）；不超过±%[3]s算相近", "difference then %[1]s (%[2]s); alike is within ±%[3]s", reading.Difference(m, p.Effect, r.Lang), within,
		strings.TrimLeft(reading.Difference(m, result.Bound(), r.Lang), "+"))
	switch result.AlikeBefore() {
	case compare.WereAlike:
		c.state = holds
	case compare.WereApart:
		c.state = broken
	case compare.AlikeUnsure:
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

// notChance is how often picking the pilots by lot would show as much, with the interval that the same test gives.
func notChance(r block.Request, result compare.Result) condition {
	c := condition{name: r.T("不像是偶然", "Not by chance"), answer: r.T("无法推算", "cannot be told")}
	p, ok := result.P.Get()
	if !ok {
		return c
	}
	c.answer, c.state = r.Tf("偶然可能性约%s", "chance about %s", reading.Percent(p)), broken
	if !math.IsNaN(result.Low) {
		c.answer += r.Tf("，区间%s", ", interval %s", reading.DifferenceRange(result.Measure, result.Low, result.High, r.Lang))
	}
	if result.ZeroRuledOut() {
		c.state = holds
	}
	return c
}

// notOneVillage is what is left of the effect whichever village is left out.
func notOneVillage(r block.Request, result compare.Result) condition {
	c := condition{name: r.T("不靠个别村", "Not carried by one village"), answer: r.Tf("一边只有%d个村，去掉就没有了", "a side has but %d: nothing is left without it", min(len(result.Pilots), len(result.Others)))}
	low, high := result.WithoutOne()
	if math.IsNaN(low) {
		return c
	}
	c.answer, c.state = r.Tf("任去一村，差在%s之间", "whichever is left out, %s", reading.DifferenceRange(result.Measure, low, high, r.Lang)), broken
	if low*high > 0 && math.Min(math.Abs(low), math.Abs(high)) >= math.Abs(result.Effect)/2 {
		c.state = holds
	}
	return c
}

// notCopied is how the others moved: had they copied the pilots, they would have moved too, and the difference would be too small.
func notCopied(r block.Request, result compare.Result) condition {
	before, after := sides(result)
	return condition{name: r.T("对照村没有学样", "The others did not copy"), answer: r.Tf("对照村同期%s，请核对", "they moved by %s, please check", reading.Difference(result.Measure, after[1]-before[1], r.Lang))}
}

// noOtherPolicy counts what is known to have come to a side at the time: the supports.
func noOtherPolicy(r block.Request, result compare.Result) condition {
	c := condition{name: r.T("同期没有其他政策", "No other policy then"), answer: r.T("没有帮扶台账，请核对", "no supports are recorded, please check")}
	window := slices.Concat(result.Design.Before, result.Design.After)
	if len(r.Supports) == 0 || len(window) == 0 {
		return c
	}
	var given [2]int
	for i, rows := range [][]compare.Row{result.Pilots, result.Others} {
		for _, s := range r.Supports {
			month := facts.FirstSeven(s.Started)
			if month >= window[0] && month <= window[len(window)-1] && slices.ContainsFunc(rows, func(x compare.Row) bool { return x.ID == s.Village }) {
				given[i]++
			}
		}
	}
	c.answer = r.Tf("时段内帮扶：试点%[1]d项，对照%[2]d项，请核对", "supports begun then: pilots %[1]d, others %[2]d, please check", given[0], given[1])
	return c
}

// recordedAlike is what tells most of a change in recording: the share of doubtful visits where visits are compared, else how much was
// recorded a month.
func recordedAlike(r block.Request, result compare.Result, others []compare.Result) condition {
	c := condition{name: r.T("登记方式没有变", "Recording did not change"), link: r.Link("data")}
	doubtful := slices.IndexFunc(others, func(x compare.Result) bool { return x.Measure.ID == doubtfulShare && x.Verdict != compare.NotEstimable })
	if result.Measure.Group == "visits" && doubtful >= 0 {
		m := others[doubtful].Measure
		before, after := sides(others[doubtful])
		text := func(x float64) string { return reading.Text(m, x, r.Lang) }
		c.answer = r.Tf("存疑走访：试点%[1]s→%[2]s，对照%[3]s→%[4]s", "doubtful visits: pilots %[1]s → %[2]s, others %[3]s → %[4]s", text(before[0]), text(after[0]), text(before[1]), text(after[1]))
		return c
	}
	var monthly [4]string
	for i, rows := range [][]compare.Row{result.Pilots, result.Others} {
		var before, after float64
		for _, x := range rows {
			before, after = before+x.Before.Denominator, after+x.After.Denominator
		}
		monthly[2*i], monthly[2*i+1] = reading.Count(before/float64(len(result.Design.Before))), reading.Count(after/float64(len(result.Design.After)))
	}
	c.answer = r.Tf("每月基数：试点%[1]s→%[2]s，对照%[3]s→%[4]s", "base a month: pilots %[1]s → %[2]s, others %[3]s → %[4]s", monthly[0], monthly[1], monthly[2], monthly[3])
	return c
}

// doubtfulShare is the measure that tells how far records of visits can be trusted.
const doubtfulShare = "doubtful_visits"

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
func enough(r block.Request, result compare.Result, seen compare.Panel) condition {
	c := condition{name: r.T("村够多", "Villages enough"), state: holds, answer: r.Tf("试点%[1]d个，对照%[2]d个", "%[1]d pilots, %[2]d others", len(result.Pilots), len(result.Others))}
	if x, known := compare.Checked(seen).Smallest.Get(); known {
		c.answer += r.Tf("；能查出的最小变化约%s", "; the smallest change found 80%% of the time is about %s", strings.TrimLeft(reading.Difference(result.Measure, x, r.Lang), "+"))
	}
	if result.Few {
		c.state = broken
	}
	return c
}

// trendsMayPart is how far the two sides may part by themselves before the effect is no longer told from none.
func trendsMayPart(r block.Request, result compare.Result) condition {
	c := condition{name: r.T("走势略有偏离仍成立", "Holds if trends part a little"), answer: r.T("每边不足8个村，无法推算", "fewer than 8 villages on a side: cannot be worked out")}
	x, known := result.Bends.Breakdown.Get()
	if !known {
		return c
	}
	c.answer = r.Tf("偏离到启动前最大逐月变动的%s倍以内仍成立", "up to %s times the largest change from month to month before", reading.Decimal(x, 1))
	switch {
	case x >= 1:
		c.state = holds
	case x == 0:
		c.state = broken
	}
	return c
}
