package load

import (
	"context"
	"path"
	"slices"

	"hulian/data"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/load/match"
	"hulian/pipelines/load/typing"
)

// month is how months are written.
const month = "2006-01"

// covers says which months files speak of that were not loaded, so that these months are not taken for complete: of events
// the months of their rows, of a list its own and all later ones. Of a file that could not be read or recognised they are
// the months of the dates that a rough look finds in it, or else the month its name gives. Where neither tells, it may
// belong to any month before it came, if by its name or headers it is an export that the programme expects.
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
		// What is dated after a file's arrival is a plan.
		came := max(file.AsOf.Format(month), r.book.Wall(file.ReceivedAt).Format(month))
		for _, of := range file.Glimpsed {
			if of <= came {
				file.Months = append(file.Months, of)
			}
		}
		if len(file.Months) > 0 {
			continue
		}
		names, exports := r.calls(file)
		for _, name := range names {
			if day, ok := dayNamed(name); ok {
				file.Cover(day.Format(month), day.Format(month))
				break
			}
		}
		if file.FirstMonth == "" && slices.ContainsFunc(exports, r.expects) {
			file.Cover(firstMonth, came)
		}
	}
	return nil
}

// firstMonth is before every other one.
const firstMonth = "0001-01"

// calls gives the names of a file and of its tables, and the exports that these or its headers name.
func (r *run) calls(file *ledger.File) (names, exports []string) {
	names = []string{withoutEnding(file.Name)}
	for _, l := range r.book.Lines {
		if l.File != file {
			continue
		}
		names = append(names, withoutEnding(path.Base(l.Table)))
		for _, d := range l.Details {
			exports = append(exports, d.Exports()...)
		}
	}
	for _, name := range names {
		exports = append(exports, match.Named(name)...)
	}
	return names, exports
}

// expects reports whether the programme expects events of an export every month, quarter, half-year or year.
func (r *run) expects(export string) bool {
	c, known := data.ContractOf(export)
	return known && c.DatedBy != "" && r.config.Programme.DataQuality.Expects(export)
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
			of := row.Values[dated].Time().Format(month)
			file.Cover(of, of)
		}
		return nil
	})
}
