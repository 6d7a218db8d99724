package web

import (
	"context"
	"log/slog"
	"net/http"

	"hulian/dashboards/desk"
	"hulian/dashboards/observe"
)

// log is the log for what is done for a request.
func (s *server) log(ctx context.Context) *slog.Logger { return observe.Logger(ctx, s.Logger) }

// metrics answers a program that watches the server. To whoever has no token and is not on this machine the address does not
// exist.
func (s *server) metrics(w http.ResponseWriter, r *http.Request) error {
	if !s.Door.OnThisMachine(r) && !s.watch.Knows(r) {
		return errNotFound
	}
	s.watch.ServeHTTP(w, r)
	return nil
}

// state is what the server serves and has in line. What cannot be read is left out: the log says why elsewhere.
func (s *server) state(ctx context.Context) (now observe.State) {
	if pinned, err := s.pin(ctx); err == nil {
		now.Generation = pinned.Generation
		pinned.Release()
	}
	if s.Runs != nil {
		if runs, err := s.Runs(); err == nil && len(runs) > 0 {
			now.LastRun, now.LastEnd = string(runs[0].State), runs[0].FinishedAt
		}
	}
	if s.Desk != nil {
		for _, b := range s.Desk.Batches() {
			switch {
			case b.Unfinished():
				now.Uploads++
			case b.Resting():
				now.Uploads, now.Kept = now.Uploads+1, now.Kept+1
			case b.State == desk.Proposed:
				now.Proposed++
			}
		}
	}
	return now
}
