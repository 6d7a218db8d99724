-- Keeps every refused row as it stood in its file, or as it was read where nothing in it was wrong by itself.
insert into ops.quarantine
select f.file_no, f.sheet, {{literal .Export}}, t._row, coalesce(t._cells, cast(to_json(struct_pack({{.P.shown}})) as varchar)), nullif({{.KeyText "t"}}, ''), r.waits
from typed_{{.Export}} t
join refused_{{.Export}} r on r.feed = t._feed and r."row" = t._row
join feeds f on f.feed = t._feed;

insert into waiting.{{.Export}} by name
select {{.Columns "t"}}, f.file_no as _file, t._row, f.sheet as _sheet, t._silent
from typed_{{.Export}} t
join refused_{{.Export}} r on r.feed = t._feed and r."row" = t._row and r.waits
join feeds f on f.feed = t._feed;
