package cli

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"hulian/pipelines"
)

func newVersionCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which hulian this is",
		Long:  document("Writes the version of hulian, the commit it was built from and the Go it was built with.", endsPlainly),
		Args:  exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			version, commit := build()
			return p.print(cmd, pipelines.Table{
				Columns: []string{"version", "commit", "go", "platform"},
				Rows:    [][]any{{version, commit, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}},
			})
		},
	}
}

// build reads what the Go tool recorded in the binary.
func build() (version, commit string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown", ""
	}
	version = info.Main.Version
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			commit = setting.Value + commit
		case setting.Key == "vcs.modified" && setting.Value == "true":
			commit += " with changes"
		}
	}
	return version, commit
}
