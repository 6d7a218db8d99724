package match

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"hulian/data"
)

// MappedColumn says where the values of a contract column come from. In YAML it is a header, or one of
//
//	{row: true}                          the number of the row
//	{header: H, round: true}             decimals are rounded to whole numbers
//	{header: H, only: {header: S, is: [closed, done]}}
//	                                     the value of H in rows where S holds one of the words; elsewhere nothing
//	{from: A, until: B}                  the minutes between two moments
//	{from: A, plus: N, unit: days}       a moment and a number of days, hours, minutes or months behind it
//	{join: [A, B], with: "-"}            the texts of several columns, put together
//	{lookup: H}                          column H of the file that Mapping.With names
//
// Only and round go with every form.
type MappedColumn struct {
	Header      string
	Row         bool
	From, Until string
	Plus, Unit  string
	Join        []string
	With        string
	Lookup      string
	Round       bool
	Only        *Condition
}

// Condition holds in rows whose cell under Header holds one of the words of Is, or none of those of Not. Words are
// compared without the spaces around them, in any width and case.
type Condition struct {
	Header string   `yaml:"header"`
	Is     []string `yaml:"is"`
	Not    []string `yaml:"not"`
}

// check refuses a condition that says nothing.
func (c Condition) check() error {
	if c.Header == "" || (len(c.Is) == 0) == (len(c.Not) == 0) {
		return errors.New("a condition is {header: H, is: [words]} or {header: H, not: [words]}")
	}
	return nil
}

// Units of a number that is added to a moment.
const (
	Days    = "days"
	Hours   = "hours"
	Minutes = "minutes"
	Months  = "months"
)

var columnKeys = []string{"header", "row", "from", "until", "plus", "unit", "join", "with", "lookup", "round", "only"}

// UnmarshalYAML reads every form.
func (c *MappedColumn) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		return node.Decode(&c.Header)
	}
	if node.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: a column is a header, or a form such as {row: true}", node.Line)
	}
	var form struct {
		Header, From, Until, Plus, Unit, Lookup string
		Row, Round                              bool
		Join                                    []string
		With                                    *string
		Only                                    *Condition
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if key := node.Content[i].Value; !slices.Contains(columnKeys, key) {
			return unknownKey(node.Content[i].Line, key, columnKeys)
		}
	}
	if err := node.Decode(&form); err != nil {
		return err
	}
	*c = MappedColumn{Header: form.Header, Row: form.Row, From: form.From, Until: form.Until, Plus: form.Plus, Unit: form.Unit, Join: form.Join,
		Lookup: form.Lookup, Round: form.Round, Only: form.Only}
	if form.With != nil {
		c.With = *form.With
	}
	if err := c.check(); err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	return nil
}

// check refuses what is none of the forms.
func (c MappedColumn) check() error {
	forms := 0
	for _, given := range []bool{c.Header != "", c.Row, c.From != "" && c.Until != "" && c.Plus == "", c.From != "" && c.Plus != "" && c.Until == "", len(c.Join) > 0, c.Lookup != ""} {
		if given {
			forms++
		}
	}
	switch {
	case forms != 1:
		return errors.New("a column is one of: a header, {row: true}, {from: header, until: header}, {from: header, plus: header, unit: days}, {join: [headers]}, {lookup: header}")
	case c.Unit != "" && c.Plus == "", c.With != "" && len(c.Join) == 0:
		return errors.New("unit belongs to plus, and with to join")
	case c.Plus != "" && !slices.Contains([]string{"", Days, Hours, Minutes, Months}, c.Unit):
		return fmt.Errorf("unit %q: must be days, hours, minutes or months", c.Unit)
	case len(c.Join) == 1:
		return errors.New("join takes two headers or more")
	}
	if c.Only != nil {
		return c.Only.check()
	}
	return nil
}

// headers lists the headers of the file a column is made from, the one a person would look at first in front.
func (c MappedColumn) headers() (all []string) {
	for _, header := range append([]string{c.Header, c.From, c.Until, c.Plus}, c.Join...) {
		if header != "" {
			all = append(all, header)
		}
	}
	if c.Only != nil {
		all = append(all, c.Only.Header)
	}
	return all
}

// fits refuses a form whose result is not of the column's type.
func (c MappedColumn) fits(column data.Column) error {
	switch {
	case c.Until != "" && column.Type != data.TypeDecimal && column.Type != data.TypeInteger:
		return fmt.Errorf("column %s: minutes between two columns fit a number, not %s", column.ID, column.Type)
	case c.Plus != "" && column.Type != data.TypeDate && column.Type != data.TypeTimestamp:
		return fmt.Errorf("column %s: a moment and a duration make a date, not %s", column.ID, column.Type)
	case c.Round && column.Type != data.TypeInteger && column.Type != data.TypeDecimal:
		return fmt.Errorf("column %s: only numbers can be rounded, not %s", column.ID, column.Type)
	}
	return nil
}

// Folded is a word as words are compared: half-width, without spaces, in lower case.
func Folded(word string) string {
	var s strings.Builder
	for _, r := range word {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		case r == '\u3000' || r == '\u00a0' || r == '\t':
			r = ' '
		}
		if r != ' ' {
			s.WriteRune(r)
		}
	}
	return strings.ToLower(s.String())
}
