package transfer

import (
	"cmp"
	"context"
	"errors"
	"math"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/dustin/go-humanize"

	"hulian/pipelines"
	"hulian/pipelines/source"
)

// Limits bounds one listing or one file. A field left at zero takes its default.
type Limits struct {
	Tries       int           `yaml:"tries"`        // attempts without progress before giving up; default 5
	FirstWait   time.Duration `yaml:"first_wait"`   // before the second attempt, doubled after each; default 1s
	LongestWait time.Duration `yaml:"longest_wait"` // between two attempts; default 1m
	Stall       time.Duration `yaml:"stall"`        // a connection this long without a byte is given up; default 30s
	Total       time.Duration `yaml:"total"`        // for all attempts together; default 1h
	MaxSize     Size          `yaml:"max_size"`     // of one file; default 4 GB
}

// Defaults are the limits of a source that sets none: with five tries, a server restarted within a quarter of a
// minute (1+2+4+8 s, shaken by half) goes unnoticed.
var Defaults = Limits{
	Tries: 5, FirstWait: time.Second, LongestWait: time.Minute, Stall: 30 * time.Second, Total: time.Hour, MaxSize: 4e9,
}

// Size counts bytes. Its text is a number with a unit: 500MB, 2 GiB.
type Size int64

// UnmarshalText reads a size.
func (s *Size) UnmarshalText(text []byte) error {
	n, err := humanize.ParseBytes(string(text))
	if err != nil || n == 0 || n > math.MaxInt64 {
		return pipelines.Errorf("%q is no size such as 500MB or 2GB", text)
	}
	*s = Size(n)
	return nil
}

func (s Size) String() string { return humanize.Bytes(uint64(max(s, 0))) }

// Check refuses limits below zero.
func (l Limits) Check() error {
	for name, negative := range map[string]bool{
		"tries": l.Tries < 0, "first_wait": l.FirstWait < 0, "longest_wait": l.LongestWait < 0,
		"stall": l.Stall < 0, "total": l.Total < 0, "max_size": l.MaxSize < 0,
	} {
		if negative {
			return pipelines.Errorf("limits: %s is below zero", name)
		}
	}
	return nil
}

// Filled gives every field left at zero its default.
func (l Limits) Filled() Limits {
	l.Tries = cmp.Or(l.Tries, Defaults.Tries)
	l.FirstWait = cmp.Or(l.FirstWait, Defaults.FirstWait)
	l.LongestWait = max(cmp.Or(l.LongestWait, Defaults.LongestWait), l.FirstWait)
	l.Stall = cmp.Or(l.Stall, Defaults.Stall)
	l.Total = cmp.Or(l.Total, Defaults.Total)
	l.MaxSize = cmp.Or(l.MaxSize, Defaults.MaxSize)
	return l
}

// The ways a transfer ends short of its end.
var (
	ErrStalled  = errors.New("the other side stopped answering")
	ErrTooSlow  = errors.New("it took longer than the time allowed for all attempts")
	ErrTooLarge = errors.New("the file is larger than allowed")
)

// Permanent marks an error that trying again cannot mend.
func Permanent(err error) error { return &permanent{err} }

type permanent struct{ error }

func (p *permanent) Unwrap() error { return p.error }

// given is the error of a transfer that was given up, as source.ErrNotFetched and source.ErrUnreachable know it.
type given struct {
	error
	answered bool // the other side said no
}

func (g *given) Unwrap() error { return g.error }
func (g *given) Is(target error) bool {
	return target == source.ErrNotFetched || target == source.ErrUnreachable && !g.answered
}

// giveUp marks the error a transfer ends with, unless the caller ended it or the file is merely still being written.
func giveUp(err error) error {
	if errors.Is(err, source.ErrChanged) || errors.Is(err, context.Canceled) {
		return err
	}
	var forGood *permanent
	return &given{err, errors.As(err, &forGood) || errors.Is(err, ErrTooLarge)}
}

// After marks an error with the time the other side asked to be left alone for.
func After(err error, wait time.Duration) error { return &later{err, wait} }

type later struct {
	error
	wait time.Duration
}

func (l *later) Unwrap() error { return l.error }

// attempts counts failures in a row and waits between them.
type attempts struct {
	limits   Limits
	failures int
	waits    *backoff.ExponentialBackOff
}

func newAttempts(l Limits) *attempts {
	return &attempts{limits: l, waits: &backoff.ExponentialBackOff{
		InitialInterval: l.FirstWait, MaxInterval: l.LongestWait, Multiplier: 2, RandomizationFactor: 0.5,
	}}
}

// progressed forgets the failures so far.
func (a *attempts) progressed() {
	a.failures = 0
	a.waits.Reset()
}

// again waits before the next attempt. It returns the error to give up with when there is none.
func (a *attempts) again(ctx context.Context, err error) error {
	if over := ended(ctx); over != nil {
		if errors.Is(over, ErrTooSlow) {
			return pipelines.Errorf("%w (%s), at last: %w", ErrTooSlow, a.limits.Total, err)
		}
		return over
	}
	var forGood *permanent
	if errors.As(err, &forGood) || errors.Is(err, source.ErrChanged) || errors.Is(err, ErrTooLarge) {
		return err
	}
	if a.failures++; a.failures >= a.limits.Tries {
		if a.failures > 1 {
			return pipelines.Errorf("%w, tried %d times", err, a.failures)
		}
		return err
	}
	wait := a.waits.NextBackOff()
	var asked *later
	if errors.As(err, &asked) {
		wait = max(wait, asked.wait)
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
		return pipelines.Errorf("%w, and the time allowed ends before the next try", err)
	}
	if source.Pause(ctx, wait) != nil {
		return ended(ctx)
	}
	return nil
}

// ended says why ctx ended: our own limits by name, anything else as context.Canceled or context.DeadlineExceeded.
func ended(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	if cause := context.Cause(ctx); errors.Is(cause, ErrStalled) || errors.Is(cause, ErrTooSlow) {
		return cause
	}
	return ctx.Err()
}

// watch is a context that ends with ErrStalled once nothing happened for the stall time. Time passes only between
// busy and idle.
type watch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	stall  time.Duration
}

func newWatch(ctx context.Context, stall time.Duration) *watch {
	w := &watch{stall: stall}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	w.timer = time.AfterFunc(stall, func() { w.cancel(pipelines.Errorf("%w for %s", ErrStalled, stall)) })
	return w
}

func (w *watch) busy() { w.timer.Reset(w.stall) }
func (w *watch) idle() { w.timer.Stop() }

func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(context.Canceled)
}

// why replaces the error of a connection cut by the watch with the reason for it.
func (w *watch) why(err error) error {
	if err == nil {
		return nil
	}
	if over := ended(w.ctx); over != nil {
		return over
	}
	return err
}

// Do runs op until it succeeds, the limits are reached or its error is permanent. op must end when its context does,
// and calls alive whenever it hears from the other side.
func Do[T any](ctx context.Context, l Limits, op func(ctx context.Context, alive func()) (T, error)) (T, error) {
	l = l.Filled()
	ctx, cancel := context.WithTimeoutCause(ctx, l.Total, ErrTooSlow)
	defer cancel()
	for tries := newAttempts(l); ; {
		w := newWatch(ctx, l.Stall)
		result, err := op(w.ctx, w.busy)
		err = w.why(err)
		w.stop()
		if err == nil {
			return result, nil
		}
		if err = tries.again(ctx, err); err != nil {
			return result, giveUp(err)
		}
	}
}
