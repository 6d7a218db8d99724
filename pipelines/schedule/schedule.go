package schedule

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/robfig/cron/v3"

	"hulian/pipelines"
)

// Floor is the shortest interval between two starts of one job: a run of a town takes seconds, and a line that means
// less is a slip.
const Floor = time.Minute

// longest is the longest interval: one that is longer is a slip, and a pipeline that never runs says nothing.
const longest = 366 * 24 * time.Hour

// Off is the line of a job that starts only when it is told to.
const Off = "off"

// Triggers a job is started with.
const (
	OnTime  = "schedule"
	CatchUp = "catch-up" // a start was missed while nothing ran
	Retry   = "retry"
	ByPage  = "page"
)

// Job is something to do at the times of a cron line.
type Job struct {
	Name    string
	Spec    string        // five fields, or @daily, @every 1h and the like, or Off
	Retries int           // how often a failed start is tried again
	Backoff time.Duration // before the first retry; twice as long before each one after, up to longestBackoff. 0: DefaultBackoff
	Sources []string      // what it reads, for people
	Run     func(ctx context.Context, trigger string) error
	Done    func(ctx context.Context, err error) // told the outcome after the last try; nil: nobody is
}

// DefaultBackoff is the wait before the first retry, long enough for a file server to come back from a restart.
const DefaultBackoff = time.Minute

const longestBackoff = time.Hour

// Config says what a Schedule does. History and Logger may be nil.
type Config struct {
	Jobs     []Job
	Location *time.Location                  // the zone the lines are meant in
	Dir      string                          // the town's folder, where pauses are kept; empty: nothing can be paused
	History  func() ([]pipelines.Run, error) // newest first: says what was missed; nil: nothing is made up for
	Logger   *slog.Logger
}

// Entry is how one job stands inside a running Schedule.
type Entry struct {
	Name       string
	Spec       string
	Next       time.Time // zero while the schedule does not run
	Running    bool
	Retry      time.Time // when it is tried again; zero unless it waits for that
	StartedAt  time.Time // of the last start; zero before the first
	FinishedAt time.Time
	Err        error // of the last start that finished
	Runs       int   // finished
}

// Schedule starts jobs. It is safe for use by several goroutines.
type Schedule struct {
	config Config
	clock  []cron.Schedule // one a job; nil: off
	hurry  []chan struct{} // ends the wait for a retry

	mu      sync.Mutex
	entries []Entry
	cron    *cron.Cron
	ids     []cron.EntryID
	ctx     context.Context // of Run; nil while the schedule does not run
	started sync.WaitGroup  // what was started beside the clock
}

// New checks every job and returns a Schedule that does not run yet.
func New(config Config) (*Schedule, error) {
	if config.Location == nil {
		return nil, errors.New("schedule: no time zone given")
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Schedule{config: config}
	for _, job := range config.Jobs {
		clock, err := parse(job.Spec, config.Location, time.Now())
		if err != nil {
			return nil, &pipelines.Fault{Op: "read schedule", At: job.Name, Err: pipelines.Errorf("cron is %q: %w", job.Spec, err),
				Next: "write minute, hour, day, month and weekday, such as \"0 6 * * *\" for every day at six"}
		}
		if slices.ContainsFunc(s.entries, func(e Entry) bool { return e.Name == job.Name }) {
			return nil, &pipelines.Fault{Op: "read schedule", At: job.Name, Err: errors.New("the name stands twice"), Next: "give each job a name of its own"}
		}
		if job.Retries < 0 || job.Backoff < 0 {
			return nil, &pipelines.Fault{Op: "read schedule", At: job.Name, Err: errors.New("retries and backoff cannot be below zero"), Next: "leave them out to keep the default"}
		}
		s.clock = append(s.clock, clock)
		s.hurry = append(s.hurry, make(chan struct{}, 1))
		s.entries = append(s.entries, Entry{Name: job.Name, Spec: job.Spec})
	}
	return s, nil
}

// parse guards the traps of the cron library: it panics on a zone without a line behind it, and accepts lines that
// never come or come every second.
func parse(spec string, location *time.Location, now time.Time) (clock cron.Schedule, err error) {
	defer func() {
		if r := recover(); r != nil {
			clock, err = nil, pipelines.Errorf("not a cron line: %v", r)
		}
	}()
	if spec == Off {
		return nil, nil
	}
	if strings.Contains(spec, "TZ=") {
		return nil, errors.New("the time zone is set for all lines by time_zone")
	}
	if interval, ok := strings.CutPrefix(strings.TrimSpace(spec), "@every"); ok {
		d, err := time.ParseDuration(strings.TrimSpace(interval))
		if err != nil {
			return nil, err
		}
		if d < Floor {
			return nil, pipelines.Errorf("the interval is shorter than %s", Floor)
		}
		if d > longest {
			return nil, errors.New("the interval is longer than a year")
		}
	}
	for field := range strings.FieldsSeq(spec) {
		if slices.Contains(strings.Split(field, ","), "") {
			return nil, pipelines.Errorf("field %q has an empty place between commas", field)
		}
	}
	clock, err = cron.ParseStandard(spec)
	if err != nil {
		return nil, err
	}
	if clock.Next(now.In(location)).IsZero() {
		return nil, errors.New("that day never comes")
	}
	return clock, nil
}

// Run starts the clock, makes up for missed starts with one start a job, and returns when ctx is done and every job
// it had started has ended. Jobs get a context that ends with ctx. It may be called once.
func (s *Schedule) Run(ctx context.Context) {
	logger := s.config.Logger
	c := cron.New(cron.WithLocation(s.config.Location), cron.WithLogger(quiet{logger}))
	s.mu.Lock()
	for i := range s.config.Jobs {
		if s.clock[i] == nil {
			s.ids = append(s.ids, 0)
			continue
		}
		s.ids = append(s.ids, c.Schedule(s.clock[i], cron.FuncJob(func() {
			if s.paused(s.config.Jobs[i].Name) {
				logger.Info("job not started: it is paused", "job", s.config.Jobs[i].Name)
				return
			}
			if !s.once(ctx, i, OnTime) {
				logger.Warn("job skipped: the last one still runs", "job", s.config.Jobs[i].Name)
			}
		})))
	}
	s.cron, s.ctx = c, ctx
	s.mu.Unlock()
	c.Start()
	s.makeUp(ctx)
	<-ctx.Done()
	<-c.Stop().Done()
	s.mu.Lock()
	s.cron, s.ctx = nil, nil
	s.mu.Unlock()
	s.started.Wait()
}

// makeUp starts what was missed while nothing ran: one start a job, however many were missed.
func (s *Schedule) makeUp(ctx context.Context) {
	standing, err := s.Standing(time.Now())
	if err != nil {
		s.config.Logger.Error("what was missed is not known", "error", err)
		return
	}
	for i, job := range standing {
		if job.Missed {
			s.config.Logger.Info("a start was missed, made up for now", "job", job.Name)
			s.started.Go(func() { s.once(ctx, i, CatchUp) })
		}
	}
}

// Start starts a job now, beside its times, also where it is paused; a job that waits for a retry is tried at once. It
// returns as soon as the job has started: an error that wraps pipelines.ErrBusy where it runs already, or
// pipelines.ErrUnknown.
func (s *Schedule) Start(name, trigger string) error {
	i := slices.IndexFunc(s.config.Jobs, func(j Job) bool { return j.Name == name })
	if i < 0 {
		return pipelines.Errorf("%w: pipeline %q", pipelines.ErrUnknown, name)
	}
	s.mu.Lock()
	ctx, entry := s.ctx, s.entries[i]
	if ctx != nil && ctx.Err() == nil && !entry.Running {
		s.started.Add(1) // under the lock, so that Run cannot have stopped waiting
	}
	s.mu.Unlock()
	switch {
	case ctx == nil || ctx.Err() != nil:
		return pipelines.Errorf("start %s: the schedule does not run", name)
	case entry.Running && !entry.Retry.IsZero():
		select {
		case s.hurry[i] <- struct{}{}:
		default: // somebody was faster
		}
		return nil
	case entry.Running:
		return pipelines.Errorf("start %s: %w", name, pipelines.ErrBusy)
	}
	go func() {
		defer s.started.Done()
		s.once(ctx, i, trigger)
	}()
	return nil
}

// once starts one job, tries it again as often as it may be, and records how it went. It is false where the job runs
// already.
func (s *Schedule) once(ctx context.Context, i int, trigger string) bool {
	job := s.config.Jobs[i]
	if ctx.Err() != nil {
		return true
	}
	free := false
	s.note(i, func(e *Entry) {
		if free = !e.Running; free {
			e.Running, e.StartedAt = true, time.Now()
		}
	})
	if !free {
		return false
	}
	err := s.tries(ctx, i, trigger)
	if job.Done != nil {
		err = errors.Join(err, call(job.Name, func() error { job.Done(ctx, err); return nil }))
	}
	s.note(i, func(e *Entry) {
		e.Running, e.Retry, e.FinishedAt, e.Err, e.Runs = false, time.Time{}, time.Now(), err, e.Runs+1
	})
	switch {
	case err == nil:
		s.config.Logger.Info("job done", "job", job.Name)
	case ctx.Err() != nil:
		s.config.Logger.Info("job stopped", "job", job.Name) // by the end of the server, not by a fault of its own
	default:
		s.config.Logger.Error("job failed", "job", job.Name, "error", err)
	}
	return true
}

// tries starts a job until it succeeds, cannot be mended by waiting, or has used up its retries.
func (s *Schedule) tries(ctx context.Context, i int, trigger string) error {
	job := s.config.Jobs[i]
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.Multiplier, waits.MaxInterval = cmp.Or(job.Backoff, DefaultBackoff), 2, longestBackoff
	for left := job.Retries; ; left-- {
		err := call(job.Name, func() error { return job.Run(ctx, trigger) })
		if err == nil || ctx.Err() != nil || left < 1 || lasting(err) {
			return err
		}
		wait := waits.NextBackOff()
		s.config.Logger.Warn("job failed, it will be tried again", "job", job.Name, "in", wait.Round(time.Second), "retries_left", left, "error", err)
		select {
		case <-s.hurry[i]: // somebody called as the wait before ended: that start has been
		default:
		}
		s.note(i, func(e *Entry) { e.Retry = time.Now().Add(wait) })
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-s.hurry[i]:
		case <-ctx.Done():
		}
		timer.Stop()
		s.note(i, func(e *Entry) { e.Retry = time.Time{} })
		if ctx.Err() != nil || s.paused(job.Name) {
			return err
		}
		trigger = Retry
	}
}

// lasting reports whether waiting cannot mend an error: a person has to send, confirm or correct something.
func lasting(err error) bool {
	return errors.As(err, new(pipelines.MappingRefusal)) || errors.Is(err, pipelines.ErrHeld) || errors.Is(err, pipelines.ErrNothingLoaded) || errors.Is(err, pipelines.ErrCheckFailed)
}

func call(name string, do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = pipelines.Errorf("%s stopped by a programming error: %v\n%s", name, r, debug.Stack())
		}
	}()
	return do()
}

func (s *Schedule) note(i int, change func(*Entry)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.entries[i])
}

// Entries says how the jobs stand, in the order they were given.
func (s *Schedule) Entries() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	entries := slices.Clone(s.entries)
	if s.cron != nil {
		for i, id := range s.ids {
			if id != 0 {
				entries[i].Next = s.cron.Entry(id).Next
			}
		}
	}
	return entries
}

// quiet passes the cron library's log on: what it calls information is of no use to people who run a server.
type quiet struct{ logger *slog.Logger }

func (q quiet) Info(message string, pairs ...any) {
	q.logger.Debug(message, pairs...)
}

func (q quiet) Error(err error, message string, pairs ...any) {
	q.logger.Error(message, append(pairs, "error", err)...)
}
