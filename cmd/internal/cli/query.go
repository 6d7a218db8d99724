package cli

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/pipelines"
)

func newQueryCommand(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   `query "SQL"`,
		Short: "Ask the published snapshot in SQL",
		Long: document(`Answers one SQL query from the published snapshot, read-only: no files, no other databases, no settings. Every export
is a view of its name (issues, visits, households, …), and so is every table of results (measures, units,
issue_flow, …), files, reconciliation and problems. "show tables" lists them all.`, endsAsked),
		Example: `  hulian query "select count(*) from issues"
  hulian query "select unit_name, value from measures where measure = 'card_rate' and level = 'village' and month = '2018-01'" --format csv`,
		Args: exactly(1, `"SQL"`),
		RunE: func(cmd *cobra.Command, arguments []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if _, err := outputFormat(cmd); err != nil {
				return err
			}
			if n := statements(arguments[0]); n > 1 {
				return usage(&pipelines.Fault{Op: "query", At: "the snapshot of " + c.Dir, Err: fmt.Errorf("%d statements were given, and only one has an answer", n),
					Next: "one command a statement"})
			}
			table, err := p.ask(cmd.Context(), c, arguments[0])
			if err != nil {
				return err
			}
			return p.print(cmd, table)
		},
	}
	config.AddFlags(cmd.Flags(), reading...)
	return cmd
}

// quoted are the parts of a text in SQL in which a semicolon ends nothing: strings, names, comments.
var quoted = regexp.MustCompile(`(?s)'(?:[^']|'')*'|"(?:[^"]|"")*"|\$\$.*?\$\$|--[^\n]*|/\*.*?\*/`)

// statements counts the statements of a text in SQL. The engine would run all of them and answer the last.
func statements(sql string) (n int) {
	for part := range strings.SplitSeq(quoted.ReplaceAllStringFunc(sql, func(s string) string {
		if s[0] == '-' || s[0] == '/' {
			return " "
		}
		return "x"
	}), ";") {
		if strings.TrimSpace(part) != "" {
			n++
		}
	}
	return n
}
