package analyze

import (
	"encoding/json"
	"fmt"
	"strings"

	"hulian/pipelines"
	"hulian/queries/stats/estimate"
)

// Grid is a named table of a document.
type Grid struct {
	Name  string
	Table pipelines.Table
}

// Split turns a document into what a terminal shows: its single values under dotted names, and its tables in order. Warnings are in the language.
func (o *Object) Split(lang string) (singles pipelines.Table, grids []Grid) {
	singles.Columns = []string{"name", "value"}
	o.split("", lang, &singles, &grids)
	return singles, grids
}

func (o *Object) split(prefix, lang string, singles *pipelines.Table, grids *[]Grid) {
	for _, key := range o.keys {
		name := prefix + key
		switch v := o.values[key].(type) {
		case *Object:
			v.split(name+".", lang, singles, grids)
		case []*Object:
			*grids = append(*grids, Grid{name, listOfObjects(v)})
		case Reading:
			singles.Rows = append(singles.Rows, []any{name, v.In(lang)})
		case []estimate.Warning:
			for _, w := range v {
				singles.Rows = append(singles.Rows, []any{"warning", w.In(lang)})
			}
		case [][]any:
			columns, _ := o.values[columnsKey(key)].([]string)
			if key == "rows" {
				name = strings.TrimSuffix(prefix, ".")
			}
			if name == "" {
				name = "rows"
			}
			*grids = append(*grids, Grid{name, gridTable(columns, v)})
		default:
			if rows, ok := o.values[strings.TrimSuffix(key, "_columns")].([][]any); ok && strings.HasSuffix(key, "_columns") && rows != nil {
				continue // the header of a table
			}
			if _, ok := o.values["rows"].([][]any); ok && key == "columns" {
				continue
			}
			singles.Rows = append(singles.Rows, []any{name, plain(v)})
		}
	}
}

func columnsKey(key string) string {
	if key == "rows" {
		return "columns"
	}
	return key + "_columns"
}

func gridTable(columns []string, rows [][]any) pipelines.Table {
	table := pipelines.Table{Columns: columns}
	for _, row := range rows {
		for len(table.Columns) < len(row) {
			table.Columns = append(table.Columns, fmt.Sprintf("column_%d", len(table.Columns)+1))
		}
		out := make([]any, len(table.Columns))
		for i, v := range row {
			out[i] = plain(v)
		}
		table.Rows = append(table.Rows, out)
	}
	return table
}

func listOfObjects(list []*Object) pipelines.Table {
	var table pipelines.Table
	for _, o := range list {
		for _, key := range o.keys {
			if table.Column(key) < 0 {
				table.Columns = append(table.Columns, key)
			}
		}
	}
	for _, o := range list {
		row := make([]any, len(table.Columns))
		for i, key := range table.Columns {
			row[i] = plain(o.values[key])
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// plain gives a value as a table holds it: nil, bool, int64, float64 or string.
func plain(v any) any {
	switch v := v.(type) {
	case nil, bool, string, float64, int64:
		return v
	case int:
		return int64(v)
	case uint64:
		return fmt.Sprint(v)
	case estimate.Number:
		if !v.Known {
			return nil
		}
		return v.Value
	}
	content, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	var items []json.RawMessage
	if json.Unmarshal(content, &items) != nil {
		return string(content)
	}
	words := make([]string, len(items))
	for i, item := range items {
		words[i] = strings.Trim(string(item), `"`)
	}
	return strings.Join(words, ", ")
}
