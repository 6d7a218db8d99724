package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/trail"
	"hulian/data"
	"hulian/pipelines"
)

// entering is a house that keeps what is entered, as loading it would.
func entering(t *testing.T, set ...func(*Config)) *house {
	t.Helper()
	h := new(house)
	kept := 0
	*h = newHouse(t, append([]func(*Config){func(c *Config) {
		c.Enter = func(_ context.Context, e pipelines.Entered) error {
			for _, row := range e.Rows {
				kept++
				columns, marks := []string{"entry_id", "entered_by", "entered_at"}, []string{"?", "?", "?"}
				values := []any{fmt.Sprintf("e%03d", kept), e.By, fmt.Sprintf("2018-02-01 08:%02d:00", kept)}
				for column, value := range row {
					columns, marks, values = append(columns, column), append(marks, "?"), append(values, value)
				}
				h.town.Exec(t, fmt.Sprintf("insert into %s (%s) values (%s)", e.Export, strings.Join(columns, ", "), strings.Join(marks, ", ")), values...)
			}
			h.town.generation++
			return nil
		}
	}}, set...)...)
	return h
}

// shows holds a page against what it must and must not say; what must not be begins with an exclamation mark.
func (h house) shows(t *testing.T, who *http.Client, path string, wants ...string) string {
	t.Helper()
	response, body := h.do(t, who, http.MethodGet, path, sent{})
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", path, response.Status)
	}
	for _, want := range wants {
		if not, is := strings.CutPrefix(want, "!"); is == strings.Contains(body, cmpOr(is, not, want)) {
			t.Errorf("%s: %q", path, want)
		}
	}
	return body
}

func cmpOr(is bool, a, b string) string {
	if is {
		return a
	}
	return b
}

// posted sends a form and gives the address it leads to.
func (h house) posted(t *testing.T, who *http.Client, export string, with sent) string {
	t.Helper()
	response, _ := h.do(t, who, http.MethodPost, "/entries/"+export, with)
	if response.StatusCode != http.StatusSeeOther {
		t.Fatalf("a form of %s: %s", export, response.Status)
	}
	return response.Header.Get("Location")
}

// TestTheAgendaOfTwoMonths walks the agenda of two months running: what was decided in the first stands as item 1 in the second, with
// its state and, of help, its effect.
func TestTheAgendaOfTwoMonths(t *testing.T) {
	h := entering(t)
	committee := as(t, h.URL, "committee")
	december := h.shows(t, committee, "/meeting?month=2017-12&lang=en", "No earlier meeting has decided anything", "Nothing is recorded of this meeting yet")
	at := 0
	for i, title := range []string{"What the last meeting decided", "The month", "Issues", "Weak villages and help", "Branches and stars", "Members", "Reserve cadres", "Pilot and rollout", "Money by stars and supports", "Signing the month", "The notice"} {
		next := strings.Index(december, fmt.Sprintf(">%d. %s<", i+1, title))
		if next < at {
			t.Errorf("item %d, %s, stands at %d, the one before at %d", i+1, title, next, at)
		}
		at = next
	}
	to := h.posted(t, committee, "resolutions", form("month", "2017-12", "lang", "en", "state", "open", "item", "issues", "decision", "超期问题逐件督办", "owner", "李书记", "meeting_on", "2017-12-31", "due_on", "2018-01-20"))
	if !strings.Contains(to, "done=1") {
		t.Fatalf("the resolution leads to %s", to)
	}
	to = h.posted(t, committee, "actions", form("month", "2017-08", "lang", "en", "of_village", "V2", "signal", "走访少", "measure", "household_coverage", "cause", "effort", "support", "leader", "owner", "周镇长", "decided_on", "2017-08-05", "due_on", "2018-03-31", "acceptance", "连续三个月达到80%"))
	if !strings.Contains(to, "done=1") {
		t.Fatalf("the action leads to %s", to)
	}
	h.shows(t, committee, "/meeting?month=2017-12&lang=en", "超期问题逐件督办", "Decided now", "周镇长")
	h.shows(t, committee, "/meeting?month=2018-01&lang=en", "decided earlier are overdue", "超期问题逐件督办", "李书记", "overdue", "Assign a town leader", "Against others: ", "Own series: ")
	h.shows(t, committee, "/?month=2018-01&lang=en", "Decided at the last meeting", "超期问题逐件督办")
	h.shows(t, committee, "/meeting?month=2018-01&lang=en&minutes=1", "minutes of the meeting", "超期问题逐件督办")
	h.shows(t, as(t, h.URL, "office"), "/todo?month=2018-01&lang=en", "Decisions and actions that are due", "超期问题逐件督办", "李书记", "due 2018-01-20, late")
	h.shows(t, committee, "/meeting?month=2018-01&format=csv&table=last-decided", "超期问题逐件督办", "2018-01-20")
}

// TestAnActionFromSignalToRelapse: the weak page offers help with the cause filled in and support that fits it; the action is followed, closed,
// and counted as relapsed when its village is weak again.
func TestAnActionFromSignalToRelapse(t *testing.T) {
	h := entering(t)
	h.town.Exec(t, "update hard_criteria set met = true where village_id = 'V2'")
	h.town.Exec(t, "insert into hard_criteria (village_id, criterion, month, met, numerator, denominator, value, limit_value) values ('V2', 'late_issues', '2017-10', true, 12, 20, 0.5, 0.6)")
	h.town.generation++
	office, own, other := as(t, h.URL, "office"), as(t, h.URL, "secretary2"), as(t, h.URL, "secretary1")
	h.shows(t, office, "/weak?lang=en", "/actions?", "decide=V2")
	h.shows(t, own, "/weak?lang=en", "!decide=V2")
	body := h.shows(t, office, "/actions?decide=V2&cause=effort&month=2017-10&lang=en", `value="leader"`, `value="pressing"`, "!value=\"mediation\"", `name="due_on"`, `type="date"`)
	if strings.Index(body, `value="pressing"`) > strings.Index(body, `value="leader"`) {
		t.Error("what fits the criterion does not stand first")
	}
	sound := []string{"month", "2017-10", "lang", "en", "of_village", "V2", "signal", "按期办结率低", "measure", "on_time_rate", "cause", "effort", "support", "leader", "owner", "周镇长", "decided_on", "2017-10-08", "due_on", "2017-12-15", "acceptance", "达到80%"}
	with := func(name, value string) sent {
		pairs := slices.Clone(sound)
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				pairs[i+1] = value
			}
		}
		return form(pairs...)
	}
	for name, c := range map[string]struct {
		form    sent
		refused string
	}{
		"support that does not fit": {with("support", "mediation"), "unfit"}, "no owner": {with("owner", " "), "owner"}, "due before it begins": {with("due_on", "2017-10-01"), "order"},
		"a village that is none": {with("of_village", "V9"), "of_village"}, "no measure": {with("measure", "colour"), "measure"}, "too long": {with("acceptance", strings.Repeat("长", 501)), "acceptance"},
		"a day that is none": {with("decided_on", "2017-10-41"), "decided_on"},
	} {
		to := h.posted(t, office, "actions", c.form)
		if !strings.Contains(to, "refused="+c.refused) {
			t.Errorf("%s leads to %s", name, to)
		}
		h.shows(t, office, to, "Nothing was kept")
	}
	to := h.posted(t, office, "actions", form(sound...))
	id, err := url.Parse(to)
	if err != nil || id.Query().Get("action") == "" {
		t.Fatalf("it leads to %s", to)
	}
	action := id.Query().Get("action")
	page := "/actions?lang=en&action=" + action
	h.shows(t, office, page+"&month=2017-12", "V2", "overdue", "周镇长", "On-time", "!relapsed")
	h.shows(t, own, "/actions?lang=en", "周镇长", "!name=\"closed_on\"")
	h.shows(t, own, page, "!name=\"closed_on\"")
	h.shows(t, own, "/village?lang=en", "Assign a town leader")
	h.shows(t, other, "/actions?lang=en", "!周镇长")
	if response, _ := h.do(t, other, http.MethodGet, page, sent{}); response.StatusCode != http.StatusNotFound {
		t.Errorf("another village's action: %s", response.Status)
	}
	closing := func(who *http.Client, state string) string {
		return h.posted(t, who, "actions", form("month", "2017-12", "lang", "en", "action_id", action, "state", state, "closed_on", "2017-12-20", "result", "已达到"))
	}
	if response, _ := h.do(t, own, http.MethodPost, "/entries/actions", form("action_id", action, "state", "accepted")); response.StatusCode != http.StatusNotFound {
		t.Errorf("a village accepts its own action: %s", response.Status)
	}
	if to := closing(as(t, h.URL, "committee"), "accepted"); !strings.Contains(to, "done=1") {
		t.Errorf("the acceptance leads to %s", to)
	}
	if to := closing(office, "not_accepted"); !strings.Contains(to, "refused=gone") {
		t.Errorf("it is closed twice: %s", to)
	}
	h.shows(t, office, page+"&month=2017-12", "accepted", "!relapsed")
	h.shows(t, office, page+"&month=2018-01", "relapsed", "After it was accepted the village was on the list of weak villages again from")
	h.shows(t, office, "/actions?lang=en&month=2018-01", "1 relapsed", "1/1")
	entered := 0
	for _, e := range entries(t, h.door) {
		if e.Action == trail.Entered {
			entered++
			if !strings.HasPrefix(e.Object, "actions "+action) {
				t.Errorf("the trail says %q", e.Object)
			}
		}
	}
	if entered != 2 {
		t.Errorf("%d rows stand in the trail", entered)
	}
}

// TestActionsAreMeasured: the page says of the actions how many signals were answered and how many verdicts came in time, with numerator and
// denominator, and holds them against what the town has laid down; what is not known yet counts in none, and without days laid down no
// answer is counted.
func TestActionsAreMeasured(t *testing.T) {
	laid := func(days int, judged float64) func(*Config) {
		return func(c *Config) {
			c.Programme.Support = data.SupportRules{AnswerDays: days, JudgedTarget: judged}
			c.Programme.Reading.MinimumBase = 1
		}
	}
	for _, c := range []struct {
		name string
		set  func(*Config)
		says map[string][]string // month → what the table holds
	}{
		{"nothing laid down", laid(0, 0), map[string][]string{
			"2017-11": {"及时帮扶率,,,,本镇没有规定几天内帮扶", "按期验收率,,0,0,还没有期限已过的措施；不计入：期限未过的1件"},
			"2017-12": {"按期验收率,100.0,1,1,本镇没有规定目标，不作评价", "验收通过率,100.0,1,1,", "验收后复发率,,0,0,还没有验收通过后能够判断的；不计入：是否复发未知的1件"},
			"2018-01": {"验收后复发率,100.0,1,1,"}}},
		{"days and a target", laid(14, .9), map[string][]string{
			"2017-11": {"及时帮扶率,,0,0,还没有规定天数已过的信号；不计入：规定天数未过的1个"},
			"2017-12": {"及时帮扶率,100.0,1,1,", "按期验收率,100.0,1,1,目标90.0%在波动范围之内，看不出达到没有"},
			"2018-01": {"及时帮扶率,100.0,1,1,本镇没有规定目标，不作评价；不计入：规定天数未过的1个"}}},
		{"too few days", laid(7, .9), map[string][]string{"2017-12": {"及时帮扶率,,0,0,还没有规定天数已过的信号"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := entering(t, c.set)
			h.town.Exec(t, "update hard_criteria set met = true where village_id = 'V2'")
			h.town.Exec(t, "insert into hard_criteria (village_id, criterion, month, met, numerator, denominator, value, limit_value) values ('V2', 'late_issues', '2017-11', true, 12, 20, 0.5, 0.6)")
			h.town.generation++
			committee := as(t, h.URL, "committee")
			h.shows(t, committee, "/actions?month=2017-11", "还没有决定过帮扶措施", "帮扶本身办得怎样，还没有可以计算的指标")
			h.shows(t, committee, "/actions?format=csv&table=action-measures&month=2017-11", "验收通过率,,0,0,还没有验收过", "!,0.0,", "!100.0")
			to := h.posted(t, committee, "actions", form("month", "2017-11", "of_village", "V2", "signal", "按期办结率低", "measure", "on_time_rate", "cause", "effort", "support", "leader", "owner", "周镇长", "decided_on", "2017-12-08", "due_on", "2017-12-15", "acceptance", "达到80%"))
			id, err := url.Parse(to)
			if err != nil || id.Query().Get("action") == "" {
				t.Fatalf("it leads to %s", to)
			}
			h.posted(t, committee, "actions", form("month", "2017-12", "action_id", id.Query().Get("action"), "state", "accepted", "closed_on", "2017-12-15", "result", "已达到"))
			for month, wants := range c.says {
				h.shows(t, committee, "/actions?format=csv&table=action-measures&month="+month, wants...)
			}
			h.shows(t, committee, "/actions?month=2018-01", "帮扶本身：", "按期验收率 100.0%（1/1）")
			h.shows(t, committee, "/measures", "帮扶措施的指标", "最初期限已过的措施")
			if c.name != "days and a target" {
				return
			}
			// A village's secretary sees the actions of his village alone: on the town's report a signal of another, of whose help he sees nothing, is
			// not counted as unanswered.
			h.town.Exec(t, "update hard_criteria set met = true where village_id = 'V1'")
			h.town.Exec(t, "insert into hard_criteria (village_id, criterion, month, met, numerator, denominator, value, limit_value) values ('V1', 'late_issues', '2017-11', true, 12, 20, 0.5, 0.6)")
			h.town.generation++
			own, other := as(t, h.URL, "secretary2"), as(t, h.URL, "secretary1")
			measured := "/report?format=csv&table=actions-action-measures&month=2018-01"
			h.shows(t, committee, measured, "及时帮扶率,50.0,1,2,")
			h.shows(t, own, measured, "及时帮扶率,100.0,1,1,")
			h.shows(t, own, "/report?month=2018-01", "只计可见范围内的村：新园村")
			h.shows(t, committee, "/report?month=2018-01", "帮扶本身办得怎样", "!只计可见范围内的村")
			h.shows(t, own, "/actions?month=2018-01&village=V2", "及时帮扶率 100.0%（1/1）", "!只计可见范围内的村")
			h.shows(t, other, "/actions?month=2018-01&village=V2", "不在可见范围内", "!还没有决定过", "!及时帮扶率", "!帮扶本身办得怎样")
		})
	}
}

// TestWhoDecidedDoesNotAcceptWhereTwoAreWanted: where the town asks for a second person, another account accepts an action.
func TestWhoDecidedDoesNotAcceptWhereTwoAreWanted(t *testing.T) {
	h := entering(t)
	h.desk.Second = true
	office, committee := as(t, h.URL, "office"), as(t, h.URL, "committee")
	to := h.posted(t, office, "actions", form("month", "2017-10", "of_village", "V2", "signal", "走访少", "measure", "household_coverage", "cause", "unclear", "support", "looking", "owner", "周镇长", "decided_on", "2017-10-08", "due_on", "2017-12-15", "acceptance", "说清原因"))
	id, _ := url.Parse(to)
	accepted := form("month", "2017-12", "action_id", id.Query().Get("action"), "state", "accepted", "closed_on", "2017-12-20", "result", "已说清")
	if to := h.posted(t, office, "actions", accepted); !strings.Contains(to, "refused=own") {
		t.Errorf("who decided it leads to %s", to)
	}
	if to := h.posted(t, committee, "actions", accepted); !strings.Contains(to, "done=1") {
		t.Errorf("a second person leads to %s", to)
	}
}
