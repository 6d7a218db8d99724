package web

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// visited is a house in which villages have made visits in January 2018, some of them with a prompt.
func visited(t *testing.T) *house {
	t.Helper()
	h := entering(t)
	for village, visits := range map[string]int{"V1": 40, "V2": 20} {
		for n := range visits {
			id := fmt.Sprintf("ZF%s%02d", village, n)
			h.town.Exec(t, "insert into visits (visit_id, household_id, member_id, visited_at, channel) values (?, ?, ?, ?, 'home')", id, "HB"+village[1:]+"1", "MB"+village[1:]+"1", fmt.Sprintf("2018-01-%02d 19:30:00", 1+n%28))
			if n%2 == 0 {
				h.town.Exec(t, "insert into doubtful_visits (visit_id, household_id, member_id, village_id, branch_id, visited_at, month, signal, detail) values (?, ?, ?, ?, ?, '2018-01-05 19:30:00', '2018-01', 'same_text', '9')", id, "HB"+village[1:]+"1", "MB"+village[1:]+"1", village, "B"+village[1:]+"1")
			}
		}
	}
	h.town.generation++
	return h
}

var asked = regexp.MustCompile(`name="(answer\.[0-9a-f]+)"`)

// fields are those of the answers of one list.
func fields(body, list string) (names []string) {
	_, form, _ := strings.Cut(body, `id="form-`+list+`"`)
	form, _, _ = strings.Cut(form, "</form>")
	for _, found := range asked.FindAllStringSubmatch(form, -1) {
		names = append(names, found[1])
	}
	return names
}

// TestCallingBackAtRandom: two lists are drawn apart and alike for everybody; results are kept a visit each, with those not reached unknown;
// the share confirmed stands beside the visits of the village, which fills in nothing.
func TestCallingBackAtRandom(t *testing.T) {
	h := visited(t)
	office, own, other := as(t, h.URL, "office"), as(t, h.URL, "secretary1"), as(t, h.URL, "secretary2")
	page := "/callbacks?month=2018-01&lang=en"
	body := h.shows(t, office, page, "30 of all 60 visits of the month", "30 of the 30 visits with prompts", "at least one of each", "试镇 2018-01", "no result yet: unknown", "!MB11", "!王小明", "Print the call sheet")
	random, prompt := fields(body, "random"), fields(body, "prompt")
	if len(random) != 30 || len(prompt) == 0 || len(prompt) >= 30 {
		t.Fatalf("%d are on the random list and %d on the other alone", len(random), len(prompt))
	}
	if again := fields(h.shows(t, as(t, h.URL, "committee"), page), "random"); strings.Join(again, " ") != strings.Join(random, " ") {
		t.Error("the committee draws another list than the office")
	}
	h.shows(t, office, "/callbacks?month=2018-01&sheet=1&lang=en", "赵大有", "Name no member", "3 cannot say", "!MB11", "!王小明", "!same_text")
	pairs := []string{"month", "2018-01", "lang", "en", "list", "random"}
	for i, name := range random {
		answer := "confirmed"
		switch {
		case i < 4:
			answer = "unconfirmed"
		case i < 9:
			answer = "unreached"
		case i < 10:
			answer = "unsaid"
		}
		pairs = append(pairs, name, answer)
	}
	if to := h.posted(t, office, "callbacks", form(append(pairs, strings.Replace(random[0], "answer", "note", 1), "王小明家 老人接的电话")...)); !strings.Contains(to, "done=1") {
		t.Fatalf("the results lead to %s", to)
	}
	h.shows(t, office, page, "30/30", "20/24", "not counted: 5 not reached, 1 where the household cannot say", "老人接的电话", "4/24")
	if to := h.posted(t, office, "callbacks", form(pairs...)); !strings.Contains(to, "done=1") { // the note is taken out
		t.Fatalf("a corrected note leads to %s", to)
	}
	h.shows(t, office, page, "!老人接的电话", "20/24")
	if to := h.posted(t, office, "callbacks", form(pairs...)); !strings.Contains(to, "refused=nothing") {
		t.Fatalf("the same once more leads to %s", to)
	}
	if to := h.posted(t, office, "callbacks", form("month", "2018-01", random[0], "invented")); !strings.Contains(to, "refused=reached") {
		t.Fatalf("a word that is none leads to %s", to)
	}
	for name, who := range map[string]*http.Client{"its own": own, "another": other} {
		if response, _ := h.do(t, who, http.MethodGet, page, sent{}); response.StatusCode != http.StatusNotFound {
			t.Errorf("the secretary of %s village opens the lists: %s", name, response.Status)
		}
		if response, _ := h.do(t, who, http.MethodPost, "/entries/callbacks", form(pairs...)); response.StatusCode != http.StatusNotFound {
			t.Errorf("the secretary of %s village fills in results: %s", name, response.Status)
		}
	}
	h.shows(t, own, "/visits?month=2018-01&village=V1&lang=en", "Confirmed by call-backs", "95% interval", "!/callbacks?", "!老人")
	h.shows(t, own, "/village?month=2018-01&village=V1&lang=en", "Call-backs about visits", "Confirmed by call-backs")
	h.shows(t, office, "/visits?month=2018-01&lang=en", "/callbacks?", "20/24", "the household cannot say")
	h.shows(t, office, "/visits?month=2017-12&lang=en", "no random call-back has a result yet: unknown")
}

// TestPromptsAreLearnedFrom: what could not be confirmed of the prompted visits is set beside the random list, prompt by prompt.
func TestPromptsAreLearnedFrom(t *testing.T) {
	h := visited(t)
	office := as(t, h.URL, "office")
	body := h.shows(t, office, "/callbacks?month=2018-01&lang=en")
	pairs := []string{"month", "2018-01", "lang", "en"}
	prompt := fields(body, "prompt")
	for i, name := range prompt {
		pairs = append(pairs, name, map[bool]string{true: "confirmed", false: "unconfirmed"}[i < 3])
	}
	h.posted(t, office, "callbacks", form(pairs...))
	body = h.shows(t, office, "/callbacks?month=2018-01&lang=en", "To compare: the random list")
	_, learned, _ := strings.Cut(body, `id="table-learned"`)
	want := fmt.Sprintf("%d/%d", len(prompt)-3, len(prompt))
	if strings.Count(learned, want) != 2 {
		t.Errorf("of all prompts and of the same text %s should not be confirmed", want)
	}
	h.shows(t, office, "/visits?month=2018-01&lang=en", "no random call-back has a result yet: unknown") // prompts say nothing of all visits
}
