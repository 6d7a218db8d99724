package runner

import (
	"errors"
	"strings"
	"syscall"

	"hulian/pipelines"
)

// full says of an error that comes of a full disk that it does, and what helps. The engine's errors are text alone.
func full(dir string, err error) error {
	if err == nil || errors.Is(err, pipelines.ErrDiskFull) {
		return err
	}
	if !errors.Is(err, syscall.ENOSPC) && !strings.Contains(err.Error(), syscall.ENOSPC.Error()) && !strings.Contains(err.Error(), "No space left on device") {
		return err
	}
	return &pipelines.Fault{Op: "run", At: dir, Err: diskFull{err},
		Next: "free some space, then run again: it goes on where it stopped, and what is published stays"}
}

// diskFull says that the disk is full and no more: what the engine or the system said of it is for the log.
type diskFull struct{ why error }

func (d diskFull) Error() string { return pipelines.ErrDiskFull.Error() }

func (d diskFull) Unwrap() []error { return []error{pipelines.ErrDiskFull, d.why} }
