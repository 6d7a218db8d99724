-- One grid branch in one month with the village it lay in then: as registered on the month's last day, else as last
-- known.
-- grain: month, branch_id
-- sources: staging.stg_branches, staging.stg_branch_versions, staging.stg_villages, staging.stg_months
-- columns:
--   month: month
--   branch_id: the branch
--   village_id: its village; null where nothing says it
--   town: town of the village
-- checks:
--   not_null: month, branch_id
select
    cast(m.month as varchar) as month,
    cast(b.branch_id as varchar) as branch_id,
    cast(coalesce(v.village_id, b.village_id) as varchar) as village_id,
    cast(case when v.village_id is null then b.town else s.town end as varchar) as town
from staging.stg_branches b
cross join staging.stg_months m
left join staging.stg_branch_versions v on v.branch_id = b.branch_id and v.valid_from <= m.as_of and m.as_of < v.valid_until
left join staging.stg_villages s on s.village_id = v.village_id
