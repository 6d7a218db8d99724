package signin

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/data"
)

// issuer is a small identity provider: it vouches for whomever the test says.
type issuer struct {
	*httptest.Server
	key    *rsa.PrivateKey
	claims map[string]any // beside those that every answer holds
	asked  url.Values     // of the last request to sign in
	posted url.Values     // of the last exchange of a code
	signer *rsa.PrivateKey
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key, signer: key, claims: map[string]any{"preferred_username": "Wang"}}
	discovery := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "k", Algorithm: "RS256"}}}
	mux := http.NewServeMux()
	mux.Handle("/", discovery)
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		i.posted = r.PostForm
		if user, password, ok := r.BasicAuth(); ok {
			i.posted.Set("client", user+":"+password)
		}
		claims := map[string]any{"iss": i.URL, "aud": "hulian", "sub": "1", "exp": time.Now().Add(time.Hour).Unix(), "nonce": i.asked.Get("nonce")}
		maps.Copy(claims, i.claims)
		content, err := json.Marshal(claims)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token": "a", "token_type": "Bearer", "id_token": %q}`, oidctest.SignIDToken(i.signer, "k", "RS256", string(content)))
	})
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	discovery.SetIssuer(i.URL)
	return i
}

// vouching makes a house whose provider is the issuer.
func vouching(t *testing.T, i *issuer, set func(*Provider)) *house {
	t.Helper()
	t.Setenv("OIDC_SECRET", "s3cret")
	p := &Provider{Issuer: i.URL, ClientID: "hulian", Secret: "env:OIDC_SECRET", Title: data.Text{Zh: "统一身份认证登录", En: "Sign in with the county's account"}}
	if set != nil {
		set(p)
	}
	h := newHouse(t, func(c *Config) { c.Address, c.Provider = mustParse("http://localhost:8642"), p })
	h.with(t, "wang", visitor.Clerk)
	return h
}

// start goes to the provider and gives the state that comes back.
func (i *issuer) start(t *testing.T, b *browser, path string) (state string) {
	t.Helper()
	a := b.get(path)
	to, err := url.Parse(a.Header.Get("Location"))
	if err != nil || a.StatusCode != 303 || !strings.HasPrefix(to.String(), i.URL) {
		t.Fatalf("%d %s %v", a.StatusCode, a.Header.Get("Location"), err)
	}
	i.asked = to.Query()
	return i.asked.Get("state")
}

func TestSigningInByTheProvider(t *testing.T) {
	i := newIssuer(t)
	h := vouching(t, i, nil)
	b := h.browser("10.0.0.7")
	expect(t, "the button", b.get("/signin?lang=en"), 200, "Sign in with the county&#39;s account", `/oidc/start?next=%2f`)
	state := i.start(t, b, "/oidc/start?next=/visits")
	planted := b.cookies["hulian-session"]
	if i.asked.Get("redirect_uri") != "http://localhost:8642/oidc/callback" || i.asked.Get("code_challenge_method") != "S256" || state == "" || i.asked.Get("nonce") == "" {
		t.Errorf("%v", i.asked)
	}
	expect(t, "back", b.get("/oidc/callback?code=c&state="+state), 303, "/visits")
	expect(t, "in", b.get("/"), 200, `as "wang" clerk`)
	if b.cookies["hulian-session"] == planted {
		t.Error("the token is that of before")
	}
	challenge := sha256.Sum256([]byte(i.posted.Get("code_verifier")))
	if base64.RawURLEncoding.EncodeToString(challenge[:]) != i.asked.Get("code_challenge") || i.posted.Get("client") != "hulian:s3cret" {
		t.Errorf("%v", i.posted)
	}
	all := h.events(t)
	if last := all[len(all)-1]; last.Action != trail.SignedIn || last.Account != "wang" {
		t.Errorf("%+v", last)
	}
	expect(t, "the answer replayed", b.get("/oidc/callback?code=c&state="+state), 403)
}

func TestTheProvidersAnswerServesOneBrowserOnce(t *testing.T) {
	i := newIssuer(t)
	h := vouching(t, i, nil)
	for name, c := range map[string]func(b *browser, state string) answer{
		"another browser": func(_ *browser, state string) answer {
			return h.browser("10.0.0.6").get("/oidc/callback?code=c&state=" + state)
		},
		"another state": func(b *browser, _ string) answer { return b.get("/oidc/callback?code=c&state=x") },
		"no state":      func(b *browser, _ string) answer { return b.get("/oidc/callback?code=c") },
		"a wrong one first": func(b *browser, state string) answer {
			b.get("/oidc/callback?code=c&state=x")
			return b.get("/oidc/callback?code=c&state=" + state)
		},
		"nothing begun": func(*browser, string) answer { return h.browser("10.0.0.5").get("/oidc/callback?code=c&state=") },
	} {
		b := h.browser("10.0.0.7")
		expect(t, name, c(b, i.start(t, b, "/oidc/start")), 403)
		if b.signedIn() {
			t.Errorf("%s: in", name)
		}
	}
}

func TestWhomTheProviderCannotVouchFor(t *testing.T) {
	i := newIssuer(t)
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		claims  map[string]any
		set     func(*Provider)
		signer  *rsa.PrivateKey
		disable bool
		in      bool
	}{
		"an account":                 {claims: map[string]any{"preferred_username": "WANG"}, in: true},
		"a verified address":         {claims: map[string]any{"email": "wang", "email_verified": true}, set: func(p *Provider) { p.Claim = "email" }, in: true},
		"an address not verified":    {claims: map[string]any{"email": "wang"}, set: func(p *Provider) { p.Claim = "email" }},
		"an address said verified":   {claims: map[string]any{"email": "wang", "email_verified": "false"}, set: func(p *Provider) { p.Claim = "email" }},
		"nobody's name":              {claims: map[string]any{"preferred_username": "li"}},
		"no name":                    {claims: map[string]any{}},
		"a name that is a number":    {claims: map[string]any{"preferred_username": 7}},
		"a disabled account":         {claims: map[string]any{"preferred_username": "wang"}, disable: true},
		"another sign-in's answer":   {claims: map[string]any{"preferred_username": "wang", "nonce": "other"}},
		"another client's answer":    {claims: map[string]any{"preferred_username": "wang", "aud": "other"}},
		"another issuer's answer":    {claims: map[string]any{"preferred_username": "wang", "iss": "http://evil.example"}},
		"an answer that has ended":   {claims: map[string]any{"preferred_username": "wang", "exp": 1}},
		"an answer nobody signed":    {claims: map[string]any{"preferred_username": "wang"}, signer: stranger},
		"a secret that is not there": {claims: map[string]any{"preferred_username": "wang"}, set: func(p *Provider) { p.Secret = "env:NOT_SET_ANYWHERE" }},
	} {
		t.Run(name, func(t *testing.T) {
			i.claims, i.signer = c.claims, i.key
			if c.signer != nil {
				i.signer = c.signer
			}
			h := vouching(t, i, c.set)
			if c.disable {
				if err := h.store.Disable(t.Context(), h.root, "wang"); err != nil {
					t.Fatal(err)
				}
			}
			b := h.browser("10.0.0.7")
			if a := b.get("/oidc/start"); a.StatusCode == 303 {
				to, err := url.Parse(a.Header.Get("Location"))
				if err != nil {
					t.Fatal(err)
				}
				i.asked = to.Query()
				b.get("/oidc/callback?code=c&state=" + i.asked.Get("state"))
			}
			if b.signedIn() != c.in {
				t.Errorf("in: %v\n%s", b.signedIn(), h.log)
			}
			if strings.Contains(h.log.String(), "s3cret") {
				t.Error("the secret stands in the log")
			}
		})
	}
}

// TestMembersOfAGroupGetAnAccount: at their first sign-in, with the group's role and place; afterwards it is the administrator's to
// change. Whoever is in none of the groups gets none.
func TestMembersOfAGroupGetAnAccount(t *testing.T) {
	i := newIssuer(t)
	h := vouching(t, i, func(p *Provider) {
		p.GroupClaim = "groups"
		p.Groups = []Group{{"xinyuan", visitor.VillageSecretary, visitor.Scope{Village: "V02"}}, {"all", visitor.Analyst, visitor.Scope{}}}
	})
	come := func(claims map[string]any) (b *browser, in bool) {
		i.claims = claims
		b = h.browser("10.0.0.7")
		state := i.start(t, b, "/oidc/start")
		b.get("/oidc/callback?code=c&state=" + state)
		return b, b.signedIn()
	}
	for name, groups := range map[string]any{"none": nil, "others": []any{"county"}, "no list": "all", "no text": []any{7}, "part of a name": []any{"al"}} {
		if _, in := come(map[string]any{"preferred_username": "li", "groups": groups}); in {
			t.Errorf("%s: in", name)
		}
	}
	b, in := come(map[string]any{"preferred_username": "li", "name": "李书记", "groups": []any{"all", "xinyuan"}})
	if !in {
		t.Fatal("a member of a group is not in")
	}
	expect(t, "the first group that fits", b.get("/"), 200, `as "li" village_secretary`)
	if err := h.store.Disable(t.Context(), h.root, "li"); err != nil {
		t.Fatal(err)
	}
	if _, in := come(map[string]any{"preferred_username": "li", "groups": []any{"all"}}); in {
		t.Error("a disabled account came in anew")
	}
	b, _ = come(map[string]any{"preferred_username": "wang", "groups": []any{"all"}})
	expect(t, "an account that exists keeps its role", b.get("/"), 200, `as "wang" clerk`)
	made := 0
	for _, e := range h.events(t) {
		if e.Action == trail.AccountMade && strings.HasPrefix(e.Object, "li (village_secretary") {
			made++
		}
	}
	if made != 1 {
		t.Errorf("the trail tells of %d new accounts", made)
	}
}

func TestTheServerStartsWithoutTheProvider(t *testing.T) {
	i := newIssuer(t)
	h := vouching(t, i, func(p *Provider) { p.Issuer = "http://127.0.0.1:1" })
	expect(t, "the provider is away", h.browser("10.0.0.7").get("/oidc/start"), 500)
	b := h.browser("10.0.0.7")
	expect(t, "by password", b.signIn("wang", phrase), 303)
	h.door.Provider.Issuer = i.URL
	i.start(t, h.browser("10.0.0.7"), "/oidc/start")
	if _, err := New(Config{Accounts: h.store, Trail: h.door.Trail, Town: h.door.Town, Provider: &Provider{}}); err == nil {
		t.Error("a provider without the server's address is taken")
	}
}
