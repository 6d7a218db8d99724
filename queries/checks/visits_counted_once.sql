-- Every visit known at the cut-off is counted in exactly one month, place and member; a row here is the difference.
-- zh: 截止日前已知的每次走访都只计入一个月份、一个地方、一名党员；每一行是一处对不上的数。
-- severity: blocking
-- sources: staging.stg_visits, intermediate.int_visits_by_month
-- columns:
--   known: visits known
--   counted: visits counted
with known as (
    select count(*) as visits
    from staging.stg_visits
),

counted as (
    select coalesce(sum(visits), 0) as visits
    from intermediate.int_visits_by_month
)

select
    k.visits as known,
    c.visits as counted
from known k
cross join counted c
where k.visits <> c.visits
