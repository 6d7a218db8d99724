-- One signal on one visit that a person may want to ask about: a prompt for a call-back, never an accusation.
-- grain: visit_id, signal
-- sources: intermediate.int_visits, staging.stg_visits, staging.stg_parameters
-- columns:
--   visit_id: the exporter's number
--   signal: same_minute, same_text, impossible_count, exempt_visitor or link_mismatch
--   detail: the number or member behind it
with minutes as (
    select v.member_id, date_trunc('minute', v.visited_at) as minute, count(distinct v.household_id) as households
    from intermediate.int_visits v
    cross join staging.stg_parameters p
    -- A day without a time of day arrives as midnight and says nothing about the minute.
    where v.alone and v.visited_at <> date_trunc('day', v.visited_at)
    group by v.member_id, date_trunc('minute', v.visited_at)
    having count(distinct v.household_id) >= max(p.same_minute_visits)
),

noted as (
    select v.visit_id, v.member_id, v.note, cast(date_trunc('month', v.visited_on) as date) as month_start
    from staging.stg_visits v
    cross join staging.stg_parameters p
    where length(v.note) >= p.same_text_min_length
),

texts as (
    select n.member_id, n.month_start, n.note, count(*) as times
    from noted n
    cross join staging.stg_parameters p
    group by n.member_id, n.month_start, n.note
    having count(*) >= max(p.same_text_repeats)
),

days as (
    select v.member_id, v.visited_on, count(*) as visits
    from intermediate.int_visits v
    cross join staging.stg_parameters p
    where v.alone
    group by v.member_id, v.visited_on
    having count(*) > max(p.daily_visits)
)

select
    cast(v.visit_id as varchar) as visit_id,
    cast('same_minute' as varchar) as signal,
    cast(cast(m.households as varchar) as varchar) as detail
from intermediate.int_visits v
join minutes m on m.member_id = v.member_id and m.minute = date_trunc('minute', v.visited_at)
where v.alone
union all
select n.visit_id, 'same_text', cast(t.times as varchar)
from noted n
join texts t on t.member_id = n.member_id and t.month_start = n.month_start and t.note = n.note
union all
select v.visit_id, 'impossible_count', cast(d.visits as varchar)
from intermediate.int_visits v
join days d on d.member_id = v.member_id and d.visited_on = v.visited_on
where v.alone
union all
select visit_id, 'exempt_visitor', member_id
from intermediate.int_visits
where exempt_visitor
union all
select visit_id, 'link_mismatch', linked_member_id
from intermediate.int_visits
where alone and linked_member_id is not null
