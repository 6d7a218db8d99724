package cli

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"path/filepath"

	"hulian/cmd/internal/config"
	"hulian/dashboards/desk"
	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/load"
	"hulian/pipelines/markup"
	"hulian/pipelines/publish"
)

// uploadsName is the folder of a town where files wait that came through a page.
const uploadsName = "uploads"

// desk takes files from the pages and runs them.
func (p *program) desk(c config.Config, reader *publish.Reader, log *slog.Logger) (*desk.Desk, error) {
	r, err := p.runner(c, "", runOptions{log: log})
	if err != nil {
		return nil, err
	}
	counter := files{c.Dir, reader}
	return desk.Open(desk.Config{Dir: filepath.Join(c.Dir, uploadsName), Import: r.Upload, Logger: log, Mark: counter.mark, Propose: counter.propose, Keep: counter.keep,
		Held: counter.held, Release: r.Release})
}

// files is what the pages do with landed files beside running them.
type files struct {
	dir    string
	reader *publish.Reader
}

func (f files) landed(id string) string { return land.Path(filepath.Join(f.dir, landedName), id) }

func (f files) mappings() string { return filepath.Join(f.dir, mappingsName) }

func (f files) mark(ctx context.Context, w io.Writer, id, lang string) (string, error) {
	snapshot, _, release, err := f.reader.Pin(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	file, err := markup.Find(ctx, snapshot, id)
	if err != nil {
		return "", err
	}
	return markup.Name(file.Name, lang), markup.Write(ctx, w, file, markup.Options{Path: f.landed(file.ID), Lang: lang, MappingsDir: f.mappings()})
}

// find gives the name and size of a landed file that fulfils a condition; empty: none.
func (f files) find(ctx context.Context, id, condition string) (desk.File, error) {
	snapshot, _, release, err := f.reader.Pin(ctx)
	if err != nil {
		return desk.File{}, err
	}
	defer release()
	found, err := snapshot.Query(ctx, "select name, size from files where file_id = ?"+condition, id)
	if err != nil {
		return desk.File{}, err
	}
	if len(found.Rows) == 0 {
		return desk.File{}, &pipelines.Fault{Op: "find file", At: id, Err: pipelines.ErrUnknown, Next: "choose it on the page of the data"}
	}
	return desk.File{ID: id, Name: found.Rows[0][0].(string), Size: found.Rows[0][1].(int64)}, nil
}

func (f files) propose(ctx context.Context, id string, ask pipelines.MappingAsk) ([]pipelines.Proposal, error) {
	file, err := f.find(ctx, id, "")
	if err != nil {
		return nil, err
	}
	return load.Propose(ctx, f.landed(id), file.Name, ask, load.Config{MappingsDir: f.mappings()})
}

func (f files) keep(ctx context.Context, id, table string, draft pipelines.MappingDraft) (string, desk.File, error) {
	file, err := f.find(ctx, id, "")
	if err != nil {
		return "", file, err
	}
	all, err := load.Propose(ctx, f.landed(id), file.Name, pipelines.MappingAsk{Table: table, Encoding: draft.Encoding, Delimiter: draft.Delimiter}, load.Config{MappingsDir: f.mappings()})
	if err != nil {
		return "", file, err
	}
	draft.Sheet = all[0].Sheet
	_, err = load.KeepMapping(f.mappings(), cmp.Or(all[0].Member, file.Name), table, draft)
	return f.landed(id), file, err
}

// held finds a landed file that waits for confirmation, and says where it lies.
func (f files) held(ctx context.Context, id string) (string, desk.File, error) {
	file, err := f.find(ctx, id, " and state = 'held'")
	return f.landed(id), file, err
}

// waiver waives problems from a page.
func (p *program) waiver(c config.Config, log *slog.Logger) (func(ctx context.Context, problems []int64, by, reason string) (int64, error), error) {
	r, err := p.runner(c, "", runOptions{log: log})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, problems []int64, by, reason string) (int64, error) {
		n, _, err := r.Waive(ctx, load.Waiver{Problems: problems, By: by, Reason: reason})
		return n, err
	}, nil
}
