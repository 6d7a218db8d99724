package serving

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
)

// TestAnUploadIsTakenBesideADamagedRecord: one damaged record of a run stopped every run, and the upload was gone.
func TestAnUploadIsTakenBesideADamagedRecord(t *testing.T) {
	town := clitest.VillagesTown(t)
	clitest.Must(t, os.WriteFile(filepath.Join(town, "runs", "20180101T000000Z-0001.json"), []byte(`{"id": "201`), 0o600))
	s := clitest.Serve(t, town)
	for _, page := range []string{"data", "runs", "upload"} {
		s.Get(t, page)
	}
	s.Says(t, s.Send(t, "villages-4.csv", clitest.VillageList(4)), "全部收下", ">没有收下<")
	if !strings.Contains(s.Errs.String(), "the record of a run is damaged") {
		t.Errorf("the log does not name the record:\n%s", s.Errs)
	}
	for _, arguments := range [][]string{{"status"}, {"run"}} {
		if status, _, stderr := clitest.Process(t, append(arguments, "--dir", town)...); status != clitest.Done {
			t.Errorf("%v: status %d\n%s", arguments, status, stderr)
		}
	}
	if got := clitest.VillagesOf(t, town); got != "4" || len(clitest.Boxes(t, town)) != 0 {
		t.Errorf("%s villages, boxes %v", got, clitest.Boxes(t, town))
	}
}

// TestAnUploadOutlivesTheServer kills the server right after it has answered an upload, again and again. What it had answered is
// there, and is in after the next run of a command, or after the next start.
func TestAnUploadOutlivesTheServer(t *testing.T) {
	town := clitest.VillagesTown(t)
	for n, takes := range []string{"run", "serve", "run"} {
		s := clitest.Serve(t, town)
		s.Send(t, "villages.csv", clitest.VillageList(4+n))
		s.Kill(t)
		if takes == "run" {
			status, out, stderr := clitest.Process(t, "run", "--dir", town)
			if status != clitest.Done {
				t.Fatalf("status %d\n%s%s", status, out, stderr)
			}
		} else {
			again := clitest.Serve(t, town)
			for end := time.Now().Add(time.Minute); len(clitest.Boxes(t, town)) > 0 && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
			}
			again.Kill(t)
		}
		if got, want := clitest.VillagesOf(t, town), string(rune('4'+n)); got != want || len(clitest.Boxes(t, town)) != 0 {
			t.Errorf("upload %d, taken up by %s: %s villages, want %s; boxes %v", n+1, takes, got, want, clitest.Boxes(t, town))
		}
		clitest.Landed(t, town)
	}
}

// TestAConfirmationOutlivesTheServer confirms a held file on the page and kills the server right after it has answered. The next
// one lets the file through, in the name of whoever had signed in.
func TestAConfirmationOutlivesTheServer(t *testing.T) {
	town := clitest.VillagesTown(t)
	longer := filepath.Join(t.TempDir(), "longer.csv")
	clitest.Kept(t, longer, clitest.VillageList(30))
	if status, out, stderr := clitest.Process(t, "import", "--dir", town, longer); status != clitest.Done {
		t.Fatalf("status %d\n%s%s", status, out, stderr)
	}
	shorter := filepath.Join(t.TempDir(), "shorter.csv")
	clitest.Kept(t, shorter, clitest.VillageList(4))
	if status, out, stderr := clitest.Process(t, "import", "--dir", town, shorter); status != clitest.Held {
		t.Fatalf("status %d\n%s%s", status, out, stderr)
	}
	_, held, _ := clitest.Process(t, "query", "--dir", town, "--format", "csv", "select file_id from files where state = 'held'")
	s := clitest.Serve(t, town)
	s.Post(t, "held", url.Values{"file": {strings.TrimSpace(strings.TrimPrefix(held, "file_id\n"))}, "reason": {"合并后只剩四村"}})
	s.Kill(t)
	again := clitest.Serve(t, town)
	for end := time.Now().Add(time.Minute); len(clitest.Boxes(t, town)) > 0 && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
	}
	again.Kill(t)
	_, by, _ := clitest.Process(t, "query", "--dir", town, "--format", "csv", "select entered_by, reason from accepted_files")
	if got := clitest.VillagesOf(t, town); got != "4" || !strings.HasPrefix(by, "entered_by,reason\n王样本 (office") || !strings.HasSuffix(by, "),合并后只剩四村\n") {
		t.Errorf("%s villages, accepted: %s", got, by)
	}
}

// TestARunLeavesUploadsToTheServer: a command beside a server does not take what that is about to run.
func TestARunLeavesUploadsToTheServer(t *testing.T) {
	town := clitest.VillagesTown(t)
	s := clitest.Serve(t, town)
	page := s.Send(t, "villages.csv", clitest.VillageList(4))
	if status, _, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done || strings.Contains(stderr, "taken up") {
		t.Errorf("status %d\n%s", status, stderr)
	}
	s.Says(t, page, "全部收下", "以前收过")
}
