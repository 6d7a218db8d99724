-- Typed rows that bring a row again which an older file had a problem with. The text of half a key may be that of another
-- row: what must be there is there.
insert into handed_again
select
    b.problem_no, f.file_no, f.sheet, t._row,
    {{if .P.refused}}exists (select 1 from refused_{{.Export}} r where r.feed = t._feed and r."row" = t._row){{else}}false{{end}},
    exists (select 1 from found w where w.export = {{literal .Export}} and w.feed = t._feed and w."row" = t._row and w.code = b.code and w.column_id is not distinct from b.column_id),
    exists (select 1 from found w where w.export = {{literal .Export}} and w.feed = t._feed and w."row" = t._row and w.code = b.code and w.column_id is not distinct from b.column_id
        and left(w.value, 500) is not distinct from b.value)
from known_before b
join typed_{{.Export}} t on {{range .Contract.Key}}{{if (index $.Required .)}}t.{{quote .}} is not null and {{end}}{{end}}{{.KeyText "t"}} = b.key
join feeds f on f.feed = t._feed and not f.earlier and f.file_no > b.file_no;
