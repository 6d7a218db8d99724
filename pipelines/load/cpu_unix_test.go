//go:build unix

package load

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"hulian/pipelines/load/statement"
	"hulian/pipelines/warehouse"
)

// processorTime is what all threads of the process have used so far.
func processorTime(b testing.TB) time.Duration {
	b.Helper()
	var used syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkRegisters compares the load of thirty small registers of 3,000 visits each with what a person would type: one
// statement for the list of all files, with the same casts. What both use of the processors is compared.
func BenchmarkRegisters(b *testing.B) {
	const files, rows = 30, 3000
	content, err := os.ReadFile(visitsFile(b, files*rows))
	must(b, err)
	records, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	must(b, err)
	dir := b.TempDir()
	var paths, literals []string
	for n := range files {
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		must(b, w.Write(records[0]))
		must(b, w.WriteAll(records[1+n*rows:1+(n+1)*rows]))
		paths = append(paths, filepath.Join(dir, fmt.Sprintf("visits%02d.csv", n)))
		must(b, os.WriteFile(paths[n], text.Bytes(), 0o600))
		literals = append(literals, statement.Literal(paths[n]))
	}
	var ours, plain []time.Duration
	for b.Loop() {
		w, err := warehouse.Open(b.Context(), warehouse.Config{Path: filepath.Join(b.TempDir(), "plain.duckdb")})
		must(b, err)
		start := processorTime(b)
		must(b, w.Exec(b.Context(), `create table visits as select visit_id, household_id, member_id, try_cast(visited_at as timestamp) as visited_at, channel, duty,
			try_cast(minutes as double) as minutes, note, issue_id from read_csv([`+strings.Join(literals, ", ")+`], all_varchar = true, header = true)`))
		plain = append(plain, processorTime(b)-start)
		must(b, w.Close())
		town := benchTown(b)
		for _, path := range paths {
			town.land(path)
		}
		runtime.GC()
		start = processorTime(b)
		result, err := Load(context.Background(), town.warehouse, town.config())
		ours = append(ours, processorTime(b)-start)
		if err != nil || result.Changed["visits"].Inserted != files*rows {
			b.Fatalf("%v %+v", err, result.Changed)
		}
		must(b, town.warehouse.Close())
	}
	b.ReportMetric(median(plain).Seconds(), "plain-cpu-s")
	b.ReportMetric(median(ours).Seconds(), "load-cpu-s")
	b.ReportMetric(median(ours).Seconds()/median(plain).Seconds(), "cpu-ratio")
}

// BenchmarkFewRows sends five rows into a month of a table of a million: what is loaded for so few is the cost of a run.
func BenchmarkFewRows(b *testing.B) {
	const standing = 1_000_000
	town := benchTown(b)
	town.land(visitsFile(b, standing))
	town.load()
	var times, used []time.Duration
	for round := 1; b.Loop(); round++ {
		text := "visit_id,household_id,member_id,visited_at,minutes\n"
		for i := range 5 {
			text += fmt.Sprintf("W%04d%d,H%06d,M%05d,2017-12-0%d 08:00:00,25\n", round, i, i, i, 1+i)
		}
		town.drop(fmt.Sprintf("few%d.csv", round), []byte(text))
		runtime.GC()
		start, before := time.Now(), processorTime(b)
		result, err := Load(context.Background(), town.warehouse, town.config())
		times, used = append(times, time.Since(start)), append(used, processorTime(b)-before)
		if err != nil || result.Changed["visits"].Inserted != 5 {
			b.Fatalf("%v %+v", err, result.Changed)
		}
	}
	b.ReportMetric(median(times).Seconds(), "load-s")
	b.ReportMetric(median(used).Seconds(), "cpu-s")
}
