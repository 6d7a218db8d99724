package compare

import (
	"slices"
	"testing"
)

// TestHowFarTrendsMayPart: with enough villages a large effect stands a departure several times as large as any before the start, a small
// one less; with few villages nothing is said.
func TestHowFarTrendsMayPart(t *testing.T) {
	many := append(slices.Repeat([]string{"2017-05"}, 10), slices.Repeat([]string{""}, 12)...)
	large, small := Compare(panel(t, many, flat, .2, .01, seeded(1))).Bends, Compare(panel(t, many, flat, .03, .01, seeded(1))).Bends
	if !large.Breakdown.Known || large.Breakdown.Value < 2 || large.Identified.Value < large.Breakdown.Value || small.Breakdown.Or(0) >= large.Breakdown.Value {
		t.Errorf("20 points: %+v; 3 points: %+v", large, small)
	}
	if few := Compare(panel(t, starts, flat, .2, .01, seeded(1))).Bends; few.Breakdown.Known {
		t.Errorf("three pilots: %+v", few)
	}
}

// TestTheDesignIsChecked before pilots begin: what they could find, and that three of eleven can be picked in 165 ways.
func TestTheDesignIsChecked(t *testing.T) {
	p := panel(t, starts, flat, 0, .02, seeded(1))
	p.Months = months[:12]
	d := Checked(p)
	if d.Pilots != 3 || d.Comparison != 8 || d.Before != 12 || !(d.Smallest.Value > .005 && d.Smallest.Value < .1) || d.Floor.Value > 1./164 {
		t.Errorf("%+v", d)
	}
}
