package cli

import (
	"bufio"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// server is "hulian serve" in a process of its own.
type server struct {
	address string
	client  *http.Client // of the organisation office
	command *exec.Cmd
	errs    *lockedBuffer
}

// serve starts a server as a process and enters as the organisation office.
func serve(t *testing.T, town string, arguments ...string) *server {
	t.Helper()
	s := &server{errs: &lockedBuffer{}}
	s.command = exec.CommandContext(t.Context(), "hulian", append([]string{"serve", "--dir", town, "--listen", "127.0.0.1:0", "--office-key", officeKey}, arguments...)...)
	s.command.Stderr = s.errs
	out, err := s.command.StdoutPipe()
	if err == nil {
		err = s.command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.command.Wait() }) // the end of the test's context has killed it, or the test has stopped it
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("no address: %v\n%s", err, s.errs)
	}
	s.address = strings.TrimSpace(line)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.client = &http.Client{Jar: jar, Timeout: time.Minute}
	s.get(t, "office?key="+officeKey)
	return s
}

// get asks for a page and returns it.
func (s *server) get(t *testing.T, path string) string {
	t.Helper()
	return s.ask(t, http.MethodGet, path)
}

// do presses a button of the page of runs.
func (s *server) do(t *testing.T, pipeline, action string) {
	t.Helper()
	s.ask(t, http.MethodPost, "runs/"+pipeline+"/"+action)
}

func (s *server) ask(t *testing.T, method, path string) string {
	t.Helper()
	status, body := exchange(t, s.client, method, s.address+path)
	if status != http.StatusOK {
		t.Fatalf("%s: status %d\n%s\n%s", path, status, body, s.errs)
	}
	return body
}

// answer is what a server of a test says. Where it does not come through, the program under test is told, and the test looks at that.
func answer(w io.Writer, content []byte) { _, _ = w.Write(content) }

// mustClose closes what a test opened.
func mustClose(t testing.TB, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// exchange asks a server and returns what it answers.
func exchange(t *testing.T, client *http.Client, method, address string) (status int, body string) {
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
