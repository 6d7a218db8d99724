//go:build unix

package sources

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
)

// TestSourcesThatStallBreakOffOrFail: of four files on a real web server one stalls half-way, one is cut off and one is an
// error. The run ends within its time limits, takes the good one, lands nothing of the others and fails; when the server
// is well again the next run has it all.
func TestSourcesThatStallBreakOffOrFail(t *testing.T) {
	counts := func(day string) []byte {
		text := "村编号,统计日期,常住人口,流动人口\n"
		for i := range 3 {
			text += fmt.Sprintf("V%02d,%s,4000,500\n", i, day)
		}
		return []byte(text)
	}
	content := map[string][]byte{"/good.csv": clitest.VillageList(3), "/stalls.csv": counts("2017-06-30"), "/cut.csv": counts("2017-12-31"), "/error.csv": counts("2016-12-31")}
	var well atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		all := content[r.URL.Path]
		w.Header().Set("Content-Length", fmt.Sprint(len(all)))
		if well.Load() || r.URL.Path == "/good.csv" {
			clitest.Answer(w, all)
			return
		}
		if r.URL.Path == "/error.csv" {
			w.Header().Del("Content-Length")
			http.Error(w, "out of order", http.StatusInternalServerError)
			return
		}
		clitest.Answer(w, all[:len(all)/2])
		w.(http.Flusher).Flush()
		if r.URL.Path == "/stalls.csv" {
			<-r.Context().Done()
		}
		panic(http.ErrAbortHandler) // the connection ends here
	}))
	t.Cleanup(server.Close)

	town := filepath.Join(t.TempDir(), "town")
	list := "sources:\n"
	for _, name := range []string{"stalls", "cut", "error", "good"} {
		list += fmt.Sprintf("  - {name: %[1]s, kind: web, files: [{address: \"%[2]s/%[1]s.csv\"}], limits: {tries: 2, first_wait: 10ms, longest_wait: 50ms, stall: 1s, total: 5s}}\n", name, server.URL)
	}
	clitest.Kept(t, filepath.Join(town, "sources.yaml"), []byte(list))
	if err := os.MkdirAll(filepath.Join(town, "inbox"), 0o755); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	status, out, stderr := clitest.Process(t, "run", "--dir", town, "--format", "csv")
	if took := time.Since(began); took > 40*time.Second { // three files of five seconds, and the run itself on a busy machine
		t.Errorf("the run took %s", took)
	}
	if status != clitest.Failed {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
	for _, name := range []string{"stalls.csv", "cut.csv", "error.csv"} {
		if !strings.Contains(stderr, server.URL+"/"+name) || !strings.Contains(out, name+",,,0,0,0,0,0,file_not_fetched,") {
			t.Errorf("%s is not named as what failed:\n%s%s", name, out, stderr)
		}
	}
	has := func(question, want string) {
		t.Helper()
		if _, got, stderr := clitest.Process(t, "query", "--dir", town, "--format", "csv", question); strings.Join(strings.Fields(got), " ") != want {
			t.Errorf("%s: %q, want %q\n%s", question, got, want, stderr)
		}
	}
	has("select (select count(*) from villages) as v, (select count(*) from population) as p", "v,p 3,0")
	if files := clitest.Landed(t, town); len(files) != 1 || files[0].Name != "good.csv" {
		t.Errorf("landed %v, want good.csv alone", files)
	}
	clitest.Litter(t, town)

	well.Store(true)
	if status, out, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done {
		t.Fatalf("the server is well again: status %d\n%s%s", status, out, stderr)
	}
	has("select (select count(*) from villages) as v, (select count(*) from population) as p", "v,p 3,9")
	if files := clitest.Landed(t, town); len(files) != 4 {
		t.Errorf("landed %v", files)
	}
}
