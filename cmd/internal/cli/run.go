package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/dashboards/observe"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/notify"
	"hulian/pipelines/runner"
	"hulian/pipelines/source"
)

// working are the keys of the configuration a run follows.
var working = []string{"time_zone", "cut_off", "inbox", "memory_limit", "threads", "keep_generations", "keep_landed_days", "keep_runs"}

func newRunCommand(p *program) *cobra.Command {
	var pipeline string
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Load what is new in the sources, compute the measures, publish",
		Long: document(`Takes the files that are new in the inbox and the other sources through all stages: land, load, model, publish. Writes
one line for every table of every new file: rows read, accepted, quarantined and ignored. Where nothing is new nothing
changes. While another run is at work this one waits. With --pipeline it reads the sources of that pipeline alone.

A cancelled or failed run leaves what was published before; the next one goes on where it stopped.

After a run that ended well the papers are made whose day has come (papers in hulian.yaml), as after a run of the server: a town that runs
this command by the machine's own cron has them too.`, endsARun),
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			do := func(ctx context.Context, r *runner.Runner) (pipelines.Run, error) { return r.Run(ctx, "command") }
			if pipeline != "" {
				return p.run(cmd, c, runOptions{pipeline: pipeline, papers: true}, do)
			}
			left, err := p.uploadsLeft(c)
			if err != nil || left == nil {
				return errors.Join(err, p.run(cmd, c, runOptions{papers: true}, do))
			}
			err = p.run(cmd, c, runOptions{besides: source.Files(left.Paths()...), handedIn: left.HandedIn(), papers: true}, do)
			return errors.Join(err, p.clearUploads(c, left))
		},
	}
	cmd.Flags().StringVar(&pipeline, "pipeline", "", "the pipeline whose sources are read (default: all sources)")
	config.AddFlags(cmd.Flags(), working...)
	return cmd
}

// run makes a run with progress and writes what became of every file.
func (p *program) run(cmd *cobra.Command, c config.Config, how runOptions, do func(context.Context, *runner.Runner) (pipelines.Run, error)) error {
	if _, err := outputFormat(cmd); err != nil {
		return err
	}
	p.runs = true
	drawn, finish := p.progress()
	how.drawn = drawn
	r, err := p.runner(c, how.pipeline, how)
	if err != nil {
		return err
	}
	run, err := do(cmd.Context(), r)
	finish()
	var happened []notify.Happening
	if how.papers {
		happened = p.clockPapers(cmd.Context(), c, run, nil)
	}
	p.deliver(cmd.Context(), c)
	if run.ID == "" {
		return err
	}
	fmt.Fprintln(p.Err, p.summary(run))
	for _, h := range happened {
		p.say("%s: %s\n", h.Title, h.Text)
	}
	p.awaits(run)
	p.beyond(run.CutOff, c.CutOff != "", run.After)
	for _, known := range run.Known {
		p.say("%s: its content had arrived before as %s; nothing is counted twice\n", known.Name, known.As)
	}
	if printErr := p.print(cmd, reconciliations(run.Files, c.Lang)); printErr != nil && err == nil {
		err = printErr
	}
	refused := refusedWhole(run.Files)
	if how.named != nil { // others are looked at again where a mapping file has changed
		refused = slices.DeleteFunc(refused, func(name string) bool { return !slices.Contains(how.named, name) })
	}
	if len(refused) > 0 && (err == nil || errors.Is(err, pipelines.ErrHeld)) {
		err = errors.Join(err, &pipelines.Fault{Op: "load", At: strings.Join(refused, ", "), Err: pipelines.ErrNothingLoaded,
			Next: "mend the files as the lines above say and send them again"})
	}
	return err
}

// refusedWhole names the files of which nothing could be loaded, because of what is wrong with a whole file or table. A file that
// is held is not refused, one that is still being written comes later, and a link is there every time.
func refusedWhole(files []pipelines.Reconciliation) (names []string) {
	taken := map[string]bool{}
	of := func(f pipelines.Reconciliation) string { return f.FileID + "\n" + f.Name }
	for _, f := range files {
		if f.Accepted > 0 || f.Problem.Holds() {
			taken[of(f)] = true
		}
	}
	for _, f := range files {
		if f.Problem != "" && !f.Later() && f.Problem != pipelines.FileLink && !taken[of(f)] {
			taken[of(f)] = true
			names = append(names, f.Name)
		}
	}
	return names
}

// awaits says of rows that wait for lists which ones these are, and how to come by them. Where nothing could be loaded the
// error says it.
func (p *program) awaits(run pipelines.Run) {
	if run.Waiting == 0 || run.Generation == 0 || slices.ContainsFunc(run.Reasons, func(r pipelines.RunReason) bool { return r.Code == pipelines.RunNothingLoaded }) {
		return
	}
	said := p.words.Tf("%s rows wait for the lists that hold their IDs and come in by themselves with them: %s", humanize.Comma(run.Waiting), data.ExplainAwaited(run.Awaited, p.lang()))
	if slices.ContainsFunc(run.Awaited, func(a pipelines.Awaited) bool { return !a.Came }) {
		said += p.words.T(`; "hulian template LIST" writes one to fill in`)
	}
	if slices.ContainsFunc(run.Awaited, func(a pipelines.Awaited) bool { return a.Came }) {
		said += p.words.T(`; mend IDs that are mistyped, "hulian problems" lists them`)
	}
	fmt.Fprintln(p.Err, said)
}

// runOptions is how a command makes its runs.
type runOptions struct {
	pipeline string               // whose sources are read; empty: all
	besides  source.Source        // read after those of the town; nil: nothing
	handedIn []pipelines.HandedIn // who handed in what is read besides
	confirm  bool                 // files that would be held are let through
	by       string               // who confirms, and why
	reason   string
	papers   bool                // those that are due are made after it
	named    []string            // files that a person named; nil: nobody named any
	drawn    pipelines.Progress  // nil: the pages of this process can ask how far it is
	log      *slog.Logger        // nil: silent
	ended    func(pipelines.Run) // told of every run; nil: notices are written of it
}

// runner makes the runner of a pipeline, or of all sources where the name is empty.
func (p *program) runner(c config.Config, pipeline string, how runOptions) (*runner.Runner, error) {
	ownFiles()
	programme, err := p.programme(c)
	if err != nil {
		return nil, err
	}
	var wanted []string
	if pipeline != "" {
		named, err := pipelineOf(c, pipeline)
		if err != nil {
			return nil, err
		}
		wanted = named.Sources
	}
	memory, err := source.OpenMemory(filepath.Join(c.Dir, versionsName))
	if err != nil {
		return nil, err
	}
	sources, err := sourcesOf(c, wanted, memory)
	if err != nil {
		return nil, usage(err)
	}
	if how.besides != nil {
		sources = append(sources, how.besides)
	}
	if how.ended == nil {
		how.ended = func(run pipelines.Run) { p.tell(c, run, how.log) }
	}
	ended := how.ended
	how.ended = func(run pipelines.Run) {
		ended(run)
		if d := p.uploads.Load(); d != nil {
			takeUp(d, run)
		}
	}
	if how.drawn == nil {
		how.drawn = &p.underway
	}
	version, _ := build()
	return runner.New(runner.Config{
		Dir: c.Dir, Sources: sources, Memory: memory, Programme: programme, Renew: func() (data.Programme, error) { return p.programme(c) }, TimeZone: c.TimeZone,
		CutOff:      c.CutOffDay(),
		MemoryLimit: c.MemoryLimit, Threads: c.Threads, KeepGenerations: c.KeepGenerations, KeepLanded: c.KeepLanded, KeepRuns: c.KeepRuns, Version: version,
		HandedIn: how.handedIn, Confirm: how.confirm, By: how.by, Reason: how.reason, Pipeline: pipeline, Ended: how.ended, Progress: how.drawn, Logger: how.log,
		Waiting:   p.waiting,
		Published: p.observe(c, how.log),
	})
}

// summary is the line a person reads after a run.
func (p *program) summary(run pipelines.Run) string {
	total := pipelines.Total(run.Files)
	text := p.words.Tf("run %s: %s", run.ID, p.words.T(string(run.State)))
	if len(run.Files) > 0 {
		text += p.words.Tf("; %d rows read = %d accepted + %d quarantined + %d ignored", total.Read, total.Accepted, total.Quarantined, total.Ignored)
	}
	if run.Generation > 0 {
		text += p.words.Tf("; generation %d", run.Generation)
	}
	if run.CutOff != "" {
		text += p.words.Tf("; known as of %s", run.CutOff)
	}
	if !run.FinishedAt.IsZero() {
		text += p.words.Tf("; %.1f s", run.FinishedAt.Sub(run.StartedAt).Seconds())
	}
	return text
}

// reconciliations is what became of every table of every file. A file that was refused whole says why and how to mend
// it; what every table was taken for stands beside, so that a wrong guess is seen.
func reconciliations(files []pipelines.Reconciliation, lang string) pipelines.Table {
	table := pipelines.Table{Columns: []string{"file", "sheet", "export", "read", "accepted", "quarantined", "ignored", "warnings", "problem", "detail", "read_as"}}
	for _, f := range files {
		detail := data.ExplainDetails(f.Detail, lang)
		if f.Problem != "" {
			sentence, mend := data.Explain(pipelines.Problem{Code: f.Problem, Export: f.Export, File: f.Name, Sheet: f.Sheet, Detail: f.Detail.First()}, lang)
			detail = sentence + " " + mend
		}
		table.Rows = append(table.Rows, []any{f.Name, f.Sheet, f.Export, f.Read, f.Accepted, f.Quarantined, f.Ignored, f.Warnings, string(f.Problem), detail, data.ExplainReading(f.ReadAs, lang)})
	}
	return table
}

// logger writes to standard error what a server does, one line an event.
func (p *program) logger() *slog.Logger {
	return slog.New(p.words.Handler(observe.Discreet(slog.NewTextHandler(p.Err, nil))))
}
