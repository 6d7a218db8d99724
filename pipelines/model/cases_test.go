package model

import (
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"hulian/data"
)

// TestCases runs every case of queries/testdata. The form of a case stands in the comment of package queries.
func TestCases(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "..", "queries", "testdata", "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { runCase(t, path) })
	}
}

func runCase(t *testing.T, path string) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, "")
	dir := t.TempDir()
	cutOff, rules := demoCutOff, data.DefaultProgramme()
	asked, wanted := map[string]string{}, map[string]string{}
	exec(t, w, "insert into ops.files values (1, 'f1', 'case.csv', 'case', 1, timestamp '2018-02-01 08:00:00', null, timestamp '2018-02-01 08:00:00', 'loaded', null)")
	for _, f := range archive.Files {
		content := string(f.Data)
		name, kind := strings.TrimSuffix(f.Name, filepath.Ext(f.Name)), filepath.Ext(f.Name)
		switch {
		case f.Name == "cut_off":
			if cutOff, err = time.Parse(time.DateOnly, strings.TrimSpace(content)); err != nil {
				t.Fatal(err)
			}
		case f.Name == "programme.yaml":
			file := filepath.Join(dir, f.Name)
			if err := os.WriteFile(file, f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
			if rules, err = data.ReadProgramme(file); err != nil {
				t.Fatal(err)
			}
		case f.Name == "given.sql":
			exec(t, w, content)
		case kind == ".csv" && strings.Contains(name, "."):
			given(t, w, name, content)
		case kind == ".sql":
			asked[name] = content
		case kind == ".csv":
			wanted[name] = content
		default:
			t.Fatalf("%s: a case has no file %s", path, f.Name)
		}
	}
	if len(asked) == 0 || len(asked) != len(wanted) {
		t.Fatalf("%s: %d questions and %d answers", path, len(asked), len(wanted))
	}
	buildFor(t, w, Config{CutOff: cutOff, Programme: rules}, slices.Collect(maps.Values(asked))...)
	for name, sql := range asked {
		table, err := w.Query(t.Context(), sql)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := [][]string{table.Columns}
		for _, values := range table.Rows {
			var line []string
			for _, v := range values {
				line = append(line, shown(v))
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(records(t, wanted[name]), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// given inserts the rows of a CSV; columns left out are null, an empty cell is null.
func given(t *testing.T, w interface {
	Exec(context.Context, string, ...any) error
}, table, content string) {
	rows := records(t, content)
	extra := ""
	tail := ""
	if schema, _, _ := strings.Cut(table, "."); (schema == "exports" || schema == "history") && !strings.Contains(strings.Join(rows[0], ","), "_file") {
		extra, tail = ", _file", ", 1"
	}
	for i, cells := range rows[1:] {
		var values []string
		for _, cell := range cells {
			if cell == "" {
				values = append(values, "null")
			} else {
				values = append(values, text(cell))
			}
		}
		statement := fmt.Sprintf("insert into %s (%s%s) values (%s%s)", table, strings.Join(rows[0], ", "), extra, strings.Join(values, ", "), tail)
		if err := w.Exec(t.Context(), statement); err != nil {
			t.Fatalf("row %d of %s: %v", i+1, table, err)
		}
	}
}

func records(t *testing.T, content string) [][]string {
	t.Helper()
	reader := csv.NewReader(strings.NewReader(content))
	reader.TrimLeadingSpace = true
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return strings.TrimSuffix(v.Format(time.DateTime), " 00:00:00")
	}
	return fmt.Sprint(v)
}
