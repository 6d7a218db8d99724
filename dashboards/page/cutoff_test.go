package page

import (
	"net/url"
	"strings"
	"testing"

	"hulian/dashboards/page/pagetest"
)

// TestTheDataPageSaysWhatLiesAfterTheCutOff counts the rows by export, and says what to do about them.
func TestTheDataPageSaysWhatLiesAfterTheCutOff(t *testing.T) {
	ask := func(set, lang string) string {
		town := pagetest.New(t)
		if set != "" {
			town.Exec(t, "insert into snapshot_facts values ('rows_after_cut_off', '3012')")
			town.Exec(t, "insert into rows_after_cut_off values ('issues', 12, '2018-02-10', "+set+"), ('visits', 3000, '2018-02-28', "+set+")")
		}
		s, err := Open(t.Context(), town)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := ByID("data")
		r, err := Ask(s, p, url.Values{"lang": {lang}})
		if err != nil {
			t.Fatal(err)
		}
		v, err := buildData(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range v.Blocks {
			if c, ok := b.(Callout); ok && (strings.Contains(c.Title, "数据截止日之后") || strings.Contains(c.Title, "after the cut-off")) {
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
		{"true", "zh", []string{"3,012 行", "2018-01-31", "2018-02-28", "走访记录 3,000 行、社情民意 12 行", "删去 cut_off"}},
		{"true", "en", []string{"3,012 rows", "Household visits 3,000, Issues 12", "delete cut_off"}},
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
