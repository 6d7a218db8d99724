package browser

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/visitor"
)

const strangeVisits = "2018年1月走访台账\n户主姓名,哪一户,哪位党员去的,哪天,怎么去的\n李样本,H1,M1,2018-01-03 09:00,上门看望\n李样本,H1,M1,2018-01-04 09:00,电话\n李样本,H1,M1,2018-01-05 09:00,不清楚\n合计,3\n"

// smallTown makes a town with lists and a served page.
func smallTown(t *testing.T, options ...string) (town string, server *clitest.Running) {
	t.Helper()
	town = clitest.OneOfEach(t)
	return town, clitest.Start(t, append([]string{"serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off"}, options...)...)
}

// pick chooses an option of the nth select of a form by its text.
func (c clerk) pick(form string, row int, option string) {
	c.t.Helper()
	chosen, err := chromedp.Run(c.ctx, chromedp.Evaluate[bool](`(() => {
		const select = document.querySelectorAll("#form-`+form+` select")[`+string(rune('0'+row))+`];
		const wanted = Array.from(select.options).find(o => o.text.startsWith("`+option+`"));
		if (!wanted) return false;
		select.value = wanted.value;
		return true })()`))
	if err != nil || !chosen {
		c.t.Fatalf("row %d of the form offers no %q: %v", row, option, err)
	}
}

// kind takes the table for another export, and waits for its columns.
func (c clerk) kind(name string) {
	c.t.Helper()
	c.pick("kind", 0, name)
	c.press("kind")
	c.reads("二、“" + name + "”的各列是？")
}

func (c clerk) press(form string) {
	c.t.Helper()
	if err := chromedp.Do(c.ctx, chromedp.Click("#form-"+form+" > button:not([hidden])")); err != nil {
		c.t.Fatal(err)
	}
}

// TestTheClerkNamesTheColumns uploads a file nobody understands, says in the browser what its columns and words mean, and finds it
// read; the next file of its kind needs nobody.
func TestTheClerkNamesTheColumns(t *testing.T) {
	c := newClerk(t)
	town, server := smallTown(t)
	c.enter(server, visitor.VillageSecretary, "V01")
	sent := filepath.Join(t.TempDir(), "走访台账2018年1月.csv")
	clitest.Write(t, sent, []byte(strangeVisits))
	c.visit(server.Address + "upload")
	c.upload(sent)
	c.reads("指认各列是什么")
	c.look("mapping-refused")
	if err := chromedp.Do(c.ctx, chromedp.Click(`#table-handed-in a[href^="/upload?file="]`)); err != nil {
		t.Fatal(err)
	}
	said := c.reads("表头在第 2 行")
	c.look("mapping-columns")
	for text, want := range map[string]bool{"李**": true, "李样本": false, "哪位党员去的": true} {
		if strings.Contains(said, text) != want {
			t.Errorf("the page says %q: %v, want %v\n%s", text, !want, want, said)
		}
	}
	c.kind("村名册")
	c.kind("走访记录")
	for row, column := range []string{"不用这一列", "农户编号", "不用这一列", "走访时间", "走访方式"} {
		c.pick("columns", row, column)
	}
	c.press("columns")
	c.reads("没有选定：党员编号") // a required column is not passed over
	c.look("mapping-missing")
	c.pick("columns", 2, "党员编号") // what was chosen before still is
	c.press("columns")
	said = c.reads("三、确认")
	c.look("mapping-words")
	if !strings.Contains(said, "不清楚") || strings.Contains(said, "李样本") {
		t.Errorf("the page says:\n%s", said)
	}
	for row, word := range []string{"入户", "不认这个词"} {
		c.pick("words", row, word)
	}
	c.press("words")
	said = c.reads("有 1 行要改")
	c.look("mapping-read")
	if !strings.Contains(said, "读入 5 行：接收 2 行，退回 1 行，忽略 2 行") {
		t.Errorf("the page says:\n%s", said)
	}
	kept, err := os.ReadFile(filepath.Join(town, "mappings", "走访台账.yaml"))
	if err != nil || !strings.Contains(string(kept), "王样本") || !strings.Contains(string(kept), "上门看望: home") {
		t.Errorf("the mapping kept: %v\n%s", err, kept)
	}
	next := filepath.Join(t.TempDir(), "走访台账2018年2月.csv")
	clitest.Write(t, next, []byte(strings.ReplaceAll(strings.ReplaceAll(strangeVisits, "2018-01", "2018-02"), "不清楚", "微信")))
	c.visit(server.Address + "upload")
	c.upload(next)
	c.reads("全部收下")
	server.Stop(t)
	if status, out, stderr := clitest.Session(t, "query", "--dir", town, "--format", "csv", "select channel, count(*) as n from visits group by channel order by channel"); status != clitest.Done || out != "channel,n\nhome,2\nphone,2\nwechat,1\n" {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
}

// TestMappingFormRefuses tries what the form must not let through.
func TestMappingFormRefuses(t *testing.T) {
	town, server := smallTown(t)
	sent := filepath.Join(t.TempDir(), "台账.csv")
	clitest.Write(t, sent, []byte(strangeVisits))
	server.Stop(t)
	clitest.Session(t, "import", "--dir", town, sent)
	_, out, _ := clitest.Session(t, "query", "--dir", town, "--format", "csv", "select file_id from files where name = '台账.csv'")
	id := strings.TrimPrefix(strings.TrimSpace(out), "file_id\n")
	if len(id) != 64 {
		t.Fatal(out)
	}
	server = clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	clerk := clitest.As(t, server, visitor.Clerk, "")
	columns := []string{"1:household_id", "2:member_id", "3:visited_at"}
	form := func(change func(url.Values)) url.Values {
		v := url.Values{"file": {id}, "export": {"visits"}, "as": columns, "exporter": {"台账"}, "files": {"台账.csv"}}
		change(v)
		return v
	}
	for what, c := range map[string]struct {
		site   string
		change func(url.Values)
		status int
		leads  string // part of where it leads
	}{
		"another site":         {"cross-site", func(url.Values) {}, http.StatusForbidden, ""},
		"a required column":    {"same-origin", func(v url.Values) { v["as"] = columns[:2] }, http.StatusSeeOther, "refused=incomplete"},
		"a column twice":       {"same-origin", func(v url.Values) { v.Add("as", "4:member_id") }, http.StatusSeeOther, "refused=twice"},
		"another file's name":  {"same-origin", func(v url.Values) { v.Set("files", "*.xlsx") }, http.StatusSeeOther, "refused=pattern"},
		"a column of no table": {"same-origin", func(v url.Values) { v.Add("as", "77:note") }, http.StatusBadRequest, ""},
		"an unknown export":    {"same-origin", func(v url.Values) { v.Set("export", "secrets") }, http.StatusNotFound, ""},
		"an unknown file":      {"same-origin", func(v url.Values) { v.Set("file", "../../hulian.yaml") }, http.StatusNotFound, ""},
		"an unknown encoding":  {"same-origin", func(v url.Values) { v.Set("encoding", "latin1") }, http.StatusNotFound, ""},
		"words without sense":  {"same-origin", func(v url.Values) { v.Set("word", "channel:x") }, http.StatusBadRequest, ""},
		"a value of no choice": {"same-origin", func(v url.Values) { v.Set("word", "nothing:x"); v.Set("means", "home") }, http.StatusSeeOther, "refused=unknown_among"},
		"an exporter abroad":   {"same-origin", func(v url.Values) { v.Set("exporter", "../../../etc/台账") }, http.StatusSeeOther, "batch="},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.Address+"mapping", strings.NewReader(form(c.change).Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", c.site)
		response, err := clerk.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if at := response.Header.Get("Location"); response.StatusCode != c.status || !strings.Contains(at, c.leads) {
			t.Errorf("%s: %s to %q, want %d to %q", what, response.Status, at, c.status, c.leads)
		}
	}
	server.Stop(t)
	kept, err := filepath.Glob(filepath.Join(town, "mappings", "*.yaml"))
	if err != nil || len(kept) != 1 || filepath.Base(kept[0]) != "etc-台账.yaml" {
		t.Errorf("kept: %v %v", kept, err)
	}
}
