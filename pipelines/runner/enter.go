package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os/user"
	"path/filepath"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/entry"
	"hulian/pipelines/land"
	"hulian/pipelines/load"
)

// enter lands what somebody has entered.
func (w *work) enter(ctx context.Context, e entry.Entry) error {
	item, err := e.File()
	if err != nil {
		return err
	}
	_, _, err = w.store.Land(ctx, item)
	return err
}

// authored lands who handed in the files of this run, before they land themselves: none of them is ever without its author.
func (w *work) authored(ctx context.Context) error {
	for _, by := range w.HandedIn {
		if by.By == "" || len(by.Files) == 0 {
			continue
		}
		var rows []entry.Row
		for _, id := range by.Files {
			row := entry.Row{"file_id": id}
			if by.Village != "" {
				row["of_village"] = by.Village
			}
			if by.AcceptedBy != "" {
				row["accepted_by"] = by.AcceptedBy
			}
			rows = append(rows, row)
		}
		w.Logger.Info("handed in", "by", by.By, "village", by.Village, "accepted_by", by.AcceptedBy, "files", len(rows))
		if err := w.enter(ctx, entry.Entry{Export: load.HandedInFiles, By: by.By, At: w.Now(), Rows: rows}); err != nil {
			return err
		}
	}
	return nil
}

// Enter keeps what somebody has entered, as rows of an export, and takes it through all stages. make gives the rows, from
// what is loaded; none: nothing happens.
func (r *Runner) Enter(ctx context.Context, trigger, export, by string, make func(context.Context, pipelines.Querier) ([]entry.Row, error)) (n int, run pipelines.Run, err error) {
	if strings.TrimSpace(by) == "" {
		return 0, pipelines.Run{}, &pipelines.Fault{Op: trigger, Err: errors.New("nobody said who decides"), Next: "--by NAME"}
	}
	run, err = r.record(ctx, trigger, func(w *work) (err error) {
		w.by = by
		if w.store, err = land.Open(filepath.Join(w.Dir, landedName)); err != nil {
			return err
		}
		closeWarehouse, err := w.openWarehouse(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, closeWarehouse()) }()
		rows, err := make(ctx, w.warehouse)
		if n = len(rows); err != nil || n == 0 {
			return err
		}
		if err := w.enter(ctx, entry.Entry{Export: export, By: by, At: w.Now(), Rows: rows}); err != nil {
			return err
		}
		for _, row := range rows {
			w.Logger.Info("entered", "export", export, "by", by, "row", fmt.Sprint(row))
		}
		return w.behindLanding(ctx)
	})
	return n, run, err
}

// Waive lets problems pass that a person says need no repair, and publishes that. n is how many were open.
func (r *Runner) Waive(ctx context.Context, problems []int64, by, reason string) (n int, run pipelines.Run, err error) {
	if strings.TrimSpace(by) == "" || strings.TrimSpace(reason) == "" {
		return 0, pipelines.Run{}, &pipelines.Fault{Op: "waive", Err: errors.New("a waiver needs a name and a reason"), Next: "--by NAME --reason TEXT"}
	}
	return r.Enter(ctx, "waive", load.WaivedProblems, by, func(ctx context.Context, q pipelines.Querier) ([]entry.Row, error) {
		return load.Waivers(ctx, q, problems, strings.TrimSpace(reason))
	})
}

// SetAside sets a file or a row aside, or takes it back, and publishes that.
func (r *Runner) SetAside(ctx context.Context, a pipelines.Aside) (pipelines.Run, error) {
	if strings.TrimSpace(a.By) == "" || strings.TrimSpace(a.Reason) == "" {
		return pipelines.Run{}, &pipelines.Fault{Op: "set aside", Err: errors.New("a name and a reason are needed"), Next: "--by NAME --reason TEXT"}
	}
	_, run, err := r.Enter(ctx, "aside", load.SetAsides, a.By, func(ctx context.Context, q pipelines.Querier) ([]entry.Row, error) {
		row := entry.Row{"back": a.Back, "reason": strings.TrimSpace(a.Reason)}
		if a.File != "" {
			row["file_id"] = a.File
			return []entry.Row{row}, load.MayBeAside(ctx, q, a.File, a.Back)
		}
		contract, known := data.ContractOf(a.Export)
		if !known || contract.Kind == data.Registry || contract.IsEntry() {
			return nil, &pipelines.Fault{Op: "set aside", At: a.Export, Err: pipelines.Errorf("%w: only rows of events can", load.ErrNotAside), Next: "set the file aside, or send the list again corrected"}
		}
		said, err := load.Said(ctx, q, contract, a.Key, a.Back)
		rows := make([]entry.Row, len(said))
		for i, text := range said {
			rows[i] = maps.Clone(row)
			rows[i]["of_export"], rows[i]["row_key"], rows[i]["said"] = a.Export, a.Key, text
		}
		return rows, err
	})
	return run, err
}

// SayNothing keeps that a village had nothing to report, or takes it back, and publishes that. Of a month ahead it is
// pipelines.ErrNotBegun.
func (r *Runner) SayNothing(ctx context.Context, n pipelines.Nothing) (pipelines.Run, error) {
	zone, err := load.Zone(r.config.TimeZone)
	if err != nil {
		return pipelines.Run{}, err
	}
	if n.Month > r.config.Now().In(zone).Format("2006-01") {
		return pipelines.Run{}, &pipelines.Fault{Op: "nothing to report", At: n.Month, Err: pipelines.ErrNotBegun, Next: "say so when it is over"}
	}
	_, run, err := r.Enter(ctx, "nothing", load.NothingToReport, n.By, func(context.Context, pipelines.Querier) ([]entry.Row, error) {
		row := entry.Row{"of_export": n.Export, "of_month": n.Month, "back": n.Back}
		if n.Village != "" {
			row["of_village"] = n.Village
		}
		if reason := strings.TrimSpace(n.Reason); reason != "" {
			row["reason"] = reason
		}
		return []entry.Row{row}, nil
	})
	return run, err
}

// columnOf is the column that names a thing to do of each kind; of the others it is item.
var columnOf = map[pipelines.TodoKind]string{pipelines.TodoHousehold: "household_id", pipelines.TodoIssue: "issue_id", pipelines.TodoMember: "member_id"}

// Tick keeps that things to do are done, or takes that back, and publishes that.
func (r *Runner) Tick(ctx context.Context, t pipelines.Tick) (pipelines.Run, error) {
	_, run, err := r.Enter(ctx, "tick", load.TodoTicks, t.By, func(context.Context, pipelines.Querier) ([]entry.Row, error) {
		rows := make([]entry.Row, len(t.Items))
		for i, item := range t.Items {
			rows[i] = entry.Row{"back": t.Back, "of_kind": string(item.Kind), "of_month": t.Month, cmp.Or(columnOf[item.Kind], "item"): item.ID}
			for column, value := range map[string]string{"of_village": item.Village, "of_branch": item.Branch, "remark": strings.TrimSpace(t.Note)} {
				if value != "" {
					rows[i][column] = value
				}
			}
		}
		return rows, nil
	})
	return run, err
}

// Keep keeps what somebody has filled in on a page, and publishes that.
func (r *Runner) Keep(ctx context.Context, e pipelines.Entered) (pipelines.Run, error) {
	contract, known := data.ContractOf(e.Export)
	if !known || !contract.IsEntry() {
		return pipelines.Run{}, pipelines.Errorf("keep what was entered: %s is no export of entries", e.Export)
	}
	rows := make([]entry.Row, len(e.Rows))
	for i, row := range e.Rows {
		rows[i] = row
		if faults := contract.Faults(row); len(faults) > 0 {
			return pipelines.Run{}, pipelines.Errorf("keep what was entered in %s: column %s: %s", e.Export, faults[0].Column, faults[0].Code)
		}
	}
	_, run, err := r.Enter(ctx, "entry", e.Export, e.By, func(context.Context, pipelines.Querier) ([]entry.Row, error) { return rows, nil })
	return run, err
}

// userName is the name of who runs the program, as the machine knows it.
func userName() string {
	if u, err := user.Current(); err == nil {
		return cmp.Or(u.Name, u.Username)
	}
	return "-"
}
