package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/user"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/dashboards/visitor"
	"hulian/dashboards/web"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/closing"
	"hulian/pipelines/publish"
	"hulian/pipelines/runner"
	"hulian/queries"
)

// closeFlags say what a person wants of a month.
type closeFlags struct {
	list, check, sign, changes, trail bool
	by, note                          string
}

func newCloseCommand(p *program) *cobra.Command {
	var f closeFlags
	cmd := &cobra.Command{
		Use:   "close MONTH",
		Short: "Close a month: check it, sign it, keep what was signed",
		Long: document(`Without a flag writes what stands in the way of closing the month, and what is to be known before it.

--check records that a person has checked the month's numbers, --sign that another person signs them: every measure of
every unit, with its base, is then kept under closings/ with a content hash and never edited. A month is checked anew
when its numbers changed before it was signed. Where problems stand in the way both write them and give status 1.

What later files correct is shown as changed since signed: --changes writes each value as signed, as it is now, and
since which generation. Checked and signed again, the month has a second restatement; the first stays, and --changes
writes what the second corrected of it, with the number of the restatement beside each value.

--list writes how every month stands, --trail who did what when. Checker and signer must be two persons unless
programme.yaml says month_closing.one_person: true.`, endsAsked),
		Example: `  hulian close 2018-01
  hulian close 2018-01 --check --by 陈书记
  hulian close 2018-01 --sign --by 王镇长 --note 已与各村核对
  hulian close 2018-01 --changes --format csv
  hulian close --list`,
		Args: func(cmd *cobra.Command, arguments []string) error {
			if f.list || f.trail {
				return exactly(0, "")(cmd, arguments)
			}
			return exactly(1, "MONTH")(cmd, arguments)
		},
		RunE: func(cmd *cobra.Command, arguments []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if _, err := outputFormat(cmd); err != nil {
				return err
			}
			if len(arguments) == 0 {
				arguments = []string{""}
			}
			return p.close(cmd, c, f, arguments[0])
		},
	}
	cmd.Flags().BoolVar(&f.check, "check", false, "record that the month's numbers have been checked")
	cmd.Flags().BoolVar(&f.sign, "sign", false, "sign the month as it was checked")
	cmd.Flags().BoolVar(&f.changes, "changes", false, "write what changed since the month was signed")
	cmd.Flags().BoolVar(&f.list, "list", false, "write how every month stands")
	cmd.Flags().BoolVar(&f.trail, "trail", false, "write who did what when")
	cmd.Flags().StringVar(&f.by, "by", "", "name of the person (default: the user of this machine)")
	cmd.Flags().StringVar(&f.note, "note", "", "what the person has to say")
	cmd.MarkFlagsMutuallyExclusive("check", "sign", "changes", "list", "trail")
	config.AddFlags(cmd.Flags(), append(slices.Clone(reading), "time_zone")...)
	return cmd
}

func (p *program) close(cmd *cobra.Command, c config.Config, f closeFlags, month string) (err error) {
	book, err := p.book(c)
	if err != nil {
		return err
	}
	location, err := c.Location()
	if err != nil {
		return usage(err)
	}
	if f.trail {
		entries, err := book.Trail()
		if err != nil {
			return err
		}
		return p.print(cmd, trailTable(entries, location))
	}
	snapshot, release, err := p.closable(cmd.Context(), c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	if f.list {
		all, err := book.Months(cmd.Context(), snapshot)
		if err != nil {
			return err
		}
		return p.print(cmd, closingTable(all, location))
	}
	m, err := book.Month(cmd.Context(), snapshot, month)
	if errors.Is(err, pipelines.ErrUnknown) {
		return usage(err)
	}
	if err != nil {
		return err
	}
	switch {
	case f.check:
		return p.act(cmd, c, book, snapshot, m, pipelines.DoCheck, f, location)
	case f.sign:
		return p.act(cmd, c, book, snapshot, m, pipelines.DoSign, f, location)
	case f.changes:
		if m.Restatement == 0 {
			return &pipelines.Fault{Op: "compare month", At: month, Err: errors.New("it has not been signed"), Next: "hulian close --list"}
		}
		return p.print(cmd, changesTable(m, c.Lang, location))
	default:
		fmt.Fprintln(p.Err, p.stands(m, location))
		return p.print(cmd, obstacles(m, c.Lang))
	}
}

// act checks or signs, and says how the month stands then; where it is refused, why and what to do.
func (p *program) act(cmd *cobra.Command, c config.Config, book *closing.Book, s closing.Snapshot, m pipelines.MonthClosing, action string, f closeFlags, location *time.Location) error {
	by := f.by
	if by == "" {
		current, err := user.Current()
		if err != nil {
			return usage(&pipelines.Fault{Op: action, At: m.Month, Err: pipelines.Errorf("no name was given: %w", err), Next: "--by NAME"})
		}
		by = current.Username
	}
	m, err := book.Act(cmd.Context(), s, m.Month, action, closing.Person{Name: by}, f.note)
	var refused pipelines.ClosingRefusal
	if errors.As(err, &refused) {
		fault := &pipelines.Fault{Op: action, At: m.Month, Err: err}
		switch refused {
		case pipelines.RefusedBlocked:
			if err := p.print(cmd, obstacles(m, c.Lang)); err != nil {
				return err
			}
			fault.Next = "what the list says of each problem, then the same command again"
		case pipelines.RefusedNotChecked:
			fault.Next, fault.With = "hulian close %s --check --by NAME", []any{m.Month}
		case pipelines.RefusedSamePerson:
			fault.Next, fault.With = "hulian close %s --sign --by ANOTHER", []any{m.Month}
		case pipelines.RefusedUnchanged:
			fault.Next = "hulian close --list"
		case pipelines.RefusedNoName:
			fault.Err, fault.Next = usage(err), "--by NAME"
		}
		return fault
	}
	if err != nil {
		return err
	}
	for _, problem := range m.Problems {
		sentence, _ := data.ExplainClosing(problem, p.lang())
		p.say("warning: %s\n", sentence)
	}
	fmt.Fprintln(p.Err, p.stands(m, location))
	return p.print(cmd, closingTable([]pipelines.MonthClosing{m}, location))
}

// stands is a month in one line for people.
func (p *program) stands(m pipelines.MonthClosing, location *time.Location) string {
	line := p.words.Tf("%s: %s", m.Month, p.words.T(string(m.State)))
	if m.Restatement > 0 {
		line += p.words.Tf(", restatement %d signed by %s at %s; %d values corrected since, %d ripened", m.Restatement, m.SignedBy,
			m.SignedAt.In(location).Format(time.DateTime), m.Corrected(), m.Ripened())
		if n := m.Unknown(); n > 0 {
			line += p.words.Tf(", %d became unknown: no data stand behind what was signed", n)
		}
	}
	if m.CheckedBy != "" {
		line += p.words.Tf("; checked by %s at %s", m.CheckedBy, m.CheckedAt.In(location).Format(time.DateTime))
	}
	return line
}

func obstacles(m pipelines.MonthClosing, lang string) pipelines.Table {
	t := pipelines.Table{Columns: []string{"month", "problem", "blocking", "subject", "count", "of", "sentence", "mend"}}
	for _, problem := range m.Problems {
		sentence, mend := data.ExplainClosing(problem, lang)
		t.Rows = append(t.Rows, []any{m.Month, string(problem.Code), problem.Blocking, problem.Subject, problem.Count, problem.Of, sentence, mend})
	}
	return t
}

func closingTable(all []pipelines.MonthClosing, location *time.Location) pipelines.Table {
	t := pipelines.Table{Columns: []string{"month", "state", "restatement", "checked_by", "checked_at", "signed_by", "signed_at", "generation", "numbers", "corrected", "unknown", "ripened", "blocking", "hash", "note"}}
	for _, m := range all {
		blocking := 0
		for _, problem := range m.Problems {
			if problem.Blocking {
				blocking++
			}
		}
		t.Rows = append(t.Rows, []any{m.Month, string(m.State), int64(m.Restatement), m.CheckedBy, momentOf(m.CheckedAt, location), m.SignedBy, momentOf(m.SignedAt, location), int64(m.Generation),
			int64(m.Numbers), int64(m.Corrected()), int64(m.Unknown()), int64(m.Ripened()), int64(blocking), m.Hash, m.Note})
	}
	return t
}

// momentOf is a cell with a moment of the town; nil where there is none.
func momentOf(at time.Time, location *time.Location) any {
	if at.IsZero() {
		return nil
	}
	return at.In(location).Format(time.DateTime)
}

func changesTable(m pipelines.MonthClosing, lang string, location *time.Location) pipelines.Table {
	t := pipelines.Table{Columns: []string{"month", "measure", "name", "level", "unit_id", "unit_name", "signed_numerator", "signed_denominator", "signed_value",
		"numerator", "denominator", "value", "reason", "since_generation", "since", "ripened", "kind", "restatement"}}
	for i, d := range slices.Concat(m.Restated, m.Differences) {
		var restatement any // that signed the later value; none yet
		if i < len(m.Restated) {
			restatement = int64(m.Restatement)
		}
		measure, _ := queries.MeasureOf(d.Measure)
		row := []any{m.Month, d.Measure, measure.Name.In(lang), d.Level, d.UnitID, d.UnitName}
		for _, n := range []*pipelines.ClosingNumber{d.Signed, d.Now} {
			if n == nil {
				n = &pipelines.ClosingNumber{}
			}
			for _, v := range []*float64{n.Numerator, n.Denominator, n.Value} {
				if v == nil {
					row = append(row, nil)
				} else {
					row = append(row, *v)
				}
			}
		}
		var reason any
		if d.Now != nil && d.Now.Reason != "" {
			reason = d.Now.Reason
		}
		t.Rows = append(t.Rows, append(row, reason, int64(d.Since), momentOf(d.SinceAt, location), d.Ripened, string(d.Kind()), restatement))
	}
	return t
}

func trailTable(entries []closing.Entry, location *time.Location) pipelines.Table {
	t := pipelines.Table{Columns: []string{"at", "month", "action", "by", "account", "note", "generation", "restatement", "document", "reason"}}
	for _, e := range entries {
		t.Rows = append(t.Rows, []any{e.At.In(location).Format(time.DateTime), e.Month, e.Action, e.By, e.Account, e.Note, int64(e.Generation), int64(e.Restatement), e.Document, e.Reason})
	}
	return t
}

// book opens the closed months of a town.
func (p *program) book(c config.Config) (*closing.Book, error) {
	programme, err := p.programme(c)
	if err != nil {
		return nil, err
	}
	version, _ := build()
	return &closing.Book{Dir: c.Dir, Programme: programme, Renew: func() (data.Programme, error) { return p.programme(c) }, Version: version}, nil
}

// closable adds to a generation what of its making bears on closing a month.
func closable(dir string, pinned web.Pinned) (closing.Snapshot, error) {
	s := closing.Snapshot{Data: pinned.Data, Generation: pinned.Generation, Hash: pinned.Hash, Warnings: func() (all []closing.Warning, err error) {
		g, err := publish.Read(dir, pinned.Generation) // none of its warnings may be lost: what is found is kept for the generation
		if err != nil {
			return nil, err
		}
		for _, check := range g.Manifest.Checks {
			all = append(all, closing.Warning{Claim: data.Text{Zh: check.Zh, En: check.Text}, Rows: check.Rows})
		}
		return all, nil
	}}
	history, err := runner.History(dir)
	if err != nil {
		return s, err
	}
	for _, run := range history {
		if slices.ContainsFunc(run.Stages, func(stage pipelines.StageRecord) bool { return stage.Stage == pipelines.StageBackup }) {
			continue // it changes nothing of the data
		}
		if run.State == pipelines.RunRunning || ofFiles(run) {
			continue // the files say themselves which months they are of
		}
		switch run.State {
		case pipelines.RunFailed, pipelines.RunCancelled, pipelines.RunInterrupted:
			s.Failed = data.Text{Zh: data.ExplainRun(run, "zh"), En: data.ExplainRun(run, "en")}
			if run.Error == "" {
				s.Failed.En = run.ID + " " + string(run.State)
			}
		case pipelines.RunRunning, pipelines.RunDone, pipelines.RunUnchanged: // nothing has failed
		}
		break
	}
	return s, nil
}

// ofFiles reports whether a run failed for the files it was given alone: everything else was loaded and published.
func ofFiles(run pipelines.Run) bool {
	return run.State == pipelines.RunFailed && len(run.Reasons) > 0 && !slices.ContainsFunc(run.Reasons, func(r pipelines.RunReason) bool {
		return r.Code != pipelines.RunNothingLoaded && r.Code != pipelines.RunFileHeld && r.Code != pipelines.RunFileInDoubt
	})
}

// closable opens the published generation with what bears on closing its months. The caller releases it.
func (p *program) closable(ctx context.Context, c config.Config) (closing.Snapshot, func() error, error) {
	reader, err := p.reader(ctx, c)
	if err != nil {
		return closing.Snapshot{}, nil, err
	}
	pinned, err := served{reader}.Pin(ctx)
	if err != nil {
		return closing.Snapshot{}, nil, errors.Join(err, reader.Close())
	}
	release := func() error {
		pinned.Release()
		return reader.Close()
	}
	s, err := closable(c.Dir, pinned)
	if err != nil {
		return s, nil, errors.Join(err, release())
	}
	return s, release, nil
}

// warnOfChanges names the months of a table that were corrected since they were signed. Closed months that cannot be
// read are a warning too: the values asked for are there all the same.
func (p *program) warnOfChanges(ctx context.Context, c config.Config, values pipelines.Table) {
	book, err := p.book(c)
	location, badZone := c.Location()
	if err = errors.Join(err, badZone); err == nil {
		var stamp string
		if stamp, err = book.Stamp(); stamp == "" && err == nil {
			return // no month was ever closed
		}
	}
	var all []pipelines.MonthClosing
	if err == nil {
		var s closing.Snapshot
		var release func() error
		if s, release, err = p.closable(ctx, c); err == nil {
			all, err = book.Months(ctx, s)
			err = errors.Join(err, release())
		}
	}
	if err != nil {
		message, next := p.explain(err)
		p.say("warning: whether months changed since they were signed is not known: %s\nTry: %s\n", message, next)
		return
	}
	column := slices.Index(values.Columns, "month")
	for _, m := range slices.Backward(all) {
		here := slices.ContainsFunc(values.Rows, func(row []any) bool { return row[column] == any(m.Month) })
		if m.State == pipelines.ClosingDamaged && here {
			p.say("warning: whether %s changed since it was signed is not known: its record is missing or damaged\nTry: hulian close %[1]s\n", m.Month)
		}
		if m.State == pipelines.ClosingChanged && here {
			p.say("warning: %s\nTry: hulian close %s --changes\n", p.stands(m, location), m.Month)
		}
	}
}

// closings hands the closed months to the pages.
type closings struct {
	dir  string
	book *closing.Book
}

// Stamp changes whenever a month's closing does.
func (c closings) Stamp() (string, error) { return c.book.Stamp() }

// Months says how every month stands.
func (c closings) Months(ctx context.Context, pinned web.Pinned) ([]pipelines.MonthClosing, error) {
	s, err := closable(c.dir, pinned)
	if err != nil {
		return nil, err
	}
	return c.book.Months(ctx, s)
}

// Close checks or signs a month.
func (c closings) Close(ctx context.Context, pinned web.Pinned, month, action string, by visitor.Visitor, note string) error {
	s, err := closable(c.dir, pinned)
	if err != nil {
		return err
	}
	_, err = c.book.Act(ctx, s, month, action, closing.Person{Name: cmp.Or(by.Name, by.Account), Account: by.Account}, note)
	return err
}

// observe keeps what a new generation corrects in signed months. The run is done all the same: what was not kept now is
// kept with the next generation, and until then is shown as new.
func (p *program) observe(c config.Config, log *slog.Logger) func(context.Context, pipelines.Querier, publish.Generation) {
	return func(ctx context.Context, q pipelines.Querier, g publish.Generation) {
		book, err := p.book(c)
		if err == nil {
			err = book.Observe(ctx, closing.Snapshot{Data: q, Generation: g.Number, Hash: g.Hash})
		}
		if err == nil {
			return
		}
		if log != nil {
			log.Error("changes since months were signed are not on record", "generation", g.Number, "error", err)
			return
		}
		message, next := p.explain(err)
		p.say("warning: changes since months were signed are not on record: %s\nTry: %s\n", message, next)
	}
}
