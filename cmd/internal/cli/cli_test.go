package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/cli/clitest"
	"hulian/pipelines"
)

func TestMain(m *testing.M) { clitest.Main(m, Main) }

// Here are the tests of this package's own functions, of every session of testdata/script, and of what takes no town; the folders
// beside hold those of one subject each, so that they run side by side. The two names are for the former.
var session, write = clitest.Session, clitest.Write

// TestScripts runs the sessions of testdata/script: what a person types, and what must come of it.
func TestScripts(t *testing.T) { clitest.Scripts(t, "testdata/script", nil) }

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
		"mapping":                {context.Background(), &pipelines.Fault{Err: errors.Join(&pipelines.Fault{Err: pipelines.MappingRefusal{}})}, statusUsage},
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
	message, next := (&program{}).explain(fmt.Errorf("first: %w", outer))
	if message != "first: run town: open warehouse w.duckdb: locked\nand more" || next != "run again" {
		t.Errorf("message %q, next %q", message, next)
	}
	if _, next := (&program{}).explain(inner); next != "wait" {
		t.Errorf("next %q", next)
	}
	if message, next := (&program{}).explain(usage(errors.New("unknown shorthand"))); message != "unknown shorthand" || next != "hulian --help" {
		t.Errorf("message %q, next %q", message, next)
	}
}
