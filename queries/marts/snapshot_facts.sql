-- One fact about the snapshot as a whole, as text.
-- grain: key
-- sources: staging.stg_cut_off, staging.stg_months, staging.stg_towns, staging.stg_programme, staging.stg_rows_after_cut_off, intermediate.int_heirs
-- columns:
--   key: cut_off, first_month, last_month, programme_start, town, programme, successions where units of today carry on from others,
--     rows_after_cut_off where there are any
--   value: dates as 2018-01-31, months as 2018-01; several towns joined are not named, then their number stands; the town's decisions by
--     which the snapshot was made, as one document; how many units of
--     the past have become others, how many rows there are
with facts (key, value) as (
    select 'cut_off', cast(cut_off as varchar)
    from staging.stg_cut_off
    union all
    select 'first_month', min(month)
    from staging.stg_months
    union all
    select 'last_month', max(month)
    from staging.stg_months
    union all
    select 'programme_start', cast(min(programme_start) as varchar)
    from staging.stg_towns
    union all
    select 'town', case when count(*) = 1 then max(town) else cast(count(*) as varchar) end
    from staging.stg_towns
    union all
    select 'programme', document
    from staging.stg_programme
    union all
    select 'successions', cast(count(*) as varchar)
    from (select distinct level, unit_id from intermediate.int_heirs) changed
    having count(*) > 0
    union all
    select 'rows_after_cut_off', cast(sum(rows) as varchar)
    from staging.stg_rows_after_cut_off
    having count(*) > 0
)

select
    cast(key as varchar) as key,
    cast(value as varchar) as value
from facts
