package pipelines

import (
	"errors"
	"fmt"
)

// Fault is an error a person can act on: what failed, where, why, and what to do next.
// The command line prints Op and Next on lines of their own; pages show them in the user's language.
type Fault struct {
	Op   string // what was being done, e.g. "load visits"
	At   string // file, sheet, model or address
	Err  error  // why
	Next string // what to do next
}

// Error joins the parts into one sentence.
func (f *Fault) Error() string {
	s := f.Op
	if f.At != "" {
		s += " " + f.At
	}
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	if f.Next != "" {
		s += " (" + f.Next + ")"
	}
	return s
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Err }

// CheckFailure says which claim a blocking check found contradicted. It wraps ErrCheckFailed.
type CheckFailure struct {
	Rows    int64
	Claim   string
	ClaimZh string
}

func (c *CheckFailure) Error() string {
	return fmt.Sprintf("%v: %d rows contradict it: %s", ErrCheckFailed, c.Rows, c.Claim)
}

// Unwrap gives ErrCheckFailed.
func (c *CheckFailure) Unwrap() error { return ErrCheckFailed }

// Sentinels the edges map to exit statuses and HTTP statuses.
var (
	ErrNothingLoaded = errors.New("nothing could be loaded")
	ErrHeld          = errors.New("a file is held for confirmation")
	ErrNotPublished  = errors.New("no snapshot has been published yet")
	ErrBusy          = errors.New("another run holds the warehouse")
	ErrUnknown       = errors.New("unknown name")
	ErrCheckFailed   = errors.New("a blocking check failed")
	ErrDiskFull      = errors.New("the disk is full")
	ErrMemory        = errors.New("the engine's memory does not suffice")
)
