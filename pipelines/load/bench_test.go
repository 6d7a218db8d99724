package load

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"hulian/data/sample"
	"hulian/pipelines/load/statement"
	"hulian/pipelines/warehouse"
)

// BenchmarkSampleTown loads the whole sample town: some 170 files in every format, 308,000 visits.
func BenchmarkSampleTown(b *testing.B) {
	town, _, _ := loadSample(b, sample.Options{})
	var times []time.Duration
	for b.Loop() {
		again := newTown(b)
		again.store = town.store
		start := time.Now()
		again.load()
		times = append(times, time.Since(start))
	}
	b.ReportMetric(median(times).Seconds(), "median-s")
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// visitsFile writes n clean visits of members and households that the registries name, one a minute and so in order
// of time, as a system exports them.
func visitsFile(b testing.TB, n int) string {
	b.Helper()
	at := filepath.Join(b.TempDir(), "visits.csv")
	file, err := os.Create(at)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { must(b, file.Close()) }()
	w := csv.NewWriter(file)
	r := rand.New(rand.NewPCG(1, uint64(n)))
	must(b, w.Write([]string{"visit_id", "household_id", "member_id", "visited_at", "channel", "duty", "minutes", "note", "issue_id"}))
	channels, duties := []string{"home", "phone", "wechat", "event"}, []string{"policy", "opinion", "dispute", "service", "governance", ""}
	start, step := time.Date(2008, 1, 1, 0, 0, 0, 0, time.UTC), time.Duration(float64(10*365*24*time.Hour)/float64(n))
	for i := range n {
		household := r.IntN(benchHouseholds)
		must(b, w.Write([]string{
			fmt.Sprintf("V%08d", i), fmt.Sprintf("H%06d", household), fmt.Sprintf("M%05d", household%benchMembers),
			start.Add(time.Duration(i) * step).Format("2006-01-02 15:04:05"), channels[r.IntN(len(channels))], duties[r.IntN(len(duties))],
			strconv.Itoa(1 + r.IntN(90)), "走访了解情况，反映村道路灯不亮，第" + strconv.Itoa(r.IntN(1000)) + "号", "",
		}))
	}
	w.Flush()
	if err := w.Error(); err != nil {
		b.Fatal(err)
	}
	return at
}

const benchMembers, benchHouseholds = 1000, 13000

// benchTown has the registries the benchmark's visits refer to.
func benchTown(b testing.TB) *town {
	town := newTown(b)
	members, households := "党员编号,支部编号,姓名,履职状态\n", "农户编号,村编号,支部编号,联系党员\n"
	for i := range benchMembers {
		members += fmt.Sprintf("M%05d,B1,样本,可动员\n", i)
	}
	for i := range benchHouseholds {
		households += fmt.Sprintf("H%06d,V01,B1,M%05d\n", i, i%benchMembers)
	}
	town.drop("villages.csv", []byte(villagesCSV))
	town.drop("branches.csv", []byte(branchesCSV))
	town.drop("members.csv", []byte(members))
	town.drop("households.csv", []byte(households))
	town.load()
	return town
}

// plainLoad is what a person would type: the same file with the same casts into the same table, unchecked. The file of
// the database is in the engine's default format, or in the one this program writes.
func plainLoad(b testing.TB, at, format string) time.Duration {
	b.Helper()
	ctx := context.Background()
	w, err := warehouse.Open(ctx, warehouse.Config{MemoryLimit: os.Getenv("HULIAN_BENCH_MEMORY")})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { must(b, w.Close()) }()
	if err := w.Exec(ctx, "attach '"+filepath.Join(b.TempDir(), "plain.duckdb")+"' as plain (storage_version '"+format+"')"); err != nil {
		b.Fatal(err)
	}
	if err := w.Exec(ctx, `create table plain.visits (visit_id varchar, household_id varchar, member_id varchar, visited_at timestamp,
		channel varchar, duty varchar, minutes double, note varchar, issue_id varchar, _file bigint, _row bigint)`); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if err := w.Exec(ctx, `insert into plain.visits select visit_id, household_id, member_id, try_cast(visited_at as timestamp), channel, duty,
		try_cast(minutes as double), note, issue_id, 1, null from read_csv(`+statement.Literal(at)+`, all_varchar = true, header = true)`); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// BenchmarkVisits compares the load of one CSV of visits, with every check, with the engine's bare reading of the
// same file in the same run: as the engine is by default (ratio), and with the format this program's files have.
// HULIAN_BENCH_VISITS sets the number of visits, HULIAN_BENCH_MEMORY the engine's memory, e.g. 1GB.
func BenchmarkVisits(b *testing.B) {
	n := 300_000
	if given, err := strconv.Atoi(os.Getenv("HULIAN_BENCH_VISITS")); err == nil {
		n = given
	}
	at := visitsFile(b, n)
	var ours, plain, newest []time.Duration
	for b.Loop() {
		runtime.GC()
		plain = append(plain, plainLoad(b, at, "v1.0.0"))
		newest = append(newest, plainLoad(b, at, "latest"))
		town := benchTown(b)
		town.land(at)
		runtime.GC()
		start := time.Now()
		result, err := Load(context.Background(), town.warehouse, town.config())
		ours = append(ours, time.Since(start))
		if err != nil || result.Files[0].Accepted != int64(n) {
			b.Fatalf("%v %+v", err, result)
		}
		must(b, town.warehouse.Close())
	}
	b.ReportMetric(median(plain).Seconds(), "plain-s")
	b.ReportMetric(median(ours).Seconds(), "load-s")
	b.ReportMetric(median(ours).Seconds()/median(plain).Seconds(), "ratio")
	b.ReportMetric(median(ours).Seconds()/median(newest).Seconds(), "ratio-same-format")
}

// BenchmarkCorrections sends a month's 30,000 rows again, changed, into a table of visits: the cost should be that of
// the month, not of the table. HULIAN_BENCH_VISITS sets the size of the table.
func BenchmarkCorrections(b *testing.B) {
	n := 1_000_000
	if given, err := strconv.Atoi(os.Getenv("HULIAN_BENCH_VISITS")); err == nil {
		n = given
	}
	town := benchTown(b)
	town.land(visitsFile(b, n))
	if result := town.load(); result.Files[0].Accepted != int64(n) {
		b.Fatalf("%+v", result)
	}
	const changed = 30_000
	var times []time.Duration
	for round := 1; b.Loop(); round++ {
		var text bytes.Buffer
		text.WriteString("visit_id,household_id,member_id,visited_at,minutes\n")
		for i := n - changed; i < n; i++ {
			household := i % benchHouseholds
			fmt.Fprintf(&text, "V%08d,H%06d,M%05d,2017-12-%02d 08:00:00,%d\n", i, household, household%benchMembers, 1+i%31, round)
		}
		town.drop(fmt.Sprintf("corrections%d.csv", round), text.Bytes())
		runtime.GC()
		start := time.Now()
		result, err := Load(context.Background(), town.warehouse, town.config())
		times = append(times, time.Since(start))
		if err != nil || result.Changed["visits"].Replaced != changed {
			b.Fatalf("%v %+v", err, result.Changed)
		}
	}
	b.ReportMetric(median(times).Seconds(), "load-s")
}

// BenchmarkWorkbook compares the load of a workbook of 100,000 visits with the library's bare streaming read of it.
func BenchmarkWorkbook(b *testing.B) {
	const n = 100_000
	at := filepath.Join(b.TempDir(), "visits.xlsx")
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	must(b, w.SetRow("A1", []any{"走访编号", "农户编号", "党员编号", "走访时间", "走访方式", "履行职责", "时长(分钟)", "走访内容", "问题编号", "备用1", "备用2", "备用3"}))
	for i := range n {
		household := i % benchHouseholds
		if err := w.SetRow(fmt.Sprintf("A%d", i+2), []any{fmt.Sprintf("V%08d", i), fmt.Sprintf("H%06d", household), fmt.Sprintf("M%05d", household%benchMembers),
			42000 + float64(i)/100, "入户", "宣传政策", i % 90, "走访了解情况，反映村道路灯不亮", nil, i, "x", 1.5}); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.SaveAs(at); err != nil {
		b.Fatal(err)
	}
	var ours, bare []time.Duration
	for b.Loop() {
		start := time.Now()
		f, err := excelize.OpenFile(at, excelize.Options{RawCellValue: true})
		if err != nil {
			b.Fatal(err)
		}
		rows, err := f.Rows("Sheet1")
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			if _, err := rows.Columns(excelize.Options{RawCellValue: true}); err != nil {
				b.Fatal(err)
			}
		}
		must(b, rows.Close())
		must(b, f.Close())
		bare = append(bare, time.Since(start))
		town := benchTown(b)
		town.land(at)
		runtime.GC()
		start = time.Now()
		if result, err := Load(context.Background(), town.warehouse, town.config()); err != nil || result.Files[0].Accepted != n {
			b.Fatalf("%v %+v", err, result)
		}
		ours = append(ours, time.Since(start))
		must(b, town.warehouse.Close())
	}
	b.ReportMetric(median(bare).Seconds(), "bare-s")
	b.ReportMetric(median(ours).Seconds(), "load-s")
	b.ReportMetric(median(ours).Seconds()/median(bare).Seconds(), "ratio")
}

// BenchmarkUnknownFiles looks at 5,000 small files that are no table anybody knows.
func BenchmarkUnknownFiles(b *testing.B) {
	const n = 5000
	town := newTown(b)
	for i := range n {
		town.drop(fmt.Sprintf("f%04d.csv", i), fmt.Appendf(nil, "alpha,beta\n%d,2\n3,%d\n", i, i))
	}
	var times []time.Duration
	for b.Loop() {
		again := newTown(b)
		again.store = town.store
		start := time.Now()
		if result := again.load(); len(result.Files) != n {
			b.Fatalf("%d files", len(result.Files))
		}
		times = append(times, time.Since(start))
		must(b, again.warehouse.Close())
	}
	b.ReportMetric(median(times).Seconds(), "load-s")
}
