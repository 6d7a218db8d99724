package licences

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"

	"hulian/dashboards/assets"
	"hulian/dashboards/typeface"
)

// Folders: modules/<path>@<version>/… for each module, engine/<library>/… for what the engine is built from.
//
//go:embed modules engine go self
var texts embed.FS

// engineOf is the module version whose libraries engine/ is of. The engine's own licence is among its modules'; those of what it
// is built from do not come with them, and are those of the same release's sources.
const (
	engineOf      = "github.com/duckdb/duckdb-go-bindings v0.10506.0"
	engineVersion = "1.5.6"
)

// remarks are what a licence asks to be said beside its text.
var remarks = map[string]string{
	"github.com/golang/freetype":     "Used under the FreeType License. This software is based in part on the work of the FreeType Team.",
	"github.com/go-sql-driver/mysql": "Used unchanged under the Mozilla Public License 2.0. Its source is at https://github.com/go-sql-driver/mysql under this version.",
	"DuckDB: mbedtls":                "Used under the Apache License 2.0.",
}

// Notice is one text that comes with one part of the binary.
type Notice struct {
	Part    string // a Go module, or a name
	Version string // empty where the part has none of its own
	File    string // as the part calls it
	Text    string
}

// Remark is what the licence asks to be said beside its text; empty for most.
func (n Notice) Remark() string { return remarks[n.Part] }

// embeddedAssets are what pages embed of others, and the names of their licences among the assets.
var embeddedAssets = []struct {
	part, version string
	files         []string
}{
	{"Apache ECharts", "5.6.0", []string{"echarts-LICENSE", "echarts-NOTICE", "echarts-LICENSE-d3"}},
	{"ZRender, in Apache ECharts", "5.6.1", []string{"zrender-LICENSE"}},
	{"Pico CSS", "2.1.1", []string{"pico-LICENSE"}},
}

// All lists the notices: this program's own licence, Go's, those of the modules by path, of the engine's libraries by name,
// of the embedded assets, and of the typefaces.
func All() ([]Notice, error) {
	all, err := read("self", "hulian", "")
	if err != nil {
		return nil, err
	}
	golang, err := read("go", "Go", strings.TrimPrefix(runtime.Version(), "go"))
	if err != nil {
		return nil, err
	}
	all = append(all, golang...)
	modules, err := recorded()
	if err != nil {
		return nil, err
	}
	for _, m := range modules {
		notices, err := read(m.folder(), m.path, m.version)
		if err != nil {
			return nil, err
		}
		all = append(all, notices...)
	}
	libraries, err := texts.ReadDir("engine")
	if err != nil {
		return nil, err
	}
	for _, l := range libraries {
		notices, err := read(path.Join("engine", l.Name()), "DuckDB: "+l.Name(), engineVersion)
		if err != nil {
			return nil, err
		}
		all = append(all, notices...)
	}
	for _, a := range embeddedAssets {
		for _, name := range a.files {
			f, ok := assets.Get(name)
			if !ok {
				return nil, fmt.Errorf("%s: %s is not embedded", a.part, name)
			}
			all = append(all, Notice{a.part, a.version, name, string(f.Body)})
		}
	}
	for _, l := range typeface.Licences() {
		all = append(all, Notice{l.Face, "", l.File, l.Text})
	}
	return all, nil
}

// read lists the texts below a folder.
func read(folder, part, version string) (all []Notice, err error) {
	err = fs.WalkDir(texts, folder, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := texts.ReadFile(at)
		if err != nil {
			return err
		}
		all = append(all, Notice{part, version, strings.TrimPrefix(at, folder+"/"), string(content)})
		return nil
	})
	return all, err
}

type module struct{ path, version string }

func (m module) folder() string { return path.Join("modules", m.path+"@"+m.version) }

// recorded lists the modules whose notices are here, by path.
func recorded() (all []module, err error) {
	err = fs.WalkDir(texts, "modules", func(at string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		name, version, ok := strings.Cut(strings.TrimPrefix(at, "modules/"), "@")
		if !ok {
			return nil // a part of a path
		}
		all = append(all, module{name, version})
		return fs.SkipDir
	})
	slices.SortFunc(all, func(a, b module) int { return strings.Compare(a.path, b.path) })
	return all, err
}

// Write writes the notices for people. A text that several parts share stands once, below all their names.
func Write(w io.Writer, notices []Notice) error {
	shared := map[string][]Notice{}
	for _, n := range notices {
		shared[n.Text] = append(shared[n.Text], n)
	}
	var out strings.Builder
	for _, n := range notices {
		of := shared[n.Text]
		if of == nil {
			continue // written with the first of its parts
		}
		delete(shared, n.Text)
		out.WriteString(strings.Repeat("=", 80) + "\n")
		for _, n := range of {
			out.WriteString(strings.TrimSpace(n.Part+" "+n.Version) + ": " + n.File + "\n")
			if remark := n.Remark(); remark != "" {
				out.WriteString(remark + "\n")
			}
		}
		out.WriteString(strings.Repeat("-", 80) + "\n" + strings.TrimSpace(n.Text) + "\n\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}
