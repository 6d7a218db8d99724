package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/load/match"
	"hulian/pipelines/load/propose"
)

func newMapCommand(p *program) *cobra.Command {
	var output, sheet, exporter string
	var ask pipelines.MappingAsk
	cmd := &cobra.Command{
		Use:   "map FILE",
		Short: "Propose a mapping file for a file whose columns are not recognised",
		Long: document(`Writes a mapping file to confirm: headers that are recognised stand as they are, similar ones and unknown words are guesses
that wait behind "#?" until a person takes the mark away. Where the values say that a column cannot be taken as it is (a
day of closing that is filled for open rows, days in place of a day, a key in two columns, several towns), the other way is
written beside it. Keep the file in the town's folder mappings, one an exporter, and import the export again. Nothing
similar is taken by itself: what stays behind "#?" is not used, and a required column without a header refuses the file.

Rows that were refused before the mapping knew their words come in with the marked copy of the file: "hulian problems
mark FILE", then import the copy as it is.

`+mappingHelp(p.words), endsAsked),
		Example: "  hulian map 民情台账.xlsx\n  hulian map 民情台账.xlsx --export issues --sheet 一月 -o mappings/民情台账.yaml",
		Args:    exactly(1, "FILE"),
		RunE: func(cmd *cobra.Command, paths []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if err := present("map", paths); err != nil {
				return err
			}
			if _, known := data.ContractOf(ask.Export); ask.Export != "" && !known {
				return unknown("export", ask.Export, exportNames(), "hulian template")
			}
			var all []pipelines.Proposal
			err = p.withLists(cmd.Context(), c, func(lists propose.Lists) (err error) {
				all, err = propose.Propose(cmd.Context(), paths[0], baseOf(paths[0]), ask, filepath.Join(c.Dir, mappingsName), lists)
				return err
			})
			if errors.Is(err, pipelines.ErrNoHeader) {
				return &pipelines.Fault{Op: "propose a mapping", At: paths[0], Err: pipelines.ErrNoHeader, Next: "put the names of the columns into one row above the data, or say with --header-row which row it is"}
			}
			if errors.Is(err, pipelines.ErrUnknown) { // an encoding or a delimiter
				return usage(err)
			}
			if err != nil {
				return err
			}
			chosen, err := chooseTable(all, sheet)
			if err != nil {
				return err
			}
			if exporter == "" {
				base := baseOf(paths[0])
				exporter = strings.TrimSuffix(base, filepath.Ext(base))
			}
			draft := match.DraftOf(exporter, chosen, ask)
			if output == "" || output == "-" {
				_, err := io.WriteString(p.Out, draft)
				return err
			}
			if err := makeMappings(c, output); err != nil {
				return &pipelines.Fault{Op: "write mapping", At: output, Err: err, Next: "-o with a place you may write to"}
			}
			return p.create(output, "write mapping", func(w io.Writer) error { _, err := io.WriteString(w, draft); return err })
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "mapping file to write (default: standard output)")
	cmd.Flags().StringVar(&sheet, "sheet", "", "the sheet, or member of a zip file, where there are several")
	cmd.Flags().StringVar(&ask.Encoding, "encoding", "", "utf-8, utf-16le, utf-16be or gb18030, where the guess is wrong")
	cmd.Flags().StringVar(&ask.Delimiter, "delimiter", "", "one of , ; | and tab, where the guess is wrong")
	cmd.Flags().Int64Var(&ask.HeaderRow, "header-row", 0, "the row that names the columns, as the spreadsheet counts, where the guess is wrong")
	cmd.Flags().StringVar(&ask.Export, "export", "", "what the file holds (default: the export that fits best)")
	cmd.Flags().StringVar(&exporter, "exporter", "", "who writes such files (default: the file's name)")
	config.AddFlags(cmd.Flags())
	return cmd
}

// makeMappings makes the town's folder mappings where a file is to be written into it: "hulian init" makes it, but a town
// made by demo, restored, or begun with a run has none.
func makeMappings(c config.Config, output string) error {
	named, err := filepath.Abs(filepath.Dir(output))
	if err != nil {
		return err
	}
	mappings, err := filepath.Abs(filepath.Join(c.Dir, mappingsName))
	if err != nil || named != mappings {
		return err
	}
	if err := os.Mkdir(mappings, durable.DirMode); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// chooseTable takes the named table, or the only one that is not recognised by itself.
func chooseTable(all []pipelines.Proposal, sheet string) (pipelines.Proposal, error) {
	var names []string
	var open []pipelines.Proposal
	for _, t := range all {
		if t.Table == sheet && sheet != "" {
			return t, nil
		}
		names = append(names, t.Table)
		if !understood(t) {
			open = append(open, t)
		}
	}
	switch {
	case sheet != "":
		return pipelines.Proposal{}, unknown("sheet", sheet, names, "")
	case len(all) == 1:
		return all[0], nil
	case len(open) == 1:
		return open[0], nil
	default:
		return pipelines.Proposal{}, &pipelines.Fault{Op: "propose a mapping", At: all[0].File,
			Err: usage(pipelines.Errorf("it holds %d tables: %s", len(all), strings.Join(names, ", "))), Next: "--sheet with one of them"}
	}
}

// understood reports whether a table needs no mapping.
func understood(t pipelines.Proposal) bool {
	for _, c := range t.Columns {
		if c.Column != "" && !c.Sure || c.Unfit != "" {
			return false
		}
	}
	return len(t.Missing) == 0 && len(t.Words) == 0
}
