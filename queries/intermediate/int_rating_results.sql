-- One star rating beside what the records of the same period measure for the branch: the mean of three shares, each
-- from the period's sums: issues resolved on time, households visited a month, months with a reconciliation meeting.
-- Visits in doubt are evidence for nobody and do not count; months of which a share is not known are left out of it. A share
-- without a base is left out, and so is one known of fewer of the period's months than the programme asks for (data_quality.threshold):
-- a month of six does not stand for a half-year. Its 95 % limits add the variances of the shares, each as Agresti and Coull have it
-- (two more of each kind, American Statistician 1998); a household counts once, however many months it was looked at.
-- grain: branch_id, period
-- sources: staging.stg_ratings, staging.stg_months, intermediate.int_issues_by_due_month, intermediate.int_households_by_month, intermediate.int_branch_months, intermediate.int_unknown_months, staging.stg_parameters
-- columns:
--   branch_id: grid branch
--   village_id: village
--   town: town
--   period: rating period
--   period_start: first day
--   period_end: last day
--   stars: stars
--   measured_result: between 0 and 1, to twelve digits, so that equal results share a place; null without any share
--   measured_low: lower 95 % limit of it
--   measured_high: upper 95 % limit of it
--   measured_rank: place within the village by that result
with unknown as (
    select measure, village_id, month
    from intermediate.int_unknown_months
),

issues as (
    select i.branch_id, i.month, sum(i.due) as due, sum(i.on_time) as on_time
    from intermediate.int_issues_by_due_month i
    left join unknown k on k.measure = 'on_time_rate' and k.village_id = i.village_id and k.month = i.month
    where k.measure is null
    group by i.branch_id, i.month
),

households as (
    select h.branch_id, h.month, sum(h.households) as households, sum(h.undoubted) as visited
    from intermediate.int_households_by_month h
    left join unknown k on k.measure = 'household_coverage' and k.village_id = h.village_id and k.month = h.month
    where k.measure is null
    group by h.branch_id, h.month
),

meetings as (
    select b.branch_id, b.month, b.branches, b.met
    from intermediate.int_branch_months b
    left join unknown k on k.measure = 'reconciliation_rate' and k.village_id = b.village_id and k.month = b.month
    where k.measure is null
),

sums as (
    select
        r.branch_id,
        r.period,
        sum(i.due) as due,
        sum(i.on_time) as on_time,
        sum(h.households) as households,
        sum(h.visited) as visited,
        count(h.households) as months,
        sum(b.branches) as branches,
        sum(b.met) as met,
        date_diff('month', min(r.period_start), min(r.period_end)) + 1 - count(*) + count(ki.measure) as no_issues,
        date_diff('month', min(r.period_start), min(r.period_end)) + 1 - count(*) + count(kh.measure) as no_visits,
        date_diff('month', min(r.period_start), min(r.period_end)) + 1 - count(*) + count(kb.measure) as no_meetings,
        (date_diff('month', min(r.period_start), min(r.period_end)) + 1) * (100 - min(p.data_percent)) / 100e0 as allowed
    from staging.stg_ratings r
    cross join staging.stg_parameters p
    join staging.stg_months m on m.month_start >= r.period_start and m.month_start <= r.period_end
    left join unknown ki on ki.measure = 'on_time_rate' and ki.village_id = r.village_id and ki.month = m.month
    left join unknown kh on kh.measure = 'household_coverage' and kh.village_id = r.village_id and kh.month = m.month
    left join unknown kb on kb.measure = 'reconciliation_rate' and kb.village_id = r.village_id and kb.month = m.month
    left join issues i on i.branch_id = r.branch_id and i.month = m.month
    left join households h on h.branch_id = r.branch_id and h.month = m.month
    left join meetings b on b.branch_id = r.branch_id and b.month = m.month
    group by r.branch_id, r.period
),

shares as (
    select
        branch_id,
        period,
        case when due > 0 and no_issues <= allowed then cast(on_time as double) / cast(due as double) end as on_time_share,
        case when households > 0 and no_visits <= allowed then cast(visited as double) / cast(households as double) end as visited_share,
        case when branches > 0 and no_meetings <= allowed then cast(met as double) / cast(branches as double) end as met_share,
        cast(due as double) + 4e0 as due_base,
        cast(households as double) / cast(case when months > 0 then months end as double) + 4e0 as households_base,
        cast(branches as double) + 4e0 as branches_base
    from sums
),

careful as (
    select
        *,
        (on_time_share * (due_base - 4e0) + 2e0) / cast(due_base as double) as on_time_centre,
        (visited_share * (households_base - 4e0) + 2e0) / cast(households_base as double) as visited_centre,
        (met_share * (branches_base - 4e0) + 2e0) / cast(branches_base as double) as met_centre
    from shares
),

results as (
    select
        branch_id,
        period,
        coalesce(on_time_centre * (1e0 - on_time_centre) / cast(due_base as double), 0e0)
        + coalesce(visited_centre * (1e0 - visited_centre) / cast(households_base as double), 0e0)
        + coalesce(met_centre * (1e0 - met_centre) / cast(branches_base as double), 0e0) as variance,
        case when on_time_share is null then 0e0 else 1e0 end
        + case when visited_share is null then 0e0 else 1e0 end
        + case when met_share is null then 0e0 else 1e0 end as parts,
        case
            when on_time_share is not null or visited_share is not null or met_share is not null
                then round((coalesce(on_time_share, 0e0) + coalesce(visited_share, 0e0) + coalesce(met_share, 0e0))
                / (
                    case when on_time_share is null then 0e0 else 1e0 end
                    + case when visited_share is null then 0e0 else 1e0 end
                    + case when met_share is null then 0e0 else 1e0 end
                ), 12)
        end as measured_result
    from careful
),

limited as (
    select
        branch_id,
        period,
        measured_result,
        measured_result - 1.96e0 * sqrt(variance) / cast(parts as double) as measured_low,
        measured_result + 1.96e0 * sqrt(variance) / cast(parts as double) as measured_high
    from results
    where parts > 0e0
)

select
    cast(r.branch_id as varchar) as branch_id,
    cast(r.village_id as varchar) as village_id,
    cast(r.town as varchar) as town,
    cast(r.period as varchar) as period,
    cast(r.period_start as date) as period_start,
    cast(r.period_end as date) as period_end,
    cast(r.stars as bigint) as stars,
    cast(s.measured_result as double) as measured_result,
    cast(case when s.measured_low < 0e0 then 0e0 else s.measured_low end as double) as measured_low,
    cast(case when s.measured_high > 1e0 then 1e0 else s.measured_high end as double) as measured_high,
    cast(
        case
            when s.measured_result is not null
                then rank() over (partition by r.village_id, r.period order by s.measured_result desc nulls last)
        end as bigint
    ) as measured_rank
from staging.stg_ratings r
left join limited s on s.branch_id = r.branch_id and s.period = r.period
