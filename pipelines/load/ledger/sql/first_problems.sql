select
    p.code, p.severity, p.export, f.file_id, f.name, p.sheet, p."row", p.letter, p.column_id, p.header, p.value, p.detail
from ops.problems p
join ops.files f on f.file_no = p.file_no
join new_files n on n.file_no = p.file_no
order by p."row" is not null, p.severity = 'warn', p.problem_no
limit {{.P.most}}
