package interrupted

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
)

// How the process that answers is told where to put what does not fit into memory, and how that folder is called.
const (
	spillFlag    = "--answer-in="
	spillPattern = "hulian-query-*"
)

// endless is a question without an end in sight.
const endless = "select count(*) from range(1000000000000) a, range(1000) b where (a.range + b.range) % 7 = 3"

// answering waits for the process that answers a question and returns its ID.
func answering(t *testing.T, asking *clitest.Errand) int {
	t.Helper()
	pid := asking.Command.Process.Pid
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
		for _, path := range tasks {
			content, err := os.ReadFile(path)
			var child int
			if err != nil {
				continue
			}
			if _, err := fmt.Sscan(string(content), &child); err == nil {
				if maps, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", child)); strings.Contains(string(maps), spillFlag) {
					time.Sleep(time.Second) // until it has opened the snapshot and asks
					return child
				}
			}
		}
	}
	t.Fatalf("no process answers\n%s", asking.Errs.String())
	return 0
}

// TestNothingAQuestionDoesEndsTheProgram has the process that answers end in the ways the engine ends one, and asks what takes
// too long. Each time there is a sentence and what to do, and nothing is left behind.
func TestNothingAQuestionDoesEndsTheProgram(t *testing.T) {
	town, scratch := clitest.VillagesTown(t), t.TempDir()
	t.Setenv("TMPDIR", scratch)
	tidy := func(what string) {
		t.Helper()
		for _, pattern := range []string{filepath.Join(scratch, "*"), filepath.Join(town, "snapshots", "*.tmp")} {
			if left, _ := filepath.Glob(pattern); len(left) > 0 {
				t.Errorf("%s: left behind: %v", what, left)
			}
		}
	}
	for _, signal := range []syscall.Signal{syscall.SIGABRT, syscall.SIGSEGV, syscall.SIGKILL} {
		asking := clitest.Begin(t, "query", "--dir", town, endless)
		clitest.Must(t, syscall.Kill(answering(t, asking), signal))
		<-asking.Ended
		said := asking.Errs.String()
		if status := asking.Command.ProcessState.ExitCode(); status != clitest.Failed || !strings.Contains(said, "the engine gave up") || !strings.Contains(said, "Try: ") ||
			strings.Contains(said, "goroutine") || asking.Out.Len() > 0 {
			t.Errorf("%s: status %d\n%s%s", signal, status, asking.Out.String(), said)
		}
		tidy(signal.String())
	}

	began := time.Now()
	status, out, stderr := clitest.Process(t, "query", "--dir", town, "--timeout", "1s", endless)
	if status != clitest.Failed || !strings.Contains(stderr, "it takes longer than 1s") || !strings.Contains(stderr, "--timeout 5s") || out != "" || time.Since(began) > 30*time.Second {
		t.Errorf("too long: status %d after %s\n%s%s", status, time.Since(began), out, stderr)
	}
	tidy("too long")

	for name, end := range map[string]func(parent, child int) error{
		"Ctrl-C": func(parent, child int) error {
			return errors.Join(syscall.Kill(child, syscall.SIGINT), syscall.Kill(parent, syscall.SIGINT))
		},
		"a service ends": func(parent, _ int) error { return syscall.Kill(parent, syscall.SIGTERM) },
	} {
		asking := clitest.Begin(t, "query", "--dir", town, endless)
		child := answering(t, asking)
		clitest.Must(t, end(asking.Command.Process.Pid, child))
		<-asking.Ended
		said := asking.Errs.String()
		if status := asking.Command.ProcessState.ExitCode(); status != clitest.Cancelled || !strings.Contains(said, "Error: cancelled") || strings.Contains(said, "where it stopped") || strings.Count(said, "Error:") != 1 {
			t.Errorf("%s: status %d\n%s", name, status, said)
		}
		if err := syscall.Kill(child, 0); err == nil {
			t.Errorf("%s: the process that answers is still there", name)
		}
		tidy(name)
	}
	if status, _, stderr := clitest.Process(t, "query", "--dir", town, "--timeout", "0s", "select 1"); status != clitest.Usage || !strings.Contains(stderr, "--timeout") {
		t.Errorf("no time: status %d\n%s", status, stderr)
	}
}

// TestAQuestionTakesNoMoreMemoryThanItMay asks for what the engine does not count: texts of gigabytes, and answers of as many. The
// process that answers is held to the memory it is given.
func TestAQuestionTakesNoMoreMemoryThanItMay(t *testing.T) {
	town := clitest.VillagesTown(t)
	for _, query := range []string{"select repeat('x', 3000000000)", "select repeat('x', 1000) from range(10000000)"} {
		asking := clitest.Begin(t, "query", "--dir", town, "--memory-limit", "300MB", query)
		<-asking.Ended
		said := asking.Errs.String()
		if status := asking.Command.ProcessState.ExitCode(); status != clitest.Failed || !strings.Contains(said, "Try: ") || asking.Out.Len() > 0 {
			t.Errorf("%s: status %d\n%s", query, status, said)
		}
		var children syscall.Rusage
		clitest.Must(t, syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children))
		if taken := children.Maxrss >> 10; taken > 2500 {
			t.Errorf("%s: %d MB were taken", query, taken)
		}
	}
}

// TestWhatAQuestionSpillsIsBoundedAndRemoved sorts what fits neither into memory nor into the room there is to spill.
func TestWhatAQuestionSpillsIsBoundedAndRemoved(t *testing.T) {
	town, scratch := clitest.VillagesTown(t), t.TempDir()
	t.Setenv("TMPDIR", scratch)
	clitest.Kept(t, filepath.Join(town, "hulian.yaml"), []byte("memory_limit: 200MB\nthreads: 1\n"))
	asking := clitest.Begin(t, "query", "--dir", town, "--timeout", "10m", "select count(*) from (select distinct repeat(cast(hash(range) as varchar), 20) as h from range(2000000000))")
	most := int64(0)
	for ended := false; !ended; {
		select {
		case <-asking.Ended:
			ended = true
		case <-time.After(20 * time.Millisecond):
			size := int64(0)
			files, _ := filepath.Glob(filepath.Join(scratch, spillPattern, "*"))
			for _, path := range files {
				if info, err := os.Stat(path); err == nil {
					size += info.Size()
				}
			}
			if most = max(most, size); most > 3<<30 {
				t.Errorf("%d MB lie in the temporary folder", most>>20)
				clitest.Must(t, asking.Command.Process.Signal(os.Interrupt))
			}
			if beside, _ := filepath.Glob(filepath.Join(town, "snapshots", "*.tmp")); len(beside) > 0 {
				t.Fatalf("it spills beside the snapshot: %v", beside)
			}
		}
	}
	if status, said := asking.Command.ProcessState.ExitCode(), asking.Errs.String(); status != clitest.Failed || most == 0 || !strings.Contains(said, "Out of Memory") || strings.Contains(said, "SET ") {
		t.Errorf("status %d, %d MB were spilled at most\n%s", status, most>>20, said)
	}
	if left, _ := filepath.Glob(filepath.Join(scratch, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
