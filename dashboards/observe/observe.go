package observe

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Config is what an observer is told and asks.
type Config struct {
	Logger  *slog.Logger // nil: slog.Default
	Version string       // of the program
	// Trusted reports whether the header X-Request-Id of a request was written by a proxy of ours. nil: never.
	Trusted func(*http.Request) bool
	// State is asked whenever the numbers are read. nil: there are none but those of requests and of the process.
	State func(context.Context) State
	// Token gives the secret by which the numbers are read from other machines. nil: there is none.
	Token func() (string, error)
}

// State is what a server serves and has in line.
type State struct {
	Generation int       // that is served; 0: none
	LastRun    string    // state of the newest run: done, failed, held and so on; empty: there was none
	LastEnd    time.Time // when it ended; zero: it is at work, or there was none
	Uploads    int       // batches that wait or are worked off
	Kept       int       // of them, those that failed and are tried again
	Proposed   int       // batches that wait for a second person
}

// Observer watches requests.
type Observer struct {
	Config
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	atWork   prometheus.Gauge
	numbers  http.Handler
}

// bounds are the buckets of durations, in seconds: a kept page takes less than a millisecond, the slowest half a minute.
var bounds = []float64{.001, .005, .025, .1, .25, .5, 1, 2, 5, 10, 30}

// New makes an observer.
func New(c Config) *Observer {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	o := &Observer{Config: c, registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hulian_http_requests_total", Help: "Requests answered, by route and status."}, []string{"route", "status"}),
		seconds:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "hulian_http_request_duration_seconds", Help: "Time to answer a request, by route.", Buckets: bounds}, []string{"route"}),
		atWork:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "hulian_http_requests_in_progress", Help: "Requests that are being answered."})}
	o.registry.MustRegister(o.requests, o.seconds, o.atWork, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "hulian_info", Help: "1, with the version of the program.", ConstLabels: prometheus.Labels{"version": c.Version}}, func() float64 { return 1 }))
	if c.State != nil {
		o.registry.MustRegister(&standing{ask: c.State})
	}
	o.numbers = promhttp.HandlerFor(o.registry, promhttp.HandlerOpts{})
	return o
}

// Labels of requests that found no route or got no answer.
const (
	unrouted = "(refused before a route)"
	gone     = "(gone)" // the visitor left before the answer began
)

// fromProxy is what a request's number may look like that a proxy gives.
var fromProxy = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// quiet are routes that leave no line in the log unless the log shows details: browsers ask for many of them at once, and monitors every few
// seconds.
var quiet = []string{"GET /assets/", "GET /healthz", "GET /metrics"}

// Wrap counts and logs what a handler answers, and gives every request a number.
func (o *Observer) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		n := &note{id: o.idOf(r)}
		if o.fromTrusted(r) {
			w.Header().Set("X-Request-Id", n.id)
		}
		r = r.WithContext(context.WithValue(r.Context(), contextKey{}, n))
		watched := &watching{ResponseWriter: w}
		o.atWork.Inc()
		defer func() {
			o.atWork.Dec()
			o.done(r, n, watched, time.Since(began))
		}()
		next.ServeHTTP(watched, r)
	})
}

func (o *Observer) fromTrusted(r *http.Request) bool { return o.Trusted != nil && o.Trusted(r) }

// idOf is the number a proxy of ours has given a request, or a new one.
func (o *Observer) idOf(r *http.Request) string {
	if given := r.Header.Get("X-Request-Id"); o.fromTrusted(r) && fromProxy.MatchString(given) {
		return given
	}
	return rand.Text()[:16]
}

// done counts and logs one request.
func (o *Observer) done(r *http.Request, n *note, w *watching, took time.Duration) {
	route, account := n.read()
	if route == "" {
		route = unrouted
	}
	status := strconv.Itoa(w.status)
	switch {
	case w.status == 0 && r.Context().Err() != nil:
		status = gone
	case w.status == 0:
		status = "200" // a handler that writes nothing answers so
	}
	o.requests.WithLabelValues(route, status).Inc()
	o.seconds.WithLabelValues(route).Observe(took.Seconds())
	level := slog.LevelInfo
	for _, prefix := range quiet {
		if strings.HasPrefix(route, prefix) {
			level = slog.LevelDebug
		}
	}
	if w.status >= http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	if !o.Logger.Enabled(r.Context(), level) {
		return
	}
	all := []slog.Attr{slog.String("request", n.id), slog.String("route", route), slog.String("status", status), slog.Duration("took", took.Round(time.Microsecond))}
	if account != 0 {
		all = append(all, slog.Int64("account", account))
	}
	o.Logger.LogAttrs(r.Context(), level, "request", all...)
}

// watching keeps the status of an answer.
type watching struct {
	http.ResponseWriter
	status int
}

func (w *watching) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK { // those below announce an answer that is still to come
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watching) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watching) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack is there for what asks for it without a controller.
func (w *watching) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if h, ok := w.ResponseWriter.(http.Hijacker); ok {
		return h.Hijack()
	}
	return nil, nil, errors.ErrUnsupported
}
