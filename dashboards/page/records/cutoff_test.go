package records

import (
	"net/url"
	"strings"
	"testing"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
)

// TestTheDataPageSaysWhatLiesAfterTheCutOff counts the rows by export, and says what to do about them.
func TestTheDataPageSaysWhatLiesAfterTheCutOff(t *testing.T) {
	ask := func(set, lang string) string {
		town := pagetest.New(t)
		if set != "" {
			town.Exec(t, "insert into snapshot_facts (key, value) values ('rows_after_cut_off', '3012')")
			town.Exec(t, "insert into rows_after_cut_off (export, rows, last_on, cut_off_set) values ('issues', 12, '2018-02-10', "+set+"), ('visits', 3000, '2018-02-28', "+set+")")
		}
		s, err := facts.Open(t.Context(), town)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := question.ByID("data")
		r, err := block.Ask(s, p, url.Values{"lang": {lang}})
		if err != nil {
			t.Fatal(err)
		}
		r.Visitor = asktest.Analyst
		v, err := Data(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range v.Blocks {
			if c, ok := b.(view.Callout); ok && (strings.Contains(c.Title, "数据截止日之后") || strings.Contains(c.Title, "after the cut-off")) {
				return c.Title + "：" + c.Text
			}
		}
		return ""
	}
	if said := ask("", "zh"); said != "" {
		t.Errorf("nothing lies after the cut-off, and the page says: %s", said)
	}
	for _, c := range []struct {
		set, lang string
		want      []string
	}{
		{"true", "zh", []string{"3,012 行", "2018-01-31", "2018-02-28", "走访记录 3,000 行、社情民意 12 行", "改晚截止日"}},
		{"true", "en", []string{"3,012 rows", "Household visits 3,000, Issues 12", "have it lifted"}},
		{"false", "zh", []string{"核对这些日期的年份和月份"}},
		{"false", "en", []string{"Check year and month"}},
	} {
		said := ask(c.set, c.lang)
		for _, want := range c.want {
			if !strings.Contains(said, want) {
				t.Errorf("%s, set %s: %q is not said in: %s", c.lang, c.set, want, said)
			}
		}
	}
}
