package match

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"hulian/data"
	"hulian/pipelines"
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
type MappedColumn pipelines.MappedColumn

// Condition holds in rows whose cell under a header holds certain words.
type Condition = pipelines.MappingCondition

// checkCondition refuses a condition that says nothing.
func checkCondition(c Condition) error {
	if c.Header == "" || (len(c.Is) == 0) == (len(c.Not) == 0) {
		return refuse(pipelines.MappingHollow, c.Header, "")
	}
	return nil
}

// UnmarshalYAML reads every form.
func (c *MappedColumn) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		return node.Decode(&c.Header)
	}
	if node.Kind != yaml.MappingNode {
		return refusal{pipelines.MappingRefusal{Why: pipelines.MappingNoForm, Line: node.Line}}
	}
	if err := knownKeys(node, columnType); err != nil {
		return err
	}
	return node.Decode((*pipelines.MappedColumn)(c))
}

// check refuses what is none of the forms.
func (c MappedColumn) check() error {
	forms := 0
	for _, given := range []bool{c.Header != "", c.Row, c.From != "" && c.Until != "" && c.Plus == "", c.From != "" && c.Plus != "" && c.Until == "", len(c.Join) > 0, c.Lookup != ""} {
		if given {
			forms++
		}
	}
	units := []string{pipelines.Days, pipelines.Hours, pipelines.Minutes, pipelines.Months}
	switch {
	case forms != 1:
		return refuse(pipelines.MappingNoForm, "", "")
	case c.Unit != "" && c.Plus == "":
		return under(refuse(pipelines.MappingAstray, "unit", "plus"), "", "", "unit")
	case c.With != "" && len(c.Join) == 0:
		return under(refuse(pipelines.MappingAstray, "with", "join"), "", "", "with")
	case c.Plus != "" && c.Unit != "" && !slices.Contains(units, c.Unit):
		return under(refuse(pipelines.MappingUnit, c.Unit, ""), "", "", "unit")
	case len(c.Join) == 1:
		return under(refuse(pipelines.MappingJoinOne, "", ""), "", "", "join")
	}
	if c.Only != nil {
		return under(checkCondition(*c.Only), "", "", "only")
	}
	return nil
}

// headers lists the headers of the file a column is made from.
func (c MappedColumn) headers() []string { return pipelines.MappedColumn(c).Headers() }

// fits refuses a form whose result is not of the column's type.
func (c MappedColumn) fits(column data.Column) error {
	switch {
	case c.Until != "" && column.Type != data.TypeDecimal && column.Type != data.TypeInteger:
		return under(refuse(pipelines.MappingNoNumber, "", ""), "", "", "until")
	case c.Plus != "" && column.Type != data.TypeDate && column.Type != data.TypeTimestamp:
		return under(refuse(pipelines.MappingNoMoment, "", ""), "", "", "plus")
	case c.Round && column.Type != data.TypeInteger && column.Type != data.TypeDecimal:
		return under(refuse(pipelines.MappingNoRounding, "", ""), "", "", "round")
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
