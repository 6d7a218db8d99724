package serving

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
)

// TestServe serves a small town, lets another process's worth of work publish beside it, and stops in order.
func TestServe(t *testing.T) {
	town := t.TempDir()
	if status, _, stderr := clitest.Session(t, "init", "--dir", town); status != clitest.Done {
		t.Fatal(stderr)
	}
	drop := func(name, rows string) {
		path := filepath.Join(town, "inbox", name)
		clitest.Write(t, path, []byte("村编号,村名,镇\n"+rows))
		past := time.Now().Add(-time.Hour) // a file that keeps still is taken at once
		if err := os.Chtimes(path, past, past); err != nil {
			t.Fatal(err)
		}
	}
	drop("villages-1.csv", "V01,逍林村,逍林镇\n")
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	if got := server.Generation(t); got != 1 {
		t.Fatalf("generation %d is served, want the first, made at the start", got)
	}
	drop("villages-2.csv", "V01,逍林村,逍林镇\nV02,新园村,逍林镇\n")
	if status, _, stderr := clitest.Session(t, "run", "--dir", town); status != clitest.Done {
		t.Fatalf("run beside the server: status %d\n%s", status, stderr)
	}
	server.ServesNewest(t)
	if got := server.Generation(t); got != 2 {
		t.Errorf("generation %d is served, want the second", got)
	}
	server.Stop(t)
	if !strings.Contains(server.Errs.String(), "stopping") {
		t.Errorf("log: %s", server.Errs)
	}
}

func TestServeRefusesWhatItCannotDo(t *testing.T) {
	town := t.TempDir()
	if status, _, stderr := clitest.Session(t, "serve", "--dir", town, "--schedule", "0 8 31 2 *"); status != clitest.Usage || !strings.Contains(stderr, "never comes") {
		t.Errorf("a schedule that never comes: status %d\n%s", status, stderr)
	}
	if status, _, stderr := clitest.Session(t, "init", "--dir", town); status != clitest.Done {
		t.Fatal(stderr)
	}
	if status, _, stderr := clitest.Session(t, "serve", "--dir", town, "--schedule", "off"); status != clitest.Nothing {
		t.Errorf("nothing to serve: status %d\n%s", status, stderr)
	}
	clitest.Write(t, filepath.Join(town, "villages.csv"), []byte("村编号,村名,镇\nV01,逍林村,逍林镇\n"))
	if status, _, stderr := clitest.Session(t, "import", "--dir", town, filepath.Join(town, "villages.csv")); status != clitest.Done {
		t.Fatal(stderr)
	}
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer clitest.MustClose(t, taken)
	status, _, stderr := clitest.Session(t, "serve", "--dir", town, "--schedule", "off", "--listen", taken.Addr().String())
	if status != clitest.Failed || !strings.Contains(stderr, "Try: --listen with another port") {
		t.Errorf("a port that is taken: status %d\n%s", status, stderr)
	}
	clitest.Write(t, filepath.Join(town, "programme.yaml"), []byte("linking: {household_limit: 3}\n"))
	if status, _, stderr = clitest.Session(t, "serve", "--dir", town); status != clitest.Usage || !strings.Contains(stderr, "linking.households_limit") {
		t.Errorf("a misspelt programme: status %d\n%s", status, stderr)
	}
}
