package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"hulian/dashboards/accounts"
	"hulian/dashboards/api"
	"hulian/dashboards/facts"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// token makes an access token of an account.
func (h house) token(t testing.TB, account string, scopes ...accounts.TokenScope) string {
	t.Helper()
	_, secret, err := h.door.Accounts.MakeToken(t.Context(), accounts.Act{By: visitor.Operator("test", visitor.CLI)}, account, accounts.TokenAsk{Label: "test", Scopes: scopes})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// ask sends a request as a program does. Headers come in pairs.
func (h house) ask(t testing.TB, token, method, path string, with sent, headers ...string) (*http.Request, reply, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, strings.NewReader(with.body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if with.kind != "" {
		request.Header.Set("Content-Type", with.kind)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return request, reply{response.StatusCode, response.Status, response.Header, nil}, body
}

// contract is the document that the server itself serves.
func (h house) contract(t testing.TB, token string) routers.Router {
	t.Helper()
	_, response, body := h.ask(t, token, "GET", "/api/v1/openapi.json", sent{})
	document, err := openapi3.NewLoader().LoadFromData(body)
	if err == nil {
		err = document.Validate(t.Context())
	}
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v", response.Status, err)
	}
	for path, item := range document.Paths.Map() {
		for method, op := range item.Operations() {
			if op.Summary == "" || op.OperationID == "" {
				t.Errorf("%s %s is not described", method, path)
			}
		}
	}
	router, err := gorillamux.NewRouter(document)
	if err != nil {
		t.Fatal(err)
	}
	return router
}

// TestAnswersAreAsTheDocumentSays holds a fixed sample of right and wrong requests to every address against the document: each
// answer must be one that it describes.
func TestAnswersAreAsTheDocumentSays(t *testing.T) {
	h := newHouse(t)
	tokens := map[string]string{
		"office": h.token(t, "office", accounts.TokenRead, accounts.TokenPersons, accounts.TokenUpload), "analyst": h.token(t, "analyst", accounts.TokenRead),
		"clerk1": h.token(t, "clerk1", accounts.TokenUpload),
	}
	router := h.contract(t, tokens["office"])
	requests := []struct {
		method, path string
		with         sent
	}{
		{"POST", "/uploads", files(t, "走访.csv", "a,b\n1,2\n")}, {"POST", "/uploads", sent{"text/plain", "x"}}, {"POST", "/uploads", sent{"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"\x00\"\r\n\r\n1\r\n--x--\r\n"}},
		{"POST", "/uploads", sent{"multipart/form-data; boundary=x", "--x--"}}, {"GET", "/uploads", sent{}}, {"GET", "/uploads?format=csv", sent{}}, {"GET", "/uploads/none", sent{}},
		{"POST", "/query", sent{"application/json", `{"sql":"select 1"}`}}, {"POST", "/query", sent{"application/json", `{"sql":""}`}}, {"POST", "/query", sent{"application/json", `[`}}, {"POST", "/query", sent{"text/csv", `a`}},
	}
	for _, path := range []string{"/units", "/definitions", "/measures", "/marts", "/problems", "/runs", "/marts/units", "/marts/households", "/marts/problems", "/marts/issue_flow", "/marts/measures", "/marts/cadre_signals", "/marts/none", "/none",
		"/measures?level=village&measure=card_rate", "/measures?level=member&month=2018-01", "/measures?restated=true&limit=5"} {
		join := "?"
		if strings.Contains(path, "?") {
			join = "&"
		}
		for _, more := range []string{"", join + "format=csv", join + "format=arrow", join + "format=parquet&limit=2", join + "limit=1", join + "limit=0", join + "limit=x", join + "after=1-1", join + "after=9-9", join + "after=x", join + "format=xml", join + "colour=red", join + "limit=", join + "a=%zz"} {
			requests = append(requests, struct {
				method, path string
				with         sent
			}{"GET", path + more, sent{}})
		}
	}
	answered := map[int]int{}
	for account, token := range tokens {
		for _, q := range requests {
			request, response, body := h.ask(t, token, q.method, "/api/v1"+q.path, q.with)
			answered[response.StatusCode]++
			if response.StatusCode >= 500 {
				t.Errorf("%s %s as %s: %s %s", q.method, q.path, account, response.Status, body)
			}
			request.URL.Scheme, request.URL.Host = "", ""
			route, parameters, err := router.FindRoute(request)
			if err != nil {
				if response.StatusCode != http.StatusNotFound {
					t.Errorf("%s %s is in no document: %v", q.method, q.path, err)
				}
				continue
			}
			input := &openapi3filter.RequestValidationInput{Request: request, PathParams: parameters, Route: route, Options: &openapi3filter.Options{IncludeResponseStatus: true}}
			err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: response.StatusCode, Header: response.Header, Body: io.NopCloser(bytes.NewReader(body)), Options: input.Options})
			if err != nil {
				t.Errorf("%s %s as %s, %s: %v", q.method, q.path, account, response.Status, err)
			}
		}
	}
	if answered[200] < 60 || answered[422] < 60 || answered[404] < 10 || answered[409] < 5 || answered[202] != 2 {
		t.Errorf("the sample answers too little: %v", answered)
	}
}

func TestMain(m *testing.M) {
	openapi3filter.RegisterBodyDecoder("text/csv", openapi3filter.FileBodyDecoder)
	for _, binary := range []string{"application/vnd.apache.arrow.stream", "application/vnd.apache.parquet"} {
		openapi3filter.RegisterBodyDecoder(binary, openapi3filter.FileBodyDecoder)
	}
	os.Exit(m.Run())
}

// TestEveryFormHoldsTheSameRows reads a table, by pages of three rows, in each form.
func TestEveryFormHoldsTheSameRows(t *testing.T) {
	h := newHouse(t)
	token := h.token(t, "analyst", accounts.TokenRead)
	for _, path := range []string{"/api/v1/measures?measure=card_rate,resolution_rate_cumulative&level=village&month=2018-01", "/api/v1/marts/issue_flow?limit=40", "/api/v1/units?limit=3"} {
		var want [][]string
		for _, format := range []string{"csv", "parquet", "arrow"} {
			var all [][]string
			for next := path + "&format=" + format; next != ""; {
				_, response, body := h.ask(t, token, "GET", next, sent{})
				if response.StatusCode != http.StatusOK {
					t.Fatalf("%s: %s %s", next, response.Status, body)
				}
				switch format {
				case "csv":
					rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff")))).ReadAll()
					if err != nil {
						t.Fatal(err)
					}
					all = append(all, rows[1:]...)
				default:
					all = append(all, columnar(t, format, body)...)
				}
				_, next, _ = strings.Cut(response.Header.Get("Link"), "<")
				next, _, _ = strings.Cut(next, ">")
			}
			if want == nil {
				want = all
			}
			if got := fmt.Sprint(all); len(all) < 3 || len(all) != len(want) || format == "arrow" && !strings.Contains(path, "flow") && got != fmt.Sprint(want) {
				t.Errorf("%s as %s: %d rows, want %d\n%s\n%s", path, format, len(all), len(want), got, fmt.Sprint(want))
			}
		}
	}
}

// columnar reads the rows of an Arrow stream or a Parquet file as texts.
func columnar(t *testing.T, format string, body []byte) (all [][]string) {
	t.Helper()
	add := func(batch arrow.RecordBatch) {
		for i := range int(batch.NumRows()) {
			row := make([]string, batch.NumCols())
			for j, column := range batch.Columns() {
				if !column.IsNull(i) {
					row[j] = column.ValueStr(i)
				}
			}
			all = append(all, row)
		}
	}
	if format == "arrow" {
		reader, err := ipc.NewReader(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Release()
		for reader.Next() {
			add(reader.RecordBatch())
		}
		if reader.Err() != nil {
			t.Fatal(reader.Err())
		}
		return all
	}
	opened, err := file.NewParquetReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	reader, err := pqarrow.NewFileReader(opened, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	records, err := reader.GetRecordReader(t.Context(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer records.Release()
	for records.Next() {
		add(records.RecordBatch())
	}
	return all
}

// TestAnAnswerAtHandIsNotSentAgain: 304 while the data and what the visitor may see are the same; never across visitors, and not
// where persons are shown.
func TestAnAnswerAtHandIsNotSentAgain(t *testing.T) {
	h := newHouse(t)
	analyst, office := h.token(t, "analyst", accounts.TokenRead), h.token(t, "office", accounts.TokenRead, accounts.TokenPersons)
	const path = "/api/v1/marts/unvisited_households"
	_, first, _ := h.ask(t, analyst, "GET", path, sent{})
	tag := first.Header.Get("ETag")
	_, again, body := h.ask(t, analyst, "GET", path, sent{}, "If-None-Match", `"other", `+tag)
	if tag == "" || again.StatusCode != http.StatusNotModified || len(body) != 0 || again.Header.Get("ETag") != tag {
		t.Errorf("%q: %s %v %q", tag, again.Status, again.Header, body)
	}
	if _, other, _ := h.ask(t, analyst, "GET", path+"?format=csv", sent{}, "If-None-Match", tag); other.StatusCode != http.StatusOK {
		t.Errorf("another form: %s", other.Status)
	}
	_, persons, body := h.ask(t, office, "GET", path, sent{}, "If-None-Match", tag)
	if persons.StatusCode != http.StatusOK || persons.Header.Get("ETag") != "" || !strings.Contains(persons.Header.Get("Cache-Control"), "no-store") || !strings.Contains(string(body), `"HB11`) {
		t.Errorf("persons: %s %v", persons.Status, persons.Header)
	}
	h.town.generation++
	if _, fresh, _ := h.ask(t, analyst, "GET", path, sent{}, "If-None-Match", tag); fresh.StatusCode != http.StatusOK {
		t.Errorf("a new generation: %s", fresh.Status)
	}
	last := entries(t, h.door)
	if e := last[len(last)-1]; e.Action != trail.ExportedPersons || e.Object != "marts/unvisited_households" || e.Origin != visitor.API || e.Account != "office" {
		t.Errorf("the trail holds %+v", e)
	}
}

// TestNoAPIAnswerShowsNumbersOfPersons: identity cards and telephones in free texts are masked, whoever asks.
func TestNoAPIAnswerShowsNumbersOfPersons(t *testing.T) {
	h := newHouse(t)
	const card, phone = "330282199001011234", "13812345678"
	h.town.Exec(t, "update issue_flow set title = ?", "请联系"+phone+"，身份证"+card)
	h.town.Exec(t, "update problems set value = ?, detail = ?", card, phone)
	h.town.generation++
	for _, account := range []string{"office", "analyst", "secretary1"} {
		token := h.token(t, account, accounts.TokenRead)
		if account != "analyst" {
			token = h.token(t, account, accounts.TokenRead, accounts.TokenPersons)
		}
		for _, path := range []string{"/marts/issue_flow", "/marts/problems", "/problems"} {
			_, response, body := h.ask(t, token, "GET", "/api/v1"+path, sent{})
			if response.StatusCode != http.StatusOK || strings.Contains(string(body), card) || strings.Contains(string(body), phone) {
				t.Errorf("%s as %s: %s shows the number of a person", path, account, response.Status)
			}
		}
	}
}

// TestATokenMayLessThanItsAccount on the API itself.
func TestATokenMayLessThanItsAccount(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		scopes       []accounts.TokenScope
		method, path string
		with         sent
		want         int
	}{
		{[]accounts.TokenScope{accounts.TokenUpload}, "GET", "/measures?month=2018-01", sent{}, 404},
		{[]accounts.TokenScope{accounts.TokenUpload}, "GET", "/marts/households", sent{}, 404},
		{[]accounts.TokenScope{accounts.TokenUpload}, "POST", "/uploads", files(t, "a.csv", "x"), 202},
		{[]accounts.TokenScope{accounts.TokenUpload}, "GET", "/uploads", sent{}, 200},
		{[]accounts.TokenScope{accounts.TokenRead}, "POST", "/uploads", files(t, "a.csv", "x"), 404},
		{[]accounts.TokenScope{accounts.TokenRead}, "GET", "/measures?level=member&month=2018-01", sent{}, 404},
		{[]accounts.TokenScope{accounts.TokenRead}, "GET", "/marts/cadre_signals", sent{}, 404},
		{[]accounts.TokenScope{accounts.TokenRead, accounts.TokenPersons}, "GET", "/marts/cadre_signals", sent{}, 200},
	} {
		_, response, body := h.ask(t, h.token(t, "office", c.scopes...), c.method, "/api/v1"+c.path, c.with)
		if response.StatusCode != c.want {
			t.Errorf("%v %s %s: %s %s", c.scopes, c.method, c.path, response.Status, body)
		}
	}
}

// TestAWrongMethodIsToldTheRightOnes, in the language the request prefers.
func TestAWrongMethodIsToldTheRightOnes(t *testing.T) {
	h := newHouse(t)
	_, response, body := h.ask(t, h.token(t, "office", accounts.TokenRead), "DELETE", "/api/v1/units", sent{}, "Accept-Language", "zh-CN,zh;q=0.9")
	var said struct{ Title, Next string }
	if err := json.Unmarshal(body, &said); err != nil || response.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(response.Header.Get("Allow"), "GET") || !strings.Contains(said.Next, "Allow") || !strings.Contains(said.Title, "不接受") {
		t.Errorf("%s %v %s", response.Status, response.Header, body)
	}
}

// BenchmarkMeasures: values of one measure, client and server in one process. 500 a second are asked for.
func BenchmarkMeasures(b *testing.B) {
	h := newHouse(b)
	token := h.token(b, "analyst", accounts.TokenRead)
	path := "/api/v1/measures?" + url.Values{"measure": {"card_rate"}, "level": {"village"}}.Encode()
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = 64
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if _, response, _ := h.ask(b, token, "GET", path, sent{}); response.StatusCode != http.StatusOK {
				b.Errorf("%s", response.Status)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
}

// TestTheTrailTellsWhatWasAskedInSQL: each question with its text, without numbers of persons; one that was refused as denied, with why, and
// one that failed as failed.
func TestTheTrailTellsWhatWasAskedInSQL(t *testing.T) {
	var said error
	h := newHouse(t, func(c *Config) {
		c.Ask = func(context.Context, visitor.Visitor, facts.Facts, string) (api.Table, error) {
			return api.Table{}, said
		}
	})
	token := h.token(t, "analyst", accounts.TokenRead)
	for _, c := range []struct {
		said    error
		sql     string
		outcome trail.Outcome
		object  string
	}{
		{nil, "select  1\n-- of 330282199001011234, 13812345678", trail.Done, " select 1 -- of "},
		{&pipelines.Fault{Op: "query", Err: api.Refused{Why: "the function getenv is closed"}}, "select getenv('A')", trail.Denied, " (the function getenv is closed) select getenv('A')"},
		{&pipelines.Fault{Op: "query", Err: errors.New("no such column")}, "select x", trail.Failed, " (no such column) select x"},
		{context.DeadlineExceeded, "select 2", trail.Failed, " (Gateway Timeout) select 2"},
		{nil, "select " + strings.Repeat("x", 1900) + " 330282199001011234" + strings.Repeat("y", 3000), trail.Done, "xxx"},
	} {
		said = c.said
		body, err := json.Marshal(map[string]string{"sql": c.sql})
		if err != nil {
			t.Fatal(err)
		}
		h.ask(t, token, "POST", "/api/v1/query", sent{body: string(body), kind: "application/json"})
		all := entries(t, h.door)
		e := all[len(all)-1]
		if e.Action != trail.Queried || e.Outcome != c.outcome || !strings.Contains(e.Object, c.object) || len([]rune(e.Object)) > 2000 {
			t.Errorf("%s: the trail says %s %s %q", c.sql, e.Action, e.Outcome, e.Object)
		}
		if strings.Contains(e.Object, "33028219900101") || strings.Contains(e.Object, "13812345678") {
			t.Errorf("the trail shows the number of a person: %s", e.Object)
		}
	}
}
