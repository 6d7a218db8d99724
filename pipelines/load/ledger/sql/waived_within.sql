-- Waived problems that a newer file of the same run brings again as they were.
select o.problem_no as old, n.problem_no as new, n.file_no
from told o
join told n on n.export = o.export and n.key = o.key and n.file_no > o.file_no and n.severity = o.severity and n.code = o.code
    and n.column_id is not distinct from o.column_id and n.value is not distinct from o.value
