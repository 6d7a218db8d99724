package cli

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/cmd/internal/cli/clitest"
	"hulian/pipelines"
	"hulian/pipelines/warehouse"
)

// TestProblemsOfOneFileAreThoseOfNoOther: "waive --file visits_a.csv" must not close what is wrong with visits-a.csv.
func TestProblemsOfOneFileAreThoseOfNoOther(t *testing.T) {
	w, err := warehouse.Open(t.Context(), warehouse.Config{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { clitest.MustClose(t, w) })
	for _, statement := range []string{
		"create table files (file_no bigint, file_id varchar, name varchar)",
		`create table problems (problem_no bigint, file_no bigint, sheet varchar, export varchar, "row" bigint, letter varchar, column_id varchar, header varchar,
			code varchar, severity varchar, value varchar, detail varchar, state varchar)`,
		"insert into files values (1, 'aaaaaaaaaa', '2018-01/visits_a.csv'), (2, 'bbbbbbbbbb', '2018-01/visits-a.csv'), (3, 'cccccccccc', 'visits_a.csv')",
		`insert into problems (problem_no, file_no, code, severity, state) values (11, 1, 'wrong_type', 'refuse', 'open'), (12, 2, 'wrong_type', 'refuse', 'open'),
			(13, 3, 'wrong_type', 'refuse', 'open'), (14, 3, 'wrong_type', 'refuse', 'waived')`,
	} {
		if err := w.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	for file, want := range map[string][]int64{"visits_a.csv": {13, 11}, "2018-01/visits-a.csv": {12}, "2": {12}, "aaaaaaaaaa": {11}, "": {13, 12, 11}} {
		found, err := problemFilter{file: file, state: "open"}.find(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		var numbers []int64
		for _, p := range found {
			numbers = append(numbers, p.No)
		}
		if diff := cmp.Diff(want, numbers); diff != "" {
			t.Errorf("--file %q (-want +got):\n%s", file, diff)
		}
	}
	if _, err := (problemFilter{file: "%"}).find(t.Context(), w); !errors.Is(err, pipelines.ErrUnknown) {
		t.Errorf("--file %%: %v, want that no file has this name", err)
	}
}
