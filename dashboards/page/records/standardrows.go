package records

import (
	"maps"
	"slices"
	"strconv"

	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries"
)

// rowKeys name the rows of a list, in the order of settingRows.
func rowKeys(p data.Programme, s data.Setting) (keys []string) {
	switch s.Path {
	case "reading.targets":
		return slices.Sorted(maps.Keys(p.Reading.Targets))
	case "reading.minimum_bases":
		return slices.Sorted(maps.Keys(p.Reading.MinimumBases))
	case "stars":
		for _, t := range p.Stars {
			keys = append(keys, strconv.Itoa(t.Stars))
		}
	case "hard_criteria":
		for _, c := range p.HardCriteria {
			keys = append(keys, c.ID)
		}
	case "events":
		for _, e := range p.Events {
			keys = append(keys, eventKey(e))
		}
	}
	return keys
}

// rowFields are what is asked for a row of a list; of a row that is new they are empty.
func rowFields(r block.Request, p data.Programme, s data.Setting, row string) []view.Field {
	i := slices.Index(rowKeys(p, s), row)
	switch s.Path {
	case "reading.targets", "reading.minimum_bases":
		return measureFields(r, p, s, row)
	case "stars":
		var t data.StarTier
		if i >= 0 {
			t = p.Stars[i]
		}
		return append(nameFields(r, t.Name), fieldOf("stars", r.T("星数（0–10）", "Stars (0–10)"), numberOr(i, t.Stars)), fieldOf("funding", r.T("每年经费（元）", "Funding a year (yuan)"), data.Amount(t.Funding)),
			fieldOf("floor", r.T("最低总分（0–100；没有规定填0）", "Lowest total (0–100; 0: not laid down)"), data.Amount(t.Floor)))
	case "hard_criteria":
		var c data.HardCriterion
		if i >= 0 {
			c = p.HardCriteria[i]
		}
		return criterionFields(r, c)
	default:
		var e data.ProgrammeEvent
		if i >= 0 {
			e = p.Events[i]
		}
		villages := []view.Choice{{Name: r.T("全镇", "the whole town"), Chosen: e.Village == ""}}
		for _, u := range r.Villages {
			villages = append(villages, view.Choice{Value: u.ID, Name: u.Name, Chosen: u.ID == e.Village})
		}
		return append(nameFields(r, e.Name), fieldOf("on", r.T("日期，如 2017-09-01", "Day, as 2017-09-01"), e.On), view.Field{Name: "village", Label: r.T("标在哪里", "Marked on"), Choices: villages})
	}
}

func nameFields(r block.Request, name data.Text) []view.Field {
	return []view.Field{fieldOf("zh", r.T("中文名称", "Name in Chinese"), name.Zh), fieldOf("en", r.T("英文名称", "Name in English"), name.En)}
}

// numberOr is a number of a row that exists; of a new row nothing.
func numberOr(i, n int) string {
	if i < 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func measureFields(r block.Request, p data.Programme, s data.Setting, row string) []view.Field {
	value, label := "", r.T("最小基数", "Smallest base")
	m, known := queries.MeasureOf(row)
	if s.Path == "reading.targets" {
		label = r.T("目标（按指标的单位；比例填百分数，如 90）", "Target (in the unit of the measure; a share in per cent, as 90)")
		if x, ok := p.Reading.Targets[row]; ok {
			value = amount(x, measureUnit(m))
		}
	} else if n, ok := p.Reading.MinimumBases[row]; ok {
		value = strconv.Itoa(n)
	}
	fields := []view.Field{fieldOf("value", label, value)}
	if !known {
		fields = append([]view.Field{{Name: "measure", Label: r.T("指标", "Measure"), Choices: measureChoices(r, "")}}, fields...)
	}
	return fields
}

func criterionFields(r block.Request, c data.HardCriterion) []view.Field {
	reads := []view.Choice{}
	for _, id := range slices.Sorted(maps.Keys(criterionFacts)) {
		reads = append(reads, view.Choice{Value: id, Name: criterionFacts[id].name.In(r.Lang), Chosen: id == c.Fact})
	}
	limit, base := "", ""
	_, unit := criterionSubject(r, c)
	for _, x := range []*float64{c.Below, c.Above} {
		if x != nil {
			limit = amount(*x, unit)
		}
	}
	if c.MinimumBase > 0 {
		base = strconv.Itoa(c.MinimumBase)
	}
	return append(nameFields(r, c.Name),
		view.Field{Name: "reads", Label: r.T("看哪一项", "It looks at"), Choices: append(reads, measureChoices(r, c.Measure)...)},
		view.Field{Name: "way", Label: r.T("方向", "Way"), Choices: []view.Choice{{Value: "below", Name: r.T("低于", "below"), Chosen: c.Below != nil}, {Value: "above", Name: r.T("高于", "above"), Chosen: c.Above != nil}}},
		fieldOf("limit", r.T("界限（比例填百分数）", "Limit (a share in per cent)"), limit),
		fieldOf("months", r.T("连续几个月（1–60）", "Months running (1–60)"), numberOr(c.Months-1, c.Months)),
		fieldOf("base", r.T("基数至少（可不填）", "Base at least (may be empty)"), base))
}
