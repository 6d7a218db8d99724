package check

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines/load/statement"
	"hulian/pipelines/load/typing"
)

// sameIDs makes one event of two rows of which one gives an ID and the other none, where all else that names the event is
// equal. Where that is not certain, because a time of day or an optional column stands in one of them alone or because several
// IDs fit, both rows stand and are told.
func (r *Rows) sameIDs(ctx context.Context) error {
	if len(r.AlternateKey) == 0 || r.Alone {
		return nil
	}
	days, err := r.Tx.Query(ctx, fmt.Sprintf("select min(cast(%[1]s as date)), max(cast(%[1]s as date)) from typed_%[2]s", r.dated(), r.Export))
	if err != nil {
		return err
	}
	first, some := days.Rows[0][0].(time.Time)
	last, _ := days.Rows[0][1].(time.Time)
	if !some {
		return nil
	}
	p := r.alike()
	p["within"] = fmt.Sprintf("t.%s >= date '%s' and t.%[1]s < date '%[3]s'", r.dated(), first.Format(time.DateOnly), last.AddDate(0, 0, 1).Format(time.DateOnly))
	if _, err := r.exec(ctx, "same_id", p); err != nil {
		return err
	}
	found, err := r.Tx.Query(ctx, "select count(*) from same_pairs where not (stands and i_stands)")
	if err != nil || found.Rows[0][0] == int64(0) {
		return err
	}
	counted, err := r.Tx.Query(ctx, "select _feed, stands, count(*) filter (where beside and not stands) from same_id where not (stands and i_stands) group by all")
	if err != nil {
		return err
	}
	for _, row := range counted.Rows {
		feed, _ := row[0].(int64)
		n, _ := row[2].(int64)
		switch {
		case row[1] == true && !r.Behind:
			return ErrBefore
		case n > 0:
			r.merged(feed, n)
		}
	}
	_, err = r.exec(ctx, "same_id_told", p)
	return err
}

func (r *Rows) dated() string { return statement.Quote(r.DatedBy) }

// merged counts rows of a feed that were made one with others.
func (r *Rows) merged(feed, n int64) {
	if r.Merged == nil {
		r.Merged = map[int64]int64{}
	}
	r.Merged[feed] += n
}

// alike gives the statements the conditions under which rows b, without an ID, and i, with one, may be one event.
func (r *Rows) alike() statement.P {
	var columns, made, hard, fresh, exact, alike []string
	for _, id := range r.AlternateKey {
		column, _ := r.Column(id)
		name := statement.Quote(id)
		columns = append(columns, "t."+name)
		made = append(made, "coalesce("+statement.TextOf(column, "t."+name)+", '')")
		switch {
		case column.Type == data.TypeTimestamp:
			hard = append(hard, fmt.Sprintf("cast(b.%[1]s as date) = cast(i.%[1]s as date)", name))
			fresh = append(fresh, fmt.Sprintf("cast(f.%[1]s as date) = cast(t.%[1]s as date)", name))
			exact = append(exact, fmt.Sprintf("b.%[1]s = i.%[1]s", name))
			alike = append(alike, fmt.Sprintf("(b.%[1]s = i.%[1]s or (b.%[1]s = cast(b.%[1]s as date)) <> (i.%[1]s = cast(i.%[1]s as date)))", name))
		case column.Required:
			hard = append(hard, fmt.Sprintf("b.%[1]s = i.%[1]s", name))
			fresh = append(fresh, fmt.Sprintf("f.%[1]s = t.%[1]s", name))
		default:
			exact = append(exact, fmt.Sprintf("b.%[1]s is not distinct from i.%[1]s", name))
			alike = append(alike, fmt.Sprintf("(b.%[1]s is not distinct from i.%[1]s or (b.%[1]s is null) <> (i.%[1]s is null))", name))
		}
	}
	var names strings.Builder
	for no, name := range r.Names {
		names.WriteString(" when " + number(no) + " then " + statement.Literal(name))
	}
	return statement.P{
		"columns": strings.Join(columns, ", "), "key": statement.Quote(r.Key[0]), "column": statement.Literal(r.Key[0]), "unrefused": Unrefused(r.Contract),
		"made":      "concat_ws(" + statement.Literal(typing.PartSeparator) + ", " + strings.Join(made, ", ") + ")",
		"same_hard": strings.Join(hard, " and "), "same_fresh": strings.Join(fresh, " and "), "exact": strings.Join(exact, " and "), "alike": strings.Join(alike, " and "),
		"names": names.String(),
	}
}
