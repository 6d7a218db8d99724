package web

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"hulian/pipelines/source/sourcetest"
)

func pemOf(certificate []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
}

const joined = `{"id":1,"n":12345678901234567890}
{"id":2,"n":"二"}
{"id":3,"n":null}
`

var records = strings.Split(strings.TrimSpace(joined), "\n")

// TestPagesBecomeOneFile: the same three records over each way of paging, two a page.
func TestPagesBecomeOneFile(t *testing.T) {
	page := func(n int) string { // from 0; with white space that must not survive
		from, to := min(2*n, 3), min(2*n+2, 3)
		return "[" + strings.ReplaceAll(strings.Join(records[from:to], ",\n "), `,"n":`, `, "n" : `) + "]"
	}
	number := func(r *http.Request, name string) int {
		n, _ := strconv.Atoi(r.URL.Query().Get(name))
		return n
	}
	for name, c := range map[string]struct {
		paging  Paging
		handler http.HandlerFunc
		want    string
	}{
		"link header": {Paging{Format: "json", By: "link"}, func(w http.ResponseWriter, r *http.Request) {
			if n := number(r, "p"); n == 0 {
				w.Header().Set("Link", `<?p=7>; rel="first last"; title="a, <b>", <?p=1>; rel="next"`)
			}
			reply(w, page(number(r, "p")))
		}, joined},
		"next address": {Paging{Format: "json", By: "next", NextField: "paging.next", Records: "data.items"}, func(w http.ResponseWriter, r *http.Request) {
			next := `null`
			if number(r, "p") == 0 {
				next = `"http://` + r.Host + `/list?p=1"`
			}
			fmt.Fprintf(w, `{"data": {"items": %s}, "paging": {"next": %s}}`, page(number(r, "p")), next)
		}, joined},
		"next mark": {Paging{Format: "json", By: "next", NextField: "cursor", Records: "rows", Parameter: "p"}, func(w http.ResponseWriter, r *http.Request) {
			next := ``
			if number(r, "p") == 0 {
				next = `, "cursor": 1`
			}
			fmt.Fprintf(w, `{"rows": %s %s}`, page(number(r, "p")), next)
		}, joined},
		"page number": {Paging{Format: "json", By: "page", Parameter: "page", First: 1}, func(w http.ResponseWriter, r *http.Request) {
			reply(w, page(number(r, "page")-1))
		}, joined},
		"offset": {Paging{Format: "json", By: "offset", Parameter: "from"}, func(w http.ResponseWriter, r *http.Request) {
			if from := number(r, "from"); from != 0 && from != 2 && from != 3 {
				t.Errorf("offset %d", from)
			}
			reply(w, page((number(r, "from")+1)/2))
		}, joined},
		"rows by page": {Paging{Format: "csv", By: "page", Parameter: "page"}, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/csv")
			reply(w, []string{"id,note\r\n1,\"two\nlines\"\r\n2,b", "id,note\r\n3,c\r\n", "id,note\r\n"}[number(r, "page")])
		}, "id,note\r\n1,\"two\nlines\"\r\n2,b\n3,c\r\n"},
		"rows until nothing": {Paging{Format: "csv", By: "offset", Parameter: "offset"}, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/csv")
			reply(w, map[int]string{0: "id\n1\n2\n", 2: "id\n3\n"}[number(r, "offset")])
		}, "id\n1\n2\n3\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) == 2 { // the second page fails once
					w.WriteHeader(http.StatusBadGateway)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				c.handler(w, r)
			})
			src := made(t, Config{Files: []File{{Name: "list", Address: server.URL + "/list?p=0", Paging: &c.paging}}, Limits: sourcetest.Impatient}, nil)
			got, err := taken(t, src, nil)
			if err != nil || got["list"] != c.want {
				t.Errorf("%v\n got %q\nwant %q", err, got["list"], c.want)
			}
		})
	}
}

func TestPagesThatDoNotEndWell(t *testing.T) {
	for name, c := range map[string]struct {
		paging Paging
		answer func(r *http.Request) (link, body string)
		says   string
	}{
		"the parameter is ignored": {Paging{Format: "json", By: "page", Parameter: "page"},
			func(*http.Request) (string, string) { return "", `[1]` }, "same page"},
		"back to the start": {Paging{Format: "json", By: "link"},
			func(r *http.Request) (string, string) { return `</list>; rel=next`, `[1]` }, "circle"},
		"another server": {Paging{Format: "json", By: "next", NextField: "next", Records: "rows"},
			func(*http.Request) (string, string) {
				return "", `{"rows": [1], "next": "http://169.254.169.254/keys"}`
			}, "another server"},
		"without end": {Paging{Format: "json", By: "page", Parameter: "page", MostPages: 5},
			func(r *http.Request) (string, string) { return "", "[" + r.URL.Query().Get("page") + "]" }, "more than 5 pages"},
		"too large": {Paging{Format: "json", By: "page", Parameter: "page"},
			func(r *http.Request) (string, string) {
				return "", `["` + strings.Repeat("x", 500) + r.URL.Query().Get("page") + `"]`
			}, "larger than allowed"},
		"no list":    {Paging{Format: "json", By: "link", Records: "rows"}, func(*http.Request) (string, string) { return "", `{"rows": {}}` }, "rows holds no list"},
		"no field":   {Paging{Format: "json", By: "link", Records: "data.rows"}, func(*http.Request) (string, string) { return "", `{"data": []}` }, "data.rows"},
		"no JSON":    {Paging{Format: "json", By: "link"}, func(*http.Request) (string, string) { return "", `[1] and more` }, "no JSON"},
		"other rows": {Paging{Format: "csv", By: "page", Parameter: "page"}, func(r *http.Request) (string, string) { return "", "id" + r.URL.Query().Get("page") + "\n1\n" }, "header"},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				link, body := c.answer(r)
				w.Header().Set("Link", link)
				w.Header().Set("Content-Type", "application/json")
				reply(w, body)
			})
			limits := sourcetest.Impatient
			limits.MaxSize = 2000
			src := made(t, Config{Files: []File{{Name: "list", Address: server.URL + "/list", Paging: &c.paging}}, Limits: limits}, nil)
			got, err := taken(t, src, nil)
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), server.URL) {
				t.Errorf("%q, %v does not say %q", got, err, c.says)
			}
		})
	}
}

func FuzzNextLink(f *testing.F) {
	f.Add(`<a>; rel="prev", <b>; rel="NEXT x"`)
	f.Add(`<a>,<b>;;;rel`)
	f.Fuzz(func(t *testing.T, header string) {
		if got := nextLink([]string{header}); got != "" && !strings.Contains(header, "<"+got+">") {
			t.Errorf("%q is not in %q", got, header)
		}
	})
}

func TestNextLink(t *testing.T) {
	for header, want := range map[string]string{
		`<a>; rel=next`: "a", `<a>; rel="prev", <b>; rel="NEXT x"`: "b", `<a>; title="<x>; rel=next"; rel=prev`: "",
		`<a>;rel="next";title="b, c"`: "a", `<`: "", `<a>,<b>;;;rel`: "", ``: "",
	} {
		if got := nextLink([]string{"<z>; rel=last", header}); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}

func FuzzRows(f *testing.F) {
	f.Add([]byte("a,b\n1,\"x\ny\"\n"))
	f.Add([]byte("\"\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		p := pages{}
		records, err := p.takeRows(content)
		if err != nil || p.ready.Len() > len(content)+1 || records > strings.Count(string(content), "\n")+1 {
			t.Errorf("%d records, %d bytes of %d, %v", records, p.ready.Len(), len(content), err)
		}
	})
}
