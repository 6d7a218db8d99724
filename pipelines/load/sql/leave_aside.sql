-- Takes out the rows that people have set aside: see aside.sql.
delete from typed_{{.Export}}
where rowid in (
    select t.rowid
    from typed_{{.Export}} t
    join feeds f on f.feed = t._feed
    where exists (
        select 1
        from ({{.P.decided}}) a
        where a.row_key = {{.KeyText "t"}} and (f.file_no < a._file or a.said = {{.P.content}})
    )
);
