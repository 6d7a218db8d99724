package model

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"hulian/pipelines"
	"hulian/queries"
)

// TestHeadersNameWhatIsRead holds what every build relies on: the tables a header names are those its SQL reads, no more and
// no fewer, and none of them is a file.
func TestHeadersNameWhatIsRead(t *testing.T) {
	w := open(t, "")
	models, err := queries.Models()
	if err != nil {
		t.Fatal(err)
	}
	checks, err := queries.Checks()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range models {
		if err := agreed(t.Context(), w, m.SQL, m.Header.Sources); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
	for _, c := range checks {
		if err := agreed(t.Context(), w, c.SQL, c.Header.Sources); err != nil {
			t.Errorf("%s: %v", c.Path, err)
		}
	}
}

func TestHeadersThatDoNotAgree(t *testing.T) {
	w := open(t, "")
	for _, c := range []struct{ sql, named, want string }{
		{"select 1 as i from exports.visits", "", "reads exports.visits, which its header does not name"},
		{"select 1 as i", "exports.visits", "names exports.visits, which it does not read"},
		{"select 1 as i from read_csv('/etc/hostname')", "", "read_csv"},
		{"select 1 as i; select 2 as i", "", "2 statements"},
	} {
		if err := agreed(t.Context(), w, c.sql, strings.Fields(c.named)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.sql, err, c.want)
		}
	}
}

func agreed(ctx context.Context, q pipelines.Querier, sql string, named []string) error {
	reads, err := readsOf(ctx, q, sql)
	if err != nil {
		return err
	}
	return agrees(named, reads)
}

// agrees compares what a header names with what the SQL reads.
func agrees(named, read []string) error {
	for _, name := range read {
		if !slices.Contains(named, name) {
			return fmt.Errorf("it reads %s, which its header does not name", name)
		}
	}
	for _, name := range named {
		if !slices.Contains(read, name) {
			return fmt.Errorf("its header names %s, which it does not read", name)
		}
	}
	return nil
}

// readsOf returns the tables a SELECT reads, schema.name, sorted: the base tables of its parse tree less the names of
// the common table expressions in scope. The engine's own list of table names is not used, because it is empty,
// without an error, for some joins.
func readsOf(ctx context.Context, q pipelines.Querier, sql string) ([]string, error) {
	table, err := q.Query(ctx, "select cast(json_serialize_sql(cast(? as varchar)) as varchar)", sql)
	if err != nil {
		return nil, err
	}
	var tree struct {
		Error        bool            `json:"error"`
		ErrorMessage string          `json:"error_message"`
		Position     json.RawMessage `json:"position"`
		Statements   []any           `json:"statements"`
	}
	if err := json.Unmarshal([]byte(table.Rows[0][0].(string)), &tree); err != nil {
		return nil, fmt.Errorf("the parse tree cannot be read: %w", err)
	}
	if tree.Error {
		return nil, parseError(sql, tree.ErrorMessage, tree.Position)
	}
	if len(tree.Statements) != 1 {
		return nil, fmt.Errorf("a model is one select, this has %d statements", len(tree.Statements))
	}
	w := walk{tables: map[string]bool{}}
	w.node(tree.Statements[0], nil)
	if len(w.refused) > 0 {
		return nil, errors.New(w.refused[0])
	}
	return slices.Sorted(maps.Keys(w.tables)), nil
}

func parseError(sql, message string, position json.RawMessage) error {
	at := strings.Trim(string(position), `"`)
	var offset int
	if _, err := fmt.Sscan(at, &offset); err == nil && offset <= len(sql) {
		return &lineError{Line: 1 + strings.Count(sql[:offset], "\n"), Why: message}
	}
	return errors.New(message)
}

// walk collects table names from a parse tree. The scope holds the names of the common table expressions that hide
// tables of the same name.
type walk struct {
	tables  map[string]bool
	refused []string
}

func (w *walk) node(node any, scope []string) {
	switch node := node.(type) {
	case []any:
		for _, child := range node {
			w.node(child, scope)
		}
	case map[string]any:
		scope = w.expressions(node, scope)
		switch node["type"] {
		case "BASE_TABLE":
			name, _ := node["table_name"].(string)
			schema, _ := node["schema_name"].(string)
			if schema == "" && slices.Contains(scope, name) {
				break
			}
			w.tables[strings.TrimPrefix(schema+"."+name, ".")] = true
		case "TABLE_FUNCTION":
			function, _ := node["function"].(map[string]any)
			w.refused = append(w.refused, fmt.Sprintf("a model reads tables, not the table function %v", function["function_name"]))
		}
		for key, child := range node {
			if key != "cte_map" {
				w.node(child, scope)
			}
		}
	}
}

// expressions walks the common table expressions of a node and returns the scope its other parts see. Each sees the
// ones before it, and itself, because it may be recursive.
func (w *walk) expressions(node map[string]any, scope []string) []string {
	entries, _ := node["cte_map"].(map[string]any)
	list, _ := entries["map"].([]any)
	scope = slices.Clone(scope)
	for _, entry := range list {
		entry, _ := entry.(map[string]any)
		if name, ok := entry["key"].(string); ok {
			scope = append(scope, name)
		}
		w.node(entry["value"], scope)
	}
	return scope
}
