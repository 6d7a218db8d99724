package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/data/sample"
	"hulian/pipelines"
	"hulian/pipelines/publish"
)

// planted is written last by the sample town, so that its presence means the town is complete.
const planted = "truth/planted.json"

func newDemoCommand(p *program) *cobra.Command {
	var headless bool
	var seed uint64
	var scale float64
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Make a synthetic town, run the pipeline and open its dashboards",
		Long: document(`Makes the folder of a synthetic town: two years of exports as clerks and systems write them, dirt included. Then runs
the pipeline and serves the dashboards on this machine. All people are invented. A second start reuses what is there.`,
			statusDone, statusFailed, statusUsage, statusNothing, statusHeld, statusCancelled),
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := cmd.Flags().GetString("dir")
			if err != nil {
				return err
			}
			if err := p.makeTown(cmd.Context(), sample.Options{Dir: dir, Seed: seed, Scale: scale}); err != nil {
				return err
			}
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if _, err := publish.Current(c.Dir); errors.Is(err, pipelines.ErrNotPublished) {
				if err := p.firstRun(cmd.Context(), c); err != nil {
					return err
				}
			} else if err != nil {
				return err
			}
			if headless {
				return nil
			}
			if c.OfficeKey == "" {
				c.OfficeKey = rand.Text() // nobody's evidence is at stake: the people are invented
			}
			return p.serve(cmd.Context(), c, func(address string) {
				fmt.Fprintf(p.Err, "open %s in a browser; stop with Ctrl-C\nas the organisation office: %soffice?key=%s\n", address, address, url.QueryEscape(c.OfficeKey))
			})
		},
	}
	cmd.Flags().String("dir", "demo", "the folder the town is made in")
	cmd.Flags().BoolVar(&headless, "headless", false, "stop after the run, serve nothing")
	cmd.Flags().Uint64Var(&seed, "seed", 2018, "seed of the town: the same seed makes the same town")
	cmd.Flags().Float64Var(&scale, "scale", 1, "size of the town; 1 is the real one")
	config.AddFlags(cmd.Flags(), config.Keys()...)
	return cmd
}

// makeTown writes the sample town unless it is there. It never writes into a folder that is somebody else's.
func (p *program) makeTown(ctx context.Context, options sample.Options) error {
	if _, err := os.Stat(filepath.Join(options.Dir, planted)); err == nil {
		return nil
	}
	entries, err := os.ReadDir(options.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &pipelines.Fault{Op: "make the sample town", At: options.Dir, Err: err, Next: "--dir with a place you may write to"}
	}
	half := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == filepath.Dir(planted) }) // an interrupted demo
	if len(entries) > 0 && !half {
		return &pipelines.Fault{Op: "make the sample town", At: options.Dir, Err: errors.New("the folder holds something else: " + entries[0].Name()),
			Next: "--dir with a new folder"}
	}
	drawn, finish := p.progress()
	defer finish()
	options.Progress = drawn
	fmt.Fprintf(p.Err, "making a synthetic town in %s\n", options.Dir)
	if _, err := sample.Write(ctx, options); err != nil {
		return err
	}
	return nil
}
