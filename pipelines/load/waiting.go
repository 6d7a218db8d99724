package load

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines/land"
)

// released finds rows of an export that waited for a registry and whose references are known by now, and gives them
// feeds of their own.
func (p *pass) released(ctx context.Context, c data.Contract) (bool, error) {
	if p.alone {
		return false, nil
	}
	counted, err := p.tx.Query(ctx, "select count(*) from waiting."+c.Export)
	if err != nil || counted.Rows[0][0].(int64) == 0 {
		return false, err
	}
	var known []string
	for _, column := range c.Columns {
		target, id, ok := strings.Cut(column.References, ".")
		if !ok || !p.before(target, c.Export) {
			continue
		}
		known = append(known, fmt.Sprintf(`(w.%[1]s is null or exists (select 1 from exports.%[2]s e where e.%[3]s = w.%[1]s) or exists (select 1 from history.%[2]s h where h.%[3]s = w.%[1]s))`,
			quote(column.ID), target, quote(id)))
	}
	released := "released_" + c.Export
	n, err := p.exec(ctx, fmt.Sprintf("create or replace temp table %s as select w.* from waiting.%s w where %s", released, c.Export, strings.Join(known, " and ")))
	if err != nil {
		return false, err
	}
	sources, err := p.tx.Query(ctx, fmt.Sprintf(`select r._file, r._sheet, count(*), any_value(f.received_at) from %s r join
		(select file_no, received_at from ops.files) f on f.file_no = r._file group by all order by r._file, r._sheet`, released))
	if err != nil || len(sources.Rows) == 0 {
		return false, err
	}
	var feeds []*feed
	for _, row := range sources.Rows {
		f := &feed{no: p.nextFeed() + len(feeds), sheet: row[1].(string), contract: c, earlier: true}
		f.file = land.File{No: row[0].(int64), ReceivedAt: row[3].(time.Time)}
		f.handed = row[2].(int64)
		n += f.handed
		feeds = append(feeds, f)
	}
	p.decoding.feeds = append(p.decoding.feeds, feeds...)
	if err := p.registerFeeds(feeds); err != nil {
		return false, err
	}
	return true, p.takeUp(ctx, c, released)
}

func (p *pass) nextFeed() int {
	next := 1
	for _, f := range p.decoding.feeds {
		next = max(next, f.no+1)
	}
	return next
}

// takeUp moves released rows out of the waiting room and the quarantine, into the counts of their own files.
func (p *pass) takeUp(ctx context.Context, c data.Contract, released string) error {
	same := fmt.Sprintf("exists (select 1 from %s r where r._file = %%[1]s and r._sheet = %%[2]s and r._row = %%[3]s)", released)
	if err := p.settle(ctx, fmt.Sprintf("select p.problem_no, %d as file_no, 'repaired' as state from ops.problems p where p.export = %s and p.state in %s and p.code = 'unknown_reference' and %s",
		p.lastFile(), literal(c.Export), unsettled, fmt.Sprintf(same, "p.file_no", "p.sheet", `p."row"`))); err != nil {
		return err
	}
	if _, err := p.exec(ctx, "delete from ops.quarantine where export = ? and waiting and "+fmt.Sprintf(same, "file_no", "sheet", `"row"`), c.Export); err != nil {
		return err
	}
	if _, err := p.exec(ctx, fmt.Sprintf(`update ops.reconciliation set accepted = accepted + t.n, quarantined = quarantined - t.n
		from (select _file, _sheet, count(*) as n from %s group by all) t
		where file_no = t._file and sheet = t._sheet and export = ?`, released), c.Export); err != nil {
		return err
	}
	n, err := p.exec(ctx, fmt.Sprintf("delete from waiting.%s w where %s", c.Export, fmt.Sprintf(same, "w._file", "w._sheet", "w._row")))
	p.takenUp += n
	return err
}

// repaired closes the problems of refused rows whose key has been accepted from a newer file.
func (p *pass) repaired(ctx context.Context) error {
	refused, err := p.tx.Query(ctx, "select distinct export from ops.quarantine")
	if err != nil || p.alone {
		return err
	}
	for _, row := range refused.Rows {
		c, ok := data.ContractOf(row[0].(string))
		if _, written := p.changed[c.Export]; !ok || !written {
			continue
		}
		if err := p.settle(ctx, fmt.Sprintf(`select p.problem_no, min(t._file) as file_no, 'repaired' as state
			from ops.problems p
			join ops.quarantine q on q.file_no = p.file_no and q.sheet = p.sheet and q.export = p.export and q.row = p.row
			join exports.%[1]s t on %[2]s = q.row_key and t._file > q.file_no
			where p.state in %[4]s and p.severity = 'refuse' and p.export = %[3]s and t._file in (select file_no from feeds)
			group by p.problem_no`, c.Export, keyText(c, "t."), literal(c.Export), unsettled)); err != nil {
			return err
		}
	}
	return nil
}
