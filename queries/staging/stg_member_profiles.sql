-- One member as the newest list describes him or her: context beside what was done, for the organisation office.
-- grain: member_id
-- kind: view
-- sources: exports.members
-- columns:
--   member_id: the exporter's number
--   name: name
--   gender: male or female
--   birth_date: day of birth
--   education: highest education
--   joined_on: day of joining the party
--   role: secretary, committee, group_leader or member
--   kind: local, in_service or mobile
select
    cast(member_id as varchar) as member_id,
    cast(name as varchar) as name,
    cast(gender as varchar) as gender,
    cast(birth_date as date) as birth_date,
    cast(education as varchar) as education,
    cast(joined_on as date) as joined_on,
    cast(role as varchar) as role,
    cast(kind as varchar) as kind
from exports.members
