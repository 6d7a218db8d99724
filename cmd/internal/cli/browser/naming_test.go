package browser

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/visitor"
)

// requests is a register in which the day of closing is filled for requests that are still open.
const requests = "SRRecordID,SRType,CreatedDate,SRStatus,CloseDate,Neighborhood\n" +
	"a1,路灯,2018-01-03 09:00,Closed,2018-01-05 10:00,Canton\na2,路灯,2018-01-04 09:00,Open,2018-01-20 09:00,Canton\na3,其他,2018-01-05 13:00,Closed,2018-01-06 21:30,Canton\n"

// set fills a control of a form by its name.
func (c clerk) set(name, value string) {
	c.t.Helper()
	c.loaded()
	found, err := chromedp.Run(c.ctx, chromedp.Evaluate[bool](`(() => {
		const field = document.querySelector('[name="`+name+`"]');
		if (!field) return false;
		if (field.tagName === "SELECT" && !Array.from(field.options).some(o => o.value === "`+value+`")) return false;
		field.value = "`+value+`";
		return true })()`))
	if err != nil || !found {
		c.t.Fatalf("no field %s takes %q: %v", name, value, err)
	}
}

// loaded waits until the page is there to its end: what is read first stands at its beginning.
func (c clerk) loaded() {
	c.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if done, err := chromedp.Run(c.ctx, chromedp.Evaluate[bool](`document.readyState === "complete"`)); err == nil && done {
			return
		}
	}
	c.t.Fatal("the page is not there to its end")
}

// shows reports whether a control can be seen.
func (c clerk) shows(name string) bool {
	c.t.Helper()
	c.loaded()
	seen, err := chromedp.Run(c.ctx, chromedp.Evaluate[bool](`document.querySelector('[name="`+name+`"]').checkVisibility()`))
	if err != nil {
		c.t.Fatal(err)
	}
	return seen
}

// TestTheClerkSaysHowColumnsAreMade confirms a foreign register in the browser: the page has seen that its day of closing is
// filled for open requests, and one list is missing, so that its ID is the same in every row. What was wrong is corrected on
// the page later, and applies to the file that was read.
func TestTheClerkSaysHowColumnsAreMade(t *testing.T) {
	c := newClerk(t)
	town, server := smallTown(t)
	c.enter(server, visitor.Clerk, "")
	sent := filepath.Join(t.TempDir(), "requests2018.csv")
	clitest.Write(t, sent, []byte(requests))
	c.visit(server.Address + "upload")
	c.upload(sent)
	c.reads("指认各列是什么")
	if err := chromedp.Do(c.ctx, chromedp.Click(`#table-handed-in a[href^="/upload?file="]`)); err != nil {
		t.Fatal(err)
	}
	c.reads("一、这是什么表？")
	c.kind("村名册")
	c.kind("社情民意")
	if said := c.reads("二、“社情民意”的各列是？"); !strings.Contains(said, "“CloseDate”；只算“SRStatus”是“Closed”的行") {
		t.Errorf("the page does not say what the values say:\n%s", said)
	}
	for row, column := range []string{"问题编号", "问题类别", "收集时间", "不用这一列", "办结时间", "不用这一列"} {
		c.pick("columns", row, column)
	}
	if c.shows("way.village_id") || !c.shows("only.resolved_at") {
		t.Error("the columns that nothing is said of are not folded away, or the one with a guess is")
	}
	if err := chromedp.Do(c.ctx, chromedp.Click(`#way-village_id > summary`)); err != nil {
		t.Fatal(err)
	}
	c.set("way.village_id", "fixed")
	if !c.shows("fixed.village_id") || c.shows("join.village_id") {
		t.Error("a way does not show what it needs, and only that")
	}
	c.press("columns")
	said := c.reads("还没有确认：村编号")
	c.look("naming-half")
	if !strings.Contains(said, "选了这种取法，还没有填完") {
		t.Errorf("the page says:\n%s", said)
	}
	c.set("words.resolved_at", "Shut")                                                                  // a slip, to be corrected later
	if err := chromedp.Do(c.ctx, chromedp.SendKeys(`[name="fixed.village_id"]`, "V01\r")); err != nil { // the key Enter goes on, as the button does
		t.Fatal(err)
	}
	said = c.reads("三、确认")
	c.look("naming-confirm")
	for _, want := range []string{"每行都填“V01”", "“CloseDate”；只算“SRStatus”是“Shut”的行"} {
		if !strings.Contains(said, want) {
			t.Errorf("the page does not say %q:\n%s", want, said)
		}
	}
	c.press("words")
	c.reads("全部收下")
	if n := resolved(t, server); n != 0 {
		t.Errorf("%d requests are resolved by a word that nobody wrote", n)
	}
	if err := chromedp.Do(c.ctx, chromedp.Click(`#table-handed-in a[href^="/upload?file="]`)); err != nil {
		t.Fatal(err)
	}
	c.reads("这种表以前确认过")
	c.set("words.resolved_at", "Closed")
	c.look("naming-again")
	c.press("columns")
	c.reads("三、确认")
	c.press("words")
	c.reads("全部收下")
	if n := resolved(t, server); n != 2 {
		t.Errorf("%d requests are resolved after the mapping was corrected, want 2", n)
	}
	kept, err := os.ReadFile(filepath.Join(town, "mappings", "requests.yaml"))
	if err != nil || !strings.Contains(string(kept), "resolved_at: {header: CloseDate, only: {header: SRStatus, is: [Closed]}}") || !strings.Contains(string(kept), "constants: {village_id: V01}") {
		t.Errorf("the mapping kept: %v\n%s", err, kept)
	}
}

// resolved asks the server how many issues of the town were resolved.
func resolved(t *testing.T, server *clitest.Running) int {
	t.Helper()
	status, body := clitest.Exchange(t, clitest.As(t, server, visitor.Analyst, ""), http.MethodGet, server.Address+"api/v1/measures?measure=resolution_rate_cumulative&level=town")
	var told struct{ Rows []struct{ Numerator float64 } }
	if err := json.Unmarshal([]byte(body), &told); status != http.StatusOK || err != nil {
		t.Fatalf("status %d, %v: %s", status, err, body)
	}
	most := 0.0
	for _, row := range told.Rows {
		most = max(most, row.Numerator)
	}
	return int(most)
}

// said posts the form of a mapping and gives the page it leads to, as text with its tags.
func said(t *testing.T, server *clitest.Running, clerk *http.Client, form url.Values) (at *url.URL, page string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.Address+"mapping", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := clerk.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		t.Fatalf("%v: %s", form, response.Status)
	}
	at, err = response.Location()
	if err != nil {
		t.Fatal(err)
	}
	status, page := clitest.Exchange(t, clerk, http.MethodGet, at.String())
	if status != http.StatusOK {
		t.Fatalf("%s: status %d", at, status)
	}
	return at, html.UnescapeString(page)
}

// fileNamed asks the published snapshot for the ID of a landed file.
func fileNamed(t *testing.T, town, name string) string {
	t.Helper()
	_, out, _ := clitest.Session(t, "query", "--dir", town, "--format", "csv", "select file_id from files where name = '"+name+"'")
	id := strings.TrimPrefix(strings.TrimSpace(out), "file_id\n")
	if len(id) != 64 {
		t.Fatalf("%s: %q", name, out)
	}
	return id
}

// TestWhatTheFormSaysIsCheckedBesideTheField: what no mapping file could say is refused where it was said, in the reader's
// language, and what was said stands in the form.
func TestWhatTheFormSaysIsCheckedBesideTheField(t *testing.T) {
	town, server := smallTown(t)
	clerk := clitest.As(t, server, visitor.Clerk, "")
	sent := filepath.Join(t.TempDir(), "台账.csv")
	clitest.Write(t, sent, []byte("年度,序号,来件,天数,状态,离开\n2018,1,2018-01-03,3,办结,2018-01-04\n"))
	clitest.Session(t, "import", "--dir", town, sent)
	id := fileNamed(t, town, "台账.csv")
	base := func() url.Values {
		return url.Values{"file": {id}, "export": {"issues"}, "go": {"next"}, "as": {"2:reported_at"}, "way.issue_id": {"join"}, "join.issue_id": {"年度", "序号"}, "with.issue_id": {"-"},
			"way.village_id": {"fixed"}, "fixed.village_id": {"V01"}, "way.category": {"fixed"}, "fixed.category": {"其他"}}
	}
	if at, page := said(t, server, clerk, base()); at.Query().Get("step") != "words" || !strings.Contains(page, "“年度”、“序号”合成，中间加“-”") {
		t.Errorf("what is right leads to %s", at)
	}
	for what, c := range map[string]struct {
		change func(url.Values)
		zh, en string
		in     string // the control it stands beside
	}{
		"one column joined": {func(v url.Values) { v["join.issue_id"] = []string{"年度", ""} }, "要合并，至少选两列", "at least two columns are needed to join them", "join.issue_id"},
		"a duration without a unit of time": {func(v url.Values) {
			v.Set("way.fed_back_at", "plus")
			v.Set("from.fed_back_at", "来件")
			v.Set("plus.fed_back_at", "天数")
			v.Set("unit.fed_back_at", "weeks")
		}, "不是时间单位", `"weeks" is no unit of time`, "unit.fed_back_at"},
		"half a duration":                   {func(v url.Values) { v.Set("way.fed_back_at", "plus"); v.Set("from.fed_back_at", "来件") }, "还没有填完", "not filled in", "plus.fed_back_at"},
		"a condition without words":         {func(v url.Values) { v.Set("only.reported_at", "状态") }, "条件要选一列，并写上至少一个词", "a condition needs a column and at least one word", "only.reported_at"},
		"a fixed text in some rows":         {func(v url.Values) { v.Set("only.village_id", "状态"); v.Set("words.village_id", "办结") }, "不能只在某些行才算", "cannot count in some rows alone", "only.village_id"},
		"a column of no table":              {func(v url.Values) { v["join.issue_id"] = []string{"年度", "无此列"} }, "表中没有叫“无此列”的列", "no column “无此列”", "join.issue_id"},
		"a form of days without a year":     {func(v url.Values) { v.Set("date_format", "%m/%d") }, "还缺 %Y", "must hold %Y", "date_format"},
		"no such time zone":                 {func(v url.Values) { v.Set("time_zone", "Mars/Base") }, "没有“Mars/Base”这个时区", "no such time zone", "time_zone"},
		"a condition on rows without words": {func(v url.Values) { v.Set("where", "状态") }, "条件要选一列", "a condition needs a column", "where"},
		"chosen twice":                      {func(v url.Values) { v.Set("way.reported_at", "fixed"); v.Set("fixed.reported_at", "2018-01-01") }, "选了两次", "was chosen for two columns", "way.reported_at"},
		"a required column":                 {func(v url.Values) { v.Set("way.category", "") }, "没有选定：问题类别", "Not chosen: Category", ""},
	} {
		for lang, want := range map[string]string{"zh": c.zh, "en": c.en} {
			form := base()
			if c.change(form); lang == "en" {
				form.Set("lang", "en")
			}
			at, page := said(t, server, clerk, form)
			if at.Query().Get("step") != "" || !strings.Contains(page, want) {
				t.Errorf("%s in %s: %s does not say %q", what, lang, at, want)
			}
			if c.in != "" && !strings.Contains(page[:strings.LastIndex(page, want)], `name="`+c.in+`"`) {
				t.Errorf("%s in %s: it is not said beside the field", what, lang)
			}
			if !strings.Contains(page, `value="年度" selected`) {
				t.Errorf("%s in %s: what was said is gone", what, lang)
			}
		}
	}
}

// TestOneTableAsTwoExportsAndASecondFileAreSaidOnThePage confirms by the form alone what needs most of a mapping file: two
// exports out of one table, rows of one town, which of two rows holds, and days that stand in a second file.
func TestOneTableAsTwoExportsAndASecondFileAreSaidOnThePage(t *testing.T) {
	town, server := smallTown(t)
	clerk := clitest.As(t, server, visitor.Clerk, "")
	folder := t.TempDir()
	for name, content := range map[string]string{
		"走访表.csv":  "单号,户,户主,党员,镇\nW1,H7,李样本,M1,逍林镇\nW2,H8,陈样本,M1,逍林镇\nW3,H9,周样本,M1,观海卫镇\nW4,H7,李样本,M1,逍林镇\n",
		"走访日子.csv": "走访单,哪天\nW1,2018-01-03\nW2,2018-01-04 09:30\nW3,2018-01-05\nW4,2018-01-09\n",
	} {
		clitest.Write(t, filepath.Join(folder, name), []byte(content))
	}
	clitest.Session(t, "import", "--dir", town, filepath.Join(folder, "走访表.csv"), filepath.Join(folder, "走访日子.csv"))
	id, second := fileNamed(t, town, "走访表.csv"), fileNamed(t, town, "走访日子.csv")

	form := url.Values{"file": {id}, "export": {"visits"}, "go": {"look"}, "as": {"0:visit_id", "1:household_id", "3:member_id"}, "second": {second}, "key": {"单号"},
		"where": {"镇"}, "wherehow": {"is"}, "wherewords": {"逍林镇\r\n"}}
	at, page := said(t, server, clerk, form)
	if !strings.Contains(page, `<option value="走访单">`) || !strings.Contains(page, `<option value="哪天">`) {
		t.Errorf("the columns of the second file are not offered at %s", at)
	}
	form = url.Values{"file": {id}, "export": {"visits"}, "go": {"next"}, "said": {at.Query().Get("said")}, "as": form["as"], "second": {"same"}, "key": {"单号"}, "askey": {"走访单"},
		"way.visited_at": {"lookup"}, "lookup.visited_at": {"哪天"}, "where": form["where"], "wherehow": {"is"}, "wherewords": {"逍林镇"}}
	at, page = said(t, server, clerk, form)
	for _, want := range []string{"另一份文件的“哪天”", "只取“镇”是“逍林镇”的行", "每一行按“单号”与“走访日子.csv”的“走访单”合起来"} {
		if !strings.Contains(page, want) {
			t.Errorf("%s does not say %q", at, want)
		}
	}
	form = url.Values{"file": {id}, "export": {"visits"}, "go": {"also"}, "also": {"households"}, "said": {at.Query().Get("said")}}
	at, page = said(t, server, clerk, form)
	if !strings.Contains(page, "“农户名册”的各列是") && !strings.Contains(page, "的各列是") {
		t.Errorf("%s does not ask for the other export", at)
	}
	form = url.Values{"file": {id}, "export": {"households"}, "go": {"next"}, "said": {at.Query().Get("said")}, "as": {"2:head_name"}, "way.household_id": {"header"}, "header.household_id": {"户"},
		"way.village_id": {"fixed"}, "fixed.village_id": {"V01"}, "way.branch_id": {"fixed"}, "fixed.branch_id": {"B01"}, "keep": {"first"}, "mode": {"changes"}, "where": {"镇"}, "wherehow": {"not"}, "wherewords": {"观海卫镇"}}
	at, page = said(t, server, clerk, form)
	for _, want := range []string{"按“走访记录”读入", "编号相同的行留第一行", "“镇”不是“观海卫镇”", "只是变动"} {
		if !strings.Contains(page, want) {
			t.Errorf("%s does not say %q", at, want)
		}
	}
	at, _ = said(t, server, clerk, url.Values{"file": {id}, "export": {"households"}, "said": {at.Query().Get("said")}, "exporter": {"走访表"}, "files": {"走访表*.csv"}})
	if at.Query().Get("batch") == "" {
		t.Fatalf("it is not confirmed: %s", at)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		if _, page := clitest.Exchange(t, clerk, http.MethodGet, at.String()); strings.Contains(page, "全部收下") || time.Now().After(deadline) {
			break
		}
	}
	server.Stop(t)
	for query, want := range map[string]string{
		"select visit_id, household_id, visited_at from visits order by visit_id": "visit_id,household_id,visited_at\nW1,H7,2018-01-03 00:00:00\nW2,H8,2018-01-04 09:30:00\nW4,H7,2018-01-09 00:00:00\n",
		"select household_id, head_name from households order by household_id":    "household_id,head_name\nH1,李样本\nH7,李样本\nH8,陈样本\n",
	} {
		if status, out, stderr := clitest.Session(t, "query", "--dir", town, "--format", "csv", query); status != clitest.Done || out != want {
			t.Errorf("%s: status %d\n%s%s", query, status, out, stderr)
		}
	}
}
