package ledger

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/statement"
	"hulian/pipelines/warehouse"
)

// The states of a file in ops.files.
const (
	Loaded    = "loaded"
	Rejected  = "rejected"
	Held      = "held"
	SetAside  = "set_aside"
	Corrected = "corrected" // it was held, and a newer file of its name has been loaded: nobody has to release it any more
)

// Book writes the tables of one run.
type Book struct {
	Tx    *warehouse.Tx
	RunID string
	Zone  *time.Location // of the programme
	// Alone says that nothing is known of other files.
	Alone bool
	Files []*File
	Lines []*Line
}

// File is one file of a run.
type File struct {
	land.File
	Place    int64 // among the files, in the order in which they have their say
	AsOf     time.Time
	State    string
	Aside    bool // a person has set it aside: it is not read
	Mended   bool // it was held, and a newer file of the run with its name has been loaded
	ReadWith string
	Copy     *decode.Marked // what it says of itself, where it is the marked copy of a file
	Name     string         // as mapping files know it: of a marked copy the name of its original

	FirstMonth, LastMonth string   // that it speaks of, where it was not loaded; without a last one: all from the first on
	Months                []string // likewise, where it speaks of these alone
	Glimpsed              []string // months that a rough look at what could not be read found in it, in order
	covers                bool
}

// Cover adds months to those a file speaks of. Without a last one it speaks of all from the first on.
func (f *File) Cover(first, last string) {
	if !f.covers {
		f.FirstMonth, f.LastMonth, f.covers = first, last, true
		return
	}
	f.FirstMonth = min(f.FirstMonth, first)
	if last == "" || f.LastMonth == "" {
		f.LastMonth = ""
	} else {
		f.LastMonth = max(f.LastMonth, last)
	}
}

// Line is one table of one file on its way into one export, or a table, or a whole file, that could not be read.
type Line struct {
	*File
	Feed     int64
	Table    string
	Export   string
	Earlier  bool // rows of an earlier run that had waited
	Complete bool // a registry's full list
	Orphans  bool // unknown references only warn
	Shift    int64
	ReadAs   pipelines.ReadAs
	Places   []Place  // of the contract's columns
	Lacks    []string // columns of the contract that nothing gives
	Details  pipelines.Details

	Read, Accepted, Quarantined, Ignored, Warnings int64

	Problem pipelines.Code // it could not be read
}

// Place is where a person finds a column: its letter and its header in the file.
type Place struct{ Column, Letter, Header string }

// Wall gives the wall clock of the programme's zone as the engine's time without a zone.
func (b *Book) Wall(t time.Time) time.Time {
	l := t.In(b.Zone)
	return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), l.Nanosecond(), time.UTC)
}

// Begin makes the temporary tables of a run and writes its files into them. With behind, new files have their say after
// all that were loaded before, wherever they belong.
func (b *Book) Begin(ctx context.Context, behind bool) error {
	if _, err := SQL.Exec(ctx, b.Tx, "begin", data.Contract{}, nil); err != nil {
		return err
	}
	if err := b.append("new_files", func(yield func(...driver.Value) error) error {
		for _, f := range b.Files {
			if err := yield(f.No, f.AsOf); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return b.places(ctx, behind)
}

// places writes the order in which files have their say: that of their arrival, but for marked copies, which mend the file
// they were made of and stand behind it.
func (b *Book) places(ctx context.Context, behind bool) error {
	known, err := b.Tx.Query(ctx, "select f.file_no, f.file_id, c.copy_of from ops.files f left join ops.copies c on c.file_no = f.file_no order by f.file_no")
	if err != nil {
		return err
	}
	type standing struct{ root, no int64 }
	var all []standing
	roots, added := map[string]int64{}, map[int64]bool{}
	add := func(no int64, id string, root int64) {
		roots[id] = root
		if !added[no] {
			all, added[no] = append(all, standing{root, no}), true
		}
	}
	for _, row := range known.Rows {
		no, _ := row[0].(int64)
		id, _ := row[1].(string)
		root, ok := row[2].(int64)
		if !ok {
			root = no
		}
		add(no, id, root)
	}
	for _, f := range b.Files {
		root := f.No
		if f.Copy != nil {
			if of, ok := roots[f.Copy.File]; ok && of < f.No && !behind {
				root = of
			}
		}
		add(f.No, f.ID, root)
	}
	slices.SortFunc(all, func(x, y standing) int {
		if x.root != y.root {
			return int(x.root - y.root)
		}
		return int(x.no - y.no)
	})
	at := map[int64]int64{}
	if err := b.append("places", func(yield func(...driver.Value) error) error {
		for i, s := range all {
			at[s.no] = int64(i + 1)
			if err := yield(s.no, int64(i+1)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, f := range b.Files {
		f.Place = at[f.No]
	}
	return nil
}

// Enter writes tables that are about to be loaded into the run's feeds.
func (b *Book) Enter(lines ...*Line) error {
	b.Lines = append(b.Lines, lines...)
	return b.append("feeds", func(yield func(...driver.Value) error) error {
		for _, l := range lines {
			if l.Problem != "" {
				continue
			}
			if err := yield(l.Feed, l.No, l.Table, l.Export, l.Earlier, l.Orphans); err != nil {
				return err
			}
		}
		return nil
	})
}

// Withdraw takes the tables of a file out of the run's feeds.
func (b *Book) Withdraw(ctx context.Context, file int64) error {
	_, err := b.Tx.Exec(ctx, "delete from feeds where file_no = ? and not earlier", file)
	return err
}

// Found is something wrong with a row.
type Found struct {
	Feed, Row int64
	Column    string // empty: the row as a whole
	Code      pipelines.Code
	Severity  pipelines.Severity
	Value     string
	Detail    pipelines.Detail
	Letter    string // and Header: of the cell, where it is not the column's own
	Header    string
}

// Find writes what typing found wrong with rows of an export.
func (b *Book) Find(export string, all []Found) error {
	if len(all) == 0 {
		return nil
	}
	return b.append("found", func(yield func(...driver.Value) error) error {
		for _, f := range all {
			if err := yield(export, f.Feed, f.Row, orNull(f.Column), string(f.Code), string(f.Severity), orNull(f.Value), orNull(f.Detail.String()), orNull(f.Letter), orNull(f.Header)); err != nil {
				return err
			}
		}
		return nil
	})
}

func orNull(text string) driver.Value {
	if text == "" {
		return nil
	}
	return text
}

// append writes rows into a temporary table, or into one of a schema.
func (b *Book) append(table string, rows func(yield func(...driver.Value) error) error) error {
	return b.appendTo("", table, rows)
}

func (b *Book) appendTo(schema, table string, rows func(yield func(...driver.Value) error) error) error {
	appender, err := b.Tx.Appender(schema, table)
	if err != nil {
		return pipelines.Errorf("write %s: %w", table, err)
	}
	err = rows(appender.Row)
	if closed := appender.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return pipelines.Errorf("write %s: %w", table, err)
	}
	return nil
}

// write writes files, tables and problems of the run, once everything is known of them.
func (b *Book) write(ctx context.Context) error {
	for _, step := range []func(context.Context) error{b.writeFiles, b.writeCovers, b.writeCopies, b.writeLines, b.writeLacks, b.writeProblems} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Forget takes back what an earlier run said of the files, which were refused or held then.
func (b *Book) Forget(ctx context.Context) error {
	for _, table := range []string{"files", "reconciliation", "problems", "copies", "covers", "lacks"} {
		if _, err := b.Tx.Exec(ctx, "delete from ops."+table+" where file_no in (select file_no from new_files)"); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) writeFiles(ctx context.Context) error {
	if err := b.Forget(ctx); err != nil {
		return err
	}
	return b.appendTo("ops", "files", func(yield func(...driver.Value) error) error {
		for _, f := range b.Files {
			if err := yield(f.No, f.ID, f.File.Name, f.Origin, f.Size, b.Wall(f.ReceivedAt), f.AsOf, b.Wall(f.LandedAt), f.State, f.ReadWith); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeCovers keeps which months files speak of that were not loaded.
func (b *Book) writeCovers(context.Context) error {
	return b.appendTo("ops", "covers", func(yield func(...driver.Value) error) error {
		for _, f := range b.Files {
			if f.State != Held && f.State != Rejected {
				continue
			}
			for _, month := range f.Months {
				if err := yield(f.No, month, month); err != nil {
					return err
				}
			}
			if len(f.Months) > 0 {
				continue
			}
			if err := yield(f.No, orNull(f.FirstMonth), orNull(f.LastMonth)); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeCopies keeps which files are marked copies, and of what: of a copy of a copy, the file the first one was made of.
func (b *Book) writeCopies(ctx context.Context) error {
	if b.Alone {
		return nil
	}
	for _, f := range b.Files {
		if f.Copy == nil || f.State != Loaded {
			continue
		}
		if _, err := b.Tx.Exec(ctx, `insert into ops.copies select ?, min(coalesce(c.copy_of, f.file_no)), ? from ops.files f left join ops.copies c on c.file_no = f.file_no
			where f.file_id = ? and f.file_no < ? and f.state = 'loaded' having count(*) > 0`, f.No, f.Copy.Partial, f.Copy.File, f.No); err != nil {
			return err
		}
	}
	return nil
}

// Reconciliations lists one line a table of every file of the run, in order of arrival.
func (b *Book) Reconciliations() []pipelines.Reconciliation {
	var all []pipelines.Reconciliation
	for _, f := range b.Files {
		for _, l := range b.Lines {
			if l.File != f || l.Earlier || f.State == Held && l.Problem == "" {
				continue
			}
			all = append(all, pipelines.Reconciliation{
				FileID: f.ID, Name: f.File.Name, Sheet: l.Table, Export: l.Export, Read: l.Read, Accepted: l.Accepted, Quarantined: l.Quarantined,
				Ignored: l.Ignored, Warnings: l.Warnings, Problem: l.Problem, Detail: l.Details, ReadAs: l.ReadAs,
			})
		}
	}
	return all
}

func (b *Book) writeLines(context.Context) error {
	return b.appendTo("ops", "reconciliation", func(yield func(...driver.Value) error) error {
		for _, l := range b.Lines {
			if l.Earlier || l.State == Held && l.Problem == "" || l.Origin == pipelines.OriginEntered { // nobody handed those in
				continue
			}
			if err := yield(l.No, l.Table, l.Export, l.Read, l.Accepted, l.Quarantined, l.Ignored, l.Warnings, orNull(string(l.Problem)), l.Details.String(), b.RunID,
				l.Complete && l.Problem == "", readAs(l.ReadAs)); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeLacks keeps which columns the tables of files do not give. Where one file holds several tables of an export, it gives a
// column that one of them gives.
func (b *Book) writeLacks(context.Context) error {
	type at struct {
		file   int64
		export string
	}
	var order []at
	lacks := map[at][]string{}
	for _, l := range b.Lines {
		if l.Earlier || l.Problem != "" || l.State != Loaded {
			continue
		}
		k := at{l.No, l.Export}
		if before, seen := lacks[k]; seen {
			lacks[k] = slices.DeleteFunc(before, func(id string) bool { return !slices.Contains(l.Lacks, id) })
			continue
		}
		order, lacks[k] = append(order, k), slices.Clone(l.Lacks)
	}
	return b.appendTo("ops", "lacks", func(yield func(...driver.Value) error) error {
		for _, k := range order {
			for _, id := range lacks[k] {
				if err := yield(k.file, k.export, id); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// readAs gives what a table was taken for as ops.reconciliation keeps it; null where nothing could be told.
func readAs(r pipelines.ReadAs) driver.Value {
	if r.Format == "" {
		return nil
	}
	text, err := json.Marshal(r)
	if err != nil {
		panic("how a table was read cannot be written: " + err.Error()) // texts and numbers only
	}
	return string(text)
}

// writeProblems numbers what was found and adds where a person finds it.
func (b *Book) writeProblems(ctx context.Context) error {
	if err := b.append("found_at", func(yield func(...driver.Value) error) error {
		for _, l := range b.Lines {
			for _, p := range l.Places {
				if p.Header != "" {
					if err := yield(l.Feed, p.Column, p.Letter, p.Header); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}); err != nil {
		return err
	}
	if _, err := SQL.Exec(ctx, b.Tx, "write_problems", data.Contract{}, statement.P{"run": b.RunID}); err != nil {
		return err
	}
	return b.writeUnread(ctx)
}

// writeUnread numbers what is said of whole files and tables.
func (b *Book) writeUnread(ctx context.Context) error {
	last, err := b.Tx.Query(ctx, "select coalesce(max(problem_no), 0) from ops.problems")
	if err != nil {
		return err
	}
	no, _ := last.Rows[0][0].(int64)
	return b.appendTo("ops", "problems", func(yield func(...driver.Value) error) error {
		for _, l := range b.Lines {
			if l.Problem == "" {
				continue
			}
			severity := pipelines.SeverityReject
			if l.State == Held {
				severity = pipelines.SeverityHold
			}
			no++
			if err := yield(no, l.No, l.Table, l.Export, nil, nil, nil, nil, string(l.Problem), string(severity), nil, orNull(l.Details.First().String()), string(pipelines.ProblemOpen), b.RunID, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// Warn counts the accepted rows of every table that somebody should look at, those that had waited among the warnings of
// their own file.
func (b *Book) Warn(ctx context.Context) error {
	counted, err := SQL.Query(ctx, b.Tx, "warnings", data.Contract{}, nil)
	if err != nil {
		return err
	}
	for _, row := range counted.Rows {
		for _, l := range b.Lines {
			if l.Feed != row[0] {
				continue
			}
			l.Warnings, _ = row[1].(int64)
			if !l.Earlier {
				continue
			}
			if _, err := b.Tx.Exec(ctx, "update ops.reconciliation set warnings = warnings + ? where file_no = ? and sheet = ? and export = ?", l.Warnings, l.No, l.Table, l.Export); err != nil {
				return err
			}
		}
	}
	return nil
}

// First gives the first problems of the run's files, those of whole files in front.
func (b *Book) First(ctx context.Context, most int) (problems []pipelines.Problem, err error) {
	rows, err := SQL.Query(ctx, b.Tx, "first_problems", data.Contract{}, statement.P{"most": most})
	if err != nil {
		return nil, err
	}
	for _, r := range rows.Rows {
		text := func(i int) string { s, _ := r[i].(string); return s }
		row, _ := r[6].(int64)
		problems = append(problems, pipelines.Problem{
			Code: pipelines.Code(text(0)), Severity: pipelines.Severity(text(1)), Export: text(2), FileID: text(3), File: text(4),
			Sheet: text(5), Row: row, Letter: text(7), Column: text(8), Header: text(9), Value: text(10), Detail: pipelines.ParseDetail(text(11)),
		})
	}
	return problems, nil
}

// End drops the run's temporary tables: the connection lives on.
func (b *Book) End(ctx context.Context) error {
	made, err := b.Tx.Query(ctx, `select 'view', view_name from duckdb_views() where temporary and not internal
		union all select 'table', table_name from duckdb_tables() where temporary`)
	if err != nil {
		return err
	}
	for _, row := range made.Rows {
		name, _ := row[1].(string)
		if _, err := b.Tx.Exec(ctx, fmt.Sprintf("drop %s temp.%s", row[0], statement.Quote(name))); err != nil {
			return err
		}
	}
	return nil
}
