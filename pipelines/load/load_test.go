package load

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/data"
	"hulian/data/trials"
	"hulian/pipelines"
	"hulian/pipelines/entry"
	"hulian/pipelines/land"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/load/merge"
	"hulian/pipelines/source"
	"hulian/pipelines/warehouse"
)

// town is a folder files are dropped into and a warehouse they are loaded into.
type town struct {
	t         testing.TB
	inbox     string
	mappings  string
	store     *land.Store
	warehouse *warehouse.Warehouse
	clock     time.Time
	rebuilt   int // how often everything was loaded anew
	zone      string
	limits    decode.Limits
	large     int64
}

func newTown(t testing.TB) *town {
	t.Helper()
	return opened(t, folder(t), ordinary())
}

// folder makes a folder: t.TempDir takes the name of the test, and that of a seed of a fuzzer holds a #, which no warehouse opens.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "town")
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	return dir
}

// ordinary is how many threads load a few rows: one in an ordinary run, for a second finds nothing to do; as many as the machine has in
// a long one.
func ordinary() int {
	if trials.All() {
		return 0
	}
	return 1
}

func opened(t testing.TB, dir string, threads int) *town {
	t.Helper()
	store, err := land.Open(filepath.Join(dir, "landed"))
	must(t, err)
	w, err := warehouse.Open(context.Background(), warehouse.Config{Path: filepath.Join(dir, "warehouse.duckdb"), MemoryLimit: os.Getenv("HULIAN_BENCH_MEMORY"), Threads: threads})
	must(t, err)
	t.Cleanup(func() { must(t, w.Close()) })
	town := &town{
		t: t, inbox: filepath.Join(dir, "inbox"), mappings: filepath.Join(dir, "mappings"), store: store, warehouse: w,
		clock: time.Date(2018, 1, 31, 8, 0, 0, 0, time.UTC),
	}
	for _, dir := range []string{town.inbox, town.mappings} {
		must(t, os.MkdirAll(dir, 0o755))
	}
	return town
}

// listed loads the registries into a town once and hands out copies of it.
func listed(t testing.TB) (another func(t testing.TB, threads int) *town) {
	t.Helper()
	first := newTown(t)
	first.registries()
	first.load()
	must(t, first.warehouse.Close())
	made := os.DirFS(filepath.Dir(first.inbox))
	return func(t testing.TB, threads int) *town {
		t.Helper()
		dir := folder(t)
		must(t, os.CopyFS(dir, made))
		town := opened(t, dir, threads)
		town.clock = first.clock
		return town
	}
}

// must fails the test where something that only prepares it goes wrong.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// drop lands one file; every file is received a minute after the one before.
func (town *town) drop(name string, content []byte) land.File {
	town.t.Helper()
	at := filepath.Join(town.inbox, name)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		town.t.Fatal(err)
	}
	if err := os.WriteFile(at, content, 0o644); err != nil {
		town.t.Fatal(err)
	}
	return town.land(at)
}

func (town *town) land(at string) land.File {
	town.t.Helper()
	for item, err := range source.Files(at).Items(context.Background()) {
		if err != nil {
			town.t.Fatal(err)
		}
		town.clock = town.clock.Add(time.Minute)
		item.ModTime = town.clock
		f, _, err := town.store.Land(context.Background(), item)
		if err != nil {
			town.t.Fatal(err)
		}
		return f
	}
	town.t.Fatal("nothing landed")
	return land.File{}
}

func (town *town) mapping(name, content string) {
	town.t.Helper()
	if err := os.WriteFile(filepath.Join(town.mappings, name), []byte(content), 0o644); err != nil {
		town.t.Fatal(err)
	}
}

func (town *town) config() Config {
	return Config{Store: town.store, MappingsDir: town.mappings, RunID: "test", Now: town.clock, TimeZone: town.zone, Limits: town.limits, Large: town.large}
}

// load loads what has landed; where that belongs before what is there, everything anew into another warehouse.
func (town *town) load() Result {
	town.t.Helper()
	result, err := Load(context.Background(), town.warehouse, town.config())
	if errors.Is(err, ErrRebuild) {
		result, err = town.anew()
	}
	if err := errors.Join(append(result.Failed, err)...); err != nil {
		town.t.Fatal(err)
	}
	town.consistent()
	return result
}

func (town *town) anew() (Result, error) {
	town.t.Helper()
	town.rebuilt++
	fresh, err := warehouse.Open(context.Background(), warehouse.Config{Path: fmt.Sprintf("%s.%d", town.warehouse.Path(), town.rebuilt), Threads: ordinary()})
	if err != nil {
		town.t.Fatal(err)
	}
	town.t.Cleanup(func() { must(town.t, fresh.Close()) })
	result, err := Anew(context.Background(), town.warehouse, fresh, town.config())
	town.warehouse = fresh
	return result, err
}

// enter lands what a person enters.
func (town *town) enter(export, by string, row entry.Row) {
	town.t.Helper()
	town.clock = town.clock.Add(time.Minute)
	item, err := entry.Entry{Export: export, By: by, At: town.clock, Rows: []entry.Row{row}}.File()
	if err != nil {
		town.t.Fatal(err)
	}
	if _, _, err := town.store.Land(context.Background(), item); err != nil {
		town.t.Fatal(err)
	}
}

// accept has a person accept a held file.
func (town *town) accept(f land.File, by, reason string) {
	town.t.Helper()
	town.enter(AcceptedFiles, by, entry.Row{"file_id": f.ID, "reason": reason})
}

// waive has a person waive problems, by their numbers.
func (town *town) waive(by, reason string, problems ...int64) {
	town.t.Helper()
	for _, no := range problems {
		p := town.rows(`select f.file_id, p.sheet, p.export, p."row", p.column_id, p.code from ops.problems p join ops.files f using (file_no) where problem_no = ?`, no)[0]
		town.enter(ledger.Waived, by, entry.Row{"file_id": p[0], "sheet": p[1], "of_export": p[2], "row": p[3], "column_id": p[4], "code": p[5], "reason": reason})
	}
}

// consistent holds what must be true after every run.
func (town *town) consistent() {
	town.t.Helper()
	for claim, query := range map[string]string{
		"read = accepted + quarantined + ignored":     "select * from ops.reconciliation where rows_read <> accepted + quarantined + ignored",
		"quarantine holds what reconciliation counts": "select file_no, sheet, export, q, n from (select file_no, sheet, export, sum(quarantined) as q from ops.reconciliation group by all) full join (select file_no, sheet, export, count(*) as n from ops.quarantine group by all) using (file_no, sheet, export) where coalesce(q, 0) <> coalesce(n, 0)",
		"every refused row has a problem":             "select * from ops.quarantine q where not exists (select 1 from ops.problems p where p.file_no = q.file_no and p.sheet = q.sheet and p.export = q.export and p.row = q.row and p.severity = 'refuse')",
		"no file failed":                              "select detail from ops.problems where code = 'file_failed'",
		"problem numbers are unique":                  "select problem_no from ops.problems group by all having count(*) > 1",
		"waiting rows stand in quarantine":            "select 1 from (select count(*) as n from ops.quarantine where waiting) q, (select count(*) as n from waiting.visits) v, (select count(*) as n from waiting.households) h, (select count(*) as n from waiting.members) m where q.n < v.n + h.n + m.n",
	} {
		if rows := town.rows(query); len(rows) > 0 {
			town.t.Errorf("not true that %s: %v", claim, rows)
		}
	}
}

// told says in English what is told of a table.
func told(f pipelines.Reconciliation) string { return data.ExplainDetails(f.Detail, "en") }

func (town *town) rows(query string, args ...any) [][]any {
	town.t.Helper()
	table, err := town.warehouse.Query(context.Background(), query, args...)
	if err != nil {
		town.t.Fatalf("%v in %s", err, query)
	}
	return table.Rows
}

// lines gives the rows of a query as text, cells separated by spaces.
func (town *town) lines(query string, args ...any) []string {
	town.t.Helper()
	var lines []string
	for _, row := range town.rows(query, args...) {
		var cells []string
		for _, cell := range row {
			text := fmt.Sprint(cell)
			if t, ok := cell.(time.Time); ok {
				text = strings.TrimSuffix(t.Format("2006-01-02T15:04:05"), "T00:00:00")
			}
			cells = append(cells, text)
		}
		lines = append(lines, strings.Join(cells, " "))
	}
	return lines
}

func (town *town) want(query string, want ...string) {
	town.t.Helper()
	if diff := cmp.Diff(want, town.lines(query)); diff != "" {
		town.t.Errorf("%s\n%s", query, diff)
	}
}

const (
	villagesCSV   = "村编号,村名,乡镇\nV01,福合院村,逍林镇\nV02,新园村,逍林镇\n"
	branchesCSV   = "支部编号,村编号,支部名称\nB1,V01,第一网格支部\nB2,V02,第二网格支部\n"
	membersCSV    = "党员编号,支部编号,姓名,履职状态\nM1,B1,陈样本,可动员\nM2,B1,王样本,可动员\nM3,B2,李样本,不作联户要求\n"
	householdsCSV = "农户编号,村编号,支部编号,户主姓名,联系党员,联户日期\nH1,V01,B1,张样本,M1,2017-05-01\nH2,V01,B1,赵样本,M2,2017-05-01\nH3,V02,B2,钱样本,,\n"
	visitsCSV     = "走访编号,农户编号,党员编号,走访时间,走访方式,时长(分钟)\nT1,H1,M1,2018-01-08 19:30,入户,25\nT2,H2,M2,2018年1月9日,电话,5\n"
)

func (town *town) registries() {
	town.drop("村名册.csv", []byte(villagesCSV))
	town.drop("支部.csv", []byte(branchesCSV))
	town.drop("党员.csv", []byte(membersCSV))
	town.drop("农户.csv", []byte(householdsCSV))
}

func TestCleanFilesLoad(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("visits.csv", []byte(visitsCSV))
	result := town.load()
	if err := result.Err(); err != nil {
		t.Error(err)
	}
	for _, f := range result.Files {
		if f.Quarantined+f.Ignored > 0 || f.Problem != "" {
			t.Errorf("%+v", f)
		}
	}
	town.want("select visit_id, household_id, member_id, visited_at, channel, minutes, _file, _row from exports.visits order by visit_id",
		"T1 H1 M1 2018-01-08T19:30:00 home 25 5 2", "T2 H2 M2 2018-01-09 phone 5 5 3")
	town.want("select household_id, linked_member_id, linked_since from exports.households order by household_id",
		"H1 M1 2017-05-01", "H2 M2 2017-05-01", "H3 <nil> <nil>")
	if diff := cmp.Diff(merge.Change{Inserted: 2, Months: []string{"2018-01"}}, result.Changed["visits"]); diff != "" {
		t.Error(diff)
	}
	if again := town.load(); len(again.Files) != 0 || len(again.Changed) != 0 {
		t.Errorf("a second run did %+v", again)
	}
}

func TestBadRowsAreQuarantinedWithTheReason(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("visits.csv", []byte(`走访编号,农户编号,党员编号,走访时间,走访方式,时长(分钟)
T1,H1,M1,2018-01-08 19:30,入户,25
T2,,M1,2018-01-08 19:30,入户,25
T3,H1,M1,上周三,入户,25
T4,H1,M1,2018-01-08,飞鸽传书,25
T5,H1,M1,2018-01-08,入户,2500
T6,H1,M1,2018-03-08,入户,25
T7,H9,M1,2018-01-08,入户,25
T1,H2,M1,2018-01-09,入户,25
T8,H1,M1,2018-01-08,入户,25,多出来
合计,,,,,100
填表人：张样本
`))
	result := town.load()
	town.want("select code, severity, row, letter, column_id, value from ops.problems where severity = 'refuse' order by row",
		"missing_required refuse 3 B household_id <nil>",
		"wrong_type refuse 4 D visited_at 上周三",
		"not_allowed refuse 5 E channel 飞鸽传书",
		"out_of_range refuse 6 F minutes 2500",
		"future_date refuse 7 D visited_at 2018-03-08",
		"unknown_reference refuse 8 B household_id H9",
		"duplicate_key refuse 9 A visit_id T1",
		"too_many_cells refuse 10 <nil> <nil> <nil>")
	last := result.Files[len(result.Files)-1]
	want := pipelines.Reconciliation{FileID: last.FileID, Name: "visits.csv", Export: "visits", Read: 11, Accepted: 1, Quarantined: 8, Ignored: 2,
		ReadAs: pipelines.ReadAs{Format: "csv", Encoding: "utf-8", Delimiter: ",", HeaderRow: 1}}
	if diff := cmp.Diff(want, last); diff != "" {
		t.Error(diff)
	}
}
