package match

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"hulian/data"
	"hulian/pipelines"
)

// refusal is a pipelines.MappingRefusal as an error that says it in English words.
type refusal struct{ pipelines.MappingRefusal }

func (r refusal) Error() string { return data.ExplainMappingRefusal(r.MappingRefusal, "en") }

// Unwrap gives what pages put into other words.
func (r refusal) Unwrap() error { return r.MappingRefusal }

func refuse(why pipelines.MappingFault, subject, near string) error {
	return refusal{pipelines.MappingRefusal{Why: why, Subject: subject, Near: near}}
}

var lineOfYAML = regexp.MustCompile(`^yaml: line ([0-9]+): `)

// noYAML refuses what the reader of YAML does not understand, with the line that it names.
func noYAML(err error) error {
	r := pipelines.MappingRefusal{Why: pipelines.MappingSyntax, Subject: err.Error()}
	if found := lineOfYAML.FindStringSubmatch(r.Subject); found != nil {
		r.Line, _ = strconv.Atoi(found[1])
		r.Subject = r.Subject[len(found[0]):]
	}
	return refusal{r}
}

// notAmong refuses a word that is none of those there are.
func notAmong(word string, among ...string) error {
	return refuse(pipelines.MappingNotAmong, word, strings.Join(among, ", "))
}

// under says of a refusal which key of the mapping file, and which export and column, it is about, where that is not said
// already.
func under(err error, export, column, key string) error {
	var r refusal
	if !errors.As(err, &r) {
		return err
	}
	if r.Export == "" {
		r.Export = export
	}
	if r.Column == "" {
		r.Column = column
	}
	if r.Key == "" {
		r.Key = key
	}
	return r
}

// placed says of a refusal in which line of the mapping file it stands.
func placed(err error, root *yaml.Node) error {
	var r refusal
	if errors.As(err, &r) && r.Line == 0 {
		r.Line = lineOf(root, r.MappingRefusal)
		return r
	}
	return err
}

// lineOf finds the line of what a refusal is about: as near to it as the file goes.
func lineOf(root *yaml.Node, r pipelines.MappingRefusal) int {
	at := root
	if r.Export != "" {
		_, exports := entry(root, "exports")
		for _, item := range exports.Content {
			if _, name := entry(item, "export"); name.Value == r.Export {
				at = item
			}
		}
	}
	line := at.Line
	for _, section := range []string{"columns", "constants", "values", "severity"} {
		_, inner := entry(at, section)
		if key, value := entry(inner, r.Column); r.Column != "" && key.Line > 0 {
			if deeper, _ := entry(value, r.Key); deeper.Line > 0 {
				return deeper.Line
			}
			return key.Line
		}
	}
	if key, _ := entry(at, r.Key); key.Line > 0 {
		line = key.Line
	}
	return line
}

// entry finds a key of a mapping node and its value; empty nodes where there is none.
func entry(node *yaml.Node, key string) (name, value *yaml.Node) {
	if node.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == key {
				return node.Content[i], node.Content[i+1]
			}
		}
	}
	return &yaml.Node{}, &yaml.Node{}
}
