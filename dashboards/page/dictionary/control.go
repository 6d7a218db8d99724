package dictionary

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/spc"
)

// controlled draws a measure's months as its reading sees them: the centre and the control limits of each phase, points
// that signal in the colour of their direction, points that are not judged hollow. A measure whose months are no sample
// of a process (a stock, a filling count) is drawn with the interval of each month instead.
func controlled(r block.Request, own facts.Measured, m queries.Measure) (*view.Chart, error) {
	unit, months := r.Unit(), r.MonthsUpTo()
	values := own.Series(m.ID, unit.ID, months)
	read := r.Read(values)
	series := chart.Series{Lang: r.Lang, ID: "series", Label: m.Name.In(r.Lang), Months: months, Number: block.NumberOf(m), Marks: block.Marks(r, unit), Target: block.TargetShown(r, m),
		TargetName: r.T("目标", "target")}
	if m.Unit != "share" { // there every tick says it
		series.Unit = strings.TrimSpace(r.Suffix(m.Unit))
	}
	table := view.Table{ID: "series", Title: m.Name.In(r.Lang), Columns: []view.Column{view.Words(r.T("月份", "Month")), block.Column(r, m.ID)}}
	line, hollow := chart.Line{Name: unit.Name, Colour: chart.Blue}, false
	for _, v := range values {
		line.Values = append(line.Values, v.Drawn())
		line.Hollow = append(line.Hollow, block.Caution(r, v) != "")
		hollow = hollow || v.Reason == "" && block.Caution(r, v) != ""
		table.Rows = append(table.Rows, []view.Cell{{Text: v.Month}, block.BehindPicture(r, v)})
	}
	series.Lines = []chart.Line{line}
	c := &view.Chart{Title: fmt.Sprintf("%s · %s", m.Name.In(r.Lang), unit.Name)}
	if len(read.Chart.Points) > 0 {
		addLimits(r, &series, &table, read)
	}
	if len(series.Bands) > 0 {
		c.Note = r.T("灰带：正常波动的范围，虚线：中心线；启动后另起一段。带内的升降属于正常波动。", "Grey band: common variation; dashed: centre; a new phase begins with the programme. What moves inside the band is common variation.")
		if read.Heading != 0 {
			c.Note += r.T("最近一段还在变动，没有稳定在一个水平，这一段的中心线和界限只作参考。", " The newest phase is still moving and holds no level yet: its centre and limits are provisional.")
		}
	}
	if read.Method == reading.RunChart {
		c.Note += r.T("最近一段不足12个月：虚线是中位数，不设界限。", " The newest phase has fewer than 12 months: the dashed line is its median, and it has no limits.")
	}
	if len(series.Bands) == 0 && m.Unit == "share" && len(read.Chart.Points) == 0 {
		addIntervals(r, &series, &table, values)
		c.Note = r.T("灰带：每月的 95% 区间。", "Grey band: the 95% interval of each month.")
	}
	if hollow {
		c.Note += r.T("", " ") + block.HollowNote(r)
	}
	c.Note = strings.TrimSpace(c.Note + r.T("", " ") + block.GapNote(r, values))
	c.Note = strings.TrimSpace(c.Note + r.T("", " ") + block.MarkNote(r, unit))
	drawn, err := series.Draw()
	if err != nil {
		return nil, err
	}
	c.Chart, c.Table = drawn, table
	return c, nil
}

// readingGrounds says how the months were read, folded; nil where they were not.
func readingGrounds(r block.Request, read reading.Reading) view.Block {
	how := read.How(r.Lang)
	if how == "" {
		return nil
	}
	return view.Grounds{ID: "reading-grounds", Title: r.T("依据：怎样判读", "Grounds: how the months are read"), Blocks: []view.Block{view.Text{Paragraphs: []string{reading.Sentence(how, r.Lang),
		r.T("XmR、p、p′、c、u、u′ 是控制图的种类。规则1：超出控制界限；规则2：连续七次在均值同一侧；规则3：连续七次上升或下降；规则4：三次中有两次接近界限。走势图：不足12个月，只有中位数，不设界限。",
			"XmR, p, p′, c, u and u′ are kinds of control charts. Rule 1: outside the limits; rule 2: seven running on one side of the mean; rule 3: seven rising or falling in a row; rule 4: two of three close to a limit. A run chart, of fewer than 12 months, has a median and no limits.")}}}}
}

// addLimits adds centre, limits and signals of the reading's chart, month by month.
func addLimits(r block.Request, series *chart.Series, table *view.Table, read reading.Reading) {
	m := read.Measure
	n := len(series.Months)
	blank := func() []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = math.NaN()
		}
		return values
	}
	at := map[string]int{}
	for i, month := range series.Months {
		at[month] = i
	}
	// Each phase has lines of its own, or the limits would seem to glide from one phase into the next.
	phases := map[int]int{}
	var centres []chart.Line
	signals := signalLines(r, blank)
	decimals := reading.Decimals(m.Unit)
	table.Columns = append(table.Columns, view.Number(r.T("下限", "Lower limit")), view.Number(r.T("中心线", "Centre")), view.Number(r.T("上限", "Upper limit")), view.Words(r.T("信号", "Signal")))
	for i := range table.Rows {
		table.Rows[i] = append(table.Rows[i], view.Cell{Text: reading.Missing}, view.Cell{Text: reading.Missing}, view.Cell{Text: reading.Missing}, view.Cell{})
	}
	for i, point := range read.Chart.Points {
		j, ok := at[read.Months[min(i, len(read.Months)-1)]]
		if !ok {
			continue
		}
		shown := func(x estimate.Number) float64 {
			if !x.Known {
				return math.NaN()
			}
			return reading.Shown(m, x.Value)
		}
		k, ok := phases[point.Phase]
		if !ok {
			k = len(centres)
			phases[point.Phase] = k
			centres = append(centres, chart.Line{Name: r.T("中心线", "centre"), Values: blank(), Colour: chart.Grey, Dashed: true, Plain: true})
			series.Bands = append(series.Bands, chart.Band{Name: r.T("正常波动的范围", "common variation"), Low: blank(), High: blank(), Colour: chart.Grey})
		}
		lower, centre, upper := shown(point.Lower), shown(point.Centre), shown(point.Upper)
		series.Bands[k].Low[j], series.Bands[k].High[j], centres[k].Values[j] = lower, upper, centre
		row := table.Rows[j]
		row[2], row[3], row[4] = view.Decimal(lower, decimals), view.Decimal(centre, decimals), view.Decimal(upper, decimals)
		rule, sign := read.SignalAt(i)
		if rule == spc.CommonCause || series.Lines[0].Hollow[j] {
			continue
		}
		kind, tone := signalOf(m, sign)
		signals[kind].Values[j] = series.Lines[0].Values[j]
		row[5] = view.Cell{Text: r.Tf("%s（规则 %d）", "%s (rule %d)", signals[kind].Name, reading.RuleNumbers[rule]), Tone: tone}
	}
	// A measure of several months together is read at every third month: its limits hold in between, and a point alone
	// would not be drawn.
	for k := range centres {
		bridge(centres[k].Values)
		bridge(series.Bands[k].Low)
		bridge(series.Bands[k].High)
	}
	// What is known of no month is not drawn, and the legend must not name it.
	none := func(values []float64) bool {
		return !slices.ContainsFunc(values, func(v float64) bool { return !math.IsNaN(v) })
	}
	series.Lines = append(series.Lines, slices.DeleteFunc(centres, func(l chart.Line) bool { return none(l.Values) })...)
	series.Bands = slices.DeleteFunc(series.Bands, func(b chart.Band) bool { return none(b.Low) && none(b.High) })
	for _, line := range signals {
		if !none(line.Values) {
			series.Lines = append(series.Lines, line)
		}
	}
}

// bridge fills the gaps between known values with the value before them.
func bridge(values []float64) {
	last := -1
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		for k := last + 1; last >= 0 && k < i; k++ {
			values[k] = values[last]
		}
		last = i
	}
}

// signalLines are points without a line between them, in the order of signalOf.
func signalLines(r block.Request, blank func() []float64) []chart.Line {
	return []chart.Line{
		{Name: r.T("改善信号", "improving"), Values: blank(), Colour: chart.Blue, Points: true},
		{Name: r.T("变差信号", "worsening"), Values: blank(), Colour: chart.Orange, Points: true},
		{Name: r.T("变化信号", "change"), Values: blank(), Colour: chart.Dark, Points: true},
	}
}

// signalOf says which of addLimits' signals a point belongs to: 0 improving, 1 worsening, 2 neither.
func signalOf(m queries.Measure, sign int) (int, view.Tone) {
	switch {
	case m.Direction == queries.Neutral:
		return 2, view.ToneNone
	case (m.Direction == queries.Up) == (sign > 0):
		return 0, view.ToneBetter
	default:
		return 1, view.ToneWorse
	}
}

// addIntervals adds the 95% interval of each month.
func addIntervals(r block.Request, series *chart.Series, table *view.Table, values []facts.Value) {
	band := chart.Band{Name: r.T("95% 区间", "95% interval"), Colour: chart.Grey}
	table.Columns = append(table.Columns, view.Words(r.T("95% 区间", "95% interval")))
	for i, v := range values {
		low, high := v.Interval()
		cell := view.Cell{Text: cmp.Or(reading.ShareRange(low, high), reading.Missing)}
		if low, high = low*100, high*100; math.IsNaN(low) {
			low, high = v.Shown(), v.Shown()
		}
		band.Low, band.High = append(band.Low, low), append(band.High, high)
		table.Rows[i] = append(table.Rows[i], cell)
	}
	series.Bands = []chart.Band{band}
}
