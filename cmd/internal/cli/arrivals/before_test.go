package arrivals

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/cmd/internal/cli/clitest"
	"hulian/data"
	"hulian/queries"
)

// TestATownOfAnEarlierVersionShowsTheSameFigures takes over a folder that an earlier version wrote: with lists of two months,
// refused and waived rows, a signed month and a held file. It opens as it is; a run loads everything anew; the numbers people
// know problems by, what they decided and every figure stay, but for zeros of which the files say nothing: they are unknown now,
// and the signed month says so. testdata/before.zip was written by "hulian backup" of the version
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
	status, out, stderr := clitest.Session(t, "query", "--dir", town, "--format", "csv", of)
	if status != clitest.Done {
		t.Fatal(stderr)
	}
	if diff := cmp.Diff(figures, strings.Split(strings.TrimSpace(strings.ReplaceAll(out, "\r", "")), "\n")); diff != "" {
		t.Errorf("as it was (-before +after):\n%s", diff)
	}
	same := func(when, signer string) {
		t.Helper()
		problems := asked(t, town, "select problem_no, code, state from problems where state <> 'open' or severity <> 'warn' order by 1")
		if diff := cmp.Diff([]string{"22 unknown_reference open", "23 wrong_type waived", "38 unknown_reference open", "39 wrong_type waived", "40 row_count_fallen open"}, problems); diff != "" {
			t.Errorf("problems, %s (-before +after):\n%s", when, diff)
		}
		clitest.Says(t, clitest.Done, signer, "close", "--list", "--dir", town)
	}
	clitest.Says(t, clitest.Done, "resolution_rate", "metrics", "--dir", town, "--restated", "--measure", "resolution_rate", "--level", "town")
	same("as it was", "甲样本")
	if status, out, stderr := clitest.Session(t, "run", "--dir", town); status != clitest.Done { // the file that was held then is held still, and told no second time
		t.Fatalf("status %d:\n%s%s", status, out, stderr)
	}
	if held := asked(t, town, "select name from ops.files where state = 'held'"); !slices.Equal(held, []string{"13党员短.csv"}) {
		t.Errorf("held: %v", held)
	}
	same("loaded anew", "乙样本")
	unknown := figuresHold(t, town, figures)
	listed := clitest.Fields(t, "close", "--list", "--dir", town)
	at := slices.IndexFunc(listed, func(m map[string]string) bool { return m["month"] == "2017-12" })
	corrected := 0
	for _, c := range clitest.Fields(t, "close", "2017-12", "--changes", "--dir", town) {
		if c["kind"] != "corrected" {
			continue
		}
		if corrected++; c["measure"] != "rating_agreement" { // one month of six says nothing of a half-year's results
			t.Errorf("corrected: %v", c)
		}
	}
	if at < 0 || listed[at]["corrected"] != fmt.Sprint(corrected) || listed[at]["unknown"] != fmt.Sprint(unknown) || listed[at]["state"] != "changed" {
		t.Errorf("of the signed month %d values are unknown now, and the agreement of the stars alone was corrected: %v", unknown, listed)
	}
	clitest.Says(t, clitest.Done, "became unknown: no data stand behind what was signed", "close", "2017-12", "--dir", town)
	clitest.Says(t, clitest.Done, "1 problems waived", "problems", "waive", "38", "--by", "王样本", "--reason", "查无此户", "--dir", town)
	clitest.Says(t, clitest.Done, "set aside", "aside", "07走访2018-01.csv", "--by", "王样本", "--reason", "试一试", "--dir", town)
}

// figuresHold holds every figure of an earlier version to what is published now. One that is unknown now is one whose source did
// not speak; a town is what it was without the villages that are unknown. It returns how many figures of the signed month are
// unknown.
func figuresHold(t *testing.T, town string, figures []string) (unknown int) {
	t.Helper()
	type at struct{ measure, level, unit, month string }
	now, of := map[at]map[string]string{}, map[at]string{}
	for _, f := range clitest.Fields(t, "query", "--dir", town, "select measure, level, unit_id, month, numerator, denominator, value, reason, spoke, villages from measures") {
		now[at{f["measure"], f["level"], f["unit_id"], f["month"]}] = f
	}
	for _, u := range clitest.Fields(t, "query", "--dir", town, "select level, unit_id, village_id from units where level <> 'town' union all select 'member', m.member_id, b.village_id from members m join branches b using (branch_id)") {
		of[at{level: u["level"], unit: u["unit_id"]}] = u["village_id"]
	}
	told := toldBy(t, town)
	apart := map[at][2]float64{} // what villages that are unknown now were for their town
	before := map[at][]string{}
	for _, line := range figures[1:] {
		cells := strings.Split(line, ",")
		k := at{queries.IDOf(cells[0]), cells[1], cells[2], cells[3]} // some have another name since
		before[k] = cells[4:]
		if f := now[k]; k.level == "village" && f["reason"] != "" {
			sum := apart[at{measure: k.measure, month: k.month}]
			apart[at{measure: k.measure, month: k.month}] = [2]float64{sum[0] + figure(cells[4]), sum[1] + figure(cells[5])}
		}
	}
	for k, cells := range before {
		m, _ := queries.MeasureOf(k.measure)
		f, there := now[k]
		switch {
		case !there:
			t.Errorf("%v is gone", k)
		case k.measure == "rating_agreement" && f["reason"] == "":
		case f["reason"] == "" && f["spoke"] == f["villages"]:
			if got := []string{f["numerator"], f["denominator"], f["value"]}; !slices.Equal(got, cells) {
				t.Errorf("%v was %v and is %v", k, cells, got)
			}
		case f["reason"] == "" && m.Model == "":
			if less := apart[at{measure: k.measure, month: k.month}]; figure(f["numerator"]) != figure(cells[0])-less[0] || figure(f["denominator"]) != figure(cells[1])-less[1] {
				t.Errorf("%v was %v, is %v, and the villages that are unknown were %v", k, cells, f, less)
			}
		case f["reason"] == "":
		case f["numerator"]+f["denominator"]+f["value"] != "":
			t.Errorf("%v is unknown and has numbers: %v", k, f)
		case k.level != "town" && f["reason"] != "reach" && f["reason"] != "column" && told(m, of[at{level: k.level, unit: k.unit}], k.month):
			t.Errorf("%v is unknown (%s) though the files speak of it", k, f["reason"])
		case f["reason"] == "reach" && m.Reach.None():
			t.Errorf("%v looks at no other month", k)
		}
		if there && f["reason"] != "" && k.month == "2017-12" {
			unknown++
		}
	}
	if unknown == 0 || unknown > len(figures)/4 {
		t.Errorf("%d of %d figures are unknown", unknown, len(figures))
	}
	return unknown
}

// toldBy says whether the rows of a town speak of a measure in a village and month: every export of events it is made of has one.
func toldBy(t *testing.T, town string) func(m queries.Measure, village, month string) bool {
	t.Helper()
	rows := map[string]bool{}
	for _, r := range clitest.Fields(t, "query", "--dir", town, `
		select distinct export, village_id, substr(cast(day as varchar), 1, 7) as month from (
			select 'visits' as export, h.village_id, v.visited_at as day from visits v join households h using (household_id)
			union all select 'issues', village_id, reported_at from issues
			union all select 'points', b.village_id, p.awarded_on from points p join members m using (member_id) join branches b on b.branch_id = m.branch_id
			union all select 'meetings', b.village_id, e.held_on from meetings e join branches b using (branch_id)
			union all select 'tasks', b.village_id, k.claimed_on from tasks k join branches b using (branch_id))`) {
		rows[r["export"]+r["village_id"]+r["month"]] = true
	}
	return func(m queries.Measure, village, month string) bool {
		return !slices.ContainsFunc(m.Source, func(export string) bool {
			c, _ := data.ContractOf(export)
			return c.Kind == data.Event && !rows[export+village+month]
		})
	}
}

func figure(text string) float64 {
	v, _ := strconv.ParseFloat(text, 64) // nothing counts as nothing
	return v
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
