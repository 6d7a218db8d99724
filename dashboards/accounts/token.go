package accounts

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/data"
)

// TokenScope is one thing a token is for.
type TokenScope string

// Scopes of tokens.
const (
	TokenRead    TokenScope = "read"    // figures, definitions and tables, with names masked
	TokenPersons TokenScope = "persons" // names and IDs in full, as far as the account sees them
	TokenUpload  TokenScope = "upload"  // hand files in
)

// tokenScopes are all of them: the permissions each gives, of which the account must hold the last, and its words.
var tokenScopes = []struct {
	scope TokenScope
	gives visitor.Permission
	needs visitor.Permission
	title data.Text
}{
	{TokenRead, visitor.SeePages | visitor.Export | visitor.Query, visitor.SeePages, data.Text{Zh: "读取指标和数据表（姓名和编号隐去）", En: "read measures and tables, names and IDs masked"}},
	{TokenPersons, visitor.SeePages | visitor.SeePersons | visitor.SeeEvidence | visitor.Export, visitor.SeePersons, data.Text{Zh: "读取时显示本人有权看到的姓名和编号", En: "read with the names and IDs that the account may see"}},
	{TokenUpload, visitor.Upload, visitor.Upload, data.Text{Zh: "上传文件", En: "hand files in"}},
}

// TokenScopes lists what tokens can be for.
func TokenScopes() []TokenScope {
	all := make([]TokenScope, len(tokenScopes))
	for i, s := range tokenScopes {
		all[i] = s.scope
	}
	return all
}

// Title is a scope in words.
func (s TokenScope) Title() data.Text {
	for _, known := range tokenScopes {
		if known.scope == s {
			return known.title
		}
	}
	return data.Text{Zh: string(s), En: string(s)}
}

// OpenTo reports whether an account of a visitor can have a token of the scope.
func (s TokenScope) OpenTo(v visitor.Visitor) bool {
	for _, known := range tokenScopes {
		if known.scope == s {
			return v.MayAnywhere(known.needs)
		}
	}
	return false
}

// only is what a visitor by a token of these scopes may do at most.
func only(scopes []TokenScope) (p visitor.Permission) {
	for _, known := range tokenScopes {
		if slices.Contains(scopes, known.scope) {
			p |= known.gives
		}
	}
	return p
}

// Limits of tokens.
const (
	longestLabel    = 60
	LongestToken    = 366 * 24 * time.Hour
	DefaultToken    = 90 * 24 * time.Hour
	mostTokens      = 20
	tokenPrefix     = "hulian_" // by which programs find tokens that were published by mistake
	usedToTheMinute = time.Minute
)

// Token is a token as its owner sees it.
type Token struct {
	ID      int64
	Account string
	Label   string
	Scopes  []TokenScope
	Created time.Time // UTC, as all
	Expires time.Time
	Used    time.Time // the last time; zero: never
	Revoked time.Time // zero: it is not
}

// TokenState says whether a token can be used.
type TokenState string

// States of tokens.
const (
	TokenValid   TokenState = "valid"
	TokenRevoked TokenState = "revoked"
	TokenExpired TokenState = "expired"
)

// State is the state of the token at a moment.
func (t Token) State(now time.Time) TokenState {
	switch {
	case !t.Revoked.IsZero():
		return TokenRevoked
	case !now.Before(t.Expires):
		return TokenExpired
	default:
		return TokenValid
	}
}

// described is a token in the trail.
func (t Token) described() string {
	scopes := make([]string, len(t.Scopes))
	for i, s := range t.Scopes {
		scopes[i] = string(s)
	}
	return t.Account + ": " + t.Label + " (" + strings.Join(scopes, ", ") + ")"
}

// TokenAsk is what a token is made of.
type TokenAsk struct {
	Label  string
	Scopes []TokenScope
	Lasts  time.Duration // 0: DefaultToken
}

func (ask TokenAsk) checked() (TokenAsk, error) {
	ask.Label = strings.TrimSpace(ask.Label)
	if n := utf8.RuneCountInString(ask.Label); n == 0 || n > longestLabel || !utf8.ValidString(ask.Label) || strings.ContainsFunc(ask.Label, unicode.IsControl) {
		return ask, ErrTokenLabel
	}
	if ask.Lasts == 0 {
		ask.Lasts = DefaultToken
	}
	if ask.Lasts < 24*time.Hour || ask.Lasts > LongestToken {
		return ask, ErrTokenTime
	}
	ask.Scopes = slices.Compact(slices.Sorted(slices.Values(ask.Scopes)))
	if len(ask.Scopes) == 0 {
		return ask, ErrTokenScope
	}
	return ask, nil
}

// keeps refuses whoever is neither the owner of an account, signed in on a page, nor the operator of the machine.
func (a Act) keeps(name string) error {
	if a.By.Everywhere() || a.By.Account == name && a.By.Origin == visitor.Web && a.By.SignedIn() {
		return nil
	}
	return ErrTokenOwner
}

// account reads an account for its owner or the operator of the machine.
func (a Act) account(ctx context.Context, q querier, name string) (Account, error) {
	found, err := one(ctx, q, name)
	if err == nil {
		err = a.keeps(found.Name)
	}
	return found, err
}

// MakeToken makes a token of an account, for its owner or the operator of the machine. The secret is nowhere kept: it is
// shown this once. Wrong asks are refused with a Refusal.
func (s *Store) MakeToken(ctx context.Context, act Act, name string, ask TokenAsk) (t Token, secret string, err error) {
	if ask, err = ask.checked(); err != nil {
		return Token{}, "", err
	}
	err = s.db.Transact(ctx, func(tx *sql.Tx) error {
		a, err := act.account(ctx, tx, name)
		if err != nil {
			return err
		}
		if a.Disabled {
			return ErrDisabled
		}
		owner := a.Visitor("this town", visitor.API)
		for _, scope := range ask.Scopes {
			if !scope.OpenTo(owner) {
				return ErrTokenScope
			}
		}
		valid := 0
		if err := tx.QueryRowContext(ctx, "select count(*) from tokens where account = ? and revoked_at is null and expires_at > ?", a.ID, s.now().UnixMilli()).Scan(&valid); err != nil {
			return err
		}
		if valid >= mostTokens {
			return ErrTokenMany
		}
		now := s.now().UTC().Truncate(time.Millisecond)
		t = Token{Account: a.Name, Label: ask.Label, Scopes: ask.Scopes, Created: now, Expires: now.Add(ask.Lasts)}
		secret = tokenPrefix + rand.Text() // 130 bits
		scopes, err := json.Marshal(t.Scopes)
		if err != nil {
			return err
		}
		made, err := tx.ExecContext(ctx, "insert into tokens (hash, account, label, scopes, created_at, expires_at) values (?, ?, ?, ?, ?, ?)",
			digest(secret), a.ID, t.Label, string(scopes), t.Created.UnixMilli(), t.Expires.UnixMilli())
		if err != nil {
			return err
		}
		if t.ID, err = made.LastInsertId(); err != nil {
			return err
		}
		return trail.Append(ctx, tx, s.now(), act.event(trail.TokenMade, t.described(), a.Scope))
	})
	if err != nil {
		return Token{}, "", err
	}
	return t, secret, nil
}

const selectedTokens = "select t.id, a.name, t.label, t.scopes, t.created_at, t.expires_at, coalesce(t.used_at, 0), coalesce(t.revoked_at, 0) from tokens t join accounts a on a.id = t.account "

// Tokens lists the tokens of an account, newest first, to its owner or the operator of the machine.
func (s *Store) Tokens(ctx context.Context, act Act, name string) ([]Token, error) {
	a, err := act.account(ctx, s.db, name)
	if err != nil {
		return nil, err
	}
	return readTokens(ctx, s.db, "where t.account = ? order by t.id desc", a.ID)
}

func readTokens(ctx context.Context, q querier, condition string, args ...any) (all []Token, err error) {
	err = each(ctx, q, func(rows *sql.Rows) error {
		var t Token
		var scopes string
		var created, expires, used, revoked int64
		if err := rows.Scan(&t.ID, &t.Account, &t.Label, &scopes, &created, &expires, &used, &revoked); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(scopes), &t.Scopes); err != nil {
			return err
		}
		t.Created, t.Expires, t.Used, t.Revoked = moment(created), moment(expires), moment(used), moment(revoked)
		all = append(all, t)
		return nil
	}, selectedTokens+condition, args...)
	return all, err
}

// RevokeToken ends a token at once. ErrTokenUnknown: the account has no such token, or it is revoked already.
func (s *Store) RevokeToken(ctx context.Context, act Act, name string, id int64) error {
	defer s.tokens.clear()
	return s.db.Transact(ctx, func(tx *sql.Tx) error {
		a, err := act.account(ctx, tx, name)
		if err != nil {
			return err
		}
		all, err := readTokens(ctx, tx, "where t.account = ? and t.id = ? and t.revoked_at is null", a.ID, id)
		if err != nil || len(all) == 0 {
			return errors.Join(err, refusedIf(err == nil, ErrTokenUnknown))
		}
		if _, err := tx.ExecContext(ctx, "update tokens set revoked_at = ? where id = ?", s.now().UnixMilli(), id); err != nil {
			return err
		}
		return trail.Append(ctx, tx, s.now(), act.event(trail.TokenRevoked, all[0].described(), a.Scope))
	})
}

// bearer is who a token speaks for.
type bearer struct {
	account Account
	token   Token
}

// ByToken gives the visitor that a token makes of whoever holds it, with no more than the token is for, and the number of its
// account. What another process changed holds within a second. ErrToken: it is unknown, too old or revoked, or its account is disabled.
func (s *Store) ByToken(ctx context.Context, from Way, secret string) (v visitor.Visitor, account int64, err error) {
	hash := string(digest(secret))
	b, known := s.tokens.get(hash, s.now())
	if !known {
		if b, err = s.bearer(ctx, hash); err != nil {
			return visitor.Visitor{}, 0, err
		}
		s.tokens.put(hash, b, s.now())
	}
	v = b.account.Visitor(from.Town, visitor.API)
	v.Only = only(b.token.Scopes)
	if b.token.State(s.now()) != TokenValid || !v.SignedIn() {
		return visitor.Visitor{}, 0, ErrToken
	}
	return v, b.account.ID, nil
}

func (s *Store) bearer(ctx context.Context, hash string) (b bearer, err error) {
	all, err := readTokens(ctx, s.db, "where t.hash = ? and a.disabled = 0", []byte(hash))
	if err == nil && (len(all) == 0 || all[0].State(s.now()) != TokenValid) {
		err = ErrToken
	}
	if err != nil {
		return bearer{}, err
	}
	b.token = all[0]
	if b.account, err = one(ctx, s.db, b.token.Account); err != nil {
		return bearer{}, err
	}
	if now := s.now(); now.Sub(b.token.Used) >= usedToTheMinute {
		_, err = s.db.ExecContext(ctx, "update tokens set used_at = ? where id = ?", now.UnixMilli(), b.token.ID)
	}
	return b, err
}
