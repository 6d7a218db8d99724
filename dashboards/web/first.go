package web

import (
	"log/slog"
	"net/http"
	"time"

	"hulian/dashboards/signin"
	"hulian/pipelines"
)

// First answers while the first run of a town is at work, before there is anything to sign in to: every page says how far the run
// is, and nothing of what stands in the files. runs are newest first.
func First(runs func() ([]pipelines.Run, error), underway func() pipelines.StageNow, zone *time.Location) http.Handler {
	s := &server{Config: Config{Runs: runs, Underway: underway, Zone: zone, Logger: slog.New(slog.DiscardHandler)}} // a page that renews itself would fill the log
	mux := http.NewServeMux()
	mux.Handle("GET /assets/{hash}/{name}", s.handle(s.asset))
	mux.Handle("/", s.handle(func(http.ResponseWriter, *http.Request) error { return pipelines.ErrNotPublished }))
	return signin.Guarded(mux)
}
