package pipelines

import "time"

// Scheduled says how one named pipeline stands: when it runs, and how it went the last time.
type Scheduled struct {
	Name     string    `json:"name"`
	Cron     string    `json:"cron"`      // off: it runs only when it is told to
	TimeZone string    `json:"time_zone"` // the cron line is meant in
	Sources  []string  `json:"sources"`   // names of what it reads; empty: everything
	Retries  int       `json:"retries"`
	Paused   bool      `json:"paused"`
	Missed   bool      `json:"missed"`         // a start was missed; serve makes up for it with one run
	Next     time.Time `json:"next,omitzero"`  // zero: paused, or off
	Retry    time.Time `json:"retry,omitzero"` // when a failed run is tried again; known only inside the server
	Running  bool      `json:"running"`
	LastRun  string    `json:"last_run,omitempty"` // id of its newest run
	State    RunState  `json:"state,omitempty"`    // how that run ended
}

// What may be done to a pipeline from outside.
const (
	DoRun    = "run"
	DoPause  = "pause"
	DoResume = "resume"
)
