-- Problems of older rows whose key is known.
create or replace temp table known_before as
select problem_no, file_no, code, column_id, value, row_key as key
from ops.problems
where export = {{literal .Export}} and row_key is not null and state in {{.P.unsettled}};
