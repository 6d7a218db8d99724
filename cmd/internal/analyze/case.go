package analyze

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"hulian/data"
	"hulian/pipelines"
)

// Case is a worked example: a file, a method, and runs with options and expected values.
type Case struct {
	Name        string            `json:"case"`
	Method      string            `json:"method"`
	Input       CaseInput         `json:"input"`
	Conventions []string          `json:"conventions"`
	Tolerances  map[string]string `json:"tolerances"`
	Runs        []CaseRun         `json:"runs"`

	dir string
}

// CaseInput says what the data file holds. Columns keep the order of the document.
type CaseInput struct {
	File    string      `json:"file"`
	Rows    int         `json:"rows"`
	Columns orderedKeys `json:"columns"`

	meanings map[string]string // of the columns
}

// UnmarshalJSON keeps the columns' order and what is said of each.
func (i *CaseInput) UnmarshalJSON(b []byte) error {
	type plain CaseInput
	if err := json.Unmarshal(b, (*plain)(i)); err != nil {
		return err
	}
	var said struct {
		Columns map[string]json.RawMessage `json:"columns"`
	}
	if err := json.Unmarshal(b, &said); err != nil {
		return err
	}
	i.meanings = map[string]string{}
	for name, meaning := range said.Columns {
		var text string
		if json.Unmarshal(meaning, &text) == nil {
			i.meanings[name] = text
		}
	}
	return nil
}

// CaseRun is one set of options and what must come out.
type CaseRun struct {
	ID       string                     `json:"id"`
	Options  map[string]json.RawMessage `json:"options"`
	Expected json.RawMessage            `json:"expected"`
}

type orderedKeys []string

// UnmarshalJSON keeps the keys of an object in their order.
func (k *orderedKeys) UnmarshalJSON(b []byte) error {
	decoder := json.NewDecoder(strings.NewReader(string(b)))
	if _, err := decoder.Token(); err != nil {
		return err
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return err
		}
		name, ok := key.(string)
		if !ok {
			return pipelines.Errorf("columns: %v is not a name", key)
		}
		*k = append(*k, name)
		var meaning json.RawMessage
		if err := decoder.Decode(&meaning); err != nil {
			return err
		}
	}
	return nil
}

// ReadCase reads a case; its data file stands beside it.
func ReadCase(path string) (Case, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return Case{}, &pipelines.Fault{Op: "read the case", At: path, Err: errors.Unwrap(err), Next: "name a case's JSON file"}
	}
	c := Case{dir: filepath.Dir(path)}
	if err := json.Unmarshal(content, &c); err != nil {
		return c, &pipelines.Fault{Op: "read the case", At: path, Err: err, Next: "a case is a JSON object with method, input and runs"}
	}
	if c.Method == "" || len(c.Runs) == 0 {
		return c, &pipelines.Fault{Op: "read the case", At: path, Err: errors.New("it names no method or has no run"), Next: "a case is a JSON object with method, input and runs"}
	}
	return c, nil
}

// RunIDs lists the runs.
func (c Case) RunIDs() []string {
	var ids []string
	for _, r := range c.Runs {
		ids = append(ids, r.ID)
	}
	return ids
}

// Path is where the data file stands.
func (c Case) Path() string { return filepath.Join(c.dir, c.Input.File) }

// roleSentence is how cases say which column is what where names do not: "population 1 = 1970, population 2 = 1985;
// size column size, rate column rate; groups = Sex x Age."
var (
	sizeSentence  = regexp.MustCompile(`(?i)\bsize column (\S+?)[,;.]?(?:\s|$)`)
	rateSentence  = regexp.MustCompile(`(?i)\brate column (\S+?)[,;.]?(?:\s|$)`)
	groupSentence = regexp.MustCompile(`(?i)\bgroups = ([^.;]+)`)
)

// Flags translates a run into the flags of its method: every column as `--name name`, every option as
// `--name value`. What a case says in words only (which columns are size and rate, which pair a run is named after,
// values that stand in for the file) is added.
func (c Case) Flags(run CaseRun, file Frame) ([]Flag, error) {
	var flags []Flag
	m, err := MethodOf(c.Method)
	if err != nil {
		return nil, err
	}
	if m.Name == "spearman" {
		if x, y, ok := c.pairOf(run.ID); ok {
			return []Flag{{"x", x}, {"y", y}}, nil
		}
	}
	for _, column := range c.columns(file) {
		if slices.ContainsFunc(m.Roles, func(r Role) bool { return r.Named && r.called(column) }) {
			continue // the run says whether it takes part
		}
		flags = append(flags, Flag{column, column})
	}
	flags = append(flags, c.meant(m, run, file)...)
	if m.Name == "kitagawa" {
		flags = append(flags, c.kitagawaFlags()...)
	}
	var names []string
	for name := range run.Options {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		raw := run.Options[name]
		if name == "values_instead_of_file" {
			values, err := expectedValues(run.Expected)
			if err != nil {
				return nil, err
			}
			return []Flag{{"values", values}}, nil
		}
		if string(raw) == "null" {
			continue
		}
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		if _, isColumn := file.column(name); !m.knows(name) && !isColumn {
			return nil, c.unknownOption(m, run, name)
		}
		flags = append(flags, Flag{name, text})
	}
	return append(flags, c.expectedInputs(m, run)...), nil
}

// columns are the columns of the file that the case names: one a key, or several with commas between ("pop, stdpop"),
// or a row of them with dots ("v1..v7").
func (c Case) columns(file Frame) []string {
	var names []string
	for _, key := range c.Input.Columns {
		if _, ok := file.column(key); ok || !strings.ContainsAny(key, ",.") {
			names = append(names, key)
			continue
		}
		for _, part := range strings.Split(key, ",") {
			from, until, isRow := strings.Cut(strings.TrimSpace(part), "..")
			i, ok := file.column(from)
			j, okToo := file.column(until)
			switch {
			case !isRow:
				names = append(names, from)
			case ok && okToo && i <= j:
				names = append(names, file.Columns[i:j+1]...)
			}
		}
	}
	return names
}

// meant are the roles of columns that the case only describes: "aces" is "count".
func (c Case) meant(m Method, run CaseRun, file Frame) (flags []Flag) {
	for _, r := range m.Roles {
		if r.Meant == nil {
			continue
		}
		asked := false
		for name := range run.Options {
			asked = asked || r.called(name)
		}
		var found []string
		for _, name := range c.columns(file) {
			if r.Meant.MatchString(c.Input.meanings[name]) {
				found = append(found, name)
			}
		}
		if len(found) == 1 && !asked {
			flags = append(flags, Flag{r.Name, found[0]})
		}
	}
	return flags
}

// unknownOption: an option that is passed by would leave a result that looks like the one asked for.
func (c Case) unknownOption(m Method, run CaseRun, name string) error {
	var names []string
	for _, o := range m.Options {
		names = append(names, o.Name)
	}
	fault := &pipelines.Fault{Op: "read the options", At: fmt.Sprintf("run %s of case %s", run.ID, c.Name), Err: pipelines.Errorf("%w: %q is no option of %s", pipelines.ErrUnknown, name, m.Name),
		Next: "one of %s", With: []any{strings.Join(names, ", ")}}
	if nearest := data.Nearest(name, names); nearest != "" {
		fault.Next, fault.With = nearest, nil
	}
	return Usage{fault}
}

func (m Method) knows(name string) bool {
	return slices.ContainsFunc(m.Options, func(o Option) bool { return o.Name == strings.ReplaceAll(name, "-", "_") }) ||
		slices.ContainsFunc(m.Roles, func(r Role) bool { return r.called(name) })
}

func (c Case) kitagawaFlags() []Flag {
	var flags []Flag
	for _, sentence := range c.Conventions {
		for _, find := range []struct {
			pattern *regexp.Regexp
			role    string
		}{{sizeSentence, "total"}, {rateSentence, "rate"}, {groupSentence, "group"}} {
			m := find.pattern.FindStringSubmatch(sentence)
			if m == nil {
				continue
			}
			columns := strings.Split(strings.TrimSpace(m[1]), " x ")
			if slices.ContainsFunc(columns, func(name string) bool { return !slices.Contains(c.Input.Columns, name) }) {
				continue
			}
			flags = append(flags, Flag{find.role, strings.Join(columns, ",")})
		}
	}
	return flags
}

// pairOf reads a run's id as two columns, e.g. mpg_wt.
func (c Case) pairOf(id string) (x, y string, ok bool) {
	for _, a := range c.Input.Columns {
		for _, b := range c.Input.Columns {
			if a != b && id == a+"_"+b {
				return a, b, true
			}
		}
	}
	return "", "", false
}

// expectedValues gathers the values of cases whose input stands among what is expected.
func expectedValues(expected json.RawMessage) (string, error) {
	var of struct {
		Cases []struct {
			Values json.RawMessage `json:"values"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(expected, &of); err != nil {
		return "", err
	}
	var lists []json.RawMessage
	for _, c := range of.Cases {
		lists = append(lists, c.Values)
	}
	text, err := json.Marshal(lists)
	return string(text), err
}

// Outcome is what a run of a case gave.
type Outcome struct {
	Run      CaseRun
	Call     *Call
	Document *Object
}

// Execute runs the named run of the case, or all of them where id is empty.
func (c Case) Execute(ctx context.Context, id string) ([]Outcome, error) {
	if id != "" && !slices.Contains(c.RunIDs(), id) {
		return nil, Usage{&pipelines.Fault{Op: "find the run", At: fmt.Sprintf("%q of case %s", id, c.Name), Err: pipelines.ErrUnknown, Next: "one of %s", With: []any{strings.Join(c.RunIDs(), ", ")}}}
	}
	m, err := MethodOf(c.Method)
	if err != nil {
		return nil, err
	}
	file, err := Read(ctx, c.Path(), "")
	if err != nil {
		return nil, err
	}
	if c.Input.Rows > 0 && len(file.Rows) != c.Input.Rows {
		return nil, &pipelines.Fault{Op: "read the case's data", At: c.Path(), Err: pipelines.Errorf("%d rows, the case says %d", len(file.Rows), c.Input.Rows), Next: "fetch case and data together"}
	}
	var out []Outcome
	for _, run := range c.Runs {
		if id != "" && run.ID != id {
			continue
		}
		flags, err := c.Flags(run, file)
		if err != nil {
			return nil, err
		}
		call, err := Prepare(m, file, flags)
		if err != nil {
			return nil, pipelines.Errorf("run %s: %w", run.ID, err)
		}
		document, err := call.Run(ctx)
		if err != nil {
			return nil, pipelines.Errorf("run %s: %w", run.ID, err)
		}
		out = append(out, Outcome{Run: run, Call: call, Document: document})
	}
	return out, nil
}
