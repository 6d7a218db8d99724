package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hulian/pipelines"
)

// TestTheFirstPageShowsTheFirstRun: before anything is published the first page says how far the run is, by a script and without
// one; once it is published the page is there. Where no run is at work, files can be handed in on it.
func TestTheFirstPageShowsTheFirstRun(t *testing.T) {
	run := pipelines.Run{ID: "r1", State: pipelines.RunRunning, StartedAt: time.Date(2018, 2, 1, 6, 0, 0, 0, time.UTC), Stages: []pipelines.StageRecord{{Stage: pipelines.StageLand}}}
	h := newHouse(t, func(c *Config) {
		c.Runs = func() ([]pipelines.Run, error) { return []pipelines.Run{run}, nil }
		c.Underway = func() pipelines.StageNow { return pipelines.StageNow{Stage: pipelines.StageLoad, Done: 35, All: 217} }
	})
	h.town.missing = true
	clerk := as(t, h.URL, "clerk")
	read := func(path string, status int) string {
		t.Helper()
		response, body := h.do(t, clerk, http.MethodGet, path, sent{})
		if response.StatusCode != status {
			t.Fatalf("%s: %d", path, response.StatusCode)
		}
		return body
	}
	body := read("/", http.StatusServiceUnavailable)
	for _, want := range []string{"data-live", `max="217" value="35"`, "progress.js", `http-equiv="refresh"`, "正在处理第一批数据"} {
		if !strings.Contains(body, want) {
			t.Errorf("the first page lacks %q", want)
		}
	}
	if body := read("/?lang=en", http.StatusServiceUnavailable); !strings.Contains(body, "35 of 217 files") {
		t.Error("the first page in English does not say how many files are read")
	}
	run.State = pipelines.RunFailed
	if body := read("/", http.StatusServiceUnavailable); strings.Contains(body, "data-live") || !strings.Contains(body, `action="/upload"`) {
		t.Error("where no run is at work, a clerk cannot hand in files on the first page")
	}
	h.town.missing, run.State = false, pipelines.RunRunning
	if body := read("/runs", http.StatusOK); !strings.Contains(body, "data-live") || !strings.Contains(body, `value="35"`) {
		t.Error("the page of runs does not show the run at work")
	}
	run.State = pipelines.RunDone
	if body := read("/", http.StatusOK); strings.Contains(body, "data-live") {
		t.Error("the overview waits for a run that has ended")
	}
}

// TestTheFirstRunIsShownBeforeAnybodyCanSignIn: every address says how far the run is, under the policy of the site, and the script
// that renews it is served.
func TestTheFirstRunIsShownBeforeAnybodyCanSignIn(t *testing.T) {
	run := pipelines.Run{ID: "r1", State: pipelines.RunRunning, Stages: []pipelines.StageRecord{{Stage: pipelines.StageLand}}}
	server := httptest.NewServer(First(func() ([]pipelines.Run, error) { return []pipelines.Run{run}, nil }, func() pipelines.StageNow { return pipelines.StageNow{} }, time.UTC))
	defer server.Close()
	response, body := get(t, server.Client(), server.URL+"/village?month=2018-01")
	if response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "data-live") || !strings.HasPrefix(response.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Fatalf("%s, %q", response.Status, body)
	}
	_, rest, _ := strings.Cut(body, `<script src="`)
	address, _, _ := strings.Cut(rest, `"`)
	if response, script := get(t, server.Client(), server.URL+address); response.StatusCode != http.StatusOK || !strings.Contains(script, "data-live") {
		t.Errorf("%s: %s", address, response.Status)
	}
}
