package page

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/pagetest"
	"hulian/pipelines"
	"hulian/queries"
)

// What stands first on a page answers the question the page is there for, with the base of every share beside it.
func TestTheFirstSentencesAnswerTheQuestion(t *testing.T) {
	share := `\d+\.\d%[（(,，]\s?[\d,]+/[\d,]+`
	for address, wants := range map[string][]string{
		"visits?":                    {`\d 名可动员党员联系超过 15 户（` + share, `月底最后 3 天的走访占 ` + share + `）；平均分布应占 9\.7%，实际是它的 \d+\.\d 倍`},
		"visits?lang=en":             {`active members carry more than 15 households \(` + `\d+\.\d%, [\d,]+/[\d,]+\)`, `The last 3 days of the month hold \d+\.\d% of the visits \([\d,]+/[\d,]+\); spread evenly it would be 9\.7%: \d+\.\d times that\.`},
		"village?village=V2":         {`^2018年1月末：超期问题\d+件；超过60天未走访[\d,]+户（` + share + `）；当月没有走访记录的可动员党员\d+名（` + share},
		"village?village=V2&lang=en": {`^At the end of Jan 2018, overdue issues: \d+; households not visited for more than 60 days: `},
		"capacity?":                  {`人手最紧的是.+：每名专职干部服务[\d,.]+人，全镇[\d,.]+人；党员中可动员的占 ` + share},
		"overview?village=V2":        {`自 2017-05-01 全镇启动以来，`},
		"overview?":                  {`自 2017-05-01 启动以来，`},
	} {
		id, query, _ := strings.Cut(address, "?")
		r := asktest.Asked(t, id, query)
		v, err := Build(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !slices.ContainsFunc(v.Sentences, regexp.MustCompile(want).MatchString) {
				t.Errorf("%s: no sentence says %s: %q", address, want, v.Sentences)
			}
		}
	}
	r := asktest.Asked(t, "runs", "lang=en")
	r.Zone = time.UTC
	r.Runs = func() ([]pipelines.Run, error) {
		began := time.Date(2018, 2, 1, 6, 0, 0, 0, time.UTC)
		return []pipelines.Run{{ID: "r2", State: pipelines.RunFailed, StartedAt: began, FinishedAt: began.Add(90 * time.Second)}}, nil
	}
	v, err := Build(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if want := "The last run began at 2018-02-01 06:00: failed, after 90.0 s."; v.Sentences[0] != want {
		t.Errorf("%q, want %q", v.Sentences, want)
	}
}

// Whoever opens the villages without choosing one reads first which are weak and of how many, sees each on the matrix, and sorts it there.
func TestTheVillagesAtAGlance(t *testing.T) {
	v, err := Build(t.Context(), asktest.Asked(t, "village", "sort=overdue_issues"))
	if err != nil {
		t.Fatal(err)
	}
	if said := v.Headline.Weak + v.Headline.Rest; !regexp.MustCompile(`\d个村`).MatchString(said) {
		t.Errorf("the villages open with %q", said)
	}
	h := matrixOf(t, v)
	for i, c := range h.Columns {
		if !strings.HasPrefix(c.SortLink, "/village?") {
			t.Errorf("column %d is sorted at %s, off the page", i, c.SortLink)
		}
	}
	if r := asktest.Asked(t, "village", ""); len(h.Rows) != len(r.Villages) {
		t.Errorf("%d of %d villages stand in the matrix", len(h.Rows), len(r.Villages))
	}
}

// The open issues of the first sentence are those of the other pages: whatever is older than the programme is named.
func TestOpenIssuesAddUp(t *testing.T) {
	town := pagetest.New(t)
	said := func() string { return built(t, town, "issues", "lang=en").Sentences[0] }
	town.Exec(t, "update issue_flow set since_start = 1")
	if got := said(); strings.Contains(got, "before it") {
		t.Errorf("%s", got)
	}
	town.Exec(t, "update issue_flow set since_start = 0 where issue_id = (select min(issue_id) from issue_flow where resolved_at is null)")
	if got := said(); !regexp.MustCompile(`; \d+ are open, and 1 from before it: \d+ in all\.$`).MatchString(got) {
		t.Errorf("%s", got)
	}
}

// A target that is neither a floor nor a ceiling is not written as one.
func TestTargets(t *testing.T) {
	r := asktest.Asked(t, "measures", "")
	v, err := Build(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"households_per_active_member": "约 10.0户", "household_coverage": "≥ 100.0%", "unvisited_share": "≤ 0.0%"}
	seen := 0
	for _, row := range tableOf(t, v, "measures").Rows {
		for _, m := range queries.Measures() {
			if m.Name.Zh != row[0].Text || want[m.ID] == "" {
				continue
			}
			if seen++; row[3].Text != want[m.ID] {
				t.Errorf("%s: target %q, want %q", m.ID, row[3].Text, want[m.ID])
			}
		}
	}
	if seen != len(want) {
		t.Errorf("%d of %d measures are listed", seen, len(want))
	}
}
