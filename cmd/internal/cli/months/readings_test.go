package months

import (
	"encoding/json"
	"html"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/visitor"
)

// TestReadingsAreThoseOfThePages asks on the command line what values mean, in both languages, and looks for the same
// sentence on the page of the measure.
func TestReadingsAreThoseOfThePages(t *testing.T) {
	town := clitest.Month(t)
	languages := []string{"zh", "en"}
	rows, spoken := map[string][]map[string]string{}, map[string]bool{}
	for _, lang := range languages {
		rows[lang] = clitest.Fields(t, "metrics", "--dir", town, "--measure", "card_rate,on_time_rate", "--level", "town,village", "--month", "2018-01", "--reading", "--lang", lang)
		if len(rows[lang]) != 2*12 {
			t.Fatalf("%s: %d rows, want the town and 11 villages for both measures", lang, len(rows[lang]))
		}
	}
	members := clitest.Fields(t, "metrics", "--dir", town, "--measure", "household_coverage", "--level", "member", "--reading")
	if len(members) == 0 || members[0]["reading"] != "" {
		t.Errorf("members are read too: %v", members[:min(1, len(members))])
	}
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	defer server.Stop(t)
	client := clitest.As(t, server, visitor.Analyst, "")
	for _, lang := range languages {
		for _, row := range rows[lang] {
			spoken[row["reading"]] = true
			if row["reading"] == "" {
				t.Errorf("%s: nothing is said of %s of %s", lang, row["measure"], row["unit_name"])
			}
			address := "measures?measure=" + row["measure"] + "&lang=" + lang
			if row["level"] == "village" {
				address += "&village=" + row["unit_id"]
			}
			_, page := clitest.Exchange(t, client, http.MethodGet, server.Address+address)
			if !strings.Contains(html.UnescapeString(page), row["reading"]) {
				t.Errorf("%s: %s does not say %q", lang, address, row["reading"])
			}
		}
	}
	if len(spoken) < 4 {
		t.Errorf("all values are read alike: %v", spoken)
	}
}

// TestOldIDsOfMeasures: the days after which a household counts as long unvisited are a setting, so they no longer stand in
// the ID. Whoever has the old one in a script, a bookmark or programme.yaml gets the same.
func TestOldIDsOfMeasures(t *testing.T) {
	town := clitest.Month(t)
	ask := func(id string) string {
		status, out, stderr := clitest.Session(t, "metrics", "--dir", town, "--measure", id, "--level", "town", "--month", "2018-01", "--format", "csv")
		if status != clitest.Done {
			t.Fatalf("%s: status %d\n%s", id, status, stderr)
		}
		return out
	}
	if old, now := ask("unvisited_60"), ask("unvisited_share"); old != now || !strings.Contains(now, "unvisited_share,town") {
		t.Errorf("by the old ID:\n%sby the new one:\n%s", old, now)
	}
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	defer server.Stop(t)
	client := clitest.As(t, server, visitor.Analyst, "")
	get := func(address string) string {
		status, body := clitest.Exchange(t, client, http.MethodGet, server.Address+address)
		if status != http.StatusOK {
			t.Fatalf("%s: status %d", address, status)
		}
		return body
	}
	if get("measures?measure=unvisited_60") != get("measures?measure=unvisited_share") {
		t.Error("the page of the measure is another one by its old ID")
	}
	var answer struct {
		Rows []struct {
			Measure string `json:"measure"`
		} `json:"rows"`
	}
	if err := json.Unmarshal([]byte(get("api/v1/measures?measure=unvisited_60&level=village")), &answer); err != nil || len(answer.Rows) == 0 || answer.Rows[0].Measure != "unvisited_share" {
		t.Errorf("the API answers %+v, %v", answer, err)
	}

	programme := filepath.Join(town, "programme.yaml")
	clitest.Write(t, programme, []byte("reading: {targets: {unvisited_60: 0.25}, minimum_bases: {unvisited_60: 40}}\n"))
	clitest.Says(t, clitest.Done, "", "run", "--dir", town)
	set := clitest.Fields(t, "query", "--dir", town, "select target, min_base from measure_definitions where measure = 'unvisited_share'")
	if len(set) != 1 || set[0]["target"] != "0.25" || set[0]["min_base"] != "40" {
		t.Errorf("programme.yaml names the old ID, and the measure has %v", set)
	}
	clitest.Write(t, programme, []byte("reading: {targets: {unvisited_60: 0.25, unvisited_share: 0.3}}\n"))
	clitest.Says(t, clitest.Usage, "twice", "run", "--dir", town)
}
