package merge

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/statement"
)

//go:embed sql
var files embed.FS

// SQL is the set of this package's statements.
var SQL = func() *statement.Set {
	folder, err := fs.Sub(files, "sql")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return statement.Parse(folder)
}()

// Change counts what happened to one export's current rows.
type Change struct {
	Inserted int64
	Replaced int64
	Retired  int64
	Months   []string // YYYY-MM of dated rows that came, changed or went, in order; nil for registries
}

// Any reports whether anything changed.
func (c Change) Any() bool { return c.Inserted+c.Replaced+c.Retired > 0 }

func (c *Change) month(month string) {
	if at, known := slices.BinarySearch(c.Months, month); !known {
		c.Months = slices.Insert(c.Months, at, month)
	}
}

// Rows are the good rows of one export.
type Rows struct {
	data.Contract
	Tx       statement.Runner
	Good     string // a query in brackets: columns of the contract, _file, _row, _feed, _silent
	Repeated bool   // keys may stand more than once among them
	// Lacks lists, by feed, the columns its file lacks.
	Lacks map[int64][]string
	// Silent has the bits of the columns that some of the rows say nothing of: see typing.Row.
	Silent int64
	// Behind says that what stands has had its say, wherever rows belong.
	Behind bool
}

func (r *Rows) exec(ctx context.Context, name string, p statement.P) (int64, error) {
	if p == nil {
		p = statement.P{}
	}
	p["good"] = r.Good
	return SQL.Exec(ctx, r.Tx, name, r.Contract, p)
}

// carried lists the columns that some of the files lack, or some of their rows say nothing of: their values are carried over
// from the version before.
func (r *Rows) carried() (columns []carried) {
	for i, column := range r.Columns {
		if slices.Contains(r.Key, column.ID) {
			columns = append(columns, carried{ID: column.ID})
			continue
		}
		var feeds []string
		for feed, lacks := range r.Lacks {
			if slices.Contains(lacks, column.ID) {
				feeds = append(feeds, strconv.FormatInt(feed, 10))
			}
		}
		slices.Sort(feeds)
		of := carried{ID: column.ID, feeds: feeds}
		if r.Silent&(1<<i) != 0 {
			of.bit = 1 << i
		}
		columns = append(columns, of)
	}
	return columns
}

// carried is one column, the feeds whose files lack it, and the bit by which a row says nothing of it; 0 where every row does.
type carried struct {
	ID    string
	feeds []string
	bit   int64
}

// Silent is the condition that a row says nothing of the column; empty where every row does.
func (c carried) Silent(table string) string {
	var ways []string
	if len(c.feeds) > 0 {
		ways = append(ways, table+"._feed in ("+strings.Join(c.feeds, ", ")+")")
	}
	if c.bit != 0 {
		ways = append(ways, fmt.Sprintf("(coalesce(%s._silent, 0) & %d) <> 0", table, c.bit))
	}
	if len(ways) == 0 {
		return ""
	}
	return "(" + strings.Join(ways, " or ") + ")"
}

// Events merges rows of events and snapshots: their absence means nothing.
func (r *Rows) Events(ctx context.Context, change *Change) error {
	again, err := r.again(ctx)
	if err != nil {
		return err
	}
	if again > 0 {
		if err := r.overtaken(ctx); err != nil {
			return err
		}
	}
	if r.DatedBy != "" {
		if err := r.months(ctx, change, "new_months", statement.P{"again": again > 0}); err != nil {
			return err
		}
	}
	order, err := r.order(ctx, "from typed_"+r.Export+" where not _bad")
	if err != nil {
		return err
	}
	n, err := r.exec(ctx, "insert_new", statement.P{"again": again > 0, "order": order})
	if err != nil {
		return err
	}
	change.Inserted += n
	if again == 0 {
		return nil
	}
	if _, err := r.exec(ctx, "versions", statement.P{"carried": r.carried()}); err != nil {
		return err
	}
	if r.DatedBy != "" {
		if err := r.months(ctx, change, "changed_months", nil); err != nil {
			return err
		}
	}
	if _, err := r.exec(ctx, "gone", nil); err != nil {
		return err
	}
	if _, err := r.exec(ctx, "keep_history", nil); err != nil {
		return err
	}
	deleted, err := r.exec(ctx, "delete_replaced", nil)
	if err != nil {
		return err
	}
	inserted, err := r.exec(ctx, "insert_versions", nil)
	if err != nil {
		return err
	}
	change.Replaced += deleted
	change.Inserted += inserted - deleted
	return nil
}

// ErrBefore says that rows belong before others that are there, and would change what came of them.
var ErrBefore = errors.New("rows belong before others that are there")

// overtaken leaves out rows that belong before a file that has been loaded, as those of marked copies may, and that say what
// was known at their place already. What others of them say cannot be brought in behind.
func (r *Rows) overtaken(ctx context.Context) error {
	newest, err := r.Tx.Query(ctx, `select coalesce(max(p.place), 0) from ops.reconciliation l join places p on p.file_no = l.file_no
		where l.export = ? and l.accepted > 0 and l.file_no not in (select file_no from new_files)`, r.Export)
	if err != nil || newest.Rows[0][0] == int64(0) {
		return err
	}
	if _, err := r.exec(ctx, "late", statement.P{"newest": newest.Rows[0][0], "carried": r.carried()}); err != nil {
		return err
	}
	counted, err := r.Tx.Query(ctx, "select count(*), count(*) filter (where not known) from late")
	if err != nil || counted.Rows[0][0] == int64(0) {
		return err
	}
	if counted.Rows[0][1] != int64(0) && !r.Behind {
		return ErrBefore
	}
	r.Good = "(select * from " + r.Good + " t where not exists (select 1 from late l where l._feed = t._feed and l._row = t._row))"
	return nil
}

// again gathers the keys that need more than an insert: those that stand in the table already, and those that several
// files of the run bring.
func (r *Rows) again(ctx context.Context) (int64, error) {
	standing, err := statement.Count(ctx, r.Tx, "exports."+r.Export)
	if err != nil || standing == 0 && !r.Repeated {
		return 0, err
	}
	if _, err := r.exec(ctx, "again", statement.P{"repeated": r.Repeated}); err != nil {
		return 0, err
	}
	return statement.Count(ctx, r.Tx, "again")
}

// months adds the months a query names to those a change touches.
func (r *Rows) months(ctx context.Context, change *Change, query string, p statement.P) error {
	if p == nil {
		p = statement.P{}
	}
	p["good"] = r.Good
	found, err := SQL.Query(ctx, r.Tx, query, r.Contract, p)
	if err != nil {
		return err
	}
	change.add(found)
	return nil
}

func (c *Change) add(months pipelines.Table) {
	for _, row := range months.Rows {
		if month, ok := row[0].(time.Time); ok {
			c.month(month.Format("2006-01"))
		}
	}
}

// order gives the clause that puts new rows in order of time, so that a month's rows lie together; empty where they come
// in order anyway. What is compared is how far the blocks the engine stores overlap, not single rows: sorting ten million
// rows that a system exported in order would cost more than reading them. Each of the engine's threads may have brought a
// row of blocks of its own, so that as many overlap as there are threads.
func (r *Rows) order(ctx context.Context, from string) (string, error) {
	if r.DatedBy == "" {
		return "", nil
	}
	spans, err := r.Tx.Query(ctx, fmt.Sprintf(`select count(*), sum(date_diff('day', early, late)), date_diff('day', min(early), max(late)) from (
		select min(%[1]s) as early, max(%[1]s) as late %[2]s group by rowid // 122880)`, statement.Quote(r.DatedBy), from))
	if err != nil {
		return "", err
	}
	blocks, _ := spans.Rows[0][0].(int64)
	overlap, _ := spans.Rows[0][1].(int64)
	if sum, ok := spans.Rows[0][1].(float64); ok {
		overlap = int64(sum)
	}
	whole, _ := spans.Rows[0][2].(int64)
	if abreast := int64(max(2, runtime.GOMAXPROCS(0))); blocks <= 1 || overlap <= 2*abreast*(whole+blocks) {
		return "", nil
	}
	return "order by " + statement.Quote(r.DatedBy), nil
}

// List is one file that brings rows of a registry.
type List struct {
	File int64
	Full bool // it names everything there is: what it does not name has gone
}

// Registry merges lists of a registry, one file after the other. A version of a row holds until a newer list says
// something else of its key, or is full and does not name it; a row that a list refused still names its key.
func (r *Rows) Registry(ctx context.Context, lists []List, change *Change) error {
	for _, list := range lists {
		if _, err := r.exec(ctx, "list_changes", statement.P{"file": list.File, "full": list.Full, "carried": r.carried()}); err != nil {
			return err
		}
		counted, err := r.Tx.Query(ctx, "select count(*) filter (where fresh and rid is null), count(*) filter (where fresh and rid is not null), count(*) filter (where not fresh) from changes")
		if err != nil {
			return err
		}
		n := func(i int) int64 { v, _ := counted.Rows[0][i].(int64); return v }
		if n(0)+n(1)+n(2) == 0 {
			continue
		}
		change.Inserted, change.Replaced, change.Retired = change.Inserted+n(0), change.Replaced+n(1), change.Retired+n(2)
		if _, err := r.exec(ctx, "list_apply", statement.P{"file": list.File}); err != nil {
			return err
		}
	}
	return nil
}
