package render

import (
	"encoding/csv"
	"io"
	"strings"

	"hulian/dashboards/page"
)

// CSV writes a table as a spreadsheet opens it: UTF-8 with a byte-order mark, one header line, the same rows and values
// as on the screen. A rate takes three columns, so that "5/12" cannot turn into a date: its value, its numerator and its
// denominator. A value that is read over time takes two more, its interval and its reading in words. Cells a spreadsheet would run as a formula are defused with a leading apostrophe.
func CSV(w io.Writer, t *page.Table, lang string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	var header []string
	for _, c := range t.Columns {
		title := c.Title
		if c.Unit != "" {
			title += " (" + c.Unit + ")"
		}
		header = append(header, defused(title))
		if c.Kind == page.ColumnRate {
			numerator, denominator := "分子", "分母"
			if lang == page.English {
				numerator, denominator = "numerator", "denominator"
			}
			header = append(header, defused(c.Title+" "+numerator), defused(c.Title+" "+denominator))
		}
		if c.Read {
			interval, read := "95 % 区间", "读数"
			if lang == page.English {
				interval, read = "95 % interval", "reading"
			}
			header = append(header, defused(c.Title+" "+interval), defused(c.Title+" "+read))
		}
	}
	if err := out.Write(header); err != nil {
		return err
	}
	rows := t.Rows
	if t.Total != nil {
		rows = append(rows[:len(rows):len(rows)], t.Total)
	}
	for _, row := range rows {
		var cells []string
		for i, c := range row {
			kind, read := page.ColumnText, false
			if i < len(t.Columns) {
				kind, read = t.Columns[i].Kind, t.Columns[i].Read
			}
			value := c.Value
			if value == "" {
				value = c.Text
			}
			if kind == page.ColumnText {
				cells = append(cells, defused(value))
			} else {
				cells = append(cells, number(value))
			}
			if kind == page.ColumnRate {
				cells = append(cells, number(c.Num), number(c.Den))
			}
			if read {
				cells = append(cells, defused(c.Interval), defused(c.Read))
			}
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
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
