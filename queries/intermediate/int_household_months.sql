-- One household as it stood on the last day of a month (at the cut-off in the last). A view: its readers each need a few of
-- its columns, and there are as many rows as households times months.
-- grain: month, household_id
-- kind: view
-- sources: staging.stg_household_versions, staging.stg_branch_versions, staging.stg_villages, staging.stg_months
-- months: staging.stg_months
-- standing: staging.stg_household_versions, staging.stg_branch_versions
-- columns:
--   month: month
--   month_start: its first day
--   as_of: its last day, or the cut-off
--   household_id: the exporter's number
--   town: town
--   village_id: village
--   branch_id: grid branch
--   own_grid: governance grid of its branch; null: not told, or the branch has none
--   governance_grid_id: governance grid it is listed in; null: not told
--   member_id: linked member; null where none is linked yet
--   link_basis: of that link, near, kin or convenient; null: not told
--   link_origin: of that link, declared or appointed; null: not told
--   with_card: a contact card was issued by then
--   in_group: in the WeChat group
--   vulnerable: vulnerable
select
    cast(m.month as varchar) as month,
    cast(m.month_start as date) as month_start,
    cast(m.as_of as date) as as_of,
    cast(h.household_id as varchar) as household_id,
    cast(t.town as varchar) as town,
    cast(h.village_id as varchar) as village_id,
    cast(h.branch_id as varchar) as branch_id,
    cast(b.governance_grid_id as varchar) as own_grid,
    cast(h.governance_grid_id as varchar) as governance_grid_id,
    cast(case when h.linked_since > m.as_of then null else h.linked_member_id end as varchar) as member_id,
    cast(case when h.linked_since <= m.as_of or h.linked_since is null then h.link_basis end as varchar) as link_basis,
    cast(case when h.linked_since <= m.as_of or h.linked_since is null then h.link_origin end as varchar) as link_origin,
    cast(coalesce(h.card_issued_on <= m.as_of, false) as boolean) as with_card,
    cast(coalesce(h.in_group, false) as boolean) as in_group,
    cast(coalesce(h.vulnerable, false) as boolean) as vulnerable
from staging.stg_household_versions h
join staging.stg_months m on h.valid_from <= m.as_of and m.as_of < h.valid_until
join staging.stg_villages t on t.village_id = h.village_id
left join staging.stg_branch_versions b on b.branch_id = h.branch_id and b.valid_from <= m.as_of and m.as_of < b.valid_until
