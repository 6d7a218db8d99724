-- How many rows of every feed people have set aside: those of files that had arrived by then, whatever they say, and what
-- was known to be said by then, whenever it comes again.
select t._feed, count(*)
from typed_{{.Export}} t
join feeds f on f.feed = t._feed
where exists (
    select 1
    from ({{.P.decided}}) a
    where a.row_key = {{.KeyText "t"}} and (f.file_no < a._file or a.said = {{.P.content}})
)
group by t._feed
