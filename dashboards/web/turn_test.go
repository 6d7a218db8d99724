package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hulian/dashboards/page/pagetest"
	"hulian/data"
	"hulian/pipelines"
)

// gated is a town whose next generation answers only once it is let.
type gated struct {
	*pagetest.Town
	generation atomic.Int64
	held       atomic.Int64 // generations that somebody holds
	queries    atomic.Int64
	gate       chan struct{}
}

type gatedGeneration struct {
	*gated
	number int64
}

func (g gatedGeneration) Query(ctx context.Context, sql string, args ...any) (pipelines.Table, error) {
	if err := g.passed(ctx); err != nil {
		return pipelines.Table{}, err
	}
	return g.Town.Query(ctx, sql, args...)
}

func (g gatedGeneration) Scan(ctx context.Context, do func(pipelines.Piece) error, sql string, args ...any) error {
	if err := g.passed(ctx); err != nil {
		return err
	}
	return g.Town.Scan(ctx, do, sql, args...)
}

// passed waits at the gate of every generation after the first.
func (g gatedGeneration) passed(ctx context.Context) error {
	g.queries.Add(1)
	if g.number > 1 {
		select {
		case <-g.gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (g *gated) Pin(context.Context) (Pinned, error) {
	g.held.Add(1)
	n := g.generation.Load()
	return Pinned{Data: gatedGeneration{g, n}, Generation: int(n), Hash: "0123456789abcdef", Release: func() { g.held.Add(-1) }}, nil
}

func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("%s does not come", what)
}

// TestAGenerationIsServedOnceItsPagesAreReady: until then visitors get the one before, at once; whoever looks at what has just been
// run waits for the new one; afterwards the main pages ask the engine nothing.
func TestAGenerationIsServedOnceItsPagesAreReady(t *testing.T) {
	g := &gated{Town: pagetest.New(t), gate: make(chan struct{})}
	g.generation.Store(1)
	var logged record
	site, err := New(Config{Snapshots: g, Door: newDoor(t), Programme: data.DefaultProgramme(), Logger: slog.New(slog.NewTextHandler(&logged, nil))})
	if err != nil {
		t.Fatal(err)
	}
	server, client := browse(t, site)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); site.Follow(ctx) }()
	until(t, "the first generation", func() bool { return strings.Contains(logged.String(), "generation=1 ") })
	g.generation.Store(2)
	until(t, "the second generation's first query", func() bool { return g.held.Load() > 1 })
	if answer, _ := get(t, client, server.URL+"/visits"); answer.StatusCode != http.StatusOK {
		t.Errorf("while the next generation is made ready: %s", answer.Status)
	}
	live := make(chan int, 1)
	go func() {
		answer, _ := get(t, client, server.URL+"/data")
		live <- answer.StatusCode
	}()
	select {
	case <-live:
		t.Error("the page of the data shows an older generation than was published")
	case <-time.After(300 * time.Millisecond):
	}
	close(g.gate)
	if got := <-live; got != http.StatusOK {
		t.Errorf("the page of the data: %d", got)
	}
	until(t, "the second generation", func() bool { return strings.Contains(logged.String(), "generation=2 ") })
	before := g.queries.Load()
	for _, path := range []string{"/", "/visits", "/issues", "/organisation", "/measures"} {
		if answer, _ := get(t, client, server.URL+path); answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, answer.Status)
		}
	}
	if asked := g.queries.Load() - before; asked != 0 {
		t.Errorf("pages that were made ready ask %d queries", asked)
	}
	stop()
	<-ended
	until(t, "the end of everything held", func() bool { return g.held.Load() == 0 })
}

// TestWorkOutlivesWhoeverAskedForIt: a visitor or a program that leaves costs nobody the answer, the generation is held as long as
// the work goes on, and a visitor who leaves is no error of the program.
func TestWorkOutlivesWhoeverAskedForIt(t *testing.T) {
	for _, path := range []string{"/visits", "/api/v1/units"} {
		t.Run(path, func(t *testing.T) { leaveEarly(t, path) })
	}
}

func leaveEarly(t *testing.T, path string) {
	t.Helper()
	g := &gated{Town: pagetest.New(t), gate: make(chan struct{})}
	g.generation.Store(2)
	var logged record
	site, err := New(Config{Snapshots: g, Door: newDoor(t), Programme: data.DefaultProgramme(), Logger: slog.New(slog.NewTextHandler(&logged, nil))})
	if err != nil {
		t.Fatal(err)
	}
	server, client := browse(t, site)
	impatient, leave := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		request, err := http.NewRequestWithContext(impatient, http.MethodGet, server.URL+path, nil)
		if err == nil {
			var response *http.Response
			if response, err = client.Do(request); err == nil {
				response.Body.Close()
			}
		}
		gone <- err
	}()
	until(t, "the first query", func() bool { return g.queries.Load() > 0 })
	leave()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	until(t, "the end of the request", func() bool { return strings.Contains(logged.String(), `route="GET `+path+`"`) })
	if g.held.Load() == 0 {
		t.Error("the generation is let go while something is made of it")
	}
	asked := make(chan int, 1)
	go func() {
		answer, _ := get(t, client, server.URL+path)
		asked <- answer.StatusCode
	}()
	close(g.gate)
	if got := <-asked; got != http.StatusOK {
		t.Errorf("whoever asked next: %d", got)
	}
	until(t, "the end of everything held", func() bool { return g.held.Load() == 0 })
	if text := logged.String(); path == "/visits" && (strings.Contains(text, "level=ERROR") || strings.Contains(text, "level=WARN") || !strings.Contains(text, "status=(gone)")) {
		t.Errorf("the log:\n%s", text)
	}
}

// TestAPageThatTakesTooLongSaysSo: in the visitor's language, and in the log, though the work does not end when it is asked to.
func TestAPageThatTakesTooLongSaysSo(t *testing.T) {
	s := &server{Config: Config{Logger: slog.New(slog.DiscardHandler)}}
	k := newKept(s.Logger)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	stuck := make(chan struct{})
	defer close(stuck)
	_, err := k.once(ctx, Pinned{}, "x", func(context.Context) (any, error) { <-stuck; return nil, nil })
	if status(err) != http.StatusGatewayTimeout {
		t.Errorf("%v", err)
	}
	if _, err := k.once(t.Context(), Pinned{}, "y", func(context.Context) (any, error) { panic("at the disco") }); status(err) != http.StatusInternalServerError {
		t.Errorf("a panic: %v", err)
	}
}
