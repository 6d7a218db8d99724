package load

import (
	"context"
	"fmt"
	"strings"

	"hulian/data"
	"hulian/pipelines"
)

// unsettled lists the states of problems that no newer file has dealt with. A waiver ends when the row comes in after all:
// it would count among the waived rows and the accepted ones.
var unsettled = fmt.Sprintf("('%s', '%s')", pipelines.ProblemOpen, pipelines.ProblemWaived)

// settle moves problems on in their life: query gives problem_no, the number of the file that did it, and the state they
// come to. Which file it was is kept, so that a day before it can be told as it was.
func (p *pass) settle(ctx context.Context, query string) error {
	if n, err := p.set(ctx, "settling", query); err != nil || n == 0 {
		return err
	}
	for _, statement := range []string{
		"insert into ops.settled select problem_no, file_no from settling",
		"update ops.problems set state = s.state from settling s where s.problem_no = ops.problems.problem_no",
	} {
		if _, err := p.exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// set makes a temporary table of what a query gives, and says how many rows that is.
func (p *pass) set(ctx context.Context, table, query string) (int64, error) {
	if _, err := p.exec(ctx, "create or replace temp table "+table+" as "+query); err != nil {
		return 0, err
	}
	return p.count(ctx, table)
}

// lastFile is the number of the newest file of the run.
func (p *pass) lastFile() (last int64) {
	for _, file := range p.files {
		last = max(last, file.No)
	}
	return last
}

// referencesKnown closes what was said of IDs that a list has named meanwhile, also where the row waits for another list
// or was accepted with a warning.
func (p *pass) referencesKnown(ctx context.Context) error {
	if p.alone {
		return nil
	}
	open, err := p.tx.Query(ctx, fmt.Sprintf("select distinct export, column_id from ops.problems where state = '%s' and code = '%s' order by all", pipelines.ProblemOpen, pipelines.UnknownReference))
	if err != nil {
		return err
	}
	for _, row := range open.Rows {
		export, _ := row[0].(string)
		id, _ := row[1].(string)
		c, known := data.ContractOf(export)
		column, ok := c.Column(id)
		target, key, refers := strings.Cut(column.References, ".")
		if !known || !ok || !refers {
			continue
		}
		if err := p.settle(ctx, fmt.Sprintf(`select p.problem_no, %[1]d as file_no, '%[2]s' as state from ops.problems p
			where p.state = '%[3]s' and p.code = '%[4]s' and p.export = %[5]s and p.column_id = %[6]s
				and (exists (select 1 from exports.%[7]s e where e.%[8]s = p.value) or exists (select 1 from history.%[7]s h where h.%[8]s = p.value))`,
			p.lastFile(), pipelines.ProblemRepaired, pipelines.ProblemOpen, pipelines.UnknownReference, literal(export), literal(id), target, quote(key))); err != nil {
			return err
		}
	}
	return nil
}

// keyedProblems are the problems p of rows whose key is known: of refused ones, and of accepted ones with a warning.
const keyedProblems = `select p.problem_no, p.file_no, p.export, p.severity, p.code, p.column_id, p.value, coalesce(w.row_key, q.row_key) as key
	from ops.problems p left join ops.warned w on w.problem_no = p.problem_no
	left join ops.quarantine q on p.severity = 'refuse' and q.file_no = p.file_no and q.sheet = p.sheet and q.export = p.export and q."row" = p."row"
	where coalesce(w.row_key, q.row_key) is not null`

// handedAgain notes which rows of this round bring a row again that an older file had a problem with, by its key.
func (p *pass) handedAgain(ctx context.Context, c data.Contract) error {
	if p.alone || !p.typed[c.Export] {
		return nil
	}
	if _, err := p.exec(ctx, fmt.Sprintf(`insert into warned_keys select %[1]s, t._rid, %[2]s from %[3]s t
		where t._rid in (select rid from found where export = %[1]s and severity = 'warn')`, literal(c.Export), keyText(c, "t."), typedTable(c))); err != nil {
		return err
	}
	n, err := p.set(ctx, "known_before", fmt.Sprintf("%s and p.export = %s and p.state in %s", keyedProblems, literal(c.Export), unsettled))
	if err != nil || n == 0 {
		return err
	}
	var complete []string
	for _, id := range c.Key {
		if column, _ := c.Column(id); column.Required { // the text of half a key may be that of another one
			complete = append(complete, fmt.Sprintf("t.%s is not null and", quote(id)))
		}
	}
	refused := "false"
	if p.refused[c.Export] > 0 {
		refused = fmt.Sprintf("exists (select 1 from refused_%s r where r.rid = t._rid)", c.Export)
	}
	_, err = p.exec(ctx, fmt.Sprintf(`insert into handed_again
		select b.problem_no, f.file_no, f.sheet, t._row, %[1]s,
			exists (select 1 from found w where w.export = %[2]s and w.rid = t._rid and w.code = b.code and w.column_id is not distinct from b.column_id),
			exists (select 1 from found w where w.export = %[2]s and w.rid = t._rid and w.code = b.code and w.column_id is not distinct from b.column_id
				and left(w.value, 500) is not distinct from b.value)
		from known_before b join %[3]s t on %[4]s %[5]s = b.key join feeds f on f.feed = t._feed and not f.earlier and f.file_no > b.file_no`,
		refused, literal(c.Export), typedTable(c), strings.Join(complete, " "), keyText(c, "t.")))
	return err
}

// writeWarned keeps the keys of accepted rows with a problem. Where a row stands already as it is, its table names the file
// that brought it first.
func (p *pass) writeWarned(ctx context.Context) error {
	_, err := p.exec(ctx, `insert into ops.warned select distinct n.problem_no, k.row_key
		from found w join feeds f on f.feed = w.feed join warned_keys k on k.export = w.export and k.rid = w.rid
		join ops.problems n on n.file_no = f.file_no and n.sheet = f.sheet and n.export = w.export and n."row" = w."row" and n.code = w.code and n.column_id is not distinct from w.column_id
		where w.severity = 'warn' and n.severity = 'warn' and k.row_key <> ''`)
	return err
}

// settleHandedAgain moves on the problems of rows that a newer file brings again: those that are there as before are
// carried by the newer file, a waiver with them; the others are repaired, or carried where the row is refused for
// something else now. A warning stands as long as the accepted row does.
func (p *pass) settleHandedAgain(ctx context.Context) error {
	if err := p.inheritWaivers(ctx, `select p.problem_no as old, n.problem_no as new, n.file_no
		from handed_again h join ops.problems p on p.problem_no = h.problem_no
		join ops.problems n on n.file_no = h.file_no and n.sheet = h.sheet and n.export = p.export and n."row" = h."row" and n.code = p.code and n.column_id is not distinct from p.column_id
		where h.identical`); err != nil {
		return err
	}
	return p.settle(ctx, fmt.Sprintf(`select * from (
			select h.problem_no, min(h.file_no) as file_no,
				case when bool_or(h.same) then '%[1]s' when bool_or(not h.refused) then '%[2]s' when any_value(p.severity) = 'refuse' then '%[1]s' end as state
			from handed_again h join ops.problems p on p.problem_no = h.problem_no and p.state in %[3]s group by h.problem_no)
		where state is not null`, pipelines.ProblemCarried, pipelines.ProblemRepaired, unsettled))
}

// settleWithinRun moves on the problems of rows that a newer file of the same run brings again, as they are moved on when
// the files come one by one. What the files of a run found is not compared before all of it is written.
func (p *pass) settleWithinRun(ctx context.Context) error {
	if p.alone || len(p.files) < 2 {
		return nil
	}
	n, err := p.set(ctx, "told", fmt.Sprintf("%s and p.file_no in (select file_no from new_files) and p.state = '%s'", keyedProblems, pipelines.ProblemOpen))
	if err != nil || n == 0 {
		return err
	}
	exports, err := p.tx.Query(ctx, "select distinct export from told order by export")
	if err != nil {
		return err
	}
	for _, row := range exports.Rows {
		c, known := data.ContractOf(row[0].(string))
		if !known {
			continue
		}
		of := fmt.Sprintf("o.export = %s and len(string_split(o.key, %s)) = %d", literal(c.Export), literal(keySeparator), len(c.Key)) // half a key names no row
		for _, query := range []string{
			fmt.Sprintf(`select o.problem_no, min(n.file_no) as file_no, '%s' as state from told o join told n on n.export = o.export and n.key = o.key and n.file_no > o.file_no
					and n.severity = o.severity and (o.severity = 'refuse' or n.code = o.code and n.column_id is not distinct from o.column_id)
				where %s group by o.problem_no`, pipelines.ProblemCarried, of),
			fmt.Sprintf(`select o.problem_no, min(t._file) as file_no, '%s' as state from told o join ops.problems p on p.problem_no = o.problem_no and p.state = '%s'
				join exports.%s t on %s = o.key and t._file > o.file_no join new_files f on f.file_no = t._file
				where %s group by o.problem_no`, pipelines.ProblemRepaired, pipelines.ProblemOpen, c.Export, keyText(c, "t."), of),
		} {
			if err := p.settle(ctx, query); err != nil {
				return err
			}
		}
	}
	return nil
}

// inheritWaivers has the waivers of old problems hold for the same problems in a newer file. pairs gives old, new and the
// number of the newer file.
func (p *pass) inheritWaivers(ctx context.Context, pairs string) error {
	n, err := p.set(ctx, "inherited", fmt.Sprintf(`select distinct i.* from (%s) i
		where exists (select 1 from ops.problems o where o.problem_no = i.old and o.state = '%[2]s') and exists (select 1 from ops.problems n where n.problem_no = i.new and n.state = '%[3]s')`,
		pairs, pipelines.ProblemWaived, pipelines.ProblemOpen))
	if err != nil || n == 0 {
		return err
	}
	for _, statement := range []string{
		`insert into ops.waivers select i.new, w.waived_by, w.reason, w.waived_at from (select new, min(old) as old from inherited group by new) i
			join (select problem_no, waived_by, reason, waived_at from ops.waivers qualify row_number() over (partition by problem_no order by waived_at desc) = 1) w on w.problem_no = i.old`,
		fmt.Sprintf("update ops.problems set state = '%s' where problem_no in (select new from inherited)", pipelines.ProblemWaived),
	} {
		if _, err := p.exec(ctx, statement); err != nil {
			return err
		}
	}
	return p.settle(ctx, fmt.Sprintf("select old as problem_no, min(file_no) as file_no, '%s' as state from inherited group by old", pipelines.ProblemCarried))
}
