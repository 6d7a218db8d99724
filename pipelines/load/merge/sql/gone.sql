-- Rows that a newer file of the same kind no longer holds: of an older file whose rows of the months it repeats by half or
-- more, those that it lacks. They stand as they are, and are told. Rows are compared as they stood when the newer file had its
-- say, so that the same is told whether the files in between came before this run or with it. A row that was refused is
-- held all the same.
{{- if .DatedBy}}
insert into ops.gone
with arrived as (
    select {{.Key "t"}}, f.file_no as _file, date_trunc('month', t.{{.Dated}}) as month, p.place
    from typed_{{.Export}} t
    join feeds f on f.feed = t._feed and not f.earlier
    join places p on p.file_no = f.file_no
    where t.{{.Dated}} is not null
),
covered as (
    select distinct _file, place, month from arrived
),
stood as (
    select {{.Key "e"}}, e._file, e._row, date_trunc('month', e.{{.Dated}}) as month, p.place, null as until
    from exports.{{.Export}} e
    join places p on p.file_no = e._file
    where date_trunc('month', e.{{.Dated}}) in (select month from covered)
        and e.rowid not in (select rid from versions where not fresh)
    union all
    select {{.Key "v"}}, v._file, v._row, date_trunc('month', v.{{.Dated}}), v.place, u.place
    from versions v
    left join places u on u.file_no = v.until_file
),
met as (
    select
        c._file as newer,
        s._file as older,
        s._row,
        {{.KeyText "s"}} as row_key,
        exists (select 1 from arrived k where k._file = c._file and {{.SameKey "k" "s"}}) as held
    from stood s
    join covered c on c.month = s.month and c.place > s.place and (s.until is null or c.place <= s.until)
),
repeated as (
    select newer, older
    from met
    group by newer, older
    having 2 * count(*) filter (where held) >= count(*) and count(*) filter (where not held) > 0
)
select m.newer, {{literal .Export}}, m.row_key, m.older, m._row, false
from met m
join repeated r on r.newer = m.newer and r.older = m.older
where not m.held;
{{- end}}
