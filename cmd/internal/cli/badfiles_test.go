package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"hulian/cmd/internal/cli/clitest"
)

// TestBadFiles feeds what offices send by mistake. Each file is refused by itself, with a reason that is published
// too, and what was loaded before stays as it was.
func TestBadFiles(t *testing.T) {
	town := filepath.Join(t.TempDir(), "town")
	if status, _, stderr := session(t, "init", "--dir", town); status != statusDone {
		t.Fatal(stderr)
	}
	good := filepath.Join(t.TempDir(), "villages.csv")
	write(t, good, []byte("村编号,村名,镇\nV01,逍林村,逍林镇\nV02,新园村,逍林镇\n"))
	if status, out, stderr := session(t, "import", "--dir", town, good); status != statusDone {
		t.Fatalf("the good file: status %d\n%s%s", status, out, stderr)
	}
	for name, bad := range badFiles(t) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), bad.name)
			write(t, path, bad.content)
			for _, arguments := range [][]string{{"import", "--dry-run"}, {"import"}} {
				status, out, stderr := session(t, append(arguments, "--dir", town, "--format", "csv", path)...)
				if status != statusNothing || !strings.Contains(stderr, "Try: ") {
					t.Fatalf("%v: status %d, want %d\n%s%s", arguments, status, statusNothing, out, stderr)
				}
				records, err := csv.NewReader(strings.NewReader(out)).ReadAll()
				if err != nil || len(records) < 2 {
					t.Fatalf("%v: %v, no line about the file:\n%s", arguments, err, out)
				}
				if !strings.Contains(out, bad.problem) {
					t.Errorf("%v: the problem is not %s:\n%s", arguments, bad.problem, out)
				}
			}
			_, out, _ := session(t, "query", "--dir", town, "--format", "csv", "select problem from ops.reconciliation join ops.files using (file_no) where name = '"+bad.name+"'")
			if !strings.Contains(out, bad.problem) {
				t.Errorf("the published snapshot does not say why the file was refused:\n%s", out)
			}
			if _, out, _ := session(t, "query", "--dir", town, "--format", "csv", "select name from villages order by village_id"); out != "name\n逍林村\n新园村\n" {
				t.Errorf("the good rows are disturbed:\n%s", out)
			}
		})
	}
}

type badFile struct {
	name    string
	content []byte
	problem string
}

func badFiles(t *testing.T) map[string]badFile {
	t.Helper()
	var rows strings.Builder
	rows.WriteString("村编号,村名,镇")
	for range 400 {
		rows.WriteString(",x")
	}
	workbook := func(options ...excelize.Options) []byte {
		book := excelize.NewFile()
		defer clitest.MustClose(t, book)
		for cell, value := range map[string]string{"A1": "村编号", "B1": "村名", "C1": "镇", "A2": "V03", "B2": "福合院村", "C2": "逍林镇"} {
			if err := book.SetCellStr("Sheet1", cell, value); err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		if err := book.Write(&b, options...); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	whole := workbook()
	return map[string]badFile{
		"nothing in it":       {"v.csv", nil, "file_empty"},
		"only blank":          {"v.csv", []byte("\n\n  \n"), "file_empty"},
		"header alone":        {"v.csv", []byte("村编号,村名,镇\n"), "file_no_rows"},
		"password":            {"v.xlsx", workbook(excelize.Options{Password: "secret"}), "file_encrypted"},
		"cut off":             {"v.xlsx", whole[:len(whole)/2], "file_"},
		"old Excel":           {"v.xlsx", append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 4096)...), "file_"},
		"picture":             {"v.csv", append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{0, 1, 2, 255}, 500)...), "file_"},
		"hundreds of columns": {"v.csv", []byte(rows.String() + "\nV09,甲村,逍林镇\n"), "file_too_wide"},
		"another table":       {"v.csv", []byte("品名,单价\n纸,3\n"), "header_not_recognised"},
		"missing column":      {"v.csv", []byte("村编号,村名\nV03,福合院村\n"), "columns_missing"},
		"commas only":         {"v.csv", bytes.Repeat([]byte(",,,,\n"), 100000), ""},
	}
}

func TestACancelledCommandSaysSo(t *testing.T) {
	town := t.TempDir()
	if status, _, stderr := session(t, "init", "--dir", town); status != statusDone {
		t.Fatal(stderr)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	status := Main(ctx, []string{"run", "--dir", town}, Streams{Out: &out, Err: &errs})
	if status != statusCancelled || !strings.Contains(errs.String(), "Error: cancelled") || !strings.Contains(errs.String(), "Try: ") {
		t.Errorf("status %d\n%s", status, &errs)
	}
}
