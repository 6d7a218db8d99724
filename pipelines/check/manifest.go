package check

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/load/ledger"
)

// loadedFile is one row of ops.files: what a database knows of a landed file.
type loadedFile struct {
	land.File // times as the database has them, read in the town's zone
}

// loadedFiles reads what a database knows of landed files, by number.
func (k *checking) loadedFiles(ctx context.Context, q pipelines.Querier) (map[int64]loadedFile, error) {
	there, err := q.Query(ctx, "select 1 from duckdb_tables() where schema_name = 'ops' and table_name = 'files' and database_name = current_database()")
	if err != nil || len(there.Rows) == 0 {
		return nil, err
	}
	found, err := q.Query(ctx, "select file_no, file_id, coalesce(name, ''), coalesce(origin, ''), size, received_at, landed_at from ops.files")
	if err != nil {
		return nil, err
	}
	all := map[int64]loadedFile{}
	for _, row := range found.Rows {
		var f land.File
		var received, landed time.Time
		f.No, _ = row[0].(int64)
		f.ID, f.Name, f.Origin = fmt.Sprint(row[1]), fmt.Sprint(row[2]), fmt.Sprint(row[3])
		f.Size, _ = row[4].(int64)
		received, _ = row[5].(time.Time)
		landed, _ = row[6].(time.Time)
		f.ReceivedAt, f.LandedAt = k.inZone(received), k.inZone(landed)
		all[f.No] = loadedFile{f}
	}
	return all, nil
}

// inZone reads a time that is kept without its zone as one of the town's.
func (k *checking) inZone(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), k.Zone).UTC()
}

// compare holds the manifest to what a database knows of its files: every loaded file stands in it, under its number, with
// its content, name and size. current says that the database is the warehouse: what only the manifest names is not loaded yet.
func (k *checking) compare(ctx context.Context, q pipelines.Querier, inventory land.Inventory, current bool) error {
	loaded, err := k.loadedFiles(ctx, q)
	if err != nil || loaded == nil {
		return err
	}
	manifest := land.Manifest(filepath.Join(k.Dir, landedName))
	var waiting int64
	timed := agreeing(inventory.Lines, loaded)
	for _, line := range inventory.Lines {
		known, there := loaded[line.No]
		delete(loaded, line.No)
		switch {
		case line.Err != nil: // told already
		case !there:
			waiting++
		case differs(line.File, known.File), timed && !sameTimes(line.File, known.File):
			k.found(pipelines.Finding{Code: pipelines.FoundManifestDiffers, Count: line.No, Detail: known.Name, Curable: true}, manifest)
		}
	}
	for _, no := range slices.Sorted(maps.Keys(loaded)) {
		k.found(pipelines.Finding{Code: pipelines.FoundManifestLost, Detail: loaded[no].Name, Curable: true}, manifest)
	}
	trusted, err := ledger.Trusted(ctx, q)
	if err != nil {
		return err
	}
	if !trusted { // a repair ended before the run did that loads everything anew
		waiting = int64(len(inventory.Lines))
	}
	if waiting > 0 && current {
		k.found(pipelines.Finding{Code: pipelines.FoundNotLoaded, Count: waiting, Note: true, Curable: true}, manifest)
	}
	return nil
}

// differs reports whether a line says something else of a file than a database. A file without a name was loaded by a version
// that could not read it.
func differs(line, known land.File) bool {
	return line.ID != known.ID || line.Size != known.Size || known.Name != "" && line.Name != known.Name || known.Origin != "" && line.Origin != known.Origin
}

// agreeing reports whether the times of most lines are those a database has. Where they are not, the town's zone has changed
// since its files were loaded, and times tell nothing.
func agreeing(lines []land.Line, loaded map[int64]loadedFile) bool {
	same, both := 0, 0
	for _, line := range lines {
		if known, there := loaded[line.No]; there && line.Err == nil {
			both++
			if sameTimes(line.File, known.File) {
				same++
			}
		}
	}
	return 2*same > both
}

// sameTimes compares times as a database keeps them, to the microsecond.
func sameTimes(a, b land.File) bool {
	near := func(x, y time.Time) bool { return x.Sub(y).Abs() <= time.Microsecond }
	return near(a.ReceivedAt, b.ReceivedAt) && near(a.LandedAt, b.LandedAt)
}
