select p.problem_no as old, n.problem_no as new, n.file_no
from ops.problems p
join ops.problems n on n.file_no = {{.P.copy}} and n.sheet = p.sheet and n.export = p.export and n.code = p.code and n.column_id is not distinct from p.column_id
    and n."row" = p."row" + {{.P.shift}} and n.value is not distinct from p.value
where p.file_no = {{.P.original}} and p.sheet = {{literal .P.table}} and p.export = {{literal .Export}} and p."row" is not null
