package page

import (
	"strings"
	"testing"
	"time"

	"hulian/pipelines"
)

// TestARetryIsToldInTheTownsTime: the clock of the machine may be another one.
func TestARetryIsToldInTheTownsTime(t *testing.T) {
	r := Request{Lang: English, Zone: time.FixedZone("Asia/Shanghai", 8*60*60)}
	cell := r.standing(pipelines.Scheduled{Running: true, Retry: time.Date(2018, 2, 1, 6, 30, 0, 0, time.UTC)})
	if !strings.Contains(cell.Text, "14:30") {
		t.Errorf("%q, want the retry at 14:30", cell.Text)
	}
}

// TestWhatStartsARunHasANameInBothLanguages goes through the triggers pipelines.Run lists.
func TestWhatStartsARunHasANameInBothLanguages(t *testing.T) {
	for _, trigger := range strings.Split("command, import, serve, schedule, catch-up, retry, page, upload, waive", ", ") {
		zh, en := stateCell(triggers, trigger, Chinese).Text, stateCell(triggers, trigger, English).Text
		if zh == trigger || zh == "" || en == "" {
			t.Errorf("%s: %q, %q", trigger, zh, en)
		}
	}
	if cell := stateCell(triggers, "by-hand", Chinese); cell.Text != "by-hand" {
		t.Errorf("an unknown one is shown as %q", cell.Text)
	}
}
