package runner

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/publish"
	"hulian/queries"
)

// table answers a query from what is published.
func table(t *testing.T, dir, sql string) pipelines.Table {
	t.Helper()
	reader, err := publish.OpenReader(context.Background(), dir, publish.ReaderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := reader.Close(); err != nil {
			t.Error(err)
		}
	})
	snapshot, _, release, err := reader.Pin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	answer, err := snapshot.Query(context.Background(), sql)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// cells are the measures by what names them.
func cells(t *testing.T, dir string) map[[4]string]string {
	t.Helper()
	found := map[[4]string]string{}
	for _, row := range table(t, dir, "select measure, level, unit_id, month, numerator, denominator from measures").Rows {
		found[[4]string{row[0].(string), row[1].(string), row[2].(string), row[3].(string)}] = fmt.Sprint(row[4], "/", row[5])
	}
	return found
}

// written writes rows as a file of their own and gives its path.
func written(t *testing.T, dir string, rows pipelines.Table) string {
	t.Helper()
	records := [][]string{rows.Columns}
	for _, row := range rows.Rows {
		var record []string
		for _, v := range row {
			switch at, isTime := v.(time.Time); {
			case v == nil:
				record = append(record, "")
			case isTime:
				record = append(record, at.Format(time.DateTime))
			default:
				record = append(record, fmt.Sprint(v))
			}
		}
		records = append(records, record)
	}
	path := filepath.Join(dir, "correction.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := csv.NewWriter(file).WriteAll(records); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// sendAgain imports rows as a file of their own.
func sendAgain(t *testing.T, dir string, rows pipelines.Table) {
	t.Helper()
	path := written(t, dir, rows)
	r, err := New(config(dir))
	if err != nil {
		t.Fatal(err)
	}
	run, err := r.Import(context.Background(), []string{path})
	if err != nil || run.State != pipelines.RunDone || run.Generation != 2 {
		t.Fatalf("import: %v, %+v", err, run)
	}
}

// TestACorrectionChangesWhatItTouches closes one open issue by sending it again, and compares every measure of every
// unit and month before and after.
func TestACorrectionChangesWhatItTouches(t *testing.T) {
	dir := town(t)
	mustRun(t, config(dir))
	before := cells(t, dir)
	open := table(t, dir, "select issues.* from issues where resolved_at is null and branch_id is not null and reported_at < timestamp '2018-01-15' order by issue_id limit 1")
	if len(open.Rows) != 1 {
		t.Fatal("the town has no open issue")
	}
	value := func(name string) any { return open.Rows[0][open.Column(name)] }
	reported := value("reported_at").(time.Time)
	resolved := time.Date(2018, 1, 31, 10, 0, 0, 0, time.UTC)
	open.Rows[0][open.Column("resolved_at")] = resolved
	sendAgain(t, dir, open)

	after := cells(t, dir)
	touched := []any{value("village_id"), value("branch_id"), value("reporter_member_id")}
	month := reported.Format("2006-01")
	for cell, now := range after {
		if before[cell] == now {
			continue
		}
		measure, ok := queries.MeasureOf(cell[0])
		if !ok || !slices.Contains(measure.Source, "issues") && measure.Group != "quality" {
			t.Errorf("%v went from %s to %s, though it is not made from issues", cell, before[cell], now)
		}
		if cell[1] != "town" && !slices.Contains(touched, any(cell[2])) {
			t.Errorf("%v went from %s to %s, though the issue is not of that unit", cell, before[cell], now)
		}
		if cell[3] < month {
			t.Errorf("%v went from %s to %s, though the issue is of %s", cell, before[cell], now, month)
		}
	}
	for cell := range before {
		if _, ok := after[cell]; !ok {
			t.Errorf("%v is gone", cell)
		}
	}
	unit := fmt.Sprint(value("village_id"))
	for _, want := range [][4]string{{"resolution_rate", "village", unit, month}, {"resolution_rate_cumulative", "village", unit, "2018-01"}} {
		var was, is, base, sameBase int
		if _, err := fmt.Sscanf(before[want]+" "+after[want], "%d/%d %d/%d", &was, &base, &is, &sameBase); err != nil {
			t.Fatalf("%v: %q, %q: %v", want, before[want], after[want], err)
		}
		if is != was+1 || sameBase != base {
			t.Errorf("%v went from %s to %s, want one more resolved", want, before[want], after[want])
		}
	}
	if got := asked(t, dir, "select count(*) from history.issues where issue_id = '"+strings.ReplaceAll(fmt.Sprint(value("issue_id")), "'", "''")+"'"); got != "1\n" {
		t.Errorf("versions in history: %s", got)
	}
}

// TestAListSentAgainCorrectsTheLastMonth gives one household its card in a list that arrives long after the cut-off:
// the month of the cut-off learns it, no other month and no other unit does.
func TestAListSentAgainCorrectsTheLastMonth(t *testing.T) {
	dir := townFrom(t, "2017-12")
	mustRun(t, config(dir))
	before := cells(t, dir)
	households := table(t, dir, "select * from households order by card_issued_on is null desc, household_id")
	households.Rows[0][households.Column("card_issued_on")] = time.Date(2018, 1, 20, 0, 0, 0, 0, time.UTC)
	sendAgain(t, dir, households)

	var changed []string
	for cell, now := range cells(t, dir) {
		if before[cell] != now && !strings.HasPrefix(cell[0], "validity") {
			changed = append(changed, strings.Join(cell[:2], " ")+" "+cell[3])
		}
	}
	slices.Sort(changed)
	want := []string{"card_rate branch 2018-01", "card_rate town 2018-01", "card_rate village 2018-01"}
	if !slices.Equal(changed, want) {
		t.Errorf("changed: %v, want %v", changed, want)
	}
}
