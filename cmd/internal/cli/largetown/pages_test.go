//go:build unix

package largetown

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/question"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/data/sample"
	"hulian/pipelines/model"
	"hulian/pipelines/publish"
	"hulian/pipelines/warehouse"
)

// A town of 300 villages and 350,000 issues, kept for the next time:
// go test ./cmd/internal/cli/largetown -run ^$ -bench Pages -benchtime 1x -timeout 1h -villages 300 -issues 350000 -town /tmp/large
var (
	townVillages = flag.Int("villages", 22, "villages of the town, a multiple of 11 or the next one")
	townIssues   = flag.Int("issues", 5_000, "issues of the town, about")
	townFolder   = flag.String("town", "", "folder the town is made in once and kept; empty: made anew")
	everyLink    = flag.Int("links", 3, "addresses asked for of each page and set of parameters; 0: no links are followed")
	onlyPages    = flag.String("pages", "", "pages started from nothing, by their IDs with commas; empty: all")
	keepAnswers  = flag.String("keep", "", "folder that answers are written to, to compare those of two versions; empty: nowhere")
)

// villagesOfSample is how many villages one copy of the sample town adds.
const villagesOfSample = 11

// BenchmarkPages starts a server for every page, so that nothing is known yet, and asks for the page in both languages.
// Then it follows the links of all pages on one server, each address for the first time, and asks for each again. The
// design asks for a second at most, of every page of the large town.
func BenchmarkPages(b *testing.B) {
	town := *townFolder
	if town == "" {
		town = filepath.Join(b.TempDir(), "town")
	}
	if _, err := os.Stat(town); err != nil {
		making := town + ".making" // what an interrupted start leaves is no town
		clitest.Must(b, os.RemoveAll(making))
		enlarge(b, making, *townVillages, *townIssues)
		clitest.Must(b, os.Rename(making, town))
	}
	office := visitor.Visitor{Role: visitor.Office, Scope: visitor.Scope{Towns: []string{"any"}}} // not all pages are open to it
	b.ResetTimer()
	for b.Loop() {
		cold, fresh, again := map[string]spent{}, map[string]spent{}, map[string]spent{}
		for _, p := range question.Pages() {
			if !p.OpenTo(office) || *onlyPages != "" && !slices.Contains(strings.Split(*onlyPages, ","), p.ID) {
				continue
			}
			for _, address := range []string{p.Path, p.Path + "?lang=en"} {
				s := served(b, town)
				cold[address] = s.ask(b, address, nil)
				s.Stop(b)
			}
		}
		report(b, "cold", cold)
		if *everyLink == 0 {
			continue
		}
		s := served(b, town)
		s.follow(b, fresh, again)
		s.Stop(b)
		report(b, "first", fresh)
		report(b, "again", again)
	}
}

// spent is what an answer took, by the clock and of the processors; the server runs in this process. On a busy machine only the
// second says anything.
type spent struct{ clock, processor time.Duration }

func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	clitest.Must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// report gives the slowest address as a metric, and names the slowest ones.
func report(b *testing.B, kind string, took map[string]spent) {
	b.Helper()
	addresses := slices.SortedFunc(maps.Keys(took), func(x, y string) int { return cmp.Compare(took[y].processor, took[x].processor) })
	for _, address := range addresses[:min(len(addresses), 20)] {
		fmt.Fprintf(os.Stderr, "%s %6.3f s %6.3f cpu-s %s\n", kind, took[address].clock.Seconds(), took[address].processor.Seconds(), address)
	}
	b.ReportMetric(took[addresses[0]].clock.Seconds(), "s/slowest-"+kind)
	b.ReportMetric(took[addresses[0]].processor.Seconds(), "cpu-s/slowest-"+kind)
}

// site is a server that is asked as the organisation office, which sees every page but the list of accounts.
type site struct {
	*clitest.Running
	client *http.Client
}

func served(b *testing.B, town string) site {
	b.Helper()
	r := clitest.Start(b, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	return site{r, clitest.As(b, r, visitor.Office, "")}
}

func (s site) ask(b *testing.B, address string, body *string) spent {
	b.Helper()
	started, before := time.Now(), processor(b)
	status, content := clitest.Exchange(b, s.client, http.MethodGet, strings.TrimSuffix(s.Address, "/")+address)
	took := spent{time.Since(started), processor(b) - before}
	if status != http.StatusOK {
		b.Errorf("%s: status %d\n%.300s", address, status, content)
	}
	if body != nil {
		*body = content
	}
	if *keepAnswers != "" {
		clitest.Must(b, os.WriteFile(filepath.Join(*keepAnswers, url.QueryEscape(address)+".html"), []byte(content), 0o600))
	}
	return took
}

var href = regexp.MustCompile(`href="(/[^"]*)"`)

// follow asks for every kind of address that pages lead to, by page and the names of its parameters, some of each kind.
func (s site) follow(b *testing.B, fresh, again map[string]spent) {
	kinds := map[string]int{}
	queue := []string{"/", "/?lang=en"}
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		var body string
		fresh[address] = s.ask(b, address, &body)
		again[address] = s.ask(b, address, nil)
		for _, found := range href.FindAllStringSubmatch(body, -1) {
			link, _, _ := strings.Cut(strings.ReplaceAll(found[1], "&amp;", "&"), "#")
			if _, known := fresh[link]; known || strings.HasPrefix(link, "/assets/") || strings.HasPrefix(link, "/marked/") || slices.Contains(queue, link) {
				continue
			}
			if kind := kindOf(link); kinds[kind] < *everyLink {
				kinds[kind]++
				queue = append(queue, link)
			}
		}
	}
}

func kindOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return link
	}
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(u.Query())), question.IsOfList) // one order of one table stands for the others
	return u.Path + " " + strings.Join(names, " ") + " " + u.Query().Get("lang")
}

// enlarge makes the town: the smallest sample town, whose villages and all they hold are there many times under names of
// their own, and whose issues are many times as many.
func enlarge(b *testing.B, town string, villages, issues int) {
	b.Helper()
	_, err := sample.Write(b.Context(), sample.Options{Dir: town, Scale: sample.SmallestScale})
	clitest.Must(b, err)
	clitest.Says(b, clitest.Done, "", "run", "--dir", town)
	// What the sample holds is published; the next publication is the large town.
	w, err := warehouse.Open(b.Context(), warehouse.Config{Path: filepath.Join(town, "warehouse.duckdb")})
	clitest.Must(b, err)
	defer clitest.MustClose(b, w)
	clitest.Must(b, multiply(b, w, (villages+villagesOfSample-1)/villagesOfSample, issues))
	result, err := model.Build(b.Context(), w, model.Config{Programme: data.DefaultProgramme()})
	clitest.Must(b, err)
	_, err = publish.Publish(b.Context(), w, town, publish.Manifest{Version: "large town", CutOff: result.CutOff.Format(time.DateOnly)})
	clitest.Must(b, err)
	clitest.Must(b, os.RemoveAll(filepath.Join(town, "inbox")))
}

// multiply copies all rows of the exports and their history under IDs of their own, then the issues alone: at other
// households of the same village and on other days.
func multiply(b *testing.B, w *warehouse.Warehouse, copies, issues int) error {
	tables, err := w.Query(b.Context(), `select table_schema || '.' || table_name, string_agg(column_name || ' || ''-'' || t as ' || column_name, ', ')
		from information_schema.columns where table_schema in ('exports', 'history') and data_type = 'VARCHAR'
		and (column_name like '%\_id' escape '\' or column_name = 'reopened_from' or (table_name = 'villages' and column_name = 'name')) group by 1`)
	if err != nil {
		return err
	}
	for _, row := range tables.Rows {
		statement := fmt.Sprintf("insert into %[1]s by name select * exclude (t) replace (%[2]s) from %[1]s, range(1, %[3]d) s(t)", row[0], row[1], copies)
		if err := w.Exec(b.Context(), statement); err != nil {
			return errors.Join(err, errors.New(statement))
		}
	}
	there, err := w.Query(b.Context(), "select count(*) from exports.issues")
	if err != nil {
		return err
	}
	times := int64(issues) / max(1, there.Rows[0][0].(int64))
	return w.Exec(b.Context(), fmt.Sprintf(`insert into exports.issues by name
		with homes as (select village_id, list(household_id order by household_id) as ids from exports.households group by village_id),
		moved as (select i.*, n, h.ids, cast(hash(i.issue_id, n) %% 12 as integer) * interval '1' day as earlier
			from exports.issues i, range(1, %d) s(n), homes h where h.village_id = i.village_id)
		select * exclude (n, ids, earlier) replace (issue_id || '+' || n as issue_id, null as reopened_from, ids[cast(1 + hash(issue_id, n, 1) %% len(ids) as bigint)] as household_id,
			reported_at - earlier as reported_at, classified_at - earlier as classified_at, routed_at - earlier as routed_at, resolved_at - earlier as resolved_at,
			fed_back_at - earlier as fed_back_at, supervised_at - earlier as supervised_at, due_on - earlier as due_on)
		from moved`, times))
}
