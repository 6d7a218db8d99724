package records

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
)

// settingUnits are what numbers of the programme count.
var settingUnits = map[string]data.Text{
	"days": {Zh: "天", En: " days"}, "months": {Zh: "个月", En: " months"}, "years": {Zh: "年", En: " years"}, "share": {Zh: "%", En: "%"},
	"people": {Zh: "人", En: " people"}, "households": {Zh: "户", En: " households"}, "visits": {Zh: "次", En: " visits"}, "times": {Zh: "次", En: " times"},
	"characters": {Zh: "字", En: " characters"}, "ratio": {Zh: "倍", En: " times the even share"}, "issues": {Zh: "件", En: " issues"},
	"branches": {Zh: "个支部", En: " branches"}, "count": {}, "date": {}, "day_of_month": {Zh: "日", En: "th day of the month"}, "": {},
}

// criterionFacts are what a hard criterion may read beside measures, and what each is counted in.
var criterionFacts = map[string]struct {
	name data.Text
	unit string
}{
	data.FactVacantSecretaries:     {data.Text{Zh: "没有书记的支部数", En: "Branches without a secretary"}, "branches"},
	data.FactWithoutReconciliation: {data.Text{Zh: "没有开对账会的支部比例", En: "Share of branches without a reconciliation meeting"}, "share"},
}

// settingSaid is what a programme says of a setting, in words; a list is a line a row.
func settingSaid(r block.Request, p data.Programme, s data.Setting) []string {
	unit := settingUnits[s.Unit].In(r.Lang)
	switch value := p.Value(s.Path).(type) {
	case int:
		return []string{reading.Count(float64(value)) + unit}
	case float64:
		return []string{amount(value, s.Unit) + unit}
	case bool:
		return []string{map[bool]string{true: r.T("是", "yes"), false: r.T("否", "no")}[value]}
	case string:
		return []string{orUnset(r, value)}
	case data.Text:
		return []string{orUnset(r, value.In(r.Lang))}
	case []int:
		var all []string
		for _, n := range value {
			all = append(all, reading.Count(float64(n)))
		}
		return []string{strings.Join(all, r.T("、", ", ")) + unit}
	case []string:
		var all []string
		for _, export := range value {
			all = append(all, r.ExportName(export))
		}
		return all
	default:
		return settingRows(r, p, s)
	}
}

// settingRows are the rows of a setting that is a list, in words.
func settingRows(r block.Request, p data.Programme, s data.Setting) (all []string) {
	switch s.Path {
	case "reading.targets":
		for _, id := range slices.Sorted(maps.Keys(p.Reading.Targets)) {
			m, _ := queries.MeasureOf(id)
			all = append(all, m.Name.In(r.Lang)+r.T("：", ": ")+reading.Text(m, p.Reading.Targets[id], r.Lang))
		}
	case "reading.minimum_bases":
		for _, id := range slices.Sorted(maps.Keys(p.Reading.MinimumBases)) {
			m, _ := queries.MeasureOf(id)
			all = append(all, m.Name.In(r.Lang)+r.T("：", ": ")+reading.Count(float64(p.Reading.MinimumBases[id])))
		}
	case "stars":
		for _, tier := range p.Stars {
			said := tier.Name.In(r.Lang) + r.T("：", ": ") + r.Tf("每年%s元", "%s yuan a year", reading.Decimal(tier.Funding, 0))
			if tier.Floor > 0 {
				said += r.Tf("，总分%s分起", ", from a total of %s", data.Amount(tier.Floor))
			}
			all = append(all, said)
		}
	case "hard_criteria":
		for _, c := range p.HardCriteria {
			all = append(all, criterionSaid(r, c))
		}
	case "events":
		for _, e := range p.Events {
			where := r.T("全镇", "the town")
			if e.Village != "" {
				where = r.Name(e.Village)
			}
			all = append(all, fmt.Sprintf("%s %s%s", e.On, e.Name.In(r.Lang), r.Tf("（%s）", " (%s)", where)))
		}
	}
	return all
}

// criterionSaid is a hard criterion in one sentence.
func criterionSaid(r block.Request, c data.HardCriterion) string {
	subject, unit := criterionSubject(r, c)
	limit, way := c.Below, r.T("低于", "below")
	if c.Above != nil {
		limit, way = c.Above, r.T("高于", "above")
	}
	said := r.Tf("%[1]s：%[2]s%[3]s%[4]s，连续%[5]d个月", "%[1]s: %[2]s %[3]s %[4]s for %[5]d months running", c.Name.In(r.Lang), subject, way, amount(*limit, unit)+settingUnits[unit].In(r.Lang), c.Months)
	if c.MinimumBase > 0 {
		said += r.Tf("，基数至少%d", ", on a base of %d at least", c.MinimumBase)
	}
	return said
}

// criterionSubject is what a criterion reads, and in which unit.
func criterionSubject(r block.Request, c data.HardCriterion) (name, unit string) {
	if m, ok := queries.MeasureOf(c.Measure); ok {
		return m.Name.In(r.Lang), measureUnit(m)
	}
	fact := criterionFacts[c.Fact]
	return fact.name.In(r.Lang), fact.unit
}

// measureUnit is the unit of a measure among those of settings: what is no share is entered as it is.
func measureUnit(m queries.Measure) string {
	if m.Unit == "share" {
		return "share"
	}
	return ""
}

// amount is a number as a person writes it: a share in per cent.
func amount(x float64, unit string) string {
	if unit == "share" {
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.4f", x*100), "0"), ".")
	}
	return data.Amount(x)
}

func orUnset(r block.Request, text string) string {
	if text == "" {
		return r.T("（取自村名册）", "(taken from the village list)")
	}
	return text
}

// joined is a list of lines as one text; of none it says so.
func joined(r block.Request, lines []string) string {
	if len(lines) == 0 {
		return r.T("（没有）", "(none)")
	}
	return strings.Join(lines, r.T("；", "; "))
}

// changeSaid is from what to what a change leads: of lists only the rows that differ.
func changeSaid(r block.Request, c data.StandardChange) (from, to string) {
	s, known := data.SettingOf(c.Setting)
	if !known {
		return c.From, c.To
	}
	said := func(written string) []string {
		p, err := data.DefaultProgramme().With(c.Setting, written)
		if err != nil {
			return []string{written}
		}
		return settingSaid(r, p, s)
	}
	was, is := said(c.From), said(c.To)
	if s.Form == data.FormRows || s.Form == data.FormMeasures || s.Form == data.FormNames {
		was, is = without(was, is), without(is, was)
	}
	return joined(r, was), joined(r, is)
}

// without are the lines of a list that another one lacks.
func without(lines, other []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return slices.Contains(other, line) })
}

// boundsSaid says what may be entered, for the label of a field.
func boundsSaid(r block.Request, s data.Setting) string {
	unit := settingUnits[s.Unit].In(r.Lang)
	b, bounded := data.BoundsOf(s.Path)
	if !bounded || b.High > 1e6 {
		return strings.TrimSpace(unit)
	}
	low := amount(b.Low, s.Unit)
	if b.Open() {
		low = r.T("大于", "above ") + low
	}
	return strings.TrimSpace(fmt.Sprintf("%s–%s%s", low, amount(b.High, s.Unit), unit))
}

// fieldOf is a line of a form with the value that stands now.
func fieldOf(name, label, value string) view.Field {
	return view.Field{Name: name, Label: label, Value: value, Limit: 200}
}
