-- Versions that another one has replaced. A row that stood moves; a fresh one that was replaced within the run is kept too.
insert into history.{{.Export}} ({{.Columns ""}}, _file, _row, _until_file)
select {{.Columns "t"}}, t._file, t._row, t.until_file
from versions t
where t.until_file is not null;
