package cli

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/licences"
	"hulian/pipelines"
)

func newVersionCommand(p *program) *cobra.Command {
	var notices bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Say which hulian this is",
		Long: document(`Writes the version of hulian, the commit it was built from with its date, and the Go it was built with. The version is
the tag of a release; between two releases it is the next one's number with the commit's time and name. A binary built
without git says (devel), and neither commit nor date. With --licences it writes the licences and notices of everything in
the binary instead: Go, the libraries, the engine, and what the pages embed.`,
			endsPlainly),
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if notices {
				return p.licences(cmd)
			}
			version, from := build()
			return p.print(cmd, pipelines.Table{
				Columns: []string{"version", "commit", "date", "go", "platform"},
				Rows:    [][]any{{version, from.id, from.date, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}},
			})
		},
	}
	cmd.Flags().BoolVar(&notices, "licences", false, "write the licences and notices of everything in the binary")
	return cmd
}

// licences writes the notices: as text for people, or a row each.
func (p *program) licences(cmd *cobra.Command) error {
	format, err := outputFormat(cmd)
	if err != nil {
		return err
	}
	all, err := licences.All()
	if err != nil {
		return err
	}
	if format == "table" {
		if err := licences.Write(p.Out, all); err != nil {
			return pipelines.Errorf("write output: %w", err)
		}
		return nil
	}
	table := pipelines.Table{Columns: []string{"part", "version", "file", "remark", "text"}}
	for _, n := range all {
		table.Rows = append(table.Rows, []any{n.Part, n.Version, n.File, n.Remark(), n.Text})
	}
	return p.print(cmd, table)
}

// commit is what a binary was built from. Its date stands for that of the build, so that the same commit gives the same bytes.
type commit struct{ id, date string }

// build reads what the Go tool recorded in the binary.
func build() (version string, from commit) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown", commit{}
	}
	return info.Main.Version, commitOf(info)
}

func commitOf(info *debug.BuildInfo) (from commit) {
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			from.id = setting.Value + from.id
		case setting.Key == "vcs.time":
			from.date = setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			from.id += " with changes"
		}
	}
	return from
}
