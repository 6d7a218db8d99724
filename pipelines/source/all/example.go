package all

import _ "embed"

//go:embed example.yaml
var example string

// Example is a sources.yaml with one source of each kind, explained, to be copied from.
func Example() string { return example }
