-- How many rows of every feed people have set aside.
select t._feed, count(*)
from typed_{{.Export}} t
join feeds f on f.feed = t._feed
join (
    select row_key, arg_max(said, _file) as said, arg_max(back, _file) as back
    from exports.set_asides
    where of_export = {{literal .Export}}
    group by row_key
) a on not a.back and a.row_key = {{.KeyText "t"}} and a.said = {{.P.content}}
group by t._feed
