-- Files of which nothing new is to be said after everything was loaded anew: they stand where they stood, and they were read
-- in the same way. A newer version of the program reads every file in another way, and most of them with the same result:
-- of those nothing is said whose counts are what they were.
with changed as (
    select file_no
    from ops.reconciliation r
    full join before_lines b using (file_no, sheet, export)
    where r.run_id is null or b.run_id is null
        or r.accepted is distinct from b.accepted or r.quarantined is distinct from b.quarantined or r.ignored is distinct from b.ignored
        or coalesce(r.problem, '') <> coalesce(b.problem, '')
)
select f.file_id, f.name
from ops.files f
join before_files b using (file_no)
where b.state = f.state
    and (coalesce(b.read_with, '') = coalesce(f.read_with, '')
        or f.file_no not in (select file_no from changed) and not exists (select 1 from before_loader o join ops.loader n using (version)));
