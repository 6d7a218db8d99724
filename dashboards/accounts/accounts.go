package accounts

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"hulian/dashboards/sqlite"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
)

// Account is somebody who may sign in.
type Account struct {
	ID       int64
	Name     string // to sign in with
	Shown    string // as people call him
	Role     visitor.Role
	Scope    visitor.Scope // Towns empty: the town of this folder
	Disabled bool
	Invited  bool      // has set no password yet
	Created  time.Time // UTC
	SignedIn time.Time // the last time; zero: never
	Mail     string    // where he is told of his alerts; empty: nowhere
	Era      int64     // rises when every session of the account ends

	password string
}

// Visitor gives the visitor that the owner of the account is; nobody where it is disabled. town is the town of the folder.
func (a Account) Visitor(town string, from visitor.Origin) visitor.Visitor {
	if a.Disabled {
		return visitor.Visitor{Origin: from}
	}
	return visitor.Visitor{Account: a.Name, Name: a.Shown, Role: a.Role, Scope: in(a.Scope, town), Origin: from}
}

// in is a scope with the towns it is of.
func in(s visitor.Scope, town string) visitor.Scope {
	if len(s.Towns) == 0 {
		s.Towns = []string{town}
	}
	return s
}

// Act is who changes an account, and the network address he comes from; empty for commands.
type Act struct {
	By      visitor.Visitor
	Address string
}

// event is what is done to an account; it is about the place that account is held for.
func (a Act) event(action trail.Action, object string, s visitor.Scope) trail.Event {
	return trail.Event{By: a.By, Address: a.Address, Action: action, Object: object, At: visitor.Place{Village: s.Village, Branch: s.Branch}}
}

// described is an account in the trail: who it is, as what, for which place.
func described(h Holder) string {
	parts := []string{string(h.Role)}
	for _, place := range []string{strings.Join(h.Scope.Towns, " "), h.Scope.Village, h.Scope.Branch, h.Scope.Member} {
		if place != "" {
			parts = append(parts, place)
		}
	}
	return h.Name + " (" + strings.Join(parts, ", ") + ")"
}

// own is what the owner of an account does himself.
func own(a Account, from Way, action trail.Action, object string) trail.Event {
	v := a.Visitor(from.Town, from.Origin)
	return trail.Event{By: v, Address: from.Address, Action: action, Object: object, At: visitor.Place{Village: a.Scope.Village, Branch: a.Scope.Branch}}
}

// mayKeepAccounts refuses whoever does not administer.
func (a Act) mayKeepAccounts() error {
	if !a.By.MayAnywhere(visitor.Administer) {
		return ErrForbidden
	}
	return nil
}

// Options are for tests; the zero Options are right otherwise.
type Options struct {
	Now  func() time.Time
	Cost *argon2id.Params
}

// Store is the accounts of a town.
type Store struct {
	db     *sqlite.DB
	now    func() time.Time
	hashes *hasher

	sessions recent[string, kept]
	current  recent[life, Account]
	tokens   recent[string, bearer] // by hash
}

// life is an account during one of its eras.
type life struct{ id, era int64 }

// Open opens the accounts in a database.
func Open(db *sqlite.DB, o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Cost == nil {
		o.Cost = &defaultCost
	}
	hashes, err := newHasher(*o.Cost)
	return &Store{db: db, now: o.Now, hashes: hashes}, err
}

// querier is a database or a transaction of it.
type querier interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

const selected = "select id, name, shown, role, towns, village, branch, member, disabled, password, created_at, coalesce(signed_in_at, 0), era, mail from accounts "

// each gives every row of a query to scan.
func each(ctx context.Context, q querier, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func read(ctx context.Context, q querier, condition string, args ...any) (all []Account, err error) {
	err = each(ctx, q, func(rows *sql.Rows) error {
		var a Account
		var towns string
		var created, signedIn int64
		if err := rows.Scan(&a.ID, &a.Name, &a.Shown, &a.Role, &towns, &a.Scope.Village, &a.Scope.Branch, &a.Scope.Member, &a.Disabled, &a.password,
			&created, &signedIn, &a.Era, &a.Mail); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(towns), &a.Scope.Towns); err != nil {
			return err
		}
		a.Invited, a.Created, a.SignedIn = a.password == "", moment(created), moment(signedIn)
		all = append(all, a)
		return nil
	}, selected+condition, args...)
	return all, err
}

// moment is a moment of the database, which counts milliseconds; 0 is none.
func moment(milliseconds int64) time.Time {
	if milliseconds == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds).UTC()
}

// one reads the account of a name as people type it.
func one(ctx context.Context, q querier, name string) (Account, error) {
	name, err := folded(name)
	if err != nil {
		return Account{}, ErrUnknown
	}
	all, err := read(ctx, q, "where name = ?", name)
	if err == nil && len(all) == 0 {
		err = ErrUnknown
	}
	if err != nil {
		return Account{}, err
	}
	return all[0], nil
}

// List gives all accounts by name, to whoever administers.
func (s *Store) List(ctx context.Context, by visitor.Visitor) ([]Account, error) {
	if err := (Act{By: by}).mayKeepAccounts(); err != nil {
		return nil, err
	}
	return read(ctx, s.db, "order by name")
}

// Current is the account of a session that began in an era. ok: it still may go on. What another process changed holds within a
// second.
func (s *Store) Current(ctx context.Context, id, era int64) (a Account, ok bool, err error) {
	now := s.now()
	if a, ok := s.current.get(life{id, era}, now); ok {
		return a, true, nil
	}
	all, err := read(ctx, s.db, "where id = ? and era = ? and disabled = 0", id, era)
	if err != nil || len(all) == 0 {
		return Account{}, false, err
	}
	s.current.put(life{id, era}, all[0], now)
	return all[0], true, nil
}

// transact changes accounts, and forgets what was read of them.
func (s *Store) transact(ctx context.Context, do func(*sql.Tx) error) error {
	defer s.current.clear()
	defer s.tokens.clear()
	return s.db.Transact(ctx, do)
}

// Holder is what an account is made of.
type Holder struct {
	Name  string
	Shown string // empty: Name
	Role  visitor.Role
	Scope visitor.Scope // Towns empty: the town of this folder
}

// checked is the holder as it is kept.
func (h Holder) checked() (Holder, error) {
	name, err := folded(h.Name)
	if err != nil {
		return h, err
	}
	if h.Shown = strings.TrimSpace(h.Shown); h.Shown == "" {
		h.Shown = name
	}
	h.Name = name
	if utf8.RuneCountInString(h.Shown) > longestShown || !utf8.ValidString(h.Shown) || strings.ContainsFunc(h.Shown, unicode.IsControl) {
		return h, ErrShown
	}
	return h, in(h.Scope, "this town").Check(h.Role)
}

func (s *Store) insert(ctx context.Context, tx *sql.Tx, h Holder, password string) error {
	if _, err := one(ctx, tx, h.Name); !errors.Is(err, ErrUnknown) {
		return errors.Join(err, refusedIf(err == nil, ErrTaken))
	}
	towns, err := json.Marshal(slices.Concat([]string{}, h.Scope.Towns))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "insert into accounts (name, shown, role, towns, village, branch, member, password, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		h.Name, h.Shown, h.Role, string(towns), h.Scope.Village, h.Scope.Branch, h.Scope.Member, password, s.now().UnixMilli())
	return err
}

func refusedIf(is bool, r Refusal) error {
	if is {
		return r
	}
	return nil
}

// Add makes an account and the token of an invitation link, by which its owner sets the password.
func (s *Store) Add(ctx context.Context, act Act, h Holder) (a Account, token string, err error) {
	if h, err = h.checked(); err == nil {
		err = act.mayKeepAccounts()
	}
	if err != nil {
		return Account{}, "", err
	}
	err = s.db.Transact(ctx, func(tx *sql.Tx) error {
		if err := s.insert(ctx, tx, h, ""); err != nil {
			return err
		}
		if a, err = one(ctx, tx, h.Name); err != nil {
			return err
		}
		if token, err = s.link(ctx, tx, invitation, a.ID); err != nil {
			return err
		}
		return trail.Append(ctx, tx, s.now(), act.event(trail.AccountMade, described(h), a.Scope))
	})
	return a, token, err
}

// change does something to one account, with its entry in the trail.
func (s *Store) change(ctx context.Context, act Act, name string, action trail.Action, do func(tx *sql.Tx, a Account) (object string, err error)) error {
	if err := act.mayKeepAccounts(); err != nil {
		return err
	}
	return s.transact(ctx, func(tx *sql.Tx) error {
		a, err := one(ctx, tx, name)
		if err != nil {
			return err
		}
		object, err := do(tx, a)
		if err != nil {
			return err
		}
		return trail.Append(ctx, tx, s.now(), act.event(action, object, a.Scope))
	})
}

// keepsAdministrator refuses a change after which nobody administers.
func keepsAdministrator(ctx context.Context, tx *sql.Tx, had Account) error {
	if had.Role != visitor.Administrator || had.Disabled {
		return nil
	}
	somebody, err := administrators(ctx, tx)
	if err == nil && !somebody {
		err = ErrLastAdministrator
	}
	return err
}

// administrators reports whether anybody administers who can sign in or has been invited to.
func administrators(ctx context.Context, q querier) (somebody bool, err error) {
	all, err := read(ctx, q, "where role = ? and disabled = 0 limit 1", visitor.Administrator)
	return len(all) > 0, err
}

// Change gives an account another name for people, role or scope. Its sessions end where the role or scope is another.
func (s *Store) Change(ctx context.Context, act Act, h Holder) error {
	h, err := h.checked()
	if err != nil {
		return err
	}
	return s.change(ctx, act, h.Name, trail.AccountChanged, func(tx *sql.Tx, a Account) (string, error) {
		towns, err := json.Marshal(slices.Concat([]string{}, h.Scope.Towns))
		if err != nil {
			return "", err
		}
		_, err = tx.ExecContext(ctx, `update accounts set shown = ?1, role = ?2, towns = ?3, village = ?4, branch = ?5, member = ?6,
			era = era + ((role, towns, village, branch, member) is not (?2, ?3, ?4, ?5, ?6)) where id = ?7`,
			h.Shown, h.Role, string(towns), h.Scope.Village, h.Scope.Branch, h.Scope.Member, a.ID)
		if err != nil {
			return "", err
		}
		return described(h), keepsAdministrator(ctx, tx, a)
	})
}

// Disable keeps an account from signing in, ends its sessions and takes its links away. Its name stays taken, so that the
// trail means one person.
func (s *Store) Disable(ctx context.Context, act Act, name string) error {
	return s.change(ctx, act, name, trail.AccountDisabled, func(tx *sql.Tx, a Account) (string, error) {
		_, err := tx.ExecContext(ctx, "update accounts set disabled = 1, era = era + 1 where id = ?", a.ID)
		if err == nil {
			_, err = tx.ExecContext(ctx, "delete from links where account = ?", a.ID)
		}
		return a.Name, errors.Join(err, keepsAdministrator(ctx, tx, a))
	})
}

// Enable lets a disabled account sign in again.
func (s *Store) Enable(ctx context.Context, act Act, name string) error {
	return s.change(ctx, act, name, trail.AccountEnabled, func(tx *sql.Tx, a Account) (string, error) {
		_, err := tx.ExecContext(ctx, "update accounts set disabled = 0 where id = ?", a.ID)
		return a.Name, err
	})
}

// Unlock forgets the wrong passwords of a name, wherever they came from.
func (s *Store) Unlock(ctx context.Context, act Act, name string) error {
	return s.change(ctx, act, name, trail.AccountUnlocked, func(tx *sql.Tx, a Account) (string, error) {
		_, err := tx.ExecContext(ctx, "delete from failures where name = ?", tried(a.Name))
		return a.Name, err
	})
}

// Reset makes the token of a link by which the owner sets a new password. The old one holds until then.
func (s *Store) Reset(ctx context.Context, act Act, name string) (token string, err error) {
	err = s.change(ctx, act, name, trail.LinkMade, func(tx *sql.Tx, a Account) (string, error) {
		if a.Disabled {
			return "", ErrDisabled
		}
		kind := reset
		if a.Invited {
			kind = invitation
		}
		token, err = s.link(ctx, tx, kind, a.ID)
		return a.Name, err
	})
	return token, err
}
