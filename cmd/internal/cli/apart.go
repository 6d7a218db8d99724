package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
	"unicode"

	"hulian/cmd/internal/config"
	"hulian/pipelines"
)

const (
	spillPattern = "hulian-query-*"
	// overtime is how long a process that answers may take to notice that its time is over.
	overtime = 5 * time.Second
	// heard is how much of what it says on standard error is kept.
	heard = 64 << 10
)

// toldApart is an error that a process of its own has told already, with its exit status.
type toldApart struct{ status int }

func (t *toldApart) Error() string { return fmt.Sprintf("exit status %d", t.status) }

// answerApart has the question answered by this program in a process of its own, so that nothing anybody types can end this one:
// the engine is a library in C++ that ends its process where an error has no way out.
func (p *program) answerApart(ctx context.Context, c config.Config, timeout time.Duration) (err error) {
	spill, err := os.MkdirTemp("", spillPattern)
	if err != nil {
		return &pipelines.Fault{Op: "query", At: os.TempDir(), Err: err, Next: "make room there"}
	}
	defer func() { err = errors.Join(err, os.RemoveAll(spill)) }()
	limited, cancel := context.WithTimeout(ctx, timeout+overtime)
	defer cancel()
	at := slices.Index(p.arguments, "query") + 1 // the command, or a value before it
	arguments := slices.Insert(slices.Clone(p.arguments), at, "--"+spillFlag+"="+spill)
	command := exec.CommandContext(limited, p.Self, arguments...)
	if len(os.Args) > 0 {
		command.Args[0] = os.Args[0] // a program of several names goes by it
	}
	said := &bytes.Buffer{}
	command.Env, command.Stdout, command.Stderr = p.Environ, p.Out, &limitedWriter{said, heard}
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = overtime
	err = command.Run()
	fault := func(err error, next string, with ...any) error {
		return &pipelines.Fault{Op: "query", At: p.words.Tf("the snapshot of %s", c.Dir), Err: err, Next: next, With: with}
	}
	var exit *exec.ExitError
	switch {
	case err == nil:
		return p.pass(said)
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil:
		return fault(pipelines.Errorf("it takes longer than %s", timeout), tooLong, 5*timeout)
	case errors.As(err, &exit) && exit.Exited() && orderly(said.String()):
		return errors.Join(&toldApart{exit.ExitCode()}, p.pass(said))
	case errors.As(err, &exit):
		return fault(pipelines.Errorf("the engine gave up (%s)%s", exit.ProcessState, cause(said.String())), "ask in another way; what is published and every other command are as they were")
	}
	return fault(err, "try again")
}

// pass passes on what the process that answered said on standard error.
func (p *program) pass(said *bytes.Buffer) error {
	_, err := said.WriteTo(p.Err)
	return err
}

// orderly reports whether a process that failed told why itself: what the engine or the runtime says when it gives up has no
// such line.
func orderly(said string) bool {
	return slices.ContainsFunc(strings.Split(said, "\n"), func(line string) bool {
		return strings.HasPrefix(line, "Error: ") || strings.HasPrefix(line, "错误：")
	})
}

// cause is the first thing a process said that gave up, on one line.
func cause(said string) string {
	for line := range strings.Lines(said) {
		line = strings.Map(func(r rune) rune {
			if !unicode.IsPrint(r) {
				return -1
			}
			return r
		}, strings.TrimSpace(strings.ToValidUTF8(line, "")))
		if line == "" {
			continue
		}
		if runes := []rune(line); len(runes) > 200 {
			line = string(runes[:200]) + "…"
		}
		return ": " + line
	}
	return ""
}

// limitedWriter keeps the first bytes of what is written and drops the rest.
type limitedWriter struct {
	to   *bytes.Buffer
	left int
}

func (w *limitedWriter) Write(p []byte) (int, error) {
	kept := p[:min(len(p), w.left)]
	w.left -= len(kept)
	w.to.Write(kept)
	return len(p), nil
}
