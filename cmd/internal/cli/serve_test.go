package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// running is a server of this test, started by the command and stopped by an interrupt.
type running struct {
	address string
	errs    *lockedBuffer
	cancel  context.CancelFunc
	status  chan int
}

// lockedBuffer is written by the server while the test reads it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}
func (l *lockedBuffer) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

// start runs a command that serves and waits for the address it prints.
func start(t *testing.T, arguments ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	read, out := io.Pipe()
	r := &running{errs: &lockedBuffer{}, cancel: cancel, status: make(chan int, 1)}
	go func() {
		r.status <- Main(ctx, arguments, Streams{Out: out, Err: r.errs})
		_ = out.Close() // a pipe in memory closes without fail
	}()
	line, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		cancel()
		t.Fatalf("%v: no address: %v\n%s", arguments, err, r.errs)
	}
	r.address = strings.TrimSpace(line)
	t.Cleanup(cancel)
	return r
}

func (r *running) stop(t *testing.T) {
	t.Helper()
	r.cancel()
	select {
	case status := <-r.status:
		if status != statusDone {
			t.Errorf("the server ended with status %d\n%s", status, r.errs)
		}
	case <-time.After(2 * grace):
		t.Fatal("the server does not end")
	}
}

// generation asks the server which generation it serves.
func (r *running) generation(t *testing.T) int {
	t.Helper()
	status, body := exchange(t, http.DefaultClient, http.MethodGet, r.address+"healthz")
	var health struct {
		Generation int `json:"generation"`
	}
	if err := json.Unmarshal([]byte(body), &health); err != nil || status != http.StatusOK {
		t.Fatalf("status %d, %v", status, err)
	}
	return health.Generation
}

// TestServe serves a small town, lets another process's worth of work publish beside it, and stops in order.
func TestServe(t *testing.T) {
	town := t.TempDir()
	if status, _, stderr := session(t, "init", "--dir", town); status != statusDone {
		t.Fatal(stderr)
	}
	drop := func(name, rows string) {
		path := filepath.Join(town, "inbox", name)
		write(t, path, []byte("村编号,村名,镇\n"+rows))
		past := time.Now().Add(-time.Hour) // a file that keeps still is taken at once
		if err := os.Chtimes(path, past, past); err != nil {
			t.Fatal(err)
		}
	}
	drop("villages-1.csv", "V01,逍林村,逍林镇\n")
	server := start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	if got := server.generation(t); got != 1 {
		t.Fatalf("generation %d is served, want the first, made at the start", got)
	}
	drop("villages-2.csv", "V01,逍林村,逍林镇\nV02,新园村,逍林镇\n")
	if status, _, stderr := session(t, "run", "--dir", town); status != statusDone {
		t.Fatalf("run beside the server: status %d\n%s", status, stderr)
	}
	if got := server.generation(t); got != 2 {
		t.Errorf("generation %d is served, want the second", got)
	}
	server.stop(t)
	if !strings.Contains(server.errs.String(), "stopping") {
		t.Errorf("log: %s", server.errs)
	}
}

func TestServeRefusesWhatItCannotDo(t *testing.T) {
	town := t.TempDir()
	if status, _, stderr := session(t, "serve", "--dir", town, "--schedule", "0 8 31 2 *"); status != statusUsage || !strings.Contains(stderr, "never comes") {
		t.Errorf("a schedule that never comes: status %d\n%s", status, stderr)
	}
	if status, _, stderr := session(t, "init", "--dir", town); status != statusDone {
		t.Fatal(stderr)
	}
	if status, _, stderr := session(t, "serve", "--dir", town, "--schedule", "off"); status != statusNothing {
		t.Errorf("nothing to serve: status %d\n%s", status, stderr)
	}
	write(t, filepath.Join(town, "villages.csv"), []byte("村编号,村名,镇\nV01,逍林村,逍林镇\n"))
	if status, _, stderr := session(t, "import", "--dir", town, filepath.Join(town, "villages.csv")); status != statusDone {
		t.Fatal(stderr)
	}
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, taken)
	status, _, stderr := session(t, "serve", "--dir", town, "--schedule", "off", "--listen", taken.Addr().String())
	if status != statusFailed || !strings.Contains(stderr, "Try: --listen with another port") {
		t.Errorf("a port that is taken: status %d\n%s", status, stderr)
	}
	write(t, filepath.Join(town, programmeName), []byte("linking: {household_limit: 3}\n"))
	if status, _, stderr = session(t, "serve", "--dir", town); status != statusUsage || !strings.Contains(stderr, "linking.households_limit") {
		t.Errorf("a misspelt programme: status %d\n%s", status, stderr)
	}
}

// checkDemoServes starts the demo where its port is taken: it takes a free one and serves every page it lists.
func checkDemoServes(t *testing.T, town string) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, taken)
	server := start(t, "demo", "--dir", town, "--listen", taken.Addr().String(), "--schedule", "off")
	defer server.stop(t)
	if strings.Contains(server.address, fmt.Sprintf(":%d/", taken.Addr().(*net.TCPAddr).Port)) {
		t.Fatalf("served at %s, which is taken", server.address)
	}
	status, body := exchange(t, http.DefaultClient, http.MethodGet, server.address)
	if status != http.StatusOK {
		t.Fatalf("status %d\n%s", status, server.errs)
	}
	if !strings.Contains(server.errs.String(), "as the organisation office: "+server.address+"office?key=") {
		t.Errorf("the office's link is not printed:\n%s", server.errs)
	}
	for _, figure := range []string{"逍林镇", "910", "1,170"} {
		if !strings.Contains(body, figure) {
			t.Errorf("the first page does not show %s", figure)
		}
	}
}
