package load

import (
	"context"

	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/match"
)

// Open decodes a file as Load does: with what mapping files fix for it. name is what they know it by. The File is to be
// closed, also beside an error; an error is an *decode.Error where the file cannot be read.
func Open(ctx context.Context, path, name, mappingsDir string) (*decode.File, error) {
	mappings, err := match.ReadMappings(mappingsDir)
	if err != nil {
		return &decode.File{}, err
	}
	return decode.Open(ctx, path, decode.Options{Suspect: match.Suspect, Known: match.Known, Pins: func(member string) decode.Pins {
		if member == "" {
			member = name
		}
		return mappings.Pins(member)
	}})
}
