package block_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
)

func TestNumbersAsPeopleReadThem(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{reading.Count(1170), "1,170"}, {reading.Count(13611), "13,611"}, {reading.Count(0), "0"}, {reading.Count(999), "999"}, {reading.Count(360000), "360,000"},
		{reading.Decimal(11042.0/9, 1), "1,226.9"}, {reading.Decimal(69.45, 1), "69.5"}, {reading.Decimal(-0.04, 1), "0.0"}, {reading.Decimal(-1234.5, 1), "−1,234.5"},
		{reading.Decimal(math.NaN(), 1), "–"}, {reading.Decimal(math.Inf(1), 1), "–"},
		{reading.Percent(910.0 / 1170), "77.8%"}, {reading.Percent(8400.0 / 13611), "61.7%"}, {reading.Percent(0), "0.0%"}, {reading.Base(910, 1170), "910/1,170"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

func TestValuesSayWhatTheyStandOn(t *testing.T) {
	r := asktest.Asked(t, "overview", "")
	own, err := r.Values(t.Context(), r.Visitor, block.HereScope(r), "card_rate", "resolution_rate_cumulative", "days_to_resolve_median")
	if err != nil {
		t.Fatal(err)
	}
	card := own.At("card_rate", r.Town.ID, r.Month)
	got := block.Cell(r, card)
	want := view.Cell{Text: "61.7", Value: "61.7", Base: "8,400/13,611", Num: "8400", Den: "13611", Rows: "/behind?measure=card_rate&month=2018-01"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("card rate (-want +got):\n%s", diff)
	}
	if got := r.Within(reading.ShareRange(card.Interval())); got != "" {
		t.Errorf("a register, which is counted whole, has the interval %q", got)
	}
	if got := r.Within(reading.ShareRange(own.At("resolution_rate_cumulative", r.Town.ID, r.Month).Interval())); got != "95% 区间 75.3–80.1%" {
		t.Errorf("interval %q", got)
	}
	if none := own.At("card_rate", "nowhere", r.Month); none.Known() || none.Text(language.Chinese) != "–" || none.Base(r.Lang) != "" {
		t.Errorf("a value that is not there shows as %q (%q)", none.Text(language.Chinese), none.Base(r.Lang))
	}
	median := own.At("days_to_resolve_median", r.Town.ID, r.Month)
	median.Value = math.NaN()
	if got := median.Text(language.English); got != "not reached" {
		t.Errorf("a median that was not reached shows as %q", got)
	}
}

func TestWhatIsShownButNotJudged(t *testing.T) {
	r := asktest.Asked(t, "overview", "")
	rate, ok := queries.MeasureOf("satisfaction_rate")
	if !ok {
		t.Fatal("no measure satisfaction_rate")
	}
	for _, c := range []struct {
		month  string
		den    float64
		caught bool
	}{{"2017-10", 100, false}, {"2017-10", 4, true}, {"2018-01", 100, true}, {"2017-12", 100, false}} {
		v := facts.Value{Measure: &rate, Month: c.month, Num: 3, Den: c.den, Value: 3 / c.den}
		if got := block.Caution(r, v) != ""; got != c.caught {
			t.Errorf("%s on a base of %g: caution %q", c.month, c.den, block.Caution(r, v))
		}
	}
	// 30 days after the end of December 2017 are over on 30 January 2018.
	resolution, _ := queries.MeasureOf("resolution_rate")
	december := facts.Value{Measure: &resolution, Month: "2017-12", Num: 9, Den: 10, Value: 0.9}
	for day, ripe := range map[string]bool{"2018-01-29": false, "2018-01-30": true} {
		cutOff, _ := time.Parse(time.DateOnly, day)
		if got := december.Ripe(r.Programme, cutOff); got != ripe {
			t.Errorf("December at %s: ripe %t", day, got)
		}
	}
}

func TestDifferences(t *testing.T) {
	r := asktest.Asked(t, "overview", "")
	rate, _ := queries.MeasureOf("card_rate")
	count, _ := queries.MeasureOf("overdue_issues")
	share := func(n, d float64) facts.Value { return facts.Value{Measure: &rate, Num: n, Den: d, Value: n / d} }
	number := func(n float64) facts.Value { return facts.Value{Measure: &count, Num: n, Den: math.NaN(), Value: n} }
	for _, c := range []struct{ got, want string }{
		{block.Difference(r, share(80, 100), share(777, 1000)), "+2.3个百分点"},
		{block.Difference(r, share(777, 1000), share(80, 100)), "−2.3个百分点"},
		{block.Difference(r, share(80000, 100000), share(80001, 100000)), "持平"},
		{block.Difference(r, number(12), number(15)), "−3件"}, {block.Difference(r, number(15), number(12)), "+3件"}, {block.Difference(r, number(3), number(3)), "持平"},
		{block.Difference(r, number(3), facts.Value{Measure: &count, Value: math.NaN()}), "–"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}
