package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hulian/dashboards/trail"
)

// TestASearchFindsNobodyBeyondTheOwnUnit: neither by name nor by ID, nor masked, for a masked row would tell that the name is right.
func TestASearchFindsNobodyBeyondTheOwnUnit(t *testing.T) {
	h := newHouse(t)
	found, err := h.town.Query(t.Context(), "select household_id, head_name, village_id, branch_id from households where head_name is not null order by household_id")
	if err != nil || len(found.Rows) == 0 {
		t.Fatal(err)
	}
	for account, sees := range map[string]func(village, branch string) bool{
		"office": func(string, string) bool { return true }, "committee": func(string, string) bool { return true },
		"secretary1": func(v, _ string) bool { return v == "V1" }, "clerk1": func(v, _ string) bool { return v == "V1" },
		"secretary2": func(v, _ string) bool { return v == "V2" }, "branch11": func(_, b string) bool { return b == "B11" },
		"administrator": func(string, string) bool { return false }, "analyst": func(string, string) bool { return false },
		"auditor": func(string, string) bool { return false }, "county": func(string, string) bool { return false },
	} {
		client := as(t, h.URL, account)
		seen := map[string]bool{}
		for _, row := range found.Rows {
			id, village, branch := row[0].(string), row[2].(string), row[3].(string)
			if seen[branch] {
				continue
			}
			seen[branch] = true
			before := len(entries(t, h.door))
			response, body := h.do(t, client, http.MethodGet, "/search?q="+url.QueryEscape(id), sent{})
			if response.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", account, response.Status)
			}
			_, table, _ := strings.Cut(body, `id="table-found"`)
			if got := strings.Contains(table, ">农户<"); got != sees(village, branch) {
				t.Errorf("%s finds %s of %s: %t", account, id, branch, got)
			}
			written := entries(t, h.door)[before:]
			personal := account != "administrator" && account != "analyst" && account != "auditor" && account != "county"
			if (len(written) == 1 && written[0].Action == trail.Searched && written[0].Object == "") != personal {
				t.Errorf("%s leaves %+v", account, written)
			}
		}
	}
}

// TestASearchFindsPlacesMeasuresAndPages from the field on every page.
func TestASearchFindsPlacesMeasuresAndPages(t *testing.T) {
	h := newHouse(t)
	analyst := as(t, h.URL, "analyst")
	if _, body := h.do(t, analyst, http.MethodGet, "/visits", sent{}); !strings.Contains(body, `<form class="search" method="get" action="/search">`) {
		t.Error("a page has no field to search")
	}
	for search, link := range map[string]string{"新园村": "/village?village=V2", "走访覆盖率": "measure=household_coverage", "薄弱村": "/weak"} {
		if _, body := h.do(t, analyst, http.MethodGet, "/search?q="+url.QueryEscape(search), sent{}); !strings.Contains(body, `href="`+link) && !strings.Contains(body, link+`"`) {
			t.Errorf("%s does not lead to %s", search, link)
		}
	}
	if _, body := h.do(t, analyst, http.MethodGet, "/search?q="+url.QueryEscape("后备干部"), sent{}); strings.Contains(body, `href="/cadres"`) {
		t.Error("a page beyond the role is found")
	}
}
