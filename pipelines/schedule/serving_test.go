package schedule

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
)

func withLine(t *testing.T, dir, line string) *Schedule {
	t.Helper()
	s, err := New(Config{Dir: dir, Location: time.UTC, Jobs: []Job{{Name: "night", Spec: line, Sources: []string{"inbox"}, Retries: 2}, {Name: "hand", Spec: Off}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestWhatAServerRunsByIsSeenBesideIt: while it runs, and neither after it stopped nor after it was killed.
func TestWhatAServerRunsByIsSeenBesideIt(t *testing.T) {
	dir := t.TempDir()
	if found, err := Announced(dir); found != nil || err != nil {
		t.Fatalf("nobody serves: %v, %v", found, err)
	}
	server := withLine(t, dir, "*/5 * * * *")
	withdraw, err := server.Announce(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	found, err := Announced(dir)
	if err != nil || found == nil || found.Process != os.Getpid() {
		t.Fatalf("found %+v, %v", found, err)
	}
	beside, err := found.Schedule(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2018, 2, 1, 6, 1, 0, 0, time.UTC)
	got, err := beside.Standing(now)
	if err != nil {
		t.Fatal(err)
	}
	want := []pipelines.Scheduled{{Name: "night", Cron: "*/5 * * * *", TimeZone: "UTC", Sources: []string{"inbox"}, Retries: 2, Next: now.Add(4 * time.Minute)}, {Name: "hand", Cron: Off, TimeZone: "UTC"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("standing (-want +got):\n%s", diff)
	}
	if _, err := withLine(t, dir, "@daily").Announce(t.Context(), now); !errors.Is(err, pipelines.ErrBusy) {
		t.Errorf("a second server: %v", err)
	}
	left, err := os.ReadFile(filepath.Join(dir, servingName))
	if err != nil {
		t.Fatal(err)
	}
	withdraw()
	if found, err := Announced(dir); found != nil || err != nil {
		t.Errorf("the server stopped: %v, %v", found, err)
	}
	if err := os.WriteFile(filepath.Join(dir, servingName), left, 0o644); err != nil { // as a killed one leaves it
		t.Fatal(err)
	}
	if found, err := Announced(dir); found != nil || err != nil {
		t.Errorf("the server was killed: %v, %v", found, err)
	}
	withdraw, err = withLine(t, dir, "@hourly").Announce(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	defer withdraw()
	if found, err := Announced(dir); err != nil || found == nil || found.Lines[0].Cron != "@hourly" {
		t.Errorf("the next server: %+v, %v", found, err)
	}
}

func TestADamagedAnnouncementIsNamed(t *testing.T) {
	dir := t.TempDir()
	withdraw, err := withLine(t, dir, "@daily").Announce(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer withdraw()
	if err := os.WriteFile(filepath.Join(dir, servingName), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	var fault *pipelines.Fault
	if _, err := Announced(dir); !errors.As(err, &fault) || fault.Next == "" {
		t.Errorf("%v", err)
	}
}
