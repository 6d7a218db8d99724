-- One visit that a call-back should ask about, in the order in which to ask: first by how surely the record says that
-- it was not made as written. Signals of how it was written down (same minute, same text, impossible count) weigh more together
-- than one alone: two of them come first, then a minute shared by several households, then an impossible day; who made the visit (exempt
-- visitor, link mismatch) says less, and the same text alone least, for it is what busy people write. Within a step the first visit
-- of each member and day comes before the second of any, so that the calls spread. A prompt, never an accusation.
-- grain: visit_id
-- sources: intermediate.int_doubtful_visits
-- months: intermediate.int_doubtful_visits
-- columns:
--   visit_id: the exporter's number
--   household_id: household to ask
--   member_id: visiting member
--   village_id: village of the household
--   branch_id: grid branch of the household
--   visited_at: when
--   month: month
--   step: 1 two signals of the writing or more, with three households in the minute or an impossible count; 2 two signals otherwise; 3 three
--     households in the minute, or an impossible count; 4 two households in the minute; 5 who made the visit; 6 the same text alone
--   signals: how many signals stand on the visit
--   same_minute: households of the member in that minute; null without the signal
--   same_text: visits of the member with that text in the month; null without the signal
--   same_day: visits of the member on that day; null without the signal
--   exempt_visitor: the member was exempt from linking
--   link_mismatch: the household was linked to another member
--   turn: within step and month, whether it is the first, second ... visit of its member on its day
with visits as (
    select
        visit_id,
        household_id,
        member_id,
        village_id,
        branch_id,
        visited_at,
        month,
        count(*) as signals,
        max(case when signal = 'same_minute' then try_cast(detail as bigint) end) as same_minute,
        max(case when signal = 'same_text' then try_cast(detail as bigint) end) as same_text,
        max(case when signal = 'impossible_count' then try_cast(detail as bigint) end) as same_day,
        count(*) filter (where signal = 'exempt_visitor') > 0 as exempt_visitor,
        count(*) filter (where signal = 'link_mismatch') > 0 as link_mismatch
    from intermediate.int_doubtful_visits
    group by visit_id, household_id, member_id, village_id, branch_id, visited_at, month
),

weighed as (
    select
        *,
        coalesce(same_minute >= 3, false) or same_day is not null as is_strong,
        case when same_minute is null then 0 else 1 end
        + case when same_text is null then 0 else 1 end
        + case when same_day is null then 0 else 1 end as written
    from visits
),

stepped as (
    select
        *,
        case
            when written > 1 and is_strong then 1
            when written > 1 then 2
            when is_strong then 3
            when same_minute is not null then 4
            when exempt_visitor or link_mismatch then 5
            else 6
        end as step
    from weighed
)

select
    cast(visit_id as varchar) as visit_id,
    cast(household_id as varchar) as household_id,
    cast(member_id as varchar) as member_id,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(visited_at as timestamp) as visited_at,
    cast(month as varchar) as month,
    cast(step as bigint) as step,
    cast(signals as bigint) as signals,
    cast(same_minute as bigint) as same_minute,
    cast(same_text as bigint) as same_text,
    cast(same_day as bigint) as same_day,
    cast(exempt_visitor as boolean) as exempt_visitor,
    cast(link_mismatch as boolean) as link_mismatch,
    cast(
        row_number() over (
            partition by month, step, member_id, cast(visited_at as date)
            order by visit_id
        ) as bigint
    ) as turn
from stepped
