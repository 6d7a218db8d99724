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

// TestAnAlertIsAskedForOnACard: the card of a measure has the form for the unit of the page, without script; reports have none.
func TestAnAlertIsAskedForOnACard(t *testing.T) {
	h := newHouse(t)
	own := as(t, h.URL, "secretary1")
	for address, cards := range map[string]int{"/village?village=V1": 5, "/visits?village=V1": 6, "/organisation?village=V1": 4, "/": 6, "/report": 0} {
		_, body := h.do(t, own, http.MethodGet, address, sent{})
		if n := strings.Count(body, `<details class="tell">`); n < cards || cards == 0 && n > 0 {
			t.Errorf("%s has %d forms, want %d", address, n, cards)
		}
	}
	_, body := h.do(t, own, http.MethodGet, "/village?village=V1&lang=en", sent{})
	_, card, _ := strings.Cut(body, `<details class="tell">`)
	card, _, _ = strings.Cut(card, "</details>")
	var fields []string
	for _, field := range strings.Split(card, `type="hidden" name="`)[1:] {
		name, value, _ := strings.Cut(field, `" value="`)
		value, _, _ = strings.Cut(value, `"`)
		fields = append(fields, name, value)
	}
	if response, _ := h.do(t, own, http.MethodPost, "/alerts/add", form(fields...)); !strings.Contains(response.Header.Get("Location"), "done=1") {
		t.Fatalf("%v is answered %s, %s", fields, response.Status, response.Header.Get("Location"))
	}
	if _, body := h.do(t, own, http.MethodGet, "/alerts", sent{}); !strings.Contains(body, "福合院村") || !strings.Contains(body, "超出正常波动") {
		t.Error("what was asked for on a card does not stand among the own alerts")
	}
}

// TestAlertsByMail: where the town has mail, a person gives an address of his own, which no other sees; one that is none is refused.
func TestAlertsByMail(t *testing.T) {
	without := newHouse(t)
	if _, body := without.do(t, as(t, without.URL, "office"), http.MethodGet, "/alerts", sent{}); strings.Contains(body, "/alerts/mail") {
		t.Error("a town without mail asks for an address")
	}
	h := newHouse(t, func(c *Config) { c.Mails = true })
	own := as(t, h.URL, "office")
	for address, leads := range map[string]string{"Zhang <a@b.example>": "refused=mail", "a@b.example\r\nBcc: c@d.example": "refused=mail", "office@town.example": "done=1"} { // what is refused changes nothing, in whatever order
		if response, _ := h.do(t, own, http.MethodPost, "/alerts/mail", form("mail", address)); !strings.Contains(response.Header.Get("Location"), leads) {
			t.Errorf("%q leads to %s", address, response.Header.Get("Location"))
		}
	}
	if _, body := h.do(t, own, http.MethodGet, "/alerts", sent{}); strings.Contains(body, `value="office@town.example"`) == strings.Contains(body, "a@b.example") {
		t.Error("the page does not show the address that was kept")
	}
	if _, body := h.do(t, as(t, h.URL, "analyst"), http.MethodGet, "/alerts", sent{}); strings.Contains(body, "office@town.example") {
		t.Error("another sees the address")
	}
	for _, e := range entries(t, h.door) {
		if strings.Contains(e.Object, "town.example") {
			t.Errorf("the trail holds the address: %s", e.Object)
		}
	}
}
