package compare

import (
	"math"
	"strings"
	"testing"
)

// TestTheGainIsCounted: three pilots of 1,000 households gain 20 points in four months: about 2,400 visits.
func TestTheGainIsCounted(t *testing.T) {
	r := Compare(panel(t, starts, flat, .2, .01, seeded(1)))
	g, ok := r.Gain()
	if !ok || math.Abs(g.More-2400) > 200 || !(g.Low < 2400 && 2400 < g.High) || math.Abs(g.Observed-g.Expected-g.More) > 1e-6 {
		t.Errorf("%+v", g)
	}
	if said := r.InThings("en"); !strings.Contains(said, "4 months") || !strings.Contains(said, "more (95% interval +2,") {
		t.Error(said)
	}
	if small, large := r.Exceeds(.05).Value, r.Exceeds(.4).Value; small < .98 || large > .05 {
		t.Errorf("beyond 5 points %v, beyond 40 points %v", small, large)
	}
	if fewer := Compare(panel(t, starts, flat, -.2, .01, seeded(1))); fewer.Exceeds(.05).Value > .05 {
		t.Errorf("a change for the worse exceeds nothing: %v", fewer.Exceeds(.05))
	}
}

// TestHowSureItIsHolds: were the true effect the smallest worth having, a test that is 95% sure of more is wrong in 5% of towns.
func TestHowSureItIsHolds(t *testing.T) {
	const towns = 200
	sure := 0
	for seed := range uint64(towns) {
		if Glance(panel(t, starts, flat, .1, .02, seeded(3000+seed))).Exceeds(.1).Value >= .95 {
			sure++
		}
	}
	if sure > towns*9/100 {
		t.Errorf("95%% sure of more than there is in %d of %d towns", sure, towns)
	}
}

// TestAnExtension: the last two villages begin in November and have had three months; they are told what 20 points of 1,000 households
// each are, and nothing where the data allow no conclusion.
func TestAnExtension(t *testing.T) {
	p := panel(t, starts, flat, .2, .01, seeded(1))
	r := Compare(p)
	e := r.Extension(p)
	if e.Why != Reached || len(e.Villages) != 2 || math.Abs(e.Base-2000) > 1 || !(e.Low < 400 && 400 < e.High) || e.Capped {
		t.Errorf("%+v", e)
	}
	none := panel(t, starts, flat, 0, .02, seeded(2))
	if e := Compare(none).Extension(none); e.Why != NoConclusion {
		t.Errorf("without a conclusion: %+v", e)
	}
	worse := panel(t, starts, flat, -.2, .01, seeded(1))
	if e := Compare(worse).Extension(worse); e.Why != NotBetter {
		t.Errorf("pilots worsened: %+v", e)
	}
	full := panel(t, starts, func(i int) float64 { return map[bool]float64{true: .4, false: .9}[i < 3] }, .08, .002, seeded(1))
	of := Compare(full)
	of.Low, of.High, of.Verdict = .3, .5, Improved
	if e := of.Extension(full); !e.Capped || e.High > 200 {
		t.Errorf("there is no room for more than 200: %+v", e)
	}
}

// TestTheCourse: an effect that comes at once holds, one that grows by the month grows, one that is gone after two months fades.
func TestTheCourse(t *testing.T) {
	course := func(shape func(since int) float64) Course {
		p := panel(t, starts, flat, 0, .004, seeded(3))
		for i, v := range p.Villages {
			for k := range months {
				if since := k - 15; i < 3 && since >= 0 {
					m := &p.Series[v.ID][k]
					m.Numerator += math.Round(1000 * shape(since))
					m.Value = m.Numerator / m.Denominator
				}
			}
		}
		return Compare(p).Course()
	}
	for want, shape := range map[Course]func(int) float64{
		Holds: func(int) float64 { return .2 },
		Grows: func(since int) float64 { return .05 + .1*float64(since) },
		Fades: func(since int) float64 { return .3 - .09*float64(since) },
	} {
		if got := course(shape); got != want {
			t.Errorf("%s is told as %s", want, got)
		}
	}
	if got := course(func(int) float64 { return 0 }); got != NothingSeen {
		t.Errorf("without an effect: %s", got)
	}
}

// TestStarts: four groups by month, in order, each with the months it has had.
func TestStarts(t *testing.T) {
	groups := Starts(panel(t, starts, flat, .2, 0, nil))
	if len(groups) != 4 || !groups[0].Pilot || len(groups[0].Villages) != 3 || len(groups[3].Villages) != 2 {
		t.Fatalf("%+v", groups)
	}
	if g := groups[0]; math.IsNaN(g.Since[2].Value) || !math.IsNaN(g.Since[3].Value) {
		t.Errorf("the pilots have nine months: %+v", g.Since)
	}
	if g := groups[3]; math.IsNaN(g.Since[0].Value) || !math.IsNaN(g.Since[1].Value) || g.Latest() != g.Since[0] {
		t.Errorf("the last have three: %+v", g.Since)
	}
	if waiting := Starts(panel(t, []string{"2017-05", "2018-05", ""}, flat, .2, 0, nil)); len(waiting) != 2 || len(waiting[1].Villages) != 2 || waiting[1].Start != "" {
		t.Errorf("who has not begun: %+v", waiting)
	}
}

// TestWithoutOne: an effect that one village carries is not there without it.
func TestWithoutOne(t *testing.T) {
	p := panel(t, starts, flat, 0, .002, seeded(4))
	for k := 15; k < len(months); k++ {
		m := &p.Series["V01"][k]
		m.Numerator += 300
		m.Value = m.Numerator / m.Denominator
	}
	low, high := Compare(p).WithoutOne()
	if math.Abs(low) > .01 || high < .14 {
		t.Errorf("from %v to %v", low, high)
	}
}
