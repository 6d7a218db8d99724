package sampletown

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"hulian/cmd/internal/cli/clitest"
)

// taken is what a command took: processor time of all its threads, and the most memory it held.
type taken struct {
	processor time.Duration
	megabytes int64
}

func takes(t testing.TB, arguments ...string) taken {
	t.Helper()
	at := clitest.Begin(t, arguments...)
	peak := peakOf(at.Command.Process.Pid, at.Ended)
	state := at.Command.ProcessState
	if state.ExitCode() != clitest.Done {
		t.Fatalf("%v: status %d\n%s", arguments, state.ExitCode(), at.Errs.String())
	}
	if peak == 0 {
		t.Fatal("nothing is known of the memory the command took")
	}
	return taken{state.UserTime() + state.SystemTime(), peak >> 10}
}

// peakOf is the most memory a process held until it ended, in kilobytes. What the system says of an ended process counts the memory of
// these tests too, which began it: so its high-water mark is looked at as long as it runs.
func peakOf(pid int, ended <-chan struct{}) (peak int64) {
	for {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if _, after, found := strings.Cut(string(status), "VmHWM:"); err == nil && found {
			if line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil && strings.HasPrefix(string(line), "hulian\x00") { // no copy of the tests any more
				var kilobytes int64
				if _, err := fmt.Sscan(after, &kilobytes); err == nil {
					peak = max(peak, kilobytes)
				}
			}
		}
		select {
		case <-ended:
			return peak
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// noticed makes the monthly notice with its annex.
func noticed(t testing.TB, town, dir string) taken {
	return takes(t, "report", "monthly", "--month", "2018-01", "--dir", town, "--to", filepath.Join(dir, "notice.docx"), "--to", filepath.Join(dir, "annex.xlsx"))
}

// Of a notice with its annex: how many times the processor time of a question that asks nothing, which starts the program and opens the snapshot as
// well; and memory. Measured on the sample town: 4 times, 280 MB; the program that the tests start holds some 30 MB more, for it holds the tests too.
const (
	mostQuestions = 9
	mostMemory    = 340 // MB
)

// checkPapers holds the notice to its cost, and the annex to the published numbers: cases resolved of those reported.
func checkPapers(t *testing.T, town string) {
	dir := t.TempDir()
	question := takes(t, "query", "--dir", town, "select 1")
	notice := noticed(t, town, dir)
	t.Logf("a notice with its annex takes %v and %d MB, a question %v", notice.processor, notice.megabytes, question.processor)
	if notice.processor > mostQuestions*question.processor || notice.megabytes > mostMemory {
		t.Errorf("a notice with its annex takes %v of the processor and %d MB, a question %v", notice.processor, notice.megabytes, question.processor)
	}
	book, err := excelize.OpenFile(filepath.Join(dir, "annex.xlsx"))
	clitest.Must(t, err)
	defer func() { _ = book.Close() }()
	found := false
	for _, name := range book.GetSheetList() {
		rows, err := book.GetRows(name, excelize.Options{RawCellValue: true})
		clitest.Must(t, err)
		for _, row := range rows {
			found = found || strings.Contains(strings.Join(row, " ")+" ", " 910 1170 ")
		}
	}
	if !found {
		t.Error("the annex does not hold the 910 of 1,170 cases resolved")
	}
}

// BenchmarkNotice makes the notice of the sample town with its annex: 100 towns take a hundred times that, and two processors half of it.
func BenchmarkNotice(b *testing.B) {
	town, dir := clitest.Demo(b), b.TempDir()
	question := takes(b, "query", "--dir", town, "select 1")
	var all time.Duration
	var memory int64
	for b.Loop() {
		one := noticed(b, town, dir)
		all, memory = all+one.processor, max(memory, one.megabytes)
	}
	each := all.Seconds() / float64(b.N)
	b.ReportMetric(each, "cpu-s/notice")
	b.ReportMetric(each/question.processor.Seconds(), "questions/notice")
	b.ReportMetric(100*each/2, "s/100-towns-on-2-cores")
	b.ReportMetric(float64(memory), "MB")
}
