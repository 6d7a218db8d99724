package queries

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// unitColumn is the column of a relation that names the unit of a level.
var unitColumn = map[Level]string{Town: "town", Village: "village_id", Branch: "branch_id", Member: "member_id"}

// relation is a model of schema intermediate whose columns measures sum, and what they ask of it.
type relation struct {
	columns map[string]bool
	levels  map[Level]bool
}

// sumsTable is a model that holds what the measures that add up are made of, for some of the levels.
type sumsTable struct {
	name   string
	levels []Level
	text   string
	spine  string // every unit and month; standing: 1 where the unit was there in the month whatever happened in it
	reads  []string
	months string // of reads, the table that tells the months
}

// Members stand apart because they are many and few measures are theirs.
var sumsTables = []sumsTable{
	{
		name:   "intermediate.int_unit_months",
		levels: []Level{Town, Village, Branch},
		text:   "One town, village or branch in one month with every sum its measures are made of.",
		spine: `with units as (
    select
        u.level,
        u.unit_id,
        u.unit_name,
        m.month,
        case when coalesce(l.begins_on <= m.as_of, true) and coalesce(m.as_of < l.ends_on, true) then 1 else 0 end as standing
    from marts.units u
    cross join staging.stg_months m
    left join staging.stg_unit_lives l on l.level = u.level and l.unit_id = u.unit_id
)`,
		reads:  []string{"marts.units", "staging.stg_months", "staging.stg_unit_lives"},
		months: "staging.stg_months",
	},
	{
		name:   "intermediate.int_member_sums",
		levels: []Level{Member},
		text:   "One member in one month a registry lists him or her in, with every sum the measures are made of.",
		spine: `with units as (
    select 'member' as level, s.member_id as unit_id, s.member_id as unit_name, s.month, 0 as standing
    from intermediate.int_member_months s
)`,
		reads:  []string{"intermediate.int_member_months"},
		months: "intermediate.int_member_months",
	},
}

// sumsModel makes a table of one row a unit and month with every column the measures sum. Each relation is summed
// once by level, with grouping sets, and joined to every unit and month, so that a month in which nothing happened
// is a row with 0 and not a hole. It is a table of its own because the engine plans seventy reads of a table in no
// time, and seventy reads of a common table expression slowly.
func (t sumsTable) sumsModel(models []Model) (Model, error) {
	relations, err := asked(Measures(), t.levels, models)
	if err != nil {
		return Model{}, err
	}
	names := slices.Sorted(maps.Keys(relations))
	sources := slices.Clone(t.reads)
	header := Header{
		Text:  t.text,
		Grain: []string{"level", "unit_id", "month"},
		Columns: []Column{{"level", "town, village, branch or member"}, {"unit_id", "the unit"}, {"unit_name", "its name; of a member the number"},
			{"month", "month"}, {"standing", "1 where a month without anything is a row too: of a town, village or branch that was there"}},
	}
	var sql, columns, joins strings.Builder
	sql.WriteString(t.spine)
	for i, name := range names {
		sources = append(sources, "intermediate."+name)
		sql.WriteString(",\n\n" + summed(name, relations[name]))
		alias := "r" + strconv.Itoa(i+1)
		sums, _ := relations[name].ordered()
		for _, c := range sums {
			fmt.Fprintf(&columns, ",\n    cast(coalesce(%s.%s, 0) as double) as %s__%s", alias, c, name, c)
			header.Columns = append(header.Columns, Column{name + "__" + c, "sum of " + c + " of " + name})
		}
		fmt.Fprintf(&joins, "left join %s_sums %s on %s.level = u.level and %s.unit_id = u.unit_id and %s.month = u.month\n",
			name, alias, alias, alias, alias)
	}
	fmt.Fprintf(&sql, `

select
    cast(u.level as varchar) as level,
    cast(u.unit_id as varchar) as unit_id,
    cast(u.unit_name as varchar) as unit_name,
    cast(u.month as varchar) as month,
    cast(u.standing as integer) as standing%s
from units u
%s`, columns.String(), joins.String())
	slices.Sort(sources)
	header.Sources = slices.Compact(sources)
	for _, source := range header.Sources {
		if strings.HasPrefix(source, "intermediate.") || source == t.months {
			header.Months = append(header.Months, MonthSource{Table: source, Column: "month"})
		}
	}
	return Model{Name: t.name, Path: "metrics.yaml", SQL: sql.String(), Header: header}, nil
}

// toldMeasures is the table of measures that can be known. It stands apart from the long table so that a new row of an
// export changes one month of that, not all.
const toldMeasures = "intermediate.int_told_measures"

// arrived is the table of the exports, and of the columns of them that a measure cannot do without, of which anything came.
const arrived = "staging.stg_arrived"

// arrivedModel makes it: of an export any row, of a column any value in any version of a row.
func arrivedModel([]Model) (Model, error) {
	needed := map[string]bool{}
	for _, m := range Measures() {
		for _, name := range slices.Concat(m.Source, m.Columns) {
			needed[name] = true
		}
	}
	var parts, sources []string
	for _, name := range slices.Sorted(maps.Keys(needed)) {
		export, column, filled := strings.Cut(name, ".")
		tables, condition := []string{"exports." + export}, ""
		switch {
		case filled:
			tables, condition = append(tables, "history."+export), " where "+column+" is not null"
		case export == "files":
			tables = []string{"ops.files"}
		}
		var any []string
		for _, table := range tables {
			any = append(any, "exists (select 1 from "+table+condition+")")
		}
		sources = append(sources, tables...)
		parts = append(parts, fmt.Sprintf("    select '%s' as name\n    where %s", name, strings.Join(any, "\n        or ")))
	}
	slices.Sort(sources)
	return Model{Name: arrived, Path: "metrics.yaml", SQL: "with found as (\n" + strings.Join(parts, "\n    union all\n") + `
)

select
    cast(name as varchar) as name
from found
`, Header: Header{
		Text:    "One export of which any row came, or column of one of which any value came.",
		Grain:   []string{"name"},
		Sources: slices.Compact(sources),
		Columns: []Column{{"name", "the export, or export.column"}},
	}}, nil
}

// toldModel makes it: a measure one of whose source exports holds no row at all has no rows in the long table, for 0
// would say that nothing happened where nothing is known; nor has one a column of which was never filled, in any version.
func toldModel([]Model) (Model, error) {
	var needs []string
	for _, m := range Measures() {
		for _, name := range slices.Concat(m.Source, m.Columns) {
			needs = append(needs, fmt.Sprintf("        ('%s', '%s')", m.ID, name))
		}
	}
	return Model{Name: toldMeasures, Path: "metrics.yaml", SQL: "with needs (measure, name) as (\n    values\n" + strings.Join(needs, ",\n") + `
)

select
    cast(n.measure as varchar) as measure
from needs n
left join ` + arrived + ` a on a.name = n.name
group by n.measure
having count(*) = count(a.name)
`, Header: Header{
		Text:    "One measure all of whose exports hold any row, and whose columns any value.",
		Grain:   []string{"measure"},
		Sources: []string{arrived},
		Columns: []Column{{"measure", "id of the measure"}},
	}}, nil
}

// measuresByMonth is the table the long one is a view of: of one month nothing in it hangs on what changes with every other
// month, the cut-off and the members' list.
const measuresByMonth = "intermediate.int_measures"

// longModel makes the long table as people read it: with the names of members and the day the data are known as of.
func longModel([]Model) (Model, error) {
	return Model{Name: "marts.measures", Path: "metrics.yaml", SQL: `select
    cast(n.measure as varchar) as measure,
    cast(n.level as varchar) as level,
    cast(n.unit_id as varchar) as unit_id,
    cast(coalesce(m.member_name, n.unit_name) as varchar) as unit_name,
    cast(n.month as varchar) as month,
    cast(n.numerator as double) as numerator,
    cast(n.denominator as double) as denominator,
    cast(n.value as double) as value,
    cast(n.reason as varchar) as reason,
    cast(n.spoke as bigint) as spoke,
    cast(n.villages as bigint) as villages,
    cast(n.reached as bigint) as reached,
    cast(n.lacking as bigint) as lacking,
    cast(n.partly as bigint) as partly,
    cast(cut.cut_off as date) as cut_off
from ` + measuresByMonth + ` n
cross join ` + CutOffTable + ` cut
left join staging.stg_members m on m.member_id = case when n.level = 'member' then n.unit_id end
`, Header: Header{
		Text:    "One value of one measure of one unit in one month, with its numerator and denominator.",
		Grain:   []string{"measure", "level", "unit_id", "month"},
		View:    true,
		Sources: []string{measuresByMonth, CutOffTable, "staging.stg_members"},
		Columns: append(slices.Clone(longColumns), Column{"cut_off", "day the data is known as of"}),
	}}, nil
}

var longColumns = []Column{
	{"measure", "id of the measure"}, {"level", "town, village, branch or member"}, {"unit_id", "the unit"},
	{"unit_name", "its name"}, {"month", "2018-01"}, {"numerator", "of a count the count; null where it is not known"},
	{"denominator", "null of a count, and where it is not known"}, {"value", "scale × numerator ÷ denominator; null where it is not known, the denominator is 0 or the value is not reached"},
	{"reason", "why it is not known: before, no_file, never or silent, as in int_spoken_months; column: the month's files do not give a column it needs; blank: an entry leaves out a number it sums; reach: another month it looks at is not known; null where it is known"},
	{"spoke", "of a town: villages it is known of; null of other units"},
	{"villages", "of a town: villages there were; null of other units"},
	{"reached", "months it is made of, its own among them; null of a measure of one month"},
	{"lacking", "of those, the months that are not known; of a town: of none of the villages it is made of"},
	{"partly", "of a town: villages it is made of, of which more months are not known; null of other units and of a measure of one month"},
}

// monthlyMeasuresModel makes the table the long one is a view of: each measure picks its numerator and denominator out of the sums, or its rows out
// of its own model. A measure that cannot be known at all has no rows; a month that is not known has a row with the reason
// and no numbers. A town's numbers are those of the villages of which it is known. Of members only months with something to
// measure are rows.
func monthlyMeasuresModel([]Model) (Model, error) {
	sources := []string{toldMeasures, unknownMonths, reachedMonths, "intermediate.int_member_months", "marts.units", "staging.stg_villages"}
	months := []MonthSource{{Table: unknownMonths, Column: "month"}, {Table: reachedMonths, Column: "month"}, {Table: "intermediate.int_member_months", Column: "month"}}
	for _, t := range sumsTables {
		sources = append(sources, t.name)
		months = append(months, MonthSource{Table: t.name, Column: "month"})
	}
	var rows []string
	for _, m := range Measures() {
		if m.Model != "" && !slices.Contains(sources, "intermediate."+m.Model) {
			sources = append(sources, "intermediate."+m.Model)
			months = append(months, MonthSource{Table: "intermediate." + m.Model, Column: "month"})
		}
		for _, t := range sumsTables {
			if part, ok := m.rows(t); ok {
				rows = append(rows, part)
			}
		}
	}
	slices.Sort(sources)
	return Model{Name: measuresByMonth, Path: "metrics.yaml", SQL: longLead + strings.Join(rows, "    union all\n") + longEnd, Header: Header{
		Text:    "One value of one measure of one unit in one month, with its numerator and denominator; members by number alone.",
		Grain:   []string{"measure", "level", "unit_id", "month"},
		Sources: sources,
		Months:  months,
		Columns: longColumns,
		Checks:  []ColumnCheck{{Rule: "not_null", Columns: []string{"measure", "level", "unit_id", "unit_name", "month"}}},
	}}, nil
}

const longLead = `with long as (
`

// answered lists the counts of a model of their own, which may have no answer for a unit.
var answered = func() string {
	var ids []string
	for _, m := range Measures() {
		if m.Model != "" && !m.Rate() {
			ids = append(ids, quote(m.ID))
		}
	}
	return strings.Join(ids, ", ")
}()

var longEnd = `),

places as (
    select level, unit_id, village_id
    from marts.units
    where level <> 'town'
),

there as (
    select 'town' as level, v.town, s.month, count(*) as villages
    from intermediate.int_unit_months s
    join marts.units v on v.level = 'village' and v.unit_id = s.unit_id
    where s.level = 'village' and s.standing = 1
    group by v.town, s.month
),

-- How many months a town's measures are made of, how many of them are known of none of the villages in it, and of how many of these
-- more are wanting.
within_town as (
    select h.measure, h.town, h.month, h.reached, h.lacking, min(h.lacking) over (partition by h.measure, h.town, h.month) as fewest
    from ` + reachedMonths + ` h
    join intermediate.int_unit_months s on s.level = 'village' and s.unit_id = h.village_id and s.month = h.month and s.standing = 1
    left join ` + unknownMonths + ` k on k.measure = h.measure and k.village_id = h.village_id and k.month = h.month
    where k.measure is null
),

reaching as (
    select
        'town' as level,
        measure,
        town,
        month,
        max(reached) as reached,
        min(lacking) as lacking,
        count(*) filter (where lacking > fewest) as partly
    from within_town
    group by measure, town, month
),

-- What the villages of which a measure is not known would add to their town.
apart as (
    select
        'town' as level,
        k.measure,
        k.town,
        k.month,
        count(*) as unknown,
        min(k.reason) as reason,
        sum(l.numerator) as numerator,
        sum(l.denominator) as denominator
    from ` + unknownMonths + ` k
    join intermediate.int_unit_months s on s.level = 'village' and s.unit_id = k.village_id and s.month = k.month and s.standing = 1
    left join long l
        on l.measure = k.measure and l.level = 'village' and l.unit_id = k.village_id and l.month = k.month and l.scale is not null
    group by k.measure, k.town, k.month
),

-- Villages whose exports spoke, but of which a model of its own has no answer.
unanswered as (
    select 'town' as level, l.measure, v.town, l.month, count(*) as villages
    from long l
    join staging.stg_villages v on v.village_id = l.unit_id
    left join ` + unknownMonths + ` k on k.measure = l.measure and k.village_id = l.unit_id and k.month = l.month
    where l.measure in (` + answered + `) and l.level = 'village' and l.standing = 1 and l.numerator is null and k.measure is null
    group by l.measure, v.town, l.month
),

known as (
    select
        l.measure,
        l.level,
        l.unit_id,
        l.unit_name,
        l.month,
        l.standing,
        l.scale,
        l.value,
        case when l.level = 'town' then l.numerator - coalesce(a.numerator, 0) else l.numerator end as numerator,
        case when l.level = 'town' then l.denominator - coalesce(a.denominator, 0) else l.denominator end as denominator,
        coalesce(
            case when l.level <> 'town' then k.reason when a.unknown = t.villages then a.reason end,
            case when l.numerator is null then 'kind' end
        ) as reason,
        case when l.level = 'town' then t.villages - coalesce(a.unknown, 0) - coalesce(w.villages, 0) end as spoke,
        case when l.level = 'town' then t.villages end as villages,
        coalesce(h.reached, g.reached) as reached,
        coalesce(h.lacking, g.lacking) as lacking,
        g.partly
    from long l
    join ` + toldMeasures + ` told on told.measure = l.measure
    left join places p on p.level = l.level and p.unit_id = l.unit_id
    left join intermediate.int_member_months s on s.member_id = case when l.level = 'member' then l.unit_id end and s.month = l.month
    left join ` + unknownMonths + ` k
        on k.measure = l.measure and k.village_id = coalesce(p.village_id, s.village_id) and k.month = l.month
    left join apart a on a.level = l.level and a.measure = l.measure and a.town = l.unit_id and a.month = l.month
    left join unanswered w on w.level = l.level and w.measure = l.measure and w.town = l.unit_id and w.month = l.month
    left join there t on t.level = l.level and t.town = l.unit_id and t.month = l.month
    left join ` + reachedMonths + ` h
        on h.measure = l.measure and h.village_id = coalesce(p.village_id, s.village_id) and h.month = l.month
    left join reaching g on g.level = l.level and g.measure = l.measure and g.town = l.unit_id and g.month = l.month
    -- A member's month without anything to measure is no row: there are many, and their zeros say nothing. Nor is a month of
    -- a village or branch that was not there yet, or no longer.
    where l.standing = 1 or l.numerator <> 0 or l.denominator <> 0
)

select
    cast(n.measure as varchar) as measure,
    cast(n.level as varchar) as level,
    cast(n.unit_id as varchar) as unit_id,
    cast(n.unit_name as varchar) as unit_name,
    cast(n.month as varchar) as month,
    cast(case when n.reason is null then n.numerator end as double) as numerator,
    cast(case when n.reason is null then n.denominator end as double) as denominator,
    cast(
        case
            when n.reason is not null then null
            when n.value is not null then n.value
            when n.denominator is null then n.scale * n.numerator
            when n.denominator <> 0 then n.scale * n.numerator / cast(n.denominator as double)
        end as double
    ) as value,
    cast(n.reason as varchar) as reason,
    cast(n.spoke as bigint) as spoke,
    cast(n.villages as bigint) as villages,
    cast(case when n.reason is null then n.reached end as bigint) as reached,
    cast(case when n.reason is null then n.lacking end as bigint) as lacking,
    cast(case when n.reason is null then n.partly end as bigint) as partly
from known n
`

// asked collects what the measures sum at some levels, and refuses what no model delivers.
func asked(all []Measure, levels []Level, models []Model) (map[string]*relation, error) {
	byName := map[string]Model{}
	for _, m := range models {
		byName[m.Name] = m
	}
	relations := map[string]*relation{}
	for _, m := range all {
		if m.Model != "" {
			if _, ok := byName["intermediate."+m.Model]; !ok {
				return nil, fmt.Errorf("metrics.yaml: %s: no model intermediate.%s", m.ID, m.Model)
			}
			continue
		}
		for _, term := range append(split(m.Sums.Numerator), split(m.Sums.Denominator)...) {
			name, column, _ := strings.Cut(term, ".")
			model, ok := byName["intermediate."+name]
			if !ok {
				return nil, fmt.Errorf("metrics.yaml: %s: no model intermediate.%s", m.ID, name)
			}
			needed := []string{column, "month"}
			for _, level := range m.Levels {
				needed = append(needed, unitColumn[level])
			}
			for _, c := range needed {
				if !slices.ContainsFunc(model.Header.Columns, func(h Column) bool { return h.Name == c }) {
					return nil, fmt.Errorf("metrics.yaml: %s: %s has no column %s", m.ID, model.Name, c)
				}
			}
			for _, level := range m.Levels {
				if !slices.Contains(levels, level) {
					continue
				}
				if relations[name] == nil {
					relations[name] = &relation{columns: map[string]bool{}, levels: map[Level]bool{}}
				}
				relations[name].columns[column] = true
				relations[name].levels[level] = true
			}
		}
	}
	return relations, nil
}

func split(sum string) []string {
	if sum == "" {
		return nil
	}
	return strings.Split(sum, " + ")
}

func (r relation) ordered() (columns []string, levels []Level) {
	columns = slices.Sorted(maps.Keys(r.columns))
	for _, level := range []Level{Town, Village, Branch, Member} {
		if r.levels[level] {
			levels = append(levels, level)
		}
	}
	return columns, levels
}

// summed is the CTE that sums a relation by level.
func summed(name string, r *relation) string {
	columns, levels := r.ordered()
	var level, unit, sets, sums strings.Builder
	for i, l := range levels {
		c := unitColumn[l]
		fmt.Fprintf(&level, "            when grouping(%s) = 0 then '%s'\n", c, l)
		fmt.Fprintf(&unit, "            when grouping(%s) = 0 then %s\n", c, c)
		if i > 0 {
			sets.WriteString(", ")
		}
		fmt.Fprintf(&sets, "(month, %s)", c)
	}
	for _, c := range columns {
		fmt.Fprintf(&sums, ",\n        sum(%s) as %s", c, c)
	}
	return fmt.Sprintf(`%s_sums as (
    select
        case
%s        end as level,
        case
%s        end as unit_id,
        month%s
    from intermediate.%s
    group by grouping sets (%s)
)`, name, level.String(), unit.String(), sums.String(), name, sets.String())
}

// rows is the part of the long table one measure contributes from one table of sums.
func (m Measure) rows(t sumsTable) (string, bool) {
	var levels []string
	for _, level := range m.Levels {
		if slices.Contains(t.levels, level) {
			levels = append(levels, "'"+string(level)+"'")
		}
	}
	if len(levels) == 0 {
		return "", false
	}
	// A value of its own has no scale: where it is null, it was not reached, and nothing is divided in its place.
	numerator, denominator, value, join := plus(m.Sums.Numerator), "cast(null as double)", "cast(null as double)", ""
	scale := strconv.FormatFloat(m.Scale, 'e', -1, 64)
	switch {
	case m.Model != "":
		numerator, denominator, value, scale = "coalesce(v.numerator, 0e0)", "coalesce(v.denominator, 0e0)", "v.value", "cast(null as double)"
		if !m.Rate() {
			numerator, denominator = "case when v.value is not null then v.numerator end", "cast(null as double)" // what its model does not say of a unit is not none
		}
		join = fmt.Sprintf("    left join intermediate.%s v\n        on v.measure = '%s' and v.level = u.level and v.unit_id = u.unit_id and v.month = u.month\n", m.Model, m.ID)
	case m.Rate():
		denominator = plus(m.Sums.Denominator)
	}
	return fmt.Sprintf(`    select
        '%s' as measure,
        u.level,
        u.unit_id,
        u.unit_name,
        u.month,
        u.standing,
        %s as numerator,
        %s as denominator,
        %s as scale,
        %s as value
    from %s u
%s    where u.level in (%s)
`, m.ID, numerator, denominator, scale, value, t.name, join, strings.Join(levels, ", ")), true
}

func plus(sum string) string {
	var columns []string
	for _, term := range split(sum) {
		columns = append(columns, "u."+strings.Replace(term, ".", "__", 1))
	}
	if len(columns) == 1 {
		return columns[0]
	}
	return "(" + strings.Join(columns, " + ") + ")"
}

// definitionModel makes the table of definitions, with the targets and bases the town has put in place of theirs.
func definitionModel([]Model) (Model, error) {
	var values []string
	for i, m := range Measures() {
		target := "cast(null as double)"
		if m.Target != nil {
			target = strconv.FormatFloat(*m.Target, 'e', -1, 64)
		}
		values = append(values, "        ("+strings.Join([]string{
			quote(m.ID), quote(m.Name.Zh), quote(m.Name.En), quote(m.Group), quote(m.Unit), quote(string(m.Direction)),
			quote(m.Numerator.Zh), quote(m.Numerator.En), quote(m.Denominator.Zh), quote(m.Denominator.En), quote(m.Note.Zh), quote(m.Note.En),
			target, strconv.FormatFloat(m.MinBase, 'e', -1, 64), strconv.FormatFloat(m.Scale, 'e', -1, 64), strconv.Itoa(i + 1),
		}, ", ")+")")
	}
	texts := []string{"measure", "name_zh", "name_en", "measure_group", "unit", "direction",
		"numerator_zh", "numerator_en", "denominator_zh", "denominator_en", "note_zh", "note_en"}
	var selected, columns []string
	header := []Column{}
	for _, c := range texts {
		selected = append(selected, fmt.Sprintf("    cast(d.%s as varchar) as %s", c, c))
		columns = append(columns, c)
		header = append(header, Column{Name: c})
	}
	header = append(header, Column{"target", "the town's, else the definition's"},
		Column{"min_base", "below it a value is shown, not judged: the town's for the measure, else the larger of the definition's and the town's general one"},
		Column{Name: "scale"}, Column{"position", "order of the dictionary"})
	sql := fmt.Sprintf(`with definitions (%s, target, min_base, scale, position) as (
    values
%s
)

select
%s,
    cast(coalesce(s.target, d.target) as double) as target,
    cast(coalesce(s.min_base, case when d.min_base > 0 then later_of(d.min_base, p.minimum_base) else 0 end) as double) as min_base,
    cast(d.scale as double) as scale,
    cast(d.position as bigint) as position
from definitions d
cross join staging.stg_parameters p
left join staging.stg_measure_settings s on s.measure = d.measure
`, strings.Join(columns, ", "), strings.Join(values, ",\n"), strings.Join(selected, ",\n"))
	return Model{Name: "marts.measure_definitions", Path: "metrics.yaml", SQL: sql, Header: Header{
		Text: "One measure as it is defined.", Grain: []string{"measure"},
		Sources: []string{"staging.stg_measure_settings", ParameterTable}, Columns: header,
	}}, nil
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
