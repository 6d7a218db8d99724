package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"hulian/dashboards/page"
	"hulian/queries"
)

const measuresSQL = `
select measure, level, unit_id, unit_name, month, numerator, denominator, value
from measures
where %s
order by measure, level, unit_id, month`

// measures answers with rows of the measure table as JSON: ?measure= and ?month= narrow it, one of them is needed;
// ?level= is town by default, ?unit= is a unit's ID. Members are persons: their rows are for the organisation office.
func (s *server) measures(w http.ResponseWriter, r *http.Request) error {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fmt.Errorf("%w: %v", errBadRequest, err)
	}
	for name := range values {
		switch name {
		case "measure", "month", "level", "unit":
		default:
			return fmt.Errorf("%w: there is no parameter %q; there are measure, month, level, unit", errBadRequest, name)
		}
	}
	if values.Get("measure") == "" && values.Get("month") == "" {
		return fmt.Errorf("%w: name a measure or a month", errBadRequest)
	}
	level := queries.Level(values.Get("level"))
	switch level {
	case "":
		level = page.LevelTown
	case page.LevelTown, page.LevelVillage, page.LevelBranch:
	case page.LevelMember:
		if s.role(r) != page.RoleOffice {
			return errNotFound
		}
	default:
		return fmt.Errorf("%w: level=%s; there are town, village, branch", errBadRequest, level)
	}
	conditions, args := []string{"level = ?"}, []any{string(level)}
	for _, name := range []string{"measure", "month", "unit"} {
		if v := values.Get(name); v != "" {
			column := name
			if name == "unit" {
				column = "unit_id"
			}
			conditions, args = append(conditions, column+" = ?"), append(args, v)
		}
	}
	pinned, err := s.Snapshots.Pin(r.Context())
	if err != nil {
		return err
	}
	defer pinned.Release()
	t, err := pinned.Data.Query(r.Context(), fmt.Sprintf(measuresSQL, strings.Join(conditions, " and ")), args...)
	if err != nil {
		return fmt.Errorf("measures: %w", err)
	}
	rows := make([]map[string]any, len(t.Rows))
	for i, cells := range t.Rows {
		rows[i] = map[string]any{}
		for j, column := range t.Columns {
			rows[i][column] = cells[j]
		}
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	s.json(w, r, http.StatusOK, map[string]any{"generation": pinned.Generation, "rows": rows})
	return nil
}
