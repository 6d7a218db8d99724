package web

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	tableOf   = regexp.MustCompile(`(?s)<(?:section|details) class="block table[^"]*" id="table-([^"]+)">.*?</(?:section|details)>`)
	figureOf  = regexp.MustCompile(`(?s)<figure class="chart block" id="figure-([^"]+)">.*?</figure>`)
	rowOf     = regexp.MustCompile(`(?s)<tr>(.*?)</tr>`)
	tag       = regexp.MustCompile(`<[^>]+>`)
	optionOf  = regexp.MustCompile(`(?s)<script type="application/json"[^>]*>(.*?)</script>`)
	saidOf    = regexp.MustCompile(`(?s)<ol class="said">(.*?)</ol>`)
	sentence  = regexp.MustCompile(`(?s)<li>(.*?)</li>`)
	figures   = regexp.MustCompile(`\d[\d,]*(?:\.\d+)?`)
	lastSpace = regexp.MustCompile(`\s+`)
)

// rowsOf are the rows of a table as a reader sees them.
func rowsOf(html string) []string {
	var all []string
	for _, row := range rowOf.FindAllStringSubmatch(html, -1) {
		all = append(all, strings.TrimSpace(lastSpace.ReplaceAllString(tag.ReplaceAllString(row[1], " "), " ")))
	}
	return all
}

// iconsAndNotes are what a page shows beside a value and paper does not, or by a sign.
var iconsAndNotes = regexp.MustCompile(`(?s)<svg.*?</svg>|<span class="interval">.*?</span>|<span class="cellnote">.*?</span>|[▲▼]`)

// onPaper are the rows of a table without icons, intervals and notes: the figures and words that page and report share.
func onPaper(html string) []string { return rowsOf(iconsAndNotes.ReplaceAllString(html, "")) }

// reportSections are the pages the report takes from, by the beginning of an ID, with what they must at least give.
var reportSections = map[string]struct {
	path string
	gave []string
}{
	"overview":     {"/", []string{"trend", "changes"}},
	"village":      {"/village", []string{"units"}},
	"visits":       {"/visits", []string{"coverage", "units", "doubtful"}},
	"issues":       {"/issues", []string{"units", "ageing", "categories"}},
	"capacity":     {"/capacity", []string{"villages"}},
	"weak":         {"/weak", []string{"villages"}},
	"points":       {"/points", []string{"burst-history", "periods", "last"}},
	"organisation": {"/organisation", []string{"incomplete", "no-meeting", "units", "posts", "funds"}},
	"members":      {"/members", []string{"duties", "exemptions", "units"}},
	"data":         {"/data", []string{"completeness"}},
}

func TestReportEqualsThePages(t *testing.T) {
	server, client, _, _ := site(t)
	for _, query := range []string{"?month=2018-01", "?lang=en&month=2018-01", "?month=2017-08", "?month=2018-01&village=V1", "?lang=en&month=2017-12&village=V3"} {
		response, report := get(t, client, server.URL+"/report"+query)
		if response.StatusCode != http.StatusOK {
			t.Fatalf("/report%s: %s", query, response.Status)
		}
		seen := map[string]bool{}
		pages := map[string]string{}
		for name, section := range reportSections {
			_, pages[name] = get(t, client, server.URL+section.path+query)
		}
		source := func(id string) (page, own string) {
			name, own, _ := strings.Cut(id, "-")
			return pages[name], own
		}
		for _, found := range tableOf.FindAllStringSubmatch(report, -1) {
			seen[found[1]] = true
			if found[1] == "definitions" || found[1] == "asked" || found[1] == "organisation-ones-units" { // the page has the four ones branch by branch
				continue
			}
			page, own := source(found[1])
			at := slices.IndexFunc(tableOf.FindAllStringSubmatch(page, -1), func(m []string) bool { return m[1] == own })
			if at < 0 {
				t.Errorf("/report%s: table %s stands on no page", query, found[1])
				continue
			}
			if diff := cmp.Diff(onPaper(tableOf.FindAllString(page, -1)[at]), onPaper(found[0])); diff != "" {
				t.Errorf("/report%s: table %s differs from the page's (-page +report):\n%s", query, found[1], diff)
			}
		}
		for _, found := range figureOf.FindAllStringSubmatch(report, -1) {
			seen[found[1]] = true
			page, own := source(found[1])
			at := slices.IndexFunc(figureOf.FindAllStringSubmatch(page, -1), func(m []string) bool { return m[1] == own })
			if at < 0 {
				t.Errorf("/report%s: picture %s stands on no page", query, found[1])
				continue
			}
			theirs := figureOf.FindAllString(page, -1)[at]
			if diff := cmp.Diff(optionOf.FindStringSubmatch(theirs)[1], optionOf.FindStringSubmatch(found[0])[1]); diff != "" {
				t.Errorf("/report%s: picture %s differs from the page's:\n%s", query, found[1], diff)
			}
		}
		if strings.Contains(query, "2018-01") && !strings.Contains(query, "village") {
			for name, section := range reportSections {
				for _, id := range section.gave {
					if !seen[name+"-"+id] {
						t.Errorf("/report%s lacks %s of page %s", query, id, name)
					}
				}
			}
		}
		// Every figure of the sentences stands on one of the pages.
		said := saidOf.FindStringSubmatch(report)
		if said == nil || len(sentence.FindAllString(said[1], -1)) != 5 {
			t.Errorf("/report%s: not five sentences: %v", query, said)
			continue
		}
		var onPages []string
		for _, body := range pages {
			onPages = append(onPages, figures.FindAllString(tag.ReplaceAllString(body, " "), -1)...)
		}
		for _, s := range sentence.FindAllStringSubmatch(said[1], -1) {
			for _, figure := range figures.FindAllString(s[1], -1) {
				if !slices.Contains(onPages, figure) {
					t.Errorf("/report%s says %s in %q, and no page does", query, figure, s[1])
				}
			}
		}
	}
}

func TestReportSaysWhatItStandsOn(t *testing.T) {
	server, client, served, _ := site(t)
	served.Exec(t, "update measures set numerator = 978, denominator = 1000, value = 0.978 where measure = 'validity' and month = '2018-01'")
	for query, holds := range map[string][]string{
		"":               {"试镇先锋户联月度通报", "试镇党委", "2018年1月", "数据截至 2018-01-31", "快照第 1 版", "0123456789abcdef", "本月数据接收率 97.8%（978/1,000 行，全镇）", "未满期、数值还会变化", "满意率", "910件", "77.8%"},
		"?lang=en":       {"试镇: Pioneers linked to households, monthly report", "Data as of 2018-01-31; snapshot 1, hash 0123456789abcdef", "Rows accepted this month: 97.8% (978/1,000, whole town)", "Not ripe", "910 resolved"},
		"?village=V2":    {"新园村先锋户联月度通报", "新园村党总支"},
		"?month=2016-02": {"2016年2月"},
	} {
		response, body := get(t, client, server.URL+"/report"+query)
		for _, want := range holds {
			if !strings.Contains(body, want) {
				t.Errorf("/report%s does not say %q (%s)", query, want, response.Status)
			}
		}
	}
	// The report follows the data: a changed figure changes it.
	served.Exec(t, "update measures set numerator = 911 where measure = 'resolution_rate_cumulative' and level = 'town' and month = '2018-01'")
	served.generation = 2
	if _, body := get(t, client, server.URL+"/report"); !strings.Contains(body, "911件") || !strings.Contains(body, "快照第 2 版") {
		t.Error("the report still says what the old snapshot said")
	}
}
