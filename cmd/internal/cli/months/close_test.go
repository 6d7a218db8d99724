package months

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/data/sample"
	"hulian/pipelines/runner"
)

// TestClosing makes one small town and goes the way of a month on copies of it.
func TestClosing(t *testing.T) {
	made, visits := closableTown(t)
	for name, check := range map[string]func(t *testing.T, town string, visits [][]string){
		"by command": checkAMonthIsClosedAndKept, "what stands in the way": checkWhatStandsInTheWay, "on the page": checkAMonthIsClosedOnThePage, "papers": checkPapersAreIssued,
	} {
		t.Run(name, func(t *testing.T) {
			town := filepath.Join(t.TempDir(), "town")
			if err := os.CopyFS(town, os.DirFS(made)); err != nil {
				t.Fatal(err)
			}
			check(t, town, visits)
		})
	}
}

// closableTown is a small town of two months, run, whose months can be closed.
func closableTown(t *testing.T) (town string, visits [][]string) {
	t.Helper()
	town = t.TempDir()
	if _, err := sample.Write(context.Background(), sample.Options{Dir: town, Scale: .1, Start: "2017-12", Clean: true}); err != nil {
		t.Fatal(err)
	}
	clitest.Says(t, clitest.Done, "", "run", "--dir", town)
	content, err := os.ReadFile(filepath.Join(town, "inbox", "2018-01", "走访记录2018年1月.csv"))
	if err != nil {
		t.Fatal(err)
	}
	visits, err = csv.NewReader(strings.NewReader(strings.TrimPrefix(string(content), "\ufeff"))).ReadAll()
	if err != nil || len(visits) < 100 {
		t.Fatalf("%v, %d visits", err, len(visits))
	}
	return town, visits
}

// correct sends rows that were sent before, or as they should have been.
func correct(t *testing.T, town, name string, header []string, rows [][]string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(f)
	if err := w.WriteAll(append([][]string{header}, rows...)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	clitest.Says(t, clitest.Done, "", "import", "--dir", town, path)
}

// moved are visits as a clerk corrects them: they belong to the month before.
func moved(visits [][]string) [][]string {
	var rows [][]string
	for _, v := range visits {
		v = slices.Clone(v)
		v[1] = strings.Replace(v[1], "2018-01-", "2017-12-", 1)
		rows = append(rows, v)
	}
	return rows
}

// visitsOf is how many visits the snapshot knows of 2018-01.
func visitsOf(t *testing.T, town string) string {
	t.Helper()
	rows := clitest.Fields(t, "metrics", "--dir", town, "--measure", "visits_per_active_member", "--level", "town", "--month", "2018-01")
	if len(rows) != 1 {
		t.Fatalf("%d rows", len(rows))
	}
	return rows[0]["numerator"]
}

// checkAMonthIsClosedAndKept goes the way of a month by the command line: checked by one, signed by another, corrected
// later, restated, and a document edited by hand.
func checkAMonthIsClosedAndKept(t *testing.T, town string, visits [][]string) {
	on := func(arguments ...string) []string {
		return append([]string{"close", "2018-01", "--dir", town}, arguments...)
	}
	clitest.Says(t, clitest.Failed, "nobody has checked", on("--sign", "--by", "王镇长")...)
	clitest.Says(t, clitest.Usage, "a name of at most", on("--check", "--by", " ")...)
	clitest.Says(t, clitest.Done, "2018-01: checked; checked by 陈书记", on("--check", "--by", " 陈书记 ")...)
	clitest.Says(t, clitest.Failed, "may not sign it too", on("--sign", "--by", "陈书记")...)
	clitest.Says(t, clitest.Done, "restatement 1 signed by 王镇长", on("--sign", "--by", "王镇长", "--note", "已与各村核对")...)
	clitest.Says(t, clitest.Failed, "nothing has changed since", on("--sign", "--by", "王镇长")...)
	document := filepath.Join(town, "closings", "2018-01", "signed-1.json")
	first, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}

	signed := visitsOf(t, town)
	correct(t, town, "走访记录更正.csv", visits[0], moved(visits[1:4]))
	if out := clitest.Says(t, clitest.Done, "2018-01: changed", "metrics", "--dir", town, "--measure", "card_rate", "--month", "2018-01"); !strings.Contains(out, "hulian close 2018-01 --changes") {
		t.Errorf("the measures of a corrected month do not say so:\n%s", out)
	}
	if out := clitest.Says(t, clitest.Done, "", "metrics", "--dir", town, "--measure", "card_rate", "--month", "2017-12"); strings.Contains(out, "changed") {
		t.Errorf("another month is said to have changed:\n%s", out)
	}
	var seen bool
	for _, c := range clitest.Fields(t, on("--changes")...) {
		if c["measure"] == "visits_per_active_member" && c["level"] == "town" {
			seen = true
			if c["signed_numerator"] != signed || c["numerator"] != visitsOf(t, town) || c["numerator"] == signed || c["since_generation"] != "2" || c["since"] == "" || c["ripened"] != "false" {
				t.Errorf("the correction reads %v, signed were %s", c, signed)
			}
		}
	}
	if !seen {
		t.Error("the corrected visits are not among the changes")
	}

	// As it was known when it was signed, the month is what was signed, and what the files of then say row by row.
	asOf := clitest.Fields(t, "metrics", "--dir", town, "--measure", "visits_per_active_member", "--level", "town", "--month", "2018-01", "--as-of", "2018-02-10")
	if len(asOf) != 1 || asOf[0]["numerator"] != signed || signed != fmt.Sprint(len(visits)-1) {
		t.Errorf("as of the day of signing: %v; signed were %s of %d rows", asOf, signed, len(visits)-1)
	}
	// And half-way through the month only the first half's files had come: nothing is known of its visits.
	if early := clitest.Fields(t, "metrics", "--dir", town, "--measure", "visits_per_active_member", "--level", "town", "--as-of", "2018-01-15"); len(early) != 2 || early[1]["numerator"] != "" || early[1]["reason"] != "no_file" || early[0]["numerator"] == "" {
		t.Errorf("as of the middle of the month: %v", early)
	}
	clitest.Says(t, clitest.Usage, "a day such as 2018-01-31", "metrics", "--dir", town, "--as-of", "2018-01")
	clitest.Says(t, clitest.Failed, "no file had arrived by 2001-01-01", "metrics", "--dir", town, "--as-of", "2001-01-01")

	// Corrected back, what happened in the month is as it was signed; what is left counts the rows that were received.
	correct(t, town, "走访记录再更正.csv", visits[0], visits[1:4])
	for _, c := range clitest.Fields(t, on("--changes")...) {
		if c["measure"] != "validity" {
			t.Errorf("corrected back, and still changed: %v", c)
		}
	}

	// Corrected again and restated: the second document names the first, which stays byte for byte.
	correct(t, town, "走访记录三更正.csv", visits[0], moved(visits[1:3]))
	clitest.Says(t, clitest.Failed, "nobody has checked", on("--sign", "--by", "王镇长")...)
	clitest.Says(t, clitest.Done, "changed", on("--check", "--by", "陈书记")...)
	clitest.Says(t, clitest.Done, "restatement 2 signed by 王镇长", on("--sign", "--by", "王镇长")...)
	if now, err := os.ReadFile(document); err != nil || string(now) != string(first) {
		t.Errorf("the first signed document changed: %v", err)
	}
	checkRestated(t, filepath.Join(town, "closings", "2018-01"))
	var restated []string
	for _, c := range clitest.Fields(t, on("--changes")...) {
		if c["measure"] == "visits_per_active_member" && c["level"] == "town" {
			restated = append(restated, c["signed_numerator"]+" to "+c["numerator"]+" by "+c["restatement"])
		}
	}
	if want := []string{signed + " to " + visitsOf(t, town) + " by 2"}; !slices.Equal(restated, want) {
		t.Errorf("the restatement changed %q, want %q", restated, want)
	}
	var actions []string
	for _, e := range clitest.Fields(t, "close", "--trail", "--dir", town) {
		actions = append(actions, e["action"])
	}
	if got, want := strings.Join(actions, " "), "refused checked refused signed refused changed changed changed refused checked signed"; got != want {
		t.Errorf("the trail says %s, want %s", got, want)
	}
	checkTampering(t, town, document, first)
}

// checkRestated reads the second document as a stranger would.
func checkRestated(t *testing.T, folder string) {
	t.Helper()
	var documents [2]struct {
		Restatement          int
		Hash, Replaces       string
		CheckedBy            string `json:"checked_by"`
		SignedBy             string `json:"signed_by"`
		At                   time.Time
		Generation           int
		Differences, Numbers []map[string]any
	}
	for i, name := range []string{"signed-1.json", "signed-2.json"} {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err == nil {
			err = json.Unmarshal(content, &documents[i])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	one, two := documents[0], documents[1]
	if two.Replaces != one.Hash || two.Restatement != 2 || two.Generation != 4 || !two.At.After(one.At) || two.SignedBy != "王镇长" || two.CheckedBy != "陈书记" {
		t.Errorf("the restatement: %+v", two)
	}
	if len(two.Differences) == 0 || len(one.Differences) != 0 || len(one.Numbers) < 1000 || len(two.Numbers) != len(one.Numbers) {
		t.Errorf("%d and %d differences, %d and %d numbers", len(one.Differences), len(two.Differences), len(one.Numbers), len(two.Numbers))
	}
}

// checkTampering edits, exchanges and removes what was signed. Each is refused by name, and mended by the file itself.
func checkTampering(t *testing.T, town, document string, content []byte) {
	t.Helper()
	trail := filepath.Join(town, "closings", "trail.ndjson")
	lines, err := os.ReadFile(trail)
	if err != nil {
		t.Fatal(err)
	}
	list := []string{"close", "--list", "--dir", town}
	put := func(path string, content []byte) {
		t.Helper()
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		clitest.Write(t, path, content)
	}
	edited := strings.Replace(string(content), `"denominator":`, `"denominator":1`, 1)
	if edited == string(content) {
		t.Fatal("nothing was edited")
	}
	broken := func() { // it stops its own month, and no other
		t.Helper()
		for _, row := range clitest.Fields(t, list...) {
			if (row["state"] == "damaged") != (row["month"] == "2018-01") {
				t.Errorf("one document is damaged: %v", row)
			}
		}
		obstacles := clitest.Fields(t, "close", "2018-01", "--dir", town)
		if len(obstacles) == 0 || obstacles[0]["subject"] != "closings/2018-01/signed-1.json" || !strings.Contains(obstacles[0]["mend"], "备份") {
			t.Errorf("what stands in the way of the month: %v", obstacles)
		}
		clitest.Says(t, clitest.Failed, "signed-1.json", "close", "2018-01", "--check", "--by", "陈书记", "--dir", town)
	}
	put(document, []byte(edited))
	broken()
	clitest.Says(t, clitest.Done, "whether 2018-01 changed since it was signed is not known", "metrics", "--dir", town, "--measure", "card_rate", "--month", "2018-01")
	if err := os.Remove(document); err != nil {
		t.Fatal(err)
	}
	broken()
	put(document, content)
	clitest.Says(t, clitest.Done, "signed", list...)
	put(trail, []byte(strings.Replace(string(lines), "陈书记", "李书记", 1)))
	clitest.Says(t, clitest.Failed, "a line was changed or taken out", list...)
	if err := os.Remove(trail); err != nil {
		t.Fatal(err)
	}
	if _, found, _ := clitest.Session(t, "check", "--dir", town); !strings.Contains(found, "trail.ndjson") {
		t.Errorf("the trail is gone, and check says: %s", found)
	}
	put(trail, lines)
	clitest.Says(t, clitest.Done, "signed", list...)
}

// checkWhatStandsInTheWay makes each blocking problem and finds it in the list and in the refusal.
func checkWhatStandsInTheWay(t *testing.T, town string, visits [][]string) {
	list := func(month string) map[string]map[string]string {
		found := map[string]map[string]string{}
		for _, p := range clitest.Fields(t, "close", month, "--dir", town) {
			found[p["problem"]] = p
		}
		return found
	}
	blocks := func(problem, subject string) {
		t.Helper()
		p := list("2018-01")[problem]
		if p == nil || p["blocking"] != "true" || !strings.Contains(p["subject"], subject) || p["sentence"] == "" || p["mend"] == "" {
			t.Errorf("%s does not block: %v", problem, list("2018-01"))
			return
		}
		for _, action := range []string{"--check", "--sign"} {
			if out := clitest.Says(t, clitest.Failed, "problems stand in the way", "close", "2018-01", "--dir", town, action, "--by", "陈书记"); !strings.Contains(out, p["sentence"]) {
				t.Errorf("the refusal to %s does not list %q:\n%s", action, p["sentence"], out)
			}
		}
	}
	if p := list("2017-12"); p["earlier_month"] != nil {
		t.Errorf("the first month has no earlier one: %v", p)
	}
	if p := list("2018-01"); p["earlier_month"]["blocking"] != "false" || p["earlier_month"]["subject"] != "2017-12" {
		t.Errorf("an earlier month that is not closed is a warning: %v", p)
	}
	for _, p := range list("2018-01") {
		if p["blocking"] != "false" {
			t.Errorf("a whole month is blocked by %v", p)
		}
	}
	clitest.Says(t, clitest.Usage, "a month from 2017-12 to 2018-01", "close", "2018-02", "--dir", town)

	clitest.Write(t, filepath.Join(town, "inbox", "村组沿革.csv"), []byte("变更类别,原单位编号,新单位编号,变更日期\n村,330282111299,330282111210,2018-01-01\n"))
	clitest.Says(t, clitest.Done, "", "run", "--dir", town)
	if p := list("2018-01")["check_warned"]; p["blocking"] != "false" || !strings.Contains(p["sentence"], "都应在名册中") || strings.Contains(p["sentence"], "registry") {
		t.Errorf("a unit no registry knows: %v", p)
	}
	closingEnglish := clitest.Fields(t, "close", "2018-01", "--dir", town, "--lang", "en")
	if !slices.ContainsFunc(closingEnglish, func(p map[string]string) bool { return strings.Contains(p["sentence"], "is known to a registry") }) {
		t.Errorf("a unit no registry knows, in English: %v", closingEnglish)
	}

	clitest.Says(t, clitest.Done, "", "run", "--dir", town, "--cut-off", "2018-01-20")
	blocks("month_not_over", "2018-01-20")
	programme := filepath.Join(town, "programme.yaml")
	clitest.Write(t, programme, []byte("data_quality: {expected: [visits, conduct]}\n"))
	clitest.Says(t, clitest.Done, "", "run", "--dir", town, "--cut-off", "2018-01-31")
	blocks("export_missing", "conduct")
	if err := os.Remove(programme); err != nil {
		t.Fatal(err)
	}

	// More than a fifth of the month's rows are refused and wait.
	var bad [][]string
	for i := range len(visits) - 1 {
		row := slices.Clone(visits[1+i])
		row[0], row[3] = "错"+row[0], ""
		bad = append(bad, row)
	}
	correct(t, town, "走访记录补报.csv", visits[0], append(bad, visits[1])) // a file of refused rows alone would fail the run
	blocks("rows_open", "")
	half := filepath.Join(town, "inbox", "villages.csv")
	clitest.Write(t, half, []byte("村编号,村名,镇\n330282111210,福合院村,逍林镇\n"))
	status, _, stderr := clitest.Session(t, "run", "--dir", town)
	if status != clitest.Held {
		t.Fatalf("a list that lost its rows: status %d\n%s", status, stderr)
	}
	blocks("file_held", "villages.csv")
	if history, err := runner.History(town); err != nil || !strings.HasPrefix(data.ExplainRun(history[0], "zh"), "“villages.csv”的行数不到上一份的一半") {
		t.Errorf("the run that held a list says %+v, %v", history[0].Reasons, err)
	}
	if err := os.Remove(half); err != nil {
		t.Fatal(err)
	}
	rejected := func(month string) map[string]string { // by file, whether it blocks
		all := map[string]string{}
		for _, p := range clitest.Fields(t, "close", month, "--dir", town) {
			if p["problem"] == "file_rejected" {
				all[p["subject"]] = p["blocking"]
			}
		}
		return all
	}
	// A file that nobody can read stands in the way of the month its name gives; of one that gives none it is told, no more.
	for _, name := range []string{"broken.csv", "broken2018-01.csv"} {
		clitest.Write(t, filepath.Join(town, "inbox", name), []byte("品名,单价\n纸,"+name+"\n"))
		if status, _, stderr := clitest.Session(t, "run", "--dir", town); status != clitest.Nothing {
			t.Fatalf("a file that nobody can read: status %d\n%s", status, stderr)
		}
		if got := rejected("2018-01")[name]; got != strconv.FormatBool(name != "broken.csv") {
			t.Errorf("%s blocks: %q", name, got)
		}
	}
	if got, told := rejected("2017-12")["broken2018-01.csv"]; told {
		t.Errorf("a file of another month blocks: %q", got)
	}
	clitest.Says(t, clitest.Done, "", "aside", "broken2018-01.csv", "--by", "王样本", "--reason", "与报表无关", "--dir", town)
	if got, told := rejected("2018-01")["broken2018-01.csv"]; told {
		t.Errorf("a file that was set aside blocks: %q", got)
	}
}

// checkAMonthIsClosedOnThePage is the same way through the pages, as the organisation office and as everybody else.
func checkAMonthIsClosedOnThePage(t *testing.T, town string, visits [][]string) {
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	defer server.Stop(t)
	everybody := clitest.As(t, server, visitor.Analyst, "")
	client, committee := clitest.AsNamed(t, server, "陈书记", visitor.Office, ""), clitest.AsNamed(t, server, "王镇长", visitor.Committee, "")
	read := func(as *http.Client, address string, want ...string) string {
		t.Helper()
		status, body := clitest.Exchange(t, as, http.MethodGet, server.Address+address)
		if status != http.StatusOK {
			t.Fatalf("%s: status %d", address, status)
		}
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%s does not say %q", address, text)
			}
		}
		return body
	}
	do := func(as *http.Client, action string) (status int, leads string) {
		t.Helper()
		form := url.Values{"month": {"2018-01"}, "by": {"somebody else"}, "note": {"已核 <b>"}}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.Address+"closing/"+action, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := as.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode, response.Header.Get("Location")
	}
	if status, _ := do(committee, "check"); status != http.StatusNotFound {
		t.Errorf("the committee may check: %d", status)
	}
	read(client, "closing?month=2018-01", "2018年1月未月结", "我已核对", "更早的2017年12月还没有月结")
	if body := read(everybody, "closing?month=2018-01", "另一个账号"); strings.Contains(body, "我已核对") {
		t.Error("everybody is offered the form")
	}
	if status, _ := do(everybody, "check"); status != http.StatusNotFound {
		t.Errorf("everybody may check: %d", status)
	}
	if _, leads := do(committee, "sign"); !strings.Contains(leads, "refused=not_checked") {
		t.Errorf("signing what nobody checked leads to %s", leads)
	}
	do(client, "check")
	read(client, "closing?month=2018-01", "陈书记 已于", "待另一人签发")
	if _, leads := do(client, "sign"); !strings.Contains(leads, "refused=same_person") {
		t.Errorf("signing what one checked oneself leads to %s", leads)
	}
	read(client, "closing?month=2018-01&refused=same_person", "核对人与签发人不能是同一人")
	do(committee, "sign")
	read(everybody, "closing?month=2018-01", "2018年1月已签发", "已核 &lt;b&gt;", "签发后没有变动")
	read(everybody, "report?month=2018-01", "2018年1月已签发")
	read(everybody, "?month=2018-01", "2018年1月已签发")

	// A correction arrives while the pages are open.
	correct(t, town, "走访记录更正.csv", visits[0], moved(visits[1:4]))
	server.ServesNewest(t)
	for _, address := range []string{"?month=2018-01", "visits?month=2018-01", "issues?month=2018-01", "measures?month=2018-01&measure=visits_per_active_member", "report?month=2018-01"} {
		read(everybody, address, "2018年1月签发后有变动", "王镇长")
		if body := read(everybody, strings.Replace(address, "2018-01", "2017-12", 1)); strings.Contains(body, "签发后有变动") {
			t.Errorf("%s: the month before, which nobody signed, is said to have changed", address)
		}
	}
	read(everybody, "visits?month=2018-01&lang=en", "Jan 2018 has changed since signed: signed by 王镇长")
	for _, address := range []string{"report?month=2018-01", "measures?month=2018-01&measure=visits_per_active_member"} {
		read(everybody, address, "签发时", "更正")
	}
	if body := read(everybody, "closing?month=2018-01", "签发后有变动", "另有"); strings.Contains(body, "党员 M") {
		t.Error("values of members are shown to everybody")
	}
	read(client, "closing?month=2018-01&differences.q=%E5%85%9A%E5%91%98", "党员 M")
	read(everybody, "api/v1/measures?measure=card_rate", `"changed_since_signed":["2018-01"]`)
	do(client, "check")
	do(committee, "sign")
	if body := read(everybody, "closing?month=2018-01", "第 2 次签发改动了什么", "上次签发"); strings.Contains(body, "签发后有变动") {
		t.Error("the restated month is still said to have changed")
	}
	// A document edited while the server runs is named on the page of its month, the other pages say so, and other months
	// are read as ever.
	document := filepath.Join(town, "closings", "2018-01", "signed-2.json")
	content, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(document); err != nil {
		t.Fatal(err)
	}
	clitest.Write(t, document, []byte(strings.Replace(string(content), "王镇长", "王市长", 1)))
	read(everybody, "closing?month=2018-01", "签发存档损坏", "closings/2018-01/signed-2.json", "备份")
	read(everybody, "visits?month=2018-01", "存档缺失或损坏")
	if body := read(everybody, "closing?month=2017-12", "2017年12月未月结"); strings.Contains(body, "月结记录无法读取") {
		t.Error("a damaged document of one month stops another")
	}
}
