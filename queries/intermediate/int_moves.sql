-- One stay of a household, member or grid branch that has belonged to more than one village. What never moved has no row.
-- grain: kind, id, valid_from
-- sources: staging.stg_household_versions, staging.stg_member_versions, staging.stg_branch_versions, staging.stg_branches
-- columns:
--   kind: household, member or branch
--   id: its number
--   village_id: village it belonged to
--   valid_from: first day
--   valid_until: first day no longer
-- checks:
--   not_null: kind, id, valid_from, valid_until
with member_stays as (
    select
        m.member_id,
        coalesce(v.village_id, b.village_id) as village_id,
        later_of(m.valid_from, v.valid_from) as valid_from,
        earlier_of(m.valid_until, v.valid_until) as valid_until
    from staging.stg_member_versions m
    left join staging.stg_branches b on b.branch_id = m.branch_id
    left join staging.stg_branch_versions v
        on v.branch_id = m.branch_id and v.valid_from < m.valid_until and m.valid_from < v.valid_until
),

stays as (
    select 'household' as kind, household_id as id, village_id, valid_from, valid_until
    from staging.stg_household_versions
    union all
    select 'member', member_id, village_id, valid_from, valid_until
    from member_stays
    union all
    select 'branch', branch_id, village_id, valid_from, valid_until
    from staging.stg_branch_versions
),

moved as (
    select kind, id
    from stays
    group by kind, id
    having count(distinct village_id) > 1
)

select
    cast(s.kind as varchar) as kind,
    cast(s.id as varchar) as id,
    cast(s.village_id as varchar) as village_id,
    cast(s.valid_from as date) as valid_from,
    cast(s.valid_until as date) as valid_until
from stays s
join moved m on m.kind = s.kind and m.id = s.id
