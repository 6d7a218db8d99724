package clitest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestATownIsMadeOnceForOneStateOfTheCode asks for a town from several sides at once, spoils a copy, leaves a town half
// made, and lets one grow old.
func TestATownIsMadeOnceForOneStateOfTheCode(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var builds atomic.Int64
	build := func(dir string) {
		builds.Add(1)
		time.Sleep(100 * time.Millisecond) // the others come meanwhile
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "town"), []byte("whole"), 0o644); err != nil {
			t.Error(err)
		}
	}
	holds := func(what, dir string) {
		t.Helper()
		if content, err := os.ReadFile(filepath.Join(dir, "town")); err != nil || string(content) != "whole" {
			t.Errorf("%s: %q, %v", what, content, err)
		}
	}
	var asked sync.WaitGroup
	for range 4 {
		asked.Go(func() {
			copied := made(t, "few", build)
			holds("one of four at once", copied)
			if err := os.WriteFile(filepath.Join(copied, "town"), []byte("spoilt"), 0o644); err != nil {
				t.Error(err)
			}
		})
	}
	asked.Wait()
	holds("after others have changed theirs", made(t, "few", build))
	if n := builds.Load(); n != 1 {
		t.Errorf("it was made %d times", n)
	}

	code, err := stateOfTheCode()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(os.TempDir(), fmt.Sprintf("hulian-tests-%d", os.Getuid()))
	shared := filepath.Join(root, "few-"+code)
	if err := errors.Join(os.WriteFile(filepath.Join(shared, "town"), []byte("ha"), 0o644), os.Remove(shared+".whole")); err != nil {
		t.Fatal(err)
	}
	ancient := filepath.Join(root, "few-0123456789abcdef")
	past := time.Now().Add(-2 * old)
	for _, at := range []string{ancient, filepath.Join(root, "few-fedcba9876543210")} {
		if err := errors.Join(os.Mkdir(at, 0o755), os.WriteFile(at+".whole", nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(ancient+".whole", past, past); err != nil {
		t.Fatal(err)
	}
	holds("after one was killed at it", made(t, "few", build))
	if n := builds.Load(); n != 2 {
		t.Errorf("it was made %d times, want once more for the half one", n)
	}
	left, err := filepath.Glob(filepath.Join(root, "few-*"))
	if err != nil || len(left) != 4 {
		t.Errorf("%v are left (%v), want those of this code and of yesterday's", left, err)
	}
}
