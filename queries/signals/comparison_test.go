package signals

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/queries"
	"hulian/queries/reading"
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
	c := planted.ComparisonOf(definition(t, "undoubted_coverage"))
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
	for _, want := range []string{"明显落后（2个村）：第10村、第11村。", "与全镇中等水平无明显差别", "不作排名", "数据不足以判断（1个村）：第3村。"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q does not say %q", said, want)
		}
	}
	if c.Ceiling {
		t.Error("shares about 80% are no ceiling")
	}
	// Shrinkage draws ordinary villages towards the middle one, and its interval holds the shrunken value.
	c.Shrink()
	for _, v := range c.Villages {
		if v.Place.Total == 0 {
			continue
		}
		middle := c.Funnel.Centre.Value
		if x := v.Shrunken.Value; v.Standing == Level && math.Abs(x-middle) > math.Abs(v.Place.Rate()-middle)+.01 || x < v.Low.Value || x > v.High.Value {
			t.Errorf("%s: %v shrunk to %v (%v to %v) about %v", v.Village.Name, v.Place.Rate(), x, v.Low.Value, v.High.Value, middle)
		}
	}
}

// TestOneSpreadForLimitsGradesAndIntervals: villages whose months go up and down together by ten points, far beyond chance on 1,200
// households, cannot be told apart. No interval may say otherwise: none lies wholly beside another of the same grade.
func TestOneSpreadForLimitsGradesAndIntervals(t *testing.T) {
	wild := town(seeded(5), false)
	for i, v := range wild.Villages {
		for k := range months {
			x := math.Round(1200 * (.8 + .1*math.Sin(float64(7*i+5*k))))
			wild.Series["undoubted_coverage"][v.ID][k].Numerator, wild.Series["undoubted_coverage"][v.ID][k].Value = x, x/1200
		}
	}
	c := wild.ComparisonOf(definition(t, "undoubted_coverage"))
	c.Shrink()
	if c.Funnel.Phi.Value < 10 {
		t.Fatalf("months vary by %v times chance alone: the town shows nothing", c.Funnel.Phi.Value)
	}
	for _, a := range c.Villages {
		for _, b := range c.Villages {
			if a.Grade == b.Grade && a.Low.Value > b.High.Value {
				t.Errorf("%s (%v to %v) and %s (%v to %v) are of grade %d", a.Village.Name, a.Low.Value, a.High.Value, b.Village.Name, b.Low.Value, b.High.Value, a.Grade)
			}
		}
	}
}

// TestOneGradeRanksNobody: where no two grades hold, the sentence says that the villages cannot be ranked; where two weak villages stand
// apart, it names the grades instead.
func TestOneGradeRanksNobody(t *testing.T) {
	for weak, want := range map[bool]string{false: "不能排名次，也不分档：找不到一种分法，能让排反的可能不超过 5.0%。", true: "按能否分清先后分为"} {
		c := town(seeded(1), weak).ComparisonOf(definition(t, "on_time_rate"))
		c.Shrink()
		if said := strings.Join(c.Said("zh"), ""); !strings.Contains(said, want) || strings.Contains(said, "不分档") == weak {
			t.Errorf("weak villages planted %v, %d grades: %s", weak, c.Graded.Count, said)
		}
	}
}

// TestTheMiddleVillageIsAVillage: where all villages, or all but two, stand at 0% or 100%, so does the middle one.
func TestTheMiddleVillageIsAVillage(t *testing.T) {
	for id, at := range map[string]float64{"undoubted_coverage": 1, "undoubted_silent_members": 0, "on_the_spot_rate": 0} {
		for _, apart := range []int{0, 2} {
			one := town(seeded(3), false)
			one.Series[id] = map[string][]reading.Month{}
			for i, v := range one.Villages {
				for _, month := range one.Months {
					x := 60 * at
					if i < apart {
						x = 30
					}
					one.Series[id][v.ID] = append(one.Series[id][v.ID], reading.Month{Month: month, Numerator: x, Denominator: 60, Value: x / 60})
				}
			}
			if f := one.ComparisonOf(definition(t, id)).Funnel; f.Centre.Value != at {
				t.Errorf("%s, %d villages apart: the middle one %v", id, apart, f.Centre.Value)
			}
		}
	}
}

// TestCeiling: nine of eleven villages at 99% and two at 60%: those two stand out, and among the others the measure has
// done its work. Where down is better the same is a floor.
func TestCeiling(t *testing.T) {
	for id, near := range map[string]float64{"undoubted_coverage": 1188, "undoubted_silent_members": 1} {
		base := map[string]float64{"undoubted_coverage": 1200, "undoubted_silent_members": 100}[id]
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
		want := map[string]string{"undoubted_coverage": "9 of 11 villages stand at 98.0% or more", "undoubted_silent_members": "9 of 11 villages stand at 2.0% or less"}[id]
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
	c := few.ComparisonOf(definition(t, "undoubted_coverage"))
	if got := c.Said("en"); len(got) != 2 || got[0] != "Only 4 villages can be compared, fewer than 5: nothing is concluded." || !strings.HasPrefix(got[1], "not begun by Jan 2018, not compared (7): 第5村, ") {
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
			alike.Series["undoubted_coverage"][v.ID][k].Numerator = 960
		}
		if i >= 9 {
			alike.Villages[i].Start = ""
		}
	}
	c = alike.ComparisonOf(definition(t, "undoubted_coverage"))
	if got := c.Said("zh"); len(got) != 2 || got[0] != "参加比较的9个村相差不到五个百分点，无明显差别，不作排名。" || got[1] != "到2018年1月尚未启动，未列入分档比较（2个村）：第10村、第11村。" {
		t.Errorf("%q", got)
	}
	for _, id := range []string{"people_per_cadre", "days_to_resolve_median", "issues_reported", "completeness", "points_gini"} {
		if HasFunnel(definition(t, id)) {
			t.Errorf("%s is no part of a counted whole", id)
		}
	}
}

// Whoever reads that a village is not compared is told since when it takes part and how long it would have to: never that it has not
// begun where it has.
func TestWhoHasJustBegunIsToldSinceWhen(t *testing.T) {
	for start, want := range map[string][2]string{
		"2017-10": {}, // four months: compared
		"2017-11": {"2017年11月启动，到2018年1月不足4个月，未列入分档比较", "启动到2018年1月不足4个月，未列入分档比较（1个村）：第10村（2017年11月启动）。"},
		"2018-03": {"2018年3月才启动，到2018年1月尚未启动，未列入分档比较", "到2018年1月尚未启动，未列入分档比较（1个村）：第10村（2018年3月启动）。"},
		"":        {"尚未启动，未列入分档比较", "到2018年1月尚未启动，未列入分档比较（1个村）：第10村。"},
	} {
		x := town(seeded(1), false)
		x.Villages[9].Start = start
		m := definition(t, "undoubted_coverage")
		c := x.ComparisonOf(m)
		n, apart := x.TooNew(m, x.Villages[9])
		if apart != (want[0] != "") {
			t.Errorf("%q: apart is %t: %+v", start, apart, n)
		}
		if _, compared := c.Funnel.Of("V10"); compared == apart {
			t.Errorf("%q: said to stand apart %t, stands in the funnel %t", start, apart, compared)
		}
		said := strings.Join(c.Said("zh"), "")
		for _, v := range c.Villages {
			if v.Village.ID == "V10" && apart && (v.Said("zh") != want[0] || !strings.Contains(said, want[1])) {
				t.Errorf("%q: %s; %s", start, v.Said("zh"), said)
			}
		}
	}
}
