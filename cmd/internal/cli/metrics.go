package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/pipelines"
	"hulian/queries"
)

func newMetricsCommand(p *program) *cobra.Command {
	var measures, levels, months, units []string
	var day string
	var restated, read bool
	cmd := &cobra.Command{
		Use:   "metrics",
		Short: "Write measures of the published snapshot",
		Long: document(`Writes measures month by month, every value with its base: measure, level, unit_id, unit_name, month, numerator,
denominator, value. Every flag may be given several times or with commas; one left out means all. The value is null
where it cannot be formed: nothing to divide by, or a median not reached yet. How much of what was handed in for the
months was accepted is said on standard error. "hulian query" shows what each
measure means: select * from measure_definitions. Months that were corrected since they were signed are named on
standard error.

With --reading a column says what each value means, in the sentence the pages show beside it, in the language that
--lang or hulian.yaml names: whether it changed beyond chance, against what, and whether the target will be met. Values
of members have none.

With --as-of the measures are computed anew as they were known on that day: from the files received by then, in the
versions that stood then, with that day as the cut-off.

With --restated past months are given for the villages and branches of today, as the merge file (hulian template
successions) says what became of what: numerators and denominators are added up, never values. The column basis
says of each row whether it is as lived, summed, or impossible to restate.`, endsAsked),
		Example: `  hulian metrics --measure resolution_rate_cumulative --level town --month 2018-01
  hulian metrics --measure card_rate,group_rate --level village --month 2018-01 --format csv
  hulian metrics --measure resolution_rate --level town --month 2017-11 --as-of 2017-12-20
  hulian metrics --measure card_rate --level village --restated
  hulian metrics --measure on_time_rate --level village --month 2018-01 --reading --lang en`,
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if _, err := outputFormat(cmd); err != nil {
				return err
			}
			if err := checkMetrics(measures, levels, months); err != nil {
				return err
			}
			for i, id := range measures {
				measures[i] = queries.IDOf(id)
			}
			if day == "" {
				if err := p.checkScope(cmd.Context(), c, months, units); err != nil {
					return err
				}
			}
			rest, arguments := filtered(filterList{"measure", measures}, filterList{"level", levels}, filterList{"month", months}, filterList{"unit_id", units})
			rest += " order by measure, level, unit_id, month"
			var table pipelines.Table
			switch {
			case restated && day != "":
				return usage(&pipelines.Fault{Op: "read flags", At: "--restated --as-of", Err: errors.New("one asks for the units of today, the other how it was known on a day"), Next: "give one of them"})
			case restated:
				table, err = p.askRestated(cmd.Context(), c, rest, arguments...)
			case day == "":
				var columns string
				if columns, err = p.publishedColumns(cmd.Context(), c); err == nil {
					table, err = p.ask(cmd.Context(), c, "select "+columns+" from measures"+rest, arguments...)
				}
			default:
				err = p.asOf(cmd.Context(), c, day, func(q pipelines.Querier) (err error) {
					if table, err = q.Query(cmd.Context(), "select "+measureColumns+" from measures"+rest, arguments...); err == nil && read {
						table, err = p.withReadings(cmd.Context(), c, q, false, table)
					}
					return err
				})
			}
			if err == nil && read && day == "" {
				err = p.published(cmd.Context(), c, func(q pipelines.Querier) (err error) {
					table, err = p.withReadings(cmd.Context(), c, q, restated, table)
					return err
				})
			}
			if err != nil {
				return err
			}
			if day == "" {
				p.warnOfChanges(cmd.Context(), c, table)
				if err := p.acceptance(cmd.Context(), c, monthsOf(table)...); err != nil {
					return err
				}
			}
			return p.print(cmd, table)
		},
	}
	cmd.Flags().StringSliceVar(&measures, "measure", nil, "ID of a measure, e.g. resolution_rate")
	cmd.Flags().StringSliceVar(&levels, "level", nil, "town, village, branch or member")
	cmd.Flags().StringSliceVar(&months, "month", nil, "month as YYYY-MM")
	cmd.Flags().StringSliceVar(&units, "unit", nil, "ID of a town, village, branch or member")
	cmd.Flags().StringVar(&day, "as-of", "", "compute as known on this day (YYYY-MM-DD)")
	cmd.Flags().BoolVar(&read, "reading", false, "say of each value what it means")
	cmd.Flags().BoolVar(&restated, "restated", false, "past months for the units of today, where villages or branches were merged or divided")
	config.AddFlags(cmd.Flags(), reading...)
	return cmd
}

// checkMetrics refuses names that do not exist: an empty answer would hide the slip.
func checkMetrics(measures, levels, months []string) error {
	var known []string
	for _, m := range queries.Measures() {
		known = append(known, m.ID)
	}
	for _, name := range measures {
		if _, ok := queries.MeasureOf(name); !ok {
			return unknown("measure", name, known, `hulian query "select measure, name_en from measure_definitions"`)
		}
	}
	all := []string{string(queries.Town), string(queries.Village), string(queries.Branch), string(queries.Member)}
	for _, name := range levels {
		if !slices.Contains(all, name) {
			return unknown("level", name, all, "")
		}
	}
	for _, name := range measures {
		m, _ := queries.MeasureOf(name)
		var measured []string
		for _, level := range m.Levels {
			measured = append(measured, string(level))
		}
		if len(levels) > 0 && !slices.ContainsFunc(levels, func(level string) bool { return slices.Contains(measured, level) }) {
			return usage(&pipelines.Fault{Op: "read level", At: fmt.Sprintf("%q", strings.Join(levels, ",")), Err: pipelines.Errorf("%s is not measured there", name),
				Next: "--level " + strings.Join(measured, " or ")})
		}
	}
	for _, month := range months {
		if _, err := time.Parse("2006-01", month); err != nil {
			return unknown("month", month, nil, "a month such as 2018-01")
		}
	}
	return nil
}

// checkScope refuses months and units the published snapshot does not know. A unit may have been named by its name: its
// ID is offered.
func (p *program) checkScope(ctx context.Context, c config.Config, months, units []string) error {
	if len(months) > 0 {
		span, err := p.ask(ctx, c, "select min(value) filter (where key = 'first_month'), min(value) filter (where key = 'last_month') from snapshot_facts")
		if err != nil {
			return err
		}
		first, last := fmt.Sprint(span.Rows[0][0]), fmt.Sprint(span.Rows[0][1])
		for _, month := range months {
			if month < first || month > last {
				next := "a month from %s to %s"
				if after, set, err := p.rowsAfter(ctx, c); err == nil && set && len(after) > 0 {
					next = "a month from %s to %s; later days are left out because cut_off is set: delete cut_off and run again"
				}
				return unknown("month", month, nil, next, first, last)
			}
		}
	}
	if len(units) == 0 {
		return nil
	}
	table, err := p.ask(ctx, c, "select distinct unit_id, coalesce(unit_name, '') from units order by unit_id")
	if err != nil {
		return err
	}
	var ids []string
	named := map[string][]string{}
	for _, row := range table.Rows {
		id, name := fmt.Sprint(row[0]), fmt.Sprint(row[1])
		ids, named[name] = append(ids, id), append(named[name], id)
	}
	for _, unit := range units {
		switch {
		case slices.Contains(ids, unit):
		case len(named[unit]) > 0:
			return unknown("unit", unit, nil, "--unit "+strings.Join(named[unit], " or "))
		default:
			return unknown("unit", unit, ids, `hulian query "select level, unit_id, unit_name from units"`)
		}
	}
	return nil
}
