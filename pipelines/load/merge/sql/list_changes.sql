-- What one list changes of a registry: rows that are new or say something else than the one that stands (fresh, with its
-- rowid as rid), and rows that stand and that a full list does not name (not fresh). A row that the list refused names its
-- key all the same.
create or replace temp table changes as
with brought as (
    select
        {{- range .P.carried}}
        {{if .Silent "t"}}case when {{.Silent "t"}} then e.{{quote .ID}} else t.{{quote .ID}} end as {{quote .ID}}{{else}}t.{{quote .ID}}{{end}},
        {{- end}}
        t._row,
        e.rid,
        row({{.Columns "e"}}) as stood
    from {{.P.good}} t
    left join (select {{.Columns ""}}, rowid as rid from exports.{{.Export}}) e on {{.SameKey "e" "t"}}
    where t._file = {{.P.file}}
)
select {{.Columns "b"}}, b._row, true as fresh, b.rid
from brought b
where b.rid is null or row({{.Columns "b"}}) is distinct from b.stood
{{- if .P.full}}
union all
select {{.Columns "e"}}, e._row, false, e.rowid
from exports.{{.Export}} e
where not exists (
    select 1
    from typed_{{.Export}} t
    join feeds f on f.feed = t._feed
    where f.file_no = {{.P.file}} and not f.earlier and {{.SameKey "t" "e"}}
)
{{- end}};
