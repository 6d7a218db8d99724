-- Rows that waited for a list, where another row of their file with the same key was accepted meanwhile.
insert into found (export, feed, "row", column_id, code, severity, value, detail)
select {{literal .Export}}, t._feed, t._row, {{.P.column}}, 'duplicate_key', 'refuse', {{.KeyText "t"}}, to_json(['other_row', '', cast(e._row as varchar)])
from typed_{{.Export}} t
join feeds f on f.feed = t._feed
join exports.{{.Export}} e on e._file = f.file_no and {{.SameKey "e" "t"}}
where {{.P.unrefused}};
