package queries

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"hulian/data"
)

// unknownMonths is the table of what is not known of a measure, and reachedMonths that of the months a measure is made of.
const (
	unknownMonths = "intermediate.int_unknown_months"
	reachedMonths = "intermediate.int_reached_months"
)

// events are the exports of events a measure is made of.
func (m Measure) events() []string {
	return slices.DeleteFunc(slices.Clone(m.Source), func(export string) bool {
		c, ok := data.ContractOf(export)
		return !ok || c.Kind != data.Event
	})
}

// accumulates reports whether a measure gathers what is known since a start, so that a month which is not known takes nothing from it.
func (r Reach) accumulates() bool { return !r.Whole && (r.Back == "start" || r.Back == "record") }

// dating is the word of int_untold_columns for the day that counts a row in a month; event is the row's own.
func dating(dated string) string { return cmp.Or(dated, "event") }

// reachGiven are the columns that the events of the months a measure reaches must give, by the months of the events themselves.
func (m Measure) reachGiven() []string {
	if len(m.Reach.Given) > 0 {
		return m.Reach.Given
	}
	return m.Given
}

// unknownModel makes the table of what is not known: a measure of a village in a month for which one of its exports did not
// speak, no row that counts in the month gives a column it needs, or, where it needs them whole, one of the other months it looks at is not known. A
// count has no base that would show the rows left out, so that one row without the column is enough. A sum since a start keeps
// the months that are known; it is unknown only if none of them is. A stock at a month's end needs that month as well.
func unknownModel([]Model) (Model, error) {
	var needs, columns, whole, gathering []string
	for _, m := range Measures() {
		for _, export := range m.events() {
			if m.Reach.Back != "start" {
				needs = append(needs, fmt.Sprintf("        ('%s', '%s')", m.ID, export))
			}
			if m.Reach.accumulates() {
				gathering = append(gathering, fmt.Sprintf("        ('%s', '%s')", m.ID, export))
			}
		}
		given := func(names []string, dated string) {
			for _, name := range names {
				export, column, _ := strings.Cut(name, ".")
				columns = append(columns, fmt.Sprintf("        ('%s', '%s', '%s', '%s', %t, %t)", m.ID, export, column, dating(dated), !m.Rate(), m.Reach.accumulates()))
			}
		}
		given(m.Given, m.Dated)
		given(m.Reach.Given, "")
		if m.Reach.Whole {
			whole = append(whole, "'"+m.ID+"'")
		}
	}
	return Model{Name: unknownMonths, Path: "metrics.yaml", SQL: "with needs (measure, export) as (\n    values\n" + strings.Join(needs, ",\n") +
		"\n),\n\ngathering (measure, export) as (\n    values\n" + strings.Join(gathering, ",\n") +
		"\n),\n\ngiven (measure, export, column_id, dated, strict, gathers) as (\n    values\n" + strings.Join(columns, ",\n") + `
),

unknown as (
    select n.measure, s.village_id, s.month, s.reason
    from needs n
    join intermediate.int_spoken_months s on s.export = n.export
    where s.reason is not null
    union all
    select c.measure, u.village_id, m.month, u.reason
    from given c
    join intermediate.int_untold_columns u on u.export = c.export and u.column_id = c.column_id and (u.is_all or c.strict)
    join staging.stg_months m on u.month is null or (m.month = u.month and u.dated = c.dated and not c.gathers)
    union all
    select g.measure, h.village_id, h.month, coalesce(s.reason, 'column')
    from gathering g
    join ` + reachedMonths + ` h on h.measure = g.measure and h.lacking >= h.reached
    join intermediate.int_spoken_months s on s.export = g.export and s.village_id = h.village_id and s.month = h.month
    union all
    select h.measure, h.village_id, h.month, 'reach'
    from ` + reachedMonths + ` h
    where h.lacking > 0 and h.measure in (` + strings.Join(whole, ", ") + `)
)

select
    cast(k.measure as varchar) as measure,
    cast(v.town as varchar) as town,
    cast(k.village_id as varchar) as village_id,
    cast(k.month as varchar) as month,
    cast(coalesce(min(case when k.reason <> 'reach' then k.reason end), 'reach') as varchar) as reason
from unknown k
join staging.stg_villages v on v.village_id = k.village_id
group by k.measure, v.town, k.village_id, k.month
`, Header: Header{
		Text:    "One measure that is not known of a village for a month.",
		Grain:   []string{"measure", "village_id", "month"},
		Sources: []string{reachedMonths, "intermediate.int_spoken_months", "intermediate.int_untold_columns", "staging.stg_months", "staging.stg_villages"},
		Columns: []Column{{"measure", "id of the measure"}, {"town", "town"}, {"village_id", "village"}, {"month", "month"}, {"reason", "as in marts.measures"}},
	}}, nil
}

// reachedModel makes the table of the months that a measure is made of beside its own, village by village. Months before the
// record begins are not known. What stands at a month's end reaches back to the export's first rows, or to the start of the
// programme where that is earlier: what was open before the first file is not known. A month whose rows do not give a column is not known
// either.
func reachedModel([]Model) (Model, error) {
	var reaches, columns []string
	for _, m := range Measures() {
		if m.Reach.None() {
			continue
		}
		for _, export := range m.events() {
			reaches = append(reaches, fmt.Sprintf("        ('%s', '%s', '%s', '%s')", m.ID, export, m.Reach.Back, m.Reach.Ahead))
		}
		for _, name := range m.reachGiven() {
			export, column, _ := strings.Cut(name, ".")
			columns = append(columns, fmt.Sprintf("        ('%s', '%s', '%s', %t)", m.ID, export, column, !m.Rate()))
		}
	}
	return Model{Name: reachedMonths, Path: "metrics.yaml", SQL: "with reaches (measure, export, back, ahead) as (\n    values\n" + strings.Join(reaches, ",\n") +
		"\n),\n\ngiven (measure, export, column_id, strict) as (\n    values\n" + strings.Join(columns, ",\n") + reachedTail, Header: Header{
		Text:    "One measure of a village in a month that is made of several months: how many, and how many of them are not known.",
		Grain:   []string{"measure", "village_id", "month"},
		Sources: []string{"intermediate.int_spoken_months", "intermediate.int_untold_columns", ParameterTable, "staging.stg_months", "staging.stg_towns"},
		Columns: []Column{{"measure", "id of the measure"}, {"town", "town"}, {"village_id", "village"}, {"month", "month"},
			{"reached", "months it is made of, its own among them"}, {"lacking", "of those, not known"}},
	}}, nil
}

const reachedTail = `
),

-- How many months up to each are not known.
running as (
    select
        s.export,
        s.town,
        s.village_id,
        s.month,
        m.month_start,
        m.as_of,
        sum(case when s.reason is null then 0 else 1 end) over upward as unknown,
        min(case when s.reason = 'before' then null else m.month_start end) over (partition by s.export, s.village_id) as begun_on
    from intermediate.int_spoken_months s
    join staging.stg_months m on m.month = s.month
    window upward as (partition by s.export, s.village_id order by s.month rows between unbounded preceding and current row)
),

record as (
    select min(month_start) as first_on, max(month_start) as last_on
    from staging.stg_months
),

spans as (
    select
        r.measure,
        r.back,
        c.export,
        c.town,
        c.village_id,
        c.month,
        cast(
            case r.back
                when 'repeat_days' then date_trunc('month', c.month_start - p.repeat_days * interval '1' day)
                when 'unvisited_days' then date_trunc('month', c.as_of - p.unvisited_days * interval '1' day)
                when 'survival_months' then c.month_start - (p.survival_months - 1) * interval '1' month
                when 'half_year'
                    then date_trunc('year', c.month_start)
                        + case when extract(month from c.month_start) > 6 then 6 else 0 end * interval '1' month
                when 'year' then date_trunc('year', c.month_start)
                when 'record'
                    then earlier_of(
                        c.month_start,
                        earlier_of(
                            coalesce(c.begun_on, c.month_start),
                            coalesce(date_trunc('month', t.programme_start), c.begun_on, c.month_start)
                        )
                    )
                when 'start' then earlier_of(date_trunc('month', coalesce(t.programme_start, e.first_on)), c.month_start)
                else c.month_start
            end as date
        ) as from_on,
        cast(
            case
                when r.ahead = 'reopen_days'
                    then earlier_of(date_trunc('month', c.as_of + p.reopen_days * interval '1' day), cast(e.last_on as timestamp))
                else c.month_start
            end as date
        ) as to_on,
        e.first_on
    from reaches r
    join running c on c.export = r.export
    cross join staging.stg_parameters p
    cross join record e
    left join staging.stg_towns t on t.town = c.town
),

-- Months whose events do not give a column the measure needs. They have rows, so that they are not among those of no file.
untold as (
    select distinct g.measure, u.village_id, m.month_start
    from given g
    join intermediate.int_untold_columns u on u.export = g.export and u.column_id = g.column_id and (u.is_all or g.strict)
    join staging.stg_months m on m.month = u.month and u.dated = 'event'
),

untold_within as (
    select s.measure, s.village_id, s.month, count(*) as untold
    from spans s
    join untold u on u.measure = s.measure and u.village_id = s.village_id and u.month_start between s.from_on and s.to_on
    group by s.measure, s.village_id, s.month
)

select
    cast(s.measure as varchar) as measure,
    cast(s.town as varchar) as town,
    cast(s.village_id as varchar) as village_id,
    cast(s.month as varchar) as month,
    cast(date_diff('month', s.from_on, s.to_on) + 1 as bigint) as reached,
    cast(
        u.unknown - coalesce(b.unknown, 0) + coalesce(w.untold, 0)
        + case when s.from_on < s.first_on then date_diff('month', s.from_on, s.first_on) else 0 end as bigint
    ) as lacking
from spans s
join running u on u.export = s.export and u.village_id = s.village_id and u.month_start = s.to_on
left join running b on b.export = s.export and b.village_id = s.village_id and b.month_start = s.from_on - interval '1' month
left join untold_within w on w.measure = s.measure and w.village_id = s.village_id and w.month = s.month
`
