package gallery

import (
	"fmt"
	"math"

	"hulian/dashboards/render"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

func (s *shelf) tiles() {
	detail := []view.Detail{{Name: s.T("依据", "Basis"), Text: s.T("10,881户已走访，共13,611户", "10,881 of 13,611 households visited")},
		{Name: s.T("95%区间", "95% interval"), Text: "79.2–80.6%"}, {Name: s.T("研判方法", "Method"), Text: s.T("与近24个月的正常波动相比", "against the usual range of 24 months")}}
	v := func(x float64, text string, n, d float64, tone view.Tone) view.Value {
		return view.Value{X: x, Text: text, Numerator: n, Denominator: d, Tone: tone}
	}
	gap := course(52, 3, 2, 12)
	gap.Values[8], gap.Values[9] = math.NaN(), math.NaN()
	gap.Hollow = make([]bool, 24)
	gap.Hollow[23], gap.Hollow[4] = true, true
	normal := &view.Tiles{Frame: view.Frame{ID: "tiles-normal", Language: s.Language}, Tiles: []view.Tile{
		{ID: "coverage", Label: s.T("走访覆盖率", "Visit coverage"), Value: v(79.9, "79.9%", 10881, 13611, view.ToneBetter), Change: "+1.9", Verdict: s.T("创新高", "record high"), Trend: course(46, 3.1, 1.5, 13), Details: detail, Link: "/visits"},
		{ID: "unvisited", Label: s.T("60天未走访", "Unvisited for 60 days"), Value: v(8.2, "8.2%", 1112, 13611, view.ToneBetter), Change: "−1.1", Verdict: s.T("连续下降", "still falling"), Trend: course(31, -2.2, 1.2, 13), Details: detail},
		{ID: "intime", Label: s.T("按期办结率", "Resolved in time"), Value: v(68.3, "68.3%", 129, 189, ""), Change: "−2.4", Verdict: s.T("正常波动", "usual range"), Trend: course(66, 0, 4, 24), Details: detail},
		{ID: "overdue", Label: s.T("超期件数", "Overdue issues"), Value: v(248, "248", 0, 0, view.ToneWorse), Change: "+27", Verdict: s.T("持续上升，需重点督办", "still rising: press on"), Trend: course(60, 12, 4, 8), Details: detail},
		{ID: "few", Label: s.T("特困户满意率", "Satisfaction, destitute"), Value: few(), Change: "−50", Verdict: s.T("连续下降", "still falling"), Trend: gap, Details: detail},
		{ID: "unknown", Label: s.T("对账会召开率", "Meetings held"), Value: s.unknown("组织办未报送会议表", "the office handed in no list of meetings"), Details: detail},
		{ID: "loading", Label: s.T("满意率", "Satisfaction"), State: view.Loading, Reason: s.T("约1分钟", "about a minute")},
		{ID: "failed", Label: s.T("每人服务人口", "People per hand"), State: view.Failed, Reason: s.T("人口表缺3个村", "the population list lacks 3 villages")},
		{ID: "long", Label: s.long() + s.measure(measures[0]), Value: v(1234567, "1,234,567", 0, 0, view.ToneQuiet), Change: "+12,345", Verdict: s.T("未满三十天暂不评价明细见下", "not judged before 30 days"), Trend: view.Trend{Months: months(2), Values: []float64{3, 4}}},
	}}
	s.group("tiles", "指标卡", "Tiles", append([]render.Example{s.whole("正常、基数太小、未知、正在计算、失败、长名称", "Normal, too few, unknown, loading, failed, long name", normal)},
		s.states("tiles", func(f view.Frame) view.Block { return &view.Tiles{Frame: f} })...)...)
}

func (s *shelf) heatOf(id string) *view.Heat {
	h := &view.Heat{Frame: s.frame(id, "村 × 指标", "Villages × measures"), Corner: s.T("村", "Village")}
	for i, m := range measures {
		c := view.HeatColumn{Title: s.measure(m), SortLink: s.address("sort", fmt.Sprint(i+1))}
		if i == 0 {
			c.Sorted = "ascending"
		}
		h.Columns = append(h.Columns, c)
	}
	return h
}

func (s *shelf) heat() {
	h := s.heatOf("heat-normal")
	h.Note = s.T("点格看明细，点表头排序", "A cell leads to its rows, a head sorts")
	for i, v := range villages {
		row := view.HeatRow{Name: s.name(v), Link: "/village?village=V" + fmt.Sprint(i+1)}
		if i < 2 {
			row.Tone = view.ToneWorse
		}
		for j, m := range measures {
			cell := view.HeatCell{Value: s.value(v.figures[j], m, 189), Place: v.place[j]}
			if v.place[j] == view.FarBehind {
				cell.Own = view.ToneWorse
			} else if i > 6 && j == 0 {
				cell.Own = view.ToneBetter
			}
			row.Cells = append(row.Cells, cell)
		}
		h.Rows = append(h.Rows, row)
	}
	h.Rows[3].Cells[5].Value, h.Rows[6].Cells[6].Value = few(), s.unknown("该村未报送会议表", "the village handed in no list of meetings")
	many := s.heatOf("heat-many")
	many.Search = &view.Search{Address: "/components", Name: "find", Found: s.T("最急的15个，共300个", "The 15 most urgent of 300"), All: "/components"}
	for i := range 15 {
		row := view.HeatRow{Name: s.manyName(i), Badge: map[bool]string{true: s.T("薄弱", "weak")}[i < 4]}
		for j, m := range measures {
			row.Cells = append(row.Cells, view.HeatCell{Value: s.value(float64((i*37+j*11)%100), m, 40), Place: view.Place((i*3+j*7)%5 - 2)})
		}
		many.Rows = append(many.Rows, row)
	}
	many.Rows[2].Name = s.long()
	s.group("heat", "热力表：单位 × 指标", "Heat matrix: units × measures", append([]render.Example{
		s.whole("正常，含基数太小、未知", "Normal, with a small base and an unknown value", h), s.whole("300个村、长名称", "300 villages, long name", many)},
		s.states("heat", func(f view.Frame) view.Block { return &view.Heat{Frame: f} })...)...)
}

func (s *shelf) manyName(i int) string {
	return s.Tf("第%d村", "Village %d", i+1)
}

func (s *shelf) heatMonths() {
	h := &view.Heat{Frame: s.frame("months-normal", "走访覆盖率：村 × 月（%）", "Visit coverage: villages × months (%)"), Corner: s.T("村", "Village"), Months: true}
	for _, m := range months(24) {
		title := m[2:4] + "-" + m[5:]
		h.Columns = append(h.Columns, view.HeatColumn{Title: title, Note: m})
	}
	for i, v := range villages {
		row := view.HeatRow{Name: s.name(v)}
		for j, x := range course(40+float64(i), float64(i)*0.5, 2, 10).Values {
			place := view.Place(min(max((int(x)-44)/5, -2), 2))
			row.Cells = append(row.Cells, view.HeatCell{Value: view.Value{X: x, Text: reading.Decimal(x, 0), Numerator: x * 2, Denominator: 200}, Place: place})
			if i == 3 && j > 20 {
				row.Cells[j].Value = s.unknown("未报送", "not handed in")
			}
			if i == 5 && j == 4 {
				row.Cells[j].Value = view.Value{X: 50, Text: "50", Numerator: 1, Denominator: 2}
			}
		}
		h.Rows = append(h.Rows, row)
	}
	s.group("months", "热力表：单位 × 月", "Heat matrix: units × months", s.whole("正常，含未报送", "Normal, with months not handed in", h))
}

func (s *shelf) assured() {
	a := &view.Assured{Frame: s.frame("assured-normal", "本月指标：走势 × 目标", "Measures of the month: variation × target")}
	varies := []reading.Variation{reading.Improving, reading.Improving, reading.Common, reading.Common, reading.Worsening, reading.Common, reading.Improving, reading.Unread}
	holds := []reading.Assurance{reading.HitOrMiss, reading.Met, reading.Met, reading.Missed, reading.Missed, reading.HitOrMiss, reading.Met, reading.NoTarget}
	for i, m := range measures {
		a.Measures = append(a.Measures, view.AssuredMeasure{Name: s.measure(m), Value: s.value(villages[4].figures[i], m, 189), Variation: varies[i], Assurance: holds[i], Link: "/measures"})
	}
	a.Measures = append(a.Measures, view.AssuredMeasure{Name: s.T("特困户满意率", "Satisfaction, destitute"), Value: few(), Variation: reading.Worsening, Assurance: reading.NoTarget},
		view.AssuredMeasure{Name: s.T("上交率", "Handed on"), Value: s.unknown("未报送", "not handed in"), Variation: reading.NotEnough, Assurance: reading.Missed},
		view.AssuredMeasure{Name: s.long(), Value: s.value(44, measures[0], 120), Variation: reading.Worsening, Assurance: reading.HitOrMiss})
	s.group("assured", "走势 × 目标", "Variation × assurance", append([]render.Example{s.whole("正常，含基数太小、未知、长名称", "Normal, with a small base, an unknown value, a long name", a)},
		s.states("assured", func(f view.Frame) view.Block { return &view.Assured{Frame: f} })...)...)
}
