package trail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"iter"
	"strings"
	"time"
	"unicode"

	"hulian/dashboards/sqlite"
	"hulian/dashboards/visitor"
)

// Event is what somebody does.
type Event struct {
	By      visitor.Visitor // the zero Visitor where nobody is signed in
	Address string          // of the network; empty for commands and the schedule
	Action  Action
	Object  string        // an ID or a name: of a file, a month, an account; never a value
	At      visitor.Place // what it is about; the zero Place: the town as a whole
	Outcome Outcome       // empty: Done
}

// Entry is an event as it is kept.
type Entry struct {
	Number  int64 // counts from 1 without a gap
	Moment  time.Time
	Account string
	Name    string
	Role    visitor.Role
	Origin  visitor.Origin
	Address string
	Place   visitor.Place // without a member
	Action  Action
	Object  string
	Outcome Outcome
	Hash    string // hexadecimal

	previous, hash []byte
}

// Book is the trail of a town.
type Book struct {
	db  *sqlite.DB
	now func() time.Time
}

// Open opens the trail in a database.
func Open(db *sqlite.DB) *Book { return &Book{db: db, now: time.Now} }

// Write keeps an event of its own. What changes something writes its event with Append, in the transaction of the change.
func (b *Book) Write(ctx context.Context, e Event) error {
	return b.db.Transact(ctx, func(tx *sql.Tx) error { return Append(ctx, tx, b.now(), e) })
}

// Longest that an object may be, and a question in SQL, of which people are to read what was asked, in characters; what is longer is cut.
const (
	longest         = 300
	longestQuestion = 2000
)

// Append keeps an event inside a transaction of the same database, so that what it records and the entry hold together.
func Append(ctx context.Context, tx *sql.Tx, now time.Time, e Event) error {
	if _, defined := actions[e.Action]; !defined {
		return fmt.Errorf("the trail knows no action %q", e.Action)
	}
	if e.Outcome == "" {
		e.Outcome = Done
	}
	entry := Entry{
		Number: 1, Moment: now.UTC().Truncate(time.Millisecond), Account: plain(e.By.Account), Name: plain(e.By.Name), Role: e.By.Role, Origin: e.By.Origin,
		Address: plain(e.Address), Place: visitor.Place{Town: plain(e.At.Town), Village: plain(e.At.Village), Branch: plain(e.At.Branch)},
		Action: e.Action, Object: object(e), Outcome: e.Outcome, previous: make([]byte, sha256.Size),
	}
	err := tx.QueryRowContext(ctx, "select number + 1, hash from trail order by number desc limit 1").Scan(&entry.Number, &entry.previous)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	_, err = tx.ExecContext(ctx, `insert into trail (number, at, account, shown, role, origin, address, town, village, branch, action, object, outcome, previous, hash)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, entry.Number, entry.Moment.UnixMilli(), entry.Account, entry.Name, entry.Role, entry.Origin, entry.Address,
		entry.Place.Town, entry.Place.Village, entry.Place.Branch, entry.Action, entry.Object, entry.Outcome, entry.previous, entry.sum())
	return err
}

// object is what an event is about, without the numbers of persons. They are masked before the text is cut: what a cut leaves of a
// number would not be known as one.
func object(e Event) string {
	most := longest
	if e.Action == Queried {
		most = longestQuestion
	}
	return cut(visitor.FreeText(printable(e.Object)), most)
}

// plain is a text without what a terminal obeys, of a bounded length.
func plain(text string) string { return cut(printable(text), longest) }

func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
}

func cut(text string, most int) string {
	if characters := []rune(text); len(characters) > most {
		text = string(characters[:most-1]) + "…"
	}
	return text
}

// sum is the hash of an entry and the hash before it. Every text goes with its length, so that nothing can be moved from one
// field to its neighbour.
func (e Entry) sum() []byte {
	sum := sha256.New()
	sum.Write(e.previous)
	fmt.Fprintf(sum, "%d,%d,", e.Number, e.Moment.UnixMilli())
	for _, text := range []string{e.Account, e.Name, string(e.Role), string(e.Origin), e.Address, e.Place.Town, e.Place.Village, e.Place.Branch, string(e.Action), e.Object, string(e.Outcome)} {
		writeText(sum, text)
	}
	return sum.Sum(nil)
}

func writeText(sum hash.Hash, text string) { fmt.Fprintf(sum, "%d:%s,", len(text), text) }

const columns = "number, at, account, shown, role, origin, address, town, village, branch, action, object, outcome, previous, hash"

func scan(rows *sql.Rows) (e Entry, err error) {
	var at int64
	err = rows.Scan(&e.Number, &at, &e.Account, &e.Name, &e.Role, &e.Origin, &e.Address, &e.Place.Town, &e.Place.Village, &e.Place.Branch,
		&e.Action, &e.Object, &e.Outcome, &e.previous, &e.hash)
	e.Moment, e.Hash = time.UnixMilli(at).UTC(), hex.EncodeToString(e.hash)
	return e, err
}

// entries runs a query for whole entries.
func (b *Book) entries(ctx context.Context, query string, args ...any) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		rows, err := b.db.QueryContext(ctx, "select "+columns+" from trail "+query, args...)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			if e, err := scan(rows); !yield(e, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Entry{}, err)
		}
	}
}

// ErrBroken is what a trail is that was changed.
var ErrBroken = errors.New("the audit trail is not as it was written")

// Break is the first row that is not as it was written.
type Break struct {
	Number int64
	Why    string
}

func (b *Break) Error() string { return fmt.Sprintf("%v: entry %d %s", ErrBroken, b.Number, b.Why) }

// Unwrap makes every Break an ErrBroken.
func (b *Break) Unwrap() error { return ErrBroken }

// Verify reads the whole trail. It returns how many entries there are and the hash of the last, to be kept elsewhere, or a
// *Break for the first that is not as it was written.
func (b *Book) Verify(ctx context.Context) (entries int64, last string, err error) {
	previous := make([]byte, sha256.Size)
	for e, err := range b.entries(ctx, "order by number") {
		switch {
		case err != nil:
			return entries, last, err
		case e.Number != entries+1:
			return entries, last, &Break{entries + 1, "is missing"}
		case !bytes.Equal(e.previous, previous):
			return entries, last, &Break{e.Number, "does not follow the one before it"}
		case !bytes.Equal(e.hash, e.sum()):
			return entries, last, &Break{e.Number, "was changed"}
		}
		entries, last, previous = e.Number, e.Hash, e.hash
	}
	var written int64 // SQLite counts the rows it ever inserted
	err = b.db.QueryRowContext(ctx, "select coalesce(max(seq), 0) from sqlite_sequence where name = 'trail'").Scan(&written)
	if err == nil && written > entries {
		err = &Break{entries + 1, "is missing, and all behind it"}
	}
	return entries, last, err
}
