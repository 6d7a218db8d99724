package cli

import (
	"context"
	"fmt"
	"slices"

	"hulian/cmd/internal/config"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
	"hulian/queries"
)

// withReadings adds to values what each means: the sentence that pages show beside it. Values of members get none, for no
// page reads a person's months as a series.
func (p *program) withReadings(ctx context.Context, c config.Config, q pipelines.Querier, restated bool, values pipelines.Table) (pipelines.Table, error) {
	programme, err := p.programme(c)
	if err != nil {
		return values, err
	}
	snapshot, err := facts.Open(ctx, q)
	if err != nil {
		return values, err
	}
	text := func(row []any, column string) string { return fmt.Sprint(row[values.Column(column)]) }
	wanted := map[queries.Level][]string{}
	for _, row := range values.Rows {
		level, measure := queries.Level(text(row, "level")), text(row, "measure")
		if level != queries.Member && !slices.Contains(wanted[level], measure) {
			wanted[level] = append(wanted[level], measure)
		}
	}
	read := map[queries.Level]block.Readings{}
	for level, measures := range wanted {
		if read[level], err = block.ReadingsOf(ctx, everything(snapshot.Town.ID), snapshot, programme, c.Lang, restated, level, measures...); err != nil {
			return values, err
		}
	}
	for i, row := range values.Rows {
		var sentence any
		if readings, ok := read[queries.Level(text(row, "level"))]; ok {
			sentence = readings.Sentence(text(row, "measure"), text(row, "unit_id"), text(row, "month"))
		}
		values.Rows[i] = append(row, sentence)
	}
	values.Columns = append(values.Columns, "reading")
	return values, nil
}

// everything is who asks on the command line: whoever may run it may read the town's folder too.
func everything(town string) visitor.Visitor {
	return visitor.Visitor{Role: visitor.Office, Scope: visitor.Scope{Towns: []string{town}}, Origin: visitor.CLI}
}
