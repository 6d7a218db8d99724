package web

import (
	"net/http"
	"strings"
	"testing"

	"hulian/dashboards/accounts"
	"hulian/dashboards/question"
	"hulian/dashboards/visitor"
)

// TestNoPageOfAnotherIsServed: what was made for one role, scope or account is never another's. Everybody reads every page of one server, in
// turn and with the mark of whoever read it before; each answer is the one that a server gives that serves nobody else.
func TestNoPageOfAnotherIsServed(t *testing.T) {
	addresses := []string{"/visits?format=csv&table=unvisited", "/visits?village=V1&format=csv&table=unvisited", "/visits?village=V2", "/data?format=csv&table=problems"}
	for _, p := range question.Pages() {
		if !p.Fresh { // the trail and the accounts are made anew for everybody
			addresses = append(addresses, p.Path)
		}
	}
	shared := newHouse(t)
	readers := []string{"committee", "office", "clerk", "clerk1", "secretary1", "secretary2", "branch11", "analyst", "county", "administrator", "auditor"}
	marks, differing := map[string]string{}, 0
	for _, account := range readers {
		alone := newHouse(t, func(c *Config) { c.Door = shared.door }) // the same pseudonyms
		reader := keeping{as(t, shared.URL, account)}
		for _, address := range addresses {
			want, whole := ask(t, reader, http.MethodGet, alone.URL+address)
			got, body := ask(t, reader, http.MethodGet, shared.URL+address, [2]string{"If-None-Match", marks[address]})
			switch {
			case got.StatusCode == http.StatusNotModified && marks[address] == want.Header.Get("ETag"): // the same page, byte for byte
			case got.StatusCode != want.StatusCode || body != whole || got.Header.Get("ETag") != want.Header.Get("ETag"):
				t.Errorf("%s as %s: %s with a cache that others have filled, %s without", address, account, got.Status, want.Status)
			}
			if mark := got.Header.Get("ETag"); mark != "" {
				if marks[address] != "" && marks[address] != mark {
					differing++
				}
				marks[address] = mark
			}
		}
	}
	if differing < len(addresses) {
		t.Errorf("only %d pages differ from reader to reader: the test holds nothing apart", differing)
	}
}

// TestWhoMayNotTakeTablesAwayIsOfferedNone: a page offers no file that its reader may not have.
func TestWhoMayNotTakeTablesAwayIsOfferedNone(t *testing.T) {
	h := newHouse(t)
	for account, offered := range map[string]bool{"analyst": true, "committee": true, "administrator": false, "auditor": false} {
		if _, body := h.do(t, as(t, h.URL, account), http.MethodGet, "/visits", sent{}); strings.Contains(body, "format=csv") != offered {
			t.Errorf("%s: a table as CSV is offered: %t", account, !offered)
		}
	}
	if _, body := h.do(t, as(t, h.URL, "auditor"), http.MethodGet, "/trail", sent{}); !strings.Contains(body, "format=csv") {
		t.Error("an auditor is not offered the trail as CSV")
	}
}

// TestNobodyIsNamedOnPagesOfAnotherOfHisRole: two accounts of one role and scope share pages, and none names the other.
func TestNobodyIsNamedOnPagesOfAnotherOfHisRole(t *testing.T) {
	h := newHouse(t)
	_, token, err := h.door.Accounts.Add(t.Context(), accounts.Act{By: visitor.Operator("test", visitor.CLI)}, accounts.Holder{Name: "second", Shown: "周分析", Role: visitor.Analyst})
	if err == nil {
		_, err = h.door.Accounts.SetPassword(t.Context(), "", h.door.Here().Town, token, phrase)
	}
	if err != nil {
		t.Fatal(err)
	}
	first, second := as(t, h.URL, "second"), as(t, h.URL, "analyst")
	for _, p := range question.Pages() {
		h.do(t, first, http.MethodGet, p.Path, sent{})
		if _, body := h.do(t, second, http.MethodGet, p.Path, sent{}); strings.Contains(body, "周分析") {
			t.Errorf("%s names who read it before", p.Path)
		}
	}
}
