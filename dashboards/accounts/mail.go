package accounts

import (
	"context"
	"database/sql"
	"net/mail"
	"strings"

	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
)

// longestMail is how many bytes an address may have.
const longestMail = 200

// SetMail keeps where the visitor is told of his alerts by mail; empty: nowhere. The trail says that it was set, and not to what.
// ErrMail: it is no address.
func (s *Store) SetMail(ctx context.Context, act Act, address string) error {
	address = strings.TrimSpace(address)
	if address != "" {
		// A name beside the address could carry anything into the head of a mail.
		if read, err := mail.ParseAddress(address); err != nil || read.Address != address || read.Name != "" || len(address) > longestMail {
			return ErrMail
		}
	}
	return s.db.Transact(ctx, func(tx *sql.Tx) error {
		a, err := act.account(ctx, tx, act.By.Account)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "update accounts set mail = ? where id = ?", address, a.ID); err != nil {
			return err
		}
		return trail.Append(ctx, tx, s.now(), act.event(trail.MailSet, "", a.Scope))
	})
}

// Mail is where the visitor is told of his alerts by mail; empty: nowhere.
func (s *Store) Mail(ctx context.Context, by visitor.Visitor) (string, error) {
	a, err := one(ctx, s.db, by.Account)
	return a.Mail, err
}
