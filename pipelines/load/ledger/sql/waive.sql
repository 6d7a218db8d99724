-- The open problems that people have waived. A file that arrives again later has problems of its own.
create or replace temp table waiving as
select p.problem_no, min_by(w.entered_by, w.entered_at) as waived_by, min_by(w.reason, w.entered_at) as reason, min(w.entered_at) as waived_at
from exports.waived_problems w
join ops.files f on f.file_id = w.file_id and f.file_no < w._file
join ops.problems p on p.file_no = f.file_no and p.state = 'open' and p.code = w.code and p.sheet = coalesce(w.sheet, '')
    and p.export = coalesce(w.of_export, '') and p."row" is not distinct from w."row" and p.column_id is not distinct from w.column_id
group by p.problem_no;

insert into ops.waivers
select problem_no, waived_by, reason, waived_at
from waiving;

update ops.problems
set state = 'waived'
where problem_no in (select problem_no from waiving);
