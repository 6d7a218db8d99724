package sampletown

import (
	"path/filepath"
	"testing"

	"hulian/cmd/internal/cli/clitest"
	"hulian/pipelines/publish"
	"hulian/pipelines/warehouse"
)

// checkFigures types in what the programme published; the whole sample town must give exactly that, and no check may complain of it.
func checkFigures(t *testing.T, town string) {
	g, err := publish.Current(town)
	clitest.Must(t, err)
	for _, c := range g.Manifest.Checks {
		t.Errorf("check %s: %d rows", c.Name, c.Rows)
	}
	w, err := warehouse.Open(t.Context(), warehouse.Config{Path: filepath.Join(town, "warehouse.duckdb"), ReadOnly: true, Threads: 1})
	clitest.Must(t, err)
	defer clitest.MustClose(t, w)
	for _, want := range []struct {
		measure, level, unit string
		num, den             float64
		shown                string
	}{
		{"resolution_rate_cumulative", "town", "逍林镇", 910, 1170, "0.778"},
		{"card_rate", "town", "逍林镇", 8400, 13611, "0.617"},
		{"linked_rate", "town", "逍林镇", 13611, 13611, "1.000"},
		{"households_per_active_member", "town", "逍林镇", 13611, 1161, "11.724"},
		{"reconciliation_rate", "town", "逍林镇", -1, 50, ""},
		{"people_per_cadre", "village", "福合院", 11042, 9, "1226.889"},
		{"active_share", "village", "福合院", 150, 227, "0.661"},
		{"people_per_active_member", "village", "福合院", 11042, 150, "73.613"},
		{"people_per_hand", "village", "福合院", 11042, 159, "69.447"},
		{"hands_multiplier", "village", "福合院", 159, 9, "17.667"},
		{"migrant_share", "village", "福合院", 6179, 11042, "0.560"},
	} {
		table, err := w.Query(t.Context(), "select numerator, denominator, printf('%.3f', value) from marts.measures where measure = ? and level = ? and unit_name like ? and month = '2018-01'",
			want.measure, want.level, want.unit+"%")
		if err != nil || len(table.Rows) != 1 {
			t.Fatalf("%s: %v rows, %v", want.measure, len(table.Rows), err)
		}
		got := table.Rows[0]
		if want.num >= 0 && got[0] != want.num || got[1] != want.den || want.shown != "" && got[2] != want.shown {
			t.Errorf("%s of %s: %v, want %v/%v = %s", want.measure, want.unit, got, want.num, want.den, want.shown)
		}
	}
	for query, want := range map[string]any{
		"select cast(sum(value) as bigint) from marts.organisation_facts where fact like 'posts_%'":                                                                                                      int64(680),
		"select cast(sum(value) as bigint) from marts.organisation_facts where fact = 'kinds_micro_river_chief'":                                                                                         int64(240),
		"select cast(sum(value) as bigint) from marts.organisation_facts where fact = 'pledges'":                                                                                                         int64(4),
		"select cast(sum(value) as bigint) from marts.organisation_facts where fact = 'pledges_kept'":                                                                                                    int64(2),
		"select cast(sum(value) as bigint) from marts.organisation_facts where fact = 'organ_donation'":                                                                                                  int64(3),
		"select cast(sum(value) as bigint) from marts.organisation_facts where fact = 'scholarship_students'":                                                                                            int64(181),
		"select cast(sum(value) as bigint) from marts.organisation_facts where fact = 'fund_amount'":                                                                                                     int64(360000),
		"select cast(sum(value) as bigint) from marts.member_facts where fact like 'kind_%' and period = '2018-01'":                                                                                      int64(1742),
		"select count(*) from (select sum(value) as told from marts.member_facts where fact like 'points_%') f, (select sum(points) as given from exports.points) p where abs(f.told - p.given) < 0.001": int64(1),
		"select count(distinct village_id) from marts.organisation_facts where fact = 'scholarship_students'":                                                                                            int64(9),
		"select cast(sum(centre_households) as bigint) from marts.branch_structure":                                                                                                                      int64(85),
		"select count(*) from marts.units where level = 'branch'":                                                                                                                                        int64(50),
		"select count(*) from marts.issue_flow where since_start":                                                                                                                                        int64(1170),
		"select count(*) from marts.issue_flow where since_start and state in ('resolved', 'fed_back')":                                                                                                  int64(910),
		"select count(*) from marts.member_load where duty_status = 'active' and households > 0":                                                                                                         int64(1161),
		"select cast(sum(households) as bigint) from marts.member_load":                                                                                                                                  int64(13611),
		"select value from marts.snapshot_facts where key = 'programme_start'":                                                                                                                           "2017-05-01",
		"select value from marts.snapshot_facts where key = 'first_month'":                                                                                                                               "2016-02",
	} {
		table, err := w.Query(t.Context(), query)
		if err != nil || table.Rows[0][0] != want {
			t.Errorf("%s: %v (%v), want %v", query, table.Rows, err, want)
		}
	}
}
