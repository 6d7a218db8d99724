package block

import (
	"context"

	"hulian/dashboards/facts"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
)

// UnitTable sets measures of the units below the page's unit side by side, each leading to the page of the unit, with
// the page's own unit as the last row.
func UnitTable(ctx context.Context, r Request, id string, ids ...string) (*view.Table, error) {
	scope := BelowScope(r)
	scope.From = r.FirstMonth
	below, err := r.Values(ctx, r.Visitor, scope, ids...)
	if err != nil {
		return nil, err
	}
	own, err := r.Values(ctx, r.Visitor, AlwaysScope(r), ids...)
	if err != nil {
		return nil, err
	}
	positions, err := positions(ctx, r, scope.Level, below, ids...)
	if err != nil {
		return nil, err
	}
	unit, months := r.Unit(), r.MonthsUpTo()
	t := &view.Table{ID: id, Title: r.Tf("各村 · %s", "Villages · %s", r.Month),
		Columns: []view.Column{{Title: r.T("村", "Village"), Kind: view.ColumnText}},
		Note:    r.T("每个数下面是基数和 95% 区间，圆形图标是自身变化，三角是与同类相比的位置，点图标看全文。灰色：只显示，不作判断。", "Below each value stand its base and 95% interval; the circle is its own course over time, a triangle its place among its like; both lead to the reading in full. Grey: shown and not judged. ")}
	name := r.T("点村名看该村。", "A name leads to its page.")
	if unit.Level == facts.LevelVillage {
		t.Title, t.Columns[0].Title = r.Tf("各网格支部 · %s", "Grid branches · %s", r.Month), r.T("网格支部", "Grid branch")
		name = r.T("点支部名看该支部。", "A name leads to its page.")
	}
	t.Note += name
	t.Total = []view.Cell{{Text: unit.Name}}
	for _, measure := range ids {
		t.Columns = append(t.Columns, readColumn(r, measure))
		t.Total = append(t.Total, ReadCell(r, own.Series(measure, unit.ID, months)))
	}
	for _, u := range r.Below() {
		row := []view.Cell{{Text: u.Name, Link: r.Link("village", question.InUnit(u))}}
		if r.TooPoor(u, r.Month) {
			row[0].Note = r.T("数据不足以判断", "data too poor to judge")
		}
		for _, measure := range ids {
			row = append(row, StoodAt(r, ReadCell(r, below.Series(measure, u.ID, months)), positions[PlaceKey{measure, u.ID}]))
		}
		t.Rows = append(t.Rows, row)
	}
	targetsSaidOnce(r, t, 1, ids)
	return t, nil
}
