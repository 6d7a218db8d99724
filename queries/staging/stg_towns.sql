-- One town, with the day its programme began: the programme's own setting, else the day its first village joined.
-- grain: town
-- sources: staging.stg_villages, staging.stg_parameters
-- columns:
--   town: name of the town
--   programme_start: first day of the programme; null where none is known
-- checks:
--   not_null: town
select
    cast(v.town as varchar) as town,
    cast(coalesce(max(p.programme_start), min(v.programme_start)) as date) as programme_start
from staging.stg_villages v
cross join staging.stg_parameters p
group by v.town
