package gallery

import (
	"fmt"
	"math"

	"hulian/dashboards/render"
	"hulian/dashboards/view"
)

func (s *shelf) spine() {
	p := &view.Spine{Frame: s.frame("spine-normal", "破山村与各村相比", "Poshan against the other villages"), Unit: s.name(villages[0])}
	p.Note = s.T("两道竖线之间是中间一半的村，越靠右越好", "Between the two strokes: the middle half. Further right is better")
	for i, m := range measures {
		low, high := math.Inf(1), math.Inf(-1)
		for _, v := range villages {
			low, high = min(low, v.figures[i]), max(high, v.figures[i])
		}
		best, worst := high, low
		if !m.up {
			best, worst = low, high
		}
		mid := villages[2].figures[i]
		p.Rows = append(p.Rows, view.SpineRow{Name: s.measure(m), Value: toned(s.value(villages[0].figures[i], m, 189), villages[0].place[i]),
			Worst: s.value(worst, m, 0), Best: s.value(best, m, 0), Low: mid - (mid-low)*0.3, Middle: mid, High: mid + (high-mid)*0.4, MiddleText: s.value(mid, m, 0).Text})
	}
	p.Rows[5].Value = few()
	p.Rows[6].Value = s.unknown("该村未报送会议表", "the village handed in no list of meetings")
	p.Rows = append(p.Rows, view.SpineRow{Name: s.long(), Value: toned(s.value(92, measures[0], 120), view.FarAhead), Worst: s.value(40, measures[0], 0), Best: s.value(95, measures[0], 0), Low: 60, Middle: 70, High: 80})
	s.group("spine", "脊柱图", "Spine chart", append([]render.Example{s.example("正常，含基数太小、未知、长名称", "Normal, with a small base, an unknown value, a long name", p)},
		s.states("spine", func(f view.Frame) view.Block { return &view.Spine{Frame: f} })...)...)
}

func (s *shelf) tiers() []view.Tier {
	return []view.Tier{{ID: "weak", Name: s.T("薄弱", "Weak"), Place: view.FarBehind}, {ID: "watch", Name: s.T("关注", "Watch"), Place: view.SlightlyBehind},
		{ID: "usual", Name: s.T("正常", "Usual"), Place: view.Among}, {ID: "ahead", Name: s.T("领先", "Ahead"), Place: view.SlightlyAhead}, {ID: "unknown", Name: s.T("数据不足", "Too few data"), Poor: true}}
}

func (s *shelf) tileMap() {
	m := &view.TileMap{Frame: s.frame("map-normal", "各村状态", "How the villages stand"), Tiers: s.tiers()}
	for i, v := range villages {
		tier, said := "usual", ""
		switch i {
		case 0, 1:
			tier, said = "weak", s.T("第3月", "month 3")
		case 4:
			tier = "watch"
		case 9:
			tier = "ahead"
		case 6:
			tier = "unknown"
		}
		m.Squares = append(m.Squares, view.Square{Column: v.column, Row: v.row, Name: s.name(v), Short: string([]rune(v.zh)[:2]), Tier: tier, Said: said, Link: "/village?village=V" + fmt.Sprint(i+1)})
	}
	many := &view.TileMap{Frame: s.frame("map-many", "300个村", "300 villages"), Tiers: s.tiers()}
	for i := range 300 {
		tier := "usual"
		if i%37 == 0 {
			tier = "weak"
		} else if i%17 == 0 {
			tier = "watch"
		}
		many.Squares = append(many.Squares, view.Square{Name: s.manyName(i), Short: fmt.Sprint(i + 1), Tier: tier, Link: "/village"})
	}
	names := &view.TileMap{Frame: s.frame("map-long", "长名称", "Long names"), Tiers: s.tiers(), Squares: []view.Square{
		{Column: 1, Row: 1, Name: s.long(), Tier: "watch", Said: s.T("第12月", "month 12")}, {Column: 2, Row: 1, Name: s.name(villages[2]), Tier: "usual"}, {Column: 4, Row: 1, Name: s.name(villages[10]), Tier: "weak", Said: s.T("第1月", "month 1")},
		{Column: 3, Row: 2, Name: s.name(villages[3]), Tier: "unknown"}}}
	s.group("tilemap", "方格地图", "Tile map", append([]render.Example{s.example("正常", "Normal", m), s.example("300个村", "300 villages", many), s.example("长名称、空位", "Long names, gaps", names)},
		s.states("map", func(f view.Frame) view.Block { return &view.TileMap{Frame: f} })...)...)
}

// limitsRow is a row whose limits narrow as its base grows.
func limitsRow(name string, v view.Value) view.LimitsRow {
	r := view.LimitsRow{Name: name, Value: v}
	if v.Denominator > 0 {
		e := math.Sqrt(0.8 * 0.2 / v.Denominator * 10)
		x := v.X / 100
		own := 1.96 * math.Sqrt(x*(1-x)/v.Denominator)
		r.Low, r.High = 100*max(x-own, 0), 100*min(x+own, 1)
		r.Inner = [2]float64{100 * max(0.8-1.96*e, 0), 100 * min(0.8+1.96*e, 1)}
		r.Outer = [2]float64{100 * max(0.8-3.09*e, 0), 100 * min(0.8+3.09*e, 1)}
	}
	return r
}

func (s *shelf) limits() {
	axis := view.Axis{Suffix: "%", Max: new(float64)}
	*axis.Max = 100
	d := &view.Limits{Frame: s.frame("limits-normal", "各村走访覆盖率", "Visit coverage of the villages"), Centre: 80, CentreText: s.T("全镇79.9%", "Town 79.9%"), Axis: axis}
	d.Note = s.T("底色为本村规模下的正常范围，横线为95%区间", "Shaded: what is usual for a village of this size; the stroke is the 95% interval")
	for i, v := range villages {
		d.Rows = append(d.Rows, limitsRow(s.name(v), toned(s.value(v.figures[0], measures[0], float64(300+i*130)), v.place[0])))
	}
	d.Rows = append(d.Rows, limitsRow(s.long(), few()), limitsRow(s.manyName(11), s.unknown("户口表未报送", "the household list was not handed in")))
	many := &view.Limits{Frame: s.frame("limits-many", "各村走访覆盖率", "Visit coverage of the villages"), Centre: 80, CentreText: s.T("全镇79.9%", "Town 79.9%"), Axis: axis}
	many.More, many.MoreLink = s.T("显示最急的30个，共300个村。", "The 30 most urgent of 300 villages."), "/village"
	for i := range 30 {
		v := s.value(40+float64(i)*1.4, measures[0], float64(60+i*31%700))
		if i < 8 {
			v.Tone = view.ToneWorse
		}
		many.Rows = append(many.Rows, limitsRow(s.manyName(i*7), v))
	}
	s.group("limits", "界限图", "Dot on limits", append([]render.Example{s.example("正常，含基数太小、未知、长名称", "Normal, with a small base, an unknown value, a long name", d), s.example("300个村", "300 villages", many)},
		s.states("limits", func(f view.Frame) view.Block { return &view.Limits{Frame: f} })...)...)
}

func (s *shelf) multiples() {
	m := &view.Multiples{Frame: s.frame("multiples-normal", "各村走势（按启动先后）", "The course of the villages, by start"), Reference: course(46, 2.4, 1.5, 14).Values, Axis: view.Axis{Suffix: "%"}}
	m.Note = s.T("虚线：本村启动；灰线：全镇", "Dashed: the village's start; grey: the town")
	for i, v := range villages {
		begin := []int{15, 15, 15, 17, 17, 17, 19, 19, 19, 21, 21}[i]
		p := view.Panel{Name: s.name(v), Badge: months(24)[begin], Trend: course(44+float64(i%3), 4, 1.6, begin), Mark: begin, MarkText: s.T("启动", "start "), Link: "/village"}
		if i < 3 {
			p.Badge = s.T("试点 ", "pilot ") + p.Badge
		}
		if i > 8 {
			p.Tone, p.Trend = view.ToneWorse, course(42, 1.5, 1.8, begin)
		}
		m.Panels = append(m.Panels, p)
	}
	m.Panels[4].Trend.Values[7], m.Panels[4].Trend.Values[8] = math.NaN(), math.NaN()
	m.Panels[4].Trend.Hollow = make([]bool, 24)
	m.Panels[4].Trend.Hollow[3], m.Panels[4].Trend.Hollow[18] = true, true
	m.Panels = append(m.Panels, view.Panel{Name: s.long(), Badge: s.T("未启动", "not begun"), Mark: -1, Unknown: s.T("户口表未报送", "the household list was not handed in")})
	s.group("multiples", "小图组", "Small multiples", append([]render.Example{s.example("正常，含缺月、基数太小、未知、长名称", "Normal, with gaps, small bases, an unknown unit, a long name", m)},
		s.states("multiples", func(f view.Frame) view.Block { return &view.Multiples{Frame: f} })...)...)
}

func (s *shelf) diverging() {
	d := &view.Diverging{Frame: s.frame("diverging-normal", "比上月的变化", "Change since last month"), Axis: view.Axis{Title: s.T("百分点", "percentage points")}}
	for i, v := range villages {
		x := []float64{-6.2, -3.4, 0.4, 1.2, 2.8, 3.1, -0.6, 0, 4.9, 5.6, 12.4}[i]
		c := view.Value{X: x, Text: signed(x), Link: "/village"}
		if x < -3 {
			c.Tone = view.ToneWorse
		} else if x > 4 {
			c.Tone = view.ToneBetter
		}
		d.Rows = append(d.Rows, view.DivergingRow{Name: s.name(v), Change: c})
	}
	d.Rows = append(d.Rows, view.DivergingRow{Name: s.long(), Change: view.Value{X: -9, Text: "−9.0", Numerator: 1, Denominator: 3}},
		view.DivergingRow{Name: s.manyName(12), Change: s.unknown("上月未报送", "nothing was handed in last month")})
	s.group("diverging", "增减条", "Diverging bars", append([]render.Example{s.example("正常，含基数太小、未知、长名称", "Normal, with a small base, an unknown value, a long name", d)},
		s.states("diverging", func(f view.Frame) view.Block { return &view.Diverging{Frame: f} })...)...)
}

func signed(x float64) string {
	switch {
	case x > 0:
		return fmt.Sprintf("+%.1f", x)
	case x < 0:
		return fmt.Sprintf("−%.1f", -x)
	default:
		return "0.0"
	}
}

func (s *shelf) scatter() {
	x, y, most := 55.0, 80.0, 100.0
	p := &view.Scatter{Frame: s.frame("scatter-normal", "力量与成效", "Hands and results"), X: view.Axis{Title: s.T("每人服务人口 →", "People per hand →")}, Y: view.Axis{Title: s.T("↑ 走访覆盖率", "↑ Visit coverage"), Suffix: "%", Max: &most}, MiddleX: &x, MiddleY: &y,
		Corners: [4]string{s.T("人手足、成效好", "Enough hands, good results"), s.T("人手少、成效好", "Few hands, good results"), s.T("人手足、成效差：动员不足", "Enough hands, poor results"), s.T("人手少、成效差：力量不足", "Few hands, poor results")}}
	for _, v := range villages {
		p.Points = append(p.Points, view.ScatterPoint{Name: s.name(v), X: s.value(v.figures[7], measures[7], 0), Y: s.value(v.figures[0], measures[0], 189), Tone: toned(view.Value{}, v.place[0]).Tone})
	}
	p.Points = append(p.Points, view.ScatterPoint{Name: s.manyName(11), X: s.value(80, measures[7], 0), Y: few()}, view.ScatterPoint{Name: s.manyName(12), X: s.value(80, measures[7], 0), Y: s.unknown("未报送", "not handed in")})
	many := &view.Scatter{Frame: s.frame("scatter-many", "300个村", "300 villages"), X: p.X, Y: p.Y, MiddleX: &x, MiddleY: &y}
	for i := range 300 {
		a, b := float64(i*7919%1000)/1000, float64(i*104729%1000)/1000
		point := view.ScatterPoint{Name: s.manyName(i), X: s.value(30+a*60, measures[7], 0), Y: s.value(95-a*25-b*25, measures[0], 0)}
		if point.Y.X < 52 {
			point.Tone = view.ToneWorse
		} else if point.Y.X > 92 {
			point.Tone = view.ToneBetter
		}
		many.Points = append(many.Points, point)
	}
	many.Points[3].Name, many.Points[3].Tone = s.long(), view.ToneWorse
	s.group("scatter", "散点图", "Scatter", append([]render.Example{s.example("正常，含基数太小、未知", "Normal, with a small base and an unknown value", p), s.example("300个村、长名称", "300 villages, long name", many)},
		s.states("scatter", func(f view.Frame) view.Block { return &view.Scatter{Frame: f} })...)...)
}

func (s *shelf) forest() {
	low, high := -40.0, 80.0
	f := &view.Forest{Frame: s.frame("forest-normal", "启动前后的变化", "Change since the start"), Axis: view.Axis{Title: s.T("百分点", "percentage points"), Min: &low, Max: &high}}
	f.Note = s.T("点与95%区间；★先登记的主要指标", "Estimate and 95% interval; ★ named beforehand")
	rows := []struct {
		zh, en        string
		x, low, high  float64
		tone          view.Tone
		star, unknown bool
	}{
		{"走访覆盖率", "Visit coverage", 23.7, 18.9, 28.1, view.ToneBetter, true, false}, {"困难户走访覆盖率", "Coverage of the vulnerable", 25.2, 20, 30.4, view.ToneBetter, false, false},
		{"六十天未走访率", "Unvisited for 60 days", -17.4, -21, -13.8, view.ToneBetter, false, false}, {"满意度回访率", "Called back", 36, 20.5, 52, view.ToneBetter, false, false},
		{"对账会召开率", "Meetings held", 66, 36, 97, view.ToneBetter, false, false}, {"按期办结率", "Resolved in time", 22, 5, 40, view.ToneQuiet, false, false},
		{"认领事项超期率", "Claimed and overdue", -36, -88, 9, view.ToneQuiet, false, false}, {"超期督办率", "Overdue and pressed", -12, -20, -4, view.ToneWorse, false, false}, {"上交率", "Handed on", 0, 0, 0, "", false, true},
	}
	for _, r := range rows {
		row := view.ForestRow{Name: s.T(r.zh, r.en), Estimate: view.Value{X: r.x, Text: signed(r.x), Tone: r.tone}, Low: r.low, High: r.high, Star: r.star}
		if r.unknown {
			row.Estimate = s.unknown("启动前无记录", "nothing was recorded before the start")
		}
		f.Rows = append(f.Rows, row)
	}
	f.Rows = append(f.Rows, view.ForestRow{Name: s.long(), Estimate: view.Value{X: 12, Text: "+12.0", Few: true}, Low: -30, High: 54})
	s.group("forest", "森林图", "Forest plot", append([]render.Example{s.example("正常，含村太少、未知、长名称、超出坐标", "Normal, with too few units, an unknown value, a long name, an interval beyond the axis", f)},
		s.states("forest", func(f view.Frame) view.Block { return &view.Forest{Frame: f} })...)...)
}

func (s *shelf) gantt() {
	g := &view.Gantt{Frame: s.frame("gantt-normal", "各村何时启动", "When the villages began"), Months: months(16), Now: "2018-01"}
	g.Note = s.T("虚线：数据截至；菱形：帮扶到位", "Dashed: data as of; diamond: support came")
	g.Months = append(g.Months, "2018-02", "2018-03", "2018-04")
	for i, v := range villages {
		from := []string{"2017-05", "2017-05", "2017-05", "2017-07-03", "2017-07-03", "2017-07", "2017-09", "2017-09", "2017-09", "2017-11", "2017-11"}[i]
		r := view.GanttRow{Name: s.name(v), From: from, Link: "/village", Text: s.T("推开", "rollout"), Tone: view.ToneQuiet}
		if i < 3 {
			r.Text, r.Tone = s.T("试点", "pilot"), view.ToneNone
		}
		if i > 8 {
			r.Tone, r.Text, r.Marks = view.ToneWorse, s.T("薄弱", "weak"), []view.GanttMark{{At: "2017-12-12", Text: s.T("选派干部", "cadre sent")}}
		}
		g.Rows = append(g.Rows, r)
	}
	g.Rows[5].To = "2017-12"
	g.Rows = append(g.Rows, view.GanttRow{Name: s.long(), From: "2018-03", Planned: true, Text: s.T("计划", "planned")}, view.GanttRow{Name: s.manyName(12), Unknown: s.T("没有启动记录", "no start is recorded")})
	s.group("gantt", "时间安排", "Dated Gantt", append([]render.Example{s.example("正常，含计划、未知、长名称", "Normal, with a plan, an unknown start, a long name", g)},
		s.states("gantt", func(f view.Frame) view.Block { return &view.Gantt{Frame: f} })...)...)
}

func (s *shelf) steps() {
	days := func(x float64) view.Value { return view.Value{X: x, Text: s.Tf("%.1f天", "%.1f days", x)} }
	count := func(x float64) view.Value { return view.Value{X: x, Text: fmt.Sprint(x)} }
	p := &view.Steps{Frame: s.frame("steps-normal", "五步办理", "The five steps"), Against: s.T("全镇", "town"), Steps: []view.Step{
		{Name: s.T("收集", "Collect"), Count: count(189), Days: days(0.4), Others: days(0.5)},
		{Name: s.T("流转", "Pass on"), Count: count(171), Days: days(11.2), Others: days(3.1), Waiting: count(19), Worst: true},
		{Name: s.T("办理", "Resolve"), Count: count(129), Days: days(6.3), Others: days(5.8), Waiting: count(7)},
		{Name: s.T("反馈", "Feed back"), Count: count(3), Days: view.Value{X: 2, Text: s.T("2.0天", "2.0 days"), Few: true}, Others: days(1.6)},
		{Name: s.T("评价", "Rate"), Count: s.unknown("未报送回访表", "no call-backs were handed in"), Days: s.unknown("未报送回访表", "no call-backs were handed in")}}}
	long := &view.Steps{Frame: s.frame("steps-long", "长名称", "Long names"), Against: s.T("全镇", "town"), Steps: []view.Step{{Name: s.long(), Count: count(12345), Days: days(128.4), Others: days(3)}}}
	s.group("steps", "五步条", "Five-step bars", append([]render.Example{s.example("正常，含基数太小、未知", "Normal, with a small base and an unknown value", p), s.example("长名称", "Long name", long)},
		s.states("steps", func(f view.Frame) view.Block { return &view.Steps{Frame: f} })...)...)
}
