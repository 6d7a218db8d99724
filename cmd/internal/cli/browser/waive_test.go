package browser

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/visitor"
)

// TestTheOfficeWaives looks at refused rows in the browser and waives one by itself and two by their kind; name and reason stand
// beside them, and the month's count falls from waiting to waived on every page.
func TestTheOfficeWaives(t *testing.T) {
	c := newClerk(t)
	town, server := smallTown(t)
	bad := filepath.Join(t.TempDir(), "走访2018年1月.csv")
	clitest.Write(t, bad, []byte("走访编号,农户编号,党员编号,走访时间,走访方式\nT1,H1,M1,2018-01-03,入户\nT2,H1,M1,上周,入户\nT3,H1,M1,2018-01-04,飞鸽传书\nT4,H1,M1,2018-01-05,烽火\n"))
	c.enter(server, visitor.Clerk, "")
	c.visit(server.Address + "upload")
	c.upload(bad)
	c.reads("有 3 行要改")

	if said := c.reads("行待改"); !strings.Contains(said, "接收 62.5%（5/8 行），3 行待改") {
		t.Errorf("the page says of its month:\n%s", said)
	}
	c.visit(server.Address + "data?code=wrong_type")
	if said := c.reads("上周"); strings.Contains(said, "豁免这") {
		t.Errorf("a clerk is offered to waive:\n%s", said)
	}
	c.enter(server, visitor.Office, "")
	c.visit(server.Address + "data")
	c.look("waive-data")
	if err := chromedp.Do(c.ctx, chromedp.Click(`#table-problems a[href*="problem="]`)); err != nil {
		t.Fatal(err)
	}
	c.reads("豁免这 1 处")
	c.look("waive-form")
	waive := func(reason string) {
		if err := chromedp.Do(c.ctx, chromedp.SendKeys(`form[action="/waive"] input[name="reason"]`, reason),
			chromedp.Click(`form[action="/waive"] button`)); err != nil {
			t.Fatal(err)
		}
	}
	waive("原始记录已遗失")
	said := c.reads("豁免：原始记录已遗失")
	c.look("waive-done")
	if !strings.Contains(said, "2 行待改") || !strings.Contains(said, "由 王样本 (office") {
		t.Errorf("the page says of its month:\n%s", said)
	}
	c.visit(server.Address + "data?code=not_allowed")
	c.reads("豁免这 2 处")
	waive("当时确实如此")
	c.reads("当时确实如此")
	c.visit(server.Address + "?lang=en")
	if said := c.reads("Data of Jan 2018"); !strings.Contains(said, "62.5% of rows accepted (5/8)") || !strings.Contains(said, "all 3 refused rows are settled") {
		t.Errorf("the first page says of its month:\n%s", said)
	}
	server.Stop(t)
	status, out, stderr := clitest.Session(t, "query", "--dir", town, "--format", "csv", "select p.state, regexp_replace(w.waived_by, ' [(]office[a-z0-9]+[)]', '') as waived_by, w.reason, count(*) as n from problems p join waivers w using (problem_no) group by all order by n")
	if status != clitest.Done || out != "state,waived_by,reason,n\nwaived,王样本,原始记录已遗失,1\nwaived,王样本,当时确实如此,2\n" {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
	status, out, stderr = clitest.Session(t, "metrics", "--dir", town, "--format", "csv", "--measure", "quarantine_open,quarantine_waived,validity", "--level", "town")
	if status != clitest.Done || !strings.Contains(out, "quarantine_waived,town,逍林镇,逍林镇,2018-01,3,,3,") || !strings.Contains(stderr, "accepted 62.5% (5/8 rows)") {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
}

// TestWaiveFormRefuses tries what the form must not let through.
func TestWaiveFormRefuses(t *testing.T) {
	town, server := smallTown(t)
	server.Stop(t)
	bad := filepath.Join(t.TempDir(), "走访.csv")
	clitest.Write(t, bad, []byte("走访编号,农户编号,党员编号,走访时间\nT1,H1,M1,2018-01-03\nT2,H1,M1,上周\n"))
	clitest.Session(t, "import", "--dir", town, bad)
	server = clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	office := clitest.As(t, server, visitor.Office, "")
	named := url.Values{"code": {"wrong_type"}, "reason": {"不详"}}
	with := func(name, value string) url.Values {
		v := url.Values{}
		for key := range named {
			v.Set(key, named.Get(key))
		}
		v.Set(name, value)
		return v
	}
	for _, c := range []struct {
		what   string
		client *http.Client
		site   string
		form   url.Values
		status int
		leads  string
	}{
		{"a clerk", clitest.As(t, server, visitor.Clerk, ""), "same-origin", named, http.StatusNotFound, ""},
		{"another site", office, "cross-site", named, http.StatusForbidden, ""},
		{"no reason", office, "same-origin", with("reason", ""), http.StatusSeeOther, "refused="},
		{"a long reason", office, "same-origin", with("reason", strings.Repeat("长", 501)), http.StatusSeeOther, "refused="},
		{"everything there is", office, "same-origin", with("code", ""), http.StatusBadRequest, ""},
		{"what nobody knows", office, "same-origin", with("code", "' or 1=1 --"), http.StatusNotFound, ""},
		{"what is open", office, "same-origin", named, http.StatusSeeOther, "state=waived"},
		{"what is waived already", office, "same-origin", named, http.StatusNotFound, ""},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.Address+"waive", strings.NewReader(c.form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", c.site)
		response, err := c.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if at := response.Header.Get("Location"); response.StatusCode != c.status || !strings.Contains(at, c.leads) {
			t.Errorf("%s: %s to %q, want %d to %q", c.what, response.Status, at, c.status, c.leads)
		}
	}
	server.Stop(t)
}
