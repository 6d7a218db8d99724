package page

import (
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
)

// The tiles, the changes and where they come from are set against the month that the address chooses, on every page with tiles; a month
// without data is said to have none, and can still be changed for another.
func TestFiguresAreSetAgainstTheMonthChosen(t *testing.T) {
	for against, want := range map[string]struct{ column, said string }{
		"": {"2017-12", "比上月"}, "year": {"2017-01", "比去年同月"}, "2016-09": {"2016-09", "比2016年9月"},
	} {
		r := asktest.Asked(t, "overview", "against="+against)
		v, err := builders["overview"](t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		own, err := r.Values(t.Context(), r.Visitor, block.AlwaysScope(r), "household_coverage")
		if err != nil {
			t.Fatal(err)
		}
		unit := r.Unit().ID
		change := block.Difference(r, own.At("household_coverage", unit, r.Month), own.At("household_coverage", unit, want.column))
		for _, b := range partsOf(v) {
			tiles, is := b.(*view.Tiles)
			if !is {
				continue
			}
			at := slices.IndexFunc(tiles.Tiles, func(tile view.Tile) bool { return tile.ID == "household_coverage" })
			if got := tiles.Tiles[at].Change; got != want.said+strings.TrimSuffix(change, "个百分点") || !v.Compares() {
				t.Errorf("against=%s: the tile says %q, the values differ by %s", against, got, change)
			}
		}
		for _, table := range v.Tables() {
			if (table.ID == "changes" || table.ID == "split") && !slices.ContainsFunc(table.Columns, func(c view.Column) bool { return c.Title == r.MonthName(want.column) || c.Title == want.column }) {
				t.Errorf("against=%s: %s has the columns %v", against, table.ID, table.Columns)
			}
		}
		of := asktest.Asked(t, "visits", "against="+against)
		stat := block.ReadStat(of, own, "household_coverage")
		if stat.Change != want.said+change {
			t.Errorf("against=%s: the tile of another page says %q, want %q", against, stat.Change, want.said+change)
		}
	}
	r := asktest.Asked(t, "overview", "month=2016-03&against=year")
	v, err := builders["overview"](t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range partsOf(v) {
		if tiles, is := b.(*view.Tiles); is && tiles.Tiles[0].Change != "去年同月没有数据" {
			t.Errorf("of a month without data the tile says %q", tiles.Tiles[0].Change)
		}
	}
}
