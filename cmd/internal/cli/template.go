package cli

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/template"
)

func newTemplateCommand(p *program) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "template EXPORT",
		Short: "Write a workbook to fill in",
		Long: document(`Writes an XLSX with the columns of one export: drop-downs where there is a choice, a note with an example on every
header, and a second sheet that explains the columns. Without EXPORT, the exports are listed, each with the lists it needs to be there first.`, endsPlainly),
		Example: "  hulian template visits\n  hulian template issues -o 社情民意.xlsx\n  hulian template households --lang en -o - > households.xlsx",
		Args: func(cmd *cobra.Command, arguments []string) error {
			if len(arguments) == 0 {
				return nil
			}
			return exactly(1, "EXPORT")(cmd, arguments)
		},
		ValidArgs: exportNames(),
		RunE: func(cmd *cobra.Command, arguments []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if len(arguments) == 0 {
				return p.print(cmd, exportList(c.Lang))
			}
			contract, ok := data.ContractOf(arguments[0])
			if !ok {
				return unknown("export", arguments[0], exportNames(), "hulian template")
			}
			return p.writeTemplate(contract, c.Lang, output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", `file to write; "-" is standard output (default EXPORT.xlsx)`)
	return cmd
}

func exportNames() []string {
	var names []string
	for _, c := range data.Contracts() {
		names = append(names, c.Export)
	}
	return names
}

func exportList(lang string) pipelines.Table {
	table := pipelines.Table{Columns: []string{"export", "name", "kind", "note", "needs"}}
	for _, c := range data.Contracts() {
		var needs []string
		for _, list := range c.Needs() {
			needs = append(needs, list.Export)
		}
		table.Rows = append(table.Rows, []any{c.Export, c.Name.In(lang), string(c.Kind), c.Note.In(lang), strings.Join(needs, " ")})
	}
	return table
}

func (p *program) writeTemplate(contract data.Contract, lang, output string) error {
	if output == "-" {
		return template.Write(p.Out, contract, lang)
	}
	if output == "" {
		output = contract.Export + ".xlsx"
	}
	return p.create(output, "write template", func(w io.Writer) error { return template.Write(w, contract, lang) })
}
