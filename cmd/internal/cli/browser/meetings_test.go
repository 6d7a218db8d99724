package browser

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/visitor"
)

// clicks clicks what must be there: a click waits for what it is to hit.
func (c clerk) clicks(selector string) error {
	ctx, cancel := context.WithTimeout(c.ctx, 15*time.Second)
	defer cancel()
	return chromedp.Do(ctx, chromedp.Click(selector))
}

// goes clicks what leads to another page, and waits for that page.
func (c clerk) goes(selector string) {
	c.t.Helper()
	_, err := chromedp.Run(c.ctx, chromedp.Evaluate[bool](`window.before = true`))
	if err == nil {
		err = c.clicks(selector)
	}
	for end := time.Now().Add(20 * time.Second); err == nil && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if here, busy := chromedp.Run(c.ctx, chromedp.Evaluate[bool](`!window.before && document.readyState === "complete"`)); busy == nil && here {
			return
		}
	}
	c.t.Fatalf("%s leads nowhere: %v", selector, err)
}

// fills types into the fields of a form, chooses in its lists, and sends it.
func (c clerk) fills(form string, fields ...string) {
	c.t.Helper()
	for i := 0; i < len(fields); i += 2 {
		at := fmt.Sprintf("%s [name=%q]", form, fields[i])
		kind, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](fmt.Sprintf(`(e => e ? e.type === "date" ? "SELECT" : e.tagName : "")(document.querySelector(%q))`, at))) // a date is picked too
		if err != nil || kind == "" {
			c.t.Fatalf("there is no %s: %v", at, err)
		}
		value := ""
		if kind == "SELECT" {
			value = fields[i+1]
		}
		took, err := chromedp.Run(c.ctx, chromedp.Evaluate[bool](fmt.Sprintf(`(e => (e.value = %[2]q, e.value === %[2]q))(document.querySelector(%[1]q))`, at, value)))
		if err == nil && took && kind != "SELECT" {
			err = chromedp.Do(c.ctx, chromedp.SendKeys(at, fields[i+1]))
		}
		if err != nil || !took {
			c.t.Fatalf("%s does not take %s: %v", at, fields[i+1], err)
		}
	}
	c.goes(form + ` button[type="submit"]`)
}

// rows are the cells of a table as they are read, the notes of a cell in lines of their own.
func (c clerk) rows(table string) (all [][]string) {
	c.t.Helper()
	content, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](fmt.Sprintf(`JSON.stringify([...document.querySelectorAll("#%s tbody tr")].map(r => [...r.cells].map(c => c.innerText.trim())))`, table)))
	if err == nil {
		err = json.Unmarshal([]byte(content), &all)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return all
}

// minutes makes the Word file of the minutes that are open, and gives its text.
func (c clerk) minutes() string {
	c.t.Helper()
	// By script: the answer is a file, and a click with the mouse does not return where no page follows it.
	if _, err := chromedp.Run(c.ctx, chromedp.Evaluate[bool](`(document.querySelector('form[action="/papers/minutes"] button').click(), true)`)); err != nil {
		c.t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		found, err := filepath.Glob(filepath.Join(c.into, "*.docx"))
		clitest.Must(c.t, err)
		if len(found) == 0 {
			continue
		}
		paper, err := zip.OpenReader(found[0])
		if err != nil { // it is still being written
			continue
		}
		defer clitest.MustClose(c.t, paper)
		document, err := paper.Open("word/document.xml")
		clitest.Must(c.t, err)
		content, err := io.ReadAll(document)
		clitest.Must(c.t, err)
		return string(content)
	}
	c.t.Fatal("no minutes are made")
	return ""
}

// TestTwoMeetings walks the agenda of January and of February in the browser. What January decides (help for a village, a talk with a branch
// in last place, a resolution, and by the office a reserve cadre) goes into its minutes, and stands in February as item 1 with what became of it.
func TestTwoMeetings(t *testing.T) {
	c := newClerk(t)
	town, next := clitest.Meetings(t)
	member := clitest.Fields(t, "query", "--dir", town, "select member_id from cadre_context order by member_id limit 1")[0]["member_id"]
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	c.enter(server, visitor.Committee, "")
	january, february := server.Address+"meeting?month=2018-01", server.Address+"meeting?month=2018-02"
	c.visit(january)
	c.reads("没有此前议定、需要回看的事项")
	c.look("meeting-january")
	items, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](`[...document.querySelectorAll("h2[id^='item-']")].map(h => h.innerText).join("\n")`))
	clitest.Must(t, err)
	if diff := cmp.Diff("1. 上次议定事项\n2. 本月情况\n3. 群众问题\n4. 薄弱村与帮扶\n5. 支部星级与末位\n6. 党员评定\n7. 后备干部\n8. 试点与推开\n9. 星级经费与帮扶\n10. 月结签发\n11. 印发通报", items); diff != "" {
		t.Errorf("the agenda (-want +got):\n%s", diff)
	}

	c.goes(`a[href*="item=issues"]`)
	c.fills(`form[action="/entries/resolutions"]`, "decision", "超期问题逐件督办", "owner", "李样本")
	c.reads("已经记下")
	c.goes(`a[href^="/actions"]`)
	c.fills(`form:has(select[name="decide"])`, "decide", "330282111207") // 破山村
	c.fills(`form[action="/entries/actions"]`, "signal", "走访面连续下降", "owner", "王样本", "acceptance", "走访面连续三个月达到80%", "measure", "household_coverage")
	c.reads("已经记下")
	c.visit(january)
	c.goes(`a[href^="/points"]`)
	talk := `form[action="/entries/talks"]`
	c.fills(talk, "of_branch", "B1102", "held_on", "2018-01-31", "note", "每月开好对账交流会")
	c.reads("已经记下")
	c.enter(server, visitor.Office, "")
	c.visit(server.Address + "cadres?member=" + member)
	c.fills(`form[action="/entries/cadre_decided"]`, "decision", "list", "reason", "牵头完成道路建设")
	c.reads("已经记下")

	c.enter(server, visitor.Committee, "")
	c.visit(january)
	c.goes(`a[href*="minutes=1"]`)
	c.reads("本次议定4件")
	c.look("minutes-january")
	paper := c.minutes()
	for _, said := range []string{"超期问题逐件督办", "李样本", "破山村：先派人实地了解", "福合院村第二网格支部：诫勉谈话（2017年度末位）", "后备干部：列入一名", "2018年1月"} {
		if !strings.Contains(paper, said) {
			t.Errorf("the minutes of January do not say %s", said)
		}
	}
	if strings.Contains(paper, member) {
		t.Error("the minutes say who was listed")
	}

	if status, _, said := clitest.Process(t, "import", "--dir", town, next); status != clitest.Done {
		t.Fatalf("the month of February: status %d\n%s", status, said)
	}
	server.ServesNewest(t)
	c.visit(february)
	c.reads("回看4件，已了结2件")
	c.look("meeting-february")
	item := map[string][]string{} // by its item of the agenda
	for _, row := range c.rows("table-last-decided") {
		name, month, _ := strings.Cut(row[0], "\n")
		if item[name] = row; month != "2018年1月" || len(row) != 6 {
			t.Errorf("in item 1 stands %q", row)
		}
	}
	for name, want := range map[string][]string{
		"群众问题":    {1: "超期问题逐件督办", 2: "李样本", 4: "本月到期"},
		"薄弱村与帮扶":  {1: "破山村：先派人实地了解", 2: "王样本", 4: "进行中", 5: "与其他村相比："},
		"支部星级与末位": {1: "福合院村第二网格支部：诫勉谈话（2017年度末位）", 4: "每月开好对账交流会", 5: "2018年2月"},
		"后备干部":    {1: "后备干部：列入一名", 4: "现行"},
	} {
		for i, part := range want {
			if len(item[name]) <= i || !strings.Contains(item[name][i], part) {
				t.Errorf("item 1 does not say %q of %s: %q", part, name, item[name])
			}
		}
	}
	c.goes(`#table-last-decided a[href*="resolution="]`)
	c.fills(`form[action="/entries/resolutions"]:has([name="done_on"])`, "state", "done", "remark", "19件全部办结")
	c.reads("已经记下")
	c.visit(february)
	c.reads("回看4件，已了结3件")
	if of := c.rows("table-last-decided"); !strings.Contains(fmt.Sprint(of), "已办结") || !strings.Contains(fmt.Sprint(of), "19件全部办结") {
		t.Errorf("item 1 does not say what came of the resolution: %q", of)
	}
	c.visit(january)
	if c.reads("没有此前议定、需要回看的事项"); strings.Contains(fmt.Sprint(c.rows("table-resolutions")), "19件全部办结") {
		t.Error("January's meeting knows what February did")
	}
	server.Stop(t)
}
