package serving

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
)

// beyond lists questions that ask for more than the town's tables, each with a part of the message that refuses it.
func beyond(town string) map[string]string {
	secret := filepath.Join(town, "hulian.yaml")
	const files, reads, table = "file system operations are disabled", "it is no question", "does not exist"
	return map[string]string{
		"select * from read_csv('" + secret + "')":                           files,
		"select * from read_text('" + secret + "')":                          files,
		"select * from read_blob('/proc/self/environ')":                      files,
		"select * from sniff_csv('" + secret + "')":                          files,
		"select * from glob('" + town + "/*')":                               files,
		"select * from '" + secret + "'":                                     table,
		"select getenv('PATH')":                                              table,
		"select * from query('select * from read_text(''" + secret + "'')')": files,
		"from parquet_scan('https://127.0.0.1:1/a.parquet')":                 "Error",
		"attach '" + town + "/warehouse.duckdb' as w":                        reads,
		"install httpfs":                                        reads,
		"load httpfs":                                           reads,
		"set enable_external_access = true":                     reads,
		"set lock_configuration = false":                        reads,
		"reset enable_external_access":                          reads,
		"create table t as select 1":                            reads,
		"create temp table t as select 1":                       reads,
		"create secret (type s3)":                               "Error", // the engine says why in different words
		"call enable_logging()":                                 reads,
		"prepare p as select 1":                                 reads,
		"select 1; select 2":                                    "more than one statement",
		"copy (select 1) to '" + town + "/out'":                 files,
		"explain analyze copy (select 1) to '" + town + "/out'": files,
		"export database '" + town + "/out'":                    files,
	}
}

// outside reports whether anything was written where questions must not write.
func outside(t *testing.T, town string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(town, "out")); err == nil {
		t.Error("a question has written a file")
	}
}

// TestTheSandboxOfACommand: no question of "hulian query" reads or writes a file, opens another database, loads an extension or
// changes a setting; each is told why and what helps.
func TestTheSandboxOfACommand(t *testing.T) {
	town := clitest.VillagesTown(t)
	for question, want := range beyond(town) {
		status, out, stderr := clitest.Session(t, "query", "--dir", town, question)
		if status == clitest.Done || out != "" || !strings.Contains(stderr, want) || !strings.Contains(stderr, "Try: ") {
			t.Errorf("%s: status %d, want %q\n%s%s", question, status, want, out, stderr)
		}
	}
	outside(t, town)
	if got := clitest.VillagesOf(t, town); got != "3" {
		t.Errorf("afterwards there are %s villages", got)
	}
}

// TestQuestionsThatTakeTooMuch end with an error and no answer: those without an end, those larger than the memory, and rows that do not
// fit into it once they are found.
func TestQuestionsThatTakeTooMuch(t *testing.T) {
	town := clitest.VillagesTown(t)
	// The engine finds these rows and hands none of them over: see warehouse.Query.
	status, out, stderr := clitest.Process(t, "query", "--dir", town, "select repeat('x', 1000000) from range(1000)")
	if status == clitest.Done || out != "" || !strings.Contains(stderr, "the answer is too large") {
		t.Errorf("large rows: status %d, %d bytes\n%s", status, len(out), stderr)
	}
	for question, want := range map[string]string{
		"with recursive a as (select 1 as n union all select n + 1 from a) select count(*) from a": "it takes longer than 2s",
		"select count(*) from range(100000000000)":                                                 "it takes longer than 2s",
		"select list(range) from range(100000000)":                                                 "Error: ",
	} {
		status, out, stderr := clitest.Process(t, "query", "--dir", town, "--memory-limit", "300MB", "--timeout", "2s", question)
		if status == clitest.Done || out != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: status %d, %d bytes\n%s", question, status, len(out), stderr)
		}
	}
}

// TestAnAnalystAsksTheServer: what a program asks in SQL is answered from the tables as its account may read them, in the same
// sandbox, and stands in the trail.
func TestAnAnalystAsksTheServer(t *testing.T) {
	town := clitest.Month(t)
	server := clitest.Serve(t, town, "--schedule", "off")
	token := func(name, role string, more ...string) string {
		for _, command := range [][]string{{"user", "add", name, "--role", role, "--dir", town}, append([]string{"user", "token", name, "--dir", town}, more...)} {
			status, out, stderr := clitest.Process(t, command...)
			if status != clitest.Done {
				t.Fatal(stderr)
			}
			if command[1] == "token" {
				return strings.TrimSpace(out)
			}
		}
		return ""
	}
	analyst := token("asker", "analyst")
	ask := func(token, question string) (status int, rows [][]any, body string) {
		sent, err := json.Marshal(map[string]string{"sql": question})
		clitest.Must(t, err)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.Address+"api/v1/query", strings.NewReader(string(sent)))
		clitest.Must(t, err)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := http.DefaultClient.Do(request)
		clitest.Must(t, err)
		defer response.Body.Close()
		content, err := io.ReadAll(response.Body)
		clitest.Must(t, err)
		var answer struct{ Rows [][]any }
		clitest.Must(t, json.Unmarshal(content, &answer))
		return response.StatusCode, answer.Rows, string(content)
	}
	if status, rows, body := ask(analyst, "select count(*) as n, count(*) filter (where head_name not like '%**' or household_id not like 'p_-%') as shown from households"); status != http.StatusOK || rows[0][0] == 0.0 || rows[0][1] != 0.0 {
		t.Errorf("names and IDs: %d %.300s", status, body)
	}
	if status, _, body := ask(analyst, "select 1 from conduct"); status != http.StatusBadRequest || !strings.Contains(body, "does not exist") {
		t.Errorf("a table that is not for analysts: %d %.300s", status, body)
	}
	closed := []string{"pragma database_list", "from duckdb_settings()", "select * from duckdb_databases", "select current_setting('temp_directory')", "from pragma_database_size()",
		"with x as (from duckdb_temporary_files()) select * from x where getenv('PATH') <> ''", "explain analyze from duckdb_settings() -- 330282199001011234"}
	for question := range beyond(town) {
		closed = append(closed, question)
	}
	patient := func(question string) (status int, body string) {
		status, _, body = ask(analyst, question)
		for status == http.StatusTooManyRequests { // an account may ask twenty at once, and then one a second
			time.Sleep(time.Second)
			status, _, body = ask(analyst, question)
		}
		return status, body
	}
	for _, question := range closed {
		status, body := patient(question)
		refused := strings.Contains(body, "open to questions") || strings.Contains(body, "it is no question") || strings.Contains(body, "more than one statement") || strings.Contains(body, "Parser Error")
		if status != http.StatusBadRequest || !refused || strings.Contains(body, "hulian-masked") || strings.Contains(body, os.TempDir()+"/hulian") {
			t.Errorf("%s: %d %.300s", question, status, body)
		}
	}
	outside(t, town)
	if status, body := patient("with recursive a as (select 1 as n union all select n + 1 from a) select count(*) from a"); status != http.StatusGatewayTimeout {
		t.Errorf("a question without an end: %d %.300s", status, body)
	}
	if status, _, body := ask(token("helper", "office"), "select 1"); status != http.StatusNotFound {
		t.Errorf("a role that asks nothing: %d %.300s", status, body)
	}
	trail := clitest.Says(t, clitest.Done, "helper", "trail", "--dir", town, "--lang", "en")
	for _, line := range strings.Split(trail, "\n") {
		if strings.Contains(line, "pragma database_list") && (!strings.Contains(line, "denied") || !strings.Contains(line, "it is no question")) {
			t.Errorf("a refused question is told as %s", line)
		}
	}
	if strings.Contains(trail, "330282199001011234") || !strings.Contains(trail, "pragma database_list") || !strings.Contains(trail, "head_name not like") {
		t.Errorf("the trail does not say what was asked, or shows the number of a person:\n%s", trail)
	}
	if !strings.Contains(trail, "asked in SQL: ") || !strings.Contains(trail, "asked for what the role does not allow") {
		t.Errorf("the trail:\n%s", trail)
	}
}
