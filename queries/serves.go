package queries

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"hulian/data"
)

// Serves is what a column of an export goes into.
type Serves struct {
	Measures []string // IDs, in the order of metrics.yaml
	Marts    []string // tables that pages and programs read
}

// ServedBy says which measures and marts a column of an export goes into, as the models' own SQL tells: a value goes on under every name that
// an expression with it is given, and where it only chooses rows into all columns of its model. Two values of one name in a model are not
// told apart, so that a column may be said to serve more than it does; one that is passed on and joins rows besides may be said to serve less.
// Whether it serves anything is not missed.
func ServedBy(export, column string) Serves { return served()[export+"."+column] }

var served = sync.OnceValue(func() map[string]Serves {
	models, err := Models()
	if err != nil {
		panic("embedded models: " + err.Error()) // part of the binary: a test reads them
	}
	readers := map[string][]flowing{} // by the table they read
	for _, m := range models {
		if m.Path == "metrics.yaml" || m.Path == "data/contracts" {
			continue
		}
		f := flowing{Model: m, said: mentioned(m.SQL), named: namedIn(m.SQL)}
		for _, source := range m.Header.Sources {
			readers[source] = append(readers[source], f)
		}
	}
	all := map[string]Serves{}
	for _, c := range data.Contracts() {
		for _, column := range c.Columns {
			reached := map[string]map[string]bool{}
			flow(readers, "exports."+c.Export, map[string]bool{column.ID: true}, reached)
			all[c.Export+"."+column.ID] = servesOf(reached)
		}
	}
	return all
})

// flowing is a model with the words of its SQL and the expressions it names.
type flowing struct {
	Model
	said  map[string]bool
	named map[string][]map[string]bool // name → the words of each expression it is given to
}

// flow follows columns of a table through the models that read it.
func flow(readers map[string][]flowing, table string, columns map[string]bool, reached map[string]map[string]bool) {
	for _, m := range readers[table] {
		carried := maps.Clone(columns)
		maps.DeleteFunc(carried, func(c string, _ bool) bool { return !m.said[c] })
		if len(carried) == 0 {
			continue
		}
		for grown := true; grown; {
			grown = false
			for name, expressions := range m.named {
				if !carried[name] && slices.ContainsFunc(expressions, func(words map[string]bool) bool { return meet(words, carried) }) {
					carried[name], grown = true, true
				}
			}
		}
		out := map[string]bool{}
		for _, c := range m.Header.Columns {
			if carried[c.Name] {
				out[c.Name] = true
			}
		}
		if len(out) == 0 { // it chooses rows
			for _, c := range m.Header.Columns {
				out[c.Name] = true
			}
		}
		known := reached[m.Name]
		if known == nil {
			known = map[string]bool{}
			reached[m.Name] = known
		}
		before := len(known)
		maps.Copy(known, out)
		if len(known) > before {
			flow(readers, m.Name, known, reached)
		}
	}
}

func meet(a, b map[string]bool) bool {
	for word := range b {
		if a[word] {
			return true
		}
	}
	return false
}

func servesOf(reached map[string]map[string]bool) (s Serves) {
	for _, m := range Measures() {
		made := m.Model != "" && reached["intermediate."+m.Model] != nil
		for term := range strings.FieldsSeq(strings.ReplaceAll(m.Sums.Numerator+" + "+m.Sums.Denominator, "+", " ")) {
			relation, column, _ := strings.Cut(term, ".")
			made = made || reached["intermediate."+relation][column]
		}
		if made {
			s.Measures = append(s.Measures, m.ID)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(reached)) {
		if mart, is := strings.CutPrefix(name, "marts."); is {
			s.Marts = append(s.Marts, mart)
		}
	}
	return s
}

// sqlTypes are the types that models may name.
var sqlTypes = []string{"bigint", "integer", "double", "decimal", "varchar", "boolean", "date", "timestamp"}

var (
	sqlWord    = regexp.MustCompile(`[a-z_][a-z0-9_]*`)
	sqlComment = regexp.MustCompile(`(?m)--.*$`)
	sqlText    = regexp.MustCompile(`'[^']*'`)
	sqlNaming  = regexp.MustCompile(`\bas ([a-z_][a-z0-9_]*)`)
)

func mentioned(sql string) map[string]bool {
	all := map[string]bool{}
	for _, word := range sqlWord.FindAllString(sqlText.ReplaceAllString(sqlComment.ReplaceAllString(sql, ""), "''"), -1) {
		all[word] = true
	}
	return all
}

// namedIn finds every expression that is given a name, as the words before "as NAME" back to the comma, the bracket or the select it
// begins behind.
func namedIn(sql string) map[string][]map[string]bool {
	body := sqlText.ReplaceAllString(sqlComment.ReplaceAllString(sql, ""), "''")
	all := map[string][]map[string]bool{}
	for _, at := range sqlNaming.FindAllStringSubmatchIndex(body, -1) {
		name, depth, from := body[at[2]:at[3]], 0, at[0]
		if slices.Contains(sqlTypes, name) { // of a cast
			continue
		}
	back:
		for ; from > 0; from-- {
			switch body[from-1] {
			case ')':
				depth++
			case '(':
				if depth--; depth < 0 {
					break back
				}
			case ',':
				if depth == 0 {
					break back
				}
			}
			if depth == 0 && strings.HasPrefix(body[from-1:], "select") {
				break
			}
		}
		all[name] = append(all[name], mentioned(body[from:at[0]]))
	}
	return all
}
