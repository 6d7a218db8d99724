package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/dashboards/accounts"
	"hulian/dashboards/signin"
	"hulian/dashboards/visitor"
	"hulian/dashboards/web"
	"hulian/data/sample"
	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/entry"
	"hulian/pipelines/land"
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
the pipeline and serves the dashboards on this machine. All people are invented. A second start reuses what is there; a town of
another seed or scale needs a folder of its own.`, endsARun),
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := cmd.Flags().GetString("dir")
			if err != nil {
				return err
			}
			town := demoTown{dir, seed, scale, cmd.Flags().Changed("seed"), cmd.Flags().Changed("scale")}
			if err := p.makeTown(cmd.Context(), town); err != nil {
				return err
			}
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if _, err := initialise(c); err != nil {
				return err
			}
			if _, err := publish.Current(c.Dir); errors.Is(err, pipelines.ErrNotPublished) || errors.Is(err, pipelines.ErrDamaged) {
				first := p.shownFirstRun
				if headless {
					first = p.firstRun
				}
				if err := first(cmd.Context(), c); err != nil {
					return err
				}
			} else if err != nil {
				return err
			}
			if headless {
				return nil
			}
			return p.serve(cmd.Context(), c, func(address string, door *signin.Door, snapshots web.Snapshots) error {
				return p.invite(cmd.Context(), snapshots, address, door)
			})
		},
	}
	cmd.Flags().String("dir", "demo", "the folder the town is made in")
	cmd.Flags().BoolVar(&headless, "headless", false, "stop after the run, serve nothing")
	cmd.Flags().Uint64Var(&seed, "seed", 2018, "seed of the town, from 1: the same seed makes the same town")
	cmd.Flags().Float64Var(&scale, "scale", 1, fmt.Sprintf("size of the town, from %g to %d; 1 is the real one", sample.SmallestScale, sample.LargestScale))
	config.AddFlags(cmd.Flags(), config.Keys()...)
	p.offerComponents(cmd)
	return cmd
}

// demoRoles are the accounts of the sample town, each with what people call it.
var demoRoles = []accounts.Holder{
	{Name: "office", Shown: "组织办样本", Role: visitor.Office},
	{Name: "committee", Shown: "党委样本", Role: visitor.Committee},
	{Name: "secretary", Shown: "村书记样本", Role: visitor.VillageSecretary},
	{Name: "clerk", Shown: "文书样本", Role: visitor.Clerk},
	{Name: "analyst", Shown: "分析样本", Role: visitor.Analyst},
	{Name: "administrator", Shown: "管理员样本", Role: visitor.Administrator},
}

// invite makes an account of every role where it is not there yet, and writes a link for each by which its password is set.
func (p *program) invite(ctx context.Context, snapshots web.Snapshots, address string, door *signin.Door) error {
	p.say("open one of these links in a browser and choose a password; each opens once. Stop with Ctrl-C.\n")
	pinned, err := snapshots.Pin(ctx)
	if err != nil {
		return err
	}
	defer pinned.Release()
	village, err := pinned.Data.Query(ctx, "select unit_id from units where level = 'village' order by case when unit_name = '福合院村' then 0 else 1 end, unit_id limit 1")
	if err != nil {
		return err
	}
	for _, h := range demoRoles {
		if h.Role == visitor.VillageSecretary && len(village.Rows) > 0 {
			h.Scope.Village = fmt.Sprint(village.Rows[0][0])
		}
		act := accounts.Act{By: operator()}
		_, token, err := door.Accounts.Add(ctx, act, h)
		if errors.Is(err, accounts.ErrTaken) { // of an earlier start
			token, err = door.Accounts.Reset(ctx, act, h.Name)
		}
		if errors.Is(err, accounts.ErrDisabled) {
			continue
		}
		if err != nil {
			return err
		}
		p.say("as %-20s %sinvitation/%s\n", p.words.Of(h.Role.Title())+":", onThisMachine(address), token)
	}
	return nil
}

// demoTown is where the sample town is made, and how it was asked for.
type demoTown struct {
	dir         string
	seed        uint64
	scale       float64
	seeded, cut bool // the seed, the scale were asked for
}

// check refuses a seed and a scale of which no town can be made, before anything is made.
func (d demoTown) check() error {
	wrong := func(flag, why, next string) error {
		return usage(&pipelines.Fault{Op: "make the sample town", At: flag, Err: errors.New(why), Next: next})
	}
	switch {
	case d.seed == 0:
		return wrong("--seed 0", "a seed is a whole number from 1", "--seed 2018")
	case !(d.scale >= sample.SmallestScale && d.scale <= sample.LargestScale): // NaN is neither
		nearest := min(max(d.scale, sample.SmallestScale), sample.LargestScale)
		if math.IsNaN(nearest) {
			nearest = 1
		}
		return wrong(fmt.Sprintf("--scale %g", d.scale), fmt.Sprintf("the sample town can be made from %g to %d times its size", sample.SmallestScale, sample.LargestScale),
			fmt.Sprintf("--scale %g", nearest))
	}
	return nil
}

// stands reports whether the folder holds a sample town, and refuses to open one of another seed or scale than asked for.
func (d demoTown) stands() (bool, error) {
	content, err := os.ReadFile(filepath.Join(d.dir, planted))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	var there struct {
		Seed  uint64  `json:"seed"`
		Scale float64 `json:"scale"`
	}
	if err == nil {
		err = json.Unmarshal(content, &there)
	}
	if err != nil {
		return false, &pipelines.Fault{Op: "open the sample town", At: filepath.Join(d.dir, planted), Err: err, Next: "--dir with a new folder"}
	}
	if d.seeded && d.seed != there.Seed || d.cut && d.scale != there.Scale {
		return false, usage(&pipelines.Fault{Op: "make the sample town", At: d.dir, Err: pipelines.Errorf("the folder holds the town of --seed %d --scale %g already", there.Seed, there.Scale),
			Next: "--dir with a new folder, or leave out --seed and --scale to open the town that is there"})
	}
	return true, nil
}

// making is the folder in which the town is made: what lies beside it is complete.
const making = ".making"

// makeTown writes the sample town unless it is there. It never writes into a folder that is somebody else's, and leaves
// nothing half-made: what an interrupted start left is made anew.
func (p *program) makeTown(ctx context.Context, d demoTown) (err error) {
	if err := d.check(); err != nil {
		return err
	}
	if there, err := d.stands(); there || err != nil {
		return err
	}
	failed := func(err error) error {
		return &pipelines.Fault{Op: "make the sample town", At: d.dir, Err: err, Next: "--dir with a place you may write to"}
	}
	entries, err := os.ReadDir(d.dir)
	absent := errors.Is(err, fs.ErrNotExist)
	if err != nil && !absent {
		return failed(err)
	}
	aside, mine := filepath.Join(d.dir, making), []string{making}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == making }) {
		mine = append(mine, sampleParts...) // moved before the interruption
	}
	for _, entry := range entries {
		if !slices.Contains(mine, entry.Name()) {
			return usage(&pipelines.Fault{Op: "make the sample town", At: d.dir, Err: pipelines.Errorf("the folder holds something else: %s", entry.Name()), Next: "--dir with a new folder"})
		}
	}
	for _, name := range mine {
		if err := os.RemoveAll(filepath.Join(d.dir, name)); err != nil {
			return failed(err)
		}
	}
	if err := os.MkdirAll(aside, durable.DirMode); err != nil {
		return failed(err)
	}
	p.runs = true
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(aside))
			if absent {
				_ = os.Remove(d.dir) // stays where it holds anything
			}
		}
	}()
	drawn, finish := p.progress()
	defer finish()
	p.say("making a synthetic town in %s\n", d.dir)
	drawnTown, err := sample.Write(ctx, sample.Options{Dir: aside, Seed: d.seed, Scale: d.scale, Progress: drawn})
	if err != nil {
		return err
	}
	if err := enterTalks(ctx, aside, drawnTown); err != nil {
		return failed(err)
	}
	for _, name := range sampleParts {
		if err := os.Rename(filepath.Join(aside, name), filepath.Join(d.dir, name)); err != nil && (name != landedName || !errors.Is(err, fs.ErrNotExist)) { // a small town has no talks
			return failed(err)
		}
	}
	return os.Remove(aside)
}

// enterTalks lands what people of the sample town have recorded about branches in last place, as its pages would have kept it.
func enterTalks(ctx context.Context, dir string, town sample.Summary) error {
	if len(town.Talks) == 0 {
		return nil
	}
	at, err := time.Parse(time.DateOnly, town.CutOff)
	if err != nil {
		return err
	}
	said := entry.Entry{Export: "talks", By: "组织办样本", At: at}
	for _, k := range town.Talks {
		row := entry.Row{}
		for column, text := range map[string]string{"of_branch": k.Branch, "talk": k.Talk, "rated_year": k.Year, "arranged_on": k.Arranged, "owner": k.Owner, "due_on": k.Due, "held_on": k.Held, "note": k.Note} {
			if text != "" {
				row[column] = text
			}
		}
		said.Rows = append(said.Rows, row)
	}
	store, err := land.Open(filepath.Join(dir, landedName))
	if err != nil {
		return err
	}
	item, err := said.File()
	if err != nil {
		return err
	}
	_, _, err = store.Land(ctx, item)
	return err
}

// sampleParts are what the sample town writes, in the order they are put in place: the truth says that all is there.
var sampleParts = []string{"NOTE.txt", "programme.yaml", "inbox", landedName, filepath.Dir(planted)}
