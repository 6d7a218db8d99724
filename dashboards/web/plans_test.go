package web

import (
	"net/http"
	"strings"
	"testing"
)

// TestAPlanIsRegisteredBeforeItsResults: without a plan the page says that what follows is exploratory; once one is registered it says
// how much was known by then and which measures lie outside it. Villages register none.
func TestAPlanIsRegisteredBeforeItsResults(t *testing.T) {
	h := entering(t)
	office, secretary := as(t, h.URL, "office"), as(t, h.URL, "secretary1")
	h.shows(t, office, "/compare?lang=en", "No plan of the comparison was registered", "no plan is registered", `name="outcome_1"`)
	h.shows(t, secretary, "/compare?lang=en", "!name=\"outcome_1\"")
	sound := func(change ...string) sent {
		values := map[string]string{"question": "走访覆盖率提高了吗", "outcome_1": "household_coverage", "outcome_2": "on_time_rate", "smallest": "5", "direction": "better", "compared_with": "not_begun", "several": "in_order"}
		pairs := []string{"month", "2018-01", "lang", "en"}
		for i := 0; i < len(change); i += 2 {
			values[change[i]] = change[i+1]
		}
		for name, value := range values {
			pairs = append(pairs, name, value)
		}
		return form(pairs...)
	}
	for refused, f := range map[string]sent{"smallest": sound("smallest", "much"), "twice": sound("outcome_2", "household_coverage"), "outcomes": sound("outcome_1", "colour"), "question": sound("question", " "), "compared_with": sound("compared_with", "any"),
		"unmoved": sound("unmoved", "on_time_rate"), "cost": sound("cost", "much")} {
		to := h.posted(t, office, "plans", f)
		if !strings.Contains(to, "refused="+refused) {
			t.Errorf("%s leads to %s", refused, to)
		}
		h.shows(t, office, strings.TrimSuffix(to, "#plan"), "Nothing was kept")
	}
	if response, _ := h.do(t, secretary, http.MethodPost, "/entries/plans", sound()); response.StatusCode != http.StatusNotFound {
		t.Errorf("a village registers a plan: %s", response.Status)
	}
	if to := h.posted(t, office, "plans", sound("unmoved", "attendance_rate", "cost", "36,000")); !strings.Contains(to, "done=1") {
		t.Fatalf("the plan leads to %s", to)
	}
	h.shows(t, office, "/compare?lang=en&month=2018-01", "The plan did not come first: it was registered on 2018-02-01, with data up to Jan 2018", "走访覆盖率提高了吗", "5.0 percentage points", "36,000", "!the plan names no outcome that should not move", "!No plan of the comparison")
	h.shows(t, office, "/compare?lang=en&month=2018-01&measure=vulnerable_coverage", "outside the plan and exploratory")
	h.shows(t, office, "/compare?lang=en&month=2017-12", "No plan of the comparison was registered")
	if to := h.posted(t, office, "plans", sound()); !strings.Contains(to, "refused=remark") {
		t.Errorf("a plan is changed without saying why: %s", to)
	}
	h.shows(t, office, "/compare?lang=en", `name="outcome_4"`, `!name="outcome_5"`, "outcomes=8")
	h.shows(t, office, "/compare?lang=en&outcomes=8", `name="outcome_8"`, `!name="outcome_9"`, "outcomes=12")
	if to := h.posted(t, office, "plans", sound("remark", "更多指标", "outcome_3", "feedback_rate", "outcome_6", "household_coverage")); !strings.Contains(to, "refused=twice") {
		t.Errorf("a measure twice, far apart: %s", to)
	}
	h.posted(t, office, "plans", sound("remark", "更多指标", "outcome_3", "feedback_rate", "outcome_4", "reopen_rate", "outcome_5", "attendance_rate", "outcome_6", "satisfaction_rate"))
	h.shows(t, office, "/compare?lang=en", "Households visited, On-time rate, Fed back in time, Reopened, Attendance, Satisfied households", `name="outcome_7"`, `!name="outcome_8"`)
	h.posted(t, office, "plans", sound("remark", "改主要指标", "outcome_1", "vulnerable_coverage"))
	h.shows(t, office, "/compare?lang=en&month=2018-01&measure=household_coverage", "It was registered 3 times", "outside the plan", "改主要指标")
}
