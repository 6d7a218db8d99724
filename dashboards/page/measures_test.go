package page

import (
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/view"
	"hulian/queries"
)

// Each measure stands once in the dictionary, with what it is made of and where it is used; what could be judged is counted first.
func TestTheDictionaryOfMeasures(t *testing.T) {
	v := built(t, pagetest.New(t), "measures", "")
	table := tableOf(t, v, "measures")
	if len(table.Rows) != len(queries.Measures()) {
		t.Errorf("%d rows of %d measures", len(table.Rows), len(queries.Measures()))
	}
	if !strings.Contains(v.Headline.Weak+v.Headline.Rest, "个指标") {
		t.Errorf("the verdict: %+v", v.Headline)
	}
	used := map[string]string{}
	for _, row := range table.Rows {
		used[row[0].Text] = row[6].Text
	}
	for name, pages := range map[string]string{"走访覆盖率": "总览、月度通报、村情、薄弱村、试点与推开、走访联户", "数据完整率": "数据状况", "超期问题数": "总览、月度通报、村情、群众问题"} {
		if used[name] != pages {
			t.Errorf("%s stands on %q, want %q", name, used[name], pages)
		}
	}
}

// A page that shows a measure is named where the measure is defined: the dictionary would else send nobody there.
func TestTheDictionaryNamesThePagesThatShowAMeasure(t *testing.T) {
	town := pagetest.New(t)
	rows := tableOf(t, built(t, town, "measures", ""), "measures").Rows
	for page, title := range map[string]string{"overview": "总览", "issues": "群众问题", "visits": "走访联户", "capacity": "服务力量", "points": "积分与星级", "organisation": "组织", "data": "数据状况"} {
		shown := built(t, town, page, "")
		seen := 0
		for _, b := range shown.Flat() {
			stats, ok := b.(view.Stats)
			if !ok {
				continue
			}
			for _, tile := range stats.Tiles {
				i := slices.IndexFunc(rows, func(row []view.Cell) bool {
					m, ok := queries.MeasureOf(tile.Measure)
					return ok && row[0].Text == m.Name.Zh
				})
				if i < 0 {
					continue
				}
				if seen++; !slices.Contains(strings.Split(rows[i][6].Text, "、"), title) {
					t.Errorf("%s shows %s; the dictionary names %s", page, rows[i][0].Text, rows[i][6].Text)
				}
			}
		}
		t.Logf("%s shows %d measures as tiles", page, seen)
	}
}
