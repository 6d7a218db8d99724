package data

import (
	"errors"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Decode fills a struct from a YAML node and says in words of the file what is wrong with it: a key the struct does not
// have, with the nearest right one, and a value of another kind than is meant.
func Decode(node *yaml.Node, into any) error {
	if err := NoReferences(node); err != nil {
		return err
	}
	if err := KnownKeys(node, reflect.TypeOf(into).Elem(), ""); err != nil {
		return err
	}
	return Mismatch(node.Decode(into))
}

// Mismatch puts an error of the decoder, that values are of another kind than is meant, into words of the file. Any other
// error stays as it is.
func Mismatch(err error) error {
	var mismatch *yaml.TypeError
	if errors.As(err, &mismatch) {
		lines := make([]string, len(mismatch.Errors))
		for i, line := range mismatch.Errors {
			lines[i] = readable(line)
		}
		return errors.New(strings.Join(lines, "; "))
	}
	return err
}

// meant says in words of the file what the program's types take.
var meant = map[string]string{
	"time.Duration": "a time such as 30s or 10m", "secret.Reference": "env:NAME or file:/path", "transfer.Size": "a size such as 500MB",
	"int": "a whole number", "float64": "a number", "bool": "true or false", "string": "a text",
}

// readable takes "line 4: cannot unmarshal !!str `many` into int" apart. The value is left out: it may be a secret.
func readable(text string) string {
	line, _, _ := strings.Cut(text, ": ")
	kind := text[strings.LastIndex(text, " ")+1:]
	wanted, ok := meant[kind]
	switch {
	case ok:
	case strings.HasPrefix(kind, "["):
		wanted = "a list"
	default:
		wanted = "a list of keys"
	}
	return line + ": it must be " + wanted
}
