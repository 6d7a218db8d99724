-- Rows of a file that are about a village whose rows its author may not hand in, or that do not say which they are about.
insert into found (export, feed, "row", column_id, code, severity, value, detail)
with own as (
    select unnest([{{.P.own}}]) as village_id
    union
    select s.old_id
    from exports.successions s
    where s.kind = 'village' and s.new_id in ({{.P.own}})
),
said as (
    select
        t._row,
        [{{range $i, $of := .P.villages}}{{if $i}}, {{end}}cast({{$of}} as varchar){{end}}] as villages,
        [{{range $i, $id := .P.columns}}{{if $i}}, {{end}}{{$id}}{{end}}] as columns
    from typed_{{.Export}} t
    where t._feed = {{.P.feed}} and {{.P.unrefused}}
),
judged as (
    select
        s._row,
        s.villages,
        s.columns,
        (select list(o.village_id) from own o) as own
    from said s
)
select
    {{literal .Export}}, {{.P.feed}}, j._row,
    coalesce(j.columns[list_position(list_transform(j.villages, x -> x is not null and not list_contains(j.own, x)), true)], j.columns[1]),
    'other_village', 'refuse',
    list_filter(j.villages, x -> x is not null and not list_contains(j.own, x))[1],
    {{literal .P.detail}}
from judged j
where len(list_filter(j.villages, x -> x is not null and not list_contains(j.own, x))) > 0
    or len(list_filter(j.villages, x -> x is not null)) = 0;
