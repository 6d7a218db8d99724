package runner

import (
	"cmp"
	"errors"
	"path/filepath"
	"strings"

	"hulian/data"
	"hulian/pipelines"
)

// unread is why a source, or a file of it, could not be read.
type unread struct {
	source string
	error
}

func (u *unread) Unwrap() error { return u.error }

// reasons says why a run ended with an error, part by part, so that it can be told in the language of whoever reads it.
func (w *work) reasons(err error) []pipelines.RunReason {
	if w.run.State == pipelines.RunCancelled {
		return []pipelines.RunReason{{Code: pipelines.RunWasCancelled}}
	}
	var all []pipelines.RunReason
	for _, err := range parts(err) {
		from := new(unread)
		why := pipelines.RunReason{Code: pipelines.RunOtherwise, Detail: sentence(err)}
		var mapping pipelines.MappingRefusal
		fault, failed := new(pipelines.Fault), new(pipelines.CheckFailure)
		errors.As(err, &fault)
		switch {
		case errors.As(err, &from):
			why = pipelines.RunReason{Code: pipelines.RunSourceUnread, Subject: cmp.Or(fault.At, from.source), Detail: reason(err)}
		case errors.Is(err, pipelines.ErrHeld):
			why = pipelines.RunReason{Code: pipelines.RunFileHeld, Subject: fault.At}
			if _, doubt := w.inDoubt(fault.At); doubt {
				why.Code = pipelines.RunFileInDoubt
			}
		case errors.Is(err, pipelines.ErrNothingLoaded):
			why = pipelines.RunReason{Code: pipelines.RunNothingLoaded, Count: w.loaded.WaitNow}
		case errors.As(err, &failed):
			why = pipelines.RunReason{Code: pipelines.RunCheckFailed, Subject: failed.ClaimZh, Count: failed.Rows}
		case errors.As(err, &mapping):
			why = pipelines.RunReason{Code: pipelines.RunMappingRefused, Subject: filepath.Base(fault.At), Detail: data.ExplainMappingRefusal(mapping, "zh")}
		case errors.Is(err, pipelines.ErrDamaged):
			why = pipelines.RunReason{Code: pipelines.RunFileDamaged, Subject: fault.At, Detail: reason(err)}
		case errors.Is(err, pipelines.ErrDiskFull):
			why = pipelines.RunReason{Code: pipelines.RunDiskFull}
		}
		all = append(all, why)
	}
	return all
}

// parts takes apart what errors.Join has joined.
func parts(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	var lines []string
	for _, err := range joined.Unwrap() {
		all, lines = append(all, parts(err)...), append(lines, err.Error())
	}
	if err.Error() != strings.Join(lines, "\n") { // it wraps more than one error, and is one itself
		return []error{err}
	}
	return all
}
