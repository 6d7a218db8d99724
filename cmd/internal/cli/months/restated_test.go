package months

import (
	"html"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/visitor"
)

// TestPagesOfATownWhoseVillagesMerged serves the town of the session restated.txtar and reads its pages both ways.
func TestPagesOfATownWhoseVillagesMerged(t *testing.T) {
	archive, err := txtar.ParseFile(filepath.Join("..", "testdata", "script", "restated.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range archive.Files {
		files[f.Name] = f.Data
	}
	town := filepath.Join(t.TempDir(), "town")
	for _, command := range [][]string{
		{"init"},
		{"villages1.csv", "村名册_2018-01-01.csv", "branches1.csv", "支部名册_2018-01-01.csv", "households1.csv", "农户名册_2018-01-01.csv", "issues.csv", "问题.csv"},
		{"run"},
		{"villages3.csv", "村名册_2018-06-05.csv", "branches3.csv", "支部名册_2018-06-05.csv", "households3.csv", "农户名册_2018-06-05.csv", "merged.csv", "合并表.csv"},
		{"run"},
	} {
		for i := 0; i+1 < len(command); i += 2 {
			clitest.Write(t, filepath.Join(town, "inbox", command[i+1]), files[command[i]])
		}
		if len(command) == 1 {
			arguments := append(slices.Clone(command), "--dir", town)
			if command[0] == "run" {
				arguments = append(arguments, "--cut-off", "2018-07-31")
			}
			if status, _, errors := clitest.Session(t, arguments...); status != clitest.Done {
				t.Fatalf("%s: status %d: %s", command[0], status, errors)
			}
		}
	}
	if kept := os.Getenv("HULIAN_KEEP_TOWN"); kept != "" { // to look at it in a browser
		if err := os.CopyFS(kept, os.DirFS(town)); err != nil {
			t.Fatal(err)
		}
	}
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	defer server.Stop(t)
	client := clitest.As(t, server, visitor.Analyst, "")
	for address, want := range map[string]struct {
		status      int
		says, hides []string
	}{
		"/village?village=V3&month=2018-07":                     {200, []string{"各月按当时的单位显示", "甲村并入或改为甲乙村（2018-06-01 起）", "units=today"}, []string{"重算）"}},
		"/village?village=V3&month=2018-07&units=today":         {200, []string{"往月已按今天的单位重算", "（往月按今天的单位重算）", "无法重算"}, nil},
		"/village?village=V3&month=2018-07&units=today&lang=en": {200, []string{"Past months are restated for the units of today", "甲村 became part of 甲乙村 (2018-06-01)", "cannot be restated"}, nil},
		"/village?village=V1&month=2018-02":                     {200, []string{"各月按当时的单位显示"}, nil},
		"/village?village=V1&month=2018-02&units=today":         {404, nil, nil},
		"/?units=today&month=2018-02":                           {200, []string{"丁西村由丁村拆出"}, []string{">甲村</option>"}},
		"/?month=2018-02":                                       {200, []string{">甲村</option>"}, nil},
		"/?units=tomorrow":                                      {400, nil, nil},
		// In February 3 of the 5 households of V1 and V2 together were in the group, 2 of the 3 of V1 alone.
		"/measures?measure=group_rate&village=V3&month=2018-02&units=today": {200, []string{"3/5"}, nil},
		"/measures?measure=group_rate&village=V1&month=2018-02":             {200, []string{"2/3"}, nil},
	} {
		status, body := clitest.Exchange(t, client, http.MethodGet, strings.TrimSuffix(server.Address, "/")+address)
		if status != want.status {
			t.Errorf("%s: status %d, want %d", address, status, want.status)
		}
		body = html.UnescapeString(body)
		for _, words := range want.says {
			if !strings.Contains(body, words) {
				t.Errorf("%s does not say %q", address, words)
			}
		}
		for _, words := range want.hides {
			if strings.Contains(body, words) {
				t.Errorf("%s says %q", address, words)
			}
		}
	}
}
