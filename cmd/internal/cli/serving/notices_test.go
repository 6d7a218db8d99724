package serving

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hulian/cmd/internal/cli/clitest"
)

// told is a server that people's channels lead to.
type told struct {
	mu    sync.Mutex
	posts map[string][]string // by path: the bodies as they came
	down  bool
}

func (h *told) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down {
		http.Error(w, "later", http.StatusServiceUnavailable)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || !json.Valid(body) {
		http.Error(w, "what?", http.StatusBadRequest)
		return
	}
	h.posts[r.URL.Path] = append(h.posts[r.URL.Path], string(body))
	clitest.Answer(w, []byte(`{"errcode":0,"errmsg":"ok"}`))
}

func (h *told) of(path string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.posts[path]
}

// TestPeopleAreToldOnce lets a town be held up and fail, and finds what the duty office and the town's own system were
// told: nothing unless they asked, each thing once however often it happens, what could not be sent later, and all of it
// on the page of runs.
func TestPeopleAreToldOnce(t *testing.T) {
	channels := &told{posts: map[string][]string{}}
	server := httptest.NewTLSServer(channels) // an address that holds a key is not posted to in the clear
	t.Cleanup(server.Close)
	town := filepath.Join(t.TempDir(), "town")
	ca := filepath.Join(t.TempDir(), "ca.pem")
	clitest.Kept(t, ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	t.Setenv("T_WECOM", server.URL+"/wecom?key=s3cret-key-of-the-robot")
	six, two := filepath.Join(t.TempDir(), "six.csv"), filepath.Join(t.TempDir(), "two.csv")
	clitest.Kept(t, six, clitest.VillageList(6))
	clitest.Kept(t, two, clitest.VillageList(2))
	must := func(want int, arguments ...string) (said string) {
		t.Helper()
		status, out, stderr := clitest.Process(t, append(arguments, "--dir", town, "--format", "csv")...)
		if status != want {
			t.Fatalf("%v: status %d, want %d\n%s%s", arguments, status, want, out, stderr)
		}
		return out + stderr
	}
	must(clitest.Done, "init")
	must(clitest.Done, "import", six)
	must(clitest.Held, "import", two) // nobody asked to be told
	clitest.Kept(t, filepath.Join(town, "hulian.yaml"), []byte(`lang: en
notifications:
  - {name: duty, on: [failure, held], webhook: {kind: wecom, address: env:T_WECOM, ca: `+ca+`}}
  - {name: office, on: [failure], webhook: {kind: json, address: "`+server.URL+`/office", ca: `+ca+`}}
`))
	clitest.Kept(t, filepath.Join(town, "sources.yaml"), []byte("sources:\n  - {name: county, kind: web, files: [{address: 'http://127.0.0.1:1/v.csv'}], limits: {tries: 1}}\n"))
	if n := len(channels.of("/wecom")); n != 0 {
		t.Errorf("%d notices although nobody asked", n)
	}
	said := must(clitest.Failed, "run")
	said += must(clitest.Failed, "run") // for the same reason
	if posts := channels.of("/wecom"); len(posts) != 1 || !strings.Contains(posts[0], "a run failed") || !strings.Contains(posts[0], "127.0.0.1") {
		t.Errorf("the duty office was told: %q", posts)
	}
	if posts := channels.of("/office"); len(posts) != 1 {
		t.Errorf("the system was told: %q", posts)
	}
	channels.mu.Lock()
	channels.down = true
	channels.mu.Unlock()
	clitest.Kept(t, two, clitest.VillageList(1))
	if said += must(clitest.Held, "import", two); !strings.Contains(said, "not sent yet") {
		t.Errorf("that a notice could not be sent is not said:\n%s", said)
	}
	said += must(clitest.Done, "status", "--notifications")
	for _, line := range []string{",duty,failure,", ",office,failure,", ",duty,held,", ",waiting,1,", ",sent,1,"} {
		if !strings.Contains(said, line) {
			t.Errorf("the list of notices does not hold %q:\n%s", line, said)
		}
	}
	s := clitest.Serve(t, town, "--schedule", "off")
	page := s.Get(t, "runs?lang=en")
	for _, says := range []string{"duty", "office", "a run failed", "a file is held", "waiting"} {
		if !strings.Contains(page, says) {
			t.Errorf("the page of runs does not say %q", says)
		}
	}
	if strings.Contains(said+page+s.Errs.String(), "s3cret-key-of-the-robot") {
		t.Error("the key of the robot was said")
	}
}
