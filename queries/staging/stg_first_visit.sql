-- The day on which the record of visits begins. It stands apart because it hardly ever changes: a new visit leaves what reads it alone.
-- grain: first_on
-- sources: staging.stg_visits
-- columns:
--   first_on: day of the first visit; null without any
select
    cast(min(visited_on) as date) as first_on
from staging.stg_visits
