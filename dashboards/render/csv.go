package render

import (
	"encoding/csv"
	"io"
	"strings"

	"hulian/dashboards/page"
)

// CSV writes a table as a spreadsheet opens it: UTF-8 with a byte-order mark, one header line, the same rows and values
// as on the screen. A rate takes three columns, so that "5/12" cannot turn into a date: its value, its numerator and its
// denominator. A value that is read over time takes two more, its interval and its reading in words. Cells a spreadsheet
// would run as a formula are defused with a leading apostrophe.
func CSV(w io.Writer, t *page.Table, lang string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := t.Rows
	if t.Total != nil {
		rows = append(rows[:len(rows):len(rows)], t.Total)
	}
	lines := [][]string{headings(t.Columns, lang)}
	for _, row := range rows {
		lines = append(lines, values(t.Columns, row))
	}
	return out.WriteAll(lines)
}

func headings(columns []page.Column, lang string) []string {
	word := func(zh, en string) string {
		if lang == page.English {
			return en
		}
		return zh
	}
	var all []string
	for _, c := range columns {
		title := c.Title
		if c.Unit != "" {
			title += " (" + c.Unit + ")"
		}
		all = append(all, defused(title))
		if c.Kind == page.ColumnRate {
			all = append(all, defused(c.Title+" "+word("分子", "numerator")), defused(c.Title+" "+word("分母", "denominator")))
		}
		if c.Read {
			all = append(all, defused(c.Title+" "+word("95 % 区间", "95 % interval")), defused(c.Title+" "+word("读数", "reading")))
		}
	}
	return all
}

func values(columns []page.Column, row []page.Cell) []string {
	var all []string
	for i, c := range row {
		column := page.Column{Kind: page.ColumnText}
		if i < len(columns) {
			column = columns[i]
		}
		value := c.Value
		if value == "" {
			value = c.Text
		}
		if column.Kind == page.ColumnText {
			all = append(all, defused(value))
		} else {
			all = append(all, number(value))
		}
		if column.Kind == page.ColumnRate {
			all = append(all, number(c.Num), number(c.Den))
		}
		if column.Read {
			all = append(all, defused(c.Interval), defused(c.Read))
		}
	}
	return all
}

// defused keeps a spreadsheet from reading a text as a formula.
func defused(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// number keeps what is a number as it is, the typographic minus turned back; anything else is a text.
func number(s string) string {
	plain := strings.TrimPrefix(strings.ReplaceAll(s, "−", "-"), "-")
	if plain != "" && strings.Trim(plain, "0123456789.") == "" {
		return strings.ReplaceAll(s, "−", "-")
	}
	if s == "–" {
		return ""
	}
	return defused(s)
}
