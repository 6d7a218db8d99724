package web

import (
	"archive/zip"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"hulian/dashboards/page/pagetest"
	"hulian/pipelines"
	"hulian/pipelines/papers"
	"hulian/pipelines/wording"
)

// signedMonth is a town whose last month stands as it says.
type signedMonth struct {
	closed
	state *pipelines.ClosingState
}

func (s signedMonth) Stamp() (string, error) { return string(*s.state), nil }
func (s signedMonth) Months(context.Context, Pinned) ([]pipelines.MonthClosing, error) {
	m := pipelines.MonthClosing{Month: pagetest.LastMonth, State: *s.state}
	if m.State != pipelines.ClosingDraft {
		m.Restatement, m.Hash, m.SignedBy, m.CutOff, m.SignedAt = 1, "aa11", "committee", "2018-01-31", time.Date(2018, 2, 5, 0, 0, 0, 0, time.UTC)
	}
	return []pipelines.MonthClosing{m}, nil
}

// TestWhatIsIssuedNeverChanges: a draft is kept when it is made, a paper is issued once its month is signed, its files are given out byte
// for byte whatever the data become, and what moved is told on its page and in the next draft.
func TestWhatIsIssuedNeverChanges(t *testing.T) {
	state := pipelines.ClosingDraft
	book := &papers.Book{Dir: t.TempDir()}
	h := newHouse(t, func(c *Config) { c.Closings, c.Papers = signedMonth{state: &state}, book })
	committee, clerk, analyst, office := as(t, h.URL, "committee"), as(t, h.URL, "secretary1"), as(t, h.URL, "analyst"), as(t, h.URL, "office")
	draft := func() string {
		t.Helper()
		response, body := h.do(t, committee, http.MethodPost, "/papers/monthly", form("format", ".html"))
		if response.StatusCode != http.StatusOK {
			t.Fatal(response.Status)
		}
		return body
	}
	versions := func() []pipelines.PaperVersion {
		t.Helper()
		all, err := book.Versions()
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	draft()
	draft() // the same once more is no new version
	if all := versions(); len(all) != 1 || all[0].State != pipelines.PaperDraft || all[0].Number != 1 || len(all[0].Files) != 1 {
		t.Fatalf("%+v", all)
	}
	issue := func(as *http.Client) (int, string) {
		t.Helper()
		response, _ := h.do(t, as, http.MethodPost, "/papers/monthly", form("issue", "1"))
		return response.StatusCode, response.Header.Get("Location")
	}
	if status, to := issue(committee); status != http.StatusSeeOther || !strings.Contains(to, "refused=not_signed") {
		t.Errorf("a month that is not signed: %d %s", status, to)
	}
	if _, page := h.do(t, committee, http.MethodGet, "/papers?refused=not_signed", sent{}); !strings.Contains(page, "本月还没有签发") || strings.Contains(page, `name="issue"`) {
		t.Error("the page does not say why, or offers to issue what is not signed")
	}
	state = pipelines.ClosingSigned
	if status, _ := issue(clerk); status != http.StatusNotFound {
		t.Errorf("a village issues: %d", status)
	}
	if status, to := issue(committee); status != http.StatusSeeOther || !strings.Contains(to, "done=2") {
		t.Fatalf("%d %s", status, to)
	}
	all := versions()
	of := all[len(all)-1]
	if of.State != pipelines.PaperIssued || of.Closing != "aa11" || of.Restatement != 1 || len(of.Files) != 4 || !strings.Contains(of.By, "committee") {
		t.Fatalf("%+v", of)
	}
	file := func(as *http.Client, ext string) (int, string) {
		t.Helper()
		response, body := h.do(t, as, http.MethodGet, "/papers/"+of.ID+"/hulian-monthly-2018-01"+ext, sent{})
		return response.StatusCode, body
	}
	_, before := file(committee, ".docx")
	if _, page := h.do(t, committee, http.MethodGet, "/papers", sent{}); !strings.Contains(page, "印发后数字没有变动") || !strings.Contains(page, "/papers/"+of.ID+"/hulian-monthly-2018-01.pdf") || !strings.Contains(page, `name="issue"`) {
		t.Error("the page does not list what was issued")
	}
	if status, to := issue(committee); status != http.StatusSeeOther || !strings.Contains(to, "refused=same") {
		t.Errorf("the same is issued twice: %d %s", status, to)
	}
	if strings.Contains(draft(), "印发后的变动") {
		t.Error("a draft tells of changes where nothing changed")
	}
	h.town.Exec(t, "update measures set numerator = 911 where measure = 'resolution_rate_cumulative' and level = 'town' and month = '2018-01'")
	h.town.generation = 2
	if _, after := file(committee, ".docx"); after != before {
		t.Error("the issued file has changed")
	}
	for _, where := range []string{"/papers", "/papers?lang=en"} {
		_, page := h.do(t, committee, http.MethodGet, where, sent{})
		for _, want := range []string{"910", "911"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s does not say %s", where, want)
			}
		}
	}
	next := tag.ReplaceAllString(draft(), " ")
	for _, want := range []string{"印发后的变动", "办结910件", "办结911件", "第2版", "变动的来由"} {
		if !strings.Contains(next, want) {
			t.Errorf("the next draft lacks %q", want)
		}
	}
	if _, body := h.do(t, committee, http.MethodPost, "/papers/monthly", form("format", ".docx")); !strings.Contains(documentOf(t, body), "送审稿") {
		t.Error("a draft bears no mark")
	}
	// What the committee reads is not for those who read less: neither as a kept file, nor as what was and is now.
	for _, v := range versions() {
		if response, _ := h.do(t, analyst, http.MethodGet, "/papers/"+v.ID+"/"+v.Files[0].Name, sent{}); response.StatusCode == http.StatusOK {
			t.Errorf("version %d for the analyst", v.Number)
		}
	}
	for name, who := range map[string]*http.Client{"analyst": analyst, "secretary1": clerk} {
		response, body := h.do(t, who, http.MethodPost, "/papers/monthly", form("format", ".html"))
		_, told, _ := strings.Cut(tag.ReplaceAllString(body, " "), "印发后的变动")
		if response.StatusCode != http.StatusOK || !strings.Contains(told, "不在可见范围内，只计数、不列出") {
			t.Errorf("%s is not told that the paper has changed since: %s %.300s", name, response.Status, told)
		}
		if strings.Contains(told, "办结910件") {
			t.Errorf("%s reads what the committee's paper said", name)
		}
		if _, page := h.do(t, who, http.MethodGet, "/papers", sent{}); !regexp.MustCompile(`印发后有\d+处变动；生成草稿时列出`).MatchString(page) || strings.Contains(page, "办结910件") {
			t.Errorf("%s is not told on the page, or reads what the committee's paper said", name)
		}
	}
	// Whoever reads as much as the committee reads what moved, in a draft of his own too.
	if _, body := h.do(t, office, http.MethodPost, "/papers/monthly", form("format", ".html")); !strings.Contains(tag.ReplaceAllString(body, " "), "办结910件") || !strings.Contains(body, "印发后的变动") {
		t.Error("the office's draft does not say what has changed since the committee issued it")
	}
	if response, _ := h.do(t, committee, http.MethodGet, "/papers", sent{}); !strings.Contains(response.Header.Get("Cache-Control"), "no-store") {
		t.Error("a browser may keep what the committee's paper said")
	}
	// What stands on the disk is held to its hash.
	found, err := filepath.Glob(filepath.Join(book.Dir, "papers", "2018-01", of.ID, "*.docx"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	if err := os.Chmod(found[0], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(found[0], []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, body := file(committee, ".docx"); status == http.StatusOK || strings.Contains(body, "another") {
		t.Errorf("a file that was exchanged is given out: %d", status)
	}
	if damaged := papers.Damaged(book.Dir); len(damaged) != 1 {
		t.Errorf("hulian check finds %v", damaged)
	}
	var said []string
	for _, e := range entries(t, h.door) {
		said = append(said, e.Account+" "+string(e.Action)+" "+e.Object+" "+string(e.Outcome))
	}
	for _, want := range []string{`committee published_report monthly 2018-01 \S+ for=committee withheld=0 done`, `committee published_report monthly 2018-01.* denied`, `committee took_paper monthly 2018-01 \S+ for=committee issued 2 .docx done`} {
		if !regexp.MustCompile(want).MatchString(strings.Join(said, "\n")) {
			t.Errorf("the trail lacks %q:\n%s", want, strings.Join(said, "\n"))
		}
	}
}

// TestAPublicPaperIsIssuedAsItWasAccepted: nobody issues for everybody what no second person has looked at, nor what has moved since.
func TestAPublicPaperIsIssuedAsItWasAccepted(t *testing.T) {
	state := pipelines.ClosingSigned
	book := &papers.Book{Dir: t.TempDir()}
	h := newHouse(t, func(c *Config) { c.Closings, c.Papers = signedMonth{state: &state}, book })
	committee, office := as(t, h.URL, "committee"), as(t, h.URL, "office")
	issue := func() string {
		t.Helper()
		response, _ := h.do(t, committee, http.MethodPost, "/papers/public", form("issue", "1", "paper", "1"))
		return response.Header.Get("Location")
	}
	if to := issue(); !strings.Contains(to, "refused=not_accepted") {
		t.Error(to)
	}
	response, _ := h.do(t, committee, http.MethodPost, "/papers/public", form("format", ".docx", "paper", "1"))
	id := strings.TrimPrefix(response.Header.Get("Location"), "/papers/")
	if to := issue(); !strings.Contains(to, "refused=not_accepted") {
		t.Errorf("nobody has looked at it: %s", to)
	}
	if response, _ := h.do(t, office, http.MethodPost, "/uploads/"+id+"/accept", form("lang", "en")); response.StatusCode != http.StatusSeeOther {
		t.Fatal(response.Status)
	}
	_, accepted := h.do(t, committee, http.MethodGet, "/papers/"+id, sent{})
	if to := issue(); !strings.Contains(to, "done=") {
		t.Fatal(to)
	}
	all, err := book.Versions()
	if err != nil {
		t.Fatal(err)
	}
	of := all[len(all)-1]
	if strings.Contains(documentOf(t, accepted), "送审稿") {
		t.Error("what was accepted bears the mark of a draft")
	}
	if response, _ := h.do(t, as(t, h.URL, "analyst"), http.MethodGet, "/papers/"+of.ID+"/"+of.Files[0].Name, sent{}); response.StatusCode != http.StatusOK {
		t.Errorf("what is issued for everybody: %s for the analyst", response.Status)
	}
	if _, given := h.do(t, committee, http.MethodGet, "/papers/"+of.ID+"/"+of.Files[0].Name, sent{}); given != accepted || len(of.Files) != 1 || of.State != pipelines.PaperIssued {
		t.Errorf("what was issued is not what was accepted: %+v", of)
	}
}

// TestABranchHasItsOwnNotice: its standing first, nothing of its sisters, and for the branch, its village and the town alone.
func TestABranchHasItsOwnNotice(t *testing.T) {
	h := newHouse(t)
	branch, village, other, committee := as(t, h.URL, "branch11"), as(t, h.URL, "secretary1"), as(t, h.URL, "secretary2"), as(t, h.URL, "committee")
	for lang, first := range map[string]string{"zh": "福合院一支部（福合院村）：", "en": "福合院一支部 (福合院村): "} {
		_, page := h.do(t, branch, http.MethodGet, "/report?lang="+lang, sent{})
		said := saidOf.FindStringSubmatch(page)
		if said == nil || !strings.HasPrefix(strings.TrimSpace(tag.ReplaceAllString(said[1], "")), first) {
			t.Errorf("%s: the first sentence of a branch's own notice: %v", lang, said)
		}
		for _, sister := range []string{"福合院二支部", "新园村", "薄弱村"} {
			if main := page[strings.Index(page, "<main"):]; strings.Contains(main, sister) {
				t.Errorf("%s: it speaks of %s", lang, sister)
			}
		}
	}
	for _, c := range []struct {
		who  *http.Client
		want int
	}{{branch, http.StatusOK}, {village, http.StatusOK}, {committee, http.StatusOK}, {other, http.StatusNotFound}} {
		page, _ := h.do(t, c.who, http.MethodGet, "/report?village=V1&branch=B11", sent{})
		paper, body := h.do(t, c.who, http.MethodPost, "/papers/monthly", form("format", ".html", "village", "V1", "branch", "B11"))
		if page.StatusCode != c.want || paper.StatusCode != c.want {
			t.Errorf("page %s, paper %s, want %d", page.Status, paper.Status, c.want)
		}
		if c.want == http.StatusOK && !strings.Contains(body, "福合院一支部先锋户联月度通报") {
			t.Error("the paper is not of the branch")
		}
	}
	if response, _ := h.do(t, branch, http.MethodGet, "/papers?village=V1&branch=B12", sent{}); response.StatusCode != http.StatusNotFound {
		t.Errorf("the versions of a sister's notice: %s", response.Status)
	}
	if response, _ := h.do(t, branch, http.MethodGet, "/report?village=V1&branch=B12", sent{}); response.StatusCode != http.StatusNotFound {
		t.Errorf("a sister's notice: %s", response.Status)
	}
	if response, body := h.do(t, branch, http.MethodPost, "/papers/monthly", form("format", ".html")); response.StatusCode != http.StatusOK || !strings.Contains(body, "福合院一支部") {
		t.Errorf("his own without naming it: %s", response.Status)
	}
}

// documentOf is the text of a file of Word.
func documentOf(t *testing.T, file string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(z, "word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestDamagedPapersStopNothing: drafts are made and the pages say what is damaged.
func TestDamagedPapersStopNothing(t *testing.T) {
	t.Run("issued with rights that nobody has now", func(t *testing.T) {
		state := pipelines.ClosingSigned
		book := &papers.Book{Dir: t.TempDir()}
		h := newHouse(t, func(c *Config) { c.Closings, c.Papers = signedMonth{state: &state}, book })
		committee := as(t, h.URL, "committee")
		if response, _ := h.do(t, committee, http.MethodPost, "/papers/monthly", form("issue", "1")); response.StatusCode != http.StatusSeeOther {
			t.Fatal(response.Status)
		}
		all, err := book.Versions()
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		body, err := book.Content(all[0])
		if err == nil {
			all[0].Role = "retired"
			_, err = book.Keep(t.Context(), all[0], append(body, '\n'), nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		response, draft := h.do(t, committee, http.MethodPost, "/papers/monthly", form("format", ".html"))
		if response.StatusCode != http.StatusOK || !strings.Contains(draft, "本稿没有与它比较") || strings.Contains(draft, "留存的文件无法读取") {
			t.Errorf("a draft beside a paper that cannot be made again: %s", response.Status)
		}
	})
	state := pipelines.ClosingSigned
	book := &papers.Book{Dir: t.TempDir()}
	words := &wording.Book{Dir: t.TempDir()}
	h := newHouse(t, func(c *Config) { c.Closings, c.Papers, c.Wording = signedMonth{state: &state}, book, words })
	if err := errors.Join(os.Mkdir(filepath.Join(book.Dir, "papers"), 0o700), os.WriteFile(filepath.Join(book.Dir, "papers", papers.ListName), []byte("{}\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	committee := as(t, h.URL, "committee")
	if response, body := h.do(t, committee, http.MethodPost, "/papers/monthly", form("format", ".html")); response.StatusCode != http.StatusOK || !strings.Contains(body, "没有与印发的版本比较") {
		t.Errorf("a draft: %s", response.Status)
	}
	if response, page := h.do(t, committee, http.MethodGet, "/papers", sent{}); response.StatusCode != http.StatusOK || !strings.Contains(page, "留存的文件无法读取") {
		t.Errorf("page Papers: %s", response.Status)
	}
	if err := os.WriteFile(filepath.Join(words.Dir, wording.FileName), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if response, page := h.do(t, committee, http.MethodGet, "/sentences", sent{}); response.StatusCode != http.StatusOK || !strings.Contains(page, "文件用语无法读取") {
		t.Errorf("page Sentences: %s", response.Status)
	}
	if response, _ := h.do(t, committee, http.MethodGet, "/weak", sent{}); response.StatusCode != http.StatusOK {
		t.Errorf("page Weak: %s", response.Status)
	}
}
