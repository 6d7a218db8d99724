package runner

import (
	"errors"
	"fmt"
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
	return &pipelines.Fault{Op: "run", At: dir, Err: fmt.Errorf("%w: %w", pipelines.ErrDiskFull, err),
		Next: "free some space, then run again: it goes on where it stopped, and what is published stays"}
}
