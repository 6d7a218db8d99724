package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/model"
	"hulian/pipelines/warehouse"
)

// Keep is how many generations stay where the manifest does not say, the current one included: readers that pinned an older one finish in peace, and
// a person can look at what was published before.
const Keep = 5

// copied are the schemas a snapshot holds; what the loader or the models need only among themselves stays behind.
var copied = []string{"exports", "history", "ops", "marts"}

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
}

// Publish writes the warehouse's exports, history, ops and marts as a new generation of the town's folder and makes
// it the current one. When the content equals the current generation's, that one is returned and nothing is written.
func Publish(ctx context.Context, w *warehouse.Warehouse, dir string, m Manifest) (Generation, error) {
	tables, err := tablesOf(ctx, w)
	if err != nil {
		return Generation{}, &pipelines.Fault{Op: "publish", At: w.Path(), Err: err, Next: "run the pipeline again"}
	}
	if err := m.describe(ctx, w, tables); err != nil {
		return Generation{}, &pipelines.Fault{Op: "publish", At: w.Path(), Err: err, Next: "run the pipeline again"}
	}
	current, err := Current(dir)
	if err == nil && current.Hash == m.Hash {
		return current, nil
	}
	all := numbers(dir)
	m.Generation = current.Number + 1
	if len(all) > 0 {
		m.Generation = max(m.Generation, all[len(all)-1]+1)
	}
	// What lies above the pointer was never served: a publish that did not finish.
	for _, n := range all {
		if n > current.Number && (err == nil || errors.Is(err, pipelines.ErrNotPublished)) {
			remove(dir, n)
		}
	}
	if m.PublishedAt.IsZero() {
		m.PublishedAt = time.Now().UTC()
	}
	if err := write(ctx, w, dir, m, tables); err != nil {
		remove(dir, m.Generation)
		return Generation{}, &pipelines.Fault{Op: "publish generation " + strconv.Itoa(m.Generation), At: dir, Err: err,
			Next: "the snapshot published before stays; free some disk space or check the folder's permissions, then run again"}
	}
	keep := m.Keep
	if keep < 1 {
		keep = Keep
	}
	for _, n := range numbers(dir) {
		if n <= m.Generation-keep {
			remove(dir, n)
		}
	}
	return readGeneration(dir, m.Generation)
}

// tablesOf lists the tables to copy, in order of name.
func tablesOf(ctx context.Context, w *warehouse.Warehouse) ([]table, error) {
	found, err := w.Query(ctx, "select table_schema || '.' || table_name, string_agg('\"' || column_name || '\"', ',' order by ordinal_position) "+
		"from information_schema.columns where table_catalog = current_database() and table_schema in ('"+strings.Join(copied, "', '")+"') "+
		"group by table_schema, table_name order by 1")
	if err != nil {
		return nil, err
	}
	var tables []table
	marts := false
	for _, row := range found.Rows {
		name := row[0].(string)
		if slices.Contains(inner, name) {
			continue
		}
		marts = marts || strings.HasPrefix(name, "marts.")
		tables = append(tables, table{name: name, columns: strings.Split(row[1].(string), ",")})
	}
	if !marts {
		return nil, errors.New("the warehouse holds no marts: the models have not been built")
	}
	return tables, nil
}

// describe fills in what the manifest says of the content.
func (m *Manifest) describe(ctx context.Context, w *warehouse.Warehouse, tables []table) error {
	hash := sha256.New()
	m.Tables = nil
	for _, t := range tables {
		content, err := model.ContentOf(ctx, w, t.name, passing[t.name]...)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		fmt.Fprintf(hash, "%s(%s)=%s\n", t.name, strings.Join(t.columns, ","), content)
		m.Tables = append(m.Tables, TableContent{Table: t.name, Content: content})
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
func write(ctx context.Context, w *warehouse.Warehouse, dir string, m Manifest, tables []table) error {
	snapshots, marts := filepath.Join(dir, snapshotFolder), filepath.Join(dir, martsFolder)
	for _, folder := range []string{snapshots, marts} {
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
	}
	base := filepath.Join(snapshots, generationName(m.Generation))
	if err := writeDatabase(ctx, w, base+".duckdb"+part, m.Generation, tables); err != nil {
		return err
	}
	parquet := filepath.Join(marts, generationName(m.Generation))
	if err := writeParquet(ctx, w, parquet+part, tables); err != nil {
		return err
	}
	content, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	if err := writeSynced(base+".json"+part, append(content, '\n')); err != nil {
		return err
	}
	for _, path := range []string{base + ".duckdb", parquet, base + ".json"} {
		if err := os.Rename(path+part, path); err != nil {
			return err
		}
	}
	if err := errors.Join(syncPath(snapshots), syncPath(marts)); err != nil {
		return err
	}
	if err := writeSynced(filepath.Join(snapshots, pointer+part), []byte(strconv.Itoa(m.Generation)+"\n")); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(snapshots, pointer+part), filepath.Join(snapshots, pointer)); err != nil {
		return err
	}
	return syncPath(snapshots)
}

// writeDatabase copies the tables into a database file of its own and adds the views of main.
func writeDatabase(ctx context.Context, w *warehouse.Warehouse, path string, number int, tables []table) (err error) {
	os.Remove(path)
	os.Remove(path + ".wal")
	alias := generationName(number)
	alias = strings.ReplaceAll(alias, "-", "_")
	if err := w.Exec(ctx, fmt.Sprintf("attach '%s' as %s", strings.ReplaceAll(path, "'", "''"), alias)); err != nil {
		return err
	}
	detached := false
	detach := func() error {
		if detached {
			return nil
		}
		detached = true
		// Not the caller's context: a cancelled run must still let go of the file.
		return w.Exec(context.WithoutCancel(ctx), "detach "+alias)
	}
	defer func() { err = errors.Join(err, detach()) }()
	for _, schema := range copied {
		if err := w.Exec(ctx, "create schema "+alias+"."+schema); err != nil {
			return err
		}
	}
	for _, t := range tables {
		if err := w.Exec(ctx, fmt.Sprintf("create table %s.%s as from %s", alias, t.name, t.name)); err != nil {
			return fmt.Errorf("copy %s: %w", t.name, err)
		}
	}
	if err := detach(); err != nil {
		return err
	}
	if err := addViews(ctx, path, tables); err != nil {
		return err
	}
	return syncPath(path)
}

// addViews opens the copy by itself, so that the views name its own tables and nothing of the warehouse, and closes
// it, which checkpoints.
func addViews(ctx context.Context, path string, tables []table) (err error) {
	snapshot, err := warehouse.Open(ctx, warehouse.Config{Path: path})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	for _, t := range tables {
		schema, name, _ := strings.Cut(t.name, ".")
		if schema == "history" {
			continue
		}
		columns := t.columns
		if contract, ok := data.ContractOf(name); ok && schema == "exports" {
			columns = nil
			for _, c := range contract.Columns {
				columns = append(columns, `"`+c.ID+`"`)
			}
		}
		if err := snapshot.Exec(ctx, fmt.Sprintf(`create view main."%s" as select %s from %s`, name, strings.Join(columns, ", "), t.name)); err != nil {
			return fmt.Errorf("view of %s: %w", t.name, err)
		}
	}
	return snapshot.Exec(ctx, "checkpoint")
}

func writeParquet(ctx context.Context, w *warehouse.Warehouse, folder string, tables []table) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for _, t := range tables {
		name, ok := strings.CutPrefix(t.name, "marts.")
		if !ok {
			continue
		}
		path := filepath.Join(folder, name+".parquet")
		if err := w.Exec(ctx, fmt.Sprintf("copy (from %s) to '%s' (format parquet, compression zstd)", t.name, strings.ReplaceAll(path, "'", "''"))); err != nil {
			return fmt.Errorf("write %s: %w", filepath.Base(path), err)
		}
		if err := syncPath(path); err != nil {
			return err
		}
	}
	return syncPath(folder)
}

func writeSynced(path string, content []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncPath makes a file or the names in a folder last through a power cut.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
