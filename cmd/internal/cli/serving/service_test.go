package serving

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hulian/cmd/internal/cli/clitest"
)

// TestTheServiceFileIsOneThatSystemdTakes writes it for a folder whose name holds what systemd would expand, and has systemd read
// it where it is installed.
func TestTheServiceFileIsOneThatSystemdTakes(t *testing.T) {
	town := filepath.Join(t.TempDir(), "逍林 100%$HOME")
	clitest.Says(t, clitest.Done, "", "init", "--dir", town)
	elsewhere := t.TempDir()
	clitest.Write(t, filepath.Join(town, "hulian.yaml"), []byte("inbox: "+elsewhere+"\n"))
	status, out, stderr := clitest.Session(t, "service", "--dir", town, "--user", "root")
	if status != clitest.Done {
		t.Fatalf("status %d\n%s", status, stderr)
	}
	for _, line := range []string{`serve --dir "` + strings.NewReplacer("%", "%%", "$", "$$").Replace(town) + `"`, "User=root", `ReadWritePaths="` + strings.ReplaceAll(town, "%", "%%") + `"`, `ReadWritePaths="-` + elsewhere + `"`} {
		if !strings.Contains(out, line) {
			t.Errorf("it does not hold %s:\n%s", line, out)
		}
	}
	if analyse, err := exec.LookPath("systemd-analyze"); err == nil {
		at := filepath.Join(t.TempDir(), "hulian.service")
		if err := os.WriteFile(at, []byte(out), 0o600); err != nil {
			t.Fatal(err)
		}
		if said, err := exec.CommandContext(t.Context(), analyse, "verify", at).CombinedOutput(); err != nil || strings.Contains(string(said), at+":") {
			t.Errorf("systemd: %v\n%s", err, said)
		}
	}
	clitest.Says(t, clitest.Usage, "must name an account", "service", "--dir", town, "--user", "two words")
	clitest.Says(t, clitest.Failed, "hulian init --dir", "service", "--dir", filepath.Join(town, "nowhere"))
}

// TestTheGuideIsInBothLanguages: the same steps in each.
func TestTheGuideIsInBothLanguages(t *testing.T) {
	status, text, stderr := clitest.Session(t, "service", "--guide")
	zh, en, both := strings.Cut(text, "# Running as a service")
	if status != clitest.Done || !both || strings.Count(zh, "\n") > strings.Count(en, "\n")+2 {
		t.Fatalf("status %d\n%s%s", status, text, stderr)
	}
	for _, word := range []string{"useradd", "systemctl enable --now hulian", "journalctl", "certificate", "proxies", "plain_http", "env:", "oidc", "/metrics", "metrics_token", "X-Request-Id", "backup"} {
		if !strings.Contains(zh, word) || !strings.Contains(en, word) {
			t.Errorf("%s is not explained in both languages", word)
		}
	}
}
