-- One signal on one visit that a person may want to ask about: a prompt for a call-back, never an accusation.
-- grain: visit_id, signal
-- sources: intermediate.int_visits, staging.stg_visits, staging.stg_parameters
-- months: intermediate.int_visits, staging.stg_visits.visited_on
-- columns:
--   visit_id: the exporter's number
--   signal: same_minute, same_text, impossible_count, exempt_visitor or link_mismatch
--   detail: the number or member behind it
--   month: month of the visit
--   town: town of the village
--   village_id: village of the household
--   branch_id: grid branch of the household
--   household_id: household
--   member_id: visiting member
--   visited_at: when
with busy as (
    select v.member_id, v.visited_on, count(*) as visits
    from staging.stg_visits v
    cross join staging.stg_parameters p
    where v.alone
    group by v.member_id, v.visited_on
    having count(*) >= earlier_of(max(p.same_minute_visits), max(p.daily_visits) + 1)
),

-- A crowded minute needs a busy day: few visits are left in which to tell the households apart.
minutes as (
    select v.member_id, date_trunc('minute', v.visited_at) as minute, count(distinct v.household_id) as households
    from busy b
    cross join staging.stg_parameters p
    join staging.stg_visits v on v.member_id = b.member_id and v.visited_on = b.visited_on
    -- A day without a time of day arrives as midnight and says nothing about the minute.
    where v.alone and v.visited_at <> date_trunc('day', v.visited_at)
    group by v.member_id, date_trunc('minute', v.visited_at)
    having count(distinct v.household_id) >= max(p.same_minute_visits)
),

texts as (
    select v.member_id, month_text(v.visited_on) as month, v.note
    from staging.stg_visits v
    cross join staging.stg_parameters p
    where length(v.note) >= p.same_text_min_length
),

-- Most texts stand once. Their hashes take a tenth of the room, and leave few texts to be counted.
repeated as (
    select hash_of(member_id, month, note) as text_hash
    from texts
    cross join staging.stg_parameters p
    group by hash_of(member_id, month, note)
    having count(*) >= max(p.same_text_repeats)
),

repeats as (
    select t.member_id, t.month, t.note, count(*) as times
    from texts t
    cross join staging.stg_parameters p
    where hash_of(t.member_id, t.month, t.note) in (select text_hash from repeated)
    group by t.member_id, t.month, t.note
    having count(*) >= max(p.same_text_repeats)
),

days as (
    select b.member_id, b.visited_on, b.visits
    from busy b
    cross join staging.stg_parameters p
    where b.visits > p.daily_visits
),

-- One pass over the visits; few are left.
marked as (
    select
        v.*,
        case when v.alone then m.households end as same_minute,
        t.times as same_text,
        case when v.alone then d.visits end as same_day
    from intermediate.int_visits v
    left join minutes m on m.member_id = v.member_id and m.minute = date_trunc('minute', v.visited_at)
    left join repeats t on t.member_id = v.member_id and t.month = v.month and t.note = v.note
    left join days d on d.member_id = v.member_id and d.visited_on = v.visited_on
    where (v.alone and (m.households is not null or d.visits is not null or v.linked_member_id is not null))
        or t.times is not null
        or v.exempt_visitor
),

signals (signal, position) as (
    values ('same_minute', 1), ('same_text', 2), ('impossible_count', 3), ('exempt_visitor', 4), ('link_mismatch', 5)
),

signalled as (
    select
        v.*,
        s.signal,
        case s.position
            when 1 then cast(v.same_minute as varchar)
            when 2 then cast(v.same_text as varchar)
            when 3 then cast(v.same_day as varchar)
            when 4 then case when v.exempt_visitor then v.member_id end
            when 5 then case when v.alone then v.linked_member_id end
        end as detail
    from marked v
    cross join signals s
)

select
    cast(visit_id as varchar) as visit_id,
    cast(signal as varchar) as signal,
    cast(detail as varchar) as detail,
    cast(month as varchar) as month,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(household_id as varchar) as household_id,
    cast(member_id as varchar) as member_id,
    cast(visited_at as timestamp) as visited_at
from signalled
where detail is not null
