package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
)

// session runs one command in this process.
func session(t *testing.T, arguments ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = Main(context.Background(), arguments, Streams{Out: &out, Err: &errs})
	return status, out.String(), errs.String()
}

// TestTown makes the sample town once and asks it everything.
func TestTown(t *testing.T) {
	town := filepath.Join(t.TempDir(), "xiaolin")
	status, _, stderr := session(t, "demo", "--headless", "--dir", town)
	if status != statusDone {
		t.Fatalf("demo: status %d\n%s", status, stderr)
	}
	t.Run("scripts", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Dir:                 "testdata/town",
			Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
			RequireExplicitExec: true,
			Setup:               func(env *testscript.Env) error { env.Setenv("TOWN", town); return nil },
		})
	})
	t.Run("readme", func(t *testing.T) { checkReadme(t, town) })
	t.Run("serves", func(t *testing.T) { checkDemoServes(t, town) })
	t.Run("pages", func(t *testing.T) { checkPages(t, town) })
	t.Run("planted", func(t *testing.T) { checkPlanted(t, town) })
	t.Run("page schema", func(t *testing.T) { checkPageSchema(t, town) })
	t.Run("again", func(t *testing.T) { checkAgain(t, town) })
}

// checkAgain holds that neither a second run nor a second start changes a byte of what is published.
func checkAgain(t *testing.T, town string) {
	before := published(t, town)
	if status, _, stderr := session(t, "run", "--dir", town); status != statusDone || !strings.Contains(stderr, "unchanged") {
		t.Fatalf("second run: status %d\n%s", status, stderr)
	}
	status, _, stderr := session(t, "demo", "--headless", "--dir", town)
	if status != statusDone || strings.Contains(stderr, "making") {
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
		defer mustClose(t, book)
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

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// checkReadme runs the session of the README and compares what it shows with what comes.
func checkReadme(t *testing.T, town string) {
	content, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, block := range strings.Split(string(content), "```console\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		for _, entry := range strings.Split(block, "$ hulian ")[1:] {
			line, want, _ := strings.Cut(entry, "\n")
			arguments := append(words(line), "--dir", town)
			status, out, stderr := session(t, arguments...)
			if status != statusDone {
				t.Errorf("%s: status %d\n%s", line, status, stderr)
			}
			if diff := cmp.Diff(strings.TrimSpace(want), strings.TrimSpace(out)); diff != "" {
				t.Errorf("hulian %s (-README +output):\n%s", line, diff)
			}
			ran++
		}
	}
	if ran < 3 {
		t.Errorf("the README shows %d commands", ran)
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
