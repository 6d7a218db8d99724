package months

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"hulian/cmd/internal/cli/clitest"
)

// TestARepairedRowCountsOnce repairs a file in two steps through its marked copy: every row of it counts once in the
// month's share, whatever was handed in how often, what was waived stays waived, and a day before the repair is as it was.
func TestARepairedRowCountsOnce(t *testing.T) {
	dir := t.TempDir()
	town := filepath.Join(dir, "town")
	clitest.Says(t, clitest.Done, "", "init", "--dir", town)
	sent := func(name, content string, day int) string {
		t.Helper()
		at := filepath.Join(dir, name)
		if content != "" {
			clitest.Write(t, at, []byte(content))
		}
		on := time.Date(2018, 2, day, 9, 0, 0, 0, time.UTC)
		if err := os.Chtimes(at, on, on); err != nil {
			t.Fatal(err)
		}
		return at
	}
	clitest.Says(t, clitest.Done, "", "import", "--dir", town, "--cut-off", "2018-01-31", sent("村名册2017年12月.csv", "村编号,村名,镇\nV1,甲村,某镇\n", 1), sent("支部名册2017年12月.csv", "支部编号,村编号,支部名称\nB1,V1,一支部\n", 1),
		sent("党员名册2017年12月.csv", "党员编号,支部编号,姓名,联户要求\nM1,B1,张样本,可动员\nM2,B1,李样本,不作联户要求\n", 1),
		sent("农户名册2017年12月.csv", "农户编号,村编号,支部编号,户主姓名\nH1,V1,B1,王样本\n", 1))
	visits := sent("走访记录2018年1月.csv", "走访编号,走访时间,党员编号,农户编号,走访方式\nT1,2018-01-08,M1,H1,入户\nT2,2018-01-09,M2,H1,入户\n"+
		"T3,上周,M1,H1,入户\nT4,2018-01-11,M1,H1,飞鸽\nT5,2018-01-12,,H1,入户\nT6,2018-01-13,M1,H1,入户\n", 2)
	clitest.Says(t, clitest.Done, "6 rows read = 3 accepted + 3 quarantined", "import", "--dir", town, "--cut-off", "2018-01-31", visits)

	// Five rows of the lists count in the town's first month.
	share := func(want map[string]string, more ...string) {
		t.Helper()
		got := map[string]string{}
		for _, row := range clitest.Fields(t, append([]string{"metrics", "--dir", town, "--measure", "validity,quarantine_open,quarantine_repaired,quarantine_waived", "--level", "town", "--month", "2018-01"}, more...)...) {
			got[row["measure"]] = row["numerator"]
			if row["denominator"] != "" {
				got[row["measure"]] += "/" + row["denominator"]
			}
		}
		for measure, value := range want {
			if got[measure] != value {
				t.Errorf("%v %s is %s, want %s", more, measure, got[measure], value)
			}
		}
	}
	share(map[string]string{"validity": "8/11", "quarantine_open": "3", "quarantine_repaired": "0"})
	clitest.Says(t, clitest.Done, "1 problems waived", "problems", "waive", "--dir", town, "--cut-off", "2018-01-31", "--code", "exempt_visitor", "--by", "王样本", "--reason", "本人自愿")
	clitest.Says(t, clitest.Done, "rows_open", "close", "2018-01", "--dir", town)

	marked := filepath.Join(dir, "待改.xlsx")
	clitest.Says(t, clitest.Done, "", "problems", "mark", filepath.Base(visits), "--dir", town, "-o", marked)
	step := func(name string, day int, repair func(book *excelize.File, sheet string) error) {
		t.Helper()
		book, err := excelize.OpenFile(marked)
		if err != nil {
			t.Fatal(err)
		}
		at := filepath.Join(dir, name)
		if err := errors.Join(repair(book, book.GetSheetList()[1]), book.SaveAs(at), book.Close()); err != nil {
			t.Fatal(err)
		}
		marked = at
		clitest.Says(t, clitest.Done, "", "import", "--dir", town, "--cut-off", "2018-01-31", sent(name, "", day))
	}
	step("改了一处.xlsx", 5, func(book *excelize.File, sheet string) error { return book.SetCellStr(sheet, "B4", "2018-01-10") })
	share(map[string]string{"validity": "9/11", "quarantine_open": "2", "quarantine_repaired": "1"})
	if open := clitest.Fields(t, "problems", "--dir", town); len(open) != 2 || open[0]["file"] != "改了一处.xlsx" {
		t.Errorf("open after the first step: %v", open)
	}
	// The clerk goes on in the same workbook, and puts a row in above the others.
	step("都改了.xlsx", 6, func(book *excelize.File, sheet string) error {
		return errors.Join(book.SetCellStr(sheet, "E5", "入户"), book.SetCellStr(sheet, "C6", "M1"), book.InsertRows(sheet, 2, 1))
	})
	share(map[string]string{"validity": "11/11", "quarantine_open": "0", "quarantine_repaired": "3"})
	if open := clitest.Fields(t, "problems", "--dir", town); len(open) != 0 {
		t.Errorf("open after the second step: %v", open)
	}
	if waived := clitest.Fields(t, "problems", "--dir", town, "--state", "waived"); len(waived) != 1 || waived[0]["file"] != "都改了.xlsx" || waived[0]["row"] != "4" {
		t.Errorf("waived: %v", waived)
	}
	for day, want := range map[string]string{"2018-02-03": "8/11", "2018-02-05": "9/11", "2018-02-06": "11/11"} {
		share(map[string]string{"validity": want}, "--as-of", day)
	}
}
