package page

import (
	"context"
	"fmt"
	"strings"

	"hulian/dashboards/chart"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/flow"
	"hulian/queries/signals"
)

func measuresPage() Page {
	return Page{
		ID: "measures", Path: "/measures", Group: GroupData, Takes: ByMonth | ByVillage | ByBranch, Params: []string{"measure"},
		Title:    data.Text{Zh: "指标", En: "Measures"},
		Question: data.Text{Zh: "每个数字是怎么算出来的？", En: "How is each number made?"},
		Build:    buildMeasures,
	}
}

func buildMeasures(ctx context.Context, r Request) (View, error) {
	if id := r.Params.Get("measure"); id != "" {
		m, ok := queries.MeasureOf(id)
		if !ok {
			return View{}, fmt.Errorf("%w: measure=%s", ErrBadFilter, id)
		}
		return r.oneMeasure(ctx, m)
	}
	v := View{Heading: r.T("指标词典", "The measures"), Sentences: []string{
		r.T("每个指标只定义一次，页面、报告、接口和导出都用同一定义。比率总是由分子与分母求和后再相除，从不对比率求平均。",
			"Each measure is defined once; pages, reports, API and downloads read that definition. Rates are made from summed numerators and denominators, never averaged.")}}
	for _, group := range groupOrder {
		t := &Table{ID: group, Stacked: true, Title: groups[group].In(r.Lang), Columns: []Column{
			{Title: r.T("指标", "Measure"), Kind: ColumnText}, {Title: r.T("算式", "Formula"), Kind: ColumnText}, {Title: r.T("方向", "Direction"), Kind: ColumnText},
			{Title: r.T("目标", "Target"), Kind: ColumnText}, {Title: r.T("层级", "Levels"), Kind: ColumnText}, {Title: r.T("编号", "ID"), Kind: ColumnText}}}
		for _, m := range queries.Measures() {
			if m.Group == group {
				t.Rows = append(t.Rows, []Cell{{Text: m.Name.In(r.Lang), Link: r.Link("measures", With("measure", m.ID))}, {Text: r.madeOf(m), Note: m.Note.In(r.Lang)},
					{Text: r.direction(m.Direction)}, {Text: r.target(m)}, {Text: r.levels(m)}, {Text: m.ID}})
			}
		}
		if len(t.Rows) > 0 {
			v.Blocks = append(v.Blocks, t)
		}
	}
	return v, nil
}

// target writes a measure's target with its unit: the programme's where it sets one, else the definition's.
func (r Request) target(m queries.Measure) string {
	t := r.targetOf(m)
	if t == nil {
		return missing
	}
	var sign string
	switch m.Direction {
	case queries.Up:
		sign = "≥ "
	case queries.Down:
		sign = "≤ "
	case queries.Neutral: // too many is as far from it as too few
		sign = r.T("约 ", "about ")
	}
	shown := *t
	if m.Unit == "share" {
		shown *= 100
	}
	return sign + Decimal(shown, decimals(m.Unit)) + r.suffix(m.Unit)
}

func (r Request) targetOf(m queries.Measure) *float64 {
	if t, ok := r.Programme.Reading.Targets[m.ID]; ok {
		return &t
	}
	return m.Target
}

// targetShown is the target as charts draw it: shares in per cent.
func (r Request) targetShown(m queries.Measure) *float64 {
	t := r.targetOf(m)
	if t != nil && m.Unit == "share" {
		percent := *t * 100
		return &percent
	}
	return t
}

func (r Request) levels(m queries.Measure) string {
	var names []string
	for _, l := range m.Levels {
		names = append(names, r.levelName(l))
	}
	return strings.Join(names, r.T("、", ", "))
}

// oneMeasure is a measure's definition with its series in the page's unit and its values in the units below.
func (r Request) oneMeasure(ctx context.Context, m queries.Measure) (View, error) {
	v := View{Heading: m.Name.In(r.Lang), Sentences: []string{m.Note.In(r.Lang)}}
	definition := Worked{Figures: []Figure{
		{Name: r.T("分子", "Numerator"), Formula: m.Numerator.In(r.Lang)},
		{Name: r.T("方向与目标", "Direction and target"), Formula: r.direction(m.Direction), Sum: r.target(m)},
		{Name: r.T("层级", "Levels"), Formula: r.levels(m)},
	}}
	if m.Rate() {
		definition.Figures = append(definition.Figures[:1:1], append([]Figure{{Name: r.T("分母", "Denominator"), Formula: m.Denominator.In(r.Lang),
			Note: r.Tf("基数低于 %s 时只显示，不作判断", "below a base of %s shown, not judged", Count(max(m.MinBase, float64(r.Programme.Reading.MinimumBase))))}}, definition.Figures[1:]...)...)
	}
	definition.Figures = append(definition.Figures, Figure{Name: r.T("编号与数据来源", "ID and sources"), Formula: m.ID, Sum: r.sources(m)})
	unit := r.Unit()
	if !m.At(unit.Level) {
		v.Blocks = append(v.Blocks, Callout{Tone: ToneQuiet, Text: r.Tf("这个指标不在%s一级计算。", "This measure is not computed for a %s.", r.levelName(unit.Level))}, definition)
		return v, nil
	}
	own, err := r.values(ctx, r.hereAlways(), m.ID)
	if err != nil {
		return v, err
	}
	figure, err := r.controlled(own, m)
	if err != nil {
		return v, err
	}
	tile := r.ownStat(own, m.ID)
	if step, ok := timed(m); ok {
		p, err := r.window(ctx)
		if err != nil {
			return v, err
		}
		if time := flow.TimeOf(p.own, step, p.end); time.Entered > 0 {
			tile.Interval = r.within(daysInterval(time) + r.T(" 天", " days"))
		}
	}
	tiles := []Stat{tile}
	if err := r.placeTiles(ctx, tiles); err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, Stats{tiles}, figure, definition)
	if below := r.Below(); len(below) > 0 && m.At(r.below().level) {
		units, err := r.unitsOf(ctx, m)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, units...)
	}
	if t := r.changedSince(ctx, m.ID); t != nil {
		v.Blocks = append(v.Blocks, t)
	}
	split, err := r.split(ctx, m)
	if err != nil {
		return v, err
	}
	if split != nil {
		v.Blocks = append(v.Blocks, split)
	}
	return v, nil
}

// unitsOf sets the units below the page's unit side by side on a measure: the villages by funnel and shrunken values
// where that can be done.
func (r Request) unitsOf(ctx context.Context, m queries.Measure) ([]Block, error) {
	if r.Unit().Level == LevelTown && signals.HasFunnel(m) {
		town := r.townOfVillages()
		if err := r.readVillages(ctx, &town, m.ID); err != nil {
			return nil, err
		}
		return r.comparison(ctx, town, m)
	}
	units, err := r.unitTable(ctx, "units", m.ID)
	if err != nil {
		return nil, err
	}
	if r.Unit().Level == LevelTown && m.Group != "quality" {
		blocks, err := r.comparison(ctx, signals.Town{}, m)
		return append(blocks, units), err
	}
	return []Block{units}, nil
}

// ownStat is the tile of a measure on its own page: it does not link to itself.
func (r Request) ownStat(own measured, id string) Stat {
	s := r.readStat(own, id)
	s.Link = ""
	s.Label = fmt.Sprintf("%s · %s", r.Unit().Name, r.Month)
	return s
}

func (r Request) sources(m queries.Measure) string {
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

// numberOf says how the values of a measure are written in a chart.
func numberOf(m queries.Measure) chart.Number {
	switch {
	case m.Unit == "share":
		return chart.Percent
	case decimals(m.Unit) == 0:
		return chart.Whole
	default:
		return chart.OneDigit
	}
}
