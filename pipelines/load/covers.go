package load

import (
	"context"
	"path"

	"hulian/data"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/load/typing"
)

// month is how months are written.
const month = "2006-01"

// covers says which months files speak of that were not loaded, so that these months are not taken for complete: of events
// the months of their rows, of a list its own and all later ones, of what could not be recognised the month its name gives.
func (r *run) covers(ctx context.Context) error {
	for _, file := range r.book.Files {
		if file.State != ledger.Held && file.State != ledger.Rejected {
			continue
		}
		for _, f := range r.feeds {
			if f.line.File != file {
				continue
			}
			if err := f.covered(ctx); err != nil {
				return err
			}
		}
		if file.FirstMonth != "" {
			continue
		}
		names := []string{withoutEnding(file.Name)}
		for _, l := range r.book.Lines {
			if l.File == file {
				names = append(names, withoutEnding(path.Base(l.Table)))
			}
		}
		for _, name := range names {
			if day, ok := dayNamed(name); ok {
				file.FirstMonth, file.LastMonth = day.Format(month), day.Format(month)
				break
			}
		}
	}
	return nil
}

// covered adds the months of a feed to those of its file.
func (f *feed) covered(ctx context.Context) error {
	file, c := f.line.File, f.plan.Contract
	if c.Kind == data.Registry || c.DatedBy == "" {
		file.Cover(file.AsOf.Format(month), "")
		return nil
	}
	dated, reader := 0, f.reader.Clone()
	for i, column := range c.Columns {
		if column.ID == c.DatedBy {
			dated = i
		}
	}
	return decode.Rows(ctx, f.table.Body, func(from decode.Row) error {
		if from.No <= f.segment.HeaderRow || from.No > f.segment.Last {
			return nil
		}
		if row := reader.Read(from); row.Fate != typing.Ignored && row.Values[dated].Set {
			of := row.Values[dated].Time.Format(month)
			file.Cover(of, of)
		}
		return nil
	})
}
