package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Rewritten is a town's file of the programme with one setting as written says; where that is what the defaults say, the key stands without a value. The
// comments stay, but for those inside a list that is replaced. The result is held to the same checks as a file that is read, and to
// saying nothing else than the file said before. A line of the file that stands in no key, as in a file of comments only, stays as it is.
func Rewritten(content []byte, path, written string) ([]byte, error) {
	before := DefaultProgramme()
	if err := before.overlay(content); err != nil {
		return nil, err
	}
	want, err := before.With(path, written)
	if err != nil {
		return nil, err
	}
	if err := want.check(); err != nil {
		return nil, err
	}
	removes := want.Written(path) == DefaultProgramme().Written(path)
	fresh, err := rewritten(content, strings.Split(path, "."), written, removes)
	if err != nil {
		return nil, err
	}
	got := DefaultProgramme()
	if err := got.overlay(fresh); err != nil {
		return nil, fmt.Errorf("%s cannot be written into this file: %w", path, err)
	}
	if !reflect.DeepEqual(got.settled(), want.settled()) {
		return nil, fmt.Errorf("%s cannot be written into this file without changing something else: edit the file by hand", path)
	}
	return fresh, nil
}

// settled are all settings as they are written: an empty map is as good as none.
func (p Programme) settled() map[string]string {
	all := map[string]string{}
	for _, s := range settings() {
		all[s.Path] = p.Written(s.Path)
	}
	return all
}

func rewritten(content []byte, keys []string, written string, removes bool) ([]byte, error) {
	var document yaml.Node
	err := yaml.NewDecoder(bytes.NewReader(content)).Decode(&document)
	if errors.Is(err, io.EOF) || err == nil && isNull(document.Content[0]) {
		return appended(content, keys, written, removes)
	}
	if err != nil {
		return nil, err
	}
	value, err := settingNode(written)
	if err != nil {
		return nil, err
	}
	putAt(document.Content[0], keys, value, removes)
	if len(document.Content[0].Content) == 0 {
		document.Content[0].Style = yaml.FlowStyle // an empty mapping: {}
	}
	return encoded(&document)
}

func encoded(node *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	err := errors.Join(encoder.Encode(node), encoder.Close())
	return out.Bytes(), err
}

// appended puts a setting behind a file in which none is in force, so that its comments stay as they are.
func appended(content []byte, keys []string, written string, removes bool) ([]byte, error) {
	if removes {
		return content, nil
	}
	value, err := settingNode(written)
	if err != nil {
		return nil, err
	}
	root := &yaml.Node{Kind: yaml.MappingNode}
	putAt(root, keys, value, false)
	fresh, err := encoded(root)
	if err != nil {
		return nil, err
	}
	if text := strings.TrimSpace(string(content)); text == "~" || text == "null" {
		content = nil
	}
	if n := len(content); n > 0 && content[n-1] != '\n' {
		content = append(slices.Clone(content), '\n')
	}
	return slices.Concat(content, []byte("\n"), fresh), nil
}

// settingNode is a value as a node without keys that say nothing.
func settingNode(written string) (*yaml.Node, error) {
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(written), &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
	}
	value := document.Content[0]
	withoutEmpty(value)
	withoutBlank(value)
	return value, nil
}

// withoutBlank takes out of the rows of a list the texts that are empty and the bases that are 0: so they are without the key.
func withoutBlank(node *yaml.Node) {
	if node.Kind != yaml.SequenceNode {
		return
	}
	for _, row := range node.Content {
		if row.Kind != yaml.MappingNode {
			continue
		}
		var kept []*yaml.Node
		for i := 0; i+1 < len(row.Content); i += 2 {
			key, value := row.Content[i], row.Content[i+1]
			blank := value.Kind == yaml.ScalarNode && (value.Value == "" || key.Value == "minimum_base" && value.Value == "0")
			if value.Kind == yaml.MappingNode {
				value.Style = yaml.FlowStyle
			}
			if !blank {
				kept = append(kept, key, value)
			}
		}
		row.Content = kept
	}
}

// putAt puts a value at a path of keys, or takes the key out.
func putAt(mapping *yaml.Node, keys []string, value *yaml.Node, removes bool) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value != keys[0] {
			continue
		}
		inner := mapping.Content[i+1]
		switch {
		case len(keys) > 1 && inner.Kind != yaml.MappingNode: // a section without a value
			mapping.Content[i+1] = &yaml.Node{Kind: yaml.MappingNode}
			putAt(mapping.Content[i+1], keys[1:], value, removes)
		case len(keys) > 1:
			putAt(inner, keys[1:], value, removes)
		case removes:
			mapping.Content[i+1] = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"} // the key keeps its comments and its default
		default:
			value.HeadComment, value.LineComment, value.FootComment = inner.HeadComment, inner.LineComment, inner.FootComment
			mapping.Content[i+1] = value
		}
		return
	}
	if removes {
		return
	}
	if len(keys) > 1 {
		section := &yaml.Node{Kind: yaml.MappingNode}
		putAt(section, keys[1:], value, false)
		value = section
	}
	mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: keys[0]}, value)
}
