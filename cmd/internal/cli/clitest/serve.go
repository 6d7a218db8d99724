package clitest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// OfficeKey opens the organisation office's pages of servers that Serve starts.
const OfficeKey = "0123456789abcdefghij"

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
	Errs    *Buffer
	cancel  context.CancelFunc
	status  chan int
}

// Start runs a command that serves and waits for the address it prints.
func Start(t testing.TB, arguments ...string) *Running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	read, out := io.Pipe()
	r := &Running{Errs: &Buffer{}, cancel: cancel, status: make(chan int, 1)}
	go func() {
		r.status <- program(ctx, arguments, out, r.Errs, nil, "")
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

// Office is a client of the organisation office.
func Office(t testing.TB, r *Running, key string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if status, _ := Exchange(t, client, http.MethodGet, r.Address+"office?key="+key); status != http.StatusSeeOther {
		t.Fatalf("enter the office: status %d", status)
	}
	return client
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
	s.command = exec.CommandContext(t.Context(), "hulian", append([]string{"serve", "--dir", town, "--listen", "127.0.0.1:0", "--office-key", OfficeKey}, arguments...)...)
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
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Client = &http.Client{Jar: jar, Timeout: time.Minute}
	s.Get(t, "office?key="+OfficeKey)
	return s
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
	client := &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
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
