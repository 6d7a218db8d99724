package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hulian/cmd/internal/analyze"
	"hulian/data/trials"
)

// workedExamples lists the cases with known answers, which are handed out beside the repository. Cases of comparisons by
// methods that are not built yet are left out; once a method is there, its cases must hold.
func workedExamples(t *testing.T) (paths []string) {
	t.Helper()
	dir := trials.Shared(t, "truth")
	all, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(all) == 0 {
		t.Fatalf("no worked example in %s: %v", dir, err)
	}
	later, err := os.ReadFile(filepath.Join(dir, "README-comparison.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		c, err := analyze.ReadCase(path)
		if err != nil {
			t.Fatal(err)
		}
		known := slices.ContainsFunc(analyze.Methods(), func(m analyze.Method) bool { return m.Name == c.Method || slices.Contains(m.Aliases, c.Method) })
		if known || !strings.Contains(string(later), strings.TrimSuffix(filepath.Base(path), ".json")) {
			paths = append(paths, path)
		}
	}
	return paths
}

func command(t *testing.T, arguments ...string) (status int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = Main(t.Context(), arguments, Streams{Out: &stdout, Err: &stderr})
	return status, stdout.String(), stderr.String()
}

func agrees(t *testing.T, c analyze.Case, run analyze.CaseRun, got string) {
	t.Helper()
	checked, differences, err := analyze.Check(c, run, []byte(got))
	if err != nil {
		t.Fatalf("%v\n%s", err, got)
	}
	if checked == 0 {
		t.Error("nothing was compared")
	}
	for _, d := range differences[:min(len(differences), 12)] {
		t.Error(d)
	}
}

// mechanical turns a run into arguments with no knowledge of any method: every column of the input as --name name,
// every option as --name value.
func mechanical(c analyze.Case, run analyze.CaseRun) []string {
	arguments := []string{"analyze", c.Method, c.Path(), "--format", "json"}
	for _, column := range c.Input.Columns {
		arguments = append(arguments, "--"+column, column)
	}
	var names []string
	for name := range run.Options {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		text := string(run.Options[name])
		var word string
		if json.Unmarshal(run.Options[name], &word) == nil {
			text = word
		}
		if slices.Contains([]string{"true", "false"}, text) {
			arguments = append(arguments, "--"+strings.ReplaceAll(name, "_", "-")+"="+text)
			continue
		}
		arguments = append(arguments, "--"+name, text)
	}
	return arguments
}

// namesColumns reports whether a case calls its columns by the names in the head of its file.
func namesColumns(t *testing.T, c analyze.Case) bool {
	t.Helper()
	content, err := os.ReadFile(c.Path())
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(content), "\n")
	names := strings.Split(strings.TrimSpace(head), ",")
	return !slices.ContainsFunc(c.Input.Columns, func(column string) bool { return !slices.Contains(names, column) })
}

// TestCasesRunFromTheirJSON runs every run of every case through the command, its arguments built from the JSON alone.
func TestCasesRunFromTheirJSON(t *testing.T) {
	for _, path := range workedExamples(t) {
		c, err := analyze.ReadCase(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range c.Runs {
			t.Run(c.Name+"/"+run.ID, func(t *testing.T) {
				arguments := mechanical(c, run)
				if _, ok := run.Options["values_instead_of_file"]; ok {
					t.Skip("its input stands among what is expected: --case takes it from there")
				}
				if !namesColumns(t, c) {
					t.Skip("it describes its columns in words: --case reads them")
				}
				status, out, stderr := command(t, arguments...)
				if status != 0 {
					t.Fatalf("exit status %d\n%s\n%s", status, strings.Join(arguments, " "), stderr)
				}
				if c.Method == "spearman" && len(c.Runs) > 1 {
					// The run's name is all that says which pair is meant: the document has every pair.
					var pairs map[string]json.RawMessage
					if err := json.Unmarshal([]byte(out), &pairs); err != nil {
						t.Fatal(err)
					}
					out = string(pairs[run.ID])
				}
				agrees(t, c, run, out)
			})
			t.Run(c.Name+"/"+run.ID+"/case", func(t *testing.T) {
				status, out, stderr := command(t, "analyze", "--case", path, "--run", run.ID, "--format", "json")
				if status != 0 {
					t.Fatalf("exit status %d\n%s", status, stderr)
				}
				agrees(t, c, run, out)
			})
		}
	}
}
