package cli

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/dashboards/trail"
	"hulian/pipelines"
)

func newTrailCommand(p *program) *cobra.Command {
	var q trail.Question
	var verify, csv bool
	cmd := &cobra.Command{
		Use:   "trail",
		Short: "Say who did what: the audit trail",
		Long: document(`Writes who signed in, looked at evidence about persons, handed files in, decided, signed and kept accounts, newest first.
--csv writes all of it as a spreadsheet opens it. --verify reads the whole chain: each entry carries the hash of the one
before, and the first that is not as it was written is named, with status 1. Keep the hash it writes somewhere else: it
tells whether a whole trail was made anew.
操作记录：谁、何时、从哪里、做了什么，新的在前。--csv 导出全部；--verify 逐条校验，发现改动时指出第一处。`, endsAsked),
		Example: "  hulian trail --unit V07\n  hulian trail --account wang --limit 200\n  hulian trail --verify\n  hulian trail --csv > trail.csv",
		Args:    exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if q.Limit < 0 {
				return &pipelines.Fault{Op: "read flags", At: "of hulian trail", Err: usage(errors.New("--limit must be 0 or more")), Next: "--limit 50, or 0 for all"}
			}
			location, err := c.Location()
			if err != nil {
				return usage(err)
			}
			db, absent, err := p.database(cmd.Context(), c, false)
			if err != nil {
				return err
			}
			if absent {
				p.say("no trail is kept in %s: nobody has an account yet\n", c.Dir)
				return p.print(cmd, entriesTable(nil, c.Lang, location))
			}
			defer func() { _ = db.Close() }()
			book := trail.Open(db)
			switch {
			case verify:
				return p.verifyTrail(cmd, book)
			case csv:
				q.Limit = 0
				return trail.WriteCSV(p.Out, book.Read(cmd.Context(), operator(), q), c.Lang, location)
			}
			entries, next, err := book.Page(cmd.Context(), operator(), q)
			if err != nil {
				return err
			}
			if next > 0 {
				p.say("there are older entries: --before %d\n", next)
			}
			return p.print(cmd, entriesTable(entries, c.Lang, location))
		},
	}
	cmd.Flags().StringVar(&q.Unit, "unit", "", "only what is about a village or branch, by its ID")
	cmd.Flags().StringVar(&q.Account, "account", "", "only what an account did")
	cmd.Flags().Int64Var(&q.Before, "before", 0, "only entries with smaller numbers")
	cmd.Flags().IntVar(&q.Limit, "limit", 50, "at most so many entries; 0: all")
	cmd.Flags().BoolVar(&verify, "verify", false, "check that nothing was changed or taken out")
	cmd.Flags().BoolVar(&csv, "csv", false, "write all entries for a spreadsheet")
	cmd.MarkFlagsMutuallyExclusive("verify", "csv")
	config.AddFlags(cmd.Flags(), "time_zone")
	return cmd
}

func (p *program) verifyTrail(cmd *cobra.Command, book *trail.Book) error {
	n, last, err := book.Verify(cmd.Context())
	if errors.Is(err, trail.ErrBroken) {
		return &pipelines.Fault{Op: "verify trail", Err: err, Next: "compare with a backup, and find out who can write the folder"}
	}
	if err != nil {
		return err
	}
	return p.print(cmd, pipelines.Table{Columns: []string{"entries", "last_hash"}, Rows: [][]any{{n, last}}})
}

func entriesTable(entries []trail.Entry, lang string, location *time.Location) pipelines.Table {
	t := pipelines.Table{Columns: []string{"number", "at", "account", "name", "origin", "address", "village", "branch", "action", "what", "outcome"}}
	for _, e := range entries {
		t.Rows = append(t.Rows, []any{e.Number, e.Moment.In(location).Format(time.DateTime), e.Account, e.Name, string(e.Origin), e.Address, e.Place.Village, e.Place.Branch,
			string(e.Action), e.Sentence(lang), string(e.Outcome)})
	}
	return t
}
