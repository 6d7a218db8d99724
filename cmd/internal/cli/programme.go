package cli

import (
	"maps"
	"path/filepath"
	"slices"

	"hulian/cmd/internal/config"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/standards"
	"hulian/queries"
)

const programmeName = standards.FileName

// programme reads what the town has decided, and holds the measures it names to those there are: package data, which
// reads the file, does not know them.
func (p *program) programme(c config.Config) (data.Programme, error) {
	return readProgramme(filepath.Join(c.Dir, programmeName))
}

// standards opens the town's decisions for the page on which they are changed.
func (p *program) standards(c config.Config) *standards.Book {
	return &standards.Book{Dir: c.Dir, Read: readProgramme, Second: c.Uploads.SecondPerson}
}

func readProgramme(path string) (data.Programme, error) {
	programme, err := data.ReadProgramme(path)
	if err != nil {
		return programme, usage(err)
	}
	var known []string
	for _, m := range queries.Measures() {
		known = append(known, m.ID)
	}
	named := map[string][]string{
		"reading.targets":       slices.Sorted(maps.Keys(programme.Reading.Targets)),
		"reading.minimum_bases": slices.Sorted(maps.Keys(programme.Reading.MinimumBases)),
	}
	for _, criterion := range programme.HardCriteria {
		if criterion.Measure != "" {
			named["hard_criteria."+criterion.ID] = []string{criterion.Measure}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(named)) {
		for _, measure := range named[key] {
			if _, ok := queries.MeasureOf(measure); ok {
				continue
			}
			err := pipelines.Errorf("%s: %w %q", key, pipelines.ErrUnknown, measure)
			if nearest := data.Nearest(measure, known); nearest != "" {
				err = pipelines.Errorf("%w: did you mean %q?", err, nearest)
			}
			return programme, usage(&pipelines.Fault{Op: "read programme", At: path, Err: err, Next: `hulian query "select measure, name_zh from measure_definitions"`})
		}
	}
	return renamed(programme, path)
}

// renamed puts the IDs measures have in the place of those they had before. A measure that is named by both is refused: nobody
// could say which setting holds.
func renamed(p data.Programme, path string) (data.Programme, error) {
	twice := func(key, id string) error {
		return usage(&pipelines.Fault{Op: "read programme", At: path, Err: pipelines.Errorf("%s names %q twice, once by the ID it had before", key, id), Next: "delete one of the two lines"})
	}
	if both := renamedKeys(p.Reading.Targets); both != "" {
		return p, twice("reading.targets", both)
	}
	if both := renamedKeys(p.Reading.MinimumBases); both != "" {
		return p, twice("reading.minimum_bases", both)
	}
	for i, criterion := range p.HardCriteria {
		p.HardCriteria[i].Measure = queries.IDOf(criterion.Measure)
	}
	return p, nil
}

// renamedKeys puts the IDs measures have in the place of those they had before, and gives one that stands there by both.
func renamedKeys[V any](settings map[string]V) (both string) {
	for id, value := range settings {
		now := queries.IDOf(id)
		if now == id {
			continue
		}
		if _, there := settings[now]; there {
			return now
		}
		delete(settings, id)
		settings[now] = value
	}
	return ""
}
