-- Months of rows whose key is new.
select distinct date_trunc('month', t.{{.Dated}})
from {{.P.good}} t
{{- if .P.again}}
where not exists (select 1 from again k where {{.SameKey "k" "t"}})
{{- end}}
