package cli

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/pipelines"
	"hulian/pipelines/runner"
	"hulian/pipelines/schedule"
)

func newScheduleCommand(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schedule",
		Short: "Say which pipelines there are and when they run next; pause them",
		Long: document(`Writes every pipeline with its cron line, its next run and how the last one went. They run inside "hulian serve": while
one runs on the folder, the lines it was started with are shown, and where hulian.yaml says otherwise by now that is said.
A run that was missed because nothing served is made up for by one run when serving begins again.`, endsPlainly),
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			standing, err := p.scheduled(c)
			if err != nil {
				return err
			}
			return p.print(cmd, scheduleTable(standing))
		},
	}
	config.AddFlags(cmd.Flags(), "time_zone")
	cmd.AddCommand(newPauseCommand(p, "pause", "Let no run of a pipeline start until it is resumed",
		`Lets no run of the pipeline start by its cron line, also after a restart of the server. A run at work goes on to its end;
"hulian run --pipeline NAME" runs it all the same.`, true),
		newPauseCommand(p, "resume", "Let a paused pipeline run again", "Lets a paused pipeline run again by its cron line. What fell into the pause is not made up for.", false))
	return cmd
}

func newPauseCommand(p *program, verb, short, long string, pause bool) *cobra.Command {
	return &cobra.Command{
		Use:   verb + " NAME",
		Short: short,
		Long:  document(long, endsPlainly),
		Args:  exactly(1, "NAME"),
		RunE: func(cmd *cobra.Command, names []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			clock, err := p.schedule(c, nil)
			if err != nil {
				return err
			}
			if server, err := p.serving(c); err != nil {
				return err
			} else if server != nil {
				clock = server
			}
			action := pipelines.DoResume
			if pause {
				action = pipelines.DoPause
			}
			if err := operate(clock, c.Dir, names[0], action); err != nil {
				return err
			}
			p.say(map[bool]string{true: "%s: paused\n", false: "%s: resumed\n"}[pause], names[0])
			return nil
		},
	}
}

// serving is the schedule of the server that runs on the folder; nil where none does.
func (p *program) serving(c config.Config) (*schedule.Schedule, error) {
	announced, err := schedule.Announced(c.Dir)
	if err != nil || announced == nil {
		return nil, err
	}
	return announced.Schedule(c.Dir, func() ([]pipelines.Run, error) { return runner.History(c.Dir) })
}

// scheduled says how the pipelines stand: by the lines the server goes by that runs on the folder, else by those it would
// go by. Where the two differ both are named.
func (p *program) scheduled(c config.Config) ([]pipelines.Scheduled, error) {
	clock, err := p.schedule(c, nil)
	if err != nil {
		return nil, err
	}
	meant := clock.Entries()
	server, err := p.serving(c)
	if err != nil {
		return nil, err
	}
	if server == nil {
		return clock.Standing(time.Now())
	}
	runs := server.Entries()
	for _, e := range runs {
		i := slices.IndexFunc(meant, func(m schedule.Entry) bool { return m.Name == e.Name })
		switch {
		case i < 0:
			p.say("%s: the running server has it and hulian.yaml does not; it ends with the server\n", e.Name)
		case meant[i].Spec != e.Spec:
			p.say("%s: the running server goes by %q, hulian.yaml by %q; restart hulian serve to go by the file\n", e.Name, e.Spec, meant[i].Spec)
		}
	}
	for _, m := range meant {
		if !slices.ContainsFunc(runs, func(e schedule.Entry) bool { return e.Name == m.Name }) {
			p.say("%s: the running server does not know it yet; restart hulian serve\n", m.Name)
		}
	}
	return server.Standing(time.Now())
}

// operate does to a pipeline what the command line or the page of runs asks for.
func operate(clock *schedule.Schedule, dir, name, action string) error {
	var there []string
	for _, e := range clock.Entries() {
		if e.Name != name {
			there = append(there, e.Name)
			continue
		}
		switch action {
		case pipelines.DoRun:
			return clock.Start(name, schedule.ByPage)
		case pipelines.DoPause, pipelines.DoResume:
			return schedule.SetPaused(dir, name, action == pipelines.DoPause, time.Now())
		default:
			return unknown("action", action, []string{pipelines.DoRun, pipelines.DoPause, pipelines.DoResume}, "")
		}
	}
	return unknown("pipeline", name, there, "")
}

func scheduleTable(standing []pipelines.Scheduled) pipelines.Table {
	table := pipelines.Table{Columns: []string{"pipeline", "cron", "sources", "next", "time_zone", "paused", "missed", "running", "retries", "last_run", "state"}}
	for _, s := range standing {
		var next any
		if !s.Next.IsZero() {
			next = s.Next.Format(time.DateTime)
		}
		table.Rows = append(table.Rows, []any{s.Name, s.Cron, strings.Join(s.Sources, " "), next, s.TimeZone, s.Paused, s.Missed, s.Running, int64(s.Retries), s.LastRun, string(s.State)})
	}
	return table
}

// schedule makes the clock of the configured pipelines. What is wrong with any of them is found here, before anything
// runs.
func (p *program) schedule(c config.Config, log *slog.Logger) (*schedule.Schedule, error) {
	location, err := c.Location()
	if err != nil {
		return nil, usage(err)
	}
	if err := checkPapers(c); err != nil {
		return nil, usage(err)
	}
	var jobs []schedule.Job
	for _, one := range c.Pipelines {
		var last pipelines.Run // a job never overlaps itself: it is told of its own
		r, err := p.runner(c, one.Name, runOptions{log: log, ended: func(run pipelines.Run) { last = run }})
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, schedule.Job{Name: one.Name, Spec: one.Cron, Retries: one.Retries, Backoff: one.Backoff, Sources: one.Sources,
			Run: func(ctx context.Context, trigger string) error {
				_, err := r.Run(ctx, trigger)
				return err
			},
			Done: func(ctx context.Context, _ error) {
				p.tell(c, last, log)
				p.clockPapers(ctx, c, last, log)
			}}) // of the last try only: one that a retry mended is no news
	}
	if job, wanted := p.backupJob(c, log); wanted {
		jobs = append(jobs, job)
	}
	clock, err := schedule.New(schedule.Config{Jobs: jobs, Location: location, Logger: log, Dir: c.Dir,
		History: func() ([]pipelines.Run, error) { return runner.History(c.Dir) }})
	return clock, usage(err)
}
