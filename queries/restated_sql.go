package queries

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// RestatedMeasures reads as the table measures does, but for villages and branches of today alone: where the merge file
// says what a unit carries on from, its past months are those units' sums. It has one column more, basis: "lived" as in
// measures; "summed" from other units; "impossible" where the month belonged to other units and cannot be restated,
// with neither numbers nor value. It stands in a from clause, under a name of the reader's choice. A snapshot that an older
// version published has no reasons: without them it lacks the columns reason,
// spoke, villages, reached, lacking and partly. The last, of towns alone, is null in it.
func RestatedMeasures(reasons bool) string {
	lived, restated := "", ""
	if reasons {
		lived, restated = "m.reason, m.spoke, m.villages, m.reached, m.lacking, null as partly, ", "r.reason, null, null, null, null, null, "
	}
	return `(
    select m.measure, m.level, m.unit_id, m.unit_name, m.month, m.numerator, m.denominator, m.value, ` + lived + `'lived' as basis
    from measures m
    where not exists (
        select 1 from unit_successions s where s.level = m.level and (s.unit_id = m.unit_id or s.old_id = m.unit_id)
    )
    union all
    select r.measure, r.level, r.unit_id, r.unit_name, r.month, r.numerator, r.denominator, r.value, ` + restated + `r.basis
    from measures_restated r
)`
}

// restatedSums is the table of what restated measures are made of.
const restatedSums = "intermediate.int_restated_sums"

// restatedSumsModel makes the table that sums the parts of a unit of today. Where a division lies between and the parts
// assigned do not make up the whole to the last one, the sum is null: what is missing belongs to somebody, and nobody
// has said to whom.
func restatedSumsModel(models []Model) (Model, error) {
	sums := sumsTables[0]
	relations, err := asked(Measures(), sums.levels, models)
	if err != nil {
		return Model{}, err
	}
	header := Header{
		Text:    "One village or branch of today in one month with every sum its measures are made of, past units included.",
		Grain:   []string{"level", "unit_id", "month"},
		Sources: []string{"intermediate.int_restated_parts", sums.name},
		Columns: []Column{{"level", "village or branch"}, {"unit_id", "the unit"}, {"month", "month"}},
	}
	var pieces, columns strings.Builder
	for _, name := range slices.Sorted(maps.Keys(relations)) {
		ordered, _ := relations[name].ordered()
		for _, c := range ordered {
			c = name + "__" + c
			fmt.Fprintf(&pieces, ",\n        sum(p.weight * s.%s) as %s", c, c)
			fmt.Fprintf(&columns, ",\n    cast(\n        case when coalesce(max(case when divided <> '' then abs(%[1]s) end), 0e0) < 1e-6\n            then sum(case when divided = '' then %[1]s end) end as double\n    ) as %[1]s", c)
			header.Columns = append(header.Columns, Column{c, "null where a divided unit's whole is not the sum of its parts"})
		}
	}
	return Model{Name: restatedSums, Path: "metrics.yaml", Header: header, SQL: `with pieces as (
    select
        p.level,
        p.unit_id,
        p.month,
        p.divided` + pieces.String() + `
    from intermediate.int_restated_parts p
    join ` + sums.name + ` s on s.level = p.part_level and s.unit_id = p.part_id and s.month = p.month
    group by p.level, p.unit_id, p.month, p.divided
)

select
    cast(level as varchar) as level,
    cast(unit_id as varchar) as unit_id,
    cast(month as varchar) as month` + columns.String() + `
from pieces
group by level, unit_id, month
`}, nil
}

// restatedModel makes the long table of the units that carry on from others. Months no other unit has a row of are as
// they were lived. Measures that do not add up cannot be restated: nobody knows the median of two medians.
func restatedModel([]Model) (Model, error) {
	var rows []string
	for _, m := range Measures() {
		if m.Model != "" || !m.At(Village) {
			continue
		}
		denominator := "cast(null as double)"
		if m.Rate() {
			denominator = plus(m.Sums.Denominator)
		}
		var levels []string
		for _, level := range []Level{Village, Branch} {
			if m.At(level) {
				levels = append(levels, quote(string(level)))
			}
		}
		rows = append(rows, fmt.Sprintf(`    select
        '%s' as measure,
        u.level,
        u.unit_id,
        u.month,
        %s as numerator,
        %s as denominator,
        %s as scale,
        %t as rate
    from %s u
    where u.level in (%s)
`, m.ID, plus(m.Sums.Numerator), denominator, strconv.FormatFloat(m.Scale, 'e', -1, 64), m.Rate(), restatedSums, strings.Join(levels, ", ")))
	}
	return Model{Name: "marts.measures_restated", Path: "metrics.yaml", SQL: restatedLead + strings.Join(rows, "    union all\n") + restatedEnd, Header: Header{
		Text:    "One value of one measure of one village or branch that carries on from others in one month, as if the units of today had always been.",
		Grain:   []string{"measure", "level", "unit_id", "month"},
		Sources: []string{"intermediate.int_heirs", restatedSums, "marts.measures", "marts.units", "staging.stg_months"},
		Columns: []Column{
			{"measure", "id of the measure"}, {"level", "village or branch"}, {"unit_id", "the unit of today"}, {"unit_name", "its name"},
			{"month", "2018-01"}, {"numerator", "null where it cannot be restated"}, {"denominator", "null of a count"}, {"value", "scale × numerator ÷ denominator"},
			{"reason", "why it is not known, as in measures: one of the past units did not report"},
			{"basis", "lived: as in measures; summed: numerators and denominators of past units added up; impossible: cannot be restated"},
		},
		Checks: []ColumnCheck{{Rule: "not_null", Columns: []string{"measure", "level", "unit_id", "unit_name", "month", "basis"}}},
	}}, nil
}

const restatedLead = `with heirs as (
    select distinct level, heir_id as unit_id
    from intermediate.int_heirs
),

-- Months in which a past unit has a row of a measure, so that the heir's own is not all.
touched as (
    select h.level, h.heir_id as unit_id, m.measure, m.month, max(m.reason) as reason
    from intermediate.int_heirs h
    join marts.measures m on m.level = h.level and m.unit_id = h.unit_id
    join staging.stg_months n on n.month = m.month and (h.unit_id <> h.heir_id or n.as_of < h.until_on)
    group by h.level, h.heir_id, m.measure, m.month
),

sums as (
`

const restatedEnd = `),

known as (
    select
        s.*,
        case when s.numerator is not null and (s.denominator is not null or not s.rate) then 'summed' else 'impossible' end as basis
    from sums s
),

restated as (
    select
        t.measure,
        t.level,
        t.unit_id,
        u.unit_name,
        t.month,
        case when k.basis = 'summed' and t.reason is null then k.numerator end as numerator,
        case when k.basis = 'summed' and t.reason is null then k.denominator end as denominator,
        case
            when t.reason is not null then null
            when k.basis = 'summed' and not k.rate then k.scale * k.numerator
            when k.basis = 'summed' and k.denominator <> 0 then k.scale * k.numerator / cast(k.denominator as double)
        end as value,
        t.reason,
        coalesce(k.basis, 'impossible') as basis
    from touched t
    join marts.units u on u.level = t.level and u.unit_id = t.unit_id
    left join known k on k.measure = t.measure and k.level = t.level and k.unit_id = t.unit_id and k.month = t.month
    union all
    select m.measure, m.level, m.unit_id, m.unit_name, m.month, m.numerator, m.denominator, m.value, m.reason, 'lived'
    from marts.measures m
    join heirs h on h.level = m.level and h.unit_id = m.unit_id
    left join touched t on t.measure = m.measure and t.level = m.level and t.unit_id = m.unit_id and t.month = m.month
    where t.measure is null
)

select
    cast(measure as varchar) as measure,
    cast(level as varchar) as level,
    cast(unit_id as varchar) as unit_id,
    cast(unit_name as varchar) as unit_name,
    cast(month as varchar) as month,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    cast(value as double) as value,
    cast(reason as varchar) as reason,
    cast(basis as varchar) as basis
from restated
`
