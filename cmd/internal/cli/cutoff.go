package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"hulian/cmd/internal/config"
	"hulian/pipelines"
)

// beyond says which rows hold days after the cut-off, and what to do about them: nothing that was handed in is left out
// in silence. set tells a cut-off of the settings from one that follows the data.
func (p *program) beyond(cutOff string, set bool, after []pipelines.RowsAfter) {
	if len(after) == 0 {
		return
	}
	var counts []string
	last := ""
	for _, a := range after {
		counts = append(counts, fmt.Sprintf("%s (%s)", a.Export, humanize.Comma(a.Rows)))
		last = max(last, a.LastOn)
	}
	said := p.words.Tf("rows with days after %s, up to %s: %s; what was done on these days is left out of every measure", cutOff, last, strings.Join(counts, ", "))
	if set {
		p.say("%s, because cut_off is set. Delete cut_off, or set a later day, and run again\n", said)
		return
	}
	p.say("%s, because no file can know of a day after it arrived. Check year and month of these dates\n", said)
}

// rowsAfter reads from the published snapshot what its exports hold of days after its cut-off. Snapshots of older
// programs do not say. set is whether the cut-off stood in the settings.
func (p *program) rowsAfter(ctx context.Context, c config.Config) (after []pipelines.RowsAfter, set bool, err error) {
	table, err := p.ask(ctx, c, "select count(*) from information_schema.tables where table_schema = 'main' and table_name = 'rows_after_cut_off'")
	if err != nil || table.Rows[0][0] == int64(0) {
		return nil, false, err
	}
	if table, err = p.ask(ctx, c, "select export, rows, cast(last_on as varchar), cut_off_set from rows_after_cut_off order by export"); err != nil {
		return nil, false, err
	}
	for _, row := range table.Rows {
		a := pipelines.RowsAfter{Export: fmt.Sprint(row[0]), LastOn: fmt.Sprint(row[2])}
		a.Rows, _ = row[1].(int64)
		set = row[3] == true
		after = append(after, a)
	}
	return after, set, nil
}
