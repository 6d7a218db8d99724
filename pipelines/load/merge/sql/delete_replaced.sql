delete from exports.{{.Export}}
where rowid in (select rid from versions where not fresh and until_file is not null);
