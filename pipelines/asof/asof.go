package asof

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/load"
	"hulian/pipelines/model"
	"hulian/pipelines/warehouse"
)

// Config says which town is looked back on, and how far.
type Config struct {
	Landed      string    // the folder of what landed
	MappingsDir string    // the folder of mapping files
	Day         time.Time // what had arrived by the end of this day is known; it is also the cut-off
	Programme   data.Programme
	TimeZone    string // empty: load's default
	Threads     int
	MemoryLimit string
	Progress    pipelines.Progress // nil: silent
}

// Rebuild returns a warehouse in memory that holds what was known on the day; its view `measures` is the long table.
// The caller closes it.
func Rebuild(ctx context.Context, c Config) (_ *warehouse.Warehouse, err error) {
	day := c.Day.Format(time.DateOnly)
	fault := func(err error, next string) error {
		return &pipelines.Fault{Op: "look back to " + day + " in", At: filepath.Dir(c.Landed), Err: err, Next: next}
	}
	landed, err := land.Look(c.Landed)
	if err != nil {
		return nil, err
	}
	if err := c.whole(landed); err != nil {
		return nil, fault(err, "name a later day")
	}
	w, err := warehouse.Open(ctx, warehouse.Config{Threads: c.Threads, MemoryLimit: c.MemoryLimit})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	result, err := load.Load(ctx, w, load.Config{Store: landed, MappingsDir: c.MappingsDir, Programme: c.Programme, TimeZone: c.TimeZone, RunID: "looking back", Now: c.Day, Until: c.Day})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(result.Failed...); err != nil {
		return nil, fault(err, "")
	}
	if _, err := model.Build(ctx, w, model.Config{CutOff: c.Day, Programme: c.Programme, Progress: c.Progress}); err != nil {
		return nil, err
	}
	return w, w.Exec(ctx, "create view main.measures as select * from marts.measures")
}

// whole refuses a day of which nothing is known, or not everything any more.
func (c Config) whole(landed *land.View) error {
	zone, err := load.Zone(c.TimeZone)
	if err != nil {
		return err
	}
	known := false
	for _, f := range landed.Files() {
		if f.Origin == pipelines.OriginEntered || f.ReceivedAt.In(zone).Format(time.DateOnly) > c.Day.Format(time.DateOnly) {
			continue
		}
		if known = true; landed.Pruned(f.ID) {
			return pipelines.Errorf("the content of %s was let go since, so that it cannot be told what was known then", f.Name)
		}
	}
	if !known {
		return pipelines.Errorf("no file had arrived by %s", c.Day.Format(time.DateOnly))
	}
	return nil
}
