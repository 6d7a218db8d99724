package page

import (
	"net/url"
	"strings"
	"testing"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries/reading"
)

// A month that leaves the limits is a signal in the picture, in its table and in the sentence; the steady ones are not.
func TestControlChartShowsTheSignal(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, `update measures set denominator = 600,
		numerator = case when month = '2018-01' then 540 else 300 + cast(substr(month, 6, 2) as integer) % 3 end
		where measure in ('household_coverage', 'silent_members') and level = 'town'`)
	town.Exec(t, "update measures set value = numerator / denominator where measure in ('household_coverage', 'silent_members') and level = 'town'")
	s, err := facts.Open(t.Context(), town)
	if err != nil {
		t.Fatal(err)
	}
	for measure, want := range map[string]view.Tone{"household_coverage": view.ToneBetter, "silent_members": view.ToneWorse} {
		p, _ := question.ByID("measures")
		r, err := block.Ask(s, p, url.Values{"measure": {measure}})
		if err != nil {
			t.Fatal(err)
		}
		r.Visitor = asktest.Analyst
		r.Programme = data.DefaultProgramme()
		v, err := Build(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		var c *view.Chart
		for _, block := range v.Flat() {
			if found, ok := block.(*view.Chart); ok {
				c = found
			}
		}
		if c == nil {
			t.Fatalf("%s: the page draws nothing", measure)
		}
		rows := c.Table.Rows
		last, steady := rows[len(rows)-1], rows[5] // 2016-07, long before
		if last[0].Text != "2018-01" || last[5].Tone != want || last[5].Text == "" || steady[5].Text != "" {
			t.Errorf("%s: the last month reads %+v, a steady one %+v; want tone %q on the last", measure, last[5], steady[5], want)
		}
		// Nine months since the start are a run chart: a median and no limits. The fifteen before have limits.
		if last[2].Text != reading.Missing || last[3].Text == reading.Missing || last[4].Text != reading.Missing || steady[2].Text == reading.Missing || steady[4].Text == reading.Missing {
			t.Errorf("%s: limits of the last month %+v, of a month before the start %+v", measure, last, steady)
		}
		tile := v.Flat()[0].(view.Stats).Tiles[0]
		if tile.Tone != want || !strings.Contains(tile.Reading, "超出正常波动") {
			t.Errorf("%s: the tile reads %q with tone %q, want %q", measure, tile.Reading, tile.Tone, want)
		}
	}
}
