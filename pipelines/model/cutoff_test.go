package model

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/data"
	"hulian/data/sample"
	"hulian/pipelines"
	"hulian/pipelines/warehouse"
)

// arrive notes that file n was received on a day.
func arrive(t *testing.T, w *warehouse.Warehouse, n int, day string) {
	t.Helper()
	exec(t, w, fmt.Sprintf("insert into ops.files values (%d, 'f%[1]d', 'f%[1]d.csv', 'test', 1, timestamp '%s 08:00:00', null, timestamp '%[2]s 08:00:00', 'loaded', null)", n, day))
}

const oneVillage = "insert into exports.villages (village_id, name, town, programme_start, _file) values ('V01', '甲村', '某镇', '2019-01-01', 1)"

// follows builds with the cut-off that follows the data; no model is asked for.
func follows(t *testing.T, w *warehouse.Warehouse) Result {
	t.Helper()
	return buildFor(t, w, Config{Programme: data.DefaultProgramme()})
}

// TestTheCutOffIsTheLatestDayOnWhichSomethingHappened puts into every column of a date a day later than all before it: the
// cut-off follows where something was done, and stays where something is planned or only recorded.
func TestTheCutOffIsTheLatestDayOnWhichSomethingHappened(t *testing.T) {
	w := open(t, "")
	arrive(t, w, 1, "2018-12-31")
	day := time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC)
	latest := day
	exec(t, w, "insert into exports.visits (visit_id, visited_at, _file) values ('first', '2018-01-01', 1)")
	tried := 0
	for _, contract := range data.Contracts() {
		for _, column := range contract.Columns {
			if column.Type != data.TypeDate && column.Type != data.TypeTimestamp {
				continue
			}
			day = day.AddDate(0, 0, 1)
			exec(t, w, fmt.Sprintf("insert into exports.%s (%s, _file) values ('%s', 1)", contract.Export, column.ID, day.Format(time.DateOnly)))
			if column.Happened {
				latest = day
			}
			tried++
			if got := cutOffOf(t, w); !got.Equal(latest) {
				t.Errorf("after %s.%s the cut-off is %s, want %s", contract.Export, column.ID, got.Format(time.DateOnly), latest.Format(time.DateOnly))
			}
		}
	}
	if tried < 25 {
		t.Errorf("only %d columns were tried", tried)
	}
}

// cutOffOf finds the cut-off without building the models.
func cutOffOf(t *testing.T, w *warehouse.Warehouse) time.Time {
	t.Helper()
	exec(t, w, "create table if not exists ops.fingerprints (name varchar, fingerprint varchar)")
	b := &build{}
	err := w.Transact(t.Context(), func(tx *warehouse.Tx) error {
		if err := b.remember(t.Context(), tx); err != nil {
			return err
		}
		return b.cutOff(t.Context(), tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.result.CutOff
}

// TestADayLaterThanTheArrivalOfItsFileNeverCounts mistypes dates: near and far, in one row and in nearly all of them.
func TestADayLaterThanTheArrivalOfItsFileNeverCounts(t *testing.T) {
	w := open(t, "")
	arrive(t, w, 1, "2018-02-01")
	arrive(t, w, 2, "2018-03-01")
	exec(t, w, oneVillage)
	exec(t, w, "insert into exports.visits (visit_id, visited_at, _file) values ('a', '2018-01-30 18:00', 1), ('b', '2018-02-02 08:00', 1), ('c', '2078-01-30 08:00', 2)")
	exec(t, w, "insert into exports.visits (visit_id, visited_at, _file) select 'm' || i, timestamp '2077-01-01' + i * interval '1' hour, 2 from range(20000) r (i)")
	exec(t, w, "insert into exports.issues (issue_id, village_id, reported_at, resolved_at, due_on, _file) values ('i', 'V01', '2018-01-10 09:00', '2018-02-03 10:00', '2018-12-31', 1)")
	result := follows(t, w)
	if got := result.CutOff.Format(time.DateOnly); got != "2018-01-30" {
		t.Errorf("the cut-off is %s", got)
	}
	want := []pipelines.RowsAfter{{Export: "issues", Rows: 1, LastOn: "2018-02-03"}, {Export: "visits", Rows: 20002, LastOn: "2079-04-14"}}
	if diff := cmp.Diff(want, result.After); diff != "" {
		t.Errorf("after the cut-off (-want +got):\n%s", diff)
	}
	// The day on which its file arrived can be known.
	exec(t, w, "insert into exports.points (entry_id, awarded_on, _file) values ('p', '2018-02-01', 1)")
	if got := follows(t, w).CutOff.Format(time.DateOnly); got != "2018-02-01" {
		t.Errorf("the cut-off is %s", got)
	}
}

func TestTheCutOffOfListsAloneIsTheirDay(t *testing.T) {
	w := open(t, "")
	arrive(t, w, 1, "2018-02-03")
	exec(t, w, oneVillage)
	if got := follows(t, w).CutOff.Format(time.DateOnly); got != "2018-02-03" {
		t.Errorf("the cut-off is %s", got)
	}
	exec(t, w, "update ops.files set as_of = date '2018-01-31'")
	if got := follows(t, w).CutOff.Format(time.DateOnly); got != "2018-01-31" {
		t.Errorf("the cut-off is %s", got)
	}
}

func TestRowsAfterASetCutOffAreCounted(t *testing.T) {
	w := open(t, "")
	arrive(t, w, 1, "2018-03-01")
	exec(t, w, oneVillage)
	exec(t, w, "insert into exports.issues (issue_id, village_id, reported_at, classified_at, resolved_at, due_on, _file) values ('before', 'V01', '2018-01-10', '2018-01-11', '2018-01-31 23:59', '2018-03-01', 1), "+
		"('through', 'V01', '2018-01-10', '2018-01-11', '2018-02-01', '2018-03-01', 1), ('after', 'V01', '2018-02-10', '2018-02-11', null, null, 1)")
	const published = "select export, rows, cut_off_set, (select value from marts.snapshot_facts where key = 'rows_after_cut_off') from marts.rows_after_cut_off"
	result := buildFor(t, w, Config{CutOff: demoCutOff, Programme: data.DefaultProgramme()}, published)
	if diff := cmp.Diff([]pipelines.RowsAfter{{Export: "issues", Rows: 2, LastOn: "2018-02-11"}}, result.After); diff != "" {
		t.Errorf("after the cut-off (-want +got):\n%s", diff)
	}
	table, err := w.Query(t.Context(), published)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]any{{"issues", int64(2), true, "2"}}, table.Rows); diff != "" {
		t.Errorf("published (-want +got):\n%s", diff)
	}
	if result := follows(t, w); len(result.After) > 0 || result.CutOff.Format(time.DateOnly) != "2018-02-11" {
		t.Errorf("the cut-off follows the data, and %v lie after %s", result.After, result.CutOff)
	}
}

// TestTheSampleEndsOnTheLastDayOfItsLastMonth holds that no sample needs a cut-off of its own, of whatever seed and size.
func TestTheSampleEndsOnTheLastDayOfItsLastMonth(t *testing.T) {
	for _, o := range []sample.Options{{Seed: 1, Scale: .1, Months: 2}, {Seed: 2, Scale: .2, Months: 5}, {Seed: 3, Scale: .12, Months: 3, Clean: true, Even: true}} {
		w := loadSample(t, o)
		s, err := sample.Write(t.Context(), sample.Options{Seed: o.Seed, Scale: o.Scale, Months: o.Months, Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if got := cutOffOf(t, w).Format(time.DateOnly); got != s.CutOff {
			t.Errorf("seed %d, scale %g, %d months: the data end on %s, want %s", o.Seed, o.Scale, o.Months, got, s.CutOff)
		}
	}
}

// TestADeadlineCountsToItsTimeOfDay where it has one and the time of the resolution is known; else to the end of its day.
func TestADeadlineCountsToItsTimeOfDay(t *testing.T) {
	w := open(t, "")
	arrive(t, w, 1, "2018-03-01")
	exec(t, w, oneVillage)
	exec(t, w, "insert into exports.issues (issue_id, village_id, reported_at, resolved_at, due_on, _file) values "+
		"('before noon', 'V01', '2018-01-10', '2018-01-15 11:59', '2018-01-15 12:00', 1), ('after noon', 'V01', '2018-01-10', '2018-01-15 12:01', '2018-01-15 12:00', 1), "+
		"('that day', 'V01', '2018-01-10', '2018-01-15', '2018-01-15 12:00', 1), ('day alone', 'V01', '2018-01-10', '2018-01-15 23:00', '2018-01-15', 1)")
	buildFor(t, w, Config{CutOff: demoCutOff, Programme: data.DefaultProgramme()}, "intermediate.int_issues_by_due_month")
	table, err := w.Query(t.Context(), "select due, on_time from intermediate.int_issues_by_due_month")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]any{{int64(4), int64(3)}}, table.Rows); diff != "" {
		t.Errorf("due and on time (-want +got):\n%s", diff)
	}
}
