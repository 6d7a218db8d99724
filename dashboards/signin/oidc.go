package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"hulian/dashboards/accounts"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines/source/secret"
)

// Provider signs people in by OpenID Connect, by the name in Claim. Somebody it vouches for must have an account here; members of
// Groups get one at their first sign-in. The role of an account that exists is what the administrator has made it.
type Provider struct {
	Issuer   string           // its address, such as https://id.example
	ClientID string           // of this server, as the provider knows it
	Secret   secret.Reference // env:NAME or file:/path; empty: a client without a secret
	Claim    string           // that holds the name of the account; empty: preferred_username
	Title    data.Text        // of the button
	Client   *http.Client     // nil: one that waits patience for an answer

	GroupClaim string  // that lists the groups somebody is in
	Groups     []Group // the first that fits counts; none: no accounts are made

	once sync.Mutex
	at   *oidc.Provider
}

// Group is a group of the provider, and what its members are here.
type Group struct {
	Name  string
	Role  visitor.Role
	Scope visitor.Scope
}

// vouched is somebody the provider vouches for.
type vouched struct {
	name, shown string
	groups      []string
}

// patience is how long an answer of the provider is waited for.
const patience = 10 * time.Second

// What a session holds while somebody is at the provider.
const (
	sessionState    = "oidc_state"
	sessionNonce    = "oidc_nonce"
	sessionVerifier = "oidc_verifier"
	sessionNext     = "oidc_next"
)

func (p *Provider) client() *http.Client {
	if p.Client != nil {
		return p.Client
	}
	return &http.Client{Timeout: patience}
}

// discovered is the provider as it describes itself. It is asked once it answers, so that the server starts without it.
func (p *Provider) discovered(ctx context.Context) (*oidc.Provider, error) {
	p.once.Lock()
	defer p.once.Unlock()
	if p.at != nil {
		return p.at, nil
	}
	at, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client()), p.Issuer)
	if err != nil {
		return nil, err
	}
	p.at = at
	return at, nil
}

func (d *Door) oauth(at *oidc.Provider) (oauth2.Config, error) {
	key, err := d.Provider.Secret.Read()
	return oauth2.Config{ClientID: d.Provider.ClientID, ClientSecret: key.Reveal(), Endpoint: at.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
		RedirectURL: d.Address.JoinPath("/oidc/callback").String()}, err
}

// startProvider leads to the provider. State, nonce and the code's verifier stay in the session, so that an answer serves this
// browser alone, once.
func (d *Door) startProvider(w http.ResponseWriter, r *http.Request) error {
	if d.Provider == nil {
		return errNotFound
	}
	if err := d.counting(r); err != nil {
		return err
	}
	at, err := d.Provider.discovered(r.Context())
	if err != nil {
		return fmt.Errorf("identity provider: %w", err)
	}
	config, err := d.oauth(at)
	if err != nil {
		return err
	}
	state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	for key, value := range map[string]string{sessionState: state, sessionNonce: nonce, sessionVerifier: verifier, sessionNext: within(r.Form.Get("next"))} {
		d.sessions.Put(r.Context(), key, value)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), http.StatusSeeOther)
	return nil
}

func (d *Door) returnFromProvider(w http.ResponseWriter, r *http.Request) error {
	if d.Provider == nil {
		return errNotFound
	}
	if err := d.counting(r); err != nil {
		return err
	}
	ctx := r.Context()
	state, nonce, verifier, next := d.sessions.PopString(ctx, sessionState), d.sessions.PopString(ctx, sessionNonce), d.sessions.PopString(ctx, sessionVerifier), d.sessions.PopString(ctx, sessionNext)
	if state == "" || subtle.ConstantTimeCompare([]byte(state), []byte(r.Form.Get("state"))) != 1 {
		return errProvider
	}
	who, err := d.vouched(ctx, r.Form.Get("code"), nonce, verifier)
	if err != nil {
		d.Logger.Warn("identity provider", "error", err)
		return errProvider
	}
	a, err := d.Accounts.Vouched(ctx, d.way(r), who.name, d.Provider.holder(who))
	if errors.Is(err, accounts.ErrWrong) && onlyRefused(err, accounts.ErrWrong) == nil {
		return errProvider
	}
	if err != nil {
		return err
	}
	if err := d.admit(ctx, a); err != nil {
		return err
	}
	return d.goTo(w, r, within(next))
}

// vouched exchanges a code for whom the provider vouches for.
func (d *Door) vouched(ctx context.Context, code, nonce, verifier string) (who vouched, err error) {
	at, err := d.Provider.discovered(ctx)
	if err != nil {
		return who, err
	}
	config, err := d.oauth(at)
	if err != nil {
		return who, err
	}
	ctx = oidc.ClientContext(ctx, d.Provider.client())
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return who, err
	}
	raw, _ := token.Extra("id_token").(string)
	verified, err := at.Verifier(&oidc.Config{ClientID: d.Provider.ClientID}).Verify(ctx, raw)
	if err != nil {
		return who, err
	}
	if subtle.ConstantTimeCompare([]byte(verified.Nonce), []byte(nonce)) != 1 {
		return who, errors.New("the answer is of another sign-in")
	}
	claims := map[string]any{}
	if err := verified.Claims(&claims); err != nil {
		return who, err
	}
	claim := d.Provider.Claim
	if claim == "" {
		claim = "preferred_username"
	}
	if sure, _ := claims["email_verified"].(bool); claim == "email" && !sure {
		return who, errors.New("the address of mail is not verified")
	}
	who.name, _ = claims[claim].(string)
	if who.name == "" {
		return who, fmt.Errorf("the answer holds no %s", claim)
	}
	who.shown, _ = claims["name"].(string)
	groups, _ := claims[d.Provider.GroupClaim].([]any)
	for _, g := range groups {
		if name, ok := g.(string); ok {
			who.groups = append(who.groups, name)
		}
	}
	return who, nil
}

// holder is what somebody's account is to be where he has none; nil: he gets none.
func (p *Provider) holder(who vouched) *accounts.Holder {
	for _, g := range p.Groups {
		if slices.Contains(who.groups, g.Name) {
			return &accounts.Holder{Name: who.name, Shown: who.shown, Role: g.Role, Scope: g.Scope}
		}
	}
	return nil
}
