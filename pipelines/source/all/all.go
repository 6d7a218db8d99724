package all

import (
	"errors"
	"fmt"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/source"
	"hulian/pipelines/source/bucket"
	"hulian/pipelines/source/database"
	"hulian/pipelines/source/sftpdir"
	"hulian/pipelines/source/web"
)

// FileName is the list of sources in a town's folder.
const FileName = "sources.yaml"

// Town is what sources share.
type Town struct {
	Dir      string        // relative paths in the configuration start here
	TimeZone string        // of databases that set none; empty: their default
	Memory   source.Memory // of what has landed; nil: everything is offered every time
}

// path makes a configured path absolute.
func (t Town) path(text string) string {
	if text == "" || filepath.IsAbs(text) {
		return text
	}
	return filepath.Join(t.Dir, text)
}

// Config is one source of the list.
type Config struct {
	Name string // for people: on pages, in records of runs
	Kind string
	Line int // where it stands in the file

	open func(name string, t Town) (source.Source, error)
}

// Folder is the configuration of the kind folder.
type Folder struct {
	Folder   string   `yaml:"folder"`
	Patterns []string `yaml:"patterns"`
}

// kind is one way to reach files.
type kind struct {
	name   string
	decode func(*yaml.Node) (func(string, Town) (source.Source, error), error)
}

// kinds are all there are.
var kinds = []kind{
	{"folder", settings(func(name string, c Folder, t Town) (source.Source, error) {
		if c.Folder == "" {
			return nil, errors.New("folder: it must be given")
		}
		return source.Folder(t.path(c.Folder), c.Patterns...), source.CheckPatterns(c.Patterns)
	})},
	{"web", settings(func(name string, c web.Config, t Town) (source.Source, error) {
		c.CA = t.path(c.CA)
		return web.New(name, c, t.Memory)
	})},
	{"sftp", settings(func(name string, c sftpdir.Config, t Town) (source.Source, error) {
		c.KnownHosts = t.path(c.KnownHosts)
		return sftpdir.New(name, c, t.Memory)
	})},
	{"bucket", settings(func(name string, c bucket.Config, t Town) (source.Source, error) {
		c.CA = t.path(c.CA)
		return bucket.New(name, c, t.Memory)
	})},
	{"postgresql", settings(ofDatabase(database.PostgreSQL))},
	{"mysql", settings(ofDatabase(database.MySQL))},
}

func ofDatabase(open func(string, database.Config, source.Memory) (source.Source, error)) func(string, database.Config, Town) (source.Source, error) {
	return func(name string, c database.Config, t Town) (source.Source, error) {
		c.CA = t.path(c.CA)
		if c.TimeZone == "" {
			c.TimeZone = t.TimeZone
		}
		return open(name, c, t.Memory)
	}
}

// settings decodes the configuration C of a kind strictly and keeps it until the source is opened.
func settings[C any](open func(string, C, Town) (source.Source, error)) func(*yaml.Node) (func(string, Town) (source.Source, error), error) {
	return func(node *yaml.Node) (func(string, Town) (source.Source, error), error) {
		var c C
		if err := data.Decode(node, &c); err != nil {
			return nil, err
		}
		return func(name string, t Town) (source.Source, error) { return open(name, c, t) }, nil
	}
}

// Kinds returns the names of all kinds.
func Kinds() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// Open makes the sources of a list, in its order.
func Open(configs []Config, t Town) ([]source.Source, error) {
	var sources []source.Source
	for _, c := range configs {
		s, err := c.open(c.Name, t)
		if err != nil {
			return nil, &pipelines.Fault{Op: "read sources", At: fmt.Sprintf("%s, line %d, %s", FileName, c.Line, c.Name), Err: err, Next: "correct the value"}
		}
		sources = append(sources, s)
	}
	return sources, nil
}
