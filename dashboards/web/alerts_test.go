package web

import (
	"net/http"
	"strings"
	"testing"
)

// TestAnAlertIsAskedForOnThePageOfAMeasure: the form stands there; what is asked for stands on the page of the own alerts, with how
// it is now, until it is ended there; others do not see it, and a wrong number is refused in words.
func TestAnAlertIsAskedForOnThePageOfAMeasure(t *testing.T) {
	h := newHouse(t)
	own, other := as(t, h.URL, "secretary1"), as(t, h.URL, "analyst")
	if _, body := h.do(t, own, http.MethodGet, "/measures?measure=household_coverage&village=V1", sent{}); !strings.Contains(body, `action="/alerts/add"`) || !strings.Contains(body, "订阅提醒 · 福合院村") {
		t.Error("the page of a measure has no form")
	}
	if response, _ := h.do(t, own, http.MethodPost, "/alerts/add", form("measure", "household_coverage", "village", "V1", "way", "below", "bound", "80")); response.Header.Get("Location") != "/alerts?done=1" {
		t.Fatalf("it is answered %s, %s", response.Status, response.Header.Get("Location"))
	}
	_, body := h.do(t, own, http.MethodGet, "/alerts", sent{})
	for _, want := range []string{"福合院村", "低于80.0%", `name="id"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of the own alerts does not say %q", want)
		}
	}
	if _, body := h.do(t, other, http.MethodGet, "/alerts", sent{}); strings.Contains(body, "低于80.0%") {
		t.Error("another sees it")
	}
	response, _ := h.do(t, own, http.MethodPost, "/alerts/add", form("measure", "household_coverage", "village", "V1", "way", "below", "bound", "viel", "lang", "en"))
	if _, body := h.do(t, own, http.MethodGet, response.Header.Get("Location"), sent{}); !strings.Contains(body, "above and below need a number") {
		t.Errorf("a number that is none leads to %s", response.Header.Get("Location"))
	}
	_, id, _ := strings.Cut(body, `name="id"`)
	_, id, _ = strings.Cut(id, `value="`)
	id, _, _ = strings.Cut(id, `"`)
	h.do(t, own, http.MethodPost, "/alerts/end", form("id", id))
	if _, body := h.do(t, own, http.MethodGet, "/alerts", sent{}); strings.Contains(body, "低于80.0%") {
		t.Errorf("alert %q goes on after its end", id)
	}
}
