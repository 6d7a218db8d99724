package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/model"
	"hulian/pipelines/sealed"
	"hulian/pipelines/warehouse"
)

// Keep is how many generations stay where the manifest does not say, the current one included: readers that pinned an
// older one finish in peace, and a person can look at what was published before.
const Keep = 5

// copied are the schemas a snapshot holds; what only the models need among themselves stays behind. With what waits for a
// registry everything is there that cannot be computed again: a lost warehouse is filled from a snapshot, see Refill.
var copied = []string{"exports", "history", "waiting", "ops", "marts"}

// loaded are those of them that no model builds.
var loaded = []string{"exports", "history", "waiting", "ops"}

// inner are tables of those schemas that serve the building alone.
var inner = []string{"ops.fingerprints"}

// passing are columns that say when something was done, not what is known: the same files give the same snapshot.
var passing = map[string][]string{
	"ops.files":          {"landed_at"},
	"ops.reconciliation": {"run_id"},
	"ops.problems":       {"run_id"},
}

// table is one table to copy.
type table struct {
	name    string // schema.table
	columns []string
	dated   string // the column that puts a row into a month, where the table may be large; else empty
	content TableContent
}

// rows is how many rows the table has, as its content says.
func (t table) rows() int64 {
	n, _, _ := sumsOf(t.content.Content) // what is no number is none: the table is copied whole
	return n
}

// Publish writes the warehouse's exports, history, ops and marts as a new generation of the town's folder and makes
// it the current one. When the content equals the current generation's, and every file of that is what was written, that one
// is returned and nothing is written.
func Publish(ctx context.Context, w *warehouse.Warehouse, dir string, m Manifest) (Generation, error) {
	tables, err := tablesOf(ctx, w)
	if err == nil {
		err = m.describe(ctx, w, tables)
	}
	if err != nil {
		next := "run the pipeline again"
		if errors.Is(err, pipelines.ErrDamaged) {
			next = warehouse.Mend
		}
		return Generation{}, &pipelines.Fault{Op: "publish", At: w.Path(), Err: err, Next: next}
	}
	current, err := whole(ctx, dir)
	switch {
	case ctx.Err() != nil:
		return Generation{}, ctx.Err()
	case err == nil && current.Hash == m.Hash:
		return current, nil
	case err != nil: // nothing is built upon what may be damaged
		current = Generation{}
	}
	all := numbers(dir)
	m.Generation = 1
	if len(all) > 0 {
		m.Generation = all[len(all)-1] + 1
	}
	clearUnfinished(dir, current.Number)
	if m.PublishedAt.IsZero() {
		m.PublishedAt = time.Now().UTC()
	}
	if err := write(ctx, w, dir, m, tables, current); err != nil {
		err = errors.Join(err, remove(dir, m.Generation))
		return Generation{}, &pipelines.Fault{Op: "publish generation " + strconv.Itoa(m.Generation), At: dir, Err: err,
			Next: "the snapshot published before stays; free some disk space or check the folder's permissions, then run again"}
	}
	keep := m.Keep
	if keep < 1 {
		keep = Keep
	}
	for _, n := range numbers(dir) {
		if n <= m.Generation-keep {
			_ = remove(dir, n) // what stays, such as a file that another program has open, is deleted by the next Publish
		}
	}
	return Read(dir, m.Generation)
}

// whole returns the generation the pointer names where every file of it is what was written.
func whole(ctx context.Context, dir string) (Generation, error) {
	g, err := Named(dir)
	if err == nil && len(g.Manifest.Files) == 0 {
		err = errUnsealed
	}
	if err == nil {
		err = Verify(ctx, dir, g)
	}
	return g, err
}

// clearUnfinished removes what a publish that did not finish left: files that were never complete, and, where the current
// generation is whole, those above it, which were never served. Else they may be the best there is.
func clearUnfinished(dir string, current int) {
	for _, folder := range []string{snapshotFolder, martsFolder} {
		entries, _ := os.ReadDir(filepath.Join(dir, folder))
		for _, entry := range entries {
			n := numberOf(entry.Name())
			if strings.Contains(entry.Name(), part) || current > 0 && n > current {
				_ = os.RemoveAll(filepath.Join(dir, folder, entry.Name())) // what stays is in nobody's way
			}
		}
	}
}

// tablesOf lists the tables to copy, in order of name.
func tablesOf(ctx context.Context, w *warehouse.Warehouse) ([]table, error) {
	found, err := columnsOf(ctx, w, "current_database()", copied)
	if err != nil {
		return nil, err
	}
	sizes, err := w.Query(ctx, "select schema_name || '.' || table_name from duckdb_tables() where database_name = current_database() and estimated_size < "+strconv.Itoa(replacedRows))
	if err != nil {
		return nil, err
	}
	small := map[string]bool{}
	for _, row := range sizes.Rows {
		small[row[0].(string)] = true
	}
	tables := slices.DeleteFunc(found, func(t table) bool { return slices.Contains(inner, t.name) })
	for i, t := range tables {
		if !small[t.name] { // how large a view is nobody knows
			tables[i].dated = datedBy(t)
		}
	}
	if !slices.ContainsFunc(tables, func(t table) bool { return strings.HasPrefix(t.name, "marts.") }) {
		return nil, errors.New("the warehouse holds no marts: the models have not been built")
	}
	return tables, nil
}

// datedBy names the column that puts a row of a table into a month; none where it has none, or where a column says only when it was landed.
func datedBy(t table) string {
	schema, name, _ := strings.Cut(t.name, ".")
	contract, known := data.ContractOf(name)
	for _, column := range []string{"month", contract.DatedBy} {
		if slices.Contains(t.columns, `"`+column+`"`) && passing[t.name] == nil && (schema == "marts" || known && schema == "exports") {
			return column
		}
	}
	return ""
}

// columnsOf lists the tables of some schemas of a database, in order of name. Database is an expression.
func columnsOf(ctx context.Context, w *warehouse.Warehouse, database string, schemas []string) ([]table, error) {
	found, err := w.Query(ctx, "select table_schema || '.' || table_name, string_agg('\"' || column_name || '\"', ',' order by ordinal_position) "+
		"from information_schema.columns where table_catalog = "+database+" and table_schema in ('"+strings.Join(schemas, "', '")+"') "+
		"group by table_schema, table_name order by 1")
	if err != nil {
		return nil, err
	}
	var tables []table
	for _, row := range found.Rows {
		tables = append(tables, table{name: row[0].(string), columns: strings.Split(row[1].(string), ",")})
	}
	return tables, nil
}

// contentOf sums up one table; empty says that it is known to hold no row.
func contentOf(ctx context.Context, w *warehouse.Warehouse, t table, empty bool) (c TableContent, err error) {
	c.Table = t.name
	if empty {
		c.Content = model.NoContent
		if passing[t.name] != nil {
			c.Passing = model.NoContent
		}
		return c, nil
	}
	if t.dated != "" {
		c.Content, c.Months, err = model.ContentByMonth(ctx, w, t.name, t.dated)
		if t.content = c; t.rows() < replacedRows {
			c.Months = nil
		}
		return c, err
	}
	leaving := passing[t.name]
	if c.Content, err = model.ContentOf(ctx, w, t.name, leaving...); err == nil && leaving != nil {
		c.Passing, err = model.ContentOf(ctx, w, t.name)
	}
	return c, err
}

// describe fills in what the manifest says of the content.
func (m *Manifest) describe(ctx context.Context, w *warehouse.Warehouse, tables []table) error {
	hash := sha256.New()
	m.Tables = nil
	filled, err := model.Filled(ctx, w)
	if err != nil {
		return err
	}
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0)) // most tables are too small to keep a second thread of the engine at work
	for i, t := range tables {
		group.Go(func() (err error) {
			rows, known := filled[t.name]
			if tables[i].content, err = contentOf(within, w, t, known && !rows); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, t := range tables {
		fmt.Fprintf(hash, "%s(%s)=%s\n", t.name, strings.Join(t.columns, ","), t.content.Content)
		m.Tables = append(m.Tables, t.content)
	}
	m.Hash = hex.EncodeToString(hash.Sum(nil))
	facts, err := w.Query(ctx, "select value from marts.snapshot_facts where key = 'cut_off'")
	if err != nil {
		return err
	}
	if len(facts.Rows) > 0 {
		m.CutOff = fmt.Sprint(facts.Rows[0][0])
	}
	files, err := w.Query(ctx, "select file_id, name, coalesce(state, '') from ops.files order by file_no")
	if err != nil {
		return err
	}
	m.Inputs = []Input{}
	for _, row := range files.Rows {
		m.Inputs = append(m.Inputs, Input{FileID: fmt.Sprint(row[0]), Name: fmt.Sprint(row[1]), State: fmt.Sprint(row[2])})
	}
	if m.Checks == nil {
		m.Checks = []model.CheckResult{}
	}
	return nil
}

// write makes the files of one generation and then moves the pointer. Each step is complete on disk before the next.
// What the generation before, if there is one, already holds is taken from there.
func write(ctx context.Context, w *warehouse.Warehouse, dir string, m Manifest, tables []table, before Generation) error {
	snapshots, marts := filepath.Join(dir, snapshotFolder), filepath.Join(dir, martsFolder)
	for _, folder := range []string{snapshots, marts} {
		if err := durable.MkdirAll(folder); err != nil {
			return err
		}
	}
	base := filepath.Join(snapshots, generationName(m.Generation))
	parquet := filepath.Join(marts, generationName(m.Generation))
	same := unchanged(before, m)
	// Side by side: each is one processor's work for most of its time.
	group, both := errgroup.WithContext(ctx)
	group.Go(func() error {
		return writeDatabase(both, w, base+".duckdb"+part, m.Generation, tables, before, same)
	})
	group.Go(func() error {
		return writeParquet(both, w, parquet+part, tables, filepath.Join(marts, generationName(before.Number)), same)
	})
	if err := group.Wait(); err != nil {
		return err
	}
	var err error
	if m.Files, err = written(ctx, dir, base+".duckdb", parquet); err != nil {
		return err
	}
	content, err := sealed.Document(m)
	if err != nil {
		return err
	}
	if err := writeSynced(base+".json"+part, content); err != nil {
		return err
	}
	for _, path := range []string{base + ".duckdb", parquet, base + ".json"} {
		if err := os.Rename(path+part, path); err != nil {
			return err
		}
	}
	if err := errors.Join(durable.Sync(snapshots), durable.Sync(marts)); err != nil {
		return err
	}
	return point(dir, m)
}

// written sums up the files of a generation while they are still called unfinished, under the names they will have.
func written(ctx context.Context, dir, database, parquet string) ([]File, error) {
	paths := []string{database + part}
	entries, err := os.ReadDir(parquet + part)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		paths = append(paths, filepath.Join(parquet+part, entry.Name()))
	}
	var all []File
	for _, path := range paths {
		file, err := sumOf(ctx, path)
		if err != nil {
			return nil, err
		}
		file.Path = strings.Replace(relative(dir, path), part, "", 1)
		all = append(all, file)
	}
	return all, nil
}

// writeSynced writes a file under the name of something unfinished, which the next Publish clears away.
func writeSynced(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, durable.FileMode)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}
