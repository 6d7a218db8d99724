package match

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"hulian/data"
	"hulian/pipelines"
)

// draftYAML writes a draft as a mapping file, and refuses one that ParseMapping would.
func draftYAML(d pipelines.MappingDraft) ([]byte, error) {
	content := []byte(written(d, remarks{}))
	_, err := ParseMapping(content)
	return content, err
}

// Draft is what a mapping file says, to be worked on.
func (m *Mapping) Draft() pipelines.MappingDraft {
	d := pipelines.MappingDraft{Exporter: m.Exporter, Files: m.Files, Sheet: m.Sheet, Encoding: m.Encoding, Delimiter: m.Delimiter, HeaderRow: int64(m.HeaderRow),
		DateFormat: m.DateFormat, TimeZone: m.TimeZone, AsOf: m.AsOf, Where: m.Where, With: (*pipelines.MappingCompanion)(m.With)}
	for _, e := range m.Exports {
		columns := map[string]pipelines.MappedColumn{}
		for id, c := range e.Columns {
			columns[id] = pipelines.MappedColumn(c)
		}
		d.Exports = append(d.Exports, pipelines.ExportDraft{Export: e.Export, Mode: e.Mode, Where: e.Where, Keep: e.Keeps(), Columns: columns, Constants: e.Constants, Values: e.Values, Severity: e.Severity})
	}
	return d
}

// CheckDraft refuses, with a pipelines.MappingRefusal, what could not be kept for a table with these headers: what
// ParseMapping would refuse, a column that is required and comes from nowhere, and headers the table does not have. second
// are the headers of the second file; nil: not known.
func CheckDraft(d pipelines.MappingDraft, headers, second []string) error {
	if _, err := draftYAML(d); err != nil {
		return unplaced(err)
	}
	if d.With != nil && !slices.Contains(headers, d.With.Key) {
		return pipelines.MappingRefusal{Why: pipelines.MappingNoHeader, Subject: d.With.Key, Key: "with"}
	}
	if d.With != nil && second != nil && !slices.Contains(second, cmp.Or(d.With.As, d.With.Key)) {
		return pipelines.MappingRefusal{Why: pipelines.MappingNoHeader, Subject: cmp.Or(d.With.As, d.With.Key), Key: "with"}
	}
	for _, c := range d.Where {
		if !slices.Contains(headers, c.Header) {
			return pipelines.MappingRefusal{Why: pipelines.MappingNoHeader, Subject: c.Header, Key: "where"}
		}
	}
	for _, e := range d.Exports {
		if err := checkExport(e, headers, second); err != nil {
			return err
		}
	}
	return nil
}

func checkExport(e pipelines.ExportDraft, headers, second []string) error {
	contract, _ := data.ContractOf(e.Export)
	for _, c := range e.Where {
		if !slices.Contains(headers, c.Header) {
			return pipelines.MappingRefusal{Why: pipelines.MappingNoHeader, Subject: c.Header, Export: e.Export, Key: "where"}
		}
	}
	for _, column := range contract.Columns {
		mapped, said := e.Columns[column.ID]
		if _, fixed := e.Constants[column.ID]; column.Required && !said && !fixed {
			return pipelines.MappingRefusal{Why: pipelines.MappingIncomplete, Subject: column.ID, Export: e.Export, Column: column.ID}
		}
		for _, header := range mapped.Headers() {
			if !slices.Contains(headers, header) {
				return pipelines.MappingRefusal{Why: pipelines.MappingNoHeader, Subject: header, Export: e.Export, Column: column.ID, Key: keyOfHeader(mapped, header)}
			}
		}
		if mapped.Lookup != "" && second != nil && !slices.Contains(second, mapped.Lookup) {
			return pipelines.MappingRefusal{Why: pipelines.MappingNoHeader, Subject: mapped.Lookup, Export: e.Export, Column: column.ID, Key: "lookup"}
		}
	}
	return nil
}

// keyOfHeader is the key under which a column names a header.
func keyOfHeader(c pipelines.MappedColumn, header string) string {
	switch {
	case slices.Contains(c.Join, header):
		return "join"
	case c.From == header:
		return "from"
	case c.Until == header:
		return "until"
	case c.Plus == header:
		return "plus"
	case c.Only != nil && c.Only.Header == header:
		return "only"
	}
	return "header"
}

// remarks are what stands beside the keys of a mapping file that is to be worked on, as comments.
type remarks struct {
	top     []string
	reading string
	days    string   // in place of date_format, a line
	name    string   // behind the export
	others  []string // below it
	columns []columnLine
	tail    []string // lines below the columns
}

// columnLine is a line of the columns.
type columnLine struct {
	mark    string // empty: the line is in force
	column  string // empty: a comment alone
	made    string
	comment string
}

func (l columnLine) String() string {
	text := ""
	if l.column != "" {
		text = l.column + ": " + l.made
	}
	return strings.TrimRight(strings.Join(slices.DeleteFunc([]string{l.mark, text, comment(l.comment)}, func(s string) bool { return s == "" }), " "), " ")
}

func comment(text string) string {
	if text == "" {
		return ""
	}
	return "# " + commented(text)
}

// written is a draft as the text of a mapping file.
func written(d pipelines.MappingDraft, r remarks) string {
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	for _, text := range r.top {
		put("%s\n", comment(text))
	}
	put("exporter: %s\n", quoted(d.Exporter))
	if len(d.Files) > 0 {
		put("files:\n")
	}
	for _, pattern := range d.Files {
		put("  - %s\n", quoted(pattern))
	}
	text := func(key, value string) {
		if value != "" {
			put("%s: %s\n", key, quoted(value))
		}
	}
	text("sheet", d.Sheet)
	if r.reading != "" {
		put("%s\n", comment(r.reading))
	}
	text("encoding", d.Encoding)
	text("delimiter", d.Delimiter)
	if d.HeaderRow > 0 {
		put("header_row: %d\n", d.HeaderRow)
	}
	text("date_format", d.DateFormat)
	if r.days != "" {
		put("%s\n", r.days)
	}
	text("time_zone", d.TimeZone)
	text("as_of", d.AsOf)
	if len(d.Where) > 0 {
		put("where: %s\n", flow(d.Where))
	}
	if d.With != nil {
		put("with: %s\n", flow(*d.With))
	}
	put("exports:\n")
	for _, e := range d.Exports {
		b.WriteString(writtenExport(e, r))
	}
	return b.String()
}

func writtenExport(e pipelines.ExportDraft, r remarks) string {
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	put("%s\n", strings.TrimRight("  - export: "+quoted(e.Export)+" "+comment(r.name), " "))
	for _, other := range r.others {
		put("    # or: %s\n", other)
	}
	if e.Mode != "" {
		put("    mode: %s\n", quoted(e.Mode))
	}
	if e.Keep != "" {
		put("    keep: %s\n", quoted(e.Keep))
	}
	if len(e.Where) > 0 {
		put("    where: %s\n", flow(e.Where))
	}
	columns := r.columns
	contract, _ := data.ContractOf(e.Export)
	if columns == nil {
		columns = columnLines(e, contract)
	}
	if len(columns) > 0 {
		put("    columns:\n")
	}
	for _, l := range columns {
		put("      %s\n", l)
	}
	if len(e.Constants) > 0 {
		put("    constants: %s\n", flow(e.Constants))
	}
	if len(e.Severity) > 0 {
		put("    severity: %s\n", flow(e.Severity))
	}
	if len(e.Values) > 0 {
		put("    values:\n")
	}
	for _, id := range slices.Sorted(maps.Keys(e.Values)) {
		put("      %s: %s\n", quoted(id), flow(e.Values[id]))
	}
	for _, tail := range r.tail {
		put("    %s\n", tail)
	}
	return b.String()
}

// columnLines are the columns of a draft in the contract's order; what the contract does not know, to be refused, behind.
func columnLines(e pipelines.ExportDraft, contract data.Contract) (lines []columnLine) {
	ids := slices.Sorted(maps.Keys(e.Columns))
	place := func(id string) int {
		return slices.IndexFunc(contract.Columns, func(c data.Column) bool { return c.ID == id })
	}
	slices.SortStableFunc(ids, func(a, b string) int { return cmp.Compare(uint(place(a)), uint(place(b))) })
	for _, id := range ids {
		lines = append(lines, columnLine{column: quoted(id), made: madeOf(e.Columns[id])})
	}
	return lines
}

// madeOf is how a column is made, on one line.
func madeOf(c pipelines.MappedColumn) string {
	if plain := (pipelines.MappedColumn{Header: c.Header}); c.Header != "" && reflect.DeepEqual(c, plain) {
		return quoted(c.Header)
	}
	return flow(c)
}

// unplaced takes the line out of a refusal: nobody sees the text that was written.
func unplaced(err error) error {
	var r pipelines.MappingRefusal
	if !errors.As(err, &r) {
		return err
	}
	r.Line = 0
	return r
}

// DraftOf writes a proposal as a mapping file to confirm: what is sure and what was asked for stands as it is, every
// guess is a comment a person has to uncover.
func DraftOf(exporter string, p pipelines.Proposal, ask pipelines.MappingAsk) string {
	contract, _ := data.ContractOf(p.Export)
	d := pipelines.MappingDraft{Exporter: exporter, Files: []string{p.Pattern}, Sheet: p.Sheet, Encoding: ask.Encoding, Delimiter: ask.Delimiter, HeaderRow: ask.HeaderRow,
		Exports: []pipelines.ExportDraft{{Export: p.Export}}}
	r := remarks{
		top: []string{"Mapping of " + p.File + ", to be confirmed. Lines that begin with #? are guesses: take the mark away where the guess is right.",
			`Lines that begin with "# or:" are other ways: put one in place of the line above where it is meant. "hulian help map" explains every key.`},
		reading: "Read as: " + data.ExplainReading(p.ReadAs, "en") + ". Where that is wrong, encoding, delimiter and header_row pin it.",
		name:    contract.Name.In("zh"), columns: proposedLines(p, contract)}
	if why := data.ExplainDetails(p.Why, "en"); why != "" {
		r.name += " (" + why + ")"
	}
	switch {
	case p.DateFormat != "":
		r.days = fmt.Sprintf("#? date_format: %s %s", quoted(p.DateFormat), comment(data.ExplainDetail(p.DateWhy, "en")))
	case !p.DateWhy.IsZero():
		r.days = comment(data.ExplainDetail(p.DateWhy, "en") + "; date_format says which")
	}
	for _, other := range p.Others {
		name, _ := data.ContractOf(other)
		r.others = append(r.others, fmt.Sprintf("%s (%s)", other, name.Name.In("zh")))
	}
	for _, w := range p.Ways {
		switch w.Key {
		case "where":
			r.tail = append(r.tail, fmt.Sprintf("# or: where: %s %s", flow([]Condition{w.Where}), explained("where")))
		case "keep":
			r.tail = append(r.tail, fmt.Sprintf("# or: keep: %s %s", w.Keep, explained("exports.keep")))
		}
	}
	r.tail = append(r.tail, leftOut(p)...)
	last := ""
	for _, w := range p.Words {
		if last == "" {
			r.tail = append(r.tail, "#? values: # words the contract does not know")
		}
		if w.Column != last {
			r.tail = append(r.tail, fmt.Sprintf("#?   %s:", w.Column))
			last = w.Column
		}
		r.tail = append(r.tail, fmt.Sprintf("#?     %s: %s # %d rows", quoted(w.Word), cmp.Or(w.Means, "…"), w.Rows))
	}
	return written(d, r)
}

// leftOut are the lines that keep loading from taking columns by their headers whose values are something else.
func leftOut(p pipelines.Proposal) (lines []string) {
	for _, c := range p.Columns {
		if c.Unfit == "" {
			continue
		}
		if lines == nil {
			lines = append(lines, "#? constants: # an empty one leaves a column out that would be taken by its header")
		}
		lines = append(lines, fmt.Sprintf(`#?   %s: "" %s`, c.Unfit, comment(fmt.Sprintf("%s: %s (%s)", c.Header, strings.Join(c.Examples, " | "), data.ExplainDetails(c.Why, "en")))))
	}
	return lines
}

// explained is what a key is for, as a comment.
func explained(path string) string { return comment(data.MappingKeyOf(path).Text.In("en")) }

// proposedLines are the columns of a proposal in the order of the table, then what is required and was not found.
func proposedLines(p pipelines.Proposal, contract data.Contract) (lines []columnLine) {
	for _, c := range p.Columns {
		l := columnLine{column: c.Column, made: quoted(c.Header), comment: strings.Join(c.Examples, " | ")}
		switch {
		case c.Column == "":
			l = columnLine{comment: "not used: " + c.Header}
			if len(c.Examples) > 0 {
				l.comment += " # " + strings.Join(c.Examples, " | ")
			}
		case !c.Sure:
			l.mark = "#?"
			if why := data.ExplainDetails(c.Why, "en"); why != "" {
				l.comment += " (" + why + ")"
			}
		}
		lines = append(lines, l)
	}
	found := map[string]bool{}
	for _, w := range p.Ways {
		if w.Column == "" {
			continue
		}
		found[w.Column] = true
		l := columnLine{mark: "#?", column: w.Column, made: madeOf(w.Made), comment: data.MappingKeyOf("exports.columns." + w.Key).Text.In("en")}
		at := slices.IndexFunc(lines, func(known columnLine) bool { return known.column == w.Column })
		switch {
		case at < 0 && w.Key != "row":
			lines = append(lines, l)
		case at >= 0 && lines[at].mark == "#?":
			lines[at] = l
		default: // a number of a row names another row in next month's file, so that it is never more than a way out
			l.mark = "# or:"
			if at < 0 {
				at = len(lines) - 1
			}
			lines = slices.Insert(lines, at+1, l)
		}
	}
	for _, id := range p.Missing {
		if column, _ := contract.Column(id); !found[id] {
			example := "…"
			if len(column.Values) > 0 {
				example = column.Values[0].ID
			}
			lines = append(lines, columnLine{comment: fmt.Sprintf("required and not found: %s (%s); the same in every row: constants: {%s: %s}", id, column.Name.In("zh"), id, example)})
		}
	}
	return lines
}

// quoted is a text as a scalar on one line: headers are often broken over two, and may hold what no editor shows.
func quoted(text string) string {
	return onOneLine(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text})
}

// flow is a value of a mapping file on one line, as {header: H, round: true}.
func flow(value any) string {
	var node yaml.Node
	if err := node.Encode(value); err != nil {
		panic("a part of a mapping file cannot be written: " + err.Error()) // texts, lists and maps of them
	}
	return onOneLine(&node)
}

func onOneLine(node *yaml.Node) string {
	flowed(node)
	content, err := yaml.Marshal(node)
	if err != nil {
		panic("a part of a mapping file cannot be written: " + err.Error()) // likewise
	}
	return strings.TrimSpace(string(content))
}

func flowed(node *yaml.Node) {
	switch {
	case node.Kind != yaml.ScalarNode:
		node.Style = yaml.FlowStyle
	case strings.ContainsFunc(node.Value, unprintable):
		node.Value, node.Style = strings.ToValidUTF8(node.Value, "\ufffd"), yaml.DoubleQuotedStyle
	}
	for _, inner := range node.Content {
		flowed(inner)
	}
}

// commented is a text as part of a comment, which ends with its line and holds no control characters.
func commented(text string) string {
	return strings.Map(func(r rune) rune {
		if unprintable(r) {
			return ' '
		}
		return r
	}, text)
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// Pattern is the pattern a mapping file claims files like this one by: digits, which change from month to month, become
// stars.
func Pattern(name string) string {
	base := filepath.Base(name)
	ext := filepath.Ext(base)
	return digits.ReplaceAllString(LiteralPattern(strings.TrimSuffix(base, ext)), "*") + LiteralPattern(ext)
}

var digits = regexp.MustCompile(`[0-9]+`)

// LiteralPattern is the pattern that only one name fits.
func LiteralPattern(name string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(name)
}
