package signin

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"hulian/dashboards/accounts"
	"hulian/dashboards/observe"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
)

// forPrograms reports whether a request is for the API, which answers programs and not people.
func forPrograms(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// bearer is the token a request for the API carries. Pages are for people: a token opens none.
func bearer(r *http.Request) (token string, by bool) {
	if !forPrograms(r) || len(r.Header.Values("Authorization")) == 0 {
		return "", false
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return "", true // what is no token is a wrong one: a request that carries a proof is never taken by another
	}
	return strings.TrimSpace(token), true
}

// byToken lets a program through to the site as the account of its token. No cookie of the request is looked at.
func (d *Door) byToken(site http.Handler, token string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		way := d.way(r)
		way.Town = d.town()
		v, account, err := d.Accounts.ByToken(r.Context(), way, token)
		if errors.Is(err, accounts.ErrToken) {
			if d.tries.Take(way.Address) > 0 { // neither the trail nor anybody's patience has room for every guess
				err = errTooMany
			} else if failed := d.Trail.Write(r.Context(), trail.Event{By: visitor.Visitor{Origin: visitor.API}, Address: way.Address, Action: trail.TokenRefused, At: d.Here(), Outcome: trail.Denied}); failed != nil {
				err = failed
			}
		}
		if err != nil {
			d.fail(w, r, err)
			return
		}
		observe.Account(r.Context(), account)
		site.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), keyVisitor, v)))
	})
}

// tokens are what the page of access tokens shows.
type tokens struct {
	All    []tokenRow
	Scopes []scopeChoice
	Fresh  string // the secret of the token just made, shown this once
	Label  string
	Days   int
	Server string
}

type tokenRow struct {
	accounts.Token
	Titles []string
	State  string // valid, expired, revoked
}

type scopeChoice struct {
	Scope  accounts.TokenScope
	Title  string
	Chosen bool
}

// defaultDays is how long a token holds where its owner says nothing else.
const defaultDays = int(accounts.DefaultToken / (24 * time.Hour))

// own is the account that is signed in, and how it acts.
func own(r *http.Request) (accounts.Account, accounts.Act, error) {
	a, ok := accountOf(r.Context())
	if !ok {
		return a, accounts.Act{}, errNobody
	}
	return a, accounts.Act{By: VisitorOf(r.Context()), Address: Counted(AddressOf(r.Context()))}, nil
}

func (d *Door) showTokens(w http.ResponseWriter, r *http.Request) error {
	return d.listTokens(w, r, http.StatusOK, "", nil)
}

// listTokens shows the tokens of whoever is signed in. fresh is the secret of one that was made just now; err is why none was.
func (d *Door) listTokens(w http.ResponseWriter, r *http.Request, status int, fresh string, err error) error {
	a, act, nobody := own(r)
	if nobody != nil {
		return nobody
	}
	all, failed := d.Accounts.Tokens(r.Context(), act, a.Name)
	if failed != nil {
		return failed
	}
	lang := langOf(r)
	shown := &tokens{Fresh: fresh, Days: defaultDays, Server: "http://" + r.Host}
	if d.Address != nil {
		shown.Server = strings.TrimSuffix(d.Address.String(), "/")
	}
	now := time.Now()
	for _, t := range all {
		row := tokenRow{Token: t, State: string(t.State(now))}
		for _, s := range t.Scopes {
			row.Titles = append(row.Titles, s.Title().In(lang))
		}
		shown.All = append(shown.All, row)
	}
	for _, s := range accounts.TokenScopes() {
		if s.OpenTo(act.By) {
			shown.Scopes = append(shown.Scopes, scopeChoice{s, s.Title().In(lang), s == accounts.TokenRead})
		}
	}
	f := form{Action: "/tokens", Name: a.Name, Shown: a.Shown, Tokens: shown}
	var refused accounts.Refusal
	if errors.As(err, &refused) {
		f.Problem, shown.Label = refused.Text().In(lang), r.PostForm.Get("label")
		status = http.StatusUnprocessableEntity
	} else if err != nil {
		return err
	}
	return d.show(w, r, status, "tokens", f)
}

func (d *Door) makeToken(w http.ResponseWriter, r *http.Request) error {
	a, act, err := own(r)
	if err != nil {
		return err
	}
	ask := accounts.TokenAsk{Label: r.PostForm.Get("label")}
	for _, scope := range r.PostForm["scope"] {
		ask.Scopes = append(ask.Scopes, accounts.TokenScope(scope))
	}
	days, err := strconv.Atoi(r.PostForm.Get("days"))
	if err != nil || days < 1 || days > int(accounts.LongestToken/(24*time.Hour)) {
		return d.listTokens(w, r, http.StatusOK, "", accounts.ErrTokenTime)
	}
	ask.Lasts = time.Duration(days) * 24 * time.Hour
	_, secret, err := d.Accounts.MakeToken(r.Context(), act, a.Name, ask)
	return d.listTokens(w, r, http.StatusOK, secret, err)
}

func (d *Door) revokeToken(w http.ResponseWriter, r *http.Request) error {
	a, act, err := own(r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return errNotFound
	}
	if err := d.Accounts.RevokeToken(r.Context(), act, a.Name, id); err != nil {
		return d.listTokens(w, r, http.StatusOK, "", err)
	}
	target := "/tokens"
	if langOf(r) == english {
		target += "?lang=en"
	}
	return d.goTo(w, r, target)
}
