package load

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/check"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/load/match"
	"hulian/pipelines/load/merge"
	"hulian/pipelines/load/statement"
	"hulian/pipelines/load/typing"
	"hulian/pipelines/personal"
	"hulian/pipelines/warehouse"
)

// feed is one table of one file on its way into one export.
type feed struct {
	line    *ledger.Line
	table   decode.Table
	segment match.Segment
	plan    match.Plan
	reader  *typing.Reader
	lacks   []string // columns the file lacks

	handed, passedOver, last atomic.Int64 // rows given to the engine, rows a mapping's condition leaves out, the last row that holds anything
	mu                       sync.Mutex
	nothing                  int64
	alone                    int64 // rows whose key the second file does not hold
	words                    map[string]bool

	typed, refused int64 // rows that were looked at, and those refused
	aside          int64 // rows that people have set aside, or that tell of an event another row of the file tells of
}

// full reports whether the table is a registry's full list: what it does not name has gone.
func (f *feed) full() bool {
	c, file := f.plan.Contract, f.line.File
	if c.Kind != data.Registry || file.Copy != nil && file.Copy.Partial {
		return false
	}
	return f.plan.Export == nil || f.plan.Export.Mode != "changes" && f.plan.Export.Keeps() == ""
}

// notes says what was seen while the rows were read.
func (f *feed) notes() {
	if f.nothing > 0 {
		words := slices.Sorted(maps.Keys(f.words))
		if len(words) > typing.WordsShown {
			words = append(words[:typing.WordsShown], "…")
		}
		f.line.Details = append(f.line.Details, pipelines.NewDetail(pipelines.DetailNothing, append([]any{f.nothing}, anys(words)...)...))
	}
	if f.alone > 0 {
		f.line.Details = append(f.line.Details, pipelines.NewDetail(pipelines.DetailAlone, f.alone))
	}
	if n := f.passedOver.Load(); n > 0 {
		f.line.Details = append(f.line.Details, pipelines.NewDetail(pipelines.DetailPassedOver, n))
	}
}

// saw adds what one thread has seen.
func (f *feed) saw(c typing.Counts) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nothing += c.Nothing
	f.alone += c.Alone
	if f.words == nil {
		f.words = map[string]bool{}
	}
	maps.Copy(f.words, c.Words)
}

// reach notes the number of a row that holds anything.
func (f *feed) reach(no int64) {
	for {
		last := f.last.Load()
		if no <= last || f.last.CompareAndSwap(last, no) {
			return
		}
	}
}

// count is how many rows of the file belong to the table: blank ones between others among them, the header not.
func (f *feed) count() int64 {
	last := f.last.Load()
	if last < f.segment.First {
		return 0
	}
	return max(last-f.segment.First+1-f.segment.HeaderRows, 0)
}

// limit is the first moment a row of the file cannot know of: the second day after it was received, so that clocks that
// differ and files sent around midnight are forgiven.
func (r *run) limit(file *ledger.File) time.Time {
	return r.book.Wall(file.ReceivedAt).Truncate(24*time.Hour).AddDate(0, 0, 2)
}

// begin writes what the SQL of this run needs to know of its files and feeds into temporary tables.
func (r *run) begin(ctx context.Context) error {
	for _, file := range r.book.Files {
		if err := r.speaksFor(ctx, file); err != nil {
			return err
		}
	}
	if err := r.book.Begin(ctx, r.letGo); err != nil {
		return err
	}
	lines := make([]*ledger.Line, 0, len(r.feeds))
	for _, f := range r.feeds {
		lines = append(lines, f.line)
	}
	refused := r.book.Lines
	r.book.Lines = nil
	if err := r.book.Enter(lines...); err != nil {
		return err
	}
	r.book.Lines = append(r.book.Lines, refused...)
	return r.inDoubt(ctx)
}

// inDoubt holds files of which the rows can be counted in two ways.
func (r *run) inDoubt(ctx context.Context) error {
	for _, f := range r.feeds {
		d := f.table.Doubt
		if d == nil || f.line.State == ledger.Held {
			continue
		}
		detail := pipelines.NewDetail(pipelines.DetailTwoCounts, d.Rows, d.Lines, d.Row, personal.Mask(d.Text))
		if d.LineEnds {
			detail.Code = pipelines.DetailLineEnds
		}
		if a, ok := r.acceptance(f.line.File.File); ok {
			f.line.Details = append(f.line.Details, detail, pipelines.NewDetail(pipelines.DetailAccepted, a.by, a.reason))
			continue
		}
		if err := r.holdFile(ctx, f.line.File, f.line.Export, pipelines.RowsInDoubt, detail); err != nil {
			return err
		}
	}
	return nil
}

// holdFile keeps a file back until a person releases it.
func (r *run) holdFile(ctx context.Context, file *ledger.File, export string, code pipelines.Code, detail pipelines.Detail) error {
	file.State = ledger.Held
	r.book.Lines = append(r.book.Lines, &ledger.Line{File: file, Export: export, Problem: code, Details: pipelines.Details{detail}})
	return r.book.Withdraw(ctx, file.No)
}

// hold finds full lists that fell to less than half of the rows of the one before. Their whole file waits, until a person
// releases it, who may say why: that is noted with the lists that would have waited.
func (r *run) hold(ctx context.Context) error {
	if r.book.Alone {
		return nil
	}
	before, err := r.tx.Query(ctx, `select export, sum(rows_read - ignored) from ops.reconciliation r
		where complete and file_no = (select max(file_no) from ops.reconciliation l where l.export = r.export and l.complete) group by export`)
	if err != nil {
		return err
	}
	last := map[string]int64{}
	for _, row := range before.Rows {
		export, _ := row[0].(string)
		last[export], _ = row[1].(int64)
	}
	for _, file := range r.book.Files {
		rows := map[string]int64{}
		for _, f := range r.feeds {
			if f.line.File == file && f.line.Complete {
				rows[f.line.Export] += f.handed.Load()
			}
		}
		by, released := r.acceptance(file.File)
		for _, export := range slices.Sorted(maps.Keys(rows)) {
			n, was := rows[export], last[export]
			if n*2 >= was {
				continue
			}
			if !released { // all of them are told: who releases the file releases them together
				if err := r.holdFile(ctx, file, export, pipelines.RowCountFallen, pipelines.NewDetail(pipelines.DetailFell, was, n)); err != nil {
					return err
				}
				continue
			}
			for _, f := range r.feeds {
				if f.line.File == file && f.line.Complete && f.line.Export == export {
					f.line.Details = append(f.line.Details, pipelines.NewDetail(pipelines.DetailConfirmed, was, n, by.by, by.reason))
				}
			}
		}
		if file.State != ledger.Held {
			maps.Copy(last, rows)
		}
	}
	if !slices.ContainsFunc(r.book.Files, func(f *ledger.File) bool { return f.State == ledger.Held }) {
		return nil
	}
	for _, rows := range r.rows {
		if _, err := r.tx.Exec(ctx, "delete from typed_"+rows.Export+" where _feed not in (select feed from feeds)"); err != nil {
			return err
		}
	}
	return nil
}

// lacks lists, by feed, the columns the files of an export lack.
func (r *run) lacks(c data.Contract) map[int64][]string {
	all := map[int64][]string{}
	for _, f := range r.feeds {
		if f.line.Export == c.Export && len(f.lacks) > 0 {
			all[f.line.Feed] = f.lacks
		}
	}
	return all
}

// large splits the feeds of an export into those whose rows are stored by one statement each, and the others. Large are
// those of events, of a file that brings no other table of the same export, so that file and number name a row.
//
// Rows with IDs are small where others have none: they are compared with each other.
//
// Records that leave out names would lose what they are silent of when their rows are given back, which matters where other
// rows may have their keys: then they are small.
func (r *run) large(ctx context.Context, c data.Contract) (large, small []*feed, err error) {
	feeds := slices.DeleteFunc(slices.Clone(r.feeds), func(f *feed) bool { return f.line.Export != c.Export })
	met := len(feeds) > 1
	if !met && len(feeds) == 1 && feeds[0].table.Omits && feeds[0].table.Count() >= r.config.Large {
		standing, err := r.tx.Query(ctx, fmt.Sprintf("select exists (from exports.%[1]s) or exists (from waiting.%[1]s)", c.Export))
		if err != nil {
			return nil, nil, err
		}
		met = standing.Rows[0][0] == true
	}
	unnamed, err := r.unnamed(ctx, c, feeds)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range feeds {
		if f.line.State == ledger.Held || f.line.Earlier {
			continue
		}
		alone := !slices.ContainsFunc(r.feeds, func(o *feed) bool { return o != f && o.line.File == f.line.File && o.line.Export == c.Export })
		if c.Kind == data.Registry || r.decided.rows[c.Export] || r.decided.only[f.line.No] != nil || f.table.Count() < r.config.Large || !alone || f.line.Copy != nil || f.plan.Export.Keeps() != "" || unnamed || f.table.Omits && met {
			small = append(small, f)
		} else {
			large = append(large, f)
		}
	}
	return large, small, nil
}

// unnamed reports whether rows of an export, of this run or before, came without their ID.
func (r *run) unnamed(ctx context.Context, c data.Contract, feeds []*feed) (bool, error) {
	if len(c.AlternateKey) == 0 {
		return false, nil
	}
	if slices.ContainsFunc(feeds, (*feed).makesKeys) {
		return true, nil
	}
	found, err := r.tx.Query(ctx, "select exists (from ops.lacks where export = ? and column_id = ?)", c.Export, c.Key[0])
	return err == nil && found.Rows[0][0] == true, err
}

// makesKeys reports whether the file gives no key, so that one is made of other columns.
func (f *feed) makesKeys() bool { return slices.Contains(f.lacks, f.plan.Contract.Key[0]) }

// typeRows types the rows of feeds into the export's temporary table; of all of the export's feeds where none are named.
func (r *run) typeRows(ctx context.Context, c data.Contract, feeds ...*feed) error {
	if len(feeds) == 0 {
		feeds = slices.DeleteFunc(slices.Clone(r.feeds), func(f *feed) bool { return f.line.Export != c.Export || f.line.State == ledger.Held })
	}
	if len(feeds) == 0 {
		return nil
	}
	in := newIncoming(ctx, c, feeds)
	if err := r.typed(ctx, c, in); err != nil {
		return err
	}
	return r.counted(in)
}

// typed makes the temporary table of an export's typed rows from what comes in. A table is made by one statement, because
// the engine makes a table in parallel but fills a standing one with one thread.
func (r *run) typed(ctx context.Context, c data.Contract, in warehouse.Feed) error {
	read, done := r.engine.Feed(in)
	defer done()
	if err := r.unordered(ctx, fmt.Sprintf("create or replace temp table typed_%s as from %s", c.Export, read)); err != nil {
		return err
	}
	rows := r.rowsOf(c)
	for _, f := range r.feeds {
		if f.line.Export == c.Export {
			rows.Feeds = append(rows.Feeds, f.line.Feed)
		}
	}
	r.rows[c.Export] = rows
	return nil
}

// rowsOf gives the typed rows of an export to the checks.
func (r *run) rowsOf(c data.Contract) *check.Rows {
	rows := &check.Rows{Contract: c, Tx: r.tx, Alone: r.book.Alone, Keeps: map[int64]string{}, KeyColumn: map[int64]string{}, Names: map[int64]string{}}
	for _, f := range r.feeds {
		if f.line.Export != c.Export || f.line.Earlier {
			continue
		}
		rows.Names[f.line.No] = f.line.Name
		if keeps := f.plan.Export.Keeps(); keeps != "" {
			rows.Keeps[f.line.Feed] = keeps
		}
		if len(c.AlternateKey) > 0 && f.makesKeys() {
			rows.KeyColumn[f.line.Feed] = c.AlternateKey[len(c.AlternateKey)-1]
		}
	}
	return rows
}

// unordered runs a statement that may bring rows in any order: then several threads write.
func (r *run) unordered(ctx context.Context, sql string) error {
	if _, err := r.tx.Exec(ctx, "set preserve_insertion_order = false"); err != nil {
		return err
	}
	if _, err := r.tx.Exec(ctx, sql); err != nil {
		return err
	}
	_, err := r.tx.Exec(ctx, "reset preserve_insertion_order")
	return err
}

// counted takes over what was seen while rows came in. A table without a row is told.
func (r *run) counted(in *incoming) error {
	for _, f := range in.feeds {
		f.line.Read = f.count()
	}
	empty := slices.DeleteFunc(slices.Clone(in.feeds), func(f *feed) bool { return f.line.Read > 0 })
	for _, f := range empty {
		f.line.Problem = pipelines.FileNoRows
		r.feeds = slices.DeleteFunc(r.feeds, func(o *feed) bool { return o == f })
		if !slices.ContainsFunc(r.feeds, func(o *feed) bool { return o.line.File == f.line.File }) && f.line.State == ledger.Loaded {
			f.line.State = ledger.Rejected
		}
	}
	return r.book.Find(in.contract.Export, in.found)
}

// take brings the rows of a large feed that nothing is to be said of straight into their table, by one statement that
// reads, types and stores them. What is left, rows that something is wrong with, name what nobody knows, or have a key that
// stands more than once, goes through every check as the rows of other feeds do. Typing all of them into a table of their
// own first would write everything twice.
func (r *run) take(ctx context.Context, c data.Contract, f *feed) error {
	before, err := statement.Count(ctx, r.tx, "exports."+c.Export)
	if err != nil {
		return err
	}
	in := newIncoming(ctx, c, []*feed{f})
	in.aside = &heldRows{contract: c}
	read, done := r.engine.Feed(in)
	defer done()
	if _, err := r.tx.Exec(ctx, "set preserve_insertion_order = false"); err != nil {
		return err
	}
	taken, n, err := merge.Take(ctx, merge.Rows{Contract: c, Tx: r.tx, Good: "", Lacks: r.lacks(c)}, f.line.Feed, f.line.No, read)
	if err != nil {
		return err
	}
	if _, err := r.tx.Exec(ctx, "reset preserve_insertion_order"); err != nil {
		return err
	}
	if err := r.counted(in); err != nil || f.line.Problem != "" {
		return err
	}
	if err := r.typed(ctx, c, in.aside); err != nil {
		return err
	}
	taken.Rising = in.rises()
	var doubtful []string
	if !r.book.Alone {
		if doubtful, err = check.Doubtful(ctx, r.tx, c, taken.First); err != nil {
			return err
		}
	}
	back, err := taken.GiveBack(ctx, doubtful, before)
	if err != nil {
		return err
	}
	f.typed += n - back
	change := r.changed[c.Export]
	if err := taken.Keep(ctx, n-back, &change); err != nil {
		return err
	}
	r.changed[c.Export] = change
	if back+int64(in.aside.count()) == 0 {
		return nil
	}
	return r.round(ctx, c, r.rows[c.Export])
}

// speaksFor tells the day a registry file speaks for: that of a marked copy's original; pinned by the mapping; a date in a
// title, a sheet's name or the file's name, a month standing for its last day; else the day it was received.
func (r *run) speaksFor(ctx context.Context, file *ledger.File) error {
	received := r.book.Wall(file.ReceivedAt).Truncate(24 * time.Hour)
	file.AsOf = received
	if file.Copy != nil {
		for _, other := range r.book.Files {
			if other.ID == file.Copy.File && other.No < file.No {
				file.AsOf = other.AsOf
				return nil
			}
		}
		found, err := r.tx.Query(ctx, "select as_of from ops.files where file_id = ? and file_no < ? and state <> ? order by file_no limit 1", file.Copy.File, file.No, ledger.Rejected)
		if err != nil {
			return err
		}
		if len(found.Rows) > 0 {
			if day, ok := found.Rows[0][0].(time.Time); ok {
				file.AsOf = day
				return nil
			}
		}
	}
	for _, m := range r.mappings.For(file.Name) {
		if day, err := time.Parse(time.DateOnly, m.AsOf); m.AsOf != "" && err == nil {
			file.AsOf = day
			return nil
		}
	}
	var texts []string
	for _, f := range r.feeds {
		if f.line.File == file {
			texts = append(texts, f.segment.Titles...)
			texts = append(texts, f.table.Name)
		}
	}
	for _, text := range append(texts, withoutEnding(file.Name)) {
		if day, ok := dayNamed(text); ok && !day.After(received.AddDate(0, 2, 0)) {
			file.AsOf = day
			return nil
		}
	}
	return nil
}

// older notes the full lists that give an earlier day than one received before them: the last one received holds, which
// may not be meant. A list that gives no day speaks for the day it was received and is compared with none.
func (r *run) older(ctx context.Context) error {
	if r.book.Alone {
		return nil
	}
	for _, f := range r.feeds {
		file := f.line.File
		if file.Copy != nil || !f.line.Complete || file.State == ledger.Held || file.AsOf.Equal(r.book.Wall(file.ReceivedAt).Truncate(24*time.Hour)) {
			continue
		}
		newer, err := r.tx.Query(ctx, `select name, cast(as_of as varchar) from ops.files where file_no < ? and as_of > cast(? as date) and as_of <> cast(received_at as date)
			and file_no in (select file_no from ops.reconciliation where export = ? and complete) order by as_of desc limit 1`, file.No, file.AsOf.Format(time.DateOnly), f.line.Export)
		if err != nil {
			return err
		}
		if len(newer.Rows) > 0 {
			f.line.Details = append(f.line.Details, pipelines.NewDetail(pipelines.DetailOlder, newer.Rows[0]...))
		}
	}
	return nil
}

// gone tells what files no longer hold of what older ones held: rows of a list that the new one has ended, and events that a
// newer export of the same month lacks, which stand until somebody sets them aside.
func (r *run) gone(ctx context.Context) error {
	missed, err := statements.Query(ctx, r.tx, "gone_told", data.Contract{}, nil)
	if err != nil {
		return err
	}
	for _, row := range missed.Rows {
		at := slices.IndexFunc(r.feeds, func(f *feed) bool { return f.line.No == row[0] && f.line.Export == row[1] && !f.line.Earlier })
		if at < 0 {
			continue
		}
		code := pipelines.DetailGone
		if row[2] == true {
			code = pipelines.DetailEnded
		}
		keys, _ := row[4].(string)
		r.feeds[at].line.Details = append(r.feeds[at].line.Details, pipelines.NewDetail(code, row[3], keys))
	}
	return nil
}
