-- Events of which one row gives an ID and another one none, where everything else that names an event is equal, or equal as
-- far as both rows say it. Rows with an ID count as they ever stood, so that the same comes out whether files come one by one
-- or together.
create or replace temp table same_pairs as
with fresh as (
    select t._feed, t._row, f.file_no, p.place, false as stands, f.earlier, {{.P.columns}}, t.{{.P.key}} as id, t.{{.P.key}} = {{.P.made}} as bare
    from typed_{{.Export}} t
    join feeds f on f.feed = t._feed
    join places p on p.file_no = f.file_no
    where {{.P.unrefused}}
),
everything as (
    select * from fresh
    union all
    select cast(null as bigint), t._row, t._file, p.place, true, false, {{.P.columns}}, t.{{.P.key}}, t.{{.P.key}} = {{.P.made}}
    from exports.{{.Export}} t
    join places p on p.file_no = t._file
    where {{.P.within}} and exists (select 1 from fresh f where {{.P.same_fresh}})
    union all
    select cast(null as bigint), t._row, t._file, p.place, true, false, {{.P.columns}}, t.{{.P.key}}, false
    from history.{{.Export}} t
    join places p on p.file_no = t._file
    where {{.P.within}} and t.{{.P.key}} <> {{.P.made}} and exists (select 1 from fresh f where {{.P.same_fresh}})
)
select
    b._feed, b._row, b.file_no, b.place, b.stands,
    i._feed as i_feed, i._row as i_row, i.file_no as i_file, i.place as i_place, i.stands as i_stands, i.id,
    not b.earlier and not i.stands and i.file_no = b.file_no as beside,
    {{.P.exact}} as exact
from everything b
join everything i on b.bare and not i.bare and {{.P.same_hard}}
where {{.P.alike}};

-- Of rows that are equal in everything, those of the earliest file decide. Where they have several IDs, nothing is decided.
create or replace temp table same_id as
select
    _feed, _row, file_no, stands,
    min(id) as id,
    bool_or(beside) as beside,
    bool_and(i_stands) as i_stands,
    arg_min(i_file, i_row) as other_file,
    min(i_row) as other_row
from same_pairs p
where exact and i_place = (select min(o.i_place) from same_pairs o where o.exact and o.file_no = p.file_no and o._row = p._row and o._feed is not distinct from p._feed)
group by _feed, _row, file_no, stands
having count(distinct id) = 1;
