package web

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hulian/dashboards/accounts"
	"hulian/dashboards/desk"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// awaiting is a house on which what is handed in waits for a second person, with what was read so far.
type awaiting struct {
	house
	mu   sync.Mutex
	read []pipelines.HandedIn
	done []string // what was confirmed and carried out, and by whom
}

func newAwaiting(t *testing.T) *awaiting {
	t.Helper()
	a := &awaiting{}
	d, err := desk.Open(desk.Config{Dir: t.TempDir(), Bytes: 1 << 16, Second: true, Import: func(_ context.Context, by pipelines.HandedIn, _ []string) (pipelines.Run, error) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.read = append(a.read, by)
		var run pipelines.Run
		for _, id := range by.Files {
			run.Files = append(run.Files, pipelines.Reconciliation{FileID: id, Export: "visits", Read: 1, Accepted: 1})
		}
		run.Generation = 2
		return run, nil
	}, Held: func(context.Context, string) (string, desk.File, error) {
		return "/nowhere", desk.File{ID: "aa", Name: "名册.csv"}, nil
	}, Release: func(_ context.Context, _, by, reason string) (pipelines.Run, error) {
		a.carriedOut("released", by, reason)
		return pipelines.Run{Generation: 2, Files: []pipelines.Reconciliation{{FileID: "aa"}}}, nil
	}, Propose: func(_ context.Context, _ string, ask pipelines.MappingAsk) ([]pipelines.Proposal, error) {
		return []pipelines.Proposal{{File: "工单.csv", Table: ask.Table, Export: "issues", Pattern: "*.csv", Columns: []pipelines.ProposedColumn{{Header: "编号"}}}}, nil
	}, Keep: func(_ context.Context, id, _ string, d pipelines.MappingDraft) (string, desk.File, error) {
		a.carriedOut("kept", d.By, d.Exports[0].Columns["issue_id"].Header)
		return "/nowhere", desk.File{ID: id}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	a.house = newHouse(t, func(c *Config) { c.Desk = d })
	a.desk = d
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { d.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait(); _ = d.Close() })
	return a
}

func (a *awaiting) carriedOut(what ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.done = append(a.done, strings.Join(what, " "))
}

func (a *awaiting) handedIn() []pipelines.HandedIn {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.read)
}

// upload hands a file in and gives the id of the batch.
func (a *awaiting) upload(t *testing.T, client *http.Client, name string) string {
	t.Helper()
	response, _ := a.do(t, client, http.MethodPost, "/upload", files(t, name, "a,b\n"+name))
	_, id, found := strings.Cut(response.Header.Get("Location"), "batch=")
	if !found {
		t.Fatalf("%s is handed in: %s", name, response.Status)
	}
	return id
}

func (a *awaiting) state(t *testing.T, id string, want desk.State) desk.Batch {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if b, _ := a.desk.Batch(id); b.State == want {
			return b
		} else if time.Now().After(deadline) {
			t.Fatalf("the batch is %s, want %s", b.State, want)
		}
	}
}

// TestASecondPersonAccepts: what a village hands in is not read before the office accepts it; its author cannot, and neither can the
// office what it hands in itself. Who was who stands in the record of the run and in the trail.
func TestASecondPersonAccepts(t *testing.T) {
	a := newAwaiting(t)
	secretary, office, clerk := as(t, a.URL, "secretary1"), as(t, a.URL, "office"), as(t, a.URL, "clerk")
	id := a.upload(t, secretary, "走访.csv")
	a.state(t, id, desk.Proposed)
	for name, client := range map[string]*http.Client{"author": secretary, "clerk": clerk} {
		if response, _ := a.do(t, client, http.MethodPost, "/uploads/"+id+"/accept", form("lang", "en")); response.StatusCode != http.StatusNotFound {
			t.Errorf("the %s accepts: %s", name, response.Status)
		}
	}
	_, own := a.do(t, secretary, http.MethodGet, "/upload?batch="+id, sent{})
	if !strings.Contains(own, "等待第二人复核") || strings.Contains(own, "/accept") {
		t.Error("the author's page does not say that it waits, or offers to accept it")
	}
	_, list := a.do(t, office, http.MethodGet, "/upload?lang=en", sent{})
	_, shown := a.do(t, office, http.MethodGet, "/upload?lang=en&batch="+id, sent{})
	if !strings.Contains(list, "secretary1") || !strings.Contains(shown, "/uploads/"+id+"/accept") || !strings.Contains(shown, "走访.csv") {
		t.Error("the office is not asked")
	}
	waiting, _ := a.desk.Batch(id)
	for account, want := range map[string]int{"office": http.StatusOK, "committee": http.StatusNotFound, "clerk": http.StatusNotFound, "secretary1": http.StatusNotFound, "secretary2": http.StatusNotFound} {
		response, content := a.do(t, as(t, a.URL, account), http.MethodGet, "/uploads/"+id+"/"+waiting.Files[0].ID, sent{})
		if response.StatusCode != want || (want == http.StatusOK) != (content == "a,b\n走访.csv") {
			t.Errorf("the %s opens the file: %s %q", account, response.Status, content)
		}
	}
	if all := a.handedIn(); len(all) != 0 {
		t.Fatalf("it was read before: %+v", all)
	}
	if response, _ := a.do(t, office, http.MethodPost, "/uploads/"+id+"/accept", form("lang", "en")); response.StatusCode != http.StatusSeeOther {
		t.Fatal(response.Status)
	}
	b := a.state(t, id, desk.Done)
	all := a.handedIn()
	if len(all) != 1 || all[0].By != "secretary1" || all[0].Village != "V1" || all[0].AcceptedBy != "陈干事 (office)" || all[0].Files[0] != b.Files[0].ID {
		t.Errorf("read as %+v", all)
	}
	if response, _ := a.do(t, office, http.MethodPost, "/uploads/"+id+"/accept", form("lang", "en")); response.StatusCode != http.StatusNotFound {
		t.Errorf("accepted twice: %s", response.Status)
	}

	mine := a.upload(t, office, "名册.csv")
	response, _ := a.do(t, office, http.MethodPost, "/uploads/"+mine+"/accept", form("lang", "en"))
	if at := response.Header.Get("Location"); !strings.Contains(at, "refused=own") {
		t.Errorf("the office accepts its own: %s %s", response.Status, at)
	}
	if _, page := a.do(t, office, http.MethodGet, response.Header.Get("Location"), sent{}); !strings.Contains(page, "Nobody accepts his own files") {
		t.Error("it does not say why")
	}
	a.state(t, mine, desk.Proposed)
	var said []string
	for _, e := range entries(t, a.door) {
		if e.Action == trail.UploadAccepted {
			said = append(said, e.Account+" "+e.Object+" "+e.Place.Village+" "+string(e.Outcome))
		}
	}
	if want := []string{"office 走访.csv V1 done", "office 名册.csv  denied"}; !slices.Equal(said, want) {
		t.Errorf("the trail says %q, want %q", said, want)
	}
}

// TestASecondPersonRefuses with a reason, which the author reads; nothing of the files stays.
func TestASecondPersonRefuses(t *testing.T) {
	a := newAwaiting(t)
	secretary, office := as(t, a.URL, "secretary1"), as(t, a.URL, "office")
	id := a.upload(t, secretary, "走访.csv")
	if response, _ := a.do(t, office, http.MethodPost, "/uploads/"+id+"/refuse", form("reason", " ")); !strings.Contains(response.Header.Get("Location"), "refused=no_reason") {
		t.Errorf("without a reason: %s", response.Status)
	}
	a.state(t, id, desk.Proposed)
	a.do(t, office, http.MethodPost, "/uploads/"+id+"/refuse", form("reason", "三月的表，请报二月"))
	a.state(t, id, desk.Refused)
	if _, page := a.do(t, secretary, http.MethodGet, "/upload?batch="+id, sent{}); !strings.Contains(page, "三月的表，请报二月") || !strings.Contains(page, "陈干事") {
		t.Error("the author does not read who refused it, and why")
	}
	if waiting, err := desk.Proposals(a.desk.Dir); err != nil || len(waiting) != 0 || len(a.handedIn()) != 0 {
		t.Errorf("%v %v %v", waiting, err, a.handedIn())
	}
}

// TestADecisionOfACommand is seen by the server at work: both go the same way.
func TestADecisionOfACommand(t *testing.T) {
	a := newAwaiting(t)
	id := a.upload(t, as(t, a.URL, "clerk1"), "走访.csv")
	operator := visitor.Operator("root", visitor.CLI)
	if _, err := desk.Decide(a.desk.Dir, id, desk.Author{Account: operator.Account, Name: operator.Author()}, true, ""); err != nil {
		t.Fatal(err)
	}
	a.state(t, id, desk.Done)
	if all := a.handedIn(); len(all) != 1 || all[0].AcceptedBy != "root" {
		t.Errorf("%+v", all)
	}
}

// TestAProgramIsToldThatItsUploadWaits, and later that it was refused, and why.
func TestAProgramIsToldThatItsUploadWaits(t *testing.T) {
	a := newAwaiting(t)
	token := a.token(t, "secretary1", accounts.TokenUpload)
	var upload struct{ ID, State, Reason string }
	_, response, body := a.ask(t, token, http.MethodPost, "/api/v1/uploads", files(t, "走访.csv", "a,b\n1,2"))
	if err := json.Unmarshal(body, &upload); err != nil || response.StatusCode != http.StatusAccepted || upload.State != "proposed" {
		t.Fatalf("%s %v %s", response.Status, err, body)
	}
	a.do(t, as(t, a.URL, "office"), http.MethodPost, "/uploads/"+upload.ID+"/refuse", form("reason", "三月的表，请报二月"))
	a.state(t, upload.ID, desk.Refused)
	_, response, body = a.ask(t, token, http.MethodGet, "/api/v1/uploads/"+upload.ID, sent{})
	if err := json.Unmarshal(body, &upload); err != nil || upload.State != "refused" || upload.Reason != "三月的表，请报二月" {
		t.Errorf("%s %v %s", response.Status, err, body)
	}
}

// TestWhatMovesFiguresWithoutAnUploadNeedsASecondPersonToo: a held file that somebody lets through, and what somebody says the columns of
// a file mean, wait as an upload does. Whoever confirmed it does not accept it himself, by no way; what is refused changes nothing.
func TestWhatMovesFiguresWithoutAnUploadNeedsASecondPersonToo(t *testing.T) {
	a := newAwaiting(t)
	_, token, err := a.door.Accounts.Add(t.Context(), accounts.Act{By: visitor.Operator("test", visitor.CLI)}, accounts.Holder{Name: "office2", Role: visitor.Office})
	if err == nil {
		_, err = a.door.Accounts.SetPassword(t.Context(), "", pagetest.Name, token, phrase)
	}
	if err != nil {
		t.Fatal(err)
	}
	office, second := as(t, a.URL, "office"), as(t, a.URL, "office2")
	mapping := form("file", "aa", "table", "", "export", "issues", "as", "0:issue_id", "exporter", "热线", "files", "*.csv", "lang", "en", "word", "category:路灯坏了", "means", "roads")
	for what, c := range map[string]struct {
		path          string
		sent          sent
		shown, object string
		done          string
	}{
		"a held file": {"/held", form("file", "aa", "reason", "合并支部", "lang", "en"), "合并支部", "held 名册.csv", "released 陈干事 (office), office2 合并支部"},
		"a mapping":   {"/mapping", mapping, "路灯坏了", "columns of 工单.csv", "kept 陈干事 (office), office2 编号"},
	} {
		confirm := func() string {
			response, body := a.do(t, office, http.MethodPost, c.path, c.sent)
			_, id, found := strings.Cut(response.Header.Get("Location"), "batch=")
			if !found {
				t.Fatalf("%s is confirmed: %s %s %s", what, response.Status, response.Header.Get("Location"), body)
			}
			id, _, _ = strings.Cut(id, "&")
			return id
		}
		id := confirm()
		a.state(t, id, desk.Proposed)
		if again := confirm(); again != id {
			t.Errorf("%s confirmed twice waits twice", what)
		}
		if response, _ := a.do(t, office, http.MethodPost, "/uploads/"+id+"/accept", form("lang", "en")); !strings.Contains(response.Header.Get("Location"), "refused=own") {
			t.Errorf("%s: its author accepts it: %s", what, response.Status)
		}
		if _, own := a.do(t, office, http.MethodGet, "/upload?lang=en&batch="+id, sent{}); strings.Contains(own, "/accept") || !strings.Contains(own, "waits for a second person") {
			t.Errorf("%s: the author's page offers to accept it, or does not say that it waits", what)
		}
		if _, page := a.do(t, second, http.MethodGet, "/upload?lang=en&batch="+id, sent{}); !strings.Contains(page, "/uploads/"+id+"/accept") || !strings.Contains(page, c.shown) || !strings.Contains(page, "陈干事 (office)") {
			t.Errorf("%s: a second person is not shown %q and asked:\n%s", what, c.shown, page)
		}
		if response, _ := a.do(t, second, http.MethodGet, "/uploads/"+id+"/aa", sent{}); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: a file that is no upload is opened: %s", what, response.Status)
		}
		a.do(t, second, http.MethodPost, "/uploads/"+id+"/refuse", form("reason", "再核对"))
		a.state(t, id, desk.Refused)
		if len(a.done) != 0 {
			t.Fatalf("%s changed something without a second person: %v", what, a.done)
		}
		if _, own := a.do(t, office, http.MethodGet, "/upload?batch="+id, sent{}); !strings.Contains(own, "再核对") {
			t.Errorf("%s: the author does not read why it was refused", what)
		}
		if id = confirm(); id == "" {
			continue
		}
		a.do(t, second, http.MethodPost, "/uploads/"+id+"/accept", form("lang", "en"))
		a.state(t, id, desk.Done)
		a.mu.Lock()
		if !slices.Equal(a.done, []string{c.done}) {
			t.Errorf("%s: carried out as %q, want %q", what, a.done, c.done)
		}
		a.done = nil
		a.mu.Unlock()
		said := entries(t, a.door)
		if !slices.ContainsFunc(said, func(e trail.Entry) bool {
			return e.Action == trail.UploadAccepted && e.Account == "office2" && e.Object == c.object && e.Outcome == trail.Done
		}) {
			t.Errorf("%s: the trail does not say who accepted it", what)
		}
	}
}
