-- An unknown ID is often a known one without its leading zeros, or with other spaces and letters: where just one ID of the
-- list is like it, it is offered. It is never taken.
update found
set detail = '["in_list_near","export:{{.P.target}}",' || to_json(n.meant) || ']'
from (
    select u.value, min(e.id) as meant
    from (
        select distinct value, regexp_replace(upper(replace(value, ' ', '')), '^([A-Z]*)0+', '\1') as form
        from found
        where export = {{literal .Export}} and column_id = {{literal .P.column}} and code = 'unknown_reference'
    ) u
    join (
        select distinct {{quote .P.id}} as id, regexp_replace(upper(replace({{quote .P.id}}, ' ', '')), '^([A-Z]*)0+', '\1') as form
        from exports.{{.P.target}}
    ) e on e.form = u.form
    where u.form <> ''
    group by u.value
    having count(*) = 1
) n
where found.export = {{literal .Export}} and found.column_id = {{literal .P.column}} and found.code = 'unknown_reference' and found.value = n.value;
