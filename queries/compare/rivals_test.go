package compare

import (
	"math"
	"strings"
	"testing"

	"hulian/queries/reading"
)

// TestEntriesLeftOut: pilots that enter 800 instead of 1,000, whose 80% would be 64% were the 200 all of one kind: 16 of the 20 points.
func TestEntriesLeftOut(t *testing.T) {
	p := panel(t, starts, func(int) float64 { return .6 }, .2, .01, seeded(1))
	whole := Compare(p)
	if whole.Misrecorded() || math.Abs(whole.Recorded().Share) > 1e-9 || whole.Verdict != Improved {
		t.Fatalf("bases stay: %+v, %s", whole.Recorded(), whole.Verdict)
	}
	for i, v := range p.Villages {
		for k := 15; k < len(months) && i < 3; k++ {
			m := &p.Series[v.ID][k]
			m.Numerator, m.Denominator = .8*m.Numerator, .8*m.Denominator
		}
	}
	r := Compare(p)
	_, now, _, _ := r.means()
	if of := r.Recorded(); math.Abs(of.Share-.2) > 1e-9 || math.Abs(of.Explains-.2*now) > 1e-9 || !r.Misrecorded() || r.Verdict != MaybeBetter {
		t.Errorf("a fifth is left out: %+v, %s", of, r.Verdict)
	}
	if why := r.Why("en"); !strings.Contains(why, "entries left out or added") {
		t.Error(why)
	}
	if said := strings.Join(r.Assumptions("zh"), ""); !strings.Contains(said, "试点村的基数偏少20.0%") {
		t.Error(said)
	}
}

// TestMonthsOfLuckAreExpectedToReturn: of villages that differ by the luck of their months alone the level before is expected to return to
// the mean of all, of villages whose months are alike it stays.
func TestMonthsOfLuckAreExpectedToReturn(t *testing.T) {
	alike := func(int) float64 { return .5 }
	far := func(i int) float64 { return .2 + .05*float64(i) }
	widest := func(values []float64) (most float64) {
		for _, x := range values {
			for _, y := range values {
				most = math.Max(most, x-y)
			}
		}
		return most
	}
	luck := panel(t, starts, alike, 0, .1, seeded(4))
	of, seen := Compare(luck), []float64{}
	for _, row := range append(of.Pilots, of.Others...) {
		seen = append(seen, row.Before.Value)
	}
	if left := widest(of.expected(luck)); left > .6*widest(seen) {
		t.Errorf("luck alone: %v of %v is left", left, widest(seen))
	}
	own := panel(t, starts, far, 0, .01, seeded(4))
	if r := Compare(own); math.Abs(widest(r.expected(own))-.5) > .03 { // the pilots and the last five
		t.Errorf("their own levels: %v", r.expected(own))
	}
}

// TestSilentMonthsAreNoEntriesLeftOut: pilots whose source was silent in half of the months since the start enter as much a month as ever in
// those it spoke, and are not told to have left entries out; nor does what an extension rests on shrink.
func TestSilentMonthsAreNoEntriesLeftOut(t *testing.T) {
	p := panel(t, starts, func(int) float64 { return .6 }, .2, .01, seeded(1))
	before := Compare(p)
	for i, v := range p.Villages {
		for k := 16; k < len(months); k += 2 {
			if i < 3 || i > 8 { // the pilots, and the last to begin
				p.Series[v.ID][k] = reading.Month{Month: months[k], Numerator: math.NaN(), Denominator: math.NaN(), Value: math.NaN()}
			}
		}
	}
	r := Compare(p)
	if of := r.Recorded(); of.Pilots != [2]float64{3000, 3000} || math.Abs(of.Share) > 1e-9 || r.Misrecorded() {
		t.Errorf("%+v, %s", of, r.Verdict)
	}
	for _, c := range ReportOf(p, r, nil, Known{}).Conditions("en") {
		if c.ID == "recorded" && (c.State == Unmet || !strings.Contains(c.Answer, "3,000")) {
			t.Errorf("%+v", c)
		}
	}
	if e := r.Extension(p); math.Abs(e.Base-before.Extension(p).Base) > 1e-9 || math.Abs(e.Base-1000*float64(len(e.Villages))) > 1e-9 {
		t.Errorf("%v households a month in %d villages", e.Base, len(e.Villages))
	}
}

// TestLateIssuesNoLongerEntered: pilots that stop entering their failures have a larger share and no more successes than before. Every entry
// that is short counted back, nothing is left of it, whatever the number left out; pilots that do have more successes keep theirs.
func TestLateIssuesNoLongerEntered(t *testing.T) {
	for _, left := range []float64{.3, .6, .9} {
		p := panel(t, starts, func(int) float64 { return .6 }, 0, .02, seeded(3))
		for i, v := range p.Villages {
			for k := 15; k < len(months) && i < 3; k++ {
				m := &p.Series[v.ID][k]
				m.Denominator = math.Round(m.Denominator - left*(m.Denominator-m.Numerator))
				m.Value = m.Numerator / m.Denominator
			}
		}
		r := Compare(p)
		if !r.ZeroRuledOut() || !(r.Restored.Short.Or(0) > significant) || r.Restored.Extra.Or(1) > significant || !r.Misrecorded() || r.Verdict != MaybeBetter {
			t.Errorf("%v left out: %+v, %s", left, r.Restored, r.Verdict)
		}
		if why := r.Why("en"); !strings.Contains(why, "with all that may be short or extra counted back") {
			t.Error(why)
		}
		p.Measure.Scale *= 100 // shares of a hundred are the same evidence
		for _, v := range p.Villages {
			for k := range p.Series[v.ID] {
				p.Series[v.ID][k].Value *= 100
			}
		}
		if of := Compare(p).Restored; of != r.Restored {
			t.Errorf("%v left out, of a hundred: %+v, want %+v", left, of, r.Restored)
		}
	}
	real := Compare(panel(t, starts, func(int) float64 { return .6 }, .2, .02, seeded(3)))
	if !(real.Restored.Worst() <= significant) || real.Misrecorded() || real.Verdict != Improved {
		t.Errorf("%+v, %s: %s", real.Restored, real.Verdict, real.Why("en"))
	}
}
