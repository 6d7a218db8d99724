package web

import (
	"net/http"
	"strings"
	"testing"

	"hulian/dashboards/question"
	"hulian/dashboards/visitor"
)

// TestEveryPageLeadsToItsHelp, in both languages, and the help leads back to the page.
func TestEveryPageLeadsToItsHelp(t *testing.T) {
	h := newHouse(t)
	committee := as(t, h.URL, "committee")
	for _, p := range question.Pages() {
		if p.Needs&visitor.Administer != 0 {
			continue
		}
		for lang, says := range map[string]string{"": "不能由此得出", "lang=en": "What not to conclude"} {
			address := "/help?" + strings.Trim(lang+"&topic="+p.ID, "&")
			if _, body := h.do(t, committee, http.MethodGet, p.Path+"?"+lang, sent{}); p.ID != "help" && !strings.Contains(body, `class="help" href="`+strings.ReplaceAll(address, "&", "&amp;")+`"`) {
				t.Errorf("%s does not lead to %s", p.Path, address)
			}
			response, body := h.do(t, committee, http.MethodGet, address, sent{})
			if response.StatusCode != http.StatusOK || !strings.Contains(body, says) {
				t.Errorf("%s: %s", address, response.Status)
			}
		}
	}
	if response, _ := h.do(t, committee, http.MethodGet, "/help?topic=../guides/clerk", sent{}); response.StatusCode != http.StatusNotFound {
		t.Errorf("a text that does not exist: %s", response.Status)
	}
}

// TestTheHelpIsSearched without script: page texts, guides and measures at once, and nothing of pages beyond the role.
func TestTheHelpIsSearched(t *testing.T) {
	h := newHouse(t)
	clerk := as(t, h.URL, "clerk1")
	_, body := h.do(t, clerk, http.MethodGet, "/help?q=%E8%B6%85%E6%9C%9F", sent{}) // 超期
	for _, says := range []string{"页面说明", "岗位指南", "/measures?measure=overdue_issues", "/help?topic=issues", "/help?guide=office"} {
		if !strings.Contains(body, says) {
			t.Errorf("a search for 超期 does not find %s", says)
		}
	}
	if _, body := h.do(t, clerk, http.MethodGet, "/help?lang=en&q=reserve+cadre", sent{}); strings.Contains(body, "topic=cadres") {
		t.Error("a clerk finds the text of a page that is not for clerks")
	}
	if _, body := h.do(t, clerk, http.MethodGet, "/help?lang=en&q=zebra", sent{}); !strings.Contains(body, "Nothing was found") {
		t.Error("a search that finds nothing does not say so")
	}
	if _, body := h.do(t, clerk, http.MethodGet, "/help", sent{}); !strings.Contains(body, `method="get"`) || strings.Index(body, "guide=clerk") > strings.Index(body, "guide=office") {
		t.Error("there is no search, or the own guide does not stand first")
	}
}
