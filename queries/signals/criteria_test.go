package signals

import (
	"math"
	"strings"
	"testing"
)

// Every month that a criterion looks back over is shown with its base, and what is not judged says why: a base too small is not the
// same as a criterion that is not met, nor as data that never came.
func TestACriterionShowsAllItsMonths(t *testing.T) {
	nan := math.NaN()
	month := func(name string, met bool, state, alone State, numerator, denominator float64) Criterion {
		c := Criterion{Village: "V02", ID: "late_issues", Month: name, Met: met, State: state, MonthState: alone, Numerator: numerator, Denominator: denominator, Value: numerator / denominator, Limit: .6}
		if denominator == 0 {
			c.Value = nan
		}
		return c
	}
	for _, c := range []struct {
		name, start string
		last        Criterion
		state       State
		zh          string
	}{
		{"met", "2017-05", month("2018-01", true, Met, Passed, 1, 19), Met, "：2017年11月 40.0%（4/10）、12月 50.0%（6/12）、2018年1月 5.3%（1/19）"},
		{"few to judge", "2017-05", month("2018-01", false, FewToJudge, FewToJudge, 1, 3), FewToJudge, "：基数太小，不作判断：2018年1月基数3，至少要5"},
		{"none due", "2017-05", month("2018-01", false, FewToJudge, FewToJudge, 0, 0), FewToJudge, "2018年1月基数0"},
		{"kept", "2017-05", month("2018-01", false, NotMet, Kept, 18, 20), NotMet, "2018年1月 90.0%（18/20）"},
		{"untold", "2017-05", Criterion{Village: "V02", ID: "late_issues", Month: "2018-01", State: Untold, MonthState: Untold, Numerator: nan, Denominator: nan, Value: nan, Limit: .6}, Untold, "没有数据，不作判断：2018年1月"},
		{"begun in December", "2017-12", month("2018-01", true, Met, Passed, 1, 19), BeforeStart, "2018年1月 5.3%（1/19）"},
	} {
		x := town(seeded(3), false)
		x.Villages[1].Start = c.start
		x.Criteria = []Criterion{month("2017-11", false, NotMet, Passed, 4, 10), month("2017-12", false, NotMet, Passed, 6, 12), c.last}
		for _, a := range Assess(x) {
			if a.Village.ID != "V02" {
				continue
			}
			if h := a.Of("late_issues"); h.State != c.state || !strings.Contains(h.Named("zh"), c.zh) {
				t.Errorf("%s: %s, %s", c.name, h.State, h.Named("zh"))
			}
			if said := a.Of("late_issues").Said("zh"); c.state == BeforeStart && said != "触及，但2017年12月才启动，不足3个月，另列" {
				t.Errorf("%s: %s", c.name, said)
			}
		}
	}
	// The meeting is what the programme asks for: its months do not reach before the start.
	x := town(seeded(3), false)
	x.Villages[1].Start = "2017-12"
	for _, name := range []string{"2017-11", "2017-12", "2018-01"} {
		x.Criteria = append(x.Criteria, Criterion{Village: "V02", ID: "no_reconciliation", Month: name, Met: true, Numerator: 4, Denominator: 4, Value: 1, Limit: .5})
	}
	for _, a := range Assess(x) {
		if h := a.Of("no_reconciliation"); a.Village.ID == "V02" && (h.Said("zh") != "2017年12月启动，不足3个月，暂不要求" || strings.Contains(h.Figures("zh"), "11月") || a.IsWeak()) {
			t.Errorf("%s; %s; weak %t", h.Said("zh"), h.Figures("zh"), a.IsWeak())
		}
	}
}
