package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/dashboards/sqlite"
	"hulian/dashboards/trail"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/check"
	"hulian/pipelines/runner"
)

func newCheckCommand(p *program) *cobra.Command {
	var repair bool
	cmd := &cobra.Command{
		Use:   "check [--repair]",
		Short: "Look whether anything in the town's folder is damaged, and put it right",
		Long: document(`Reads everything the town's folder holds and compares it with the hashes it was written with: every landed file with its
name, the list of landed files with the warehouse, every row of the warehouse and of the published snapshots, the one with the
other, whether the counts of every file add up, the records of runs, notices, the documents of closed months, the accounts and
the audit trail. Nothing is changed. It writes one line for everything it finds: what, where, why it matters, what to do. What is no damage, such as files
that wait for the next run, is said on standard error. While a run is at work it waits; a large town takes minutes.

With --repair it puts right what can be put right. What is damaged is set aside into a folder "damaged" beside it, never
deleted. A damaged warehouse is built again from what landed, decisions of people included, and problems keep their numbers;
where content that landed is lost or was let go, it is filled from the newest snapshot that is whole. A damaged snapshot is
published anew; lines of the list of landed files are restored under their own numbers; a landed file that still lies where
it came from is put back. What only a person can bring back is named: landed files to send again, and documents of closed
months to take from a backup.

Exit status 1 says that something is damaged, or still is after a repair.`, endsAsked),
		Example: "  hulian check\n  hulian check --repair --format json",
		Args:    exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if _, err := outputFormat(cmd); err != nil {
				return err
			}
			if _, err := os.Stat(c.Dir); err != nil {
				return &pipelines.Fault{Op: "open town", At: c.Dir, Err: err, Next: "--dir with the town's folder"}
			}
			if _, err := os.Stat(filepath.Join(c.Dir, landedName)); errors.Is(err, os.ErrNotExist) {
				p.say("no file has landed yet: there is nothing to check\n")
				return nil
			}
			before, err := p.look(cmd.Context(), c)
			if err != nil {
				return err
			}
			after := before
			if repair && mendable(before) {
				if err := p.repair(cmd.Context(), c); err != nil {
					return err
				}
				if after, err = p.look(cmd.Context(), c); err != nil {
					return err
				}
			}
			return p.tellFindings(cmd, c, before, after, repair)
		},
	}
	cmd.Flags().BoolVar(&repair, "repair", false, "put right what can be put right")
	config.AddFlags(cmd.Flags(), "time_zone", "memory_limit", "threads")
	return cmd
}

// checking is what package check has to know of a town.
func (p *program) checking(c config.Config) (check.Config, func(), error) {
	location, err := c.Location()
	if err != nil {
		return check.Config{}, nil, usage(err)
	}
	drawn, finish := p.progress()
	return check.Config{Dir: c.Dir, Inbox: c.InboxDir(), Zone: location, MemoryLimit: c.MemoryLimit, Threads: c.Threads, Progress: drawn}, finish, nil
}

// look checks a town while nobody else works on it.
func (p *program) look(ctx context.Context, c config.Config) (_ check.Report, err error) {
	how, finish, err := p.checking(c)
	if err != nil {
		return check.Report{}, err
	}
	defer finish()
	release, err := runner.Hold(ctx, c.Dir, p.waiting)
	if err != nil {
		return check.Report{}, err
	}
	defer func() { err = errors.Join(err, release()) }()
	report, err := check.Town(ctx, how)
	if err != nil {
		return report, err
	}
	found, err := p.lookAtAccounts(ctx, c)
	report.Findings = append(report.Findings, found...)
	return report, err
}

// lookAtAccounts checks the accounts and the audit trail.
func (p *program) lookAtAccounts(ctx context.Context, c config.Config) (found []pipelines.Finding, err error) {
	db, absent, err := p.database(ctx, c, false)
	if absent {
		return nil, nil
	}
	if err == nil {
		defer func() { err = errors.Join(err, db.Close()) }()
		err = db.Check(ctx)
	}
	if err != nil {
		return []pipelines.Finding{{Code: pipelines.FoundAccounts, At: sqlite.FileName, Detail: err.Error()}}, ctx.Err()
	}
	var broken *trail.Break
	switch _, _, err := trail.Open(db).Verify(ctx); {
	case errors.As(err, &broken):
		return []pipelines.Finding{{Code: pipelines.FoundAuditTrail, At: sqlite.FileName, Count: broken.Number}}, nil
	case err != nil:
		return []pipelines.Finding{{Code: pipelines.FoundAccounts, At: sqlite.FileName, Detail: err.Error()}}, ctx.Err()
	}
	return nil, nil
}

// mendable reports whether a repair could help.
func mendable(report check.Report) bool {
	for _, f := range report.Findings {
		if canHelp(f) {
			return true
		}
	}
	return false
}

// canHelp reports whether a repair may put right what was found: a landed file may still lie in the inbox.
func canHelp(f pipelines.Finding) bool {
	return f.Curable || f.Code == pipelines.FoundLandedGone || f.Code == pipelines.FoundLandedChanged
}

// repair makes the run that puts a town right, and says on standard error what it does.
func (p *program) repair(ctx context.Context, c config.Config) error {
	how, finish, err := p.checking(c)
	if err != nil {
		return err
	}
	defer finish()
	r, err := p.runner(c, "", runOptions{drawn: how.Progress})
	if err != nil {
		return err
	}
	p.runs = true
	// What the repair does is said here too; what the stages do after it stands in the log of the run.
	aloud := func(log *slog.Logger) *slog.Logger {
		return slog.New(slog.NewMultiHandler(log.Handler(), p.logger().Handler()))
	}
	run, err := r.Repair(ctx, runner.Mending{
		First: func(ctx context.Context, log *slog.Logger) (bool, error) { return check.Repair(ctx, how, aloud(log)) },
		Last:  func(ctx context.Context, log *slog.Logger) error { return check.SetAside(ctx, how, aloud(log)) },
	})
	if run.ID != "" {
		fmt.Fprintln(p.Err, p.summary(run))
	}
	if errors.Is(err, pipelines.ErrHeld) || errors.Is(err, pipelines.ErrNothingLoaded) { // a file that waits for a person, or is none of a town's, is no damage
		err = nil
	}
	return err
}

// tellFindings writes what was found and what became of it.
func (p *program) tellFindings(cmd *cobra.Command, c config.Config, before, after check.Report, repaired bool) error {
	left := map[pipelines.Finding]bool{}
	for _, f := range after.Findings {
		left[f] = true
	}
	table := pipelines.Table{Columns: []string{"code", "where", "what", "matters", "next", "done"}}
	told := func(f pipelines.Finding, cured bool) {
		what, matters, mend, done := data.ExplainFinding(f, c.Lang)
		if f.Note {
			p.say("%s: %s %s\n", f.At, what, mend)
			return
		}
		if !cured {
			done = ""
		} else {
			mend = ""
		}
		table.Rows = append(table.Rows, []any{string(f.Code), f.At, what, matters, mend, done})
	}
	for _, f := range before.Findings {
		if cured := !left[f]; !cured || !f.Note {
			told(f, cured)
		}
		delete(left, f)
	}
	for _, f := range after.Findings { // new since
		if left[f] {
			told(f, false)
		}
	}
	p.say("checked: %d landed files, %d tables, %d records\n", after.Landed, after.Tables, after.Records)
	if err := p.print(cmd, table); err != nil {
		return err
	}
	if !after.Damaged() {
		return nil
	}
	damaged := 0
	next := "what to do stands in each line"
	for _, f := range after.Findings {
		if !f.Note {
			damaged++
		}
		if canHelp(f) && !f.Note && !repaired {
			next = "hulian check --repair, and what stands in each line"
		}
	}
	return &pipelines.Fault{Op: "check", At: c.Dir, Err: pipelines.Errorf("things found damaged: %d", damaged), Next: next}
}
