package months

import (
	"archive/zip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hulian/cmd/internal/cli/clitest"
)

// checkPapersAreIssued goes the way of a notice by the command line: a draft, issued with its month, told what moved when a correction
// came, and the same bytes after the warehouse was made anew and after a backup was put back.
func checkPapersAreIssued(t *testing.T, town string, visits [][]string) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	report := func(arguments ...string) []string {
		return append([]string{"report", "monthly", "--dir", town, "--month", "2018-01"}, arguments...)
	}
	clitest.Says(t, clitest.Done, "Kept as draft, version 1", report("--to", at("draft.html"))...)
	clitest.Says(t, clitest.Failed, "The month is not signed", report("--issue")...)
	clitest.Says(t, clitest.Done, "checked", "close", "2018-01", "--dir", town, "--check", "--by", "陈书记")
	clitest.Says(t, clitest.Done, "signed", "close", "2018-01", "--dir", town, "--sign", "--by", "王镇长")
	clitest.Says(t, clitest.Done, "Monthly notice issued, version 2", report("--issue", "--to", at("issued.docx"))...)
	clitest.Says(t, clitest.Failed, "nothing in it has changed", report("--issue")...)
	var id string
	for _, v := range clitest.Fields(t, "papers", "--dir", town, "--month", "2018-01") {
		if v["state"] == "issued" {
			id = v["id"]
		}
	}
	if id == "" {
		t.Fatal("what was issued is not listed")
	}
	if moved := clitest.Fields(t, "papers", "changes", id, "--dir", town); len(moved) != 0 {
		t.Errorf("nothing came, and this has moved: %v", moved)
	}

	correct(t, town, "走访记录更正.csv", visits[0], moved(visits[1:40]))
	figures := false
	for _, c := range clitest.Fields(t, "papers", "changes", id, "--dir", town) {
		figures = figures || c["was"] != "" && c["now"] != "" && c["was"] != c["now"] && regexp.MustCompile(`\d`).MatchString(c["was"])
	}
	if !figures {
		t.Error("visits were corrected, and no figure of the notice has moved")
	}
	clitest.Says(t, clitest.Failed, "have changed since it was signed", report("--issue")...)
	clitest.Says(t, clitest.Done, "", report("--to", at("next.html"))...)
	next, err := os.ReadFile(at("next.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"印发后的变动", "走访记录更正.csv", "第2版"} {
		if !strings.Contains(string(next), want) {
			t.Errorf("the next draft does not say %q", want)
		}
	}

	issued, err := os.ReadFile(at("issued.docx"))
	if err != nil {
		t.Fatal(err)
	}
	same := func(of, when string) {
		t.Helper()
		to := filepath.Join(t.TempDir(), "again.docx")
		clitest.Says(t, clitest.Done, "", "papers", "get", id, "--dir", of, "--to", to)
		again, err := os.ReadFile(to)
		if err != nil || string(again) != string(issued) {
			t.Errorf("%s the issued file is another one (%v)", when, err)
		}
	}
	same(town, "after a correction")
	if z, err := zip.OpenReader(at("issued.docx")); err != nil {
		t.Error(err)
	} else {
		clitest.MustClose(t, z)
	}
	clitest.Must(t, os.Remove(filepath.Join(town, "warehouse.duckdb")))
	clitest.Says(t, clitest.Done, "", "run", "--dir", town)
	same(town, "after the warehouse was made anew")
	clitest.Says(t, clitest.Done, "", "backup", "--dir", town, at("town.zip"))
	back := filepath.Join(dir, "back")
	clitest.Says(t, clitest.Done, "", "restore", at("town.zip"), "--dir", back)
	same(back, "after a backup was put back")

	damaged := filepath.Join(back, "papers", "2018-01", id, "hulian-monthly-2018-01.pdf")
	clitest.Must(t, os.Chmod(damaged, 0o600))
	clitest.Must(t, os.WriteFile(damaged, []byte("another"), 0o600))
	clitest.Says(t, clitest.Failed, "留存的文件与留存时不同", "check", "--dir", back)
}
