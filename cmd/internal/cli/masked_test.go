package cli

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"hulian/cmd/internal/cli/clitest"
	"hulian/cmd/internal/config"
	"hulian/dashboards/facts"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines/publish"
)

// TestAQuestionCopiesTheTablesItReads asks one question after another. Each copies the tables it reads and no other, however it
// names them. A table that has not been copied is never read as if it were empty.
func TestAQuestionCopiesTheTablesItReads(t *testing.T) {
	town := clitest.VillagesTown(t)
	reader, err := publish.OpenReader(t.Context(), town, publish.ReaderOptions{})
	clitest.Must(t, err)
	defer clitest.MustClose(t, reader)
	published, generation, release, err := reader.Pin(t.Context())
	clitest.Must(t, err)
	defer release()
	snapshot, err := facts.Open(t.Context(), published)
	clitest.Must(t, err)
	snapshot.Generation, snapshot.Hash = generation.Number, generation.Hash
	f := facts.Facts{Snapshot: snapshot, Programme: data.DefaultProgramme()}
	office := visitor.Operator("test", visitor.CLI)
	p := &program{}
	q, err := p.newQuestions(config.Config{Dir: town, MemoryLimit: "300MB"})
	clitest.Must(t, err)
	defer clitest.MustClose(t, q.masked)

	for _, asked := range []struct {
		sql, answer string
		filled      []string // by this question, for the first time
	}{
		{"select 1", "1", nil},
		{"describe villages", "village_id", []string{"villages"}},
		{`select count(*) from "Villages"`, "3", nil},
		{"with units as (select * from villages) select count(*) from units", "3", []string{"units"}}, // a name that hides a table
	} {
		before := copiedTables(q.masked)
		table, err := q.ask(t.Context(), office, f, asked.sql)
		if err != nil || len(table.Rows) == 0 || fmt.Sprint(table.Rows[0][0]) != asked.answer {
			t.Errorf("%s: %v, %v", asked.sql, table.Rows, err)
		}
		after := slices.DeleteFunc(copiedTables(q.masked), func(name string) bool { return slices.Contains(before, name) })
		for _, name := range asked.filled {
			if !slices.Contains(after, name) {
				t.Errorf("%s: the rows of %s were not copied", asked.sql, name)
			}
		}
		if len(after) != len(asked.filled) {
			t.Errorf("%s: copied %q, want %q", asked.sql, after, asked.filled)
		}
	}
	if _, err := q.ask(t.Context(), office, f, "select count(*) from query_table('villa' || 'ges')"); err == nil {
		t.Error("a table is read by a name put together from parts")
	}
	table, err := q.ask(t.Context(), office, f, "show tables")
	all, failed := f.Tables(t.Context(), office)
	if err != nil || failed != nil || len(table.Rows) != len(all) {
		t.Errorf("%d tables are listed of %d: %v, %v", len(table.Rows), len(all), err, failed)
	}
}

// TestALateQuestionLeavesNewerCopiesAlone: somebody who still holds an older generation asks after somebody with the newest. Both are
// answered, the newer copy stays, and the older ones go with the next generation.
func TestALateQuestionLeavesNewerCopiesAlone(t *testing.T) {
	m, err := newMasked(config.Config{})
	clitest.Must(t, err)
	defer clitest.MustClose(t, m)
	v := visitor.Operator("test", visitor.CLI)
	copyOf := func(generation int) *maskedCopy {
		t.Helper()
		c, err := m.copyOf(v, facts.Facts{Snapshot: facts.Snapshot{Generation: generation}})
		clitest.Must(t, err)
		clitest.Must(t, os.WriteFile(c.path, []byte("rows"), 0o600))
		return c
	}
	newer := copyOf(7)
	older := copyOf(6)
	if again := copyOf(7); again != newer || m.gone(newer) {
		t.Error("the newer copy was made anew after a late question")
	}
	if again := copyOf(6); again != older {
		t.Error("two late questions have two copies")
	}
	newest := copyOf(8)
	if !m.gone(newer) || !m.gone(older) || m.gone(newest) {
		t.Error("copies of older generations stay")
	}
	if files, err := os.ReadDir(m.dir); err != nil || len(files) != 1 {
		t.Errorf("%d files lie in the folder of the copies, want 1: %v", len(files), err)
	}
}

// copiedTables lists the tables whose rows are in the only copy there is.
func copiedTables(m *masked) (all []string) {
	for _, c := range m.copies {
		for name, filled := range c.filled {
			if filled {
				all = append(all, name)
			}
		}
	}
	slices.Sort(all)
	return all
}
