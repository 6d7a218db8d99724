-- Pledges and breaches of members by the month they were signed or noted in.
-- grain: month, town, village_id, branch_id
-- sources: staging.stg_conduct, staging.stg_members, intermediate.int_member_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch of the member
--   pledges: frugality pledges signed
--   pledges_kept: of those, kept by the cut-off
--   red_line_breaches: red-line breaches
--   donations: organ and cornea donations agreed
--   cornea_donations: of those, of corneas
--   family_conduct: family conduct meetings
select
    cast(month_text(c.signed_on) as varchar) as month,
    cast(coalesce(s.town, m.town) as varchar) as town,
    cast(coalesce(s.village_id, m.village_id) as varchar) as village_id,
    cast(coalesce(s.branch_id, m.branch_id) as varchar) as branch_id,
    cast(count(*) filter (where c.kind = 'frugality_pledge') as bigint) as pledges,
    cast(count(*) filter (where c.kind = 'frugality_pledge' and c.is_kept) as bigint) as pledges_kept,
    cast(count(*) filter (where c.kind = 'red_line_breach') as bigint) as red_line_breaches,
    cast(count(*) filter (where c.kind in ('organ_donation', 'cornea_donation')) as bigint) as donations,
    cast(count(*) filter (where c.kind = 'cornea_donation') as bigint) as cornea_donations,
    cast(count(*) filter (where c.kind = 'family_conduct') as bigint) as family_conduct
from staging.stg_conduct c
left join intermediate.int_member_months s on s.member_id = c.member_id and s.month = month_text(c.signed_on)
left join staging.stg_members m on m.member_id = c.member_id
group by
    month_text(c.signed_on),
    coalesce(s.town, m.town),
    coalesce(s.village_id, m.village_id),
    coalesce(s.branch_id, m.branch_id)
