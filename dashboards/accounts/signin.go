package accounts

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
)

// An address that tries one name wrongly so many times within so long must wait until the oldest try is that old. The name
// alone locks nothing: a stranger could keep somebody out by it.
const (
	tries  = 5
	within = 15 * time.Minute
)

// tried is a name as failures keep it: people type passwords into the field of the name.
func tried(name string) []byte { return digest("name " + name) }

// Way is where somebody signs in from.
type Way struct {
	Address string // of the network, as lockout counts it
	Town    string // of the folder
	Origin  visitor.Origin
}

// SignIn checks a name and a password. Whether the name is unknown, disabled, without a password or the password wrong, the
// answer is ErrWrong after the same work; ErrLocked after too many of them from this address.
func (s *Store) SignIn(ctx context.Context, from Way, name, password string) (Account, error) {
	if canonical, err := folded(name); err == nil {
		name = canonical
	}
	a, err := one(ctx, s.db, name)
	if err != nil && !errors.Is(err, ErrUnknown) {
		return Account{}, err
	}
	// The try is counted before its password is looked at, so that many at once are not all let through.
	last, err := s.count(ctx, from, name)
	if err != nil {
		return Account{}, err
	}
	right, stale, err := s.hashes.matches(ctx, password, a.password)
	switch {
	case err != nil:
		return Account{}, err
	case !right || a.Disabled:
		action := trail.SignInRefused
		if last {
			action = trail.SignInLocked
		}
		return Account{}, errors.Join(ErrWrong, s.db.Transact(ctx, func(tx *sql.Tx) error {
			return trail.Append(ctx, tx, s.now(), trail.Event{By: visitor.Visitor{Origin: from.Origin}, Address: from.Address, Action: action, Object: a.Name, Outcome: trail.Denied})
		}))
	}
	hash := a.password
	if stale {
		if hash, err = s.hashes.hash(ctx, password); err != nil {
			return Account{}, err
		}
	}
	return s.enter(ctx, from, a, hash)
}

// count notes a try. last: one more wrong one is not looked at.
func (s *Store) count(ctx context.Context, from Way, name string) (last bool, err error) {
	err = s.db.Transact(ctx, func(tx *sql.Tx) error {
		var n int
		err := tx.QueryRowContext(ctx, "select count(*) from failures where address = ? and name = ? and at > ?", from.Address, tried(name), s.now().Add(-within).UnixMilli()).Scan(&n)
		if err != nil {
			return err
		}
		if n >= tries {
			return ErrLocked
		}
		last = n == tries-1
		_, err = tx.ExecContext(ctx, "insert into failures (address, name, at) values (?, ?, ?)", from.Address, tried(name), s.now().UnixMilli())
		return err
	})
	return last, err
}

// enter notes that somebody has signed in, and puts away what is past.
func (s *Store) enter(ctx context.Context, from Way, a Account, hash string) (Account, error) {
	now := s.now().UnixMilli()
	err := s.db.Transact(ctx, func(tx *sql.Tx) error {
		all, err := read(ctx, tx, "where id = ? and era = ? and disabled = 0", a.ID, a.Era)
		if err != nil || len(all) == 0 { // disabled meanwhile, or another password
			return errors.Join(err, refusedIf(err == nil, ErrWrong))
		}
		for _, statement := range []struct {
			text string
			args []any
		}{
			{"update accounts set signed_in_at = ?, password = ? where id = ?", []any{now, hash, a.ID}},
			{"delete from failures where address = ? and name = ?", []any{from.Address, tried(a.Name)}},
			{"delete from failures where at <= ?", []any{s.now().Add(-within).UnixMilli()}},
			{"delete from sessions where expires_at <= ?", []any{now}},
			{"delete from links where expires_at <= ?", []any{now}},
		} {
			if _, err := tx.ExecContext(ctx, statement.text, statement.args...); err != nil {
				return err
			}
		}
		a.SignedIn, a.password = time.UnixMilli(now).UTC(), hash
		return trail.Append(ctx, tx, s.now(), own(a, from, trail.SignedIn, ""))
	})
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

// Vouched signs in the account that an identity provider names. Where there is none it is made as the provider's groups say; made
// is nil where they say nothing. ErrWrong: there is none then, or it is disabled.
func (s *Store) Vouched(ctx context.Context, from Way, name string, made *Holder) (Account, error) {
	a, err := one(ctx, s.db, name)
	if errors.Is(err, ErrUnknown) && made != nil {
		// The link that comes with a new account is given to nobody: its owner signs in by the provider.
		a, _, err = s.Add(ctx, Act{By: visitor.Operator("oidc", from.Origin), Address: from.Address}, *made)
	}
	switch {
	case err != nil && !errors.Is(err, ErrUnknown):
		return Account{}, err
	case err != nil, a.Disabled:
		return Account{}, errors.Join(ErrWrong, s.db.Transact(ctx, func(tx *sql.Tx) error {
			return trail.Append(ctx, tx, s.now(), trail.Event{By: visitor.Visitor{Origin: from.Origin}, Address: from.Address, Action: trail.SignInRefused, Object: name, Outcome: trail.Denied})
		}))
	}
	return s.enter(ctx, from, a, a.password)
}

// ChangePassword gives the owner of an account another password. All its sessions end; the account that comes back is what a
// new one is of. Wrong old passwords count like wrong ones at sign-in.
func (s *Store) ChangePassword(ctx context.Context, from Way, a Account, old, password string) (Account, error) {
	if _, err := s.count(ctx, from, a.Name); err != nil {
		return Account{}, err
	}
	right, _, err := s.hashes.matches(ctx, old, a.password)
	event := own(a, from, trail.PasswordChanged, "")
	switch {
	case err != nil:
		return Account{}, err
	case !right:
		event.Action, event.Outcome = trail.PasswordRefused, trail.Denied
		return Account{}, errors.Join(ErrWrongOld, s.db.Transact(ctx, func(tx *sql.Tx) error { return trail.Append(ctx, tx, s.now(), event) }))
	}
	hash, err := s.hashes.chosen(ctx, password, a.Name)
	if err != nil {
		return Account{}, err
	}
	err = s.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "delete from failures where address = ? and name = ?", from.Address, tried(a.Name)); err != nil {
			return err
		}
		if a, err = s.setPassword(ctx, tx, a.ID, hash); err != nil {
			return err
		}
		return trail.Append(ctx, tx, s.now(), event)
	})
	return a, err
}

// SignedOut notes that somebody has left.
func (s *Store) SignedOut(ctx context.Context, act Act) error {
	return s.db.Transact(ctx, func(tx *sql.Tx) error {
		return trail.Append(ctx, tx, s.now(), act.event(trail.SignedOut, "", act.By.Scope))
	})
}
