package model

import (
	"context"
	"fmt"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/warehouse"
	"hulian/queries"
)

// claims checks what the header claims of a model's columns: that the grain is unique, and its own checks. It returns
// the rows looked at. Where is a condition on the rows that are new, or empty. The grain of a view is not looked at:
// finding it costs what the view was not written down to save, and its readers have grains.
func (b *build) claims(ctx context.Context, tx *warehouse.Tx, m queries.Model, where string) (int64, error) {
	claims := m.Header.Checks
	if len(m.Header.Grain) > 0 && !m.Header.View {
		claims = append([]queries.ColumnCheck{{Rule: "unique", Columns: m.Header.Grain}}, claims...)
	}
	if m.Header.View && len(claims) == 0 {
		return 0, nil
	}
	if where != "" {
		where = " where " + where
	}
	// One pass for all of them. As many different hashes as rows prove that rows differ, in less than half the time of
	// grouping them.
	counts := []string{"count(*)"}
	for _, claim := range claims {
		list := strings.Join(claim.Columns, ", ")
		if claim.Rule == "not_null" {
			counts = append(counts, "count(*) filter (where "+strings.ReplaceAll(list, ", ", " is null or ")+" is null)")
		} else {
			counts = append(counts, "count(*) - count(distinct hash("+list+"))")
		}
	}
	table, err := tx.Query(ctx, "select "+strings.Join(counts, ", ")+" from "+m.Name+where)
	if err != nil {
		return 0, fault("check model", m.Path, 0, err)
	}
	for i, claim := range claims {
		rows, list := table.Rows[0][i+1].(int64), strings.Join(claim.Columns, ", ")
		if rows > 0 && claim.Rule == "unique" {
			repeated, err := tx.Query(ctx, fmt.Sprintf("select count(*) from (select %s from %s%s group by %s having count(*) > 1)", list, m.Name, where, list))
			if err != nil {
				return 0, fault("check model", m.Path, 0, err)
			}
			rows = repeated.Rows[0][0].(int64)
		}
		if err := b.judge(fmt.Sprintf("%s: %s(%s)", m.Name, claim.Rule, list), claim.Claim(m.Name), m.Path, rows, claim.Warning); err != nil {
			return 0, err
		}
	}
	return table.Rows[0][0].(int64), nil
}

func (b *build) check(ctx context.Context, tx *warehouse.Tx, c queries.Check) error {
	table, err := tx.Query(ctx, "select count(*) from (\n"+c.SQL+"\n)")
	if err != nil {
		return fault("run check", c.Path, 0, located(err, 1))
	}
	return b.judge(c.Name, c.Header.Claim(), c.Path, table.Rows[0][0].(int64), c.Header.Warning)
}

func (b *build) judge(name string, claim data.Text, path string, rows int64, warning bool) error {
	b.result.Checked++
	if rows == 0 {
		return nil
	}
	if !warning {
		return &pipelines.Fault{Op: "check " + name, At: "queries/" + path,
			Err:  &pipelines.CheckFailure{Rows: rows, Claim: claim.En, ClaimZh: claim.Zh},
			Next: "the last published snapshot stays; look at the newest files on the data page"}
	}
	b.result.Checks = append(b.result.Checks, CheckResult{Name: name, Rows: rows, Text: claim.En, Zh: claim.Zh})
	return nil
}
