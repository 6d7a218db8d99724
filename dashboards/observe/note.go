package observe

import (
	"context"
	"log/slog"
	"sync"
)

// note is what becomes known of a request while it is answered. Several goroutines may answer one request.
type note struct {
	id string

	mu      sync.Mutex
	route   string
	account int64
}

type contextKey struct{}

func noteOf(ctx context.Context) *note {
	n, _ := ctx.Value(contextKey{}).(*note)
	return n
}

// ID is the number of a request, as it stands in the log and in the header X-Request-Id; empty outside of a request.
func ID(ctx context.Context) string {
	if n := noteOf(ctx); n != nil {
		return n.id
	}
	return ""
}

// Logger is the log for what is done for a request: its lines bear the number of the request. Who asks stands, by number, in the
// line of the request itself.
func Logger(ctx context.Context, log *slog.Logger) *slog.Logger {
	if id := ID(ctx); id != "" {
		return log.With("request", id)
	}
	return log
}

// Route notes the pattern by which a request found its handler.
func Route(ctx context.Context, pattern string) {
	if n := noteOf(ctx); n != nil && pattern != "" {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.route = pattern
	}
}

// RouteOf is the pattern that was noted; empty before a request has found its handler, and outside of one.
func RouteOf(ctx context.Context) string {
	n := noteOf(ctx)
	if n == nil {
		return ""
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.route
}

// Account notes the number of the account that makes a request.
func Account(ctx context.Context, id int64) {
	if n := noteOf(ctx); n != nil {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.account = id
	}
}

func (n *note) read() (route string, account int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.route, n.account
}
