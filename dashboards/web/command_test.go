package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"hulian/dashboards/page/pagetest"
	"hulian/data"
	"hulian/pipelines"
)

// operated is a site over a schedule of one pipeline, and what it was told to do.
func operated(t *testing.T) (address string, client *http.Client, told *[]string) {
	t.Helper()
	told = new([]string)
	paused := false
	at := time.Date(2018, 2, 1, 6, 0, 0, 0, time.UTC)
	handler, err := New(Config{Snapshots: &town{Town: pagetest.New(t), generation: 1}, Door: newDoor(t), Programme: data.DefaultProgramme(),
		Runs: func() ([]pipelines.Run, error) {
			return []pipelines.Run{{ID: "r7", Pipeline: "夜间", Trigger: "retry", State: pipelines.RunFailed, StartedAt: at, Error: "city: no route to host",
				Log: []pipelines.LogLine{{At: at, Level: "ERROR", Text: "<b>x source cannot be read"}}}}, nil
		},
		Schedule: func() ([]pipelines.Scheduled, error) {
			return []pipelines.Scheduled{{Name: "夜间", Cron: "0 6 * * *", TimeZone: "Asia/Shanghai", Next: at.Add(24 * time.Hour), Paused: paused, LastRun: "r7", State: pipelines.RunFailed}}, nil
		},
		Notices: func() ([]pipelines.Notice, error) {
			return []pipelines.Notice{{ID: "n", Channel: "duty", Title: "夜间 failed", State: pipelines.NoticeGivenUp, Error: "no answer", CreatedAt: at}}, nil
		},
		Command: func(_ context.Context, name, action string) error {
			*told = append(*told, name+" "+action)
			switch {
			case name != "夜间":
				return fmt.Errorf("%w: pipeline %q", pipelines.ErrUnknown, name)
			case action == pipelines.DoRun && len(*told) > 2:
				return fmt.Errorf("start: %w", pipelines.ErrBusy)
			case action == pipelines.DoPause:
				paused = true
			}
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	server, client := browse(t, handler)
	return server.URL, client, told
}

func post(t *testing.T, client *http.Client, address, from string) reply {
	t.Helper()
	var header [][2]string
	if from != "" {
		header = [][2]string{{"Origin", from}, {"Sec-Fetch-Site", "cross-site"}}
	}
	response, _ := ask(t, keeping{client}, http.MethodPost, address, header...)
	return response
}

func TestThePageOfRuns(t *testing.T) {
	address, client, _ := operated(t)
	_, body := get(t, client, address+"/runs?run=r7")
	for _, says := range []string{"2018-02-02 06:00", "夜间", "重试", "no route to host", "source cannot be read", "发送失败", "no answer"} {
		if !strings.Contains(body, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	if strings.Contains(body, "<b>x") || strings.Contains(body, "立即运行") {
		t.Error("a line of the log became markup, or everyone is offered to run a pipeline")
	}
	if response, _ := get(t, client, address+"/runs?run=r8"); response.StatusCode != http.StatusNotFound {
		t.Errorf("a run nobody knows: %s", response.Status)
	}
}

func TestOnlyTheOfficeCommands(t *testing.T) {
	address, client, told := operated(t)
	night := address + "/runs/" + url.PathEscape("夜间")
	if response := post(t, client, night+"/run", ""); response.StatusCode != http.StatusNotFound || len(*told) != 0 {
		t.Fatalf("as an analyst: %s, %v", response.Status, *told)
	}
	client = as(t, address, "office")
	if _, body := get(t, client, address+"/runs"); !strings.Contains(body, "立即运行") || !strings.Contains(body, "暂停") {
		t.Error("the office is offered no buttons")
	}
	if response := post(t, client, night+"/run", "https://elsewhere.example"); response.StatusCode != http.StatusForbidden || len(*told) != 0 {
		t.Errorf("from another site: %s, %v", response.Status, *told)
	}
	for _, c := range []struct {
		path string
		want int
	}{
		{"/run?lang=en", http.StatusSeeOther}, {"/pause", http.StatusSeeOther}, {"/run", http.StatusConflict}, {"/drop", http.StatusNotFound},
	} {
		response := post(t, client, night+c.path, "")
		if response.StatusCode != c.want {
			t.Errorf("%s: %s, want %d", c.path, response.Status, c.want)
		}
		if c.path == "/run?lang=en" && response.Header.Get("Location") != "/runs?lang=en" {
			t.Errorf("led to %s", response.Header.Get("Location"))
		}
	}
	if response := post(t, client, address+"/runs/x/run", ""); response.StatusCode != http.StatusNotFound {
		t.Errorf("a pipeline nobody knows: %s", response.Status)
	}
	if _, body := get(t, client, address+"/runs"); !strings.Contains(body, "恢复") || !strings.Contains(body, "已暂停") {
		t.Error("the page does not show the pause at once")
	}
	if response, _ := get(t, client, night+"/run"); response.StatusCode == http.StatusSeeOther {
		t.Error("a link runs a pipeline")
	}
	if (*told)[0] != "夜间 run" {
		t.Errorf("told %v", *told)
	}
}
