package render

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"hulian/dashboards/language"
	"hulian/dashboards/spreadsheet"
	"hulian/dashboards/view"
)

// Export is a table on its way into a file, with what the file says of itself.
type Export struct {
	Table *view.Table
	Lang  string
	About [][2]string // a name and what is said under it: the page, the month, the place, the snapshot
}

// Export is a table of the page as it is taken away: all rows, in the order in which the page shows them.
func (d Document) Export(t *view.Table) Export {
	whole := t
	if !t.Part {
		whole = d.list(t).Whole()
	}
	e := Export{Table: whole, Lang: d.Request.Lang}
	r := d.Request
	say := func(zh, en, text string) {
		if text != "" {
			e.About = append(e.About, [2]string{r.T(zh, en), text})
		}
	}
	say("表", "Table", t.Title)
	say("页面", "Page", d.View.Heading)
	say("单位", "Place", r.Unit().Name)
	say("月份", "Month", r.Month)
	say("数据截至", "Data as of", r.CutOff.Format(time.DateOnly))
	say("快照", "Snapshot", strings.TrimSpace(fmt.Sprintf("%d %.12s", r.Generation, r.Hash)))
	held := len(t.Rows)
	say("行数", "Rows", r.Tf("共%d行，本文件有%d行", "%d exist, this file holds %d", max(t.Exist, held), held))
	say("说明", "Note", t.Note)
	return e
}

// CSV writes a table as a spreadsheet opens it: UTF-8 with a byte-order mark, one header line, the same rows and values
// as on the screen. A rate takes three columns, so that "5/12" cannot turn into a date: its value, its numerator and its
// denominator; what stands small below a value takes one each, see Grid. Cells a spreadsheet would run as a formula are
// defused with a leading apostrophe. The last line begins with # and says what the file is and how many rows there are.
func CSV(w io.Writer, e Export) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	head, rows := Grid(e.Table, e.Lang)
	lines := [][]string{head}
	for i, title := range head {
		head[i] = spreadsheet.Inert(title)
	}
	for _, row := range rows {
		line := make([]string, len(head))
		for i, value := range row {
			switch v := value.(type) {
			case string:
				line[i] = spreadsheet.Inert(v)
			case spreadsheet.Number:
				line[i] = string(v)
			case spreadsheet.Day:
				line[i] = string(v)
			}
		}
		lines = append(lines, line)
	}
	if said := e.said(); said != "" {
		last := make([]string, max(1, len(head)))
		last[0] = "# " + said
		lines = append(lines, last)
	}
	return out.WriteAll(lines)
}

// said is what the file says of itself, in one line.
func (e Export) said() string {
	between, end := "：", "；"
	if e.Lang == language.English {
		between, end = ": ", "; "
	}
	var all []string
	for _, a := range e.About {
		all = append(all, a[0]+between+strings.Join(strings.Fields(a[1]), " "))
	}
	return strings.Join(all, end)
}

// XLSX writes a table as a workbook: the same columns and rows as CSV, numbers as numbers, and a second sheet that says what it is.
func XLSX(w io.Writer, e Export) error {
	head, rows := Grid(e.Table, e.Lang)
	about := spreadsheet.Sheet{Name: "说明"}
	table := spreadsheet.Sheet{Name: "数据", Head: head, Rows: rows}
	if e.Lang == language.English {
		table.Name, about.Name = "Data", "About"
	}
	for _, a := range e.About {
		about.Rows = append(about.Rows, []any{a[0], a[1]})
	}
	return spreadsheet.Write(w, table, about)
}

// part is a column of a file: what it takes from the cells of a column of the table.
type part struct {
	title  string
	column int
	take   func(view.Cell) any
}

func (p part) of(row []view.Cell) any {
	if p.column >= len(row) {
		return nil
	}
	return p.take(row[p.column])
}

// Grid is a table as files hold it: its head, and its rows with the total as the last. The columns are those of the screen; a rate
// is followed by numerator and denominator, and a value that is read over time by interval and reading. What else stands at a
// value, its place among the others, its judgement and its note, has columns at the end. So nobody ranks in a file what the page
// says cannot be ranked.
func Grid(t *view.Table, lang string) (head []string, rows [][]any) {
	all := t.Rows
	if t.Total != nil {
		all = append(all[:len(all):len(all)], t.Total)
	}
	var parts, last []part
	for i, c := range t.Columns {
		beside, behind := partsOf(c, i, lang)
		parts = append(parts, beside...)
		for _, p := range behind {
			if slices.ContainsFunc(all, func(row []view.Cell) bool { return p.of(row) != nil }) {
				last = append(last, p)
			}
		}
	}
	parts = append(parts, last...)
	for _, p := range parts {
		head = append(head, p.title)
	}
	for _, row := range all {
		line := make([]any, len(parts))
		for i, p := range parts {
			line[i] = p.of(row)
		}
		rows = append(rows, line)
	}
	return head, rows
}

// partsOf are the columns that a column of a table takes in a file, and those that it takes at the end, where they hold anything.
func partsOf(c view.Column, i int, lang string) (beside, behind []part) {
	of := func(zh, en string, take func(view.Cell) any) part {
		if lang == language.English {
			zh = en
		}
		return part{c.Title + " " + zh, i, take}
	}
	first := part{c.Title, i, func(x view.Cell) any { return valueOf(c.Kind, x) }}
	if c.Unit != "" {
		first.title += " (" + c.Unit + ")"
	}
	beside = append(beside, first)
	if c.Kind == view.ColumnRate {
		beside = append(beside, of("分子", "numerator", func(x view.Cell) any { return number(x.Num) }), of("分母", "denominator", func(x view.Cell) any { return number(x.Den) }))
	}
	interval := of("95% 区间", "95% interval", func(x view.Cell) any { return text(x.Interval) })
	if c.Read {
		beside = append(beside, interval, of("研判", "reading", func(x view.Cell) any { return text(x.Read) }))
	} else {
		behind = append(behind, interval)
		if c.Kind == view.ColumnNumber || c.Kind == view.ColumnRate {
			behind = append(behind, of("评价", "judged", func(x view.Cell) any { return text(mark(x.Tone, lang)) }))
		}
	}
	placed := of("与其他单位相比", "against the others", func(x view.Cell) any {
		if x.Mark == nil {
			return nil
		}
		return text(x.Mark.Placed)
	})
	return beside, append(behind, placed, of("备注", "note", func(x view.Cell) any { return text(x.Note) }))
}

// valueOf is the value of a cell in a file.
func valueOf(kind view.ColumnKind, c view.Cell) any {
	if kind == view.ColumnText {
		return text(c.Text)
	}
	value := cmp.Or(c.Value, c.Text)
	if kind == view.ColumnDate {
		if _, err := time.Parse(time.DateOnly, value); err == nil {
			return spreadsheet.Day(value)
		}
		return text(value)
	}
	return number(value)
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// number keeps what is a number as it is, the typographic minus turned back; anything else is a text, and what is unknown nothing.
func number(s string) any {
	digits, negative := strings.CutPrefix(strings.ReplaceAll(s, "−", "-"), "-")
	if digits != "" && strings.Trim(digits, "0123456789.") == "" && strings.Count(digits, ".") < 2 && strings.Trim(digits, ".") != "" {
		if negative {
			digits = "-" + digits
		}
		return spreadsheet.Number(digits)
	}
	if s == "–" {
		return nil
	}
	return text(s)
}
