package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
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

// withoutNumbers is a view with the numbers of identity cards and telephones masked in every text, whoever wrote it and
// wherever it came from: page, download, picture and report are made of it.
func withoutNumbers(v view.View) (view.View, error) {
	err := mask(reflect.ValueOf(&v).Elem())
	return v, err
}

// mask goes through a value that can be set.
func mask(v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		if text := v.String(); text != "" {
			v.SetString(visitor.FreeText(text))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return mask(v.Elem())
		}
	case reflect.Interface:
		if v.IsNil() {
			return nil
		}
		inside := reflect.New(v.Elem().Type()).Elem() // what stands in an interface cannot be set in its place
		inside.Set(v.Elem())
		if err := mask(inside); err != nil {
			return err
		}
		v.Set(inside)
	case reflect.Slice, reflect.Array:
		if raw, ok := v.Interface().(json.RawMessage); ok {
			return maskOption(v, raw)
		}
		for i := range v.Len() {
			if err := mask(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		return maskMap(v)
	case reflect.Struct:
		return maskFields(v)
	default: // numbers and truths
	}
	return nil
}

func maskFields(v reflect.Value) error {
	skipped := map[string]bool{}
	for _, name := range addressed[v.Type()] {
		skipped[name] = true
	}
	for i := range v.NumField() {
		if field := v.Type().Field(i); !skipped[field.Name] && field.IsExported() {
			if err := mask(v.Field(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// maskMap masks the names of things; what they lead to are addresses.
func maskMap(v reflect.Value) error {
	if v.IsNil() || v.Type().Key().Kind() != reflect.String {
		return nil
	}
	for _, key := range v.MapKeys() {
		if name := visitor.FreeText(key.String()); name != key.String() {
			v.SetMapIndex(reflect.ValueOf(name).Convert(key.Type()), v.MapIndex(key))
			v.SetMapIndex(key, reflect.Value{})
		}
	}
	return nil
}

// maskOption masks the texts of a picture's option; its numbers stay.
func maskOption(v reflect.Value, raw json.RawMessage) error {
	if visitor.FreeText(string(raw)) == string(raw) {
		return nil
	}
	var option any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&option); err != nil {
		return fmt.Errorf("mask numbers in a picture: %w", err)
	}
	masked, err := json.Marshal(maskJSON(option))
	if err != nil {
		return fmt.Errorf("mask numbers in a picture: %w", err)
	}
	v.Set(reflect.ValueOf(json.RawMessage(masked)))
	return nil
}

func maskJSON(value any) any {
	switch value := value.(type) {
	case string:
		return visitor.FreeText(value)
	case []any:
		for i := range value {
			value[i] = maskJSON(value[i])
		}
	case map[string]any:
		for key := range value {
			value[key] = maskJSON(value[key])
		}
	}
	return value
}
