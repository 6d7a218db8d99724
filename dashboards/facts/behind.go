package facts

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries"
)

// BehindRows are the rows behind one part of a number.
type BehindRows struct {
	Export  string
	Columns []PublishedColumn
	Rows    pipelines.Table // with these columns, masked for the visitor
	All     int64           // how many there are
	Sum     float64         // what they add up to; All where each adds 1
	Name    data.Text       // of a table that is no export
	Heads   map[string]data.Text
	SQL     string // by which they were found
}

// RowsBehind reads the rows behind the numerator or the denominator of a measure of a unit in a month, limit of them at most,
// masked for the visitor. Registries are known as they stand now, so that rows of a past month may be more or fewer than were
// counted then. No rows and no error: it is not written down which rows the number counts. ErrHidden: they are not for the visitor.
func (f Facts) RowsBehind(ctx context.Context, v visitor.Visitor, m queries.Measure, at Unit, month string, denominator bool, limit int64) ([]BehindRows, error) {
	if !v.SeesUnit(f.place("", "")) {
		return nil, ErrHidden
	}
	parts, err := m.RowsBehind(denominator, f.behindSettings(month))
	if err != nil {
		return nil, err
	}
	tables, err := f.published(ctx)
	if err != nil {
		return nil, err
	}
	unknown, err := f.unknownVillages(ctx, v, m, at, month)
	if err != nil {
		return nil, err
	}
	var all []BehindRows
	for _, part := range parts {
		for _, t := range tables {
			if t.ID != part.Export {
				continue
			}
			if restricted[t.ID] && !v.SeesEvidence(f.place("", "")) {
				return nil, ErrHidden
			}
			if own := v.Scope.Branch; byBranch[t.ID] && own != "" && at.ID != own {
				return nil, ErrHidden
			}
			rows, err := f.behind(ctx, v, t, part, at, unknown, limit)
			if err != nil && absent(err) {
				return nil, nil // an older version published the snapshot: it does not say which rows they are
			}
			if err != nil {
				return nil, err
			}
			all = append(all, rows)
		}
	}
	return all, nil
}

func (f Facts) behind(ctx context.Context, v visitor.Visitor, t PublishedTable, part queries.Rows, at Unit, unknown []any, limit int64) (BehindRows, error) {
	where, args := t.within(at)
	outside, ids := t.outside(unknown)
	condition, args := part.Condition+where+outside, append(args, ids...)
	sql := fmt.Sprintf(`select count(*) as "all", coalesce(cast(sum(%s) as double), 0) as total from "%s" t where %s`, cmp.Or(part.Adds, "1"), t.ID, condition)
	counted, err := read[struct {
		All   int64
		Total float64
	}](ctx, f.Data, "the rows behind a number", sql, args...)
	if err != nil {
		return BehindRows{}, err
	}
	rows, err := f.maskedRows(ctx, v, t, condition, args, 0, limit)
	if err != nil {
		return BehindRows{}, err
	}
	said := condition
	for _, a := range args {
		said = strings.Replace(said, "?", fmt.Sprintf("'%v'", a), 1)
	}
	return BehindRows{Export: t.ID, Columns: t.Columns, Rows: rows, All: counted[0].All, Sum: counted[0].Total, Name: part.Name, Heads: part.Heads, SQL: fmt.Sprintf("select t.*\nfrom %s t\nwhere %s", t.ID, said)}, nil
}

// unknownVillages are the villages, by ID, of which a measure of the town is not known in a month: it counts none of their rows.
func (f Facts) unknownVillages(ctx context.Context, v visitor.Visitor, m queries.Measure, at Unit, month string) (all []any, err error) {
	if at.Level != LevelTown || !m.At(LevelVillage) {
		return nil, nil
	}
	found, err := f.Values(ctx, v, Scope{Level: LevelVillage, From: month, To: month}, m.ID)
	if err != nil {
		return nil, err
	}
	for _, u := range f.Villages {
		if value := found.At(m.ID, u.ID, month); value.Reason != "" || math.IsNaN(value.Num) {
			all = append(all, u.ID)
		}
	}
	return all, nil
}

// outside leaves rows of some villages out.
func (t PublishedTable) outside(villages []any) (condition string, args []any) {
	if len(villages) == 0 {
		return "", nil
	}
	in, args := placeholders(len(villages)), villages
	switch {
	case t.has("village_id"):
		return " and t.village_id not in (" + in + ")", args
	case t.has("branch_id"):
		return " and t.branch_id not in (select b.branch_id from branches b where b.village_id in (" + in + "))", args
	case t.has("household_id"):
		return " and t.household_id not in (select h.household_id from households h where h.village_id in (" + in + "))", args
	case t.has("member_id"):
		return " and t.member_id not in (select m.member_id from members m join branches b on b.branch_id = m.branch_id where b.village_id in (" + in + "))", args
	}
	return "", nil
}

// within narrows rows to those of a village or branch, by the place that stands in them or that of their household or member.
func (t PublishedTable) within(at Unit) (condition string, args []any) {
	column := "village_id"
	switch at.Level {
	case LevelTown:
		return "", nil
	case LevelBranch:
		column = "branch_id"
	default:
	}
	switch {
	case t.has(column):
		return " and t." + column + " = ?", []any{at.ID}
	case t.has("branch_id"):
		return " and t.branch_id in (select b.branch_id from branches b where b.village_id = ?)", []any{at.ID}
	case t.has("household_id"):
		return " and t.household_id in (select h.household_id from households h where h." + column + " = ?)", []any{at.ID}
	case t.has("member_id"):
		return " and t.member_id in (select m.member_id from members m join branches b on b.branch_id = m.branch_id where b." + column + " = ?)", []any{at.ID}
	}
	return " and false", nil // it is counted in no such place
}

// behindSettings are what the words in braces of behind.yaml stand for, of a month.
func (f Facts) behindSettings(month string) map[string]string {
	first, err := time.Parse("2006-01", month)
	if err != nil {
		first = f.CutOff
	}
	day := func(t time.Time) string { return "date '" + t.Format(time.DateOnly) + "'" }
	p := f.Programme
	return map[string]string{"first": day(first), "last": day(first.AddDate(0, 1, -1)), "as_of": day(f.AsOf(month)), "cut_off": day(f.CutOff),
		"feedback_days": fmt.Sprint(p.Issues.FeedbackDays), "unvisited_days": fmt.Sprint(p.Linking.UnvisitedDays),
		"month": "'" + first.Format("2006-01") + "'", "repeated": f.Repeated, "last_place_years": fmt.Sprint(p.LastPlace.Years), "survival_months": fmt.Sprint(p.Issues.SurvivalMonths),
		"month_end_days": fmt.Sprint(p.Linking.MonthEndDays), "households_limit": fmt.Sprint(p.Linking.HouseholdsLimit)}
}

const filesBehindSQL = `
select distinct f.name, f.received_at
from reconciliation c
join files f on f.file_no = c.file_no
where c.accepted > 0 and c.export in (%s)
order by f.received_at desc, f.name`

// FileBehind is a file whose rows a number rests on.
type FileBehind struct {
	Name       string `is:"text"`
	ReceivedAt string `is:"day"`
}

// FilesBehind reads the files of which rows of some exports were accepted, the newest first.
func (f Facts) FilesBehind(ctx context.Context, v visitor.Visitor, exports ...string) ([]FileBehind, error) {
	if len(exports) == 0 {
		return nil, nil
	}
	args := make([]any, len(exports))
	for i, export := range exports {
		args[i] = export
	}
	return list[FileBehind](ctx, f, v, "the files behind a number", fmt.Sprintf(filesBehindSQL, placeholders(len(exports))), args...)
}
