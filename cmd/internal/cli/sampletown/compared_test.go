package sampletown

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
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
	says(clitest.Done, []string{"compare", "--lang", "en"}, "the 1 beside a pilot moved", "more than the other 4", "against those alone the difference is")
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
