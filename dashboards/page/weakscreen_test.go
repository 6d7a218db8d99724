package page

import (
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/view"
)

// The page of weak villages names them first. Its picture shows every village and the limit of the criterion; the village that meets
// the criterion has a colour of its own.
func TestWeakVillagesStandFirstAndOnTheLimit(t *testing.T) {
	town := pagetest.New(t)
	weaken(t, town, "V2")
	v := built(t, town, "weak", "")
	if v.Headline.Weak != "新园村薄弱" {
		t.Errorf("%+v", v.Headline)
	}
	for _, b := range partsOf(v) {
		l, ok := b.(*view.Limits)
		if !ok || l.ID != "criterion-late_issues" {
			continue
		}
		for _, row := range l.Rows {
			if met := row.Value.Tone == view.ToneWorse; met != (row.Name == "新园村") {
				t.Errorf("%s is set apart: %v", row.Name, met)
			}
		}
		return
	}
	t.Error("the criterion is not drawn")
}

// A village that has only just begun is judged alike wherever it stands: the matrix gives it no colour, and the cell, the page of weak
// villages and the tile of its own page give the same reason, with the month it began in.
func TestAVillageThatHasJustBegunIsComparedNowhere(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update units set programme_start = '2017-12-01' where village_id = 'V3'")
	town.Exec(t, "update measures set numerator = 10, value = 0.05 where measure = 'household_coverage' and unit_id in ('V3', 'B31') and month = '2018-01'")
	const why = "2017年12月启动，到2018年1月不足4个月，未列入分档比较"
	row := func(h *view.Heat, name string) view.HeatRow {
		for _, r := range slices.Concat(h.Rows, h.Rest) {
			if r.Name == name {
				return r
			}
		}
		t.Fatalf("no row %s", name)
		panic("not reached")
	}
	matrix := pictureOf[*view.Heat](t, built(t, town, "overview", "lang=zh"), "matrix")
	name := asktest.AskedBy(t, asktest.Analyst, asktest.OpenedOf(t, town), "village", "village=V3").Unit().Name
	if c := row(matrix, name).Cells[0]; c.Judged() != view.Among || !strings.Contains(matrix.Says(c), why) {
		t.Errorf("%d, %s", c.Judged(), matrix.Says(c))
	}
	if !strings.Contains(matrix.More, name+"：2017年12月启动") {
		t.Errorf("nothing below the matrix says why a row is pale: %q", matrix.More)
	}
	found := false
	for _, r := range tableOf(t, built(t, town, "weak", "measure=household_coverage&lang=zh"), "funnel").Rows {
		found = found || r[0].Text == name && r[len(r)-1].Text == why
	}
	if !found {
		t.Error("the page of weak villages does not say so")
	}
	for _, tile := range pictureOf[*view.Tiles](t, built(t, town, "village", "village=V3&lang=zh"), "tiles").Tiles {
		if tile.ID == "household_coverage" && (tile.Strip == nil || tile.Strip.Said != why+"。" || tile.Strip.Place != view.Among) {
			t.Errorf("the tile says %+v", tile.Strip)
		}
	}
}
