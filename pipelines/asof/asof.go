package asof

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load"
	"hulian/pipelines/model"
	"hulian/pipelines/warehouse"
)

// Config says which town is looked back on, and how far.
type Config struct {
	Snapshot    string    // path of a published snapshot file
	Day         time.Time // what had arrived by the end of this day is known; it is also the cut-off
	Programme   data.Programme
	Threads     int
	MemoryLimit string
	Progress    pipelines.Progress // nil: silent
}

// Rebuild returns a warehouse in memory that holds what was known on the day; its view `measures` is the long table.
// The caller closes it.
func Rebuild(ctx context.Context, c Config) (_ *warehouse.Warehouse, err error) {
	day := c.Day.Format(time.DateOnly)
	w, err := warehouse.Open(ctx, warehouse.Config{Threads: c.Threads, MemoryLimit: c.MemoryLimit})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	if err := w.Exec(ctx, "attach '"+strings.ReplaceAll(c.Snapshot, "'", "''")+"' as published (read_only)"); err != nil {
		return nil, &pipelines.Fault{Op: "look back to " + day + " in", At: c.Snapshot, Err: err}
	}
	if err := w.Transact(ctx, func(tx *warehouse.Tx) error { return restore(ctx, tx, day) }); err != nil {
		next := ""
		if errors.Is(err, errTooEarly) {
			next = "name a later day"
		}
		return nil, &pipelines.Fault{Op: "look back to " + day + " in", At: c.Snapshot, Err: err, Next: next}
	}
	if err := w.Exec(ctx, "detach published"); err != nil {
		return nil, err
	}
	if _, err := model.Build(ctx, w, model.Config{CutOff: c.Day, Programme: c.Programme, Progress: c.Progress}); err != nil {
		return nil, err
	}
	return w, w.Exec(ctx, "create view main.measures as select * from marts.measures")
}

var errTooEarly = errors.New("no file had arrived by")

// restore fills the tables of a warehouse with what the files received by the end of the day brought.
func restore(ctx context.Context, tx *warehouse.Tx, day string) error {
	if err := load.Prepare(ctx, tx); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, "insert into ops.files by name select * from published.ops.files where cast(received_at as date) <= cast(? as date)", day)
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("%w %s", errTooEarly, day)
	}
	for _, table := range []string{"reconciliation", "problems", "quarantine"} {
		statement := fmt.Sprintf("insert into ops.%[1]s by name select * from published.ops.%[1]s where file_no in (select file_no from ops.files)", table)
		if _, err := tx.Exec(ctx, statement); err != nil {
			return fmt.Errorf("restore ops.%s: %w", table, err)
		}
	}
	// Snapshots made before these tables were kept tell states as they are now, and of no late rows.
	there, err := tx.Query(ctx, "select table_name from duckdb_tables() where database_name = 'published' and schema_name = 'ops'")
	if err != nil {
		return err
	}
	kept := func(table string) bool {
		return slices.ContainsFunc(there.Rows, func(row []any) bool { return row[0] == table })
	}
	if kept("copies") && kept("settled") && kept("waivers") {
		if err := restoreStates(ctx, tx, day); err != nil {
			return fmt.Errorf("restore the states of problems: %w", err)
		}
	}
	for _, contract := range data.Contracts() {
		late := "false"
		if kept("late") {
			late = load.Late(contract, "published.ops")
		}
		if err := restoreExport(ctx, tx, contract, late); err != nil {
			return fmt.Errorf("restore %s: %w", contract.Export, err)
		}
	}
	return nil
}

// restoreStates opens problems again that were settled by files that had not arrived, or waived later.
func restoreStates(ctx context.Context, tx *warehouse.Tx, day string) error {
	for _, statement := range []string{
		"insert into ops.copies by name select * from published.ops.copies where file_no in (select file_no from ops.files)",
		"insert into ops.settled by name select * from published.ops.settled where problem_no in (select problem_no from ops.problems)",
		"insert into ops.waivers by name select * from published.ops.waivers where problem_no in (select problem_no from ops.problems) and cast(waived_at as date) <= cast('" + day + "' as date)",
		`update ops.problems set state = case when problem_no in (select problem_no from ops.waivers) then 'waived' else 'open' end
			where problem_no in (select problem_no from ops.settled where file_no not in (select file_no from ops.files))`,
		"update ops.problems set state = 'open' where state = 'waived' and problem_no not in (select problem_no from ops.waivers)",
	} {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// restoreExport puts the versions of an export that had arrived where they stood: a version whose successor had not
// arrived yet is current again. Files may be received in another order than they were loaded in; then the newest of
// several standing versions is the current one and the others lie behind it. late is the condition that a version v had not
// come yet, though the file it counts as brought by had.
func restoreExport(ctx context.Context, tx *warehouse.Tx, contract data.Contract, late string) error {
	var columns, key []string
	for _, column := range contract.Columns {
		columns = append(columns, `"`+column.ID+`"`)
	}
	for _, id := range contract.Key {
		key = append(key, `"`+id+`"`)
	}
	list := strings.Join(columns, ", ") + ", _file, _row"
	// What a late row ended before it came stands as long as the late row does: the chain of late rows behind it, each
	// until the next, tells until when.
	statement := fmt.Sprintf(`create or replace temp table arrived as
		with versions as (
			select %[1]s, cast(null as bigint) as until_file from published.exports.%[2]s
			union all
			select %[1]s, _until_file from published.history.%[2]s
		),
		told as (
			select *, until_file is distinct from _file and %[4]s as late from versions v where _file in (select file_no from ops.files)
		),
		ordered as (
			select *, row_number() over same as place, count(*) filter (where not late) over same as chain,
				not coalesce(lead(late) over same, false) or until_file is distinct from lead(_file) over same as ends
			from told window same as (partition by %[3]s order by _file, until_file is distinct from _file, late, until_file nulls last, _row rows between unbounded preceding and current row)
		),
		chained as (
			select *, nullif(arg_min(coalesce(until_file, -1), place) filter (where ends) over (partition by %[3]s, chain), -1) as told_until from ordered
		),
		known as (
			select %[1]s, case when told_until in (select file_no from ops.files) then told_until end as until_file from chained where not late
		)
		select *, lead(_file) over (partition by until_file is null, %[3]s order by _file, _row) as next_file from known`,
		list, contract.Export, strings.Join(key, ", "), late)
	if _, err := tx.Exec(ctx, statement); err != nil {
		return err
	}
	order := ""
	if contract.DatedBy != "" {
		order = ` order by "` + contract.DatedBy + `"`
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf("insert into exports.%[1]s by name select %[2]s from arrived where until_file is null and next_file is null%[3]s", contract.Export, list, order)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, fmt.Sprintf("insert into history.%[1]s by name select %[2]s, coalesce(until_file, next_file) as _until_file from arrived where until_file is not null or next_file is not null", contract.Export, list))
	return err
}
