package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/dashboards/accounts"
	"hulian/pipelines"
)

func newUserTokenCommand(p *program) *cobra.Command {
	var label, revoke string
	var may []string
	var days int
	var list bool
	cmd := &cobra.Command{
		Use:   "token NAME",
		Short: "Make an access token by which a program asks the API as an account",
		Long: document(`Makes an access token of an account and writes it to standard output, this once: it is kept as a hash. Programs send it as
"Authorization: Bearer TOKEN" to /api/v1, which /api/v1/docs explains. A token can do no more than its account: --may names what
it is for, read (figures and tables, names masked), persons (with the names the account sees) and upload. --list lists the
tokens of the account with their last use, --revoke ends one at once. The owner does the same on the page /tokens.
为账号生成访问令牌（只显示一次），供程序读取数据或上传文件；--list 列出，--revoke 作废。`, endsAsked),
		Example: "  hulian user token analyst --label \"R on my desk\" --days 30\n  hulian user token wang --label uploads --may upload\n  hulian user token wang --revoke 3",
		Args:    exactly(1, "NAME"),
		RunE: func(cmd *cobra.Command, names []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			return p.withAccounts(cmd, c, names[0], func(s *accounts.Store, act accounts.Act) error {
				switch {
				case list:
					return p.printTokens(cmd, c, s, act, names[0])
				case revoke != "":
					id, err := strconv.ParseInt(revoke, 10, 64)
					if err != nil {
						return usage(&pipelines.Fault{Op: "read flags", At: "--revoke " + revoke, Err: errors.New("it is no number"), Next: "hulian user token " + names[0] + " --list"})
					}
					return s.RevokeToken(cmd.Context(), act, names[0], id)
				}
				ask := accounts.TokenAsk{Label: label, Lasts: time.Duration(days) * 24 * time.Hour}
				for _, scope := range may {
					ask.Scopes = append(ask.Scopes, accounts.TokenScope(scope))
				}
				t, secret, err := s.MakeToken(cmd.Context(), act, names[0], ask)
				if err == nil {
					p.say("for %s, shown this once, holds until %s:\n", t.Account, t.Expires.Format(time.DateOnly))
					fmt.Fprintln(p.Out, secret)
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&label, "label", "command line", "what the token is for")
	cmd.Flags().StringSliceVar(&may, "may", []string{string(accounts.TokenRead)}, "what it may do: read, persons, upload")
	cmd.Flags().IntVar(&days, "days", int(accounts.DefaultToken/(24*time.Hour)), "days it holds, 366 at most")
	cmd.Flags().BoolVar(&list, "list", false, "list the tokens of the account")
	cmd.Flags().StringVar(&revoke, "revoke", "", "number of a token to end")
	config.AddFlags(cmd.Flags(), "time_zone")
	return cmd
}

func (p *program) printTokens(cmd *cobra.Command, c config.Config, s *accounts.Store, act accounts.Act, name string) error {
	location, err := c.Location()
	if err != nil {
		return usage(err)
	}
	all, err := s.Tokens(cmd.Context(), act, name)
	if err != nil {
		return err
	}
	table := pipelines.Table{Columns: []string{"token", "label", "may", "state", "made_at", "expires_at", "used_at"}}
	for _, t := range all {
		scopes := make([]string, len(t.Scopes))
		for i, scope := range t.Scopes {
			scopes[i] = string(scope)
		}
		table.Rows = append(table.Rows, []any{t.ID, t.Label, strings.Join(scopes, " "), string(t.State(time.Now())), momentOf(t.Created, location), momentOf(t.Expires, location), momentOf(t.Used, location)})
	}
	return p.print(cmd, table)
}
