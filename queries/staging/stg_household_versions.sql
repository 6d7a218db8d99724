-- One version of a household row and the days between which it holds.
-- grain: household_id, valid_from
-- sources: exports.households, history.households, staging.stg_registry_spans
-- columns:
--   household_id: the exporter's number
--   village_id: village it lies in
--   branch_id: grid branch it belongs to
--   governance_grid_id: governance grid it is listed in
--   residents: people registered here
--   migrants: people from elsewhere
--   vulnerable: low income, living alone, disabled or otherwise in need
--   linked_member_id: member linked to it
--   linked_since: from when; null: always
--   link_basis: near, kin or convenient; null: not told
--   link_origin: declared or appointed; null: not told
--   card_issued_on: day its contact card was issued
--   in_group: whether it is in the WeChat group
--   valid_from: first day it holds
--   valid_until: first day it no longer holds
-- checks:
--   not_null: household_id, valid_from, valid_until
with versions as (
    select
        household_id,
        village_id,
        branch_id,
        governance_grid_id,
        residents,
        migrants,
        vulnerable,
        linked_member_id,
        linked_since,
        link_basis,
        link_origin,
        card_issued_on,
        in_group,
        _file as file_no,
        0 as until_file
    from exports.households
    union all
    select
        household_id,
        village_id,
        branch_id,
        governance_grid_id,
        residents,
        migrants,
        vulnerable,
        linked_member_id,
        linked_since,
        link_basis,
        link_origin,
        card_issued_on,
        in_group,
        _file,
        _until_file
    from history.households
)

select
    cast(v.household_id as varchar) as household_id,
    cast(v.village_id as varchar) as village_id,
    cast(v.branch_id as varchar) as branch_id,
    cast(v.governance_grid_id as varchar) as governance_grid_id,
    cast(v.residents as bigint) as residents,
    cast(v.migrants as bigint) as migrants,
    cast(coalesce(v.vulnerable, 'none') <> 'none' as boolean) as vulnerable,
    cast(v.linked_member_id as varchar) as linked_member_id,
    cast(v.linked_since as date) as linked_since,
    cast(v.link_basis as varchar) as link_basis,
    cast(v.link_origin as varchar) as link_origin,
    cast(v.card_issued_on as date) as card_issued_on,
    cast(coalesce(v.in_group, false) as boolean) as in_group,
    cast(s.valid_from as date) as valid_from,
    cast(s.valid_until as date) as valid_until
from versions v
join staging.stg_registry_spans s
    on s.registry = 'households' and s.id = v.household_id and s.file_no = v.file_no and s.until_file = v.until_file
