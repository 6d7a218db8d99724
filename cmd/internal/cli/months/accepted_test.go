package months

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/desk"
)

// TestAnAcceptedPaperLeavesWithItsEntryInTheTrail: one proposal holds all formats of a paper, what was accepted is written in those that are
// asked for, and nothing is where the trail cannot be written.
func TestAnAcceptedPaperLeavesWithItsEntryInTheTrail(t *testing.T) {
	town, dir := filepath.Join(t.TempDir(), "town"), t.TempDir()
	clitest.Copied(t, clitest.Month(t), town)
	at := func(name string) string { return filepath.Join(dir, name) }
	clitest.Says(t, clitest.Done, "", "user", "add", "chen", "--dir", town, "--name", "陈样本", "--role", "office")
	clitest.Says(t, clitest.Done, "waits for a second person", "report", "public", "--dir", town, "--to", at("a.docx"), "--to", at("a.pdf"))
	uploads := filepath.Join(town, "uploads")
	waiting, err := desk.Proposals(uploads)
	if err != nil || len(waiting) != 1 || len(waiting[0].Files) != 2 {
		t.Fatalf("one proposal in two formats: %+v %v", waiting, err)
	}
	id := waiting[0].ID
	take := func(names ...string) []string {
		arguments := []string{"report", "public", "--dir", town, "--accepted", id}
		for _, name := range names {
			arguments = append(arguments, "--to", at(name))
		}
		return arguments
	}
	none := func(when string, names ...string) {
		t.Helper()
		for _, name := range names {
			if _, err := os.Stat(at(name)); err == nil {
				t.Errorf("%s is written %s", name, when)
			}
		}
	}
	clitest.Says(t, clitest.Usage, "", take("early.pdf")...)
	none("before it is accepted", "early.pdf", "a.docx", "a.pdf")
	if _, err := desk.Decide(uploads, id, desk.Author{Account: "chen", Name: "陈样本"}, true, ""); err != nil {
		t.Fatal(err)
	}

	accounts := filepath.Join(town, "accounts.db")
	whole, err := os.ReadFile(accounts)
	clitest.Must(t, err)
	clitest.Must(t, os.WriteFile(accounts, []byte(strings.Repeat("no database at all ", 500)), 0o600))
	clitest.Says(t, clitest.Failed, "", take("unlogged.docx")...)
	clitest.Says(t, clitest.Failed, "", "report", "public", "--dir", town, "--to", at("b.docx"))
	none("without an entry in the trail", "unlogged.docx")
	if waiting, err := desk.Proposals(uploads); err != nil || len(waiting) != 0 {
		t.Errorf("a paper is proposed without an entry in the trail: %+v %v", waiting, err)
	}
	for _, beside := range []string{"-wal", "-shm"} {
		_ = os.Remove(accounts + beside)
	}
	clitest.Must(t, os.WriteFile(accounts, whole, 0o600))

	clitest.Says(t, clitest.Usage, ".docx, .pdf", take("one.xlsx")...)
	clitest.Says(t, clitest.Done, "陈样本", take("one.docx", "one.pdf")...)
	for name, begins := range map[string]string{"one.docx": "PK", "one.pdf": "%PDF"} {
		if content, err := os.ReadFile(at(name)); err != nil || !strings.HasPrefix(string(content), begins) {
			t.Errorf("%s: %.20q %v", name, content, err)
		}
	}
	clitest.Says(t, clitest.Failed, "", take("nowhere/two.docx")...)
	var outcomes []string
	for _, e := range clitest.Fields(t, "trail", "--dir", town) {
		if strings.Contains(strings.Join([]string{e["action"], e["said"], e["object"]}, " "), "released_report") {
			outcomes = append(outcomes, e["outcome"])
		}
	}
	slices.Sort(outcomes)
	if !slices.Equal(outcomes, []string{"done", "done", "failed"}) {
		t.Errorf("the trail says of what was taken: %q", outcomes)
	}
}

// TestPapersAreMadeInUsualWords where the town's own sentences are damaged: the command and the paper say so, and check finds the file.
func TestPapersAreMadeInUsualWords(t *testing.T) {
	town, dir := filepath.Join(t.TempDir(), "town"), t.TempDir()
	clitest.Copied(t, clitest.Month(t), town)
	clitest.Must(t, os.WriteFile(filepath.Join(town, "sentences.json"), []byte(`{"changes":[]}`), 0o600))
	to := filepath.Join(dir, "notice.html")
	clitest.Says(t, clitest.Done, "the usual ones stand", "report", "monthly", "--dir", town, "--to", to)
	if paper, err := os.ReadFile(to); err != nil || !strings.Contains(string(paper), "这里用的是通用的句子") {
		t.Errorf("the paper does not say so (%v)", err)
	}
	clitest.Says(t, clitest.Failed, "sentences.json", "check", "--dir", town)
	clitest.Says(t, clitest.Done, "", "check", "--repair", "--dir", town)
	if said := clitest.Says(t, clitest.Done, "", "report", "monthly", "--dir", town, "--to", to); strings.Contains(said, "usual") {
		t.Errorf("after the repair: %s", said)
	}
}
