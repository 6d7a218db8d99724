package all

import (
	_ "embed" // example.yaml

	"hulian/data"
)

// example is a sources.yaml with one source of each kind, explained, to be copied from.
//
//go:embed example.yaml
var example string

// Explained is the example as a file that lists no source yet: every line of it is a comment.
func Explained() string { return data.Commented(example) }
