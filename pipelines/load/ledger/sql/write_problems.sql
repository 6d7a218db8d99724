-- Numbers what was found, in the order of files, tables and rows, and says where a person finds it: of rows that had waited
-- as far as an earlier problem of their table told it. Keys are kept of rows of which they are known.
insert into found_at
select f.feed, p.column_id, any_value(p.letter), any_value(p.header)
from feeds f
join ops.problems p on p.file_no = f.file_no and p.sheet = f.sheet and p.export = f.export
where f.earlier and p.header is not null
group by f.feed, p.column_id;

insert into ops.problems
select
    (select coalesce(max(problem_no), 0) from ops.problems) + row_number() over (order by f.file_no, f.feed, p."row", p.code, p.column_id),
    f.file_no, f.sheet, p.export, p."row", coalesce(p.letter, l.letter), p.column_id, coalesce(p.header, l.header), p.code, p.severity, left(p.value, 500), p.detail, 'open', {{literal .P.run}},
    coalesce(q.row_key, k.row_key)
from found p
join feeds f on f.feed = p.feed
left join found_at l on l.feed = p.feed and l.column_id = p.column_id
left join ops.quarantine q on p.severity = 'refuse' and q.file_no = f.file_no and q.sheet = f.sheet and q.export = p.export and q."row" = p."row"
left join keys k on k.export = p.export and k.feed = p.feed and k."row" = p."row" and k.row_key <> '';
