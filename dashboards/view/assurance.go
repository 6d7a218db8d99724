package view

import "hulian/queries/reading"

// Assured sorts the measures of a month by how they vary and whether they reach their target, as the reports of NHS boards do.
type Assured struct {
	Frame
	Measures []AssuredMeasure
}

// AssuredMeasure is one measure in its place.
type AssuredMeasure struct {
	Name      string
	Value     Value
	Variation reading.Variation
	Assurance reading.Assurance
	Link      string
}

// Kind names the template of the block.
func (*Assured) Kind() string { return "assured" }

// AssuredRow is one kind of variation; its cells stand under the four kinds of assurance.
type AssuredRow struct {
	Variation reading.Variation
	Name      string
	Tone      Tone
	Cells     [4][]AssuredMeasure
}

// Heads names the columns.
func (a *Assured) Heads() [4]string {
	l := a.Language
	return [4]string{l.T("稳定达标", "Target met"), l.T("时好时差", "Hit or miss"), l.T("达不到目标", "Target missed"), l.T("未定目标或不能判断", "No target, or not to be said")}
}

// Rows places every measure.
func (a *Assured) Rows() []AssuredRow {
	l := a.Language
	rows := []AssuredRow{
		{Variation: reading.Improving, Name: l.T("好转", "Improving"), Tone: ToneBetter},
		{Variation: reading.Common, Name: l.T("正常波动", "Usual range")},
		{Variation: reading.Worsening, Name: l.T("变差", "Worsening"), Tone: ToneWorse},
		{Name: l.T("暂不评价", "Not judged"), Tone: ToneQuiet},
	}
	for _, m := range a.Measures {
		rows[a.row(rows, m)].Cells[a.column(m)] = append(rows[a.row(rows, m)].Cells[a.column(m)], m)
	}
	return rows
}

func (a *Assured) row(rows []AssuredRow, m AssuredMeasure) int {
	for i, r := range rows[:3] {
		if r.Variation == m.Variation && m.Value.Known() && !m.Value.Small() {
			return i
		}
	}
	return 3
}

func (a *Assured) column(m AssuredMeasure) int {
	switch m.Assurance {
	case reading.Met:
		return 0
	case reading.HitOrMiss:
		return 1
	case reading.Missed:
		return 2
	default:
		return 3
	}
}

// Behind is the matrix as a list, a row for each measure.
func (a *Assured) Behind() *Table {
	table, l, rows := a.table(), a.Language, a.Rows()
	Fill(table, a.Measures,
		Of(Words(l.T("指标", "Measure")), func(m AssuredMeasure) Cell { return Cell{Text: m.Name, Link: m.Link} }),
		Of(Rate(l.T("数值", "Value"), ""), func(m AssuredMeasure) Cell { return m.Value.Cell() }),
		Of(Words(l.T("走势", "Variation")), func(m AssuredMeasure) Cell { return Plain(rows[a.row(rows, m)].Name) }),
		Of(Words(l.T("目标", "Target")), func(m AssuredMeasure) Cell { return Plain(a.Heads()[a.column(m)]) }))
	return table
}
