package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/dustin/go-humanize"

	"hulian/cmd/internal/config"
	"hulian/pipelines"
)

// monthsListed is how many months acceptance says one by one; more are summed up.
const monthsListed = 6

// acceptance says how much of what was handed in for the months was accepted, the newest where none is named: no number
// goes out without it.
func (p *program) acceptance(ctx context.Context, c config.Config, months ...string) error {
	table, err := p.ask(ctx, c, "select month, numerator, denominator from measures where measure = 'validity' and level = 'town' and denominator > 0 order by month")
	if err != nil {
		return err
	}
	rows := table.Rows
	switch {
	case len(rows) == 0:
		return nil
	case len(months) == 0:
		rows = rows[len(rows)-1:]
	default:
		rows = slices.DeleteFunc(rows, func(row []any) bool { return !slices.Contains(months, fmt.Sprint(row[0])) })
	}
	said := func(of string, accepted, read float64) {
		p.say("%s: accepted %.1f%% (%s/%s rows)\n", of, 100*accepted/read, humanize.Comma(int64(accepted)), humanize.Comma(int64(read)))
	}
	var accepted, read float64
	for _, row := range rows {
		numerator, _ := row[1].(float64)
		denominator, _ := row[2].(float64)
		if accepted, read = accepted+numerator, read+denominator; len(rows) <= monthsListed {
			said(fmt.Sprint(row[0]), numerator, denominator)
		}
	}
	if len(rows) > monthsListed {
		said(p.words.Tf("%s to %s", rows[0][0], rows[len(rows)-1][0]), accepted, read)
	}
	return nil
}

// monthsOf lists the months of measures, each once.
func monthsOf(table pipelines.Table) []string {
	var months []string
	if at := table.Column("month"); at >= 0 {
		for _, row := range table.Rows {
			if month := fmt.Sprint(row[at]); !slices.Contains(months, month) {
				months = append(months, month)
			}
		}
	}
	return months
}
