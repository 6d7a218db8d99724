package gate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"hulian/dashboards/view"
)

// addressed are the fields of views that nobody reads as text: addresses, anchors, and what a form sends back to the server,
// which would not know it any more with asterisks in it.
var addressed = map[reflect.Type][]string{
	reflect.TypeFor[view.Section]():   {"ID"},
	reflect.TypeFor[view.Stat]():      {"Link", "Measure", "Rows"},
	reflect.TypeFor[view.Callout]():   {"Link"},
	reflect.TypeFor[view.Command]():   {"Address"},
	reflect.TypeFor[view.Link]():      {"Address"},
	reflect.TypeFor[view.Mark]():      {"Link"},
	reflect.TypeFor[view.Table]():     {"ID", "MoreLink"},
	reflect.TypeFor[view.Cell]():      {"Link", "Rows"},
	reflect.TypeFor[view.Side]():      {"Link"},
	reflect.TypeFor[view.Fold]():      {"ID"},
	reflect.TypeFor[view.Button]():    {"Value"},
	reflect.TypeFor[view.Control]():   {"ID", "Name", "Value", "Ways"},
	reflect.TypeFor[view.Form]():      {"Address", "Method"},
	reflect.TypeFor[view.Field]():     {"Name", "Value"},
	reflect.TypeFor[view.Upload]():    {"Action"},
	reflect.TypeFor[view.Choices]():   {"ID", "Address", "Value"},
	reflect.TypeFor[view.Also]():      {"Name"},
	reflect.TypeFor[view.ChoiceRow](): {"Name"},
	reflect.TypeFor[view.Choice]():    {"Value"},
	reflect.TypeFor[view.Tile]():      {"ID", "Link", "Rows"},
}

// leading are the names of fields that lead somewhere. A paper leads nowhere, and an address may name a person.
var leading = []string{"Link", "Rows", "MoreLink", "NextLink", "Address"}

// figured are the fields of a cell under numbers that hold the number itself.
var figured = []string{"Text", "Value", "Base", "Num", "Den"}

// Place says where on a paper a text stands.
type Place struct{ Block, Row, Column string }

// Texts rewrites every text of a view that somebody reads, whoever wrote it and wherever it came from: page, download, picture
// and report are made of it.
func Texts(v *view.View, rewrite func(text string) string) error {
	return (&walk{text: func(_ Place, text string, _ bool) string { return rewrite(text) }}).view(v)
}

// walk goes through a value that can be set.
type walk struct {
	text    func(at Place, text string, figure bool) string // figure: it is the number of a cell
	address func(at Place, field, address string) string    // nil: addresses stay
	at      Place
	figure  bool
}

func (w *walk) view(v *view.View) error { return w.value(reflect.ValueOf(v).Elem()) }

func (w *walk) value(v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		if text := v.String(); text != "" {
			v.SetString(w.text(w.at, text, w.figure))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return w.value(v.Elem())
		}
	case reflect.Interface:
		if v.IsNil() {
			return nil
		}
		inside := reflect.New(v.Elem().Type()).Elem() // what stands in an interface cannot be set in its place
		inside.Set(v.Elem())
		if err := w.value(inside); err != nil {
			return err
		}
		v.Set(inside)
	case reflect.Slice, reflect.Array:
		if raw, ok := v.Interface().(json.RawMessage); ok {
			return w.option(v, raw)
		}
		for i := range v.Len() {
			if err := w.value(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		w.keys(v)
	case reflect.Struct:
		return w.fields(v)
	default: // numbers and truths
	}
	return nil
}

func (w *walk) fields(v reflect.Value) error {
	switch of := v.Addr().Interface().(type) {
	case *view.Table:
		return w.table(of)
	case *view.Section:
		w.at = Place{Block: of.Title}
	case *view.Callout:
		w.at = Place{Block: of.Title}
	case *view.Frame:
		w.at = Place{Block: of.Title}
	case *view.Stat:
		w.at.Row = of.Label
	}
	return w.each(v, func(string) bool { return false })
}

// each goes through the fields of a struct.
func (w *walk) each(v reflect.Value, figure func(field string) bool) error {
	skipped := addressed[v.Type()]
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		leads := field.Type.Kind() == reflect.String && slices.Contains(leading, field.Name)
		if slices.Contains(skipped, field.Name) || leads && w.address != nil {
			if w.address != nil && field.Type.Kind() == reflect.String && v.Field(i).String() != "" {
				v.Field(i).SetString(w.address(w.at, field.Name, v.Field(i).String()))
			}
			continue
		}
		w.figure = figure(field.Name)
		err := w.value(v.Field(i))
		w.figure = false
		if err != nil {
			return err
		}
	}
	return nil
}

// table goes through a table cell by cell, so that it is known where each stands.
func (w *walk) table(t *view.Table) error {
	before := w.at
	defer func() { w.at = before }()
	if t.Title != "" {
		w.at = Place{Block: t.Title}
	}
	rows, total, columns := t.Rows, t.Total, t.Columns
	titles := make([]string, len(columns))
	for i, c := range columns {
		titles[i] = c.Title
	}
	in := w.at
	cells := func(row []view.Cell, n int) error {
		w.at.Row = labelOf(t, row, n)
		for i := range row {
			numbers := false
			if i < len(columns) {
				w.at.Column, numbers = titles[i], columns[i].Harmless || columns[i].Kind == view.ColumnNumber || columns[i].Kind == view.ColumnRate
			}
			if err := w.each(reflect.ValueOf(&row[i]).Elem(), func(field string) bool { return numbers && slices.Contains(figured, field) }); err != nil {
				return err
			}
		}
		return nil
	}
	for n, row := range append(slices.Clip(rows), total) {
		if err := cells(row, n); err != nil {
			return err
		}
	}
	w.at = in
	t.Rows, t.Total = nil, nil
	err := w.each(reflect.ValueOf(t).Elem(), func(string) bool { return false })
	t.Rows, t.Total = rows, total
	return err
}

// keys rewrites the names of things; what they lead to are addresses.
func (w *walk) keys(v reflect.Value) {
	if v.IsNil() || v.Type().Key().Kind() != reflect.String {
		return
	}
	for _, key := range v.MapKeys() {
		if name := w.text(w.at, key.String(), false); name != key.String() {
			v.SetMapIndex(reflect.ValueOf(name).Convert(key.Type()), v.MapIndex(key))
			v.SetMapIndex(key, reflect.Value{})
		}
	}
}

// option rewrites the texts of a picture's option; its numbers stay.
func (w *walk) option(v reflect.Value, raw json.RawMessage) error {
	if len(raw) == 0 || w.text(w.at, string(raw), false) == string(raw) {
		return nil
	}
	var option any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&option); err != nil {
		return fmt.Errorf("read the texts of a picture: %w", err)
	}
	written, err := json.Marshal(w.inJSON(option))
	if err != nil {
		return fmt.Errorf("write the texts of a picture: %w", err)
	}
	v.Set(reflect.ValueOf(json.RawMessage(written)))
	return nil
}

func (w *walk) inJSON(value any) any {
	switch value := value.(type) {
	case string:
		return w.text(w.at, value, false)
	case []any:
		for i := range value {
			value[i] = w.inJSON(value[i])
		}
	case map[string]any:
		for key := range value {
			value[key] = w.inJSON(value[key])
		}
	}
	return value
}

// labelOf is what the row of a table is about: its first words, else its number.
func labelOf(t *view.Table, row []view.Cell, n int) string {
	for i, c := range t.Columns {
		if c.Kind == view.ColumnText && i < len(row) && row[i].Text != "" {
			return row[i].Text
		}
	}
	return fmt.Sprint(n + 1)
}
