package queries

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Behind says which rows stand behind one of the sums a measure is made of.
type Behind struct {
	Relation string            `yaml:"relation"` // a model that measures sum
	Export   string            `yaml:"export"`   // whose rows it counts
	Of       string            `yaml:"of"`       // which of them belong to the month
	Columns  map[string]string `yaml:"columns"`  // which of those each column counts
}

// Rows are the rows behind one term of a sum.
type Rows struct {
	Term      string // relation.column
	Export    string
	Condition string // in SQL, of the export as t
}

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

var behind = sync.OnceValue(func() map[string]Behind {
	content, err := files.ReadFile("behind.yaml")
	var all []Behind
	if err == nil {
		decoder := yaml.NewDecoder(bytes.NewReader(content))
		decoder.KnownFields(true)
		err = decoder.Decode(&all)
	}
	if err != nil {
		panic("embedded rows behind measures: " + err.Error()) // part of the binary: a test reads them
	}
	by := map[string]Behind{}
	for _, b := range all {
		by[b.Relation] = b
	}
	return by
})

// RowsBehind are the rows behind the numerator or, of a rate, the denominator of a measure, one for each term of the sum. The
// settings stand for the words in braces of behind.yaml, as SQL. A sum of which it is not written down which rows it counts, and
// a measure that is no sum, have none.
func (m Measure) RowsBehind(denominator bool, settings map[string]string) ([]Rows, error) {
	sum := m.Sums.Numerator
	if denominator {
		sum = m.Sums.Denominator
	}
	if sum == "" {
		return nil, nil
	}
	var all []Rows
	for _, term := range strings.Split(sum, " + ") {
		relation, column, _ := strings.Cut(term, ".")
		of := behind()[relation]
		counts, told := of.Columns[column]
		if !told {
			return nil, nil
		}
		condition := "(" + of.Of + ")"
		if counts != "true" {
			condition += " and (" + counts + ")"
		}
		for _, m := range placeholder.FindAllStringSubmatch(condition, -1) {
			value, known := settings[m[1]]
			if !known {
				return nil, fmt.Errorf("behind.yaml: %s: nobody says what {%s} is", term, m[1])
			}
			condition = strings.ReplaceAll(condition, m[0], value)
		}
		all = append(all, Rows{Term: term, Export: of.Export, Condition: condition})
	}
	return all, nil
}
