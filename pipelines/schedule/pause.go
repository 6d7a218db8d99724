package schedule

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"hulian/pipelines"
	"hulian/pipelines/durable"
)

// pausesName is the file in the town's folder that says which jobs are paused.
const pausesName = "paused.json"

// Pause says whether a job is paused, and since when it is or is not.
type Pause struct {
	Paused bool      `json:"paused"`
	Since  time.Time `json:"since"`
}

// Pauses reads which jobs of a town are paused, by name. Of a damaged file it gives none and an error that wraps
// pipelines.ErrDamaged: data that come too often harm less than data that do not come.
func Pauses(dir string) (map[string]Pause, error) {
	pauses := map[string]Pause{}
	if dir == "" {
		return pauses, nil
	}
	path := filepath.Join(dir, pausesName)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return pauses, nil
	}
	if err != nil {
		return nil, &pipelines.Fault{Op: "read pauses", At: path, Err: err, Next: "check who may read it"}
	}
	if err := json.Unmarshal(content, &pauses); err != nil {
		return map[string]Pause{}, &pipelines.Fault{Op: "read pauses", At: path, Err: pipelines.Errorf("%w: %w", pipelines.ErrDamaged, err),
			Next: "hulian check --repair sets it aside: then no pipeline is paused"}
	}
	return pauses, nil
}

// SetPaused pauses a job or lets it go on. A running start goes on to its end; the next one does not come. It holds for
// every process on the folder, and after a restart.
func SetPaused(dir, name string, paused bool, now time.Time) (err error) {
	path := filepath.Join(dir, pausesName)
	defer func() {
		if err != nil && !errors.Is(err, pipelines.ErrDamaged) {
			err = &pipelines.Fault{Op: "pause", At: path, Err: err, Next: "check who may write there"}
		}
	}()
	lock := flock.New(path + ".lock")
	if err := lock.Lock(); err != nil { // held for the time of a small write
		return err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	pauses, err := Pauses(dir)
	if err != nil {
		return err
	}
	if pauses[name].Paused == paused {
		return nil
	}
	pauses[name] = Pause{paused, now.UTC()}
	content, err := json.MarshalIndent(pauses, "", "  ")
	if err != nil {
		return err
	}
	return durable.Write(path, append(content, '\n'), durable.FileMode)
}

// paused reports whether a job is paused now. Where that cannot be read it is not.
func (s *Schedule) paused(name string) bool {
	pauses, err := Pauses(s.config.Dir)
	if err != nil {
		s.config.Logger.Error("pauses cannot be read", "error", err)
	}
	return pauses[name].Paused
}
