package licences

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/assets"
)

var update = flag.Bool("update", false, "copy the notices of the modules anew")

// platforms are those the program is built for. Each links another library of the engine, and some a module of their own.
var platforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64"}

// named are the files that hold licences and notices; source files are none, whatever they are called.
var named = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice|patents|unlicense)s?([-._][a-z0-9_-]+)*$`)

// further are texts that a licence refers to and that are called otherwise.
var further = map[string][]string{"github.com/golang/freetype": {"licenses/ftl.txt"}}

func command(t *testing.T, environment []string, name string, arguments ...string) []byte {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, arguments...)
	c.Env = append(os.Environ(), environment...)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %v", c.Args, err)
	}
	return out
}

// linked finds the modules whose packages are in the binary on a platform, and in each the notices beside those packages and
// above them, up to the top of the module.
func linked(t *testing.T, platform string) map[module]map[string]string {
	t.Helper()
	system, processor, _ := strings.Cut(platform, "/")
	out := command(t, []string{"GOOS=" + system, "GOARCH=" + processor, "CGO_ENABLED=1"}, "go", "list", "-deps", "-f",
		"{{with .Module}}{{.Path}}\t{{.Version}}\t{{.Dir}}\t{{$.Dir}}{{end}}", "hulian/cmd/hulian")
	all := map[module]map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		parts := strings.Split(line, "\t")
		if len(parts) != 4 || parts[0] == "hulian" {
			continue // the standard library, and what is ours
		}
		m, top, folder := module{parts[0], parts[1]}, parts[2], parts[3]
		if all[m] == nil {
			all[m] = map[string]string{}
			for _, name := range further[m.path] {
				all[m][name] = content(t, filepath.Join(top, name))
			}
		}
		for ; ; folder = filepath.Dir(folder) {
			entries, err := os.ReadDir(folder)
			if err != nil {
				t.Fatal(err)
			}
			for _, entry := range entries {
				if entry.IsDir() || !named.MatchString(entry.Name()) || slices.Contains([]string{".go", ".s", ".c", ".h"}, filepath.Ext(entry.Name())) {
					continue
				}
				name, err := filepath.Rel(top, filepath.Join(folder, entry.Name()))
				if err != nil {
					t.Fatal(err)
				}
				all[m][filepath.ToSlash(name)] = content(t, filepath.Join(folder, entry.Name()))
			}
			if folder == top {
				break
			}
		}
	}
	return all
}

func content(t *testing.T, at string) string {
	t.Helper()
	text, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// copyAll makes the folders modules, go and self anew.
func copyAll(t *testing.T) {
	t.Helper()
	found := map[module]map[string]string{}
	for _, platform := range platforms {
		for m, files := range linked(t, platform) {
			if found[m] == nil {
				found[m] = map[string]string{}
			}
			maps.Copy(found[m], files)
		}
	}
	put := func(at, text string) {
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll("modules"); err != nil {
		t.Fatal(err)
	}
	for m, files := range found {
		for name, text := range files {
			put(filepath.FromSlash(m.folder()+"/"+name), text)
		}
	}
	put("go/LICENSE", content(t, filepath.Join(goRoot(t), "LICENSE")))
	put("self/LICENSE", content(t, "../../../LICENSE"))
}

func goRoot(t *testing.T) string {
	t.Helper()
	return strings.TrimSpace(string(command(t, nil, "go", "env", "GOROOT")))
}

// TestEveryModuleInTheBinaryHasItsNotices compares what is here with the modules themselves, byte by byte.
func TestEveryModuleInTheBinaryHasItsNotices(t *testing.T) {
	if *update {
		copyAll(t)
		t.Skip("the notices are copied; run again without -update, which embeds them first")
	}
	const mend = "run go test ./cmd/internal/licences -update"
	here, err := recorded()
	if err != nil {
		t.Fatal(err)
	}
	for m, files := range linked(t, runtime.GOOS+"/"+runtime.GOARCH) {
		if !slices.Contains(here, m) {
			t.Errorf("%s %s is linked and has no notice: %s", m.path, m.version, mend)
			continue
		}
		if len(files) == 0 {
			t.Errorf("%s says nowhere under what licence it is: ask its authors, or do without it", m.path)
		}
		for name, text := range files {
			if kept, err := texts.ReadFile(m.folder() + "/" + name); err != nil || string(kept) != text {
				t.Errorf("%s: %s is not the module's own (%v): %s", m.path, name, err, mend)
			}
		}
	}
	var required struct {
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal(command(t, nil, "go", "mod", "edit", "-json", "../../../go.mod"), &required); err != nil {
		t.Fatal(err)
	}
	for _, m := range here {
		if !slices.Contains(required.Require, struct{ Path, Version string }{m.path, m.version}) {
			t.Errorf("there are notices of %s %s, which go.mod does not require: %s", m.path, m.version, mend)
		}
	}
	if kept, err := texts.ReadFile("self/LICENSE"); err != nil || string(kept) != content(t, "../../../LICENSE") {
		t.Errorf("this program's licence is not the one at the top of the repository (%v): %s", err, mend)
	}
}

// TestEveryTextIsPrinted: a file beside the folders of the modules would be embedded and never printed.
func TestEveryTextIsPrinted(t *testing.T) {
	here, err := recorded()
	if err != nil {
		t.Fatal(err)
	}
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	printed := map[string]int{}
	for _, n := range all {
		printed[n.Part]++
		if strings.TrimSpace(n.Text) == "" {
			t.Errorf("%s: %s is empty", n.Part, n.File)
		}
	}
	files, named := 0, 0
	err = fs.WalkDir(texts, "modules", func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range here {
		if printed[m.path] == 0 {
			t.Errorf("no notice of %s is printed", m.path)
		}
		named += printed[m.path]
	}
	if files != named {
		t.Errorf("%d files lie under modules, %d are printed", files, named)
	}
	for part := range remarks {
		if printed[part] == 0 {
			t.Errorf("a remark is made on %s, of which nothing is printed", part)
		}
	}
}

// TestTheEngineIsTheOneTheNoticesAreOf: what the engine is built from changes from one of its releases to the next.
func TestTheEngineIsTheOneTheNoticesAreOf(t *testing.T) {
	here, err := recorded()
	if err != nil {
		t.Fatal(err)
	}
	name, version, _ := strings.Cut(engineOf, " ")
	if !slices.Contains(here, module{name, version}) {
		t.Errorf("the engine is no longer %s: take the licences below third_party and extension of its sources into engine, and name the new version", engineOf)
	}
	if digits := strings.Join(strings.Split(engineVersion, "."), "0"); !strings.Contains(engineOf, digits) {
		t.Errorf("%s is not the engine's version %s", engineOf, engineVersion)
	}
}

// TestAssetsAreTheVersionsNamed looks for the versions in what is embedded.
func TestAssetsAreTheVersionsNamed(t *testing.T) {
	for _, a := range embeddedAssets {
		found := false
		for _, name := range []string{"echarts.min.js", "pico.min.css"} {
			f, ok := assets.Get(name)
			found = found || ok && bytes.Contains(f.Body, []byte(a.version))
		}
		if !found {
			t.Errorf("%s %s is not what is embedded", a.part, a.version)
		}
	}
}

func TestASharedTextStandsOnce(t *testing.T) {
	var b strings.Builder
	err := Write(&b, []Notice{{"one", "v1.0.0", "LICENSE", "a text\n"}, {"two", "v2.0.0", "LICENSE", "another\n"}, {"three", "", "COPYING", "a text\n"}})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(b.String(), "a text") != 1 || !strings.Contains(b.String(), "one v1.0.0: LICENSE\nthree: COPYING\n") || !strings.Contains(b.String(), "two v2.0.0: LICENSE\n") {
		t.Error(b.String())
	}
	if err := Write(full{}, []Notice{{"one", "v1.0.0", "LICENSE", strings.Repeat("a text\n", 10_000)}}); err == nil {
		t.Error("a disk that is full was not noticed")
	}
}

// full takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, fmt.Errorf("no space left") }
