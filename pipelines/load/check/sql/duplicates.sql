-- Rows whose key an earlier row of their file has.
insert into found (export, feed, "row", column_id, code, severity, value, detail)
select
    {{literal .Export}}, t._feed, t._row, {{.P.column}}, 'duplicate_key', 'refuse', {{.KeyText "t"}},
    to_json(['other_row', case when t.sheet <> t.first_sheet then t.first_sheet else '' end, cast(t.first_row as varchar)])
from (
    select
        t.*,
        f.sheet,
        row_number() over same as place,
        first(t._row) over same as first_row,
        first(f.sheet) over same as first_sheet
    from typed_{{.Export}} t
    join feeds f on f.feed = t._feed
    join repeated_{{.Export}} d on {{range $i, $id := .Contract.Key}}{{if $i}} and {{end}}t.{{quote $id}} is not distinct from d.{{quote $id}}{{end}}
    where {{.P.unrefused}}
    window same as (partition by f.file_no, {{.Key "t"}} order by t._feed, t._row)
) t
where t.place > 1;
