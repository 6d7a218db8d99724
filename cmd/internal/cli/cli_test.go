package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"hulian/pipelines"
)

// ending are called when all tests have run: servers that several of them share are stopped.
var ending []func()

type tests struct{ *testing.M }

func (t tests) Run() int {
	defer func() {
		for _, end := range ending {
			end()
		}
	}()
	return t.M.Run()
}

func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){"hulian": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		os.Exit(Main(ctx, os.Args[1:], Streams{Out: os.Stdout, Err: os.Stderr, Environ: os.Environ()}))
	}})
}

// TestScripts runs the sessions of testdata/script: what a person types, and what must come of it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
		},
		RequireExplicitExec: true,
	})
}

// exits runs a command that must end with a given status: exits 2 hulian templat.
func exits(script *testscript.TestScript, negated bool, arguments []string) {
	if negated || len(arguments) < 2 {
		script.Fatalf("usage: exits STATUS COMMAND...")
	}
	err := script.Exec(arguments[1], arguments[2:]...)
	status := 0
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		status = coded.ExitCode()
	} else if err != nil {
		script.Fatalf("%v", err)
	}
	if fmt.Sprint(status) != arguments[0] {
		script.Fatalf("exit status %d, want %s", status, arguments[0])
	}
}

func tree(command *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{command}
	for _, child := range command.Commands() {
		all = append(all, tree(child)...)
	}
	return all
}

func TestEveryCommandDocumentsItself(t *testing.T) {
	root := newRootCommand(&program{})
	for _, command := range tree(root) {
		if !strings.Contains(command.Long, exitHeading) {
			t.Errorf("%s: the help does not list exit statuses", command.CommandPath())
		}
		if command.Short == "" {
			t.Errorf("%s has no short text", command.CommandPath())
		}
		for _, flag := range []string{"dir", "format"} {
			if command.Flag(flag) == nil && command.InheritedFlags().Lookup(flag) == nil {
				t.Errorf("%s takes no --%s", command.CommandPath(), flag)
			}
		}
		if command.Runnable() && command.Args == nil && command.Name() != "help" {
			t.Errorf("%s takes any arguments", command.CommandPath())
		}
	}
}

// TestTheReadmeNamesEveryCommand looks for each in the table of commands.
func TestTheReadmeNamesEveryCommand(t *testing.T) {
	content, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(content), "\n## Commands\n")
	table, _, _ = strings.Cut(table, "\nEvery command takes")
	for _, command := range newRootCommand(&program{}).Commands() {
		if !regexp.MustCompile("`"+command.Name()+`\b`).MatchString(table) && command.Name() != "help" {
			t.Errorf("the README does not name %q", command.Name())
		}
	}
}

func TestExitStatuses(t *testing.T) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		err  error
		want int
	}{
		"failure":                {context.Background(), errors.New("no"), statusFailed},
		"usage":                  {context.Background(), usage(errors.New("no")), statusUsage},
		"nothing":                {context.Background(), &pipelines.Fault{Err: fmt.Errorf("%w: all bad", pipelines.ErrNothingLoaded)}, statusNothing},
		"held":                   {context.Background(), errors.Join(&pipelines.Fault{Err: pipelines.ErrHeld}), statusHeld},
		"cancelled":              {cancelled, fmt.Errorf("load: %w", context.Canceled), statusCancelled},
		"other context":          {context.Background(), context.Canceled, statusFailed},
		"failed, then cancelled": {cancelled, errors.New("disk full"), statusFailed},
	} {
		if got := statusOf(c.ctx, c.err); got != c.want {
			t.Errorf("%s: status %d, want %d", name, got, c.want)
		}
	}
}

func TestExplainGivesTheOutermostAdviceOnce(t *testing.T) {
	inner := &pipelines.Fault{Op: "open warehouse", At: "w.duckdb", Err: errors.New("locked"), Next: "wait"}
	outer := &pipelines.Fault{Op: "run", At: "town", Err: errors.Join(inner, errors.New("and more")), Next: "run again"}
	message, next := explain(fmt.Errorf("first: %w", outer))
	if message != "first: run town: open warehouse w.duckdb: locked\nand more" || next != "run again" {
		t.Errorf("message %q, next %q", message, next)
	}
	if _, next := explain(inner); next != "wait" {
		t.Errorf("next %q", next)
	}
	if message, next := explain(usage(errors.New("unknown shorthand"))); message != "unknown shorthand" || next != "hulian --help" {
		t.Errorf("message %q, next %q", message, next)
	}
}
