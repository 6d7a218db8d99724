package cli

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"hulian/cmd/internal/config"
	"hulian/dashboards/api"
	"hulian/dashboards/facts"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
	"hulian/pipelines/warehouse"
)

const (
	// askLimit is how long the question of a program may take, with making the copy it is answered from.
	askLimit = 25 * time.Second
	// askAnswer is how many bytes its answer may have.
	askAnswer = 128 << 20
	// fileFlag names the file a question is answered from, in place of what is published.
	fileFlag = "answer-from"
)

// questions answers questions of programs, one at a time: each takes a process with memory of its own.
type questions struct {
	p      *program
	config config.Config
	masked *masked
	turn   chan struct{}
}

func (p *program) newQuestions(c config.Config) (*questions, error) {
	m, err := newMasked(c)
	return &questions{p: p, config: c, masked: m, turn: make(chan struct{}, 1)}, err
}

// ask answers a question in SQL from the tables as a visitor may read them. What is wrong with the question comes back as a
// *pipelines.Fault. pipelines.ErrBusy: others ask too.
func (q *questions) ask(ctx context.Context, v visitor.Visitor, f facts.Facts, sql string) (api.Table, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	return q.masked.answer(ctx, v, f, sql, func(path string) (api.Table, error) { return q.from(ctx, path, sql) })
}

// from answers a question from a file, when it is its turn.
func (q *questions) from(ctx context.Context, path, sql string) (api.Table, error) {
	select {
	case q.turn <- struct{}{}:
		defer func() { <-q.turn }()
	case <-ctx.Done():
		return api.Table{}, pipelines.ErrBusy
	}
	if q.p.Self == "" { // in a test: the process is this one
		return answerFrom(ctx, q.config, path, q.masked.dir, sql)
	}
	spill, err := os.MkdirTemp("", spillPattern)
	if err != nil {
		return api.Table{}, err
	}
	answer, err := q.apart(ctx, path, spill, sql)
	return answer, errors.Join(err, os.RemoveAll(spill))
}

// apart has the question answered by this program in a process of its own: nothing anybody types can end the server.
func (q *questions) apart(ctx context.Context, path, spill, sql string) (api.Table, error) {
	limited, cancel := context.WithTimeout(ctx, askLimit+overtime)
	defer cancel()
	said, answer := &bytes.Buffer{}, &bytes.Buffer{}
	command := exec.CommandContext(limited, q.p.Self, "query", "--dir", q.config.Dir, "--"+spillFlag+"="+spill, "--"+fileFlag+"="+path, "--", sql)
	command.Env, command.Stdout, command.Stderr = q.p.Environ, answer, &limitedWriter{said, heard}
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = overtime
	err := command.Run()
	fault := func(err error, next string) error { return &pipelines.Fault{Op: "query", Err: err, Next: next} }
	var exit *exec.ExitError
	switch {
	case err == nil:
		var t askedTable
		if err := gob.NewDecoder(answer).Decode(&t); err != nil {
			return api.Table{}, pipelines.Errorf("read the answer of a question: %w", err)
		}
		switch {
		case t.Refused:
			return api.Table{}, fault(api.Refused{Why: t.Fault}, t.Next)
		case t.Fault != "":
			return api.Table{}, fault(errors.New(t.Fault), t.Next)
		}
		return t.Table, nil
	case ctx.Err() != nil:
		return api.Table{}, ctx.Err()
	case errors.As(err, &exit):
		return api.Table{}, fault(errors.New("the engine gave up on this question"+cause(said.String())), "ask in another way")
	}
	return api.Table{}, err
}

// askedTable is how the process that answers hands its answer over: a table, or what is wrong with the question.
type askedTable struct {
	Table       api.Table
	Fault, Next string
	Refused     bool // by a rule, and not because it is mistyped or takes too much
}

func init() { gob.Register(time.Time{}) }

// writeAsked answers a question from a file and writes the answer to standard output.
func (p *program) writeAsked(ctx context.Context, c config.Config, path, spill, sql string) error {
	table, err := answerFrom(ctx, c, path, spill, sql)
	answer := askedTable{Table: table}
	var fault *pipelines.Fault
	if errors.As(err, &fault) {
		answer.Refused = errors.As(err, new(api.Refused))
		answer.Fault, answer.Next, err = fault.Err.Error(), fault.Next, nil
	}
	if err != nil {
		return err
	}
	return gob.NewEncoder(p.Out).Encode(answer)
}

// answerFrom answers a question from a copy of the tables, in the engine's sandbox.
func answerFrom(ctx context.Context, c config.Config, path, spill, sql string) (_ api.Table, err error) {
	limited, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	w, err := warehouse.Open(limited, warehouse.Config{Path: path, ReadOnly: true, Sandboxed: true, Threads: c.Threads, MemoryLimit: c.MemoryLimit,
		TempDir: spill, TempLimit: spilled, AnswerLimit: askAnswer})
	if err != nil {
		return api.Table{}, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	fault := func(err error) error {
		text, _, _ := strings.Cut(err.Error(), "\n\nCandidate")
		text = strings.NewReplacer(path, "the tables", spill, "the temporary folder").Replace(text)
		why := errors.New(text)
		if errors.Is(err, warehouse.ErrClosed) || errors.Is(err, warehouse.ErrNoQuestion) || errors.Is(err, warehouse.ErrSeveral) {
			why = api.Refused{Why: text}
		}
		return &pipelines.Fault{Op: "query", Err: why, Next: askAdvice(err)}
	}
	var table pipelines.Table
	if err = w.Within(limited, sql); err == nil {
		table, err = w.Query(limited, sql)
	}
	switch {
	case limited.Err() != nil:
		return api.Table{}, &pipelines.Fault{Op: "query", Err: pipelines.Errorf("it takes longer than %s", askLimit), Next: "ask for less, such as one month or one village"}
	case err != nil:
		return api.Table{}, fault(err)
	}
	return typedTable(limited, w, sql, table), nil
}

// askAdvice is queryAdvice for a program.
func askAdvice(err error) string {
	advice := queryAdvice(err)
	if errors.Is(err, warehouse.ErrClosed) {
		return "ask show tables for the tables there are, and leave the function out"
	}
	if strings.Contains(advice, "hulian query") {
		return "ask show tables, or describe TABLE, for what there is"
	}
	return strings.ReplaceAll(advice, "--memory-limit with more, such as 2GB, or a query", "a query")
}

// typedTable adds to an answer the types of its columns: those the engine says, or, of what it cannot describe, those the values have.
func typedTable(ctx context.Context, w *warehouse.Warehouse, sql string, answer pipelines.Table) api.Table {
	t := api.Table{Rows: answer.Rows}
	said, err := w.Query(ctx, "describe "+sql)
	for i, column := range distinct(answer.Columns) {
		kind := ""
		if err == nil && len(said.Rows) == len(answer.Columns) {
			kind = facts.ColumnTypes[fmt.Sprint(said.Rows[i][1])]
		}
		if kind == "" {
			kind = kindOfValues(answer.Rows, i)
		}
		t.Columns = append(t.Columns, api.Column{Name: column, Type: kind})
	}
	return t
}

// kindOfValues is the one type all values of a column have; text where they have several.
func kindOfValues(rows [][]any, column int) string {
	kind := ""
	for _, row := range rows {
		of := ""
		switch row[column].(type) {
		case nil:
			continue
		case bool:
			of = "boolean"
		case int64:
			of = "integer"
		case float64:
			of = "number"
		case time.Time:
			of = "timestamp"
		default:
			return "text"
		}
		switch {
		case kind == "", kind == "integer" && of == "number":
			kind = of
		case kind == "number" && of == "integer":
		case kind != of:
			return "text"
		}
	}
	if kind == "" {
		return "text"
	}
	return kind
}
