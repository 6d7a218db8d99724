package analyze

import (
	"bytes"
	"encoding/json"
	"slices"

	"hulian/queries/stats/estimate"
)

// Object is a JSON object that keeps the order of its keys. Values are nil, bool, int, float64, string,
// estimate.Number, estimate.Interval, slices and Objects.
type Object struct {
	keys   []string
	values map[string]any
	zh     map[string]string // Chinese of keys that mean something else here than in other documents
}

// Set adds or replaces a value and returns the object.
func (o *Object) Set(key string, value any) *Object {
	if o.values == nil {
		o.values = map[string]any{}
	}
	if _, ok := o.values[key]; !ok {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
	return o
}

// Named gives a key its Chinese in this object.
func (o *Object) Named(key, zh string) *Object {
	if o.zh == nil {
		o.zh = map[string]string{}
	}
	o.zh[key] = zh
	return o
}

// label is what a key of the object is called in a language.
func (o *Object) label(lang, key string) string {
	if zh, ok := o.zh[key]; ok && lang == "zh" {
		return zh
	}
	return Label(lang, key)
}

// Grid adds a table: the names of its columns under one key and the rows under another.
func (o *Object) Grid(columnsKey, rowsKey string, columns []string, rows [][]any) *Object {
	if rows == nil {
		rows = [][]any{}
	}
	return o.Set(columnsKey, columns).Set(rowsKey, rows)
}

// Get gives a value.
func (o *Object) Get(key string) (any, bool) {
	v, ok := o.values[key]
	return v, ok
}

// Keys lists the keys in order.
func (o *Object) Keys() []string { return slices.Clone(o.keys) }

// MarshalJSON writes the keys in order.
func (o *Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, key := range o.keys {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(o.values[key])
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// pair writes an interval as [low, high].
func pair(i estimate.Interval) []any { return []any{i.Low, i.High} }

// warn adds the warnings, last, where there are any.
func (o *Object) warn(warnings []estimate.Warning) {
	if len(warnings) > 0 {
		o.Set("warnings", warnings)
	}
}
