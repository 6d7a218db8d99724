package queries

import (
	"fmt"
	"slices"
	"strings"

	"hulian/data"
)

// homes are the columns that tell the village a row belongs to, the most direct first, by the kind of what they name.
var homes = []struct{ column, kind string }{
	{"village_id", "village"}, {"household_id", "household"}, {"branch_id", "branch"}, {"member_id", "member"},
}

// fileVillagesModel makes the table of the villages and months every file holds rows of. It is made from the contracts, so
// that an export counts from the day it has one: the first of homes that a row must have tells its village, as of the day
// of the row where it has one.
func fileVillagesModel([]Model) (Model, error) {
	var rows []string
	sources := []string{"exports.households", "staging.stg_branches", "staging.stg_members", "intermediate.int_moves"}
	for _, c := range data.Contracts() {
		for _, home := range homes {
			if column, ok := c.Column(home.column); !ok || !column.Required {
				continue
			}
			day := "cast(null as date)"
			if c.Kind == data.Event && c.DatedBy != "" {
				day = "cast(" + c.DatedBy + " as date)"
			}
			for table, held := range map[string]int{"exports." + c.Export: 1, "history." + c.Export: 0} {
				sources = append(sources, table)
				rows = append(rows, fmt.Sprintf("    select '%s' as export, _file as file_no, '%s' as kind, %s as id, %s as held_on, %d as held\n    from %s",
					c.Export, home.kind, home.column, day, held, table))
			}
			break
		}
	}
	slices.Sort(rows)
	slices.Sort(sources)
	return Model{Name: "intermediate.int_file_villages", Path: "data/contracts", SQL: "with held as (\n" + strings.Join(rows, "\n    union all\n") + `
),

homes as (
    select 'household' as kind, household_id as id, village_id
    from exports.households
    union all
    select 'branch', branch_id, village_id
    from staging.stg_branches
    union all
    select 'member', member_id, village_id
    from staging.stg_members
),

placed as (
    select
        r.export,
        r.file_no,
        r.held,
        case when r.kind = 'village' then r.id else coalesce(o.village_id, h.village_id) end as village_id,
        cast(date_trunc('month', r.held_on) as date) as month_start
    from held r
    left join homes h on h.kind = r.kind and h.id = r.id
    left join intermediate.int_moves o
        on o.kind = r.kind and o.id = r.id and o.valid_from <= r.held_on and r.held_on < o.valid_until
    where r.kind = 'village' or h.id is not null
)

select
    cast(export as varchar) as export,
    cast(file_no as bigint) as file_no,
    cast(village_id as varchar) as village_id,
    cast(month_start as date) as month_start,
    cast(sum(held) as bigint) as held
from placed
group by export, file_no, village_id, month_start
`, Header: Header{
		Text:    "One village and month a file holds rows of, each where what it is about belonged on the day. Registries have no month.",
		Grain:   []string{"export", "file_no", "village_id", "month_start"},
		Sources: slices.Compact(sources),
		Columns: []Column{{"export", "the export"}, {"file_no", "the file"}, {"village_id", "village its rows are of"},
			{"month_start", "first day of the month they fell in; null of what has no day"},
			{"held", "rows of the file that stand, those that a newer file replaced left out"}},
	}}, nil
}
