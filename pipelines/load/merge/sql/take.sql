-- The rows of a large file, straight into their table.
insert into exports.{{.Export}} ({{.Columns ""}}, _file, _row)
select {{.Columns ""}}, cast({{.P.file}} as bigint), _row
from {{.P.from}};
