package cli

import (
	"fmt"
	"path/filepath"
	"slices"

	"hulian/cmd/internal/config"
	"hulian/pipelines"
	"hulian/pipelines/source"
	"hulian/pipelines/source/all"
)

// versionsName remembers in the town's folder which versions of remote files have landed, and what folders offered.
const versionsName = "sources.json"

// sourcesOf opens the named sources of a town, or all of them: the inbox first, then those of sources.yaml.
func sourcesOf(c config.Config, wanted []string, memory source.Memory) ([]source.Source, error) {
	path := filepath.Join(c.Dir, all.FileName)
	configured, err := all.Read(path)
	if err != nil {
		return nil, err
	}
	names := []string{config.InboxName}
	for _, s := range configured {
		if s.Name == config.InboxName {
			return nil, &pipelines.Fault{Op: "read sources", At: fmt.Sprintf("%s, line %d", path, s.Line), Err: pipelines.Errorf("a source cannot be called %q: that is the town's own", s.Name),
				Next: "give it another name"}
		}
		names = append(names, s.Name)
	}
	for _, name := range wanted {
		if !slices.Contains(names, name) {
			return nil, unknown("source", name, names, "")
		}
	}
	chosen := func(name string) bool { return len(wanted) == 0 || slices.Contains(wanted, name) }
	var sources []source.Source
	if chosen(config.InboxName) {
		sources = append(sources, source.Folder(c.InboxDir()))
	}
	opened, err := all.Open(slices.DeleteFunc(configured, func(s all.Config) bool { return !chosen(s.Name) }),
		all.Town{Dir: c.Dir, TimeZone: c.TimeZone, Memory: memory})
	return append(sources, opened...), err
}

// pipelineOf finds a pipeline by its name.
func pipelineOf(c config.Config, name string) (config.Pipeline, error) {
	var names []string
	for _, p := range c.Pipelines {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return config.Pipeline{}, unknown("pipeline", name, names, "")
}
