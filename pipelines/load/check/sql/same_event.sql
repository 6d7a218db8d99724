-- Events without an ID of which one row gives the time of day and another one only the day: they are one event. The row
-- without a time takes the key and the time of the first one with a time. Rows that stand are told by stands.
create or replace temp table same_event as
with fresh as (
    select t._feed, t._row, f.file_no, {{.P.parts_t}}, cast(t.{{.P.time}} as date) as day, t.{{.P.time}} as moment, t.{{.P.key}} as made, false as stands
    from typed_{{.Export}} t
    join feeds f on f.feed = t._feed
    where t._feed in ({{.P.feeds}}) and {{.P.unrefused}}
),
everything as (
    select * from fresh
    union all
    select null, null, t._file, {{.P.parts_t}}, cast(t.{{.P.time}} as date), t.{{.P.time}}, t.{{.P.key}}, true
    from exports.{{.Export}} t
    where t.{{.P.key}} = {{.P.made}} and exists (select 1 from fresh f where {{.P.same_parts}} and f.day = cast(t.{{.P.time}} as date))
),
timed as (
    select {{.P.parts}}, day, min(moment) as moment, min_by(made, moment) as made
    from everything
    where moment <> day
    group by {{.P.parts}}, day
)
select e._feed, e._row, e.stands, f.moment, f.made,
    exists (select 1 from fresh o where o.file_no = e.file_no and o.made = f.made and not e.stands) as beside
from everything e
join timed f on {{.P.same_timed}} and f.day = e.day
where e.moment = e.day;
