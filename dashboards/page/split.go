package page

import (
	"context"

	"hulian/queries"
	"hulian/queries/reading"
)

// split says where the change of a unit's rate since last month comes from: the units below, each by its own rate and by
// its share of the whole. It is nil where there is nothing below, or the measure is no rate made of sums.
func (r Request) split(ctx context.Context, m queries.Measure) (Block, error) {
	below := r.below()
	if len(r.Below()) == 0 || !m.At(below.level) || r.Month == r.FirstMonth {
		return nil, nil
	}
	before := monthBefore(r.Month)
	below.from = before
	values, err := r.values(ctx, below, m.ID)
	if err != nil {
		return nil, err
	}
	var groups []reading.Group
	for _, u := range r.Below() {
		months := seriesMonths(values.series(m.ID, u.ID, []string{before, r.Month}))
		groups = append(groups, reading.Group{ID: u.ID, Name: u.Name, Before: months[0], Now: months[1]})
	}
	s := reading.SplitChange(m, groups)
	if !s.Known {
		return nil, nil
	}
	t := &Table{ID: "split", Folded: true, Title: r.Tf("%s 与 %s 相比：变化来自哪里", "%s against %s: where the change comes from", r.Month, before), Note: s.Sentence(r.Lang),
		Columns: []Column{text(r.levelName(below.level)), onBase(before, ""), onBase(r.Month, ""), text(r.T("自身变化", "Own rate")), text(r.T("构成变化", "Mix")), text(r.T("合计", "Together"))}}
	cell := func(v reading.Month) Cell {
		return Cell{Text: reading.Text(m, v.Value, r.Lang), Value: plainNumber(reading.Shown(m, v.Value), decimals(m.Unit)), Base: Base(v.Numerator, v.Denominator),
			Num: plainNumber(v.Numerator, 0), Den: plainNumber(v.Denominator, 0)}
	}
	change := func(x float64) Cell {
		return Cell{Text: reading.Difference(m, x, r.Lang), Value: plainNumber(reading.Shown(m, x), decimals(m.Unit)+2)}
	}
	for _, p := range s.Parts {
		t.Rows = append(t.Rows, []Cell{{Text: p.Name, Link: r.Link("measures", InUnit(r.unit(p.ID)))}, cell(p.Before), cell(p.Now), change(p.Own), change(p.Mix), change(p.Own + p.Mix)})
	}
	t.Total = []Cell{{Text: r.Unit().Name}, {}, {}, change(s.Own), change(s.Mix), change(s.Change)}
	return t, nil
}
