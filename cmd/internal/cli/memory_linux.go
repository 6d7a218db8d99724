package cli

import (
	"hulian/pipelines"
	"syscall"

	"github.com/dustin/go-humanize"
)

// boundMemory keeps this process from taking more memory than the engine may use and besides: not everything the engine
// allocates counts for it, such as one text of some gigabytes, and a town's computer must not stand still for a question.
func boundMemory(engine string) error {
	limit, err := humanize.ParseBytes(engine)
	if err != nil {
		return pipelines.Errorf("bound the memory of a question: %w", err)
	}
	var now syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_DATA, &now); err != nil {
		return pipelines.Errorf("bound the memory of a question: %w", err)
	}
	now.Cur = min(now.Max, limit+besides)
	if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &now); err != nil {
		return pipelines.Errorf("bound the memory of a question: %w", err)
	}
	return nil
}
