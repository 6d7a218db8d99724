package ledger

import (
	"context"

	"hulian/data"
	"hulian/pipelines/load/statement"
)

// Waived is the export in which people enter that problems need no repair: the rows stay refused, or accepted with a
// warning, and are no longer asked for. Where a row comes in all the same, mended or because a list names its IDs now, it is
// repaired.
const Waived = "waived_problems"

// Waive lets the problems pass that people have waived. A problem is known by its file, its place and its kind, so that what
// was decided holds however often everything is loaded anew. Problems that are no longer open stay as they are.
func (b *Book) Waive(ctx context.Context) error {
	c, _ := data.ContractOf(Waived)
	n, err := statement.Count(ctx, b.Tx, "exports."+Waived)
	if err != nil || n == 0 {
		return err
	}
	_, err = SQL.Exec(ctx, b.Tx, "waive", c, nil)
	return err
}
