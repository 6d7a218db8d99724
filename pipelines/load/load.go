package load

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/warehouse"
)

// Config says what is loaded and how.
type Config struct {
	Store       *land.Store
	MappingsDir string // folder of mapping files; need not exist
	Programme   data.Programme
	TimeZone    string // zone times are stored in; empty: Asia/Shanghai
	RunID       string
	Now         time.Time
	Progress    pipelines.Progress // nil: silent
	Confirm     []string           // names or ids of held files a person has released
	By, Reason  string             // who released them and why: kept with the lists that would have been held; may be empty
	Again       []string           // ids of rejected and held files that are looked at again, e.g. under a new mapping
	Limits      Limits             // zero: DefaultLimits
}

// Result says what a run of Load did.
type Result struct {
	Files    []pipelines.Reconciliation // one a table of every file looked at, in order of arrival
	Problems []pipelines.Problem        // the first hundred of the run; all of them stand in ops.problems
	Changed  map[string]Change          // by export; exports without a change are absent
	Held     []string                   // names of files that wait for confirmation
	Waiting  int64                      // rows quarantined until a registry names what they refer to
	WaitNow  int64                      // of them, rows of the files of this run
	TakenUp  int64                      // rows that were waiting and have been loaded by this run
}

// Change counts what happened to one export's current rows.
type Change struct {
	Inserted int64
	Replaced int64
	Retired  int64
	Months   []string // YYYY-MM of dated rows that came, changed or went, in order; nil for registries
}

// Any reports whether anything changed.
func (c Change) Any() bool { return c.Inserted+c.Replaced+c.Retired > 0 }

// Err says whether a person has to act: it wraps pipelines.ErrHeld when a file is held, and
// pipelines.ErrNothingLoaded when files were looked at and no row of any was accepted. What could be loaded has been.
func (r Result) Err() error {
	accepted, tables := int64(0), 0
	for _, f := range r.Files {
		accepted += f.Accepted
		tables++
	}
	switch {
	case len(r.Held) > 0:
		return &pipelines.Fault{Op: "load", At: r.Held[0], Err: pipelines.ErrHeld, Next: "check the file, then confirm it or send it again complete"}
	case tables > 0 && accepted == 0:
		return &pipelines.Fault{Op: "load", At: r.Files[0].Name, Err: pipelines.ErrNothingLoaded, Next: "see the problems listed for the file"}
	}
	return nil
}

// The states of a file in ops.files.
const (
	stateLoaded   = "loaded"
	stateRejected = "rejected"
	stateHeld     = "held"
)

// Load loads every landed file that has not been loaded, in order of arrival and in one transaction. Files and rows
// that cannot be loaded are no error: they stand in the Result and in ops.*; see Result.Err.
func Load(ctx context.Context, w *warehouse.Warehouse, c Config) (Result, error) {
	mappings, err := ReadMappings(c.MappingsDir)
	if err != nil {
		return Result{}, err
	}
	if c.Limits == (Limits{}) {
		c.Limits = DefaultLimits()
	}
	result, direct, err := c.attempt(ctx, w, mappings)
	if err != nil && direct && ctx.Err() == nil {
		// The engine may have read a file in another way than expected. Row by row there is no such surprise.
		c.Limits.Direct = math.MaxInt64
		result, _, err = c.attempt(ctx, w, mappings)
	}
	if err != nil {
		var fault *pipelines.Fault
		if !errors.As(err, &fault) {
			err = &pipelines.Fault{Op: "load", Err: err, Next: "the warehouse is as it was before; run again"}
		}
		return Result{}, err
	}
	return result, nil
}

// attempt is one transaction. direct says whether the engine was to read a CSV itself.
func (c Config) attempt(ctx context.Context, w *warehouse.Warehouse, mappings []Mapping) (result Result, direct bool, err error) {
	err = w.Transact(ctx, func(tx *warehouse.Tx) error {
		if err := Prepare(ctx, tx); err != nil {
			return err
		}
		pass := newPass(w, tx, c, mappings)
		files, err := pass.toLoad(ctx)
		if err != nil {
			return err
		}
		result, err = pass.run(ctx, files, c.Store.Path)
		direct = slices.ContainsFunc(pass.decoding.feeds, func(f *feed) bool { return f.direct })
		return err
	})
	return result, direct, err
}

// Inspect says what Load would make of one file, alone and in an empty warehouse: nothing is written, and references
// to registries are not checked.
func Inspect(ctx context.Context, path string, c Config) ([]pipelines.Reconciliation, []pipelines.Problem, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, &pipelines.Fault{Op: "inspect", At: path, Err: err, Next: "check the path"}
	}
	mappings, err := ReadMappings(c.MappingsDir)
	if err != nil {
		return nil, nil, err
	}
	w, err := warehouse.Open(ctx, warehouse.Config{})
	if err != nil {
		return nil, nil, err
	}
	defer w.Close()
	var result Result
	err = w.Transact(ctx, func(tx *warehouse.Tx) error {
		if err := Prepare(ctx, tx); err != nil {
			return err
		}
		pass := newPass(w, tx, c, mappings)
		pass.alone = true
		file := land.File{No: 1, ID: "inspected", Name: filepath.Base(path), Origin: path, Size: info.Size(), ReceivedAt: info.ModTime(), LandedAt: info.ModTime()}
		result, err = pass.run(ctx, []land.File{file}, func(string) string { return path })
		return err
	})
	if err != nil {
		return nil, nil, &pipelines.Fault{Op: "inspect", At: path, Err: err, Next: "check the file"}
	}
	return result.Files, result.Problems, nil
}

// toLoad lists the landed files that are not in ops.files, the held ones a person has confirmed, and those asked for
// again: the rejected and the held ones, and the ones of which a table was not understood that a mapping file claims by
// now.
func (p *pass) toLoad(ctx context.Context) ([]land.File, error) {
	c := p.config
	known, err := p.tx.Query(ctx, "select file_id, state from ops.files")
	if err != nil {
		return nil, err
	}
	state := map[string]string{}
	for _, row := range known.Rows {
		state[row[0].(string)] = row[1].(string)
	}
	var files []land.File
	for _, f := range c.Store.Files() {
		s, loaded := state[f.ID]
		again := slices.Contains(c.Again, f.ID)
		if again && s == stateLoaded {
			if again, err = p.unread(ctx, f); err != nil {
				return nil, err
			}
		}
		if !loaded || again || s == stateHeld && confirmed(c, f) {
			files = append(files, f)
		}
	}
	return files, nil
}

func confirmed(c Config, f land.File) bool {
	return slices.ContainsFunc(c.Confirm, func(s string) bool {
		return s == f.Name || s == f.ID || s == fmt.Sprint(f.No) || len(s) >= 8 && len(s) < len(f.ID) && f.ID[:len(s)] == s
	})
}

// pass is one run of Load: everything it gathers on the way from files to tables.
type pass struct {
	tx         *warehouse.Tx
	config     Config
	decoding   *decoding
	alone      bool // references are not checked
	files      []land.File
	held       map[int64]string // file number → why
	asOf       map[int64]time.Time
	chains     map[int64][]int64 // by marked copy: its original and the copies of it, this one last
	standsAt   map[int64]int64   // by marked copy, of the list at hand: the file it stands in the place of
	changed    map[string]Change
	takenUp    int64
	folder     string // of the run, for what is too large for memory
	beside     string // where it is made
	rounds     int64
	takenUpNow bool              // this round holds rows that waited
	outcomes   map[int64]outcome // by feed
	typed      map[string]bool   // exports with a typed table
	refused    map[string]int64  // rows of it that were refused
	repeated   map[string]int64  // keys that stand in it more than once
}

func newPass(w *warehouse.Warehouse, tx *warehouse.Tx, c Config, mappings []Mapping) *pass {
	if c.Progress == nil {
		c.Progress = pipelines.Silent{}
	}
	if c.Limits == (Limits{}) {
		c.Limits = DefaultLimits()
	}
	if c.TimeZone == "" {
		c.TimeZone = "Asia/Shanghai"
	}
	beside := ""
	if w.Path() != "" {
		beside = filepath.Dir(w.Path())
	}
	return &pass{
		beside: beside, tx: tx, config: c, held: map[int64]string{}, asOf: map[int64]time.Time{}, changed: map[string]Change{}, typed: map[string]bool{}, outcomes: map[int64]outcome{}, refused: map[string]int64{}, repeated: map[string]int64{},
		decoding: &decoding{outside: w, limits: c.Limits, mappings: mappings, batches: map[string]*batch{}, copies: map[int64]Marked{}},
	}
}

func (p *pass) run(ctx context.Context, files []land.File, at func(id string) string) (Result, error) {
	defer func() {
		if p.folder != "" {
			os.RemoveAll(p.folder)
		}
	}()
	p.files = files
	p.config.Progress.Stage(pipelines.StageLoad, len(files))
	if len(files) == 0 {
		return Result{Changed: p.changed}, nil
	}
	if err := createMacros(ctx, p.tx); err != nil {
		return Result{}, err
	}
	if err := p.decode(ctx, at); err != nil {
		return Result{}, err
	}
	if err := p.hold(ctx); err != nil {
		return Result{}, err
	}
	if err := p.columnsGone(ctx); err != nil {
		return Result{}, err
	}
	if err := p.register(ctx); err != nil {
		return Result{}, err
	}
	if err := p.olderLists(ctx); err != nil {
		return Result{}, err
	}
	for _, contract := range data.Contracts() {
		if err := p.export(ctx, contract); err != nil {
			return Result{}, &pipelines.Fault{Op: "load", At: contract.Export, Err: err, Next: "the warehouse is as it was before; run again"}
		}
	}
	return p.finish(ctx)
}

// decode turns files into feeds and spools, several at a time: decoding needs no engine.
func (p *pass) decode(ctx context.Context, at func(id string) string) (err error) {
	if p.folder, err = os.MkdirTemp(p.beside, ".loading-*"); err != nil {
		return err
	}
	decodings := make([]*decoding, len(p.files))
	var stepping sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, file := range p.files {
		group.Go(func() error {
			d := *p.decoding
			d.batches, d.copies, d.folder, d.next = map[string]*batch{}, map[int64]Marked{}, p.folder, (i+1)*feedsOfAFile
			decodings[i] = &d
			if err := d.decodeFile(ctx, file, at(file.ID)); err != nil {
				return &pipelines.Fault{Op: "load", At: file.Name, Err: err, Next: "the warehouse is as it was before; run again"}
			}
			stepping.Lock()
			defer stepping.Unlock()
			p.config.Progress.Step(file.Name)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	p.decoding.gather(decodings)
	return nil
}

// feedsOfAFile are the numbers set aside for the tables of one file, far more than the limits let it have.
const feedsOfAFile = 1 << 24
