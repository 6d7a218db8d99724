package cli

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/pipelines"
	"hulian/pipelines/publish"
	"hulian/pipelines/warehouse"
)

const (
	// patience is how long a question may take where nobody says otherwise: those of a town take seconds.
	patience = time.Minute
	// spilled is how much of what does not fit into memory may lie on the disk while a question is answered.
	spilled = "2GB"
	// largest is how many bytes an answer may have: it is held in memory, and nobody reads as much.
	largest = 512 << 20
	// besides is the memory that the process of a question may take beside the engine's.
	besides = 1536 << 20
	// spillFlag names the folder for it, and says that the question is answered in this process.
	spillFlag = "answer-in"
)

func newQueryCommand(p *program) *cobra.Command {
	var timeout time.Duration
	var spill, from string
	cmd := &cobra.Command{
		Use:   `query "SQL"`,
		Short: "Ask the published snapshot in SQL",
		Long: document(`Answers one question in SQL from the published snapshot, read-only: SELECT, WITH, FROM, DESCRIBE, SUMMARIZE, SHOW and
EXPLAIN; no files, no other databases, no settings. Every export is a view of its name (issues, visits, households, …),
and so is every table of results (measures, units, issue_flow, …), files, reconciliation and problems. "show tables" lists
them all.

A question is answered in a process of its own, in a minute or the time --timeout gives. What does not fit into memory
lies in a temporary folder meanwhile, 2 GB at most. The snapshot is held to its hash first: where it is damaged, the newest
older one that is whole answers, and standard error says so. An answer takes 512 MB at most; whole tables lie in the folder marts.`, endsAsked),
		Example: `  hulian query "select count(*) from issues"
  hulian query "select unit_name, value from measures where measure = 'card_rate' and level = 'village' and month = '2018-01'" --format csv`,
		Args: exactly(1, `"SQL"`),
		RunE: func(cmd *cobra.Command, arguments []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if _, err := outputFormat(cmd); err != nil {
				return err
			}
			if timeout <= 0 {
				return usage(&pipelines.Fault{Op: "read flags", At: "--timeout " + timeout.String(), Err: errors.New("a question takes time"), Next: "--timeout 5m"})
			}
			if spill == "" && p.Self != "" {
				return p.answerApart(cmd.Context(), c, timeout)
			}
			if spill != "" {
				if err := boundMemory(c.MemoryLimit); err != nil {
					return err
				}
			}
			if from != "" {
				return p.writeAsked(cmd.Context(), c, from, spill, arguments[0])
			}
			table, err := p.answer(cmd.Context(), c, arguments[0], timeout, spill)
			if err != nil {
				return err
			}
			return p.print(cmd, table)
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", patience, "how long the question may take, such as 90s or 5m")
	cmd.Flags().StringVar(&spill, spillFlag, "", "")
	cmd.Flags().StringVar(&from, fileFlag, "", "")
	for _, flag := range []string{spillFlag, fileFlag} {
		if err := cmd.Flags().MarkHidden(flag); err != nil {
			panic(err) // the flag was made the line before
		}
	}
	config.AddFlags(cmd.Flags(), reading...)
	return cmd
}

// asker says whether a text is a question, by the engine's own parser.
type asker interface {
	Question(ctx context.Context, query string) error
}

// answer answers a question in this process. Where spill is empty, a folder for what does not fit into memory is made for it.
func (p *program) answer(ctx context.Context, c config.Config, query string, timeout time.Duration, spill string) (answer pipelines.Table, err error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	fault := func(err error, next string, with ...any) error {
		return &pipelines.Fault{Op: "query", At: p.words.Tf("the snapshot of %s", c.Dir), Err: err, Next: next, With: with}
	}
	question := func(of asker) error {
		err := of.Question(limited, query)
		switch {
		case errors.Is(err, warehouse.ErrSeveral):
			return usage(fault(err, queryAdvice(err)))
		case err != nil:
			return fault(err, queryAdvice(err))
		}
		return nil
	}
	parser, err := warehouse.Open(limited, warehouse.Config{Sandboxed: true, Threads: 1})
	if err != nil {
		return answer, err
	}
	if err := errors.Join(question(parser), parser.Close()); err != nil {
		return answer, err
	}
	if spill == "" {
		if spill, err = os.MkdirTemp("", spillPattern); err != nil {
			return answer, err
		}
	}
	defer func() { err = errors.Join(err, os.RemoveAll(spill)) }()
	reader, err := publish.OpenReader(limited, c.Dir, publish.ReaderOptions{Sandboxed: true, Threads: c.Threads, MemoryLimit: c.MemoryLimit, TempDir: spill, TempLimit: spilled, AnswerLimit: largest, Verify: true})
	if err != nil {
		return answer, err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	err = p.pinned(limited, c, reader, func(q pipelines.Querier) error {
		if of, can := q.(asker); can {
			if err := question(of); err != nil {
				return err
			}
		}
		answer, err = q.Query(limited, query)
		return err
	})
	var said *pipelines.Fault
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return answer, ctx.Err()
	case limited.Err() != nil:
		return answer, fault(pipelines.Errorf("it takes longer than %s", timeout), tooLong, 5*timeout)
	case !errors.As(err, &said):
		return answer, fault(err, queryAdvice(err))
	}
	return answer, err
}

// tooLong is what helps against a question that takes too long.
const tooLong = "ask for less, such as one month or one village; or give it more time: --timeout %s"
