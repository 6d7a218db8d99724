package page

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
)

// partsOf are the blocks of a view, those of rows in their place.
func partsOf(v view.View) []view.Block {
	var all []view.Block
	for _, b := range v.Blocks {
		row, ok := b.(view.Row)
		if !ok {
			all = append(all, b)
			continue
		}
		for _, p := range row.Parts {
			all = append(all, p.Blocks...)
		}
	}
	return all
}

func matrixOf(t *testing.T, v view.View) *view.Heat {
	t.Helper()
	for _, b := range partsOf(v) {
		if h, ok := b.(*view.Heat); ok {
			return h
		}
	}
	t.Fatal("the overview has no matrix")
	return nil
}

// weaken has villages meet the criterion of late issues in the last month, and gives the number of posts of secretaries that are vacant.
func weaken(t *testing.T, town *pagetest.Town, villages ...string) {
	t.Helper()
	for _, id := range villages {
		town.Exec(t, "update hard_criteria set met = true, numerator = 3, denominator = 10, value = 0.3 where village_id = ?", id)
		town.Exec(t, "insert into hard_criteria (village_id, criterion, month, met, state, month_state, numerator, denominator, value, limit_value) values (?, 'secretary_vacant', ?, false, 'not_met', 'passed', 1, 5, 1, 0)", id, pagetest.LastMonth)
	}
}

// More villages are many: V100 and on, each as V1 with a coverage of its own.
func moreVillages(t *testing.T, town *pagetest.Town, n int) {
	t.Helper()
	for i := range n {
		id, name := fmt.Sprintf("V%d", 100+i), fmt.Sprintf("第%d村", 100+i)
		town.Exec(t, "insert into units (level, unit_id, unit_name, parent_id, town, village_id, phase, programme_start) values ('village', ?, ?, ?, ?, ?, 'rollout', '2017-08-01')", id, name, pagetest.Name, pagetest.Name, id)
		town.Exec(t, `insert into measures (measure, level, unit_id, unit_name, month, numerator, denominator, value, spoke, villages, cut_off)
			select measure, level, ?, ?, month, numerator, denominator, value, spoke, villages, cut_off from measures where unit_id = 'V1'`, id, name)
	}
}

// The headline has room for forty characters. Weak villages are named first, what gets worse before what gets better.
func TestTheHeadlineNamesWeakVillagesFirst(t *testing.T) {
	for _, c := range []struct {
		weak  []string
		query string
		begin string
	}{
		{[]string{"V2"}, "", "新园村薄弱"},
		{[]string{"V1", "V2"}, "", "福合院、新园两村薄弱"},
		{[]string{"V1", "V2", "V3"}, "", "福合院村、新园村、</script><b>x3个村薄弱"},
		{[]string{"V1", "V2"}, "village=V2", "新园村薄弱"},
		{[]string{"V1", "V2"}, "branch=B21", "所在的新园村薄弱"},
		{[]string{"V1", "V2"}, "lang=en", "福合院村 and 新园村 are weak"},
		{[]string{"V1"}, "village=V2", ""},
		{nil, "", ""},
		{nil, "month=2016-02", ""},
	} {
		town := pagetest.New(t)
		weaken(t, town, c.weak...)
		// What gets worse and what gets better, as clearly as can be.
		town.Exec(t, "update measures set numerator = 1 + 20 * date_diff('month', date '2016-02-01', cast(month || '-01' as date)), value = 1 + 20 * date_diff('month', date '2016-02-01', cast(month || '-01' as date)) where measure = 'overdue_issues'")
		h := built(t, town, "overview", c.query).Headline
		room := 40
		if strings.Contains(c.query, "lang=en") {
			room = 80
		}
		if said := h.Weak + h.Rest; said == "" || utf8.RuneCountInString(said) > room || h.Weak != c.begin {
			t.Errorf("weak %v, %q: %q, then %q", c.weak, c.query, h.Weak, h.Rest)
		}
		if c.query == "" && len(c.weak) == 2 && !strings.HasPrefix(h.Rest, "；超期461件，") {
			t.Errorf("what gets worse is not said: %q", h.Rest)
		}
	}
}

// The matters to press for name the village, what it is weak on, who answers, since when, and lead to the evidence.
func TestWhatToPressForSaysWhoAnswers(t *testing.T) {
	town := pagetest.New(t)
	weaken(t, town, "V2")
	press := tableOf(t, built(t, town, "overview", ""), "press")
	if len(press.Rows) == 0 || len(press.Rows) > 3 {
		t.Fatalf("%d matters", len(press.Rows))
	}
	var said []string
	for _, c := range press.Rows[0] {
		said = append(said, c.Text)
	}
	if got, want := strings.Join(said, "|"), "新园村|连续三个月按期办结率低于60%：2018年1月 30.0%（3/10）|支部书记4名（1名空缺）|2018年1月|依据"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if press.Rows[0][0].Link != "/village?village=V2" || press.Rows[0][4].Link != "/weak?village=V2" {
		t.Errorf("the matter leads to %s and %s", press.Rows[0][0].Link, press.Rows[0][4].Link)
	}
	town.Exec(t, "delete from hard_criteria where criterion = 'secretary_vacant'")
	if who := tableOf(t, built(t, town, "overview", ""), "press").Rows[0][2].Text; who != "名册未报" {
		t.Errorf("without a list of branches it is held by %q", who)
	}
	if weak, _, _ := strings.Cut(fmt.Sprint(matrixOf(t, built(t, town, "overview", "")).Rows[0].Name), " "); weak != "新园村" {
		t.Errorf("the matrix begins with %s", weak)
	}
}

func TestTheMatrixIsSorted(t *testing.T) {
	town := pagetest.New(t)
	for id, n := range map[string]int{"V1": 150, "V2": 50, "V3": 100} {
		town.Exec(t, "update measures set numerator = ?, value = ? / 200.0, denominator = 200 where measure = 'household_coverage' and unit_id = ? and month = ?", n, n, id, pagetest.LastMonth)
	}
	names := func(query string) string {
		var all []string
		for _, row := range matrixOf(t, built(t, town, "overview", query)).Rows {
			all = append(all, strings.Map(func(r rune) rune { return map[rune]rune{'福': '1', '新': '2', '<': '3'}[r] }, row.Name[:min(3, len(row.Name))]))
		}
		return strings.ReplaceAll(strings.Join(all, ""), "\x00", "")
	}
	if up, down := names("sort=household_coverage"), names("sort=-household_coverage"); up != "231" || down != "132" {
		t.Errorf("sorted upwards %q, downwards %q", up, down)
	}
	town.Exec(t, "delete from measures where measure = 'household_coverage' and unit_id = 'V2' and month = ?", pagetest.LastMonth)
	if up, down := names("sort=household_coverage"), names("sort=-household_coverage"); up != "312" || down != "132" {
		t.Errorf("what is not known stands last: upwards %q, downwards %q", up, down)
	}
	// The links keep the place, with a month and without one.
	for query, want := range map[string]string{
		"":                             "/?sort=household_coverage#figure-matrix",
		"village=V1":                   "/?sort=household_coverage&village=V1#figure-matrix",
		"village=V1&lang=en":           "/?lang=en&sort=household_coverage&village=V1#figure-matrix",
		"month=2017-12&village=V1":     "/?month=2017-12&sort=household_coverage&village=V1#figure-matrix",
		"sort=household_coverage":      "/?sort=-household_coverage#figure-matrix",
		"sort=-household_coverage":     "/?sort=household_coverage#figure-matrix",
		"sort=overdue_issues":          "/?sort=household_coverage#figure-matrix",
		"split=household_coverage":     "/?sort=household_coverage&split=household_coverage#figure-matrix",
		"village=V1&sort=on_time_rate": "/?sort=household_coverage&village=V1#figure-matrix",
	} {
		if got := matrixOf(t, built(t, town, "overview", query)).Columns[0].SortLink; got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	p, _ := question.ByID("overview")
	s, err := facts.Open(t.Context(), town)
	if err != nil {
		t.Fatal(err)
	}
	r, err := block.Ask(s, p, url.Values{"sort": {"nonsense"}})
	if err != nil {
		t.Fatal(err)
	}
	r.Visitor = asktest.Analyst
	if _, err := Build(t.Context(), r); !errors.Is(err, question.ErrBadFilter) {
		t.Errorf("a column nobody knows: %v", err)
	}
}

// Of more than thirty villages the fifteen most urgent stand on the page; the others are found by name, and a download holds all.
func TestOfManyVillagesTheMostUrgentAreShown(t *testing.T) {
	town := pagetest.New(t)
	moreVillages(t, town, 27)
	if h := matrixOf(t, built(t, town, "overview", "")); len(h.Rows) != 30 || h.Search != nil {
		t.Errorf("of thirty villages %d are shown", len(h.Rows))
	}
	moreVillages(t, town, 0)
	town.Exec(t, "insert into units (level, unit_id, unit_name, parent_id, town, village_id, phase, programme_start) values ('village', 'V900', '末村', ?, ?, 'V900', 'rollout', '2017-08-01')", pagetest.Name, pagetest.Name)
	weaken(t, town, "V3")
	h := matrixOf(t, built(t, town, "overview", ""))
	if len(h.Rows) != 15 || h.Search == nil || h.Search.Found != "最急的15个，共31个" || h.Rows[0].Name != pagetest.Hostile {
		t.Fatalf("%d rows, the first %q, search %+v", len(h.Rows), h.Rows[0].Name, h.Search)
	}
	if all := h.Behind().Rows; len(all) != 31 {
		t.Errorf("the download holds %d villages", len(all))
	}
	h = matrixOf(t, built(t, town, "overview", "find=末&lang=en&month=2018-01"))
	if len(h.Rows) != 1 || h.Rows[0].Name != "末村" || h.Search.Asked != "末" || len(h.Behind().Rows) != 31 {
		t.Errorf("found %+v of %d", h.Rows, len(h.Behind().Rows))
	}
	if kept := fmt.Sprint(h.Search.Kept); !strings.Contains(kept, "lang") || !strings.Contains(kept, "2018-01") || strings.Contains(kept, "find") {
		t.Errorf("a search keeps %s", kept)
	}
	if h = matrixOf(t, built(t, town, "overview", "find=nowhere")); len(h.Rows) != 0 || h.Search.Found != "找到0个，显示0个，共31个" {
		t.Errorf("of no such village %d rows are shown: %q", len(h.Rows), h.Search.Found)
	}
}

// Counts are coloured by the size of their village: what is much in a small one is ordinary in a large one. The smaller number may be the one that stands out.
func TestCountsAreColouredBySize(t *testing.T) {
	town := pagetest.New(t)
	moreVillages(t, town, 9)
	town.Exec(t, "update measures set denominator = 1000, numerator = 800, value = .8 where measure = 'household_coverage' and level = 'village'")
	town.Exec(t, "update measures set numerator = 20, value = 20 where measure = 'overdue_issues' and level = 'village'")
	town.Exec(t, "update measures set denominator = 5000, numerator = 4000, value = .8 where measure = 'household_coverage' and unit_id = 'V2'")
	town.Exec(t, "update measures set numerator = 100, value = 100 where measure = 'overdue_issues' and unit_id = 'V2'")
	town.Exec(t, "update measures set numerator = 90, value = 90 where measure = 'overdue_issues' and unit_id = 'V1'")
	h := matrixOf(t, built(t, town, "overview", ""))
	column := slices.IndexFunc(h.Columns, func(c view.HeatColumn) bool { return c.Title == "超期件数" })
	found := map[string]view.Place{}
	for _, row := range h.Rows {
		found[row.Name] = row.Cells[column].Place
	}
	if found["福合院村"] != view.FarBehind || found["新园村"] != view.Among || found["第100村"] != view.Among {
		t.Errorf("90 of 1,000 households: %d; 100 of 5,000: %d; 20 of 1,000: %d", found["福合院村"], found["新园村"], found["第100村"])
	}
}

// A town that sends issues alone, and one with a single month, see what is known and are told that the rest is not judged.
func TestTheOverviewOfATownWithLittleData(t *testing.T) {
	for name, c := range map[string]struct {
		change []string
		say    string
	}{
		"issues alone":  {[]string{"delete from measures where measure not in ('on_time_rate', 'overdue_issues', 'issues_reported', 'satisfaction_rate', 'resolution_rate_cumulative', 'completeness')"}, ""},
		"a month alone": {[]string{"update snapshot_facts set value = '2018-01' where key = 'first_month'", "delete from measures where month < '2018-01'"}, "月份少或基数小，暂不评价"},
		"nothing":       {[]string{"delete from measures"}, "本月还没有可用的数据"},
	} {
		town := pagetest.New(t)
		for _, statement := range c.change {
			town.Exec(t, statement)
		}
		v := built(t, town, "overview", "")
		if said := v.Headline.Weak + v.Headline.Rest; said == "" || c.say != "" && said != c.say {
			t.Errorf("%s: the headline is %q", name, said)
		}
		for _, b := range partsOf(v) {
			tiles, ok := b.(*view.Tiles)
			if !ok {
				continue
			}
			for _, one := range tiles.Tiles {
				if known := one.Value.Known(); known != (one.Value.Unknown == "") || !known && cmp.Or(one.Value.Unknown, "–") == "–" {
					t.Errorf("%s: tile %s shows %q and does not say why", name, one.ID, one.Value.Unknown)
				}
			}
		}
		if name != "issues alone" {
			continue
		}
		for i, c := range matrixOf(t, v).Columns {
			for _, row := range matrixOf(t, v).Rows {
				if wants := slices.Contains([]string{"按期办结", "超期件数", "满意率"}, c.Title); row.Cells[i].Value.Known() != wants {
					t.Errorf("%s of %s: known is %v", c.Title, row.Name, !wants)
				}
			}
		}
	}
}
