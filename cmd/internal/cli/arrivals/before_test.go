package arrivals

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/cmd/internal/cli/clitest"
)

// TestATownOfAnEarlierVersionShowsTheSameFigures takes over a folder that an earlier version wrote: with lists of two months,
// refused and waived rows, a signed month and a held file. It opens as it is; a run loads everything anew; every figure, the
// numbers people know problems by and what they decided stay. testdata/before.zip was written by "hulian backup" of the version
// that kept problems as sentences, and testdata/before.csv by its "hulian query".
func TestATownOfAnEarlierVersionShowsTheSameFigures(t *testing.T) {
	town := filepath.Join(t.TempDir(), "town")
	clitest.Says(t, clitest.Done, "", "restore", filepath.Join("testdata", "before.zip"), "--dir", town)
	content, err := os.ReadFile(filepath.Join("testdata", "before.csv"))
	clitest.Must(t, err)
	figures := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(content), "\r", "")), "\n")
	if len(figures) < 500 {
		t.Fatalf("%d figures", len(figures))
	}
	const of = "select measure, level, unit_id, month, numerator, denominator, value from measures order by all"
	same := func(when string) {
		t.Helper()
		status, out, stderr := clitest.Session(t, "query", "--dir", town, "--format", "csv", of)
		if status != clitest.Done {
			t.Fatal(stderr)
		}
		if diff := cmp.Diff(figures, strings.Split(strings.TrimSpace(strings.ReplaceAll(out, "\r", "")), "\n")); diff != "" {
			t.Errorf("%s (-before +after):\n%s", when, diff)
		}
		problems := asked(t, town, "select problem_no, code, state from problems where state <> 'open' or severity <> 'warn' order by 1")
		if diff := cmp.Diff([]string{"22 unknown_reference open", "23 wrong_type waived", "38 unknown_reference open", "39 wrong_type waived", "40 row_count_fallen open"}, problems); diff != "" {
			t.Errorf("problems, %s (-before +after):\n%s", when, diff)
		}
		clitest.Says(t, clitest.Done, "甲样本", "close", "--list", "--dir", town)
	}
	same("as it was")
	if status, out, stderr := clitest.Session(t, "run", "--dir", town); status != clitest.Held || !strings.Contains(out+stderr, "13党员短.csv") {
		t.Fatalf("status %d:\n%s%s", status, out, stderr)
	}
	same("loaded anew")
	clitest.Says(t, clitest.Done, "1 problems waived", "problems", "waive", "38", "--by", "王样本", "--reason", "查无此户", "--dir", town)
	clitest.Says(t, clitest.Done, "set aside", "aside", "07走访2018-01.csv", "--by", "王样本", "--reason", "试一试", "--dir", town)
}

// TestWhatWasDecidedWithAnEarlierVersionLands takes over a folder in which an earlier version kept decisions in the warehouse alone: a
// list of 4 villages in the place of 30 was confirmed on the page, a problem waived. Whether a run finds the warehouse or a repair
// has to do without it, both hold with their names, and have landed. testdata/confirmed.zip was written by "hulian backup" of
// that version.
func TestWhatWasDecidedWithAnEarlierVersionLands(t *testing.T) {
	for name, take := range map[string]func(town string){
		"a run": func(town string) { clitest.Says(t, clitest.Done, "done", "run", "--dir", town) },
		"a repair": func(town string) {
			clitest.Must(t, os.Remove(filepath.Join(town, "warehouse.duckdb")))
			clitest.Says(t, clitest.Done, "", "check", "--repair", "--dir", town)
		},
	} {
		town := filepath.Join(t.TempDir(), "town")
		clitest.Says(t, clitest.Done, "", "restore", filepath.Join("testdata", "confirmed.zip"), "--dir", town)
		take(town)
		if got := clitest.VillagesOf(t, town); got != "4" {
			t.Errorf("%s: %s villages", name, got)
		}
		want := []string{"原件已核对 李样本", "合并后只剩四村 王样本"}
		if diff := cmp.Diff(want, asked(t, town, "select reason, entered_by from accepted_files union all select reason, entered_by from waived_problems order by 1")); diff != "" {
			t.Errorf("%s: entered (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff([]string{"1 waived 李样本"}, asked(t, town, "select problem_no, state, waived_by from problems join ops.waivers using (problem_no)")); diff != "" {
			t.Errorf("%s: problems (-want +got):\n%s", name, diff)
		}
		clitest.Says(t, clitest.Done, "unchanged", "run", "--dir", town)
	}
}
