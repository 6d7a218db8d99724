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

	"github.com/xuri/excelize/v2"

	"hulian/data/sample"
	"hulian/pipelines"
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
	compareCells(t, town, truth)
}

// compareCells holds every problem of a cell to the cell it was planted in: column, letter, header and value. What stands
// in a workbook is looked up with another reader, at the sheet, row and letter the problem names.
func compareCells(t *testing.T, town *town, truth sample.Truth) {
	t.Helper()
	type place struct {
		file, sheet, export string
		row                 int64
		code                string
	}
	found := map[place][]any{}
	for _, r := range town.rows(`select f.name, p.sheet, p.export, p.row, p.code, p.column_id, p.letter, p.header, p.value, f.file_id from ops.problems p join ops.files f using (file_no) where p.row is not null`) {
		found[place{r[0].(string), r[1].(string), r[2].(string), r[3].(int64), r[4].(string)}] = r[5:]
	}
	books := map[string]*excelize.File{}
	lettered, looked, wrong := 0, 0, 0
	complain := func(at place, format string, args ...any) {
		if wrong++; wrong <= 20 {
			t.Errorf("%+v: %s", at, fmt.Sprintf(format, args...))
		}
	}
	for _, f := range truth.Files {
		for _, fault := range f.Faults {
			at := place{strings.TrimPrefix(f.Path, "inbox/"), strings.Trim(f.Member+"/"+f.Sheet, "/"), f.Export, int64(fault.Row), string(fault.Codes[0])}
			p, ok := found[at]
			if !ok || len(fault.Codes) > 1 {
				continue // compareWithTruth has said so
			}
			id, _ := p[0].(string)
			letter, _ := p[1].(string)
			header, _ := p[2].(string)
			value, _ := p[3].(string)
			if fault.Column != "" && id != fault.Column && fault.Codes[0] != pipelines.DuplicateKey {
				complain(at, "column %s, planted in %s", id, fault.Column)
			}
			if fault.Value != "" && value != fault.Value {
				complain(at, "value %q, planted %q", value, fault.Value)
			}
			if strings.HasSuffix(f.Path, ".parquet") || strings.HasSuffix(f.Path, "json") {
				if letter != "" {
					complain(at, "letter %s in a file without letters", letter)
				}
				continue
			}
			if lettered++; letter == "" || header == "" {
				complain(at, "no letter or header: %q %q", letter, header)
			}
			if fault.Value == "" || !strings.HasSuffix(f.Path, ".xlsx") || f.Member != "" {
				continue
			}
			book := books[f.Path]
			if book == nil {
				var err error
				if book, err = excelize.OpenFile(town.store.Path(p[4].(string))); err != nil {
					t.Fatal(err)
				}
				defer func() { must(t, book.Close()) }()
				books[f.Path] = book
			}
			looked++
			if got, err := book.GetCellValue(f.Sheet, fmt.Sprint(letter, fault.Row)); err != nil || strings.TrimSpace(got) != fault.Value {
				complain(at, "cell %s%d of the workbook holds %q, planted %q (%v)", letter, fault.Row, got, fault.Value, err)
			}
		}
	}
	if lettered < 1000 || looked < 20 {
		t.Errorf("only %d problems had a letter, %d were looked up", lettered, looked)
	}
	t.Logf("%d problems with their letter, %d looked up in their workbook", lettered, looked)
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
