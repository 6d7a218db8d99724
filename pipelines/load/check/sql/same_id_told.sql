-- Tells the rows without an ID that are the event of another row, and makes them one; and those of which that is not certain.
insert into found (export, feed, "row", column_id, code, severity, value, detail)
select {{literal .Export}}, s._feed, s._row, {{.P.column}}, 'same_event_id', 'warn', s.id, to_json(['row_of_file', {{if .P.names}}case s.other_file{{.P.names}} else (select name from ops.files where file_no = s.other_file) end{{else}}(select name from ops.files where file_no = s.other_file){{end}}, cast(s.other_row as varchar)])
from same_id s
where not s.stands;

insert into found (export, feed, "row", column_id, code, severity, value, detail)
select {{literal .Export}}, feed, "row", {{.P.column}}, 'same_event_doubt', 'warn', min_by(id, (place, other_row)),
    min_by(to_json(['row_of_file', {{if .P.names}}case other_file{{.P.names}} else (select name from ops.files where file_no = other_file) end{{else}}(select name from ops.files where file_no = other_file){{end}}, cast(other_row as varchar)]), (place, other_row))
from (
    select p._feed as feed, p._row as "row", p.id, p.i_place as place, p.i_file as other_file, p.i_row as other_row
    from same_pairs p
    where not p.stands and (p.i_stands or (p.place, p._row) > (p.i_place, p.i_row))
        and not exists (select 1 from same_id s where s.file_no = p.file_no and s._row = p._row and s._feed is not distinct from p._feed)
    union all
    select p.i_feed, p.i_row, p.id, p.place, p.file_no, p._row
    from same_pairs p
    where not p.i_stands and (p.stands or (p.place, p._row) < (p.i_place, p.i_row))
        and not exists (select 1 from same_id s where s.file_no = p.file_no and s._row = p._row and s._feed is not distinct from p._feed)
)
group by feed, "row";

delete from typed_{{.Export}}
where (_feed, _row) in (select (_feed, _row) from same_id where beside and not stands);

update typed_{{.Export}}
set {{.P.key}} = s.id
from same_id s
where s._feed = typed_{{.Export}}._feed and s._row = typed_{{.Export}}._row;
