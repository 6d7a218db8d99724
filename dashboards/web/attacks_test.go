package web

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"hulian/dashboards/accounts"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/visitor"
)

// TestAForgedFileChangesNothing: whoever hands in no files cannot have one taken in, whatever he calls it, and nothing of it is
// read to its end.
func TestAForgedFileChangesNothing(t *testing.T) {
	h := newHouse(t)
	forged := files(t, "群众问题.csv", "问题编号,反映时间\n")
	clients := map[string]*http.Client{"nobody": nil}
	for _, account := range []string{"analyst", "auditor", "administrator", "committee", "county", "branch11", "stranger"} {
		clients[account] = as(t, h.URL, account)
	}
	for account, client := range clients {
		response, _ := h.do(t, client, http.MethodPost, "/upload", forged)
		if response.StatusCode == http.StatusSeeOther && !strings.HasPrefix(response.Header.Get("Location"), "/signin") || response.StatusCode < 300 {
			t.Errorf("%s has a file taken: %s", account, response.Status)
		}
	}
	if all := h.desk.Batches(); len(all) != 0 {
		t.Errorf("%d batches were taken", len(all))
	}
	if left, err := os.ReadDir(h.desk.Dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	// Another site cannot have the browser of somebody who may hand files in send one.
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+"/upload", strings.NewReader(forged.body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", forged.kind)
	request.Header.Set("Origin", "https://elsewhere.example")
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	response, err := as(t, h.URL, "clerk").Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden || len(h.desk.Batches()) != 0 {
		t.Errorf("from another site: %s", response.Status)
	}
}

// TestUploadsStayInTheirFolderAndBounds: a name leads nowhere else, and too much is refused without a trace.
func TestUploadsStayInTheirFolderAndBounds(t *testing.T) {
	h := newHouse(t)
	clerk := as(t, h.URL, "clerk")
	if response, _ := h.do(t, clerk, http.MethodPost, "/upload", files(t, "../../hulian.yaml", "lang: en\n")); response.StatusCode != http.StatusSeeOther {
		t.Fatal(response.Status)
	}
	if name := h.desk.Batches()[0].Files[0].Name; name != "hulian.yaml" {
		t.Errorf("the file is called %q", name)
	}
	if response, _ := h.do(t, clerk, http.MethodPost, "/upload", files(t, "big.csv", strings.Repeat("x", 1<<16+1))); response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("too large a file: %s", response.Status)
	}
	if response, _ := h.do(t, as(t, h.URL, "office"), http.MethodPost, "/waive", form("problem", "1", "reason", strings.Repeat("长", shortForm))); response.StatusCode != http.StatusBadRequest {
		t.Errorf("too long a form: %s", response.Status)
	}
	if left, err := os.ReadDir(h.desk.Dir); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestAnotherHostIsNotThisServer: a name of a stranger that leads here is not answered, with a session or without.
func TestAnotherHostIsNotThisServer(t *testing.T) {
	h := newHouse(t)
	for name, client := range map[string]*http.Client{"office": as(t, h.URL, "office"), "nobody": h.Client()} {
		for _, host := range []string{"attacker.example", "localhost.attacker.example", "127.0.0.1.attacker.example"} {
			for _, path := range []string{"/", "/signin", "/healthz", "/api/v1/measures?month=2018-01", "/visits"} {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				request.Host = host
				response, err := client.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(response.Body)
				response.Body.Close()
				if err != nil || response.StatusCode != http.StatusMisdirectedRequest || strings.Contains(string(body), pagetest.Name) {
					t.Errorf("%s as %s: %s %v", host, name, response.Status, err)
				}
			}
		}
	}
}

// TestScriptInNamesStaysText: what people call themselves, their files and what they enter is never markup, and on no sheet a
// formula.
func TestScriptInNamesStaysText(t *testing.T) {
	h := newHouse(t)
	const script = `<script>alert(1)</script>`
	_, token, err := h.door.Accounts.Add(t.Context(), accounts.Act{By: visitor.Operator("test", visitor.CLI)}, accounts.Holder{Name: "bobby", Shown: script, Role: visitor.Office})
	if err == nil {
		_, err = h.door.Accounts.SetPassword(t.Context(), "", pagetest.Name, token, phrase)
	}
	if err != nil {
		t.Fatal(err)
	}
	bobby := as(t, h.URL, "bobby")
	h.do(t, bobby, http.MethodPost, "/upload", files(t, `"><img src=x onerror=alert(1)>.csv`, "a\n"))
	h.do(t, bobby, http.MethodPost, "/runs/"+`%3Cscript%3Ealert(1)%3C%2Fscript%3E`+"/run", sent{})
	h.town.Exec(t, "update households set head_name = ?", script)
	h.town.Exec(t, "update members set name = '=cmd|x'")
	h.town.Exec(t, "update issue_flow set title = ?", script)
	h.town.generation++
	for _, path := range []string{"/trail", "/upload", "/visits", "/issues", "/data", "/village?village=V1", "/runs", "/report"} {
		_, body := h.do(t, bobby, http.MethodGet, path, sent{})
		if strings.Contains(body, script) || strings.Contains(body, "<img src=x") {
			t.Errorf("%s runs what somebody is called", path)
		}
	}
	if _, body := h.do(t, bobby, http.MethodGet, "/trail", sent{}); !strings.Contains(body, "&lt;script&gt;alert(1)") {
		t.Error("the trail does not name who acted")
	}
	if _, body := h.do(t, bobby, http.MethodGet, "/visits?format=csv&table=unvisited", sent{}); strings.Contains(body, ",=cmd") || !strings.Contains(body, "'=cmd") {
		t.Errorf("a name is run as a formula:\n%.400s", body)
	}
}

// TestNumbersOfPersonsAreMaskedEverywhere: identity cards and telephones in what people wrote are shown to nobody.
func TestNumbersOfPersonsAreMaskedEverywhere(t *testing.T) {
	h := newHouse(t)
	office := as(t, h.URL, "office")
	const card, phone = "330222196503121234", "13857412345"
	h.town.Exec(t, "update issue_flow set title = ?", "王某 "+card+" 反映路灯不亮，电话"+phone)
	h.town.Exec(t, "update tasks set title = ?", "联系 "+phone)
	h.town.Exec(t, "update problems set value = ?", card)
	h.town.Exec(t, "update cadre_decisions set reason = ?", "本人电话"+phone)
	h.town.generation++
	masked := false
	for _, path := range []string{"/issues", "/organisation", "/data", "/data?format=csv&table=problems", "/village?village=V1", "/cadres?member=MB11", "/report", "/organisation?format=csv&table=overdue-tasks"} {
		response, body := h.do(t, office, http.MethodGet, path, sent{})
		if response.StatusCode != http.StatusOK || strings.Contains(body, card) || strings.Contains(body, phone) {
			t.Errorf("%s shows a number of a person (%s)", path, response.Status)
		}
		masked = masked || strings.Contains(body, "138********")
	}
	if !masked {
		t.Error("no page shows that there was a number")
	}
}
