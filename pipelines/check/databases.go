package check

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/model"
	"hulian/pipelines/publish"
	"hulian/pipelines/warehouse"
)

// databases reads the warehouse and the snapshots, and compares the manifest with the first of them that can be read.
func (k *checking) databases(ctx context.Context, inventory land.Inventory) error {
	compared, err := k.warehouse(ctx, inventory)
	if err != nil {
		return err
	}
	generations, err := k.snapshots(ctx, inventory)
	if err != nil || len(generations) == 0 {
		return err
	}
	newest := generations[len(generations)-1]
	if compared {
		return k.differing(ctx, newest)
	}
	return k.reading(ctx, newest.Path, func(q pipelines.Querier) error { return k.compare(ctx, q, inventory, false) })
}

// reading opens a database read-only.
func (k *checking) reading(ctx context.Context, path string, do func(pipelines.Querier) error) (err error) {
	w, err := warehouse.Open(ctx, warehouse.Config{Path: path, ReadOnly: true, MemoryLimit: k.MemoryLimit, Threads: k.Threads})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	return do(w)
}

// warehouse reads every table of the warehouse to its last row, so that every block of it is held to its checksum, and
// whether its counts add up. whole says that the manifest was compared with it.
func (k *checking) warehouse(ctx context.Context, inventory land.Inventory) (whole bool, err error) {
	path := filepath.Join(k.Dir, warehouseName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		switch published := len(publish.Numbers(k.Dir)) > 0; {
		case len(inventory.Lines) == 0:
		case published:
			k.found(pipelines.Finding{Code: pipelines.FoundWarehouseGone, Curable: true}, path)
		default:
			k.found(pipelines.Finding{Code: pipelines.FoundNotLoaded, Count: int64(len(inventory.Lines)), Note: true, Curable: true}, land.Manifest(filepath.Join(k.Dir, landedName)))
		}
		return false, nil
	}
	err = k.reading(ctx, path, func(q pipelines.Querier) error {
		if err := k.tables(ctx, q); err != nil {
			return err
		}
		if err := k.counts(ctx, q, path); err != nil {
			return err
		}
		return k.compare(ctx, q, inventory, true)
	})
	switch {
	case err == nil:
		return true, nil
	case ctx.Err() != nil:
		return false, ctx.Err()
	case errors.Is(err, pipelines.ErrDamaged):
		k.fault(pipelines.Finding{Code: pipelines.FoundWarehouse, Curable: true}, &pipelines.Fault{At: path, Err: err})
		return false, nil
	}
	return false, err
}

// differing compares what was loaded into the warehouse with the newest whole generation, where both were made of the same files.
func (k *checking) differing(ctx context.Context, newest publish.Generation) error {
	path := filepath.Join(k.Dir, warehouseName)
	return k.reading(ctx, path, func(q pipelines.Querier) error {
		if trusted, err := ledger.Trusted(ctx, q); err != nil || !trusted {
			return err
		}
		tables, err := publish.Differing(ctx, q, newest)
		if len(tables) > 0 {
			k.found(pipelines.Finding{Code: pipelines.FoundWarehouseDiffers, Count: int64(newest.Number), Detail: strings.Join(tables, ", "), Curable: true}, path)
		}
		return err
	})
}

// tables reads every table to its last row.
func (k *checking) tables(ctx context.Context, q pipelines.Querier) error {
	found, err := q.Query(ctx, "select schema_name, table_name, estimated_size from duckdb_tables() where database_name = current_database() order by 1, 2")
	if err != nil {
		return err
	}
	filled, err := model.Filled(ctx, q)
	if err != nil {
		filled = nil // one of them cannot be read: which one is found below
	}
	k.Progress.Stage("check", len(found.Rows))
	for _, row := range found.Rows {
		table := fmt.Sprintf(`"%s"."%s"`, row[0], row[1])
		rows, known := filled[fmt.Sprintf("%s.%s", row[0], row[1])]
		if never := known && !rows && row[2] == int64(0); !never { // rows that were deleted lie in it still
			if _, err := model.ContentOf(ctx, q, table); err != nil {
				return err
			}
		}
		k.report.Tables++
		k.Progress.Step(table)
	}
	return nil
}

// accounts gives the tables of files whose rows do not add up: what was read is not what became of it, or fewer or more rows
// are kept in quarantine than were refused.
const accounts = `
select f.name, r.sheet
from ops.reconciliation r
join ops.files f on f.file_no = r.file_no
left join (select file_no, sheet, export, count(*) as refused from ops.quarantine group by file_no, sheet, export) q
    on q.file_no = r.file_no and q.sheet is not distinct from r.sheet and q.export is not distinct from r.export
where r.rows_read <> r.accepted + r.quarantined + r.ignored or r.quarantined <> coalesce(q.refused, 0)
order by r.file_no, r.sheet`

func (k *checking) counts(ctx context.Context, q pipelines.Querier, path string) error {
	there, err := q.Query(ctx, "select 1 from duckdb_tables() where schema_name = 'ops' and table_name = 'reconciliation' and database_name = current_database()")
	if err != nil || len(there.Rows) == 0 {
		return err
	}
	wrong, err := q.Query(ctx, accounts)
	if err != nil {
		return err
	}
	for _, row := range wrong.Rows {
		name := fmt.Sprint(row[0])
		if row[1] != nil && row[1] != "" {
			name += fmt.Sprintf(" [%s]", row[1])
		}
		k.found(pipelines.Finding{Code: pipelines.FoundCounts, Detail: name, Curable: true}, path)
	}
	return nil
}

// snapshots holds every generation to its hashes and to its content, and the pointer to a whole one. It returns the
// generations that are whole, oldest first.
func (k *checking) snapshots(ctx context.Context, inventory land.Inventory) (whole []publish.Generation, err error) {
	numbers := publish.Numbers(k.Dir)
	if len(numbers) == 0 {
		if len(inventory.Lines) > 0 {
			k.found(pipelines.Finding{Code: pipelines.FoundNotPublished, Note: true, Curable: true}, filepath.Join(k.Dir, "snapshots"))
		}
		return nil, nil
	}
	current, err := publish.Named(k.Dir)
	if err != nil {
		// What is wrong with the generation itself is told below; here, that the pointer leads to none.
		pointer := filepath.Join(k.Dir, "snapshots", "current")
		k.fault(pipelines.Finding{Code: pipelines.FoundPointer, Curable: true}, &pipelines.Fault{At: pointer, Err: err})
		k.report.Findings[len(k.report.Findings)-1].At = "snapshots/current"
	}
	k.Progress.Stage("check", len(numbers))
	for _, number := range numbers {
		g, err := k.generation(ctx, number)
		if err != nil {
			return nil, err
		}
		if g.Number > 0 {
			whole = append(whole, g)
		}
		if g.Number > 0 && g.Number == current.Number && len(g.Manifest.Files) == 0 {
			k.found(pipelines.Finding{Code: pipelines.FoundOlderGeneration, Count: int64(number), Note: true, Curable: true}, g.Path)
		}
	}
	return whole, nil
}

// generation holds one generation to its hashes and its content; the zero one where it is damaged.
func (k *checking) generation(ctx context.Context, number int) (publish.Generation, error) {
	k.Progress.Step(fmt.Sprintf("generation %d", number))
	like := pipelines.Finding{Code: pipelines.FoundSnapshot, Count: int64(number), Curable: true}
	g, err := publish.Read(k.Dir, number)
	if err == nil {
		err = publish.Verify(ctx, k.Dir, g)
	}
	if err == nil {
		like.Code = pipelines.FoundSnapshotContent
		err = publish.VerifyContent(ctx, g)
	}
	switch {
	case ctx.Err() != nil:
		return g, ctx.Err()
	case errors.Is(err, pipelines.ErrDamaged):
		for _, part := range parts(err) {
			k.fault(like, part)
		}
		return publish.Generation{}, nil
	case err != nil:
		return g, err
	}
	k.report.Tables += len(g.Manifest.Tables)
	return g, nil
}

// parts takes apart what errors.Join has joined.
func parts(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error }) //nolint:errorlint // taken apart by hand
	if !ok {
		return []error{err}
	}
	return joined.Unwrap()
}
