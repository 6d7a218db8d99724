package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hulian/dashboards/accounts"
	"hulian/dashboards/facts"
	"hulian/dashboards/question"
	"hulian/dashboards/signin"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// How the server turns to a new generation.
const (
	lookEvery  = 500 * time.Millisecond // for a new one
	warmLimit  = 10 * time.Second       // for its main pages; whatever is not made by then is made when somebody asks
	mostWarmed = 12                     // kinds of visitors they are made for
	recently   = 30 * 24 * time.Hour    // who has signed in since may come again
)

// turning is which generation is served, and how the server turns to the next one. Without Follow every request is answered from the
// newest, as soon as it is published.
type turning struct {
	mu      sync.Mutex
	current *Pinned       // that is served; nil: the newest
	turned  chan struct{} // closed when another one is
	look    chan struct{} // somebody waits for the newest
}

// shareable counts who holds a pinned generation, so that work for it may go on when the request has ended.
func shareable(p Pinned) Pinned {
	var users atomic.Int64
	users.Store(1)
	let := p.Release
	once := func() func() {
		return sync.OnceFunc(func() {
			if users.Add(-1) == 0 {
				let()
			}
		})
	}
	p.Release = once()
	p.hold = func() func() {
		users.Add(1)
		return once()
	}
	return p
}

// retain holds the generation until what it returns is called.
func (p Pinned) retain() func() {
	if p.hold == nil {
		return func() {}
	}
	return p.hold()
}

type warmKey struct{}

// pin holds the generation that is served for one request.
func (s *server) pin(ctx context.Context) (Pinned, error) {
	if p, warming := ctx.Value(warmKey{}).(Pinned); warming {
		p.Release = p.retain()
		return p, nil
	}
	s.turning.mu.Lock()
	if p := s.turning.current; p != nil {
		held := *p
		held.Release = p.retain()
		s.turning.mu.Unlock()
		return held, nil
	}
	s.turning.mu.Unlock()
	return s.newest(ctx)
}

// newest holds the newest generation, whether or not its pages are ready.
func (s *server) newest(ctx context.Context) (Pinned, error) {
	p, err := s.Snapshots.Pin(ctx)
	if err != nil {
		return Pinned{}, err
	}
	return shareable(p), nil
}

// opened holds a generation and reads its snapshot. Where that fails nothing is held.
func (s *server) opened(ctx context.Context, pin func(context.Context) (Pinned, error)) (Pinned, facts.Snapshot, error) {
	pinned, err := pin(ctx)
	if err != nil {
		return pinned, facts.Snapshot{}, err
	}
	snapshot, err := s.kept.snapshot(ctx, pinned)
	if err != nil {
		pinned.Release()
	}
	return pinned, snapshot, err
}

// pinNewest holds the newest generation: for pages that show what runs have done, and for answers to whoever has just changed
// something. Where its pages are being made it waits for them, so that the pages after it show the same generation.
func (s *server) pinNewest(ctx context.Context) (Pinned, error) {
	if _, warming := ctx.Value(warmKey{}).(Pinned); warming {
		return s.pin(ctx)
	}
	newest, err := s.newest(ctx)
	if err != nil {
		return newest, err
	}
	limit := time.NewTimer(warmLimit)
	defer limit.Stop()
	for {
		s.turning.mu.Lock()
		current, turned := s.turning.current, s.turning.turned
		s.turning.mu.Unlock()
		if current == nil || name(*current) == name(newest) || current.Generation > newest.Generation {
			return newest, nil
		}
		select {
		case s.turning.look <- struct{}{}:
		default:
		}
		select {
		case <-turned:
		case <-limit.C:
			return newest, nil
		case <-ctx.Done():
			newest.Release()
			return Pinned{}, ctx.Err()
		}
	}
}

// turn serves another generation; nil: whatever is the newest, as after a damage.
func (s *server) turn(to *Pinned) {
	s.turning.mu.Lock()
	before := s.turning.current
	s.turning.current = to
	if s.turning.turned != nil {
		close(s.turning.turned)
	}
	s.turning.turned = make(chan struct{})
	s.turning.mu.Unlock()
	if to != nil {
		s.kept.forget(*to)
	}
	if before != nil {
		before.Release()
	}
}

// Site is the handler of the whole site.
type Site struct {
	http.Handler
	server *server
}

// Follow looks for new generations until ctx ends, and makes the main pages of each before it is served: whoever opens one then waits
// for nothing.
func (site *Site) Follow(ctx context.Context) {
	s := site.server
	every := time.NewTicker(lookEvery)
	defer every.Stop()
	defer s.turn(nil)
	for {
		s.follow(ctx)
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		case <-s.turning.look:
		}
	}
}

// follow turns to the newest generation where that is not the one served.
func (s *server) follow(ctx context.Context) {
	newest, err := s.newest(ctx)
	if err != nil {
		if !errors.Is(err, pipelines.ErrNotPublished) && ctx.Err() == nil {
			s.Logger.Error("the published snapshot cannot be read", "error", err)
		}
		return
	}
	s.turning.mu.Lock()
	current := s.turning.current
	s.turning.mu.Unlock()
	if current != nil && name(*current) == name(newest) {
		newest.Release()
		return
	}
	began := time.Now()
	pages := s.warm(ctx, newest)
	s.turn(&newest)
	s.Logger.Info("generation served", "generation", newest.Generation, "pages_ready", pages, "took", time.Since(began).Round(time.Millisecond))
}

// warm makes the main pages of a generation for the kinds of visitors who come, and says how many.
func (s *server) warm(ctx context.Context, p Pinned) (made int) {
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, warmKey{}, p), warmLimit)
	defer cancel()
	kinds, err := s.comers(ctx)
	if err != nil {
		s.Logger.Warn("no pages are made beforehand", "error", err)
		return 0
	}
	for _, v := range kinds {
		for _, page := range question.Pages() {
			if page.Needs != 0 || page.Live || page.Fresh { // evidence is made for whoever asks, and stands in the trail
				continue
			}
			if ctx.Err() != nil {
				return made
			}
			r := (&http.Request{Method: http.MethodGet, URL: &url.URL{Path: page.Path}, Header: http.Header{}}).WithContext(signin.As(ctx, v))
			if err := s.page(unread{http.Header{}}, r, page); err != nil {
				if ctx.Err() == nil {
					s.Logger.Warn("a page is not ready beforehand", "page", page.ID, "error", err)
				}
				continue
			}
			made++
		}
	}
	return made
}

// comers are visitors as they come: one of every role and scope among the accounts that have signed in of late, those who did last
// first.
func (s *server) comers(ctx context.Context) (all []visitor.Visitor, err error) {
	known, err := s.Door.Accounts.List(ctx, visitor.Operator("server", visitor.Schedule))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(known, func(a, b accounts.Account) int { return b.SignedIn.Compare(a.SignedIn) })
	seen := map[string]bool{}
	for _, a := range known {
		v := a.Visitor(s.Door.Here().Town, visitor.Web)
		if time.Since(a.SignedIn) > recently || !v.SignedIn() || seen[v.Key()] || len(all) == mostWarmed {
			continue
		}
		seen[v.Key()] = true
		all = append(all, v)
	}
	return all, nil
}

// unread is an answer that nobody reads.
type unread struct{ header http.Header }

func (u unread) Header() http.Header         { return u.header }
func (u unread) Write(b []byte) (int, error) { return len(b), nil }
func (u unread) WriteHeader(int)             {}
