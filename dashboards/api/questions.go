package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"hulian/dashboards/refusal"
	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// Question is a question in SQL.
type Question struct {
	SQL string `json:"sql" minLength:"1" maxLength:"100000" doc:"one SELECT, WITH, FROM, DESCRIBE, SUMMARIZE, SHOW or EXPLAIN; show tables lists the tables" example:"select count(*) from issues"`
}

// QuestionAsked is a request that asks in SQL.
type QuestionAsked struct {
	Format string `query:"format" enum:"json,csv,arrow,parquet" doc:"the form of the answer; the header Accept says it too"`
	Lang   string `header:"Accept-Language" doc:"zh: errors in Chinese"`
	Body   Question
}

func (a *API) registerQuestions() {
	op := operation("ask", http.MethodPost, "/query", "Ask in SQL",
		"Answers one question from the tables as the account may read them: read-only, no files, with limits of time and memory. For analysts. 查询（分析员），用 SQL：只读，限时，限内存。")
	op.Errors = append(op.Errors, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	huma.Register(a.huma, op, func(ctx context.Context, in *QuestionAsked) (*Answer[Rows], error) {
		ctx = context.WithValue(ctx, pathKey{}, "POST "+Root+"/query")
		rows, err := a.ask(ctx, signin.VisitorOf(ctx), in.Body.SQL)
		if err != nil {
			return nil, a.fail(ctx, refusal.Lang(in.Lang), err)
		}
		return &Answer[Rows]{CacheControl: "private, no-store", Body: rows}, nil
	})
	a.document(op, reflect.TypeFor[Rows]().Implements(reflect.TypeFor[tabular]()))
}

func (a *API) ask(ctx context.Context, v visitor.Visitor, sql string) (Rows, error) {
	if a.Ask == nil || !v.MayAnywhere(visitor.Query) || !v.OfTown(a.Here()) {
		return Rows{}, errBeyond
	}
	t, err := a.Ask(ctx, v, sql)
	if errors.As(err, new(Refused)) {
		return Rows{}, cmp.Or(a.Record(ctx, trail.Queried, asked(sql, err), a.Here(), errDenied), err)
	}
	// Where the question does not stand in the trail, its answer is not given.
	if err := a.Record(ctx, trail.Queried, asked(sql, err), a.Here(), err); err != nil {
		return Rows{}, err
	}
	return rowsOf(0, t, ""), nil
}

// Refused says that a question is not answered because of a rule, and why.
type Refused struct{ Why string }

func (r Refused) Error() string { return r.Why }

// asked is a question as the trail names it: the beginning of its hash, why it has no answer, and what was asked, in one line. The
// trail masks numbers of persons in it and cuts it where it is long; the hash is that of the whole text.
func asked(sql string, err error) string {
	sum := sha256.Sum256([]byte(sql))
	said := hex.EncodeToString(sum[:8]) + " "
	var fault *pipelines.Fault
	switch {
	case errors.As(err, &fault):
		why, _, _ := strings.Cut(fault.Err.Error(), "\n")
		said += "(" + why + ") "
	case err != nil:
		said += "(" + http.StatusText(statusOf(err)) + ") "
	}
	return said + strings.Join(strings.Fields(sql), " ")
}

// statusOf tells the two ways apart in which a question ends without an answer and without a fault of its own.
func statusOf(err error) int {
	if errors.Is(err, context.DeadlineExceeded) {
		return http.StatusGatewayTimeout
	}
	return http.StatusServiceUnavailable
}
