package model

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/warehouse"
)

// afterTable holds pipelines.RowsAfter for the models.
const afterTable = "staging.stg_rows_after_cut_off"

// happened is a column of an export that says when somebody did something.
type happened struct {
	export, column string
	newest         time.Time // day; zero where the column is empty
}

// cutOff finds the day the data is known as of: the configured one, or the latest day on which something happened. A
// day later than the one its file arrived on cannot be known and does not count. It says what lies after it.
func (b *build) cutOff(ctx context.Context, tx *warehouse.Tx) error {
	dates, err := b.newestDays(ctx, tx)
	if err != nil {
		return err
	}
	cutOff := b.config.CutOff
	if cutOff.IsZero() {
		for _, d := range dates { // the newest first: of most columns nothing more is read
			if !d.newest.After(cutOff) {
				break
			}
			day, err := b.latestKnown(ctx, tx, d, cutOff)
			if err != nil {
				return err
			}
			if day.After(cutOff) {
				cutOff = day
			}
		}
	}
	if cutOff.IsZero() {
		if cutOff, err = b.listedOn(ctx, tx); err != nil {
			return err
		}
	}
	b.result.CutOff = cutOff
	b.result.After, err = b.rowsAfter(ctx, tx, dates)
	return err
}

// newestDays reads the newest day of every column of what happened, the newest column first. The engine keeps the
// largest value of each block of rows, so that this reads no rows.
func (b *build) newestDays(ctx context.Context, tx *warehouse.Tx) ([]happened, error) {
	var queries []string
	for _, contract := range data.Contracts() {
		if b.present["exports."+contract.Export] == "" {
			continue
		}
		for _, column := range contract.Happened() {
			queries = append(queries, fmt.Sprintf("select %s, %s, cast(max(%s) as date) from exports.%s", text(contract.Export), text(column.ID), quoted(column.ID), contract.Export))
		}
	}
	if len(queries) == 0 {
		return nil, nil
	}
	table, err := tx.Query(ctx, strings.Join(queries, " union all "))
	if err != nil {
		return nil, err
	}
	var dates []happened
	for _, row := range table.Rows {
		d := happened{export: row[0].(string), column: row[1].(string)}
		d.newest, _ = row[2].(time.Time)
		dates = append(dates, d)
	}
	slices.SortStableFunc(dates, func(x, y happened) int { return y.newest.Compare(x.newest) })
	return dates, nil
}

// latestKnown returns the latest day of a column after a given one that is not later than the arrival of the file that
// brought it, or the zero time. The last days are looked at first: only a column of mistyped dates is read further back.
func (b *build) latestKnown(ctx context.Context, tx *warehouse.Tx, d happened, after time.Time) (time.Time, error) {
	arrived := "date '9999-12-31'" // rows whose file nobody keeps: nothing speaks against them
	join := ""
	if b.present["ops.files"] != "" {
		arrived, join = "coalesce(cast(f.received_at as date), date '9999-12-31')", "left join ops.files f on f.file_no = e._file"
	}
	for _, days := range []int{31, 366, 36600} {
		from := d.newest.AddDate(0, 0, -days)
		if from.Before(after) {
			from = after
		}
		table, err := tx.Query(ctx, fmt.Sprintf("select max(cast(e.%[1]s as date)) from exports.%[2]s e %[3]s where e.%[1]s >= %[4]s and cast(e.%[1]s as date) <= %[5]s",
			quoted(d.column), d.export, join, date(from.AddDate(0, 0, 1)), arrived))
		if err != nil {
			return time.Time{}, err
		}
		if day, ok := table.Rows[0][0].(time.Time); ok || from.Equal(after) {
			return day, nil
		}
	}
	return time.Time{}, nil
}

// listedOn is the cut-off of a town of which nothing but lists has arrived: the latest day they speak for, or arrived on
// where that is earlier.
func (b *build) listedOn(ctx context.Context, tx *warehouse.Tx) (time.Time, error) {
	if b.present["ops.files"] != "" {
		table, err := tx.Query(ctx, "select max(least(coalesce(as_of, cast(received_at as date)), cast(received_at as date))) from ops.files where state = 'loaded' and origin is distinct from '"+pipelines.OriginEntered+"'")
		if err != nil {
			return time.Time{}, err
		}
		if day, ok := table.Rows[0][0].(time.Time); ok {
			return day, nil
		}
	}
	return time.Unix(0, 0).UTC(), nil // no file: there is nothing of which a day would be told
}

// rowsAfter counts, export by export, the rows that say of a day after the cut-off that something happened. dates are
// in order, the newest first.
func (b *build) rowsAfter(ctx context.Context, tx *warehouse.Tx, dates []happened) ([]pipelines.RowsAfter, error) {
	late := map[string][]string{}
	var found []pipelines.RowsAfter
	for _, d := range dates {
		if !d.newest.After(b.result.CutOff) {
			break
		}
		if late[d.export] == nil {
			found = append(found, pipelines.RowsAfter{Export: d.export, LastOn: d.newest.Format(time.DateOnly)})
		}
		late[d.export] = append(late[d.export], fmt.Sprintf("%s >= %s", quoted(d.column), date(b.result.CutOff.AddDate(0, 0, 1))))
	}
	for i, f := range found {
		table, err := tx.Query(ctx, fmt.Sprintf("select count(*) from exports.%s where %s", f.Export, strings.Join(late[f.Export], " or ")))
		if err != nil {
			return nil, err
		}
		found[i].Rows, _ = table.Rows[0][0].(int64)
	}
	slices.SortFunc(found, func(x, y pipelines.RowsAfter) int { return strings.Compare(x.Export, y.Export) })
	return found, nil
}

// afterRows are the rows of afterTable.
func afterRows(after []pipelines.RowsAfter, set bool) [][]string {
	var all [][]string
	for _, a := range after {
		all = append(all, []string{text(a.Export), strconv.FormatInt(a.Rows, 10), text(a.LastOn), strconv.FormatBool(set)})
	}
	return all
}

func quoted(name string) string { return `"` + name + `"` }
