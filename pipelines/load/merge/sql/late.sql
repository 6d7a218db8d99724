-- Rows of keys that stand, of files that belong before one that has been loaded, and whether they say what was known at their
-- place already. What a file lacks it says nothing of.
create or replace temp table late as
with fresh as (
    select {{.Columns "t"}}, t._feed, t._row, t._silent, p.place
    from {{.P.good}} t
    join places p on p.file_no = t._file and p.place < {{.P.newest}}
    where exists (select 1 from standing s where {{.SameKey "s" "t"}})
),
known as (
    select {{.Columns "k"}}, p.place
    from (
        select {{.Columns ""}}, _file from standing
        union all
        select {{.Columns "h"}}, h._file from history.{{.Export}} h where exists (select 1 from fresh f where {{.SameKey "f" "h"}})
    ) k
    join places p on p.file_no = k._file
)
select
    f._feed,
    f._row,
    coalesce(arg_max(
        {{- range $i, $c := .P.carried}}
        {{if $i}}and {{end}}{{if .Silent "f"}}({{.Silent "f"}} or f.{{quote .ID}} is not distinct from k.{{quote .ID}}){{else}}f.{{quote .ID}} is not distinct from k.{{quote .ID}}{{end}}
        {{- end}}, k.place), false) as known
from fresh f
left join known k on {{.SameKey "k" "f"}} and k.place <= f.place
group by f._feed, f._row;
