package page

import (
	"net/url"
	"strings"
	"testing"

	"hulian/dashboards/page/pagetest"
	"hulian/data"
)

// A month that leaves the limits is a signal in the picture, in its table and in the sentence; the steady ones are not.
func TestControlChartShowsTheSignal(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, `update measures set denominator = 600,
		numerator = case when month = '2018-01' then 540 else 300 + cast(substr(month, 6, 2) as integer) % 3 end
		where measure in ('household_coverage', 'silent_members') and level = 'town'`)
	town.Exec(t, "update measures set value = numerator / denominator where measure in ('household_coverage', 'silent_members') and level = 'town'")
	s, err := Open(t.Context(), town)
	if err != nil {
		t.Fatal(err)
	}
	for measure, want := range map[string]Tone{"household_coverage": ToneBetter, "silent_members": ToneWorse} {
		p, _ := ByID("measures")
		r, err := Ask(s, p, url.Values{"measure": {measure}})
		if err != nil {
			t.Fatal(err)
		}
		r.Programme = data.DefaultProgramme()
		v, err := p.Build(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		var c *Chart
		for _, block := range v.Blocks {
			if found, ok := block.(*Chart); ok {
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
		if last[2].Text != missing || last[3].Text == missing || last[4].Text != missing || steady[2].Text == missing || steady[4].Text == missing {
			t.Errorf("%s: limits of the last month %+v, of a month before the start %+v", measure, last, steady)
		}
		tile := v.Blocks[0].(Stats).Tiles[0]
		if tile.Tone != want || !strings.Contains(tile.Reading, "信号") {
			t.Errorf("%s: the tile reads %q with tone %q, want %q", measure, tile.Reading, tile.Tone, want)
		}
	}
}
