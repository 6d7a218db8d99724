package load

import (
	"context"
	"fmt"
	"path"

	"hulian/pipelines/land"
)

// unread reports whether a table of a loaded file was not understood and is claimed by a mapping file now. The other
// tables of the file are passed over when it is decoded: their rows stand as they are.
func (p *pass) unread(ctx context.Context, file land.File) (bool, error) {
	tables, err := p.tx.Query(ctx, "select coalesce(sheet, ''), coalesce(problem, '') from ops.reconciliation where file_no = ?", file.No)
	if err != nil {
		return false, err
	}
	taken, claimed := map[string]bool{}, false
	for _, row := range tables.Rows {
		sheet := row[0].(string)
		if row[1] == "" {
			taken[sheet] = true
			continue
		}
		for _, name := range []string{file.Name, sheet, path.Dir(sheet)} { // a member of a bundle is claimed by its own name
			for _, m := range mappingsFor(p.decoding.mappings, name) {
				claimed = claimed || m.claimsSheet(path.Base(sheet))
			}
		}
	}
	if claimed {
		if p.decoding.taken == nil {
			p.decoding.taken = map[int64]map[string]bool{}
		}
		p.decoding.taken[file.No] = taken
	}
	return claimed, nil
}

// forget takes back what was said of the files of this run while they were held, or before they could be read.
func (p *pass) forget(ctx context.Context) error {
	if len(p.config.Confirm)+len(p.config.Again) == 0 {
		return nil
	}
	for _, file := range p.files {
		where := map[string]string{"files": "", "reconciliation": "", "problems": "", "copies": ""}
		if p.decoding.taken[file.No] != nil {
			where["reconciliation"], where["problems"] = " and problem is not null and problem <> ''", ` and "row" is null`
		}
		for table, more := range where {
			if _, err := p.exec(ctx, fmt.Sprintf("delete from ops.%s where file_no = ?%s", table, more), file.No); err != nil {
				return err
			}
		}
	}
	return nil
}
