package facts_test

import (
	"fmt"
	"testing"

	"hulian/dashboards/facts"
	"hulian/dashboards/visitor"
)

// A list that is short in the whole town is read once for all its places, a long one for each: both give the same rows and say the
// same of how many there are.
func TestAPlaceHasTheSameRowsOfAShortListAndOfALong(t *testing.T) {
	office := of(visitor.Office, "")
	read := func(f facts.Facts) map[string]any {
		all := map[string]any{}
		places := append([]facts.Unit{f.Town}, f.Villages...)
		for _, at := range append(places, f.Branches...) {
			for name, cut := range map[string]facts.Cut{"first": facts.First(2), "second page": {Before: 1, Most: 2}, "without a village": facts.EveryRow.Knowing([]string{"V1"})} {
				homes, err := f.Unvisited(t.Context(), office, at, f.LastMonth, 1, cut)
				if err != nil {
					t.Fatal(err)
				}
				loads, err := f.Overloaded(t.Context(), office, at, f.LastMonth, 0, cut)
				if err != nil {
					t.Fatal(err)
				}
				late, err := f.Late(t.Context(), office, at, f.LastMonth, cut)
				if err != nil {
					t.Fatal(err)
				}
				idle, err := f.WithoutPost(t.Context(), office, at, cut)
				if err != nil {
					t.Fatal(err)
				}
				calls, err := f.Callbacks(t.Context(), office, at, f.LastMonth, cut.Most)
				if err != nil {
					t.Fatal(err)
				}
				all[string(at.Level)+" "+at.ID+" "+name] = []any{len(calls), calls, len(homes), homes, len(loads), loads, len(late), late, len(idle), idle}
			}
		}
		return all
	}
	whole, _ := opened(t)
	want := read(whole)
	facts.ShortLists(t, 1)
	parts, _ := opened(t)
	got := read(parts)
	some := false
	for place, rows := range want {
		if plain(rows) != plain(got[place]) {
			t.Errorf("%s\nof the whole list %+v\nof a long list   %+v", place, rows, got[place])
		}
		for _, n := range rows.([]any) {
			count, is := n.(int)
			some = some || is && count > 0
		}
	}
	if !some {
		t.Error("no list has a row")
	}
}

// plain writes rows out, so that numbers that are not known equal one another and an empty list equals none.
func plain(rows any) string { return fmt.Sprintf("%+v", rows) }
