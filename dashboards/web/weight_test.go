package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"path"
	"regexp"
	"testing"

	"hulian/dashboards/assets"
	"hulian/dashboards/question"
	"hulian/dashboards/visitor"
)

// How heavy a page may be: its HTML as it is, and the first page with all that it needs, as they come over the line to a browser that
// has nothing yet.
const (
	heaviestPage  = 200 << 10
	heaviestFirst = 500 << 10
)

// embeddedIn finds the files of this binary that a page loads.
var embeddedIn = regexp.MustCompile(`(?:src|href)="(/assets/[^"]+\.(?:js|css|svg))"`)

// Pages are light: in both languages, for whoever may see most of them.
func TestEveryPageIsLight(t *testing.T) {
	h := newHouse(t)
	for _, account := range []string{"office", "administrator"} {
		client := as(t, h.URL, account)
		for _, p := range question.Pages() {
			if (p.Needs&visitor.Administer != 0) != (account == "administrator") {
				continue
			}
			for _, lang := range []string{"?lang=zh", "?lang=en"} {
				response, body := get(t, client, h.URL+p.Path+lang)
				if response.StatusCode == http.StatusOK && len(body) > heaviestPage {
					t.Errorf("%s%s has %d KB of HTML", p.Path, lang, len(body)>>10)
				}
			}
		}
	}
	_, body := get(t, as(t, h.URL, "office"), h.URL+"/")
	weight := packed(t, []byte(body))
	for _, found := range embeddedIn.FindAllStringSubmatch(body, -1) {
		f, known := assets.Get(path.Base(found[1]))
		if !known {
			t.Errorf("the page loads %s, which is not embedded", found[1])
			continue
		}
		if f.Gzip != nil {
			weight += len(f.Gzip)
		} else {
			weight += len(f.Body)
		}
	}
	if weight > heaviestFirst {
		t.Errorf("the first page weighs %d KB compressed", weight>>10)
	}
	t.Logf("the first page weighs %d KB compressed", weight>>10)
}

// packed is how many bytes something has when it is compressed.
func packed(t *testing.T, body []byte) int {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := io.Copy(w, bytes.NewReader(body)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}
