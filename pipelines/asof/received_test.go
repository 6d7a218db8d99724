package asof

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"hulian/data"
	"hulian/pipelines/load/decode"
)

// arrives puts a file into the inbox that was written in the morning of a day.
func arrives(t *testing.T, dir, day, name string, content []byte) {
	t.Helper()
	at := filepath.Join(dir, "inbox", name)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	morning, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	morning = morning.Add(8 * time.Hour)
	if err := os.WriteFile(at, content, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(at, morning, morning); err != nil {
		t.Fatal(err)
	}
}

// known asks what was known at the end of a day.
func known(t *testing.T, dir, day, question string) string {
	t.Helper()
	on, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	w, err := Rebuild(t.Context(), Config{Landed: filepath.Join(dir, "landed"), Day: on, Programme: data.DefaultProgramme(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, w)
	table, err := w.Query(t.Context(), question)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, row := range table.Rows {
		rows = append(rows, strings.Trim(fmt.Sprint(row), "[]"))
	}
	return strings.Join(rows, ", ")
}

const (
	villages = "村编号,村名,镇\nV1,甲村,样本镇\n"
	branches = "支部编号,支部名称,村编号\nB1,第一支部,V1\n"
	names    = "select member_id, name from exports.members order by 1"
)

// Rows that wait for a list are known from the day that list came, not from the day of their own file.
func TestARowTakenUpLaterIsKnownFromThen(t *testing.T) {
	dir := t.TempDir()
	arrives(t, dir, "2018-01-01", "村名册.csv", []byte(villages))
	arrives(t, dir, "2018-01-01", "支部名册.csv", []byte(branches))
	arrives(t, dir, "2018-01-01", "党员名册1.csv", []byte("党员编号,支部编号,姓名,履职状态\nM1,B1,甲,可动员\nM3,B1,丙,可动员\n"))
	run(t, dir, time.Time{})
	arrives(t, dir, "2018-01-02", "党员名册2.csv", []byte("党员编号,支部编号,姓名,履职状态\nM1,B2,甲改,可动员\nM2,B2,乙,可动员\nM3,B1,丙,可动员\n"))
	run(t, dir, time.Time{})
	arrives(t, dir, "2018-01-10", "支部名册二.csv", []byte(branches+"B2,第二支部,V1\n"))
	arrives(t, dir, "2018-01-20", "村名册二.csv", []byte(villages+"V2,乙村,样本镇\n")) // of the same run, and nothing to do with it
	run(t, dir, time.Time{})
	got := map[string]string{}
	for _, day := range []string{"2018-01-01", "2018-01-05", "2018-01-09", "2018-01-10"} {
		got[day] = known(t, dir, day, names)
	}
	want := map[string]string{"2018-01-01": "M1 甲, M3 丙", "2018-01-05": "M1 甲, M3 丙", "2018-01-09": "M1 甲, M3 丙", "2018-01-10": "M1 甲改, M2 乙, M3 丙"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("known on a day (-want +got):\n%s", diff)
	}
}

// A marked copy of a list stands where the list stood; what it says is known from the day it came all the same.
func TestARowOfAMarkedCopyIsKnownFromTheDayItCame(t *testing.T) {
	dir := t.TempDir()
	arrives(t, dir, "2018-01-01", "村名册.csv", []byte(villages))
	arrives(t, dir, "2018-01-01", "支部名册.csv", []byte(branches))
	const header = "党员编号,支部编号,姓名,履职状态\n"
	arrives(t, dir, "2018-01-01", "党员名册1.csv", []byte(header+"M1,B1,甲,可动员\nM2,B1,乙,也许\nM3,B1,丙,可动员\n"))
	first := run(t, dir, time.Time{})
	var original string
	for _, input := range first.Manifest.Inputs {
		if strings.HasSuffix(input.Name, "党员名册1.csv") {
			original = input.FileID
		}
	}
	arrives(t, dir, "2018-01-03", "党员名册2.csv", []byte(header+"M1,B1,甲,可动员\nM2,B1,乙,也许\nM3,B1,丙改,可动员\n"))
	run(t, dir, time.Time{})
	arrives(t, dir, "2018-01-10", "党员名册1改.xlsx", markedCopy(t, original, "党员名册1.csv",
		[]any{"党员编号", "支部编号", "姓名", "履职状态"}, []any{"M1", "B1", "甲", "可动员"}, []any{"M2", "B1", "乙", "可动员"}, []any{"M3", "B1", "丙错", "可动员"}))
	run(t, dir, time.Time{})
	const versions = "select member_id, name from (select member_id, name, _file, 0 as past from exports.members union all select member_id, name, _file, 1 from history.members) order by member_id, past desc, _file, name"
	got := map[string]string{}
	for _, day := range []string{"2018-01-01", "2018-01-05", "2018-01-10"} {
		got[day] = known(t, dir, day, names) + "; " + known(t, dir, day, versions)
	}
	want := map[string]string{
		"2018-01-01": "M1 甲, M3 丙; M1 甲, M3 丙",
		"2018-01-05": "M1 甲, M3 丙改; M1 甲, M3 丙, M3 丙改",
		"2018-01-10": "M1 甲, M2 乙, M3 丙改; M1 甲, M2 乙, M3 丙, M3 丙错, M3 丙改",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("known on a day (-want +got):\n%s", diff)
	}
}

// mustClose closes what a test opened.
func mustClose(t testing.TB, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// markedCopy is a workbook as a clerk sends it back, of a file that is one table.
func markedCopy(t *testing.T, id, name string, rows ...[]any) []byte {
	t.Helper()
	book := excelize.NewFile()
	defer mustClose(t, book)
	mark := decode.Marked{File: id, Name: name, Sheets: map[string]decode.MarkedSheet{"表": {}}}
	if err := book.SetSheetName("Sheet1", decode.SummarySheet.Zh); err != nil {
		t.Fatal(err)
	}
	if err := book.SetCellStr(decode.SummarySheet.Zh, "A1", mark.String()); err != nil {
		t.Fatal(err)
	}
	if _, err := book.NewSheet("表"); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if err := book.SetSheetRow("表", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	buffer, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}
