package accounts

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"hulian/dashboards/visitor"
)

var here = visitor.Place{Town: town}

// TestATokenIsNeverMoreThanItsAccount: what a token is for, and what its account may at the moment, both limit it.
func TestATokenIsNeverMoreThanItsAccount(t *testing.T) {
	h := newHouse(t)
	a := h.with(t, "office", visitor.Office, visitor.Scope{})
	act := Act{By: a.Visitor(town, visitor.Web)}
	for _, c := range []struct {
		scopes []TokenScope
		may    visitor.Permission
		not    visitor.Permission
	}{
		{[]TokenScope{TokenRead}, visitor.SeePages | visitor.Export, visitor.SeePersons | visitor.Upload | visitor.SignMonth | visitor.Query},
		{[]TokenScope{TokenRead, TokenPersons}, visitor.SeePages | visitor.SeePersons, visitor.Upload | visitor.Waive},
		{[]TokenScope{TokenUpload}, visitor.Upload, visitor.SeePages | visitor.Accept},
	} {
		_, secret, err := h.MakeToken(t.Context(), act, "office", TokenAsk{Label: "test", Scopes: c.scopes})
		if err != nil {
			t.Fatal(err)
		}
		v, _, err := h.ByToken(t.Context(), desk, secret)
		if err != nil || v.Account != "office" || v.Origin != visitor.API || !v.SignedIn() || !v.May(c.may, here) {
			t.Errorf("%v: %+v %v", c.scopes, v, err)
		}
		for p := visitor.SeePages; p <= visitor.Administer; p <<= 1 {
			if p&c.not != 0 && v.MayAnywhere(p) {
				t.Errorf("%v: may %b", c.scopes, p)
			}
		}
	}
	analyst := h.with(t, "analyst", visitor.Analyst, visitor.Scope{})
	by := Act{By: analyst.Visitor(town, visitor.Web)}
	for _, scope := range []TokenScope{TokenPersons, TokenUpload, "administer"} {
		if _, _, err := h.MakeToken(t.Context(), by, "analyst", TokenAsk{Label: "x", Scopes: []TokenScope{scope}}); !errors.Is(err, ErrTokenScope) {
			t.Errorf("an analyst's token for %s: %v", scope, err)
		}
	}
	_, secret, err := h.MakeToken(t.Context(), act, "office", TokenAsk{Label: "names", Scopes: []TokenScope{TokenRead, TokenPersons}})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Change(t.Context(), h.root, Holder{Name: "office", Role: visitor.Auditor}); err != nil {
		t.Fatal(err)
	}
	if v, _, err := h.ByToken(t.Context(), desk, secret); err != nil || v.Role != visitor.Auditor || v.MayAnywhere(visitor.SeePersons) {
		t.Errorf("after the role was taken away: %+v %v", v, err)
	}
}

// TestATokenEnds: by its time, by revocation and with its account; and it is kept as a hash alone.
func TestATokenEnds(t *testing.T) {
	h := newHouse(t)
	a := h.with(t, "clerk", visitor.Clerk, visitor.Scope{Village: "V01"})
	own := Act{By: a.Visitor(town, visitor.Web)}
	make := func(label string, lasts time.Duration) (Token, string) {
		token, secret, err := h.MakeToken(t.Context(), own, "clerk", TokenAsk{Label: label, Scopes: []TokenScope{TokenRead, TokenUpload}, Lasts: lasts})
		if err != nil {
			t.Fatal(err)
		}
		var kept int
		if err := h.db.QueryRowContext(t.Context(), "select count(*) from tokens where instr(hash, ?) > 0 or label = ?", secret, secret).Scan(&kept); err != nil || kept != 0 || !strings.HasPrefix(secret, "hulian_") {
			t.Fatalf("the token itself is kept: %d %v", kept, err)
		}
		return token, secret
	}
	_, short := make("short", 24*time.Hour)
	revoked, cut := make("cut", 0)
	_, long := make("long", LongestToken)
	if v, _, err := h.ByToken(t.Context(), desk, short); err != nil || v.Scope.Village != "V01" {
		t.Fatal(err)
	}
	if err := h.RevokeToken(t.Context(), own, "clerk", revoked.ID); err != nil {
		t.Fatal(err)
	}
	if err := h.RevokeToken(t.Context(), own, "clerk", revoked.ID); !errors.Is(err, ErrTokenUnknown) {
		t.Errorf("revoked twice: %v", err)
	}
	h.clock = h.clock.Add(24 * time.Hour)
	for _, secret := range []string{short, cut, "hulian_NOSUCHTOKEN", ""} {
		if _, _, err := h.ByToken(t.Context(), desk, secret); !errors.Is(err, ErrToken) {
			t.Errorf("%q: %v", secret, err)
		}
	}
	if _, _, err := h.ByToken(t.Context(), desk, long); err != nil {
		t.Error(err)
	}
	all, err := h.Tokens(t.Context(), own, "clerk")
	if err != nil || len(all) != 3 || all[0].Label != "long" || !all[0].Used.Equal(h.clock) || all[1].Revoked.IsZero() || !all[1].Used.IsZero() {
		t.Errorf("%+v %v", all, err)
	}
	if err := h.Disable(t.Context(), h.root, "clerk"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.ByToken(t.Context(), desk, long); !errors.Is(err, ErrToken) {
		t.Errorf("of a disabled account: %v", err)
	}
	if events := h.events(t); !slices.Contains(events, "clerk token_made clerk: cut (read, upload)") || !slices.Contains(events, "clerk token_revoked clerk: cut (read, upload)") {
		t.Errorf("the trail holds %q", events)
	}
}

// TestOnlyTheOwnerKeepsTokens: not an administrator, not another account, and no token makes a token.
func TestOnlyTheOwnerKeepsTokens(t *testing.T) {
	h := newHouse(t)
	owner := h.with(t, "wang", visitor.Office, visitor.Scope{})
	other := h.with(t, "li", visitor.Administrator, visitor.Scope{})
	ask := TokenAsk{Label: "x", Scopes: []TokenScope{TokenRead}}
	for _, act := range []Act{{By: other.Visitor(town, visitor.Web)}, {By: owner.Visitor(town, visitor.API)}, {}} {
		_, _, err := h.MakeToken(t.Context(), act, "wang", ask)
		_, list := h.Tokens(t.Context(), act, "wang")
		for _, err := range []error{err, list, h.RevokeToken(t.Context(), act, "wang", 1)} {
			if !errors.Is(err, ErrTokenOwner) {
				t.Errorf("%+v: %v", act.By, err)
			}
		}
	}
	for wrong, want := range map[*TokenAsk]error{
		{Label: " ", Scopes: ask.Scopes}: ErrTokenLabel, {Label: "x"}: ErrTokenScope, {Label: "x", Scopes: ask.Scopes, Lasts: time.Hour}: ErrTokenTime,
		{Label: "x", Scopes: ask.Scopes, Lasts: 2 * LongestToken}: ErrTokenTime,
	} {
		if _, _, err := h.MakeToken(t.Context(), h.root, "wang", *wrong); !errors.Is(err, want) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	var err error
	for range mostTokens + 1 {
		_, _, err = h.MakeToken(t.Context(), h.root, "wang", ask)
	}
	if !errors.Is(err, ErrTokenMany) {
		t.Errorf("more than %d: %v", mostTokens, err)
	}
}
