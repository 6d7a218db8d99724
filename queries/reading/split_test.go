package reading

import (
	"math"
	"strings"
	"testing"
)

// TestSplitByHand: two villages of 100 and 300 at 50 and 70%, then 200 and 200 at 58 and 70%. The whole goes from 65 to
// 64%: own rates add ((.25 + .5)/2) × 8 = 3 points, the mix takes 4. Village B did nothing but shrink: against the mean
// of the whole, 64.5%, its 70% on a quarter less are (70 − 64.5) × −.25 = −1.375 points.
func TestSplitByHand(t *testing.T) {
	m := measure(t, "household_coverage")
	month := func(x, n float64) Month { return Month{Numerator: x, Denominator: n, Value: x / n} }
	s := SplitChange(m, []Group{{"A", "甲村", month(50, 100), month(116, 200)}, {"B", "乙村", month(210, 300), month(140, 200)}})
	if !s.Known || math.Abs(s.Change+.01) > 1e-12 || math.Abs(s.Own-.03) > 1e-12 || math.Abs(s.Mix+.04) > 1e-12 {
		t.Errorf("%+v", s)
	}
	sum := 0.0
	for _, p := range s.Parts {
		sum += p.Own + p.Mix
	}
	if math.Abs(sum-s.Change) > 1e-12 {
		t.Errorf("the parts sum to %v", sum)
	}
	if got, want := s.Sentence("zh"), "与上月相比−1.0个百分点：各单位自身变化带来+3.0个百分点，大小构成变化带来−4.0个百分点；影响最大的是乙村（−1.4个百分点）。"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	// Of two parts one that rounds to nothing is not spoken of: "the mix made no change" reads like a fault.
	s = SplitChange(m, []Group{{"A", "甲村", month(50, 100), month(58, 100)}, {"B", "乙村", month(210, 300), month(210, 300)}})
	if got, want := s.Sentence("zh"), "与上月相比+2.0个百分点，来自各单位自身的变化；影响最大的是甲村（+2.0个百分点）。"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	s = SplitChange(m, []Group{{"A", "甲村", month(50, 100), month(100, 200)}, {"B", "乙村", month(210, 300), month(140, 200)}})
	if got, want := s.Sentence("en"), "Against last month −5.0 percentage points, made by the units' mix; "; !strings.HasPrefix(got, want) {
		t.Errorf("%s, want %s…", got, want)
	}
	s = SplitChange(m, []Group{{"A", "甲村", month(50, 100), month(60, 100)}, {"B", "乙村", month(60, 100), month(50, 100)}})
	if got, want := s.Sentence("zh"), "与上月相比持平，各单位有升有降；变动最大的是甲村（+5.0个百分点）。"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if SplitChange(m, nil).Known || SplitChange(measure(t, "points_gini"), []Group{{"A", "", month(1, 2), month(1, 2)}}).Known || SplitChange(measure(t, "issues_reported"), nil).Known {
		t.Error("nothing, a coefficient and a count cannot be split")
	}
}
