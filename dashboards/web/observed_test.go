package web

import (
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"hulian/dashboards/accounts"
	"hulian/dashboards/question"
)

// record is a log that several goroutines write and a test reads.
type record struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// TestTheLogNamesNobody: whatever is asked, sent or refused, no name, no value of a query, no token and no number of a person
// stands in the log, even where it shows every detail. Accounts stand there by their number.
func TestTheLogNamesNobody(t *testing.T) {
	var logged record
	log := slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := newHouse(t, func(c *Config) { c.Logger = log })
	office := as(t, h.URL, "office")
	const secret = "赵大有330222196503121234"
	for _, p := range question.Pages() {
		h.do(t, office, http.MethodGet, p.Path, sent{})
		h.do(t, office, http.MethodGet, p.Path+"?member="+url.QueryEscape(secret)+"&village="+url.QueryEscape(secret), sent{})
	}
	h.do(t, office, http.MethodGet, "/"+url.PathEscape(secret), sent{})
	h.do(t, office, http.MethodGet, "/invitation/"+url.PathEscape(secret), sent{})
	h.do(t, nil, http.MethodPost, "/signin", form("name", secret, "password", secret))
	h.do(t, office, http.MethodPost, "/waive", form("problem", "1", "reason", secret))
	h.do(t, office, http.MethodPost, "/aside", form("file", "aa", "reason", secret))
	h.do(t, office, http.MethodPost, "/upload", files(t, secret+".csv", secret))
	h.do(t, as(t, h.URL, "analyst"), http.MethodPost, "/waive", form("problem", "1", "reason", secret))
	h.do(t, office, http.MethodGet, "/api/v1/measures?month="+url.QueryEscape(secret), sent{})
	token := h.token(t, "office", accounts.TokenRead, accounts.TokenUpload)
	h.ask(t, token, http.MethodGet, "/api/v1/units", sent{})
	h.ask(t, token, http.MethodPost, "/api/v1/uploads", files(t, secret+".csv", secret))
	text := logged.String()
	for _, never := range []string{"赵大有", "330222196503121234", url.QueryEscape("赵大有"), url.PathEscape("赵大有"), "王小明", "陈干事", "account=office", phrase} {
		if strings.Contains(text, never) {
			at := strings.Index(text, never)
			t.Errorf("%q stands in the log: %.300s", never, text[max(0, at-200):])
		}
	}
	for _, want := range []string{`route="GET /visits" status=200`, `route=/ status=404`, `route="POST /waive" status=303`, `route="POST /signin" status=401`, `route="GET /invitation/{token}" status=410`, " account=3\n", `route="GET /api/v1/units" status=200`, " account=4\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the log", want)
		}
	}
	for _, route := range []string{`"GET /api/v1/units" status=200`, `"POST /api/v1/uploads" status=202`} {
		if !regexp.MustCompile(`route=` + route + ` took=\S+ account=[0-9]+\n`).MatchString(text) {
			t.Errorf("no line with the route and the account of %s", route)
		}
	}
}

func TestWhoReadsTheNumbers(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.MetricsToken = func() (string, error) { return "s3cret", nil } })
	if response, body := h.do(t, nil, http.MethodGet, "/metrics", sent{}); response.StatusCode != http.StatusOK || !strings.Contains(body, "hulian_generation 1\n") {
		t.Errorf("on the machine itself: %s %.200s", response.Status, body)
	}
	for token, want := range map[string]int{"": http.StatusNotFound, "Bearer guess": http.StatusNotFound, "Bearer s3cret": http.StatusOK} {
		response, body := ask(t, http.DefaultTransport, http.MethodGet, h.URL+"/metrics", [2]string{"X-Forwarded-For", "10.0.0.9"}, [2]string{"Authorization", token})
		if response.StatusCode != want || want != http.StatusOK && strings.Contains(body, "hulian_") {
			t.Errorf("from elsewhere with %q: %s", token, response.Status)
		}
	}
	if _, body := h.do(t, nil, http.MethodGet, "/metrics", sent{}); !strings.Contains(body, `hulian_http_requests_total{route="GET /metrics",status="404"} 2`) {
		t.Error("refusals are not counted")
	}
}

// TestEveryAnswerBearsTheHeaders: of the site, of the door, of refusals.
func TestEveryAnswerBearsTheHeaders(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/", "/visits", "/signin", "/signin?lang=en", "/healthz", "/metrics", "/no-such-page", "/invitation/x", "/api/v1/measures", "/assets/x/page.css"} {
		for name, client := range map[string]*http.Client{"nobody": nil, "office": as(t, h.URL, "office")} {
			response, _ := h.do(t, client, http.MethodGet, path, sent{})
			for header, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Permissions-Policy": "camera"} {
				if !strings.HasPrefix(response.Header.Get(header), want) {
					t.Errorf("%s as %s: %s is %q", path, name, header, response.Header.Get(header))
				}
			}
			if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
				t.Errorf("%s as %s: %q", path, name, policy)
			}
		}
	}
}
