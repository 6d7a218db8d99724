package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/alexedwards/scs/v2"

	"hulian/dashboards/desk"
	"hulian/dashboards/page"
	"hulian/data"
	"hulian/pipelines"
)

// Pinned is one generation of the snapshot, held for one request.
type Pinned struct {
	Data       pipelines.Querier
	Generation int
	Hash       string // of the content; empty where the caller knows none
	Release    func()
}

// Snapshots hands out the current generation. Pin returns pipelines.ErrNotPublished before there is one.
type Snapshots interface {
	Pin(context.Context) (Pinned, error)
}

// Config is what a server needs.
type Config struct {
	Snapshots Snapshots
	Runs      func() ([]pipelines.Run, error)       // the history, newest first; nil: none is shown
	Schedule  func() ([]pipelines.Scheduled, error) // the named pipelines; nil: none is shown
	Notices   func() ([]pipelines.Notice, error)    // newest first; nil: none is shown
	// Command runs, pauses or resumes a pipeline for the organisation office and returns as soon as that has begun: an
	// error that wraps pipelines.ErrUnknown or pipelines.ErrBusy where it cannot. nil: nobody may.
	Command  func(ctx context.Context, pipeline, action string) error
	Desk     *desk.Desk // takes files; nil: none are taken
	Closings Closings   // the closed months; nil: none are kept
	// Waive closes problems for the organisation office, by their numbers, and publishes that; it says how many were
	// open. It may wait for a run at work, until ctx ends. nil: nobody may.
	Waive func(ctx context.Context, problems []int64, by, reason string) (int64, error)
	// Aside sets a file or a row aside for the organisation office, or takes it back, and publishes that. refused: there is
	// no such file or row, or it is so already. nil: nobody may.
	Aside func(ctx context.Context, a pipelines.Aside) (refused bool, err error)
	// Nothing keeps that a village had nothing to report, or takes it back, and publishes that. nil: nobody can say so here.
	Nothing   func(ctx context.Context, n pipelines.Nothing) error
	Programme data.Programme
	Logger    *slog.Logger   // nil: slog.Default
	OfficeKey string         // opens the restricted pages at /office?key=…; empty: they stay closed
	Version   string         // of the program
	Zone      *time.Location // of the town: what moments are told in; nil: the machine's
	Secure    bool           // served over TLS: cookies are sent over TLS only
}

// minimumKey is the shortest office key taken: 16 characters of base32 are 80 bits.
const minimumKey = 16

// requestLimit is how long a page may take; the slowest page of the sample town takes well under a second.
const requestLimit = 30 * time.Second

type server struct {
	Config
	pages    map[string]page.Page // by path
	sessions *scs.SessionManager
	kept     *kept
	marking  chan struct{}     // holds one token while a marked copy is made
	failures map[string][]byte // the page shown when even a failure cannot be rendered, by language
}

// New returns the handler of the whole site.
func New(c Config) (http.Handler, error) {
	if c.Snapshots == nil {
		return nil, errors.New("web: no snapshots to serve")
	}
	if c.OfficeKey != "" && len(c.OfficeKey) < minimumKey {
		return nil, fmt.Errorf("web: the office key has %d characters, at least %d are needed", len(c.OfficeKey), minimumKey)
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	s := &server{Config: c, pages: map[string]page.Page{}, kept: newKept(), marking: make(chan struct{}, 1), sessions: scs.New()}
	s.sessions.Lifetime = 12 * time.Hour
	s.sessions.IdleTimeout = time.Hour
	s.sessions.Cookie.Name = "hulian"
	s.sessions.Cookie.SameSite = http.SameSiteLaxMode
	s.sessions.Cookie.Secure = c.Secure
	s.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) { s.fail(w, r, err) }
	var err error
	if s.failures, err = preparedFailures(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, p := range page.Pages() {
		if _, twice := s.pages[p.Path]; twice {
			return nil, fmt.Errorf("web: two pages at %s", p.Path)
		}
		s.pages[p.Path] = p
		pattern := p.Path
		if pattern == "/" {
			pattern = "/{$}"
		}
		mux.Handle("GET "+pattern, s.handle(func(w http.ResponseWriter, r *http.Request) error { return s.page(w, r, p) }))
	}
	mux.Handle("GET /assets/{hash}/{name}", s.handle(s.asset))
	mux.Handle("GET /healthz", s.handle(s.health))
	mux.Handle("GET /api/v1/measures", s.handle(s.measures))
	mux.Handle("GET /office", s.handle(s.enterOffice))
	mux.Handle("POST /upload", s.unlimited(s.upload))
	mux.Handle("POST /waive", s.unlimited(s.waive))
	mux.Handle("POST /aside", s.unlimited(s.aside))
	mux.Handle("POST /nothing", s.unlimited(s.nothing))
	mux.Handle("POST /held", s.handle(s.acceptHeld))
	mux.Handle("POST /mapping", s.handle(s.confirmMapping))
	mux.Handle("GET /marked/{file}", s.unlimited(s.marked))
	mux.Handle("POST /runs/{pipeline}/{action}", s.handle(s.command))
	mux.Handle("POST /closing/{action}", s.handle(s.close))
	mux.Handle("POST /office/leave", s.handle(s.leaveOffice))
	mux.Handle("/", s.handle(func(http.ResponseWriter, *http.Request) error { return errNotFound }))
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, errElsewhere) }))
	return s.recovered(headers(own.Handler(s.sessions.LoadAndSave(mux)))), nil
}

// Server wraps a handler in a server that slow or greedy clients cannot hold.
func Server(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}

// handle turns a handler that returns an error into one that answers it.
func (s *server) handle(do func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestLimit)
		defer cancel()
		r = r.WithContext(ctx)
		err := do(w, r)
		if errors.Is(err, pipelines.ErrDamaged) && r.Method == http.MethodGet {
			err = do(w, r) // from an older generation, to which the reader has turned
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
}

// contentPolicy lets a page load what this binary holds and nothing else; styles and scripts only as files.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		next.ServeHTTP(w, r)
	})
}

// recovered answers a panic with the failure page; the server goes on.
func (s *server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if value := recover(); value != nil {
				if err, ok := value.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(value)
				}
				s.Logger.Error("panic", "path", r.URL.Path, "stack", string(debug.Stack()))
				s.fail(w, r, fmt.Errorf("panic: %v", value))
			}
		}()
		next.ServeHTTP(w, r)
	})
}
