//go:build unix

package model

import (
	"flag"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"hulian/data"
	"hulian/pipelines/warehouse"
	"hulian/queries"
)

// BenchmarkBuild times a build from nothing over the programme's town of 300,000 visits and, in the same run, the
// same SELECTs given to the engine one after another with nothing around them: no graph, fingerprints or checks. The
// metric x-plain is the ratio of the processor time both took, so that a busy machine does not blur it; the design
// asks for 1.3 or less.
func BenchmarkBuild(b *testing.B) {
	w := open(b, b.TempDir()+"/w.duckdb")
	town := programmes
	town.visits = 300_000
	fill(b, w, town)
	var built, plain, changed spent
	for b.Loop() {
		forget(b, w)
		var result Result
		built.add(b, func() { result = build1(b, w) })
		bare(b, w, result, &plain)
		forget(b, w)
		build1(b, w)
		exec(b, w, "update exports.visits set visited_at = visited_at - interval '1' day where visit_id in (select visit_id from exports.visits where visited_at >= timestamp '2018-01-30' limit 100)")
		changed.add(b, func() { build1(b, w) })
	}
	b.ReportMetric(built.wall.Seconds()/float64(b.N), "s/build")
	b.ReportMetric(built.processor.Seconds()/float64(b.N), "cpu-s/build")
	b.ReportMetric(built.processor.Seconds()/plain.processor.Seconds(), "x-plain")
	b.ReportMetric(changed.wall.Seconds()/float64(b.N), "s/changed-month")
	b.ReportMetric(changed.processor.Seconds()/float64(b.N), "cpu-s/changed-month")
	b.ReportMetric(changed.processor.Seconds()/built.processor.Seconds(), "x-whole")
}

// A hundred towns, 65 million visits: go test ./pipelines/model -run ^$ -bench Towns -benchtime 1x -timeout 2h -towns 100 -visits 650000
var (
	benchTowns  = flag.Int("towns", 3, "towns of BenchmarkTowns")
	benchVisits = flag.Int("visits", 60_000, "visits of each of its towns")
)

// BenchmarkTowns builds several towns at once within 3 GB for the engine, and in the same run gives their SELECTs to the engine alone.
func BenchmarkTowns(b *testing.B) {
	w := open(b, b.TempDir()+"/w.duckdb")
	exec(b, w, "set memory_limit = '3000MB'")
	town := programmes
	town.visits = *benchVisits
	fill(b, w, town)
	multiply(b, w, *benchTowns)
	var built, plain spent
	var u syscall.Rusage
	for b.Loop() {
		forget(b, w)
		var result Result
		built.add(b, func() { result = build1(b, w) })
		u = used(b) // before the engine alone takes what it takes
		bare(b, w, result, &plain)
	}
	b.ReportMetric(float64(*benchTowns**benchVisits), "visits")
	b.ReportMetric(built.wall.Seconds()/float64(b.N), "s/build")
	b.ReportMetric(built.processor.Seconds()/float64(b.N), "cpu-s/build")
	b.ReportMetric(built.processor.Seconds()/plain.processor.Seconds(), "x-plain")
	b.ReportMetric(float64(u.Maxrss)/1024, "peak-MB") // kilobytes, on Linux
}

// multiply makes as many towns of the one that is loaded: the same rows under numbers of their own.
func multiply(b *testing.B, w *warehouse.Warehouse, towns int) {
	tables, err := w.Query(b.Context(), "select table_name, string_agg(column_name || ' || ''-'' || t as ' || column_name, ', ') from information_schema.columns "+
		"where table_schema = 'exports' and data_type = 'VARCHAR' and (column_name like '%\\_id' escape '\\' or column_name = 'town') group by table_name")
	if err != nil {
		b.Fatal(err)
	}
	for _, row := range tables.Rows {
		exec(b, w, fmt.Sprintf("insert into exports.%[1]s by name select * exclude (t) replace (%[2]s) from exports.%[1]s, range(1, %[3]d) s(t)", row[0], row[1], towns))
	}
}

// spent adds up the time of the clock and of the processors.
type spent struct{ wall, processor time.Duration }

func (s *spent) add(b *testing.B, do func()) {
	started, before := time.Now(), processorTime(b)
	do()
	s.wall += time.Since(started)
	s.processor += processorTime(b) - before
}

// used is what this process has taken so far.
func used(b *testing.B) (u syscall.Rusage) {
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u
}

func processorTime(b *testing.B) time.Duration {
	u := used(b)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// forget makes the next build start from nothing.
func forget(b *testing.B, w *warehouse.Warehouse) {
	for _, statement := range []string{"drop schema if exists marts cascade", "drop schema if exists intermediate cascade", "drop schema if exists staging cascade",
		"drop table if exists ops.fingerprints"} {
		exec(b, w, statement)
	}
}

// bare runs the models' SELECTs in the order they were built, in one transaction.
func bare(b *testing.B, w *warehouse.Warehouse, result Result, plain *spent) {
	models, err := queries.Models()
	if err != nil {
		b.Fatal(err)
	}
	byName := map[string]queries.Model{}
	for _, m := range models {
		byName[m.Name] = m
	}
	forget(b, w)
	exec(b, w, "create schema staging; create schema intermediate; create schema marts")
	for name, sql := range parameterTables(Config{CutOff: demoCutOff, Programme: data.DefaultProgramme()}, result) {
		exec(b, w, "create table "+name+" as "+sql)
	}
	plain.add(b, func() {
		err = w.Transact(b.Context(), func(tx *warehouse.Tx) error {
			for _, built := range result.Built {
				kind := "table "
				if byName[built.Name].Header.View {
					kind = "view "
				}
				if _, err := tx.Exec(b.Context(), "create "+kind+built.Name+" as "+strings.TrimSpace(byName[built.Name].SQL)); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		b.Fatal(err)
	}
}
