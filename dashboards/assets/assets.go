package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"path"
	"sync"
)

// Folders are listed, never wildcards: whatever lies in a wildcard's reach ends up in the binary.
//
//go:embed static/app.css static/app.js static/components.css static/echarts.min.js static/hall.js static/icon.svg static/look.js static/pico.min.css
//go:embed static/progress.js static/report.css static/units.js static/upload.js
//go:embed licences/echarts-LICENSE licences/echarts-LICENSE-d3 licences/echarts-NOTICE licences/pico-LICENSE licences/zrender-LICENSE
var embedded embed.FS

// File is one embedded file as it is served.
type File struct {
	Name string
	Type string // media type
	Body []byte
	Gzip []byte // nil where compression does not pay
	Tag  string // entity tag, quoted
	URL  string // /assets/<hash>/<name>
}

var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	"":     "text/plain; charset=utf-8", // the licences have no extension
}

var files = sync.OnceValue(func() map[string]File {
	all := map[string]File{}
	for _, dir := range []string{"static", "licences"} {
		entries, err := embedded.ReadDir(dir)
		if err != nil {
			panic("embedded assets: " + err.Error()) // part of the binary: a test reads them
		}
		for _, entry := range entries {
			f, err := open(path.Join(dir, entry.Name()))
			if err != nil {
				panic("embedded assets: " + err.Error())
			}
			all[f.Name] = f
		}
	}
	return all
})

func open(name string) (File, error) {
	body, err := embedded.ReadFile(name)
	if err != nil {
		return File{}, err
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:6])
	f := File{Name: path.Base(name), Type: types[path.Ext(name)], Body: body, Tag: `"` + hash + `"`}
	if f.Type == "" {
		return File{}, fmt.Errorf("%s: no media type is known", name)
	}
	f.URL = "/assets/" + hash + "/" + f.Name
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return File{}, err
	}
	if _, err := w.Write(body); err != nil {
		return File{}, err
	}
	if err := w.Close(); err != nil {
		return File{}, err
	}
	if packed.Len() < len(body) {
		f.Gzip = packed.Bytes()
	}
	return f, nil
}

// Get returns an embedded file by its name, e.g. app.js.
func Get(name string) (File, bool) {
	f, ok := files()[name]
	return f, ok
}

// URL returns the address of an embedded file. It panics where there is none: templates name files, and a test renders
// them.
func URL(name string) string {
	f, ok := files()[name]
	if !ok {
		panic("no embedded file " + name)
	}
	return f.URL
}
