package queries

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"hulian/data"
)

// Behind says which rows stand behind one of the sums a measure is made of.
type Behind struct {
	Relation string               `yaml:"relation"` // a model that measures sum, or the ID of a measure that is no sum
	Export   string               `yaml:"export"`   // whose rows it counts; or another published table
	Of       string               `yaml:"of"`       // which of them belong to the month
	Columns  map[string]string    `yaml:"columns"`  // which of those each column counts; of a measure that is no sum: numerator, denominator
	Adds     map[string]string    `yaml:"adds"`     // what each row adds to a column, where that is not 1
	Name     data.Text            `yaml:"name"`     // of a table that is no export
	Heads    map[string]data.Text `yaml:"heads"`    // of its columns that are shown
	None     data.Text            `yaml:"none"`     // why no rows can be shown, of a measure that has none
}

// Rows are the rows behind one term of a sum.
type Rows struct {
	Term      string // relation.column
	Export    string
	Condition string // in SQL, of the export as t
	Adds      string // in SQL, what a row adds; empty: 1
	Name      data.Text
	Heads     map[string]data.Text
}

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

var behindFile = sync.OnceValue(func() []Behind {
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
	return all
})

var behind = sync.OnceValue(func() map[string]Behind {
	by := map[string]Behind{}
	for _, b := range behindFile() {
		for column := range b.Columns {
			by[b.Relation+"."+column] = b
		}
	}
	return by
})

// WithoutRows says why no rows stand behind a measure; said is false of one that has rows.
func (m Measure) WithoutRows() (why data.Text, said bool) {
	for _, b := range behindFile() {
		if b.Relation == m.ID && b.None != (data.Text{}) {
			return b.None, true
		}
	}
	return why, false
}

// RowsBehind are the rows behind the numerator or, of a rate, the denominator of a measure, one for each term of the sum. The
// settings stand for the words in braces of behind.yaml, as SQL. A sum of which it is not written down which rows it counts has none.
// A measure that is no sum is looked up by its ID.
func (m Measure) RowsBehind(denominator bool, settings map[string]string) ([]Rows, error) {
	sum := m.Sums.Numerator
	if denominator {
		sum = m.Sums.Denominator
	}
	if sum == "" {
		if sum = m.ID + ".numerator"; denominator {
			sum = m.ID + ".denominator"
		}
	}
	var all []Rows
	for _, term := range strings.Split(sum, " + ") {
		_, column, _ := strings.Cut(term, ".")
		of := behind()[term]
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
		all = append(all, Rows{Term: term, Export: of.Export, Condition: condition, Adds: of.Adds[column], Name: of.Name, Heads: of.Heads})
	}
	return all, nil
}
