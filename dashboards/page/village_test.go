package page

import (
	"maps"
	"strings"
	"testing"

	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/view"
)

// The page of a weak village opens with that, and its branches and figures stand where the overview puts them.
func TestAWeakVillagesPageOpensWithIt(t *testing.T) {
	town := pagetest.New(t)
	weaken(t, town, "V2")
	v := built(t, town, "village", "village=V2")
	if v.Headline.Weak != "新园村薄弱" || !strings.HasPrefix(v.Headline.Rest, "；") {
		t.Errorf("%+v", v.Headline)
	}
	if other := built(t, town, "village", "village=V1").Headline; other.Weak != "" || !strings.HasPrefix(other.Rest, "福合院村") {
		t.Errorf("a village that is not weak opens with %+v", other)
	}
	overview := matrixOf(t, built(t, town, "overview", "village=V1"))
	own := matrixOf(t, built(t, town, "village", "village=V1"))
	places := map[string][]view.Place{}
	for _, row := range overview.Rows {
		for _, c := range row.Cells {
			places[row.Name] = append(places[row.Name], c.Place)
		}
	}
	if len(own.Rows) == 0 || len(own.Rows) != len(overview.Rows) {
		t.Fatalf("%d branches here, %d on the overview", len(own.Rows), len(overview.Rows))
	}
	for _, row := range own.Rows {
		for i, c := range row.Cells {
			if c.Place != places[row.Name][i] {
				t.Errorf("%s, %s: %d here, %d on the overview", row.Name, own.Columns[i].Title, c.Place, places[row.Name][i])
			}
		}
	}
}

// A list of things to do is laid out by the page: its pages hold everything once, say how much there is, and an address beyond the last
// page shows that one.
func TestAListOfThingsToDoIsTurnedOver(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "insert into households by name select 'N' || i as household_id, 'V1' as village_id, 'B11' as branch_id, '钱大有' as head_name, 'none' as vulnerable from range(10, 50) r(i)")
	town.Exec(t, "insert into visits by name select 'N' || i as visit_id, 'N' || i as household_id, date '2017-01-01' + i::int as visited_at from range(10, 50) r(i)") // each waits for another number of days
	seen := map[string]int{}
	for page, rows := range map[string]int{"1": 15, "2": 15, "3": 10, "9": 10} {
		list := tableOf(t, built(t, town, "todo", "village=V1&todo-longest.page="+page), "todo-longest")
		if list.All() != 40 || len(list.Rows) != rows {
			t.Errorf("page %s holds %d of %d", page, len(list.Rows), list.All())
		}
		for _, row := range list.Rows {
			seen[row[3].Text]++
		}
	}
	if len(seen) != 40 {
		t.Errorf("the pages hold %d different things", len(seen))
	}
}

// What is to be done is complete in a download, though the page shows the most urgent only, and names are for those who may see them.
// The page of a village and the page To do say the same of the same month.
func TestWhatIsToBeDoneIsComplete(t *testing.T) {
	town := pagetest.New(t)
	v := built(t, town, "village", "village=V1")
	todo := tableOf(t, v, "todo-list")
	for _, month := range []string{"2017-11", "2017-12", "2018-01"} {
		count, there := map[string]int{}, map[string]int{}
		for _, row := range tableOf(t, built(t, town, "village", "village=V1&month="+month), "todo-list").Rows {
			count[row[0].Text+" "+row[1].Text]++
		}
		for _, id := range []string{"todo-vulnerable", "todo-issues", "todo-meetings", "todo-longest"} {
			list := tableOf(t, built(t, town, "todo", "village=V1&month="+month), id)
			for _, row := range list.Rows {
				there[list.Title+" "+row[0].Text]++
			}
		}
		if len(there) == 0 || !maps.Equal(count, there) {
			t.Errorf("%s: the page of the village says %v, the page To do %v", month, count, there)
		}
	}
	for _, b := range partsOf(v) {
		if c, ok := b.(*view.Checklist); ok {
			for _, g := range c.Groups {
				if len(g.Items) > 3 || len(g.Rest) > 0 && g.All == "" {
					t.Errorf("%s: %d shown, the rest of %d leads to %q", g.Title, len(g.Items), len(g.Rest), g.All)
				}
			}
		}
	}
	for _, row := range tableOf(t, builtFor(t, asktest.Office, town, "village", "village=V1"), "todo-list").Rows {
		for _, other := range todo.Rows {
			if strings.Contains(row[0].Text, "未走访") && row[1].Text == other[1].Text && strings.Contains(row[1].Text, "·") {
				t.Errorf("the analyst reads what the office reads: %s", row[1].Text)
			}
		}
	}
}

// The lists follow the month that is chosen: a household visited last on 1 October has waited for 60 days on 30 November and for more a
// month later; an issue due on 8 December is not late before. A list whose register has no history says so in an earlier month.
func TestListsFollowTheMonth(t *testing.T) {
	town := pagetest.New(t)
	for month, want := range map[string]map[string]int{"2017-11": {"unvisited": 0, "overdue": 0, "silent": 2}, "2017-12": {"unvisited": 2, "overdue": 1, "silent": 2}, "2017-10": {"unvisited": 0, "silent": 0}} {
		for id, n := range want {
			list := tableOf(t, built(t, town, "village", "village=V1&month="+month), id)
			if len(list.Rows) != n {
				t.Errorf("%s in %s: %d rows, want %d", id, month, len(list.Rows), n)
			}
			if id != "overdue" && !strings.Contains(list.Note, "不是当时的登记") {
				t.Errorf("%s in %s does not say whose register it is: %s", id, month, list.Note)
			}
		}
		if n := len(tableOf(t, built(t, town, "visits", "village=V1&month="+month), "unvisited").Rows); n != want["unvisited"] {
			t.Errorf("the page of visits lists %d households in %s", n, month)
		}
	}
	if list := tableOf(t, built(t, town, "village", "village=V1"), "unvisited"); len(list.Rows) != 2 || strings.Contains(list.Note, "不是当时的登记") || !strings.Contains(list.Note, "截至2018-01-31") {
		t.Errorf("%d rows: %s", len(list.Rows), list.Note)
	}
}

// A month heads a narrow column: short, and never cut.
func TestMonthsHeadNarrowColumns(t *testing.T) {
	town := pagetest.New(t)
	for query, want := range map[string]string{"village=V1": "12月 18年1月", "village=V1&lang=en": "Dec Jan 18"} {
		for _, b := range partsOf(built(t, town, "village", query)) {
			if h, ok := b.(*view.Heat); ok && h.Months {
				last := h.Columns[len(h.Columns)-2:]
				if got := last[0].Title + " " + last[1].Title; got != want {
					t.Errorf("%s: %q", query, got)
				}
			}
		}
	}
}

// A headline does not reassure while a measure stands far behind: it names the measure.
func TestAHeadlineNamesWhatIsFarBehind(t *testing.T) {
	town := pagetest.New(t)
	if h := built(t, town, "village", "branch=B32&lang=zh").Headline; !strings.Contains(h.Rest, "未见薄弱信号") {
		t.Fatalf("nothing is far behind: %+v", h)
	}
	town.Exec(t, "update measures set numerator = 10, value = 0.1 where measure = 'household_coverage' and unit_id = 'B32' and month = '2018-01'")
	for lang, want := range map[string]string{"zh": "走访覆盖明显差于其他支部", "en": "far behind the other branches on "} {
		if h := built(t, town, "village", "branch=B32&lang="+lang).Headline; !strings.Contains(h.Rest, want) {
			t.Errorf("%s: %+v", lang, h)
		}
	}
}
