package load

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/load/check"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/load/match"
	"hulian/pipelines/load/merge"
	"hulian/pipelines/load/statement"
)

// The exports in which people enter what becomes of files and rows, and what they have done of their lists.
const (
	AcceptedFiles   = "accepted_files"
	SetAsides       = "set_asides"
	NothingToReport = "nothing_to_report"
	TodoTicks       = pipelines.TodoTicks
)

// decisions are what people have decided about files and rows so far. Each holds for what had landed before it.
type decisions struct {
	accepted map[string]accepted // by id of the file
	aside    map[string]aside    // likewise
	rows     map[string]bool     // exports of which rows are set aside
	only     map[int64][]string  // villages whose rows may stand in a file, by its number; a file that is not named may hold all
}

type accepted struct {
	entry      int64 // number of the file it was entered with
	by, reason string
}

type aside struct {
	entry int64
	back  bool
}

// decide loads what people have entered since the last run, before anything else, and reads what is decided by now. Rows
// that are set aside, or taken back, have been loaded already: everything is loaded anew, and so it is where somebody handed a
// loaded file in again who may hand in other rows.
func (r *run) decide(ctx context.Context, empty bool) error {
	fresh, err := r.enter(ctx)
	if err != nil {
		return err
	}
	r.decided = decisions{accepted: map[string]accepted{}, aside: map[string]aside{}, rows: map[string]bool{}}
	all, err := r.tx.Query(ctx, "select file_id, _file, entered_by, coalesce(reason, '') from exports."+AcceptedFiles+" order by _file, _row")
	if err != nil {
		return err
	}
	for _, row := range all.Rows {
		id, _ := row[0].(string)
		var a accepted
		a.entry, _ = row[1].(int64)
		a.by, _ = row[2].(string)
		a.reason, _ = row[3].(string)
		r.decided.accepted[id] = a
	}
	if all, err = r.tx.Query(ctx, "select file_id, _file, back, of_export from exports."+SetAsides+" order by _file, _row"); err != nil {
		return err
	}
	for _, row := range all.Rows {
		id, _ := row[0].(string)
		entry, _ := row[1].(int64)
		back, _ := row[2].(bool)
		if export, _ := row[3].(string); export != "" {
			r.decided.rows[export] = true
			if fresh[entry] && !empty {
				return pipelines.Errorf("%w: rows of %s were set aside or taken back", ErrRebuild, export)
			}
			continue
		}
		r.decided.aside[id] = aside{entry, back}
	}
	return r.owned(ctx, fresh)
}

// enter loads files that hold what people entered in the program itself, and says which.
func (r *run) enter(ctx context.Context) (fresh map[int64]bool, err error) {
	known, err := r.tx.Query(ctx, "select file_no from ops.files where origin = ?", pipelines.OriginEntered)
	if err != nil {
		return nil, err
	}
	loaded := map[int64]bool{}
	for _, row := range known.Rows {
		no, _ := row[0].(int64)
		loaded[no] = true
	}
	fresh = map[int64]bool{}
	entries := *r // the same transaction, with files and rows of its own
	entries.config.Progress, entries.rows, entries.changed = pipelines.Silent{}, map[string]*check.Rows{}, map[string]merge.Change{}
	var files []*ledger.File
	for _, f := range r.landed {
		if f.Origin == pipelines.OriginEntered && !loaded[f.No] {
			files = append(files, &ledger.File{File: f, Name: f.Name})
			fresh[f.No] = true
		}
	}
	entries.book = &ledger.Book{Tx: r.tx, RunID: r.config.RunID, Zone: r.zone}
	_, err = entries.load(ctx, files, r.config.Store.Verified)
	return fresh, err
}

// recogniseEntry takes the tables of an entered file for what their name says.
func (r *run) recogniseEntry(ctx context.Context, file *ledger.File, opened *decode.File) (feeds []*feed, lines []*ledger.Line, err error) {
	export := strings.TrimSuffix(path.Base(file.Name), path.Ext(file.Name))
	contract, known := data.ContractOf(export)
	file.State = ledger.Loaded
	for _, t := range opened.Tables {
		if !known {
			break
		}
		s, err := match.Entered(ctx, t, contract)
		if err != nil {
			return nil, nil, err
		}
		f, err := r.newFeed(file, t, s, s.Plans[0])
		if err != nil {
			return nil, nil, err
		}
		feeds = append(feeds, f)
	}
	if len(feeds) == 0 {
		file.State = ledger.Rejected
		lines = append(lines, &ledger.Line{File: file, Problem: pipelines.HeaderNotRecognised})
	}
	return feeds, lines, nil
}

// accepted says who released a held file, where somebody has.
func (r *run) acceptance(f land.File) (accepted, bool) {
	a, ok := r.decided.accepted[f.ID]
	return a, ok && a.entry > f.No
}

// isAside reports whether a file is set aside: every arrival of its content before that was decided.
func (r *run) isAside(f land.File) bool {
	a, ok := r.decided.aside[f.ID]
	return ok && a.entry > f.No && !a.back
}

// leaveAside takes rows that people have set aside out of the typed rows of an export, and counts them as ignored: from every
// file that had arrived by then, whatever it says of them. A row that arrives later with other content than was known by then
// is a correction, and counts.
func (r *run) leaveAside(ctx context.Context, c data.Contract) error {
	if !r.decided.rows[c.Export] || c.IsEntry() {
		return nil
	}
	p := statement.P{"content": Content(c, "t"), "decided": asides(c.Export)}
	aside, err := statements.Query(ctx, r.tx, "aside", c, p)
	if err != nil {
		return err
	}
	for _, row := range aside.Rows {
		feed, _ := row[0].(int64)
		n, _ := row[1].(int64)
		for _, f := range r.feeds {
			if f.line.Feed == feed {
				f.aside += n
				f.line.Details = append(f.line.Details, pipelines.NewDetail(pipelines.DetailSetAside, n))
			}
		}
	}
	_, err = statements.Exec(ctx, r.tx, "leave_aside", c, p)
	return err
}

// asides is a query for the rows of an export that are set aside: what was entered of each since it was last taken back.
func asides(export string) string {
	return fmt.Sprintf(`select d.row_key, d.said, d._file from exports.%[1]s d where d.of_export = %[2]s and not d.back
		and d._file > coalesce((select max(b._file) from exports.%[1]s b where b.of_export = d.of_export and b.row_key = d.row_key and b.back), 0)`,
		SetAsides, statement.Literal(export))
}

// Content is the expression for what a row says, as an entry that sets it aside keeps it: its values as a JSON object,
// those that are empty left out.
func Content(c data.Contract, prefix string) string {
	var pairs []string
	for _, column := range c.Columns {
		of := prefix + "." + statement.Quote(column.ID)
		pairs = append(pairs, fmt.Sprintf("case when %[2]s is not null then to_json(%[1]s) || ':' || to_json(%[3]s) end", statement.Literal(column.ID), of, statement.TextOf(column, of)))
	}
	return "('{' || concat_ws(',', " + strings.Join(pairs, ", ") + ") || '}')"
}

// ErrNoRow says that no row of an export has a key.
var ErrNoRow = errors.New("no such row")

// RowContents gives what the row of a key says, and what it said before: each text once, for the entry that sets it aside.
func RowContents(ctx context.Context, q pipelines.Querier, c data.Contract, key string) (texts []string, err error) {
	of := statement.For{Contract: c}.KeyText("t")
	found, err := q.Query(ctx, fmt.Sprintf(`select %[1]s as said from exports.%[2]s t where %[3]s = $1
		union select %[1]s from history.%[2]s t where %[3]s = $1 and exists (select 1 from exports.%[2]s e where %[4]s = $1) order by said`,
		Content(c, "t"), c.Export, of, statement.For{Contract: c}.KeyText("e")), key)
	if err != nil {
		return nil, err
	}
	if len(found.Rows) == 0 {
		return nil, ErrNoRow
	}
	for _, row := range found.Rows {
		text, _ := row[0].(string)
		texts = append(texts, text)
	}
	return texts, nil
}
