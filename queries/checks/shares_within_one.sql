-- A share's numerator is part of its denominator; a row here is a share above one or below nothing.
-- zh: 凡是占比，分子都是分母的一部分；每一行是一个大于 100 % 或小于 0 的占比。
-- severity: warning
-- sources: marts.measures, marts.measure_definitions
-- columns:
--   measure: measure
--   level: level
--   unit_id: unit
--   month: month
--   numerator: numerator
--   denominator: denominator
select
    m.measure,
    m.level,
    m.unit_id,
    m.month,
    m.numerator,
    m.denominator
from marts.measures m
join marts.measure_definitions d on d.measure = m.measure
where d.unit = 'share' and (m.numerator > m.denominator or m.numerator < 0)
