select p.problem_no, min(t._file) as file_no, 'repaired' as state
from ops.problems p
join ops.quarantine q on q.file_no = p.file_no and q.sheet = p.sheet and q.export = p.export and q."row" = p."row"
join exports.{{.Export}} t on {{.KeyText "t"}} = q.row_key and t._file > q.file_no
where p.state in {{.P.unsettled}} and p.severity = 'refuse' and p.export = {{literal .Export}} and t._file in (select file_no from feeds)
group by p.problem_no
