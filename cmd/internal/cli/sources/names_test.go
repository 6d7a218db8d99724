//go:build unix

package sources

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hulian/cmd/internal/cli/clitest"
)

// gbk writes a name as an old Windows does in China.
func gbk(t *testing.T, name string) string {
	t.Helper()
	encoded, err := simplifiedchinese.GBK.NewEncoder().String(name)
	clitest.Must(t, err)
	return encoded
}

// TestFilesWithNamesThatAreNoText drops and imports files whose names are in GBK, or hold control characters, with dirt in them:
// they land under readable names, and nothing a terminal obeys is written to one.
func TestFilesWithNamesThatAreNoText(t *testing.T) {
	town := clitest.VillagesTown(t)
	dirty := []byte("问题编号,反映时间,村编号,问题类别,难易程度,办结时间,标题\nI1,2018-01-02 09:00,V00,环境卫生,容易,,路灯不亮\nI2,上周三,V00,环境卫生,容易,,路灯不亮\n")
	clitest.Must(t, os.MkdirAll(filepath.Join(town, "inbox", gbk(t, "二〇一六年")), 0o700))
	clitest.Kept(t, filepath.Join(town, "inbox", gbk(t, "二〇一六年"), gbk(t, "社情民意2016年3月.csv")), dirty)
	clitest.Kept(t, filepath.Join(town, "inbox", "bell\a\x1b[2Jissues.csv"), []byte(strings.ReplaceAll(string(dirty), "I", "J")))
	if status, out, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done || strings.ContainsAny(out+stderr, "\a\x1b") {
		t.Fatalf("status %d\n%q\n%q", status, out, stderr)
	}
	outside := filepath.Join(t.TempDir(), gbk(t, "走访.csv"))
	clitest.Kept(t, outside, []byte(strings.ReplaceAll(string(dirty), "I", "K")))
	if status, out, stderr := clitest.Process(t, "import", "--dir", town, outside); status != clitest.Done || !strings.Contains(out, "走访.csv") {
		t.Fatalf("import: status %d\n%s%s", status, out, stderr)
	}
	for _, arguments := range [][]string{
		{"import", "--dry-run", outside}, {"import", "--dry-run", filepath.Dir(outside)}, {"map", outside},
		{"problems", "mark", "-o", filepath.Join(t.TempDir(), "marked.xlsx"), filepath.Base(outside)},
	} {
		if status, out, stderr := clitest.Process(t, append(arguments, "--dir", town)...); status != clitest.Done || !utf8.ValidString(out+stderr) {
			t.Errorf("%v: status %d\n%s%s", arguments, status, out, stderr)
		}
	}
	_, out, _ := clitest.Process(t, "query", "--dir", town, "--format", "csv", "select name, state from files order by name")
	if want := "name,state\nbell\uFFFD\uFFFD[2Jissues.csv,loaded\nvillages.csv,loaded\n二〇一六年/社情民意2016年3月.csv,loaded\n走访.csv,loaded\n"; out != want {
		t.Errorf("files:\n%s\nwant:\n%s", out, want)
	}
	if _, out, _ := clitest.Process(t, "query", "--dir", town, "--format", "csv", "select count(*) as issues, (select count(distinct file_no) from problems) as files from issues"); out != "issues,files\n3,3\n" {
		t.Errorf("issues: %s", out)
	}
	missing := filepath.Join(town, "no\x1bc such.csv")
	if status, _, stderr := clitest.Process(t, "import", "--dir", town, missing); status != clitest.Failed || strings.ContainsFunc(stderr, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
		t.Errorf("a path that is not there: status %d, %q", status, stderr)
	}
	if found, status, stderr := clitest.Findings(t, town); status != clitest.Done {
		t.Errorf("check: status %d, %v\n%s", status, found, stderr)
	}
	s := clitest.Serve(t, town)
	if page := s.Get(t, "data"); !strings.Contains(page, "社情民意2016年3月.csv") || strings.ContainsAny(page, "\a\x1b") {
		t.Error("the page of the data does not name the file as people know it")
	}
}

// TestALinkOutOfTheInboxIsRefused: it could lead to any file of the machine.
func TestALinkOutOfTheInboxIsRefused(t *testing.T) {
	town := clitest.VillagesTown(t)
	secret := filepath.Join(t.TempDir(), "secret.csv")
	clitest.Kept(t, secret, clitest.VillageList(9))
	if err := os.Symlink(secret, filepath.Join(town, "inbox", "link.csv")); err != nil {
		t.Skip(err)
	}
	status, out, stderr := clitest.Process(t, "run", "--dir", town)
	if status != clitest.Done || !strings.Contains(out, "file_link") || !strings.Contains(out, "请把文件本身放进来") {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
	if n := len(clitest.Landed(t, town)); n != 1 {
		t.Errorf("%d files have landed", n)
	}
}

// TestAFileThatIsStillBeingWrittenIsSaid appends to a file all through a run: the run says so and is no failure, the page of the
// run says so too, and the next run takes the file.
func TestAFileThatIsStillBeingWrittenIsSaid(t *testing.T) {
	town := clitest.VillagesTown(t)
	path := filepath.Join(town, "inbox", "villages-4.csv")
	clitest.Must(t, os.WriteFile(path, clitest.VillageList(3), 0o600))
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
				if err := os.WriteFile(path, append(clitest.VillageList(3), strings.Repeat("\n", n)...), 0o600); err != nil {
					t.Error(err)
					return
				}
			}
		}
	}()
	status, out, stderr := clitest.Process(t, "run", "--dir", town, "--format", "csv")
	close(stop)
	<-stopped
	if status != clitest.Done || !strings.Contains(out, "file_growing") || !strings.Contains(out, "下次运行会读入") || !strings.Contains(stderr, "unchanged") {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
	_, table, _ := clitest.Process(t, "status", "--dir", town, "--format", "json", "-n", "1")
	if !strings.Contains(table, `"problems": 0`) {
		t.Errorf("it counts as a problem:\n%s", table)
	}
	_, run, _ := clitest.Process(t, "status", "--dir", town, "--format", "csv", "-n", "1")
	id, _, _ := strings.Cut(strings.Split(run, "\n")[1], ",")
	s := clitest.Serve(t, town)
	if page := s.Get(t, "runs?run="+id); !strings.Contains(page, "还在写入") {
		t.Error("the page of the run does not say so")
	}
	clitest.Must(t, os.WriteFile(path, clitest.VillageList(4), 0o600))
	past := time.Now().Add(-time.Hour)
	clitest.Must(t, os.Chtimes(path, past, past))
	if status, out, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done || clitest.VillagesOf(t, town) != "4" {
		t.Errorf("once it is complete: status %d\n%s%s", status, out, stderr)
	}
}
