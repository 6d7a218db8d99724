package sampletown

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/visitor"
	"hulian/queries"
)

const (
	heaviestPage = 200 << 10 // bytes of HTML
	mostFollowed = 200       // pages read; one page alone has hundreds of links
)

// heavy is the page that may pass the limit, by a tenth at most: it prints what all pages say of a month.
const heavy = "/report"

// light are pages with a lower limit, in bytes of HTML: both once came near the limit of all pages.
var light = map[string]int{"/organisation": 190_000, "/points": 190_000}

// checkPages follows the links of the served town in both languages, page by page from the overview, and reads the published figures off the pages.
func checkPages(t *testing.T, town string) {
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	defer server.Stop(t)
	client := clitest.As(t, server, visitor.Analyst, "")
	base := strings.TrimSuffix(server.Address, "/")
	read := func(address string) string {
		status, body := clitest.Exchange(t, client, http.MethodGet, base+address)
		if status != http.StatusOK {
			t.Errorf("%s: status %d", address, status)
		}
		return body
	}
	if files := read("/data?format=csv&table=files"); !strings.Contains(files, "•••") || regexp.MustCompile(`[MH]\d{5}`).MatchString(files) {
		t.Error("the account of a file quotes IDs of persons or households to an analyst, or no file of the town lacks rows")
	}
	href := regexp.MustCompile(`href="(/[^"]*)"`)
	seen, queue := map[string]bool{}, []string{"/", "/?lang=en", "/measures?measure=household_coverage", "/measures?measure=household_coverage&lang=en", "/compare", "/compare?lang=en", "/report", "/report?lang=en"}
	for pages := 0; len(queue) > 0 && pages < mostFollowed; pages++ {
		body := read(queue[0])
		for _, broken := range []string{"NaN", "%!", "<no value>", "ZgotmplZ", "+Inf"} {
			if i := strings.Index(body, broken); i >= 0 {
				t.Errorf("%s shows %s: …%s…", queue[0], broken, body[max(0, i-80):min(len(body), i+40)])
			}
		}
		for _, said := range methodsSaid(body, strings.Contains(queue[0], "lang=en")) {
			t.Errorf("%s says outside the grounds: %s", queue[0], said)
		}
		if len(body) > heaviestPage && (!strings.HasPrefix(queue[0], heavy) || len(body) > heaviestPage+heaviestPage/10) {
			t.Errorf("%s has %d KB of HTML", queue[0], len(body)>>10)
		}
		if path, _, _ := strings.Cut(queue[0], "?"); light[path] > 0 && len(body) > light[path] {
			t.Errorf("%s has %d bytes of HTML, more than the %d it is kept under", queue[0], len(body), light[path])
		}
		queue = queue[1:]
		for _, found := range href.FindAllStringSubmatch(body, -1) {
			link, _, _ := strings.Cut(strings.ReplaceAll(found[1], "&amp;", "&"), "#")
			if !seen[link] && !strings.Contains(link, "format=") && !strings.Contains(link, ".sort=") {
				seen[link] = true
				queue = append(queue, link)
			}
		}
	}
	// Behind a number of the newest month stand as many rows as it counts, or rows that add up to it.
	shown := 0
	for _, m := range queries.Measures() {
		body := read("/behind?lang=en&measure=" + m.ID)
		if strings.Contains(body, "Counted then") {
			t.Errorf("%s: not as many rows as were counted", m.ID)
		}
		if strings.Contains(body, `id="list-rows"`) {
			shown++
		}
	}
	if shown < 63 { // the others have no rows, or nothing is known of them in the newest month
		t.Errorf("rows stand behind %d measures only", shown)
	}
	fuheyuan := regexp.MustCompile(`<option value="(\d+)"[^>]*>福合院村`).FindStringSubmatch(read("/capacity"))
	if fuheyuan == nil {
		t.Fatal("the capacity page offers no 福合院村")
	}
	for address, figures := range map[string][]string{
		"/":                                {"77.8%", "910/1,170", "61.7%", "8,400/13,611", "1,161", "680", "240"},
		"/capacity?village=" + fuheyuan[1]: {"4,863", "6,179", "11,042", "1,226.9", "66.1%", "150 ÷ 227", "73.6", "159", "69.4", "17.7", "56.0%"},
		"/capacity?lang=en&exempt=20&migrants=10": {"Over 11 villages of this month", "interval holds 0", "not what more hands would bring about"},
		"/capacity?lang=en&migrants=300":          {"no village has a load like the supposed one"},
	} {
		body := read(address)
		for _, figure := range figures {
			if !strings.Contains(body, figure) {
				t.Errorf("%s does not show %s", address, figure)
			}
		}
	}
}
