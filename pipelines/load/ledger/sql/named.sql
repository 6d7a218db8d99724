select p.problem_no, {{.P.last}} as file_no, 'repaired' as state
from ops.problems p
where p.state = 'open' and p.code = 'unknown_reference' and p.export = {{literal .Export}} and p.column_id = {{literal .P.column}}
    and (
        exists (select 1 from exports.{{.P.target}} e where e.{{quote .P.id}} = p.value)
        or exists (select 1 from history.{{.P.target}} h where h.{{quote .P.id}} = p.value)
    )
