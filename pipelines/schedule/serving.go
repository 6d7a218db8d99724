package schedule

import (
	"context"
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

// servingName is the file in the town's folder that says by which lines a server runs. It counts only while the server
// holds the lock beside it: what a killed one left misleads nobody.
const servingName = "serving.json"

// Serving is what a server runs by.
type Serving struct {
	Process  int       `json:"process"`
	Since    time.Time `json:"since"`
	TimeZone string    `json:"time_zone"`
	Lines    []Line    `json:"lines"`
}

// Line is one job of a server.
type Line struct {
	Name    string   `json:"name"`
	Cron    string   `json:"cron"`
	Sources []string `json:"sources,omitempty"`
	Retries int      `json:"retries"`
}

// Announce tells other processes on the folder by which lines this schedule runs, until withdraw is called or the process
// ends. It is an error that wraps pipelines.ErrBusy where another server has announced its own.
func (s *Schedule) Announce(ctx context.Context, now time.Time) (withdraw func(), err error) {
	path := filepath.Join(s.config.Dir, servingName)
	defer func() {
		if err != nil {
			err = &pipelines.Fault{Op: "announce the schedule", At: path, Err: err, Next: "check who may write there, and whether another hulian serve runs on this folder"}
		}
	}()
	lock := flock.New(path + ".lock")
	brief, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	got, err := lock.TryLockContext(brief, glance/20)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && brief.Err() == nil:
		return nil, err
	case !got:
		return nil, pipelines.Errorf("%w: another server runs on this folder", pipelines.ErrBusy)
	}
	serving := Serving{Process: os.Getpid(), Since: now.UTC(), TimeZone: s.config.Location.String()}
	for _, job := range s.config.Jobs {
		serving.Lines = append(serving.Lines, Line{job.Name, job.Spec, job.Sources, job.Retries})
	}
	content, err := json.MarshalIndent(serving, "", "  ")
	if err == nil {
		err = durable.Write(path, append(content, '\n'), durable.FileMode)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return func() {
		// What stays of either misleads nobody: the lock ends with the process, and without it the file does not count.
		_ = os.Remove(path)
		_ = lock.Unlock()
	}, nil
}

// glance is how long a server that starts waits for those that only look whether there is one.
const glance = 2 * time.Second

// Announced returns what the server that runs on the folder goes by; nil where none does.
func Announced(dir string) (*Serving, error) {
	path := filepath.Join(dir, servingName)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unread(path, err)
	}
	lock := flock.New(path + ".lock")
	free, err := lock.TryRLock()
	if err != nil {
		return nil, unread(path, err)
	}
	if free { // nobody holds it: the server is gone
		return nil, lock.Unlock()
	}
	serving := &Serving{}
	if err := json.Unmarshal(content, serving); err != nil {
		return nil, unread(path, err)
	}
	return serving, nil
}

func unread(path string, err error) error {
	return &pipelines.Fault{Op: "read what the server runs by", At: path, Err: err, Next: "check who may read it; restarting hulian serve writes it anew"}
}

// Schedule is the server's schedule for a command beside it: it says how the jobs stand and starts none.
func (s *Serving) Schedule(dir string, history func() ([]pipelines.Run, error)) (*Schedule, error) {
	location, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return nil, unread(filepath.Join(dir, servingName), err)
	}
	var jobs []Job
	for _, line := range s.Lines {
		jobs = append(jobs, Job{Name: line.Name, Spec: line.Cron, Sources: line.Sources, Retries: line.Retries})
	}
	return New(Config{Jobs: jobs, Location: location, Dir: dir, History: history})
}
