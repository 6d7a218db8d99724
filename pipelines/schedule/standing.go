package schedule

import (
	"errors"
	"slices"
	"time"

	"hulian/pipelines"
)

// Standing says how every job stands, in the order they were given: from the history and the pauses alone where the
// schedule does not run, as in a command beside the server.
func (s *Schedule) Standing(now time.Time) ([]pipelines.Scheduled, error) {
	var history []pipelines.Run
	if s.config.History != nil {
		var err error
		if history, err = s.config.History(); err != nil {
			return nil, err
		}
	}
	pauses, err := Pauses(s.config.Dir)
	if errors.Is(err, pipelines.ErrDamaged) {
		s.config.Logger.Error("no pipeline is paused", "error", err)
	} else if err != nil {
		return nil, err
	}
	all := make([]pipelines.Scheduled, len(s.config.Jobs))
	for i, entry := range s.Entries() {
		job := s.config.Jobs[i]
		pause := pauses[job.Name]
		one := pipelines.Scheduled{Name: job.Name, Cron: job.Spec, TimeZone: s.config.Location.String(), Sources: job.Sources, Retries: job.Retries,
			Paused: pause.Paused, Running: entry.Running, Retry: entry.Retry}
		if k := slices.IndexFunc(history, func(r pipelines.Run) bool { return r.Pipeline == job.Name }); k >= 0 {
			one.LastRun, one.State = history[k].ID, history[k].State
			one.Running = one.Running || one.State == pipelines.RunRunning
		}
		if clock := s.clock[i]; clock != nil && !pause.Paused {
			one.Next = clock.Next(now.In(s.config.Location))
			if last := lastStart(history, job.Name); !last.IsZero() {
				if last.Before(pause.Since) {
					last = pause.Since // what fell into the pause was not missed
				}
				due := clock.Next(last.In(s.config.Location))
				one.Missed = !due.After(now) && !one.Running
				if due.After(now) {
					one.Next = due // an interval counts from the last start
				}
			}
			if !entry.Next.IsZero() {
				one.Next = entry.Next
			}
		}
		all[i] = one
	}
	return all, nil
}

// lastStart is when a job last ran to an end of its own, well or badly, or runs now; zero where it never did. A run by
// hand of all sources stands for every pipeline. Runs that were stopped are as good as missed.
func lastStart(history []pipelines.Run, name string) time.Time {
	for _, run := range history {
		if run.State == pipelines.RunInterrupted || run.State == pipelines.RunCancelled {
			continue
		}
		whole := run.Pipeline == "" && (run.Trigger == "command" || run.Trigger == "serve")
		if run.Pipeline == name || whole && !isTask(run) {
			return run.StartedAt
		}
	}
	return time.Time{}
}

// isTask reports whether a run was something beside the pipeline, such as a backup by hand.
func isTask(run pipelines.Run) bool {
	return slices.ContainsFunc(run.Stages, func(s pipelines.StageRecord) bool { return s.Stage == pipelines.StageBackup })
}
