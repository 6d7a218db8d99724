-- One version of a household row and the days between which it holds.
-- grain: household_id, valid_from
-- sources: exports.households, history.households, staging.stg_files, staging.stg_unit_lives
-- columns:
--   household_id: the exporter's number
--   village_id: village it lies in
--   branch_id: grid branch it belongs to
--   residents: people registered here
--   migrants: people from elsewhere
--   vulnerable: low income, living alone, disabled or otherwise in need
--   linked_member_id: member linked to it
--   linked_since: from when; null: always
--   card_issued_on: day its contact card was issued
--   in_group: whether it is in the WeChat group
--   valid_from: first day it holds; what the first list of a place names and no earlier list
--     placed elsewhere stands in for the time before, unless the place began later than the records
--   valid_until: first day it no longer holds
-- checks:
--   not_null: household_id, valid_from, valid_until
with versions as (
    select
        household_id,
        village_id,
        branch_id,
        residents,
        migrants,
        vulnerable,
        linked_member_id,
        linked_since,
        card_issued_on,
        in_group,
        _file as file_no,
        cast(null as bigint) as until_file
    from exports.households
    union all
    select
        household_id,
        village_id,
        branch_id,
        residents,
        migrants,
        vulnerable,
        linked_member_id,
        linked_since,
        card_issued_on,
        in_group,
        _file,
        _until_file
    from history.households
),

dated as (
    select
        v.*,
        coalesce(f.speaks_for, date '0001-01-01') as speaks_for,
        coalesce(u.speaks_for, date '9999-12-31') as replaced_on
    from versions v
    left join staging.stg_files f on f.file_no = v.file_no
    left join staging.stg_files u on u.file_no = v.until_file
),

-- A row replaced by a file that speaks for the same day was never true.
standing as (
    select
        d.*,
        min(d.speaks_for) over (partition by d.village_id) as first_known,
        min(d.speaks_for) over (partition by d.household_id) as own_first,
        min(d.speaks_for) over () as record_begins
    from dated d
    where speaks_for < replaced_on
),

starting as (
    select
        s.*,
        case
            when s.speaks_for = s.first_known and s.speaks_for = s.own_first
                and (l.begins_on is null or s.speaks_for < l.begins_on or s.speaks_for = s.record_begins)
                then date '0001-01-01'
            else s.speaks_for
        end as valid_from
    from standing s
    left join staging.stg_unit_lives l on l.level = 'village' and l.unit_id = s.village_id
),

bounded as (
    select
        *,
        earlier_of(
            replaced_on,
            min(valid_from) over (
                partition by household_id order by file_no, valid_from rows between 1 following and unbounded following
            )
        ) as valid_until
    from starting
)

select
    cast(household_id as varchar) as household_id,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(residents as bigint) as residents,
    cast(migrants as bigint) as migrants,
    cast(coalesce(vulnerable, 'none') <> 'none' as boolean) as vulnerable,
    cast(linked_member_id as varchar) as linked_member_id,
    cast(linked_since as date) as linked_since,
    cast(card_issued_on as date) as card_issued_on,
    cast(coalesce(in_group, false) as boolean) as in_group,
    cast(valid_from as date) as valid_from,
    cast(valid_until as date) as valid_until
from bounded
where valid_from < valid_until
