package layers

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryDependencyHasAReason compares the modules the source imports with the table of the README, both ways.
func TestEveryDependencyHasAReason(t *testing.T) {
	root, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]string{}
	for _, row := range regexp.MustCompile(`(?m)^\| [^|]+ \| ([a-z0-9.]+\.[a-z]+/[^ |]+) \| ([^|]+) \|$`).FindAllStringSubmatch(string(readme), -1) {
		reasons[row[1]] = row[2]
	}
	imported := modules(t)
	for module, by := range imported {
		if reasons[module] == "" {
			t.Errorf("%s imports %s, for which the README gives no reason", by, module)
		}
	}
	for module := range reasons {
		if imported[module] == "" {
			t.Errorf("the README lists %s, which nothing imports", module)
		}
	}
}

// modules are the modules that this one's packages and tests import, each with one importer.
func modules(t *testing.T) map[string]string {
	t.Helper()
	type listed struct {
		ImportPath                         string
		Module                             *struct{ Path string }
		Imports, TestImports, XTestImports []string
	}
	command := exec.CommandContext(t.Context(), "go", "list", "-e", "-deps", "-test", "-json=ImportPath,Module,Imports,TestImports,XTestImports", "hulian/...")
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	owner := map[string]string{} // of a package: its module
	var ours []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decoder.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Module == nil {
			continue
		}
		owner[p.ImportPath] = p.Module.Path
		if p.Module.Path == "hulian" {
			ours = append(ours, p)
		}
	}
	found := map[string]string{}
	for _, p := range ours {
		for _, imports := range [][]string{p.Imports, p.TestImports, p.XTestImports} {
			for _, path := range imports {
				if module := owner[path]; module != "" && module != "hulian" {
					found[module] = p.ImportPath
				}
			}
		}
	}
	return found
}
