package arrivals

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"hulian/cmd/internal/cli/clitest"
	"hulian/data"
	"hulian/queries"
)

// TestATownOfThePreviousReleaseLosesNothing takes over a folder that the release before wrote, with rows of eighteen exports, what
// people entered on seven pages and by command, accounts, a token, and a signed month; testdata/previous.sh wrote it. What is
// published reads as it did. After a run, and again when the warehouse was lost and built anew, every row of every export and
// every entry is there with its author, every figure is what it was, the month is signed by the same people, and
// whoever had a password or a token gets in by it.
func TestATownOfThePreviousReleaseLosesNothing(t *testing.T) {
	town := previousTown(t)
	everything, rows := everyRow(t, town)
	figures := previousFigures(t)
	sameFigures(t, "as it was", figures, town)
	hold := func(when string) {
		t.Helper()
		if diff := cmp.Diff(rows, asked(t, town, everything)); diff != "" {
			t.Errorf("rows, %s (-before +after):\n%s", when, diff)
		}
		sameFigures(t, when, figures, town)
		if waived := asked(t, town, "select waived_by from problems join ops.waivers using (problem_no) where state = 'waived'"); !slices.Equal(waived, []string{"李样本"}) {
			t.Errorf("problems waived, %s: %v", when, waived)
		}
		closed := clitest.Fields(t, "close", "--list", "--dir", town)
		at := slices.IndexFunc(closed, func(m map[string]string) bool { return m["month"] == "2017-12" })
		if at < 0 || closed[at]["checked_by"] != "甲样本" || closed[at]["signed_by"] != "乙样本" || closed[at]["corrected"] != "0" {
			t.Errorf("closings, %s: %v", when, closed)
		}
	}
	clitest.Says(t, clitest.Done, "done", "run", "--dir", town)
	hold("after a run")
	clitest.Must(t, os.Remove(filepath.Join(town, "warehouse.duckdb")))
	clitest.Says(t, clitest.Done, "", "check", "--repair", "--dir", town)
	hold("when the warehouse was lost")
	peopleGetIn(t, town)
}

// previousTown restores the folder of the release before.
func previousTown(t *testing.T) (town string) {
	t.Helper()
	packed, err := os.ReadFile(filepath.Join("testdata", "previous.zip.zst"))
	clitest.Must(t, err)
	reader, err := zstd.NewReader(nil)
	clitest.Must(t, err)
	defer reader.Close()
	backup, err := reader.DecodeAll(packed, nil)
	clitest.Must(t, err)
	town, file := filepath.Join(t.TempDir(), "town"), filepath.Join(t.TempDir(), "previous.zip")
	clitest.Write(t, file, backup)
	clitest.Says(t, clitest.Done, "", "restore", file, "--dir", town)
	return town
}

// everyRow asks for every row of every export and every export of entries, by the columns there are now: those are kept when later
// ones come to stand beside them. It returns the question and the answer.
func everyRow(t *testing.T, town string) (question string, rows []string) {
	t.Helper()
	columns := map[string]string{}
	for _, c := range clitest.Fields(t, "query", "--dir", town, "select table_name, string_agg('\"' || column_name || '\"', ', ' order by column_name) as columns from information_schema.columns where table_schema = 'main' group by table_name") {
		columns[c["table_name"]] = c["columns"]
	}
	var parts []string
	for _, c := range slices.Concat(data.Contracts(), data.Entries()) {
		if columns[c.Export] != "" { // it had come by then
			parts = append(parts, fmt.Sprintf("select '%s' as export, cast(part as varchar) as said from (select %s from %[1]s) as part", c.Export, columns[c.Export]))
		}
	}
	question = strings.Join(parts, " union all ") + " order by all"
	rows = asked(t, town, question)
	told := map[string]int{}
	for _, row := range rows {
		export, _, _ := strings.Cut(row, " ")
		told[export]++
	}
	if len(told) < 22 || told["visits"] < 300 || told["actions"] != 1 {
		t.Fatalf("the folder of the release before has rows of %v", told)
	}
	return question, rows
}

// figureAt names one value of one measure.
type figureAt struct{ measure, level, unit, month string }

// previousFigures are what the release before said of each, by today's names of measures: numerator, denominator, value and, where it is
// unknown, why.
func previousFigures(t *testing.T) map[figureAt][]string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "previous.csv"))
	clitest.Must(t, err)
	all := map[figureAt][]string{}
	for line := range strings.SplitSeq(strings.TrimSpace(strings.ReplaceAll(string(content), "\r", "")), "\n") {
		cells := strings.Split(line, ",")
		all[figureAt{queries.IDOf(cells[0]), cells[1], cells[2], cells[3]}] = cells[4:]
	}
	delete(all, figureAt{"measure", "level", "unit_id", "month"})
	if len(all) < 500 {
		t.Fatalf("%d figures", len(all))
	}
	return all
}

// sameFigures holds every figure to what was published.
func sameFigures(t *testing.T, when string, want map[figureAt][]string, town string) {
	t.Helper()
	now := map[figureAt][]string{}
	for _, f := range clitest.Fields(t, "query", "--dir", town, "select measure, level, unit_id, month, numerator, denominator, value, reason from measures") {
		now[figureAt{queries.IDOf(f["measure"]), f["level"], f["unit_id"], f["month"]}] = []string{f["numerator"], f["denominator"], f["value"], f["reason"]}
	}
	for at, before := range want {
		if after := now[at]; !slices.Equal(before, after) {
			t.Errorf("%v, %s, was %v and is %v", at, when, before, after)
		}
	}
}

// peopleGetIn signs the committee in by the password it had chosen, asks by the token, and looks at the accounts and at the pages that
// show what was decided.
func peopleGetIn(t *testing.T, town string) {
	t.Helper()
	accounts := map[string]string{}
	for _, a := range clitest.Fields(t, "user", "list", "--dir", town) {
		accounts[a["account"]] = strings.Join(strings.Fields(a["role"]+" "+a["village"]+" "+a["state"]), " ")
	}
	want := map[string]string{"office": "office active", "committee": "committee active", "secretary": "village_secretary V02 invited", "clerk": "clerk disabled"}
	if diff := cmp.Diff(want, accounts); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	clitest.Says(t, clitest.Done, "", "trail", "--verify", "--dir", town)

	s := clitest.Serve(t, town)
	token, err := os.ReadFile(filepath.Join("testdata", "previous.token"))
	clitest.Must(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Address+"api/v1/measures?measure=household_coverage&level=town&month=2018-01", nil)
	clitest.Must(t, err)
	request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	response, err := http.DefaultClient.Do(request)
	clitest.Must(t, err)
	defer func() { clitest.Must(t, response.Body.Close()) }()
	if response.StatusCode != http.StatusOK {
		t.Errorf("the token is answered %s", response.Status)
	}
	jar, err := cookiejar.New(nil)
	clitest.Must(t, err)
	s.Client = &http.Client{Jar: jar, Timeout: time.Minute}
	if to := s.Post(t, "signin", url.Values{"name": {"committee"}, "password": {"四月雨 plum blossom 7"}}); strings.Contains(to, "signin") {
		t.Fatalf("signing in leads to %s", to)
	}
	s.Says(t, "meeting?month=2018-01", "超期问题逐件督办")
	s.Says(t, "actions?month=2018-01", "2018-03-31")
}
