package work

import (
	"context"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// linkMeasures are why households are linked to their members, and how many of the links the branch appointed.
var linkMeasures = []string{"links_near", "links_kin", "links_convenient", "links_appointed"}

// linksByUnit sets the bases of links of the units below the page's unit side by side. They say how links came about and are not judged.
func linksByUnit(ctx context.Context, r block.Request) (*view.Table, error) {
	below, err := r.Values(ctx, r.Visitor, block.BelowScope(r), linkMeasures...)
	if err != nil {
		return nil, err
	}
	own, err := r.Values(ctx, r.Visitor, block.AlwaysScope(r), linkMeasures...)
	if err != nil {
		return nil, err
	}
	unit := r.T("村", "Village")
	if r.Unit().Level == facts.LevelVillage {
		unit = r.T("网格支部", "Grid branch")
	}
	t := &view.Table{ID: "links", Title: r.Tf("为什么由该党员联系 · %s", "Why households are linked to their member · %s", r.MonthName(r.Month)), Columns: []view.Column{view.Words(unit)}}
	row := func(m facts.Measured, u facts.Unit, first view.Cell) []view.Cell {
		cells := []view.Cell{first}
		for _, id := range linkMeasures {
			cells = append(cells, block.Cell(r, m.At(id, u.ID, r.Month)))
		}
		return cells
	}
	for _, id := range linkMeasures {
		t.Columns = append(t.Columns, block.Column(r, id))
	}
	for _, u := range r.Below() {
		t.Rows = append(t.Rows, row(below, u, view.Cell{Text: u.Name, Link: r.Link("village", question.InUnit(u))}))
	}
	t.Total = row(own, r.Unit(), view.Cell{Text: r.Unit().Name})
	return t, nil
}

// linkSentences say of how many linked households the register tells the basis, and how the links came about; nothing where it is not
// known.
func linkSentences(r block.Request, own facts.Measured) []string {
	at := func(id string) facts.Value { return own.At(id, r.Unit().ID, r.Month) }
	var said []string
	if near, kin, other, all := at("links_near"), at("links_kin"), at("links_convenient"), at("linked_rate"); near.Known() && kin.Known() && other.Known() && all.Known() {
		said = append(said, r.Tf("%[1]s 户联系户中有 %[2]s 户登记了联系依据：就近 %[3]s，就亲 %[4]s，就便 %[5]s。", "For %[2]s of %[1]s linked households the register gives the basis: near %[3]s, kin %[4]s, convenient %[5]s.",
			reading.Count(all.Num), reading.Count(near.Den), near.Text(r.Lang), kin.Text(r.Lang), other.Text(r.Lang)))
	}
	if a := at("links_appointed"); a.Known() {
		said = append(said, r.Tf("登记了产生方式的 %[1]s 户中，支部委派 %[2]s 户（%[3]s），其余由党员自行申报。", "Of %[1]s links of which the origin is on record the branch appointed %[2]s (%[3]s); members declared the others.",
			reading.Count(a.Den), reading.Count(a.Num), a.Text(r.Lang)))
	}
	return said
}
