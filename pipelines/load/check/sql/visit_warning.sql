-- Accepted visits that need a second look, by a version of the registry that holds on the day of the visit.
insert into found (export, feed, "row", column_id, code, severity, value, detail)
select 'visits', t._feed, t._row, {{literal .P.key}}, {{literal .P.code}}, 'warn', t.{{.P.key}}, {{.P.detail}}
from {{.P.good}} t
join versions_{{.P.registry}} v on v.{{.P.key}} = t.{{.P.key}} and cast(t.visited_at as date) >= v.from_day and cast(t.visited_at as date) < v.until_day
where {{.P.condition}};
