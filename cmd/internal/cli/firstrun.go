package cli

import (
	"context"
	"errors"
	"net/http"

	"hulian/cmd/internal/config"
	"hulian/dashboards/web"
	"hulian/pipelines"
	"hulian/pipelines/runner"
)

// shownFirstRun makes the first run while the address of the pages shows how far it is. Where the address cannot be had, the run goes
// on without, and the server itself says why.
func (p *program) shownFirstRun(ctx context.Context, c config.Config) error {
	hide := p.showFirst(ctx, c)
	defer hide()
	return p.firstRun(ctx, c)
}

// showFirst serves the progress of the first run until what it returns is called, which lets go of the address.
func (p *program) showFirst(ctx context.Context, c config.Config) (hide func()) {
	location, err := c.Location()
	if err != nil {
		return func() {}
	}
	listener, address, err := listenAt(ctx, c, false)
	if err != nil {
		return func() {}
	}
	server := web.Server(web.First(func() ([]pipelines.Run, error) { return runner.History(c.Dir) }, p.underway.Now, location))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			p.say("the progress of the first run is not shown: %v\n", err)
		}
	}()
	p.say("the first run is at work; how far it is: %s\n", address)
	return func() {
		if err := server.Close(); err != nil {
			p.say("the progress of the first run: %v\n", err)
		}
		<-ended
	}
}
