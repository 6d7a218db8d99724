package load

import (
	"context"
	"fmt"
	"strings"

	"hulian/pipelines"
)

// parquet leaves a Parquet file to the engine. Its columns are cast to text, so that the same expressions type them as
// every other file's.
func (d *decoding) parquet(ctx context.Context, label, at string) error {
	names, count, err := d.lookThrough(ctx, at)
	if err != nil {
		return err
	}
	opened, err := d.open(sheet{name: label, member: label, headed: true, read: pipelines.ReadAs{Format: "parquet"}})
	if err != nil || opened == nil {
		return err
	}
	t := opened.(*table)
	if err := t.row(0, names); err != nil || t.failed {
		return err
	}
	for _, o := range t.outs {
		if count == 0 {
			d.drop(o.feed, pipelines.FileNoRows, "")
			continue
		}
		o.feed.read, o.feed.handed = count, count
		texts := []string{fmt.Sprintf("cast(%d as bigint) as _feed", o.feed.no), "file_row_number + 1 as _row", "cast(null as varchar) as _flaw"}
		for i, at := range o.at {
			text := "cast(null as varchar)"
			if at >= 0 {
				text = "nullif(trim(cast(" + quote(names[at]) + " as varchar)), '')"
			}
			texts = append(texts, fmt.Sprintf("%s as c%d", text, i+1))
		}
		o.feed.stored = "select " + strings.Join(texts, ", ") + " from read_parquet(" + fileLiteral(at) + ", file_row_number = true)"
	}
	return nil
}

// lookThrough reads every page of a Parquet file once, outside the transaction: an error of the engine inside it would
// end the run, and one broken file must not disturb the others.
func (d *decoding) lookThrough(ctx context.Context, at string) (names []string, count int64, err error) {
	from := " from read_parquet(" + fileLiteral(at) + ")"
	described, err := d.outside.Query(ctx, "describe select *"+from)
	if err != nil {
		return nil, 0, parquetFault(ctx, err)
	}
	for _, row := range described.Rows {
		names = append(names, row[0].(string))
	}
	if len(names) > d.limits.Columns {
		return nil, 0, reject(pipelines.FileTooWide, fmt.Sprintf(" (%d > %d)", len(names), d.limits.Columns))
	}
	counted, err := d.outside.Query(ctx, "select count(*), bit_xor(hash(columns(*)))"+from)
	if err != nil {
		return nil, 0, parquetFault(ctx, err)
	}
	return names, counted.Rows[0][0].(int64), nil
}

func parquetFault(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return reject(pipelines.FileUnreadable, "Parquet")
}

// fileLiteral quotes a path for the engine's readers, for which * ? and [ would name several files.
func fileLiteral(at string) string {
	return literal(strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]").Replace(at))
}

// literal quotes a text for SQL.
func literal(text string) string {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// quote quotes a name for SQL.
func quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
