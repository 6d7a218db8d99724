package cli

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/rivo/uniseg"
	"github.com/spf13/cobra"

	"hulian/data"
	"hulian/pipelines"
)

// formats are the ways a table is written. All of them have the same fields, in the same order.
var formats = map[string]func(io.Writer, pipelines.Table) error{
	"table": writeAligned,
	"csv":   writeCSV,
	"json":  writeJSON,
}

// print writes a table to standard output in the format the command was given.
func (p *program) print(cmd *cobra.Command, table pipelines.Table) error {
	format, err := outputFormat(cmd)
	if err != nil {
		return err
	}
	table.Columns = distinct(table.Columns)
	out := bufio.NewWriter(p.Out)
	if err := formats[format](out, table); err != nil {
		return pipelines.Errorf("write output: %w", err)
	}
	return out.Flush()
}

// outputFormat reads --format; commands that work long check it before they start.
func outputFormat(cmd *cobra.Command) (string, error) {
	format, err := cmd.Flags().GetString("format")
	if err != nil {
		return "", err
	}
	if formats[format] == nil {
		return "", unknown("format", format, []string{"table", "csv", "json"}, "")
	}
	return format, nil
}

// distinct gives columns of one name different ones, because fields of a JSON object must differ.
func distinct(columns []string) []string {
	seen := map[string]bool{}
	names := make([]string, len(columns))
	for i, name := range columns {
		for n := 2; seen[name]; n++ {
			name = fmt.Sprintf("%s_%d", columns[i], n)
		}
		seen[name] = true
		names[i] = name
	}
	return names
}

// layouts says how the times of each column are written: as days where none has a time of day.
func layouts(table pipelines.Table) []string {
	all := make([]string, len(table.Columns))
	for i := range all {
		all[i] = time.DateOnly
		for _, row := range table.Rows {
			if t, ok := row[i].(time.Time); ok && !t.Equal(t.Truncate(24*time.Hour)) {
				all[i] = time.DateTime
				break
			}
		}
	}
	return all
}

// text writes one value for people and for CSV; null is empty.
func text(value any, layout string) string {
	switch v := value.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.Format(layout)
	default:
		return fmt.Sprint(v)
	}
}

func texts(table pipelines.Table) [][]string {
	layout := layouts(table)
	rows := make([][]string, len(table.Rows))
	for r, row := range table.Rows {
		rows[r] = make([]string, len(row))
		for c, value := range row {
			rows[r][c] = text(value, layout[c])
		}
	}
	return rows
}

func writeCSV(w io.Writer, table pipelines.Table) error {
	out := csv.NewWriter(w)
	if err := out.Write(table.Columns); err != nil {
		return err
	}
	if err := out.WriteAll(texts(table)); err != nil {
		return err
	}
	return out.Error()
}

// writeJSON writes an array of objects, one a line; fields keep the order of the columns.
func writeJSON(w io.Writer, table pipelines.Table) error {
	layout := layouts(table)
	if len(table.Rows) == 0 {
		_, err := io.WriteString(w, "[]\n")
		return err
	}
	opening := "[\n  {"
	for _, row := range table.Rows {
		if _, err := io.WriteString(w, opening); err != nil {
			return err
		}
		opening = ",\n  {"
		for c, value := range row {
			switch v := value.(type) {
			case float64:
				if math.IsNaN(v) || math.IsInf(v, 0) {
					value = nil // JSON has no such number
				}
			case time.Time:
				value = v.Format(layout[c])
			}
			name, err := json.Marshal(table.Columns[c])
			if err != nil {
				return err
			}
			content, err := json.Marshal(value)
			if err != nil {
				return err
			}
			comma := ", "
			if c == 0 {
				comma = ""
			}
			if _, err := fmt.Fprintf(w, "%s%s: %s", comma, name, content); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(w, "}"); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "\n]\n")
	return err
}

// writeAligned writes columns under their headers; Chinese characters count as the two places they take. Numbers
// stand to the right.
func writeAligned(w io.Writer, table pipelines.Table) error {
	rows := texts(table)
	widths := make([]int, len(table.Columns))
	right := make([]bool, len(table.Columns))
	for c, name := range table.Columns {
		widths[c] = uniseg.StringWidth(name)
		for r, row := range rows {
			if name == "value" { // of a cell in somebody's file: one that is very long would push everything else out of sight
				row[c] = data.Quoted(row[c])
			}
			row[c] = shown(strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(row[c]))
			widths[c] = max(widths[c], uniseg.StringWidth(row[c]))
			switch table.Rows[r][c].(type) {
			case int64, float64, int:
				right[c] = true
			}
		}
	}
	for _, row := range append([][]string{table.Columns}, rows...) {
		var line strings.Builder
		for c, cell := range row {
			pad := strings.Repeat(" ", widths[c]-uniseg.StringWidth(cell))
			if right[c] {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
			line.WriteString("  ")
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(line.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}
