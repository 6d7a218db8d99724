-- Rows whose key is new.
insert into exports.{{.Export}} ({{.Columns ""}}, _file, _row)
select {{.Columns "t"}}, t._file, t._row
from {{.P.good}} t
{{- if .P.again}}
where not exists (select 1 from again k where {{.SameKey "k" "t"}})
{{- end}}
{{.P.order}};
