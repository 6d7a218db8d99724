-- One version of a member row and the days between which it holds.
-- grain: member_id, valid_from
-- sources: exports.members, history.members, staging.stg_registry_spans
-- columns:
--   member_id: the exporter's number
--   branch_id: grid branch of the member
--   member_name: name
--   kind: local, in_service or mobile; null where the list does not say
--   active: can be mobilised: not exempt from linking
--   centre_household: whether the home is a member centre household; null where the list does not say
--   exempt_reason: why the member need not link households; null where nobody says
--   exempt_decided_on: the day the branch meeting decided it; null: it did not, or nobody says
--   exempt_until: last day of the exemption; null: it has no end, or nobody says
--   valid_from: first day it holds
--   valid_until: first day it no longer holds
-- checks:
--   not_null: member_id, valid_from, valid_until
with versions as (
    select
        member_id,
        branch_id,
        name,
        kind,
        duty_status,
        centre_household,
        exempt_reason,
        exempt_decided_on,
        exempt_until,
        _file as file_no,
        0 as until_file
    from exports.members
    union all
    select
        member_id,
        branch_id,
        name,
        kind,
        duty_status,
        centre_household,
        exempt_reason,
        exempt_decided_on,
        exempt_until,
        _file,
        _until_file
    from history.members
)

select
    cast(v.member_id as varchar) as member_id,
    cast(v.branch_id as varchar) as branch_id,
    cast(v.name as varchar) as member_name,
    cast(v.kind as varchar) as kind,
    cast(v.duty_status = 'active' as boolean) as active,
    cast(v.centre_household as boolean) as centre_household,
    cast(v.exempt_reason as varchar) as exempt_reason,
    cast(v.exempt_decided_on as date) as exempt_decided_on,
    cast(v.exempt_until as date) as exempt_until,
    cast(s.valid_from as date) as valid_from,
    cast(s.valid_until as date) as valid_until
from versions v
join staging.stg_registry_spans s
    on s.registry = 'members' and s.id = v.member_id and s.file_no = v.file_no and s.until_file = v.until_file
