package web

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"hulian/dashboards/assets"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/question"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
)

// town serves a pagetest.Town as the one published generation.
type town struct {
	*pagetest.Town
	missing    bool
	generation int
}

func (t *town) Pin(context.Context) (Pinned, error) {
	if t.missing {
		return Pinned{}, &pipelines.Fault{Op: "read the published snapshot", At: "/srv/towns/xiaolin", Err: pipelines.ErrNotPublished, Next: "hulian run"}
	}
	return Pinned{Data: t, Generation: t.generation, Hash: "0123456789abcdef", Release: func() {}}, nil
}

// site starts the real handler on a real port over a town, and returns its address, a client that has signed in as an analyst,
// and what was logged.
func site(t *testing.T) (*httptest.Server, *http.Client, *town, *strings.Builder) {
	t.Helper()
	served := &town{Town: pagetest.New(t), generation: 1}
	var logged strings.Builder
	handler, err := New(Config{Snapshots: served, Door: newDoor(t), Programme: data.DefaultProgramme(), Version: "test",
		Logger: slog.New(slog.NewTextHandler(&logged, nil)),
		Runs: func() ([]pipelines.Run, error) {
			started := time.Date(2018, 2, 1, 6, 0, 0, 0, time.UTC)
			return []pipelines.Run{{ID: "r1", Trigger: "schedule", State: pipelines.RunDone, StartedAt: started, FinishedAt: started.Add(8 * time.Second), Generation: 1,
				Stages: []pipelines.StageRecord{{Stage: pipelines.StageLoad, Duration: 5 * time.Second}}}}, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	server, client := browse(t, handler)
	return server, client, served, &logged
}

// browse serves a handler on a real port to a client that has signed in as an analyst, keeps cookies and does not follow redirects.
func browse(t *testing.T, handler http.Handler) (*httptest.Server, *http.Client) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server, as(t, server.URL, "analyst")
}

// reply is an answer that was read to its end, so that nothing of it is left to close.
type reply struct {
	StatusCode int
	Status     string
	Header     http.Header
	Cookies    []*http.Cookie
}

// ask sends a request and reads the answer; a header is a name and a value.
func ask(t *testing.T, way http.RoundTripper, method, address string, header ...[2]string) (reply, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range header {
		request.Header.Set(h[0], h[1])
	}
	response, err := way.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Status, response.Header, response.Cookies()}, string(body)
}

// keeping sends requests through a client, which keeps cookies; a bare transport does not.
type keeping struct{ *http.Client }

func (k keeping) RoundTrip(request *http.Request) (*http.Response, error) { return k.Do(request) }

func get(t *testing.T, client *http.Client, address string) (reply, string) {
	t.Helper()
	return ask(t, keeping{client}, http.MethodGet, address)
}

// addresses are every public page in both languages at every level of the town.
func addresses() []string {
	var all []string
	for _, p := range question.Pages() {
		if p.Needs != 0 {
			continue
		}
		for _, filter := range []string{"", "village=V1", "village=V3", "branch=B12", "month=2017-06", "month=2016-02"} {
			for _, lang := range []string{"", "lang=en"} {
				all = append(all, p.Path+"?"+strings.Trim(filter+"&"+lang, "&"))
			}
		}
	}
	return all
}

func TestEveryPageInEveryPlaceAndLanguage(t *testing.T) {
	server, client, _, logged := site(t)
	for _, address := range addresses() {
		response, body := get(t, client, server.URL+address)
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s\n%s", address, response.Status, lastLine(logged.String()))
			continue
		}
		if policy := response.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: content policy %q", address, policy)
		}
		for _, forbidden := range []string{" style=", "<style", "onclick=", "javascript:", "NaN", "%!", "<no value>", "ZgotmplZ"} {
			if strings.Contains(body, forbidden) {
				t.Errorf("%s holds %q: …%s…", address, forbidden, around(body, forbidden))
			}
		}
		if strings.Contains(body, "<b>x") {
			t.Errorf("%s: a village's name became markup: …%s…", address, around(body, "<b>x"))
		}
		if strings.Contains(body, "王小明") || strings.Contains(body, "赵大有") {
			t.Errorf("%s shows a full name", address)
		}
		wantLang := `<html lang="zh-CN"`
		if strings.Contains(address, "lang=en") {
			wantLang = `<html lang="en"`
		}
		if !strings.Contains(body, wantLang) {
			t.Errorf("%s is not marked %s", address, wantLang)
		}
		// Every chart has its option and its table; those of the report have theirs on the pages they are taken from.
		plots, options := strings.Count(body, `class="plot`), strings.Count(body, `<script type="application/json"`)
		tables := 0
		for _, figure := range figureOf.FindAllString(body, -1) {
			tables += strings.Count(figure, "<summary>图中数据") + strings.Count(figure, "<summary>The numbers of this chart")
		}
		if figures := strings.Count(body, "<figure"); plots != options || plots != figures || plots != tables && !strings.HasPrefix(address, "/report") {
			t.Errorf("%s: %d plots, %d options, %d figures", address, plots, options, figures)
		}
	}
}

func lastLine(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	line := lines[len(lines)-1]
	return line[:min(400, len(line))]
}

func around(body, what string) string {
	i := strings.Index(body, what)
	return body[max(0, i-120):min(len(body), i+120)]
}

// listLink is the page and the table of a link that puts the table in another order or turns its page.
var listLink = regexp.MustCompile(`^([^?]*)\?(?:.*?&)??([\w-]+\.(?:sort|page))=`)

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	server, client, _, _ := site(t)
	href := regexp.MustCompile(`(?:href|src)="([^"]+)"`)
	seen, queue := map[string]bool{}, []string{"/", "/?lang=en"}
	for len(queue) > 0 && len(seen) < 1500 {
		address := queue[0]
		queue = queue[1:]
		response, body := get(t, client, server.URL+address)
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", address, response.Status)
		}
		if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
			continue
		}
		for _, found := range href.FindAllStringSubmatch(body, -1) {
			link, _, _ := strings.Cut(strings.ReplaceAll(found[1], "&amp;", "&"), "#")
			if link == "" || seen[link] {
				continue
			}
			if !strings.HasPrefix(link, "/") || strings.HasPrefix(link, "//") {
				t.Errorf("%s links out: %s", address, link)
				continue
			}
			seen[link] = true
			if m := listLink.FindStringSubmatch(link); m != nil { // one order of one table stands for the others
				if seen[m[1]+m[2]] {
					continue
				}
				seen[m[1]+m[2]] = true
			}
			queue = append(queue, link)
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d links were found", len(seen))
	}
}

func TestPublishedFiguresStandOnThePages(t *testing.T) {
	server, client, _, _ := site(t)
	for _, c := range []struct {
		address string
		holds   []string
	}{
		{"/", []string{"77.8%", "910/1,170", "61.7%", "8,400/13,611", "680", "240", "1,161"}},
		{"/?lang=en", []string{"77.8%", "910/1,170", "8,400/13,611", "680", "240"}},
		{"/capacity?village=V1", []string{"4,863", "6,179", "11,042", "1,226.9", "66.1%", "73.6", "159", "69.4", "17.7", "56.0%", "150 ÷ 227", "11,042 ÷ 9"}},
		{"/capacity?village=V1&lang=en", []string{"4,863", "1,226.9", "17.7×"}},
		{"/data", []string{"100", "96", "file_encrypted"[:0], "走访2018年1月.csv", "2018-02-01"}},
	} {
		_, body := get(t, client, server.URL+c.address)
		for _, want := range c.holds {
			if !strings.Contains(body, want) {
				t.Errorf("%s does not show %q", c.address, want)
			}
		}
	}
}

func TestWrongAddresses(t *testing.T) {
	server, client, _, _ := site(t)
	for address, want := range map[string]int{
		"/?month=2018-13": 400, "/?month=1999-01": 400, "/?month=2018-02": 400, "/?month=x": 400, "/?lang=fr": 400,
		"/?village=V9": 404, "/issues?branch=B99": 404, "/nothing": 404, "/assets/x/..%2f..%2fgo.mod": 404, "/assets/0/none.js": 404,
		"/measures?measure=none": 400, "/?format=pdf": 400, "/?format=csv&table=none": 404, "/?a=%zz": 400,
		"/api/v1/measures?month=2018-13": 422, "/api/v1/measures?measure=card_rate&colour=red": 422, "/api/v1/measures?month=2018-01&level=member": 404,
		"/api/v1/measures?measure=none": 404, "/api/v1/measures?level=village&unit=V9": 404, "/api/v1/none": 404, "/api/": 404, "/api/v1/marts/none": 404,
		"/api/v1/measures?after=7-10": 409, "/api/v1/marts/units?month=2018-01": 404,
		"/office": 404,
	} {
		response, body := get(t, client, server.URL+address)
		if response.StatusCode != want {
			t.Errorf("%s: %s, want %d", address, response.Status, want)
		}
		if strings.HasPrefix(address, "/api/") {
			var said struct{ Title, Detail, Next string }
			if err := json.Unmarshal([]byte(body), &said); err != nil || said.Title == "" || said.Detail == "" || said.Next == "" || response.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s answers %q", address, body)
			}
		} else if !strings.Contains(body, `href="/`) || response.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: the failure page leads nowhere or has no policy", address)
		}
	}
	// Another village in the picker leaves the old branch in the address: the village wins.
	if response, body := get(t, client, server.URL+"/?village=V2&branch=B11"); response.StatusCode != 200 || !strings.Contains(body, "<span>新园村 · 总览") {
		t.Errorf("village V2 with a branch of V1: %s", response.Status)
	}
}

func TestBeforeTheFirstSnapshot(t *testing.T) {
	server, client, served, _ := site(t)
	served.missing = true
	response, body := get(t, client, server.URL+"/?lang=en")
	if response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "make a run") {
		t.Errorf("%s: %s", response.Status, body)
	}
	if response, _ := get(t, client, server.URL+"/healthz"); response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("healthz: %s", response.Status)
	}
	response, body = get(t, client, server.URL+"/api/v1/measures?month=2018-01")
	if response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "published") || strings.Contains(body, "/srv/towns") {
		t.Errorf("api: %s %s", response.Status, body)
	}
	served.missing = false
	if response, body := get(t, client, server.URL+"/healthz"); response.StatusCode != http.StatusOK || !strings.Contains(body, `"generation":1`) {
		t.Errorf("healthz: %s %s", response.Status, body)
	}
}

func TestDownloadEqualsTheScreen(t *testing.T) {
	server, client, _, _ := site(t)
	response, body := get(t, client, server.URL+"/capacity?format=csv&table=villages")
	if got := response.Header.Get("Content-Disposition"); !strings.Contains(got, "hulian-capacity-villages-2018-01.csv") {
		t.Errorf("file name %q", got)
	}
	if !strings.HasPrefix(body, "\ufeff") {
		t.Error("no byte-order mark: a spreadsheet would garble the Chinese")
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+3+1+1 || !strings.HasPrefix(rows[5][0], "# 表：") || !strings.Contains(rows[5][0], "共3行，本文件有3行") {
		t.Fatalf("want a header, three villages, the town and what the file is: %q", rows)
	}
	if got := strings.Join(rows[1], ","); !strings.HasPrefix(got, "福合院村,4863,6179,11042,9,227,150,66.1,1226.9,73.6,69.4,17.7") {
		t.Errorf("Fuheyuan's row is %s", got)
	}
	// A value that a spreadsheet would run arrives as text; whoever may not see the rows of the file sees none of it.
	if _, body = get(t, client, server.URL+"/data?format=csv&table=problems"); strings.Contains(body, "=cmd") || !strings.Contains(body, "•••") {
		t.Errorf("an analyst sees what stands in refused rows:\n%s", body)
	}
	_, body = get(t, as(t, server.URL, "office"), server.URL+"/data?format=csv&table=problems")
	if !strings.Contains(body, `'=cmd|'`) {
		t.Errorf("a formula was not defused:\n%s", body)
	}
}

func TestRestrictedPagesAreForThoseWhoMaySeeEvidence(t *testing.T) {
	door := newDoor(t)
	handler, err := New(Config{Snapshots: &town{Town: pagetest.New(t), generation: 1}, Door: door, Programme: data.DefaultProgramme()})
	if err != nil {
		t.Fatal(err)
	}
	server, analyst := browse(t, handler)
	office := as(t, server.URL, "office")
	for _, p := range question.Pages() {
		if p.Needs != visitor.SeeEvidence {
			continue
		}
		for _, address := range []string{p.Path, p.Path + "?format=csv&table=signals"} {
			if response, _ := get(t, analyst, server.URL+address); response.StatusCode != http.StatusNotFound {
				t.Errorf("%s as an analyst: %s", address, response.Status)
			}
		}
		before := len(entries(t, door))
		response, _ := get(t, office, server.URL+p.Path)
		if response.StatusCode != http.StatusOK || response.Header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("%s as the office: %s, %s", p.Path, response.Status, response.Header.Get("Cache-Control"))
		}
		if all := entries(t, door); len(all) != before+1 || all[before].Action != trail.ViewedEvidence || all[before].Account != "office" || !strings.Contains(all[before].Object, p.ID) {
			t.Errorf("the view of %s does not stand in the trail", p.ID)
		}
	}
	// What is kept for the office must not be served to others.
	if response, body := get(t, office, server.URL+"/visits"); !strings.Contains(body, "王小明") || response.Header.Get("Cache-Control") != "private, no-store" {
		t.Error("the office does not see full names, or browsers keep them")
	}
	if _, body := get(t, analyst, server.URL+"/visits"); strings.Contains(body, "王小明") {
		t.Error("an analyst sees what was kept for the office")
	}
	// Another origin cannot sign the visitor out.
	leave := server.URL + "/signout"
	if response, _ := ask(t, keeping{office}, http.MethodPost, leave, [2]string{"Sec-Fetch-Site", "cross-site"}); response.StatusCode != http.StatusForbidden {
		t.Errorf("leaving from another origin: %v", response.Status)
	}
	if response := post(t, office, leave, ""); response.StatusCode != http.StatusSeeOther {
		t.Errorf("leaving: %v", response.Status)
	}
	if response, _ := get(t, office, server.URL+"/cadres"); response.StatusCode != http.StatusSeeOther || !strings.HasPrefix(response.Header.Get("Location"), "/signin") {
		t.Errorf("after leaving: %s to %s", response.Status, response.Header.Get("Location"))
	}
}

func TestCompressionAndRevalidation(t *testing.T) {
	server, client, served, _ := site(t)
	fetch := func(address, encoding, tag string) reply {
		header := [][2]string{{"Accept-Encoding", encoding}}
		if tag != "" {
			header = append(header, [2]string{"If-None-Match", tag})
		}
		response, _ := ask(t, keeping{client}, http.MethodGet, server.URL+address, header...)
		return response
	}
	for _, address := range []string{"/", assets.URL("echarts.min.js"), assets.URL("app.css")} {
		first := fetch(address, "br, gzip", "")
		if first.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s is not compressed", address)
		}
		if plain := fetch(address, "identity", ""); plain.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s is compressed for a browser that cannot unpack it", address)
		}
		if again := fetch(address, "gzip", first.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s again: %s", address, again.Status)
		}
	}
	if !strings.Contains(fetch(assets.URL("app.js"), "gzip", "").Header.Get("Cache-Control"), "immutable") {
		t.Error("an asset under its own hash may be kept for ever")
	}
	// A new generation is seen at once.
	old := fetch("/", "gzip", "").Header.Get("ETag")
	served.Exec(t, "update measures set numerator = 911 where measure = 'resolution_rate_cumulative' and level = 'town' and month = '2018-01'")
	if fetch("/", "gzip", old).StatusCode != http.StatusNotModified {
		t.Error("the same generation gave other bytes")
	}
	served.generation = 2
	if fetch("/", "gzip", old).StatusCode != http.StatusOK {
		t.Error("a new generation was not shown")
	}
}

func TestMeasuresAPI(t *testing.T) {
	server, client, _, _ := site(t)
	response, body := get(t, client, server.URL+"/api/v1/measures?measure=card_rate&month=2018-01")
	var answer struct {
		Generation int
		Rows       []struct {
			Measure, Level, Unit_id, Month string
			Numerator, Denominator, Value  float64
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || response.StatusCode != 200 {
		t.Fatalf("%s %v: %s", response.Status, err, body)
	}
	if len(answer.Rows) != 1 || answer.Rows[0].Numerator != 8400 || answer.Rows[0].Denominator != 13611 || answer.Generation != 1 {
		t.Errorf("answer %s", body)
	}
	// What would break out of a query is only a value that no row has.
	_, body = get(t, client, server.URL+"/api/v1/measures?measure="+url.QueryEscape("x' or '1'='1"))
	if !strings.Contains(body, `"status":404`) {
		t.Errorf("a quote changed the query: %s", body)
	}
}

func TestAPanicIsAFailurePage(t *testing.T) {
	s := &server{Config: Config{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}}
	recorder := httptest.NewRecorder()
	s.recovered(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("at the disco") })).
		ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?lang=en", nil))
	if recorder.Code != http.StatusInternalServerError || strings.Contains(recorder.Body.String(), "disco") || !strings.Contains(recorder.Body.String(), "could not be made") {
		t.Errorf("%d %s", recorder.Code, recorder.Body)
	}
}

func TestANewRunIsSeenWithoutANewSnapshot(t *testing.T) {
	runs := []pipelines.Run{{ID: "r1", Trigger: "command", State: pipelines.RunRunning, StartedAt: time.Date(2018, 2, 1, 6, 0, 0, 0, time.UTC)}}
	handler, err := New(Config{Snapshots: &town{Town: pagetest.New(t), generation: 1}, Door: newDoor(t), Programme: data.DefaultProgramme(),
		Runs: func() ([]pipelines.Run, error) { return runs, nil }})
	if err != nil {
		t.Fatal(err)
	}
	server, client := browse(t, handler)
	shown := func() string {
		_, body := get(t, client, server.URL+"/data?lang=en")
		return body
	}
	if !strings.Contains(shown(), "running") {
		t.Error("the running run is not shown")
	}
	runs[0].State, runs[0].Error = pipelines.RunFailed, "the inbox is gone"
	if !strings.Contains(shown(), "the inbox is gone") {
		t.Error("the page still shows the run as it was")
	}
}
