package page

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"hulian/dashboards/page/pagetest"
)

// merged is the town in which V2 was merged into V1, and V3 divided of which V4 is one part, in June 2017. The mart's
// restated rows are given: how they come about is shown where the models are.
func merged(t *testing.T) Snapshot {
	t.Helper()
	town := pagetest.New(t)
	town.Exec(t, "insert into snapshot_facts values ('successions', '2')")
	town.Exec(t, "create table unit_successions (level varchar, unit_id varchar, unit_name varchar, old_id varchar, old_name varchar, from_on date, divided boolean)")
	town.Exec(t, "create table measures_restated (measure varchar, level varchar, unit_id varchar, unit_name varchar, month varchar, numerator double, denominator double, value double, reason varchar, basis varchar)")
	town.Exec(t, `insert into unit_successions values ('village', 'V1', '福合院村', 'V2', '老街村', '2017-06-01', false),
		('village', 'V4', '东村', 'V3', '大村', '2017-06-01', true)`)
	town.Exec(t, "insert into measures_restated select measure, level, unit_id, unit_name, month, 111, 222, 0.5, null, 'summed' from measures where level = 'village' and unit_id = 'V1' and measure = 'resolution_rate'")
	town.Exec(t, "insert into measures_restated select measure, level, unit_id, unit_name, month, null, null, null, null, 'impossible' from measures where level = 'village' and unit_id = 'V4' and measure = 'resolution_rate'")
	s, err := Open(t.Context(), town)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func view(t *testing.T, s Snapshot, id, query string) (Request, View) {
	t.Helper()
	p, _ := ByID(id)
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Ask(s, p, values)
	if err != nil {
		t.Fatal(err)
	}
	v, err := p.Build(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return r, v
}

func TestPastMonthsAreRestatedOnDemandAndSaySo(t *testing.T) {
	s := merged(t)
	for lang, words := range map[string][2]string{"zh": {"各月按当时的单位显示", "已按今天的单位重算"}, "en": {"as they were lived", "are restated for the units of today"}} {
		r, v := view(t, s, "village", "village=V1&measure=resolution_rate&lang="+lang)
		note, ok := v.Blocks[0].(Callout)
		if !ok || !strings.Contains(note.Title, words[0]) || !strings.Contains(note.Text, "老街村") || !strings.Contains(note.Text, "2017-06-01") {
			t.Fatalf("%s: the page of a merged village opens with %+v", lang, v.Blocks[0])
		}
		lived, err := r.values(t.Context(), r.hereAlways(), "resolution_rate")
		if err != nil || lived.at("resolution_rate", "V1", "2017-03").Den == 222 {
			t.Errorf("%s: unasked, a month is restated: %v %v", lang, lived.at("resolution_rate", "V1", "2017-03"), err)
		}
		_, query, _ := strings.Cut(note.Link, "?")
		r, v = view(t, s, "village", query)
		note, ok = v.Blocks[0].(Callout)
		if !ok || !strings.Contains(note.Title, words[1]) || !strings.Contains(note.Text, "老街村") {
			t.Errorf("%s: the restated page opens with %+v", lang, v.Blocks[0])
		}
		if back := note.Link; strings.Contains(back, "units=") || !strings.Contains(back, "village=V1") {
			t.Errorf("%s: the way back is %s", lang, back)
		}
		restated, err := r.values(t.Context(), r.hereAlways(), "resolution_rate")
		if got := restated.at("resolution_rate", "V1", "2017-03"); err != nil || got.Num != 111 || got.Den != 222 {
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
	r, v := view(t, s, "overview", "units=today")
	if _, ok := r.Snapshot.Village("V2"); ok {
		t.Error("the merged village is still offered")
	}
	if _, ok := s.Village("V2"); !ok {
		t.Error("the merged village is lost to its own time")
	}
	values, err := r.values(t.Context(), scope{level: LevelVillage, from: r.FirstMonth, to: r.LastMonth}, "resolution_rate")
	if err != nil {
		t.Fatal(err)
	}
	if got := values.at("resolution_rate", "V4", "2017-03"); got.Known() {
		t.Errorf("what cannot be restated is %v", got)
	}
	if got := values.at("resolution_rate", "V2", "2017-03"); got.Known() {
		t.Errorf("the merged village has a value of its own: %v", got)
	}
	if note, ok := v.Blocks[0].(Callout); !ok || !strings.Contains(note.Text, "拆出") || !strings.Contains(note.Text, "无法重算") {
		t.Errorf("the town's page opens with %+v", v.Blocks[0])
	}
	p, _ := ByID("village")
	if _, err := Ask(s, p, url.Values{"village": {"V2"}, "units": {"today"}}); !errors.Is(err, ErrUnknownUnit) {
		t.Errorf("a village that is no more, today: %v", err)
	}
	if _, err := Ask(s, p, url.Values{"units": {"yesterday"}}); !errors.Is(err, ErrBadFilter) {
		t.Errorf("units=yesterday: %v", err)
	}
	_, v = view(t, s, "village", "village=V2")
	if note, ok := v.Blocks[0].(Callout); !ok || strings.Contains(note.Link, "village=") {
		t.Errorf("from a village that is no more the way to today is %+v", v.Blocks[0])
	}
}
