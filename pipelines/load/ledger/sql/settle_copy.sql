select
    p.problem_no,
    {{.P.copy}} as file_no,
    case
        when exists (
            select 1 from ops.problems n
            where n.file_no = {{.P.copy}} and n.sheet = p.sheet and n.export = p.export and n.code = p.code and n.column_id is not distinct from p.column_id
                and n."row" = p."row" + {{.P.shift}}
        ) then 'carried'
        else 'repaired'
    end as state
from ops.problems p
where p.file_no = {{.P.original}} and p.sheet = {{literal .P.table}} and p.export = {{literal .Export}} and p."row" is not null and p.state in {{.P.unsettled}}
