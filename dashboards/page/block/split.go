package block

import (
	"context"
	"fmt"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
)

// CanSplit reports whether a measure's change can be split over the units below the page's unit.
func CanSplit(r Request, m queries.Measure) bool {
	return len(r.Below()) > 0 && m.Rate() && m.Model == "" && m.At(BelowScope(r).Level) && r.Against() != ""
}

// Origin shows which units made a change of the overview: of the measure asked for, else of the surest signal that can
// be split, else of the coverage.
func Origin(ctx context.Context, r Request, readings []reading.Reading) ([]view.Block, error) {
	chosen := r.Params.Get("split")
	if _, ok := queries.MeasureOf(chosen); chosen != "" && !ok {
		return nil, fmt.Errorf("%w: split=%s", question.ErrBadFilter, chosen)
	}
	var read reading.Reading
	for _, candidate := range readings {
		switch {
		case !CanSplit(r, candidate.Measure) || !candidate.Known():
		case candidate.Measure.ID == chosen, read.Measure.ID == "" && candidate.Signal(), read.Measure.ID == "" && candidate.Measure.ID == "household_coverage":
			read = candidate
		}
	}
	if read.Measure.ID == "" {
		return nil, nil
	}
	table, s, err := splitTable(ctx, r, read.Measure, MostShown)
	if err != nil || table == nil {
		return nil, err
	}
	title := r.Tf("%s：变化来自哪里", "%s: where the change comes from", read.Measure.Name.In(r.Lang))
	note := s.Sentence(r.Lang)
	if !read.Signal() {
		note = r.T("总的变化没有信号，下面只是算术上的来源，不是原因。", "The change is no signal: what follows is where it comes from in arithmetic, not why. ") + note
	}
	bars := chart.Bars{ID: "split", Label: title, Number: chart.OneDigit, Unit: r.ChangeUnit(read.Measure), Links: map[string]string{}, Parts: []chart.Part{
		{Name: ownNamed(r, read.Measure), Colour: chart.Blue}, {Name: r.T("构成变化", "mix"), Colour: chart.GreyLight}}}
	for _, p := range s.Parts {
		bars.Items = append(bars.Items, p.Name)
		bars.Parts[0].Values = append(bars.Parts[0].Values, reading.Shown(read.Measure, p.Own))
		bars.Parts[0].Colours = append(bars.Parts[0].Colours, ownColour(read.Measure, p.Own))
		bars.Parts[1].Values = append(bars.Parts[1].Values, reading.Shown(read.Measure, p.Mix))
		if p.ID == "" { // the others together
			bars.Parts[0].Hollow = append(bars.Parts[0].Hollow, "")
			continue
		}
		hollow := ""
		if facts.TinyBase(read.Measure, p.Before.Denominator) || facts.TinyBase(read.Measure, p.Now.Denominator) {
			hollow = reading.BaseOf(read.Measure, p.Before.Numerator, p.Before.Denominator, r.Lang) + " → " + reading.BaseOf(read.Measure, p.Now.Numerator, p.Now.Denominator, r.Lang)
		}
		bars.Parts[0].Hollow = append(bars.Parts[0].Hollow, hollow)
		bars.Links[p.Name] = r.Link("measures", question.InUnit(r.UnitOf(p.ID)), question.With("measure", read.Measure.ID))
	}
	drawn, err := bars.Draw()
	if err != nil {
		return nil, err
	}
	if len(s.Parts) < len(r.Below()) {
		note += r.T("", " ") + r.Tf("列出影响最大的%d个，其余合并。", "The %d that add most are shown, the others together.", FewUrgents)
	}
	note = tinyRule(r, bars.Parts[0].Hollow) + note + r.T("", " ") + r.T("各单位之和等于总变化；点上表的“变化”换指标。", "The units' parts sum to the whole change; a change in the table above leads to its own picture.")
	return []view.Block{&view.Chart{Title: title + " · " + table.Title, Note: note, Chart: drawn, Table: *table}}, nil
}

// ownNamed names the bars of what units did themselves, with what their colours say where one way is better.
func ownNamed(r Request, m queries.Measure) string {
	if m.Direction != queries.Up && m.Direction != queries.Down {
		return r.T("自身变化", "own rate")
	}
	return r.T("自身变化（蓝为好转，橙为变差）", "own rate (blue: better, orange: worse)")
}

// ownColour is blue for a part that betters the whole, orange for one that worsens it, and that of the bars where neither way is better.
func ownColour(m queries.Measure, own float64) string {
	switch {
	case m.Direction == queries.Up && own < 0, m.Direction == queries.Down && own > 0:
		return chart.Orange
	default:
		return ""
	}
}

// Split says where the change of a unit's rate since the month compared with comes from: the units below, each by its own rate and by
// its share of the whole. It is nil where there is nothing below, or the measure is no rate made of sums.
func Split(ctx context.Context, r Request, m queries.Measure) (view.Block, error) {
	t, s, err := splitTable(ctx, r, m, 0)
	if err != nil || t == nil {
		return nil, err
	}
	t.Folded, t.Note = true, s.Sentence(r.Lang)
	t.Title += r.T("：变化来自哪里", ": where the change comes from")
	return t, nil
}

// splitTable writes the parts of a change out; nil where it cannot be split. Of more units than most (0: any number) it shows those that
// add most, and the others together.
func splitTable(ctx context.Context, r Request, m queries.Measure, most int) (*view.Table, reading.Split, error) {
	if !CanSplit(r, m) {
		return nil, reading.Split{}, nil
	}
	below, before := BelowScope(r), r.Against()
	below.From, below.To = min(before, r.Month), max(before, r.Month)
	values, err := r.Values(ctx, r.Visitor, below, m.ID)
	if err != nil {
		return nil, reading.Split{}, err
	}
	var groups []reading.Group
	for _, u := range r.Below() {
		months := facts.Months([]facts.Value{values.At(m.ID, u.ID, before), values.At(m.ID, u.ID, r.Month)})
		groups = append(groups, reading.Group{ID: u.ID, Name: u.Name, Before: months[0], Now: months[1]})
	}
	s := reading.SplitChange(m, groups)
	if !s.Known {
		return nil, s, nil
	}
	if most > 0 && len(s.Parts) > most {
		rest := reading.Part{Group: reading.Group{Name: r.Tf("其余%d个", "the other %d", len(s.Parts)-FewUrgents)}}
		for _, p := range s.Parts[FewUrgents:] {
			rest.Own, rest.Mix = rest.Own+p.Own, rest.Mix+p.Mix
		}
		s.Parts = append(s.Parts[:FewUrgents:FewUrgents], rest)
	}
	t := &view.Table{ID: "split", Title: r.Tf("%s 与 %s 相比", "%s against %s", r.Month, before),
		Columns: []view.Column{view.Words(r.LevelName(below.Level)), view.Rate(before, ""), view.Rate(r.Month, ""), view.Number(r.T("自身变化", "Own rate")), view.Number(r.T("构成变化", "Mix")), view.Number(r.T("合计", "Together"))}}
	cell := func(v reading.Month) view.Cell {
		note := ""
		if facts.TinyBase(m, v.Denominator) {
			note = tinyNote(r)
		}
		return view.Cell{Note: note, Text: reading.Text(m, v.Value, r.Lang), Value: reading.Plain(reading.Shown(m, v.Value), reading.Decimals(m.Unit)), Base: reading.BaseOf(m, v.Numerator, v.Denominator, r.Lang),
			Num: reading.Plain(v.Numerator, 0), Den: reading.Plain(v.Denominator, 0)}
	}
	change := func(x float64) view.Cell {
		return view.Cell{Text: reading.Difference(m, x, r.Lang), Value: reading.Plain(reading.Shown(m, x), reading.Decimals(m.Unit)+2)}
	}
	for _, p := range s.Parts {
		if p.ID == "" {
			t.Rows = append(t.Rows, []view.Cell{{Text: p.Name}, {}, {}, change(p.Own), change(p.Mix), change(p.Own + p.Mix)})
			continue
		}
		name := view.Cell{Text: p.Name, Link: r.Link("measures", question.InUnit(r.UnitOf(p.ID)))}
		if r.TooPoor(r.UnitOf(p.ID), r.Month) {
			name.Note = r.T("数据不足以判断", "data too poor to judge")
		}
		t.Rows = append(t.Rows, []view.Cell{name, cell(p.Before), cell(p.Now), change(p.Own), change(p.Mix), change(p.Own + p.Mix)})
	}
	t.Total = []view.Cell{{Text: r.Unit().Name}, {}, {}, change(s.Own), change(s.Mix), change(s.Change)}
	return t, s, nil
}
