package load

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/warehouse"
)

// Waiver is a person's decision that problems need no repair: the rows stay refused, or accepted with a warning, and
// are no longer asked for. Where a row comes in all the same, mended or because a list names its IDs now, it is repaired.
type Waiver struct {
	Problems []int64 // numbers in ops.problems
	By       string
	Reason   string
	At       time.Time
}

// Waive writes a waiver and says how many open problems it closed. Problems that are not open are left as they are;
// a number nobody knows is refused.
func Waive(ctx context.Context, w *warehouse.Warehouse, waiver Waiver) (n int64, err error) {
	by, reason := strings.TrimSpace(waiver.By), strings.TrimSpace(waiver.Reason)
	if by == "" || reason == "" {
		return 0, &pipelines.Fault{Op: "waive", Err: errors.New("a waiver needs a name and a reason"), Next: "--by NAME --reason TEXT"}
	}
	err = w.Transact(ctx, func(tx *warehouse.Tx) error {
		if err := Prepare(ctx, tx); err != nil {
			return err
		}
		for _, no := range waiver.Problems {
			known, err := tx.Query(ctx, "select state from ops.problems where problem_no = ?", no)
			if err != nil {
				return err
			}
			if len(known.Rows) == 0 {
				return &pipelines.Fault{Op: "waive", At: fmt.Sprintf("problem %d", no), Err: pipelines.ErrUnknown, Next: "hulian problems"}
			}
			if known.Rows[0][0] != string(pipelines.ProblemOpen) {
				continue
			}
			if _, err := tx.Exec(ctx, fmt.Sprintf("update ops.problems set state = '%s' where problem_no = ?", pipelines.ProblemWaived), no); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "insert into ops.waivers values (?, ?, ?, ?)", no, by, reason, waiver.At.UTC()); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}
