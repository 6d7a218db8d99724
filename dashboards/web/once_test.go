package web

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"hulian/dashboards/page/pagetest"
	"hulian/data"
	"hulian/pipelines"
)

// counting is a town that counts what it is asked.
type counting struct {
	*pagetest.Town
	queries atomic.Int64
}

func (c *counting) Query(ctx context.Context, sql string, args ...any) (pipelines.Table, error) {
	c.queries.Add(1)
	return c.Town.Query(ctx, sql, args...)
}

func (c *counting) Scan(ctx context.Context, do func(pipelines.Piece) error, sql string, args ...any) error {
	c.queries.Add(1)
	return c.Town.Scan(ctx, do, sql, args...)
}

func (c *counting) Pin(context.Context) (Pinned, error) {
	return Pinned{Data: c, Generation: 1, Hash: "0123456789abcdef", Release: func() {}}, nil
}

// A page that many ask for at the same moment is made once. Its blocks read side by side, and a block that comes second reads only
// what the first did not: a page costs a question more or less, whoever asks for it.
func TestAColdPageIsMadeOnce(t *testing.T) {
	asked := func(visitors int) int64 {
		town := &counting{Town: pagetest.New(t)}
		handler, err := New(Config{Snapshots: town, Door: newDoor(t), Programme: data.DefaultProgramme()})
		if err != nil {
			t.Fatal(err)
		}
		server, analyst := browse(t, handler)
		var all sync.WaitGroup
		for range visitors {
			all.Go(func() {
				if answer, body := get(t, analyst, server.URL+"/issues"); answer.StatusCode != http.StatusOK {
					t.Errorf("%s\n%.200s", answer.Status, body)
				}
			})
		}
		all.Wait()
		return town.queries.Load()
	}
	if one, many := asked(1), asked(20); one == 0 || many >= 2*one {
		t.Errorf("one visitor: %d queries, twenty: %d: made more than once", one, many)
	}
}
