package load

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"hulian/pipelines"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/load/match"
	"hulian/pipelines/load/typing"
)

// Version says how this loader reads files. It is raised when the same file would give other rows, or more is kept of it:
// warehouses that an older version filled are loaded anew.
const Version = 6

// pending lists the landed files that are to be loaded: those that are not in ops.files, the held ones that a person has
// accepted, those asked for again, those taken back, and those that could not be read and would be read otherwise now,
// because a mapping file, the program or a file that belongs to them is another.
func (r *run) pending(ctx context.Context) (files []*ledger.File, err error) {
	known, err := r.tx.Query(ctx, "select file_no, state, coalesce(read_with, '') from ops.files")
	if err != nil {
		return nil, err
	}
	type standing struct{ state, readWith string }
	stands := map[int64]standing{}
	for _, row := range known.Rows {
		no, _ := row[0].(int64)
		state, _ := row[1].(string)
		with, _ := row[2].(string)
		stands[no] = standing{state, with}
	}
	if err := r.current(ctx, len(stands) == 0); err != nil {
		return nil, err
	}
	if err := r.decide(ctx, len(stands) == 0); err != nil {
		return nil, err
	}
	for _, f := range r.landed {
		if f.Origin == pipelines.OriginEntered {
			continue
		}
		s, seen := stands[f.No]
		aside := r.isAside(f)
		_, accepted := r.acceptance(f)
		again := slices.Contains(r.config.Again, f.ID) && (s.state == ledger.Rejected || s.state == ledger.Held || s.state == ledger.Corrected)
		otherwise := !r.letGo && r.otherwise(s.state, s.readWith)
		file := &ledger.File{File: f, Name: f.Name, Aside: aside}
		switch {
		case aside && s.state == ledger.SetAside:
		case aside && s.state == ledger.Loaded, s.state == ledger.Loaded && otherwise:
			return nil, pipelines.Errorf("%w: %s is read otherwise now, or set aside", ErrRebuild, f.Name)
		case !seen, aside, again, s.state == ledger.SetAside, s.state == ledger.Held && accepted, s.state == ledger.Rejected && otherwise:
			files = append(files, file)
		}
	}
	return files, nil
}

// current finds out whether this version of the program filled the warehouse, and which files there are.
func (r *run) current(ctx context.Context, empty bool) error {
	for _, f := range r.config.Store.Files() {
		if r.config.Until.IsZero() || !r.book.Wall(f.ReceivedAt).Truncate(24*time.Hour).After(r.config.Until) {
			r.landed = append(r.landed, f)
			r.letGo = r.letGo || r.config.Store.Pruned(f.ID)
		}
	}
	r.companion.landed = r.landed
	if empty {
		r.letGo = false
		for _, f := range r.landed {
			if r.config.Store.Pruned(f.ID) {
				return &pipelines.Fault{Op: "load", At: f.Name, Err: pipelines.Errorf("%w: its rows are gone, and its content was let go", pipelines.ErrDamaged), Next: "put back warehouse.duckdb from a backup"}
			}
		}
		_, err := r.tx.Exec(ctx, "insert into ops.loader values (?)", Version)
		return err
	}
	with, err := r.tx.Query(ctx, "select version from ops.loader")
	if err != nil {
		return err
	}
	if len(with.Rows) > 0 && with.Rows[0][0] == int64(Version) {
		return nil
	}
	if !r.letGo {
		return pipelines.Errorf("%w: another version of the program filled the warehouse", ErrRebuild)
	}
	if _, err := r.tx.Exec(ctx, "delete from ops.loader"); err != nil {
		return err
	}
	_, err = r.tx.Exec(ctx, "insert into ops.loader values (?)", Version)
	return err
}

// reading says what decided how a file was read: the names mapping files were asked for, the wrong one of which nobody could
// say that it does not claim the file, and a sum over the answers.
type reading struct {
	Names []string `json:"names"`
	Wrong string   `json:"wrong,omitempty"`
	Sum   string   `json:"sum"`
}

// otherwise reports whether a file would be read otherwise now than it was. What has been loaded stays as it is while its
// mapping is wrong: nobody can say how it would be read.
func (r *run) otherwise(state, before string) bool {
	var of reading
	if json.Unmarshal([]byte(before), &of) != nil {
		return false
	}
	wrong := r.mappings.WrongAtLarge() != nil || slices.ContainsFunc(of.Names, func(name string) bool { return r.mappings.WrongFor(name, nil) != nil })
	if state == ledger.Loaded && wrong {
		return false
	}
	return before != r.readingOf(of.Names, of.Wrong)
}

// readingOf says what decides how a file is read that mapping files know by some names. wrong is a mapping file that may
// claim it or not.
func (r *run) readingOf(names []string, wrong string) string {
	sum := sha256.New()
	for i := range r.mappings {
		if m := &r.mappings[i]; m.Path() == wrong {
			fmt.Fprintf(sum, "%s\n", m.Content())
		}
	}
	for _, name := range names {
		for _, m := range r.mappings.For(name) {
			fmt.Fprintf(sum, "%s\n%s\n", m.Path(), m.Content())
			if m.With != nil {
				fmt.Fprintln(sum, r.companion.id(m.With))
			}
		}
		if by := r.beside(name); by != "" {
			fmt.Fprintln(sum, "beside", by)
		}
	}
	fmt.Fprintln(sum, Version)
	text, err := json.Marshal(reading{names, wrong, hex.EncodeToString(sum.Sum(nil)[:8])})
	if err != nil {
		panic("how a file was read cannot be written: " + err.Error()) // strings only
	}
	return string(text)
}

// decode reads every file of the run, several at a time, and finds out what their tables are.
func (r *run) decode(ctx context.Context, at contentAt) error {
	type outcome struct {
		feeds []*feed
		lines []*ledger.Line
	}
	outcomes := make([]outcome, len(r.book.Files))
	opened := make([]*decode.File, len(r.book.Files))
	var stepping sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, file := range r.book.Files {
		group.Go(func() (err error) {
			defer func() {
				if value := recover(); value != nil {
					err = failedAt(file.No, pipelines.Errorf("programming error: %v\n%s", value, debug.Stack()))
				}
			}()
			if outcomes[i].lines = r.unreadable(file); file.State != "" {
				return nil
			}
			path, err := at(ctx, file.ID)
			if err != nil {
				return err
			}
			opened[i], err = decode.Open(ctx, path, decode.Options{Limits: r.config.Limits, Folder: r.folder, Suspect: match.Suspect, Known: match.Known,
				Pins: func(member string) decode.Pins {
					if member == "" {
						member = file.Name
					}
					return r.mappings.Pins(member)
				}})
			outcomes[i].feeds, outcomes[i].lines, err = r.recognise(ctx, file, opened[i], err)
			if err == nil && file.State == ledger.Rejected {
				file.Glimpsed, err = glimpse(ctx, path, opened[i])
			}
			if err != nil {
				return failedAt(file.No, err)
			}
			stepping.Lock()
			defer stepping.Unlock()
			r.config.Progress.Step(file.File.Name)
			return nil
		})
	}
	err := group.Wait()
	for _, f := range opened {
		if f != nil {
			r.opened = append(r.opened, f)
		}
	}
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		for _, f := range o.feeds {
			r.lastFeed++
			f.line.Feed = r.lastFeed
			r.feeds = append(r.feeds, f)
		}
		r.book.Lines = append(r.book.Lines, o.lines...)
	}
	return nil
}

// recognise finds out what the tables of one file are. What cannot be read, or is not recognised, becomes a line that says
// so; an error ends the run.
func (r *run) recognise(ctx context.Context, file *ledger.File, opened *decode.File, openErr error) (feeds []*feed, lines []*ledger.Line, err error) {
	if file.Origin == pipelines.OriginEntered && openErr == nil {
		return r.recogniseEntry(ctx, file, opened)
	}
	file.State = ledger.Loaded
	names := []string{}
	if opened != nil && opened.Marked != nil {
		file.Copy, file.Name = opened.Marked, opened.Marked.Name
	}
	names = append(names, file.Name)
	refuse := func(table string, e *decode.Error, as pipelines.ReadAs) {
		lines = append(lines, &ledger.Line{File: file, Table: table, Problem: e.Code, Details: pipelines.Details{e.Detail}, ReadAs: as})
	}
	completes := false // a second file: its rows are read where those of the first one are
	atLarge := ""      // a wrong mapping file that may claim it or not
	defer func() {
		file.ReadWith = r.readingOf(names, atLarge)
		if len(feeds) == 0 && !completes && file.State == ledger.Loaded {
			file.State = ledger.Rejected
		}
	}()
	var whole *decode.Error
	if errors.As(openErr, &whole) {
		if wrong := r.mappings.WrongFor(file.Name, nil); wrong != nil { // it may have said how the file is to be read
			whole = wrongMapping(wrong)
		}
		refuse("", whole, opened.ReadAs())
		return nil, lines, nil
	}
	if openErr != nil {
		return nil, nil, openErr
	}
	for _, u := range opened.Unread {
		refuse(u.Table, u.Err, pipelines.ReadAs{})
	}
	var hidden, explain []string
	var explaining []*ledger.Line
	for _, t := range opened.Tables {
		if t.Member != "" && !slices.Contains(names, t.Member) {
			names = append(names, t.Member)
		}
		if t.Hidden {
			table, err := match.IsTable(ctx, t)
			if err != nil {
				return nil, nil, err
			}
			if table {
				hidden = append(hidden, t.Name)
			}
			continue
		}
		claimed := r.mappings.ForTable(file.Name, t)
		segments, err := r.segments(ctx, file, t, claimed)
		var unknown *decode.Error
		if errors.As(err, &unknown) {
			if wrong := r.mappings.WrongAtLarge(); wrong != nil && unknown.Code == pipelines.HeaderNotRecognised && len(claimed) == 0 && !match.Explains(t) {
				unknown, atLarge = wrongMapping(wrong), wrong.Path()
			}
			line := &ledger.Line{File: file, Table: t.Name, Problem: unknown.Code, Details: pipelines.Details{unknown.Detail}, ReadAs: t.ReadAs}
			if len(claimed) == 1 {
				line.ReadAs.Mapping = claimed[0].Path()
			}
			if by := r.beside(cmp.Or(t.Member, file.Name)); by != "" && len(claimed) == 0 {
				line.Problem, line.Details, completes = "", pipelines.Details{pipelines.NewDetail(pipelines.DetailBeside, by)}, true
			}
			if match.Explains(t) && (unknown.Code == pipelines.HeaderNotRecognised || unknown.Code == pipelines.MappingWrong) {
				explain, explaining = append(explain, t.Name), append(explaining, line)
				continue
			}
			lines = append(lines, line)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		for _, s := range segments { // none: the table holds nothing
			for _, p := range s.Plans {
				f, err := r.newFeed(file, t, s, p)
				if err != nil {
					return nil, nil, err
				}
				feeds = append(feeds, f)
			}
		}
	}
	if len(feeds) == 0 {
		lines = append(lines, explaining...)
		if len(hidden) > 0 {
			refuse("", &decode.Error{Code: pipelines.HeaderNotRecognised, Detail: pipelines.NewDetail(pipelines.DetailHidden, anys(hidden)...)}, pipelines.ReadAs{})
		}
		if len(lines) == 0 {
			refuse("", &decode.Error{Code: pipelines.FileEmpty}, opened.ReadAs())
		}
		return nil, lines, nil
	}
	for _, f := range feeds {
		if len(hidden) > 0 {
			f.line.Details = append(f.line.Details, pipelines.NewDetail(pipelines.DetailHidden, anys(hidden)...))
		}
		if len(explain) > 0 {
			f.line.Details = append(f.line.Details, pipelines.NewDetail(pipelines.DetailNoTables, anys(explain)...))
		}
	}
	return feeds, lines, nil
}

// segments finds what a table holds; an *decode.Error where it is not recognised, or a mapping file that claims it is wrong.
func (r *run) segments(ctx context.Context, file *ledger.File, t decode.Table, claimed []*match.Mapping) ([]match.Segment, error) {
	if wrong := r.mappings.WrongFor(file.Name, &t); wrong != nil {
		return nil, wrongMapping(wrong)
	}
	return match.Segments(ctx, t, match.Given{File: file.Name, Mappings: claimed})
}

// wrongMapping refuses what a wrong mapping file claims.
func wrongMapping(m *match.Mapping) *decode.Error {
	return &decode.Error{Code: pipelines.MappingWrong, Detail: m.Detail()}
}

func anys(texts []string) []any {
	all := make([]any, len(texts))
	for i, t := range texts {
		all[i] = t
	}
	return all
}

// newFeed makes the feed of one export in one segment of a table.
func (r *run) newFeed(file *ledger.File, t decode.Table, s match.Segment, p match.Plan) (*feed, error) {
	f := &feed{table: t, segment: s, plan: p, line: &ledger.Line{File: file, Table: t.Name, Export: p.Contract.Export, Shift: t.Shift, ReadAs: s.ReadAs}}
	f.line.Complete = f.full() && r.decided.only[file.No] == nil // a village's list says nothing of the others
	if p.Export != nil {
		f.line.Orphans = p.Export.Severity[pipelines.UnknownReference] == pipelines.SeverityWarn
	}
	for i, c := range p.Contract.Columns {
		o := p.Columns[i]
		f.line.Places = append(f.line.Places, ledger.Place{Column: c.ID, Letter: o.Letter, Header: o.Header})
		if !o.Given() {
			f.lacks = append(f.lacks, c.ID)
		}
	}
	f.line.Lacks = f.lacks
	if len(p.Unused) > 0 {
		f.line.Details = append(f.line.Details, pipelines.NewDetail(pipelines.DetailUnused, match.Seen(p.Unused)))
	}
	for _, n := range t.Notes {
		f.line.Details = append(f.line.Details, noted(n))
	}
	settings := typing.Settings{Zone: r.zone, FileZone: r.zone, Header: s.Header, Titles: s.Titles, Epoch: t.Epoch, Silence: t.Silence, Limit: r.limit(file)}
	if p.Mapping != nil {
		var err error
		if settings.Layout, err = typing.Layout(p.Mapping.DateFormat); err != nil {
			return nil, err
		}
		if p.Mapping.TimeZone != "" {
			if settings.FileZone, err = time.LoadLocation(p.Mapping.TimeZone); err != nil {
				return nil, err
			}
		}
		if p.Key >= 0 {
			var told pipelines.Detail
			if settings.Companion, told, err = r.companionOf(context.Background(), p); err != nil {
				return nil, err
			}
			f.line.Details = append(f.line.Details, told)
		}
	}
	f.reader = typing.NewReader(p, settings)
	return f, nil
}

// noted is what is said of something that was done while a table was decoded.
func noted(n decode.Note) pipelines.Detail {
	switch n.What {
	case decode.NulBytes:
		return pipelines.NewDetail(pipelines.DetailNulBytes, n.Count, n.Row)
	case decode.NestedValues:
		return pipelines.NewDetail(pipelines.DetailNestedValues, n.Where)
	case decode.ListValues:
		return pipelines.NewDetail(pipelines.DetailListValues, n.Where)
	case decode.ObjectValues:
		return pipelines.NewDetail(pipelines.DetailObjectValues, n.Where)
	case decode.MergedCells:
		return pipelines.NewDetail(pipelines.DetailMergedCells, n.Count, n.Row)
	case decode.FewerThanSaid:
		return pipelines.NewDetail(pipelines.DetailFewer, n.Count, n.Of)
	case decode.HiddenRows:
		return pipelines.NewDetail(pipelines.DetailHiddenRows, n.Count, n.Row)
	}
	return pipelines.Detail{}
}
