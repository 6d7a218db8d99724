package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"hulian/dashboards/accounts"
	"hulian/dashboards/refusal"
	"hulian/dashboards/visitor"
)

// TestWhoAsksTooMuchIsToldToWait: downloads of one account are refused with a sentence and a time; those of others, and pages, are
// not.
func TestWhoAsksTooMuchIsToldToWait(t *testing.T) {
	h := newHouse(t)
	one, another := as(t, h.URL, "office"), as(t, h.URL, "clerk")
	const export = "/visits?format=csv&table=unvisited"
	refused := reply{}
	var text string
	for range 40 {
		if refused, text = h.do(t, one, http.MethodGet, export+"&lang=en", sent{}); refused.StatusCode != http.StatusOK {
			break
		}
	}
	if wait, err := strconv.Atoi(refused.Header.Get("Retry-After")); refused.StatusCode != http.StatusTooManyRequests || err != nil || wait < 1 || wait > 2 || !strings.Contains(text, "Too many requests") {
		t.Errorf("%s, %s\n%.300s", refused.Status, refused.Header.Get("Retry-After"), text)
	}
	if _, text := h.do(t, one, http.MethodGet, export, sent{}); !strings.Contains(text, "请求过于频繁") {
		t.Errorf("not in the visitor's language:\n%.300s", text)
	}
	if response, _ := h.do(t, one, http.MethodGet, "/visits", sent{}); response.StatusCode != http.StatusOK {
		t.Errorf("a page: %s", response.Status)
	}
	if response, _ := h.do(t, another, http.MethodGet, export, sent{}); response.StatusCode != http.StatusOK {
		t.Errorf("another account: %s", response.Status)
	}
}

// TestAProgramIsToldToWait: questions in SQL are limited on the API as it is served, and refused as its document says; many small
// answers are not, whatever their form.
func TestAProgramIsToldToWait(t *testing.T) {
	h := newHouse(t)
	token := h.token(t, "analyst", accounts.TokenRead)
	for range 60 {
		if _, response, body := h.ask(t, token, http.MethodGet, "/api/v1/units?format=csv", sent{}); response.StatusCode != http.StatusOK {
			t.Fatalf("%s %s", response.Status, body)
		}
	}
	refused, said := reply{}, []byte{}
	for range 40 {
		if _, refused, said = h.ask(t, token, http.MethodPost, "/api/v1/query", sent{"application/json", `{"sql":"select 1"}`}); refused.StatusCode == http.StatusTooManyRequests {
			break
		}
	}
	if wait, err := strconv.Atoi(refused.Header.Get("Retry-After")); err != nil || wait < 1 || refused.StatusCode != http.StatusTooManyRequests || refused.Header.Get("Content-Type") != refusal.Media || !strings.Contains(string(said), `"status":429`) {
		t.Errorf("%s %v %s", refused.Status, refused.Header, said)
	}
}

// TestManyAccountsOfOneAddressShareIts: whoever makes himself many accounts gets no more for it.
func TestManyAccountsOfOneAddressShareIts(t *testing.T) {
	c := newCosts(0)
	s := &server{costs: c}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/upload", nil)
	passed := 0
	for range 1000 {
		if s.sparing("POST /upload", r) == nil {
			passed++
		}
	}
	if passed != 480 {
		t.Errorf("%d uploads of one address pass at once", passed)
	}
}

// TestWhatEachRequestCosts: every address that takes much is counted, and no page is.
func TestWhatEachRequestCosts(t *testing.T) {
	c := newCosts(0)
	for _, want := range []struct {
		pattern, target string
		kind            *costly
	}{
		{"GET /visits", "/visits", nil}, {"GET /visits", "/visits?format=csv&table=unvisited", c.exports}, {"GET /marked/{file}", "/marked/x", c.exports},
		{"POST /upload", "/upload", c.uploads}, {"GET /upload", "/upload", nil}, {"POST /mapping", "/mapping", c.uploads}, {"GET /search", "/search?q=x", c.searches},
		{"GET /visits", "/visits?f%6Frmat=csv&table=unvisited", c.exports}, {"GET /healthz", "/healthz", nil}, {"/", "/", nil},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, want.target, nil)
		if got := c.of(want.pattern, r); got != want.kind {
			t.Errorf("%s of %s is counted as another kind", want.target, want.pattern)
		}
	}
}

// TestATownMayLetAnalystsAskMore, or less, than sixty questions a minute.
func TestATownMayLetAnalystsAskMore(t *testing.T) {
	for questions, want := range map[int64]int{0: 20, 60: 20, 6: 2, 1: 1, 30000: 10000} {
		c, passed := newCosts(questions), 0
		for range want + 5 {
			if c.queries.accounts.Take("analyst") == 0 {
				passed++
			}
		}
		if passed < want || passed > want && questions < 1000 {
			t.Errorf("of %d questions a minute %d pass at once, want %d", questions, passed, want)
		}
	}
}

// TestWhatRequestsOfProgramsCost: questions and uploads cost more than the rest, by the address and the method that arrive.
func TestWhatRequestsOfProgramsCost(t *testing.T) {
	c := newCosts(0)
	for request, want := range map[string]*costly{
		"GET /api/v1/measures?format=csv": c.api, "POST /api/v1/query": c.queries, "POST /api/v1/query?format=csv": c.queries, "POST /api/v1/uploads": c.uploads,
		"GET /api/v1/uploads": c.api, "GET /api/v2/nothing": c.api,
	} {
		method, path, _ := strings.Cut(request, " ")
		if got := c.of("/api/", httptest.NewRequestWithContext(t.Context(), method, path, nil)); got != want {
			t.Errorf("%s is counted as another kind", request)
		}
	}
}

// TestAProgramThatAsksTooMuchIsToldToWait, in the form of every refusal of the API; a question more costs what the rest does not.
func TestAProgramThatAsksTooMuchIsToldToWait(t *testing.T) {
	h := newHouse(t)
	token := h.token(t, "analyst", accounts.TokenRead)
	question := sent{"application/json", `{"sql":"select 1"}`}
	answered := 0
	for range 100 {
		request, refused, body := h.ask(t, token, http.MethodPost, "/api/v1/query", question)
		if refused.StatusCode == http.StatusOK {
			answered++
			continue
		}
		var said struct{ Title, Next string }
		wait, err := strconv.Atoi(refused.Header.Get("Retry-After"))
		if refused.StatusCode != http.StatusTooManyRequests || err != nil || wait < 1 || refused.Header.Get("Content-Type") != "application/problem+json" {
			t.Fatalf("%s: %s %v", request.URL, refused.Status, refused.Header)
		}
		if err := json.Unmarshal(body, &said); err != nil || said.Title == "" || said.Next == "" {
			t.Fatalf("%v: %s", err, body)
		}
		break
	}
	if answered < 20 || answered > 60 {
		t.Errorf("%d questions are answered at once", answered)
	}
	_, _, document := h.ask(t, token, http.MethodGet, "/api/v1/openapi.json", sent{})
	var says struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct{ Headers map[string]any }
		}
	}
	if err := json.Unmarshal(document, &says); err != nil || len(says.Paths) == 0 {
		t.Fatalf("%v: %.200s", err, document)
	}
	for path, methods := range says.Paths {
		for method, said := range methods {
			if said.Responses["429"].Headers["Retry-After"] == nil {
				t.Errorf("%s %s: the document does not say how long to wait", method, path)
			}
		}
	}
	if _, other, _ := h.ask(t, token, http.MethodGet, "/api/v1/units", sent{}); other.StatusCode != http.StatusOK {
		t.Errorf("an answer that is cheap: %s", other.Status)
	}
}

// TestAnswersOfTheAPIArePacked for a program that takes them so, and for no other.
func TestAnswersOfTheAPIArePacked(t *testing.T) {
	h := newHouse(t)
	token := h.token(t, "analyst", accounts.TokenRead)
	for path, want := range map[string]string{"/api/v1/measures?month=2018-01": "gzip", "/api/v1/measures?month=2018-01&format=csv": "gzip", "/api/v1/measures?month=2018-01&format=parquet": ""} {
		_, plain, whole := h.ask(t, token, http.MethodGet, path, sent{}, "Accept-Encoding", "identity")
		_, packed, body := h.ask(t, token, http.MethodGet, path, sent{}, "Accept-Encoding", "gzip")
		if plain.Header.Get("Content-Encoding") != "" || packed.Header.Get("Content-Encoding") != want || packed.Header.Get("ETag") != plain.Header.Get("ETag") {
			t.Errorf("%s: %q and %q, %s and %s", path, plain.Header.Get("Content-Encoding"), packed.Header.Get("Content-Encoding"), plain.Header.Get("ETag"), packed.Header.Get("ETag"))
		}
		if want == "" {
			continue
		}
		unpacked, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(unpacked); err != nil || !bytes.Equal(got, whole) {
			t.Errorf("%s: %d bytes, want %d: %v", path, len(got), len(whole), err)
		}
	}
}

// TestARoleHandsInWhatItMay: the same file is too large for one role and not for another.
func TestARoleHandsInWhatItMay(t *testing.T) {
	h := newHouse(t, func(c *Config) {
		c.UploadLimit = func(r visitor.Role) int64 {
			if r == visitor.VillageSecretary {
				return 1 << 10
			}
			return 0
		}
	})
	file := files(t, "走访.csv", strings.Repeat("x", 1<<15))
	for account, want := range map[string]int{"secretary1": http.StatusRequestEntityTooLarge, "clerk": http.StatusSeeOther} {
		if response, text := h.do(t, as(t, h.URL, account), http.MethodPost, "/upload", file); response.StatusCode != want {
			t.Errorf("%s: %s, want %d\n%.300s", account, response.Status, want, text)
		}
	}
	if got := len(h.desk.Batches()); got != 1 {
		t.Errorf("%d batches are taken", got)
	}
}

// impatient is a real server of a house whose patience is short.
func impatient(t *testing.T, h *httptest.Server) string {
	t.Helper()
	server := Server(h.Config.Handler)
	server.ReadHeaderTimeout, server.ReadTimeout = 300*time.Millisecond, 600*time.Millisecond
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestSlowHeadersAndBodiesAreCutOff: who sends a byte now and then holds no connection, and the server answers others meanwhile.
func TestSlowHeadersAndBodiesAreCutOff(t *testing.T) {
	h := newHouse(t)
	at := impatient(t, h.Server)
	for name, begin := range map[string]string{
		"headers":           "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ",
		"a form":            "POST /signin HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\nname=",
		"a stranger's file": "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 900000\r\n\r\n--x\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, at)
			if _, err := io.WriteString(c, begin); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			closed := make(chan struct{})
			go func() {
				defer close(closed)
				_, _ = io.Copy(io.Discard, c) // however the server ends it
			}()
			for drip := time.NewTicker(50 * time.Millisecond); ; {
				select {
				case <-closed:
					if took := time.Since(began); took > 5*time.Second {
						t.Errorf("it was cut off after %s", took)
					}
					return
				case <-drip.C:
					_, _ = io.WriteString(c, "a") // fails once the server has closed its end
					if time.Since(began) > 10*time.Second {
						t.Fatal("it is not cut off")
					}
				}
			}
		})
	}
	response, err := http.Get("http://" + at + "/healthz") //nolint:noctx // a visitor beside the attack
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Error(response.Status)
	}
}

// TestManySlowConnectionsLeaveRoomForOthers holds two hundred connections open while somebody opens a page.
func TestManySlowConnectionsLeaveRoomForOthers(t *testing.T) {
	h := newHouse(t)
	at := impatient(t, h.Server)
	for range 200 {
		c := dial(t, at)
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	response, _ := h.do(t, as(t, "http://"+at, "office"), http.MethodGet, "/visits", sent{})
	if response.StatusCode != http.StatusOK || time.Since(began) > 10*time.Second {
		t.Errorf("%s after %s", response.Status, time.Since(began))
	}
}

// TestOversizedRequestsAreRefused: headers, addresses and bodies that are larger than any browser sends.
func TestOversizedRequestsAreRefused(t *testing.T) {
	h := newHouse(t)
	at := impatient(t, h.Server)
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"headers":     {"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + strings.Repeat("a", 80<<10) + "\r\n\r\n", http.StatusRequestHeaderFieldsTooLarge},
		"address":     {"GET /?" + strings.Repeat("a", 80<<10) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", http.StatusRequestHeaderFieldsTooLarge},
		"a form":      {fmt.Sprintf("POST /signin HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", 20<<10, strings.Repeat("a", 20<<10)), http.StatusBadRequest},
		"no host":     {"GET / HTTP/1.0\r\n\r\n", http.StatusMisdirectedRequest},
		"two lengths": {"POST /signin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\naaaaaa", http.StatusBadRequest},
	} {
		conn := dial(t, at)
		go func() { _, _ = io.WriteString(conn, c.request) }() // the server may close before it has taken all
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		response.Body.Close()
		if response.StatusCode != c.status {
			t.Errorf("%s: %s, want %d", name, response.Status, c.status)
		}
	}
}
