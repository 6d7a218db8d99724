package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"hulian/data"
	"hulian/pipelines/load/statement"
	"hulian/pipelines/load/typing"
)

// ErrBefore says that a row that stands is the same event as one that came now, with its time of day: which key the event
// has would depend on which came first.
var ErrBefore = errors.New("an event that stands came again with its time of day")

// sameEvents makes one event of the rows of which one gives the time of day and another one only the day. Only rows whose
// key is made of who and when are meant: those with an ID say themselves that they are two.
func (r *Rows) sameEvents(ctx context.Context) error {
	at := slices.IndexFunc(r.AlternateKey, func(id string) bool {
		column, _ := r.Column(id)
		return column.Type == data.TypeTimestamp
	})
	if at < 0 || len(r.KeyColumn) == 0 || r.Alone {
		return nil
	}
	var feeds, parts, partsOf, sameParts, sameTimed, made []string
	for _, feed := range r.Feeds {
		if _, ok := r.KeyColumn[feed]; ok {
			feeds = append(feeds, number(feed))
		}
	}
	for i, id := range r.AlternateKey {
		column, _ := r.Column(id)
		name := statement.Quote(id)
		made = append(made, statement.TextOf(column, "t."+name))
		if i == at {
			continue
		}
		parts, partsOf = append(parts, name), append(partsOf, "t."+name)
		sameParts = append(sameParts, fmt.Sprintf("f.%s is not distinct from t.%[1]s", name))
		sameTimed = append(sameTimed, fmt.Sprintf("f.%s is not distinct from e.%[1]s", name))
	}
	p := statement.P{
		"feeds": strings.Join(feeds, ", "), "time": statement.Quote(r.AlternateKey[at]), "key": statement.Quote(r.Key[0]),
		"column": statement.Literal(r.AlternateKey[at]), "parts": strings.Join(parts, ", "), "parts_t": strings.Join(partsOf, ", "),
		"same_parts": strings.Join(sameParts, " and "), "same_timed": strings.Join(sameTimed, " and "), "unrefused": Unrefused(r.Contract),
		"made": "concat_ws(" + statement.Literal(typing.PartSeparator) + ", " + strings.Join(made, ", ") + ")",
	}
	if _, err := r.exec(ctx, "same_event", p); err != nil {
		return err
	}
	counted, err := r.Tx.Query(ctx, "select _feed, stands, count(*) filter (where beside and not stands) from same_event group by all")
	if err != nil || len(counted.Rows) == 0 {
		return err
	}
	for _, row := range counted.Rows {
		if row[1] == true {
			if !r.Behind {
				return ErrBefore
			}
			continue
		}
		feed, _ := row[0].(int64)
		n, _ := row[2].(int64)
		if n > 0 {
			r.merged(feed, n)
		}
	}
	_, err = r.exec(ctx, "same_event_told", p)
	return err
}
