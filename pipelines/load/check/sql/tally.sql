-- What became of the rows of every feed.
select t._feed, count(*), count(*) filter (where t._bad or r.feed is not null)
from typed_{{.Export}} t
left join refused_{{.Export}} r on r.feed = t._feed and r."row" = t._row
group by t._feed
