-- The refused rows, and which of them only lack what they refer to.
create or replace temp table refused_{{.Export}} as
select r.feed, r."row", bool_and(r.code = 'unknown_reference') as waits
from found r
where r.export = {{literal .Export}} and r.severity = 'refuse'
    and exists (select 1 from typed_{{.Export}} t where t._feed = r.feed and t._row = r."row")
group by r.feed, r."row";
