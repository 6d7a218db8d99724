package block

import (
	"context"
	"slices"

	"hulian/dashboards/trail"
	"hulian/pipelines"
)

// HideNames masks, in what the server lends the page, the names of persons the visitor may not see: in names of files, in the log of
// runs, in notices and in the audit trail. The snapshot masks its own texts.
func (r *Request) HideNames(ctx context.Context) {
	if r.SeesPersons(r.Visitor) {
		return
	}
	ctx = context.WithoutCancel(ctx) // others may wait for the same page
	f, v := r.Facts, r.Visitor
	if runs := r.Runs; runs != nil {
		r.Runs = func() ([]pipelines.Run, error) {
			hide, err := f.Hide(ctx, v)
			if err != nil {
				return nil, err
			}
			all, err := runs()
			all = slices.Clone(all)
			for i := range all {
				hideRun(&all[i], hide)
			}
			return all, err
		}
	}
	if notices := r.Notices; notices != nil {
		r.Notices = func() ([]pipelines.Notice, error) {
			hide, err := f.Hide(ctx, v)
			if err != nil {
				return nil, err
			}
			all, err := notices()
			all = slices.Clone(all)
			for i := range all {
				all[i].Title, all[i].Text, all[i].Error = hide(all[i].Title), hide(all[i].Text), hide(all[i].Error)
			}
			return all, err
		}
	}
	if read := r.Trail; read != nil {
		r.Trail = func(ctx context.Context, q trail.Question) ([]trail.Entry, int64, error) {
			hide, err := f.Hide(ctx, v)
			if err != nil {
				return nil, 0, err
			}
			all, next, err := read(ctx, q)
			for i := range all {
				all[i].Object = hide(all[i].Object)
			}
			return all, next, err
		}
	}
}

// hideRun masks names in the record of a run, which others share.
func hideRun(run *pipelines.Run, hide func(string) string) {
	run.Error = hide(run.Error)
	run.Files, run.Log, run.Reasons, run.Changed = slices.Clone(run.Files), slices.Clone(run.Log), slices.Clone(run.Reasons), slices.Clone(run.Changed)
	for i := range run.Files {
		run.Files[i].Name, run.Files[i].Sheet = hide(run.Files[i].Name), hide(run.Files[i].Sheet)
	}
	for i := range run.Log {
		run.Log[i].Text = hide(run.Log[i].Text)
	}
	for i := range run.Reasons {
		run.Reasons[i].Subject, run.Reasons[i].Detail = hide(run.Reasons[i].Subject), hide(run.Reasons[i].Detail)
	}
	for i := range run.Changed {
		run.Changed[i].Files = slices.Clone(run.Changed[i].Files)
		for j := range run.Changed[i].Files {
			run.Changed[i].Files[j].Name = hide(run.Changed[i].Files[j].Name)
		}
	}
}
