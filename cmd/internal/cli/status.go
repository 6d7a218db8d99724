package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/pipelines"
	"hulian/pipelines/publish"
	"hulian/pipelines/runner"
)

func newStatusCommand(p *program) *cobra.Command {
	var runs int
	var id string
	var notices, figures bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say what is published, how the last runs went and when the next come",
		Long: document(`Writes the last runs of the town, newest first: when each began, what started it, how it ended, what it read and
which generation of the snapshot was served after it. With --run it writes the log of one run, line by line, with
--figures which headline figures runs published otherwise than the run before and by whose files, with
--notifications what people were told of runs. What is published now, and when each
pipeline runs next, is said on standard error.`, endsAsked),
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if runs < 0 {
				return usage(&pipelines.Fault{Op: "read flags", At: fmt.Sprintf("--runs %d", runs), Err: errors.New("a number of runs is 0 or more"), Next: "-n 10"})
			}
			if notices {
				return p.notices(cmd, c)
			}
			history, err := runner.History(c.Dir)
			if err != nil {
				return err
			}
			location, err := c.Location()
			if err != nil {
				return err
			}
			if id != "" {
				return p.runLog(cmd, history, id, location)
			}
			if figures {
				return errors.Join(p.damagedRecords(c), p.print(cmd, figuresTable(history, location)))
			}
			if err := p.damagedRecords(c); err != nil {
				return err
			}
			if err := p.standing(cmd.Context(), c); err != nil {
				return err
			}
			return p.print(cmd, runTable(history[:min(runs, len(history))], location))
		},
	}
	cmd.Flags().IntVarP(&runs, "runs", "n", 10, "how many runs are shown")
	cmd.Flags().StringVar(&id, "run", "", "the run whose log is shown, or \"last\"")
	cmd.Flags().BoolVar(&figures, "figures", false, "show which headline figures runs changed, and by whose files")
	cmd.Flags().BoolVar(&notices, "notifications", false, "show what people were told, and what could not be sent")
	config.AddFlags(cmd.Flags(), "time_zone")
	return cmd
}

// damagedRecords says which records of runs are left out because they cannot be read.
func (p *program) damagedRecords(c config.Config) error {
	damaged, err := runner.Damaged(c.Dir)
	p.leftOut(damaged)
	return err
}

// leftOut says on standard error what is not shown because it cannot be read.
func (p *program) leftOut(damaged []*pipelines.Fault) {
	for _, one := range damaged {
		message, next := p.explain(one)
		p.say("%s\nTry: %s\n", message, next)
	}
}

// standing says what is published and what comes next.
func (p *program) standing(ctx context.Context, c config.Config) error {
	standing, err := p.scheduled(c)
	if err != nil {
		return err
	}
	switch current, err := publish.Whole(ctx, c.Dir); {
	case errors.Is(err, pipelines.ErrNotPublished):
		p.say("nothing has been published yet\n")
	case errors.Is(err, pipelines.ErrDamaged):
		message, next := p.explain(err)
		p.say("%s\nTry: %s\n", message, next)
	case err != nil:
		return err
	default:
		p.instead(current)
		p.say("published: generation %d (%s), known as of %s\n", current.Number, filepath.Base(current.Path), current.Manifest.CutOff)
		after, set, err := p.rowsAfter(ctx, c)
		if err != nil {
			return err
		}
		p.beyond(current.Manifest.CutOff, set, after)
		if err := p.acceptance(ctx, c); err != nil {
			return err
		}
	}
	for _, s := range standing {
		text := p.words.Tf("next run at %s (%s)", s.Next.Format(time.DateTime), s.TimeZone)
		switch {
		case s.Paused:
			text = p.words.Tf("paused; hulian schedule resume %s", s.Name)
		case s.Cron == config.Off:
			text = p.words.Tf("runs when it is told to; hulian run --pipeline %s", s.Name)
		case s.Missed:
			text = p.words.T("a run was missed; serve makes up for it")
		}
		p.say("%s: %s\n", s.Name, text)
	}
	return nil
}

// runLog writes what one run did.
func (p *program) runLog(cmd *cobra.Command, history []pipelines.Run, id string, location *time.Location) error {
	for _, run := range history {
		if run.ID != id && id != "last" {
			continue
		}
		table := pipelines.Table{Columns: []string{"run", "at", "level", "line"}}
		for _, line := range run.Log {
			table.Rows = append(table.Rows, []any{run.ID, line.At.In(location).Format("15:04:05.000"), line.Level, line.Text})
		}
		return p.print(cmd, table)
	}
	var ids []string
	for _, run := range history[:min(20, len(history))] {
		ids = append(ids, run.ID)
	}
	return unknown("run", id, ids, "")
}

// figuresTable lists the headline figures that runs published otherwise than the run before, a line for each file that may have
// moved one.
func figuresTable(history []pipelines.Run, location *time.Location) pipelines.Table {
	table := pipelines.Table{Columns: []string{"run", "started_at", "measure", "month", "from_numerator", "from_denominator", "from", "to_numerator", "to_denominator", "to",
		"file", "by", "accepted_by"}}
	number := func(x *float64) any {
		if x == nil {
			return nil
		}
		return *x
	}
	for _, run := range history {
		for _, c := range run.Changed {
			files := c.Files
			if len(files) == 0 {
				files = []pipelines.AuthoredFile{{By: c.By}}
			}
			for _, f := range files {
				table.Rows = append(table.Rows, []any{run.ID, run.StartedAt.In(location).Format(time.DateTime), c.To.Measure, c.To.Month,
					number(c.From.Numerator), number(c.From.Denominator), number(c.From.Value), number(c.To.Numerator), number(c.To.Denominator), number(c.To.Value),
					f.Name, f.By, f.AcceptedBy})
			}
		}
	}
	return table
}

func runTable(history []pipelines.Run, location *time.Location) pipelines.Table {
	table := pipelines.Table{Columns: []string{"run", "pipeline", "trigger", "state", "started_at", "seconds", "tables", "read", "accepted", "quarantined",
		"ignored", "problems", "generation", "snapshot", "error"}}
	for _, run := range history {
		total, refused := pipelines.Total(run.Files), int64(0)
		for _, f := range run.Files {
			if f.Problem != "" && !f.Later() {
				refused++
			}
		}
		var seconds any
		if !run.FinishedAt.IsZero() {
			seconds = run.FinishedAt.Sub(run.StartedAt).Round(time.Millisecond).Seconds()
		}
		table.Rows = append(table.Rows, []any{run.ID, run.Pipeline, run.Trigger, string(run.State), run.StartedAt.In(location).Format(time.DateTime), seconds,
			int64(len(run.Files)), total.Read, total.Accepted, total.Quarantined, total.Ignored, refused, int64(run.Generation), run.Snapshot, run.Error})
	}
	return table
}
