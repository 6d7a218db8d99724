package page

import (
	"math"
	"strings"
	"testing"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
)

// A branch far behind the others carries a mark for that, on every page it stands on, beside the mark of its own course; the
// others carry none, and the town, which has no like, none.
func TestAPositionIsAMarkOfItsOwn(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update measures set numerator = 10, value = 0.1 where measure = 'household_coverage' and unit_id = 'B12' and month = '2018-01'")
	for _, address := range []string{"village?village=V1", "visits?village=V1", "measures?village=V1&measure=household_coverage"} {
		id, query, _ := strings.Cut(address, "?")
		v := built(t, town, id, query)
		found := map[string]view.Position{}
		for _, table := range v.Tables() {
			if table.ID != "branches" && table.ID != "units" {
				continue
			}
			for _, row := range table.Rows {
				for k, c := range row {
					if strings.Contains(table.Columns[k].Title, "走访覆盖率") && c.Mark != nil && !strings.Contains(table.Columns[k].Title, "困难") {
						found[row[0].Text] = c.Mark.Position
						if c.Mark.Position != view.NoPosition && (c.Mark.Varies == "" || !strings.HasPrefix(c.Read, "明显落后于同类。")) {
							t.Errorf("%s: the mark of its own course is gone, or the download says nothing: %+v %q", address, c.Mark, c.Read)
						}
					}
				}
			}
		}
		if found["福合院二支部"] != view.Behind || found["福合院一支部"] != view.NoPosition {
			t.Errorf("%s: %v", address, found)
		}
	}
	for _, address := range []string{"village?branch=B12", "visits?branch=B12", "overview?branch=B12", "measures?branch=B12&measure=household_coverage"} {
		id, query, _ := strings.Cut(address, "?")
		if p := tilePosition(t, built(t, town, id, query)); p != view.Behind {
			t.Errorf("%s: the tile stands %q", address, p)
		}
	}
	if p := tilePosition(t, built(t, town, "visits", "")); p != view.NoPosition {
		t.Errorf("the town stands %q", p)
	}
	if p := tilePosition(t, built(t, town, "visits", "branch=B11")); p != view.NoPosition {
		t.Errorf("an ordinary branch stands %q", p)
	}
}

func tilePosition(t *testing.T, v view.View) view.Position {
	t.Helper()
	for _, b := range v.Flat() {
		if tiles, ok := b.(*view.Tiles); ok {
			for _, tile := range tiles.Tiles {
				if tile.ID == "household_coverage" && tile.Strip != nil && (tile.Strip.Place == view.FarBehind) != (tile.Strip.Tone() == view.ToneWorse) {
					t.Errorf("the strip stands at %d and is toned %q", tile.Strip.Place, tile.Strip.Tone())
				}
				if tile.ID == "household_coverage" && tile.Strip != nil && tile.Strip.Place == view.FarBehind {
					return view.Behind
				} else if tile.ID == "household_coverage" && tile.Strip != nil {
					return view.NoPosition
				}
			}
		}
		if tiles, ok := b.(view.Stats); ok {
			for _, s := range tiles.Tiles {
				if s.Measure == "household_coverage" && s.Mark != nil {
					return s.Mark.Position
				}
			}
		}
	}
	t.Fatal("no tile of the coverage")
	return view.NoPosition
}

// A target that no unit meets is said once, below the table's title, and not on every row.
func TestTargetsNobodyMeetsAreSaidOnce(t *testing.T) {
	town := pagetest.New(t)
	table := tableOf(t, built(t, town, "visits", ""), "units")
	if !strings.Contains(table.Note, "走访覆盖率的目标 100.0%，可判断的3个都达不到。") {
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
		v     facts.Value
		drawn bool
	}{{facts.Value{Measure: &share, Num: 1, Den: 1, Value: 1}, false}, {facts.Value{Measure: &share, Num: 0, Den: 3, Value: 0}, false}, {facts.Value{Measure: &share, Num: 1, Den: 4, Value: .25}, true},
		{facts.Value{Measure: &count, Num: 2, Den: math.NaN(), Value: 2}, true}} {
		if got := !math.IsNaN(c.v.Drawn()); got != c.drawn {
			t.Errorf("%v of %v is drawn: %v", c.v.Num, c.v.Den, got)
		}
	}
	town := pagetest.New(t)
	town.Exec(t, "update measures set numerator = 2, denominator = 2, value = 1 where measure = 'household_coverage' and level = 'branch' and month = '2017-12'")
	for _, b := range partsOf(built(t, town, "village", "branch=B11")) {
		c, ok := b.(*view.Chart)
		if !ok || c.ID != "trend" {
			continue
		}
		rows := c.Table.Rows
		if got := rows[len(rows)-2]; got[1].Text == reading.Missing || got[1].Base != "2/2" {
			t.Errorf("the table lost the number: %+v", got)
		}
		return
	}
	t.Error("the page draws no trend")
}

// The households to call back first stand once each, with their visits' times and all the reasons; nobody who made the visits is named.
func TestCallbacksNameTheHouseholdAndNobodyElse(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, `insert into callback_visits (visit_id, household_id, member_id, village_id, branch_id, visited_at, month, step, signals, same_minute, same_text, same_day, exempt_visitor, link_mismatch, turn) values ('W1', 'H900', 'MB11', 'V1', 'B11', '2018-01-30 20:00:00', '2018-01', 6, 1, null, 9, null, false, false, 1),
		('W2', 'H901', 'MB11', 'V1', 'B11', '2018-01-30 20:01:00', '2018-01', 1, 2, 8, 24, null, false, false, 1), ('W3', 'H902', 'MB12', 'V1', 'B12', '2018-01-29 20:01:00', '2018-01', 5, 1, null, null, null, true, false, 1),
		('W4', 'H901', 'MB12', 'V1', 'B11', '2018-01-09 09:30:00', '2018-01', 5, 1, null, null, null, true, false, 1)`)
	rows := tableIn(t, builtFor(t, asktest.Office, town, "visits", ""), "callbacks")
	if len(rows) != 3 || !strings.HasPrefix(rows[0], "H901 |") || !strings.HasPrefix(rows[1], "H902 |") || !strings.HasPrefix(rows[2], "H900 |") {
		t.Fatalf("%q", rows)
	}
	if !strings.Contains(rows[0], "| 2 | 2018-01-09 09:30; 2018-01-30 20:01 |") || !strings.HasSuffix(rows[0], "同一分钟8户；当月24次写同样内容；走访人不作联户要求") {
		t.Errorf("the household of two visits: %q", rows[0])
	}
	if all := strings.Join(rows, ""); strings.Contains(all, "MB11") || strings.Contains(all, "王") {
		t.Errorf("a member is named: %s", all)
	}
	note := tableOf(t, built(t, town, "visits", "lang=en"), "callbacks").Note
	if !strings.Contains(note, "that was made up (") || !strings.Contains(note, "A real town may differ") {
		t.Errorf("the note says %q", note)
	}
}

// Branches of two members have a gap in their small curve: it would stretch the scale of all others, and the note says why. A change made of
// such bases is an outlined bar.
func TestTinyBasesAreNeitherDrawnNorColoured(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update measures set numerator = 90, denominator = 2, value = 45 where measure = 'points_per_member' and level = 'branch' and unit_id = 'B11' and month = '2018-01'")
	for lang, note := range map[string]string{"zh": "空缺为基数太小或没有数据", "en": "a gap: too small a base, or no data"} {
		m := pictureOf[*view.Multiples](t, built(t, town, "points", "village=V1&lang="+lang), "rhythm")
		if values := m.Panels[0].Trend.Values; !math.IsNaN(values[len(values)-1]) || math.IsNaN(values[len(values)-2]) {
			t.Errorf("%s: two members are drawn, or the month before is not: %v", lang, values)
		}
		if !strings.Contains(m.Note, note) {
			t.Errorf("%s: the note says %q", lang, m.Note)
		}
	}
	town.Exec(t, "update measures set numerator = 2, denominator = 2, value = 1 where measure = 'household_coverage' and level = 'branch' and unit_id = 'B11' and month = '2018-01'")
	c := chartOf(t, built(t, town, "overview", "village=V1&split=household_coverage"), "split")
	if option := string(c.Option); !strings.Contains(option, `→ 2/2`) || !strings.Contains(option, `"color":"transparent"`) {
		t.Errorf("the bar of two households is coloured: %s", option)
	}
}

// pictureOf finds a picture of a view, wherever it stands.
func pictureOf[T view.Pictured](t *testing.T, v view.View, id string) T {
	t.Helper()
	for _, b := range everyBlock(v.Blocks) {
		if p, ok := b.(T); ok && p.Framed().ID == id {
			return p
		}
	}
	t.Fatalf("no picture %s", id)
	panic("not reached")
}

// everyBlock lists blocks, those of rows in the place of the rows.
func everyBlock(blocks []view.Block) []view.Block {
	var all []view.Block
	for _, b := range blocks {
		row, ok := b.(view.Row)
		if !ok {
			all = append(all, b)
			continue
		}
		for _, part := range row.Parts {
			all = append(all, everyBlock(part.Blocks)...)
		}
	}
	return all
}
