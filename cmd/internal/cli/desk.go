package cli

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"

	"hulian/cmd/internal/config"
	"hulian/dashboards/desk"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/load"
	"hulian/pipelines/load/match"
	"hulian/pipelines/load/propose"
	"hulian/pipelines/markup"
	"hulian/pipelines/publish"
	"hulian/pipelines/template"
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
	return desk.Open(desk.Config{Dir: filepath.Join(c.Dir, uploadsName), Import: r.Upload, Second: c.Uploads.SecondPerson, Logger: log, Mark: counter.mark, Template: emptyWorkbook, Propose: counter.propose, Keep: counter.keep,
		Check: match.CheckDraft, Arrived: counter.arrived,
		Held: counter.held, Release: r.Release})
}

// takeUp has what was kept tried again after every run that went well, but for the runs of the uploads themselves.
func takeUp(d *desk.Desk, run pipelines.Run) {
	if run.Trigger != "upload" && (run.State == pipelines.RunDone || run.State == pipelines.RunUnchanged) {
		d.TakeUp()
	}
}

// uploadsLeft are files that came through a page of a server that is at work no more; nil where there are none.
func (p *program) uploadsLeft(c config.Config) (left *desk.Left, err error) {
	left, err = desk.TakeOver(filepath.Join(c.Dir, uploadsName))
	if err != nil {
		return nil, &pipelines.Fault{Op: "take up uploads", At: filepath.Join(c.Dir, uploadsName), Err: err, Next: "check who may read and write there"}
	}
	if left != nil {
		p.say("%d uploaded files are taken up that a server left\n", len(left.Paths()))
	}
	return left, nil
}

// clearUploads removes the uploads that have landed.
func (p *program) clearUploads(c config.Config, left *desk.Left) error {
	landed, err := land.Inspect(filepath.Join(c.Dir, landedName))
	if err != nil {
		return err
	}
	ids := map[string]bool{}
	for _, line := range landed.Lines {
		ids[line.File.ID] = line.Err == nil
	}
	kept, err := left.Clear(func(id string) bool { return ids[id] })
	if kept > 0 {
		p.say("%d uploads are kept until a run has taken them\n", kept)
	}
	return errors.Join(err, left.Close())
}

// files is what the pages do with landed files beside running them.
type files struct {
	dir    string
	reader *publish.Reader
}

// landed says where the content of a landed file lies, held to its hash: nobody is to repair rows that nobody sent.
func (f files) landed(ctx context.Context, id string) (string, error) {
	return land.Verified(ctx, filepath.Join(f.dir, landedName), id)
}

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
	path, err := f.landed(ctx, file.ID)
	if err != nil {
		return "", err
	}
	return markup.Name(file.Name, lang), markup.Write(ctx, w, file, markup.Options{Path: path, Lang: lang, MappingsDir: f.mappings()})
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
	path, err := f.landed(ctx, id)
	if err != nil {
		return nil, err
	}
	snapshot, _, release, err := f.reader.Pin(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	return propose.Propose(ctx, path, file.Name, ask, f.mappings(), listsIn(snapshot))
}

func (f files) keep(ctx context.Context, id, table string, draft pipelines.MappingDraft) (string, desk.File, error) {
	file, err := f.find(ctx, id, "")
	if err != nil {
		return "", file, err
	}
	path, err := f.landed(ctx, id)
	if err != nil {
		return "", file, err
	}
	all, err := propose.Propose(ctx, path, file.Name, pipelines.MappingAsk{Table: table, Encoding: draft.Encoding, Delimiter: draft.Delimiter}, f.mappings(), nil)
	if err != nil {
		return "", file, err
	}
	draft.Sheet = all[0].Sheet
	match.LeaveOut(&draft, headersOf(all[0]))
	_, err = match.KeepMapping(f.mappings(), cmp.Or(all[0].Member, file.Name), table, draft)
	return path, file, err
}

// headersOf are the headers of the table a proposal is for.
func headersOf(p pipelines.Proposal) (all []string) {
	for _, c := range p.Columns {
		all = append(all, c.Header)
	}
	return all
}

// arrived lists the newest landed files, one a name.
func (f files) arrived(ctx context.Context) (all []desk.File, err error) {
	snapshot, _, release, err := f.reader.Pin(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	found, err := snapshot.Query(ctx, "select name, max_by(file_id, file_no), max_by(size, file_no) from files where origin is distinct from ? group by name order by max(file_no) desc limit 200", pipelines.OriginEntered)
	if err != nil {
		return nil, err
	}
	for _, row := range found.Rows {
		all = append(all, desk.File{Name: row[0].(string), ID: row[1].(string), Size: row[2].(int64)})
	}
	return all, nil
}

// held finds a landed file that waits for confirmation, and says where it lies.
func (f files) held(ctx context.Context, id string) (string, desk.File, error) {
	file, err := f.find(ctx, id, " and state = 'held'")
	if err != nil {
		return "", file, err
	}
	path, err := f.landed(ctx, id)
	return path, file, err
}

// deciders are what people decide on a page: problems that need no repair, files and rows that do not count.
func (p *program) deciders(c config.Config, log *slog.Logger) (waive func(ctx context.Context, problems []int64, by, reason string) (int64, error),
	aside func(ctx context.Context, a pipelines.Aside) (bool, error), nothing func(ctx context.Context, n pipelines.Nothing) error, err error) {
	r, err := p.runner(c, "", runOptions{log: log})
	if err != nil {
		return nil, nil, nil, err
	}
	waive = func(ctx context.Context, problems []int64, by, reason string) (int64, error) {
		n, _, err := r.Waive(ctx, problems, by, reason)
		return int64(n), err
	}
	aside = func(ctx context.Context, a pipelines.Aside) (bool, error) {
		_, err := r.SetAside(ctx, a)
		if errors.Is(err, load.ErrNotAside) {
			return true, nil
		}
		return false, err
	}
	nothing = func(ctx context.Context, n pipelines.Nothing) error {
		_, err := r.SayNothing(ctx, n)
		return err
	}
	return waive, aside, nothing, nil
}

// emptyWorkbook writes the workbook in which an export is filled in by hand.
func emptyWorkbook(w io.Writer, export, lang string) error {
	contract, known := data.ContractOf(export)
	if !known {
		return pipelines.Errorf("template of %q: %w", export, pipelines.ErrUnknown)
	}
	return template.Write(w, contract, lang)
}
