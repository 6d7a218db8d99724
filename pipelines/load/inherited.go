package load

import (
	"context"
	"slices"
	"strings"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/entry"
	"hulian/pipelines/load/ledger"
)

// Decided are rows that one person entered at one time.
type Decided struct {
	Export string
	By     string
	At     time.Time // zero: not known
	Rows   []entry.Row
}

// Unnamed stands for whoever confirmed a held file with a version of the program that did not ask for a name.
const Unnamed = "hulian"

// Inherited gives what people decided with a version of the program that kept it in the warehouse alone: files that were let
// through though a list had fallen, which would be held now, and problems that were let pass. It is to be entered, so that it
// lands. fresh is the same town, loaded anew. It is empty where the warehouse was filled by a loader that reads entries.
func Inherited(ctx context.Context, before, fresh pipelines.Querier) ([]Decided, error) {
	with, err := before.Query(ctx, "select count(*) from ops.loader")
	if err != nil || with.Rows[0][0] != int64(0) {
		return nil, err
	}
	accepted, err := letThrough(ctx, before, fresh)
	if err != nil {
		return nil, pipelines.Errorf("find files that were confirmed: %w", err)
	}
	waived, err := letPass(ctx, before)
	if err != nil {
		return nil, pipelines.Errorf("find problems that were waived: %w", err)
	}
	return append(accepted, waived...), nil
}

// letThrough lists the files that were loaded before and are held now.
func letThrough(ctx context.Context, before, fresh pipelines.Querier) (all []Decided, err error) {
	held, err := fresh.Query(ctx, "select file_id from ops.files where state = ?", ledger.Held)
	if err != nil {
		return nil, err
	}
	for _, row := range held.Rows {
		found, err := before.Query(ctx, `select coalesce(string_agg(r.detail, '; '), ''), coalesce(max(r.run_id), '') from ops.files f left join ops.reconciliation r on r.file_no = f.file_no
			where f.file_id = ? and f.state = ? group by f.file_no`, row[0], ledger.Loaded)
		if err != nil {
			return nil, err
		}
		if len(found.Rows) == 0 {
			continue
		}
		detail, _ := found.Rows[0][0].(string)
		run, _ := found.Rows[0][1].(string)
		by, reason := whoConfirmed(detail)
		at, _ := time.Parse("20060102T150405Z", strings.Split(run, "-")[0]) // the run that let it through; zero where its name says no time
		all = append(all, Decided{Export: AcceptedFiles, By: by, At: at, Rows: []entry.Row{{"file_id": row[0], "reason": reason}}})
	}
	return all, nil
}

// confirmedWords is how such a version began to say who confirmed a file, and why.
const confirmedWords = "far fewer rows, confirmed: "

// whoConfirmed reads a name and a reason off what was noted of a table: "… confirmed: 30 → 4, 王样本, 合并支部; …".
func whoConfirmed(detail string) (by, reason string) {
	if _, said, found := strings.Cut(detail, confirmedWords); found {
		said, _, _ = strings.Cut(said, "; ")
		if parts := strings.SplitN(said, ", ", 3); len(parts) == 3 && parts[1] != "" {
			return parts[1], parts[2]
		}
	}
	return Unnamed, "较早版本中确认，未留姓名 / confirmed with an earlier version, which asked for no name"
}

// letPass lists the waived problems.
func letPass(ctx context.Context, before pipelines.Querier) (all []Decided, err error) {
	found, err := before.Query(ctx, `select w.waived_by, w.reason, w.waived_at, f.file_id, p.sheet, p.export, p."row", p.column_id, p.code
		from ops.waivers w join ops.problems p on p.problem_no = w.problem_no join ops.files f on f.file_no = p.file_no
		where p.state = 'waived' and coalesce(trim(w.waived_by), '') <> '' order by w.waived_at, w.problem_no`)
	if err != nil {
		return nil, err
	}
	for _, row := range found.Rows {
		by, _ := row[0].(string)
		at, _ := row[2].(time.Time)
		i := slices.IndexFunc(all, func(d Decided) bool { return d.By == by && d.At.Equal(at) })
		if i < 0 {
			i, all = len(all), append(all, Decided{Export: WaivedProblems, By: by, At: at})
		}
		all[i].Rows = append(all[i].Rows, entry.Row{"file_id": row[3], "sheet": row[4], "of_export": row[5], "row": row[6], "column_id": row[7], "code": row[8], "reason": row[1]})
	}
	return all, nil
}
