package cli

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/match"
)

// keysBelow lists the keys a mapping file may hold for a type, each behind the keys that lead to it.
func keysBelow(t reflect.Type, prefix string) (paths []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[match.Condition]() && prefix != "where." {
		return nil // a condition is one everywhere
	}
	for _, field := range reflect.VisibleFields(t) {
		if tag := strings.Split(field.Tag.Get("yaml"), ",")[0]; tag != "" && tag != "-" {
			paths = append(append(paths, prefix+tag), keysBelow(field.Type, prefix+tag+".")...)
		}
	}
	return paths
}

// TestTheHelpOfMapExplainsEveryKey holds the help to what mapping files are read by: every key, no other, and examples
// that are read.
func TestTheHelpOfMapExplainsEveryKey(t *testing.T) {
	help := newMapCommand(&program{}).Long
	known := map[string]bool{}
	for _, path := range keysBelow(reflect.TypeFor[match.Mapping](), "") {
		known[path] = true
		if !strings.Contains(help, "\n  "+path+": ") {
			t.Errorf("the key %s is not explained", path)
		}
	}
	if !known["exports.columns.only"] || !known["with.as"] || !known["where.not"] || !known["date_format"] {
		t.Fatalf("the keys were not found: %v", known)
	}
	for _, path := range keysBelow(reflect.TypeFor[pipelines.MappingDraft](), "") {
		if !known[path] {
			t.Errorf("the page says %s, which no mapping file has", path)
		}
	}
	for _, k := range data.MappingKeys() {
		if !known[k.Path] || k.Text.Zh == "" || k.Text.En == "" {
			t.Errorf("%+v is explained, which no mapping file has, or not in both languages", k)
		}
		if _, err := match.ParseMapping([]byte(inAFile(k))); err != nil {
			t.Errorf("the example of %s: %v", k.Path, err)
		}
	}
	if m, err := match.ParseMapping([]byte(mappingExample)); err != nil || len(m.Exports) != 2 {
		t.Errorf("the example of a whole file: %v", err)
	}
}

// inAFile is the example of a key, with what a mapping file needs beside it.
func inAFile(k data.MappingKey) string {
	const with = "with: {files: [x], key: k}\n"
	switch path := strings.TrimPrefix(k.Path, "exports."); {
	case strings.HasPrefix(path, "columns."):
		export := "issues"
		if strings.HasPrefix(k.Example, "residents") {
			export = "households"
		} else if strings.HasPrefix(k.Example, "minutes") || strings.HasPrefix(k.Example, "visited_at") {
			export = "visits"
		}
		return "files: [x]\n" + with + "exports:\n- export: " + export + "\n  columns:\n    " + k.Example
	case k.Path == "exports.constants":
		return "files: [x]\nexports:\n- export: villages\n  " + k.Example
	case k.Path == "exports.export":
		return "files: [x]\nexports:\n- " + k.Example
	case path != k.Path:
		return "files: [x]\nexports:\n- export: issues\n  " + k.Example
	case k.Path == "files":
		return k.Example + "\nexports: [{export: issues}]"
	case k.Path == "exports":
		return "files: [x]\n" + k.Example
	}
	return "files: [x]\nexports: [{export: issues}]\n" + k.Example
}

// TestTheReadmeShowsAMappingThatIsRead holds the README's mapping file to what is read.
func TestTheReadmeShowsAMappingThatIsRead(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "    exporter: 12345 hotline\n")
	shown, _, _ := strings.Cut(rest, "\n\n")
	m, err := match.ParseMapping([]byte("    exporter: 12345 hotline\n" + shown))
	if err != nil || len(m.Exports) != 1 || m.Exports[0].Columns["resolved_at"].Only == nil || m.With == nil {
		t.Errorf("%v: %+v", err, m)
	}
}
