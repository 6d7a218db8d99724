package analyze

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"hulian/pipelines"
	"hulian/queries/stats/estimate"
)

// Grid is a named table of a document.
type Grid struct {
	Name  string // its key, as --table takes it
	Table pipelines.Table
}

// Said is a sentence of a document: what it reads as, a warning, a note.
type Said struct{ Kind, Text string }

// Sheet is what a terminal shows of a document.
type Sheet struct {
	Singles pipelines.Table // single values under dotted names
	Grids   []Grid          // tables, in order
	Said    []Said          // sentences, in order
}

// Split turns a document into what a terminal shows, in a language: names, fixed values and sentences.
func (o *Object) Split(lang string) Sheet {
	s := splitter{lang: lang}
	s.Singles.Columns = []string{Label(lang, "name"), Label(lang, "result")}
	s.split(o, "", "")
	return s.Sheet
}

type splitter struct {
	Sheet
	lang string
}

// split goes through an object. prefix stands before its keys; shown is the same prefix in the reader's language.
func (s *splitter) split(o *Object, prefix, shown string) {
	for _, key := range o.keys {
		label := shown + o.label(s.lang, key)
		switch v := o.values[key].(type) {
		case *Object:
			s.split(v, prefix+key+".", label+".")
		case []*Object:
			s.Grids = append(s.Grids, Grid{prefix + key, s.objects(prefix+key, v)})
		case Reading:
			s.Said = append(s.Said, Said{label, v.In(s.lang)})
		case []estimate.Warning:
			for _, w := range v {
				s.Said = append(s.Said, Said{Label(s.lang, "warning"), w.In(s.lang)})
			}
		case [][]any:
			columns, _ := o.values[columnsKey(key)].([]string)
			name := prefix + key
			if key == "rows" {
				name = strings.TrimSuffix(prefix, ".")
			}
			if name == "" {
				name = "rows"
			}
			s.Grids = append(s.Grids, Grid{name, s.grid(name, columns, v)})
		default:
			if isHead := func(rows string) bool { _, ok := o.values[rows].([][]any); return ok && columnsKey(rows) == key }; isHead(strings.TrimSuffix(key, "_columns")) || isHead("clusters") {
				continue // the header of a table
			}
			if _, ok := o.values["rows"].([][]any); ok && key == "columns" {
				continue
			}
			if text, ok := v.(string); ok && key == "note" {
				s.Said = append(s.Said, Said{label, word(s.lang, text)})
				continue
			}
			s.Singles.Rows = append(s.Singles.Rows, []any{label, plain(s.lang, v)})
		}
	}
}

func columnsKey(key string) string {
	switch key {
	case "rows":
		return "columns"
	case "clusters": // as published
		return "cluster_columns"
	}
	return key + "_columns"
}

func (s *splitter) grid(name string, columns []string, rows [][]any) pipelines.Table {
	var table pipelines.Table
	for _, c := range columns {
		table.Columns = append(table.Columns, columnLabel(s.lang, name, c))
	}
	for _, row := range rows {
		for len(table.Columns) < len(row) {
			table.Columns = append(table.Columns, Label(s.lang, fmt.Sprintf("column_%d", len(table.Columns)+1)))
		}
		out := make([]any, len(table.Columns))
		for i, v := range row {
			out[i] = plain(s.lang, v)
		}
		table.Rows = append(table.Rows, out)
	}
	return table
}

func (s *splitter) objects(name string, list []*Object) pipelines.Table {
	var table pipelines.Table
	var keys []string
	for _, o := range list {
		for _, key := range o.keys {
			if label := columnLabel(s.lang, name, key); table.Column(label) < 0 {
				table.Columns, keys = append(table.Columns, label), append(keys, key)
			}
		}
	}
	for _, o := range list {
		row := make([]any, len(keys))
		for i, key := range keys {
			row[i] = plain(s.lang, o.values[key])
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// Values are several values in one place of a table; a nil is unknown.
type Values []any

// plain gives a value as a table holds it: nil, bool, int64, float64, string or Values. A list of which nothing is known, as
// the ends of an interval that is not there, is nil.
func plain(lang string, v any) any {
	switch v := v.(type) {
	case nil, float64, int64:
		return v
	case bool:
		if lang != "zh" {
			return v
		}
		return map[bool]string{true: "是", false: "否"}[v]
	case string:
		return word(lang, v)
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
	list, known := Values{}, len(items) == 0
	for _, item := range items {
		var value any
		switch {
		case json.Unmarshal(item, &value) != nil:
			value = string(item)
		case strings.HasPrefix(string(item), "["):
			value = strings.NewReplacer(`"`, "", ",", " ", "[", "", "]", "").Replace(string(item))
		}
		if text, ok := value.(string); ok {
			value = word(lang, text)
		}
		known = known || value != nil
		list = append(list, value)
	}
	if !known {
		return nil
	}
	return list
}

// String joins the values, numbers with all their digits.
func (l Values) String() string { return l.join(func(x float64) float64 { return x }, "null", "") }

// In joins the values for people: rounded, with a word for an unknown value and one for none at all.
func (l Values) In(lang string) string {
	none := "none"
	if lang == "zh" {
		none = "无"
	}
	return l.join(Shortened, Unknown(lang), none)
}

func (l Values) join(number func(float64) float64, unknown, none string) string {
	if len(l) == 0 {
		return none
	}
	words := make([]string, len(l))
	for i, v := range l {
		switch v := v.(type) {
		case nil:
			words[i] = unknown
		case float64:
			words[i] = strconv.FormatFloat(number(v), 'f', -1, 64)
		default:
			words[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(words, ", ")
}

// Shortened keeps six digits of a number, and two behind the point where it has more before it: a table on a screen is
// read, not computed with, but a count or an amount stands whole.
func Shortened(x float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64)
	if err != nil || math.Abs(x) >= 1e4 && math.Abs(x) < 1<<53 {
		short = math.Round(x*100) / 100
	}
	return short + 0 // not −0
}
