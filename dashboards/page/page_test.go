package page

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/dashboards/page/pagetest"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
)

func opened(t *testing.T) Snapshot {
	t.Helper()
	s, err := Open(t.Context(), pagetest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func asked(t *testing.T, id, query string) Request {
	t.Helper()
	p, ok := ByID(id)
	if !ok {
		t.Fatalf("no page %s", id)
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Ask(opened(t), p, values)
	if err != nil {
		t.Fatal(err)
	}
	r.Programme = data.DefaultProgramme()
	return r
}

func TestNumbersAsPeopleReadThem(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Count(1170), "1,170"}, {Count(13611), "13,611"}, {Count(0), "0"}, {Count(999), "999"}, {Count(360000), "360,000"},
		{Decimal(11042.0/9, 1), "1,226.9"}, {Decimal(69.45, 1), "69.5"}, {Decimal(-0.04, 1), "0.0"}, {Decimal(-1234.5, 1), "−1,234.5"},
		{Decimal(math.NaN(), 1), "–"}, {Decimal(math.Inf(1), 1), "–"},
		{Percent(910.0 / 1170), "77.8 %"}, {Percent(8400.0 / 13611), "61.7 %"}, {Percent(0), "0.0 %"}, {Base(910, 1170), "910/1,170"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

func TestNamesAreMasked(t *testing.T) {
	for name, want := range map[string]string{"王小明": "王**", "欧阳锋": "欧**", " 李四 ": "李**", "": "", "A": "A**"} {
		if got := Mask(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := (Request{Role: RoleOffice}).Person("王小明"); got != "王小明" {
		t.Errorf("the office reads %q", got)
	}
}

func TestLinksKeepThePlace(t *testing.T) {
	r := asked(t, "issues", "month=2017-12&branch=B21&lang=en")
	if r.Village != "V2" || r.Branch != "B21" || r.Month != "2017-12" {
		t.Fatalf("village %s, branch %s, month %s", r.Village, r.Branch, r.Month)
	}
	for _, c := range []struct{ got, want string }{
		{r.Link("visits"), "/visits?branch=B21&lang=en&month=2017-12"},
		{r.Link("capacity"), "/capacity?lang=en&month=2017-12&village=V2"}, // takes no branch: its village stays
		{r.Link("data"), "/data?lang=en&month=2017-12"},
		{r.Link("issues", In("")), "/issues?lang=en&month=2017-12"},
		{r.Link("village", In("V1"), Speaking(Chinese)), "/village?month=2017-12&village=V1"},
		{r.Link("measures", With("measure", "card_rate"), At("2018-01")), "/measures?branch=B21&lang=en&measure=card_rate&month=2018-01"},
		{asked(t, "overview", "").Link("overview"), "/"}, // the newest month is not pinned by links
		{asked(t, "overview", "village=V1&utm=x").Link("issues"), "/issues?village=V1"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

func TestFiltersAreChecked(t *testing.T) {
	s := opened(t)
	p, _ := ByID("issues")
	for query, want := range map[string]error{
		"month=2018-2": ErrBadFilter, "month=2018-1": ErrBadFilter, "month=2016-01": ErrBadFilter, "lang=de": ErrBadFilter,
		"village=v1": ErrUnknownUnit, "branch=x": ErrUnknownUnit, "month=2018-01&village=V1&lang=zh": nil,
	} {
		values, _ := url.ParseQuery(query)
		if _, err := Ask(s, p, values); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", query, err, want)
		}
	}
}

func TestValuesSayWhatTheyStandOn(t *testing.T) {
	r := asked(t, "overview", "")
	own, err := r.values(t.Context(), r.here(), "card_rate", "resolution_rate_cumulative", "days_to_resolve_median")
	if err != nil {
		t.Fatal(err)
	}
	card := own.at("card_rate", r.Town.ID, r.Month)
	got := r.cell(card)
	want := Cell{Text: "61.7", Value: "61.7", Base: "8,400/13,611", Num: "8400", Den: "13611"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("card rate (-want +got):\n%s", diff)
	}
	if got := r.within(reading.ShareRange(card.Interval())); got != "95 % 区间 60.9–62.5 %" {
		t.Errorf("interval %q", got)
	}
	if none := own.at("card_rate", "nowhere", r.Month); none.Known() || none.Text(Chinese) != "–" || none.Base(r.Lang) != "" {
		t.Errorf("a value that is not there shows as %q (%q)", none.Text(Chinese), none.Base(r.Lang))
	}
	median := own.at("days_to_resolve_median", r.Town.ID, r.Month)
	median.Value = math.NaN()
	if got := median.Text(English); got != "not reached" {
		t.Errorf("a median that was not reached shows as %q", got)
	}
}

func TestWhatIsShownButNotJudged(t *testing.T) {
	r := asked(t, "overview", "")
	rate, ok := queries.MeasureOf("satisfaction_rate")
	if !ok {
		t.Fatal("no measure satisfaction_rate")
	}
	for _, c := range []struct {
		month  string
		den    float64
		caught bool
	}{{"2017-10", 100, false}, {"2017-10", 4, true}, {"2018-01", 100, true}, {"2017-12", 100, false}} {
		v := Value{Measure: rate, Month: c.month, Num: 3, Den: c.den, Value: 3 / c.den}
		if got := r.caution(v) != ""; got != c.caught {
			t.Errorf("%s on a base of %g: caution %q", c.month, c.den, r.caution(v))
		}
	}
	// 30 days after the end of December 2017 are over on 30 January 2018.
	resolution, _ := queries.MeasureOf("resolution_rate")
	december := Value{Measure: resolution, Month: "2017-12", Num: 9, Den: 10, Value: 0.9}
	for day, ripe := range map[string]bool{"2018-01-29": false, "2018-01-30": true} {
		cutOff, _ := time.Parse(time.DateOnly, day)
		if got := december.Ripe(r.Programme, cutOff); got != ripe {
			t.Errorf("December at %s: ripe %t", day, got)
		}
	}
}

func TestDifferences(t *testing.T) {
	r := asked(t, "overview", "")
	rate, _ := queries.MeasureOf("card_rate")
	count, _ := queries.MeasureOf("overdue_issues")
	share := func(n, d float64) Value { return Value{Measure: rate, Num: n, Den: d, Value: n / d} }
	number := func(n float64) Value { return Value{Measure: count, Num: n, Den: math.NaN(), Value: n} }
	for _, c := range []struct{ got, want string }{
		{r.difference(share(80, 100), share(777, 1000)), "+2.3 个百分点"},
		{r.difference(share(777, 1000), share(80, 100)), "−2.3 个百分点"},
		{r.difference(share(80000, 100000), share(80001, 100000)), "持平"},
		{r.difference(number(12), number(15)), "−3"}, {r.difference(number(15), number(12)), "+3"}, {r.difference(number(3), number(3)), "持平"},
		{r.difference(number(3), Value{Measure: count, Value: math.NaN()}), "–"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

func TestEveryGroupHasANameAndAPlace(t *testing.T) {
	for _, m := range queries.Measures() {
		if groups[m.Group].Zh == "" || groups[m.Group].En == "" || !slices.Contains(groupOrder, m.Group) {
			t.Errorf("group %s of %s has no name or no place in the order", m.Group, m.ID)
		}
		if r := (Request{}); r.suffix(m.Unit) == "" && m.Unit != "count" && m.Unit != "coefficient" {
			t.Errorf("unit %s of %s is not written", m.Unit, m.ID)
		}
	}
	for _, ids := range [][]string{watched, byUnit, issueMeasures, visitMeasures, capacityMeasures, steps()} {
		for _, id := range ids {
			if _, ok := queries.MeasureOf(id); !ok {
				t.Errorf("a page shows %s, which no definition knows", id)
			}
		}
	}
}

func TestPagesAreComplete(t *testing.T) {
	ids, paths := map[string]bool{}, map[string]bool{}
	for _, p := range Pages() {
		if p.Title.Zh == "" || p.Title.En == "" || p.Question.Zh == "" || p.Question.En == "" || p.Build == nil || !strings.HasPrefix(p.Path, "/") {
			t.Errorf("page %q lacks a title, a question, a path or its function", p.ID)
		}
		if ids[p.ID] || paths[p.Path] {
			t.Errorf("page %q or its path stands twice", p.ID)
		}
		ids[p.ID], paths[p.Path] = true, true
		if p.Takes.Has(ByBranch) && !p.Takes.Has(ByVillage) {
			t.Errorf("page %q takes branches without villages", p.ID)
		}
	}
}

// Tables are what pages, downloads and reports share: their rows must fit their columns and their IDs must be unique.
func TestEveryViewIsWellFormed(t *testing.T) {
	s := opened(t)
	for _, p := range Pages() {
		for _, query := range []string{"", "village=V1", "branch=B12", "lang=en&branch=B31", "month=2016-02"} {
			values, _ := url.ParseQuery(query)
			r, err := Ask(s, p, values)
			if err != nil {
				t.Fatal(err)
			}
			r.Programme, r.Role = data.DefaultProgramme(), p.Role
			v, err := p.Build(t.Context(), r)
			if err != nil {
				t.Errorf("%s?%s: %v", p.Path, query, err)
				continue
			}
			seen := map[string]bool{}
			for _, table := range v.Tables() {
				if table.ID == "" || seen[table.ID] {
					t.Errorf("%s?%s: table %q has no ID of its own", p.Path, query, table.ID)
				}
				seen[table.ID] = true
				for _, row := range append(slices.Clone(table.Rows), table.Total) {
					if row != nil && len(row) != len(table.Columns) {
						t.Errorf("%s?%s: table %s has %d columns and a row of %d", p.Path, query, table.ID, len(table.Columns), len(row))
					}
				}
			}
			again, err := p.Build(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(v, again); diff != "" {
				t.Errorf("%s?%s: the same snapshot gave another view:\n%s", p.Path, query, diff)
			}
		}
	}
}

// A town that has sent only its list of villages sees pages that say what is missing, not errors and not empty axes.
func TestPagesOfATownWithoutData(t *testing.T) {
	town := pagetest.New(t)
	tables, err := town.Query(t.Context(), "select name from sqlite_master where type = 'table' and name not in ('snapshot_facts', 'units')")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range tables.Rows {
		town.Exec(t, fmt.Sprintf("delete from %s", row[0]))
	}
	s, err := Open(t.Context(), town)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range Pages() {
		for _, query := range []string{"", "village=V1", "branch=B12&lang=en"} {
			values, _ := url.ParseQuery(query)
			r, err := Ask(s, p, values)
			if err != nil {
				t.Fatal(err)
			}
			r.Programme, r.Role = data.DefaultProgramme(), p.Role
			v, err := p.Build(t.Context(), r)
			if err != nil {
				t.Errorf("%s?%s: %v", p.Path, query, err)
			}
			for _, block := range v.Blocks {
				// Who joined when is known from the list of villages.
				if c, ok := block.(*Chart); ok && !c.Blank() && c.ID != "rollout" {
					t.Errorf("%s?%s: chart %s draws what is not there", p.Path, query, c.ID)
				}
			}
		}
	}
	r := asked(t, "overview", "")
	r.Snapshot = s
	if got := r.neverArrived(measured{}); len(got) != 1 || !strings.Contains(got[0].(Callout).Text, "走访记录") {
		t.Errorf("what has not arrived: %+v", got)
	}
}
