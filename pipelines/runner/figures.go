package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/load"
	"hulian/queries"
)

// figureMonths is of how many months the document of a run keeps the headline figures.
const figureMonths = 24

// figures keeps in the document of the run what the headline figures are now, and which of them the last run that published had
// published otherwise, with the files that may have moved them.
func (w *work) figures(ctx context.Context) error {
	var err error
	if w.run.Figures, err = headline(ctx, w.warehouse); err != nil {
		return pipelines.Errorf("read the headline figures: %w", err)
	}
	i := slices.IndexFunc(w.before, func(r pipelines.Run) bool { return len(r.Figures) > 0 })
	if i < 0 {
		return nil
	}
	before := map[[2]string]pipelines.Figure{}
	for _, f := range w.before[i].Figures {
		before[[2]string{f.Measure, f.Month}] = f
	}
	files, err := w.authoredFiles(ctx)
	if err != nil {
		return err
	}
	for _, now := range w.run.Figures {
		was, known := before[[2]string{now.Measure, now.Month}] // of a new month there is nothing to compare with
		if !known || was.Equal(now) {
			continue
		}
		change := pipelines.FigureChange{From: was, To: now}
		measure, _ := queries.MeasureOf(now.Measure)
		for _, export := range measure.Source {
			for _, f := range files[export] {
				if !slices.Contains(change.Files, f) {
					change.Files = append(change.Files, f)
				}
			}
		}
		if len(change.Files) == 0 {
			change.By = w.by
		}
		w.run.Changed = append(w.run.Changed, change)
	}
	if n := len(w.run.Changed); n > 0 {
		w.Logger.Info("headline figures changed", "figures", n)
	}
	return nil
}

// headline reads the town's headline figures of the last months.
func headline(ctx context.Context, q pipelines.Querier) (all []pipelines.Figure, err error) {
	ids := "'" + strings.Join(queries.Headline(), "', '") + "'"
	found, err := q.Query(ctx, fmt.Sprintf(`
select m.measure, m.month, m.numerator, m.denominator, m.value
from marts.measures m
where m.level = 'town' and m.measure in (%s)
    and m.month in (select distinct l.month from marts.measures l where l.level = 'town' order by l.month desc limit %d)
order by m.month desc, m.measure`, ids, figureMonths))
	if err != nil {
		return nil, err
	}
	number := func(cell any) *float64 {
		if x, ok := cell.(float64); ok {
			return &x
		}
		return nil
	}
	for _, row := range found.Rows {
		f := pipelines.Figure{Numerator: number(row[2]), Denominator: number(row[3]), Value: number(row[4])}
		f.Measure, _ = row[0].(string)
		f.Month, _ = row[1].(string)
		all = append(all, f)
	}
	return all, nil
}

// authoredFiles are the files this run took rows of, by export, with who handed them in.
func (w *work) authoredFiles(ctx context.Context) (map[string][]pipelines.AuthoredFile, error) {
	found, err := w.warehouse.Query(ctx, "select file_id, entered_by, coalesce(accepted_by, '') from exports."+load.HandedInFiles+" order by _file, _row")
	if err != nil {
		return nil, pipelines.Errorf("read who handed files in: %w", err)
	}
	authors := map[string]pipelines.AuthoredFile{}
	for _, row := range found.Rows {
		id, _ := row[0].(string)
		var a pipelines.AuthoredFile
		a.By, _ = row[1].(string)
		a.AcceptedBy, _ = row[2].(string)
		authors[id] = a
	}
	all := map[string][]pipelines.AuthoredFile{}
	for _, f := range w.run.Files {
		if f.Accepted == 0 || !slices.Contains(w.seen, f.FileID) { // where everything is loaded anew, others stand there too
			continue
		}
		a := authors[f.FileID]
		a.Name, a.FileID = f.Name, f.FileID
		all[f.Export] = append(all[f.Export], a)
	}
	return all, nil
}
