package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/dashboards/sqlite"
	"hulian/pipelines"
	"hulian/pipelines/backup"
	"hulian/pipelines/durable"
	"hulian/pipelines/runner"
	"hulian/pipelines/schedule"
	"hulian/pipelines/source/secret"
)

func newBackupCommand(p *program) *cobra.Command {
	var force bool
	var passphrase string
	cmd := &cobra.Command{
		Use:   "backup FILE.zip",
		Short: "Keep the town's folder in one file",
		Long: document(`Writes what landed, the warehouse, the published snapshot, configuration, mappings and the records of runs into one zip
file, reads it back and compares it. Files that still wait in the inbox are not in it. While a run is at work it waits.
The file holds names, notes on health, the accounts and hulian.yaml as it is: --passphrase encrypts it (format age). Keep the passphrase apart
from the backups: nobody can open them without it.

The section backup of hulian.yaml makes backups by the clock inside "hulian serve".`, endsAsked),
		Example: "  hulian backup --dir xiaolin /mnt/disk/xiaolin-2018-02.zip",
		Args:    exactly(1, "FILE.zip"),
		RunE: func(cmd *cobra.Command, files []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if _, err := outputFormat(cmd); err != nil {
				return err
			}
			if passphrase != "" {
				c.Backup.Passphrase = secret.Reference(passphrase)
			}
			made, err := p.backUp(cmd.Context(), c, "command", files[0], force, nil, func(run pipelines.Run) { p.tell(c, run, nil) })
			p.deliver(cmd.Context(), c)
			if made.Format == 0 {
				return err
			}
			return errors.Join(err, p.printBackup(cmd, c, files[0], made))
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace a file that is there")
	cmd.Flags().StringVar(&passphrase, "passphrase", "", "where the passphrase is kept that encrypts the backup: env:NAME or file:/path")
	return cmd
}

func newRestoreCommand(p *program) *cobra.Command {
	var force bool
	var passphrase string
	cmd := &cobra.Command{
		Use:   "restore FILE.zip",
		Short: "Make a town's folder of a backup",
		Long: document(`Unpacks a backup into the folder named by --dir, verifies every file by its hash, and only then puts it in place. Where
the folder holds a town already it refuses; with --force that town is moved into a folder beside, and nothing is
deleted. Stop "hulian serve" on that folder first.`, endsAsked),
		Example: "  hulian restore /mnt/disk/xiaolin-2018-02.zip --dir xiaolin-again",
		Args:    exactly(1, "FILE.zip"),
		RunE: func(cmd *cobra.Command, files []string) (err error) {
			dir, err := cmd.Flags().GetString("dir")
			if err != nil {
				return err
			}
			if _, err := outputFormat(cmd); err != nil {
				return err
			}
			_, absent := os.Stat(dir)
			if absent == nil {
				release, err := runner.Hold(cmd.Context(), dir, p.waiting)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, release()) }()
			}
			opens, err := secret.Reference(passphrase).Read()
			if err != nil {
				return &pipelines.Fault{Op: "restore", At: files[0], Err: err, Next: secret.Advice}
			}
			made, replaced, err := backup.Restore(cmd.Context(), files[0], dir, opens.Reveal(), force)
			if replaced != "" {
				p.say("what was there lies in %s\n", replaced)
			}
			if err != nil {
				if absent != nil {
					_ = os.Remove(dir) // made for nothing; where it is not empty it stays, and the message above names what lies in it
				}
				return err
			}
			c, err := config.Load(dir, nil, p.Environ)
			if err == nil {
				err = os.MkdirAll(c.InboxDir(), durable.DirMode)
			}
			return errors.Join(err, p.printBackup(cmd, c, files[0], made))
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "move a town that stands there aside")
	cmd.Flags().StringVar(&passphrase, "passphrase", "", "where the passphrase is kept that the backup was encrypted with: env:NAME or file:/path")
	return cmd
}

func (p *program) waiting(holder string) { p.say("waiting for %s\n", holder) }

// printBackup says what a backup holds, its time by the town's clock.
func (p *program) printBackup(cmd *cobra.Command, c config.Config, file string, m backup.Manifest) error {
	location, err := c.Location()
	if err != nil {
		return err
	}
	return p.print(cmd, pipelines.Table{Columns: []string{"backup", "made_at", "files", "bytes", "generation", "snapshot"},
		Rows: [][]any{{file, momentOf(m.MadeAt, location), int64(len(m.Files)), m.Bytes(), int64(m.Generation), m.Snapshot}}})
}

// backUp makes one backup and records it as a run.
func (p *program) backUp(ctx context.Context, c config.Config, trigger, to string, force bool, log *slog.Logger, ended func(pipelines.Run)) (made backup.Manifest, err error) {
	passphrase, err := c.Backup.Passphrase.Read()
	if err != nil {
		return made, &pipelines.Fault{Op: "back up", At: to, Err: err, Next: secret.Advice}
	}
	version, _ := build()
	r, err := runner.New(runner.Config{Dir: c.Dir, Pipeline: config.BackupJob, Version: version, KeepRuns: c.KeepRuns, Logger: log, Waiting: p.waiting, Ended: ended})
	if err != nil {
		return made, err
	}
	_, err = r.Task(ctx, trigger, pipelines.StageBackup, func(ctx context.Context, record *pipelines.StageRecord) error {
		written, err := backup.Write(ctx, c.Dir, to, backup.Options{Version: version, Force: force, Passphrase: passphrase.Reveal(),
			Copy: map[string]func(context.Context, string) error{sqlite.FileName: func(ctx context.Context, to string) error { return p.copyAccounts(ctx, c, to) }}})
		if err != nil {
			return err
		}
		made = written
		record.Detail = fmt.Sprintf("%s: %d files, %s", filepath.Base(to), len(made.Files), humanize.Bytes(uint64(made.Bytes())))
		if len(made.Damaged) > 0 {
			return &pipelines.Fault{Op: "back up", At: c.Dir, Err: pipelines.Errorf("%w: %d landed files are damaged on the disk: %s", pipelines.ErrCheckFailed, len(made.Damaged), strings.Join(made.Damaged, ", ")),
				Next: "check the disk; take them from an earlier backup, or send them again. The backup was made, and no earlier one was deleted"}
		}
		return nil
	})
	return made, err
}

// copyAccounts copies the accounts, whole, while a server may be writing them.
func (p *program) copyAccounts(ctx context.Context, c config.Config, to string) (err error) {
	db, absent, err := p.database(ctx, c, false)
	if err != nil || absent {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.CopyTo(ctx, to)
}

// backupJob is the clock's job of making backups; false where none are wanted.
func (p *program) backupJob(c config.Config, log *slog.Logger) (schedule.Job, bool) {
	if c.Backup.Cron == config.Off {
		return schedule.Job{}, false
	}
	var last pipelines.Run
	return schedule.Job{Name: config.BackupJob, Spec: c.Backup.Cron, Retries: 2, Backoff: 5 * time.Minute, Sources: []string{c.Backup.To},
		Run: func(ctx context.Context, trigger string) error {
			folder := c.BackupDir()
			if _, err := p.backUp(ctx, c, trigger, filepath.Join(folder, backup.Name(time.Now(), c.Backup.Passphrase != "")), false, log, func(run pipelines.Run) { last = run }); err != nil {
				return err // the old ones stay
			}
			deleted, err := backup.Retain(folder, c.Backup.Keep)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return &pipelines.Fault{Op: "delete old backups", At: folder, Err: err, Next: "check who may write there"}
			}
			if len(deleted) > 0 && log != nil {
				log.Info("old backups deleted", "files", strings.Join(deleted, ", "))
			}
			return nil
		},
		Done: func(context.Context, error) { p.tell(c, last, log) }}, true
}
