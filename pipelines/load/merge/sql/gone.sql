-- Rows that a newer file of the same kind no longer holds: of an older file whose rows of the months it repeats by half or
-- more, those that it lacks. They stand as they are, and are told.
{{- if .DatedBy}}
insert into ops.gone
with fresh as (
    select {{.Key "t"}}, t._file, t._row, date_trunc('month', t.{{.Dated}}) as month, p.place
    from {{.P.good}} t
    join places p on p.file_no = t._file
),
covered as (
    select distinct _file, place, month from fresh
),
stood as (
    select {{.Key "t"}}, t._file, t._row, t.month, t.place from fresh t
    union all
    select {{.Key "e"}}, e._file, e._row, date_trunc('month', e.{{.Dated}}), p.place
    from exports.{{.Export}} e
    join places p on p.file_no = e._file
    where date_trunc('month', e.{{.Dated}}) in (select month from covered)
),
met as (
    select
        c._file as newer,
        s._file as older,
        s._row,
        {{.KeyText "s"}} as row_key,
        exists (select 1 from fresh k where k._file = c._file and {{.SameKey "k" "s"}}) as held
    from stood s
    join covered c on c.month = s.month and c.place > s.place
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
