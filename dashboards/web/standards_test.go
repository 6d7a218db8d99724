package web

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/trail"
	"hulian/data"
	"hulian/pipelines/standards"
)

// shop is a house that keeps its standards in a folder of the test.
func shop(t *testing.T, second bool, content string) (house, *standards.Book) {
	t.Helper()
	book := &standards.Book{Dir: t.TempDir(), Read: data.ReadProgramme, Second: second}
	if err := os.WriteFile(filepath.Join(book.Dir, standards.FileName), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := book.Observe(t.Context()); err != nil {
		t.Fatal(err)
	}
	return newHouse(t, func(c *Config) { c.Standards = book }), book
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)">`)

// fill opens a page and sends its form, with the fields of a person beside the hidden ones. It returns where that leads and what stands there.
func fill(t *testing.T, h house, client *http.Client, page, title string, fields ...string) (string, string) {
	t.Helper()
	_, body := h.do(t, client, http.MethodGet, page, sent{})
	at := strings.Index(body, ">"+title+"</h3>")
	if at < 0 {
		t.Fatalf("%s has no form %q:\n%s", page, title, body)
	}
	form, _, _ := strings.Cut(body[at:], "</form>")
	action := regexp.MustCompile(`action="([^"]+)"`).FindAllStringSubmatch(body[:at], -1)
	values := url.Values{}
	for _, field := range hidden.FindAllStringSubmatch(form, -1) {
		values.Set(field[1], field[2])
	}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	response, _ := h.do(t, client, http.MethodPost, action[len(action)-1][1], sent{"application/x-www-form-urlencoded", values.Encode()})
	location := response.Header.Get("Location")
	if response.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %s", page, response.Status)
	}
	_, body = h.do(t, client, http.MethodGet, location, sent{})
	return location, body
}

// TestTheCommitteeChangesAStandard through its form: the file, the page and the trail say so, and the comments of the file stay.
func TestTheCommitteeChangesAStandard(t *testing.T) {
	h, book := shop(t, false, data.ProgrammeExplained())
	committee := as(t, h.URL, "committee")
	_, body := fill(t, h, committee, "/standards?setting=linking.households_limit&lang=en", "Change it", "value", "12", "reason", "meeting of May")
	for _, says := range []string{"Saved, and in the audit trail", "12 households", "meeting of May", "the town has its own for 1"} {
		if !strings.Contains(body, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	content, err := os.ReadFile(filepath.Join(book.Dir, standards.FileName))
	if err != nil || !strings.Contains(string(content), "  households_limit: 12\n") || !strings.Contains(string(content), "# 本镇的约定") {
		t.Errorf("%v\n%s", err, content)
	}
	all := entries(t, h.door)
	if e := all[len(all)-1]; e.Action != trail.ChangedStandard || e.Account != "committee" || e.Sentence("zh") != "修改工作标准：联系户数上限" {
		t.Errorf("the trail says %+v: %s", e, e.Sentence("zh"))
	}
	if _, body := h.do(t, as(t, h.URL, "clerk1"), http.MethodGet, "/standards", sent{}); !strings.Contains(body, "12户") || strings.Contains(body, "setting=") || strings.Contains(body, "<form class=\"block filled\"") {
		t.Error("a clerk does not read the standards, or is offered to change them")
	}
}

// TestWhatAFormMaySay tries every kind of decision through its own form.
func TestWhatAFormMaySay(t *testing.T) {
	for name, c := range map[string]struct {
		page, title string
		fields      []string
		done        string // what the page says where it is taken
		refused     string // why it is not, in the address
	}{
		"a share in per cent": {"/standards?setting=data_quality.threshold", "改为", []string{"value", "85%"}, "85%", ""},
		"a share beyond 100":  {"/standards?setting=data_quality.threshold", "改为", []string{"value", "120"}, "", "number"},
		"a word":              {"/standards?setting=linking.households_limit", "改为", []string{"value", "多"}, "", "number"},
		"half a household":    {"/standards?setting=linking.households_limit", "改为", []string{"value", "7.5"}, "", "number"},
		"the same":            {"/standards?setting=linking.households_limit", "改为", []string{"value", "15"}, "", "same"},
		"a choice":            {"/standards?setting=month_closing.one_person", "改为", []string{"value", "yes"}, "已保存", ""},
		"bands":               {"/standards?setting=issues.age_bands", "改为", []string{"value", "10、20、60"}, "10、20、60天", ""},
		"bands out of order":  {"/standards?setting=issues.age_bands", "改为", []string{"value", "30、7"}, "", "unsound"},
		"a day":               {"/standards?setting=programme_start", "改为", []string{"value", "2017-05-01"}, "2017-05-01", ""},
		"no day":              {"/standards?setting=programme_start", "改为", []string{"value", "五月"}, "", "unsound"},
		"a name":              {"/standards?setting=town", "改为", []string{"zh", "样本镇", "en", "Sample"}, "样本镇", ""},
		"half a name":         {"/standards?setting=town", "改为", []string{"zh", "样本镇", "en", ""}, "", "name"},
		"exports":             {"/standards?setting=data_quality.expected", "改为", []string{"export_visits", "yes", "export_issues", "no"}, "已保存", ""},
		"yearly exports":      {"/standards?setting=data_quality.expected_yearly", "改为", []string{"export_conduct", "yes"}, "已保存", ""},
		"an export due twice": {"/standards?setting=data_quality.expected_quarterly", "改为", []string{"export_visits", "yes"}, "", "unsound"},
		"days to help":        {"/standards?setting=support.answer_days", "改为", []string{"value", "15"}, "15天", ""},
		"a target":            {"/standards?setting=reading.targets", "增加一条", []string{"measure", "card_rate", "value", "90"}, "90.0", ""},
		"a base":              {"/standards?setting=reading.minimum_bases", "增加一条", []string{"measure", "card_rate", "value", "20"}, "：20", ""},
		"a base below 0":      {"/standards?setting=reading.minimum_bases", "增加一条", []string{"measure", "card_rate", "value", "-1"}, "", "number"},
		"a tier":              {"/standards?setting=stars&row=5", "修改这一条", []string{"zh", "五星支部", "en", "Five", "stars", "5", "funding", "12,000"}, "五星支部：每年12,000元", ""},
		"a tier's total":      {"/standards?setting=stars&row=5", "修改这一条", []string{"zh", "五星", "en", "Five", "stars", "5", "funding", "10000", "floor", "92"}, "五星：每年10,000元，总分92分起", ""},
		"a total over 100":    {"/standards?setting=stars&row=5", "修改这一条", []string{"zh", "五星", "en", "Five", "stars", "5", "funding", "10000", "floor", "101"}, "", "number"},
		"half a rule":         {"/standards?setting=rating.effect", "改为", []string{"value", "30"}, "权重合计30%，不是100%，暂不核对星级", ""},
		"a weight beyond 100": {"/standards?setting=rating.effect", "改为", []string{"value", "130"}, "", "number"},
		"a tier goes":         {"/standards?setting=stars&row=1", "删去这一条", []string{"remove", "1"}, "已保存", ""},
		"a criterion":         {"/standards?setting=hard_criteria", "增加一条", []string{"zh", "走访少", "en", "Few visits", "reads", "card_rate", "way", "below", "limit", "50", "months", "2", "base", "5"}, "低于50%，连续2个月，基数至少5", ""},
		"a criterion of none": {"/standards?setting=hard_criteria", "增加一条", []string{"zh", "走访少", "en", "Few visits", "reads", "luck", "way", "below", "limit", "50", "months", "2"}, "", "unknown"},
		"an event":            {"/standards?setting=events", "增加一条", []string{"zh", "考核办法", "en", "Assessment", "on", "2017-09-01", "village", "V1"}, "2017-09-01 考核办法", ""},
		"an event of no day":  {"/standards?setting=events", "增加一条", []string{"zh", "考核办法", "en", "Assessment", "on", "九月", "village", ""}, "", "day"},
		"no reason":           {"/standards?setting=linking.households_limit", "改为", []string{"value", "9", "reason", " "}, "", "no_reason"},
	} {
		t.Run(name, func(t *testing.T) {
			h, book := shop(t, false, "")
			location, body := fill(t, h, as(t, h.URL, "administrator"), c.page, c.title, append([]string{"reason", "会议"}, c.fields...)...)
			at, err := url.Parse(location)
			if err != nil || at.Query().Get("refused") != c.refused || !strings.Contains(body, c.done) {
				t.Errorf("it leads to %s and does not say %q", location, c.done)
			}
			s, err := book.Standing()
			if err != nil || s.Broken != "" || (len(s.Changes) == 1) != (c.refused == "") {
				t.Errorf("%v %+v", err, s.Changes)
			}
			if c.refused != "" && !strings.Contains(body, "没有改动") {
				t.Error("the page does not say that nothing was changed")
			}
		})
	}
}

// TestAStandardBackToItsDefault: and a form that was opened before somebody else changed the decision is refused.
func TestAStandardBackToItsDefault(t *testing.T) {
	h, book := shop(t, false, "linking:\n  households_limit: 12 # 2017年决定\n")
	committee := as(t, h.URL, "committee")
	_, body := fill(t, h, committee, "/standards?setting=linking.households_limit", "恢复默认", "reason", "会议")
	if s, err := book.Standing(); err != nil || s.Programme.Linking.HouseholdsLimit != 15 || !strings.Contains(body, "15户") {
		t.Errorf("%v: %+v", err, s.Programme.Linking)
	}
	if err := os.WriteFile(filepath.Join(book.Dir, standards.FileName), []byte("linking: {households_limit: 8}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	response, _ := h.do(t, committee, http.MethodPost, "/standards", form("setting", "linking.households_limit", "seen", "0011223344556677", "value", "9", "reason", "会议"))
	if at := response.Header.Get("Location"); !strings.Contains(at, "refused=moved") {
		t.Errorf("it leads to %s", at)
	}
	if _, body := h.do(t, committee, http.MethodGet, "/standards", sent{}); !strings.Contains(body, "直接改了文件") {
		t.Error("the page does not say that the file was edited by hand")
	}
}

// TestAFileOfStandardsWithAMistake is told without its name or a key, and nothing is offered.
func TestAFileOfStandardsWithAMistake(t *testing.T) {
	h, book := shop(t, false, "")
	if err := os.WriteFile(filepath.Join(book.Dir, standards.FileName), []byte("linking: {household: 8}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	response, body := h.do(t, as(t, h.URL, "administrator"), http.MethodGet, "/standards?setting=linking.households_limit", sent{})
	if response.StatusCode != http.StatusOK || !strings.Contains(body, "工作标准的文件有误") || strings.Contains(body, `class="block filled"`) || strings.Contains(body, ".yaml") {
		t.Errorf("%s", response.Status)
	}
}

// TestASecondPersonAcceptsAStandard: its author cannot, another account can.
func TestASecondPersonAcceptsAStandard(t *testing.T) {
	h, book := shop(t, true, "")
	committee, administrator := as(t, h.URL, "committee"), as(t, h.URL, "administrator")
	_, body := fill(t, h, committee, "/standards?setting=linking.households_limit", "改为", "value", "12", "reason", "会议")
	if !strings.Contains(body, "等待第二人复核") || !strings.Contains(body, "change=1") {
		t.Fatal("the page does not say that it waits for a second person")
	}
	h.do(t, committee, http.MethodPost, "/standards/accept", form("change", "1"))
	if s, err := book.Standing(); err != nil || s.Programme.Linking.HouseholdsLimit != 15 {
		t.Error("its author has accepted it")
	}
	fill(t, h, administrator, "/standards?change=1", "同意")
	if s, err := book.Standing(); err != nil || s.Programme.Linking.HouseholdsLimit != 12 {
		t.Error("it does not hold")
	}
	if !slices.ContainsFunc(entries(t, h.door), func(e trail.Entry) bool { return e.Action == trail.AcceptedStandard && e.Account == "administrator" }) {
		t.Error("the trail does not say who has accepted it")
	}
}

// TestPagesFollowTheStandardsOfTheirSnapshot, and the page of the standards says what the figures do not follow yet.
func TestPagesFollowTheStandardsOfTheirSnapshot(t *testing.T) {
	h, _ := shop(t, false, "linking: {unvisited_days: 45}\n")
	made := data.DefaultProgramme()
	made.Linking.UnvisitedDays = 30
	h.town.Exec(t, "insert into snapshot_facts (key, value) values ('programme', ?)", made.Document())
	committee := as(t, h.URL, "committee")
	if _, body := h.do(t, committee, http.MethodGet, "/visits", sent{}); !strings.Contains(body, "超过 30 天未走访") {
		t.Error("the page of visits does not go by the standards its figures were made by")
	}
	_, body := h.do(t, committee, http.MethodGet, "/standards", sent{})
	if !strings.Contains(body, "1项改动尚未计入数字") || !strings.Contains(body, `action="/standards/run"`) {
		t.Error("the page does not say that the figures do not follow yet")
	}
	response, _ := h.do(t, committee, http.MethodPost, "/standards/run", sent{})
	if response.Header.Get("Location") != "/runs" {
		t.Errorf("a run leads to %s", response.Header.Get("Location"))
	}
}
