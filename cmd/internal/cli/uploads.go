package cli

import (
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/dashboards/desk"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

func newUploadsCommand(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "uploads",
		Short: "Accept or refuse, as a second person, what was handed in on a page",
		Long: document(`Lists the files that were handed in on a page and wait for a second person ("uploads: second_person: true" in hulian.yaml),
oldest first. What is accepted is read within seconds by the server at work, or else by the next "hulian run". Every decision
stands in the audit trail.
列出等待第二人复核的报送文件；同意后读入，退回须写明理由；每个决定都记入操作记录。`, endsPlainly),
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, location, err := p.configIn(cmd)
			if err != nil {
				return err
			}
			waiting, err := desk.Proposals(filepath.Join(c.Dir, uploadsName))
			if err != nil {
				return err
			}
			table := pipelines.Table{Columns: []string{"upload", "received_at", "by", "village", "files"}}
			for _, b := range waiting {
				table.Rows = append(table.Rows, []any{b.ID, momentOf(b.ReceivedAt, location), b.Author.Name, b.Author.Village, b.Object()})
			}
			return p.print(cmd, table)
		},
	}
	config.AddFlags(cmd.Flags(), "time_zone")
	cmd.AddCommand(newUploadsDecideCommand(p, "accept", "Accept files that wait for a second person", true),
		newUploadsDecideCommand(p, "refuse", "Refuse files that wait for a second person, with a reason", false))
	return cmd
}

// newUploadsDecideCommand makes the command that accepts, or the one that refuses.
func newUploadsDecideCommand(p *program, verb, short string, accept bool) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   verb + " UPLOAD",
		Short: short,
		Long: document(`Decides about an upload, named as "hulian uploads" lists it, as whoever runs the command.
对“hulian uploads”列出的一次报送作出决定，以运行本命令的人为复核人。`, endsAsked),
		Args: exactly(1, "UPLOAD"),
		RunE: func(cmd *cobra.Command, ids []string) (err error) {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			db, _, err := p.database(cmd.Context(), c, true)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.Close()) }()
			who := operator()
			b, err := desk.Decide(filepath.Join(c.Dir, uploadsName), ids[0], desk.Author{Account: who.Account, Name: who.Author()}, accept, reason)
			event := trail.Event{By: who, Action: trail.UploadAccepted, Object: b.Object(), At: visitor.Place{Village: b.Author.Village}}
			if !accept {
				event.Action = trail.UploadRefused
			}
			switch {
			case errors.Is(err, pipelines.ErrUnknown), errors.Is(err, desk.ErrNoReason):
				return usage(err)
			case errors.Is(err, desk.ErrOwn):
				event.Outcome, err = trail.Denied, usage(err)
			case err != nil:
				event.Outcome = trail.Failed
			}
			return errors.Join(err, trail.Open(db).Write(cmd.Context(), event))
		},
	}
	if !accept {
		cmd.Flags().StringVar(&reason, "reason", "", "why; the author reads it")
	}
	return cmd
}
