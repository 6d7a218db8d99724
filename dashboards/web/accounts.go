package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"hulian/dashboards/accounts"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
)

// accountActions are what an administrator does with accounts, and what the trail calls it.
var accountActions = map[string]trail.Action{
	"add": trail.AccountMade, "change": trail.AccountChanged, "reset": trail.LinkMade, "disable": trail.AccountDisabled, "enable": trail.AccountEnabled, "unlock": trail.AccountUnlocked,
}

type oneTimeKey struct{}

// oneTime is the link a request has just made; the zero OneTimeLink where it made none.
func oneTime(ctx context.Context) block.OneTimeLink {
	l, _ := ctx.Value(oneTimeKey{}).(block.OneTimeLink)
	return l
}

// keepAccount changes an account as the administrator says, and leads back to its page; a new link is shown at once and nowhere
// else. To whoever does not administer the address does not exist.
func (s *server) keepAccount(w http.ResponseWriter, r *http.Request) error {
	action := r.PathValue("action")
	called, known := accountActions[action]
	if !known {
		return errNotFound
	}
	if err := s.allowed(r, visitor.Administer, s.Door.Here()); err != nil {
		return err
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	said, name := r.PostForm, r.PostForm.Get("name")
	token, err := s.changeAccount(r, action, said)
	back := url.Values{}
	keepLanguage(back, said, r.URL.Query())
	if action != "add" && !errors.Is(err, accounts.ErrUnknown) {
		back.Set("account", name)
	}
	if code := refusalCode(err); code != "" {
		back.Set("refused", code)
		err = s.Door.Write(r.Context(), called, name, s.Door.Here(), trail.Denied)
	} else if err == nil {
		back.Set("done", "1")
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	if token == "" {
		http.Redirect(w, r, "/accounts?"+back.Encode(), http.StatusSeeOther)
		return nil
	}
	link := block.OneTimeLink{Account: name, Address: s.invitation(r, token)}
	shown := r.Clone(context.WithValue(r.Context(), oneTimeKey{}, link))
	back.Del("account") // which may be written otherwise than it is kept
	shown.URL.RawQuery = back.Encode()
	list, _ := question.ByID("accounts")
	return s.page(w, shown, list)
}

// changeAccount does what a form says; token is that of a link, where one was made.
func (s *server) changeAccount(r *http.Request, action string, said url.Values) (token string, err error) {
	ctx, store, name := r.Context(), s.Door.Accounts, said.Get("name")
	act := accounts.Act{By: signin.VisitorOf(ctx), Address: signin.AddressOf(ctx).String()}
	h := accounts.Holder{Name: name, Shown: said.Get("shown"), Role: visitor.Role(said.Get("role")), Scope: visitor.Scope{Village: said.Get("village"), Branch: said.Get("branch")}}
	if action == "add" || action == "change" {
		units, err := s.units(ctx)
		if err != nil {
			return "", err
		}
		if h.Scope, err = units.Place(h.Scope); err != nil {
			return "", err
		}
	}
	switch action {
	case "add":
		_, token, err = store.Add(ctx, act, h)
	case "change":
		err = store.Change(ctx, act, h)
	case "reset":
		token, err = store.Reset(ctx, act, name)
	case "disable":
		err = store.Disable(ctx, act, name)
	case "enable":
		err = store.Enable(ctx, act, name)
	case "unlock":
		err = store.Unlock(ctx, act, name)
	}
	return token, err
}

// refusalCode is what the page knows a refusal by; empty where the error is none.
func refusalCode(err error) string {
	var refusal accounts.Refusal
	var unit *accounts.UnitError
	switch {
	case errors.As(err, &refusal):
		return string(refusal)
	case errors.As(err, &unit):
		return "unit"
	case errors.Is(err, visitor.ErrScope), errors.Is(err, visitor.ErrUnknownRole):
		return "scope"
	}
	return ""
}

// units are the villages and branches that are published.
func (s *server) units(ctx context.Context) (accounts.Units, error) {
	pinned, snapshot, err := s.opened(ctx, s.newest)
	if err != nil {
		return accounts.Units{}, err
	}
	defer pinned.Release()
	return unitsOf(snapshot), nil
}

func unitsOf(s facts.Snapshot) accounts.Units {
	u := accounts.Units{Branches: map[string]string{}}
	for _, v := range s.Villages {
		u.Villages = append(u.Villages, v.ID)
	}
	for _, b := range s.Branches {
		u.Branches[b.ID] = b.VillageID
	}
	return u
}

// invitation is the address a link's token stands in: that of the settings, or the one the administrator came by.
func (s *server) invitation(r *http.Request, token string) string {
	at := &url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		at.Scheme = "https"
	}
	if s.Door.Address != nil {
		at = s.Door.Address
	}
	return at.JoinPath("invitation", token).String()
}
