package signin

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"hulian/dashboards/accounts"
	"hulian/dashboards/sqlite"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
)

const (
	phrase = "四月雨 plum blossom 7"
	other  = "another good 42 phrase"
)

// house is a door with a site behind it that says who is in.
type house struct {
	http.Handler
	door  *Door
	store *accounts.Store
	root  accounts.Act
	log   *strings.Builder
	path  string // of the database
}

func newHouse(t testing.TB, set func(*Config)) *house {
	t.Helper()
	path := filepath.Join(t.TempDir(), sqlite.FileName)
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h := &house{root: accounts.Act{By: visitor.Operator("root", visitor.CLI)}, log: &strings.Builder{}, path: path}
	if h.store, err = accounts.Open(db, accounts.Options{Cost: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}}); err != nil {
		t.Fatal(err)
	}
	c := Config{Accounts: h.store, Trail: trail.Open(db), Town: func() string { return "逍林镇" }, Logger: slog.New(slog.NewTextHandler(h.log, nil))}
	if set != nil {
		set(&c)
	}
	if h.door, err = New(c); err != nil {
		t.Fatal(err)
	}
	h.Handler = h.door.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := VisitorOf(r.Context())
		fmt.Fprintf(w, "%s %s as %q %s from %s", r.Method, r.URL.Path, v.Account, v.Role, AddressOf(r.Context()))
	}))
	return h
}

func (h *house) with(t testing.TB, name string, role visitor.Role) {
	t.Helper()
	_, token, err := h.store.Add(t.Context(), h.root, accounts.Holder{Name: name, Role: role})
	if err == nil {
		_, err = h.store.SetPassword(t.Context(), "", "逍林镇", token, phrase)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) events(t *testing.T) (all []trail.Entry) {
	t.Helper()
	for e, err := range h.door.Trail.Read(t.Context(), h.root.By, trail.Question{}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	slices.Reverse(all)
	return all
}

// browser keeps cookies as one does, and comes from an address.
type browser struct {
	site    http.Handler
	cookies map[string]string
	from    string
	host    string
	headers map[string]string
}

func (h *house) browser(from string) *browser {
	return &browser{site: h, cookies: map[string]string{}, from: from, host: "localhost:8642", headers: map[string]string{}}
}

// answer is what came back, its body read.
type answer struct {
	*http.Response
	body string
}

func (b *browser) send(method, path string, fields url.Values) answer {
	r := httptest.NewRequestWithContext(context.Background(), method, path, strings.NewReader(fields.Encode()))
	r.Host, r.RemoteAddr = b.host, b.from
	if !strings.Contains(b.from, ":") {
		r.RemoteAddr = b.from + ":40000"
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range b.headers {
		r.Header.Set(name, value)
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.site.ServeHTTP(w, r)
	response := w.Result()
	content, _ := io.ReadAll(response.Body)
	for _, c := range response.Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return answer{response, string(content)}
}

func (b *browser) get(path string) answer { return b.send(http.MethodGet, path, nil) }

func (b *browser) post(path string, pairs ...string) answer {
	fields := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		fields.Set(pairs[i], pairs[i+1])
	}
	return b.send(http.MethodPost, path, fields)
}

func (b *browser) signIn(name, password string) answer {
	return b.post("/signin", "name", name, "password", password)
}

func (b *browser) signedIn() bool { return strings.Contains(b.get("/").body, `as "`) }

func expect(t *testing.T, what string, a answer, status int, holds ...string) {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("%s: status %d, want %d: %s", what, a.StatusCode, status, a.body)
	}
	for _, text := range holds {
		if !strings.Contains(a.body+a.Header.Get("Location"), text) {
			t.Errorf("%s: no %q in %s %s", what, text, a.Header.Get("Location"), a.body)
		}
	}
}

func TestNothingIsOpenWithoutSigningIn(t *testing.T) {
	h := newHouse(t, nil)
	for _, c := range []struct {
		method, path string
		status       int
		leads        string
	}{
		{"GET", "/", 303, "/signin"}, {"GET", "/visits?month=2018-01&lang=en", 303, "/signin?lang=en&next=%2Fvisits%3Fmonth%3D2018-01%26lang%3Den"},
		{"HEAD", "/visits", 303, "/signin"}, {"POST", "/upload", 303, "/signin"}, {"DELETE", "/x", 303, "/signin"}, {"GET", "/api/v1/measures", 401, ""}, {"GET", "/assetsx", 303, "/signin"},
		{"GET", "/signin/../visits", 307, "/visits"}, {"GET", "//visits", 303, "/signin"}, {"GET", "/password", 303, "/signin"}, {"POST", "/password", 303, "/signin"},
		{"GET", "/nosuch", 303, "/signin"}, {"GET", "/setup/x", 404, ""}, {"GET", "/invitation/x", 410, ""}, {"PUT", "/signin", 404, ""}, {"GET", "/signin/deeper", 404, ""}, {"GET", "/oidc/start", 404, ""},
		{"GET", "/signin", 200, ""}, {"GET", "/healthz", 200, ""}, {"GET", "/assets/1/app.css", 200, ""},
	} {
		a := h.browser("10.0.0.7").send(c.method, c.path, nil)
		if a.StatusCode != c.status || !strings.HasPrefix(a.Header.Get("Location"), c.leads) {
			t.Errorf("%s %s: %d %s", c.method, c.path, a.StatusCode, a.Header.Get("Location"))
		}
		if strings.Contains(a.body, "as \"w") || len(a.Cookies()) > 0 {
			t.Errorf("%s %s: %s %v", c.method, c.path, a.body, a.Cookies())
		}
	}
}

func TestSigningInAndOut(t *testing.T) {
	h := newHouse(t, nil)
	h.with(t, "wang", visitor.Clerk)
	b := h.browser("10.0.0.7")
	page := b.get("/signin?next=/visits")
	expect(t, "the page", page, 200, `name="password"`, `value="/visits"`)
	for header, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
		if page.Header.Get(header) != want {
			t.Errorf("%s: %s", header, page.Header.Get(header))
		}
	}
	if policy := page.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") ||
		regexp.MustCompile(`<script|style="|\son[a-z]+=`).MatchString(page.body) {
		t.Errorf("inline or open: %s", policy)
	}
	expect(t, "signing in", b.post("/signin", "name", "Wang", "password", phrase, "next", "/visits?month=2018-01"), 303, "/visits?month=2018-01")
	expect(t, "the site", b.get("/visits"), 200, `GET /visits as "wang" clerk from 10.0.0.7`)
	expect(t, "the page once more", b.get("/signin"), 303)
	kept := b.cookies["hulian-session"]
	expect(t, "signing out", b.post("/signout"), 303, "/signin")
	if b.signedIn() {
		t.Error("still in")
	}
	b.cookies["hulian-session"] = kept
	if b.signedIn() {
		t.Error("the old cookie still opens")
	}
	var actions []trail.Action
	for _, e := range h.events(t)[2:] {
		actions = append(actions, e.Action)
		if e.Account != "wang" || e.Address != "10.0.0.7" || e.Origin != visitor.Web {
			t.Errorf("%+v", e)
		}
	}
	if !slices.Equal(actions, []trail.Action{trail.SignedIn, trail.SignedOut}) {
		t.Errorf("%v", actions)
	}
}

func TestAWrongNameAndAWrongPasswordLookTheSame(t *testing.T) {
	h := newHouse(t, nil)
	h.with(t, "wang", visitor.Clerk)
	wrong, unknown := h.browser("10.0.0.7").signIn("wang", other), h.browser("10.0.0.7").signIn("nobd", other)
	if strings.ReplaceAll(wrong.body, "wang", "nobd") != unknown.body || wrong.StatusCode != 401 || unknown.StatusCode != 401 {
		t.Errorf("%d %d\n%s\n%s", wrong.StatusCode, unknown.StatusCode, wrong.body, unknown.body)
	}
	expect(t, "in English", h.browser("10.0.0.7").post("/signin", "name", "wang", "password", other, "lang", "en"), 401, "wrong")
	if strings.Contains(wrong.body, other) || strings.Contains(h.log.String(), other) {
		t.Error("the password is repeated")
	}
}

// TestFixation: a token that somebody planted beforehand opens nothing after its victim has signed in.
func TestFixation(t *testing.T) {
	h := newHouse(t, func(c *Config) {
		c.Address = mustParse("http://localhost:8642")
		c.Provider = &Provider{Issuer: "http://127.0.0.1:1"}
	})
	h.with(t, "wang", visitor.Clerk)
	attacker, victim := h.browser("10.0.0.6"), h.browser("10.0.0.7")
	// The server makes sessions for nobody only on the way to the provider; one is planted by hand as well.
	ctx, err := h.door.sessions.Load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	h.door.sessions.Put(ctx, sessionState, "x")
	planted, _, err := h.door.sessions.Commit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{planted, "made-up-by-the-attacker"} {
		victim.cookies["hulian-session"], attacker.cookies["hulian-session"] = token, token
		victim.signIn("wang", phrase)
		if victim.cookies["hulian-session"] == token || !victim.signedIn() {
			t.Error("the token stayed")
		}
		if attacker.signedIn() {
			t.Error("the planted token opens the session")
		}
	}
}

func mustParse(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	return u
}

func TestSessionsEndWithTheAccount(t *testing.T) {
	h := newHouse(t, nil)
	h.with(t, "wang", visitor.Clerk)
	for name, end := range map[string]func() error{
		"disabled": func() error { return h.store.Disable(t.Context(), h.root, "wang") },
		"another role": func() error {
			return h.store.Change(t.Context(), h.root, accounts.Holder{Name: "wang", Role: visitor.Auditor})
		},
	} {
		if err := h.store.Enable(t.Context(), h.root, "wang"); err != nil {
			t.Fatal(err)
		}
		b := h.browser("10.0.0.7")
		b.signIn("wang", phrase)
		if !b.signedIn() {
			t.Fatal("not in")
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if b.signedIn() || len(b.cookies) > 0 {
			t.Errorf("%s: still in, %v", name, b.cookies)
		}
	}
}

func TestChangingThePasswordEndsTheOtherSessions(t *testing.T) {
	h := newHouse(t, nil)
	h.with(t, "wang", visitor.Clerk)
	here, there := h.browser("10.0.0.7"), h.browser("10.0.0.8")
	here.signIn("wang", phrase)
	there.signIn("wang", phrase)
	expect(t, "a wrong old one", here.post("/password", "old", other, "password", other, "again", other), 401)
	expect(t, "two that differ", here.post("/password", "old", phrase, "password", other, "again", phrase), 422)
	expect(t, "one too short", here.post("/password", "old", phrase, "password", "short", "again", "short"), 422)
	expect(t, "changed", here.post("/password", "old", phrase, "password", other, "again", other), 303)
	if !here.signedIn() || there.signedIn() {
		t.Errorf("here %v, there %v", here.signedIn(), there.signedIn())
	}
}

func TestAnInvitationOpensOnce(t *testing.T) {
	h := newHouse(t, nil)
	_, token, err := h.store.Add(t.Context(), h.root, accounts.Holder{Name: "wang", Shown: "王小明<b>", Role: visitor.Clerk})
	if err != nil {
		t.Fatal(err)
	}
	link := "/invitation/" + token
	b, thief := h.browser("10.0.0.7"), h.browser("10.0.0.6")
	expect(t, "the page", b.get(link), 200, "王小明&lt;b&gt;", "<b>wang</b>")
	expect(t, "two that differ", b.post(link, "password", phrase, "again", other), 422)
	expect(t, "one too short", b.post(link, "password", "short", "again", "short"), 422)
	expect(t, "set", b.post(link, "password", phrase, "again", phrase), 303)
	if !b.signedIn() {
		t.Error("not in")
	}
	expect(t, "shown again", thief.get(link), 410)
	expect(t, "replayed", thief.post(link, "password", other, "again", other), 410)
	if thief.signedIn() || strings.Contains(h.log.String(), token) {
		t.Error("the link opened twice, or stands in the log")
	}
}

func TestSetUpIsForTheMachineItself(t *testing.T) {
	h := newHouse(t, func(c *Config) {
		c.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		c.Address = mustParse("http://town.example")
	})
	token, err := h.store.SetUpLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	link := "/setup/" + token
	far := h.browser("10.0.0.7")
	proxied := h.browser("127.0.0.1")
	proxied.headers["X-Forwarded-For"] = "127.0.0.1" // made up by whoever comes through the proxy
	real := h.browser("127.0.0.1")
	real.headers["X-Real-Ip"] = "127.0.0.1"
	spoofed := h.browser("10.0.0.7")
	spoofed.headers["X-Forwarded-For"] = "127.0.0.1"
	for name, b := range map[string]*browser{"another machine": far, "a proxy": proxied, "another header of a proxy": real, "a header of nobody's proxy": spoofed} {
		expect(t, name, b.get(link), 404)
		expect(t, name, b.post(link, "name", "evil", "password", phrase, "again", phrase), 404)
	}
	here := h.browser("[::1]:5000")
	expect(t, "the page", here.get(link), 200)
	expect(t, "a name that cannot be", here.post(link, "name", "a b", "password", phrase, "again", phrase), 422)
	expect(t, "two that differ", here.post(link, "name", "root", "password", phrase, "again", other), 422)
	expect(t, "made", here.post(link, "name", "root", "shown", "王镇长", "password", phrase, "again", phrase), 303)
	expect(t, "in", here.get("/"), 200, `as "root" administrator`)
	expect(t, "replayed", h.browser("127.0.0.1").post(link, "name", "evil", "password", phrase, "again", phrase), 410)
}

func TestHostsThatAreNotOursAreRefused(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Address, c.Hosts = mustParse("http://Town.example:8642"), []string{"hulian.lan"} })
	h.with(t, "wang", visitor.Clerk)
	for host, status := range map[string]int{
		"town.example:8642": 200, "TOWN.EXAMPLE": 200, "town.example.": 200, "hulian.lan:80": 200, "localhost:8642": 200, "127.0.0.1": 200, "[::1]:8642": 200, "[::1]": 200,
		"": 421, ":8642": 421, "evil.example": 421, "town.example.evil.example": 421, "eviltown.example": 421, "127.0.0.1.evil.example": 421, "10.0.0.1": 421, "[::1": 421, "town.example@evil.example": 421,
	} {
		b := h.browser("127.0.0.1")
		b.host = host
		if a := b.get("/healthz"); a.StatusCode != status {
			t.Errorf("%q: %d", host, a.StatusCode)
		}
		if a := b.get("/signin"); a.StatusCode != status {
			t.Errorf("sign-in at %q: %d", host, a.StatusCode)
		}
		// What rebinding sends: host and origin agree, and are the attacker's.
		b.headers["Origin"] = "http://" + host
		if a := b.signIn("wang", phrase); status != 200 && a.StatusCode != status {
			t.Errorf("a form at %q: %d", host, a.StatusCode)
		}
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	h := newHouse(t, nil)
	h.with(t, "wang", visitor.Clerk)
	for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"} {
		b := h.browser("10.0.0.7")
		b.headers[header] = value
		expect(t, header, b.signIn("wang", phrase), 403)
		expect(t, header, b.post("/signout"), 403)
	}
}

func TestForwardedAddressesAreBelievedOfNamedProxiesAlone(t *testing.T) {
	h := newHouse(t, func(c *Config) {
		c.Proxies = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/24"), netip.MustParsePrefix("fd00::/64")}
	})
	for _, c := range []struct{ peer, forwarded, want string }{
		{"10.0.0.7", "", "10.0.0.7"}, {"10.0.0.7", "1.2.3.4", "10.0.0.7"}, {"10.1.0.9", "1.2.3.4", "1.2.3.4"},
		{"10.1.0.9", "9.9.9.9, 1.2.3.4", "1.2.3.4"}, {"10.1.0.9", "9.9.9.9, 1.2.3.4, 10.1.0.8", "1.2.3.4"}, {"10.1.0.9", "1.2.3.4, nonsense", "10.1.0.9"}, {"10.1.0.9", "", "10.1.0.9"},
		{"10.1.0.9", "10.1.0.8", "10.1.0.8"}, {"[fd00::1]:9", "2001:db8::7", "2001:db8::7"}, {"[::ffff:10.1.0.9]:9", "1.2.3.4", "1.2.3.4"},
	} {
		b := h.browser(c.peer)
		if c.forwarded != "" {
			b.headers["X-Forwarded-For"] = c.forwarded
		}
		b.headers["X-Real-Ip"], b.headers["Forwarded"] = "6.6.6.6", "for=6.6.6.6"
		if a := b.get("/healthz"); !strings.HasSuffix(a.body, "from "+c.want) {
			t.Errorf("%s, forwarded for %q: %s", c.peer, c.forwarded, a.body)
		}
	}
}

func TestCookiesFollowTheConfiguredAddress(t *testing.T) {
	for address, c := range map[string]struct {
		name   string
		secure bool
	}{"": {"hulian-session", false}, "http://town.example": {"hulian-session", false}, "https://town.example": {"__Host-hulian-session", true}} {
		h := newHouse(t, func(c *Config) {
			if address != "" {
				c.Address = mustParse(address)
			}
		})
		h.with(t, "wang", visitor.Clerk)
		b := h.browser("10.0.0.7")
		b.headers["X-Forwarded-Proto"] = "https" // of nobody's proxy: changes nothing
		cookies := b.signIn("wang", phrase).Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%q: %v", address, cookies)
		}
		if k := cookies[0]; k.Name != c.name || k.Secure != c.secure || !k.HttpOnly || k.SameSite != http.SameSiteLaxMode || k.Path != "/" || k.Domain != "" {
			t.Errorf("%q: %+v", address, k)
		}
		unsafe := strings.Contains(b.get("/signin").body+h.browser("10.0.0.7").get("/signin").body, `href="https://town.example/signin"`)
		if unsafe != c.secure {
			t.Errorf("%q: the page says where signing in works: %v", address, unsafe)
		}
	}
}

// TestBruteForce: from one address few passwords are looked at, whether of one name or of many.
func TestBruteForce(t *testing.T) {
	h := newHouse(t, nil)
	h.with(t, "wang", visitor.Clerk)
	one, many := h.browser("10.6.6.6"), h.browser("10.6.6.7")
	looked := map[*browser]int{}
	for i := range 200 {
		if a := one.signIn("wang", fmt.Sprintf("guess number %d", i)); a.StatusCode == 401 {
			looked[one]++
		}
		if a := many.signIn(fmt.Sprintf("user%d", i), "a common password 1"); a.StatusCode == 401 {
			looked[many]++
		}
	}
	if looked[one] != 5 || looked[many] > burst+2 {
		t.Errorf("looked at %d passwords of one name and %d of many", looked[one], looked[many])
	}
	refused := many.signIn("wang", phrase)
	expect(t, "the right one at last", refused, 429)
	if refused.Header.Get("Retry-After") == "" {
		t.Error("it is not said when to try again")
	}
	expect(t, "the owner at his desk", h.browser("10.0.0.7").signIn("wang", phrase), 303)
	links := h.browser("10.6.6.8")
	found := 0
	for range 100 {
		if links.get("/invitation/AAAAAAAAAAAAAAAAAAAAAAAAAA").StatusCode == 410 {
			found++
		}
	}
	if found > burst+2 {
		t.Errorf("%d links were looked at", found)
	}
}

func TestAnIPv6NetworkCountsAsOne(t *testing.T) {
	if Counted(netip.MustParseAddr("2001:db8::1")) != Counted(netip.MustParseAddr("2001:db8::2")) || Counted(netip.MustParseAddr("10.0.0.1")) == Counted(netip.MustParseAddr("10.0.0.2")) {
		t.Error("an IPv6 network counts as one, and IPv4 addresses one by one")
	}
}

func TestSigningInLeadsNowhereElse(t *testing.T) {
	for next, want := range map[string]string{
		"/visits?month=2018-01": "/visits?month=2018-01", "/": "/", "": "/", "/a/../visits": "/a/../visits", "/%E6%9D%91": "/%E6%9D%91",
		"//evil.example": "/", "///evil.example": "/", "https://evil.example": "/", "http:evil.example": "/", "/\\evil.example": "/", "\\\\evil.example": "/", "/%5cevil.example": "/",
		"evil.example": "/", "javascript:alert(1)": "/", "/\t/evil.example": "/", "/\n/evil.example": "/", " //evil.example": "/", "/%2f/evil.example": "/", "/%09/evil.example": "/",
		"//user@evil.example": "/", "/signin": "/", "/signout": "/", "/setup/x": "/", "/oidc/start": "/", "?next=x": "/", "#x": "/",
	} {
		if got := within(next); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
	h := newHouse(t, nil)
	h.with(t, "wang", visitor.Clerk)
	a := h.browser("10.0.0.7").post("/signin", "name", "wang", "password", phrase, "next", "//evil.example/x")
	expect(t, "an open redirect", a, 303)
	if a.Header.Get("Location") != "/" {
		t.Error(a.Header.Get("Location"))
	}
	b := h.browser("10.0.0.7")
	b.signIn("wang", phrase)
	if a := b.get("/signin?next=https://evil.example"); a.Header.Get("Location") != "/" {
		t.Error(a.Header.Get("Location"))
	}
}

func TestLargeFormsAreRefused(t *testing.T) {
	h := newHouse(t, nil)
	h.with(t, "wang", visitor.Clerk)
	expect(t, "a large form", h.browser("10.0.0.7").signIn("wang", strings.Repeat("x", 10*largestForm)), 400)
	expect(t, "a broken one", h.browser("10.0.0.7").send(http.MethodPost, "/signin?next=%zz", nil), 400)
}

// unread is the body of a request that nobody may read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body is read")
	return 0, io.EOF
}

// TestWhatNobodySendsIsNotTakenIn: an upload without a session, or from another site, is answered without its files.
func TestWhatNobodySendsIsNotTakenIn(t *testing.T) {
	h := newHouse(t, nil)
	for header, status := range map[string]int{"": 303, "cross-site": 403} {
		for _, kind := range []string{"multipart/form-data; boundary=x", "application/x-www-form-urlencoded"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/upload", unread{t})
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Sec-Fetch-Site", header)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != status {
				t.Errorf("%q, %s: %d", header, kind, w.Code)
			}
		}
	}
}

func TestPagesSpeakBothLanguages(t *testing.T) {
	h := newHouse(t, nil)
	h.with(t, "wang", visitor.Clerk)
	token, err := h.store.SetUpLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	invitation, err := h.store.Reset(t.Context(), h.root, "wang")
	if err != nil {
		t.Fatal(err)
	}
	b := h.browser("127.0.0.1")
	b.signIn("wang", phrase)
	han := regexp.MustCompile(`\p{Han}`)
	for _, path := range []string{"/setup/" + token, "/invitation/" + invitation, "/password", "/invitation/spent"} {
		zh, en := b.get(path).body, b.get(path+"?lang=en").body
		if strings.ReplaceAll(en, ">中文<", "") != han.ReplaceAllString(strings.ReplaceAll(en, ">中文<", ""), "") || !han.MatchString(zh) || !strings.Contains(zh, `lang="zh-CN"`) || !strings.Contains(en, `<html lang="en">`) {
			t.Errorf("%s:\n%s\n%s", path, zh, en)
		}
	}
}

// TestTheSiteWritesWhoDidItFromWhere: a handler behind the door names what was done, and nothing else.
func TestTheSiteWritesWhoDidItFromWhere(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Proxies = []netip.Prefix{netip.MustParsePrefix("10.1.0.9/32")} })
	h.with(t, "wang", visitor.Office)
	site := h.door.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h.door.Write(r.Context(), trail.ViewedEvidence, "M00001", visitor.Place{Town: "逍林镇", Village: "V07"}, trail.Done); err != nil {
			t.Error(err)
		}
	}))
	b := h.browser("10.1.0.9")
	b.site, b.headers["X-Forwarded-For"] = site, "10.0.0.7"
	b.signIn("wang", phrase)
	b.get("/cadres")
	all := h.events(t)
	e := all[len(all)-1]
	if e.Account != "wang" || e.Role != visitor.Office || e.Address != "10.0.0.7" || e.Origin != visitor.Web || e.Object != "M00001" || e.Place.Village != "V07" || e.Outcome != trail.Done {
		t.Errorf("%+v", e)
	}
}

// TestReadingPagesWritesNothing: neither the session nor anything else, within the minute.
// signedInAt is a house with a browser that has signed in, and the clock the door goes by.
func signedInAt(t *testing.T) (h *house, b *browser, on *time.Time) {
	t.Helper()
	h = newHouse(t, nil)
	h.with(t, "wang", visitor.Clerk)
	now := time.Now().Truncate(time.Second)
	h.door.now = func() time.Time { return now }
	b = h.browser("10.0.0.7")
	b.signIn("wang", phrase)
	return h, b, &now
}

func TestReadingPagesWritesNothing(t *testing.T) {
	h, b, on := signedInAt(t)
	written := func() (bytes int64) {
		files, err := filepath.Glob(h.path + "*")
		if err != nil || len(files) < 2 {
			t.Fatal(files, err)
		}
		for _, file := range files {
			info, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			bytes += info.Size()
		}
		return bytes
	}
	before := written()
	for range 20 {
		*on = on.Add(2 * time.Second)
		if !b.signedIn() {
			t.Fatal("not in")
		}
	}
	if after := written(); after != before {
		t.Errorf("%d bytes written within the minute", after-before)
	}
	*on = on.Add(noted)
	if !b.signedIn() || written() == before {
		t.Error("a request after the minute is not noted")
	}
}

// TestASessionOfAnOlderVersionGoesOn: it says nothing of its last request; and a clock that is set back keeps no session alive.
func TestASessionOfAnOlderVersionGoesOn(t *testing.T) {
	h, b, on := signedInAt(t)
	old := h.door.sessions.LoadAndSave(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		h.door.sessions.Remove(r.Context(), sessionSeen)
	}))
	b.site = old
	b.get("/")
	b.site = h
	if !b.signedIn() {
		t.Fatal("an update has signed people out")
	}
	*on = on.Add(-2 * idle)
	if !b.signedIn() {
		t.Fatal("a clock that is set back signs people out")
	}
	if *on = on.Add(idle + noted); b.signedIn() {
		t.Error("a session of which a request was noted in the future is idle never")
	}
}

// TestAnIdleSessionEnds leaves a browser alone for less and for more than an hour.
func TestAnIdleSessionEnds(t *testing.T) {
	_, b, on := signedInAt(t)
	for range 3 { // three hours in all, with a request in each
		*on = on.Add(idle)
		if !b.signedIn() {
			t.Fatal("a session that is used has ended")
		}
	}
	*on = on.Add(idle + noted)
	if b.signedIn() || len(b.cookies) > 0 {
		t.Errorf("still in after %s without a request, %v", idle+noted, b.cookies)
	}
}

func TestNoCookieOfAFailedSignIn(t *testing.T) {
	h := newHouse(t, nil)
	if a := h.browser("10.0.0.7").signIn("nobody", phrase); len(a.Cookies()) > 0 {
		t.Errorf("%v", a.Cookies())
	}
}

// BenchmarkRecognising is what the door adds to a request of somebody who is signed in.
func BenchmarkRecognising(b *testing.B) {
	h := newHouse(b, nil)
	h.with(b, "wang", visitor.Clerk)
	visits := h.browser("10.0.0.7")
	visits.signIn("wang", phrase)
	if !visits.signedIn() {
		b.Fatal("not in")
	}
	b.RunParallel(func(pb *testing.PB) {
		own := h.browser("10.0.0.7")
		maps.Copy(own.cookies, visits.cookies)
		for pb.Next() {
			own.get("/visits")
		}
	})
}
