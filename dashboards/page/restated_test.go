package page

import (
	"errors"
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

// merged is the town in which V2 was merged into V1, and V3 divided of which V4 is one part, in June 2017. The mart's
// restated rows are given: how they come about is shown where the models are.
func merged(t *testing.T, more ...string) facts.Snapshot {
	t.Helper()
	town := pagetest.New(t)
	town.Exec(t, "insert into snapshot_facts (key, value) values ('successions', '2')")
	town.Exec(t, `insert into unit_successions (level, unit_id, unit_name, old_id, old_name, from_on, divided) values ('village', 'V1', '福合院村', 'V2', '老街村', '2017-06-01', false),
		('village', 'V4', '东村', 'V3', '大村', '2017-06-01', true)`)
	town.Exec(t, "insert into measures_restated (measure, level, unit_id, unit_name, month, numerator, denominator, value, reason, basis) select measure, level, unit_id, unit_name, month, 111, 222, 0.5, null, 'summed' from measures where level = 'village' and unit_id = 'V1' and measure = 'resolution_rate'")
	town.Exec(t, "insert into measures_restated (measure, level, unit_id, unit_name, month, numerator, denominator, value, reason, basis) select measure, level, unit_id, unit_name, month, null, null, null, null, 'impossible' from measures where level = 'village' and unit_id = 'V4' and measure = 'resolution_rate'")
	for _, statement := range more {
		town.Exec(t, statement)
	}
	s, err := facts.Open(t.Context(), town)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func viewOf(t *testing.T, s facts.Snapshot, id, query string) (block.Request, view.View) {
	t.Helper()
	p, _ := question.ByID(id)
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	r, err := block.Ask(s, p, values)
	if err != nil {
		t.Fatal(err)
	}
	r.Visitor = asktest.Analyst
	v, err := Build(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return r, v
}

func TestASnapshotOfAnOlderVersionIsRestated(t *testing.T) {
	var drops []string
	for _, column := range []string{"reason", "spoke", "villages", "reached", "lacking"} {
		drops = append(drops, "alter table measures drop column "+column)
	}
	s := merged(t, append(drops, "alter table measures_restated drop column reason")...)
	r, _ := viewOf(t, s, "village", "village=V1&measure=resolution_rate&units=today&lang=en")
	values, err := r.Values(t.Context(), r.Visitor, block.AlwaysScope(r), "resolution_rate")
	if v := values.At("resolution_rate", "V1", "2017-03"); err != nil || v.Num != 111 || v.Den != 222 {
		t.Errorf("%v, %v", v, err)
	}
}

func TestPastMonthsAreRestatedOnDemandAndSaySo(t *testing.T) {
	s := merged(t)
	for lang, words := range map[string][2]string{"zh": {"各月按当时的单位显示", "已按今天的单位重算"}, "en": {"as they were lived", "are restated for the units of today"}} {
		r, v := viewOf(t, s, "village", "village=V1&measure=resolution_rate&lang="+lang)
		note, ok := v.Blocks[0].(view.Callout)
		if !ok || !strings.Contains(note.Title, words[0]) || !strings.Contains(note.Text, "老街村") || !strings.Contains(note.Text, "2017-06-01") {
			t.Fatalf("%s: the page of a merged village opens with %+v", lang, v.Blocks[0])
		}
		lived, err := r.Values(t.Context(), r.Visitor, block.AlwaysScope(r), "resolution_rate")
		if err != nil || lived.At("resolution_rate", "V1", "2017-03").Den == 222 {
			t.Errorf("%s: unasked, a month is restated: %v %v", lang, lived.At("resolution_rate", "V1", "2017-03"), err)
		}
		_, query, _ := strings.Cut(note.Link, "?")
		r, v = viewOf(t, s, "village", query)
		note, ok = v.Blocks[0].(view.Callout)
		if !ok || !strings.Contains(note.Title, words[1]) || !strings.Contains(note.Text, "老街村") {
			t.Errorf("%s: the restated page opens with %+v", lang, v.Blocks[0])
		}
		if back := note.Link; strings.Contains(back, "units=") || !strings.Contains(back, "village=V1") {
			t.Errorf("%s: the way back is %s", lang, back)
		}
		restated, err := r.Values(t.Context(), r.Visitor, block.AlwaysScope(r), "resolution_rate")
		if got := restated.At("resolution_rate", "V1", "2017-03"); err != nil || got.Num != 111 || got.Den != 222 {
			t.Errorf("%s: restated, March is %v %v", lang, got, err)
		}
		if next := r.Link("issues"); !strings.Contains(next, "units=today") {
			t.Errorf("%s: the next page forgets it: %s", lang, next)
		}
		marked := false
		for _, table := range v.Tables() {
			marked = marked || strings.Contains(table.Columns[0].Title, r.T("重算", "restated"))
		}
		if !marked {
			t.Errorf("%s: no table says that it is restated", lang)
		}
	}
}

func TestUnitsThatAreNoMoreAreNoChoiceOfToday(t *testing.T) {
	s := merged(t)
	r, v := viewOf(t, s, "overview", "units=today")
	if _, ok := r.Snapshot.Village("V2"); ok {
		t.Error("the merged village is still offered")
	}
	if _, ok := s.Village("V2"); !ok {
		t.Error("the merged village is lost to its own time")
	}
	values, err := r.Values(t.Context(), r.Visitor, facts.Scope{Level: facts.LevelVillage, From: r.FirstMonth, To: r.LastMonth}, "resolution_rate")
	if err != nil {
		t.Fatal(err)
	}
	if got := values.At("resolution_rate", "V4", "2017-03"); got.Known() {
		t.Errorf("what cannot be restated is %v", got)
	}
	if got := values.At("resolution_rate", "V2", "2017-03"); got.Known() {
		t.Errorf("the merged village has a value of its own: %v", got)
	}
	if note, ok := v.Blocks[0].(view.Callout); !ok || !strings.Contains(note.Text, "拆出") || !strings.Contains(note.Text, "无法重算") {
		t.Errorf("the town's page opens with %+v", v.Blocks[0])
	}
	p, _ := question.ByID("village")
	if _, err := block.Ask(s, p, url.Values{"village": {"V2"}, "units": {"today"}}); !errors.Is(err, question.ErrUnknownUnit) {
		t.Errorf("a village that is no more, today: %v", err)
	}
	if _, err := block.Ask(s, p, url.Values{"units": {"yesterday"}}); !errors.Is(err, question.ErrBadFilter) {
		t.Errorf("units=yesterday: %v", err)
	}
	_, v = viewOf(t, s, "village", "village=V2")
	if note, ok := v.Blocks[0].(view.Callout); !ok || strings.Contains(note.Link, "village=") {
		t.Errorf("from a village that is no more the way to today is %+v", v.Blocks[0])
	}
}
