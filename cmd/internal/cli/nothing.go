package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/data"
	"hulian/pipelines"
)

func newNothingCommand(p *program) *cobra.Command {
	var n pipelines.Nothing
	cmd := &cobra.Command{
		Use:   "nothing EXPORT MONTH",
		Short: "Say that a village had nothing to report for a month, or take it back",
		Long: document(`Says that there was nothing to report for an export in a month: of one village (--village), or of every village of the town.
Without it a month for which no rows came is unknown, not 0. Everything is computed anew and published; who said it and when
stands in the table nothing_to_report. --back takes it back.`, endsAsked),
		Example: "  hulian nothing issues 2018-01 --village V07 --by 王样本\n  hulian nothing meetings 2018-01 --by 王样本 --reason 春节停会\n  hulian nothing issues 2018-01 --village V07 --back --by 王样本",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, arguments []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			n.Export, n.Month = arguments[0], arguments[1]
			contract, known := data.ContractOf(n.Export)
			if !known {
				return unknown("export", n.Export, exportNames(), "hulian template")
			}
			if contract.Kind != data.Event || contract.DatedBy == "" {
				return &pipelines.Fault{Op: "nothing to report", At: n.Export, Err: usage(errors.New("it is no export of dated events")), Next: "a list that holds nothing is sent empty, with its header"}
			}
			if _, err := time.Parse("2006-01", n.Month); err != nil {
				return &pipelines.Fault{Op: "nothing to report", At: n.Month, Err: usage(errors.New("it is no month")), Next: "write it as 2018-01"}
			}
			if strings.TrimSpace(n.By) == "" {
				return &pipelines.Fault{Op: "nothing to report", Err: usage(errors.New("nobody says so")), Next: "--by NAME"}
			}
			if n.Village != "" {
				found, err := p.ask(cmd.Context(), c, "select unit_id from units where level = 'village' order by unit_id")
				if err != nil {
					return err
				}
				var villages []string
				for _, row := range found.Rows {
					villages = append(villages, fmt.Sprint(row[0]))
				}
				if !slices.Contains(villages, n.Village) {
					return unknown("village", n.Village, villages, `hulian query "select unit_id, unit_name from units"`)
				}
			}
			p.runs = true
			r, err := p.runner(c, "", runOptions{})
			if err != nil {
				return err
			}
			run, err := r.SayNothing(cmd.Context(), n)
			if errors.Is(err, pipelines.ErrNotBegun) {
				return usage(err)
			}
			if err != nil {
				return err
			}
			p.say("%s; generation %d\n", p.words.T(map[bool]string{false: "nothing to report", true: "withdrawn"}[n.Back]), run.Generation)
			return nil
		},
	}
	cmd.Flags().StringVar(&n.Village, "village", "", "the village's ID (default: every village)")
	cmd.Flags().BoolVar(&n.Back, "back", false, "withdraw it")
	cmd.Flags().StringVar(&n.By, "by", "", "who says so")
	cmd.Flags().StringVar(&n.Reason, "reason", "", "why")
	config.AddFlags(cmd.Flags(), working...)
	return cmd
}
