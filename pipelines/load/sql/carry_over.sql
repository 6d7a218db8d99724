-- What was known of problems and tables before everything was loaded anew. A problem is the same when it is of the same
-- kind, at the same place, with the same value.
create or replace temp table numbered as
with old as (
    select *, row_number() over (partition by file_no, sheet, export, "row", column_id, code, value order by problem_no) as nth
    from before_problems
),
fresh as (
    select *, row_number() over (partition by file_no, sheet, export, "row", column_id, code, value order by problem_no) as nth
    from ops.problems
)
select
    n.problem_no as fresh_no,
    coalesce(o.problem_no, (select coalesce(max(problem_no), 0) from before_problems) + row_number() over (partition by o.problem_no is null order by n.problem_no)) as problem_no,
    o.problem_no is not null as known,
    o.run_id
from fresh n
left join old o on o.file_no = n.file_no and o.sheet is not distinct from n.sheet and o.export is not distinct from n.export
    and o."row" is not distinct from n."row" and o.column_id is not distinct from n.column_id and o.code = n.code
    and o.value is not distinct from n.value and o.nth = n.nth;

update ops.settled set problem_no = n.problem_no from numbered n where n.fresh_no = ops.settled.problem_no;

update ops.waivers set problem_no = n.problem_no from numbered n where n.fresh_no = ops.waivers.problem_no;

update ops.problems set problem_no = n.problem_no, run_id = coalesce(n.run_id, ops.problems.run_id) from numbered n where n.fresh_no = ops.problems.problem_no;

insert into ops.problems (problem_no, file_no, sheet, export, "row", letter, column_id, header, code, severity, value, detail, state, run_id, row_key)
select b.problem_no, b.file_no, b.sheet, b.export, b."row", b.letter, b.column_id, b.header, b.code, b.severity, b.value, b.detail,
    case when b.state in ('open', 'waived') then 'repaired' else b.state end, b.run_id, b.row_key
from before_problems b
join ops.files f on f.file_no = b.file_no and f.state <> 'set_aside'
where b.problem_no not in (select problem_no from numbered where known);

insert into ops.settled
select problem_no, file_no
from before_settled
where problem_no in (select problem_no from before_problems)
    and problem_no not in (select problem_no from ops.settled)
    and problem_no in (select problem_no from ops.problems where state in ('repaired', 'carried'));

insert into ops.waivers
select problem_no, waived_by, reason, waived_at
from before_waivers
where problem_no in (select problem_no from ops.problems where state in ('waived', 'carried')) and problem_no not in (select problem_no from ops.waivers);

-- What an older version of the program kept of people's decisions.
insert into ops.waivers
select problem_no, waived_by, reason, waived_at
from before_waivers
where problem_no in (select problem_no from ops.problems where state = 'open') and problem_no not in (select problem_no from ops.waivers);

update ops.problems set state = 'waived' where state = 'open' and problem_no in (select problem_no from before_waivers);

update ops.reconciliation set run_id = b.run_id
from before_lines b
where b.file_no = ops.reconciliation.file_no and b.sheet = ops.reconciliation.sheet and b.export = ops.reconciliation.export;
