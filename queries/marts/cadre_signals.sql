-- One signal of one active member: what the records show, beside the active members of the same branch. Each signal
-- stands alone; there is no sum of them. Exempt members are left out. Restricted to the organisation office.
-- grain: member_id, signal
-- sources: intermediate.int_issues, intermediate.int_member_months, intermediate.int_households_by_month, intermediate.int_visits_by_month, intermediate.int_visits, intermediate.int_doubtful_visits, intermediate.int_unknown_months, staging.stg_disputed_visits, staging.stg_tasks, staging.stg_months, staging.stg_cut_off, staging.stg_parameters
-- columns:
--   member_id: the exporter's number
--   branch_id: grid branch
--   village_id: village
--   signal: hard_issues (hard issues the member reported that were resolved and stayed so), tasks_led (tasks done of those led),
--     visiting (linked households the member visited, month by month over the last twelve, doubtful visits left out), satisfaction (satisfied answers on issues
--     reported), points_months (months with points among the last twelve)
--   numerator: numerator
--   denominator: denominator; 0 where there is nothing on record
--   value: the count for hard_issues and tasks_led, else numerator ÷ denominator
--   peer_median: median of the value over the active members of the branch who have one
--   peers: those members, the member included
--   minimum_met: the programme's least evidence is there
--   detail: months on record; for visiting the months with a visit beyond doubt
--   disputed: left out: hard issues and answers whose issue came back within the programme's time, visits the household did not confirm
--   doubtful: left out: visits with a doubt signal
--   recent: left out: hard issues resolved so lately that the time to feed back is not over
--   undated: left out: tasks said to be done without a day
--   unknown_months: left out: months of the last twelve of which no file spoke
with members as (
    select s.member_id, s.branch_id, s.village_id
    from intermediate.int_member_months s
    cross join staging.stg_cut_off cut
    where s.month = month_text(cut.cut_off) and s.active = 1
),

last_year as (
    select m.month
    from staging.stg_months m
    cross join staging.stg_cut_off cut
    where m.month_start > cast(date_trunc('month', cut.cut_off) as date) - interval '12' month
),

unknown as (
    select measure, village_id, month
    from intermediate.int_unknown_months
),

-- A solution stands unless it came back within the time for reopening. Before the time to feed back is over its household need not
-- have heard of it and cannot have disputed it. Where no file says what was reopened, waiting would tell nothing more.
resolved as (
    select
        i.member_id,
        i.difficulty,
        i.tells_resolution,
        i.satisfaction_answer,
        i.reopened_within_limit,
        case
            when coalesce(i.difficulty, '') <> 'hard' or not i.tells_resolution or i.resolved_on is null then null
            when i.reopened_within_limit then 'disputed'
            when i.tells_reopening and date_diff('day', i.resolved_on, cut.cut_off) < p.feedback_days then 'recent'
            else 'stands'
        end as standing
    from intermediate.int_issues i
    cross join staging.stg_cut_off cut
    cross join staging.stg_parameters p
),

issues as (
    select
        member_id,
        count(*) filter (where difficulty = 'hard' and tells_resolution) as hard,
        count(*) filter (where standing = 'stands') as hard_resolved,
        count(*) filter (where standing = 'disputed') as hard_disputed,
        count(*) filter (where standing = 'recent') as hard_recent,
        count(satisfaction_answer) filter (where not reopened_within_limit) as answered,
        count(*) filter (where satisfaction_answer = 'satisfied' and not reopened_within_limit) as satisfied,
        count(satisfaction_answer) filter (where reopened_within_limit) as answers_disputed
    from resolved
    group by member_id
),

tasks as (
    select
        t.responsible_member_id as member_id,
        count(*) as led,
        count(*) filter (where t.is_done and not t.is_undated) as done,
        count(*) filter (where t.is_done and t.is_undated) as undated
    from staging.stg_tasks t
    group by t.responsible_member_id
),

households as (
    select h.member_id, sum(h.households) as households
    from intermediate.int_households_by_month h
    join last_year y on y.month = h.month
    left join unknown k on k.measure = 'household_coverage' and k.village_id = h.village_id and k.month = h.month
    where k.measure is null
    group by h.member_id
),

-- A visit that its household did not confirm is in dispute: it counts no more than a doubtful one, unless another visit of the month
-- reached the household.
disputed as (
    select v.month, v.member_id, v.village_id, v.branch_id, v.household_id, count(*) as visits
    from staging.stg_disputed_visits d
    join intermediate.int_visits v on v.visit_id = d.visit_id
    join last_year y on y.month = v.month
    left join intermediate.int_doubtful_visits q on q.visit_id = v.visit_id
    where v.linked and q.visit_id is null
    group by v.month, v.member_id, v.village_id, v.branch_id, v.household_id
),

reached_otherwise as (
    select distinct d.month, d.member_id, d.household_id
    from disputed d
    join intermediate.int_visits v on v.month = d.month and v.member_id = d.member_id and v.household_id = d.household_id
    left join staging.stg_disputed_visits n on n.visit_id = v.visit_id
    left join intermediate.int_doubtful_visits q on q.visit_id = v.visit_id
    where n.visit_id is null and q.visit_id is null
),

lost as (
    select
        d.month,
        d.member_id,
        d.village_id,
        d.branch_id,
        count(*) filter (where o.household_id is null) as households
    from disputed d
    left join reached_otherwise o on o.month = d.month and o.member_id = d.member_id and o.household_id = d.household_id
    group by d.month, d.member_id, d.village_id, d.branch_id
),

unconfirmed as (
    select member_id, sum(visits) as visits
    from disputed
    group by member_id
),

-- A doubtful visit is evidence for nobody, and nobody has evidence from another's visits.
reached as (
    select
        v.member_id,
        sum(v.reached - coalesce(l.households, 0)) as visited,
        count(distinct case when v.reached > coalesce(l.households, 0) then v.month end) as months
    from intermediate.int_visits_by_month v
    join last_year y on y.month = v.month
    left join lost l on l.month = v.month and l.member_id = v.member_id and l.village_id = v.village_id and l.branch_id = v.branch_id
    left join unknown k on k.measure = 'household_coverage' and k.village_id = v.village_id and k.month = v.month
    where k.measure is null and v.reached > 0
    group by v.member_id
),

months as (
    select s.member_id, count(*) as months, count(*) filter (where s.points > 0) as with_points
    from intermediate.int_member_months s
    join last_year y on y.month = s.month
    left join unknown k on k.measure = 'members_with_points' and k.village_id = s.village_id and k.month = s.month
    where s.active = 1 and k.measure is null
    group by s.member_id
),

doubtful as (
    select v.member_id, sum(v.doubtful) as visits
    from intermediate.int_visits_by_month v
    join last_year y on y.month = v.month
    group by v.member_id
),

-- Months of the last twelve of which nothing is known, because no file spoke.
silences as (
    select k.village_id, k.measure, count(*) as months
    from unknown k
    join last_year y on y.month = k.month
    group by k.village_id, k.measure
),

signals (
    member_id, branch_id, village_id, signal, numerator, denominator, counted, minimum_met, detail,
    disputed, doubtful, recent, undated, unknown_months
) as (
    select m.member_id, m.branch_id, m.village_id, 'hard_issues', coalesce(i.hard_resolved, 0), coalesce(i.hard, 0), true,
        coalesce(i.hard_resolved, 0) >= p.hard_issues, cast(null as varchar),
        coalesce(i.hard_disputed, 0), 0, coalesce(i.hard_recent, 0), 0, 0
    from members m
    cross join staging.stg_parameters p
    left join issues i on i.member_id = m.member_id
    union all
    select m.member_id, m.branch_id, m.village_id, 'tasks_led', coalesce(t.done, 0), coalesce(t.led, 0), true,
        coalesce(t.done, 0) >= p.tasks, null, 0, 0, 0, coalesce(t.undated, 0), 0
    from members m
    cross join staging.stg_parameters p
    left join tasks t on t.member_id = m.member_id
    union all
    select m.member_id, m.branch_id, m.village_id, 'visiting', coalesce(r.visited, 0), coalesce(h.households, 0), false,
        coalesce(h.households, 0) > 0 and coalesce(r.months, 0) >= p.visit_months,
        cast(coalesce(r.months, 0) as varchar),
        coalesce(n.visits, 0), coalesce(d.visits, 0), 0, 0, coalesce(k.months, 0)
    from members m
    cross join staging.stg_parameters p
    left join households h on h.member_id = m.member_id
    left join reached r on r.member_id = m.member_id
    left join doubtful d on d.member_id = m.member_id
    left join unconfirmed n on n.member_id = m.member_id
    left join silences k on k.village_id = m.village_id and k.measure = 'household_coverage'
    union all
    select m.member_id, m.branch_id, m.village_id, 'satisfaction', coalesce(i.satisfied, 0), coalesce(i.answered, 0), false,
        coalesce(i.answered, 0) >= p.satisfaction_answers, null, coalesce(i.answers_disputed, 0), 0, 0, 0, 0
    from members m
    cross join staging.stg_parameters p
    left join issues i on i.member_id = m.member_id
    union all
    select m.member_id, m.branch_id, m.village_id, 'points_months', coalesce(n.with_points, 0), coalesce(n.months, 0), false,
        coalesce(n.months, 0) >= p.points_months, cast(coalesce(n.months, 0) as varchar), 0, 0, 0, 0, coalesce(k.months, 0)
    from members m
    cross join staging.stg_parameters p
    left join months n on n.member_id = m.member_id
    left join silences k on k.village_id = m.village_id and k.measure = 'members_with_points'
),

valued as (
    select
        *,
        case
            when counted then cast(numerator as double)
            when denominator > 0 then cast(numerator as double) / cast(denominator as double)
        end as value
    from signals
),

placed as (
    select
        branch_id,
        signal,
        value,
        row_number() over (partition by branch_id, signal order by value) as place,
        count(*) over (partition by branch_id, signal) as peers
    from valued
    where value is not null
),

-- The middle value, or the mean of the two in the middle.
peers as (
    select branch_id, signal, max(peers) as peers, avg(value) filter (where place * 2 >= peers and place * 2 <= peers + 2) as median
    from placed
    group by branch_id, signal
)

select
    cast(v.member_id as varchar) as member_id,
    cast(v.branch_id as varchar) as branch_id,
    cast(v.village_id as varchar) as village_id,
    cast(v.signal as varchar) as signal,
    cast(v.numerator as double) as numerator,
    cast(v.denominator as double) as denominator,
    cast(v.value as double) as value,
    cast(p.median as double) as peer_median,
    cast(coalesce(p.peers, 0) as bigint) as peers,
    cast(v.minimum_met as boolean) as minimum_met,
    cast(v.detail as varchar) as detail,
    cast(v.disputed as bigint) as disputed,
    cast(v.doubtful as bigint) as doubtful,
    cast(v.recent as bigint) as recent,
    cast(v.undated as bigint) as undated,
    cast(v.unknown_months as bigint) as unknown_months
from valued v
left join peers p on p.branch_id = v.branch_id and p.signal = v.signal
