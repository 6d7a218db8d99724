package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"time"

	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
)

// kind is what a link is for.
type kind string

const (
	invitation kind = "invitation"
	reset      kind = "reset"
	setup      kind = "setup"
)

// lasting is how long each kind of link can be used. A set-up link is made anew at every start.
var lasting = map[kind]time.Duration{invitation: 7 * 24 * time.Hour, reset: 24 * time.Hour, setup: 30 * time.Minute}

func digest(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// link makes a link's token; older links for the same are void. account 0: of nobody yet.
func (s *Store) link(ctx context.Context, tx *sql.Tx, k kind, account int64) (token string, err error) {
	owner := sql.NullInt64{Int64: account, Valid: account != 0}
	if _, err := tx.ExecContext(ctx, "delete from links where account is ?", owner); err != nil {
		return "", err
	}
	token = rand.Text() // 130 bits
	_, err = tx.ExecContext(ctx, "insert into links (token, kind, account, expires_at) values (?, ?, ?, ?)", digest(token), k, owner, s.now().Add(lasting[k]).UnixMilli())
	return token, err
}

// usable finds what an unused link is for.
func (s *Store) usable(ctx context.Context, q querier, token string) (k kind, account int64, err error) {
	rows, err := q.QueryContext(ctx, "select kind, coalesce(account, 0) from links where token = ? and used_at is null and expires_at > ?", digest(token), s.now().UnixMilli())
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return "", 0, errors.Join(rows.Err(), refusedIf(rows.Err() == nil, ErrSpent))
	}
	return k, account, rows.Scan(&k, &account)
}

// spend uses a link up.
func (s *Store) spend(ctx context.Context, tx *sql.Tx, token string) error {
	_, err := tx.ExecContext(ctx, "update links set used_at = ? where token = ?", s.now().UnixMilli(), digest(token))
	return err
}

// Invited is whose password a link sets. It uses nothing up: programs that preview links ask for them too. The answer for a link
// that was used, is too old or was never made is ErrSpent.
func (s *Store) Invited(ctx context.Context, token string) (Account, error) {
	_, account, err := s.usable(ctx, s.db, token)
	if err != nil {
		return Account{}, err
	}
	all, err := read(ctx, s.db, "where id = ? and disabled = 0", account)
	if err == nil && len(all) == 0 {
		err = ErrSpent
	}
	if err != nil {
		return Account{}, err
	}
	return all[0], nil
}

// SetPassword sets a password by a link, once; all sessions of the account end. town is the town of the folder.
func (s *Store) SetPassword(ctx context.Context, address, town, token, password string) (a Account, err error) {
	if a, err = s.Invited(ctx, token); err != nil {
		return Account{}, err
	}
	hash, err := s.hashes.chosen(ctx, password, a.Name)
	if err != nil {
		return Account{}, err
	}
	err = s.transact(ctx, func(tx *sql.Tx) error {
		_, account, err := s.usable(ctx, tx, token) // somebody may have been faster
		if err != nil || account != a.ID {
			return errors.Join(err, refusedIf(err == nil, ErrSpent))
		}
		if err := s.spend(ctx, tx, token); err != nil {
			return err
		}
		if a, err = s.setPassword(ctx, tx, a.ID, hash); err != nil {
			return err
		}
		return trail.Append(ctx, tx, s.now(), own(a, Way{Address: address, Town: town, Origin: visitor.Web}, trail.PasswordSet, a.Name))
	})
	return a, err
}

// setPassword stores a new hash and ends all sessions.
func (s *Store) setPassword(ctx context.Context, tx *sql.Tx, account int64, hash string) (Account, error) {
	if _, err := tx.ExecContext(ctx, "update accounts set password = ?, era = era + 1 where id = ?", hash, account); err != nil {
		return Account{}, err
	}
	all, err := read(ctx, tx, "where id = ? and disabled = 0", account)
	if err == nil && len(all) == 0 {
		err = ErrSpent
	}
	if err != nil {
		return Account{}, err
	}
	return all[0], nil
}

// SetUpLink makes the token of the link by which the first administrator is made. ErrSetUp: there is one.
func (s *Store) SetUpLink(ctx context.Context) (token string, err error) {
	err = s.db.Transact(ctx, func(tx *sql.Tx) error {
		if somebody, err := administrators(ctx, tx); err != nil || somebody {
			return errors.Join(err, refusedIf(somebody, ErrSetUp))
		}
		token, err = s.link(ctx, tx, setup, 0)
		return err
	})
	return token, err
}

// SettingUp reports by ErrSpent that a link does not, or no longer, set hulian up.
func (s *Store) SettingUp(ctx context.Context, token string) error {
	k, _, err := s.usable(ctx, s.db, token)
	return errors.Join(err, refusedIf(err == nil && k != setup, ErrSpent))
}

// SetUp makes the first administrator by a set-up link, once.
func (s *Store) SetUp(ctx context.Context, address, town, token, name, shown, password string) (a Account, err error) {
	if err := s.SettingUp(ctx, token); err != nil {
		return Account{}, err
	}
	h, err := Holder{Name: name, Shown: shown, Role: visitor.Administrator}.checked()
	if err != nil {
		return Account{}, err
	}
	hash, err := s.hashes.chosen(ctx, password, h.Name)
	if err != nil {
		return Account{}, err
	}
	err = s.db.Transact(ctx, func(tx *sql.Tx) error {
		if k, _, err := s.usable(ctx, tx, token); err != nil || k != setup {
			return errors.Join(err, refusedIf(err == nil, ErrSpent))
		}
		if somebody, err := administrators(ctx, tx); err != nil || somebody {
			return errors.Join(err, refusedIf(somebody, ErrSetUp))
		}
		if err := errors.Join(s.spend(ctx, tx, token), s.insert(ctx, tx, h, hash)); err != nil {
			return err
		}
		if a, err = one(ctx, tx, h.Name); err != nil {
			return err
		}
		return trail.Append(ctx, tx, s.now(), own(a, Way{Address: address, Town: town, Origin: visitor.Web}, trail.SetUp, a.Name))
	})
	return a, err
}
