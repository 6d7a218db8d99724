package cli

import (
	"context"
	"crypto/tls"
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
	"hulian/dashboards/report/docx"
	"hulian/dashboards/signin"
	"hulian/dashboards/townmap"
	"hulian/dashboards/view"
	"hulian/dashboards/web"
	"hulian/pipelines"
	"hulian/pipelines/notify"
	"hulian/pipelines/papers"
	"hulian/pipelines/publish"
	"hulian/pipelines/runner"
	"hulian/pipelines/schedule"
	"hulian/pipelines/wording"
)

// grace is how long a stopping server lets answers in progress end; the slowest page takes a few seconds.
const grace = 10 * time.Second

func newServeCommand(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the dashboards, and run the pipeline on schedule",
		Long: document(`Serves the dashboards of the published snapshot and prints their address. The pipeline runs by the cron line of
schedule; a new snapshot is served from the moment it is published, and a request never mixes two. Where nothing has
been published yet, a run is made first. The first interrupt ends the server in order.

Nobody sees anything without signing in. Where nobody administers hulian yet, a link to set it up is written to standard
error, for a browser on this machine; "hulian user" keeps the accounts.`, endsARun),
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
	p.offerComponents(cmd)
	return cmd
}

// offerComponents gives a command that serves pages the flag for those who build them; nobody else needs to read of it.
func (p *program) offerComponents(cmd *cobra.Command) {
	const name = "components"
	cmd.Flags().BoolVar(&p.components, name, false, "serve the page /components, which shows every component of the pages in every state")
	cmd.Flags().Lookup(name).Hidden = true
}

// serve runs the server and the schedule until ctx ends. Where greet is given, it is told the address and who keeps the accounts, and a free port
// is taken where the configured one is taken already.
func (p *program) serve(ctx context.Context, c config.Config, greet func(address string, door *signin.Door, snapshots web.Snapshots) error) (err error) {
	log := p.logger()
	clock, err := p.schedule(c, log)
	if err != nil {
		return err
	}
	reader, err := p.openPublished(ctx, c, log)
	if err != nil {
		return err
	}
	p.shown.Store(reader)
	defer func() {
		p.shown.Store(nil)
		err = errors.Join(err, reader.Close())
	}()
	desk, err := p.desk(c, reader, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, desk.Close()) }()
	p.uploads.Store(desk)
	door, database, err := p.door(ctx, c, reader, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, database.Close()) }()
	asked, err := p.newQuestions(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, asked.masked.Close()) }()
	outbox := notify.Open(c.Dir, c.Notifications, log)
	site, err := p.site(c, parts{door, reader, desk, clock, outbox, asked, log})
	if err != nil {
		return err
	}
	listener, address, err := listenAt(ctx, c, greet != nil)
	if err != nil {
		return err
	}
	withdraw, err := clock.Announce(ctx, time.Now())
	if err != nil {
		log.Warn("other commands do not show the lines this server goes by", "error", err)
	} else {
		defer withdraw()
	}
	if greet != nil {
		err = greet(address, door, served{reader})
	} else {
		err = p.offerSetUp(ctx, door, address)
	}
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	fmt.Fprintln(p.Out, address)
	return p.work(ctx, listener, site, clock, desk, outbox, log)
}

// openPublished opens what is published. Where nothing is, or nothing whole, a run publishes it first.
func (p *program) openPublished(ctx context.Context, c config.Config, log *slog.Logger) (*publish.Reader, error) {
	if _, err := publish.Current(c.Dir); errors.Is(err, pipelines.ErrNotPublished) {
		if err := p.shownFirstRun(ctx, c); err != nil {
			return nil, err
		}
	}
	reader, err := p.servingReader(ctx, c, log)
	if !errors.Is(err, pipelines.ErrDamaged) {
		return reader, err
	}
	if err := p.shownFirstRun(ctx, c); err != nil {
		return nil, err
	}
	return p.servingReader(ctx, c, log)
}

// parts are what the site is made of.
type parts struct {
	door   *signin.Door
	reader *publish.Reader
	desk   *desk.Desk
	clock  *schedule.Schedule
	outbox *notify.Outbox
	asked  *questions
	log    *slog.Logger
}

// site makes the handler of all pages and of the API.
func (p *program) site(c config.Config, of parts) (*web.Site, error) {
	programme, err := p.programme(c)
	if err != nil {
		return nil, err
	}
	location, err := c.Location()
	if err != nil {
		return nil, usage(err)
	}
	waive, aside, nothing, err := p.deciders(c, of.log)
	if err != nil {
		return nil, err
	}
	ticker, err := p.runner(c, "", runOptions{log: of.log})
	if err != nil {
		return nil, err
	}
	book, err := p.book(c)
	if err != nil {
		return nil, err
	}
	standing := p.standards(c)
	if err := standing.Observe(context.Background()); err != nil { // the pages show what is decided all the same
		of.log.Warn("it cannot be told later what somebody edits by hand in the town's decisions", "error", err)
	}
	version, _ := build()
	return web.New(web.Config{
		Door: of.door, Closings: closings{c.Dir, book}, Papers: &papers.Book{Dir: c.Dir},
		Snapshots: served{of.reader}, Runs: func() ([]pipelines.Run, error) { return runner.History(c.Dir) }, Programme: programme,
		Schedule: func() ([]pipelines.Scheduled, error) { return of.clock.Standing(time.Now()) },
		Notices:  of.outbox.Notices,
		Underway: p.underway.Now,
		Command:  func(_ context.Context, name, action string) error { return operate(of.clock, c.Dir, name, action) },
		Desk:     of.desk,
		Waive:    waive,
		Aside:    aside,
		Nothing:  nothing,
		Tick: func(ctx context.Context, t pipelines.Tick) error {
			_, err := ticker.Tick(ctx, t)
			return err
		},
		Enter: func(ctx context.Context, e pipelines.Entered) error {
			_, err := ticker.Keep(ctx, e)
			return err
		},
		Standards:  standing,
		Wording:    &wording.Book{Dir: c.Dir},
		Letterhead: func() (*docx.Template, error) { return townTemplate(c.Dir, "") },
		Imprint:    view.Imprint{CopyTo: c.Imprint.CopyTo, Office: c.Imprint.Office},
		Map:        townmap.In(c.Dir), Mails: notify.Mails(c.Notifications),
		Ask:    of.asked.ask,
		Logger: of.log, Version: version, Zone: location, Language: spoken(c), Components: p.components,
		UploadLimit: c.Server.UploadLimit, Questions: c.Server.Questions,
		MetricsToken: func() (string, error) {
			token, err := c.Server.MetricsToken.Read()
			return token.Reveal(), err
		},
	})
}

// spoken is what the town says pages are written in; empty: it says nothing.
func spoken(c config.Config) string {
	if c.LangSaid {
		return c.Lang
	}
	return ""
}

// listenAt takes the configured address, and gives it as people type it; with free a free port where that one is taken already.
func listenAt(ctx context.Context, c config.Config, free bool) (net.Listener, string, error) {
	secured, err := c.TLS()
	if err != nil {
		return nil, "", err
	}
	listener, err := listen(ctx, c.Listen, free)
	if err != nil {
		return nil, "", err
	}
	if secured != nil {
		return tls.NewListener(listener, secured), "https://" + listener.Addr().String() + "/", nil
	}
	return listener, "http://" + listener.Addr().String() + "/", nil
}

// work serves until ctx ends, then lets answers and a running job end.
func (p *program) work(ctx context.Context, listener net.Listener, site *web.Site, clock *schedule.Schedule, uploads *desk.Desk, outbox *notify.Outbox, log *slog.Logger) error {
	server := web.Server(site)
	server.BaseContext = func(net.Listener) context.Context { return context.WithoutCancel(ctx) }
	group, ending := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return &pipelines.Fault{Op: "serve", At: listener.Addr().String(), Err: err, Next: "start it again; if it fails again, --listen with another address"}
		}
		return nil
	})
	group.Go(func() error { site.Follow(ending); return nil })
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
		fmt.Fprintln(p.Err, p.summary(run))
		p.awaits(run)
		p.beyond(run.CutOff, c.CutOff != "", run.After)
	}
	if errors.Is(err, pipelines.ErrHeld) && run.Generation > 0 {
		message, next := p.explain(err)
		p.say("%s\nTry: %s\n", message, next)
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
