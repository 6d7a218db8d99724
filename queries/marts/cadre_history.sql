-- One decision on a member as a reserve cadre, from a file or typed on the page; the newest of a member stands. Restricted to the
-- organisation office.
-- grain: member_id, decided_on, typed, entered_at
-- sources: staging.stg_cadre_decisions
-- columns:
--   member_id: the exporter's number
--   decision: list, not_list, defer or remove
--   decided_on: day of the decision
--   decided_by: the body that decided
--   reason: grounds and reasons
--   typed: typed on the page; false: it came in a file
--   of_month: month of the page it was typed on; of a file the month of the day
--   entered_by: who typed it; null for a file
--   entered_at: when it was typed; null for a file
--   stands: the newest by the day of the decision; of one day what was typed last, before what came in a file
select
    cast(d.member_id as varchar) as member_id,
    cast(d.decision as varchar) as decision,
    cast(d.decided_on as date) as decided_on,
    cast(d.decided_by as varchar) as decided_by,
    cast(d.reason as varchar) as reason,
    cast(d.typed as boolean) as typed,
    cast(d.of_month as varchar) as of_month,
    cast(d.entered_by as varchar) as entered_by,
    cast(d.entered_at as timestamp) as entered_at,
    cast(
        row_number() over (
            partition by d.member_id
            order by d.decided_on desc, case when d.typed then 0 else 1 end, d.entered_at desc
        ) = 1 as boolean
    ) as stands
from staging.stg_cadre_decisions d
