package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/question"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/data/trials"
	"hulian/pipelines"
)

// Numbers that stand in every text of the town. The identity card is written as people do it, in both widths.
const (
	plantedCard  = "330282199001011234"
	plantedWide  = "３３０２８２１９９００１０１５６７８"
	plantedPhone = "13987650246"
)

var plantedAll = "证" + plantedCard + "电" + plantedPhone + "另" + plantedWide

// referredTo are columns that other rows or the program refer to: a number planted there would leave rows without their fellows.
var referredTo = regexp.MustCompile(`^(.*_id|id|level|month|period|half_year|run_id|file_id|state|origin|key|measure|fact|kind|export|of_export|of_village|of_month|criterion|signal|code|severity|town|phase|reason_code|read_as|sheet_no|letter|category|difficulty|satisfaction_answer|routed_to|vulnerable|duty_status|decision|gender|education|role|member_rating|contradiction|cut_off|unit_name|village|branch|household|member|programme|row_key|problem)$`)

// plantNumbers writes the numbers into every column of texts of the town's tables.
func plantNumbers(t *testing.T, town *pagetest.Town) (columns int) {
	t.Helper()
	all, err := town.Query(t.Context(), `select c.table_name, c.column_name from information_schema.columns c join information_schema.tables t on t.table_name = c.table_name
		where c.table_schema = 'main' and t.table_type = 'BASE TABLE' and c.data_type = 'VARCHAR' order by 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range all.Rows {
		table, column := row[0].(string), row[1].(string)
		if referredTo.MatchString(column) && column != "unit_name" || table == "measures" || table == "snapshot_facts" || strings.HasSuffix(column, "_on") {
			continue
		}
		if table == "cadre_signals" || table == "reconciliation" && column == "detail" { // read by the program
			continue
		}
		town.Exec(t, fmt.Sprintf(`update %q set %q = coalesce(%[2]q, '') || ?`, table, column), plantedAll)
		columns++
	}
	return columns
}

// shows reports which numbers stand in a text that is sent.
func shows(body string) (all []string) {
	for _, number := range []string{plantedCard, plantedWide, plantedPhone, plantedCard[6:], plantedPhone[3:]} {
		if strings.Contains(body, number) {
			all = append(all, number)
		}
	}
	return all
}

var internalLink = regexp.MustCompile(`href="(/[^"#]*)`)

// kindOf says what is alike among addresses: one month, one village and one measure of a page stand for the others, and every table
// of it is one of a kind.
func kindOf(t *testing.T, path string) string {
	t.Helper()
	u, err := url.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(u.Path, "/assets/") {
		return "/assets/"
	}
	q := u.Query()
	q.Del("lang")
	for name := range q {
		if question.IsOfList(name) { // one order of one table stands for the others
			q.Del(name)
			q.Set("list", "")
		}
	}
	return fmt.Sprint(u.Path, slices.Sorted(maps.Keys(q)), q.Get("table"))
}

// TestNumbersOfPersonsShowNowhere: identity cards and telephones stand in every text column, in names of files, in the log of
// runs and in what people entered. Every role follows every link of the site, downloads included, and meets none of them.
func TestNumbersOfPersonsShowNowhere(t *testing.T) {
	run := pipelines.Run{ID: "r1", State: "failed", StartedAt: time.Now().Add(-time.Minute), FinishedAt: time.Now(), Error: plantedAll,
		Files: []pipelines.Reconciliation{{FileID: "aa", Name: plantedAll + ".csv", Sheet: plantedAll, Export: "visits", Read: 3, Accepted: 2, Quarantined: 1}},
		Log:   []pipelines.LogLine{{At: time.Now(), Level: "WARN", Text: "read " + plantedAll}}}
	notices := []pipelines.Notice{{CreatedAt: time.Now(), Channel: "desk", Title: plantedAll, Text: plantedAll, State: pipelines.NoticeGivenUp, Error: plantedAll}}
	h := newHouse(t, func(c *Config) {
		c.Runs = func() ([]pipelines.Run, error) { return []pipelines.Run{run}, nil }
		c.Notices = func() ([]pipelines.Notice, error) { return notices, nil }
	})
	if n := plantNumbers(t, h.town.Town); n < 30 {
		t.Fatalf("numbers stand in %d columns only", n)
	}
	for _, p := range people {
		if p.Role == visitor.Clerk || p.Role == visitor.VillageSecretary || p.Role == visitor.Office {
			h.do(t, as(t, h.URL, p.Name), http.MethodPost, "/upload", files(t, "走访"+plantedAll+".csv", "a,b\n"))
		}
	}
	office := as(t, h.URL, "office")
	h.do(t, office, http.MethodPost, "/aside", form("export", "households", "key", plantedAll, "reason", plantedAll))
	crawled := map[visitor.Role]bool{}
	for _, p := range people {
		// An ordinary run looks with the eyes of those who see least and of those who see most.
		sampled := slices.Contains([]visitor.Role{visitor.Analyst, visitor.VillageSecretary, visitor.Clerk, visitor.Office}, p.Role)
		if crawled[p.Role] || !sampled && !trials.All() {
			continue
		}
		crawled[p.Role] = true
		client := as(t, h.URL, p.Name)
		seen, queue := map[string]bool{"/assets/": true}, []string{"/", "/trail?format=csv&table=trail", "/runs?run=r1", "/api/v1/measures?month=2018-01", "/api/v1/measures?month=2018-01&level=member"}
		for len(queue) > 0 {
			path := queue[0]
			queue = queue[1:]
			key := kindOf(t, path)
			if seen[key] {
				continue
			}
			seen[key] = true
			response, body := h.do(t, client, http.MethodGet, path, sent{})
			if response.StatusCode >= 500 {
				t.Errorf("%s as %s: %s", path, p.Name, response.Status)
			}
			if found := shows(body); len(found) > 0 {
				at := strings.Index(body, found[0])
				t.Errorf("%s as %s shows %v: …%s…", path, p.Name, found, body[max(0, at-120):min(len(body), at+60)])
				break
			}
			for _, link := range internalLink.FindAllStringSubmatch(body, -1) {
				queue = append(queue, strings.ReplaceAll(link[1], "&amp;", "&"))
			}
		}
		if p.Scope.Towns == nil && len(seen) < 40 {
			t.Errorf("%s has followed %d links only", p.Name, len(seen))
		}
	}
	if all := entries(t, h.door); !slices.ContainsFunc(all, func(e trail.Entry) bool { return e.Action == trail.Uploaded }) {
		t.Error("no upload stands in the trail")
	}
}

// TestTheTrailNamesNoPersonsToOthers: an auditor reads who looked at whom by a pseudonym, the committee by the ID.
func TestTheTrailNamesNoPersonsToOthers(t *testing.T) {
	h := newHouse(t)
	committee, auditor := as(t, h.URL, "committee"), as(t, h.URL, "auditor")
	h.do(t, committee, http.MethodGet, "/cadres?member=MB11", sent{})
	for _, address := range []string{"/trail", "/trail?format=csv&table=trail"} {
		if _, body := h.do(t, committee, http.MethodGet, address, sent{}); !strings.Contains(body, "MB11") {
			t.Errorf("%s: the committee does not read of whom", address)
		}
		if _, body := h.do(t, auditor, http.MethodGet, address, sent{}); strings.Contains(body, "MB11") || !strings.Contains(body, "p1-") {
			t.Errorf("%s: the auditor reads the ID, or no pseudonym", address)
		}
	}
}

// TestNamesInWhatTheServerLends: names of persons stand in names of files, in the log of a run, in notices and in the trail. Whoever
// sees the town's persons reads them, others do not.
func TestNamesInWhatTheServerLends(t *testing.T) {
	run := pipelines.Run{ID: "r1", State: "failed", StartedAt: time.Now(), FinishedAt: time.Now(), Error: "王小明 failed",
		Files:   []pipelines.Reconciliation{{FileID: "aa", Name: "王小明走访.csv", Export: "visits", Read: 3, Accepted: 3}},
		Log:     []pipelines.LogLine{{At: time.Now(), Level: "WARN", Text: "read 王小明走访.csv"}},
		Changed: []pipelines.FigureChange{{From: pipelines.Figure{Measure: "card_rate", Month: "2018-01"}, To: pipelines.Figure{Measure: "card_rate", Month: "2018-01"}, Files: []pipelines.AuthoredFile{{Name: "王小明走访.csv"}}}}}
	h := newHouse(t, func(c *Config) {
		c.Runs = func() ([]pipelines.Run, error) { return []pipelines.Run{run}, nil }
		c.Notices = func() ([]pipelines.Notice, error) {
			return []pipelines.Notice{{CreatedAt: time.Now(), Title: "王小明走访.csv", State: pipelines.NoticeSent}}, nil
		}
	})
	h.do(t, as(t, h.URL, "office"), http.MethodPost, "/upload", files(t, "王小明走访.csv", "a,b\n"))
	for _, address := range []string{"/runs?run=r1", "/runs?format=csv&table=figures", "/runs?format=csv&table=notices", "/trail", "/trail?format=csv&table=trail"} {
		for account, sees := range map[string]bool{"office": true, "auditor": false, "administrator": false} {
			response, body := h.do(t, as(t, h.URL, account), http.MethodGet, address, sent{})
			if !sees && strings.HasPrefix(address, "/runs?format=") && response.StatusCode == http.StatusNotFound {
				continue // he takes no tables away
			}
			if strings.Contains(body, "王小明") != sees || !sees && !strings.Contains(body, "王**走访") {
				t.Errorf("%s as %s: the name is shown: %v", address, account, !sees)
			}
		}
	}
	if run.Files[0].Name != "王小明走访.csv" {
		t.Error("the record itself was changed")
	}
}
