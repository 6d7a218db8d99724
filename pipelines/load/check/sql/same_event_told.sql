-- Tells the rows that are the same event as another one, and makes them one.
insert into found (export, feed, "row", column_id, code, severity, value, detail)
select {{literal .Export}}, t._feed, t._row, {{.P.column}}, 'same_event', 'warn', strftime(t.{{.P.time}}, '%Y-%m-%d'), to_json(['moment', strftime(s.moment, '%Y-%m-%d %H:%M')])
from typed_{{.Export}} t
join same_event s on s._feed = t._feed and s._row = t._row;

delete from typed_{{.Export}}
where (_feed, _row) in (select (_feed, _row) from same_event where beside and not stands);

update typed_{{.Export}}
set {{.P.key}} = s.made, {{.P.time}} = s.moment
from same_event s
where s._feed = typed_{{.Export}}._feed and s._row = typed_{{.Export}}._row;
