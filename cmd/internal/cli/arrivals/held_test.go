package arrivals

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/cmd/internal/cli/clitest"
)

// TestAHeldFileThatIsSentCorrectedIsDoneWith holds a file whose rows can be counted in two ways, and a list that fell, and sends
// both again under their names, corrected: they block no month, and wait for nobody. The dry run ends as the load does.
func TestAHeldFileThatIsSentCorrectedIsDoneWith(t *testing.T) {
	const odd = "N1,000101,M00001,2018-01-01 10:00,入户,\"甲\nN2,000101,M00001,2018-01-02 10:00,入户\nN3,000101,M00001,2018-01-03 10:00,入户,乙\"\n"
	const list = "农户编号,村编号,支部编号,户主姓名,家庭人口,联户党员编号\n"
	const households = list + "000101,V01,B0101,户一,4,M00001\n000102,V01,B0101,户二,3,M00001\n000103,V01,B0101,户三,3,M00001\n000104,V01,B0101,户四,3,M00001\n"
	town, at := clitest.Lists(t), t.TempDir()
	clitest.Says(t, clitest.Done, "", "import", "--dir", town, written(t, at, "jan.csv", january, 1), written(t, at, "households.csv", households, 2))
	for name, content := range map[string]struct{ bad, good string }{
		"k.csv":    {visitHeader + odd, visitHeader + strings.ReplaceAll(odd, "\"", "")},
		"list.csv": {list + "000101,V01,B0101,户一,4,M00001\n", strings.ReplaceAll(households, "户四", "户四改")},
	} {
		file := written(t, at, name, content.bad, 3)
		clitest.Says(t, clitest.Held, "held", "import", "--dir", town, "--dry-run", file)
		clitest.Says(t, clitest.Held, "held", "import", "--dir", town, file)
		if got := blocking(t, town); !cmp.Equal(got, []string{name}) {
			t.Errorf("held files that block: %v", got)
		}
		clitest.Says(t, clitest.Done, "", "import", "--dir", town, written(t, at, name, content.good, 4))
		if got := blocking(t, town); got != nil {
			t.Errorf("held files that block behind their correction: %v", got)
		}
	}
	states := func(when string) {
		t.Helper()
		want := []string{"jan.csv loaded", "households.csv loaded", "k.csv corrected", "k.csv loaded", "list.csv corrected", "list.csv loaded"}
		got := asked(t, town, "select name, state from files where origin not like '%inbox%' order by case name when 'k.csv' then 1 when 'list.csv' then 2 else 0 end, file_no")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
		if got := asked(t, town, "select count(*) from problems where state = 'open' and severity = 'hold'"); got[0] != "0" {
			t.Errorf("%s: %s files are held", when, got[0])
		}
	}
	states("one by one")
	clitest.Must(t, os.Remove(filepath.Join(town, "warehouse.duckdb")))
	clitest.Says(t, clitest.Done, "", "check", "--repair", "--dir", town)
	states("all at once")
}

// TestAHeldUploadIsSaidToBeHeld hands a file in on the page whose rows can be counted in two ways: the page says that it is held
// and who accepts it; behind its correction, that it was sent again.
func TestAHeldUploadIsSaidToBeHeld(t *testing.T) {
	town := clitest.Lists(t)
	s := clitest.Serve(t, town, "--schedule", "off")
	const odd = visitHeader + "N1,000101,M00001,2018-01-01 10:00,入户,\"甲\nN2,000101,M00001,2018-01-02 10:00,入户\nN3,000101,M00001,2018-01-03 10:00,入户,乙\"\n"
	batch := s.Send(t, "k.csv", []byte(odd))
	s.Says(t, batch, "由组织办公室在下面写明理由，确认收下", "后来已收下")
	s.Says(t, batch, "“k.csv”确实只有这些行？")
	s.Says(t, s.Send(t, "k.csv", []byte(strings.ReplaceAll(odd, "\"", ""))), "逐个文件")
	s.Says(t, batch, "后来已重新报送", "确认收下", "后来已收下")
}

// written writes a file into a folder of its own name and time, and says where.
func written(t *testing.T, at, name, content string, hours int) string {
	t.Helper()
	path := filepath.Join(at, name)
	drop(t, path, content, hours)
	return path
}

// blocking lists the held files that stand in the way of January.
func blocking(t *testing.T, town string) (names []string) {
	t.Helper()
	for _, p := range clitest.Fields(t, "close", "2018-01", "--dir", town) {
		if p["problem"] == "file_held" && p["blocking"] == "true" {
			names = append(names, p["subject"])
		}
	}
	return names
}

// TestAFileThatIsRefusedWholeIsNoSuccess loads files beside one that is none: the status says so, once, and the others are
// published.
func TestAFileThatIsRefusedWholeIsNoSuccess(t *testing.T) {
	town, at := clitest.Lists(t), t.TempDir()
	good, bad := written(t, at, "good.csv", january, 1), written(t, at, "bad.xls", "no workbook", 2)
	clitest.Says(t, clitest.Nothing, "bad.xls", "import", "--dir", town, "--dry-run", good, bad)
	said := clitest.Says(t, clitest.Nothing, "nothing could be loaded", "import", "--dir", town, good, bad)
	if !strings.Contains(said, "load bad.xls: ") || strings.Contains(said, "load good.csv") {
		t.Errorf("the import says:\n%s", said)
	}
	if diff := cmp.Diff([]string{"A1 home 甲", "A2 home 乙"}, visits(t, town)); diff != "" {
		t.Errorf("the other file (-want +got):\n%s", diff)
	}
	runs := clitest.Fields(t, "status", "--dir", town)
	if len(runs) != 2 || runs[0]["state"] != "done" {
		t.Errorf("runs: %v", runs)
	}
	clitest.Says(t, clitest.Nothing, "bad.xls", "import", "--dir", town, bad)

	written(t, filepath.Join(town, "inbox"), "feb.csv", february, 3)
	written(t, filepath.Join(town, "inbox"), "letter.txt", "Dear office,\n", 3)
	clitest.Says(t, clitest.Nothing, "letter.txt", "run", "--dir", town)
	if got := visits(t, town); len(got) != 3 {
		t.Errorf("the other file of the inbox: %v", got)
	}
	clitest.Says(t, clitest.Done, "unchanged", "run", "--dir", town)
}
