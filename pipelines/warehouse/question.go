package warehouse

import (
	"context"
	"errors"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// ErrNoQuestion says that a text is something else than one question.
var ErrNoQuestion = errors.New("it is no question: SELECT, WITH, FROM, DESCRIBE, SUMMARIZE, SHOW or EXPLAIN is answered")

// ErrSeveral says that a text is more than one statement.
var ErrSeveral = errors.New("it is more than one statement, and only one has an answer")

// ErrTooMuch says that an answer is larger than the Config allows.
var ErrTooMuch = errors.New("the answer is too large")

// several is how the driver says that a text is more than one statement. A pivot without a list of columns is taken apart
// into several too.
const several = "missing context for multi-statement query"

// Question has the engine's own parser say whether a text in SQL is one statement that asks and changes nothing: the error
// wraps ErrNoQuestion or ErrSeveral where it is not. Nothing is run. What the parser refuses is no error here: Query says why.
func (w *Warehouse) Question(ctx context.Context, query string) (err error) {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return typed(err)
	}
	defer func() { err = errors.Join(err, typed(conn.Close())) }()
	return conn.Raw(func(raw any) (err error) {
		// Not PrepareContext, which runs all statements but the last.
		prepared, err := raw.(*duckdb.Conn).Prepare(query) //nolint:noctx // see above
		if err != nil {
			if strings.Contains(err.Error(), several) && !pivots(query) {
				return ErrSeveral
			}
			return nil
		}
		defer func() { err = errors.Join(err, typed(prepared.Close())) }()
		switch kind, err := prepared.(*duckdb.Stmt).StatementType(); {
		case err != nil:
			return typed(err)
		case kind != duckdb.STATEMENT_TYPE_SELECT && kind != duckdb.STATEMENT_TYPE_EXPLAIN:
			return ErrNoQuestion
		}
		return nil
	})
}

// pivots reports whether a text is one pivot: it begins like one and holds no further statement.
func pivots(query string) bool {
	first, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(query)), " ")
	text := strings.TrimRight(query, "; \t\r\n")
	return (first == "pivot" || first == "pivot_wider") && !strings.Contains(text, ";")
}
