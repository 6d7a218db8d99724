-- One member as last known, for placing what a member did when no registry of that month lists him or her: the
-- registry's row, or the last one before the member left it.
-- grain: member_id
-- sources: exports.members, history.members, staging.stg_branches
-- columns:
--   member_id: the exporter's number
--   member_name: name
--   branch_id: grid branch
--   village_id: village of the branch
--   town: town of the village
--   active: can be mobilised
-- checks:
--   not_null: member_id
with rows_known as (
    select member_id, name, branch_id, duty_status, cast(null as bigint) as until_file, _file as file_no
    from exports.members
    union all
    select member_id, name, branch_id, duty_status, _until_file, _file
    from history.members
),

latest as (
    select
        *,
        row_number() over (
            partition by member_id order by case when until_file is null then 0 else 1 end, until_file desc, file_no desc
        ) as place
    from rows_known
)

select
    cast(m.member_id as varchar) as member_id,
    cast(m.name as varchar) as member_name,
    cast(m.branch_id as varchar) as branch_id,
    cast(b.village_id as varchar) as village_id,
    cast(b.town as varchar) as town,
    cast(m.duty_status = 'active' as boolean) as active
from latest m
left join staging.stg_branches b on b.branch_id = m.branch_id
where m.place = 1
