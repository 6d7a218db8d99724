package clitest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"

	"hulian/pipelines/publish"
)

// people is what people see of a town: every measure with its base, what became of every file, and the problems.
var people = []string{
	"select measure, level, unit_id, month, numerator, denominator, value from measures order by all",
	"select f.name, r.export, r.sheet, r.rows_read, r.accepted, r.quarantined, r.ignored, r.problem from ops.reconciliation r join ops.files f using (file_no) order by all",
	`select export, sheet, "row", column_id, code, state from ops.problems order by all`,
}

// Seen is all that people see of a town as published now, as one hash, and the generation.
func Seen(t testing.TB, town string) (hash string, generation int) {
	t.Helper()
	reader, err := publish.OpenReader(t.Context(), town, publish.ReaderOptions{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer MustClose(t, reader)
	snapshot, g, release, err := reader.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	sum := sha256.New()
	for _, question := range people {
		answer, err := snapshot.Query(t.Context(), question)
		if err != nil || len(answer.Rows) == 0 {
			t.Fatalf("%s: %d rows, %v", question, len(answer.Rows), err)
		}
		for _, row := range answer.Rows {
			fmt.Fprintln(sum, row...)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), g.Number
}

// Findings are what check says, by code.
func Findings(t testing.TB, town string, arguments ...string) (found map[string][]string, status int, stderr string) {
	t.Helper()
	status, out, stderr := Process(t, append([]string{"check", "--dir", town, "--format", "json"}, arguments...)...)
	var rows []struct{ Code, Where, What, Matters, Next, Done string }
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		t.Fatalf("check: %v, status %d\n%s%s", err, status, out, stderr)
	}
	found = map[string][]string{}
	for _, row := range rows {
		if row.What == "" || row.Matters == "" || (row.Next == "") == (row.Done == "") {
			t.Errorf("a finding does not say what, why and either what to do or what was done: %+v", row)
		}
		found[row.Code] = append(found[row.Code], row.Where)
	}
	return found, status, stderr
}
