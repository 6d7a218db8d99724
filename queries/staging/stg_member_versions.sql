-- One version of a member row and the days between which it holds. A row that says from when it holds
-- (valid_from) is taken at its word; otherwise it holds from the day its file speaks for.
-- grain: member_id, valid_from
-- sources: exports.members, history.members, staging.stg_files, staging.stg_unit_lives
-- columns:
--   member_id: the exporter's number
--   branch_id: grid branch of the member
--   member_name: name
--   active: can be mobilised: not exempt from linking
--   centre_household: whether the home is a member centre household
--   valid_from: first day it holds; what the first list of a place names and no earlier list
--     placed elsewhere stands in for the time before, unless the place began later than the records
--   valid_until: first day it no longer holds
-- checks:
--   not_null: member_id, valid_from, valid_until
with versions as (
    select
        member_id,
        branch_id,
        name,
        duty_status,
        centre_household,
        valid_from as said_from,
        _file as file_no,
        cast(null as bigint) as until_file
    from exports.members
    union all
    select member_id, branch_id, name, duty_status, centre_household, valid_from, _file, _until_file
    from history.members
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
        min(d.speaks_for) over (partition by d.branch_id) as first_known,
        min(d.speaks_for) over (partition by d.member_id) as own_first,
        min(d.speaks_for) over () as record_begins
    from dated d
    where speaks_for < replaced_on
),

starting as (
    select
        s.*,
        case
            when s.said_from is not null then s.said_from
            when s.speaks_for = s.first_known and s.speaks_for = s.own_first
                and (l.begins_on is null or s.speaks_for < l.begins_on or s.speaks_for = s.record_begins)
                then date '0001-01-01'
            else s.speaks_for
        end as valid_from
    from standing s
    left join staging.stg_unit_lives l on l.level = 'branch' and l.unit_id = s.branch_id
),

bounded as (
    select
        *,
        earlier_of(
            replaced_on,
            min(valid_from) over (
                partition by member_id order by file_no, valid_from rows between 1 following and unbounded following
            )
        ) as valid_until
    from starting
)

select
    cast(member_id as varchar) as member_id,
    cast(branch_id as varchar) as branch_id,
    cast(name as varchar) as member_name,
    cast(duty_status = 'active' as boolean) as active,
    cast(coalesce(centre_household, false) as boolean) as centre_household,
    cast(valid_from as date) as valid_from,
    cast(valid_until as date) as valid_until
from bounded
where valid_from < valid_until
