-- One visit with where it counts and what the registries say about it. A visit counts where its household stood in
-- that month; where no registry knows the household, where its member stood. A view, because its few readers each need
-- a few of its columns, and writing all of them down for every visit costs more than joining them twice; that each visit is
-- one row of it is what the check visits_counted_once asserts.
-- grain: visit_id
-- kind: view
-- sources: staging.stg_visits, staging.stg_household_versions, staging.stg_villages, staging.stg_member_versions, intermediate.int_branch_places, staging.stg_cut_off, staging.stg_parameters
-- months: staging.stg_visits.visited_on, intermediate.int_branch_places
-- standing: staging.stg_household_versions, staging.stg_member_versions, staging.stg_cut_off
-- columns:
--   visit_id: the exporter's number
--   month: month of the visit
--   town: town; null where neither registry says where it was
--   village_id: village
--   branch_id: grid branch
--   household_id: household
--   member_id: visiting member
--   visited_at: when
--   visited_on: the day of it
--   duty: which of the five duties it served; null where nobody says
--   note: what the visit found
--   alone: neither a gathering nor a message to many: channels event, round_table and wechat reach several households at once
--   at_month_end: on one of the last days of the month (programme: month_end_days)
--   exempt_visitor: the member was exempt from linking at the month's end
--   linked: the household was linked to the member at the month's end
--   linked_member_id: the member the household was linked to at the month's end, where it was another one
with visits as (
    select
        v.*,
        month_text(v.visited_on) as month,
        month_last_day(v.visited_on) as month_end,
        earlier_of(month_last_day(v.visited_on), cut.cut_off) as as_of,
        p.month_end_days
    from staging.stg_visits v
    cross join staging.stg_cut_off cut
    cross join staging.stg_parameters p
),

households as (
    select
        h.household_id,
        h.valid_from,
        h.valid_until,
        h.linked_member_id,
        coalesce(h.linked_since, date '0001-01-01') as linked_since,
        h.branch_id,
        h.village_id,
        t.town
    from staging.stg_household_versions h
    join staging.stg_villages t on t.village_id = h.village_id
)

select
    cast(v.visit_id as varchar) as visit_id,
    cast(v.month as varchar) as month,
    cast(coalesce(h.town, b.town) as varchar) as town,
    cast(coalesce(h.village_id, b.village_id) as varchar) as village_id,
    cast(coalesce(h.branch_id, m.branch_id) as varchar) as branch_id,
    cast(v.household_id as varchar) as household_id,
    cast(v.member_id as varchar) as member_id,
    cast(v.visited_at as timestamp) as visited_at,
    cast(v.visited_on as date) as visited_on,
    cast(v.duty as varchar) as duty,
    cast(v.note as varchar) as note,
    cast(v.alone as boolean) as alone,
    cast(date_diff('day', v.visited_on, v.month_end) < v.month_end_days as boolean) as at_month_end,
    cast(coalesce(not m.active, false) as boolean) as exempt_visitor,
    cast(coalesce(h.linked_since <= v.as_of and h.linked_member_id = v.member_id, false) as boolean) as linked,
    cast(
        case when h.linked_since <= v.as_of and h.linked_member_id <> v.member_id then h.linked_member_id end as varchar
    ) as linked_member_id
from visits v
left join households h on h.household_id = v.household_id and h.valid_from <= v.as_of and v.as_of < h.valid_until
left join staging.stg_member_versions m on m.member_id = v.member_id and m.valid_from <= v.as_of and v.as_of < m.valid_until
left join intermediate.int_branch_places b on b.branch_id = m.branch_id and b.month = v.month
