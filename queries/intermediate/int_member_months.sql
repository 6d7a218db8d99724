-- One member as he or she stood on the last day of a month (at the cut-off in the last), and what was done in it.
-- grain: month, member_id
-- sources: staging.stg_member_versions, intermediate.int_branch_places, staging.stg_months, staging.stg_post_versions, staging.stg_parameters, intermediate.int_households_by_month, intermediate.int_visits_by_month, staging.stg_points
-- months: staging.stg_months, intermediate.int_branch_places, intermediate.int_households_by_month, intermediate.int_visits_by_month, staging.stg_points.awarded_on
-- standing: staging.stg_member_versions, staging.stg_post_versions
-- columns:
--   month: month
--   member_id: the exporter's number
--   town: town
--   village_id: village
--   branch_id: grid branch of the member
--   kind: local, in_service or mobile; null where the list does not say
--   members: 1
--   active: 1 if not exempt from linking
--   households: households linked
--   visits: visits made in the month
--   silent: 1 if active and without a visit in the month
--   silent_undoubted: 1 if active and without a visit beyond doubt in the month
--   overloaded: 1 if active and linked to more households than the programme's limit
--   points: points awarded in the month
--   active_points: the same, of active members
--   with_points: 1 if active and awarded any
--   holding_post: 1 if active and holding a post
--   centre_household: 1 if the home is a member centre household, 0 if not, null where the list does not say
--   exempt_reason: of an exempt member, why; null where nobody says
--   telling_exemption: 1 if exempt, in a month in which the list tells of any exemption of the town when it was decided
--   exemption_decided: of those, 1 if the branch meeting had decided it
--   exemption_dated: 1 if exempt and an end of the exemption is on record
--   exemption_ended: of those, 1 if it lies before the month's end
with stood as (
    select
        m.month,
        m.as_of,
        v.member_id,
        v.branch_id,
        v.kind,
        v.active,
        v.centre_household,
        v.exempt_reason,
        v.exempt_decided_on,
        v.exempt_until
    from staging.stg_member_versions v
    join staging.stg_months m on v.valid_from <= m.as_of and m.as_of < v.valid_until
),

links as (
    select month, member_id, sum(households) as households
    from intermediate.int_households_by_month
    where member_id is not null
    group by month, member_id
),

visits as (
    select month, member_id, sum(visits) as visits, sum(visits) - sum(doubtful) as undoubted
    from intermediate.int_visits_by_month
    group by month, member_id
),

points as (
    select e.member_id, month_text(e.awarded_on) as month, sum(e.points) as points, count(*) as entries
    from staging.stg_points e
    group by e.member_id, month_text(e.awarded_on)
),

posts as (
    select distinct m.month, v.member_id
    from staging.stg_post_versions v
    join staging.stg_months m on v.valid_from <= m.as_of and m.as_of < v.valid_until
    where coalesce(v.claimed_on, date '0001-01-01') <= m.as_of and m.as_of < coalesce(v.released_on, date '9999-12-31')
)

select
    cast(s.month as varchar) as month,
    cast(s.member_id as varchar) as member_id,
    cast(b.town as varchar) as town,
    cast(b.village_id as varchar) as village_id,
    cast(s.branch_id as varchar) as branch_id,
    cast(s.kind as varchar) as kind,
    cast(1 as integer) as members,
    cast(case when s.active then 1 else 0 end as integer) as active,
    cast(coalesce(l.households, 0) as bigint) as households,
    cast(coalesce(v.visits, 0) as bigint) as visits,
    cast(case when s.active and v.visits is null then 1 else 0 end as integer) as silent,
    cast(case when s.active and coalesce(v.undoubted, 0) = 0 then 1 else 0 end as integer) as silent_undoubted,
    cast(case when s.active and l.households > p.households_limit then 1 else 0 end as integer) as overloaded,
    cast(coalesce(e.points, 0) as decimal(18, 4)) as points,
    cast(case when s.active then coalesce(e.points, 0) else 0 end as decimal(18, 4)) as active_points,
    cast(case when s.active and e.entries > 0 then 1 else 0 end as integer) as with_points,
    cast(case when s.active and o.member_id is not null then 1 else 0 end as integer) as holding_post,
    cast(case when s.centre_household then 1 when not s.centre_household then 0 end as integer) as centre_household,
    cast(case when not s.active then s.exempt_reason end as varchar) as exempt_reason,
    cast(
        case when not s.active and count(s.exempt_decided_on) over (partition by s.month, b.town) > 0 then 1 else 0 end as integer
    ) as telling_exemption,
    cast(case when not s.active and s.exempt_decided_on <= s.as_of then 1 else 0 end as integer) as exemption_decided,
    cast(case when not s.active and s.exempt_until is not null then 1 else 0 end as integer) as exemption_dated,
    cast(case when not s.active and s.exempt_until < s.as_of then 1 else 0 end as integer) as exemption_ended
from stood s
join intermediate.int_branch_places b on b.branch_id = s.branch_id and b.month = s.month
cross join staging.stg_parameters p
left join links l on l.month = s.month and l.member_id = s.member_id
left join visits v on v.month = s.month and v.member_id = s.member_id
left join points e on e.month = s.month and e.member_id = s.member_id
left join posts o on o.month = s.month and o.member_id = s.member_id
