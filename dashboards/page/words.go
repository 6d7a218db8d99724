package page

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
)

// word is the name of an enum's value as its contract gives it; a word the contract does not know stays as it is.
func (r Request) word(export, column, id string) string {
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
			return v.Name.In(r.Lang)
		}
	}
	return id
}

// groups names the groups of measures.
var groups = map[string]data.Text{
	"issues":       {Zh: "群众问题", En: "Issues"},
	"visits":       {Zh: "走访与联户", En: "Visits and linking"},
	"capacity":     {Zh: "服务力量", En: "Capacity"},
	"points":       {Zh: "积分与岗位", En: "Points and posts"},
	"organisation": {Zh: "组织生活", En: "Organisation life"},
	"quality":      {Zh: "数据质量", En: "Data quality"},
}

// groupOrder is the order in which groups are shown; data quality stands apart, at the end.
var groupOrder = []string{"issues", "visits", "capacity", "points", "organisation", "quality"}

var levelNames = map[queries.Level]data.Text{
	LevelTown:    {Zh: "镇", En: "town"},
	LevelVillage: {Zh: "村", En: "village"},
	LevelBranch:  {Zh: "网格支部", En: "branch"},
	LevelMember:  {Zh: "党员", En: "member"},
}

func (r Request) levelName(l queries.Level) string { return levelNames[l].In(r.Lang) }

// direction says which way is better.
func (r Request) direction(d queries.Direction) string {
	switch d {
	case queries.Up:
		return r.T("越高越好", "higher is better")
	case queries.Down:
		return r.T("越低越好", "lower is better")
	default:
		return r.T("不分好坏", "neither way is better")
	}
}

// heading names the unit, the month and the page.
func (r Request) heading() string {
	return fmt.Sprintf("%s · %s", r.Unit().Name, r.page.Title.In(r.Lang))
}

// difference writes how much a value changed, with its sign: "+2.3 个百分点".
func (r Request) difference(now, before Value) string {
	return reading.Difference(now.Measure, now.Value-before.Value, r.Lang)
}

// changeUnit is what a change of a measure is counted in, for an axis: a share changes by percentage points.
func (r Request) changeUnit(m queries.Measure) string {
	if m.Unit == "share" {
		return r.T("百分点", "percentage points")
	}
	return strings.TrimSpace(r.suffix(m.Unit))
}

// inPlace narrows a query to the village or branch of the page. The columns are village_id and branch_id; alias is
// what stands before them, e.g. "f.".
func (r Request) inPlace(alias string) (condition string, args []any) {
	switch r.Unit().Level {
	case LevelBranch:
		return " and " + alias + "branch_id = ?", []any{r.Branch}
	case LevelVillage:
		return " and " + alias + "village_id = ?", []any{r.Village}
	default:
		return "", nil
	}
}

// unitCell shows a village or branch and leads to its page.
func (r Request) unitCell(id string) Cell {
	if id == "" {
		return Cell{Text: missing}
	}
	u, ok := r.Snapshot.Village(id)
	if !ok {
		if u, ok = r.Snapshot.Branch(id); !ok {
			return Cell{Text: id}
		}
	}
	return Cell{Text: u.Name, Link: r.Link("village", InUnit(u))}
}

// countCell shows a number of things.
func countCell(n float64) Cell {
	return Cell{Text: Count(n), Value: plainNumber(n, 0)}
}

// decimalCell shows a number with decimals.
func decimalCell(x float64, digits int) Cell {
	return Cell{Text: Decimal(x, digits), Value: plainNumber(x, digits)}
}

// shareCell shows a proportion with its base.
func shareCell(numerator, denominator float64) Cell {
	if !(denominator > 0) {
		return Cell{Text: missing, Base: Base(numerator, denominator), Num: plainNumber(numerator, 0), Den: plainNumber(denominator, 0)}
	}
	share := numerator / denominator
	return Cell{Text: Decimal(share*100, 1), Value: plainNumber(share*100, 1), Base: Base(numerator, denominator),
		Num: plainNumber(numerator, 0), Den: plainNumber(denominator, 0)}
}

// cut says that a list shows only its first rows, and leads to the page that lists more where this one does not.
func (r Request) cut(t *Table, all int, onPage string) {
	shown := len(t.Rows)
	if shown >= all {
		return
	}
	t.More = r.Tf("共 %[2]s 行，此处显示前 %[1]s 行", "The first %[1]s of %[2]s rows", Count(float64(shown)), Count(float64(all)))
	if r.page.ID != onPage {
		t.More += r.T("。", ".")
		t.MoreLink = r.Link(onPage) + "#table-" + t.ID
		return
	}
	t.More += r.T("；按村或支部筛选可看其余。", "; choose a village or branch to see the others.")
}

// listLength is how many rows of a list a page shows: many on the page the list belongs to, a week's work elsewhere.
func (r Request) listLength(onPage string) int {
	if r.page.ID == onPage {
		return 50
	}
	return 15
}

// placeColumns are the columns that say where a row belongs, below what the page is about already.
func (r Request) placeColumns() []Column {
	var all []Column
	if r.Village == "" {
		all = append(all, Column{Title: r.T("村", "Village"), Kind: ColumnText})
	}
	if r.Branch == "" {
		all = append(all, Column{Title: r.T("网格支部", "Branch"), Kind: ColumnText})
	}
	return all
}

// placeCells are the cells below placeColumns.
func (r Request) placeCells(row record) []Cell {
	var all []Cell
	if r.Village == "" {
		all = append(all, r.unitCell(row.text("village_id")))
	}
	if r.Branch == "" {
		all = append(all, r.unitCell(row.text("branch_id")))
	}
	return all
}

// text heads a column of words.
func text(title string) Column { return Column{Title: title, Kind: ColumnText} }

// date heads a column of days.
func date(title string) Column { return Column{Title: title, Kind: ColumnDate} }

// number heads a column of numbers.
func number(title string) Column { return Column{Title: title, Kind: ColumnNumber} }

// atCutOff says that a list is as of the cut-off day, whatever month is chosen.
func (r Request) atCutOff() string {
	return r.Tf("名单为数据截止日 %s 的情况，不随所选月份变化。", "The list is as of the cut-off day %s, whatever month is chosen.", r.CutOff.Format("2006-01-02"))
}

// onBase heads values that stand on a base.
func onBase(title, unit string) Column { return Column{Title: title, Unit: unit, Kind: ColumnRate} }

// capital begins a sentence: the first letter in capitals, where the script has any.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}
