delete from ops.quarantine
where export = {{literal .Export}} and waiting
    and exists (select 1 from {{.P.released}} r where r._file = file_no and r._sheet = sheet and r._row = "row");

update ops.reconciliation
set accepted = accepted + t.n, quarantined = quarantined - t.n
from (select _file, _sheet, count(*) as n from {{.P.released}} group by all) t
where file_no = t._file and sheet = t._sheet and export = {{literal .Export}};

delete from waiting.{{.Export}} w
where exists (select 1 from {{.P.released}} r where r._file = w._file and r._sheet = w._sheet and r._row = w._row);
