package api

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheDocsExplainEveryAddress in both languages, with nothing from elsewhere and no script.
func TestTheDocsExplainEveryAddress(t *testing.T) {
	a := New(Config{})
	for lang, foreign := range map[string]*regexp.Regexp{"zh": nil, "en": regexp.MustCompile(`\p{Han}`)} {
		w := httptest.NewRecorder()
		a.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, Root+"/docs?lang="+lang, nil))
		body := w.Body.String()
		if w.Code != http.StatusOK || strings.Contains(body, "<script") || regexp.MustCompile(`(?:src|href)="(?:https?:)?//`).MatchString(body) {
			t.Errorf("%s: %d, or it asks others", lang, w.Code)
		}
		_, main, _ := strings.Cut(body, "<main")
		if foreign != nil && foreign.MatchString(main) {
			t.Errorf("%s: Chinese in it: %q", lang, foreign.FindString(main))
		}
		for _, pattern := range a.Patterns() {
			path := pattern[strings.Index(pattern, " ")+1:]
			if !slices.Contains([]string{Root + "/docs"}, path) && !strings.Contains(path, "openapi-3.0") && !strings.Contains(body, path) {
				t.Errorf("%s: %s is not explained", lang, pattern)
			}
		}
	}
}
