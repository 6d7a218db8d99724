package cli

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"

	"hulian/cmd/internal/config"
	"hulian/dashboards/desk"
	"hulian/pipelines/land"
	"hulian/pipelines/markup"
	"hulian/pipelines/publish"
)

// uploadsName is the folder of a town where files wait that came through a page.
const uploadsName = "uploads"

// desk takes files from the pages and runs them.
func (p *program) desk(c config.Config, reader *publish.Reader, log *slog.Logger) (*desk.Desk, error) {
	r, err := p.runner(c, "", runOptions{log: log})
	if err != nil {
		return nil, err
	}
	return desk.Open(desk.Config{Dir: filepath.Join(c.Dir, uploadsName), Import: r.Upload, Logger: log,
		Mark: func(ctx context.Context, w io.Writer, id, lang string) (string, error) {
			snapshot, _, release, err := reader.Pin(ctx)
			if err != nil {
				return "", err
			}
			defer release()
			file, err := markup.Find(ctx, snapshot, id)
			if err != nil {
				return "", err
			}
			return markup.Name(file.Name, lang), markup.Write(ctx, w, file, markup.Options{
				Path: land.Path(filepath.Join(c.Dir, landedName), file.ID), Lang: lang, MappingsDir: filepath.Join(c.Dir, mappingsName)})
		}})
}
