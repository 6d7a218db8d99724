package model

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hulian/pipelines/warehouse"
	"hulian/queries"
)

// lastDay is the day a month is known as of: its last one, or the cut-off where that is earlier. What belongs to no month is
// known as of the cut-off.
func (b *build) lastDay(month string) string {
	day := b.result.CutOff
	if first, err := time.Parse("2006-01", month); err == nil {
		if last := first.AddDate(0, 1, -1); last.Before(day) {
			day = last
		}
	}
	return day.Format(time.DateOnly)
}

// standing returns for each table, by the last day of the months, the fingerprint of its rows that hold on that day. The days
// from and until which a row holds are no part of it: a newer list ends the rows of the one before, and changes nothing of the
// months before. Of the cut-off a month knows its own last day.
func (b *build) standing(ctx context.Context, tx *warehouse.Tx, tables []string, months map[string]bool) ([]monthly, error) {
	var all []monthly
	for _, table := range tables {
		found := monthly{}
		for month := range months {
			day := b.lastDay(month)
			found[day] = day
		}
		if table != queries.CutOffTable {
			var err error
			if found, err = b.heldOn(ctx, tx, table, found); err != nil {
				return nil, err
			}
		}
		all = append(all, found)
	}
	return all, nil
}

// heldOn returns the fingerprints of the rows of a table of versions that hold on some days. Those of the last build are taken
// where the table is what it was.
func (b *build) heldOn(ctx context.Context, tx *warehouse.Tx, table string, days monthly) (monthly, error) {
	known := b.onDays[table]
	if known == nil {
		known = monthly{}
		if b.prints[table] == b.previous[table] {
			for day, print := range monthlyOf(b.previous[table+standingSuffix]) {
				known[day] = print
			}
		}
	}
	var missing []string
	for day := range days {
		if _, ok := known[day]; !ok {
			missing = append(missing, "(date '"+day+"')")
			known[day] = "" // of a day on which nothing holds
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		found, err := tx.Query(ctx, fmt.Sprintf(`select cast(d.day as varchar), count(*) || ':' || coalesce(sum(h), 0) || ':' || coalesce(bit_xor(hash(h)), 0)
			from (select valid_from, valid_until, hash(*columns(* exclude (valid_from, valid_until))) as h from %s) r
			join (values %s) d (day) on r.valid_from <= d.day and d.day < r.valid_until group by d.day`, table, strings.Join(missing, ", ")))
		if err != nil {
			return nil, err
		}
		for _, row := range found.Rows {
			known[row[0].(string)] = fmt.Sprint(row[1])
		}
	}
	b.onDays[table] = known
	b.recipes[table+standingSuffix] = known.text()
	return known, nil
}
