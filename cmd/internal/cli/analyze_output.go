package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

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
	singles, grids := document.Split(c.Lang)
	var names []string
	for _, g := range grids {
		names = append(names, g.Name)
	}
	if wanted != "" {
		i := slices.Index(names, wanted)
		if i < 0 {
			return unknown("table", wanted, names, "")
		}
		if format != "json" {
			return p.print(cmd, grids[i].Table)
		}
	}
	out := bufio.NewWriter(p.Out)
	switch {
	case format == "json":
		err = writeDocument(out, document)
	case format == "csv" && len(grids) == 0:
		err = writeCSV(out, singles)
	case format == "csv":
		err = writeCSV(out, grids[0].Table)
		if len(names) > 1 || len(singles.Rows) > 0 {
			fmt.Fprintf(p.Err, "written: %s; single values are in --format json", names[0])
			if others := names[1:]; len(others) > 0 {
				fmt.Fprintf(p.Err, "; other tables: --table %s", strings.Join(others, " | "))
			}
			fmt.Fprintln(p.Err)
		}
	default:
		err = writeSections(out, singles, grids)
	}
	if err != nil {
		return fmt.Errorf("write output: %w", err)
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

func writeSections(w io.Writer, singles pipelines.Table, grids []analyze.Grid) error {
	if len(singles.Rows) > 0 {
		if err := writeAligned(w, listed(rounded(singles))); err != nil {
			return err
		}
	}
	for i, g := range grids {
		if i > 0 || len(singles.Rows) > 0 {
			fmt.Fprintln(w)
		}
		if len(grids) > 1 || len(singles.Rows) > 0 {
			fmt.Fprintf(w, "%s\n", g.Name)
		}
		if err := writeAligned(w, rounded(g.Table)); err != nil {
			return err
		}
	}
	return nil
}

// most items of a list shown among the single values; the tables and JSON have them all.
const most = 12

// listed writes every value as text, so that names and values stand side by side, and cuts long lists.
func listed(table pipelines.Table) pipelines.Table {
	out := pipelines.Table{Columns: table.Columns}
	for _, row := range table.Rows {
		shown := text(row[1], "")
		if items := strings.Split(shown, ", "); len(items) > most && row[0] != "warning" && row[0] != "reading" {
			shown = fmt.Sprintf("%s, … (%d items: --format json)", strings.Join(items[:most], ", "), len(items))
		}
		out.Rows = append(out.Rows, []any{row[0], shown})
	}
	return out
}

// rounded keeps six digits of every number: a table on a screen is read, not computed with.
func rounded(table pipelines.Table) pipelines.Table {
	out := pipelines.Table{Columns: table.Columns, Rows: make([][]any, len(table.Rows))}
	for r, row := range table.Rows {
		out.Rows[r] = make([]any, len(row))
		for c, v := range row {
			if x, ok := v.(float64); ok {
				if short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64); err == nil {
					v = short
				}
			}
			out.Rows[r][c] = v
		}
	}
	return out
}
