select p.problem_no as old, n.problem_no as new, n.file_no
from handed_again h
join ops.problems p on p.problem_no = h.problem_no
join ops.problems n on n.file_no = h.file_no and n.sheet = h.sheet and n.export = p.export and n."row" = h."row" and n.code = p.code and n.column_id is not distinct from p.column_id
where h.identical
