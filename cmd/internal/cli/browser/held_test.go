package browser

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/visitor"
)

// TestAFallenListIsAcceptedInTheBrowser uploads a list of two members where there were six, and accepts it with a
// reason where the result says that it is held; a zip file that fell in the inbox is accepted from the page of the data.
func TestAFallenListIsAcceptedInTheBrowser(t *testing.T) {
	c := newClerk(t)
	town, server := smallTown(t)
	server.Stop(t)
	members := func(n int) []byte {
		text := "党员编号,支部编号,姓名,履职状态\n"
		for i := range n {
			text += fmt.Sprintf("M%d,B01,张样本,可动员\n", i+1)
		}
		return []byte(text)
	}
	clitest.Write(t, filepath.Join(town, "inbox", "党员六人.csv"), members(6))
	clitest.Write(t, filepath.Join(town, "inbox", "农户.csv"), []byte("农户编号,村编号,支部编号,户主姓名\nH1,V01,B01,李样本\nH2,V01,B01,李样本\nH3,V01,B01,李样本\n"))
	if status, _, stderr := clitest.Session(t, "run", "--dir", town); status != clitest.Done {
		t.Fatal(stderr)
	}
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	member, err := archive.Create("农户.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, err = member.Write([]byte("农户编号,村编号,支部编号,户主姓名\nH1,V01,B01,李样本\n"))
	if err := errors.Join(err, archive.Close()); err != nil {
		t.Fatal(err)
	}
	clitest.Write(t, filepath.Join(town, "inbox", "名册.zip"), packed.Bytes())
	if status, _, stderr := clitest.Session(t, "run", "--dir", town); status != clitest.Held || !strings.Contains(stderr, "accept it on the page Data") {
		t.Fatalf("status %d\n%s", status, stderr)
	}
	server = clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")

	c.enter(server, visitor.Office, "")
	short := filepath.Join(t.TempDir(), "党员两人.csv")
	clitest.Write(t, short, members(2))
	accept := func(reason string) {
		if err := chromedp.Do(c.ctx, chromedp.SendKeys(`form[action="/held"] input[name="reason"]`, reason),
			chromedp.Click(`form[action="/held"] button`)); err != nil {
			t.Fatal(err)
		}
	}
	c.visit(server.Address + "upload")
	c.upload(short)
	c.reads("“党员名册”上一份 6 行，这一份 2 行")
	c.look("held-upload")
	first, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](`location.href`))
	if err != nil {
		t.Fatal(err)
	}
	accept("支部合并")
	if said := c.reads("全部收下"); !strings.Contains(said, "行数由6变为2，已由王样本 (office") || !strings.Contains(said, "确认收下：支部合并") || strings.Contains(said, "以前收过") {
		t.Errorf("the page says:\n%s", said)
	}
	c.look("held-accepted")
	c.visit(first)
	if said := c.reads("后来已收下"); strings.Contains(said, "确认收下") {
		t.Errorf("it is offered again:\n%s", said)
	}
	c.visit(server.Address + "data?lang=en")
	c.reads("Check it, then accept it")
	c.look("held-data")
	if err := chromedp.Do(c.ctx, chromedp.Click(`#table-files a[href^="/upload?held="]`)); err != nil {
		t.Fatal(err)
	}
	c.reads("had 3 rows in the list before and has 1 in this one")
	c.look("held-form")
	accept("moved away")
	c.reads("Everything was taken")
	server.Stop(t)
	if status, out, stderr := clitest.Session(t, "query", "--dir", town, "--format", "csv", "select (select count(*) from members) as members, (select count(*) from households) as households, (select count(*) from files where state = 'held') as held"); status != clitest.Done || out != "members,households,held\n2,1,0\n" {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
	if _, out, _ := clitest.Session(t, "status", "--dir", town, "--run", "last"); !strings.Contains(out, "held file confirmed") || !strings.Contains(out, "王样本 (office") {
		t.Errorf("the run's log:\n%s", out)
	}
}
