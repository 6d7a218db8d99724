-- The few places where DuckDB and Trino differ in name or in how they treat null, each behind a name of ours.
-- On another engine the same names are given that engine's bodies.
-- Month of a date as text: 2018-01.
create or replace macro main.month_text(d) as substr(cast(d as varchar), 1, 7);
-- Last day of the month of a date.
create or replace macro main.month_last_day(d) as last_day(d);
-- The earlier and the later of two values; null counts as absent (Trino's least and greatest would return null).
create or replace macro main.earlier_of(a, b) as case when a is null or b < a then b else a end;
create or replace macro main.later_of(a, b) as case when a is null or b > a then b else a end;
-- Days, with fractions, from one timestamp to a later one; never less than 0.
create or replace macro main.days_between(a, b) as
    case when b < a then 0e0 else date_diff('second', a, b) / 86400e0 end;
-- Eight bytes for three texts, of which few others share them by chance (Trino: xxhash64 of the three).
create or replace macro main.hash_of(a, b, c) as hash(a, b, c);
-- Whether a cell tells something, if only that there is nothing: it holds a value, its file does not lack the column, or an older
-- row of the same thing told it. Null counts as no.
create or replace macro main.tells(filled, lacks, told_before) as filled or not coalesce(lacks, false) or coalesce(told_before, false);
