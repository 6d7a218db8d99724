-- Keys that stand more than once among the rows. They are counted by a hash of eight bytes first; texts are compared only
-- where two share one.
create or replace temp table repeated_{{.Export}} as
select {{.Key "t"}}
from typed_{{.Export}} t
where {{.P.unrefused}}
    and hash({{.Key "t"}}) in (select hash({{.Key "t"}}) as h from typed_{{.Export}} t where not t._bad group by h having count(*) > 1)
group by {{.Key "t"}}
having count(*) > 1;
