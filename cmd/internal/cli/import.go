package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load"
	"hulian/pipelines/runner"
)

func newImportCommand(p *program) *cobra.Command {
	var dryRun, confirm bool
	cmd := &cobra.Command{
		Use:   "import FILE...",
		Short: "Load the named files, compute the measures, publish",
		Long: document(`Takes the named files through all stages, wherever they lie, and writes one line for every table in them: rows read,
accepted, quarantined and ignored, and what the table was taken for: encoding, delimiter, header row. Where that is wrong
a mapping file pins it, see "hulian map". A file that was loaded before is not loaded again.

With --dry-run nothing is kept: each file is checked by itself, and its first hundred problems are written one a line,
with sheet, row, column, value and how to mend it. Whether an ID stands in the registries is checked when it is loaded.`, endsARun),
		Example: "  hulian import 走访记录-2018-01.xlsx\n  hulian import --dry-run issues.csv --format csv > problems.csv",
		Args: func(cmd *cobra.Command, arguments []string) error {
			if len(arguments) > 0 {
				return nil
			}
			return exactly(1, "FILE...")(cmd, arguments)
		},
		RunE: func(cmd *cobra.Command, paths []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if err := present("import", paths); err != nil {
				return err
			}
			if dryRun {
				return p.inspect(cmd, c, paths)
			}
			return p.run(cmd, c, "", confirm, func(ctx context.Context, r *runner.Runner) (pipelines.Run, error) { return r.Import(ctx, paths) })
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "check the files and keep nothing")
	cmd.Flags().BoolVar(&confirm, "confirm", false, "load the files even where far fewer rows than before would hold them")
	config.AddFlags(cmd.Flags(), working...)
	return cmd
}

// present refuses paths that are no files before anything is begun.
func present(op string, paths []string) error {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err == nil && info.IsDir() {
			err = errors.New("it is a folder")
		}
		if err != nil {
			return &pipelines.Fault{Op: op, At: path, Err: err, Next: "check the path; whole folders are read from the inbox"}
		}
	}
	return nil
}

// inspect checks files and writes every problem. It fails where none of them could be loaded.
func (p *program) inspect(cmd *cobra.Command, c config.Config, paths []string) error {
	if _, err := outputFormat(cmd); err != nil {
		return err
	}
	programme, err := p.programme(c)
	if err != nil {
		return err
	}
	drawn, finish := p.progress()
	defer finish()
	var problems []pipelines.Problem
	accepted, tables := int64(0), 0
	for _, path := range paths {
		files, found, err := load.Inspect(cmd.Context(), path, load.Config{MappingsDir: filepath.Join(c.Dir, mappingsName), Programme: programme,
			TimeZone: c.TimeZone, Progress: drawn})
		if err != nil {
			return err
		}
		for _, f := range files {
			tables++
			accepted += f.Accepted
			fmt.Fprintf(p.Err, "%s\n", describe(f))
		}
		problems = append(problems, found...)
	}
	finish()
	if err := p.print(cmd, problemTable(problems, c.Lang)); err != nil {
		return err
	}
	if accepted == 0 {
		return &pipelines.Fault{Op: "check", At: fmt.Sprintf("%d tables", tables), Err: pipelines.ErrNothingLoaded, Next: "mend the files as the problems say"}
	}
	return nil
}

// describe is one file's table in a line for people.
func describe(f pipelines.Reconciliation) string {
	name := f.Name
	if f.Sheet != "" {
		name += " [" + f.Sheet + "]"
	}
	if reading := data.ExplainReading(f.ReadAs, "en"); reading != "" {
		name += " (" + reading + ")"
	}
	if f.Problem != "" {
		return fmt.Sprintf("%s: %s", name, data.ProblemTexts()[f.Problem].Name.En)
	}
	line := fmt.Sprintf("%s: %s, %d rows read = %d accepted + %d quarantined + %d ignored, %d warnings", name, f.Export, f.Read, f.Accepted, f.Quarantined, f.Ignored, f.Warnings)
	if f.Detail != "" {
		line += "; " + data.ExplainDetail(f.Detail, "en")
	}
	return line
}

// problemTable lists problems as a clerk with the file open in Excel needs them.
func problemTable(problems []pipelines.Problem, lang string) pipelines.Table {
	table := pipelines.Table{Columns: []string{"file", "sheet", "export", "row", "letter", "column", "header", "value", "severity", "problem", "sentence", "mend"}}
	for _, f := range problems {
		sentence, mend := data.Explain(f, lang)
		table.Rows = append(table.Rows, []any{f.File, f.Sheet, f.Export, blankZero(f.Row), f.Letter, f.Column, f.Header, f.Value, string(f.Severity), string(f.Code), sentence, mend})
	}
	return table
}

// blankZero leaves the row empty for a problem of the whole file.
func blankZero(row int64) any {
	if row == 0 {
		return nil
	}
	return row
}
