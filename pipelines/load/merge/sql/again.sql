-- The only look at the whole table: its keys are compared once, and what is found is set aside.
create or replace temp table standing as
select {{.Columns "t"}}, t._file, t._row, t.rowid as rid
from exports.{{.Export}} t
where exists (select 1 from {{.P.good}} n where {{.SameKey "n" "t"}});

create or replace temp table again as
{{- if .P.repeated}}
select {{.Key "t"}} from {{.P.good}} t where exists (select 1 from repeated_{{.Export}} r where {{.SameKey "r" "t"}}) group by {{.Key "t"}} having count(*) > 1
union
{{- end}}
select {{.Key "t"}} from standing t;
