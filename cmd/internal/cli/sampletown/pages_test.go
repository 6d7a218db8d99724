package sampletown

import (
	"encoding/csv"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hulian/cmd/internal/cli/clitest"
)

// checkPages follows every link of the served town in both languages, and reads the published figures off the pages.
func checkPages(t *testing.T, town string) {
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	defer server.Stop(t)
	base := strings.TrimSuffix(server.Address, "/")
	read := func(address string) string {
		status, body := clitest.Exchange(t, http.DefaultClient, http.MethodGet, base+address)
		if status != http.StatusOK {
			t.Errorf("%s: status %d", address, status)
		}
		return body
	}
	href := regexp.MustCompile(`href="(/[^"]*)"`)
	seen, queue := map[string]bool{}, []string{"/", "/?lang=en"}
	for len(queue) > 0 && len(seen) < 400 {
		body := read(queue[0])
		for _, broken := range []string{"NaN", "%!", "<no value>", "ZgotmplZ", "+Inf"} {
			if i := strings.Index(body, broken); i >= 0 {
				t.Errorf("%s shows %s: …%s…", queue[0], broken, body[max(0, i-80):min(len(body), i+40)])
			}
		}
		queue = queue[1:]
		for _, found := range href.FindAllStringSubmatch(body, -1) {
			link, _, _ := strings.Cut(strings.ReplaceAll(found[1], "&amp;", "&"), "#")
			if !seen[link] && !strings.Contains(link, "format=csv") {
				seen[link] = true
				queue = append(queue, link)
			}
		}
	}
	fuheyuan := regexp.MustCompile(`<option value="(\d+)"[^>]*>福合院村`).FindStringSubmatch(read("/capacity"))
	if fuheyuan == nil {
		t.Fatal("the capacity page offers no 福合院村")
	}
	for address, figures := range map[string][]string{
		"/":                                {"77.8 %", "910/1,170", "61.7 %", "8,400/13,611", "1,161", "680", "240"},
		"/capacity?village=" + fuheyuan[1]: {"4,863", "6,179", "11,042", "1,226.9", "66.1 %", "150 ÷ 227", "73.6", "159", "69.4", "17.7", "56.0 %"},
	} {
		body := read(address)
		for _, figure := range figures {
			if !strings.Contains(body, figure) {
				t.Errorf("%s does not show %s", address, figure)
			}
		}
	}
}

// checkPageSchema holds the stand-in town that the pages are tested on to what a real snapshot has.
func checkPageSchema(t *testing.T, town string) {
	status, stdout, stderr := clitest.Session(t, "query", "--dir", town, "--format", "csv",
		"select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'main'")
	if status != clitest.Done {
		t.Fatal(stderr)
	}
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	real := map[string]bool{}
	for _, row := range rows {
		real[row[0]] = true
	}
	schema, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "dashboards", "page", "pagetest", "schema.sql"))
	if err != nil {
		t.Fatal(err)
	}
	tables := regexp.MustCompile(`(?m)^create table (\w+) \((.*)\);$`).FindAllStringSubmatch(string(schema), -1)
	if len(tables) < 10 {
		t.Fatalf("only %d tables were read from the stand-in's schema", len(tables))
	}
	for _, table := range tables {
		for column := range strings.SplitSeq(table[2], ", ") {
			name, _, _ := strings.Cut(column, " ")
			if full := table[1] + "." + strings.Trim(name, `"`); !real[full] {
				t.Errorf("the stand-in town has %s, which no snapshot has", full)
			}
		}
	}
}
