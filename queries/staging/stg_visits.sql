-- One visit known at the cut-off.
-- grain: visit_id
-- kind: view
-- sources: exports.visits, staging.stg_cut_off
-- months: exports.visits.visited_at
-- standing: staging.stg_cut_off
-- columns:
--   visit_id: the exporter's number, or the one made from member, household and time
--   household_id: household visited
--   member_id: visiting member
--   visited_at: when, local time
--   visited_on: the day of it
--   channel: home, round_table, phone, wechat or event
--   duty: which of the five duties it served; null where nobody says
--   note: what the visit found
--   alone: neither a gathering nor a message to many: channels event, round_table and wechat reach several households at once
with visits as (
    select visit_id, household_id, member_id, visited_at, channel, duty, note
    from exports.visits
)

select
    cast(v.visit_id as varchar) as visit_id,
    cast(v.household_id as varchar) as household_id,
    cast(v.member_id as varchar) as member_id,
    cast(v.visited_at as timestamp) as visited_at,
    cast(v.visited_at as date) as visited_on,
    cast(v.channel as varchar) as channel,
    cast(v.duty as varchar) as duty,
    cast(v.note as varchar) as note,
    cast(coalesce(v.channel, 'home') not in ('event', 'round_table', 'wechat') as boolean) as alone
from visits v
-- The day is asked for once: a join for it would have the engine expect a handful of visits, and gather all of them in
-- memory; a correlated question would have it compare every visit's moment with a list of all moments.
where v.visited_at < (
    select cast(cut.cut_off as timestamp) + interval '1' day
    from staging.stg_cut_off cut
)
