-- Every issue known at the cut-off is counted in the month of its report; a row here is the difference.
-- zh: 截止日前已知的每件社情民意都计入上报当月；每一行是一处对不上的数。
-- severity: blocking
-- sources: staging.stg_issues, intermediate.int_issues_by_report_month
-- columns:
--   known: issues known
--   counted: issues counted
with known as (
    select count(*) as issues
    from staging.stg_issues
),

counted as (
    select coalesce(sum(reported), 0) as issues
    from intermediate.int_issues_by_report_month
)

select
    k.issues as known,
    c.issues as counted
from known k
cross join counted c
where k.issues <> c.issues
