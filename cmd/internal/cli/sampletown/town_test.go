package sampletown

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/visitor"
)

// TestTown asks the sample town everything.
func TestTown(t *testing.T) {
	town := clitest.Demo(t)
	t.Run("figures", func(t *testing.T) { checkFigures(t, town) })
	t.Run("scripts", func(t *testing.T) {
		clitest.Scripts(t, "testdata/town", func(env *testscript.Env) error { env.Setenv("TOWN", town); return nil })
	})
	t.Run("readme", func(t *testing.T) { checkReadme(t, town, "README.md") })
	t.Run("readme in Chinese", func(t *testing.T) { checkReadme(t, town, "README.zh.md") })
	t.Run("serves", func(t *testing.T) { checkDemoServes(t, town) })
	t.Run("pages", func(t *testing.T) { checkPages(t, town) })
	t.Run("planted", func(t *testing.T) { checkPlanted(t, town) })
	t.Run("papers", func(t *testing.T) { checkPapers(t, town) })
	t.Run("compared", func(t *testing.T) { checkCompared(t, town) })
	t.Run("beside", func(t *testing.T) { checkBeside(t, town) })
	t.Run("again", func(t *testing.T) { checkAgain(t, town) })
}

// checkAgain holds that neither a second run nor a second start changes a byte of what is published.
func checkAgain(t *testing.T, town string) {
	before := published(t, town)
	if status, _, stderr := clitest.Session(t, "run", "--dir", town); status != clitest.Done || !strings.Contains(stderr, "unchanged") {
		t.Fatalf("second run: status %d\n%s", status, stderr)
	}
	status, _, stderr := clitest.Session(t, "demo", "--headless", "--dir", town)
	if status != clitest.Done || strings.Contains(stderr, "making") {
		t.Errorf("second start: status %d\n%s", status, stderr)
	}
	if diff := cmp.Diff(before, published(t, town)); diff != "" {
		t.Errorf("published (-before +after):\n%s", diff)
	}
}

// published lists the snapshots of a town with their sizes and times.
func published(t *testing.T, town string) map[string]string {
	t.Helper()
	found := map[string]string{}
	entries, err := os.ReadDir(filepath.Join(town, "snapshots"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		found[entry.Name()] = info.ModTime().String()
	}
	return found
}

// checkReadme runs the session of a README and compares what it shows with what comes.
func checkReadme(t *testing.T, town, file string) {
	content, err := os.ReadFile(filepath.Join("..", "..", "..", "..", file))
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, block := range strings.Split(string(content), "```console\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		for _, entry := range strings.Split(block, "$ hulian ")[1:] {
			line, want, _ := strings.Cut(entry, "\n")
			arguments := append(words(line), "--dir", town)
			status, out, stderr := clitest.Session(t, arguments...)
			if status != clitest.Done {
				t.Errorf("%s: status %d\n%s", line, status, stderr)
			}
			if diff := cmp.Diff(strings.TrimSpace(want), strings.TrimSpace(out)); diff != "" {
				t.Errorf("hulian %s (-README +output):\n%s", line, diff)
			}
			ran++
		}
	}
	if ran < 3 {
		t.Errorf("%s shows %d commands", file, ran)
	}
}

// words splits a command line at blanks outside double quotes.
func words(line string) []string {
	var all []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			all = append(all, part)
		} else {
			all = append(all, strings.Fields(part)...)
		}
	}
	return all
}

// checkDemoServes starts the demo where its port is taken: it takes a free one and serves every page it lists.
func checkDemoServes(t *testing.T, town string) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer clitest.MustClose(t, taken)
	server := clitest.Start(t, "demo", "--dir", town, "--listen", taken.Addr().String(), "--schedule", "off")
	defer server.Stop(t)
	if strings.Contains(server.Address, fmt.Sprintf(":%d/", taken.Addr().(*net.TCPAddr).Port)) {
		t.Fatalf("served at %s, which is taken", server.Address)
	}
	status, body := clitest.Exchange(t, clitest.As(t, server, visitor.Committee, ""), http.MethodGet, server.Address)
	if status != http.StatusOK {
		t.Fatalf("status %d\n%s", status, server.Errs)
	}
	for _, role := range []visitor.Role{visitor.Administrator, visitor.Committee, visitor.VillageSecretary, visitor.Office, visitor.Clerk, visitor.Analyst} {
		link := regexp.MustCompile("as " + role.Title().En + ": +" + regexp.QuoteMeta(server.Address) + "(invitation/[A-Z2-7]+)\n").FindStringSubmatch(server.Errs.String())
		if link == nil {
			t.Errorf("the link of %s is not printed:\n%s", role, server.Errs)
			continue
		}
		if status, _ := clitest.Exchange(t, http.DefaultClient, http.MethodGet, server.Address+link[1]); status != http.StatusOK {
			t.Errorf("the link of %s: status %d", role, status)
		}
	}
	for _, figure := range []string{"逍林镇", "910", "1,170"} {
		if !strings.Contains(body, figure) {
			t.Errorf("the first page does not show %s", figure)
		}
	}
}
