-- One village and month a file holds rows of, each where what it is about belonged on the day. Registries have no month.
-- grain: export, file_no, village_id, month_start
-- sources: exports.branches, exports.cadres, exports.conduct, exports.households, exports.issues, exports.meetings, exports.members, exports.points, exports.population, exports.posts, exports.ratings, exports.rights, exports.tasks, exports.villages, exports.visits, history.branches, history.cadres, history.conduct, history.households, history.issues, history.meetings, history.members, history.points, history.population, history.posts, history.ratings, history.rights, history.tasks, history.villages, history.visits, intermediate.int_moves, staging.stg_branches, staging.stg_members
-- columns:
--   export: the export
--   file_no: the file
--   village_id: village its rows are of
--   month_start: first day of the month they fell in; null of a registry
with parts as (
    select
        'visits' as export,
        e._file as file_no,
        coalesce(o.village_id, h.village_id) as village_id,
        cast(date_trunc('month', e.visited_at) as date) as month_start
    from exports.visits e
    join exports.households h on h.household_id = e.household_id
    left join intermediate.int_moves o
        on o.kind = 'household' and o.id = e.household_id
            and o.valid_from <= cast(e.visited_at as date) and cast(e.visited_at as date) < o.valid_until
    group by e._file, coalesce(o.village_id, h.village_id), cast(date_trunc('month', e.visited_at) as date)
    union all
    select
        'visits' as export,
        e._file as file_no,
        coalesce(o.village_id, h.village_id) as village_id,
        cast(date_trunc('month', e.visited_at) as date) as month_start
    from history.visits e
    join exports.households h on h.household_id = e.household_id
    left join intermediate.int_moves o
        on o.kind = 'household' and o.id = e.household_id
            and o.valid_from <= cast(e.visited_at as date) and cast(e.visited_at as date) < o.valid_until
    group by e._file, coalesce(o.village_id, h.village_id), cast(date_trunc('month', e.visited_at) as date)
    union all
    select
        'issues' as export,
        e._file as file_no,
        e.village_id as village_id,
        cast(date_trunc('month', e.reported_at) as date) as month_start
    from exports.issues e
    group by e._file, e.village_id, cast(date_trunc('month', e.reported_at) as date)
    union all
    select
        'issues' as export,
        e._file as file_no,
        e.village_id as village_id,
        cast(date_trunc('month', e.reported_at) as date) as month_start
    from history.issues e
    group by e._file, e.village_id, cast(date_trunc('month', e.reported_at) as date)
    union all
    select
        'points' as export,
        e._file as file_no,
        coalesce(o.village_id, m.village_id) as village_id,
        cast(date_trunc('month', e.awarded_on) as date) as month_start
    from exports.points e
    join staging.stg_members m on m.member_id = e.member_id
    left join intermediate.int_moves o
        on o.kind = 'member' and o.id = e.member_id and o.valid_from <= e.awarded_on and e.awarded_on < o.valid_until
    group by e._file, coalesce(o.village_id, m.village_id), cast(date_trunc('month', e.awarded_on) as date)
    union all
    select
        'points' as export,
        e._file as file_no,
        coalesce(o.village_id, m.village_id) as village_id,
        cast(date_trunc('month', e.awarded_on) as date) as month_start
    from history.points e
    join staging.stg_members m on m.member_id = e.member_id
    left join intermediate.int_moves o
        on o.kind = 'member' and o.id = e.member_id and o.valid_from <= e.awarded_on and e.awarded_on < o.valid_until
    group by e._file, coalesce(o.village_id, m.village_id), cast(date_trunc('month', e.awarded_on) as date)
    union all
    select
        'meetings' as export,
        e._file as file_no,
        coalesce(o.village_id, b.village_id) as village_id,
        cast(date_trunc('month', e.held_on) as date) as month_start
    from exports.meetings e
    join staging.stg_branches b on b.branch_id = e.branch_id
    left join intermediate.int_moves o
        on o.kind = 'branch' and o.id = e.branch_id and o.valid_from <= e.held_on and e.held_on < o.valid_until
    group by e._file, coalesce(o.village_id, b.village_id), cast(date_trunc('month', e.held_on) as date)
    union all
    select
        'meetings' as export,
        e._file as file_no,
        coalesce(o.village_id, b.village_id) as village_id,
        cast(date_trunc('month', e.held_on) as date) as month_start
    from history.meetings e
    join staging.stg_branches b on b.branch_id = e.branch_id
    left join intermediate.int_moves o
        on o.kind = 'branch' and o.id = e.branch_id and o.valid_from <= e.held_on and e.held_on < o.valid_until
    group by e._file, coalesce(o.village_id, b.village_id), cast(date_trunc('month', e.held_on) as date)
    union all
    select
        'tasks' as export,
        e._file as file_no,
        coalesce(o.village_id, b.village_id) as village_id,
        cast(date_trunc('month', e.claimed_on) as date) as month_start
    from exports.tasks e
    join staging.stg_branches b on b.branch_id = e.branch_id
    left join intermediate.int_moves o
        on o.kind = 'branch' and o.id = e.branch_id and o.valid_from <= e.claimed_on and e.claimed_on < o.valid_until
    group by e._file, coalesce(o.village_id, b.village_id), cast(date_trunc('month', e.claimed_on) as date)
    union all
    select
        'tasks' as export,
        e._file as file_no,
        coalesce(o.village_id, b.village_id) as village_id,
        cast(date_trunc('month', e.claimed_on) as date) as month_start
    from history.tasks e
    join staging.stg_branches b on b.branch_id = e.branch_id
    left join intermediate.int_moves o
        on o.kind = 'branch' and o.id = e.branch_id and o.valid_from <= e.claimed_on and e.claimed_on < o.valid_until
    group by e._file, coalesce(o.village_id, b.village_id), cast(date_trunc('month', e.claimed_on) as date)
    union all
    select
        'conduct' as export,
        e._file as file_no,
        coalesce(o.village_id, m.village_id) as village_id,
        cast(date_trunc('month', e.signed_on) as date) as month_start
    from exports.conduct e
    join staging.stg_members m on m.member_id = e.member_id
    left join intermediate.int_moves o
        on o.kind = 'member' and o.id = e.member_id and o.valid_from <= e.signed_on and e.signed_on < o.valid_until
    group by e._file, coalesce(o.village_id, m.village_id), cast(date_trunc('month', e.signed_on) as date)
    union all
    select
        'conduct' as export,
        e._file as file_no,
        coalesce(o.village_id, m.village_id) as village_id,
        cast(date_trunc('month', e.signed_on) as date) as month_start
    from history.conduct e
    join staging.stg_members m on m.member_id = e.member_id
    left join intermediate.int_moves o
        on o.kind = 'member' and o.id = e.member_id and o.valid_from <= e.signed_on and e.signed_on < o.valid_until
    group by e._file, coalesce(o.village_id, m.village_id), cast(date_trunc('month', e.signed_on) as date)
    union all
    select
        'rights' as export,
        e._file as file_no,
        coalesce(o.village_id, m.village_id) as village_id,
        cast(date_trunc('month', e.used_on) as date) as month_start
    from exports.rights e
    join staging.stg_members m on m.member_id = e.member_id
    left join intermediate.int_moves o
        on o.kind = 'member' and o.id = e.member_id and o.valid_from <= e.used_on and e.used_on < o.valid_until
    group by e._file, coalesce(o.village_id, m.village_id), cast(date_trunc('month', e.used_on) as date)
    union all
    select
        'rights' as export,
        e._file as file_no,
        coalesce(o.village_id, m.village_id) as village_id,
        cast(date_trunc('month', e.used_on) as date) as month_start
    from history.rights e
    join staging.stg_members m on m.member_id = e.member_id
    left join intermediate.int_moves o
        on o.kind = 'member' and o.id = e.member_id and o.valid_from <= e.used_on and e.used_on < o.valid_until
    group by e._file, coalesce(o.village_id, m.village_id), cast(date_trunc('month', e.used_on) as date)
    union all
    select
        'villages' as export,
        e._file as file_no,
        e.village_id as village_id,
        cast(null as date) as month_start
    from exports.villages e
    group by e._file, e.village_id
    union all
    select
        'villages' as export,
        e._file as file_no,
        e.village_id as village_id,
        cast(null as date) as month_start
    from history.villages e
    group by e._file, e.village_id
    union all
    select
        'population' as export,
        e._file as file_no,
        e.village_id as village_id,
        cast(null as date) as month_start
    from exports.population e
    group by e._file, e.village_id
    union all
    select
        'population' as export,
        e._file as file_no,
        e.village_id as village_id,
        cast(null as date) as month_start
    from history.population e
    group by e._file, e.village_id
    union all
    select
        'branches' as export,
        e._file as file_no,
        e.village_id as village_id,
        cast(null as date) as month_start
    from exports.branches e
    group by e._file, e.village_id
    union all
    select
        'branches' as export,
        e._file as file_no,
        e.village_id as village_id,
        cast(null as date) as month_start
    from history.branches e
    group by e._file, e.village_id
    union all
    select
        'households' as export,
        e._file as file_no,
        e.village_id as village_id,
        cast(null as date) as month_start
    from exports.households e
    group by e._file, e.village_id
    union all
    select
        'households' as export,
        e._file as file_no,
        e.village_id as village_id,
        cast(null as date) as month_start
    from history.households e
    group by e._file, e.village_id
    union all
    select
        'cadres' as export,
        e._file as file_no,
        e.village_id as village_id,
        cast(null as date) as month_start
    from exports.cadres e
    group by e._file, e.village_id
    union all
    select
        'cadres' as export,
        e._file as file_no,
        e.village_id as village_id,
        cast(null as date) as month_start
    from history.cadres e
    group by e._file, e.village_id
    union all
    select
        'members' as export,
        e._file as file_no,
        b.village_id as village_id,
        cast(null as date) as month_start
    from exports.members e
    join staging.stg_branches b on b.branch_id = e.branch_id
    group by e._file, b.village_id
    union all
    select
        'members' as export,
        e._file as file_no,
        b.village_id as village_id,
        cast(null as date) as month_start
    from history.members e
    join staging.stg_branches b on b.branch_id = e.branch_id
    group by e._file, b.village_id
    union all
    select
        'posts' as export,
        e._file as file_no,
        m.village_id as village_id,
        cast(null as date) as month_start
    from exports.posts e
    join staging.stg_members m on m.member_id = e.member_id
    group by e._file, m.village_id
    union all
    select
        'posts' as export,
        e._file as file_no,
        m.village_id as village_id,
        cast(null as date) as month_start
    from history.posts e
    join staging.stg_members m on m.member_id = e.member_id
    group by e._file, m.village_id
    union all
    select
        'ratings' as export,
        e._file as file_no,
        b.village_id as village_id,
        cast(null as date) as month_start
    from exports.ratings e
    join staging.stg_branches b on b.branch_id = e.branch_id
    group by e._file, b.village_id
    union all
    select
        'ratings' as export,
        e._file as file_no,
        b.village_id as village_id,
        cast(null as date) as month_start
    from history.ratings e
    join staging.stg_branches b on b.branch_id = e.branch_id
    group by e._file, b.village_id
)

select
    cast(export as varchar) as export,
    cast(file_no as bigint) as file_no,
    cast(village_id as varchar) as village_id,
    cast(month_start as date) as month_start
from parts
group by export, file_no, village_id, month_start
