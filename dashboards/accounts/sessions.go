package accounts

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Sessions keeps sessions in the database, for the library of sessions; tokens reach it hashed (HashTokenInStore).
type Sessions struct{ store *Store }

// Sessions gives the store of sessions.
func (s *Store) Sessions() Sessions { return Sessions{s} }

// freshness is by how much a session's end must move before it is written again: pages that are only read write nothing.
const freshness = time.Minute

// kept is a session as it is in the file.
type kept struct {
	content []byte
	until   int64
}

// stored reads a session; no content where there is none.
func (s Sessions) stored(ctx context.Context, token string) (k kept, err error) {
	now := s.store.now()
	if k, ok := s.store.sessions.get(token, now); ok {
		return k, nil
	}
	err = s.store.db.QueryRowContext(ctx, "select data, expires_at from sessions where token = ?", token).Scan(&k.content, &k.until)
	if errors.Is(err, sql.ErrNoRows) {
		return kept{}, nil
	}
	if err == nil {
		s.store.sessions.put(token, k, now)
	}
	return k, err
}

// FindCtx gives what a session holds. found is false where there is none, or it has ended.
func (s Sessions) FindCtx(ctx context.Context, token string) (content []byte, found bool, err error) {
	k, err := s.stored(ctx, token)
	if err != nil || k.until <= s.store.now().UnixMilli() {
		return nil, false, err
	}
	return k.content, true, nil
}

// CommitCtx keeps what a session holds until it ends.
func (s Sessions) CommitCtx(ctx context.Context, token string, content []byte, end time.Time) error {
	k, err := s.stored(ctx, token)
	if err != nil || bytes.Equal(k.content, content) && end.Sub(time.UnixMilli(k.until)).Abs() < freshness {
		return err
	}
	s.store.sessions.drop(token)
	_, err = s.store.db.ExecContext(ctx, "insert into sessions (token, data, expires_at) values (?, ?, ?) on conflict (token) do update set data = excluded.data, expires_at = excluded.expires_at",
		token, content, end.UnixMilli())
	return err
}

// DeleteCtx ends a session.
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	s.store.sessions.drop(token)
	_, err := s.store.db.ExecContext(ctx, "delete from sessions where token = ?", token)
	s.store.sessions.drop(token) // read meanwhile
	return err
}

// Find is FindCtx without a context, which the library asks for and does not use.
func (s Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s Sessions) Commit(token string, content []byte, end time.Time) error {
	return s.CommitCtx(context.Background(), token, content, end)
}

// Delete is DeleteCtx without a context.
func (s Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// Codec writes what a session holds, texts alone, as the same bytes whenever it holds the same: the library's own does not, so
// that every request would be a write.
type Codec struct{}

type encoded struct {
	Deadline time.Time         `json:"deadline"`
	Values   map[string]string `json:"values"`
}

// Encode writes a session.
func (Codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	e := encoded{deadline, map[string]string{}}
	for key, value := range values {
		text, ok := value.(string)
		if !ok {
			return nil, fmt.Errorf("a session keeps texts alone, %s is %T", key, value)
		}
		e.Values[key] = text
	}
	return json.Marshal(e)
}

// Decode reads a session.
func (Codec) Decode(content []byte) (time.Time, map[string]any, error) {
	var e encoded
	if err := json.Unmarshal(content, &e); err != nil {
		return time.Time{}, nil, err
	}
	values := map[string]any{}
	for key, text := range e.Values {
		values[key] = text
	}
	return e.Deadline, values, nil
}
