package schedule

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
)

// logbook is a job that notes when and why it was started.
type logbook struct {
	triggers []string
	at       []time.Time
	fail     func(n int) error // of the n-th start, from 1
}

func (l *logbook) run(_ context.Context, trigger string) error {
	l.triggers, l.at = append(l.triggers, trigger), append(l.at, time.Now())
	if l.fail == nil {
		return nil
	}
	return l.fail(len(l.triggers))
}

func made(t *testing.T, c Config) *Schedule {
	t.Helper()
	c.Location = shanghai
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAFailedStartIsTriedAgainWithGrowingWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l logbook
		var outcomes []error
		l.fail = func(n int) error {
			if n < 4 {
				return errors.New("no route to host")
			}
			return nil
		}
		s := made(t, Config{Jobs: []Job{{Name: "city", Spec: "@daily", Retries: 5, Backoff: 10 * time.Minute, Run: l.run,
			Done: func(_ context.Context, err error) { outcomes = append(outcomes, err) }}}})
		stop := start(t, s)
		time.Sleep(23 * time.Hour)
		synctest.Wait()
		stop()
		if diff := cmp.Diff([]string{OnTime, Retry, Retry, Retry}, l.triggers); diff != "" {
			t.Fatalf("starts (-want +got):\n%s", diff)
		}
		for i, middle := range []time.Duration{10 * time.Minute, 20 * time.Minute, 40 * time.Minute} {
			if wait := l.at[i+1].Sub(l.at[i]); wait < middle/2 || wait > middle*3/2 {
				t.Errorf("wait %d was %v, want about %v", i+1, wait, middle)
			}
		}
		if len(outcomes) != 1 || outcomes[0] != nil {
			t.Errorf("told %v, want one success", outcomes)
		}
	})
}

// TestACallThatCameTooLateShortensNoOtherWait: one that found the wait over is none for the next wait.
func TestACallThatCameTooLateShortensNoOtherWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := logbook{fail: func(int) error { return errors.New("no route to host") }}
		s := made(t, Config{Jobs: []Job{{Name: "city", Spec: "@daily", Retries: 1, Backoff: 10 * time.Minute, Run: l.run}}})
		s.hurry[0] <- struct{}{}
		stop := start(t, s)
		time.Sleep(23 * time.Hour)
		synctest.Wait()
		stop()
		if len(l.at) != 2 || l.at[1].Sub(l.at[0]) < 5*time.Minute {
			t.Errorf("started at %v, want the second about ten minutes after the first", l.at)
		}
	})
}

func TestRetriesEnd(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want int
	}{
		"used up":                {errors.New("no route to host"), 3},
		"a person has to act":    {fmt.Errorf("load: %w", pipelines.ErrHeld), 1},
		"nothing to be had":      {pipelines.ErrNothingLoaded, 1},
		"the data are not right": {pipelines.ErrCheckFailed, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := logbook{fail: func(int) error { return c.err }}
				told := 0
				s := made(t, Config{Jobs: []Job{{Name: "city", Spec: "@daily", Retries: 2, Run: l.run, Done: func(_ context.Context, err error) {
					told++
					if !errors.Is(err, c.err) {
						t.Errorf("told %v", err)
					}
				}}}})
				stop := start(t, s)
				time.Sleep(23 * time.Hour)
				synctest.Wait()
				if e := s.Entries()[0]; !errors.Is(e.Err, c.err) || e.Running {
					t.Errorf("entry %+v", e)
				}
				stop()
				if len(l.triggers) != c.want || told != 1 {
					t.Errorf("%d starts, %d outcomes, want %d and 1", len(l.triggers), told, c.want)
				}
			})
		})
	}
}

func TestStartedByHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var triggers []string
		s := made(t, Config{Jobs: []Job{{Name: "month", Spec: Off, Retries: 1, Backoff: 10 * time.Hour, Run: func(_ context.Context, trigger string) error {
			triggers = append(triggers, trigger)
			time.Sleep(time.Minute)
			if len(triggers) == 1 {
				return errors.New("no route to host")
			}
			return nil
		}}}})
		if err := s.Start("month", ByPage); err == nil {
			t.Error("started before the schedule runs")
		}
		stop := start(t, s)
		if err := s.Start("mnth", ByPage); !errors.Is(err, pipelines.ErrUnknown) {
			t.Errorf("error %v", err)
		}
		if err := s.Start("month", ByPage); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := s.Start("month", ByPage); !errors.Is(err, pipelines.ErrBusy) {
			t.Errorf("a second start: %v", err)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		standing, err := s.Standing(time.Now())
		if err != nil || standing[0].Retry.IsZero() || !standing[0].Next.IsZero() {
			t.Fatalf("standing %+v, %v: a retry is due, and nothing else", standing, err)
		}
		if err := s.Start("month", ByPage); err != nil { // the retry comes at once
			t.Fatal(err)
		}
		synctest.Wait()
		stop() // waits for it
		if diff := cmp.Diff([]string{ByPage, Retry}, triggers); diff != "" {
			t.Errorf("starts (-want +got):\n%s", diff)
		}
	})
}

// ran is a history of one run.
func ran(at time.Time, change func(*pipelines.Run)) func() ([]pipelines.Run, error) {
	run := pipelines.Run{ID: "r", Pipeline: "night", Trigger: OnTime, State: pipelines.RunDone, StartedAt: at}
	if change != nil {
		change(&run)
	}
	return func() ([]pipelines.Run, error) { return []pipelines.Run{run}, nil }
}

func TestMissedStartsAreMadeUpForByOne(t *testing.T) {
	for name, c := range map[string]struct {
		spec   string
		before time.Duration // the last run, before the server starts
		change func(*pipelines.Run)
		want   int
	}{
		"five nights down":         {"0 6 * * *", 5 * 24 * time.Hour, nil, 1},
		"an interval":              {"@every 2h", 3 * time.Hour, nil, 1},
		"nothing missed":           {"@every 2h", time.Hour, nil, 0},
		"failed in time":           {"@every 2h", time.Hour, func(r *pipelines.Run) { r.State = pipelines.RunFailed }, 0},
		"another pipeline":         {"0 6 * * *", 5 * 24 * time.Hour, func(r *pipelines.Run) { r.Pipeline = "day" }, 0},
		"all sources by hand":      {"@every 2h", time.Hour, func(r *pipelines.Run) { r.Pipeline, r.Trigger = "", "command" }, 0},
		"all sources, long ago":    {"@every 2h", 3 * time.Hour, func(r *pipelines.Run) { r.Pipeline, r.Trigger = "", "command" }, 1},
		"single files by hand":     {"@every 2h", 3 * time.Hour, func(r *pipelines.Run) { r.Pipeline, r.Trigger = "", "import" }, 0},
		"off":                      {Off, 5 * 24 * time.Hour, nil, 0},
		"killed, and due long ago": {"@every 2h", 3 * time.Hour, func(r *pipelines.Run) { r.State = pipelines.RunInterrupted }, 0}, // no run on record: see below
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var l logbook
				s := made(t, Config{Jobs: []Job{{Name: "night", Spec: c.spec, Run: l.run}}, History: ran(time.Now().Add(-c.before), c.change)})
				stop := start(t, s)
				synctest.Wait()
				stop()
				if len(l.triggers) != c.want || c.want == 1 && l.triggers[0] != CatchUp {
					t.Errorf("starts %v, want %d", l.triggers, c.want)
				}
			})
		})
	}
}

func TestAKilledRunIsMadeUpFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l logbook
		now := time.Now()
		s := made(t, Config{Jobs: []Job{{Name: "night", Spec: "@every 2h", Run: l.run}}, History: func() ([]pipelines.Run, error) {
			return []pipelines.Run{
				{ID: "2", Pipeline: "night", State: pipelines.RunInterrupted, StartedAt: now.Add(-time.Hour)},
				{ID: "1", Pipeline: "night", State: pipelines.RunDone, StartedAt: now.Add(-3 * time.Hour)},
			}, nil
		}})
		stop := start(t, s)
		synctest.Wait()
		stop()
		if len(l.triggers) != 1 {
			t.Errorf("starts %v, want one", l.triggers)
		}
	})
}

func TestAPauseHoldsAcrossRestartsAndWhatFellIntoItWasNotMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l logbook
		dir := t.TempDir()
		last := time.Now()
		config := Config{Dir: dir, Jobs: []Job{{Name: "night", Spec: "0 6 * * *", Run: l.run}}, History: ran(last, nil)}
		s := made(t, config)
		if err := SetPaused(dir, "night", true, time.Now()); err != nil {
			t.Fatal(err)
		}
		stop := start(t, s)
		time.Sleep(72 * time.Hour)
		stop()
		s = made(t, config)
		stop = start(t, s)
		synctest.Wait()
		standing, err := s.Standing(time.Now())
		if err != nil || !standing[0].Paused || !standing[0].Next.IsZero() || standing[0].Missed {
			t.Errorf("standing %+v, %v", standing, err)
		}
		if len(l.triggers) != 0 {
			t.Errorf("a paused job was started: %v", l.triggers)
		}
		if err := SetPaused(dir, "night", false, time.Now()); err != nil {
			t.Fatal(err)
		}
		stop()
		stop = start(t, made(t, config))
		synctest.Wait()
		if len(l.triggers) != 0 {
			t.Errorf("what fell into the pause was made up for: %v", l.triggers)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		stop()
		if diff := cmp.Diff([]string{OnTime}, l.triggers); diff != "" {
			t.Errorf("after the pause (-want +got):\n%s", diff)
		}
	})
}

func TestADamagedPauseFileStopsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l logbook
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, pausesName), []byte("{"), 0o644); err != nil {
			t.Fatal(err)
		}
		s := made(t, Config{Dir: dir, Jobs: []Job{{Name: "night", Spec: "0 6 * * *", Run: l.run}}})
		stop := start(t, s)
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		stop()
		if standing, err := s.Standing(time.Now()); err != nil || len(standing) != 1 || standing[0].Paused {
			t.Errorf("standing %+v, %v", standing, err)
		}
		if len(l.triggers) == 0 {
			t.Error("the job did not run")
		}
		if err := SetPaused(dir, "night", true, time.Now()); !errors.Is(err, pipelines.ErrDamaged) || !strings.Contains(err.Error(), "hulian check --repair") {
			t.Errorf("the damaged file is overwritten, or nobody is told what helps: %v", err)
		}
	})
}
