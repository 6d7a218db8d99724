package schedule

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func TestLinesThatCannotBeMeantAreRefused(t *testing.T) {
	for spec, says := range map[string]string{
		"":                          "",
		"6":                         "",
		"0 6 * *":                   "",
		"0 6 * * * *":               "",
		"61 6 * * *":                "",
		"0 6 * * 7":                 "",
		"0 6 L * *":                 "",
		"0 8 31 2 *":                "never comes",
		"1,2,,3 6 * * *":            "empty place",
		"@every 0s":                 "shorter than",
		"@every -5s":                "shorter than",
		"@every 1ms":                "shorter than",
		"@every":                    "",
		"@sometimes":                "",
		"TZ=":                       "time_zone",
		"CRON_TZ=":                  "time_zone",
		"TZ=Asia/Shanghai":          "time_zone",
		"CRON_TZ=Asia/Shanghai 0 6": "time_zone",
	} {
		_, err := parse(spec, shanghai, time.Now())
		if err == nil {
			t.Errorf("%q is accepted", spec)
		} else if !strings.Contains(err.Error(), says) {
			t.Errorf("%q: error %q does not say %q", spec, err, says)
		}
	}
	for _, spec := range []string{"0 6 * * *", "*/15 8-18 * * 1-5", "@daily", "@every 1h", "0 8 29 2 *", "30 7 1,15 * *"} {
		if _, err := parse(spec, shanghai, time.Now()); err != nil {
			t.Errorf("%q: %v", spec, err)
		}
	}
}

func TestNewNamesTheBadJob(t *testing.T) {
	run := func(context.Context, string) error { return nil }
	_, err := New(Config{Location: shanghai, Jobs: []Job{{Name: "night", Spec: "0 6 * * *", Run: run}, {Name: "month", Spec: "0 8 31 2 *", Run: run}}})
	if err == nil || !strings.Contains(err.Error(), "month") || !strings.Contains(err.Error(), "0 8 31 2 *") {
		t.Errorf("error %v", err)
	}
	if _, err := New(Config{Location: shanghai, Jobs: []Job{{Name: "a", Spec: "@daily", Run: run}, {Name: "a", Spec: "@daily", Run: run}}}); err == nil {
		t.Error("two jobs of one name are accepted")
	}
	if _, err := New(Config{}); err == nil {
		t.Error("no time zone is accepted")
	}
}

// start runs the schedule inside the bubble's clock and returns what stops it.
func start(t *testing.T, s *Schedule) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx) }()
	synctest.Wait()
	return func() { cancel(); <-done }
}

func TestJobsRunAtTheTownsHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		s, err := New(Config{Location: shanghai, Jobs: []Job{{Name: "run", Spec: "0 6 * * *", Run: func(context.Context, string) error {
			at = append(at, time.Now().In(shanghai))
			return nil
		}}}})
		if err != nil {
			t.Fatal(err)
		}
		stop := start(t, s)
		if next := s.Entries()[0].Next.In(shanghai); next.Hour() != 6 || next.Minute() != 0 {
			t.Errorf("next at %v, want six in Shanghai", next)
		}
		time.Sleep(72 * time.Hour)
		synctest.Wait()
		stop()
		if len(at) != 3 {
			t.Fatalf("%d runs in three days: %v", len(at), at)
		}
		for _, a := range at {
			if a.Hour() != 6 || a.Minute() != 0 {
				t.Errorf("ran at %v, want six in Shanghai", a)
			}
		}
	})
}

func TestAJobNeverOverlapsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most, runs atomic.Int32
		s, err := New(Config{Location: shanghai, Jobs: []Job{{Name: "slow", Spec: "@every 1m", Run: func(context.Context, string) error {
			most.Store(max(most.Load(), running.Add(1)))
			time.Sleep(150 * time.Second)
			running.Add(-1)
			runs.Add(1)
			return nil
		}}}})
		if err != nil {
			t.Fatal(err)
		}
		stop := start(t, s)
		time.Sleep(10 * time.Minute)
		stop()
		if most.Load() != 1 || runs.Load() < 3 {
			t.Errorf("%d at once, %d runs", most.Load(), runs.Load())
		}
	})
}

func TestAPanicIsAFailedJobAndTheNextOneRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		runs := 0
		s, err := New(Config{Location: shanghai, Logger: slog.New(slog.NewTextHandler(&log, nil)), Jobs: []Job{{Name: "shaky", Spec: "@every 1m", Run: func(context.Context, string) error {
			if runs++; runs == 1 {
				panic("out of reach")
			}
			return nil
		}}}})
		if err != nil {
			t.Fatal(err)
		}
		stop := start(t, s)
		time.Sleep(61 * time.Second)
		synctest.Wait()
		if e := s.Entries()[0]; e.Err == nil || !strings.Contains(e.Err.Error(), "out of reach") || e.Runs != 1 {
			t.Errorf("after the panic: %+v", e)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if e := s.Entries()[0]; e.Err != nil || e.Runs != 3 {
			t.Errorf("two minutes later: %+v", e)
		}
		stop()
		if !strings.Contains(log.String(), "job failed") {
			t.Errorf("log: %s", log.String())
		}
	})
}

func TestTheEndOfTheContextStopsARunningJobAndWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cleaned := false
		s, err := New(Config{Location: shanghai, Jobs: []Job{{Name: "long", Spec: "@every 1m", Run: func(ctx context.Context, _ string) error {
			<-ctx.Done()
			time.Sleep(5 * time.Second) // what a job needs to leave things in order
			cleaned = true
			return ctx.Err()
		}}}})
		if err != nil {
			t.Fatal(err)
		}
		stop := start(t, s)
		time.Sleep(90 * time.Second)
		synctest.Wait()
		if !s.Entries()[0].Running {
			t.Fatal("the job does not run")
		}
		stop()
		if e := s.Entries()[0]; !cleaned || e.Running || !errors.Is(e.Err, context.Canceled) || !e.Next.IsZero() {
			t.Errorf("cleaned %v, entry %+v", cleaned, e)
		}
	})
}

func FuzzCheck(f *testing.F) {
	for _, spec := range []string{"0 6 * * *", "TZ=", "CRON_TZ= ", "@every 1h", "*/0 * * * *", "1-0 * * * *", "0 0 31 2 *"} {
		f.Add(spec)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		now := time.Date(2018, 2, 1, 0, 0, 0, 0, time.UTC)
		clock, err := parse(spec, shanghai, now)
		if err != nil || clock == nil {
			return
		}
		next := clock.Next(now.In(shanghai))
		if next.IsZero() || !next.After(now) {
			t.Fatalf("%q is accepted, but next comes at %v", spec, next)
		}
		if after := clock.Next(next); !after.IsZero() && after.Sub(next) < Floor {
			t.Errorf("%q runs again after %v", spec, after.Sub(next))
		}
	})
}
