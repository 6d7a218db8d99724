package markup

import (
	"testing"

	"hulian/pipelines/warehouse"
)

// TestFindTakesNamesAsTheyAreWritten: an underscore is a letter of a name, not any letter.
func TestFindTakesNamesAsTheyAreWritten(t *testing.T) {
	w, err := warehouse.Open(t.Context(), warehouse.Config{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, w) })
	for _, statement := range []string{
		"create table files (file_no bigint, file_id varchar, name varchar)",
		`create table reconciliation (file_no bigint, sheet varchar, export varchar, rows_read bigint, accepted bigint, quarantined bigint, ignored bigint,
			warnings bigint, problem varchar, detail varchar)`,
		`create table problems (problem_no bigint, file_no bigint, sheet varchar, export varchar, "row" bigint, letter varchar, column_id varchar, header varchar,
			code varchar, severity varchar, value varchar, detail varchar, state varchar)`,
		`insert into files values (1, 'aaaaaaaaaa', '2018-01/visits_a.csv'), (2, 'bbbbbbbbbb', '2018-01/visits-a.csv'), (3, 'cccccccccc', '2018-02/visits-a.csv'),
			(4, 'dddddddddd', 'issues.csv')`,
	} {
		if err := w.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	for named, want := range map[string]int64{
		"visits_a.csv": 1, "2018-01/visits_a.csv": 1, "visits-a.csv": 3, "issues.csv": 4, "2": 2, "aaaaaaaaaa": 1, "dddddddd": 4,
		"%": 0, "issues_csv": 0, "sues.csv": 0, "ddd": 0,
	} {
		f, err := Find(t.Context(), w, named)
		if f.No != want || (err == nil) != (want > 0) {
			t.Errorf("%s: file %d, %v; want file %d", named, f.No, err, want)
		}
	}
}
