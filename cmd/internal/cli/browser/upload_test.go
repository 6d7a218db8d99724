package browser

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/visitor"
	"hulian/dashboards/web/webtest"
)

// clerk is a browser and the folder it downloads to.
type clerk struct {
	t    *testing.T
	ctx  context.Context
	into string
	shot string // folder for pictures of what the clerk sees; empty: none
}

func newClerk(t *testing.T) clerk {
	t.Helper()
	ctx := webtest.Browser(t)
	c := clerk{t, ctx, t.TempDir(), os.Getenv("HULIAN_SCREENSHOTS")}
	if _, err := chromedp.Call(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: c.into}); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c clerk) visit(address string) {
	c.t.Helper()
	if err := chromedp.Do(c.ctx, chromedp.Navigate(address)); err != nil {
		c.t.Fatal(err)
	}
}

// reads waits until the page says something.
func (c clerk) reads(text string) string {
	c.t.Helper()
	body := ""
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		var err error
		if body, err = chromedp.Run(c.ctx, chromedp.Evaluate[string](`document.readyState === "complete" ? document.querySelector("main")?.innerText ?? "" : ""`)); err == nil && strings.Contains(body, text) {
			return body
		}
	}
	c.t.Fatalf("the page never says %q:\n%s", text, body)
	return ""
}

func (c clerk) look(name string) {
	if c.shot == "" {
		return
	}
	picture, err := chromedp.Run(c.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(c.shot, name+".png"), picture, 0o644)
	}
	if err != nil {
		c.t.Error(err)
	}
}

func (c clerk) upload(paths ...string) {
	c.t.Helper()
	if err := chromedp.Do(c.ctx, chromedp.SetUploadFiles("#upload-files", paths), chromedp.Click("form.upload button")); err != nil {
		c.t.Fatal(err)
	}
}

// download clicks a link and waits for the file.
func (c clerk) download(selector string) string {
	c.t.Helper()
	if err := chromedp.Do(c.ctx, chromedp.Click(selector)); err != nil {
		c.t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		found, err := filepath.Glob(filepath.Join(c.into, "*.xlsx"))
		if err == nil && len(found) == 1 {
			return found[0]
		}
	}
	c.t.Fatal("nothing was downloaded")
	return ""
}

// TestTheClerksWay uploads a workbook with errors in the browser, downloads the marked copy, repairs what it marks and
// uploads it again: all rows are in, and nothing is left to repair.
func TestTheClerksWay(t *testing.T) {
	c := newClerk(t)
	town := t.TempDir()
	if status, _, stderr := clitest.Session(t, "init", "--dir", town); status != clitest.Done {
		t.Fatal(stderr)
	}
	clitest.Write(t, filepath.Join(town, "村.csv"), []byte("村编号,村名,镇,加入日期\nV01,福合院村,逍林镇,2017-05-01\nV02,新园村,逍林镇,2017-08-01\n"))
	if status, _, stderr := clitest.Session(t, "import", "--dir", town, filepath.Join(town, "村.csv")); status != clitest.Done {
		t.Fatal(stderr)
	}
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	c.enter(server, visitor.Clerk, "")

	// A workbook of issues: title, header, ten rows of which three are wrong.
	book := excelize.NewFile()
	defer clitest.MustClose(t, book)
	set := func(cell, value string) {
		if err := book.SetCellStr("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	set("A1", "2018年1月社情民意登记表")
	for i, header := range []string{"问题编号", "反映时间", "村编号", "问题类别", "难易程度", "办结时间", "标题"} {
		set(string(rune('A'+i))+"2", header)
	}
	for row := 3; row <= 12; row++ {
		for i, value := range []string{fmt.Sprintf("I%03d", row), fmt.Sprintf("2018-01-%02d 09:00", row), "V01", "环境卫生", "容易", fmt.Sprintf("2018-01-%02d 17:00", row+3), "路灯不亮"} {
			set(fmt.Sprintf("%c%d", 'A'+i, row), value)
		}
	}
	set("B4", "上周三")
	set("E7", "不好说")
	set("F9", "2017-12-01 08:00")
	sent := filepath.Join(t.TempDir(), "社情民意2018年1月.xlsx")
	if err := book.SaveAs(sent); err != nil {
		t.Fatal(err)
	}

	c.visit(server.Address + "upload")
	c.look("upload")
	c.upload(sent)
	said := c.reads("有 3 行要改")
	if !strings.Contains(said, "读入 11 行：接收 7 行，退回 3 行，忽略 1 行") {
		t.Errorf("the page says:\n%s", said)
	}
	c.look("refused")
	marked := c.download(`#table-handed-in a[href^="/marked/"]`)
	if !strings.Contains(filepath.Base(marked), "社情民意2018年1月（已标注）") {
		t.Errorf("the copy is called %s", filepath.Base(marked))
	}
	repaired, err := excelize.OpenFile(marked)
	if err != nil {
		t.Fatal(err)
	}
	defer clitest.MustClose(t, repaired)
	if first := repaired.GetSheetList()[0]; first != "问题汇总" {
		t.Errorf("the first sheet is %s", first)
	}
	comments, err := repaired.GetComments("Sheet1")
	if err != nil || len(comments) != 3 {
		t.Fatalf("comments: %v %v", comments, err)
	}
	for _, comment := range comments { // the clerk repairs what is marked, nothing else
		value := map[string]string{"B4": "2018-01-04 09:00", "E7": "中等", "F9": "2018-01-12 17:00"}[comment.Cell]
		if value == "" {
			t.Errorf("%s is marked: %+v", comment.Cell, comment)
		}
		if err := repaired.SetCellStr("Sheet1", comment.Cell, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := repaired.Save(); err != nil {
		t.Fatal(err)
	}
	c.upload(marked)
	c.reads("全部收下")
	c.look("repaired")
	c.visit(server.Address + "data")
	c.look("data")
	server.Stop(t) // one process opens a snapshot in one way only
	if status, out, stderr := clitest.Session(t, "query", "--dir", town, "--format", "csv", "select count(*) as issues, (select count(*) from problems where state = 'repaired') as repaired, (select count(*) from problems where state = 'open') as open from issues"); status != clitest.Done || out != "issues,repaired,open\n10,3,0\n" {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
}

// TestUploadRefuses tries what a form must not let through.
func TestUploadRefuses(t *testing.T) {
	town := t.TempDir()
	if status, _, stderr := clitest.Session(t, "init", "--dir", town); status != clitest.Done {
		t.Fatal(stderr)
	}
	clitest.Write(t, filepath.Join(town, "村.csv"), []byte("村编号,村名,镇\nV01,福合院村,逍林镇\n"))
	if status, _, stderr := clitest.Session(t, "import", "--dir", town, filepath.Join(town, "村.csv")); status != clitest.Done {
		t.Fatal(stderr)
	}
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	clerk := clitest.As(t, server, visitor.Clerk, "")
	post := func(kind, site, body string) (status int, page string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.Address+"upload", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", kind)
		request.Header.Set("Sec-Fetch-Site", site)
		response, err := clerk.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		content, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(content)
	}
	const form = "multipart/form-data; boundary=b"
	part := func(name, content string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"" + name + "\"\r\n\r\n" + content + "\r\n--b--\r\n"
	}
	for what, c := range map[string]struct {
		kind, site, body string
		want             int
		says             string
	}{
		"another site":  {form, "cross-site", part("v.csv", "x"), http.StatusForbidden, "没有接受"},
		"no form":       {"text/plain", "same-origin", "x", http.StatusBadRequest, "没有收到可用的内容"},
		"no file":       {form, "same-origin", "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--\r\n", http.StatusBadRequest, "没有选择文件"},
		"a torn form":   {form, "same-origin", part("v.csv", "x")[:40], http.StatusBadRequest, "发送中断"},
		"out of folder": {form, "same-origin", part("../../escaped.csv", "村编号,村名,镇\nV02,新园村,逍林镇\n"), http.StatusSeeOther, ""},
	} {
		if status, page := post(c.kind, c.site, c.body); status != c.want || !strings.Contains(page, c.says) {
			t.Errorf("%s: %d, want %d and %q:\n%s", what, status, c.want, c.says, page)
		}
	}
	if status, _ := clitest.Exchange(t, clerk, http.MethodGet, server.Address+"marked/nothing"); status != http.StatusNotFound {
		t.Errorf("a file nobody knows: %d", status)
	}
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		left, err := os.ReadDir(filepath.Join(town, "uploads"))
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("left behind: %v", left)
		}
	}
	server.Stop(t)
	if status, out, stderr := clitest.Session(t, "query", "--dir", town, "--format", "csv", "select name from files where name not like 'handed_in_files%' order by file_no"); status != clitest.Done || out != "name\n村.csv\nescaped.csv\n" {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
}

// enter has the browser be signed in at a server with a role, for a village or the whole town.
func (c clerk) enter(server *clitest.Running, role visitor.Role, village string) {
	c.t.Helper()
	at, err := url.Parse(server.Address)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, cookie := range clitest.As(c.t, server, role, village).Jar.Cookies(at) {
		if _, err := chromedp.Call(c.ctx, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: server.Address}); err != nil {
			c.t.Fatal(err)
		}
	}
}
