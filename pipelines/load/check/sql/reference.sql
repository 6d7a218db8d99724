-- Rows whose column names what no version of the list it refers to has ever named.
insert into found (export, feed, "row", column_id, code, severity, value, detail)
select
    {{literal .Export}}, t._feed, t._row, {{literal .P.column}}, 'unknown_reference',
    case when f.orphans_warn then 'warn' else {{literal .P.severity}} end,
    t.{{quote .P.column}}, {{literal .P.detail}}
from typed_{{.Export}} t
join feeds f on f.feed = t._feed
where t.{{quote .P.column}} is not null
    and {{.P.where}}
    and not exists (select 1 from exports.{{.P.target}} e where e.{{quote .P.id}} = t.{{quote .P.column}})
    and not exists (select 1 from history.{{.P.target}} h where h.{{quote .P.id}} = t.{{quote .P.column}});
