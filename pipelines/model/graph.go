package model

import (
	"maps"
	"slices"
	"strings"

	"hulian/pipelines"
	"hulian/queries"
)

// plan takes from the headers what each model and check reads, and puts the models in order. That headers and SQL agree is
// what TestHeadersNameWhatIsRead holds: to parse all of it before every build from nothing would take longer than a month's build.
func (b *build) plan(models []queries.Model) error {
	b.reads = map[string][]string{}
	for _, m := range models {
		b.reads[m.Name] = slices.Sorted(slices.Values(m.Header.Sources))
	}
	for _, c := range b.checks {
		b.reads[c.Path] = c.Header.Sources
	}
	var err error
	b.ordered, err = inOrder(models, b.reads)
	if err != nil {
		return &pipelines.Fault{Op: "order the models", Err: err, Next: "this is a defect of the program; please report it"}
	}
	return nil
}

// inOrder sorts models so that each stands after those it reads; among equals by name, so that every build runs in
// the same order.
func inOrder(models []queries.Model, reads map[string][]string) ([]queries.Model, error) {
	byName := map[string]queries.Model{}
	for _, m := range models {
		byName[m.Name] = m
	}
	var ordered []queries.Model
	state := map[string]int{} // 1: being visited, 2: placed
	var visit func(name string, path []string) error
	visit = func(name string, path []string) error {
		path = append(path, name)
		switch state[name] {
		case 1:
			return pipelines.Errorf("models read each other in a circle: %s", strings.Join(path, " reads "))
		case 2:
			return nil
		}
		state[name] = 1
		for _, read := range reads[name] {
			if _, ok := byName[read]; !ok {
				continue
			}
			if err := visit(read, path); err != nil {
				return err
			}
		}
		state[name] = 2
		ordered = append(ordered, byName[name])
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if err := visit(name, nil); err != nil {
			return nil, err
		}
	}
	return ordered, nil
}
