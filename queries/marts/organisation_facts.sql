-- One number about the organisation of one village in one period. Events are counted by calendar year, what stands
-- at a moment in the month of the cut-off; so the periods of one fact may be added up.
-- grain: fact, town, village_id, period
-- sources: staging.stg_conduct, staging.stg_funds, staging.stg_rights, staging.stg_meetings, staging.stg_post_versions, staging.stg_members, staging.stg_branches, staging.stg_villages, staging.stg_cut_off, intermediate.int_member_months
-- columns:
--   fact: pledges, pledges_kept, organ_donation, red_line_breaches, scholarship_students, fund_amount, scholarship_amount,
--     charity_amount (yuan; no row where no amount is filled in), scholarship_funds, charity_funds (entries), scholarship_unknown,
--     charity_unknown (of them, without an amount), students_unknown (scholarships without a number of students), rights_<kind>, meetings_<kind>
--     by year; posts_<programme>, kinds_<kind of post>, centre_households at the cut-off
--   town: town
--   village_id: village; null where no registry says it
--   period: 2017, or 2018-01 for what stands at the cut-off
--   value: count or yuan
-- checks:
--   not_null: fact, period, value
with conduct as (
    select m.town, m.village_id, substr(cast(c.signed_on as varchar), 1, 4) as period, c.kind, c.is_kept
    from staging.stg_conduct c
    left join staging.stg_members m on m.member_id = c.member_id
),

funds as (
    select v.town, f.village_id, cast(f.year as varchar) as period, f.kind, f.beneficiaries, f.amount_yuan as amount
    from staging.stg_funds f
    left join staging.stg_villages v on v.village_id = f.village_id
),

posts as (
    select o.kind, o.programme, m.town, m.village_id, month_text(cut.cut_off) as period
    from staging.stg_post_versions o
    cross join staging.stg_cut_off cut
    left join staging.stg_members m on m.member_id = o.member_id
    where o.valid_from <= cut.cut_off
        and cut.cut_off < o.valid_until
        and coalesce(o.claimed_on, date '0001-01-01') <= cut.cut_off
        and cut.cut_off < coalesce(o.released_on, date '9999-12-31')
),

facts (fact, town, village_id, period, value) as (
    select
        case kind
            when 'frugality_pledge' then 'pledges'
            when 'red_line_breach' then 'red_line_breaches'
            when 'cornea_donation' then 'organ_donation'
            else kind
        end,
        town, village_id, period, cast(1 as decimal(18, 2))
    from conduct
    union all
    select 'pledges_kept', town, village_id, period, 1
    from conduct
    where kind = 'frugality_pledge' and is_kept
    union all
    select 'scholarship_students', town, village_id, period, beneficiaries
    from funds
    where kind = 'scholarship' and beneficiaries is not null
    union all
    select 'fund_amount', town, village_id, period, amount
    from funds
    where amount is not null
    union all
    select kind || '_amount', town, village_id, period, amount
    from funds
    where amount is not null
    union all
    select kind || '_funds', town, village_id, period, 1
    from funds
    union all
    select kind || '_unknown', town, village_id, period, 1
    from funds
    where amount is null
    union all
    select 'students_unknown', town, village_id, period, 1
    from funds
    where kind = 'scholarship' and beneficiaries is null
    union all
    select 'rights_' || r.kind, m.town, m.village_id, substr(cast(r.used_on as varchar), 1, 4), 1
    from staging.stg_rights r
    left join staging.stg_members m on m.member_id = r.member_id
    union all
    select 'meetings_' || e.kind, b.town, b.village_id, substr(cast(e.held_on as varchar), 1, 4), 1
    from staging.stg_meetings e
    left join staging.stg_branches b on b.branch_id = e.branch_id
    union all
    select 'posts_' || coalesce(programme, 'other'), town, village_id, period, 1
    from posts
    union all
    select 'kinds_' || coalesce(kind, 'other'), town, village_id, period, 1
    from posts
    union all
    select 'centre_households', s.town, s.village_id, s.month, s.centre_household
    from intermediate.int_member_months s
    cross join staging.stg_cut_off cut
    where s.month = month_text(cut.cut_off) and s.centre_household = 1
)

select
    cast(fact as varchar) as fact,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(period as varchar) as period,
    cast(sum(value) as double) as value
from facts
group by fact, town, village_id, period
