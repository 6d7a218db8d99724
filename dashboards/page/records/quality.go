package records

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// qualityMeasures are the tiles of the panel, at the level of the town.
var qualityMeasures = []string{"completeness", "timeliness", "validity", "doubtful_share", "quarantine_open"}

// QualityTables are the parts of the page that the report shows too.
func QualityTables(ctx context.Context, r block.Request) (v view.View, err error) {
	v.Blocks, err = quality(ctx, r)
	return v, err
}

// quality says what can be judged at all: what came of what was due, by village and by export, and whose data are too
// poor. It stands apart from how the work is done: a village that sends nothing is not thereby a weak one.
func quality(ctx context.Context, r block.Request) ([]view.Block, error) {
	own, err := r.Values(ctx, r.Visitor, block.AlwaysScope(r), qualityMeasures...)
	if err != nil {
		return nil, err
	}
	var tiles []view.Stat
	for _, id := range qualityMeasures {
		if own.At(id, r.Town.ID, r.Month).Known() {
			tiles = append(tiles, block.ReadStat(r, own, id))
		}
	}
	blocks := []view.Block{view.Section{ID: "quality", Title: r.Tf("数据质量 · %s", "Data quality · %s", r.Month),
		Note: r.T("与工作成效分开看：这里说的是数据够不够用来判断，不是工作好不好。", "Kept apart from performance: this says whether the data allow a judgement, not how the work is done.")}, verdictOnData(r), view.Stats{Tiles: tiles}}
	if never := neverSent(r); never != "" {
		blocks = append(blocks, view.Callout{Tone: view.ToneQuiet, Text: never})
	}
	if len(r.Deliveries.Exports) == 0 && len(r.Programme.DataQuality.All()) > 0 {
		return blocks, nil
	}
	if len(r.Deliveries.Exports) == 0 {
		return append(blocks, view.Callout{Tone: view.ToneQuiet, Text: r.T("本镇没有规定应报哪些报表，因此不算完整率。", "The town has set no export as due, so nothing is said of completeness.")}), nil
	}
	history, err := exportHistory(r)
	if err != nil {
		return nil, err
	}
	return append(blocks, exportMatrix(r), history), nil
}

// neverSent names the exports that are due and of which no village ever sent a row: what they would tell is unknown, and no village is
// judged by it. One due once in several months is named when such a period is over; what came of the one that runs is not counted yet.
func neverSent(r block.Request) string {
	var monthly, periodic []string
	for month := r.FirstMonth; month != "" && month <= r.LastMonth; month = facts.MonthAdd(month, 1) {
		for _, due := range r.Programme.DataQuality.Due(month) {
			name := r.ExportName(due.Export)
			switch {
			case slices.Contains(r.Deliveries.Exports, due.Export) || slices.Contains(monthly, name) || slices.Contains(periodic, name):
			case due.Months == 1:
				monthly = append(monthly, name)
			case month < r.LastMonth:
				periodic = append(periodic, name)
			}
		}
	}
	separator, said := r.T("、", ", "), []string{}
	if len(monthly) > 0 {
		said = append(said, r.Tf("全镇从未报送：%s。", "Never sent by any village: %s.", strings.Join(monthly, separator)))
	}
	if len(periodic) > 0 {
		said = append(said, r.Tf("已满的季度、半年或年度全镇都没有报送：%s。", "Sent by no village for any quarter, half-year or year that is over: %s.", strings.Join(periodic, separator)))
	}
	if len(said) == 0 {
		return ""
	}
	return strings.Join(append(said, r.T("由此而来的指标未知；完整率不计这些报表，只按报送过的评价。", "What is made of them is unknown; completeness leaves them out, and villages are judged by what is sent.")), r.T("", " "))
}

// PoorVillages are those whose performance is not judged in the page's month.
func PoorVillages(r block.Request) []string {
	var names []string
	for _, u := range r.Villages {
		if r.TooPoor(u, r.Month) {
			names = append(names, u.Name)
		}
	}
	return names
}

func verdictOnData(r block.Request) view.Block {
	threshold, periods := reading.Percent(r.Programme.DataQuality.Threshold), max(1, r.Programme.WeakVillages.Periods)
	rule := r.Tf("最近 %d 个月应报的报表中收到的不到 %s，就不评价该村的工作：页面只显示数值，不判读、不比较、不入档。", "A village of whose exports due in the last %d months less than %s came is not judged: its values are shown, and neither read nor compared nor put into a tier.", periods, threshold)
	if names := PoorVillages(r); len(names) > 0 {
		return view.Callout{Tone: view.ToneWorse, Title: r.Tf("数据不足以判断的村（%d 个）：%s", "Data too poor to judge (%d): %s", len(names), strings.Join(names, r.T("、", ", "))), Text: rule}
	}
	if len(r.Villages) == 0 || len(r.Deliveries.Exports) == 0 {
		return view.Callout{Tone: view.ToneQuiet, Title: r.T("还没有数据可供判断", "There are no data to judge by yet"), Text: rule}
	}
	return view.Callout{Title: r.T("各村的数据都够用来判断", "The data of every village allow a judgement"), Text: rule}
}

// exportMatrix shows for every village which of the month's exports came, and in time, with what that means.
func exportMatrix(r block.Request) *view.Table {
	t := &view.Table{ID: "completeness", Stacked: true, Title: r.Tf("各村报表收到情况 · %s", "What came of each village's exports · %s", r.Month),
		Note:    r.T("没有一行数据，可能是没有报送，也可能当月确实没有发生，请向村里核实；确实没有的，可作零报告。", "An export without a row may not have been sent, or nothing may have happened: ask the village; if nothing did, say so under “Nothing to report”."),
		Columns: []view.Column{view.Words(r.T("村", "Village"))}}
	for _, export := range r.Deliveries.Exports {
		t.Columns = append(t.Columns, view.Words(r.ExportName(export)))
	}
	t.Columns = append(t.Columns, view.Rate(r.Tf("最近 %d 个月", "Last %d months", max(1, r.Programme.WeakVillages.Periods)), "%"), view.Words(r.T("判断", "Judgement")))
	row := func(u facts.Unit, first view.Cell) []view.Cell {
		cells := []view.Cell{first}
		for _, export := range r.Deliveries.Exports {
			cells = append(cells, cameCell(r, u, export))
		}
		complete := r.Complete(u, r.Month)
		judgement := view.Cell{Text: r.T("可以判断", "can be judged")}
		if r.TooPoor(u, r.Month) {
			judgement = view.Cell{Text: r.T("数据不足以判断", "data too poor to judge"), Tone: view.ToneWorse}
		}
		return append(cells, view.Share(complete.Numerator, complete.Denominator), judgement)
	}
	for _, u := range r.Villages {
		t.Rows = append(t.Rows, row(u, block.UnitCell(r, u.ID)))
	}
	t.Total = row(r.Town, view.Cell{Text: r.Town.Name})
	return t
}

// cameCell says whether an export came from a village, or from how many villages of the town.
func cameCell(r block.Request, u facts.Unit, export string) view.Cell {
	c := r.Came(u, r.Month, export)
	switch {
	case u.Level == facts.LevelTown:
		return view.Cell{Text: reading.Base(c.Numerator, c.Denominator)}
	case c.Denominator == 0:
		return view.Cell{Text: reading.Missing}
	case c.Numerator == 0:
		return view.Cell{Text: r.T("✗ 没有收到", "✗ nothing came"), Tone: view.ToneWorse}
	case !r.Deliveries.InTime(u.ID, r.Month, export):
		return view.Cell{Text: r.T("△ 收到，晚于期限", "△ came late"), Tone: view.ToneQuiet}
	default:
		return view.Cell{Text: r.T("✓ 按时收到", "✓ in time")}
	}
}

// exportHistory draws what share of the villages each export came from, month by month.
func exportHistory(r block.Request) (view.Block, error) {
	title, months := r.T("各报表的完整率", "Completeness, export by export"), r.MonthsUpTo()
	threshold := r.Programme.DataQuality.Threshold * 100
	s := chart.Series{Lang: r.Lang, ID: "exports", Label: title, Months: months, Number: chart.Percent, Target: &threshold, TargetName: r.T("门槛", "threshold")}
	t := view.Table{ID: "exports", Title: title, Columns: []view.Column{view.Words(r.T("月份", "Month"))}}
	for _, month := range months {
		t.Rows = append(t.Rows, []view.Cell{{Text: month}})
	}
	for _, export := range append(slices.Clone(r.Deliveries.Exports), "") {
		exports, line := []string{export}, chart.Line{Name: r.ExportName(export)}
		if export == "" {
			exports, line.Name, line.Colour = r.Deliveries.Exports, r.T("合计", "Together"), chart.Dark
		}
		t.Columns = append(t.Columns, view.Rate(line.Name, "%"))
		for i, month := range months {
			c := r.Came(r.Town, month, exports...)
			value := math.NaN()
			if c.Denominator > 0 {
				value = c.Value * 100
			}
			line.Values = append(line.Values, value)
			t.Rows[i] = append(t.Rows[i], view.Share(c.Numerator, c.Denominator))
		}
		s.Lines = append(s.Lines, line)
	}
	drawn, err := s.Draw()
	if err != nil {
		return nil, fmt.Errorf("draw completeness: %w", err)
	}
	return &view.Chart{Title: title, Note: r.T("有该报表数据的村 ÷ 全部村。", "Villages with a row of the export ÷ all villages."), Chart: drawn, Table: t}, nil
}

// Cautioned puts before a page about a place whose data are too poor that nothing on it is judged.
func Cautioned(r block.Request, v view.View) view.View {
	u := r.Unit()
	if !r.TooPoor(u, r.Month) || v.Letterhead != nil { // a document says it in its basis
		return v
	}
	c := r.Complete(u, r.Month)
	return v.Headed(view.Callout{Tone: view.ToneQuiet, Title: r.Tf("%s：数据不足以判断", "%s: data too poor to judge", u.Name),
		Text: r.Tf("近期应报 %s 份报表，只收到 %s 份（%s），低于 %s。数值照常显示，但不判读、不比较。", "Of %s exports due lately %s came (%s), below %s. Values are shown, and neither read nor compared.",
			reading.Count(c.Denominator), reading.Count(c.Numerator), reading.Percent(c.Value), reading.Percent(r.Programme.DataQuality.Threshold)),
		Next: r.T("查看收到了哪些报表", "See which exports came"), Link: r.Link("data") + "#quality"})
}
