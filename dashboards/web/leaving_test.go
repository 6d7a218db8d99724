package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/desk"
	"hulian/dashboards/sqlite"
	"hulian/dashboards/trail"
	"hulian/pipelines"
	"hulian/pipelines/papers"
)

// TestAPaperForThePublicNeedsASecondPerson from the page to the file: what a paper holds depends on who reads it, and the trail says it.
func TestAPaperForThePublicNeedsASecondPerson(t *testing.T) {
	h := newHouse(t)
	committee, office, clerk := as(t, h.URL, "committee"), as(t, h.URL, "office"), as(t, h.URL, "secretary1")
	_, page := h.do(t, committee, http.MethodGet, "/report?lang=en", sent{})
	if !strings.Contains(page, `action="/papers/monthly"`) || !strings.Contains(page, `value="public"`) || strings.Contains(page, "watermark") {
		t.Error("the page of the report offers no file")
	}
	response, body := h.do(t, committee, http.MethodPost, "/papers/monthly", form("for", "committee", "format", ".html", "lang", "en"))
	if response.StatusCode != http.StatusOK || !strings.Contains(body, "For the committee only · ") || strings.Contains(body, `class="bar"`) {
		t.Fatalf("%s", response.Status)
	}
	if response, _ := h.do(t, committee, http.MethodPost, "/papers/monthly", form("for", "village")); response.StatusCode != http.StatusBadRequest {
		t.Errorf("a paper for no village: %s", response.Status)
	}
	response, _ = h.do(t, committee, http.MethodPost, "/papers/monthly", form("for", "public", "format", ".html"))
	at, err := url.Parse(response.Header.Get("Location"))
	if err != nil || response.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s %v", response.Status, err)
	}
	id := strings.TrimPrefix(at.Path, "/papers/")
	b, known := h.desk.Batch(id)
	if !known || b.State != desk.Proposed || b.Confirmation.Paper.Withheld == 0 {
		t.Fatalf("%+v", b)
	}
	if response, waits := h.do(t, committee, http.MethodGet, "/papers/"+id, sent{}); response.StatusCode != http.StatusAccepted || !strings.Contains(waits, "等待第二人复核") || strings.Contains(waits, "＊") {
		t.Errorf("it is given out before anybody looked: %s", response.Status)
	}
	if response, _ := h.do(t, clerk, http.MethodPost, "/uploads/"+id+"/accept", form("lang", "en")); response.StatusCode != http.StatusNotFound {
		t.Errorf("a village accepts it: %s", response.Status)
	}
	_, asked := h.do(t, office, http.MethodGet, "/upload?batch="+id, sent{})
	if !strings.Contains(asked, "等待第二人复核") || !strings.Contains(asked, "/uploads/"+id+"/"+b.Files[0].ID) || !strings.Contains(asked, "/accept") {
		t.Error("the office is not asked")
	}
	_, looked := h.do(t, office, http.MethodGet, "/uploads/"+id+"/"+b.Files[0].ID, sent{})
	if response, _ := h.do(t, office, http.MethodPost, "/uploads/"+id+"/accept", form("lang", "en")); response.StatusCode != http.StatusSeeOther {
		t.Fatal(response.Status)
	}
	response, given := h.do(t, committee, http.MethodGet, "/papers/"+id, sent{})
	if response.StatusCode != http.StatusOK || given != looked || !strings.Contains(given, "公示 · ") || !strings.Contains(given, "＊") || !strings.Contains(given, "不予公布") {
		t.Errorf("%s: it is not what the second person looked at", response.Status)
	}
	for _, private := range []string{"王小明", "户主"} {
		if strings.Contains(given, private) {
			t.Errorf("%s stands on it", private)
		}
	}
	if _, done := h.do(t, office, http.MethodGet, "/upload?batch="+id, sent{}); !strings.Contains(done, "/papers/"+id) {
		t.Error("its page does not lead to it")
	}
	// Somebody's own paper waits for somebody else.
	response, _ = h.do(t, office, http.MethodPost, "/papers/monthly", form("for", "public", "format", ".html"))
	at, _ = url.Parse(response.Header.Get("Location"))
	if response, _ := h.do(t, office, http.MethodPost, "/uploads/"+strings.TrimPrefix(at.Path, "/papers/")+"/accept", form("lang", "en")); !strings.Contains(response.Header.Get("Location"), "refused=own") {
		t.Errorf("the office accepts its own paper: %s", response.Status)
	}
	// The minutes name persons and are for the committee alone.
	if response, _ := h.do(t, committee, http.MethodPost, "/papers/minutes", form("for", "public")); response.StatusCode != http.StatusBadRequest {
		t.Errorf("minutes for everybody: %s", response.Status)
	}
	var said []string
	for _, e := range entries(t, h.door) {
		if e.Action == trail.IssuedReport || e.Action == trail.UploadAccepted || e.Action == trail.ReleasedReport {
			said = append(said, e.Account+" "+string(e.Action)+" "+e.Object+" "+string(e.Outcome))
		}
	}
	all := strings.Join(said, "\n")
	for _, want := range []string{"committee issued_report monthly 2018-01", ".html for=committee withheld=0 done", "for=public withheld=", "office upload_accepted monthly report for=public 2018-01", "committee released_report monthly report for=public", "office upload_accepted monthly report for=public 2018-01"} {
		if !strings.Contains(all, want) {
			t.Errorf("the trail lacks %q:\n%s", want, all)
		}
	}
}

// unkept is a book of papers on a full disk.
type unkept struct{ *papers.Book }

func (unkept) Keep(context.Context, pipelines.PaperVersion, []byte, []pipelines.PaperContent) (pipelines.PaperVersion, error) {
	return pipelines.PaperVersion{}, errors.New("no space left on device")
}

// TestNothingLeavesWithoutItsEntryInTheTrail: where the trail cannot be written nothing is given out, proposed or kept as a draft; what
// could not be kept afterwards stands there as failed.
func TestNothingLeavesWithoutItsEntryInTheTrail(t *testing.T) {
	book := &papers.Book{Dir: t.TempDir()}
	h := newHouse(t, func(c *Config) { c.Papers = book })
	committee := as(t, h.URL, "committee")
	gone, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), sqlite.FileName))
	if err == nil {
		err = gone.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	whole := h.door.Trail
	h.door.Trail = trail.Open(gone)
	for _, readers := range []string{"public", "committee"} {
		if response, body := h.do(t, committee, http.MethodPost, "/papers/monthly", form("for", readers, "format", ".html")); response.StatusCode != http.StatusInternalServerError || strings.Contains(body, "watermark") {
			t.Errorf("a paper for %s leaves without an entry: %s", readers, response.Status)
		}
	}
	if waiting, err := desk.Proposals(h.desk.Dir); err != nil || len(waiting) != 0 {
		t.Errorf("proposed without an entry: %+v %v", waiting, err)
	}
	if kept, err := book.Versions(); err != nil || len(kept) != 0 {
		t.Errorf("kept without an entry: %+v %v", kept, err)
	}
	h.door.Trail = whole
	if response, _ := h.do(t, committee, http.MethodPost, "/papers/monthly", form("for", "public", "format", ".html")); response.StatusCode != http.StatusSeeOther {
		t.Errorf("with the trail whole again: %s", response.Status)
	}

	h = newHouse(t, func(c *Config) { c.Papers = unkept{book} })
	committee = as(t, h.URL, "committee")
	if response, _ := h.do(t, committee, http.MethodPost, "/papers/monthly", form("format", ".html")); response.StatusCode != http.StatusInternalServerError {
		t.Errorf("a paper that could not be kept: %s", response.Status)
	}
	var outcomes []string
	for _, e := range entries(t, h.door) {
		if e.Action == trail.IssuedReport {
			outcomes = append(outcomes, string(e.Outcome))
		}
	}
	if !slices.Equal(outcomes, []string{"done", "failed"}) {
		t.Errorf("the trail says of it: %q", outcomes)
	}
}

// TestAnAddressKeepsAPublicPaperBack: it is refused by place and stands in the trail; the number in neither.
func TestAnAddressKeepsAPublicPaperBack(t *testing.T) {
	h := newHouse(t)
	h.town.Exec(t, "update units set unit_name = '人民路25号' where unit_id = 'V1'")
	committee := as(t, h.URL, "committee")
	response, body := h.do(t, committee, http.MethodPost, "/papers/monthly", form("for", "public", "format", ".html"))
	if response.StatusCode != http.StatusUnprocessableEntity || strings.Contains(body, "人民路25号") || !strings.Contains(body, "文件没有生成") || !strings.Contains(body, "住址") {
		t.Errorf("%s %s", response.Status, body)
	}
	for _, e := range entries(t, h.door) {
		if e.Action == trail.IssuedReport && (e.Outcome != trail.Denied || strings.Contains(e.Object, "路25")) {
			t.Errorf("%+v", e)
		}
	}
}

// TestEveryKindIsMadeOnItsPage: each page leads to its paper, the paper offers four formats, and what is made says for whom. A member's
// sheet is of the office and the committee alone, and the trail says of whom it was.
func TestEveryKindIsMadeOnItsPage(t *testing.T) {
	h := newHouse(t)
	office, clerk := as(t, h.URL, "office"), as(t, h.URL, "clerk")
	for _, c := range []struct {
		page, paper, kind string
		said              []string
	}{
		{"/weak", "/weak?paper=1", "support", []string{"paper", "1"}},
		{"/village?village=V1", "/village?paper=1&village=V1", "village", []string{"paper", "1", "village", "V1"}},
		{"/compare", "/compare?paper=1", "comparison", []string{"paper", "1"}},
		{"/points", "/points?paper=1", "public", []string{"paper", "1", "for", "committee"}},
		{"/cadres?member=MB11", "/cadres?member=MB11&sheet=1", "evidence", []string{"sheet", "1", "member", "MB11"}},
	} {
		if _, page := h.do(t, office, http.MethodGet, c.page, sent{}); !strings.Contains(page, "paper=1") && !strings.Contains(page, "sheet=1") {
			t.Errorf("%s does not lead to its paper", c.page)
		}
		_, paper := h.do(t, office, http.MethodGet, c.paper, sent{})
		for _, want := range []string{`action="/papers/` + c.kind + `"`, `value=".docx"`, `value=".pdf"`, `value=".xlsx"`, `value=".html"`} {
			if !strings.Contains(paper, want) {
				t.Errorf("%s lacks %s", c.paper, want)
			}
		}
		response, body := h.do(t, office, http.MethodPost, "/papers/"+c.kind, form(append(c.said, "format", ".html")...))
		if response.StatusCode != http.StatusOK || !strings.Contains(body, `class="watermark"`) || strings.Contains(body, `class="bar"`) {
			t.Errorf("%s: %s", c.kind, response.Status)
		}
	}
	if response, _ := h.do(t, clerk, http.MethodPost, "/papers/evidence", form("member", "MB11", "format", ".html")); response.StatusCode == http.StatusOK {
		t.Errorf("a clerk takes a member's sheet away: %s", response.Status)
	}
	if response, _ := h.do(t, office, http.MethodPost, "/papers/evidence", form("format", ".html")); response.StatusCode != http.StatusBadRequest {
		t.Errorf("a sheet of nobody: %s", response.Status)
	}
	if response, _ := h.do(t, office, http.MethodPost, "/papers/public", form("format", ".html")); response.StatusCode != http.StatusSeeOther {
		t.Errorf("a public notice waits for nobody: %s", response.Status)
	}
	of := false
	for _, e := range entries(t, h.door) {
		of = of || e.Action == trail.IssuedReport && e.Outcome == trail.Done && strings.Contains(e.Object, "evidence") && strings.Contains(e.Object, "MB11")
	}
	if !of {
		t.Error("the trail does not say of whom a sheet was made")
	}
}
