select o.problem_no, min(t._file) as file_no, 'repaired' as state
from told o
join ops.problems p on p.problem_no = o.problem_no and p.state in {{.P.unsettled}}
join exports.{{.Export}} t on {{.KeyText "t"}} = o.key and t._file > o.file_no
join new_files f on f.file_no = t._file
where o.export = {{literal .Export}} and len(string_split(o.key, ' · ')) = {{.P.parts}}
group by o.problem_no
