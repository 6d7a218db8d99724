package clitest

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Errand is a command at work in a process of its own.
type Errand struct {
	Command *exec.Cmd
	Out     bytes.Buffer // to be read when it has ended
	Errs    Buffer
	Ended   chan struct{} // closed at its end
}

// Begin starts a command as a process of its own.
func Begin(t testing.TB, arguments ...string) *Errand {
	t.Helper()
	w := &Errand{Ended: make(chan struct{})}
	w.Command = exec.CommandContext(t.Context(), "hulian", arguments...)
	w.Command.Stdout, w.Command.Stderr = &w.Out, &w.Errs
	if err := w.Command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(w.Ended)
		_ = w.Command.Wait() // its status is looked at by the test
	}()
	return w
}

// Says waits until a command at work has said something.
func (w *Errand) Says(t testing.TB, text string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if strings.Contains(w.Errs.String(), text) {
			return
		}
		select {
		case <-w.Ended:
			t.Fatalf("%v ended and did not say %q:\n%s", w.Command.Args, text, w.Errs.String())
		default:
		}
	}
	t.Fatalf("%v does not say %q:\n%s", w.Command.Args, text, w.Errs.String())
}
