package observe

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// standing turns a server's state into numbers.
type standing struct {
	ask func(context.Context) State
}

var (
	generationIs = prometheus.NewDesc("hulian_generation", "Number of the generation that is served; 0: none.", nil, nil)
	lastRunIs    = prometheus.NewDesc("hulian_last_run", "1 for the state of the newest run.", []string{"state"}, nil)
	lastEndIs    = prometheus.NewDesc("hulian_last_run_age_seconds", "Time since the newest run ended; missing while it is at work.", nil, nil)
	uploadsAre   = prometheus.NewDesc("hulian_uploads", "Batches of uploaded files: waiting for their turn, kept after a failure, or proposed, which wait for a second person.", []string{"state"}, nil)
)

// Describe implements prometheus.Collector.
func (s *standing) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{generationIs, lastRunIs, lastEndIs, uploadsAre} {
		to <- d
	}
}

// askingLimit is how long the state may take.
const askingLimit = 5 * time.Second

// Collect implements prometheus.Collector.
func (s *standing) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), askingLimit)
	defer cancel()
	now := s.ask(ctx)
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	gauge(generationIs, float64(now.Generation))
	if now.LastRun != "" {
		gauge(lastRunIs, 1, now.LastRun)
	}
	if !now.LastEnd.IsZero() {
		gauge(lastEndIs, time.Since(now.LastEnd).Seconds())
	}
	gauge(uploadsAre, float64(now.Uploads-now.Kept), "waiting")
	gauge(uploadsAre, float64(now.Kept), "kept")
	gauge(uploadsAre, float64(now.Proposed), "proposed")
}

// ServeHTTP answers with the numbers, in the format of Prometheus. Whoever may not read them is to be refused before.
func (o *Observer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	o.numbers.ServeHTTP(w, r)
}

// Knows reports whether a request brings the secret that lets a program read the numbers, as "Authorization: Bearer …".
func (o *Observer) Knows(r *http.Request) bool {
	sent, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || o.Token == nil {
		return false
	}
	want, err := o.Token()
	if err != nil {
		o.Logger.Error("the token of /metrics cannot be read", "error", err)
		return false
	}
	return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(sent)) == 1
}
