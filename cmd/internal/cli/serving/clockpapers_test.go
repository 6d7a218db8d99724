package serving

import (
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/desk"
	"hulian/pipelines"
	"hulian/pipelines/papers"
)

// TestPapersAreMadeByTheClock lets a schedule come due in a server: the papers of the last month with data are kept as drafts, the paper
// for the public is proposed once in all its formats, and people are told of them and of the month without data. The next run, of the
// server or by cron, does not make them again.
func TestPapersAreMadeByTheClock(t *testing.T) {
	t.Parallel() // it waits for a full minute of the clock
	channels := &told{posts: map[string][]string{}}
	server := httptest.NewTLSServer(channels)
	t.Cleanup(server.Close)
	town := filepath.Join(t.TempDir(), "town")
	clitest.Copied(t, clitest.Month(t), town)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	clitest.Kept(t, ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	settings := `keep_generations: 2
pipelines:
  - {name: every-minute, cron: "* * * * *"}
papers:
  - {kind: monthly, units: [town], for: committee, formats: [docx, pdf]}
  - {kind: public, formats: [docx, pdf]}
  - {kind: village, units: [nowhere]}
notifications:
  - {name: office, on: [papers], webhook: {kind: json, address: "` + server.URL + `/office", ca: ` + ca + `}}
`
	clitest.Kept(t, filepath.Join(town, "hulian.yaml"), []byte(settings))
	s := clitest.Serve(t, town)
	book := &papers.Book{Dir: town}
	var all []pipelines.PaperVersion
	for end := time.Now().Add(3 * time.Minute); len(all) < 2 || len(channels.of("/office")) < 3; time.Sleep(200 * time.Millisecond) {
		var err error
		if all, err = book.Versions(); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(end) {
			t.Fatalf("kept: %+v\ntold: %q\n%s", all, channels.of("/office"), s.Errs)
		}
	}
	of := func(kind string) (found []pipelines.PaperVersion) {
		for _, v := range all {
			if v.Kind == kind && v.Month == "2018-01" && v.State == pipelines.PaperDraft && v.By == "" {
				found = append(found, v)
			}
		}
		return found
	}
	notice, public := of("monthly"), of("public")
	if len(notice) != 1 || len(notice[0].Files) != 2 || len(public) != 1 || public[0].Awaits == "" {
		t.Fatalf("%+v", all)
	}
	for _, f := range notice[0].Files {
		if content, err := book.File(notice[0], f.Name); err != nil || len(content) < 1000 {
			t.Errorf("%s: %d bytes, %v", f.Name, len(content), err)
		}
	}
	waiting, err := desk.Proposals(filepath.Join(town, "uploads"))
	if err != nil || len(waiting) != 1 || len(waiting[0].Files) != 2 {
		t.Errorf("one proposal a paper, in both formats: %+v %v", waiting, err)
	}
	said := strings.Join(channels.of("/office"), "\n")
	for _, want := range []string{"文件2份已生成", "还没有数据，文件没有生成", "最近有数据的是2018年1月", "没有这个单位", "nowhere"} {
		if !strings.Contains(said, want) {
			t.Errorf("nobody is told %q:\n%s", want, said)
		}
	}
	s.Says(t, "papers?kind=monthly", "定时")
	s.Do(t, "every-minute", pipelines.DoRun)
	clitest.Says(t, clitest.Done, "", "run", "--dir", town)
	if again, err := book.Versions(); err != nil || len(again) != len(all) {
		t.Errorf("they are made again: %d versions, then %d (%v)", len(all), len(again), err)
	}
}

// TestPapersAreMadeAfterARunByCron runs a town without a server: its papers are made once, and the command names them.
func TestPapersAreMadeAfterARunByCron(t *testing.T) {
	t.Parallel()
	town := filepath.Join(t.TempDir(), "town")
	clitest.Copied(t, clitest.Month(t), town)
	clitest.Kept(t, filepath.Join(town, "hulian.yaml"), []byte("keep_generations: 2\npapers:\n  - {kind: support, formats: [docx]}\n"))
	clitest.Says(t, clitest.Done, "文件1份已生成", "run", "--dir", town, "--lang", "zh")
	clitest.Says(t, clitest.Done, "", "import", "--dir", town, writtenList(t))
	kept := clitest.Fields(t, "papers", "--dir", town)
	if len(kept) != 1 || kept[0]["kind"] != "support" || kept[0]["month"] != "2018-01" || kept[0]["by"] != "" {
		t.Fatalf("%v", kept)
	}
	if status, out, stderr := clitest.Process(t, "run", "--dir", town, "--lang", "zh"); status != clitest.Done || strings.Contains(out+stderr, "已生成") {
		t.Errorf("made a second time: %d %s%s", status, out, stderr)
	}
	// When the folder of papers cannot be used, no paper is kept, and the run still succeeds.
	clitest.Must(t, os.RemoveAll(filepath.Join(town, "papers")))
	clitest.Must(t, os.WriteFile(filepath.Join(town, "papers"), nil, 0o600))
	if status, _, stderr := clitest.Process(t, "run", "--dir", town, "--lang", "zh"); status != clitest.Done || !slices.ContainsFunc(strings.Split(stderr, "\n"), func(line string) bool { return strings.Contains(line, "papers") }) {
		t.Errorf("%d %s", status, stderr)
	}
}

func writtenList(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "more.csv")
	clitest.Kept(t, path, []byte("问题编号,反映时间,村编号,问题类别,难易程度,办结时间,标题\nI900002,2018-01-16 09:00,330282111210,环境卫生,容易,,路灯不亮\n"))
	return path
}
