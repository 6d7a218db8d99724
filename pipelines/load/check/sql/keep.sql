-- Of the rows of some feeds that share a key within a file, leaves the one that holds: the first good one, the last, or the
-- one that says most. Rows refused for themselves stay behind a good one.
delete from typed_{{.Export}}
where (_feed, _row) in (
    select (_feed, _row)
    from (
        select
            t._feed,
            t._row,
            row_number() over (
                partition by f.file_no, {{.Key "t"}}
                order by
                    t._bad
                    {{- if .P.fullest}},
                    0{{range .Contract.Columns}} + case when t.{{quote .ID}} is null then 0 else 1 end{{end}} desc
                    {{- end}},
                    t._feed{{if .P.last}} desc{{end}},
                    t._row{{if .P.last}} desc{{end}}
            ) as place
        from typed_{{.Export}} t
        join feeds f on f.feed = t._feed
        where t._feed in ({{range $i, $feed := .P.feeds}}{{if $i}}, {{end}}{{$feed}}{{end}})
    )
    where place > 1
);
