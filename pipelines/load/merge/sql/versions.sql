-- All versions of the keys in "again", in order of the files' places: the last one is to stand, the others belong into
-- history until the file that replaced them. What a file does not speak of, because it lacks the column, is as the version
-- before has it. Fresh versions that repeat the one before them vanish.
create or replace temp table versions as
with everything as (
    select {{.Columns "t"}}, t._file, t._row, false as fresh, rid, cast(-1 as bigint) as _feed, cast(0 as bigint) as _silent
    from standing t
    union all
    select {{.Columns "t"}}, t._file, t._row, true, -1, t._feed, t._silent
    from {{.P.good}} t
    where exists (select 1 from again k where {{.SameKey "k" "t"}})
),
carried as (
    select
        {{- range .P.carried}}
        {{if .Silent "e"}}(last_value(case when not {{.Silent "e"}} then {'v': e.{{quote .ID}}} end ignore nulls) over before_it).v as {{quote .ID}}{{else}}e.{{quote .ID}}{{end}},
        {{- end}}
        e._file, e._row, e.fresh, e.rid, e._feed, p.place
    from everything e
    join places p on p.file_no = e._file
    window before_it as (partition by {{.Key "e"}} order by p.place, e.fresh, e._feed, e._row rows between unbounded preceding and current row)
),
changes as (
    select *
    from carried t
    window same as (partition by {{.Key ""}} order by place, fresh, _feed, _row)
    qualify not fresh or row({{.Columns "t"}}) is distinct from lag(row({{.Columns "t"}})) over same or row_number() over same = 1
)
select *, lead(_file) over (partition by {{.Key ""}} order by place, fresh, _feed, _row) as until_file
from changes;
