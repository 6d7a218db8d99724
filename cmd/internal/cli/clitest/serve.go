package clitest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hulian/dashboards/visitor"
)

// Buffer is written by a server while the test reads it.
type Buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *Buffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *Buffer) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

// Running is a server in this process, started by a command and stopped as by an interrupt.
type Running struct {
	Address string // ends with a slash
	Town    string // its folder
	Errs    *Buffer
	cancel  context.CancelFunc
	status  chan int
}

// Start runs a command that serves and waits for the address it prints.
func Start(t testing.TB, arguments ...string) *Running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	read, out := io.Pipe()
	r := &Running{Town: "demo", Errs: &Buffer{}, cancel: cancel, status: make(chan int, 1)}
	if at := slices.Index(arguments, "--dir"); at >= 0 {
		r.Town = arguments[at+1]
	}
	go func() {
		r.status <- program(ctx, arguments, out, r.Errs, environ(), "")
		_ = out.Close() // a pipe in memory closes without fail
	}()
	line, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		cancel()
		t.Fatalf("%v: no address: %v\n%s", arguments, err, r.Errs)
	}
	r.Address = strings.TrimSpace(line)
	t.Cleanup(cancel)
	return r
}

// Stop ends the server, which must take it well, within twice the time it gives answers in progress.
func (r *Running) Stop(t testing.TB) {
	t.Helper()
	r.cancel()
	select {
	case status := <-r.status:
		if status != Done {
			t.Errorf("the server ended with status %d\n%s", status, r.Errs)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the server does not end")
	}
}

// Generation asks the server which generation it serves.
func (r *Running) Generation(t testing.TB) int {
	t.Helper()
	status, body := Exchange(t, http.DefaultClient, http.MethodGet, r.Address+"healthz")
	var health struct {
		Generation int `json:"generation"`
	}
	if err := json.Unmarshal([]byte(body), &health); err != nil || status != http.StatusOK {
		t.Fatalf("status %d, %v", status, err)
	}
	return health.Generation
}

// ServesNewest waits until the server shows the newest published generation. It does so when the main pages of that generation are
// ready.
func (r *Running) ServesNewest(t testing.TB) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(r.Town, "snapshots", "current"))
	Must(t, err)
	newest, err := strconv.Atoi(strings.Fields(string(content))[0])
	Must(t, err)
	for end := time.Now().Add(time.Minute); r.Generation(t) < newest; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("generation %d is not served yet\n%s", newest, r.Errs)
		}
	}
}

// As is a client that has signed in at a server with a role, for a village or, where that is empty, the whole town. It keeps
// cookies and does not follow redirects.
func As(t testing.TB, r *Running, role visitor.Role, village string) *http.Client {
	t.Helper()
	return AsNamed(t, r, "王样本", role, village)
}

// AsNamed is As for somebody of a name.
func AsNamed(t testing.TB, r *Running, shown string, role visitor.Role, village string) *http.Client {
	t.Helper()
	return &http.Client{Jar: SignIn(t, r.Town, r.Address, shown, role, village), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// SignIn makes an account as an administrator does, opens its link as its owner does, and returns the cookies.
func SignIn(t testing.TB, town, address, shown string, role visitor.Role, village string) http.CookieJar {
	t.Helper()
	name := strings.ReplaceAll(string(role), "_", "") + strings.ToLower(rand.Text()[:6])
	command := []string{"user", "add", name, "--dir", town, "--name", shown, "--role", string(role), "--address", address}
	if village != "" {
		command = append(command, "--village", village)
	}
	add := Session
	if village != "" { // is looked up in the snapshot, which a server of this process may have open
		add = Process
	}
	status, link, stderr := add(t, command...)
	if status != Done {
		t.Fatalf("%v: status %d\n%s", command, status, stderr)
	}
	jar, err := cookiejar.New(nil)
	Must(t, err)
	const password = "四月雨 plum blossom 7"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, strings.TrimSpace(link), strings.NewReader(url.Values{"password": {password}, "again": {password}}.Encode()))
	Must(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := (&http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(request)
	Must(t, err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s sets a password: %s", name, response.Status)
	}
	return jar
}

// Server is "hulian serve" in a process of its own.
type Server struct {
	Address string       // ends with a slash
	Client  *http.Client // of the organisation office
	Errs    *Buffer
	command *exec.Cmd
}

// Serve starts a server as a process and enters as the organisation office.
func Serve(t testing.TB, town string, arguments ...string) *Server {
	t.Helper()
	s := &Server{Errs: &Buffer{}}
	s.command = exec.CommandContext(t.Context(), "hulian", append([]string{"serve", "--dir", town, "--listen", "127.0.0.1:0"}, arguments...)...)
	s.command.Stderr = s.Errs
	out, err := s.command.StdoutPipe()
	if err == nil {
		err = s.command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.command.Wait() }) // the end of the test's context has killed it
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("no address: %v\n%s", err, s.Errs)
	}
	s.Address = strings.TrimSpace(line)
	s.Client = &http.Client{Jar: SignIn(t, town, s.Address, "王样本", visitor.Office, ""), Timeout: time.Minute}
	return s
}

// Consumption is what a process has taken of the machine.
type Consumption struct {
	Processor time.Duration
	Memory    int64 // most bytes at a time
}

// Used says what the server has taken since it began.
func (s *Server) Used(t testing.TB) (u Consumption) {
	t.Helper()
	at := fmt.Sprintf("/proc/%d/", s.command.Process.Pid)
	status, err := os.ReadFile(at + "status")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("this system does not say what a process takes")
	}
	Must(t, err)
	for line := range strings.Lines(string(status)) {
		if text, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			var kilobytes int64
			_, err := fmt.Sscan(text, &kilobytes)
			Must(t, err)
			u.Memory = kilobytes << 10
		}
	}
	// The 14th and 15th field are the time in the program and in the system, in hundredths of a second; the second may hold spaces.
	stat, err := os.ReadFile(at + "stat")
	Must(t, err)
	_, rest, _ := strings.Cut(string(stat), ") ")
	for _, field := range strings.Fields(rest)[11:13] {
		ticks, err := strconv.ParseInt(field, 10, 64)
		Must(t, err)
		u.Processor += time.Duration(ticks) * 10 * time.Millisecond
	}
	return u
}

// Kill ends the server as a power cut would.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	Must(t, s.command.Process.Kill())
	if err := s.command.Wait(); err == nil {
		t.Error("the server had ended by itself")
	}
}

// Get asks for a page and returns it.
func (s *Server) Get(t testing.TB, path string) string {
	t.Helper()
	return s.ask(t, http.MethodGet, path)
}

// Do presses a button of the page of runs.
func (s *Server) Do(t testing.TB, pipeline, action string) {
	t.Helper()
	s.ask(t, http.MethodPost, "runs/"+pipeline+"/"+action)
}

// Post sends a form as a page of the server does, and returns where it leads.
func (s *Server) Post(t testing.TB, path string, form url.Values) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Address+path, strings.NewReader(form.Encode()))
	Must(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	client := &http.Client{Jar: s.Client.Jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	Must(t, err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s was answered %s\n%s", path, response.Status, s.Errs)
	}
	return strings.TrimPrefix(response.Header.Get("Location"), "/")
}

// Send hands a file in at a server as the page does, and returns the address of the page of the batch, relative to the server.
func (s *Server) Send(t testing.TB, name string, content []byte) string {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("files", name)
	Must(t, err)
	_, err = part.Write(content)
	Must(t, err)
	Must(t, form.Close())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Address+"upload", &body)
	Must(t, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	client := &http.Client{Jar: s.Client.Jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	Must(t, err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		t.Fatalf("the upload was answered %s\n%s", response.Status, s.Errs)
	}
	return strings.TrimPrefix(response.Header.Get("Location"), "/")
}

// Says waits until a page says something, and fails where it says what must not be.
func (s *Server) Says(t testing.TB, path, text string, never ...string) {
	t.Helper()
	page := ""
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		page = s.Get(t, path)
		for _, wrong := range never {
			if strings.Contains(page, wrong) {
				t.Fatalf("%s says %q:\n%s", path, wrong, page)
			}
		}
		if strings.Contains(page, text) {
			return
		}
	}
	t.Fatalf("%s never says %q:\n%s\n%s", path, text, page, s.Errs)
}

// StopsSaying waits until a page says something no longer: a new generation is served once its main pages are ready.
func (s *Server) StopsSaying(t testing.TB, path, text string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if !strings.Contains(s.Get(t, path), text) {
			return
		}
	}
	t.Fatalf("%s says %q for ever\n%s", path, text, s.Errs)
}

func (s *Server) ask(t testing.TB, method, path string) string {
	t.Helper()
	status, body := Exchange(t, s.Client, method, s.Address+path)
	if status != http.StatusOK {
		t.Fatalf("%s: status %d\n%s\n%s", path, status, body, s.Errs)
	}
	return body
}

// Exchange asks a server and returns what it answers.
func Exchange(t testing.TB, client *http.Client, method, address string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return response.StatusCode, string(content)
}

// Answer is what a server of a test says. Where it does not come through, the program under test is told, and the test looks at that.
func Answer(w io.Writer, content []byte) { _, _ = w.Write(content) }
