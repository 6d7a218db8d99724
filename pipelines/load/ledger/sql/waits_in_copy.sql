delete from waiting.{{.Export}} where _file = {{.P.original}} and _sheet = {{literal .P.table}};

update ops.quarantine set waiting = false where file_no = {{.P.original}} and sheet = {{literal .P.table}} and export = {{literal .Export}} and waiting;
