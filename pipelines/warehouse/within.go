package warehouse

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hulian/pipelines"
)

// ErrClosed says that a question asks for something else than the rows of the file's own tables.
var ErrClosed = errors.New("only the tables that show tables lists, and functions that compute from what they are given, are open to questions")

// functionsTxt names every scalar function, aggregate and macro of the engine that computes from what it is given and from nothing
// else. A test fails when the engine has one that nobody has judged yet.
//
//go:embed functions.txt
var functionsTxt string

// open are the functions a question may call, by where they stand.
var (
	openFunctions      = setOf(strings.Fields(functionsTxt)...)
	openTableFunctions = setOf("range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree")
)

// The parts a question may be made of, as the engine's parser names them: expressions by class; tables, queries, orders and limits by type.
var (
	openClasses = setOf("BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "FUNCTION", "LAMBDA", "LAMBDA_REF",
		"OPERATOR", "POSITIONAL_REFERENCE", "STAR", "SUBQUERY", "TYPE", "WINDOW")
	openParts = setOf("BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "PIVOT", "SHOW_REF", "SELECT_NODE",
		"SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "ORDER_MODIFIER", "DISTINCT_MODIFIER",
		"ORDER_DEFAULT", "ASCENDING", "DESCENDING")
	// What SHOW may list beside a table: show tables, and show all tables or describe, with their columns.
	openLists = setOf(`"tables"`, "__show_tables_expanded")
)

func setOf(names ...string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
}

// explained finds EXPLAIN in front of a question; what stands behind it is judged.
var explained = regexp.MustCompile(`(?is)^\s*explain(\s+analyze)?(\s*\(\s*format\s+\w+\s*\))?\s+`)

// Within checks a question and does not run it. The engine's own parser takes the text apart. Only one SELECT on tables of this file
// is accepted, with or without EXPLAIN. Functions are accepted when functions.txt names them: they compute from what they are given.
// Tables of the engine, which show paths and settings, and functions that read files, settings or the environment, or run a text as a
// query, are refused. The error wraps ErrClosed, ErrNoQuestion or ErrSeveral; where the parser refuses the text, it has the parser's
// words.
func (w *Warehouse) Within(ctx context.Context, query string) error {
	own, engines, err := w.names(ctx)
	if err != nil {
		return err
	}
	parsed, err := w.parse(ctx, query)
	if behind := query[len(explained.FindString(query)):]; errors.Is(err, ErrNoQuestion) && behind != query {
		parsed, err = w.parse(ctx, behind)
	}
	if err != nil {
		return err
	}
	j := judge{own: own, named: map[string]bool{}}
	if err := j.name(parsed, engines); err != nil {
		return err
	}
	return j.judge(parsed)
}

// names lists the tables and views of the file, and those of the engine, without their schemas, in lower case.
func (w *Warehouse) names(ctx context.Context) (own, engines map[string]bool, err error) {
	own, engines = map[string]bool{}, map[string]bool{}
	found, err := w.Query(ctx, `select lower(table_name), false from duckdb_tables() where schema_name = 'main' and not internal
		union all select lower(view_name), internal from duckdb_views() where internal or schema_name = 'main'`)
	for _, row := range found.Rows {
		if row[1].(bool) {
			engines[row[0].(string)] = true
		} else {
			own[row[0].(string)] = true
		}
	}
	return own, engines, err
}

// parse gives a SELECT as the parser takes it apart.
func (w *Warehouse) parse(ctx context.Context, query string) (any, error) {
	found, err := w.Query(ctx, "select json_serialize_sql(?::varchar)::varchar", query)
	if err != nil {
		return nil, err
	}
	var parsed struct {
		Error      bool   `json:"error"`
		Type       string `json:"error_type"`
		Message    string `json:"error_message"`
		Statements []any  `json:"statements"`
	}
	text, _ := found.Rows[0][0].(string)
	if err := json.Unmarshal([]byte(text), &parsed); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrClosed, err)
	}
	switch {
	case parsed.Error && parsed.Type == "not implemented": // it is no SELECT
		return nil, ErrNoQuestion
	case parsed.Error:
		return nil, errors.New("Parser Error: " + parsed.Message)
	case len(parsed.Statements) != 1:
		return nil, ErrSeveral
	}
	return parsed.Statements[0], nil
}

// judge goes through the parts of a question.
type judge struct {
	own   map[string]bool // tables
	named map[string]bool // by the question itself, with WITH
}

// name collects what the question names with WITH. A name of the engine's own views is refused: outside of its WITH it would mean
// the view.
func (j judge) name(part any, engines map[string]bool) error {
	switch p := part.(type) {
	case []any:
		for _, inner := range p {
			if err := j.name(inner, engines); err != nil {
				return err
			}
		}
	case map[string]any:
		if all, is := p["cte_map"].(map[string]any); is {
			entries, _ := all["map"].([]any)
			for _, entry := range entries {
				e, _ := entry.(map[string]any)
				name := strings.ToLower(word(e["key"]))
				if engines[name] {
					return pipelines.Errorf("%q is a name of the engine: %w", name, ErrClosed)
				}
				j.named[name] = true
			}
		}
		for _, inner := range p {
			if err := j.name(inner, engines); err != nil {
				return err
			}
		}
	}
	return nil
}

func word(value any) string {
	s, _ := value.(string)
	return s
}

// judge refuses the first part that is not open.
func (j judge) judge(part any) error {
	switch p := part.(type) {
	case []any:
		for _, inner := range p {
			if err := j.judge(inner); err != nil {
				return err
			}
		}
	case map[string]any:
		return j.object(p)
	}
	return nil
}

func (j judge) object(p map[string]any) error {
	kind, typed := p["type"].(string)
	class, isExpression := p["class"].(string)
	switch {
	case isExpression && !openClasses[class]:
		return fmt.Errorf("%s: %w", strings.ToLower(class), ErrClosed)
	case typed && !isExpression && !openParts[kind] && !strings.HasSuffix(kind, "_TYPE_INFO"): // types of columns
		return fmt.Errorf("%s: %w", strings.ToLower(kind), ErrClosed)
	}
	if name, calls := p["function_name"]; calls && !openFunctions[strings.ToLower(word(name))] {
		return pipelines.Errorf("the function %s: %w", word(name), ErrClosed)
	}
	if !isExpression {
		switch kind {
		case "BASE_TABLE":
			if err := j.table(p); err != nil {
				return err
			}
		case "SHOW_REF":
			if listed := word(p["table_name"]); p["query"] == nil && (!openLists[listed] || word(p["schema_name"])+word(p["catalog_name"]) != "") {
				return pipelines.Errorf("show %s: %w", strings.Trim(listed, `"`), ErrClosed)
			}
		case "TABLE_FUNCTION":
			return j.tableFunction(p)
		}
	}
	for _, key := range sortedKeys(p) {
		if err := j.judge(p[key]); err != nil {
			return err
		}
	}
	return nil
}

func sortedKeys(p map[string]any) []string {
	keys := make([]string, 0, len(p))
	for key := range p {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// table refuses a table that is neither the file's own nor named by the question. A file's name in its place is one, too.
func (j judge) table(p map[string]any) error {
	name := strings.ToLower(word(p["table_name"]))
	schema, catalog := strings.ToLower(word(p["schema_name"])), word(p["catalog_name"])
	plain := schema == "" && catalog == ""
	if j.own[name] && (plain || schema == "main" && catalog == "") || plain && j.named[name] {
		return nil
	}
	return pipelines.Errorf("the table %s does not exist: %w", word(p["table_name"]), ErrClosed)
}

// tableFunction judges a function in the place of a table: its name is of another list, what it is given is judged as everywhere.
func (j judge) tableFunction(p map[string]any) error {
	call, _ := p["function"].(map[string]any)
	name := word(call["function_name"])
	if !openTableFunctions[strings.ToLower(name)] || word(call["class"]) != "FUNCTION" {
		return pipelines.Errorf("the function %s: %w", name, ErrClosed)
	}
	for _, key := range sortedKeys(call) {
		if err := j.judge(call[key]); err != nil {
			return err
		}
	}
	return nil
}
