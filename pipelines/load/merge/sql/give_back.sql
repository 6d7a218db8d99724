insert into typed_{{.Export}} by name
select cast({{.P.feed}} as bigint) as _feed, t._row, {{.Columns "t"}}, false as _bad, cast(null as varchar) as _cells
from exports.{{.Export}} t
where t.rowid in (select rid from given_back);

delete from exports.{{.Export}} where rowid in (select rid from given_back);
