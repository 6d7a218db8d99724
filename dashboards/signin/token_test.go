package signin

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"hulian/dashboards/accounts"
	"hulian/dashboards/visitor"
)

// ask sends a request with headers, given in pairs.
func (h *house) ask(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), method, "http://localhost"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:4321"
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestATokenOpensTheAPIAlone: no page, and never beside a session that may more.
func TestATokenOpensTheAPIAlone(t *testing.T) {
	h := newHouse(t, nil)
	h.with(t, "office", visitor.Office)
	_, secret, err := h.store.MakeToken(t.Context(), h.root, "office", accounts.TokenAsk{Label: "R", Scopes: []accounts.TokenScope{accounts.TokenRead}})
	if err != nil {
		t.Fatal(err)
	}
	if w := h.ask("GET", "/api/v1/units", "", "Authorization", "Bearer "+secret); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `as "office" office`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, path := range []string{"/", "/tokens", "/password", "/visits"} {
		if w := h.ask("GET", path, "", "Authorization", "Bearer "+secret); w.Code != http.StatusSeeOther {
			t.Errorf("%s by a token: %d", path, w.Code)
		}
	}
	for _, proof := range []string{"Bearer " + secret + "x", "Bearer", "Basic b2ZmaWNlOng=", secret} {
		w := h.ask("GET", "/api/v1/units", "", "Authorization", proof, "Accept-Language", "zh-CN")
		if w.Code != http.StatusUnauthorized || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("WWW-Authenticate") == "" ||
			!strings.Contains(w.Body.String(), "访问令牌") {
			t.Errorf("%q: %d %v %s", proof, w.Code, w.Header(), w.Body)
		}
	}
	last := 0
	for range burst {
		last = h.ask("GET", "/api/v1/units", "", "Authorization", "Bearer guess").Code
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("after many guesses: %d", last)
	}
	if w := h.ask("GET", "/api/v1/units", "", "Authorization", "Bearer "+secret); w.Code != http.StatusOK {
		t.Errorf("guesses lock the right token out: %d", w.Code)
	}
}

// TestTheOwnerMakesAndRevokesTokensOnAPage shows the secret once.
func TestTheOwnerMakesAndRevokesTokensOnAPage(t *testing.T) {
	h := newHouse(t, nil)
	h.with(t, "clerk", visitor.Clerk)
	post := []string{"Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin"}
	in := h.ask("POST", "/signin", url.Values{"name": {"clerk"}, "password": {phrase}}.Encode(), post...)
	cookie := in.Result().Cookies()[0].String()
	signed := append([]string{"Cookie", cookie}, post...)
	for form, problem := range map[string]string{
		"label=R&days=30": "权限", "label=&scope=read&days=30": "用途", "label=R&scope=read&days=0": "366", "label=R&scope=administer&days=9": "权限",
	} {
		if w := h.ask("POST", "/tokens", form, signed...); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), problem) {
			t.Errorf("%s: %d", form, w.Code)
		}
	}
	if w := h.ask("POST", "/tokens", "label=R&scope=read&days=30", append([]string{"Cookie", cookie, "Sec-Fetch-Site", "cross-site"}, post[:2]...)...); w.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", w.Code)
	}
	made := h.ask("POST", "/tokens", "label=R+script&scope=read&scope=upload&days=30", signed...)
	secret := regexp.MustCompile(`hulian_[A-Z2-7]{26}`).FindString(made.Body.String())
	if made.Code != http.StatusOK || secret == "" || made.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s", made.Code, made.Body)
	}
	list := h.ask("GET", "/tokens?lang=en", "", "Cookie", cookie)
	if body := list.Body.String(); strings.Contains(body, secret) || !strings.Contains(body, "R script") || !strings.Contains(body, "valid") {
		t.Errorf("the list: %s", body)
	}
	if w := h.ask("GET", "/api/v1/units", "", "Authorization", "bearer "+secret); w.Code != http.StatusOK {
		t.Errorf("%d", w.Code)
	}
	action := regexp.MustCompile(`/tokens/\d+/revoke`).FindString(list.Body.String())
	if w := h.ask("POST", action, "", signed...); w.Code != http.StatusSeeOther {
		t.Errorf("%d", w.Code)
	}
	if w := h.ask("GET", "/api/v1/units", "", "Authorization", "Bearer "+secret); w.Code != http.StatusUnauthorized {
		t.Errorf("after it was revoked: %d", w.Code)
	}
	if w := h.ask("GET", "/tokens", ""); w.Code != http.StatusSeeOther {
		t.Errorf("nobody: %d", w.Code)
	}
}
