package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load"
)

func newAsideCommand(p *program) *cobra.Command {
	var a pipelines.Aside
	cmd := &cobra.Command{
		Use:   "aside [FILE]",
		Short: "Set a file or a row aside so that it does not count, or take it back",
		Long: document(`Sets a file aside, named by its number, its name or its id, or a row of an event export, named by --export and --key (its
ID as lists show it). Everything is computed anew without it and published. The original stays, so that it can be taken
back with --back; who decided it, when and why stands in the table set_asides. A row is taken out of every file that has
arrived. One that comes again with other content than those had is a correction, and counts.

Without a file and a row it lists what is set aside.`, endsAsked),
		Example: "  hulian aside 试填.xlsx --by 王样本 --reason 培训时试填\n  hulian aside --export visits --key ZF0001 --by 王样本 --reason 误录\n  hulian aside 试填.xlsx --back --by 王样本 --reason 确为正式报送",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, arguments []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			row := a.Export + a.Key
			if len(arguments) == 0 && row == "" {
				return p.listAside(cmd, c)
			}
			if (len(arguments) > 0) == (row != "") || row != "" && (a.Export == "" || a.Key == "") {
				return &pipelines.Fault{Op: "set aside", Err: usage(errors.New("name a file, or a row by its export and its key")), Next: "hulian aside FILE, or --export NAME --key ID"}
			}
			if strings.TrimSpace(a.By) == "" || strings.TrimSpace(a.Reason) == "" {
				return &pipelines.Fault{Op: "set aside", Err: usage(errors.New("a name and a reason are needed")), Next: "--by NAME --reason TEXT"}
			}
			if _, known := data.ContractOf(a.Export); a.Export != "" && !known {
				return unknown("export", a.Export, exportNames(), "hulian template")
			}
			p.runs = true
			if len(arguments) > 0 {
				if a.File, err = p.fileID(cmd, c, arguments[0]); err != nil {
					return err
				}
			}
			r, err := p.runner(c, "", runOptions{})
			if err != nil {
				return err
			}
			run, err := r.SetAside(cmd.Context(), a)
			if errors.Is(err, load.ErrNotAside) {
				return usage(err)
			}
			if err != nil {
				return err
			}
			p.say("%s; generation %d\n", p.words.T(map[bool]string{false: "it is set aside", true: "taken back"}[a.Back]), run.Generation)
			return nil
		},
	}
	cmd.Flags().StringVar(&a.Export, "export", "", "the export a row belongs to")
	cmd.Flags().StringVar(&a.Key, "key", "", "the row's ID, as lists show it")
	cmd.Flags().BoolVar(&a.Back, "back", false, "take it back")
	cmd.Flags().StringVar(&a.By, "by", "", "who decides")
	cmd.Flags().StringVar(&a.Reason, "reason", "", "why")
	config.AddFlags(cmd.Flags(), working...)
	return cmd
}

// fileID finds the newest file a person names.
func (p *program) fileID(cmd *cobra.Command, c config.Config, named string) (string, error) {
	found, err := p.ask(cmd.Context(), c, "select f.file_id from files f where "+ofFile+" and f.origin <> 'entered' order by f.file_no desc limit 1", named, named, named, named)
	if err != nil {
		return "", err
	}
	if len(found.Rows) == 0 {
		return "", unknown("file", named, nil, "the name as the page Data lists it")
	}
	id, _ := found.Rows[0][0].(string)
	return id, nil
}

// listAside writes what is set aside, the newest last.
func (p *program) listAside(cmd *cobra.Command, c config.Config) error {
	table, err := p.ask(cmd.Context(), c, `
with decided as (
    select s.*, row_number() over (partition by s.file_id, s.of_export, s.row_key order by s.entered_at desc, s.entry_id desc) as newest
    from set_asides s
)
select coalesce((select max(f.name) from files f where f.file_id = d.file_id), '') as file, coalesce(d.of_export, '') as export, coalesce(d.row_key, '') as key,
    d.reason, d.entered_by as by, d.entered_at as at
from decided d
where d.newest = 1 and not d.back
order by d.entered_at, d.entry_id`)
	if err != nil {
		return err
	}
	return p.print(cmd, table)
}
