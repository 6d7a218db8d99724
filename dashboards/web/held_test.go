package web

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"hulian/dashboards/desk"
	"hulian/dashboards/page/pagetest"
	"hulian/data"
	"hulian/pipelines"
)

// TestAHeldFileIsAcceptedOnThePage: a zip file of which two lists fell is told on the page of the data, its form says how
// many rows there were and are, and takes a reason, once, and the name of whoever has signed in.
func TestAHeldFileIsAcceptedOnThePage(t *testing.T) {
	served := &town{Town: pagetest.New(t), generation: 1}
	served.Exec(t, "insert into files (file_no, file_id, name, origin, size, received_at, as_of, landed_at, state) values (3, 'cc', '名册.zip', 'inbox', 10, '2018-02-01 08:00:00', null, '2018-02-01 08:00:00', 'held')")
	served.Exec(t, `insert into reconciliation (file_no, sheet, export, rows_read, accepted, quarantined, ignored, warnings, problem, detail, run_id, read_as) values (3, null, 'members', 0, 0, 0, 0, 0, 'row_count_fallen', '[["fell","1200","20"]]', 'r1', null),
		(3, null, 'branches', 0, 0, 0, 0, 0, 'row_count_fallen', '[["fell","30","4"]]', 'r1', null)`)
	var released []string
	d, err := desk.Open(desk.Config{Dir: t.TempDir(),
		Held: func(ctx context.Context, file string) (string, desk.File, error) {
			found, err := served.Query(ctx, "select name from files where file_id = ? and state = 'held'", file)
			if err != nil {
				return "", desk.File{}, err
			}
			if len(found.Rows) == 0 {
				return "", desk.File{}, pipelines.ErrUnknown
			}
			return file, desk.File{ID: file, Name: found.Rows[0][0].(string)}, nil
		},
		Release: func(_ context.Context, path, by, reason string) (pipelines.Run, error) {
			released = append(released, path, by, reason)
			return pipelines.Run{ID: "r2", Files: []pipelines.Reconciliation{{FileID: path, Name: "名册.zip", Export: "members", Read: 20, Accepted: 20, Detail: pipelines.Details{pipelines.NewDetail(pipelines.DetailConfirmed, 1200, 20, "王样本", "合并支部")}}}}, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	handler, err := New(Config{Snapshots: served, Door: newDoor(t), Programme: data.DefaultProgramme(), Desk: d})
	if err != nil {
		t.Fatal(err)
	}
	server, _ := browse(t, handler)
	client := as(t, server.URL, "office")
	says := func(address string, wanted ...string) {
		t.Helper()
		response, body := get(t, client, server.URL+address)
		for _, want := range wanted {
			if response.StatusCode != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%s: %s, it does not say %q", address, response.Status, want)
			}
		}
	}
	says("/data", "核对后确认收下", `href="/upload?held=cc"`)
	says("/data?lang=en", "Check it, then accept it", `href="/upload?held=cc&amp;lang=en"`)
	says("/upload?held=cc", "“名册.zip”确实只有这些行？", "“党员名册”上一份 1,200 行，这一份 20 行", "“网格支部名册”上一份 30 行，这一份 4 行", `action="/held"`, "确认收下")
	says("/upload?held=cc&lang=en", "Is “名册.zip” right as it is?", "had 1,200 rows in the list before and has 20 in this one", "Accept it")

	batch := ""
	for _, c := range []struct {
		what, site, reason, file string
		status                   int
		leads                    string
	}{
		{"another site", "cross-site", "合并支部", "cc", http.StatusForbidden, ""},
		{"no reason", "same-origin", "", "cc", http.StatusSeeOther, "held=cc&lang=en&refused=no_reason"},
		{"a long reason", "same-origin", strings.Repeat("长", 501), "cc", http.StatusSeeOther, "refused=no_reason"},
		{"a file that came in long ago", "same-origin", "合并支部", "aa", http.StatusSeeOther, "/upload?held=aa&lang=en"},
		{"no file", "same-origin", "合并支部", "../../hulian.yaml", http.StatusSeeOther, "/upload?held="},
		{"the held file", "same-origin", "合并支部", "cc", http.StatusSeeOther, "/upload?batch="},
		{"a second press", "same-origin", "合并支部", "cc", http.StatusSeeOther, "/upload?batch="},
	} {
		form := url.Values{"file": {c.file}, "by": {"somebody else"}, "reason": {c.reason}, "lang": {"en"}}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/held", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", c.site)
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		at := response.Header.Get("Location")
		if response.StatusCode != c.status || !strings.Contains(at, c.leads) {
			t.Errorf("%s: %s to %q, want %d to %q", c.what, response.Status, at, c.status, c.leads)
		}
		if c.leads == "/upload?batch=" {
			if batch != "" && at != batch {
				t.Errorf("%s leads to %s, want %s", c.what, at, batch)
			}
			batch = at
		}
	}
	says("/upload?held=cc&refused=no_reason", "确认要写明理由", `action="/held"`)
	says("/upload?held=aa", "这个文件不在等待确认")
	says("/upload?held=nobody&lang=en", "This file does not wait for confirmation")
	go d.Run(t.Context())
	for deadline := time.Now().Add(10 * time.Second); d.Batches()[0].State != desk.Done && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	says(batch, "Everything was taken", "1200 rows became 20; accepted by 王样本: 合并支部")
	if got := strings.Join(released, " "); got != "cc 陈干事 (office) 合并支部" {
		t.Errorf("released: %s", got)
	}
}
