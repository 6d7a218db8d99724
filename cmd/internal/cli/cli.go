package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"hulian/pipelines"
)

// Streams is what a command line has around it.
type Streams struct {
	Out, Err io.Writer
	Terminal bool     // Err is a terminal: progress may be drawn
	Environ  []string // as os.Environ returns
}

// Exit statuses. The texts stand in the help of every command that can give them.
const (
	statusDone      = 0
	statusFailed    = 1
	statusUsage     = 2
	statusNothing   = 3
	statusHeld      = 4
	statusCancelled = 130
)

// statuses documents the exit statuses.
var statuses = map[int]string{
	statusDone:      "done",
	statusFailed:    "failed",
	statusUsage:     "wrong usage: command, argument, flag or configuration",
	statusNothing:   "nothing could be loaded",
	statusHeld:      "a file is held for confirmation",
	statusCancelled: "cancelled",
}

// Main runs one command and returns its exit status. The end of ctx cancels the command.
func Main(ctx context.Context, arguments []string, streams Streams) int {
	p := &program{Streams: streams}
	root := newRootCommand(p)
	root.SetArgs(arguments)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return statusDone
	}
	if !p.started { // refused by the parser of flags and arguments
		err = usage(err)
	}
	status := statusOf(ctx, err)
	message, next := explain(err)
	if status == statusCancelled {
		message = "cancelled; what had been published stays"
		next = "run the command again: it goes on where it stopped"
	}
	fmt.Fprintf(streams.Err, "Error: %s\n", message)
	if next != "" {
		fmt.Fprintf(streams.Err, "Try: %s\n", next)
	}
	return status
}

// program is what the commands share.
type program struct {
	Streams
	started bool // flags and arguments were accepted
}

// usageError marks an error as one of usage.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usage(err error) error {
	var marked usageError
	if err == nil || errors.As(err, &marked) {
		return err
	}
	return usageError{err}
}

func statusOf(ctx context.Context, err error) int {
	var wrong usageError
	switch {
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return statusCancelled
	case errors.As(err, &wrong):
		return statusUsage
	case errors.Is(err, pipelines.ErrNothingLoaded):
		return statusNothing
	case errors.Is(err, pipelines.ErrHeld):
		return statusHeld
	default:
		return statusFailed
	}
}

// explain splits an error into what is wrong and what to do next. The advice of nested faults is taken out of the
// sentence; the outermost advice wins, because it knows what the person was doing.
func explain(err error) (message, next string) {
	message = err.Error()
	for _, fault := range faults(err) {
		if fault.Next == "" {
			continue
		}
		message = strings.ReplaceAll(message, " ("+fault.Next+")", "")
		if next == "" {
			next = fault.Next
		}
	}
	var wrong usageError
	if next == "" && errors.As(err, &wrong) {
		next = "hulian --help"
	}
	return message, next
}

// faults lists the faults of an error's tree, outermost first. The tree is walked by hand, so that every fault is met once:
// errors.As would find the first one only.
func faults(err error) []*pipelines.Fault {
	var all []*pipelines.Fault
	if fault, ok := err.(*pipelines.Fault); ok { //nolint:errorlint // for the reason above
		all = append(all, fault)
	}
	switch e := err.(type) { //nolint:errorlint // for the reason above
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			all = append(all, faults(inner)...)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			all = append(all, faults(inner)...)
		}
	}
	return all
}
