package cli

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"

	"hulian/cmd/internal/speech"
	"hulian/dashboards/desk"
	"hulian/pipelines"
	"hulian/pipelines/publish"
)

// Streams is what a command line has around it.
type Streams struct {
	Out, Err io.Writer
	Terminal bool     // Err is a terminal: progress may be drawn
	Environ  []string // as os.Environ returns
	Self     string   // the program's own file, for what runs in a process of its own; empty: it runs in this one
}

// Exit statuses.
const (
	statusDone      = 0
	statusFailed    = 1
	statusUsage     = 2
	statusNothing   = 3
	statusHeld      = 4
	statusCancelled = 130
)

// statuses says what each exit status means: in the help of every command that can give it, and in the README.
var statuses = map[int]string{
	statusDone:      "done",
	statusFailed:    "failed; the message says what, where, why, and what to try",
	statusUsage:     "wrong usage: command, argument, flag or configuration",
	statusNothing:   "nothing could be loaded, or nothing of one of the files; everything else was loaded and published",
	statusHeld:      "a file is held until it is confirmed, on the page Data or by import --confirm; everything else was loaded and published",
	statusCancelled: "cancelled; what had been published stays",
}

// What commands can end with: those that only write or read files, those that ask or change something and can be
// cancelled meanwhile, and those that make runs.
var (
	endsPlainly = []int{statusDone, statusFailed, statusUsage}
	endsAsked   = append(slices.Clone(endsPlainly), statusCancelled)
	endsARun    = append(slices.Clone(endsPlainly), statusNothing, statusHeld, statusCancelled)
)

// Main runs one command and returns its exit status. The end of ctx cancels the command.
func Main(ctx context.Context, arguments []string, streams Streams) int {
	p := &program{Streams: streams, arguments: arguments, words: spokenTo(arguments, streams.Environ)}
	root := newRootCommand(p)
	p.translate(root)
	root.SetArgs(arguments)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return statusDone
	}
	if said := (*toldApart)(nil); errors.As(err, &said) {
		return said.status
	}
	if !p.started { // refused by the parser of flags and arguments
		err = usage(err)
	}
	status := statusOf(ctx, err)
	message, next := p.explain(err)
	switch {
	case status == statusCancelled && p.runs:
		message, next = p.words.T(statuses[statusCancelled]), p.words.T("run the command again: it goes on where it stopped")
	case status == statusCancelled:
		message, next = p.words.T("cancelled; nothing was changed"), ""
	}
	p.say("Error: %s\n", shown(message))
	if next != "" {
		p.say("Try: %s\n", shown(next))
	}
	return status
}

// shown is a text as a terminal may be given it: the name of a file can hold what a terminal obeys.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
}

// program is what the commands share.
type program struct {
	Streams
	arguments []string                  // as they were given
	words     speech.Language           // what people are spoken to in
	runs      bool                      // the command makes runs, which go on where a cancelled one stopped
	started   bool                      // flags and arguments were accepted
	uploads   atomic.Pointer[desk.Desk] // of a server that is at work

	shown atomic.Pointer[publish.Reader] // of a server that is at work: its process can open no generation a second time

	underway pipelines.Underway // how far the run of a server is

	components bool // a server shows the page of all components

	readInstead int // the generation of which was said that it is read in place of a newer one
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
	var mapping pipelines.MappingRefusal
	switch {
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return statusCancelled
	case errors.As(err, &wrong), errors.As(err, &mapping): // a mapping file is configuration
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
func (p *program) explain(err error) (message, next string) {
	message = p.words.Error(err)
	for _, fault := range pipelines.Faults(err) {
		if fault.Next == "" {
			continue
		}
		message = strings.ReplaceAll(message, " ("+fault.Advised()+")", "")
		if next == "" {
			next = p.words.Next(fault)
		}
	}
	if advice := pipelines.Advice(err, pipelines.ErrDamaged); advice != "" { // running again does not mend a file
		next = p.words.T(advice)
	}
	var wrong usageError
	if next == "" && errors.As(err, &wrong) {
		next = "hulian --help"
	}
	return message, next
}
