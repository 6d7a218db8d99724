insert into exports.{{.Export}} ({{.Columns ""}}, _file, _row)
select {{.Columns "t"}}, t._file, t._row
from versions t
where t.fresh and t.until_file is null;
