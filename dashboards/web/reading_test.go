package web

import (
	"encoding/csv"
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// signal makes the town's coverage leave its limits in January and leaves its other months as they are.
const signal = `update measures set denominator = 600, numerator = case when month = '2018-01' then 580 else 300 + cast(substr(month, 6, 2) as integer) % 3 end
	where measure = 'household_coverage' and level = 'town'`

// TestEveryMeasureIsReadEverywhere: wherever a tile or a table shows a measure, its reading stands with it: the pair of
// icons with a name each, the interval, one sentence, and the method in it; no network, no script and no style needed.
func TestEveryMeasureIsReadEverywhere(t *testing.T) {
	server, client, served, _ := site(t)
	served.Exec(t, signal)
	served.Exec(t, "update measures set value = numerator / denominator where measure = 'household_coverage' and level = 'town'")
	sparkTile := regexp.MustCompile(`(?s)<div class="tile" tabindex="0" id="tile-[^"]*"><div class="label">[^\n]*\n<div class="figure"><span class="value[^n]*?>[^–].*?</dl></div>`)
	tile := regexp.MustCompile(`(?s)<div class="stat .*?</div>\s*<span class="value">.*?</div>`)
	for _, address := range []string{"/", "/issues", "/visits", "/points", "/organisation", "/village?village=V1", "/village?branch=B11", "/measures?measure=card_rate"} {
		for _, lang := range []string{"zh", "en"} {
			at := address + map[bool]string{true: "&", false: "?"}[strings.Contains(address, "?")] + "lang=" + lang
			_, body := get(t, client, server.URL+at)
			tiles, drawn := tile.FindAllString(body, -1), sparkTile.FindAllString(body, -1)
			if len(tiles)+len(drawn) == 0 {
				t.Errorf("%s shows no measure", at)
			}
			for _, shown := range drawn {
				if !strings.Contains(shown, `class="verdict`) || !strings.Contains(shown, map[string]string{"zh": "<dt>研判</dt>", "en": "<dt>Reading</dt>"}[lang]) {
					t.Errorf("%s: no verdict, or no sentence behind it, in %s", at, shown)
				}
			}
			for _, shown := range tiles {
				if !strings.Contains(shown, `href="/measures?`) && !strings.HasPrefix(address, "/measures") {
					continue // a count of the registry and no measure
				}
				if n := strings.Count(shown, `role="img" aria-label="`); n != 2 && !strings.Contains(shown, `class="unread"`) || strings.Contains(shown, `aria-label=""`) {
					t.Errorf("%s: %d named icons in %s", at, n, shown)
				}
				if !strings.Contains(shown, `class="reading"`) {
					t.Errorf("%s: no sentence in %s", at, shown)
				}
			}
			if want := map[string]string{"zh": "图标怎样读", "en": "How to read the icons"}[lang]; len(tiles) > 0 && !strings.Contains(body, want) {
				t.Errorf("%s does not say how to read its icons", at)
			}
		}
	}
	_, body := get(t, client, server.URL+"/visits")
	for _, want := range []string{`<svg class="improving"`, `aria-label="改善信号"`, ">高</text>", `aria-label="达不到目标"`, "95% 区间", "改善超出正常波动"} {
		if !strings.Contains(body, want) {
			t.Errorf("/visits does not show %s", want)
		}
	}
	// The download of a table says in words what its icons say.
	_, body = get(t, client, server.URL+"/?format=csv&table=changes&lang=en")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if header := strings.Join(rows[0], ","); !strings.Contains(header, "Jan 2018 95% interval,Jan 2018 reading") {
		t.Errorf("header %s", header)
	}
	if first := rows[1]; first[0] != "Households visited" || first[4] != "94.9–97.8%" || !strings.Contains(first[5], "a signal of improvement") {
		t.Errorf("the surest signal comes first, with interval and sentence: %q", first)
	}
}

// TestTheOverviewAnswersItsQuestion: what changed stands before everything else, and where the change comes from adds up.
func TestTheOverviewAnswersItsQuestion(t *testing.T) {
	server, client, served, _ := site(t)
	served.Exec(t, signal)
	served.Exec(t, "update measures set value = numerator / denominator where measure = 'household_coverage' and level = 'town'")
	_, body := get(t, client, server.URL+"/?lang=en")
	lead := body[strings.Index(body, `<div class="lead">`):]
	if lead, _, _ = strings.Cut(lead, "</p>"); !strings.Contains(lead, ": improving (1): Households visited; ") {
		t.Errorf("the first sentence is %s", lead)
	}
	order := []string{`<h1 class="headline">`, `id="figure-tiles"`, `id="figure-map"`, `id="table-decisions"`, `id="figure-matrix"`, `id="table-press"`, `<div class="lead">`, `id="figure-signals"`, `id="figure-trend"`, `id="table-changes"`, `id="table-steady"`, `id="figure-split"`, `id="stands"`}
	at := 0
	for _, part := range order {
		i := strings.Index(body, part)
		if i < at {
			t.Errorf("%s stands at %d, after %d", part, i, at)
		}
		at = i
	}
	if !strings.Contains(html.UnescapeString(body), "Upright lines: May 2017 start in 1 village; Aug 2017 +2 villages.") {
		t.Error("the events of the programme are not named below the chart")
	}
	for _, measure := range []string{"", "silent_members"} {
		_, body = get(t, client, server.URL+"/?format=csv&table=split&lang=en&split="+measure)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != 6 { // header, three villages, the town, what the file is
			t.Fatalf("%d rows: %q", len(rows), rows)
		}
		sum := 0.0
		for _, row := range rows[1:4] {
			sum += float(t, row[len(row)-1])
		}
		if total := float(t, rows[4][len(rows[4])-1]); sum-total > .002 || total-sum > .002 {
			t.Errorf("split=%s: the villages' parts sum to %v, the change is %v", measure, sum, total)
		}
	}
	if response, _ := get(t, client, server.URL+"/?split=nonsense"); response.StatusCode != 400 {
		t.Errorf("a measure nobody knows: %s", response.Status)
	}
}

func float(t *testing.T, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}
