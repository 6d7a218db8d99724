package language

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
)

// ExportName is the name of an export; an export that no contract knows keeps its ID.
func (l Language) ExportName(id string) string {
	if c, ok := data.ContractOf(id); ok {
		return c.Name.In(l.Lang)
	}
	if id == "" {
		return l.T("未识别", "not recognised")
	}
	return id
}

// Suffix is what stands after a number of a unit, its space included.
func (l Language) Suffix(unit string) string { return reading.Suffix(unit, l.Lang) }

// Within says of an interval that it is one of 95%; of none, nothing.
func (l Language) Within(interval string) string {
	if interval == "" {
		return ""
	}
	return l.T("95% 区间 ", "95% interval ") + interval
}

// MadeOf writes a measure's formula in words.
func (l Language) MadeOf(m queries.Measure) string {
	if !m.Rate() {
		return m.Numerator.In(l.Lang)
	}
	return m.Numerator.In(l.Lang) + " ÷ " + m.Denominator.In(l.Lang)
}

// Word is the name of an enum's value as its contract gives it; a word the contract does not know stays as it is.
func (l Language) Word(export, column, id string) string {
	contract, ok := data.ContractOf(export)
	if !ok {
		return id
	}
	c, ok := contract.Column(column)
	if !ok {
		return id
	}
	for _, v := range c.Values {
		if v.ID == id {
			return v.Name.In(l.Lang)
		}
	}
	return id
}

// Groups names the groups of measures.
var Groups = map[string]data.Text{
	"issues":       {Zh: "群众问题", En: "Issues"},
	"visits":       {Zh: "走访与联户", En: "Visits and linking"},
	"capacity":     {Zh: "服务力量", En: "Capacity"},
	"points":       {Zh: "积分与岗位", En: "Points and posts"},
	"organisation": {Zh: "组织生活", En: "Organisation life"},
	"quality":      {Zh: "数据质量", En: "Data quality"},
}

// GroupOrder is the order in which groups are shown; data quality stands apart, at the end.
var GroupOrder = []string{"issues", "visits", "capacity", "points", "organisation", "quality"}

var levelNames = map[queries.Level]data.Text{
	queries.Town:    {Zh: "镇", En: "town"},
	queries.Village: {Zh: "村", En: "village"},
	queries.Branch:  {Zh: "网格支部", En: "branch"},
	queries.Member:  {Zh: "党员", En: "member"},
}

// LevelName is the name of a level.
func (l Language) LevelName(level queries.Level) string { return levelNames[level].In(l.Lang) }

// Direction says which way is better.
func (l Language) Direction(d queries.Direction) string {
	switch d {
	case queries.Up:
		return l.T("越高越好", "higher is better")
	case queries.Down:
		return l.T("越低越好", "lower is better")
	default:
		return l.T("不分好坏", "neither way is better")
	}
}

// ChangeUnit is what a change of a measure is counted in, for an axis: a share changes by percentage points.
func (l Language) ChangeUnit(m queries.Measure) string {
	if m.Unit == "share" {
		return l.T("百分点", "percentage points")
	}
	return strings.TrimSpace(l.Suffix(m.Unit))
}

// Capital begins a sentence: the first letter in capitals, where the script has any.
func Capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}
