select p.problem_no, {{.P.last}} as file_no, 'repaired' as state
from ops.problems p
where p.export = {{literal .Export}} and p.state in {{.P.unsettled}} and p.code = 'unknown_reference'
    and exists (select 1 from {{.P.released}} r where r._file = p.file_no and r._sheet = p.sheet and r._row = p."row")
