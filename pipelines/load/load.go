package load

import (
	"cmp"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/load/check"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/load/match"
	"hulian/pipelines/load/merge"
	"hulian/pipelines/warehouse"
)

// Config says what is loaded and how.
type Config struct {
	Store       Landed
	MappingsDir string // folder of mapping files; need not exist
	Programme   data.Programme
	TimeZone    string // zone times are stored in; empty: Asia/Shanghai
	RunID       string
	Now         time.Time
	Progress    pipelines.Progress // nil: silent
	Again       []string           // ids of rejected and held files that are looked at again
	Until       time.Time          // files received after this day, or entered after it, are left out; zero: all are loaded
	Limits      decode.Limits      // zero: decode.DefaultLimits
	Large       int64              // rows from which on a file of events is stored by one statement; 0: DefaultLarge
}

// Landed is what has landed.
type Landed interface {
	Files() []land.File
	// Verified says where content lies, once it is known to be what landed.
	Verified(ctx context.Context, id string) (path string, err error)
	Pruned(id string) bool // its content was let go
}

// DefaultZone is the zone of towns that name none.
const DefaultZone = "Asia/Shanghai"

// Zone gives the time zone of a town by its name; DefaultZone where that is empty.
func Zone(name string) (*time.Location, error) { return time.LoadLocation(cmp.Or(name, DefaultZone)) }

// DefaultLarge is the number of rows from which on storing everything first and taking back what is wrong costs less than
// looking at everything first.
const DefaultLarge = 50_000

// Result says what a run of Load did.
type Result struct {
	Files    []pipelines.Reconciliation // one a table of every file looked at, in order of arrival
	Problems []pipelines.Problem        // the first hundred of the run; all of them stand in ops.problems
	Changed  map[string]merge.Change    // by export; exports without a change are absent
	Held     []string                   // names of files that wait for confirmation
	Waiting  int64                      // rows quarantined until a registry names what they refer to
	WaitNow  int64                      // of them, rows of the files of this run
	Mappings []error                    // what is wrong with mapping files: the files they claim are not read
	Failed   []error                    // why files could not be read that are no file's fault alone: for the log, in nobody's words
	TakenUp  int64                      // rows that were waiting and have been loaded by this run
}

// Err says whether a person has to act: it wraps pipelines.ErrHeld when a file is held, and
// pipelines.ErrNothingLoaded when files were looked at and no row of any was accepted. What could be loaded has been.
func (r Result) Err() error {
	accepted, tables := int64(0), 0
	for _, f := range r.Files {
		if accepted += f.Accepted; !f.Beside() {
			tables++
		}
	}
	switch {
	case len(r.Held) > 0:
		return &pipelines.Fault{Op: "load", At: r.Held[0], Err: pipelines.ErrHeld, Next: "check the file, then confirm it or send it again complete"}
	case tables > 0 && accepted == 0:
		return &pipelines.Fault{Op: "load", At: r.Files[0].Name, Err: pipelines.ErrNothingLoaded, Next: "see the problems listed for the file"}
	}
	return nil
}

// ErrRebuild says that what is to be loaded belongs before what is there: everything has to be loaded anew.
var ErrRebuild = errors.New("everything has to be loaded anew")

// Load loads every landed file that has not been loaded, in order of arrival and in one transaction. Files and rows
// that cannot be loaded are no error: they stand in the Result and in ops.*; see Result.Err. An error that wraps ErrRebuild
// says that the warehouse cannot take the files as it is: see Anew.
func Load(ctx context.Context, w *warehouse.Warehouse, c Config) (Result, error) {
	mappings, err := match.ReadMappings(c.MappingsDir)
	if err != nil {
		return Result{}, err
	}
	result, err := c.isolating(ctx, w, mappings)
	if err != nil {
		var fault *pipelines.Fault
		if !errors.As(err, &fault) {
			err = &pipelines.Fault{Op: "load", Err: err, Next: "the warehouse is as it was before; run again"}
		}
		return Result{}, err
	}
	return result, nil
}

// attempt is one transaction.
func (c Config) attempt(ctx context.Context, w *warehouse.Warehouse, mappings match.Mappings, failed map[int64]error) (result Result, err error) {
	err = w.Transact(ctx, func(tx *warehouse.Tx) error {
		if err := ledger.Prepare(ctx, tx); err != nil {
			return err
		}
		r, err := newRun(w, tx, c, mappings)
		if err != nil {
			return err
		}
		r.failed = failed
		files, err := r.pending(ctx)
		if err != nil {
			return err
		}
		if result, err = r.load(ctx, files, c.Store.Verified); err != nil {
			return err
		}
		for _, m := range mappings.Refused() {
			result.Mappings = append(result.Mappings, m.Fault(c.MappingsDir))
		}
		return r.book.Waive(ctx)
	})
	return result, err
}

// Inspect says what Load would make of one file, alone and in an empty warehouse: nothing is written, and references
// to registries are not checked.
func Inspect(ctx context.Context, path string, c Config) ([]pipelines.Reconciliation, []pipelines.Problem, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, &pipelines.Fault{Op: "inspect", At: path, Err: err, Next: "check the path"}
	}
	mappings, err := match.ReadMappings(c.MappingsDir)
	if err != nil {
		return nil, nil, err
	}
	w, err := warehouse.Open(ctx, warehouse.Config{})
	if err != nil {
		return nil, nil, err
	}
	var result Result
	err = w.Transact(ctx, func(tx *warehouse.Tx) error {
		if err := ledger.Prepare(ctx, tx); err != nil {
			return err
		}
		r, err := newRun(w, tx, c, mappings)
		if err != nil {
			return err
		}
		r.book.Alone = true
		file := &ledger.File{File: land.File{No: 1, ID: "inspected", Name: filepath.Base(path), Origin: path, Size: info.Size(), ReceivedAt: info.ModTime(), LandedAt: info.ModTime()}}
		result, err = r.load(ctx, []*ledger.File{file}, func(context.Context, string) (string, error) { return path, nil })
		return err
	})
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, nil, &pipelines.Fault{Op: "inspect", At: path, Err: err, Next: "check the file"}
	}
	return result.Files, result.Problems, nil
}

// run is one run of Load.
type run struct {
	config    Config
	engine    *warehouse.Warehouse
	tx        *warehouse.Tx
	mappings  match.Mappings
	zone      *time.Location
	folder    string // for what is too large for memory
	landed    []land.File
	decided   decisions
	failed    map[int64]error // files that ended an earlier attempt, by their number
	letGo     bool            // content of files was let go: everything cannot be loaded anew, and lists have their say as they come
	book      *ledger.Book
	feeds     []*feed
	opened    []*decode.File
	changed   map[string]merge.Change
	rows      map[string]*check.Rows // typed rows, by export
	lastFeed  int64
	takenUp   int64
	companion *companions
}

func newRun(w *warehouse.Warehouse, tx *warehouse.Tx, c Config, mappings match.Mappings) (*run, error) {
	if c.Progress == nil {
		c.Progress = pipelines.Silent{}
	}
	if c.Limits == (decode.Limits{}) {
		c.Limits = decode.DefaultLimits()
	}
	if c.Large == 0 {
		c.Large = DefaultLarge
	}
	zone, err := Zone(c.TimeZone)
	if err != nil {
		return nil, err
	}
	return &run{config: c, engine: w, tx: tx, mappings: mappings, zone: zone, changed: map[string]merge.Change{}, rows: map[string]*check.Rows{}, companion: &companions{},
		book: &ledger.Book{Tx: tx, RunID: c.RunID, Zone: zone}}, nil
}

// contentAt says where the content of a file lies.
type contentAt func(ctx context.Context, id string) (path string, err error)

// load takes files through every step.
func (r *run) load(ctx context.Context, files []*ledger.File, at contentAt) (result Result, err error) {
	r.config.Progress.Stage(pipelines.StageLoad, len(files))
	if len(files) == 0 {
		return Result{Changed: r.changed}, nil
	}
	beside := ""
	if path := r.engine.Path(); path != "" {
		beside = filepath.Dir(path)
	}
	if r.folder, err = os.MkdirTemp(beside, ".loading-*"); err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	r.book.Files = files
	if err := r.decode(ctx, at); err != nil {
		return Result{}, err
	}
	if err := r.begin(ctx); err != nil {
		return Result{}, err
	}
	for _, c := range data.Contracts() {
		if c.Kind == data.Registry {
			if err := r.typeRows(ctx, c); err != nil {
				return Result{}, fault(c, err)
			}
		}
	}
	if err := r.hold(ctx); err != nil {
		return Result{}, err
	}
	if err := r.older(ctx); err != nil {
		return Result{}, err
	}
	for _, c := range slices.Concat(data.Entries(), data.Contracts()) {
		if err := r.export(ctx, c); err != nil {
			return Result{}, fault(c, err)
		}
	}
	return r.finish(ctx)
}

func fault(c data.Contract, err error) error {
	if errors.Is(err, ErrRebuild) {
		return err
	}
	return &pipelines.Fault{Op: "load", At: c.Export, Err: err, Next: "the warehouse is as it was before; run again"}
}

// close removes what the run wrote aside.
func (r *run) close() error {
	var err error
	for _, f := range r.opened {
		err = errors.Join(err, f.Close())
	}
	if r.folder != "" {
		err = errors.Join(err, os.RemoveAll(r.folder))
	}
	return err
}

// export checks and merges the rows of one export. Exports come in the order of their references, so that the lists a row
// refers to are complete, this run's included, when it is checked.
func (r *run) export(ctx context.Context, c data.Contract) error {
	large, small, err := r.large(ctx, c)
	if err != nil {
		return err
	}
	if c.Kind != data.Registry && len(small) > 0 {
		if err := r.typeRows(ctx, c, small...); err != nil {
			return err
		}
	}
	waited, err := r.released(ctx, c)
	if err != nil {
		return err
	}
	if rows := r.rows[c.Export]; rows != nil {
		rows.Waited, rows.Only = waited, map[int64][]string{}
		for _, f := range r.feeds {
			if only := r.decided.only[f.line.No]; f.line.Export == c.Export && only != nil {
				rows.Only[f.line.Feed] = only
			}
		}
		if err := r.round(ctx, c, rows); err != nil {
			return err
		}
	}
	for _, f := range large {
		if err := r.take(ctx, c, f); err != nil {
			return pipelines.Errorf("%s: %w", f.line.File.File.Name, err)
		}
	}
	return r.account(c)
}

// round takes typed rows through every check into their table.
func (r *run) round(ctx context.Context, c data.Contract, rows *check.Rows) error {
	if err := r.leaveAside(ctx, c); err != nil {
		return err
	}
	rows.Behind = r.letGo
	if err := rows.Run(ctx); errors.Is(err, check.ErrBefore) {
		return pipelines.Errorf("%w: %s: %w", ErrRebuild, c.Export, err)
	} else if err != nil {
		return err
	}
	for _, f := range r.feeds {
		f.aside += rows.Merged[f.line.Feed]
	}
	tally, err := rows.Tally(ctx)
	if err != nil {
		return err
	}
	for _, f := range r.feeds {
		if n, ok := tally[f.line.Feed]; ok && f.plan.Contract.Export == c.Export {
			f.typed, f.refused = f.typed+n.Typed, f.refused+n.Refused
		}
	}
	silent, err := r.silent(ctx, c)
	if err != nil {
		return err
	}
	change := r.changed[c.Export]
	into := merge.Rows{Contract: c, Tx: r.tx, Good: rows.Good(), Repeated: rows.Repeated() > 0, Lacks: r.lacks(c), Silent: silent, Behind: r.letGo}
	if c.Kind == data.Registry {
		lists, err := r.lists(ctx, c)
		if err != nil {
			return err
		}
		err = into.Registry(ctx, lists, &change)
		if err != nil {
			return err
		}
	} else if err := into.Events(ctx, &change); errors.Is(err, merge.ErrBefore) {
		return pipelines.Errorf("%w: %s: %w", ErrRebuild, c.Export, err)
	} else if err != nil {
		return err
	}
	if change.Any() {
		r.changed[c.Export] = change
	}
	if c.Kind == data.Registry {
		return nil // what it says of later lists is looked at when all of them stand
	}
	if err := rows.Later(ctx); err != nil {
		return err
	}
	return r.book.HandedAgain(ctx, c, rows.Refused())
}

// account settles what became of every row of every table, and fails the run where the counts do not add up.
func (r *run) account(c data.Contract) error {
	for _, f := range r.feeds {
		l := f.line
		if l.Export != c.Export || l.State == ledger.Held && !l.Earlier {
			continue
		}
		l.Quarantined, l.Accepted = f.refused, f.typed-f.refused
		if l.Earlier {
			continue
		}
		l.Ignored = l.Read - f.typed
		gaveWay := f.plan.Export.Keeps() != "" // rows of one key, to the one that holds
		if f.typed+f.aside != f.handed.Load() && !gaveWay || f.typed > f.handed.Load() || l.Ignored < 0 {
			return pipelines.Errorf("%s %s: %d rows read, but %d accepted + %d quarantined + %d ignored (%d handed over)",
				l.File.File.Name, l.Table, l.Read, l.Accepted, l.Quarantined, l.Ignored, f.handed.Load())
		}
	}
	return nil
}

// lists gives the files that bring rows of a registry in this run, in the order in which they have their say. One that
// belongs before a list that stands cannot be brought in.
func (r *run) lists(ctx context.Context, c data.Contract) ([]merge.List, error) {
	var lists []merge.List
	places := map[int64]int64{}
	for _, f := range r.feeds {
		if f.line.Export != c.Export || f.line.State == ledger.Held && !f.line.Earlier {
			continue
		}
		no := f.line.No
		places[no] = f.line.Place
		if i := slices.IndexFunc(lists, func(l merge.List) bool { return l.File == no }); i >= 0 {
			lists[i].Full = lists[i].Full || f.line.Complete
			continue
		}
		lists = append(lists, merge.List{File: no, Full: f.line.Complete})
	}
	slices.SortFunc(lists, func(a, b merge.List) int { return int(places[a.File] - places[b.File]) })
	stands, err := r.tx.Query(ctx, `select coalesce(max(p.place), 0) from ops.reconciliation r join places p on p.file_no = r.file_no
		where r.export = ? and r.accepted + r.quarantined > 0 and coalesce(r.problem, '') = ''`, c.Export)
	if err != nil {
		return nil, err
	}
	newest, _ := stands.Rows[0][0].(int64)
	first := int64(math.MaxInt64)
	for _, l := range lists {
		first = min(first, places[l.File])
	}
	if first < newest && !r.letGo {
		return nil, pipelines.Errorf("%w: a list of %s belongs before one that is there", ErrRebuild, c.Export)
	}
	return lists, nil
}

// finish writes what happened to every file and returns it.
func (r *run) finish(ctx context.Context) (Result, error) {
	for _, c := range data.Contracts() {
		rows := r.rows[c.Export]
		if c.Kind != data.Registry || rows == nil {
			continue
		}
		if err := rows.Later(ctx); err != nil {
			return Result{}, err
		}
		if err := r.book.HandedAgain(ctx, c, rows.Refused()); err != nil {
			return Result{}, err
		}
	}
	for _, f := range r.feeds {
		f.notes()
	}
	if err := r.silences(ctx); err != nil {
		return Result{}, err
	}
	if err := r.gone(ctx); err != nil {
		return Result{}, err
	}
	if err := r.settleEarlier(ctx); err != nil {
		return Result{}, err
	}
	if err := r.covers(ctx); err != nil {
		return Result{}, err
	}
	if err := r.book.Close(ctx, func(export string) bool { _, changed := r.changed[export]; return changed }); err != nil {
		return Result{}, err
	}
	result := Result{Files: r.book.Reconciliations(), Changed: r.changed, TakenUp: r.takenUp}
	for _, f := range r.book.Files {
		if f.State == ledger.Held && !f.Mended {
			result.Held = append(result.Held, f.File.Name)
		}
	}
	waiting, err := r.tx.Query(ctx, "select count(*), count(*) filter (where file_no in (select file_no from new_files)) from ops.quarantine where waiting")
	if err != nil {
		return Result{}, err
	}
	result.Waiting, _ = waiting.Rows[0][0].(int64)
	result.WaitNow, _ = waiting.Rows[0][1].(int64)
	const shown = 100
	if result.Problems, err = r.book.First(ctx, shown); err != nil {
		return Result{}, err
	}
	return result, r.book.End(ctx)
}
