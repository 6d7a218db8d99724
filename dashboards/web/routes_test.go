package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"hulian/dashboards/api"
	"hulian/dashboards/desk"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/question"
	"hulian/dashboards/signin"
	"hulian/dashboards/townmap"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/papers"
	"hulian/pipelines/standards"
	"hulian/pipelines/wording"
)

// closed takes every month to be closed well.
type closed struct{}

func (closed) Stamp() (string, error) { return "", nil }
func (closed) Months(context.Context, Pinned) ([]pipelines.MonthClosing, error) {
	return []pipelines.MonthClosing{{Month: pagetest.LastMonth, State: pipelines.ClosingDraft}}, nil
}
func (closed) Close(context.Context, Pinned, string, string, visitor.Visitor, string) error {
	return nil
}

// house is a site on which everything can be done.
type house struct {
	*httptest.Server
	door *signin.Door
	town *town
	desk *desk.Desk
}

func newHouse(t testing.TB, set ...func(*Config)) house {
	t.Helper()
	h := house{door: newDoor(t), town: &town{Town: pagetest.New(t), generation: 1}}
	file := desk.File{ID: "aa", Name: "走访2018年1月.csv"}
	var err error
	h.desk, err = desk.Open(desk.Config{Dir: t.TempDir(), Bytes: 1 << 16,
		Mark: func(_ context.Context, w io.Writer, id, _ string) (string, error) {
			_, err := io.WriteString(w, "marked "+id)
			return "marked.xlsx", err
		},
		Template: func(w io.Writer, export, _ string) error {
			_, err := io.WriteString(w, "empty "+export)
			return err
		},
		Propose: func(_ context.Context, id string, ask pipelines.MappingAsk) ([]pipelines.Proposal, error) {
			return []pipelines.Proposal{{File: file.Name, Table: ask.Table, Pattern: "*.csv", Columns: []pipelines.ProposedColumn{{Header: "户主", Examples: []string{"赵大有"}}}}}, nil
		},
		Keep: func(context.Context, string, string, pipelines.MappingDraft) (string, desk.File, error) {
			return "/nowhere", file, nil
		},
		Held: func(context.Context, string) (string, desk.File, error) { return "/nowhere", file, nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.desk.Close() })
	c := Config{Components: true, Snapshots: h.town, Door: h.door, Programme: data.DefaultProgramme(), Desk: h.desk, Closings: closed{}, Papers: &papers.Book{Dir: t.TempDir()}, Logger: slog.New(slog.DiscardHandler),
		Command:   func(context.Context, string, string) error { return nil },
		Waive:     func(context.Context, []int64, string, string) (int64, error) { return 1, nil },
		Aside:     func(context.Context, pipelines.Aside) (bool, error) { return false, nil },
		Nothing:   func(context.Context, pipelines.Nothing) error { return nil },
		Tick:      func(context.Context, pipelines.Tick) error { return nil },
		Enter:     func(context.Context, pipelines.Entered) error { return nil },
		Standards: &standards.Book{Dir: t.TempDir(), Read: data.ReadProgramme},
		Wording:   &wording.Book{Dir: t.TempDir()},
		Map:       townmap.In(t.TempDir()),
		Schedule:  func() ([]pipelines.Scheduled, error) { return []pipelines.Scheduled{{Name: "night"}}, nil },
		Runs: func() ([]pipelines.Run, error) {
			return []pipelines.Run{{ID: "r1", Trigger: "command", State: pipelines.RunDone, StartedAt: time.Date(2018, 2, 1, 6, 0, 0, 0, time.UTC), Generation: 1}}, nil
		},
		Ask: func(context.Context, visitor.Visitor, facts.Facts, string) (api.Table, error) {
			return api.Table{Columns: []api.Column{{Name: "n", Type: "integer"}}, Rows: [][]any{{int64(1)}}}, nil
		}}
	for _, change := range set {
		change(&c)
	}
	handler, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	h.Server = httptest.NewServer(handler)
	t.Cleanup(h.Close)
	return h
}

// sent is what a form holds, ready to be sent.
type sent struct{ kind, body string }

func form(pairs ...string) sent {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return sent{"application/x-www-form-urlencoded", v.Encode()}
}

func files(t *testing.T, name, content string) sent {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("files", name)
	if err == nil {
		_, err = io.WriteString(part, content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return sent{w.FormDataContentType(), b.String()}
}

// do sends a request as a browser on a page of the site does. client nil: nobody.
func (h house) do(t *testing.T, client *http.Client, method, path string, with sent) (reply, string) {
	t.Helper()
	if client == nil {
		client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	request, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, strings.NewReader(with.body))
	if err != nil {
		t.Fatal(err)
	}
	if with.kind != "" {
		request.Header.Set("Content-Type", with.kind)
	}
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := client.Do(request)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Status, response.Header, response.Cookies()}, string(body)
}

// Who is who, by what he may.
var (
	ofTheTown = []string{"administrator", "committee", "office", "analyst", "auditor", "county", "clerk", "clerk1", "secretary1", "secretary2", "branch11"}
	everybody = append([]string{"elsewhere", "stranger"}, ofTheTown...)                                                         // what holds no data
	taking    = []string{"committee", "office", "analyst", "county", "clerk", "clerk1", "secretary1", "secretary2", "branch11"} // tables away
	evidence  = []string{"committee", "office"}
	wholeTown = []string{"committee", "office", "clerk"} // names of the whole town
	handingIn = []string{"office", "clerk", "clerk1", "secretary1", "secretary2"}
	office    = []string{"office"}
)

// line is who may do what at an address, and how he is answered.
type line struct {
	route, path string
	with        sent
	status      int      // for whoever may
	may         []string // everybody else is answered 404, or led to sign in
}

// lines are what every route answers to every account. A route without a line fails the test.
func lines(t *testing.T) []line {
	bad := "village=V1&lang=en"
	all := []line{
		{"GET /components", "/components?lang=en&theme=dark", sent{}, 200, ofTheTown},
		{"GET /api/v1/measures", "/api/v1/measures?month=2018-01", sent{}, 200, ofTheTown},
		{"GET /api/v1/measures", "/api/v1/measures?month=2018-01&level=village&unit=V2", sent{}, 200, ofTheTown},
		{"GET /api/v1/measures", "/api/v1/measures?month=2018-01&level=member", sent{}, 200, wholeTown},
		{"GET /api/v1/units", "/api/v1/units?format=csv", sent{}, 200, ofTheTown},
		{"GET /api/v1/definitions", "/api/v1/definitions", sent{}, 200, ofTheTown},
		{"GET /api/v1/problems", "/api/v1/problems", sent{}, 200, ofTheTown},
		{"GET /api/v1/runs", "/api/v1/runs", sent{}, 200, ofTheTown},
		{"GET /api/v1/marts", "/api/v1/marts", sent{}, 200, taking},
		{"GET /api/v1/marts/{mart}", "/api/v1/marts/unvisited_households?village=V1", sent{}, 200, taking},
		{"GET /api/v1/marts/{mart}", "/api/v1/marts/member_load?format=parquet", sent{}, 200, taking},
		{"GET /api/v1/marts/{mart}", "/api/v1/marts/cadre_signals", sent{}, 200, evidence},
		{"GET /api/v1/marts/{mart}", "/api/v1/marts/quarantine", sent{}, 404, nil},
		{"GET /api/v1/uploads", "/api/v1/uploads", sent{}, 200, handingIn},
		{"POST /api/v1/uploads", "/api/v1/uploads", files(t, "走访.csv", "a,b\n"), 202, handingIn},
		{"GET /api/v1/uploads/{id}", "/api/v1/uploads/none", sent{}, 404, nil},
		{"POST /api/v1/query", "/api/v1/query", sent{"application/json", `{"sql":"select 1"}`}, 200, []string{"analyst"}},
		{"GET /api/v1/openapi.json", "/api/v1/openapi.json", sent{}, 200, everybody},
		{"GET /api/v1/openapi.yaml", "/api/v1/openapi.yaml", sent{}, 200, everybody},
		{"GET /api/v1/openapi-3.0.json", "/api/v1/openapi-3.0.json", sent{}, 200, everybody},
		{"GET /api/v1/openapi-3.0.yaml", "/api/v1/openapi-3.0.yaml", sent{}, 200, everybody},
		{"GET /api/v1/docs", "/api/v1/docs?lang=en", sent{}, 200, everybody},
		{"/api/", "/api/v2/units", sent{}, 404, nil},
		{"POST /upload", "/upload", files(t, "走访.csv", "a,b\n"), 303, handingIn},
		{"GET /uploads/{batch}/{file}", "/uploads/any/aa", sent{}, 404, nil},                       // nothing waits by that name; see TestASecondPersonAccepts
		{"POST /uploads/{batch}/{action}", "/uploads/any/refuse", form("lang", "en"), 303, office}, // without a reason: back to the page
		{"POST /uploads/{batch}/{action}", "/uploads/any/accept", form("lang", "en"), 404, nil},    // nothing waits by that name
		{"POST /uploads/{batch}/{action}", "/uploads/any/burn", form("lang", "en"), 404, nil},
		{"POST /papers/{kind}", "/papers/monthly", form("format", ".html"), 200, taking},
		{"POST /papers/{kind}", "/papers/any", form("lang", "en"), 404, nil},
		{"GET /papers/{batch}/{file}", "/papers/any/a.docx", sent{}, 404, nil},        // nothing is kept; see TestWhatIsIssuedNeverChanges
		{"POST /papers/{kind}", "/papers/monthly", form("issue", "1"), 303, evidence}, // refused: the month is not signed
		{"GET /papers/{batch}", "/papers/any", sent{}, 404, nil},                      // nobody has accepted it; see TestAPaperForThePublicNeedsASecondPerson
		{"POST /accounts/{action}", "/accounts/unlock", form("name", "analyst"), 303, []string{"administrator"}},
		{"POST /accounts/{action}", "/accounts/reset", form("name", "nobody"), 303, []string{"administrator"}},
		{"POST /accounts/{action}", "/accounts/delete", form("name", "analyst"), 404, nil},
		{"POST /waive", "/waive", form("problem", "1", "reason", "不详"), 303, office},
		{"POST /aside", "/aside", form("file", "aa", "reason", "试填"), 303, office},
		{"POST /nothing", "/nothing", form("of", "visits", "month", "2017-12", "village", "V1", "reason", "防汛"), 303, []string{"office", "clerk", "clerk1", "secretary1"}},
		{"POST /nothing", "/nothing", form("of", "visits", "month", "2017-12", "village", "V2", "reason", "防汛"), 303, []string{"office", "clerk", "secretary2"}},
		{"POST /nothing", "/nothing", form("of", "visits", "month", "2017-12", "reason", "防汛"), 303, []string{"office", "clerk"}},
		{"POST /todo", "/todo", form("lang", "en"), 303, []string{"office", "clerk", "clerk1", "secretary1", "secretary2", "branch11"}}, // nothing is ticked: back to the list
		{"POST /entries/{export}", "/entries/actions", form("lang", "en"), 303, evidence},                                               // nothing is filled in: back to the page
		{"POST /entries/{export}", "/entries/callbacks", form("lang", "en"), 303, evidence},
		{"POST /entries/{export}", "/entries/resolutions", form("lang", "en"), 303, evidence},
		{"POST /entries/{export}", "/entries/set_asides", form("lang", "en"), 404, nil}, // has a form of its own
		{"POST /alerts/{action}", "/alerts/add", form("measure", "household_coverage", "way", "below", "bound", "80"), 303, ofTheTown},
		{"POST /alerts/{action}", "/alerts/end", form("id", "0"), 303, ofTheTown},
		{"POST /alerts/{action}", "/alerts/burn", form("id", "0"), 404, nil},
		{"POST /alerts/{action}", "/alerts/mail", form("mail", ""), 303, ofTheTown},
		{"POST /map/{action}", "/map/keep", mapFile(t, "{}"), 303, []string{"administrator"}}, // refused: back to the page
		{"POST /map/{action}", "/map/remove", form("lang", "en"), 303, []string{"administrator"}},
		{"POST /map/{action}", "/map/burn", form("lang", "en"), 404, nil},
		{"POST /held", "/held", form("file", "aa", "reason", "属实"), 303, office},
		{"GET /relink/register", "/relink/register?village=V1&lang=en", sent{}, 200, wholeTown},
		{"POST /relink", "/relink", form("lang", "en", "changes", "0"), 303, []string{"office", "clerk"}}, // nothing is to be changed: back to the page
		{"POST /mapping", "/mapping", form("file", "aa", "export", "visits", "go", "next"), 303, []string{"office", "clerk"}},
		{"GET /marked/{file}", "/marked/aa", sent{}, 200, wholeTown},
		{"GET /marked/{file}", "/marked/bb", sent{}, 404, nil}, // needs no repair
		{"GET /marked/{file}", "/marked/..%2f..%2fhulian.yaml", sent{}, 404, nil},
		{"GET /template", "/template?export=visits", sent{}, 200, handingIn},
		{"GET /template", "/template?export=handed_in_files", sent{}, 404, nil}, // the program writes it for itself
		{"POST /runs/{pipeline}/{action}", "/runs/night/run", sent{}, 303, []string{"office", "administrator"}},
		{"POST /runs/{pipeline}/{action}", "/runs/night/pause", sent{}, 303, []string{"office", "administrator"}},
		{"POST /closing/{action}", "/closing/check", form("month", "2018-01"), 303, office},
		{"POST /closing/{action}", "/closing/sign", form("month", "2018-01"), 303, evidence},
		{"POST /closing/{action}", "/closing/reopen", form("month", "2018-01"), 404, nil},
		{"POST /standards", "/standards", form("setting", "linking.households_limit", "value", "12", "reason", "会议"), 303, []string{"administrator", "committee"}},
		{"POST /standards", "/standards", form("setting", "linking.colour", "value", "12", "reason", "会议"), 303, []string{"administrator", "committee"}},
		{"POST /standards/{action}", "/standards/accept", form("change", "1"), 303, []string{"administrator", "committee"}},
		{"POST /sentences/{action}", "/sentences/change", form("sentence", "asked_none"), 303, []string{"administrator", "committee"}}, // refused: back to the page
		{"POST /sentences/{action}", "/sentences/burn", form("lang", "en"), 404, nil},
		{"POST /standards/{action}", "/standards/run", sent{}, 303, []string{"administrator", "committee"}},
		{"POST /standards/{action}", "/standards/burn", form("change", "1"), 404, nil},
		{"/", "/nothing-of-the-kind", sent{}, 404, nil},
		{"/", "/office", sent{}, 404, nil},
	}
	tables := map[string]string{"/visits": "unvisited", "/cadres": "signals", "/data": "problems", "/capacity": "villages", "/trail": "trail", "/accounts": "accounts", "/organisation": "overdue-tasks", "/behind": "rows"}
	for _, p := range question.Pages() {
		may, route := ofTheTown, "GET "+p.Path
		switch p.Needs {
		case visitor.SeeEvidence, visitor.Decide:
			may = evidence
		case visitor.Administer:
			may = []string{"administrator"}
		case visitor.ReadTrail:
			may = []string{"administrator", "committee", "office", "auditor", "secretary1", "secretary2", "branch11"}
		default:
		}
		if p.Path == "/" {
			route = "GET /{$}"
		}
		all = append(all, line{route, p.Path, sent{}, 200, may})
		if p.Takes.Has(question.ByVillage) {
			all = append(all, line{route, p.Path + "?" + bad, sent{}, 200, may}, line{route, p.Path + "?village=V2", sent{}, 200, may})
		}
		if table := tables[p.Path]; table != "" {
			if p.Needs == 0 {
				may = taking
			}
			all = append(all, line{route, p.Path + "?format=csv&table=" + table, sent{}, 200, may})
			if table == "trail" { // is written line by line
				all = append(all, line{route, p.Path + "?format=xlsx&table=" + table, sent{}, 404, nil})
			} else {
				all = append(all, line{route, p.Path + "?format=xlsx&table=" + table, sent{}, 200, may})
			}
		}
	}
	return all
}

// open are the routes that need nobody; they have a test of their own.
var open = []string{"GET /assets/{hash}/{name}", "GET /healthz", "GET /metrics"}

// TestEveryRouteForEveryRoleAndUnit holds every address of the site against every account: of each role, of a village and
// another one, of another town, and nobody.
func TestEveryRouteForEveryRoleAndUnit(t *testing.T) {
	h := newHouse(t)
	clients := map[string]*http.Client{"": nil}
	for _, p := range people {
		clients[p.Name] = as(t, h.URL, p.Name)
	}
	all := lines(t)
	routes := append(slices.Collect(maps.Keys((&server{Config: Config{Components: true}}).routes())), api.New(api.Config{}).Patterns()...)
	for _, route := range routes {
		if !slices.Contains(open, route) && !slices.ContainsFunc(all, func(l line) bool { return l.route == route }) {
			t.Errorf("who may what at %s is not said in the table", route)
		}
	}
	for _, l := range all {
		if !slices.Contains(routes, l.route) {
			t.Errorf("there is no route %s", l.route)
		}
		method, _, both := strings.Cut(l.route, " ")
		if !both {
			method = http.MethodGet
		}
		for account, client := range clients {
			response, body := h.do(t, client, method, l.path, l.with)
			want := http.StatusNotFound
			switch {
			case account == "" && strings.HasPrefix(l.path, "/api/"):
				want = http.StatusUnauthorized
			case account == "":
				want = http.StatusSeeOther
			case slices.Contains(l.may, account):
				want = l.status
			}
			if response.StatusCode != want {
				t.Errorf("%s %s as %q: %s, want %d", method, l.path, account, response.Status, want)
			}
			if at := response.Header.Get("Location"); account == "" && want == http.StatusSeeOther && !strings.HasPrefix(at, "/signin") {
				t.Errorf("%s %s: nobody is led to %s", method, l.path, at)
			}
			if cached := response.Header.Get("Cache-Control"); !strings.Contains(cached, "private") && !strings.Contains(cached, "no-store") {
				t.Errorf("%s %s as %q may be kept by others: %q", method, l.path, account, cached)
			}
			if want != http.StatusOK && (strings.Contains(body, "王小明") || strings.Contains(body, "赵大有")) {
				t.Errorf("%s %s as %q: a refusal names somebody", method, l.path, account)
			}
		}
	}
	for _, route := range open {
		path := strings.TrimPrefix(route, "GET ")
		if strings.HasPrefix(path, "/assets/") {
			continue // the assets' own test asks for them by their hash
		}
		if response, _ := h.do(t, nil, http.MethodGet, path, sent{}); response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, response.Status)
		}
	}
}

// TestNamesAndIDsOutsideTheOwnUnit: every list of persons, as page and as CSV, shows each account the names and IDs of its own
// unit and of no other; pseudonyms stay the same from list to list.
func TestNamesAndIDsOutsideTheOwnUnit(t *testing.T) {
	h := newHouse(t)
	branches := map[string]string{"B11": "V1", "B12": "V1", "B21": "V2", "B22": "V2", "B31": "V3"}
	for account, sees := range map[string]func(village, branch string) bool{
		"office":     func(string, string) bool { return true },
		"clerk":      func(string, string) bool { return true },
		"secretary1": func(v, _ string) bool { return v == "V1" },
		"clerk1":     func(v, _ string) bool { return v == "V1" },
		"secretary2": func(v, _ string) bool { return v == "V2" },
		"branch11":   func(_, b string) bool { return b == "B11" },
		"analyst":    func(string, string) bool { return false },
		"county":     func(string, string) bool { return false },
		"auditor":    func(string, string) bool { return false },
	} {
		client := as(t, h.URL, account)
		for _, list := range []struct{ path, table, id string }{{"/visits", "unvisited", "H"}, {"/visits", "silent", "M"}, {"/organisation", "overdue-tasks", "M"}} {
			for branch, village := range branches {
				path := fmt.Sprintf("%s?village=%s", list.path, village)
				formats := []string{"", "&format=csv&table=" + list.table}
				if account == "auditor" { // takes no tables away
					formats = formats[:1]
				}
				for _, format := range formats {
					response, body := h.do(t, client, http.MethodGet, path+format, sent{})
					if response.StatusCode != http.StatusOK {
						t.Fatalf("%s as %s: %s", path+format, account, response.Status)
					}
					if got, want := strings.Contains(body, list.id+branch), sees(village, branch); got != want {
						t.Errorf("%s as %s: %s%s is shown: %v, want %v", path+format, account, list.id, branch, got, want)
					}
					anybody := false
					for b, v := range branches {
						anybody = anybody || v == village && sees(v, b)
					}
					if names := strings.Contains(body, "王小明") || strings.Contains(body, "赵大有"); names && !anybody || !names && sees(village, branch) {
						t.Errorf("%s as %s: names in full: %v", path+format, account, names)
					}
					if stored := !strings.Contains(response.Header.Get("Cache-Control"), "no-store"); anybody && stored {
						t.Errorf("%s as %s: browsers keep it", path+format, account)
					}
				}
			}
		}
	}
}

// TestAFileWithoutOpenProblemsHasNoMarkedCopy: the answer is 404 and says why, to whoever may see the file's rows.
func TestAFileWithoutOpenProblemsHasNoMarkedCopy(t *testing.T) {
	h := newHouse(t)
	h.town.Exec(t, "update problems set state = 'repaired'")
	for account, says := range map[string]string{"office": "这个文件没有待改的行", "analyst": "没有这一页"} {
		response, body := h.do(t, as(t, h.URL, account), http.MethodGet, "/marked/aa", sent{})
		if response.StatusCode != http.StatusNotFound || !strings.Contains(body, says) {
			t.Errorf("%s: %s, without %q", account, response.Status, says)
		}
	}
}

// TestWhoHandedAFileInSeesIt: a village secretary gets the marked copy of the file that he sent and of no other, and others of
// his role do not.
func TestWhoHandedAFileInSeesIt(t *testing.T) {
	h := newHouse(t)
	own, other := as(t, h.URL, "secretary1"), as(t, h.URL, "secretary2")
	response, _ := h.do(t, own, http.MethodPost, "/upload", files(t, "走访 (aa).csv", "村里的走访\n"))
	if response.StatusCode != http.StatusSeeOther {
		t.Fatal(response.Status)
	}
	id := h.desk.Batches()[0].Files[0].ID
	if response, _ := h.do(t, own, http.MethodGet, "/marked/aa", sent{}); response.StatusCode != http.StatusNotFound {
		t.Errorf("a file whose ID stands in the name of the own one: %s", response.Status)
	}
	h.town.Exec(t, "update files set file_id = ? where file_id = 'aa'", id)
	h.town.generation++
	for client, want := range map[*http.Client]int{own: http.StatusOK, other: http.StatusNotFound} {
		if response, _ := h.do(t, client, http.MethodGet, "/marked/"+id, sent{}); response.StatusCode != want {
			t.Errorf("the marked copy: %s, want %d", response.Status, want)
		}
		_, page := h.do(t, client, http.MethodGet, "/upload", sent{})
		_, problems := h.do(t, client, http.MethodGet, "/data?format=csv&table=problems", sent{})
		if shown := strings.Contains(page, "走访 (aa).csv"); shown != (want == http.StatusOK) {
			t.Errorf("the batch is shown: %v", shown)
		}
		if shown := strings.Contains(problems, "=cmd"); shown != (want == http.StatusOK) {
			t.Errorf("the rows of the file are shown: %v", shown)
		}
	}
	uploads := 0
	for _, e := range entries(t, h.door) {
		if e.Action == trail.Uploaded {
			uploads++
			if e.Account != "secretary1" || e.Place.Village != "V1" || !strings.Contains(e.Object, id) {
				t.Errorf("the upload stands in the trail as %+v", e)
			}
		}
	}
	if uploads != 1 {
		t.Errorf("%d uploads stand in the trail", uploads)
	}
}

// TestTheTrailHoldsWhatIsDoneAndDenied: every action on a page leaves one entry, with who and what; what is not for the role too.
func TestTheTrailHoldsWhatIsDoneAndDenied(t *testing.T) {
	h := newHouse(t)
	office, analyst, committee := as(t, h.URL, "office"), as(t, h.URL, "analyst"), as(t, h.URL, "committee")
	for _, c := range []struct {
		client       *http.Client
		method, path string
		with         sent
		account      string
		action       trail.Action
		object       string
		outcome      trail.Outcome
	}{
		{office, "POST", "/waive", form("problem", "1", "reason", "不详"), "office", trail.Waived, "1", trail.Done},
		{office, "POST", "/aside", form("file", "aa", "reason", "试填"), "office", trail.SetAside, "aa", trail.Done},
		{office, "POST", "/aside", form("file", "aa", "reason", "试填", "back", "1"), "office", trail.TookBack, "aa", trail.Done},
		{office, "POST", "/nothing", form("of", "visits", "month", "2017-12", "village", "V1", "reason", "防汛"), "office", trail.SaidNothing, "visits 2017-12", trail.Done},
		{office, "POST", "/held", form("file", "aa", "reason", "属实"), "office", trail.Accepted, "aa", trail.Done},
		{office, "POST", "/runs/night/run", sent{}, "office", trail.Started, "night", trail.Done},
		{office, "POST", "/closing/check", form("month", "2018-01"), "office", trail.Checked, "2018-01", trail.Done},
		{committee, "POST", "/closing/sign", form("month", "2018-01"), "committee", trail.Signed, "2018-01", trail.Done},
		{committee, "GET", "/cadres?member=MB11", sent{}, "committee", trail.ViewedEvidence, "cadres MB11", trail.Done},
		{office, "GET", "/visits?format=csv&table=unvisited", sent{}, "office", trail.ExportedPersons, "visits unvisited", trail.Done},
		{committee, "GET", "/visits?format=xlsx&table=unvisited", sent{}, "committee", trail.ExportedPersons, "visits unvisited", trail.Done},
		{office, "GET", "/marked/aa", sent{}, "office", trail.ExportedPersons, "marked aa", trail.Done},
		{office, "GET", "/api/v1/measures?month=2018-01&level=member", sent{}, "office", trail.ExportedPersons, "measures", trail.Done},
		{analyst, "POST", "/waive", form("problem", "1", "reason", "不详"), "analyst", trail.RequestedBeyond, "POST /waive", trail.Denied},
		{analyst, "GET", "/cadres", sent{}, "analyst", trail.RequestedBeyond, "GET /cadres", trail.Denied},
	} {
		before := len(entries(t, h.door))
		h.do(t, c.client, c.method, c.path, c.with)
		all := entries(t, h.door)[before:]
		if len(all) != 1 {
			t.Errorf("%s %s leaves %d entries: %+v", c.method, c.path, len(all), all)
			continue
		}
		if e := all[0]; e.Account != c.account || e.Action != c.action || !strings.HasPrefix(e.Object, c.object) || e.Outcome != c.outcome || e.Place.Town != pagetest.Name || e.Address == "" {
			t.Errorf("%s %s leaves %+v", c.method, c.path, e)
		}
	}
	before := len(entries(t, h.door))
	for _, path := range []string{"/", "/visits", "/visits?format=csv&table=doubtful", "/api/v1/measures?month=2018-01", "/nothing-of-the-kind"} {
		h.do(t, analyst, http.MethodGet, path, sent{})
	}
	if after := entries(t, h.door); len(after) != before {
		t.Errorf("looking at open pages leaves %+v", after[before:])
	}
	if _, _, err := h.door.Trail.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestThePageOfTheTrail: a village secretary reads what is about the own village and nothing else, on the page and as CSV. In the CSV
// no cell is a formula that a spreadsheet program would run.
func TestThePageOfTheTrail(t *testing.T) {
	h := newHouse(t)
	own, other, office := as(t, h.URL, "secretary1"), as(t, h.URL, "secretary2"), as(t, h.URL, "office")
	h.do(t, own, http.MethodPost, "/upload", files(t, "=cmd().csv", "a,b\n"))
	h.do(t, other, http.MethodPost, "/nothing", form("of", "visits", "month", "2017-12", "village", "V2", "reason", "防汛"))
	for name, c := range map[string]struct {
		client      *http.Client
		says, hides []string
	}{
		"the own village": {own, []string{"=cmd().csv", "secretary1"}, []string{"2017-12", "secretary2"}},
		"another village": {other, []string{"走访记录 2017-12", "secretary2"}, []string{"=cmd().csv", "secretary1"}},
		"the whole town":  {office, []string{"=cmd().csv", "走访记录 2017-12", "secretary1", "secretary2"}, nil},
	} {
		for _, address := range []string{"/trail", "/trail?lang=en", "/trail?format=csv&table=trail"} {
			response, body := h.do(t, c.client, http.MethodGet, address, sent{})
			if response.StatusCode != http.StatusOK || response.Header.Get("Cache-Control") != "private, no-store" {
				t.Errorf("%s, %s: %s, %s", name, address, response.Status, response.Header.Get("Cache-Control"))
			}
			for _, text := range c.says {
				if strings.Contains(address, "lang=en") { // English calls an export as programs do
					text = strings.Replace(text, "走访记录", "visits", 1)
				}
				if !strings.Contains(body, text) {
					t.Errorf("%s: %s does not say %q", name, address, text)
				}
			}
			for _, text := range c.hides {
				if strings.Contains(body, text) {
					t.Errorf("%s: %s says %q", name, address, text)
				}
			}
			if strings.Contains(address, "csv") && (strings.Contains(body, ",=cmd") || strings.Contains(body, "\"=cmd")) {
				t.Errorf("%s: a formula is run:\n%s", name, body)
			}
		}
	}
	if _, body := h.do(t, office, http.MethodGet, "/trail?account=secretary2", sent{}); !strings.Contains(body, "走访记录 2017-12") || strings.Contains(body, "=cmd().csv") {
		t.Error("an account is not asked for alone")
	}
	if all := entries(t, h.door); !slices.ContainsFunc(all, func(e trail.Entry) bool { return e.Action == trail.ExportedTrail && e.Account == "office" }) {
		t.Error("the export of the trail does not stand in it")
	}
}
