package sampletown

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/townmap"
)

// checkCompared compares the pilots of a copy of the town by command: without a plan, with one that came after the results, and with its
// correction. The late plan is kept and shown, and shelters its main outcome from no correction.
func checkCompared(t *testing.T, town string) {
	copied := filepath.Join(t.TempDir(), "town")
	clitest.Copied(t, town, copied)
	says := func(status int, arguments []string, wants ...string) {
		t.Helper()
		got, out, stderr := clitest.Session(t, append(arguments, "--dir", copied)...)
		joined := strings.NewReplacer("\n  ", map[bool]string{true: " ", false: ""}[strings.Contains(strings.Join(arguments, " "), "--lang en")]).Replace(out + stderr)
		if got != status {
			t.Errorf("%v: status %d, want %d\n%s", arguments, got, status, joined)
		}
		for _, want := range wants {
			if !strings.Contains(joined, want) {
				t.Errorf("%v: no %q in\n%s", arguments, want, joined)
			}
		}
	}
	says(clitest.Done, []string{"compare"}, "有较强证据：试点带来改善，走访覆盖率提高约", "没有先登记比较方案", "试点3个村", "村够多", "若其余2个村（未启动或启动未满4个月）也做到")
	says(clitest.Done, []string{"compare", "--lang", "en"}, "Strong evidence that the pilot helped: Households visited up by about", "No plan of the comparison was registered", "Pilots against the rollout")
	says(clitest.Done, []string{"compare", "--month", "2017-04"}, "还没有启动")
	says(clitest.Done, []string{"compare", "power", "--measure", "on_time_rate", "--pilots", "宏跃村,新园村,福合院村", "--smallest", "10", "--lang", "en"}, "Smallest change that would be found", "The smallest effect worth having, 10.0 percentage points")
	says(2, []string{"compare", "--measure", "no_such_measure"}, "no_such_measure")
	says(2, []string{"compare", "--unit", "村"}, "no file is named")

	says(clitest.Done, []string{"compare", "--lang", "en"}, "where villages lie is not known")
	mapped(t, copied, "福合院村", "宏跃村", "新园村", "逍林街社区", "水云浦村", "", "", "", "", "逍路沿村", "破山村", "联明村")
	says(clitest.Done, []string{"compare", "--lang", "en"}, "the one beside a pilot moved", "more than the other 4", "against those alone the difference is")
	mapped(t, copied, "福合院村", "宏跃村", "", "", "新园村", "", "", "逍林街社区", "水云浦村", "逍路沿村", "破山村", "联明村")
	says(clitest.Done, []string{"compare", "--lang", "en"}, "nearer a pilot moved", "farther ones")
	mapped(t, copied, "福合院村", "宏跃村", "新园村", "逍林街社区", "水云浦村", "逍路沿村", "破山村") // a village compared has no outline
	says(clitest.Done, []string{"compare", "--lang", "en"}, "where villages lie is not known")
	if err := os.Remove(filepath.Join(copied, townmap.File)); err != nil {
		t.Fatal(err)
	}

	plan := []string{"compare", "plan", "--question", "走访覆盖率提高了吗", "--outcomes", "household_coverage,on_time_rate", "--by", "王样本", "--lang", "en"}
	says(2, plan, "number above zero")
	says(2, append(plan, "--smallest", "5", "--unmoved", "on_time_rate"), "--unmoved")
	says(clitest.Done, append(plan, "--smallest", "5"), "the plan is registered")
	says(clitest.Done, []string{"compare", "--lang", "en"}, "The plan did not come first", "4 of the 4 months", "sure that it exceeds 5.0 percentage points")
	says(2, append(plan, "--smallest", "8"), "say why it is changed")
	says(clitest.Done, append(plan, "--smallest", "8", "--remark", "目标提高"), "the plan is registered")

	_, out, stderr := clitest.Session(t, "compare", "--format", "json", "--dir", copied)
	var report struct {
		Verdict, Standing string
		Chance, Corrected float64
		Plan              struct {
			CameFirst bool `json:"came_first"`
			Smallest  float64
		}
		Conditions []struct{ ID, State, Answer string }
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v: %s%s", err, out, stderr)
	}
	if report.Standing != "main" || report.Plan.CameFirst || report.Plan.Smallest != .08 || report.Corrected <= report.Chance {
		t.Errorf("a plan after the results: %+v", report)
	}
}

var (
	tags      = regexp.MustCompile(`<[^>]*>`)
	oneOf     = regexp.MustCompile(`(^|[^.,\d])1 (pilots|others|villages|months|measures)\b`)
	languages = []string{"zh", "en"}
)

// checkBeside sets pilots beside the villages that the pickers of the page offer, on the page and by command: the same words in both
// languages, and village by village the same values. What the page does not offer the command refuses.
func checkBeside(t *testing.T, town string) {
	server := clitest.Serve(t, town, "--schedule", "off") // in a process of its own: the commands read the same snapshot
	page := func(query string) string { return server.Get(t, "compare?"+query) }
	offered := regexp.MustCompile(`<option value="(\d+)"[^>]*>pilot 宏跃村`).FindStringSubmatch(page("lang=en"))
	if offered == nil {
		t.Fatal("the page offers no pilot 宏跃村")
	}
	for _, c := range []struct {
		flags        []string
		query, table string
		villages     int
	}{
		{[]string{"--with", "rollout"}, "with=rollout", "sides", 9},
		{[]string{"--with", "2017-07"}, "with=2017-07", "sides", 6},
		{[]string{"--with", "rollout", "--only", "宏跃村"}, "with=rollout&pilot=" + offered[1], "sides", 9},
		{[]string{"--with", "rollout", "--measure", "on_time_rate"}, "with=rollout&measure=on_time_rate", "sides", 9},
		{[]string{"--only", "宏跃村"}, "pilot=" + offered[1], "compared", 9},
	} {
		asked := append([]string{"compare", "--dir", town}, c.flags...)
		_, out, stderr := clitest.Session(t, append(asked, "--format", "json")...)
		var report struct {
			Headline map[string]string
			Said     map[string][]string
			Verdict  *string
		}
		if err := json.Unmarshal([]byte(out), &report); err != nil {
			t.Fatalf("%v: %v: %s%s", c.flags, err, out, stderr)
		}
		if (report.Verdict == nil) != (c.table == "sides") {
			t.Errorf("%v: both sides have the programme, and a verdict on it: %v", c.flags, report.Verdict)
		}
		for _, lang := range languages {
			body := html.UnescapeString(tags.ReplaceAllString(page(c.query+"&lang="+lang), ""))
			paper := html.UnescapeString(tags.ReplaceAllString(page(c.query+"&paper=1&lang="+lang), ""))
			_, spoken, _ := clitest.Session(t, append(asked, "--lang", lang)...)
			for where, text := range map[string]string{"page": body, "paper": paper, "command": spoken} {
				if said := oneOf.FindString(text); said != "" {
					t.Errorf("%v: the %s says %q", c.flags, where, said)
				}
			}
			for _, text := range append([]string{report.Headline[lang]}, report.Said[lang]...) {
				if text == "" || !strings.Contains(body, text) {
					t.Errorf("%v: the page does not say: %s", c.flags, text)
				}
			}
		}
		file := csv.NewReader(strings.NewReader(page(c.query + "&lang=en&format=csv&table=" + c.table)))
		file.FieldsPerRecord = -1 // the last row says of what it is
		shown, err := file.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		column := map[string]int{}
		for i, name := range shown[0] {
			column[name] = i
		}
		rows := clitest.Fields(t, append(asked, "--table", "villages")...)
		if len(rows) != c.villages || len(shown) < 1+len(rows) {
			t.Fatalf("%v: %d villages, want %d; the page shows %v", c.flags, len(rows), c.villages, shown)
		}
		for i, row := range rows {
			for name, id := range map[string]string{"Before": "before", map[string]string{"sides": "Since", "compared": "After"}[c.table]: "after"} {
				value, err := strconv.ParseFloat(row[id], 64)
				if got := shown[1+i]; err != nil || !strings.HasSuffix(got[0], row["village"]) || got[column[name]] != fmt.Sprintf("%.2f", 100*value) {
					t.Errorf("%v: by command %s %s %s, on the page %v", c.flags, row["village"], name, row[id], got)
				}
			}
		}
	}
	for _, refused := range [][]string{{"--only", "破山村"}, {"--with", "2017-05"}, {"--with", "colour"}, {"--with", "rollout", "--table", "conditions"}} {
		if status, out, stderr := clitest.Session(t, append([]string{"compare", "--dir", town}, refused...)...); status != clitest.Usage || out != "" || !strings.Contains(stderr, refused[len(refused)-1]) {
			t.Errorf("%v: status %d\n%s%s", refused, status, out, stderr)
		}
	}
}

// mapped draws a town's villages as squares in a row from west to east; where no name stands there is open land as wide.
func mapped(t *testing.T, town string, names ...string) {
	t.Helper()
	var features []string
	for i, name := range names {
		if west := 121 + .02*float64(i); name != "" {
			features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"name":%q},"geometry":{"type":"Polygon","coordinates":[[[%[2]g,30],[%[3]g,30],[%[3]g,30.02],[%[2]g,30.02],[%[2]g,30]]]}}`, name, west, west+.02))
		}
	}
	if err := os.WriteFile(filepath.Join(town, townmap.File), []byte(`{"type":"FeatureCollection","features":[`+strings.Join(features, ",")+`]}`), 0o600); err != nil {
		t.Fatal(err)
	}
}
