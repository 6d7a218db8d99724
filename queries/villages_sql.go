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

// heldRows is the view of all rows of all exports by what they are about.
const heldRows = "staging.stg_held_rows"

// heldRowsModel makes it from the contracts, so that an export counts from the day it has one: the first of homes that a row
// must have tells what it is about, as of the day of the row where it has one.
func heldRowsModel([]Model) (Model, error) {
	var rows []string
	var sources []string
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
	return Model{Name: heldRows, Path: "data/contracts", SQL: "with held as (\n" + strings.Join(rows, "\n    union all\n") + `
)

select
    cast(export as varchar) as export,
    cast(file_no as bigint) as file_no,
    cast(kind as varchar) as kind,
    cast(id as varchar) as id,
    cast(held_on as date) as held_on,
    cast(held as bigint) as held
from held
`, Header: Header{
		Text:    "One row of an export or of its history, by the household, member, branch or village it is about.",
		View:    true,
		Grain:   []string{"export", "file_no", "kind", "id", "held_on", "held"},
		Sources: slices.Compact(sources),
		Columns: []Column{{"export", "the export"}, {"file_no", "the file it came with"}, {"kind", "household, member, branch or village"}, {"id", "its number"},
			{"held_on", "the day it is of; null of what has no day"}, {"held", "1 where it stands, 0 where a newer file replaced it"}},
	}}, nil
}

// fileVillagesModel makes the table of the villages and months every file holds rows of.
func fileVillagesModel([]Model) (Model, error) {
	return Model{Name: "intermediate.int_file_villages", Path: "data/contracts", SQL: `with homes as (
    select 'household' as kind, household_id as id, village_id
    from staging.stg_households
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
    from ` + heldRows + ` r
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
    cast(sum(held) as bigint) as held,
    cast(count(*) as bigint) as told
from placed
group by export, file_no, village_id, month_start
`, Header: Header{
		Text:    "One village and month a file holds rows of, each where what it is about belonged on the day. Registries have no month.",
		Grain:   []string{"export", "file_no", "village_id", "month_start"},
		Sources: []string{"intermediate.int_moves", "staging.stg_branches", heldRows, "staging.stg_households", "staging.stg_members"},
		Columns: []Column{{"export", "the export"}, {"file_no", "the file"}, {"village_id", "village its rows are of"},
			{"month_start", "first day of the month they fell in; null of what has no day"},
			{"held", "rows of the file that stand, those that a newer file replaced left out"},
			{"told", "rows of the file, those that a newer file replaced among them"}},
	}}, nil
}
