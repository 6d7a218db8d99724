package arrivals

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/cmd/internal/cli/clitest"
	"hulian/data/trials"
)

const (
	visitHeader = "走访编号,农户编号,党员编号,走访时间,走访方式,走访内容\n"
	january     = visitHeader + "A1,000101,M00001,2018-01-03 10:00,入户,甲\nA2,000102,M00001,2018-01-04 10:00,入户,乙\n"
	february    = visitHeader + "A1,000101,M00001,2018-01-03 10:00,电话,甲改\nB1,000102,M00001,2018-02-04 10:00,入户,丙\n"
)

// drop writes a file that was last changed some hours after the first of March 2018.
func drop(t *testing.T, path, content string, hours int) {
	t.Helper()
	clitest.Must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	clitest.Must(t, os.WriteFile(path, []byte(content), 0o600))
	at := time.Date(2018, 3, 1, hours, 0, 0, 0, time.UTC)
	clitest.Must(t, os.Chtimes(path, at, at))
}

// visits says what stands of every visit.
func visits(t *testing.T, town string) []string {
	t.Helper()
	return asked(t, town, "select visit_id, channel, note from visits order by 1")
}

// TestABatchSentAgainKeepsItsOrder imports a folder of two months again and again, the later of which corrects a visit of the
// earlier, and once more after somebody sent something else.
func TestABatchSentAgainKeepsItsOrder(t *testing.T) {
	town, batch := clitest.Lists(t), filepath.Join(t.TempDir(), "batch")
	drop(t, filepath.Join(batch, "1-jan.csv"), january, 1)
	drop(t, filepath.Join(batch, "2-feb.csv"), february, 2)
	want := []string{"A1 phone 甲改", "A2 home 乙", "B1 home 丙"}
	times := 1 // that what was imported is imported once more
	if trials.All() {
		times = 3
	}
	for n := range 1 + times {
		said := clitest.Says(t, clitest.Done, "", "import", "--dir", town, batch)
		if diff := cmp.Diff(want, visits(t, town)); diff != "" {
			t.Errorf("import %d (-want +got):\n%s\n%s", n+1, diff, said)
		}
		if n > 0 && strings.Count(said, "had arrived before") != 2 {
			t.Errorf("import %d says:\n%s", n+1, said)
		}
	}
	for n, other := range []string{"A2,000102,M00001,2018-01-04 10:00,电话,别的\n", "A1,000101,M00001,2018-01-03 10:00,电话,别的\n"} {
		file := filepath.Join(t.TempDir(), "other.csv")
		drop(t, file, visitHeader+other, 3)
		clitest.Says(t, clitest.Done, "", "import", "--dir", town, file)
		for range times {
			clitest.Says(t, clitest.Done, "", "import", "--dir", town, batch)
			if diff := cmp.Diff(want, visits(t, town)); diff != "" {
				t.Errorf("after another file, %d (-want +got):\n%s", n, diff)
			}
		}
	}

	// The first file alone is meant anew.
	for range times {
		clitest.Says(t, clitest.Done, "", "import", "--dir", town, filepath.Join(batch, "1-jan.csv"))
		if diff := cmp.Diff([]string{"A1 home 甲", "A2 home 乙", "B1 home 丙"}, visits(t, town)); diff != "" {
			t.Errorf("the first file alone (-want +got):\n%s", diff)
		}
	}
	// A batch of a file nobody knows and one behind it that is known: as if both were new.
	drop(t, filepath.Join(batch, "1-jan.csv"), strings.ReplaceAll(january, "乙", "乙改"), 1)
	for range 2 {
		clitest.Says(t, clitest.Done, "", "import", "--dir", town, batch)
		if diff := cmp.Diff([]string{"A1 phone 甲改", "A2 home 乙改", "B1 home 丙"}, visits(t, town)); diff != "" {
			t.Errorf("a new file before a known one (-want +got):\n%s", diff)
		}
	}
	if found, status, stderr := clitest.Findings(t, town); status != clitest.Done {
		t.Errorf("check: status %d, %v\n%s", status, found, stderr)
	}
}

// TestAListSentAgainInABatchHolds imports two lists in order, time and again.
func TestAListSentAgainInABatchHolds(t *testing.T) {
	town, batch := clitest.Lists(t), filepath.Join(t.TempDir(), "batch")
	list := "农户编号,村编号,支部编号,户主姓名,家庭人口,联户党员编号\n000101,V01,B0101,户一,%d,M00001\n000102,V01,B0101,户二,3,M00001\n"
	drop(t, filepath.Join(batch, "1.csv"), fmt.Sprintf(list, 5), 1)
	drop(t, filepath.Join(batch, "2.csv"), fmt.Sprintf(list, 6), 2)
	for n := range 2 {
		clitest.Says(t, clitest.Done, "", "import", "--dir", town, batch)
		if got := asked(t, town, "select residents from households where household_id = '000101'"); got[0] != "6" {
			t.Errorf("import %d: %s residents", n+1, got[0])
		}
	}
	for file, news := range map[string]bool{"1.csv": true, "2.csv": false} { // what holds is no news, what was replaced is
		_, _, said := clitest.Session(t, "import", "--dry-run", "--dir", town, filepath.Join(batch, file))
		if known := strings.Contains(said, "had arrived before"); known == news {
			t.Errorf("dry run of %s: %s", file, said)
		}
	}
}

// TestAFolderOffersAgainWhatItHadStoppedToOffer puts a list into a folder, a wrong one in its place, and the first one again,
// under its name or another. What the folder goes on offering is no news, whatever it is called, and neither is a folder
// that nobody remembers.
func TestAFolderOffersAgainWhatItHadStoppedToOffer(t *testing.T) {
	list := "农户编号,村编号,支部编号,户主姓名,家庭人口,联户党员编号\n000101,V01,B0101,户一,%d,M00001\n000102,V01,B0101,户二,3,M00001\n"
	right, wrong := fmt.Sprintf(list, 5), fmt.Sprintf(list, 50)
	for name, again := range map[string]string{"under its name": "list.csv", "under another": "list-again.csv"} {
		for _, folder := range []string{"inbox", "share"} {
			if (folder == "share") != (again == "list-again.csv") && !trials.All() {
				continue // each name and each folder once
			}
			t.Run(name+" in "+folder, func(t *testing.T) {
				town := clitest.Lists(t)
				at := filepath.Join(town, "inbox")
				if folder == "share" {
					at = filepath.Join(t.TempDir(), "share")
					clitest.Must(t, os.MkdirAll(at, 0o700))
					clitest.Must(t, os.WriteFile(filepath.Join(town, "sources.yaml"), []byte("sources:\n  - {name: share, kind: folder, folder: "+at+"}\n"), 0o600))
				}
				runs := func(when, want string) {
					t.Helper()
					times := 1
					if when == "the right list again" || when == "a file was renamed" || trials.All() {
						times = 2 // the second time nothing is new
					}
					for range times {
						said := clitest.Says(t, clitest.Done, "", "run", "--dir", town)
						if got := asked(t, town, "select residents from households where household_id = '000101'"); got[0] != want {
							t.Fatalf("%s: %s residents, want %s\n%s", when, got[0], want, said)
						}
					}
				}
				drop(t, filepath.Join(at, "list.csv"), right, 1)
				runs("the right list", "5")
				drop(t, filepath.Join(at, "list.csv"), wrong, 2)
				runs("the wrong list", "50")
				drop(t, filepath.Join(at, again), right, 1)
				runs("the right list again", "5")
				drop(t, filepath.Join(at, "third.csv"), wrong+"\n", 3)
				runs("another list", "50")
				if again != "list.csv" {
					clitest.Must(t, os.Remove(filepath.Join(at, "list.csv")))
				}
				clitest.Must(t, os.Rename(filepath.Join(at, again), filepath.Join(at, "renamed.csv")))
				runs("a file was renamed", "50")
				clitest.Must(t, os.Remove(filepath.Join(town, "sources.json")))
				runs("nobody remembers", "50")
			})
		}
	}
}

// TestARowSetAsideIsGoneFromEveryFile sets a visit aside that two files told of, and takes it back.
func TestARowSetAsideIsGoneFromEveryFile(t *testing.T) {
	town, batch := clitest.Lists(t), filepath.Join(t.TempDir(), "batch")
	drop(t, filepath.Join(batch, "1-jan.csv"), january, 1)
	drop(t, filepath.Join(batch, "2-feb.csv"), february, 2)
	clitest.Says(t, clitest.Done, "", "import", "--dir", town, batch)
	row := []string{"aside", "--dir", town, "--export", "visits", "--key", "A1", "--by", "王样本", "--reason", "误录"}
	want := func(when string, rows ...string) {
		t.Helper()
		if diff := cmp.Diff(rows, visits(t, town)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	clitest.Says(t, clitest.Done, "set aside", row...)
	want("set aside", "A2 home 乙", "B1 home 丙")
	clitest.Says(t, clitest.Usage, "the row is set aside already", row...)
	want("twice", "A2 home 乙", "B1 home 丙")
	if rows := clitest.Fields(t, "aside", "--dir", town); len(rows) != 1 || rows[0]["key"] != "A1" {
		t.Errorf("set aside are %v", rows)
	}
	// What both files said comes again, in a file of its own.
	for _, content := range []string{january, february} {
		again := filepath.Join(t.TempDir(), "again.csv")
		drop(t, again, content+"\n", 3)
		clitest.Says(t, clitest.Done, "", "import", "--dir", town, again)
		want("the same again", "A2 home 乙", "B1 home 丙")
	}
	clitest.Says(t, clitest.Done, "taken back", append(row, "--back")...)
	want("taken back", "A1 phone 甲改", "A2 home 乙", "B1 home 丙")
	clitest.Says(t, clitest.Usage, "no such row is set aside", append(row, "--back")...)

	clitest.Says(t, clitest.Done, "set aside", row...)
	corrected := filepath.Join(t.TempDir(), "corrected.csv")
	drop(t, corrected, visitHeader+"A1,000101,M00001,2018-01-05 10:00,入户,更正\n", 4)
	clitest.Says(t, clitest.Done, "", "import", "--dir", town, corrected)
	want("corrected", "A1 home 更正", "A2 home 乙", "B1 home 丙")
	clitest.Says(t, clitest.Done, "set aside", row...)
	want("set aside again", "A2 home 乙", "B1 home 丙")
}

// TestAServerOffersAgainWhatItHadReplaced serves a list, a wrong one in its place, and the first one again.
func TestAServerOffersAgainWhatItHadReplaced(t *testing.T) {
	list := "农户编号,村编号,支部编号,户主姓名,家庭人口,联户党员编号\n000101,V01,B0101,户一,%d,M00001\n000102,V01,B0101,户二,3,M00001\n"
	right, wrong := fmt.Sprintf(list, 5), fmt.Sprintf(list, 50)
	var served string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		_, err := w.Write([]byte(served))
		clitest.Must(t, err)
	}))
	t.Cleanup(server.Close)
	town := clitest.Lists(t)
	clitest.Must(t, os.WriteFile(filepath.Join(town, "sources.yaml"), []byte("sources:\n  - {name: lists, kind: web, files: [{address: \""+server.URL+"/list.csv\"}]}\n"), 0o600))
	for _, step := range []struct{ when, content, want string }{
		{"the right list", right, "5"}, {"the wrong list", wrong, "50"}, {"the right list again", right, "5"}, {"the wrong list again", wrong, "50"},
	} {
		served = step.content
		for range 2 { // the second time nothing is new
			said := clitest.Says(t, clitest.Done, "", "run", "--dir", town)
			if got := asked(t, town, "select residents from households where household_id = '000101'"); got[0] != step.want {
				t.Fatalf("%s: %s residents, want %s\n%s", step.when, got[0], step.want, said)
			}
		}
	}
}
