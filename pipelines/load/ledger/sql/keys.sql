-- Keys of typed rows with a warning: a problem follows its row by it.
insert into keys
select {{literal .Export}}, t._feed, t._row, {{.KeyText "t"}}
from typed_{{.Export}} t
where (t._feed, t._row) in (select (feed, "row") from found where export = {{literal .Export}} and severity = 'warn');
