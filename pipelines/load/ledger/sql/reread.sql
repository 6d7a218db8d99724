select problem_no, {{.P.file}} as file_no, 'repaired' as state
from ops.problems p
where "row" is null and p.state = 'open' and severity in ('reject', 'hold')
    and file_no in (select file_no from ops.files where name = {{literal .P.name}} and file_no < {{.P.file}})
