-- Takes out the rows that people have set aside.
delete from typed_{{.Export}}
where rowid in (
    select t.rowid
    from typed_{{.Export}} t
    join (
        select row_key, arg_max(said, _file) as said, arg_max(back, _file) as back
        from exports.set_asides
        where of_export = {{literal .Export}}
        group by row_key
    ) a on not a.back and a.row_key = {{.KeyText "t"}} and a.said = {{.P.content}}
);
