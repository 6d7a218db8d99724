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
	Next string // what to do next; with values, a form as fmt.Sprintf takes it

	With []any // the values of Next; none: it is said as it stands
}

// Advised is what to do next, in English.
func (f *Fault) Advised() string {
	if len(f.With) == 0 {
		return f.Next
	}
	return fmt.Sprintf(f.Next, f.With...)
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
		s += " (" + f.Advised() + ")"
	}
	return s
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Advice is what to do about the target an error wraps, as whoever met it said: of the fault nearest to it. What is said above
// it, such as to run again, knows nothing of the target. Empty: nobody said.
func Advice(err, target error) string {
	next := ""
	for _, fault := range Faults(err) {
		if fault.Next != "" && errors.Is(fault.Err, target) {
			next = fault.Advised()
		}
	}
	return next
}

// Faults lists the faults of an error's tree, outermost first.
func Faults(err error) []*Fault {
	var all []*Fault
	if fault, ok := err.(*Fault); ok { //nolint:errorlint // the tree is walked by hand, so that every fault is met once
		all = append(all, fault)
	}
	switch e := err.(type) { //nolint:errorlint // see above
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			all = append(all, Faults(inner)...)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			all = append(all, Faults(inner)...)
		}
	}
	return all
}

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
	ErrDamaged       = errors.New("a file is damaged") // not what it was when it was written: running again does not mend it
)
