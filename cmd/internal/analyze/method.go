package analyze

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/queries/stats/estimate"
)

// Method is one analysis.
type Method struct {
	Name    string
	Aliases []string
	Short   string // one line
	Long    string // formula, source, what the output holds
	Roles   []Role
	Options []Option
	// WithoutFile says that values may be given instead of a file, by an option.
	WithoutFile string

	run  func(*Call) (*Object, error)
	draw func(*Call, *Object, *picture) error
}

// Role is what a column is for.
type Role struct {
	Name     string
	Zh       string
	Was      []string // names of the flag that are still taken
	Also     []string // names a column of that role often has
	Help     string
	Optional bool
	Many     bool           // several columns together, as the groups of a decomposition
	Words    bool           // its cells need not be numbers
	Meant    *regexp.Regexp // how a case describes the column, where its header is nobody's
	Named    bool           // taken where a flag or a run names it, never for its header: a column of weights may stand beside and not be meant
}

// Kind is the kind of value an option takes.
type Kind string

// The kinds.
const (
	Text    Kind = "text"
	Number  Kind = "number"
	Integer Kind = "integer"
	Truth   Kind = "true|false"
	List    Kind = "list" // [0.95,0.998] or 0.95,0.998
)

// Option is a setting of a method.
type Option struct {
	Name    string
	Kind    Kind
	Default string // for help
	Help    string
}

// Methods lists the analyses in the order of the help.
func Methods() []Method {
	return slices.Concat(rateMethods(), seriesMethods(), unitMethods(), associationMethods(), survivalMethods(), effectMethods(),
		comparisonMethods(), syntheticMethods(), honestMethods())
}

// MethodOf finds a method by name or alias.
func MethodOf(name string) (Method, error) {
	name = strings.ReplaceAll(strings.ToLower(name), "-", "_")
	var names []string
	for _, m := range Methods() {
		if m.Name == name || slices.Contains(m.Aliases, name) {
			return m, nil
		}
		names = append(names, m.Name)
	}
	fault := &pipelines.Fault{Op: "read the method", At: strconv.Quote(name), Err: pipelines.ErrUnknown, Next: "one of %s", With: []any{strings.Join(names, ", ")}}
	if nearest := data.Nearest(name, names); nearest != "" {
		fault.Next, fault.With = nearest, nil
	}
	return Method{}, Usage{fault}
}

// Flag is one `--name value` of the command line that is not the command's own.
type Flag struct{ Name, Value string }

// Call is a method with its file and settings, ready to run.
type Call struct {
	Method Method
	Frame  Frame

	columns   map[string][]int // by role
	options   map[string]string
	mentioned []int    // columns named without a role, in order
	asked     []string // filters, for messages
	assumed   []estimate.Warning
	calendar  calendar // of the periods of a panel, once they are read
}

// Prepare reads the flags of a call against a file. A flag is the role of a column (`--x deaths`), an option
// (`--confidence 0.9`), or a column of the file: `--sex male` keeps the rows of males, `--sex sex` only says that the
// column takes part.
func Prepare(m Method, f Frame, flags []Flag) (*Call, error) {
	c := &Call{Method: m, Frame: f, columns: map[string][]int{}, options: map[string]string{}, assumed: slices.Clone(f.Notes)}
	type filter struct {
		column int
		values []string
	}
	var filters []filter
	for _, flag := range flags {
		name := strings.ReplaceAll(flag.Name, "-", "_")
		role := slices.IndexFunc(m.Roles, func(r Role) bool { return r.called(name) })
		option := slices.IndexFunc(m.Options, func(o Option) bool { return o.Name == name })
		column, isColumn := f.column(flag.Name)
		if !isColumn {
			column, isColumn = f.column(name)
		}
		if role >= 0 {
			found, missing := c.columnsOf(flag.Value, m.Roles[role].Many)
			if missing == "" {
				c.columns[m.Roles[role].Name] = append(c.columns[m.Roles[role].Name], found...)
				continue
			}
			if option < 0 && !isColumn {
				return nil, f.unknownColumn(missing, flag.Name)
			}
		}
		if option >= 0 && (!isColumn || flag.Value != f.Columns[column]) {
			if strings.ToLower(flag.Value) != "null" {
				c.options[m.Options[option].Name] = flag.Value
			}
			continue
		}
		if !isColumn {
			return nil, c.unknownFlag(flag)
		}
		if strings.EqualFold(strings.TrimSpace(flag.Value), f.Columns[column]) {
			c.mentioned = append(c.mentioned, column)
			continue
		}
		filters = append(filters, filter{column, parseList(flag.Value)})
		c.asked = append(c.asked, f.Columns[column]+" "+flag.Value)
	}
	for _, filter := range filters {
		c.Frame = c.Frame.keep(func(row int) bool {
			return slices.ContainsFunc(filter.values, func(v string) bool { return same(c.Frame.Rows[row][filter.column], v) })
		})
	}
	if len(filters) > 0 && len(c.Frame.Rows) == 0 {
		return nil, Usage{&pipelines.Fault{Op: "choose the rows", At: strings.Join(c.asked, ", "), Err: pipelines.Errorf("no row of %s is left", f.Name),
			Next: "see which values the column holds"}}
	}
	return c, nil
}

func (c *Call) columnsOf(text string, many bool) (found []int, missing string) {
	if i, ok := c.Frame.column(text); ok {
		return []int{i}, ""
	}
	if !many {
		return nil, text
	}
	for _, name := range parseList(text) {
		i, ok := c.Frame.column(name)
		if !ok {
			return nil, name
		}
		found = append(found, i)
	}
	return found, ""
}

func (c *Call) unknownFlag(flag Flag) error {
	var names []string
	for _, r := range c.Method.Roles {
		names = append(append(names, r.Name), r.Was...)
	}
	for _, o := range c.Method.Options {
		names = append(names, o.Name)
	}
	names = append(names, c.Frame.Columns...)
	fault := &pipelines.Fault{Op: "read the flag", At: "--" + flag.Name, Err: pipelines.Errorf("%w: neither a column of %s nor an option of %s", pipelines.ErrUnknown, c.Frame.Name, c.Method.Name),
		Next: "hulian analyze " + c.Method.Name + " --help"}
	if nearest := data.Nearest(flag.Name, names); nearest != "" {
		fault.Next = "--" + nearest
	}
	return Usage{fault}
}

// Run runs the call. The document ends with the warnings, those about what was assumed first.
func (c *Call) Run(context.Context) (*Object, error) {
	out, err := c.Method.run(c)
	if err != nil || len(c.assumed) == 0 {
		return out, err
	}
	said, _ := out.values["warnings"].([]estimate.Warning)
	out.warn(append(slices.Clone(c.assumed), said...))
	return out, nil
}

// assume notes, once, what was taken for granted about the file.
func (c *Call) assume(format string, args ...any) {
	w := estimate.Warn(estimate.Convention, format, args...)
	if !slices.Contains(c.assumed, w) {
		c.assumed = append(c.assumed, w)
	}
}

// taking tells the reader that a column was found for a role by its name.
func (c *Call) taking(column int, r Role) {
	const said = "column %q is taken for %s"
	w := estimate.Warn(estimate.Convention, said, c.Frame.Columns[column], r.Name)
	w.Zh = fmt.Sprintf(estimate.Formats()[said], c.Frame.Columns[column], fmt.Sprintf("%s（--%s）", r.Zh, r.Name))
	if !slices.Contains(c.assumed, w) {
		c.assumed = append(c.assumed, w)
	}
}

// role finds the column of a role: named by flag, called like the role or by one of its usual names, or the only one
// left that could be meant.
func (c *Call) role(name string) (int, bool, error) {
	r := c.roleOf(name)
	if given := c.columns[name]; len(given) > 0 {
		return given[0], true, nil
	}
	if i, ok := c.byName(r); ok {
		if !r.called(c.Frame.Columns[i]) {
			c.taking(i, r)
		}
		return i, true, nil
	}
	if r.Optional {
		return 0, false, nil
	}
	if left := c.unclaimed(func(i int) bool {
		return (r.Words || c.Frame.numeric(i)) && (name != "total" || !lacking.MatchString(c.Frame.Columns[i]))
	}); len(left) == 1 {
		c.take(name, left[0])
		return left[0], true, nil
	}
	return 0, false, Usage{&pipelines.Fault{Op: "find the column", At: fmt.Sprintf("of %s in %s", name, c.Frame.Name),
		Err: pipelines.Errorf("no column is called %q, and none was named (%s)", name, r.Help), Next: "--%s with one of %s", With: []any{name, strings.Join(c.Frame.Columns, ", ")}}}
}

// taken reports whether a flag gave the column another role.
func (c *Call) taken(column int) bool {
	for _, given := range c.columns {
		if slices.Contains(given, column) {
			return true
		}
	}
	return false
}

// header is the name a role's column has in the file, or the role's where there is none.
func (c *Call) header(name string) string {
	if i, ok, err := c.role(name); ok && err == nil {
		return c.Frame.Columns[i]
	}
	return name
}

// numbers reads the column of a role.
func (c *Call) numbers(role string) ([]float64, error) {
	i, ok, err := c.role(role)
	if err != nil || !ok {
		return nil, err
	}
	values, err := c.Frame.numbers(i)
	if err == nil {
		c.askShares(i, values)
	}
	return values, err
}

// rateHeader is how columns of rates are called.
var rateHeader = regexp.MustCompile(`(?i)率|比例|占比|rate|share|percent|pct|proportion`)

// askShares asks about a column of rates of which some look like shares and some like percentages: 0.78 beside 81,
// with no value near 1 that would join the two groups.
func (c *Call) askShares(column int, values []float64) {
	if !rateHeader.MatchString(c.Frame.Columns[column]) {
		return
	}
	below, above := -1, -1
	for i, v := range values {
		switch {
		case v > 0 && v < 1 && (below < 0 || v > values[below]):
			below = i
		case v > 1 && (above < 0 || v < values[above]):
			above = i
		}
	}
	if below < 0 || above < 0 || values[above] < 10*values[below] {
		return
	}
	c.assume("%q holds %s in row %d and %s in row %d: are some shares and some per cent?", c.Frame.Columns[column],
		strings.TrimSpace(c.Frame.Rows[below][column]), c.Frame.Lines[below], strings.TrimSpace(c.Frame.Rows[above][column]), c.Frame.Lines[above])
}

// counts reads the column of a role that holds numbers of things: a percentage there is refused, and half a case is told.
func (c *Call) counts(role string) ([]float64, error) {
	i, ok, err := c.role(role)
	if err != nil || !ok {
		return nil, err
	}
	if err := c.noPercentages(role); err != nil {
		return nil, err
	}
	values, err := c.Frame.numbers(i)
	if err != nil {
		return nil, err
	}
	var broken []string
	for row, v := range values {
		if v == v && v != math.Trunc(v) {
			broken = append(broken, fmt.Sprintf("%d (%s)", c.Frame.Lines[row], strings.TrimSpace(c.Frame.Rows[row][i])))
		}
	}
	if len(broken) > 0 {
		more := ""
		if len(broken) > mostNamed {
			broken, more = broken[:mostNamed], ", …"
		}
		c.assume("%q counts things, and these rows hold parts of one: %s%s; are they rates or means?", c.Frame.Columns[i], strings.Join(broken, ", "), more)
	}
	return values, nil
}

// bases reads a denominator, which may have parts (person-years, expected events) but is no percentage.
func (c *Call) bases(role string) ([]float64, error) {
	if err := c.noPercentages(role); err != nil {
		return nil, err
	}
	return c.numbers(role)
}

func (c *Call) noPercentages(role string) error {
	i, _, err := c.role(role)
	for row := 0; err == nil && row < len(c.Frame.Rows); row++ {
		err = c.noPercentage(role, row, i)
	}
	return err
}

func (c *Call) noPercentage(role string, row, column int) error {
	cell := strings.TrimSpace(c.Frame.Rows[row][column])
	if !strings.ContainsAny(cell, "%％‰") {
		return nil
	}
	return &pipelines.Fault{Op: "read a count", At: fmt.Sprintf("%s, row %d, column %q", c.Frame.Name, c.Frame.Lines[row], c.Frame.Columns[column]),
		Err: pipelines.Errorf("%s is a percentage, and %s counts things (%s)", cell, role, c.roleHelp(role)), Next: "give the number itself, or name the column that holds it: --%s COLUMN", With: []any{role}}
}

func (c *Call) roleHelp(name string) string {
	return c.roleOf(name).Help
}

func (c *Call) wrongOption(name, text, want string) error {
	return Usage{&pipelines.Fault{Op: "read the option", At: "--" + name + " " + text, Err: pipelines.Errorf("%q is not %s", text, want), Next: "hulian analyze " + c.Method.Name + " --help"}}
}

func (c *Call) given(name string) bool { return c.options[name] != "" }

func (c *Call) text(name, otherwise string) string {
	if v := c.options[name]; v != "" {
		return v
	}
	return otherwise
}

func (c *Call) float(name string, otherwise float64) (float64, error) {
	text := c.options[name]
	if text == "" {
		return otherwise, nil
	}
	if v, ok := parseNumber(text); ok {
		return v, nil
	}
	if v, ok := arithmetic(text); ok {
		return v, nil
	}
	return 0, c.wrongOption(name, text, "a number")
}

func (c *Call) integer(name string, otherwise int) (int, error) {
	v, err := c.float(name, float64(otherwise))
	if err != nil || v != float64(int(v)) {
		return 0, c.wrongOption(name, c.options[name], "a whole number")
	}
	return int(v), nil
}

func (c *Call) truth(name string, otherwise bool) (bool, error) {
	text := c.options[name]
	switch {
	case text == "":
		return otherwise, nil
	case isTrue(text):
		return true, nil
	case isFalse(text):
		return false, nil
	}
	return false, c.wrongOption(name, text, "true or false")
}

// confidence reads the confidence level, as a share or in percent.
func (c *Call) confidence() (float64, error) {
	v, err := c.float("confidence", 0.95)
	if err == nil && v > 1 && v < 100 {
		v /= 100
	}
	if err == nil && !(v > 0 && v < 1) {
		return 0, c.wrongOption("confidence", c.options["confidence"], "between 0 and 1")
	}
	return v, err
}

func (c *Call) floats(name string, otherwise ...float64) ([]float64, error) {
	text := c.options[name]
	if text == "" {
		return otherwise, nil
	}
	var out []float64
	for _, part := range parseList(text) {
		v, ok := parseNumber(part)
		if !ok {
			v, ok = arithmetic(part)
		}
		if !ok {
			return nil, c.wrongOption(name, part, "a number")
		}
		out = append(out, v)
	}
	return out, nil
}

// choice reads an option that is one of a few words.
func (c *Call) choice(name string, words ...string) (string, error) {
	text := strings.ToLower(c.text(name, words[0]))
	plain := func(s string) string {
		return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(s))
	}
	for _, w := range words {
		if plain(w) == plain(text) {
			return w, nil
		}
	}
	return "", c.wrongOption(name, text, "one of "+strings.Join(words, ", "))
}

// parseList reads ["a","b"], [1, 2], or a,b.
func parseList(text string) []string {
	text = strings.TrimSpace(text)
	var items []json.RawMessage
	if json.Unmarshal([]byte(text), &items) == nil {
		out := make([]string, len(items))
		for i, raw := range items {
			var s string
			if json.Unmarshal(raw, &s) != nil {
				s = string(raw)
			}
			out[i] = s
		}
		return out
	}
	text = strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
	if text == "" {
		return nil
	}
	parts := strings.Split(text, ",")
	for i := range parts {
		parts[i] = strings.Trim(strings.TrimSpace(parts[i]), `"'`)
	}
	return parts
}
