package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// TestTheLanguageOfAPage: the person's choice wins, then what the town says, then the browser, then Chinese. An address that names one is
// answered in it, and is no choice.
func TestTheLanguageOfAPage(t *testing.T) {
	const zh, en = `<html lang="zh-CN"`, `<html lang="en"`
	for name, c := range map[string]struct {
		town, browser, cookie, path, want string
	}{
		"nobody says":            {"", "", "", "/visits", zh},
		"the browser":            {"", "en-GB,en;q=0.9,zh;q=0.8", "", "/visits", en},
		"a browser in French":    {"", "fr-FR,fr;q=0.9,en;q=0.5", "", "/visits", en},
		"a browser in Chinese":   {"", "zh-CN,zh;q=0.9,en;q=0.8", "", "/visits", zh},
		"the town":               {"zh", "en-GB", "", "/visits", zh},
		"the town in English":    {"en", "zh-CN", "", "/visits", en},
		"the person":             {"zh", "zh-CN", "en", "/visits", en},
		"the person in Chinese":  {"en", "en-GB", "zh", "/visits", zh},
		"a cookie of nothing":    {"en", "", "fr", "/visits", en},
		"the address":            {"zh", "zh-CN", "zh", "/visits?lang=en", en},
		"the address in Chinese": {"en", "en-GB", "en", "/visits?lang=zh", zh},
		"a page of the door":     {"", "en-GB", "", "/password", en},
		"a page that is not":     {"en", "", "", "/nothing-of-the-kind", en},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, func(s *Config) { s.Language = c.town })
			client := keeping{as(t, h.URL, "analyst")}
			var headers [][2]string
			if c.browser != "" {
				headers = append(headers, [2]string{"Accept-Language", c.browser})
			}
			if c.cookie != "" {
				headers = append(headers, [2]string{"Cookie", languageCookie + "=" + c.cookie})
			}
			if _, body := ask(t, client, http.MethodGet, h.URL+c.path, headers...); !strings.Contains(body, c.want) {
				t.Errorf("%s is not in the right language: %.120s", c.path, body)
			}
		})
	}
}

// TestAChoiceOfLanguageStays: by the link at the head of a page, both ways, and for the pages after it.
func TestAChoiceOfLanguageStays(t *testing.T) {
	h := newHouse(t, func(s *Config) { s.Language = "zh" })
	client := as(t, h.URL, "analyst")
	link := regexp.MustCompile(`class="languages"><a href="([^"]+)"`)
	for _, want := range []string{`<html lang="en"`, `<html lang="zh-CN"`} {
		_, body := h.do(t, client, http.MethodGet, "/visits", sent{})
		found := link.FindStringSubmatch(body)
		if found == nil {
			t.Fatal("there is no link to the other language")
		}
		response, body := h.do(t, client, http.MethodGet, strings.ReplaceAll(found[1], "&amp;", "&"), sent{})
		if response.StatusCode != http.StatusOK || !strings.Contains(body, want) || strings.Contains(body, "choose=1&amp;choose") {
			t.Errorf("%s: %s", found[1], response.Status)
		}
		if _, body := h.do(t, client, http.MethodGet, "/issues", sent{}); !strings.Contains(body, want) {
			t.Errorf("the next page is not %s", want)
		}
	}
	// An address somebody else has sent is no choice.
	h.do(t, client, http.MethodGet, "/visits?lang=en", sent{})
	if _, body := h.do(t, client, http.MethodGet, "/issues", sent{}); !strings.Contains(body, `<html lang="zh-CN"`) {
		t.Error("an address in English was taken for a choice")
	}
}
