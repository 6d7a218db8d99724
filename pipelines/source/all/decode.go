package all

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"

	"hulian/data"
	"hulian/pipelines"
)

// Read reads the list at path. A file that does not exist lists no sources.
func Read(path string) ([]Config, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var configs []Config
	if err == nil {
		configs, err = Parse(content)
	}
	if err != nil {
		return nil, &pipelines.Fault{Op: "read sources", At: path, Err: err, Next: "correct the line"}
	}
	return configs, nil
}

// Parse reads a list: a document whose only key is sources.
func Parse(content []byte) ([]Config, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, err
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("the file holds more than one document")
	}
	root := document.Content[0]
	if empty(root) {
		return nil, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, pipelines.Errorf("line %d: the file must begin with \"sources:\"", root.Line)
	}
	var list *yaml.Node
	for i := 0; i+1 < len(root.Content); i += 2 {
		name := root.Content[i]
		if name.Value != "sources" {
			return nil, data.UnknownKey(name.Line, name.Value, "", name.Value, []string{"sources"})
		}
		if list != nil {
			return nil, pipelines.Errorf("line %d: %q stands twice", name.Line, name.Value)
		}
		list = root.Content[i+1]
	}
	return Decode(list)
}

func empty(node *yaml.Node) bool {
	return node == nil || node.Kind == yaml.ScalarNode && node.Tag == "!!null"
}

// Decode reads the value of the key sources.
func Decode(list *yaml.Node) ([]Config, error) {
	if empty(list) {
		return nil, nil
	}
	if list.Kind != yaml.SequenceNode {
		return nil, pipelines.Errorf("line %d: sources must be a list: each begins with \"- name:\"", list.Line)
	}
	var configs []Config
	at := map[string]int{}
	for _, node := range list.Content {
		c, err := one(node)
		if err != nil {
			return nil, err
		}
		if line, twice := at[c.Name]; twice {
			return nil, pipelines.Errorf("line %d: the name %q stands on line %d already", c.Line, c.Name, line)
		}
		at[c.Name] = c.Line
		configs = append(configs, c)
	}
	return configs, nil
}

// one reads a source: its name and kind, and what is left by the rules of the kind.
func one(node *yaml.Node) (Config, error) {
	if node.Kind != yaml.MappingNode {
		return Config{}, pipelines.Errorf("line %d: a source is a list of keys: name, kind and those of the kind", node.Line)
	}
	c := Config{Line: node.Line}
	rest := *node
	rest.Content = nil
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		var into *string
		switch name.Value {
		case "name":
			into = &c.Name
		case "kind":
			into = &c.Kind
		default:
			rest.Content = append(rest.Content, name, value)
			continue
		}
		if value.Kind != yaml.ScalarNode || empty(value) || *into != "" || strings.TrimSpace(value.Value) == "" {
			return Config{}, pipelines.Errorf("line %d: %s must be given once, as a single value", value.Line, name.Value)
		}
		*into = value.Value
	}
	for _, lacking := range []struct{ key, value string }{{"name", c.Name}, {"kind", c.Kind}} {
		for i := 0; lacking.value == "" && i < len(rest.Content); i += 2 {
			if key := rest.Content[i]; data.Misspelt(key.Value, []string{lacking.key}) != "" {
				return Config{}, data.UnknownKey(key.Line, key.Value, "", key.Value, []string{lacking.key})
			}
		}
	}
	switch {
	case c.Name == "":
		return Config{}, pipelines.Errorf("line %d: the source has no name", node.Line)
	case c.Kind == "":
		return Config{}, pipelines.Errorf("line %d: %s has no kind: there are %s", node.Line, c.Name, strings.Join(Kinds(), ", "))
	}
	for _, k := range kinds {
		if k.name == c.Kind {
			var err error
			if c.open, err = k.decode(&rest); err != nil {
				return Config{}, pipelines.Errorf("source %s: %w", c.Name, err)
			}
			return c, nil
		}
	}
	return Config{}, pipelines.Errorf("source %s: kind: %w", c.Name, data.UnknownKey(node.Line, c.Kind, "", c.Kind, Kinds()))
}
