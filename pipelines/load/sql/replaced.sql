-- How many rows of a file others have replaced, or how many newer lists there are: of an event what stands says something
-- else, wherever in a chain of files it came from.
{{- if .P.list}}
select count(*)
from ops.reconciliation r
join ops.files f on f.file_no = r.file_no
where r.export = {{literal .Export}} and r.accepted > 0 and r.file_no > {{.P.newest}} and f.file_id not in ({{.P.own}})
{{- else}}
select count(*)
from history.{{.Export}} h
join ops.files o on o.file_no = h._file
join exports.{{.Export}} t on {{.SameKey "t" "h"}}
join ops.files f on f.file_no = t._file
where o.file_id = {{literal .P.id}} and f.file_id not in ({{.P.own}}) and row({{.Columns "t"}}) is distinct from row({{.Columns "h"}})
{{- end}}
