package runner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/load"
	"hulian/pipelines/model"
	"hulian/pipelines/publish"
	"hulian/pipelines/source"
	"hulian/pipelines/warehouse"
)

// Names of what a run keeps in the town's folder beside its own lock and documents.
const (
	landedName    = "landed"
	mappingsName  = "mappings"
	warehouseName = "warehouse.duckdb"
)

// Config says for which town runs are made, and how.
type Config struct {
	Dir             string          // the town's folder
	Sources         []source.Source // read by Run, in this order
	Memory          source.Memory   // told which version of a file has landed; nil: sources bring everything every time
	Programme       data.Programme
	Renew           func() (data.Programme, error) // what the town has decided by the time a run begins; nil: Programme
	TimeZone        string                         // zone times are stored in; empty: load's default
	CutOff          time.Time                      // the day the data are known as of; zero: the latest day on which something happened
	MemoryLimit     string                         // of the engine; empty: its default
	Threads         int                            // of the engine; 0: as many as the machine has
	KeepGenerations int                            // published snapshots kept; 0: publish's default
	KeepLanded      int                            // days the content of landed files is kept once it is loaded and nothing in it is open; 0: for good
	KeepRuns        int                            // documents of runs kept; 0: all. The newest of every pipeline stays
	Pipeline        string                         // name of the pipeline its runs are recorded under; empty: none
	Version         string                         // of the program, for the snapshot's manifest
	Confirm         bool                           // files of this run that would be held are let through
	HandedIn        []pipelines.HandedIn           // who handed in the files that came through a page
	By, Reason      string                         // who confirms them, and why; By empty: the user of this machine

	// Published is told of every new generation before its run ends; q is what it was made of. nil: nobody.
	Published func(ctx context.Context, q pipelines.Querier, g publish.Generation)

	// Ended is told of every run when its document is complete. nil: nobody.
	Ended func(pipelines.Run)

	Progress pipelines.Progress  // nil: silent
	Logger   *slog.Logger        // nil: silent
	Waiting  func(holder string) // told once when another run is at work, then the run waits; nil: it fails with ErrBusy
	Now      func() time.Time    // nil: time.Now
}

// Runner makes runs of one town. It is safe for use by several goroutines: runs follow one another.
type Runner struct{ config Config }

// New returns a Runner, or an error where Config cannot make runs.
func New(config Config) (*Runner, error) {
	if config.Dir == "" {
		return nil, errors.New("runner: no folder given")
	}
	if info, err := os.Stat(config.Dir); err != nil {
		return nil, &pipelines.Fault{Op: "open town", At: config.Dir, Err: err, Next: "hulian init --dir " + config.Dir}
	} else if !info.IsDir() {
		return nil, &pipelines.Fault{Op: "open town", At: config.Dir, Err: errors.New("it is not a folder"), Next: "--dir with the town's folder"}
	}
	if config.Progress == nil {
		config.Progress = pipelines.Silent{}
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Runner{config}, nil
}

// Run takes what is new in the sources through all stages. Trigger says what started it, see pipelines.Run.
//
// The returned run is what was recorded, also beside an error. An error that wraps pipelines.ErrNothingLoaded means
// that files arrived and none could be used, one that wraps pipelines.ErrHeld that a file waits for a person while
// everything else was loaded and published.
func (r *Runner) Run(ctx context.Context, trigger string) (pipelines.Run, error) {
	return r.run(ctx, trigger, r.config.Sources)
}

// Import takes the named files through all stages. One that was rejected or held before is looked at again: a mapping
// file, or a newer list, may have come since.
func (r *Runner) Import(ctx context.Context, paths []string) (pipelines.Run, error) {
	return r.named(ctx, "import", paths)
}

// Upload does what Import does with files that came through a page: who handed them in lands beside them, and what he may hand
// in is all that is taken of them. The zero HandedIn says that nobody knows who it was.
func (r *Runner) Upload(ctx context.Context, by pipelines.HandedIn, paths []string) (pipelines.Run, error) {
	return r.record(ctx, "upload", func(w *work) error {
		w.sources, w.named, w.HandedIn = []source.Source{source.Files(paths...)}, true, append(slices.Clone(w.HandedIn), by)
		return w.stages(ctx)
	})
}

// Release does what Upload does with a landed file that is held and that a person has confirmed on a page: it is let
// through, and the name and the reason stay with its tables and in the log of the run.
func (r *Runner) Release(ctx context.Context, path, by, reason string) (pipelines.Run, error) {
	if by == "" || reason == "" {
		return pipelines.Run{}, &pipelines.Fault{Op: "release a held file", At: filepath.Base(path), Err: errors.New("nobody said who confirms it, and why"), Next: "give a name and a reason"}
	}
	return r.record(ctx, "upload", func(w *work) error {
		w.sources, w.named, w.Confirm, w.By, w.Reason, w.by = []source.Source{source.Files(path)}, true, true, by, reason, by
		w.Logger.Info("held file confirmed", "file", filepath.Base(path), "by", by, "reason", reason)
		return w.stages(ctx)
	})
}

func (r *Runner) named(ctx context.Context, trigger string, paths []string) (pipelines.Run, error) {
	return r.record(ctx, trigger, func(w *work) error {
		w.sources, w.named = []source.Source{source.Files(paths...)}, true
		return w.stages(ctx)
	})
}

func (r *Runner) run(ctx context.Context, trigger string, sources []source.Source) (pipelines.Run, error) {
	return r.record(ctx, trigger, func(w *work) error {
		w.sources = sources
		return w.stages(ctx)
	})
}

// Task makes a run of a single stage that is none of the pipeline's own, such as a backup: it holds the town and its
// warehouse, and leaves a document like every run.
func (r *Runner) Task(ctx context.Context, trigger string, stage pipelines.Stage, do func(context.Context, *pipelines.StageRecord) error) (pipelines.Run, error) {
	return r.record(ctx, trigger, func(w *work) (err error) {
		w.changed = true
		release, err := w.holdWarehouse(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, release()) }()
		return w.stage(ctx, stage, do)
	})
}

// record holds the lock and keeps the document of what do does.
func (r *Runner) record(ctx context.Context, trigger string, do func(*work) error) (_ pipelines.Run, err error) {
	defer func() { err = damaged(r.config.Dir, full(r.config.Dir, err)) }()
	release, err := hold(ctx, r.config.Dir, lockName, r.config.Waiting)
	if err != nil {
		return pipelines.Run{}, err
	}
	defer func() { err = errors.Join(err, release()) }()
	w := work{Config: r.config, by: r.config.By}
	w.journal = newJournal(r.config.Logger.Handler())
	w.Logger = slog.New(w.journal)
	before, err := r.settle(w.Logger)
	if err != nil {
		return pipelines.Run{}, err
	}
	w.before = before
	last, err := lastID(r.config.Dir)
	if err != nil {
		return pipelines.Run{}, err
	}
	w.run = pipelines.Run{
		ID: newID(r.config.Now(), last), Trigger: trigger, Pipeline: r.config.Pipeline, State: pipelines.RunRunning, StartedAt: r.config.Now().UTC(),
		Stages: []pipelines.StageRecord{}, Files: []pipelines.Reconciliation{},
	}
	if err := write(r.config.Dir, w.run); err != nil {
		return w.run, err
	}
	w.Logger.Info("run starts", "run", w.run.ID, "pipeline", w.run.Pipeline, "trigger", trigger)
	err = w.finish(ctx, w.guarded(func(w *work) error {
		if err := w.renew(); err != nil {
			return err
		}
		return do(w)
	}))
	if err := forget(r.config.Dir, r.config.KeepRuns, append([]pipelines.Run{w.run}, before...)); err != nil {
		r.config.Logger.Warn("old runs stay on record", "error", err)
	}
	if r.config.Ended != nil {
		r.config.Ended(w.run)
	}
	return w.run, err
}

// renew reads what the town has decided, which may have changed since the runner was made.
func (w *work) renew() (err error) {
	if w.Renew != nil {
		w.Programme, err = w.Renew()
	}
	return err
}

// guarded turns a panic into the failure of this run: the document says so, and a server goes on.
func (w *work) guarded(do func(*work) error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			w.Logger.Error("the run stopped by a programming error", "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
			err = &pipelines.Fault{Op: "run", At: w.Dir, Err: pipelines.Errorf("programming error: %v", value),
				Next: "report this as a fault of hulian with the log of the run; what was published before stays"}
		}
	}()
	return do(w)
}

// work is one run on its way through the stages.
type work struct {
	Config
	sources []source.Source
	run     pipelines.Run
	journal *journal

	store     *land.Store
	warehouse *warehouse.Warehouse
	unread    error                 // sources, and files of them, that could not be read
	landed    []land.File           // by this run, new ones only
	versions  map[string]string     // that landed, by origin, of sources that name them; and what folders offer
	seen      []string              // ids of everything the sources offered
	batch     []arrival             // that wait for a number
	known     []pipelines.KnownFile // files a person named whose content had arrived before
	loaded    load.Result
	modelled  model.Result
	changed   bool            // a generation was published
	named     bool            // a person named the files
	before    []pipelines.Run // newest first
	by        string          // who entered or confirmed what the run is about; empty: nobody did
	anew      bool            // everything was loaded anew
}

func (w *work) stages(ctx context.Context) (err error) {
	if err := w.stage(ctx, pipelines.StageLand, w.land); err != nil {
		return err
	}
	if len(w.store.Files()) == 0 && w.unread != nil {
		return w.unread
	}
	if len(w.store.Files()) == 0 {
		fault := &pipelines.Fault{Op: "run", At: w.Dir, Err: pipelines.Errorf("%w: no file has arrived%s", pipelines.ErrNothingLoaded, w.refusals()),
			Next: "put exports into the inbox, or name them: hulian import FILE"}
		if slices.ContainsFunc(w.run.Files, pipelines.Reconciliation.Later) {
			fault.Next = "run again when what is still being written is complete"
		}
		return fault
	}
	closeWarehouse, err := w.openWarehouse(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeWarehouse()) }()
	return w.behindLanding(ctx)
}

// behindLanding takes what has landed through the stages behind.
func (w *work) behindLanding(ctx context.Context) error {
	failed := w.unread
	for _, stage := range []struct {
		name pipelines.Stage
		do   func(context.Context, *pipelines.StageRecord) error
	}{{pipelines.StageLoad, w.load}, {pipelines.StageModel, w.model}, {pipelines.StagePublish, w.publish}} {
		if err := w.stage(ctx, stage.name, stage.do); err != nil {
			return err
		}
		if stage.name == pipelines.StageLoad {
			failed = errors.Join(slices.Concat([]error{failed}, w.loaded.Mappings)...)
		}
		if stage.name == pipelines.StageLoad && w.nothing() {
			_, unpublished := publish.Current(w.Dir)
			failed = errors.Join(failed, &pipelines.Fault{Op: "run", At: w.Dir, Err: pipelines.Errorf("%w%s", pipelines.ErrNothingLoaded, w.refusals()), Next: w.mending(unpublished == nil)})
			if unpublished != nil {
				return failed
			}
			// The town is served: what was refused and why is published too, for whoever has to repair it.
		}
	}
	return failed // what could be used is published; the run failed all the same, and is tried again
}

// write puts the document of the run in place, with what was logged so far.
func (w *work) write() error {
	w.run.Log = w.journal.kept.all()
	return write(w.Dir, w.run)
}

// stage times one stage and records it, whether it went well or not.
func (w *work) stage(ctx context.Context, name pipelines.Stage, do func(context.Context, *pipelines.StageRecord) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	started := w.Now()
	record := pipelines.StageRecord{Stage: name}
	err := do(ctx, &record)
	record.Duration = w.Now().Sub(started)
	w.run.Stages = append(w.run.Stages, record)
	w.Logger.Info("stage "+string(name), "rows", record.Rows, "took", record.Duration, "detail", record.Detail)
	return errors.Join(err, w.write())
}

// nothing reports whether files came and none of their rows could be used. Where a source could not be read, that is
// what the run fails for: it is tried again.
func (w *work) nothing() bool {
	came := 0
	for _, file := range w.run.Files {
		if file.Accepted > 0 {
			return false
		}
		if !file.Later() && file.Problem != pipelines.FileLink { // a link is there every time
			came++
		}
	}
	return came > 0 && w.unread == nil && len(w.loaded.Held) == 0 && len(w.loaded.Changed) == 0
}

// mending says what to do about files of which nothing could be used: where the reasons stand, and what is waited for.
func (w *work) mending(published bool) string {
	refused := pipelines.Total(w.run.Files).Quarantined > 0
	next := "mend the files as the reasons say and send them again"
	switch {
	case refused && published:
		next = "hulian problems lists what is wrong with the rows; mend them and send them again"
	case refused:
		next = "hulian import --dry-run FILE lists what is wrong with the rows; mend them and send them again"
	}
	if n := w.loaded.WaitNow; refused && n > 0 {
		next += fmt.Sprintf("; %d rows wait for the lists that hold their IDs and come in by themselves with them: %s", n, data.ExplainAwaited(w.run.Awaited, "en"))
	}
	return next
}

// refusals lists what was refused and why, for the one sentence of an error.
func (w *work) refusals() string {
	var parts []string
	for _, file := range w.run.Files {
		if file.Problem != "" && !file.Later() {
			parts = append(parts, fmt.Sprintf("%s (%s)", file.Name, data.ProblemTexts()[file.Problem].Name.En))
		}
	}
	const shown = 5
	if len(parts) > shown {
		parts = append(parts[:shown], fmt.Sprintf("and %d more", len(parts)-shown))
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

func (w *work) model(ctx context.Context, record *pipelines.StageRecord) error {
	result, err := model.Build(ctx, w.warehouse, model.Config{CutOff: w.CutOff, Programme: w.Programme, Progress: w.Progress})
	if err != nil {
		return err
	}
	w.modelled = result
	w.run.CutOff, w.run.After = result.CutOff.Format(time.DateOnly), result.After
	for _, built := range result.Built {
		record.Rows += built.Rows
	}
	record.Detail = fmt.Sprintf("%d models built, %d kept, %d checks", len(result.Built), len(result.Kept), result.Checked)
	for _, after := range result.After {
		w.Logger.Warn("rows after the cut-off", "export", after.Export, "rows", after.Rows, "last_on", after.LastOn, "cut_off", w.run.CutOff)
	}
	for _, check := range result.Checks {
		w.Logger.Warn("check", "name", check.Name, "rows", check.Rows)
		record.Detail += fmt.Sprintf("; %s: %d rows", check.Name, check.Rows)
	}
	return nil
}

func (w *work) publish(ctx context.Context, record *pipelines.StageRecord) error {
	w.Progress.Stage(pipelines.StagePublish, 0)
	before, unreadable := publish.Named(w.Dir)
	generation, err := publish.Publish(ctx, w.warehouse, w.Dir, publish.Manifest{
		Version: w.Version, RunID: w.run.ID, PublishedAt: w.Now().UTC(), Checks: w.modelled.Checks,
		Keep: w.KeepGenerations,
	})
	if err != nil {
		return err
	}
	w.changed = generation.Number != before.Number
	if w.changed {
		if err := w.figures(ctx); err != nil {
			return err
		}
	}
	if errors.Is(unreadable, pipelines.ErrDamaged) || w.changed && generation.Hash == before.Hash {
		w.Logger.Warn("what was published before is damaged: it is published anew", "was", before.Number, "is", generation.Number)
	}
	w.run.Generation, w.run.Snapshot = generation.Number, generation.Hash
	record.Detail = fmt.Sprintf("generation %d", generation.Number)
	if w.changed && w.Published != nil {
		w.Published(ctx, w.warehouse, generation)
	}
	return w.prune(ctx)
}

// prune lets go of landed content that is old, loaded, and of which no row waits to be repaired.
func (w *work) prune(ctx context.Context) error {
	if w.KeepLanded < 1 {
		return nil
	}
	old, err := w.warehouse.Query(ctx, `
select f.file_id
from ops.files f
where f.origin <> 'entered'
group by f.file_id
having bool_and(f.state = 'loaded') and max(f.landed_at) < ?
   and not bool_or(exists (select 1 from ops.problems p where p.file_no = f.file_no and p.state = 'open' and p.severity <> 'warn'))`,
		w.Now().UTC().AddDate(0, 0, -w.KeepLanded))
	if err != nil {
		return pipelines.Errorf("find old files: %w", err)
	}
	var ids []string
	for _, row := range old.Rows {
		if id := fmt.Sprint(row[0]); !w.store.Pruned(id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	freed, err := w.store.Prune(ids)
	if err != nil {
		return err
	}
	w.Logger.Info("old landed files removed", "files", len(ids), "bytes", freed, "older_than_days", w.KeepLanded)
	return nil
}

// held says why a file waits for a person.
func (w *work) held(name string) error {
	if counts, doubt := w.inDoubt(name); doubt {
		return &pipelines.Fault{Op: "load", At: name, Err: pipelines.Errorf("%w: its rows can be counted in two ways: %s", pipelines.ErrHeld, data.ExplainDetails(counts, "en")),
			Next: "look at the quotes and line ends of that row and send the file again corrected; if it is right as it is, accept it on the page Data, or run: hulian import FILE --confirm"}
	}
	return &pipelines.Fault{Op: "load", At: name, Err: pipelines.Errorf("%w: it has less than half the rows of the one before", pipelines.ErrHeld),
		Next: "send the complete file; if it is right as it is, accept it on the page Data, or run: hulian import FILE --confirm"}
}

// inDoubt gives both counts of a file whose rows can be counted in two ways.
func (w *work) inDoubt(name string) (counts pipelines.Details, doubt bool) {
	for _, f := range w.loaded.Files {
		if f.Name == name && f.Problem == pipelines.RowsInDoubt {
			return f.Detail, true
		}
	}
	return nil, false
}

// finish records how the run ended and returns what the caller must know.
func (w *work) finish(ctx context.Context, err error) error {
	err = damaged(w.Dir, full(w.Dir, err))
	w.run.FinishedAt = w.Now().UTC()
	if err == nil {
		for _, name := range w.loaded.Held {
			err = errors.Join(err, w.held(name))
		}
		w.run.State = pipelines.RunUnchanged
		if w.changed || len(w.landed) > 0 {
			w.run.State = pipelines.RunDone
		}
	} else {
		w.run.State = pipelines.RunFailed
		if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			w.run.State = pipelines.RunCancelled
		}
	}
	level := slog.LevelInfo
	if full := (diskFull{}); errors.As(err, &full) {
		w.Logger.Error("the disk is full", "error", full.why)
	}
	if err != nil {
		w.run.Error, w.run.Reasons = sentence(err), w.reasons(err)
		level = slog.LevelError
	}
	w.Logger.Log(ctx, level, "run ends", "run", w.run.ID, "state", string(w.run.State), "took", w.run.FinishedAt.Sub(w.run.StartedAt), "error", w.run.Error)
	return errors.Join(err, w.write())
}

// sentence is an error on one line.
func sentence(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}

// reason is what went wrong at the bottom, without what was being done and what to do next: the record says both.
func reason(err error) string {
	for fault := new(pipelines.Fault); errors.As(err, &fault) && fault.Err != nil; {
		err = fault.Err
	}
	return sentence(err)
}
