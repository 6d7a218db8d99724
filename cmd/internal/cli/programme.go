package cli

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"hulian/cmd/internal/config"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries"
)

const programmeName = "programme.yaml"

// programme reads what the town has decided, and holds the measures it names to those there are: package data, which
// reads the file, does not know them.
func (p *program) programme(c config.Config) (data.Programme, error) {
	path := filepath.Join(c.Dir, programmeName)
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
			if slices.Contains(known, measure) {
				continue
			}
			err := fmt.Errorf("%s: %w %q", key, pipelines.ErrUnknown, measure)
			if nearest := data.Nearest(measure, known); nearest != "" {
				err = fmt.Errorf("%w: did you mean %q?", err, nearest)
			}
			return programme, usage(&pipelines.Fault{Op: "read programme", At: path, Err: err, Next: `hulian query "select measure, name_zh from measure_definitions"`})
		}
	}
	return programme, nil
}
