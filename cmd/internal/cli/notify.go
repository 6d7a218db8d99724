package cli

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/dashboards/accounts"
	"hulian/dashboards/alert"
	"hulian/dashboards/facts"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/notify"
	"hulian/pipelines/publish"
	"hulian/pipelines/runner"
)

// deliveryLimit is how long a command waits for its notices to be taken; serve and later commands send the rest.
const deliveryLimit = 15 * time.Second

// tell writes the notices of a run that has come to its end. That people cannot be told never makes a run a failed one.
func (p *program) tell(c config.Config, run pipelines.Run, log *slog.Logger) {
	if len(c.Notifications) == 0 || run.ID == "" {
		return
	}
	err := func() error {
		history, err := runner.History(c.Dir)
		if err != nil {
			return err
		}
		location, err := c.Location()
		if err != nil {
			return err
		}
		outcome := notify.Outcome{Run: run, History: history, Lang: c.Lang, Why: data.ExplainRun(run, c.Lang), Location: location}
		if current, err := publish.Current(c.Dir); err == nil {
			outcome.CutOff = current.Manifest.CutOff
		}
		happenings := notify.Happenings(outcome)
		alerts, err := p.alerts(context.Background(), c, run)
		return errors.Join(err, notify.Open(c.Dir, c.Notifications, log).Post(append(happenings, alerts...)))
	}()
	if err == nil {
		return
	}
	if log == nil {
		log = p.logger()
	}
	log.Error("nobody could be told", "run", run.ID, "error", err)
}

// alerts are what people asked to be told of and what a run that published something has brought about.
func (p *program) alerts(ctx context.Context, c config.Config, run pipelines.Run) (all []notify.Happening, err error) {
	if run.State != pipelines.RunDone || run.Generation == 0 {
		return nil, nil
	}
	db, absent, err := p.database(ctx, c, false)
	if err != nil || absent {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	store, err := accounts.Open(db, accounts.Options{})
	if err != nil {
		return nil, err
	}
	subscribers, err := store.Subscribers(ctx, accounts.Act{By: operator()})
	if err != nil || len(subscribers) == 0 {
		return nil, err
	}
	programme, err := p.programme(c)
	if err != nil {
		return nil, err
	}
	err = p.published(ctx, c, func(q pipelines.Querier) error {
		snapshot, err := facts.Open(ctx, q)
		if err != nil {
			return err
		}
		all, err = alert.Happenings(ctx, facts.Facts{Snapshot: snapshot, Programme: snapshot.By(programme)}, subscribers, c.Lang)
		return err
	})
	return all, err
}

// deliver sends what is due from a command; what fails stays for serve and for later commands, and is said.
func (p *program) deliver(ctx context.Context, c config.Config) {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), deliveryLimit)
	defer cancel()
	if err := notify.Open(c.Dir, c.Notifications, nil).Deliver(limited); err != nil {
		p.say("not sent yet, tried again by serve or the next run: %v\n", err)
	}
}

// notices writes what people were told.
func (p *program) notices(cmd *cobra.Command, c config.Config) error {
	all, err := notify.Open(c.Dir, c.Notifications, nil).Notices()
	if err != nil {
		return err
	}
	damaged, err := notify.Damaged(c.Dir)
	if err != nil {
		return err
	}
	p.leftOut(damaged)
	location, err := c.Location()
	if err != nil {
		return err
	}
	table := pipelines.Table{Columns: []string{"created_at", "channel", "event", "title", "state", "attempts", "sent_at", "next_at", "error"}}
	for _, n := range all {
		table.Rows = append(table.Rows, []any{momentOf(n.CreatedAt, location), n.Channel, string(n.Event), n.Title, string(n.State), int64(n.Attempts),
			momentOf(n.SentAt, location), momentOf(n.NextAt, location), n.Error})
	}
	return p.print(cmd, table)
}
