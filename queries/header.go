package queries

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hulian/data"
)

// Header is the comment a model or check opens with.
type Header struct {
	Text     string // what one row is
	Zh       string // of a check: the same in Chinese
	Grain    []string
	View     bool
	Sources  []string
	Months   []MonthSource // of them, the tables whose rows of a month are all that the rows of that month are made of
	History  []MonthSource // of them, the tables whose rows up to a month's end, or within a limit of days before, the rows of that month are made of
	Standing []string      // of them, the tables of versions whose rows that hold on the last day of a month the rows of that month are made of
	Warning  bool          // of a check: its rows warn, they do not block
	Columns  []Column
	Checks   []ColumnCheck
	BodyLine int // the line, from 1, on which the SELECT starts
}

// MonthSource is a table whose rows belong to months.
type MonthSource struct {
	Table  string
	Column string // month as text where it is called month, else a date or timestamp
	Within string // of a history, the column of ParameterTable with the days before a month that its rows look back to; empty: all
}

// parseCheck reads the header of a check. Its claim is told to whoever closes a month, in the language they read.
func parseCheck(sql string) (Header, error) {
	h, err := ParseHeader(sql)
	if err == nil && h.Zh == "" {
		err = &HeaderError{1, "no zh says in Chinese what the check claims"}
	}
	return h, err
}

// Claim is what a check claims, in both languages.
func (h Header) Claim() data.Text { return data.Text{Zh: h.Zh, En: h.Text} }

// Claim is the claim about columns of a model's table, in both languages.
func (c ColumnCheck) Claim(table string) data.Text {
	zh, en := strings.Join(c.Columns, "、"), strings.Join(c.Columns, ", ")
	if c.Rule == "unique" {
		return data.Text{Zh: fmt.Sprintf("%s 中没有两行的 %s 相同", table, zh), En: fmt.Sprintf("no two rows of %s have the same %s", table, en)}
	}
	return data.Text{Zh: fmt.Sprintf("%s 的每一行都有 %s", table, zh), En: fmt.Sprintf("every row of %s has %s", table, en)}
}

// Column is one column of a model's result.
type Column struct {
	Name string
	Text string
}

// ColumnCheck is a claim about columns of a model's result.
type ColumnCheck struct {
	Rule    string // not_null or unique
	Columns []string
	Warning bool
}

// HeaderError says which line of a header cannot be understood, and why.
type HeaderError struct {
	Line int
	Why  string
}

func (e *HeaderError) Error() string { return fmt.Sprintf("header line %d: %s", e.Line, e.Why) }

var (
	fieldLine = regexp.MustCompile(`^([a-z]+):(?: (.*))?$`)
	entryLine = regexp.MustCompile(`^ {2,}((?:warning )?[a-z_][a-z0-9_]*):(?: (.*))?$`)
	nameForm  = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)
	tableForm = regexp.MustCompile(`^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$`)
	monthForm = regexp.MustCompile(`^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$`)
	pastForm  = regexp.MustCompile(strings.TrimSuffix(monthForm.String(), "$") + `( within [a-z_][a-z0-9_]*)?$`)
)

// ParseHeader reads the comment a model or check opens with; the grammar stands in the package comment. An error is
// a *HeaderError.
func ParseHeader(sql string) (Header, error) {
	var h Header
	var field string
	seen := map[string]bool{}
	values := map[string]string{}
	line := 0
	for text := range strings.Lines(sql) {
		line++
		text = strings.TrimRight(text, "\r\n")
		content, ok := strings.CutPrefix(text, "--")
		if !ok {
			break
		}
		content = strings.TrimPrefix(content, " ")
		h.BodyLine = line + 1
		if match := fieldLine.FindStringSubmatch(content); match != nil && known(match[1]) {
			field = match[1]
			if seen[field] {
				return h, &HeaderError{line, field + " stands twice"}
			}
			seen[field] = true
			values[field] = match[2]
			continue
		}
		if field == "" {
			h.Text = strings.TrimSpace(h.Text + " " + strings.TrimSpace(content))
			continue
		}
		if strings.TrimSpace(content) == "" {
			continue
		}
		if !strings.HasPrefix(content, "  ") {
			return h, &HeaderError{line, fmt.Sprintf("%q is neither a field nor, being not indented, part of %s", content, field)}
		}
		if err := h.entry(field, content, values); err != nil {
			return h, &HeaderError{line, err.Error()}
		}
	}
	if h.BodyLine == 0 {
		return h, &HeaderError{1, "the file does not open with a comment"}
	}
	return h, h.finish(values)
}

func known(field string) bool {
	return slices.Contains([]string{"zh", "grain", "kind", "sources", "months", "history", "standing", "severity", "columns", "checks"}, field)
}

// entry takes one indented line of a field.
func (h *Header) entry(field, content string, values map[string]string) error {
	match := entryLine.FindStringSubmatch(content)
	switch {
	case field == "columns" && match != nil && !strings.Contains(match[1], " "):
		h.Columns = append(h.Columns, Column{Name: match[1], Text: match[2]})
	case field == "columns" && len(h.Columns) > 0:
		last := &h.Columns[len(h.Columns)-1]
		last.Text = strings.TrimSpace(last.Text + " " + strings.TrimSpace(content))
	case field == "checks" && match != nil:
		rule, warning := match[1], false
		if rest, ok := strings.CutPrefix(rule, "warning "); ok {
			rule, warning = rest, true
		}
		if rule != "not_null" && rule != "unique" {
			return fmt.Errorf("no rule %q; there are not_null and unique", rule)
		}
		columns, err := list(match[2], nameForm)
		if err != nil {
			return err
		}
		h.Checks = append(h.Checks, ColumnCheck{Rule: rule, Columns: columns, Warning: warning})
	case field == "checks" || field == "columns":
		return fmt.Errorf("%q is no entry of %s", strings.TrimSpace(content), field)
	default:
		values[field] += " " + strings.TrimSpace(content)
	}
	return nil
}

func (h *Header) finish(values map[string]string) error {
	if h.Text == "" {
		return &HeaderError{1, "no sentence says what one row is"}
	}
	h.Zh = strings.TrimSpace(values["zh"])
	var err error
	if h.Grain, err = list(values["grain"], nameForm); err != nil {
		return &HeaderError{1, "grain: " + err.Error()}
	}
	if h.Sources, err = list(values["sources"], tableForm); err != nil {
		return &HeaderError{1, "sources: " + err.Error()}
	}
	if h.Months, err = monthSources(values["months"], monthForm, h.Sources); err != nil {
		return &HeaderError{1, "months: " + err.Error()}
	}
	if h.History, err = monthSources(values["history"], pastForm, h.Sources); err != nil {
		return &HeaderError{1, "history: " + err.Error()}
	}
	if h.Standing, err = h.standing(values["standing"]); err != nil {
		return &HeaderError{1, "standing: " + err.Error()}
	}
	switch kind := strings.TrimSpace(values["kind"]); kind {
	case "", "table":
	case "view":
		h.View = true
	default:
		return &HeaderError{1, fmt.Sprintf("no kind %q; there are table and view", kind)}
	}
	switch severity := strings.TrimSpace(values["severity"]); severity {
	case "", "blocking":
	case "warning":
		h.Warning = true
	default:
		return &HeaderError{1, fmt.Sprintf("no severity %q; there are blocking and warning", severity)}
	}
	return nil
}

// standing reads names of sources. What holds on a day means something to months alone.
func (h *Header) standing(text string) ([]string, error) {
	names, err := list(text, tableForm)
	if err != nil {
		return nil, err
	}
	if len(names) > 0 && len(h.Months) == 0 {
		return nil, errors.New("the model names no months")
	}
	for _, name := range names {
		if !slices.Contains(h.Sources, name) {
			return nil, fmt.Errorf("%s is none of the sources", name)
		}
	}
	return names, nil
}

// monthSources reads names of sources, each with the column that tells its month where that is not called month, and, of a
// history, how far back it goes.
func monthSources(text string, form *regexp.Regexp, sources []string) ([]MonthSource, error) {
	names, err := list(text, form)
	if err != nil {
		return nil, err
	}
	var all []MonthSource
	for _, name := range names {
		name, within, limited := strings.Cut(name, " within ")
		parts := append(strings.Split(name, "."), "month")
		source := MonthSource{Table: parts[0] + "." + parts[1], Column: parts[2], Within: within}
		if !slices.Contains(sources, source.Table) {
			return nil, fmt.Errorf("%s is none of the sources", source.Table)
		}
		if limited && !slices.Contains(sources, ParameterTable) {
			return nil, fmt.Errorf("%s is a column of %s, which is none of the sources", within, ParameterTable)
		}
		all = append(all, source)
	}
	return all, nil
}

func list(text string, form *regexp.Regexp) ([]string, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if !form.MatchString(name) {
			return nil, fmt.Errorf("%q is no name", name)
		}
		names = append(names, name)
	}
	return names, nil
}
