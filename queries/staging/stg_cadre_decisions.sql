-- One decision of people on a member as a reserve cadre: from the files, those known at the cut-off, and as typed on the page.
-- What was typed is known from the day it was typed, whichever day the data end on: a meeting is held after its month is over.
-- grain: member_id, decided_on, typed, entered_at
-- kind: view
-- sources: exports.cadre_decisions, exports.cadre_decided, staging.stg_cut_off
-- columns:
--   member_id: member
--   decision: list, not_list, defer or remove
--   decided_on: day
--   decided_by: the body that decided
--   reason: grounds and reasons
--   typed: typed on the page; false: it came in a file
--   of_month: month of the page it was typed on; of a file the month of the day
--   entered_by: who typed it; null for a file
--   entered_at: when; null for a file
select
    cast(d.member_id as varchar) as member_id,
    cast(d.decision as varchar) as decision,
    cast(d.decided_on as date) as decided_on,
    cast(d.decided_by as varchar) as decided_by,
    cast(d.reason as varchar) as reason,
    cast(false as boolean) as typed,
    cast(month_text(d.decided_on) as varchar) as of_month,
    cast(null as varchar) as entered_by,
    cast(null as timestamp) as entered_at
from exports.cadre_decisions d
where d.decided_on <= (
    select cut.cut_off
    from staging.stg_cut_off cut
)
union all
select
    cast(t.member_id as varchar) as member_id,
    cast(t.decision as varchar) as decision,
    cast(t.decided_on as date) as decided_on,
    cast(t.decided_by as varchar) as decided_by,
    cast(t.reason as varchar) as reason,
    cast(true as boolean) as typed,
    cast(t.of_month as varchar) as of_month,
    cast(t.entered_by as varchar) as entered_by,
    cast(t.entered_at as timestamp) as entered_at
from exports.cadre_decided t
