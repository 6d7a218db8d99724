package all

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"hulian/pipelines"
)

func TestTheExampleHoldsEveryKindAndOpens(t *testing.T) {
	configs, err := Parse([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	var held []string
	for _, c := range configs {
		held = append(held, c.Kind)
	}
	if diff := cmp.Diff(Kinds(), held); diff != "" {
		t.Errorf("kinds in the example: %s", diff)
	}
	sources, err := Open(configs, Town{Dir: t.TempDir(), TimeZone: "Asia/Shanghai"})
	if err != nil || len(sources) != len(configs) {
		t.Fatalf("%d sources, %v", len(sources), err)
	}
}

// TestTheExplainedFileListsNothingUntilItIsUncommented: what "hulian init" writes changes no run.
func TestTheExplainedFileListsNothingUntilItIsUncommented(t *testing.T) {
	configs, err := Parse([]byte(Explained()))
	if err != nil || len(configs) != 0 {
		t.Errorf("%d sources, %v", len(configs), err)
	}
	var text strings.Builder
	for line := range strings.Lines(Explained()) {
		text.WriteString(strings.TrimPrefix(strings.TrimPrefix(line, "# "), "#"))
	}
	_, list, found := strings.Cut(text.String(), "sources:")
	if configs, err = Parse([]byte("sources:" + list)); err != nil || len(configs) != len(Kinds()) || !found {
		t.Errorf("uncommented: %d sources, %v", len(configs), err)
	}
}

func TestAFolderStartsAtTheTown(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "share"), 0o755); err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(dir, "share", "visits.csv")
	if err := os.WriteFile(at, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, FileName), []byte("sources: [{name: share, kind: folder, folder: share, patterns: ['*.csv']}]"), 0o644); err != nil {
		t.Fatal(err)
	}
	configs, err := Read(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	sources, err := Open(configs, Town{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for item, err := range sources[0].Items(t.Context()) {
		if err != nil || item.Origin != at {
			t.Errorf("%s, %v; want %s", item.Origin, err, at)
		}
	}
	if configs, err := Read(filepath.Join(dir, "none.yaml")); len(configs) != 0 || err != nil {
		t.Errorf("no file: %v, %v", configs, err)
	}
}

func TestBadListsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		says []string
	}{
		"unknown top":        {"source: []", []string{"line 1", `did you mean "sources"?`}},
		"no list":            {"sources: {a: b}", []string{"line 1", "list"}},
		"no mapping":         {"- a", []string{"line 1", "sources:"}},
		"text for a source":  {"sources: [web]", []string{"line 1", "name, kind"}},
		"no name":            {"sources:\n- kind: web", []string{"line 2", "no name"}},
		"no kind":            {"sources:\n- name: a", []string{"line 2", "no kind", "sftp"}},
		"unknown kind":       {"sources:\n- {name: a, kind: postgres}", []string{"line 2", `did you mean "postgresql"?`}},
		"name twice":         {"sources:\n- {name: a, kind: folder, folder: x}\n- {name: a, kind: folder, folder: y}", []string{"line 3", "line 2"}},
		"kind twice":         {"sources:\n- {name: a, kind: web, kind: web}", []string{"line 2"}},
		"misspelt key":       {"sources:\n- name: a\n  kind: web\n  adress: x", []string{"source a", "line 4", `did you mean "files.address"?`}},
		"misspelt inside":    {"sources:\n- name: a\n  kind: web\n  files:\n  - adress: x", []string{"line 5", `did you mean "files.address"?`}},
		"misspelt limit":     {"sources:\n- name: a\n  kind: sftp\n  limits: {stal: 3s}", []string{"line 4", `did you mean "limits.stall"?`}},
		"misspelt paging":    {"sources:\n- name: a\n  kind: web\n  files:\n  - paging: {bye: link}", []string{`did you mean "files.paging.by"?`}},
		"number for a time":  {"sources:\n- name: a\n  kind: sftp\n  settle: 30", []string{"line 4", "30s"}},
		"text for a number":  {"sources:\n- name: a\n  kind: sftp\n  limits: {tries: many}", []string{"line 4", "whole number"}},
		"list for a secret":  {"sources:\n- name: a\n  kind: sftp\n  password: [hunter2]", []string{"line 4", "env:NAME"}},
		"size":               {"sources:\n- name: a\n  kind: sftp\n  limits: {max_size: much}", []string{"source a", "500MB"}},
		"reference":          {"sources:\n- name: a\n  kind: web\n  files: &f [*f]", []string{"line 4", "*f"}},
		"merge":              {"sources:\n- name: a\n  kind: web\n  <<: {token: env:A}", []string{"line 4", "<<"}},
		"key twice":          {"sources:\n- name: a\n  kind: web\n  token: env:A\n  token: env:B", []string{"line 5", "twice"}},
		"two documents":      {"sources: []\n---\nsources: []", []string{"more than one document"}},
		"not YAML":           {"sources: [", []string{"line 1"}},
		"refused on opening": {"sources:\n- name: a\n  kind: web\n  token: hunter2\n  files: [{address: 'https://a.example/a.csv'}]", []string{"line 2", "token", "env:NAME"}},
		"no folder":          {"sources:\n- {name: a, kind: folder}", []string{"line 2", "folder"}},
		"pattern":            {"sources:\n- {name: a, kind: folder, folder: x, patterns: ['[']}", []string{"line 2", "pattern"}},
	} {
		t.Run(name, func(t *testing.T) {
			at := filepath.Join(t.TempDir(), FileName)
			if err := os.WriteFile(at, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			configs, err := Read(at)
			if err == nil {
				_, err = Open(configs, Town{Dir: t.TempDir()})
			}
			if err == nil {
				t.Fatal("accepted")
			}
			for _, part := range append(c.says, FileName) {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%v does not say %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "reflect") || strings.Contains(err.Error(), "unmarshal") {
				t.Errorf("%v shows a secret or the program's insides", err)
			}
			var fault *pipelines.Fault
			if !errors.As(err, &fault) || fault.Next == "" {
				t.Errorf("%v does not say what to do next", err)
			}
		})
	}
}

// TestEveryFieldHasAKey: a field without a tag could be set under a name nobody chose.
func TestEveryFieldHasAKey(t *testing.T) {
	for _, k := range kinds {
		_, err := k.decode(document(t, "no_such_key_anywhere: 1"))
		if err == nil {
			t.Fatalf("%s takes any key", k.name)
		}
		_, names, _ := strings.Cut(err.Error(), "there are ")
		if slices.Contains(strings.Split(names, ", "), "") || names == "" {
			t.Errorf("%s: a field without a key: %s", k.name, names)
		}
	}
}

func document(t *testing.T, text string) *yaml.Node {
	t.Helper()
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(text), &node); err != nil {
		t.Fatal(err)
	}
	return node.Content[0]
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(example))
	f.Add([]byte("sources: &a [*a]"))
	f.Add([]byte("sources:\n- name: a\n  kind: web\n  files: [{paging: {by: link}}]"))
	f.Add([]byte("sources: [{name: a, kind: sftp, limits: {max_size: 1e9}}]"))
	f.Fuzz(func(t *testing.T, content []byte) {
		configs, err := Parse(content)
		if err != nil {
			return
		}
		for _, c := range configs {
			if c.Name == "" || !slices.Contains(Kinds(), c.Kind) {
				t.Errorf("%+v", c)
			}
		}
	})
}
