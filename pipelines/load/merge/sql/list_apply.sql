-- What the list changed: what stood moves to history, and is told where the list no longer names it.
insert into history.{{.Export}} ({{.Columns ""}}, _file, _row, _until_file)
select {{.Columns "e"}}, e._file, e._row, {{.P.file}}
from exports.{{.Export}} e
where e.rowid in (select rid from changes where rid is not null)
order by e._file, e._row;

insert into ops.gone
select {{.P.file}}, {{literal .Export}}, {{.KeyText "e"}}, e._file, e._row, true
from exports.{{.Export}} e
where e.rowid in (select rid from changes where not fresh);

delete from exports.{{.Export}} where rowid in (select rid from changes where rid is not null);

insert into exports.{{.Export}} ({{.Columns ""}}, _file, _row)
select {{.Columns "c"}}, {{.P.file}}, c._row
from changes c
where c.fresh
order by c._row;
