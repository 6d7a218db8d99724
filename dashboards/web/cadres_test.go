package web

import (
	"net/http"
	"strings"
	"testing"

	"hulian/dashboards/trail"
)

// TestADecisionOnAReserveCadre is typed, stands before that of the file, comes before the meeting without a name, and is looked at
// again in the next month; a contest is recorded and answered. Other roles find no page, and every view is kept.
func TestADecisionOnAReserveCadre(t *testing.T) {
	h := entering(t)
	office, committee := as(t, h.URL, "office"), as(t, h.URL, "committee")
	page := "/cadres?member=MB11&lang=en"
	h.shows(t, office, page, "Record a decision", "Record what the member contests", "牵头办结土地清理", "sent in a file")
	sound := func(pairs ...string) sent {
		return form(append([]string{"lang", "en", "member_id", "MB11", "decision", "defer", "decided_on", "2018-01-20", "decided_by", "镇党委", "reason", "先考察一年"}, pairs...)...)
	}
	for name, c := range map[string]struct {
		export, refused string
		form            sent
	}{
		"nobody":         {"cadre_decided", "member_id", form("member_id", "M404", "decision", "list", "decided_on", "2018-01-20", "decided_by", "镇党委", "reason", "好")},
		"no reason":      {"cadre_decided", "reason", form("member_id", "MB11", "decision", "list", "decided_on", "2018-01-20", "decided_by", "镇党委")},
		"no day":         {"cadre_decided", "decided_on", form("member_id", "MB11", "decision", "list", "decided_on", "2018-02-31", "decided_by", "镇党委", "reason", "好")},
		"no such word":   {"cadre_decided", "decision", form("member_id", "MB11", "decision", "promote", "decided_on", "2018-01-20", "decided_by", "镇党委", "reason", "好")},
		"not listed":     {"cadre_decided", "unchanged", form("member_id", "MB12", "decision", "remove", "decided_on", "2018-01-20", "decided_by", "镇党委", "reason", "好")},
		"contests none":  {"cadre_contests", "said", form("member_id", "MB11", "evidence", "visiting", "contested_on", "2018-01-20")},
		"answers none":   {"cadre_contests", "gone", form("member_id", "MB11", "contest_id", "YY-404", "settled", "dismissed", "answered_on", "2018-01-20", "answer", "无误")},
		"other evidence": {"cadre_contests", "evidence", form("member_id", "MB11", "evidence", "age", "contested_on", "2018-01-20", "said", "不对")},
	} {
		to := h.posted(t, office, c.export, c.form)
		if !strings.Contains(to, "refused="+c.refused) {
			t.Errorf("%s leads to %s", name, to)
		}
		if name != "nobody" {
			h.shows(t, office, to, "没有记下")
		}
	}
	if to := h.posted(t, office, "cadre_decided", sound()); !strings.Contains(to, "done=1") || !strings.Contains(to, "member=MB11") {
		t.Fatalf("the decision leads to %s", to)
	}
	h.shows(t, office, page, "先考察一年", "office", "牵头办结土地清理", "Decision that stands: Defer (2018-01-20, 镇党委)")
	h.shows(t, committee, "/meeting?month=2018-01&lang=en", "Reserve cadre, one member: Defer", "stands", "!王小明")
	h.shows(t, committee, "/?month=2018-01&lang=en", "Reserve cadre, one member")
	for _, name := range []string{"secretary1", "analyst"} {
		h.shows(t, as(t, h.URL, name), "/?month=2018-01&lang=en", "!Reserve cadre, one member")
	}

	to := h.posted(t, committee, "cadre_contests", form("lang", "en", "member_id", "MB11", "evidence", "visiting", "contested_on", "2018-01-22", "said", "十一月的走访没有记上"))
	if !strings.Contains(to, "done=1") {
		t.Fatalf("the contest leads to %s", to)
	}
	body := h.shows(t, office, page, "十一月的走访没有记上", "Answer the contest", "contested: no evidence until it is settled")
	_, rest, _ := strings.Cut(body, `name="contest_id" value="`)
	id, _, _ := strings.Cut(rest, `"`)
	answer := func(settled, day string) string {
		return h.posted(t, office, "cadre_contests", form("lang", "en", "member_id", "MB11", "contest_id", id, "settled", settled, "answered_on", day, "answer", "核对记录本"))
	}
	if to := answer("corrected", "2018-01-21"); !strings.Contains(to, "refused=order") {
		t.Errorf("an answer before the contest leads to %s", to)
	}
	if to := answer("open", "2018-01-25"); !strings.Contains(to, "refused=settled") {
		t.Errorf("an answer that is none leads to %s", to)
	}
	if to := answer("upheld", "2018-01-25"); !strings.Contains(to, "done=1") {
		t.Errorf("the answer leads to %s", to)
	}
	h.shows(t, office, page, "Upheld, the record is to be corrected", "contested: no evidence until it is settled")
	if to := answer("corrected", "2018-01-30"); !strings.Contains(to, "done=1") {
		t.Errorf("the correction leads to %s", to)
	}
	h.shows(t, office, page, "Corrected", "核对记录本", "!contested: no evidence until it is settled", "committee")
	if to := answer("dismissed", "2018-01-31"); !strings.Contains(to, "refused=gone") {
		t.Errorf("a settled contest is answered again: %s", to)
	}
}

// TestWhoSeesASheet: the office and the committee, each view of which stands in the trail; to others there is no such page, nor a form.
func TestWhoSeesASheet(t *testing.T) {
	h := entering(t)
	roles := []string{"office", "committee", "secretary1", "analyst", "clerk", "auditor"}
	clients := map[string]*http.Client{}
	for _, name := range roles {
		clients[name] = as(t, h.URL, name)
	}
	for _, path := range []string{"/cadres", "/cadres?member=MB11", "/cadres?member=MB11&sheet=1", "/cadres?member=MB11&sheet=1&format=csv&table=evidence"} {
		for _, name := range roles {
			before := len(entries(t, h.door))
			response, body := h.do(t, clients[name], http.MethodGet, path, sent{})
			all := entries(t, h.door)[before:]
			seen := 0
			for _, e := range all {
				if e.Action == trail.ViewedEvidence && e.Account == name && e.Outcome == trail.Done && strings.HasPrefix(e.Object, "cadres") &&
					strings.Contains(e.Object, "MB11") == strings.Contains(path, "MB11") && strings.Contains(e.Object, "sheet") == strings.Contains(path, "sheet") {
					seen++
				}
			}
			switch name {
			case "office", "committee":
				if response.StatusCode != http.StatusOK || seen != 1 {
					t.Errorf("%s of the %s: %s, %d views are kept: %+v", path, name, response.Status, seen, all)
				}
			default:
				if response.StatusCode != http.StatusNotFound || seen != 0 || strings.Contains(body, "王小明") {
					t.Errorf("%s of the %s: %s", path, name, response.Status)
				}
			}
		}
	}
	for _, export := range []string{"cadre_decided", "cadre_contests"} {
		if response, _ := h.do(t, clients["secretary1"], http.MethodPost, "/entries/"+export, form("member_id", "MB11")); response.StatusCode != http.StatusNotFound {
			t.Errorf("a village enters rows of %s: %s", export, response.Status)
		}
	}
	h.shows(t, clients["office"], "/cadres?member=MB11&sheet=1", "后备干部依据单", "王小明", "本人的异议", "!/entries/", "!附件")
}
