package page

import (
	"context"
	"fmt"

	"hulian/dashboards/chart"
	"hulian/queries"
	"hulian/queries/reading"
)

// canSplit reports whether a measure's change can be split over the units below the page's unit.
func (r Request) canSplit(m queries.Measure) bool {
	return len(r.Below()) > 0 && m.Rate() && m.Model == "" && m.At(r.below().level) && r.Month != r.FirstMonth
}

// origin shows which units made a change of the overview: of the measure asked for, else of the surest signal that can
// be split, else of the coverage.
func (r Request) origin(ctx context.Context, readings []reading.Reading) ([]Block, error) {
	chosen := r.Params.Get("split")
	if _, ok := queries.MeasureOf(chosen); chosen != "" && !ok {
		return nil, fmt.Errorf("%w: split=%s", ErrBadFilter, chosen)
	}
	var read reading.Reading
	for _, candidate := range readings {
		switch {
		case !r.canSplit(candidate.Measure) || !candidate.Known():
		case candidate.Measure.ID == chosen, read.Measure.ID == "" && candidate.Signal(), read.Measure.ID == "" && candidate.Measure.ID == "household_coverage":
			read = candidate
		}
	}
	if read.Measure.ID == "" {
		return nil, nil
	}
	table, s, err := r.splitTable(ctx, read.Measure)
	if err != nil || table == nil {
		return nil, err
	}
	title := r.Tf("%s：变化来自哪里", "%s: where the change comes from", read.Measure.Name.In(r.Lang))
	note := s.Sentence(r.Lang)
	if !read.Signal() {
		note = r.T("总的变化没有信号，下面只是算术上的来源，不是原因。", "The change is no signal: what follows is where it comes from in arithmetic, not why. ") + note
	}
	bars := chart.Bars{ID: "split", Label: title, Number: chart.OneDigit, Unit: r.changeUnit(read.Measure), Links: map[string]string{}, Parts: []chart.Part{
		{Name: r.T("自身变化", "own rate"), Colour: chart.Blue}, {Name: r.T("构成变化", "mix"), Colour: chart.GreyLight}}}
	for _, p := range s.Parts {
		bars.Items = append(bars.Items, p.Name)
		bars.Parts[0].Values = append(bars.Parts[0].Values, reading.Shown(read.Measure, p.Own))
		bars.Parts[1].Values = append(bars.Parts[1].Values, reading.Shown(read.Measure, p.Mix))
		bars.Links[p.Name] = r.Link("measures", InUnit(r.unit(p.ID)), With("measure", read.Measure.ID))
	}
	drawn, err := bars.Draw()
	if err != nil {
		return nil, err
	}
	note += r.T("", " ") + r.T("各单位之和等于总变化（Kitagawa 分解）；点上表的“变化”换指标。", "The units' parts sum to the whole change (Kitagawa); a change in the table above leads to its own picture.")
	return []Block{&Chart{Title: title + " · " + table.Title, Note: note, Chart: drawn, Table: *table}}, nil
}

// split says where the change of a unit's rate since last month comes from: the units below, each by its own rate and by
// its share of the whole. It is nil where there is nothing below, or the measure is no rate made of sums.
func (r Request) split(ctx context.Context, m queries.Measure) (Block, error) {
	t, s, err := r.splitTable(ctx, m)
	if err != nil || t == nil {
		return nil, err
	}
	t.Folded, t.Note = true, s.Sentence(r.Lang)
	t.Title += r.T("：变化来自哪里", ": where the change comes from")
	return t, nil
}

// splitTable writes the parts of a change out; nil where it cannot be split.
func (r Request) splitTable(ctx context.Context, m queries.Measure) (*Table, reading.Split, error) {
	if !r.canSplit(m) {
		return nil, reading.Split{}, nil
	}
	below, before := r.below(), monthBefore(r.Month)
	below.from = before
	values, err := r.values(ctx, below, m.ID)
	if err != nil {
		return nil, reading.Split{}, err
	}
	var groups []reading.Group
	for _, u := range r.Below() {
		months := seriesMonths(values.series(m.ID, u.ID, []string{before, r.Month}))
		groups = append(groups, reading.Group{ID: u.ID, Name: u.Name, Before: months[0], Now: months[1]})
	}
	s := reading.SplitChange(m, groups)
	if !s.Known {
		return nil, s, nil
	}
	t := &Table{ID: "split", Title: r.Tf("%s 与 %s 相比", "%s against %s", r.Month, before),
		Columns: []Column{text(r.levelName(below.level)), onBase(before, ""), onBase(r.Month, ""), number(r.T("自身变化", "Own rate")), number(r.T("构成变化", "Mix")), number(r.T("合计", "Together"))}}
	cell := func(v reading.Month) Cell {
		return Cell{Text: reading.Text(m, v.Value, r.Lang), Value: plainNumber(reading.Shown(m, v.Value), decimals(m.Unit)), Base: reading.BaseOf(m, v.Numerator, v.Denominator, r.Lang),
			Num: plainNumber(v.Numerator, 0), Den: plainNumber(v.Denominator, 0)}
	}
	change := func(x float64) Cell {
		return Cell{Text: reading.Difference(m, x, r.Lang), Value: plainNumber(reading.Shown(m, x), decimals(m.Unit)+2)}
	}
	for _, p := range s.Parts {
		name := Cell{Text: p.Name, Link: r.Link("measures", InUnit(r.unit(p.ID)))}
		if r.tooPoor(r.unit(p.ID)) {
			name.Note = r.T("数据不足以判断", "data too poor to judge")
		}
		t.Rows = append(t.Rows, []Cell{name, cell(p.Before), cell(p.Now), change(p.Own), change(p.Mix), change(p.Own + p.Mix)})
	}
	t.Total = []Cell{{Text: r.Unit().Name}, {}, {}, change(s.Own), change(s.Mix), change(s.Change)}
	return t, s, nil
}
