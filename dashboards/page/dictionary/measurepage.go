package dictionary

import (
	"context"
	"fmt"
	"strings"

	"hulian/dashboards/accounts"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/month"
	"hulian/dashboards/page/work"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/flow"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// Measures builds the page of one measure, or of all.
func Measures(ctx context.Context, r block.Request) (view.View, error) {
	if id := r.Params.Get("measure"); id != "" {
		m, ok := queries.MeasureOf(id)
		if !ok {
			return view.View{}, fmt.Errorf("%w: measure=%s", question.ErrBadFilter, id)
		}
		return oneMeasure(ctx, r, m)
	}
	return all(ctx, r)
}

func levels(r block.Request, m queries.Measure) string {
	var names []string
	for _, l := range m.Levels {
		names = append(names, r.LevelName(l))
	}
	return strings.Join(names, r.T("、", ", "))
}

// oneMeasure is a measure's definition with its series in the page's unit and its values in the units below.
func oneMeasure(ctx context.Context, r block.Request, m queries.Measure) (view.View, error) {
	v := view.View{Heading: m.Name.In(r.Lang), Sentences: []string{m.Note.In(r.Lang)}}
	definition := view.Worked{Figures: []view.Figure{
		{Name: r.T("分子", "Numerator"), Formula: m.Numerator.In(r.Lang)},
		{Name: r.T("方向与目标", "Direction and target"), Formula: r.Direction(m.Direction), Sum: block.Target(r, m)},
		{Name: r.T("层级", "Levels"), Formula: levels(r, m)},
	}}
	if m.Rate() {
		definition.Figures = append(definition.Figures[:1:1], append([]view.Figure{{Name: r.T("分母", "Denominator"), Formula: m.Denominator.In(r.Lang),
			Note: r.Tf("基数低于 %s 时只显示，不作判断", "below a base of %s shown, not judged", reading.Count(max(m.MinBase, float64(r.Programme.Reading.MinimumBase))))}}, definition.Figures[1:]...)...)
	}
	definition.Figures = append(definition.Figures, view.Figure{Name: r.T("用在", "Where it stands"), Formula: standsOn(r, usedOn(r, m))}, view.Figure{Name: r.T("编号与数据来源", "ID and sources"), Formula: m.ID, Sum: sources(r, m)})
	unit := r.Unit()
	if !m.At(unit.Level) {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneQuiet, Text: r.Tf("这个指标不在%s一级计算。", "This measure is not computed for a %s.", r.LevelName(unit.Level))}, definition)
		return v, nil
	}
	own, err := r.Values(ctx, r.Visitor, block.AlwaysScope(r), m.ID)
	if err != nil {
		return v, err
	}
	figure, err := controlled(r, own, m)
	if err != nil {
		return v, err
	}
	tile := ownStat(r, own, m.ID)
	if step, ok := work.Timed(m); ok {
		p, err := work.Window(ctx, r)
		if err != nil {
			return v, err
		}
		if time := flow.TimeOf(p.Own, step, p.End); time.Entered > 0 {
			tile.Interval = r.Within(work.DaysInterval(time) + r.T(" 天", " days"))
		}
	}
	tiles := []view.Stat{tile}
	if err := block.PlaceTiles(ctx, r, tiles); err != nil {
		return v, err
	}
	v.Headline = inOneLine(r, own.Series(m.ID, unit.ID, r.MonthsUpTo()))
	v.Heading = fmt.Sprintf("%s · %s", unit.Name, m.Name.In(r.Lang))
	v.Blocks = append(v.Blocks, view.Row{Parts: []view.Part{{Span: 4, Blocks: []view.Block{view.Stats{Tiles: tiles}, view.Lead{}}}, {Span: 8, Blocks: []view.Block{figure}}}}, definition, alertForm(r, m))
	if below := r.Below(); len(below) > 0 && m.At(block.BelowScope(r).Level) {
		units, err := unitsOf(ctx, r, m)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, units...)
	}
	if t := month.ChangedSince(ctx, r, m.ID); t != nil {
		v.Blocks = append(v.Blocks, t)
	}
	split, err := block.Split(ctx, r, m)
	if err != nil {
		return v, err
	}
	if split != nil {
		v.Blocks = append(v.Blocks, split)
	}
	if g := readingGrounds(r, r.Read(own.Series(m.ID, unit.ID, r.MonthsUpTo()))); g != nil {
		v.Blocks = append(v.Blocks, g)
	}
	return v, nil
}

// inOneLine says the newest value and what its course means.
func inOneLine(r block.Request, series []facts.Value) view.Headline {
	now, read := series[len(series)-1], r.Read(series)
	named := now.Measure.Name.In(r.Lang)
	if !now.Known() {
		return view.Headline{Rest: named + r.T("：没有可用的数据", ": nothing is known")}
	}
	named += r.T("", " ") + now.Text(r.Lang)
	switch read.Variation {
	case reading.Worsening:
		return view.Headline{Weak: named + r.T("，变差", ", worsening"), Rest: r.T("，超出正常波动", " beyond ordinary variation")}
	case reading.Improving:
		return view.Headline{Rest: named + r.T("，好转，超出正常波动", ", improving beyond ordinary variation")}
	case reading.Shift:
		return view.Headline{Rest: named + r.T("，变化超出正常波动", ", changed beyond ordinary variation")}
	case reading.Common:
		return view.Headline{Rest: named + r.T("，在正常波动之内", ", within ordinary variation")}
	default:
		return view.Headline{Rest: named + r.T("，暂不评价", ", not judged")}
	}
}

// alertForm asks when the visitor wants to be told of the measure in the unit of the page.
func alertForm(r block.Request, m queries.Measure) view.Form {
	bound := r.T("数值（高于、低于时填）", "Number, for above or below")
	if m.Unit == "share" {
		bound = r.T("数值（%，高于、低于时填）", "Number in %, for above or below")
	}
	fields := []view.Field{{Name: "measure", Value: m.ID, Hidden: true}, {Name: "village", Value: r.Village, Hidden: true}, {Name: "branch", Value: r.Branch, Hidden: true},
		{Name: "way", Label: r.T("何时提醒", "When"), Choices: []view.Choice{{Value: string(accounts.AlertSignal), Name: r.T("出现超出正常波动的变化", "A change beyond chance")},
			{Value: string(accounts.AlertAbove), Name: r.T("高于所填的数", "Above a number")}, {Value: string(accounts.AlertBelow), Name: r.T("低于所填的数", "Below a number")}}},
		{Name: "bound", Label: bound, Limit: 12}}
	return view.Form{ID: "be-told", Title: r.Tf("订阅提醒 · %s", "Be told · %s", r.Unit().Name), Address: "/alerts/add", Label: r.T("订阅", "Subscribe"), Fields: append(fields, block.KeepLanguage(r)...)}
}

// unitsOf sets the units below the page's unit side by side on a measure: the villages by funnel and shrunken values
// where that can be done.
func unitsOf(ctx context.Context, r block.Request, m queries.Measure) ([]view.Block, error) {
	if r.Unit().Level == facts.LevelTown && signals.HasFunnel(m) {
		town := block.TownOfVillages(r)
		if err := block.ReadVillages(ctx, r, &town, m.ID); err != nil {
			return nil, err
		}
		return block.Comparison(ctx, r, town, m)
	}
	units, err := block.UnitTable(ctx, r, "units", m.ID)
	if err != nil {
		return nil, err
	}
	if r.Unit().Level == facts.LevelTown && m.Group != "quality" {
		blocks, err := block.Comparison(ctx, r, signals.Town{}, m)
		return append(blocks, units), err
	}
	return []view.Block{units}, nil
}

// ownStat is the tile of a measure on its own page: it does not link to itself.
func ownStat(r block.Request, own facts.Measured, id string) view.Stat {
	s := block.ReadStat(r, own, id)
	s.Link = ""
	s.Label = fmt.Sprintf("%s · %s", r.Unit().Name, r.MonthName(r.Month))
	return s
}

func sources(r block.Request, m queries.Measure) string {
	var names []string
	for _, export := range m.Source {
		name := export
		c, ok := data.ContractOf(export)
		if ok {
			name = c.Name.In(r.Lang)
		}
		var columns []string
		for _, needed := range m.Columns {
			of, id, _ := strings.Cut(needed, ".")
			if column, ok := c.Column(id); ok && of == export {
				columns = append(columns, r.Tf("“%s”", "“%s”", column.Name.In(r.Lang)))
			}
		}
		if len(columns) > 0 {
			name += r.Tf("（须有%s）", " (with %s)", strings.Join(columns, r.T("、", ", ")))
		}
		names = append(names, name)
	}
	return strings.Join(names, r.T("、", ", "))
}
