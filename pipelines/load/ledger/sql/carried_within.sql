select o.problem_no, min(n.file_no) as file_no, 'carried' as state
from told o
join told n on n.export = o.export and n.key = o.key and n.file_no > o.file_no and n.severity = o.severity
    and (o.severity = 'refuse' or n.code = o.code and n.column_id is not distinct from o.column_id)
join ops.problems p on p.problem_no = o.problem_no and p.state in {{.P.unsettled}}
where o.export = {{literal .Export}} and len(string_split(o.key, ' · ')) = {{.P.parts}}
group by o.problem_no
