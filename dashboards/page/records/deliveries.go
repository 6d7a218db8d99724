package records

import (
	"context"
	"fmt"
	"math"
	"slices"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// deliveryMonths is how many months the matrix of deliveries shows, the page's month last.
const deliveryMonths = 12

// delivered is the unit whose deliveries are shown: the village that was chosen, or the only one the visitor may see, or the town.
func delivered(r block.Request) facts.Unit {
	id := r.Params.Get("place")
	if id == "" {
		id = r.Visitor.Scope.Village
	}
	if u, known := r.Snapshot.Village(id); known {
		return u
	}
	return r.Town
}

// missing counts the exports that were due in the page's month and have not come, and how many were due.
func missing(r block.Request, u facts.Unit) (lacking, due float64) {
	c := r.Came(u, r.Month, r.Deliveries.Exports...)
	return c.Denominator - c.Numerator, c.Denominator
}

// deliveryMatrix shows which exports came, month by month: of every village together, or of one.
func deliveryMatrix(r block.Request) *view.Heat {
	u := delivered(r)
	h := &view.Heat{Frame: view.Frame{ID: "deliveries", Title: r.Tf("报表报送情况：%s", "Deliveries: %s", u.Name), Language: r.Language}, Corner: r.T("报表", "Export"), Months: true,
		Means: &view.Meaning{Colour: r.T("颜色：", "Colour:"), Places: map[view.Place]string{view.SlightlyAhead: r.T("✓ 按时收到", "✓ in time"),
			view.SlightlyBehind: r.T("△ 晚于期限，或有村未报", "△ late, or some villages missing"), view.FarBehind: r.T("✗ 没有收到", "✗ nothing came")}}}
	if len(r.Deliveries.Exports) == 0 {
		h.State, h.Reason, h.Next, h.NextLink = view.Empty, r.T("本镇没有规定每月应报哪些报表。", "The town has set no export as due every month."), r.T("工作标准", "Standards"), r.Link("standards")
		return h
	}
	if u.Level == facts.LevelTown {
		h.Note = r.Tf("格中为收到的村数，共%d个村。", "Cells say of how many of the %d villages it came.", len(r.Villages))
	}
	months := r.MonthsUpTo()
	months = months[max(0, len(months)-deliveryMonths):]
	h.Columns = block.MonthColumns(r, months)
	for _, export := range r.Deliveries.Exports {
		row := view.HeatRow{Name: r.ExportName(export)}
		for _, month := range months {
			row.Cells = append(row.Cells, deliveryCell(r, u, month, export))
		}
		h.Rows = append(h.Rows, row)
	}
	return h
}

// deliveryCell is what came of one export in one month.
func deliveryCell(r block.Request, u facts.Unit, month, export string) view.HeatCell {
	c := r.Came(u, month, export)
	if c.Denominator == 0 {
		return view.HeatCell{Value: view.Value{Unknown: r.T("当月不应报", "not due")}}
	}
	village := u.Level == facts.LevelVillage
	late := village && c.Numerator > 0 && !r.Deliveries.InTime(u.ID, month, export)
	if !village {
		late = c.Numerator < c.Denominator || slices.ContainsFunc(r.Villages, func(v facts.Unit) bool {
			return r.Came(v, month, export).Numerator > 0 && !r.Deliveries.InTime(v.ID, month, export)
		})
	}
	cell := view.HeatCell{Value: view.Value{X: c.Numerator, Text: reading.Count(c.Numerator), Numerator: c.Numerator, Denominator: c.Denominator}, Place: view.SlightlyAhead}
	mark := "✓"
	switch {
	case c.Numerator == 0:
		cell.Place, mark = view.FarBehind, "✗"
	case late:
		cell.Place, mark = view.SlightlyBehind, "△"
	}
	if village {
		cell.Value.Text = mark
	} else if cell.Place != view.SlightlyAhead {
		cell.Value.Text = mark + " " + cell.Value.Text
	}
	return cell
}

// chooseVillage asks whose deliveries are to be shown.
func chooseVillage(r block.Request) view.Form {
	u := delivered(r)
	place := view.Field{Name: "place", Label: r.T("看哪个村", "Whose"), Choices: []view.Choice{{Value: r.Town.ID, Name: r.T("全镇各村", "All villages"), Chosen: u.Level == facts.LevelTown}}}
	for _, village := range r.Villages {
		place.Choices = append(place.Choices, view.Choice{Value: village.ID, Name: village.Name, Chosen: village.ID == u.ID})
	}
	fields := []view.Field{place}
	if r.MonthChosen() {
		fields = append(fields, view.Field{Name: "month", Value: r.Month, Hidden: true})
	}
	return view.Form{Method: "get", Address: "/data#figure-deliveries", Fields: append(fields, block.KeepLanguage(r)...), Label: r.T("查看", "Show")}
}

// validityTrend draws what share of the rows handed in was accepted, month by month.
func validityTrend(ctx context.Context, r block.Request) (view.Block, error) {
	own, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelTown, Unit: r.Town.ID, From: r.FirstMonth, To: r.Month}, "validity")
	if err != nil {
		return nil, err
	}
	title, months := r.T("每月接收的比例", "Share of rows accepted, by month"), r.MonthsUpTo()
	line := chart.Line{Name: title}
	t := view.Table{ID: "validity", Title: title, Columns: []view.Column{view.Words(r.T("月份", "Month")), block.Column(r, "validity")}}
	for _, month := range months {
		v := own.At("validity", r.Town.ID, month)
		line.Values = append(line.Values, v.Drawn())
		t.Rows = append(t.Rows, []view.Cell{{Text: month}, block.Cell(r, v)})
	}
	if !slices.ContainsFunc(line.Values, func(x float64) bool { return !math.IsNaN(x) }) {
		return view.Callout{Tone: view.ToneQuiet, Title: title, Text: r.T("还没有文件。", "There are no files yet.")}, nil
	}
	low, high := 100.0, 100.0
	for _, x := range line.Values {
		if !math.IsNaN(x) {
			low = min(low, math.Floor(x)-1)
		}
	}
	low = max(0, low)
	drawn, err := chart.Series{Lang: r.Lang, ID: "validity", Label: title, Months: months, Number: chart.Percent, Lines: []chart.Line{line}, Min: &low, Max: &high, Height: chart.Short}.Draw()
	if err != nil {
		return nil, fmt.Errorf("draw validity: %w", err)
	}
	return &view.Chart{Title: title, Note: r.T("接收的行 ÷ 读入的行（标题、合计、空行不计）。", "Rows accepted ÷ rows read, without titles, totals and blank rows."), Chart: drawn, Table: t}, nil
}
