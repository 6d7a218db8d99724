-- Visits whose household and member no registry knows count in no village and no town; a row here is a month of them.
-- severity: warning
-- sources: intermediate.int_visits_by_month
-- columns:
--   month: month
--   visits: visits without a place
select
    month,
    sum(visits) as visits
from intermediate.int_visits_by_month
where town is null
group by month
