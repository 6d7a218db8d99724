package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"hulian/dashboards/trail"
	"hulian/pipelines"
)

// TestAThingToDoIsTickedAndTakenBack: whoever may enter for a place ticks what stands in his list; it then stands last with who
// did it, and is taken back. What is of another place, or does not stand in the list, changes nothing.
func TestAThingToDoIsTickedAndTakenBack(t *testing.T) {
	var kept []pipelines.Tick
	h := newHouse(t, func(c *Config) {
		c.Tick = func(_ context.Context, tick pipelines.Tick) error {
			kept = append(kept, tick)
			return nil
		}
	})
	h.town.Exec(t, "insert into todo_ticks (entry_id, back, of_kind, of_month, of_village, of_branch, household_id, remark, entered_by, entered_at) values ('e1', false, 'household', '2018-01', 'V1', 'B11', 'HB11', '已电话联系', '王书记', '2018-01-20 08:00:00')")
	h.town.generation++
	own, other, analyst := as(t, h.URL, "secretary1"), as(t, h.URL, "secretary2"), as(t, h.URL, "analyst")
	_, body := h.do(t, own, http.MethodGet, "/todo?lang=en", sent{})
	for _, want := range []string{"changes no measure", `value="household:`, "王书记 2018-01-20", "已电话联系", `name="back" value="household:HB11"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
	if _, body := h.do(t, analyst, http.MethodGet, "/todo", sent{}); strings.Contains(body, `name="done"`) || strings.Contains(body, "HB11") {
		t.Error("who may tick nothing is offered to, or sees the number of a household")
	}
	if _, body := h.do(t, own, http.MethodGet, "/todo?village=V2", sent{}); strings.Contains(body, `name="done"`) {
		t.Error("a secretary is offered to tick for another village")
	}
	first := strings.SplitN(strings.SplitN(body, `name="done" value="`, 2)[1], `"`, 2)[0]
	for name, c := range map[string]struct {
		client *http.Client
		form   sent
		status int
		leads  string
		items  int
		back   bool
	}{
		"ticked":                       {own, form("done", first, "note", "已办"), 303, "done=1", 1, false},
		"taken back":                   {own, form("back", "household:HB11"), 303, "done=1", 1, true},
		"done already":                 {own, form("done", "household:HB11"), 303, "refused", 0, false},
		"nothing ticked":               {own, form("note", "已办"), 303, "refused", 0, false},
		"too long a note":              {own, form("done", first, "note", strings.Repeat("长", 501)), 303, "refused", 0, false},
		"of another village":           {other, form("village", "V1", "done", first), 303, "refused", 0, false},
		"not in the list of the place": {other, form("done", first), 303, "refused", 0, false},
		"by whoever may enter nothing": {analyst, form("done", first), 404, "", 0, false},
	} {
		kept = nil
		response, _ := h.do(t, c.client, http.MethodPost, "/todo", c.form)
		if response.StatusCode != c.status || !strings.Contains(response.Header.Get("Location"), c.leads) {
			t.Errorf("%s: %s, %s", name, response.Status, response.Header.Get("Location"))
		}
		if c.items == 0 && len(kept) > 0 || c.items > 0 && (len(kept) != 1 || len(kept[0].Items) != c.items || kept[0].Back != c.back || kept[0].Month != "2018-01" || !strings.Contains(kept[0].By, "secretary1") || kept[0].Items[0].Village != "V1") {
			t.Errorf("%s: kept %+v", name, kept)
		}
	}
	ticked := 0
	for _, e := range entries(t, h.door) {
		if e.Action == trail.TickedOff || e.Action == trail.TookTickBack {
			ticked++
			if strings.Contains(e.Object, "HB11") || !strings.HasPrefix(e.Object, "2018-01 household 1") {
				t.Errorf("the trail says %q", e.Object)
			}
		}
	}
	if ticked != 2 {
		t.Errorf("%d ticks stand in the trail", ticked)
	}
}

// TestTheSheetsOfMembers: one sheet for each member with households to visit, of a village and never of the whole town.
func TestTheSheetsOfMembers(t *testing.T) {
	h := newHouse(t)
	office := as(t, h.URL, "office")
	if _, body := h.do(t, office, http.MethodGet, "/todo?village=V1&sheets=1", sent{}); !strings.Contains(body, `class="sheet"`) || !strings.Contains(body, "走访日期") {
		t.Error("there is no sheet for a member of the village")
	}
	if _, body := h.do(t, office, http.MethodGet, "/todo?sheets=1", sent{}); strings.Contains(body, `class="sheet"`) || !strings.Contains(body, "请先选定一个村或支部") {
		t.Error("sheets of the whole town are made")
	}
}
