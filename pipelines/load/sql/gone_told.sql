-- What the files of the run no longer hold: how many rows, and the keys of the first of them.
select g.file_no, g.export, g.ended, count(*), string_agg(g.row_key, ', ' order by g.was_row) filter (where g.place <= 5) || case when count(*) > 5 then ' …' else '' end
from (
    select *, row_number() over (partition by file_no, export, ended order by was_file, was_row) as place
    from ops.gone
    where file_no in (select file_no from new_files)
) g
group by g.file_no, g.export, g.ended
order by g.file_no, g.export, g.ended
