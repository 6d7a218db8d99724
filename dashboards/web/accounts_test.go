package web

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var invitationAt = regexp.MustCompile(`http://[^\s<"]+/invitation/[A-Z0-9]+`)

// TestAnAdministratorKeepsAccounts from adding one to locking it out: the link is shown once and works, the new account signs in,
// and every action stands in the trail.
func TestAnAdministratorKeepsAccounts(t *testing.T) {
	h := newHouse(t)
	administrator := as(t, h.URL, "administrator")
	before := len(entries(t, h.door))
	response, page := h.do(t, administrator, http.MethodPost, "/accounts/add", form("name", "zhang", "shown", "张书记", "role", "branch_secretary", "branch", "B21", "lang", "en"))
	link := invitationAt.FindString(page)
	if response.StatusCode != http.StatusOK || link == "" || !strings.Contains(response.Header.Get("Cache-Control"), "no-store") {
		t.Fatalf("%s, %s, link %q", response.Status, response.Header.Get("Cache-Control"), link)
	}
	if _, again := h.do(t, administrator, http.MethodGet, "/accounts", sent{}); strings.Contains(again, link) || !strings.Contains(again, "张书记") {
		t.Error("the list shows the link once more, or not the account")
	}
	at, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	if response, _ := h.do(t, nil, http.MethodPost, at.Path, form("password", phrase, "again", phrase)); response.StatusCode != http.StatusSeeOther {
		t.Fatalf("the link: %s", response.Status)
	}
	zhang := as(t, h.URL, "zhang")
	if response, _ := h.do(t, zhang, http.MethodGet, "/accounts", sent{}); response.StatusCode != http.StatusNotFound {
		t.Errorf("the new account keeps accounts: %s", response.Status)
	}
	if _, one := h.do(t, administrator, http.MethodGet, "/accounts?account=zhang", sent{}); !strings.Contains(one, `<option value="B21" selected>`) || !strings.Contains(one, `value="张书记"`) {
		t.Error("the form does not hold what the account is")
	}
	for _, c := range []struct {
		action string
		with   []string
		want   string // in the address it leads to
	}{
		{"change", []string{"name", "zhang", "shown", "张书记", "role", "village_secretary", "village", "V2"}, "done=1"},
		{"change", []string{"name", "zhang", "role", "village_secretary"}, "refused=scope"},
		{"change", []string{"name", "zhang", "role", "clerk", "village", "V9"}, "refused=unit"},
		{"change", []string{"name", "zhang", "role", "branch_secretary", "village", "V1", "branch", "B21"}, "refused=unit"},
		{"add", []string{"name", "zhang", "role", "auditor"}, "refused=taken"},
		{"unlock", []string{"name", "zhang"}, "done=1"},
		{"disable", []string{"name", "zhang"}, "done=1"},
		{"reset", []string{"name", "zhang"}, "refused=disabled"},
		{"disable", []string{"name", "administrator"}, "refused=last_administrator"},
	} {
		response, _ := h.do(t, administrator, http.MethodPost, "/accounts/"+c.action, form(c.with...))
		if at := response.Header.Get("Location"); response.StatusCode != http.StatusSeeOther || !strings.Contains(at, c.want) {
			t.Errorf("%s %v: %s %s", c.action, c.with, response.Status, at)
		} else if _, page := h.do(t, administrator, http.MethodGet, at, sent{}); strings.Contains(c.want, "refused") && !strings.Contains(page, "没有改动") {
			t.Errorf("%s %v does not say why", c.action, c.with)
		}
	}
	if response, _ := h.do(t, zhang, http.MethodGet, "/", sent{}); response.StatusCode != http.StatusSeeOther {
		t.Errorf("a disabled account goes on: %s", response.Status)
	}
	if response, _ := h.do(t, administrator, http.MethodPost, "/accounts/enable", form("name", "zhang")); response.StatusCode != http.StatusSeeOther {
		t.Error(response.Status)
	}
	_, page = h.do(t, administrator, http.MethodPost, "/accounts/reset", form("name", "zhang"))
	if fresh := invitationAt.FindString(page); fresh == "" || fresh == link {
		t.Errorf("a reset gives the link %q", fresh)
	}
	var did []string
	for _, e := range entries(t, h.door)[before:] {
		if e.Account == "administrator" {
			did = append(did, string(e.Action)+" "+string(e.Outcome))
		}
	}
	want := []string{"account_made done", "account_changed done", "account_changed denied", "account_changed denied", "account_changed denied", "account_made denied",
		"account_unlocked done", "account_disabled done", "link_made denied", "account_disabled denied", "account_enabled done", "link_made done"}
	if !slices.Equal(did, want) {
		t.Errorf("the trail says\n%q, want\n%q", did, want)
	}
}
