package facts

import (
	"context"
	"strings"

	"hulian/dashboards/visitor"
)

// SetAside is one entry by which a file or a row was set aside or taken back.
type SetAside struct {
	Back             bool
	FileID, OfExport string
	RowKey           string `is:"key"`
	Name             string `is:"text"`
	Reason           string `is:"text"`
	EnteredBy        string
	EnteredAt        string `is:"day"`
}

const asideSQL = `
select s.back, s.file_id, s.of_export, s.row_key, s.reason, s.entered_by, s.entered_at,
    (select max(f.name) from files f where f.file_id = s.file_id) as name
from set_asides s
order by s.entered_at, s.entry_id`

// SetAsides reads what was set aside and taken back, in order of time; nothing where an older version published the snapshot.
func (f Facts) SetAsides(ctx context.Context, v visitor.Visitor) ([]SetAside, error) {
	return entered[SetAside](ctx, f, v, "what is set aside", asideSQL)
}

// NothingSaid is one entry by which somebody said that there was nothing to report, or took it back.
type NothingSaid struct {
	OfExport, OfVillage, OfMonth, EnteredBy string
	Reason                                  string `is:"text"`
	Back                                    bool
	EnteredAt                               string `is:"day"`
}

const nothingSQL = `
select n.of_export, n.of_village, n.of_month, n.back, n.reason, n.entered_by, n.entered_at
from nothing_to_report n
order by n.entered_at desc, n.entry_id desc`

// NothingSaid reads where people said that there was nothing to report, the newest first.
func (f Facts) NothingSaid(ctx context.Context, v visitor.Visitor) ([]NothingSaid, error) {
	return entered[NothingSaid](ctx, f, v, "what was said to be nothing", nothingSQL)
}

// entered is list for what people fill in on pages: no rows and no error where an older version published the snapshot.
func entered[T any](ctx context.Context, f Facts, v visitor.Visitor, what, sql string, args ...any) ([]T, error) {
	all, err := list[T](ctx, f, v, what, sql, args...)
	if err != nil && absent(err) {
		return nil, nil
	}
	return all, err
}

// absent reports whether a query failed because a table or a column is not there: an older version of the program published the snapshot.
func absent(err error) bool {
	said := err.Error()
	return strings.Contains(said, "does not exist") || strings.Contains(said, "no such table") || strings.Contains(said, "does not have a column")
}
