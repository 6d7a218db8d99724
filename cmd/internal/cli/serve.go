package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"hulian/cmd/internal/config"
	"hulian/dashboards/desk"
	"hulian/dashboards/web"
	"hulian/pipelines"
	"hulian/pipelines/notify"
	"hulian/pipelines/publish"
	"hulian/pipelines/runner"
	"hulian/pipelines/schedule"
)

// grace is how long a stopping server lets answers in progress end; the slowest page takes a few seconds.
const grace = 10 * time.Second

func newServeCommand(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the dashboards, and run the pipeline on schedule",
		Long: document(`Serves the dashboards of the published snapshot and prints their address. The pipeline runs by the cron line of
schedule; a new snapshot is served from the moment it is published, and a request never mixes two. Where nothing has
been published yet, a run is made first. The first interrupt ends the server in order.`, endsARun),
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			return p.serve(cmd.Context(), c, nil)
		},
	}
	config.AddFlags(cmd.Flags(), config.Keys()...)
	return cmd
}

// serve runs the server and the schedule until ctx ends. Where greet is given, it is told the address, and a free port
// is taken where the configured one is taken already.
func (p *program) serve(ctx context.Context, c config.Config, greet func(address string)) (err error) {
	log := logger(p.Err)
	clock, err := p.schedule(c, log)
	if err != nil {
		return err
	}
	programme, err := p.programme(c)
	if err != nil {
		return err
	}
	location, err := c.Location()
	if err != nil {
		return usage(err)
	}
	if _, err := publish.Current(c.Dir); errors.Is(err, pipelines.ErrNotPublished) {
		if err := p.firstRun(ctx, c); err != nil {
			return err
		}
	}
	reader, err := p.servingReader(ctx, c, log)
	if errors.Is(err, pipelines.ErrDamaged) { // no generation is whole: a run publishes one
		if err := p.firstRun(ctx, c); err != nil {
			return err
		}
		reader, err = p.servingReader(ctx, c, log)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	desk, err := p.desk(c, reader, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, desk.Close()) }()
	p.uploads.Store(desk)
	waive, aside, nothing, err := p.deciders(c, log)
	if err != nil {
		return err
	}
	book, err := p.book(c)
	if err != nil {
		return err
	}
	outbox := notify.Open(c.Dir, c.Notifications, log)
	version, _ := build()
	handler, err := web.New(web.Config{
		Closings:  closings{c.Dir, book},
		Snapshots: served{reader}, Runs: func() ([]pipelines.Run, error) { return runner.History(c.Dir) }, Programme: programme,
		Schedule: func() ([]pipelines.Scheduled, error) { return clock.Standing(time.Now()) },
		Notices:  outbox.Notices,
		Command:  func(_ context.Context, name, action string) error { return operate(clock, c.Dir, name, action) },
		Desk:     desk,
		Waive:    waive,
		Aside:    aside,
		Nothing:  nothing,
		Logger:   log, OfficeKey: c.OfficeKey, Version: version, Zone: location,
	})
	if err != nil {
		return err
	}
	listener, err := listen(ctx, c.Listen, greet != nil)
	if err != nil {
		return err
	}
	withdraw, err := clock.Announce(ctx, time.Now())
	if err != nil {
		log.Warn("other commands do not show the lines this server goes by", "error", err)
	} else {
		defer withdraw()
	}
	fmt.Fprintf(p.Out, "http://%s/\n", listener.Addr())
	if greet != nil {
		greet(fmt.Sprintf("http://%s/", listener.Addr()))
	}
	return p.work(ctx, listener, web.Server(handler), clock, desk, outbox, log)
}

// work serves until ctx ends, then lets answers and a running job end.
func (p *program) work(ctx context.Context, listener net.Listener, server *http.Server, clock *schedule.Schedule, uploads *desk.Desk, outbox *notify.Outbox, log *slog.Logger) error {
	server.BaseContext = func(net.Listener) context.Context { return context.WithoutCancel(ctx) }
	group, ending := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return &pipelines.Fault{Op: "serve", At: listener.Addr().String(), Err: err, Next: "start it again; if it fails again, --listen with another address"}
		}
		return nil
	})
	group.Go(func() error { clock.Run(ending); return nil })
	group.Go(func() error { outbox.Run(ending); return nil })
	group.Go(func() error { uploads.Run(ending); return nil })
	group.Go(func() error {
		<-ending.Done()
		log.Info("stopping")
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		if err := server.Shutdown(limited); err != nil {
			return errors.Join(err, server.Close())
		}
		return nil
	})
	return group.Wait()
}

// firstRun makes the run without which there is nothing to serve. A held file holds up nothing else.
func (p *program) firstRun(ctx context.Context, c config.Config) error {
	p.runs = true
	drawn, finish := p.progress()
	defer finish()
	r, err := p.runner(c, "", runOptions{drawn: drawn})
	if err != nil {
		return err
	}
	run, err := r.Run(ctx, "serve")
	finish()
	if run.ID != "" {
		fmt.Fprintln(p.Err, summary(run))
		p.awaits(run)
		p.beyond(run.CutOff, c.CutOff != "", run.After)
	}
	if errors.Is(err, pipelines.ErrHeld) && run.Generation > 0 {
		message, next := explain(err)
		fmt.Fprintf(p.Err, "%s\nTry: %s\n", message, next)
		return nil
	}
	return err
}

func listen(ctx context.Context, address string, anyPort bool) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil && anyPort {
		host, _, splitErr := net.SplitHostPort(address)
		if splitErr != nil {
			return nil, splitErr
		}
		listener, err = config.Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	}
	if err != nil {
		return nil, &pipelines.Fault{Op: "listen", At: address, Err: err, Next: "--listen with another port"}
	}
	return listener, nil
}
