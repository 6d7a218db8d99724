package load

import (
	"encoding/json"
	"fmt"
	"hulian/pipelines/load/statement"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// realData gives a folder of the public data sets that are kept beside the repository.
func realData(t testing.TB, name string) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "realdata", name)
	if !exists(dir) {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not there", dir)
		}
		t.Skipf("%s is not there", dir)
	}
	return dir
}

func readTruths(t *testing.T, dir string, into any) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "truths.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, into); err != nil {
		t.Fatal(err)
	}
}

// number compares one number a query returns with the truth, to the digits the truth is given in.
func (town *town) number(want float64, query string, args ...any) {
	town.t.Helper()
	var got float64
	switch v := town.rows(query, args...)[0][0].(type) {
	case int64:
		got = float64(v)
	case float64:
		got = v
	default:
		town.t.Errorf("%s gives %v", query, v)
		return
	}
	if math.Abs(got-want) > 5e-5*math.Max(1, math.Abs(want)/10) {
		town.t.Errorf("%s gives %v, want %v", query, got, want)
	}
}

type chicagoFlow struct {
	Rows   int
	Closed int
	Share  float64 `json:"share_closed"`
	Days   struct {
		Median, Mean, P25, P75, P90, Min, Max float64
		Negative, Zero                        float64
	} `json:"days_to_close_naive"`
	FirstOpen string `json:"first_open"`
	LastOpen  string `json:"last_open"`
	LastClose string `json:"last_close"`
	Category  struct {
		Distinct int
		Top      []struct {
			Value  string
			N      float64
			Share  float64 `json:"share_closed"`
			Median float64 `json:"median_days_naive"`
		}
	} `json:"by_category_top10"`
	Area struct {
		Distinct int
		Top      []struct {
			Value  any
			N      float64
			Share  float64 `json:"share_closed"`
			Median float64 `json:"median_days_naive"`
		}
	} `json:"by_area_top10"`
}

// TestChicagoLoadsByMappingAlone loads 74,401 real requests and 77 areas and reproduces what is known about them.
func TestChicagoLoadsByMappingAlone(t *testing.T) {
	dir := realData(t, "us-chicago-sanitation-311")
	var truth struct {
		All      chicagoFlow `json:"requests.csv"`
		From2011 chicagoFlow `json:"created_2011_or_later"`
		NoDup    chicagoFlow `json:"excluding_dup"`
		Status   [][]any
		Rates    struct {
			City float64
			Top  []struct {
				Area string `json:"community_area"`
				Name string
				N    float64
				Rate float64
			} `json:"top10"`
			Bottom []struct {
				Area string `json:"community_area"`
				Name string
				N    float64
				Rate float64
			} `json:"bottom5"`
		} `json:"rates_2011_2014_per_1000"`
		Areas struct {
			Rows       float64
			Population float64 `json:"population_2010_sum"`
		} `json:"community_areas.csv"`
	}
	var loose map[string]any
	readTruths(t, dir, &loose)
	stringAreas(loose)
	content, _ := json.Marshal(loose)
	if err := json.Unmarshal(content, &truth); err != nil {
		t.Fatal(err)
	}
	town := newTown(t)
	town.mappings = filepath.Join("testdata", "mappings")
	town.land(filepath.Join(dir, "community_areas.csv"))
	town.land(filepath.Join(dir, "requests.csv"))
	result := town.load()
	for _, f := range result.Files {
		if f.Quarantined+f.Ignored > 0 || f.Problem != "" {
			t.Errorf("%+v", f)
		}
	}
	flow := func(where string, f chicagoFlow) {
		t.Helper()
		from := " from exports.issues where " + where
		days := "date_diff('day', reported_at, resolved_at)"
		town.number(float64(f.Rows), "select count(*)"+from)
		town.number(float64(f.Closed), "select count(resolved_at)"+from)
		town.number(f.Share, "select count(resolved_at) / count(*)"+from)
		for _, quantile := range []struct {
			at, want float64
		}{{.25, f.Days.P25}, {.5, f.Days.Median}, {.75, f.Days.P75}, {.9, f.Days.P90}, {0, f.Days.Min}, {1, f.Days.Max}} {
			town.number(quantile.want, fmt.Sprintf("select quantile_cont(%s, %v)%s", days, quantile.at, from))
		}
		town.number(f.Days.Mean, "select avg("+days+")"+from)
		town.number(f.Days.Zero, "select count(*) filter (where "+days+" = 0)"+from)
		town.number(f.Days.Negative, "select count(*) filter (where "+days+" < 0)"+from)
		town.want("select strftime(min(reported_at), '%Y-%m-%d %H:%M:%S'), strftime(max(reported_at), '%Y-%m-%d %H:%M:%S'), strftime(max(resolved_at), '%Y-%m-%d %H:%M:%S')"+from,
			f.FirstOpen+" "+f.LastOpen+" "+f.LastClose)
		for _, c := range f.Category.Top {
			value := c.Value
			if value == "Other" {
				value = "other" // the contract has a category of that name
			}
			if value == "" {
				value = "unspecified"
			}
			one := fmt.Sprintf("%s and category = %s", from, statement.Literal(value))
			town.number(c.N, "select count(*)"+one)
			town.number(c.Share, "select count(resolved_at) / count(*)"+one)
			town.number(c.Median, "select median("+days+")"+one)
		}
		for _, a := range f.Area.Top {
			one := fmt.Sprintf("%s and village_id = %s", from, statement.Literal(fmt.Sprint(a.Value)))
			town.number(a.N, "select count(*)"+one)
			town.number(a.Share, "select count(resolved_at) / count(*)"+one)
			town.number(a.Median, "select median("+days+")"+one)
		}
	}
	flow("true", truth.All)
	flow("reported_at >= '2011-01-01'", truth.From2011)
	flow("reported_at >= '2011-01-01' and title not like '% - Dup'", truth.NoDup)
	town.number(float64(truth.All.Area.Distinct), "select count(distinct village_id) from exports.issues")
	town.number(float64(truth.All.Category.Distinct), "select count(distinct category) from exports.issues")
	for _, s := range truth.Status {
		town.number(s[1].(float64), "select count(*) from exports.issues where title = ?", s[0])
	}
	town.number(truth.Areas.Rows, "select count(*) from exports.villages where town = 'Chicago'")
	town.number(truth.Areas.Population, "select sum(resident_population) from exports.population where as_of = '2010-04-01'")
	for _, r := range append(truth.Rates.Top, truth.Rates.Bottom...) {
		town.number(r.Rate, `select 1000.0 * count(*) / any_value(p.resident_population) from exports.issues i join exports.population p using (village_id)
			join exports.villages v using (village_id) where i.reported_at >= '2011-01-01' and v.name = ?`, r.Name)
	}
}

// stringAreas writes area numbers of the truths as text, for they come as numbers and as strings.
func stringAreas(v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			if n, ok := inner.(float64); ok && k == "community_area" {
				v[k] = fmt.Sprint(n)
			}
			stringAreas(inner)
		}
	case []any:
		for _, inner := range v {
			stringAreas(inner)
		}
	}
}

// TestBangladeshVisitsLoadByMappingAlone loads a field log whose households, interviewers and organisations stand in
// the same file, with times of another zone.
func TestBangladeshVisitsLoadByMappingAlone(t *testing.T) {
	dir := realData(t, "bd-survey-visits-2018")
	var truth struct {
		Rows        float64
		Consent     [][]any
		Enumerators float64
		Each        struct {
			Median, Max float64
			Top         [][]any `json:"top10"`
		} `json:"visits_per_enumerator"`
		Minutes struct {
			Median, P10, P90, Min, Max float64
		} `json:"minutes_start_to_end"`
		MinutesYes float64 `json:"median_minutes_consent_yes"`
		Dates      float64 `json:"distinct_survey_dates"`
		Differ     float64 `json:"survey_date_differs_from_start_date"`
		Union      []struct {
			Union                          string
			Households, Population, Visits float64
			Yes                            float64 `json:"completed_yes"`
		} `json:"by_union"`
	}
	readTruths(t, dir, &truth)
	town := newTown(t)
	town.clock = time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)
	town.mappings = filepath.Join("testdata", "mappings")
	town.zone = "Asia/Dhaka"
	town.land(filepath.Join(dir, "union_targets.csv"))
	town.land(filepath.Join(dir, "visits.csv"))
	for _, f := range town.load().Files {
		if f.Quarantined > 0 || f.Problem != "" {
			t.Errorf("%+v", f)
		}
	}
	town.number(truth.Rows, "select count(*) from exports.visits")
	town.number(truth.Rows, "select count(*) from exports.households")
	town.number(truth.Enumerators, "select count(*) from exports.members")
	for _, c := range truth.Consent {
		town.number(c[1].(float64), "select count(*) from exports.visits where note = ?", c[0])
	}
	each := "(select count(*) as n from exports.visits group by member_id)"
	town.number(truth.Each.Median, "select median(n) from "+each)
	town.number(truth.Each.Max, "select max(n) from "+each)
	for _, e := range truth.Each.Top {
		town.number(e[1].(float64), "select count(*) from exports.visits where member_id = ?", e[0])
	}
	for at, want := range map[float64]float64{.5: truth.Minutes.Median, .1: truth.Minutes.P10, .9: truth.Minutes.P90, 0: truth.Minutes.Min, 1: truth.Minutes.Max} {
		town.number(want, fmt.Sprintf("select quantile_cont(minutes, %v) from exports.visits", at))
	}
	town.number(truth.MinutesYes, "select median(minutes) from exports.visits where note = 'yes'")
	town.number(truth.Dates, "select count(distinct cast(visited_at as date)) from exports.visits")
	town.number(truth.Differ, "select count(*) from exports.households h join exports.visits v using (household_id) where h.linked_since <> cast(v.visited_at as date)")
	for _, u := range truth.Union {
		town.number(u.Visits, "select count(*) from exports.visits join exports.households using (household_id) where village_id = ?", u.Union)
		town.number(u.Yes, "select count(*) from exports.visits v join exports.households using (household_id) where village_id = ? and v.note = 'yes'", u.Union)
		town.number(u.Population, "select resident_population from exports.population where village_id = ?", u.Union)
		town.number(u.Households, "select households from exports.population where village_id = ?", u.Union)
	}
}
