package web

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hulian/data"
	"hulian/pipelines/wording"
)

// TestATownChangesWhatItsNoticeSays from the page to the paper and back: a wrong placeholder is refused by name, what is changed stands in
// the preview and in the next file in both languages, and it can be taken back.
func TestATownChangesWhatItsNoticeSays(t *testing.T) {
	book := &wording.Book{Dir: t.TempDir()}
	h := newHouse(t, func(c *Config) { c.Wording = book })
	committee, office := as(t, h.URL, "committee"), as(t, h.URL, "office")
	s, _ := data.SentenceOf("work_visited")
	change := func(as *http.Client, zh, en string) (int, string) {
		t.Helper()
		response, _ := h.do(t, as, http.MethodPost, "/sentences/change", form("sentence", s.ID, "from_zh", s.Text.Zh, "from_en", s.Text.En, "zh", zh, "en", en, "reason", "更顺口"))
		return response.StatusCode, response.Header.Get("Location")
	}
	const en = "{household_coverage.num} households of {household_coverage.den} saw somebody"
	if status, _ := change(office, "走访{household_coverage}", en); status != http.StatusNotFound {
		t.Errorf("the office changes a sentence: %d", status)
	}
	for zh, want := range map[string]string{
		"走访到{household_covrage.num}户": "“{household_covrage.num}”既不是指标，也不是这句话可用的栏目。是否指“{household_coverage}”？",
		"走访到{household_coverage.sum}": "“{household_coverage.sum}”：这个指标没有这一部分",
		"走访到{household_coverage":      "花括号没有配对：{household_coverage",
		"走访到887户":                     "不能直接写数字“887”",
	} {
		status, to := change(committee, zh, en)
		if status != http.StatusSeeOther {
			t.Fatal(status)
		}
		if _, page := h.do(t, committee, http.MethodGet, to, sent{}); !strings.Contains(page, want) || !strings.Contains(page, `value="`+zh+`"`) && !strings.Contains(page, zh+"</textarea>") {
			t.Errorf("%s: the page does not say %q, or lost what was typed", zh, want)
		}
	}
	if _, to := change(committee, "本月有{household_coverage.num}户见到了干部", en); !strings.Contains(to, "done=1") {
		t.Fatal(to)
	}
	says := func(want string) {
		t.Helper()
		_, preview := h.do(t, committee, http.MethodGet, "/report", sent{})
		_, paper := h.do(t, committee, http.MethodPost, "/papers/monthly", form("format", ".html"))
		if !strings.Contains(preview, want) || !strings.Contains(paper, want) {
			t.Errorf("preview %t, paper %t: %q", strings.Contains(preview, want), strings.Contains(paper, want), want)
		}
	}
	says("户见到了干部")
	if _, preview := h.do(t, committee, http.MethodGet, "/report?lang=en", sent{}); !strings.Contains(preview, "saw somebody") {
		t.Error("the English preview does not follow")
	}
	if _, to := change(committee, "别的{household_coverage}", en); !strings.Contains(to, "refused=moved") {
		t.Errorf("a change of what somebody else has changed meanwhile: %s", to)
	}
	if response, _ := h.do(t, committee, http.MethodPost, "/sentences/back", form("change", "1", "reason", "还是原来的好")); !strings.Contains(response.Header.Get("Location"), "done=2") {
		t.Fatal(response.Header.Get("Location"))
	}
	says("走访到")
	_, page := h.do(t, office, http.MethodGet, "/sentences", sent{})
	for _, want := range []string{"更顺口", "还是原来的好", "撤回第1次修改", "committee"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page, `action="/sentences/`) {
		t.Error("the office is offered to change it")
	}
	var said []string
	for _, e := range entries(t, h.door) {
		said = append(said, e.Account+" "+string(e.Action)+" "+e.Object)
	}
	for _, want := range []string{"committee changed_sentence work_visited", "committee took_sentence_back work_visited"} {
		if !strings.Contains(strings.Join(said, "\n"), want) {
			t.Errorf("the trail lacks %q", want)
		}
	}
}

// TestADamagedFileOfSentencesStopsNoPaper: pages and papers say the usual sentences, and that they do; the page Sentences says what is wrong.
func TestADamagedFileOfSentencesStopsNoPaper(t *testing.T) {
	book := &wording.Book{Dir: t.TempDir()}
	h := newHouse(t, func(c *Config) { c.Wording = book })
	committee := as(t, h.URL, "committee")
	s, _ := data.SentenceOf("work_visited")
	if response, _ := h.do(t, committee, http.MethodPost, "/sentences/change", form("sentence", s.ID, "from_zh", s.Text.Zh, "from_en", s.Text.En, "zh", "见到了{household_coverage.num}户", "en", "{household_coverage.num} seen", "reason", "简短")); response.StatusCode != http.StatusSeeOther {
		t.Fatal(response.Status)
	}
	const usual = "这里用的是通用的句子"
	if _, page := h.do(t, committee, http.MethodGet, "/report", sent{}); !strings.Contains(page, "见到了") || strings.Contains(page, usual) {
		t.Fatal("the town's own sentence does not stand in the notice")
	}
	file := filepath.Join(book.Dir, wording.FileName)
	content, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, append(content, "more"...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"/report", "/meeting", "/meeting?minutes=1", "/papers", "/weak?paper=1", "/village?paper=1&village=V1", "/points?paper=1", "/compare?paper=1"} {
		if response, page := h.do(t, committee, http.MethodGet, address, sent{}); response.StatusCode != http.StatusOK || !strings.Contains(page, usual) || strings.Contains(page, "见到了") {
			t.Errorf("%s: %s, says that the usual sentences stand: %t", address, response.Status, strings.Contains(page, usual))
		}
	}
	if response, paper := h.do(t, committee, http.MethodPost, "/papers/monthly", form("format", ".html")); response.StatusCode != http.StatusOK || !strings.Contains(paper, usual) || !strings.Contains(paper, "走访到") {
		t.Errorf("the notice: %s", response.Status)
	}
	if response, page := h.do(t, committee, http.MethodGet, "/sentences", sent{}); response.StatusCode != http.StatusOK || !strings.Contains(page, "文件用语无法读取") {
		t.Errorf("the page Sentences: %s", response.Status)
	}
	if response, page := h.do(t, committee, http.MethodGet, "/weak", sent{}); response.StatusCode != http.StatusOK || strings.Contains(page, usual) {
		t.Errorf("a page that says no sentence of papers: %s", response.Status)
	}
}

// TestATownChangesWhatEveryPaperSays: a sentence of each other kind of paper, with a figure of the place, stands in its paper, and on no screen.
func TestATownChangesWhatEveryPaperSays(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Wording = &wording.Book{Dir: t.TempDir()} })
	committee := as(t, h.URL, "committee")
	for _, c := range []struct{ sentence, paper, screen string }{
		{"support_no_quota", "/weak?paper=1", "/weak"},
		{"sheet_month", "/village?paper=1&village=V1", "/village?village=V1"},
		{"public_objections", "/points?paper=1", "/points"},
		{"comparison_verdict", "/compare?paper=1", "/compare"},
		{"minutes_decided", "/meeting?minutes=1", "/meeting"},
	} {
		s, known := data.SentenceOf(c.sentence)
		if !known {
			t.Fatalf("there is no sentence %s", c.sentence)
		}
		if _, paper := h.do(t, committee, http.MethodGet, c.paper, sent{}); strings.Contains(paper, "本镇改写：本处") {
			t.Errorf("%s before the change", c.paper)
		} else if left := regexp.MustCompile(`\{[a-z_]{3,}[a-z_.]*\}`).FindString(paper); left != "" {
			t.Errorf("%s: nothing stands in the place of %s", c.paper, left)
		}
		said := "本镇改写：本处走访到{household_coverage.num}户。"
		response, _ := h.do(t, committee, http.MethodPost, "/sentences/change", form("sentence", s.ID, "from_zh", s.Text.Zh, "from_en", s.Text.En, "zh", said, "en", "Here {household_coverage.num} were visited.", "reason", "试改"))
		if to := response.Header.Get("Location"); !strings.Contains(to, "done=") {
			t.Errorf("%s: %s", s.ID, to)
		}
		if _, paper := h.do(t, committee, http.MethodGet, c.paper, sent{}); !regexp.MustCompile(`本镇改写：本处走访到[\d,]+户。`).MatchString(paper) {
			t.Errorf("%s does not say the town's own sentence", c.paper)
		}
		if _, screen := h.do(t, committee, http.MethodGet, c.screen, sent{}); c.sentence != "minutes_decided" && strings.Contains(screen, "本镇改写") {
			t.Errorf("%s says it too", c.screen)
		}
		wrong, _ := h.do(t, committee, http.MethodPost, "/sentences/change", form("sentence", s.ID, "from_zh", said, "from_en", "Here {household_coverage.num} were visited.", "zh", "{nothing_of_the_kind}", "en", "a", "reason", "试改"))
		if to := wrong.Header.Get("Location"); !strings.Contains(to, "no_such") {
			t.Errorf("%s takes a measure that is none: %s", s.ID, to)
		}
	}
}
