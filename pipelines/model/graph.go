package model

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hulian/pipelines"
	"hulian/queries"
)

// Reads returns the tables a SELECT reads, schema.name, sorted: the base tables of its parse tree less the names of
// the common table expressions in scope. The engine's own list of table names is not used, because it is empty,
// without an error, for some joins.
func Reads(ctx context.Context, q pipelines.Querier, sql string) ([]string, error) {
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

// inOrder sorts models so that each stands after those it reads; among equals by name, so that every build runs in
// the same order.
func inOrder(models []queries.Model, reads map[string][]string) ([]queries.Model, error) {
	byName := map[string]queries.Model{}
	for _, m := range models {
		byName[m.Name] = m
	}
	var ordered []queries.Model
	state := map[string]int{} // 1: being visited, 2: placed
	var visit func(name string, path []string) error
	visit = func(name string, path []string) error {
		path = append(path, name)
		switch state[name] {
		case 1:
			return fmt.Errorf("models read each other in a circle: %s", strings.Join(path, " reads "))
		case 2:
			return nil
		}
		state[name] = 1
		for _, read := range reads[name] {
			if _, ok := byName[read]; !ok {
				continue
			}
			if err := visit(read, path); err != nil {
				return err
			}
		}
		state[name] = 2
		ordered = append(ordered, byName[name])
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if err := visit(name, nil); err != nil {
			return nil, err
		}
	}
	return ordered, nil
}
