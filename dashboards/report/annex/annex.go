// Package annex writes the tables of a paper as a workbook, so that others can count on with its numbers.
//
// A document enters; a workbook leaves with a sheet for each table, those behind pictures and the rows that the paper leaves out
// included, and sheets that say what is in it and what the figures stand on. Numbers, shares, amounts and days are what they are; a
// text is never a formula. Nothing is written but to the writer, so a crash costs nothing. It refuses to count or round: a number is the
// view's.
package annex

import (
	"cmp"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"hulian/dashboards/language"
	"hulian/dashboards/render"
	"hulian/dashboards/report"
	"hulian/dashboards/spreadsheet"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries"
)

// MediaType is the type of a workbook.
const MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// entry is one table of the workbook.
type entry struct {
	label, title string // "表3", its caption
	table        *view.Table
}

// Write writes the annex of a document.
func Write(w io.Writer, d report.Document) error {
	paper, err := report.Lay(d)
	if err != nil {
		return err
	}
	l := d.Language
	entries := entriesOf(paper)
	contents := spreadsheet.Sheet{Name: l.T("目录", "Contents"), Head: []string{l.T("编号", "Number"), l.T("表", "Table"), l.T("工作表", "Sheet"), l.T("行数", "Rows"), l.T("说明", "Note")}}
	taken := map[string]bool{strings.ToLower(contents.Name): true}
	var sheets []spreadsheet.Sheet
	for _, e := range entries {
		s := sheetOf(e, l)
		s.Name = named(strings.TrimSpace(e.label+" "+e.title), taken)
		rows := len(e.table.Rows)
		note := e.table.Note
		if exist := e.table.Exist; exist > rows {
			note = strings.TrimSpace(note + " " + l.Tf("共%d行，本表有%d行。", "%d rows exist, this sheet holds %d.", exist, rows))
		}
		contents.Rows = append(contents.Rows, []any{e.label, e.title, s.Name, spreadsheet.Number(fmt.Sprint(rows)), text(note)})
		sheets = append(sheets, s)
	}
	all := append([]spreadsheet.Sheet{contents}, sheets...)
	all = append(all, basis(d, entries, named(l.T("指标依据", "Basis of measures"), taken)), about(paper, named(l.T("说明", "About"), taken)))
	return spreadsheet.Write(w, all...)
}

// entriesOf are all tables: those of the paper under their numbers, with all their rows, and then those that no table of the paper shows.
func entriesOf(p report.Paper) (all []entry) {
	whole := p.View.Tables()
	shown := make([]bool, len(whole))
	for _, t := range p.Tables() {
		full := t.Of
		for i, w := range whole {
			if !shown[i] && stands(w, t.Of) {
				full, shown[i] = w, true
				break
			}
		}
		all = append(all, entry{fmt.Sprintf("%s%d", p.Language.T("表", "Table "), t.Number), t.Caption, full})
	}
	for i, t := range whole {
		if !shown[i] && len(t.Rows)+len(t.Total) > 0 {
			all = append(all, entry{p.Language.T("图数据", "Picture"), t.Title, t})
		}
	}
	return all
}

// stands reports whether a table of the paper is one of the view, or its beginning. One without an ID is known by what it says.
func stands(whole, shown *view.Table) bool {
	if whole.ID != "" || shown.ID != "" {
		return whole.ID == shown.ID
	}
	n := len(shown.Rows)
	return n <= len(whole.Rows) && reflect.DeepEqual(whole.Columns, shown.Columns) && reflect.DeepEqual(whole.Rows[:n], shown.Rows[:n:n]) && reflect.DeepEqual(whole.Total, shown.Total)
}

// sheetOf is a table as a sheet: as the page gives it away, with shares and amounts as such.
func sheetOf(e entry, l language.Language) spreadsheet.Sheet {
	head, rows := render.Grid(e.table, l.Lang)
	s := spreadsheet.Sheet{Head: head, Rows: rows, Total: e.table.Total != nil}
	for i, title := range head {
		title = strings.TrimSuffix(title, " (%)")
		percent := title != head[i]
		money := strings.HasSuffix(title, "（元）") || strings.HasSuffix(title, "(元)") || strings.HasSuffix(title, "(yuan)") || strings.HasSuffix(title, "(CNY)")
		s.Head[i] = title
		for _, row := range rows {
			if n, is := row[i].(spreadsheet.Number); is && percent {
				row[i] = spreadsheet.Percent(n)
			} else if is && money {
				row[i] = spreadsheet.Yuan(n)
			}
		}
	}
	return s
}

// basis says of every measure that the sheets name what it counts, on what, and of which data.
func basis(d report.Document, entries []entry, name string) spreadsheet.Sheet {
	l := d.Language
	said := map[string]bool{}
	for _, e := range entries {
		for _, c := range e.table.Columns {
			said[c.Title] = true
		}
		for _, row := range e.table.Rows {
			if len(row) > 0 {
				said[row[0].Text] = true
			}
		}
	}
	of := func(zh, en string) any {
		for _, a := range d.About {
			if a[0] == l.T(zh, en) {
				return a[1]
			}
		}
		return nil
	}
	cutoff, snapshot := of("数据截至", "Data as of"), of("快照", "Snapshot")
	if day, is := cutoff.(string); is {
		cutoff = spreadsheet.Day(day)
	}
	s := spreadsheet.Sheet{Name: name, Head: []string{l.T("指标", "Measure"), l.T("分子", "Numerator"), l.T("分母", "Denominator"), l.T("口径说明", "Definition"), l.T("单位", "Unit"), l.T("数据截至", "Data as of"), l.T("快照", "Snapshot")}}
	for _, m := range queries.Measures() {
		in := func(t data.Text) string { return t.In(l.Lang) }
		if !said[in(m.Name)] && (in(m.Short) == "" || !said[in(m.Short)]) {
			continue
		}
		s.Rows = append(s.Rows, []any{in(m.Name), text(in(m.Numerator)), text(cmp.Or(in(m.Denominator), l.T("不是比率，无分母", "a count, without a base"))), text(in(m.Note)), m.Unit, cutoff, snapshot})
	}
	return s
}

// about is what the file says of itself, line by line.
func about(p report.Paper, name string) spreadsheet.Sheet {
	l := p.Language
	s := spreadsheet.Sheet{Name: name, Rows: [][]any{{p.Title, p.Letterhead.Period}, {l.T("发文机关", "Issued by"), p.Letterhead.Issuer}}}
	if p.Watermark != "" {
		s.Rows = append(s.Rows, []any{l.T("使用范围", "For"), p.Watermark})
	}
	for _, a := range p.About {
		s.Rows = append(s.Rows, []any{a[0], text(a[1])})
	}
	for _, line := range p.Letterhead.Basis {
		s.Rows = append(s.Rows, []any{l.T("数据依据", "Basis"), line})
	}
	return s
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// longest is how many characters the name of a sheet may have.
const longest = 31

// named is a name that a workbook takes and no other sheet has.
func named(title string, taken map[string]bool) string {
	title = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\：？＊／＼'`, r) || r < ' ' {
			return ' '
		}
		return r
	}, title)
	title = strings.Join(strings.Fields(title), " ")
	for n := 1; ; n++ {
		end := ""
		if n > 1 {
			end = fmt.Sprintf(" (%d)", n)
		}
		name := title
		if runes := []rune(name); utf8.RuneCountInString(name+end) > longest {
			name = strings.TrimSpace(string(runes[:longest-len(end)]))
		}
		if name += end; !taken[strings.ToLower(name)] {
			taken[strings.ToLower(name)] = true
			return name
		}
	}
}
