package model

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hulian/pipelines"
	"hulian/queries"
)

// plan finds out what each model and check reads, and puts the models in order. A header that was compared with the
// SQL it stands over is believed from then on: parsing everything takes as long as building a month.
func (b *build) plan(ctx context.Context, q pipelines.Querier, models []queries.Model) error {
	b.reads, b.agreed = map[string][]string{}, map[string]string{}
	known := map[string]string{}
	// Before the first build there is no such table; any other trouble the build itself will meet.
	if table, err := q.Query(ctx, "select name, fingerprint from ops.fingerprints where name like '%"+agreedSuffix+"'"); err == nil {
		for _, row := range table.Rows {
			known[row[0].(string)] = row[1].(string)
		}
	}
	readsOf := func(key, sql string, named []string) error {
		named = slices.Sorted(slices.Values(named))
		agreed := fingerprint(sql, strings.Join(named, " "))
		if known[key+agreedSuffix] == agreed {
			b.reads[key], b.agreed[key] = named, agreed
			return nil
		}
		reads, err := Reads(ctx, q, sql)
		if err != nil {
			return err
		}
		b.reads[key] = reads
		if agrees(named, reads) == nil {
			b.agreed[key] = agreed
		}
		return nil
	}
	for _, m := range models {
		if err := readsOf(m.Name, m.SQL, m.Header.Sources); err != nil {
			return fault("parse model", m.Path, 0, err)
		}
	}
	for _, c := range b.checks {
		if err := readsOf(c.Path, c.SQL, c.Header.Sources); err != nil {
			return fault("parse check", c.Path, 0, err)
		}
	}
	var err error
	b.ordered, err = inOrder(models, b.reads)
	if err != nil {
		return &pipelines.Fault{Op: "order the models", Err: err, Next: "this is a defect of the program; please report it"}
	}
	return nil
}

// agrees compares what a header names with what the SQL reads.
func agrees(named, read []string) error {
	for _, name := range read {
		if !slices.Contains(named, name) {
			return fmt.Errorf("it reads %s, which its header does not name", name)
		}
	}
	for _, name := range named {
		if !slices.Contains(read, name) {
			return fmt.Errorf("its header names %s, which it does not read", name)
		}
	}
	return nil
}
