package clitest

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"hulian/data/trials"
)

// Exit statuses, as the README lists them.
const (
	Done      = 0
	Failed    = 1
	Usage     = 2
	Nothing   = 3
	Held      = 4
	Cancelled = 130
)

// program is the program under test.
var program func(ctx context.Context, arguments []string, out, errs io.Writer, environ []string, self string) int

// ending is a run of tests that calls what stops what they share.
type ending struct {
	*testing.M
	last []func()
}

func (e ending) Run() int {
	defer func() {
		for _, end := range e.last {
			end()
		}
	}()
	return e.M.Run()
}

// Main is the TestMain of a package that tests the program: it puts it as the command "hulian" before all others, and calls last
// when all tests have run.
func Main[S ~struct {
	Out, Err io.Writer
	Terminal bool
	Environ  []string
	Self     string
}](m *testing.M, run func(ctx context.Context, arguments []string, streams S) int, last ...func()) {
	program = func(ctx context.Context, arguments []string, out, errs io.Writer, environ []string, self string) int {
		return run(ctx, arguments, S{Out: out, Err: errs, Environ: environ, Self: self})
	}
	if filepath.Base(os.Args[0]) != "hulian" { // of the tests, not of a command
		// Commands speak English whatever the machine's language is, and a browser opens files with Chinese names.
		set("LC_ALL", "C.UTF-8")
		// On a town of a few rows a second thread only costs a sixth more processor time. Long runs take the usual number.
		if os.Getenv(threads) == "" && !trials.All() {
			set(threads, "1")
		}
	}
	testscript.Main(ending{m, last}, map[string]func(){"hulian": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		self, err := os.Executable()
		if err != nil {
			panic(err) // without it the tests would try another program than people run
		}
		os.Exit(program(ctx, os.Args[1:], os.Stdout, os.Stderr, os.Environ(), self))
	}})
}

const threads = "HULIAN_THREADS"

// environ is what a command in this process finds set: how many threads it has, and nothing else of this machine.
func environ() []string {
	if n := os.Getenv(threads); n != "" {
		return []string{threads + "=" + n}
	}
	return nil
}

func set(variable, value string) {
	if err := os.Setenv(variable, value); err != nil {
		panic(err) // the tests would try another program than they say
	}
}

// Session runs one command in this process. "query" runs in a process of its own: the engine refuses to open a file twice in one
// process with other settings, and a server of the test may have it open here.
func Session(t testing.TB, arguments ...string) (status int, stdout, stderr string) {
	t.Helper()
	if len(arguments) > 0 && arguments[0] == "query" {
		return Process(t, arguments...)
	}
	return SessionIn(context.Background(), t, arguments...)
}

// SessionIn runs one command in this process, until ctx ends.
func SessionIn(ctx context.Context, t testing.TB, arguments ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = program(ctx, arguments, &out, &errs, environ(), "")
	return status, out.String(), errs.String()
}

// Process runs the program as a process of its own, to its end.
func Process(t testing.TB, arguments ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	command := exec.CommandContext(t.Context(), "hulian", arguments...)
	command.Stdout, command.Stderr = &out, &errs
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), out.String(), errs.String()
}

// Says runs a command that must end with a status and write something, and returns all it wrote.
func Says(t testing.TB, want int, text string, arguments ...string) string {
	t.Helper()
	status, out, stderr := Session(t, arguments...)
	if status != want || !strings.Contains(out+stderr, text) {
		t.Fatalf("%v: status %d, want %d with %q:\n%s%s", arguments, status, want, text, out, stderr)
	}
	return out + stderr
}

// Fields runs a command and returns its rows by the value of a column.
func Fields(t testing.TB, arguments ...string) []map[string]string {
	t.Helper()
	status, out, stderr := Session(t, append(arguments, "--format", "csv")...)
	if status != Done {
		t.Fatalf("%v: status %d\n%s", arguments, status, stderr)
	}
	records, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(records) == 0 {
		t.Fatalf("%v: %v\n%s", arguments, err, out)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// Scripts runs the sessions of a folder: what a person types, and what must come of it. setup may be nil.
func Scripts(t *testing.T, dir string, setup func(*testscript.Env) error) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "uncover": uncover},
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv(threads, os.Getenv(threads))
			if setup == nil {
				return nil
			}
			return setup(env)
		},
	})
}

// uncover takes the marks off all guesses of a proposed mapping file, as a person does who agrees with every one: uncover
// DRAFT MAPPING. Words whose meaning the draft leaves open stay out.
func uncover(script *testscript.TestScript, negated bool, arguments []string) {
	if negated || len(arguments) != 2 {
		script.Fatalf("usage: uncover DRAFT MAPPING")
	}
	var kept []string
	for line := range strings.Lines(script.ReadFile(arguments[0])) {
		if !strings.Contains(line, ": … #") {
			kept = append(kept, strings.Replace(line, "#? ", "", 1))
		}
	}
	script.Check(os.WriteFile(script.MkAbs(arguments[1]), []byte(strings.Join(kept, "")), 0o600))
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

// Must ends a test that cannot go on.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// MustClose closes what a test opened.
func MustClose(t testing.TB, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
