package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"hulian/dashboards/page"
	"hulian/pipelines"
	"hulian/queries"
)

const measuresSQL = `
select *
from measures
where %s
order by measure, level, unit_id, month`

// measures answers with rows of the measure table as JSON: ?measure= and ?month= narrow it, one of them is needed;
// ?level= is town by default, ?unit= is a unit's ID. Months among them that were corrected since they were signed are
// named in changed_since_signed. Members are persons: their rows are for the organisation office.
func (s *server) measures(w http.ResponseWriter, r *http.Request) error {
	condition, args, err := s.asked(r)
	if err != nil {
		return err
	}
	pinned, err := s.Snapshots.Pin(r.Context())
	if err != nil {
		return err
	}
	defer pinned.Release()
	t, err := pinned.Data.Query(r.Context(), fmt.Sprintf(measuresSQL, condition), args...)
	if err != nil {
		return fmt.Errorf("measures: %w", err)
	}
	rows := make([]map[string]any, len(t.Rows))
	for i, cells := range t.Rows {
		rows[i] = map[string]any{}
		for j, column := range t.Columns {
			rows[i][column] = cells[j]
		}
		delete(rows[i], "cut_off")
	}
	answer := map[string]any{"generation": pinned.Generation, "rows": rows}
	if changed, err := s.changedSinceSigned(r.Context(), pinned, rows); err != nil {
		return err
	} else if len(changed) > 0 {
		answer["changed_since_signed"] = changed
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	s.json(w, r, http.StatusOK, answer)
	return nil
}

// asked reads which rows of the measure table a request is for.
func (s *server) asked(r *http.Request) (condition string, args []any, err error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return "", nil, fmt.Errorf("%w: %w", errBadRequest, err)
	}
	for name := range values {
		switch name {
		case "measure", "month", "level", "unit":
		default:
			return "", nil, fmt.Errorf("%w: there is no parameter %q; there are measure, month, level, unit", errBadRequest, name)
		}
	}
	if values.Get("measure") == "" && values.Get("month") == "" {
		return "", nil, fmt.Errorf("%w: name a measure or a month", errBadRequest)
	}
	level := queries.Level(cmp.Or(values.Get("level"), string(page.LevelTown)))
	switch level {
	case page.LevelTown, page.LevelVillage, page.LevelBranch:
	case page.LevelMember:
		if s.role(r) != page.RoleOffice {
			return "", nil, errNotFound
		}
	default:
		return "", nil, fmt.Errorf("%w: level=%s; there are town, village, branch", errBadRequest, level)
	}
	condition, args = "level = ?", []any{string(level)}
	for _, filter := range []struct{ name, column string }{{"measure", "measure"}, {"month", "month"}, {"unit", "unit_id"}} {
		if v := values.Get(filter.name); v != "" {
			if filter.name == "measure" {
				v = queries.IDOf(v)
			}
			condition, args = condition+" and "+filter.column+" = ?", append(args, v)
		}
	}
	return condition, args, nil
}

// changedSinceSigned lists the months of the rows that were corrected since they were signed, in order.
func (s *server) changedSinceSigned(ctx context.Context, pinned Pinned, rows []map[string]any) ([]string, error) {
	if s.Closings == nil {
		return nil, nil
	}
	all, err := s.Closings.Months(ctx, pinned)
	if err != nil {
		return nil, err
	}
	asked := map[any]bool{}
	for _, row := range rows {
		asked[row["month"]] = true
	}
	var months []string
	for _, m := range slices.Backward(all) {
		if m.State == pipelines.ClosingChanged && asked[m.Month] {
			months = append(months, m.Month)
		}
	}
	return months, nil
}
