package page

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/month"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/page/places"
	"hulian/dashboards/page/work"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/queries"
)

func TestNamesAreMasked(t *testing.T) {
	for _, c := range []struct {
		who         visitor.Visitor
		head, hides string
	}{{asktest.Office, "赵大有", "赵**"}, {asktest.Analyst, "赵**", "赵大有"}} {
		r := asktest.Asked(t, "visits", "")
		r.Visitor = c.who
		v, err := Build(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if said := fmt.Sprint(tableOf(t, v, "unvisited").Rows); !strings.Contains(said, c.head) || strings.Contains(said, c.hides) {
			t.Errorf("%s reads %.200s", c.who.Role, said)
		}
	}
}

func TestLinksKeepThePlace(t *testing.T) {
	r := asktest.Asked(t, "issues", "month=2017-12&branch=B21&lang=en")
	if r.Village != "V2" || r.Branch != "B21" || r.Month != "2017-12" {
		t.Fatalf("village %s, branch %s, month %s", r.Village, r.Branch, r.Month)
	}
	for _, c := range []struct{ got, want string }{
		{r.Link("visits"), "/visits?branch=B21&lang=en&month=2017-12"},
		{r.Link("capacity"), "/capacity?lang=en&month=2017-12&village=V2"}, // takes no branch: its village stays
		{r.Link("data"), "/data?lang=en&month=2017-12"},
		{r.Link("issues", question.In("")), "/issues?lang=en&month=2017-12"},
		{r.Link("village", question.In("V1"), question.Speaking(language.Chinese)), "/village?month=2017-12&village=V1"},
		{r.Link("measures", question.With("measure", "card_rate"), question.At("2018-01")), "/measures?branch=B21&lang=en&measure=card_rate&month=2018-01"},
		{asktest.Asked(t, "overview", "").Link("overview"), "/"}, // the newest month is not pinned by links
		{asktest.Asked(t, "overview", "village=V1&utm=x").Link("issues"), "/issues?village=V1"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

func TestFiltersAreChecked(t *testing.T) {
	s := asktest.Opened(t)
	p, _ := question.ByID("issues")
	for query, want := range map[string]error{
		"month=2018-2": question.ErrBadFilter, "month=2018-1": question.ErrBadFilter, "month=2016-01": question.ErrBadFilter, "lang=de": question.ErrBadFilter,
		"village=v1": question.ErrUnknownUnit, "branch=x": question.ErrUnknownUnit, "month=2018-01&village=V1&lang=zh": nil,
	} {
		values, _ := url.ParseQuery(query)
		if _, err := block.Ask(s, p, values); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", query, err, want)
		}
	}
}

func TestEveryGroupHasANameAndAPlace(t *testing.T) {
	for _, m := range queries.Measures() {
		if language.Groups[m.Group].Zh == "" || language.Groups[m.Group].En == "" || !slices.Contains(language.GroupOrder, m.Group) {
			t.Errorf("group %s of %s has no name or no place in the order", m.Group, m.ID)
		}
		if r := (block.Request{}); r.Suffix(m.Unit) == "" && m.Unit != "count" && m.Unit != "coefficient" {
			t.Errorf("unit %s of %s is not written", m.Unit, m.ID)
		}
	}
	for _, ids := range [][]string{month.Watched, block.ByUnit, work.IssueMeasures, work.VisitMeasures, places.CapacityMeasures, work.Steps()} {
		for _, id := range ids {
			if _, ok := queries.MeasureOf(id); !ok {
				t.Errorf("a page shows %s, which no definition knows", id)
			}
		}
	}
}

func TestPagesAreComplete(t *testing.T) {
	ids, paths := map[string]bool{}, map[string]bool{}
	for _, p := range question.Pages() {
		if p.Title.Zh == "" || p.Title.En == "" || p.Question.Zh == "" || p.Question.En == "" || builders[p.ID] == nil || !strings.HasPrefix(p.Path, "/") {
			t.Errorf("page %q lacks a title, a question, a path or its function", p.ID)
		}
		if ids[p.ID] || paths[p.Path] {
			t.Errorf("page %q or its path stands twice", p.ID)
		}
		ids[p.ID], paths[p.Path] = true, true
		if p.Takes.Has(question.ByBranch) && !p.Takes.Has(question.ByVillage) {
			t.Errorf("page %q takes branches without villages", p.ID)
		}
	}
}

// What people fill in on a page is kept by one form, as rows of an export of entries, and leads back to the page.
func TestEveryEntryFormHasItsExportAndItsPage(t *testing.T) {
	exports := map[string]bool{}
	for _, f := range EntryForms {
		contract, known := data.ContractOf(f.Export)
		if !known || !contract.IsEntry() || contract.OfFiles {
			t.Errorf("the form of %q keeps rows of no such export", f.Export)
		}
		if p, is := question.ByID(f.Page); !is || !slices.Contains(p.Params, "refused") || !slices.Contains(p.Params, "done") {
			t.Errorf("page %q of the form of %s does not say what came of it", f.Page, f.Export)
		}
		if exports[f.Export] {
			t.Errorf("%s has two forms", f.Export)
		}
		exports[f.Export] = true
	}
	if _, known := EntryFormOf("visits"); known || len(exports) == 0 {
		t.Error("what people send in files has a form")
	}
}

// Tables are what pages, downloads and reports share: their rows must fit their columns and their IDs must be unique.
func TestEveryViewIsWellFormed(t *testing.T) {
	s := asktest.Opened(t)
	for _, p := range question.Pages() {
		for _, query := range []string{"", "village=V1", "branch=B12", "lang=en&branch=B31", "month=2016-02"} {
			values, _ := url.ParseQuery(query)
			r, err := block.Ask(s, p, values)
			if err != nil {
				t.Fatal(err)
			}
			r.Visitor = asktest.Analyst
			r.Programme, r.Visitor = data.DefaultProgramme(), asktest.Office
			v, err := Build(t.Context(), r)
			if err != nil {
				t.Errorf("%s?%s: %v", p.Path, query, err)
				continue
			}
			seen := map[string]bool{}
			for _, table := range v.Tables() {
				if table.ID == "" || seen[table.ID] {
					t.Errorf("%s?%s: table %q has no ID of its own", p.Path, query, table.ID)
				}
				seen[table.ID] = true
				for _, row := range append(slices.Clone(table.Rows), table.Total) {
					if row != nil && len(row) != len(table.Columns) {
						t.Errorf("%s?%s: table %s has %d columns and a row of %d", p.Path, query, table.ID, len(table.Columns), len(row))
					}
				}
			}
			again, err := Build(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(v, again, cmpopts.EquateNaNs(), cmpopts.IgnoreUnexported(view.Listing{})); diff != "" {
				t.Errorf("%s?%s: the same snapshot gave another view:\n%s", p.Path, query, diff)
			}
		}
	}
}

// A town that has sent only its list of villages sees pages that say what is missing, not errors and not empty axes.
func TestPagesOfATownWithoutData(t *testing.T) {
	town := pagetest.New(t)
	tables, err := town.Query(t.Context(), "select table_name from information_schema.tables where table_schema = 'main' and table_type = 'BASE TABLE' and table_name not in ('snapshot_facts', 'units')")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range tables.Rows {
		town.Exec(t, fmt.Sprintf("delete from %s", row[0]))
	}
	s, err := facts.Open(t.Context(), town)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range question.Pages() {
		for _, query := range []string{"", "village=V1", "branch=B12&lang=en"} {
			values, _ := url.ParseQuery(query)
			r, err := block.Ask(s, p, values)
			if err != nil {
				t.Fatal(err)
			}
			r.Visitor = asktest.Analyst
			r.Programme, r.Visitor = data.DefaultProgramme(), asktest.Office
			v, err := Build(t.Context(), r)
			if err != nil {
				t.Errorf("%s?%s: %v", p.Path, query, err)
			}
			for _, block := range v.Flat() {
				if c, ok := block.(*view.Chart); ok && !c.Blank() {
					t.Errorf("%s?%s: chart %s draws what is not there", p.Path, query, c.ID)
				}
			}
		}
	}
	r := asktest.Asked(t, "overview", "")
	r.Snapshot = s
	if got := month.NeverArrived(r, facts.Measured{}); len(got) != 1 || !strings.Contains(got[0].(view.Callout).Text, "走访记录") {
		t.Errorf("what has not arrived: %+v", got)
	}
}
