// Package statement keeps the SQL of the loader in files, one a step, and fills in the contract each is run for.
//
// An embedded folder of .sql files, a contract and named parameters enter; SQL text leaves, or is run in a transaction.
// A file holds one or more statements, each ended by a semicolon at the end of a line, in the template language of the
// standard library: {{.Export}} is the export's name, {{.Columns "t"}} its columns, {{.Key "t"}} those of its key, and
// {{.P.name}} a parameter. Nothing outlives a call. It refuses nothing a user could give: a file that does not exist, or a
// parameter that nobody gave, is a fault of the program and panics or fails at once. Values of files never stand in the
// text but as quoted literals.
package statement

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"text/template"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/typing"
)

// Runner runs statements in a transaction.
type Runner interface {
	Exec(ctx context.Context, statement string, args ...any) (int64, error)
	Query(ctx context.Context, query string, args ...any) (pipelines.Table, error)
}

// Set is the SQL of one package.
type Set struct{ files *template.Template }

// Parse reads every .sql file of a folder.
func Parse(files fs.FS) *Set {
	set := template.New("").Option("missingkey=error").Funcs(template.FuncMap{"literal": Literal, "quote": Quote})
	return &Set{template.Must(set.ParseFS(files, "*.sql"))}
}

// P are the parameters of a statement.
type P map[string]any

// For is what a file of SQL sees: a contract and parameters.
type For struct {
	data.Contract
	P P
}

// SQL fills a file in.
func (s *Set) SQL(name string, c data.Contract, p P) string {
	var text strings.Builder
	if err := s.files.ExecuteTemplate(&text, name+".sql", For{c, p}); err != nil {
		panic(fmt.Sprintf("statement %s: %v", name, err)) // part of the binary: a test fills every file in
	}
	return text.String()
}

// Exec runs the statements of a file and gives how many rows the last one touched.
func (s *Set) Exec(ctx context.Context, tx Runner, name string, c data.Contract, p P) (n int64, err error) {
	for _, statement := range Split(s.SQL(name, c, p)) {
		if n, err = tx.Exec(ctx, statement); err != nil {
			return 0, pipelines.Errorf("%s of %s: %w", name, c.Export, err)
		}
	}
	return n, nil
}

// Query runs a file that holds one query.
func (s *Set) Query(ctx context.Context, tx Runner, name string, c data.Contract, p P) (pipelines.Table, error) {
	table, err := tx.Query(ctx, s.SQL(name, c, p))
	if err != nil {
		return pipelines.Table{}, pipelines.Errorf("%s of %s: %w", name, c.Export, err)
	}
	return table, nil
}

// Split cuts a text into its statements. What only comments say is none.
func Split(text string) (all []string) {
	var statement []string
	empty := true
	for line := range strings.Lines(text) {
		bare := strings.TrimSpace(line)
		if bare == "" || strings.HasPrefix(bare, "--") {
			continue
		}
		statement, empty = append(statement, strings.TrimRight(line, "\n")), false
		if strings.HasSuffix(bare, ";") {
			all = append(all, strings.TrimSuffix(strings.TrimSpace(strings.Join(statement, "\n")), ";"))
			statement, empty = nil, true
		}
	}
	if !empty {
		all = append(all, strings.Join(statement, "\n"))
	}
	return all
}

// Literal quotes a text for SQL.
func Literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// Quote quotes a name for SQL.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Count counts the rows of a table, or of a query in brackets.
func Count(ctx context.Context, tx Runner, table string) (int64, error) {
	counted, err := tx.Query(ctx, "select count(*) from "+table)
	if err != nil {
		return 0, err
	}
	n, _ := counted.Rows[0][0].(int64)
	return n, nil
}

func dotted(prefix string) string {
	if prefix == "" {
		return ""
	}
	return prefix + "."
}

// Columns lists the contract's columns, each with a prefix such as t.
func (f For) Columns(prefix string) string {
	var names []string
	for _, column := range f.Contract.Columns {
		names = append(names, dotted(prefix)+Quote(column.ID))
	}
	return strings.Join(names, ", ")
}

// Key lists the columns of the key, each with a prefix.
func (f For) Key(prefix string) string {
	var names []string
	for _, id := range f.Contract.Key {
		names = append(names, dotted(prefix)+Quote(id))
	}
	return strings.Join(names, ", ")
}

// SameKey compares the keys of two rows. Key columns that may be empty are equal when both are.
func (f For) SameKey(a, b string) string {
	var terms []string
	for _, id := range f.Contract.Key {
		column, _ := f.Column(id)
		operator := "="
		if !column.Required && (len(f.AlternateKey) == 0 || id != f.Contract.Key[0]) {
			operator = "is not distinct from"
		}
		terms = append(terms, fmt.Sprintf("%s.%s %s %s.%s", a, Quote(id), operator, b, Quote(id)))
	}
	return strings.Join(terms, " and ")
}

// KeyText gives one text for the key of a row, as typing.Row.Key writes it.
func (f For) KeyText(prefix string) string {
	var parts []string
	for _, id := range f.Contract.Key {
		column, _ := f.Column(id)
		parts = append(parts, "nullif("+TextOf(column, dotted(prefix)+Quote(id))+", '')")
	}
	return "concat_ws(" + Literal(typing.KeySeparator) + ", " + strings.Join(parts, ", ") + ")"
}

// Dated is the column that puts an event into a month, quoted; empty of other exports.
func (f For) Dated() string {
	if f.DatedBy == "" {
		return ""
	}
	return Quote(f.DatedBy)
}

// TextOf writes a value as people do: times without seconds that are zero, numbers without a point that says nothing.
func TextOf(column data.Column, value string) string {
	switch column.Type {
	case data.TypeText, data.TypeEnum, data.TypePeriod:
		return value
	case data.TypeTimestamp: // the engine wants each format as a constant
		return fmt.Sprintf("case when second(%[1]s) = 0 then strftime(%[1]s, '%%Y-%%m-%%d %%H:%%M') else strftime(%[1]s, '%%Y-%%m-%%d %%H:%%M:%%S') end", value)
	case data.TypeDecimal:
		return fmt.Sprintf("case when %[1]s = trunc(%[1]s) and abs(%[1]s) < 1e15 then cast(cast(%[1]s as bigint) as varchar) else cast(%[1]s as varchar) end", value)
	default:
		return "cast(" + value + " as varchar)"
	}
}

// Required says which columns must be there, by their ids.
func (f For) Required() map[string]bool {
	required := map[string]bool{}
	for _, column := range f.Contract.Columns {
		required[column.ID] = column.Required
	}
	return required
}
