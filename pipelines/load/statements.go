package load

import (
	"embed"
	"io/fs"

	"hulian/pipelines/load/statement"
)

//go:embed sql
var sqlFiles embed.FS

// statements is the set of this package's own SQL.
var statements = func() *statement.Set {
	folder, err := fs.Sub(sqlFiles, "sql")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return statement.Parse(folder)
}()
