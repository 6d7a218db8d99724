package ledger

import (
	"context"
	"fmt"
	"slices"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/check"
	"hulian/pipelines/load/statement"
)

// unsettled lists the states of problems that no newer file has dealt with. A waiver ends when the row comes in after all:
// it would count among the waived rows and the accepted ones.
var unsettled = fmt.Sprintf("('%s', '%s')", pipelines.ProblemOpen, pipelines.ProblemWaived)

// move moves problems on in their life: query gives problem_no, the number of the file that did it, and the state they
// come to. Which file it was is kept, so that a day before it can be told as it was.
func (b *Book) move(ctx context.Context, query string) error {
	if n, err := b.set(ctx, "moving", query); err != nil || n == 0 {
		return err
	}
	for _, sql := range []string{
		"insert into ops.settled select problem_no, file_no from moving",
		"update ops.problems set state = s.state from moving s where s.problem_no = ops.problems.problem_no",
	} {
		if _, err := b.Tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// set makes a temporary table of what a query gives, and says how many rows that is.
func (b *Book) set(ctx context.Context, table, query string) (int64, error) {
	if _, err := b.Tx.Exec(ctx, "create or replace temp table "+table+" as "+query); err != nil {
		return 0, err
	}
	return statement.Count(ctx, b.Tx, table)
}

// lastFile is the number of the newest file of the run.
func (b *Book) lastFile() (last int64) {
	for _, f := range b.Files {
		last = max(last, f.No)
	}
	return last
}

// HandedAgain notes which typed rows of an export bring a row again that an older file had a problem with, by its key.
func (b *Book) HandedAgain(ctx context.Context, c data.Contract, refused int64) error {
	if b.Alone {
		return nil
	}
	p := statement.P{"unsettled": unsettled, "refused": refused > 0}
	if _, err := SQL.Exec(ctx, b.Tx, "keys", c, p); err != nil {
		return err
	}
	if _, err := SQL.Exec(ctx, b.Tx, "known_before", c, p); err != nil {
		return err
	}
	n, err := statement.Count(ctx, b.Tx, "known_before")
	if err != nil || n == 0 {
		return err
	}
	_, err = SQL.Exec(ctx, b.Tx, "handed_again", c, p)
	return err
}

// Close writes what happened in the run, and moves the problems of older files on. changed names the exports whose rows
// changed.
func (b *Book) Close(ctx context.Context, changed func(export string) bool) error {
	if err := b.Warn(ctx); err != nil {
		return err
	}
	if err := b.repaired(ctx, changed); err != nil {
		return err
	}
	if err := b.write(ctx); err != nil {
		return err
	}
	if b.Alone {
		return nil
	}
	if err := b.Waive(ctx); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{b.withinRun, b.again, b.copies, b.named, b.reread} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// repaired closes the problems of refused rows whose key has been accepted from a newer file.
func (b *Book) repaired(ctx context.Context, changed func(string) bool) error {
	if b.Alone {
		return nil
	}
	refused, err := b.Tx.Query(ctx, "select distinct export from ops.quarantine order by export")
	if err != nil {
		return err
	}
	for _, row := range refused.Rows {
		export, _ := row[0].(string)
		c, ok := data.ContractOf(export)
		if !ok || !changed(export) {
			continue
		}
		if err := b.move(ctx, SQL.SQL("repaired", c, statement.P{"unsettled": unsettled})); err != nil {
			return err
		}
	}
	return nil
}

// again moves on the problems of rows that a newer file brings again: those that are there as before are carried by the
// newer file, a waiver with them; the others are repaired, or carried where the row is refused for something else now. A
// warning stands as long as the accepted row does.
func (b *Book) again(ctx context.Context) error {
	if err := b.inheritWaivers(ctx, SQL.SQL("same_again", data.Contract{}, nil)); err != nil {
		return err
	}
	return b.move(ctx, SQL.SQL("settle_again", data.Contract{}, statement.P{"unsettled": unsettled}))
}

// withinRun moves on the problems of rows that a newer file of the same run brings again, as they are moved on when the
// files come one by one.
func (b *Book) withinRun(ctx context.Context) error {
	if len(b.Files) < 2 {
		return nil
	}
	n, err := b.set(ctx, "told", `select problem_no, file_no, export, severity, code, column_id, value, row_key as key from ops.problems
		where row_key is not null and state in `+unsettled+` and file_no in (select file_no from new_files)`)
	if err != nil || n == 0 {
		return err
	}
	if err := b.inheritWaivers(ctx, SQL.SQL("waived_within", data.Contract{}, nil)); err != nil {
		return err
	}
	exports, err := b.Tx.Query(ctx, "select export from told group by export having count(distinct file_no) > 0 order by export")
	if err != nil {
		return err
	}
	for _, row := range exports.Rows {
		export, _ := row[0].(string)
		c, known := data.ContractOf(export)
		if !known {
			continue
		}
		for _, query := range []string{"carried_within", "repaired_within"} {
			if err := b.move(ctx, SQL.SQL(query, c, statement.P{"parts": len(c.Key), "unsettled": unsettled})); err != nil {
				return err
			}
		}
	}
	return nil
}

// inheritWaivers has the waivers of old problems hold for the same problems in a newer file. pairs gives old, new and the
// number of the newer file.
func (b *Book) inheritWaivers(ctx context.Context, pairs string) error {
	n, err := b.set(ctx, "inherited", fmt.Sprintf(`select distinct i.* from (%s) i
		where exists (select 1 from ops.problems o where o.problem_no = i.old and o.state = 'waived') and exists (select 1 from ops.problems n where n.problem_no = i.new and n.state = 'open')`, pairs))
	if err != nil || n == 0 {
		return err
	}
	for _, sql := range []string{
		`insert into ops.waivers select i.new, w.waived_by, w.reason, w.waived_at from (select new, min(old) as old from inherited group by new) i
			join (select problem_no, waived_by, reason, waived_at from ops.waivers qualify row_number() over (partition by problem_no order by waived_at desc) = 1) w on w.problem_no = i.old`,
		"update ops.problems set state = 'waived' where problem_no in (select new from inherited)",
	} {
		if _, err := b.Tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return b.move(ctx, "select old as problem_no, min(file_no) as file_no, 'carried' as state from inherited group by old")
}

// named closes what was said of IDs that a list has named meanwhile, also where the row waits for another list or was
// accepted with a warning.
func (b *Book) named(ctx context.Context) error {
	open, err := b.Tx.Query(ctx, "select distinct export, column_id from ops.problems where state = 'open' and code = 'unknown_reference' order by all")
	if err != nil {
		return err
	}
	for _, row := range open.Rows {
		export, _ := row[0].(string)
		id, _ := row[1].(string)
		c, known := data.ContractOf(export)
		if !known {
			continue
		}
		of := slices.Concat(check.References(c, true), check.References(c, false))
		i := slices.IndexFunc(of, func(r check.Reference) bool { return r.Column.ID == id })
		if i < 0 {
			continue
		}
		if err := b.move(ctx, SQL.SQL("named", c, statement.P{"column": id, "target": of[i].Target, "id": of[i].ID, "last": b.lastFile()})); err != nil {
			return err
		}
	}
	return nil
}

// copies closes the problems of files whose marked copy has been loaded, and of the copies before it: what is still wrong
// stands open against the copy and is carried there, everything else has been repaired. Rows of the original that wait for
// a registry wait in the copy.
func (b *Book) copies(ctx context.Context) error {
	for _, f := range b.Files {
		if f.Copy == nil || f.State != Loaded {
			continue
		}
		before, err := b.Tx.Query(ctx, `select f.file_no, f.file_id = ? from ops.files f left join ops.copies o on o.file_no = f.file_no join ops.copies n on n.file_no = ?
			where f.file_no < n.file_no and coalesce(o.copy_of, f.file_no) = n.copy_of order by f.file_no`, f.Copy.File, f.No)
		if err != nil {
			return err
		}
		for _, row := range before.Rows {
			original, _ := row[0].(int64)
			for _, l := range b.Lines {
				if l.File != f || l.Earlier || l.Problem != "" {
					continue
				}
				shift := int64(0) // copies made before of the same file have their rows where this one has them
				if row[1] == true {
					shift = l.Shift
				}
				if err := b.supersede(ctx, l, original, shift); err != nil {
					return pipelines.Errorf("close the problems of %s: %w", f.Copy.Name, err)
				}
			}
		}
	}
	return nil
}

func (b *Book) supersede(ctx context.Context, l *Line, original, shift int64) error {
	c, known := data.ContractOf(l.Export)
	if !known {
		return nil
	}
	p := statement.P{"copy": l.No, "original": original, "shift": shift, "table": l.Table, "unsettled": unsettled}
	if err := b.inheritWaivers(ctx, SQL.SQL("same_in_copy", c, p)); err != nil {
		return err
	}
	if err := b.move(ctx, SQL.SQL("settle_copy", c, p)); err != nil {
		return err
	}
	_, err := SQL.Exec(ctx, b.Tx, "waits_in_copy", c, p)
	return err
}

// reread closes what was said of a whole file that could not be read, or was held, once a newer file of its name has been
// loaded: nobody has to release the held one any more.
func (b *Book) reread(ctx context.Context) error {
	unread, err := b.Tx.Query(ctx, `select distinct f.name from ops.files f where f.state = 'held' or exists (select 1 from ops.problems p
		where p.file_no = f.file_no and p."row" is null and p.state = 'open' and p.severity in ('reject', 'hold'))`)
	if err != nil {
		return err
	}
	for _, f := range b.Files {
		if f.State != Loaded || !slices.ContainsFunc(unread.Rows, func(row []any) bool { return row[0] == f.Name }) {
			continue
		}
		if err := b.move(ctx, SQL.SQL("reread", data.Contract{}, statement.P{"file": f.No, "name": f.Name})); err != nil {
			return err
		}
		if _, err := b.Tx.Exec(ctx, "update ops.files set state = ? where state = ? and name = ? and file_no < ?", Corrected, Held, f.Name, f.No); err != nil {
			return err
		}
		for _, o := range b.Files {
			o.Mended = o.Mended || o.State == Held && o.File.Name == f.Name && o.No < f.No
		}
	}
	return nil
}

// TakeUp moves rows that had waited out of the waiting room and the quarantine, into the counts of their own files. released
// is the table they stand in. It says how many.
func (b *Book) TakeUp(ctx context.Context, c data.Contract, released string) (int64, error) {
	p := statement.P{"released": released, "last": b.lastFile(), "unsettled": unsettled}
	if err := b.move(ctx, SQL.SQL("taken_up", c, p)); err != nil {
		return 0, err
	}
	return SQL.Exec(ctx, b.Tx, "take_up", c, p)
}
