package runner

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"

	"hulian/pipelines"
	"hulian/pipelines/durable"
)

// leftovers is what a killed process can leave in a town's folder: written aside, never put in place. What publish
// leaves it takes up itself.
var leftovers = []string{
	path.Join(landedName, ".landing-*"), path.Join(runsName, durable.Aside("*.json")), // a file on its way in, a document
	".loading-*", durable.Aside("sources.json"), // rows of a large file, the versions of remote files
	warehouseName + ".tmp", // what did not fit into memory
}

// settle brings a town in order after a process that was killed: the lock is held here, so that nobody else is at work.
// Files written aside go, and runs that say they are running are marked as interrupted; what others may read is closed.
func (r *Runner) settle(log *slog.Logger) ([]pipelines.Run, error) {
	tighten(r.config.Dir, log)
	for _, pattern := range leftovers {
		found, err := fs.Glob(os.DirFS(r.config.Dir), pattern)
		for _, name := range found {
			err = errors.Join(err, os.RemoveAll(filepath.Join(r.config.Dir, filepath.FromSlash(name))))
		}
		if err != nil {
			log.Warn("what a killed run left stays", "error", err) // it is in nobody's way
		}
	}
	runs, damaged, err := read(r.config.Dir, nil)
	if err != nil {
		return nil, err
	}
	for _, record := range damaged {
		log.Warn("the record of a run is damaged; everything else goes on", "error", record)
	}
	for i := range runs {
		if runs[i].State != pipelines.RunRunning {
			continue
		}
		runs[i].State = pipelines.RunInterrupted
		runs[i].Error = "the process ended before the run did; the next run went on from there"
		runs[i].Reasons = []pipelines.RunReason{{Code: pipelines.RunWasInterrupted}}
		if err := write(r.config.Dir, runs[i]); err != nil {
			return nil, err
		}
		log.Warn("a run was interrupted", "run", runs[i].ID)
	}
	return runs, nil
}
