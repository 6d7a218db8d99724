-- Keys that stand more than once, compared by a hash of eight bytes; two that share one by chance are told apart by the
-- checks that follow. Rows that a transaction has written are read by one thread for each part of a query: two halves are
-- two. Rows that were given aside before count too.
create or replace temp table suspects as
select h
from (
    select hash({{.Key "t"}}) as h from exports.{{.Export}} t where t.rowid <= {{.P.middle}}
    union all
    select hash({{.Key "t"}}) from exports.{{.Export}} t where t.rowid > {{.P.middle}}
    union all
    select hash({{.Key "t"}}) from typed_{{.Export}} t
)
group by h
having count(*) > 1;
