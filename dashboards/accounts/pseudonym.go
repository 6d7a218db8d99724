package accounts

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"

	"hulian/dashboards/visitor"
)

// keyLength of pseudonyms, in bytes.
const keyLength = 32

// Pseudonyms gives the pseudonyms of a town under its newest key, which is made where there is none. The key stays in the file
// of accounts: a copy of published data leads nobody back to a person.
func (s *Store) Pseudonyms(ctx context.Context, town string) (visitor.Pseudonyms, error) {
	var key []byte
	var generation int
	newest := func(row *sql.Row) error { return row.Scan(&generation, &key) }
	const query = "select generation, key from pseudonym_keys order by generation desc limit 1"
	err := newest(s.db.QueryRowContext(ctx, query))
	if errors.Is(err, sql.ErrNoRows) {
		err = s.db.Transact(ctx, func(tx *sql.Tx) error {
			err := newest(tx.QueryRowContext(ctx, query)) // somebody may have been faster
			if !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			fresh := make([]byte, keyLength)
			_, _ = rand.Read(fresh) // never fails
			if _, err := tx.ExecContext(ctx, "insert into pseudonym_keys (key, made_at) values (?, ?)", fresh, s.now().UnixMilli()); err != nil {
				return err
			}
			return newest(tx.QueryRowContext(ctx, query))
		})
	}
	if err != nil {
		return visitor.Pseudonyms{}, err
	}
	return visitor.NewPseudonyms(key, town, generation)
}
