package load

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hulian/data/sample"
	"hulian/pipelines/source"
)

// loadSample writes a sample town, lands its inbox and loads it.
func loadSample(t testing.TB, o sample.Options) (*town, sample.Truth, Result) {
	t.Helper()
	o.Dir = t.TempDir()
	if _, err := sample.Write(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(o.Dir, "truth", "planted.json"))
	if err != nil {
		t.Fatal(err)
	}
	var truth sample.Truth
	if err := json.Unmarshal(content, &truth); err != nil {
		t.Fatal(err)
	}
	town := newTown(t)
	if mappings := filepath.Join(o.Dir, "mappings"); exists(mappings) {
		town.mappings = mappings
	}
	for item, err := range source.Folder(filepath.Join(o.Dir, "inbox")).Items(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := town.store.Land(context.Background(), item); err != nil {
			t.Fatal(err)
		}
	}
	return town, truth, town.load()
}

func exists(at string) bool {
	_, err := os.Stat(at)
	return err == nil
}

// TestSampleTownReconciles loads the whole sample town and compares what became of every table of every file, and
// every problem, with what was planted.
func TestSampleTownReconciles(t *testing.T) {
	town, truth, result := loadSample(t, sample.Options{})
	if err := result.Err(); err != nil {
		t.Error(err)
	}
	compareWithTruth(t, town, truth, result)
}

func compareWithTruth(t *testing.T, town *town, truth sample.Truth, result Result) {
	t.Helper()
	for export, planted := range truth.Exports {
		current := town.rows("select count(*) from exports." + export)[0][0].(int64)
		if current != int64(planted.Rows) {
			t.Errorf("%s: %d rows, planted %d", export, current, planted.Rows)
		}
		counts := town.rows("select coalesce(sum(accepted), 0), coalesce(sum(quarantined), 0), coalesce(sum(warnings), 0) from ops.reconciliation where export = ?", export)[0]
		if fmt.Sprint(counts) != fmt.Sprint([]any{float64(planted.Accepted), float64(planted.Refused), float64(planted.Warned)}) {
			t.Errorf("%s: accepted, refused, warned are %v, planted %d %d %d", export, counts, planted.Accepted, planted.Refused, planted.Warned)
		}
	}
	type row struct {
		file, sheet, export string
		row                 int64
	}
	// Problems by row: refusals and, apart, warnings.
	got := [2]map[row][]string{{}, {}}
	for _, r := range town.rows(`select f.name, p.sheet, p.export, coalesce(p.row, 0), p.code, p.severity from ops.problems p join ops.files f using (file_no) order by p.code`) {
		warning := 0
		if r[5] == "warn" {
			warning = 1
		}
		at := row{r[0].(string), r[1].(string), r[2].(string), r[3].(int64)}
		got[warning][at] = append(got[warning][at], r[4].(string))
	}
	wrong := 0
	complain := func(format string, args ...any) {
		if wrong++; wrong <= 30 {
			t.Errorf(format, args...)
		}
	}
	tables := map[row]bool{}
	for _, f := range truth.Files {
		name := strings.TrimPrefix(f.Path, "inbox/")
		at := row{name, strings.Trim(f.Member+"/"+f.Sheet, "/"), f.Export, 0}
		tables[at] = true
		for _, fault := range f.Faults {
			at.row = int64(fault.Row)
			warning := 0
			if fault.Warning {
				warning = 1
			}
			var want []string
			for _, code := range fault.Codes {
				want = append(want, string(code))
			}
			slices.Sort(want)
			if have := got[warning][at]; !slices.Equal(have, want) {
				complain("%v: %v, planted %v (%s %q)", at, have, want, fault.Column, fault.Value)
			}
			delete(got[warning], at)
		}
	}
	for warning := range got {
		for at, codes := range got[warning] {
			complain("%v: %v was not planted (warning %d)", at, codes, warning)
		}
	}
	for _, f := range result.Files {
		if !tables[row{f.Name, f.Sheet, f.Export, 0}] {
			complain("%s %s %s: not planted: %+v", f.Name, f.Sheet, f.Export, f)
		}
		delete(tables, row{f.Name, f.Sheet, f.Export, 0})
	}
	for at := range tables {
		complain("%v was not read", at)
	}
}
