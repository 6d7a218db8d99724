-- Accepted rows that somebody should look at, by feed.
select feed, count(distinct "row")
from found w
where severity = 'warn'
    and not exists (select 1 from found r where r.export = w.export and r.feed = w.feed and r."row" = w."row" and r.severity = 'refuse')
group by feed
