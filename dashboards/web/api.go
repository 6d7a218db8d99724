package web

import (
	"context"
	"net/http"
	"sync"

	"github.com/klauspost/compress/gzhttp"

	"hulian/dashboards/api"
	"hulian/dashboards/facts"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// newAPI makes the part of the site that programs ask.
func (s *server) newAPI() *api.API {
	c := api.Config{Hold: s.hold, Here: s.Door.Here, Record: s.record, Runs: s.Runs, Desk: s.Desk, MayUpload: s.mayUpload, Logger: s.Logger, Version: s.Version}
	if s.Closings != nil {
		c.Changed, c.Stamp = s.changed, s.closingStamp
	}
	if s.Ask != nil {
		c.Ask = func(ctx context.Context, v visitor.Visitor, sql string) (api.Table, error) {
			h, err := s.hold(ctx)
			if err != nil {
				return api.Table{}, err
			}
			defer h.Release()
			return s.Ask(ctx, v, h.Facts, sql)
		}
	}
	return api.New(c)
}

// packable are the forms of answers that programs may have packed, as pages are. Arrow and Parquet pack their own columns.
var packable = []string{"application/json", "application/problem+json", "application/openapi+json", "application/openapi+yaml", "text/csv", "text/html"}

// compressed packs the answers of the API for whoever takes them so.
func compressed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(compressible), gzhttp.ContentTypes(packable))
	if err != nil {
		panic(err) // the settings are constants
	}
	return wrap(next)
}

// hold gives the newest generation to the visitor of a request.
func (s *server) hold(ctx context.Context) (api.Held, error) {
	pinned, err := s.newest(ctx)
	if err != nil {
		return api.Held{}, err
	}
	h, err := s.factsOf(ctx, pinned)
	if err != nil {
		pinned.Release()
		return api.Held{}, err
	}
	return api.Held{Facts: h, Release: pinned.Release}, nil
}

func (s *server) factsOf(ctx context.Context, pinned Pinned) (f facts.Facts, err error) {
	if f.Snapshot, err = s.kept.snapshot(ctx, pinned); err != nil {
		return f, err
	}
	if f.Pseudonyms, err = s.pseudonyms(ctx, f.Town.ID); err != nil {
		return f, err
	}
	f.Programme = f.By(s.Programme)
	f.HandedIn, err = s.handedIn(ctx)
	return f, err
}

// record writes into the trail what a program has done, or was refused.
func (s *server) record(ctx context.Context, action trail.Action, object string, at visitor.Place, err error) error {
	if api.Denied(err) {
		return s.Door.Write(context.WithoutCancel(ctx), action, object, at, trail.Denied)
	}
	return s.done(ctx, action, object, at, err)
}

// corrected keeps which months were corrected since they were signed, until the data or the closed months are others.
type corrected struct {
	sync.Mutex
	of     string
	months []string
}

// changed lists the months that were corrected since they were signed.
func (s *server) changed(ctx context.Context) ([]string, error) {
	stamp, err := s.closingStamp()
	if err != nil {
		return nil, err
	}
	pinned, err := s.newest(ctx)
	if err != nil {
		return nil, err
	}
	defer pinned.Release()
	of := name(pinned) + " " + stamp
	s.corrected.Lock()
	defer s.corrected.Unlock()
	if s.corrected.of == of {
		return s.corrected.months, nil
	}
	all, err := s.Closings.Months(ctx, pinned)
	if err != nil {
		return nil, err
	}
	var months []string
	for _, m := range all {
		if m.State == pipelines.ClosingChanged {
			months = append(months, m.Month)
		}
	}
	s.corrected.of, s.corrected.months = of, months
	return months, nil
}
