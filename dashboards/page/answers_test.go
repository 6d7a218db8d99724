package page

import (
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hulian/dashboards/page/pagetest"
	"hulian/data"
	"hulian/pipelines"
)

// What stands first on a page answers the question the page is there for, with the base of every share beside it.
func TestTheFirstSentencesAnswerTheQuestion(t *testing.T) {
	share := `\d+\.\d %[（(,，]\s?[\d,]+/[\d,]+`
	for address, wants := range map[string][]string{
		"visits?":                    {`\d 名可动员党员联系超过 15 户（` + share, `月底最后 3 天的走访占 ` + share + `）；平均分布应占 9\.7 %，实际是它的 \d+\.\d 倍`},
		"visits?lang=en":             {`active members carry more than 15 households \(` + `\d+\.\d %, [\d,]+/[\d,]+\)`, `The last 3 days of the month hold \d+\.\d % of the visits \([\d,]+/[\d,]+\); spread evenly it would be 9\.7 %: \d+\.\d times that\.`},
		"village?village=V2":         {`^2018-01 末：超期问题 \d+ 件；超过 60 天未走访 [\d,]+ 户（` + share + `）；当月没有走访记录的可动员党员 \d+ 名（` + share},
		"village?village=V2&lang=en": {`^At the end of 2018-01, overdue issues: \d+; households not visited for more than 60 days: `},
		"capacity?":                  {`人手最紧的是.+：每名专职干部服务 [\d,.]+ 人，全镇 [\d,.]+ 人；党员中可动员的占 ` + share},
		"overview?village=V2":        {`自 2017-05-01 全镇启动以来，`},
		"overview?":                  {`自 2017-05-01 启动以来，`},
	} {
		id, query, _ := strings.Cut(address, "?")
		r := asked(t, id, query)
		v, err := r.Page().Build(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !slices.ContainsFunc(v.Sentences, regexp.MustCompile(want).MatchString) {
				t.Errorf("%s: no sentence says %s: %q", address, want, v.Sentences)
			}
		}
	}
	r := asked(t, "runs", "lang=en")
	r.Zone = time.UTC
	r.Runs = func() ([]pipelines.Run, error) {
		began := time.Date(2018, 2, 1, 6, 0, 0, 0, time.UTC)
		return []pipelines.Run{{ID: "r2", State: pipelines.RunFailed, StartedAt: began, FinishedAt: began.Add(90 * time.Second)}}, nil
	}
	v, err := r.Page().Build(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if want := "The last run began at 2018-02-01 06:00: failed, after 90.0 s."; v.Sentences[0] != want {
		t.Errorf("%q, want %q", v.Sentences, want)
	}
}

// The open issues of the first sentence are those of the other pages: whatever is older than the programme is named.
func TestOpenIssuesAddUp(t *testing.T) {
	town := pagetest.New(t)
	said := func() string {
		s, err := Open(t.Context(), town)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := ByID("issues")
		r, err := Ask(s, p, url.Values{"lang": {"en"}})
		if err != nil {
			t.Fatal(err)
		}
		r.Programme = data.DefaultProgramme()
		v, err := p.Build(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return v.Sentences[0]
	}
	town.Exec(t, "update issue_flow set since_start = 1")
	if got := said(); strings.Contains(got, "before it") {
		t.Errorf("%s", got)
	}
	town.Exec(t, "update issue_flow set since_start = 0 where issue_id = (select min(issue_id) from issue_flow where resolved_at is null)")
	if got := said(); !regexp.MustCompile(`; \d+ are open, and 1 from before it: \d+ in all\.$`).MatchString(got) {
		t.Errorf("%s", got)
	}
}

// Nothing is asked to be checked where nothing was found.
func TestNoBurstIsNoPrompt(t *testing.T) {
	r := asked(t, "report", "")
	own, err := r.values(t.Context(), r.hereAlways(), "reconciliation_rate", "bottom_twice")
	if err != nil {
		t.Fatal(err)
	}
	calm := []burst{{half: "2017H2", idx: 1.1}, {half: "2017H2", idx: 1.4}}
	if got := r.branchSentence(own, calm); strings.Contains(got, "请核实") || !strings.Contains(got, "2 个支部的积分都没有集中在一个月里") {
		t.Errorf("%s", got)
	}
	if got := r.branchSentence(own, append(calm, burst{half: "2017H2", idx: 9})); !strings.Contains(got, "3 个支部中 1 个的积分集中在一个月里，请核实") {
		t.Errorf("%s", got)
	}
}

func TestLimitsHoldBetweenTheMonthsRead(t *testing.T) {
	none := math.NaN()
	values := []float64{none, 1, none, none, 2, none}
	bridge(values)
	if diff := cmp.Diff([]float64{none, 1, 1, 1, 2, none}, values, cmpopts.EquateNaNs()); diff != "" {
		t.Error(diff)
	}
}

// A target that is neither a floor nor a ceiling is not written as one.
func TestTargets(t *testing.T) {
	r := asked(t, "measures", "")
	v, err := r.Page().Build(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"households_per_active_member": "约 10.0 户", "household_coverage": "≥ 100.0 %", "unvisited_share": "≤ 0.0 %"}
	for _, table := range v.Tables() {
		for _, row := range table.Rows {
			if id := row[5].Text; want[id] != "" && row[3].Text != want[id] {
				t.Errorf("%s: target %q, want %q", id, row[3].Text, want[id])
			}
		}
	}
}

// Every open issue stands in one of the town's bands, whatever bands the town sets.
func TestOpenIssuesStandInTheBandsOfTheTown(t *testing.T) {
	for _, c := range []struct {
		bands []int
		want  []string // band, open, overdue; the town's open issues are 3, 11 and 61 days old
	}{
		{data.DefaultProgramme().Issues.AgeBands, []string{"0–7 1 0", "8–30 1 1", "31–90 1 1", ">90 0 0"}},
		{[]int{3, 10, 60}, []string{"0–3 1 0", "4–10 0 0", "11–60 1 1", ">60 1 1"}},
	} {
		r := asked(t, "issues", "")
		r.Programme.Issues.AgeBands = c.bands
		b, err := r.ageing(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range b.(*Chart).Table.Rows {
			got = append(got, row[0].Text+" "+row[1].Text+" "+row[2].Text)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("bands %v: %s", c.bands, diff)
		}
	}
}

// A village of which the list gives no day has not begun where others have one: nothing is said or drawn of a start there.
func TestAVillageThatHasNotBegun(t *testing.T) {
	for _, c := range []struct{ change, want, start string }{
		{"update units set programme_start = null where village_id = 'V3'", "还没有开始实施先锋户联。", ""},
		{"update units set programme_start = '2018-06-01' where village_id = 'V3'", "定于 2018-06-01 开始实施先锋户联。", "2018-06-01"},
		{"update units set programme_start = null where level <> 'town'", "2017-05-01 开始实施先锋户联。", "2017-05-01"},
	} {
		town := pagetest.New(t)
		town.Exec(t, c.change)
		s, err := Open(t.Context(), town)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := ByID("village")
		r, err := Ask(s, p, url.Values{"village": {"V3"}})
		if err != nil {
			t.Fatal(err)
		}
		r.Programme = data.DefaultProgramme()
		if got := r.startOf(r.Unit()); got != c.start {
			t.Errorf("%s: began %q, want %q", c.change, got, c.start)
		}
		if got := strings.Join(r.introduction(r.Unit()), ""); !strings.HasSuffix(got, c.want) {
			t.Errorf("%s: %q, want %q", c.change, got, c.want)
		}
	}
}
