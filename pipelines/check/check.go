package check

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/closing"
	"hulian/pipelines/land"
	"hulian/pipelines/notify"
	"hulian/pipelines/papers"
	"hulian/pipelines/runner"
	"hulian/pipelines/schedule"
	"hulian/pipelines/wording"
)

// Names of a town's folder this package looks at.
const (
	landedName    = "landed"
	warehouseName = "warehouse.duckdb"
	uploadsName   = "uploads"
	versionsName  = "sources.json"
	damagedName   = "damaged"
)

// Config says which town is looked at, and how.
type Config struct {
	Dir         string
	Inbox       string         // where landed files may still lie; only Repair asks
	Zone        *time.Location // times in the warehouse are of; nil: UTC
	MemoryLimit string         // of the engine; empty: its default
	Threads     int            // of the engine; 0: as many as the machine has
	Progress    pipelines.Progress
	Now         func() time.Time // nil: time.Now
}

// Report is what was found.
type Report struct {
	Findings []pipelines.Finding // damage, and notes
	Landed   int                 // files whose content was hashed
	Tables   int                 // of the warehouse and of snapshots, read to the last row
	Records  int                 // of runs, notices and closed months
}

// Damaged reports whether anything is damaged.
func (r Report) Damaged() bool {
	for _, f := range r.Findings {
		if !f.Note {
			return true
		}
	}
	return false
}

// checking is one look at a town.
type checking struct {
	Config
	report Report
}

// Town looks at everything in a town's folder and changes nothing. The error is one that kept it from looking: damage is
// none. The caller holds the town's lock.
func Town(ctx context.Context, c Config) (Report, error) {
	if c.Progress == nil {
		c.Progress = pipelines.Silent{}
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	k := &checking{Config: c}
	inventory, err := land.Inspect(filepath.Join(c.Dir, landedName))
	if err != nil {
		return k.report, &pipelines.Fault{Op: "check landed files", At: filepath.Join(c.Dir, landedName), Err: err, Next: "check who may read it"}
	}
	for _, step := range []func(context.Context, land.Inventory) error{k.landed, k.databases, k.records, k.leftovers} {
		if err := step(ctx, inventory); err != nil {
			return k.report, err
		}
		if ctx.Err() != nil {
			return k.report, ctx.Err()
		}
	}
	return k.report, nil
}

// found notes one finding; path is inside the town's folder.
func (k *checking) found(f pipelines.Finding, path string) {
	f.At = filepath.ToSlash(strings.TrimPrefix(path, k.Dir+string(filepath.Separator)))
	k.report.Findings = append(k.report.Findings, f)
}

// landed hashes the content of every landed file and looks at the lines of the manifest.
func (k *checking) landed(ctx context.Context, inventory land.Inventory) error {
	dir := filepath.Join(k.Dir, landedName)
	k.Progress.Stage("check", len(inventory.Lines))
	for _, line := range inventory.Lines {
		if line.Err != nil {
			k.found(pipelines.Finding{Code: pipelines.FoundManifestLine, Count: line.No, Detail: line.Err.Error(), Curable: true}, land.Manifest(dir))
			continue
		}
		k.Progress.Step(line.File.Name)
		if inventory.Pruned[line.File.ID] {
			continue
		}
		k.report.Landed++
		damaged, err := land.Whole(ctx, dir, line.File)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			k.found(pipelines.Finding{Code: pipelines.FoundUnreadable, Detail: err.Error()}, land.Path(dir, line.File.ID))
		}
		for _, d := range damaged {
			code := pipelines.FoundLandedChanged
			if d.Missing {
				code = pipelines.FoundLandedGone
			}
			// One of two copies is enough to make the other one again.
			k.found(pipelines.Finding{Code: code, Detail: line.File.Name, Curable: line.File.Alone() && len(damaged) == 1}, d.Path)
		}
	}
	return nil
}

// records reads the documents of runs, notices and closed months, and the small files beside them.
func (k *checking) records(context.Context, land.Inventory) error {
	runs, err := runner.Damaged(k.Dir)
	if err != nil {
		return err
	}
	k.faults(pipelines.Finding{Code: pipelines.FoundRunRecord, Curable: true}, runs)
	notices, err := notify.Damaged(k.Dir)
	if err != nil {
		return err
	}
	k.faults(pipelines.Finding{Code: pipelines.FoundNotice, Curable: true}, notices)
	for _, fault := range closing.Damaged(k.Dir) {
		code := pipelines.FoundClosingDocument
		if strings.Contains(fault.At, closing.TrailName) {
			code = pipelines.FoundClosingTrail
		}
		k.faults(pipelines.Finding{Code: code}, []*pipelines.Fault{fault})
	}
	k.faults(pipelines.Finding{Code: pipelines.FoundPaper}, papers.Damaged(k.Dir))
	if _, err := schedule.Pauses(k.Dir); errors.Is(err, pipelines.ErrDamaged) {
		k.fault(pipelines.Finding{Code: pipelines.FoundPauses, Curable: true}, err)
	} else if err != nil {
		return err
	}
	if _, err := (&wording.Book{Dir: k.Dir}).Standing(); errors.Is(err, pipelines.ErrDamaged) {
		k.fault(pipelines.Finding{Code: pipelines.FoundSentences, Curable: true}, err)
	} else if err != nil {
		return err
	}
	if err := jsonObject(filepath.Join(k.Dir, versionsName)); err != nil {
		k.found(pipelines.Finding{Code: pipelines.FoundVersions, Detail: err.Error(), Curable: true}, filepath.Join(k.Dir, versionsName))
	}
	for _, folder := range []string{"runs", "notices", "closings", "papers"} {
		entries, _ := fs.Glob(os.DirFS(k.Dir), folder+"/*.json")
		inner, _ := fs.Glob(os.DirFS(k.Dir), folder+"/????-??/*.json")
		k.report.Records += len(entries) + len(inner)
	}
	return nil
}

func (k *checking) faults(like pipelines.Finding, faults []*pipelines.Fault) {
	for _, fault := range faults {
		k.fault(like, fault)
	}
}

// fault notes what a Fault says: where and why, without what to do.
func (k *checking) fault(like pipelines.Finding, err error) {
	fault := &pipelines.Fault{}
	for inner := err; errors.As(inner, &fault); inner = fault.Err {
		err = fault.Err
		if fault.At != "" {
			like.At = fault.At
		}
	}
	like.Detail = oneLine(err)
	k.found(like, like.At)
}

// oneLine is an error without its first words, which say of every damaged file that it is.
func oneLine(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	return strings.TrimPrefix(text, pipelines.ErrDamaged.Error()+": ")
}

// jsonObject says why a file is no object of JSON; nil where it is, or is not there.
func jsonObject(path string) error {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var object map[string]any
	return json.Unmarshal(content, &object)
}
