package signin

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"hulian/dashboards/accounts"
	"hulian/dashboards/limit"
	"hulian/dashboards/observe"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
)

// Config is what a door needs.
type Config struct {
	Accounts *accounts.Store
	Trail    *trail.Book
	Town     func() string  // ID of the town whose folder is served; empty while nothing is published
	Address  *url.URL       // by which people open the server, such as https://hulian.example; nil: only on the machine itself
	TLS      bool           // the server speaks TLS itself, whether or not Address is given
	Hosts    []string       // further host names it answers to
	Proxies  []netip.Prefix // whose X-Forwarded-For is believed
	Provider *Provider      // signs people in by OpenID Connect; nil: by password alone
	Logger   *slog.Logger   // nil: slog.Default

	// Open tells the paths that need nobody: assets, the check of health. nil: those of this server.
	Open func(path string) bool
}

// Door lets visitors in.
type Door struct {
	Config
	sessions *scs.SessionManager
	hosts    map[string]bool
	tries    *limit.Buckets
	own      *http.ServeMux
	now      func() time.Time
}

// What a session holds.
const (
	sessionAccount = "account"
	sessionEra     = "era"
	sessionSeen    = "seen" // Unix time of a request, not much older than the last
)

// How long a session lasts, and how long without a request. The library's own idle time writes every session with every request; here
// a request is noted when the last one noted is older than noted.
const (
	lifetime = 12 * time.Hour
	idle     = time.Hour
	noted    = time.Minute
)

// New makes a door.
func New(c Config) (*Door, error) {
	if c.Accounts == nil || c.Trail == nil || c.Town == nil {
		return nil, errors.New("signin: accounts, the trail and the town are needed")
	}
	if c.Provider != nil && c.Address == nil {
		return nil, errors.New("signin: an identity provider needs the address people open the server by")
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Open == nil {
		c.Open = func(path string) bool {
			return strings.HasPrefix(path, "/assets/") || path == "/healthz" || path == "/metrics"
		}
	}
	d := &Door{Config: c, hosts: hostsOf(c), tries: limit.New(refill, burst), sessions: scs.New(), own: http.NewServeMux(), now: time.Now}
	d.sessions.Store, d.sessions.Codec = c.Accounts.Sessions(), accounts.Codec{}
	d.sessions.HashTokenInStore = true
	d.sessions.Lifetime = lifetime
	d.sessions.Cookie.SameSite = http.SameSiteLaxMode // an identity provider leads back from another site
	d.sessions.Cookie.Name = "hulian-session"
	if d.secure() {
		d.sessions.Cookie.Secure = true
		d.sessions.Cookie.Name = "__Host-hulian-session" // browsers take it from this host over TLS alone
	}
	d.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) { d.fail(w, r, err) }
	for pattern, do := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /signin":              d.showSignIn,
		"POST /signin":             d.signIn,
		"POST /signout":            d.signOut,
		"GET /setup/{token}":       d.showSetUp,
		"POST /setup/{token}":      d.setUp,
		"GET /invitation/{token}":  d.showInvitation,
		"POST /invitation/{token}": d.acceptInvitation,
		"GET /password":            d.showPassword,
		"POST /password":           d.changePassword,
		"GET /tokens":              d.showTokens,
		"POST /tokens":             d.makeToken,
		"POST /tokens/{id}/revoke": d.revokeToken,
		"GET /oidc/start":          d.startProvider,
		"GET /oidc/callback":       d.returnFromProvider,
		"/":                        func(http.ResponseWriter, *http.Request) error { return errNotFound },
	} {
		d.own.Handle(pattern, d.handle(do))
	}
	return d, nil
}

// secure reports whether people come by TLS. Cookies that are sent over TLS alone would keep an office on plain HTTP from
// signing in, without a word.
func (d *Door) secure() bool { return d.TLS || d.Address != nil && d.Address.Scheme == "https" }

type contextKey int

const (
	keyVisitor contextKey = iota
	keyAddress
	keyAccount
)

// VisitorOf is who makes a request; the zero Visitor where nobody is signed in.
func VisitorOf(ctx context.Context) visitor.Visitor {
	v, _ := ctx.Value(keyVisitor).(visitor.Visitor)
	return v
}

// As is the context of a request that the server itself makes as a visitor would.
func As(ctx context.Context, v visitor.Visitor) context.Context {
	return context.WithValue(ctx, keyVisitor, v)
}

// AddressOf is the network address a request comes from, behind proxies that are named.
func AddressOf(ctx context.Context) netip.Addr {
	a, _ := ctx.Value(keyAddress).(netip.Addr)
	return a
}

func accountOf(ctx context.Context) (accounts.Account, bool) {
	a, ok := ctx.Value(keyAccount).(accounts.Account)
	return a, ok
}

// Wrap puts the door before a site. Every answer bears the headers that keep browsers from what pages never do.
func (d *Door) Wrap(site http.Handler) http.Handler {
	inside := d.sessions.LoadAndSave(d.recognise(d.route(site)))
	fromHere := http.NewCrossOriginProtection()
	fromHere.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.fail(w, r, errElsewhere) }))
	guarded := fromHere.Handler(inside)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w)
		if !d.hosts[hostname(r.Host)] {
			d.Logger.Warn("request for an unknown host", "host", r.Host, "request", observe.ID(r.Context()))
			http.Error(w, "this server does not answer to this name; see the setting of its address\n本服务器不使用这个域名，请检查地址设置", http.StatusMisdirectedRequest)
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), keyAddress, d.clientOf(r)))
		if d.Open(r.URL.Path) {
			site.ServeHTTP(w, r)
			return
		}
		if token, by := bearer(r); by {
			d.byToken(site, token).ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// route takes the door's own pages, and lets visitors through to the site.
func (d *Door) route(site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case ownPath(r.URL.Path):
			d.own.ServeHTTP(w, r)
		case VisitorOf(r.Context()).SignedIn():
			site.ServeHTTP(w, r)
		default:
			d.fail(w, r, errNobody)
		}
	})
}

// ownPath reports whether a path is the door's, whatever the method.
func ownPath(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "signin", "signout", "setup", "invitation", "password", "tokens", "oidc":
		return true
	}
	return false
}

// recognise puts the owner of the session into the context. A session of an account that was disabled or changed since ends.
func (d *Door) recognise(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if id, era := d.number(ctx, sessionAccount), d.number(ctx, sessionEra); id != 0 {
			a, goesOn, err := d.Accounts.Current(ctx, id, era)
			goesOn = goesOn && !d.idle(ctx)
			if err == nil && !goesOn {
				err = d.sessions.Destroy(ctx)
			}
			if err != nil {
				d.fail(w, r, err)
				return
			}
			if goesOn {
				observe.Account(ctx, a.ID)
				ctx = context.WithValue(ctx, keyAccount, a)
				ctx = context.WithValue(ctx, keyVisitor, a.Visitor(d.town(), visitor.Web))
			}
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// idle reports whether the session has been without a request for too long, and notes this one. One that says nothing of its last request
// began under an older version, which ended idle sessions its own way: it counts as seen now. A request noted in the future was noted
// by a clock that was set back since, and is noted anew: it would keep the session from ever being idle otherwise.
func (d *Door) idle(ctx context.Context) bool {
	now, seen := d.now(), d.number(ctx, sessionSeen)
	since := now.Sub(time.Unix(seen, 0))
	if since >= 0 && since < noted {
		return false
	}
	d.sessions.Put(ctx, sessionSeen, strconv.FormatInt(now.Unix(), 10))
	return seen != 0 && since > idle
}

// town is the town's ID; before anything is published a name no town has.
func (d *Door) town() string {
	if town := d.Town(); town != "" {
		return town
	}
	return "(no town yet)"
}

// Here is the town that is served, as a place.
func (d *Door) Here() visitor.Place { return visitor.Place{Town: d.town()} }

func (d *Door) way(r *http.Request) accounts.Way {
	return accounts.Way{Address: Counted(AddressOf(r.Context())), Town: d.Town(), Origin: visitor.Web}
}

// admit begins a session of an account. The token is a new one: one planted beforehand is worth nothing.
func (d *Door) admit(ctx context.Context, a accounts.Account) error {
	if err := d.sessions.RenewToken(ctx); err != nil {
		return err
	}
	d.sessions.Put(ctx, sessionAccount, strconv.FormatInt(a.ID, 10))
	d.sessions.Put(ctx, sessionEra, strconv.FormatInt(a.Era, 10))
	d.sessions.Put(ctx, sessionSeen, strconv.FormatInt(d.now().Unix(), 10))
	return nil
}

// number is a number that admit has put into the session; 0 where nobody is in.
func (d *Door) number(ctx context.Context, key string) int64 {
	n, err := strconv.ParseInt(d.sessions.GetString(ctx, key), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Write keeps in the trail what a request did: by whom and from where is known here.
func (d *Door) Write(ctx context.Context, action trail.Action, object string, at visitor.Place, outcome trail.Outcome) error {
	return d.Trail.Write(ctx, trail.Event{By: VisitorOf(ctx), Address: Counted(AddressOf(ctx)), Action: action, Object: object, At: at, Outcome: outcome})
}
