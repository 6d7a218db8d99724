package data

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"hulian/pipelines"
)

// KnownKeys walks a YAML node beside the type it will be decoded into and refuses a key the type does not have, with its
// line and the nearest right one, one that stands twice, and a value where keys belong. The decoder would refuse them too,
// but names the Go type instead of the key that was meant. Prefix is the path of keys that leads to the node: "" or
// "limits.".
func KnownKeys(node *yaml.Node, t reflect.Type, prefix string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case node.Kind == yaml.SequenceNode && t.Kind() == reflect.Slice:
		for _, element := range node.Content {
			if err := KnownKeys(element, t.Elem(), prefix); err != nil {
				return err
			}
		}
	case node.Kind == yaml.MappingNode && t.Kind() == reflect.Map:
		for i := 1; i < len(node.Content); i += 2 {
			if err := KnownKeys(node.Content[i], t.Elem(), prefix); err != nil {
				return err
			}
		}
	case node.Kind == yaml.MappingNode && t.Kind() == reflect.Struct:
		fields := map[string]reflect.Type{}
		var keys []string
		for field := range t.Fields() {
			key := field.Tag.Get("yaml")
			fields[key], keys = field.Type, append(keys, key)
		}
		stands := map[string]bool{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i]
			field, ok := fields[key.Value]
			switch {
			case !ok:
				if path := below(t, "", func(name string) bool { return name == key.Value }); path != "" {
					return fmt.Errorf("line %d: %w %q: it stands below another key: %q", key.Line, pipelines.ErrUnknown, prefix+key.Value, prefix+path)
				}
				if path := below(t, "", func(name string) bool { return Misspelt(key.Value, []string{name}) != "" }); path != "" && Nearest(key.Value, keys) == "" {
					return fmt.Errorf("line %d: %w %q: did you mean %q?", key.Line, pipelines.ErrUnknown, prefix+key.Value, prefix+path)
				}
				return UnknownKey(key.Line, prefix+key.Value, prefix, key.Value, keys)
			case stands[key.Value]:
				return fmt.Errorf("line %d: %q stands twice", key.Line, prefix+key.Value)
			}
			stands[key.Value] = true
			if err := KnownKeys(node.Content[i+1], field, prefix+key.Value+"."); err != nil {
				return err
			}
		}
	case t.Kind() == reflect.Struct && node.Kind != yaml.AliasNode && node.Tag != "!!null":
		return fmt.Errorf("line %d: lines such as \"name: …\" are expected here", node.Line)
	}
	return nil
}

// below finds a key that is meant in the sections below a type, and returns the path of keys that leads to it; "" where
// there is none.
func below(t reflect.Type, path string, meant func(name string) bool) string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[Text]() {
		return ""
	}
	for field := range t.Fields() {
		name := field.Tag.Get("yaml")
		if path != "" && meant(name) {
			return path + name
		}
		if found := below(field.Type, path+name+".", meant); found != "" {
			return found
		}
	}
	return ""
}

// NoReferences refuses a YAML node that refers to another one (*name), by which a small file could be made endless.
func NoReferences(node *yaml.Node) error {
	if node.Kind == yaml.AliasNode {
		return fmt.Errorf("line %d: references (*%s) are not read: write the value out", node.Line, node.Value)
	}
	for _, inner := range node.Content {
		if err := NoReferences(inner); err != nil {
			return err
		}
	}
	return nil
}

// UnknownKey says which line of a file holds a key that does not exist, and which one was probably meant.
func UnknownKey(line int, key, prefix, word string, among []string) error {
	if nearest := Nearest(word, among); nearest != "" {
		return fmt.Errorf("line %d: %w %q: did you mean %q?", line, pipelines.ErrUnknown, key, prefix+nearest)
	}
	sorted := slices.Sorted(slices.Values(among))
	return fmt.Errorf("line %d: %w %q: there are %s", line, pipelines.ErrUnknown, key, strings.Join(sorted, ", "))
}
