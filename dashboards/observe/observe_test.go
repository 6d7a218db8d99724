package observe

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// observed is a site that answers 404 to everything, behind an observer that believes the proxy 10.0.0.5.
func observed(log io.Writer, answer http.HandlerFunc) (*Observer, http.Handler) {
	o := New(Config{Logger: slog.New(slog.NewTextHandler(log, nil)), Version: "1.2", Token: func() (string, error) { return "s3cret", nil },
		Trusted: func(r *http.Request) bool { return strings.HasPrefix(r.RemoteAddr, "10.0.0.5:") },
		State: func(context.Context) State {
			return State{Generation: 7, LastRun: "held", LastEnd: time.Now().Add(-time.Hour), Uploads: 3, Kept: 1, Proposed: 4}
		}})
	return o, o.Wrap(answer)
}

func ask(t *testing.T, h http.Handler, from, path string, headers map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.RemoteAddr = from + ":40000"
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestNumbersOfRequestsComeFromProxiesAlone(t *testing.T) {
	for name, c := range map[string]struct{ from, given, logged, told string }{
		"a proxy's number":         {"10.0.0.5", "abc-1", "request=abc-1 ", "abc-1"},
		"a visitor's number":       {"10.0.0.9", "abc-1", "", ""},
		"a line break in a number": {"10.0.0.5", "a\nlevel=ERROR", "", "new"},
		"a number that is a page":  {"10.0.0.5", strings.Repeat("x", 65), "", "new"},
	} {
		var log strings.Builder
		var inside string
		_, site := observed(&log, func(_ http.ResponseWriter, r *http.Request) { inside = ID(r.Context()) })
		got := ask(t, site, c.from, "/", map[string]string{"X-Request-Id": c.given}).Header().Get("X-Request-Id")
		want := c.told
		if want == "new" {
			want = inside
		}
		if got != want || inside == "" || c.logged == "" && inside == c.given || !strings.Contains(log.String(), c.logged) {
			t.Errorf("%s: told %q, inside %q, logged %s", name, got, inside, log.String())
		}
	}
}

func TestALineOfTheLogNamesPatternsOnly(t *testing.T) {
	var log strings.Builder
	_, site := observed(&log, func(w http.ResponseWriter, r *http.Request) {
		Route(r.Context(), "GET /invitation/{token}")
		Account(r.Context(), 42)
		w.WriteHeader(http.StatusGone)
	})
	ask(t, site, "10.0.0.9", "/invitation/t0ken?member=王小明", nil)
	line := log.String()
	if !strings.Contains(line, `route="GET /invitation/{token}" status=410 took=`) || !strings.Contains(line, "account=42") {
		t.Error(line)
	}
	if strings.Contains(line, "t0ken") || strings.Contains(line, "王小明") || strings.Contains(line, "10.0.0.9") {
		t.Errorf("the log says who asked for what: %s", line)
	}
}

func TestTheNumbers(t *testing.T) {
	o, site := observed(io.Discard, func(w http.ResponseWriter, r *http.Request) {
		Route(r.Context(), "GET /visits")
		if r.URL.Query().Has("gone") {
			return
		}
		http.Error(w, "", http.StatusNotFound)
	})
	ask(t, site, "10.0.0.9", "/visits?member=王小明", nil)
	ask(t, site, "10.0.0.9", "/visits", nil)
	gone, leave := context.WithCancel(t.Context())
	leave()
	site.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(gone, http.MethodGet, "/visits?gone", nil))
	body := ask(t, o, "127.0.0.1", "/metrics", nil).Body.String()
	for _, line := range []string{
		`hulian_http_requests_total{route="GET /visits",status="404"} 2`, `hulian_http_requests_total{route="GET /visits",status="(gone)"} 1`,
		`hulian_http_request_duration_seconds_count{route="GET /visits"} 3`, "hulian_http_requests_in_progress 0", "hulian_generation 7",
		`hulian_last_run{state="held"} 1`, "hulian_last_run_age_seconds 3600", `hulian_uploads{state="waiting"} 2`, `hulian_uploads{state="kept"} 1`, `hulian_uploads{state="proposed"} 4`,
		`hulian_info{version="1.2"} 1`, "\ngo_goroutines ", "\nprocess_resident_memory_bytes ",
	} {
		if !strings.Contains(body, line) {
			t.Errorf("no %q in\n%s", line, body)
		}
	}
	if strings.Contains(body, "王小明") {
		t.Error("the numbers name somebody")
	}
}

func TestTheTokenOfTheNumbers(t *testing.T) {
	o, _ := observed(io.Discard, nil)
	for sent, want := range map[string]bool{"Bearer s3cret": true, "Bearer s3cre": false, "Bearer ": false, "s3cret": false, "": false, "Basic s3cret": false} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
		r.Header.Set("Authorization", sent)
		if got := o.Knows(r); got != want {
			t.Errorf("%q: %v", sent, got)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
	r.Header.Set("Authorization", "Bearer ")
	for name, token := range map[string]func() (string, error){
		"none is set":       nil,
		"it is empty":       func() (string, error) { return "", nil },
		"it cannot be read": func() (string, error) { return "", errors.New("no such file") },
	} {
		if o := New(Config{Token: token, Logger: slog.New(slog.DiscardHandler)}); o.Knows(r) {
			t.Errorf("%s: an empty token opens", name)
		}
	}
}

func TestALogHoldsNoNumbersAndNamesOfPersons(t *testing.T) {
	var text strings.Builder
	log := slog.New(Discreet(slog.NewTextHandler(&text, nil))).With("by", "王小明", "file", "330222196503121234.csv")
	log.Error("cannot read 13857412345", "error", errors.New("value 330222196503121234"), "reason", "王小明 said so", "accepted_by", "王小明", "rows", 3,
		slog.Group("more", "row", "王小明", "phone", "13857412345"))
	got := text.String()
	for _, never := range []string{"王小明", "13857412345", "330222196503121234"} {
		if strings.Contains(got, never) {
			t.Errorf("%s stands in %s", never, got)
		}
	}
	for _, want := range []string{"cannot read 138", "rows=3", "error="} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
}
