package page

import (
	"math"
	"strings"
	"testing"

	"hulian/dashboards/page/pagetest"
	"hulian/queries"
)

// A branch far behind the others carries a mark for that, on every page it stands on, beside the mark of its own course; the
// others carry none, and the town, which has no like, none.
func TestAPositionIsAMarkOfItsOwn(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update measures set numerator = 10, value = 0.1 where measure = 'household_coverage' and unit_id = 'B12' and month = '2018-01'")
	for _, address := range []string{"village?village=V1", "overview?village=V1", "visits?village=V1", "measures?village=V1&measure=household_coverage"} {
		id, query, _ := strings.Cut(address, "?")
		v := built(t, town, id, query)
		found := map[string]Position{}
		for _, table := range v.Tables() {
			if table.ID != "branches" && table.ID != "units" {
				continue
			}
			for _, row := range table.Rows {
				for k, c := range row {
					if strings.Contains(table.Columns[k].Title, "走访覆盖率") && c.Mark != nil && !strings.Contains(table.Columns[k].Title, "困难") {
						found[row[0].Text] = c.Mark.Position
						if c.Mark.Position != NoPosition && (c.Mark.Varies == "" || !strings.HasPrefix(c.Read, "明显落后于同类。")) {
							t.Errorf("%s: the mark of its own course is gone, or the download says nothing: %+v %q", address, c.Mark, c.Read)
						}
					}
				}
			}
		}
		if found["福合院二支部"] != Behind || found["福合院一支部"] != NoPosition {
			t.Errorf("%s: %v", address, found)
		}
	}
	for _, address := range []string{"village?branch=B12", "visits?branch=B12", "overview?branch=B12", "measures?branch=B12&measure=household_coverage"} {
		id, query, _ := strings.Cut(address, "?")
		if p := tilePosition(t, built(t, town, id, query)); p != Behind {
			t.Errorf("%s: the tile stands %q", address, p)
		}
	}
	if p := tilePosition(t, built(t, town, "visits", "")); p != NoPosition {
		t.Errorf("the town stands %q", p)
	}
	if p := tilePosition(t, built(t, town, "visits", "branch=B11")); p != NoPosition {
		t.Errorf("an ordinary branch stands %q", p)
	}
}

func tilePosition(t *testing.T, v View) Position {
	t.Helper()
	for _, b := range v.Blocks {
		if tiles, ok := b.(Stats); ok {
			for _, s := range tiles.Tiles {
				if s.Measure == "household_coverage" && s.Mark != nil {
					return s.Mark.Position
				}
			}
		}
	}
	t.Fatal("no tile of the coverage")
	return NoPosition
}

// A target that no unit meets is said once, below the table's title, and not on every row.
func TestTargetsNobodyMeetsAreSaidOnce(t *testing.T) {
	town := pagetest.New(t)
	table := tableOf(t, built(t, town, "visits", ""), "units")
	if !strings.Contains(table.Note, "走访覆盖率的目标 100.0 %，可判断的 3 个都达不到。") {
		t.Errorf("the note says %q", table.Note)
	}
	for _, row := range table.Rows {
		if m := row[1].Mark; m == nil || m.Assured != "" {
			t.Errorf("%s carries the target's icon: %+v", row[0].Text, m)
		}
	}
	if total := table.Total[1].Mark; total == nil || total.Assured == "" {
		t.Errorf("the town's own icon is gone: %+v", total)
	}
}

func TestTinyBasesAreNotDrawn(t *testing.T) {
	share, _ := queries.MeasureOf("on_time_rate")
	count, _ := queries.MeasureOf("overdue_issues")
	for _, c := range []struct {
		v     Value
		drawn bool
	}{{Value{Measure: share, Num: 1, Den: 1, Value: 1}, false}, {Value{Measure: share, Num: 0, Den: 3, Value: 0}, false}, {Value{Measure: share, Num: 1, Den: 4, Value: .25}, true},
		{Value{Measure: count, Num: 2, Den: math.NaN(), Value: 2}, true}} {
		if got := !math.IsNaN(c.v.Drawn()); got != c.drawn {
			t.Errorf("%v of %v is drawn: %v", c.v.Num, c.v.Den, got)
		}
	}
	town := pagetest.New(t)
	town.Exec(t, "update measures set numerator = 2, denominator = 2, value = 1 where measure = 'on_time_rate' and level = 'branch' and month = '2017-12'")
	for _, b := range built(t, town, "village", "branch=B11").Blocks {
		c, ok := b.(*Chart)
		if !ok || c.ID != "trend" {
			continue
		}
		rows := c.Table.Rows
		if got := rows[len(rows)-2]; got[2].Text == missing || got[2].Base != "2/2" {
			t.Errorf("the table lost the number: %+v", got)
		}
		return
	}
	t.Error("the page draws no trend")
}

// The visits to call back first stand with the household, the time and why; nobody who made them is named.
func TestCallbacksNameTheHouseholdAndNobodyElse(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, `insert into callback_visits values ('W1', 'H900', 'MB11', 'V1', 'B11', '2018-01-30 20:00:00', '2018-01', 6, 1, null, 9, null, false, false, 1),
		('W2', 'H901', 'MB11', 'V1', 'B11', '2018-01-30 20:01:00', '2018-01', 1, 2, 8, 24, null, false, false, 1), ('W3', 'H902', 'MB12', 'V1', 'B12', '2018-01-29 20:01:00', '2018-01', 5, 1, null, null, null, true, false, 1)`)
	rows := tableIn(t, built(t, town, "visits", ""), "callbacks")
	if len(rows) != 3 || !strings.HasPrefix(rows[0], "H901 |") || !strings.HasSuffix(rows[0], "同一分钟 8 户；当月 24 次写同样内容") || !strings.HasPrefix(rows[2], "H900 |") {
		t.Errorf("%q", rows)
	}
	if all := strings.Join(rows, ""); strings.Contains(all, "MB11") || strings.Contains(all, "王") {
		t.Errorf("a member is named: %s", all)
	}
	note := tableOf(t, built(t, town, "visits", "lang=en"), "callbacks").Note
	if !strings.Contains(note, "were made up (") || !strings.Contains(note, "A real town may differ") {
		t.Errorf("the note says %q", note)
	}
}
