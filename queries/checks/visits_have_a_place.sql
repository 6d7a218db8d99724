-- Visits whose household and member no registry knows count in no village and no town; a row here is a month of them.
-- zh: 农户和党员都不在名册中的走访，不计入任何村，也不计入全镇；每一行是一个有这种走访的月份。
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
