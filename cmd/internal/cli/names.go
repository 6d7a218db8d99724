package cli

import (
	"path/filepath"

	"hulian/pipelines/source"
)

// baseOf is the name of a file as people can read it, whatever its bytes are.
func baseOf(path string) string { return source.Readable(filepath.Base(path)) }
