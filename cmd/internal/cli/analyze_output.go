package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rivo/uniseg"
	"github.com/spf13/cobra"

	"hulian/cmd/internal/analyze"
	"hulian/pipelines"
)

// printDocument writes the result of an analysis: JSON whole; table as single values followed by the tables; csv as one
// table, the others being named on standard error.
func (p *program) printDocument(cmd *cobra.Command, document *analyze.Object, wanted string) error {
	format, err := outputFormat(cmd)
	if err != nil {
		return err
	}
	c, err := p.config(cmd)
	if err != nil {
		return err
	}
	sheet := document.Split(c.Lang)
	if format == "csv" { // for programs: keys and values have one name in every language
		said := sheet.Said
		sheet = document.Split("en")
		sheet.Said = said
	}
	grids := sheet.Grids
	var names []string
	for _, g := range grids {
		names = append(names, g.Name)
	}
	if wanted != "" {
		i := slices.Index(names, wanted)
		if i < 0 {
			return unknown("table", wanted, names, "")
		}
		switch format {
		case "csv":
			return p.print(cmd, grids[i].Table)
		case "table":
			return p.print(cmd, shortened(grids[i].Table, c.Lang))
		}
	}
	out := bufio.NewWriter(p.Out)
	switch {
	case format == "json":
		err = writeDocument(out, document)
	case format == "csv" && len(grids) == 0:
		for _, said := range sheet.Said {
			sheet.Singles.Rows = append(sheet.Singles.Rows, []any{said.Kind, said.Text})
		}
		err = writeCSV(out, sheet.Singles)
	case format == "csv":
		err = writeCSV(out, grids[0].Table)
		if len(names) > 1 || len(sheet.Singles.Rows) > 0 {
			p.say("written: %s; single values are in --format json", names[0])
			if others := names[1:]; len(others) > 0 {
				p.say("; other tables: --table %s", strings.Join(others, " | "))
			}
			fmt.Fprintln(p.Err)
		}
	default:
		err = writeSections(out, sheet, c.Lang)
	}
	if err != nil {
		return pipelines.Errorf("write output: %w", err)
	}
	return out.Flush()
}

// writeDocument writes a JSON object with one key a line, which keeps large tables readable in a terminal.
func writeDocument(w io.Writer, document *analyze.Object) error {
	opening := "{\n"
	for _, key := range document.Keys() {
		name, err := json.Marshal(key)
		if err != nil {
			return err
		}
		value, _ := document.Get(key)
		content, err := json.Marshal(value)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s  %s: %s", opening, name, content); err != nil {
			return err
		}
		opening = ",\n"
	}
	if opening == "{\n" {
		_, err := io.WriteString(w, "{}\n")
		return err
	}
	_, err := io.WriteString(w, "\n}\n")
	return err
}

// writeSections writes the single values, the tables, and below them, where a terminal ends, what is said, whole.
func writeSections(w io.Writer, sheet analyze.Sheet, lang string) error {
	if len(sheet.Singles.Rows) > 0 {
		if err := writeAligned(w, listed(sheet.Singles, lang)); err != nil {
			return err
		}
	}
	for i, g := range sheet.Grids {
		if len(g.Table.Rows) == 0 && len(sheet.Grids) > 1 {
			continue
		}
		if i > 0 || len(sheet.Singles.Rows) > 0 {
			fmt.Fprintln(w)
		}
		if len(sheet.Grids) > 1 || len(sheet.Singles.Rows) > 0 {
			fmt.Fprintf(w, "%s\n", heading(g.Name, lang))
		}
		if err := writeAligned(w, shortened(g.Table, lang)); err != nil {
			return err
		}
	}
	if len(sheet.Said) > 0 && len(sheet.Singles.Rows)+len(sheet.Grids) > 0 {
		fmt.Fprintln(w)
	}
	for _, said := range sheet.Said {
		between := ": "
		if lang == "zh" {
			between = "："
		}
		if err := writeWrapped(w, said.Kind+between+said.Text); err != nil {
			return err
		}
	}
	return nil
}

// heading names a table, with the name --table takes where it is another.
func heading(name, lang string) string {
	parts := strings.Split(name, ".")
	for i, part := range parts {
		parts[i] = analyze.Label(lang, part)
	}
	if shown := strings.Join(parts, "."); shown != name {
		return shown + "（" + name + "）"
	}
	return name
}

// lineWidth is how wide lines of text are written; a Chinese character takes two places.
const lineWidth = 100

// writeWrapped writes a text in lines, later ones indented, broken where its language allows.
func writeWrapped(w io.Writer, text string) error {
	const indent = "  "
	var b strings.Builder
	width, state := 0, -1
	for rest := shown(text); rest != ""; {
		var segment string
		segment, rest, _, state = uniseg.FirstLineSegmentInString(rest, state)
		if size := uniseg.StringWidth(strings.TrimRight(segment, " ")); width > len(indent) && width+size > lineWidth {
			b.WriteString("\n" + indent)
			width = len(indent)
		}
		b.WriteString(segment)
		width += uniseg.StringWidth(segment)
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// most items of a list shown among the single values; the tables and JSON have them all.
const most = 12

// listed writes every value as text, so that names and values stand side by side, and cuts long lists.
func listed(table pipelines.Table, lang string) pipelines.Table {
	out := pipelines.Table{Columns: table.Columns}
	for _, row := range table.Rows {
		v := row[1]
		more := ""
		if list, ok := v.(analyze.Values); ok && len(list) > most {
			more = fmt.Sprintf(", … (%d items: --format json)", len(list))
			if lang == "zh" {
				more = fmt.Sprintf("，……（共%d项，见 --format json）", len(list))
			}
			v = list[:most]
		}
		out.Rows = append(out.Rows, []any{row[0], text(readable(v, lang), "") + more})
	}
	return out
}

// shortened writes the cells of a table as people read them.
func shortened(table pipelines.Table, lang string) pipelines.Table {
	out := pipelines.Table{Columns: table.Columns, Rows: make([][]any, len(table.Rows))}
	for r, row := range table.Rows {
		out.Rows[r] = make([]any, len(row))
		for c, v := range row {
			out.Rows[r][c] = readable(v, lang)
		}
	}
	return out
}

// readable shortens numbers and says what is unknown.
func readable(v any, lang string) any {
	switch v := v.(type) {
	case nil:
		return analyze.Unknown(lang)
	case float64:
		return analyze.Shortened(v)
	case analyze.Values:
		return v.In(lang)
	}
	return v
}
