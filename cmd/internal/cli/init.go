package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/source/all"
)

const mappingsName = "mappings"

func newInitCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "Make a folder for a town",
		Long: document(`Makes the town's folder (--dir): hulian.yaml and programme.yaml with every key explained, sources.yaml with an example of
every kind of source, inbox for the exports and mappings for files whose headers are not the usual ones. The files change
nothing until a line is uncommented. What is there already is left as it is.`, endsPlainly),
		Example: "  hulian init --dir xiaolin",
		Args:    exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.config(cmd) // an existing file must be readable before anything is made beside it
			if err != nil {
				return err
			}
			made, err := initialise(c)
			if err != nil {
				return &pipelines.Fault{Op: "make the town's folder", At: c.Dir, Err: err, Next: "--dir with a place you may write to"}
			}
			for _, path := range made {
				fmt.Fprintln(p.Err, path)
			}
			if len(made) == 0 {
				p.say("everything is there already\n")
			}
			return nil
		},
	}
}

// initialise makes what is missing and returns what it made.
func initialise(c config.Config) (made []string, err error) {
	for _, dir := range []string{c.Dir, c.InboxDir(), filepath.Join(c.Dir, mappingsName)} {
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			made = append(made, dir)
		}
		if err := os.MkdirAll(dir, durable.DirMode); err != nil {
			return made, err
		}
	}
	for _, one := range []struct{ name, text string }{{config.FileName, config.Explained()}, {programmeName, data.ProgrammeExplained()}, {all.FileName, all.Explained()}} {
		path := filepath.Join(c.Dir, one.name)
		file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, durable.FileMode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return made, err
		}
		made = append(made, path)
		_, err = file.WriteString(one.text)
		if err := errors.Join(err, file.Close()); err != nil {
			return made, err
		}
	}
	return made, nil
}
