package signals

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/queries"
)

func definition(t *testing.T, id string) queries.Measure {
	t.Helper()
	m, ok := queries.MeasureOf(id)
	if !ok {
		t.Fatalf("no measure %s", id)
	}
	return m
}

// TestTiersAndNoRanks: of the town with two planted weak villages those two stand out, one village without data is set
// aside, and the others are one tier in the town's own order.
func TestTiersAndNoRanks(t *testing.T) {
	planted := town(seeded(1), true)
	for i := 22; i < 24; i++ {
		planted.Series["completeness"]["V03"][i].Numerator = 2
	}
	c := planted.ComparisonOf(definition(t, "household_coverage"))
	if diff := cmp.Diff([]string{"第10村", "第11村"}, c.In(FarBehind)); diff != "" {
		t.Errorf("clearly behind (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"第3村"}, c.In(PoorData)); diff != "" {
		t.Errorf("too poor (-want +got):\n%s", diff)
	}
	if _, ok := c.Funnel.Of("V03"); ok {
		t.Error("a village whose data are too poor moves the limits of the others")
	}
	said := strings.Join(c.Said("zh"), "")
	for _, want := range []string{"明显落后（2个村）：第10村、第11村。", "与中位村分不出高下", "彼此之间也不排先后", "数据不足以判断（1个村）：第3村。"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q does not say %q", said, want)
		}
	}
	if c.Ceiling {
		t.Error("shares about 80 % are no ceiling")
	}
	// Shrinkage draws towards the others and its interval holds the shrunken value.
	c.Shrink()
	for _, v := range c.Villages {
		if v.Place.Total == 0 {
			continue
		}
		prior := c.Prior.Mean.Value
		if x := v.Shrunken.Value; math.Abs(x-prior) > math.Abs(v.Place.Rate()-prior)+1e-9 || x < v.Low.Value || x > v.High.Value {
			t.Errorf("%s: %v shrunk to %v (%v to %v) about %v", v.Village.Name, v.Place.Rate(), x, v.Low.Value, v.High.Value, prior)
		}
	}
}

// TestCeiling: nine of eleven villages at 99 % and two at 60 %: those two stand out, and among the others the measure has
// done its work. Where down is better the same is a floor.
func TestCeiling(t *testing.T) {
	for id, near := range map[string]float64{"household_coverage": 1188, "silent_members": 1} {
		base := map[string]float64{"household_coverage": 1200, "silent_members": 100}[id]
		one := town(seeded(3), false)
		for i, v := range one.Villages {
			for k := range months {
				x := near
				if i >= 9 {
					x = base * .5
				}
				one.Series[id][v.ID][k].Numerator, one.Series[id][v.ID][k].Value = x, x/base
			}
		}
		c := one.ComparisonOf(definition(t, id))
		if !c.Ceiling || c.AtBest != 9 {
			t.Errorf("%s: ceiling %v, %d at the best value", id, c.Ceiling, c.AtBest)
		}
		if len(c.In(FarBehind)) != 2 {
			t.Errorf("%s: behind %v", id, c.In(FarBehind))
		}
		want := map[string]string{"household_coverage": "9 of 11 villages stand at 98.0 % or more", "silent_members": "9 of 11 villages stand at 2.0 % or less"}[id]
		if said := c.Said("en"); !strings.Contains(said[0], want) {
			t.Errorf("%s: %s", id, said[0])
		}
	}
}

func TestWhatIsNotCompared(t *testing.T) {
	few := town(seeded(1), true)
	for i := range few.Villages {
		if i >= 4 {
			few.Villages[i].Start = ""
		}
	}
	c := few.ComparisonOf(definition(t, "household_coverage"))
	if got := c.Said("en"); len(got) != 2 || got[0] != "Only 4 villages can be compared, fewer than 5: nothing is concluded." || !strings.HasPrefix(got[1], "not begun or only just, not compared (7): 第5村, ") {
		t.Errorf("%q", got)
	}
	if len(c.In(NotBegun)) != 7 || len(c.In(NotCompared)) != 4 {
		t.Errorf("not begun %v, not compared %v", c.In(NotBegun), c.In(NotCompared))
	}
	// Nine villages alike and two far off that began only just: the nine cannot be told apart, and the two are named, or the
	// sentence would deny what the table beside it shows.
	alike := town(seeded(1), false)
	for i, v := range alike.Villages {
		for k := range months {
			alike.Series["household_coverage"][v.ID][k].Numerator = 960
		}
		if i >= 9 {
			alike.Villages[i].Start = ""
		}
	}
	c = alike.ComparisonOf(definition(t, "household_coverage"))
	if got := c.Said("zh"); len(got) != 2 || got[0] != "参加比较的9个村相差不到五个百分点：分不出高下。" || got[1] != "尚未启动或刚启动，不比较（2个村）：第10村、第11村。" {
		t.Errorf("%q", got)
	}
	for _, id := range []string{"people_per_cadre", "days_to_resolve_median", "issues_reported", "completeness", "points_gini"} {
		if HasFunnel(definition(t, id)) {
			t.Errorf("%s is no part of a counted whole", id)
		}
	}
}
