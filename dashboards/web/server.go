package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"hulian/dashboards/api"
	"hulian/dashboards/desk"
	"hulian/dashboards/facts"
	"hulian/dashboards/gallery"
	"hulian/dashboards/observe"
	"hulian/dashboards/question"
	"hulian/dashboards/report/docx"
	"hulian/dashboards/signin"
	"hulian/dashboards/townmap"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
)

// Pinned is one generation of the snapshot, held for one request.
type Pinned struct {
	Data       pipelines.Querier
	Generation int
	Hash       string // of the content; empty where the caller knows none
	Release    func()

	hold func() func() // counts one more who holds it, until what it returns is called
}

// Snapshots hands out the current generation. Pin returns pipelines.ErrNotPublished before there is one.
type Snapshots interface {
	Pin(context.Context) (Pinned, error)
}

// Config is what a server needs.
type Config struct {
	Snapshots Snapshots
	Door      *signin.Door                          // says who a visitor is; nobody comes in without it
	Runs      func() ([]pipelines.Run, error)       // the history, newest first; nil: none is shown
	Schedule  func() ([]pipelines.Scheduled, error) // the named pipelines; nil: none is shown
	Underway  func() pipelines.StageNow             // how far the run of this process is; nil: it makes none
	Notices   func() ([]pipelines.Notice, error)    // newest first; nil: none is shown
	// Command runs, pauses or resumes a pipeline for the organisation office and returns as soon as that has begun: an
	// error that wraps pipelines.ErrUnknown or pipelines.ErrBusy where it cannot. nil: nobody may.
	Command  func(ctx context.Context, pipeline, action string) error
	Desk     *desk.Desk // takes files; nil: none are taken
	Closings Closings   // the closed months; nil: none are kept
	Papers   Papers     // the versions of papers; nil: none are kept
	// Waive closes problems for the organisation office, by their numbers, and publishes that; it says how many were
	// open. It may wait for a run at work, until ctx ends. nil: nobody may.
	Waive func(ctx context.Context, problems []int64, by, reason string) (int64, error)
	// Aside sets a file or a row aside for the organisation office, or takes it back, and publishes that. refused: there is
	// no such file or row, or it is so already. nil: nobody may.
	Aside func(ctx context.Context, a pipelines.Aside) (refused bool, err error)
	// Nothing keeps that a village had nothing to report, or takes it back, and publishes that. nil: nobody can say so here.
	Nothing func(ctx context.Context, n pipelines.Nothing) error
	// Tick keeps that things to do are done, or takes that back, and publishes that. nil: nobody can say so here.
	Tick func(ctx context.Context, t pipelines.Tick) error
	// Enter keeps what somebody has filled in on a page, and publishes that. nil: nothing is kept here.
	Enter func(ctx context.Context, e pipelines.Entered) error
	// Standards keeps what the town decides about its programme. nil: it is not shown, and nobody may change it here.
	Standards Standards
	// Wording keeps the sentences of the papers. nil: the usual ones stand, and nobody may change them here.
	Wording Wording
	// Mails says that the town has mail by which a person is told of his alerts.
	Mails bool
	// Map keeps the town's own map. nil: none can be handed in, and villages are drawn as squares.
	Map *townmap.Folder
	// Letterhead reads the town's own form of Word, nil where it has none. nil: papers have the form of the standard.
	Letterhead func() (*docx.Template, error)

	// Imprint is what stands at the end of papers that are sent to others.
	Imprint view.Imprint
	// Ask answers a question in SQL from the tables as a visitor may read them. nil: nobody may ask.
	Ask       func(ctx context.Context, v visitor.Visitor, f facts.Facts, sql string) (api.Table, error)
	Programme data.Programme
	Logger    *slog.Logger // nil: slog.Default
	Version   string       // of the program
	// UploadLimit is how many bytes a role may hand in at once; 0: what the desk takes. nil: so for every role.
	UploadLimit func(visitor.Role) int64
	// Questions is how many questions in SQL one account may ask in a minute; 0: 60.
	Questions int64
	// MetricsToken gives the secret by which /metrics is read from other machines. nil: it is read on this machine alone.
	MetricsToken func() (string, error)
	Zone         *time.Location // of the town: what moments are told in; nil: the machine's

	Language string // of pages for whoever has chosen none: zh, en; empty: what the browser prefers

	Components bool // serves the page that shows every component of the pages, for those who build them
}

// requestLimit is how long a page may take; the slowest page of the sample town takes well under a second.
const requestLimit = 30 * time.Second

type server struct {
	Config
	pages     map[string]question.Page // by path
	kept      *kept
	api       *api.API
	corrected corrected
	names     sync.Map          // pseudonyms, by town
	marking   chan struct{}     // holds one token while a marked copy is made
	failures  map[string][]byte // the page shown when even a failure cannot be rendered, by language
	watch     *observe.Observer
	costs     costs
	turning   turning
}

// New returns the handler of the whole site. It answers from the newest generation; Follow lets it turn to one after its pages are ready.
func New(c Config) (*Site, error) {
	if c.Snapshots == nil || c.Door == nil {
		return nil, errors.New("web: snapshots to serve and a door are needed")
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	s := &server{Config: c, pages: map[string]question.Page{}, kept: newKept(c.Logger), marking: make(chan struct{}, 1), costs: newCosts(c.Questions)}
	s.turning.look, s.turning.turned = make(chan struct{}, 1), make(chan struct{})
	var err error
	if s.failures, err = preparedFailures(); err != nil {
		return nil, err
	}
	s.api = s.newAPI()
	s.watch = observe.New(observe.Config{Logger: c.Logger, Version: c.Version, Trusted: c.Door.FromProxy, State: s.state, Token: c.MetricsToken})
	mux := http.NewServeMux()
	for _, p := range question.Pages() {
		if _, twice := s.pages[p.Path]; twice {
			return nil, fmt.Errorf("web: two pages at %s", p.Path)
		}
		s.pages[p.Path] = p
	}
	for pattern, handler := range s.routes() {
		mux.Handle(pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			route := pattern
			if pattern == apiRoutes {
				route = cmp.Or(s.api.Pattern(r), pattern)
			}
			observe.Route(r.Context(), route)
			if err := s.sparing(route, r); err != nil {
				s.fail(w, r, err)
				return
			}
			handler.ServeHTTP(w, r)
		}))
	}
	return &Site{s.watch.Wrap(s.recovered(s.speaking(s.Door.Wrap(mux)))), s}, nil
}

// apiRoutes are all addresses of the API, which has routes of its own below it.
const apiRoutes = "/api/"

// routes are all addresses of the site but those of the door.
func (s *server) routes() map[string]http.Handler {
	all := map[string]http.Handler{
		"GET /assets/{hash}/{name}":      s.handle(s.asset),
		"GET /healthz":                   s.handle(s.health),
		apiRoutes:                        compressed(s.api),
		"GET /metrics":                   s.handle(s.metrics),
		"POST /upload":                   s.unlimited(s.upload),
		"GET /uploads/{batch}/{file}":    s.unlimited(s.proposed),
		"POST /uploads/{batch}/{action}": s.handle(s.decideUpload),
		"POST /papers/{kind}":            s.handle(s.makePaper),
		"GET /papers/{batch}":            s.handle(s.accepted),
		"GET /papers/{batch}/{file}":     s.handle(s.keptPaper),
		"POST /waive":                    s.unlimited(s.waive),
		"POST /aside":                    s.unlimited(s.aside),
		"POST /nothing":                  s.unlimited(s.nothing),
		"POST /todo":                     s.unlimited(s.tick),
		"POST /entries/{export}":         s.unlimited(s.enterRow),
		"POST /held":                     s.handle(s.acceptHeld),
		"GET /relink/register":           s.handle(s.register),
		"POST /relink":                   s.unlimited(s.relink),
		"POST /mapping":                  s.handle(s.confirmMapping),
		"POST /accounts/{action}":        s.handle(s.keepAccount),
		"POST /alerts/{action}":          s.handle(s.keepAlert),
		"GET /marked/{file}":             s.unlimited(s.marked),
		"GET /template":                  s.handle(s.template),
		"POST /runs/{pipeline}/{action}": s.handle(s.command),
		"POST /closing/{action}":         s.handle(s.close),
		"POST /map/{action}":             s.handle(s.keepMap),
		"POST /standards":                s.handle(s.changeStandard),
		"POST /sentences/{action}":       s.handle(s.changeSentence),
		"POST /standards/{action}":       s.handle(s.decideStandard),
		"/":                              s.handle(func(http.ResponseWriter, *http.Request) error { return errNotFound }),
	}
	if s.Components {
		all["GET "+gallery.Path] = s.handle(s.components)
	}
	for _, p := range question.Pages() {
		pattern := p.Path
		if pattern == "/" {
			pattern = "/{$}"
		}
		all["GET "+pattern] = s.handle(func(w http.ResponseWriter, r *http.Request) error { return s.page(w, r, p) })
	}
	return all
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
			s.turn(nil)
			err = do(w, r) // from an older generation, to which the reader has turned
		}
		if err != nil {
			s.fail(w, r, err)
		}
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
				s.log(r.Context()).Error("panic", "route", observe.RouteOf(r.Context()), "stack", string(debug.Stack()))
				s.fail(w, r, fmt.Errorf("panic: %v", value))
			}
		}()
		next.ServeHTTP(w, r)
	})
}
