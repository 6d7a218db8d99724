package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/stats/did"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/permutation"
)

var months = func() []string {
	var all []string
	for k := range 24 {
		all = append(all, time.Date(2016, time.Month(2+k), 1, 0, 0, 0, 0, time.UTC).Format("2006-01"))
	}
	return all
}()

func measure(t testing.TB, id string) queries.Measure {
	t.Helper()
	m, ok := queries.MeasureOf(id)
	if !ok {
		t.Fatalf("no measure %s", id)
	}
	return m
}

// starts as in a town that began with three pilots and three waves.
var starts = []string{"2017-05", "2017-05", "2017-05", "2017-07", "2017-07", "2017-07", "2017-09", "2017-09", "2017-09", "2017-11", "2017-11"}

// panel makes a share of 1,000 households: the village's own level, a season all share, noise, and an effect from the
// village's start on.
func panel(t testing.TB, starts []string, level func(i int) float64, effect, noise float64, r *rand.Rand) Panel {
	p := Panel{Measure: measure(t, "household_coverage"), Months: months, Series: map[string][]reading.Month{}}
	for i, start := range starts {
		v := Village{ID: fmt.Sprintf("V%02d", i+1), Name: fmt.Sprintf("第%d村", i+1), Start: start, Pilot: start != "" && start == starts[0]}
		p.Villages = append(p.Villages, v)
		for k, month := range months {
			share := level(i) + .03*math.Sin(float64(k)/2)
			if noise > 0 {
				share += noise * r.NormFloat64()
			}
			if start != "" && month >= start {
				share += effect
			}
			n := math.Round(1000 * share)
			p.Series[v.ID] = append(p.Series[v.ID], reading.Month{Month: month, Numerator: n, Denominator: 1000, Value: n / 1000})
		}
	}
	return p
}

func flat(i int) float64 { return .4 + .01*float64((i*7)%5) }

func seeded(n uint64) *rand.Rand { return rand.New(rand.NewPCG(n, 11)) }

// TestPlan: with three pilots the window ends in August 2017. Until then five villages had not begun, 3 of 8 can be
// picked in 56 ways, 1/56 = 0.018; in September only two are left, 1/10 = 0.1.
func TestPlan(t *testing.T) {
	d := Plan(panel(t, starts, flat, .2, 0, nil))
	if d.Obstacle != None || len(d.Pilots) != 3 || len(d.Others) != 5 || len(d.Left) != 3 {
		t.Fatalf("%+v", d)
	}
	if d.After[0] != "2017-05" || d.After[len(d.After)-1] != "2017-08" || d.Before[0] != "2016-05" || d.Before[len(d.Before)-1] != "2017-04" {
		t.Errorf("before %v, after %v", d.Before, d.After)
	}
	if math.Abs(d.SmallestP-1./56) > 1e-12 {
		t.Errorf("smallest p %v", d.SmallestP)
	}
	if permutation.SmallestP(3, 3) != .1 || permutation.SmallestP(1, 1) != 1 || permutation.SmallestP(2, 3) != .1 {
		t.Error("3 of 6: 20 ways and their mirror images; 2 of 5: 10 ways")
	}
}

// TestOnePilotIsComparedToTheEnd: where no number of months brings the p-value to 5%, as with one pilot beside eight villages that
// never begin, every month since the start is compared, and not the first one alone.
func TestOnePilotIsComparedToTheEnd(t *testing.T) {
	never := append([]string{"2017-05"}, make([]string, 8)...)
	d := Plan(panel(t, never, flat, .2, 0, nil))
	if last := months[len(months)-1]; d.Obstacle != None || len(d.Others) != 8 || d.After[len(d.After)-1] != last {
		t.Errorf("%d others, after %v, want up to %s", len(d.Others), d.After, last)
	}
	some := append([]string{"2017-05"}, "2017-08", "", "", "")
	if d := Plan(panel(t, some, flat, .2, 0, nil)); len(d.Others) != 4 || d.After[len(d.After)-1] != "2017-07" {
		t.Errorf("%d others, after %v, want up to 2017-07", len(d.Others), d.After)
	}
}

func TestObstacles(t *testing.T) {
	whole := panel(t, starts, flat, .2, 0, nil)
	change := func(f func(*Panel)) Panel {
		p := whole
		p.Villages = append([]Village{}, whole.Villages...)
		f(&p)
		return p
	}
	for want, p := range map[Obstacle]Panel{
		NoPilots: change(func(p *Panel) { p.Villages = p.Villages[3:] }),
		NoOthers: change(func(p *Panel) { p.Villages = p.Villages[:3] }),
		NoBefore: change(func(p *Panel) {
			p.Villages[0].Start, p.Villages[1].Start, p.Villages[2].Start = "2016-02", "2016-02", "2016-02"
		}),
		NotYet:     change(func(p *Panel) { p.Months = months[:10] }),
		NotSummed:  change(func(p *Panel) { p.Measure = measure(t, "days_to_resolve_median") }),
		NoOutcomes: change(func(p *Panel) { p.Series = nil }),
	} {
		r := Compare(p)
		if r.Design.Obstacle != want || r.Verdict != NotEstimable || !math.IsNaN(r.Effect) {
			t.Errorf("%s: obstacle %q, verdict %s", want, r.Design.Obstacle, r.Verdict)
		}
		for _, lang := range []string{"zh", "en"} {
			if s := r.Words(lang); strings.Contains(s, string(want)) || s == "" {
				t.Errorf("%s is said as %q", want, s)
			}
		}
	}
}

// TestByHand: pilots 40 → 62, 41 → 61; others 50 → 51, 48 → 51, 52 → 53%: changes 22, 20 and 1, 3, 1; 21 − 5/3 = 19.33
// points. Of the 10 ways to pick 2 of 5 no other reaches it: p = 0.1. It cannot be smaller, so there is no 95% interval.
func TestByHand(t *testing.T) {
	p := Panel{Measure: measure(t, "household_coverage"), Months: []string{"2017-04", "2017-05"}, Series: map[string][]reading.Month{}}
	for i, x := range [][2]float64{{400, 620}, {410, 610}, {500, 510}, {480, 510}, {520, 530}} {
		v := Village{ID: fmt.Sprint(i), Name: fmt.Sprint(i), Pilot: i < 2}
		if v.Pilot {
			v.Start = "2017-05"
		}
		p.Villages = append(p.Villages, v)
		p.Series[v.ID] = []reading.Month{{Numerator: x[0], Denominator: 1000, Value: x[0] / 1000}, {Numerator: x[1], Denominator: 1000, Value: x[1] / 1000}}
	}
	r := Compare(p)
	if math.Abs(r.Effect-.19333) > 1e-4 || r.P.Value != .1 || r.Ways != 10 || r.Design.SmallestP != .1 {
		t.Errorf("effect %v, p %v of %v ways, smallest %v", r.Effect, r.P, r.Ways, r.Design.SmallestP)
	}
	if !math.IsNaN(r.Low) || !math.IsNaN(r.High) || r.NoInterval != did.TooFewWays || !strings.Contains(strings.Join(r.Found("en"), " "), "cannot be below 0.1") {
		t.Errorf("interval %v to %v, reason %q: %q", r.Low, r.High, r.NoInterval, r.Found("en"))
	}
	if r.Placebo != nil || r.Verdict != Inconclusive || !strings.Contains(r.Why("en"), "too few villages") {
		t.Errorf("verdict %s, %s: p cannot be 5%% with five villages, so nothing can be concluded", r.Verdict, r.Why("en"))
	}
}

// TestIntervals: the interval is that of the permutation test, whatever the number of villages, and holds zero where that test does not
// reject it; where the villages of each side all change by the same there is none.
func TestIntervals(t *testing.T) {
	many := append(slices.Repeat([]string{"2017-05"}, 8), slices.Repeat([]string{""}, 9)...)
	for seed := range uint64(30) {
		for name, starts := range map[string][]string{"three against five": starts, "eight against nine": many} {
			r := Compare(panel(t, starts, flat, .015, .02, seeded(seed)))
			if !(r.Low < r.Effect && r.Effect < r.High) || (r.Low <= 0 && 0 <= r.High) != (r.P.Value > .05) || r.ZeroRuledOut() != (r.P.Value <= .05) {
				t.Errorf("seed %d: %s: %v to %v about %v, p %v", seed, name, r.Low, r.High, r.Effect, r.P)
			}
			for _, m := range r.Moments {
				if r.Few && !math.IsNaN(m.Low) {
					t.Errorf("%s has an interval from %d and %d villages", m.Month, m.N1, m.N0)
				}
			}
		}
	}
	r := Compare(panel(t, many, flat, .2, .02, seeded(1)))
	if low, high := between(changes(r.Pilots), changes(r.Others)); math.Abs(r.Low-low) > .1*(high-low) || math.Abs(r.High-high) > .1*(high-low) {
		t.Errorf("eight against nine: %v to %v, by Welch's t %v to %v", r.Low, r.High, low, high)
	}
	alike := func(int) float64 { return .4 }
	for _, starts := range [][]string{starts, many} {
		if r := Compare(panel(t, starts, alike, .2, 0, nil)); !math.IsNaN(r.Low) || r.NoInterval != did.NoSpread || !strings.Contains(strings.Join(r.Found("zh"), ""), "区间无法估计") {
			t.Errorf("nothing varies, and the interval is %v to %v: %q", r.Low, r.High, r.Found("zh"))
		}
	}
}

// TestPlantedEffect: an effect of 20 points lies inside the interval in about 95 of 100 towns, and the verdict is an
// improvement; without an effect that verdict comes in 5% at most.
func TestPlantedEffect(t *testing.T) {
	const towns = 200
	inside, improved, falsely := 0, 0, 0
	for seed := range uint64(towns) {
		r := Compare(panel(t, starts, flat, .2, .02, seeded(seed)))
		if r.Low <= .2 && .2 <= r.High {
			inside++
		}
		if r.Verdict == Improved {
			improved++
		}
		if v := Compare(panel(t, starts, flat, 0, .02, seeded(1000+seed))).Verdict; v == Improved || v == Worsened {
			falsely++
		}
	}
	t.Logf("inside %d, improved %d, falsely %d of %d", inside, improved, falsely, towns)
	if inside < 180 || improved < 180 {
		t.Errorf("inside %d, improved %d of %d", inside, improved, towns)
	}
	if falsely > towns/20 {
		t.Errorf("a verdict without an effect in %d of %d towns", falsely, towns)
	}
}

func TestRegressionToTheMeanIsNamed(t *testing.T) {
	r := Compare(panel(t, starts, func(i int) float64 {
		if i < 3 {
			return .25
		}
		return flat(i)
	}, .2, .02, seeded(5)))
	if !r.Regression() || !strings.Contains(strings.Join(r.Assumptions("en"), " "), "regression to the mean") {
		t.Errorf("pilots stood %.1f standard deviations below the others", r.PilotGap)
	}
}

// TestNotParallelIsSeen: pilots that rose five points a month for half a year before the start show it in the placebo,
// and no verdict is given.
func TestNotParallelIsSeen(t *testing.T) {
	p := panel(t, starts, flat, 0, .005, seeded(6))
	for i, v := range p.Villages {
		for k := range months {
			if i < 3 {
				rise := .05 * math.Max(0, float64(k-9))
				m := &p.Series[v.ID][k]
				m.Numerator += math.Round(1000 * rise)
				m.Value = m.Numerator / m.Denominator
			}
		}
	}
	r := Compare(p)
	if r.Before() != Restless || r.Verdict != Inconclusive {
		t.Errorf("before %s, verdict %s, placebo %+v", r.Before(), r.Verdict, r.Placebo.Effect)
	}
}

func TestMoments(t *testing.T) {
	r := Compare(panel(t, starts, flat, .2, 0, nil))
	if len(r.Moments) != 16 {
		t.Fatalf("%d months, want 12 before and 4 after", len(r.Moments))
	}
	for _, m := range r.Moments {
		want := 0.0
		if m.Since >= 0 {
			want = .2
		}
		if math.Abs(m.Effect-want) > 2e-3 {
			t.Errorf("%s (%d): effect %v, want %v", m.Month, m.Since, m.Effect, want)
		}
	}
	if att := r.Cohorts.Simple.Att.Value; math.Abs(att-.2) > 2e-3 {
		t.Errorf("by cohorts %v", att)
	}
}

// TestSentences writes what is said. The golden file was read by people.
func TestSentences(t *testing.T) {
	var b strings.Builder
	for _, c := range []struct {
		name  string
		panel Panel
	}{
		{"an effect", panel(t, starts, flat, .2, .02, seeded(1))},
		{"no effect", panel(t, starts, flat, 0, .02, seeded(2))},
		{"one pilot", panel(t, []string{"2017-05", "2017-07", "2017-09", ""}, flat, .2, .02, seeded(3))},
		{"pilots worst", panel(t, starts, func(i int) float64 { return .2 + .05*math.Min(4, float64(i)) }, .1, .02, seeded(4))},
		{"nobody to compare with", panel(t, starts[:3], flat, .2, .02, seeded(1))},
	} {
		r := Compare(c.panel)
		for _, lang := range []string{"zh", "en"} {
			fmt.Fprintf(&b, "%s\n", c.name)
			for _, s := range append(append(append(append([]string{r.Words(lang)}, r.Who(lang)...), r.Found(lang)...), r.ByCohorts(lang)), r.Assumptions(lang)...) {
				if s != "" {
					fmt.Fprintf(&b, "  %s\n", s)
				}
			}
		}
	}
	if strings.ContainsAny(b.String(), "{}_") || strings.Contains(b.String(), "NaN") {
		t.Error("a name was not filled")
	}
	path := filepath.Join("testdata", "compare.txt")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run with UPDATE_GOLDEN=1 and read the file", err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// chanceFindings tells how many of 100 towns have a p of 5% or less without an effect, where a month's share is that of
// so many households drawn by lot and the pilots are the smallest villages: 30 to 300 households.
func chanceFindings(t testing.TB, rounds int) (found float64, sized int) {
	for k := range rounds {
		r := seeded(uint64(500 + k))
		p := panel(t, starts, flat, 0, 0, nil)
		households := make([]float64, len(p.Villages))
		for i := range households {
			households[i] = math.Round(30 * math.Exp(r.Float64()*math.Log(10)))
		}
		slices.Sort(households)
		for i, v := range p.Villages {
			level, of := r.NormFloat64(), households[i]
			for m := range p.Series[v.ID] {
				if m%12 == 0 {
					level = r.NormFloat64() // a year of months is alike: what differs between them is the village's own luck
				}
				x := math.Round(of * (.5 + .5*level/math.Sqrt(of)*.7))
				p.Series[v.ID][m] = reading.Month{Month: months[m], Numerator: x, Denominator: of, Value: x / of}
			}
		}
		result := Compare(p)
		if result.P.Or(1) <= .05 {
			found += 100 / float64(rounds)
		}
		if result.Sized {
			sized++
		}
	}
	return found, sized
}

func TestSmallPilotsAreNoFinding(t *testing.T) {
	const rounds = 120
	found, sized := chanceFindings(t, rounds)
	if found > 5+4*100*math.Sqrt(.05*.95/rounds) || sized < rounds/2 {
		t.Errorf("%.1f of 100 towns without an effect have a finding; sizes counted in %d of %d", found, sized, rounds)
	}
}

func BenchmarkSmallPilots(b *testing.B) {
	for b.Loop() {
		found, _ := chanceFindings(b, 1000)
		b.ReportMetric(found, "found_without_effect_%")
	}
}

// One pilot against one other village is no comparison.
func TestOneAgainstOne(t *testing.T) {
	r := Compare(panel(t, []string{"2017-05", ""}, flat, .2, .02, seeded(3)))
	if r.Verdict != NotEstimable || r.Design.Obstacle != OneEach || !strings.Contains(r.Words("zh"), "一个试点村") {
		t.Errorf("%s: %s", r.Verdict, r.Words("zh"))
	}
}

// TestAGlanceSaysTheSame: where the ways to choose pilots can be counted a glance has the same effect, interval, p and verdict
// as the full comparison.
func TestAGlanceSaysTheSame(t *testing.T) {
	for seed := range uint64(20) {
		p := panel(t, starts, flat, .03, .02, seeded(seed))
		full, glance := Compare(p), Glance(p)
		if full.Verdict != glance.Verdict || full.P != glance.P || full.Effect != glance.Effect || full.Low != glance.Low || full.High != glance.High {
			t.Errorf("seed %d: %s, p %v against %s, p %v", seed, full.Verdict, full.P, glance.Verdict, glance.P)
		}
	}
}

// TestOneRule: no verdict where zero is not ruled out, none where the two sides had clearly moved apart, and none but a weak one where the
// months before moved as much. The same p is worded alike for every measure.
func TestOneRule(t *testing.T) {
	of := func(p, low, high, placebo, placeboP float64) Result {
		r := Result{Measure: measure(t, "household_coverage"), Effect: .2, Low: low, High: high, P: estimate.Of(p), Verdict: Inconclusive,
			Placebo: &Result{Effect: placebo, P: estimate.Of(placeboP), Design: Design{After: months[:1]}}}
		r.Design.SmallestP = .018
		r.Verdict = r.graded()
		return r
	}
	for _, c := range []struct {
		name string
		r    Result
		want Verdict
		says []string
	}{
		{"p just above 5%", of(.054, -.06, .5, .01, .6), Inconclusive, []string{"5.4%, above 5%"}},
		{"p above 10%", of(.2, -.1, .5, .01, .6), Inconclusive, []string{"above 5%"}},
		{"no interval", of(.03, math.NaN(), math.NaN(), .01, .6), MaybeBetter, []string{"too few villages for an interval"}},
		{"strong", of(.03, .05, .4, .01, .6), Improved, nil},
		{"noisy before", of(.03, .05, .4, .12, .3), MaybeBetter, []string{"already moved by half of the effect or more"}},
		{"noisy before, the other way", of(.03, .05, .4, -.12, .3), Improved, nil},
		{"perhaps apart before, the other way", of(.03, .05, .4, -.12, .07), MaybeBetter, []string{"may not have moved alike"}},
		{"apart before", of(.03, .05, .4, .05, .04), Inconclusive, []string{"did not move alike"}},
		{"perhaps apart before", of(.03, .05, .4, .05, .054), MaybeBetter, []string{"may not have moved alike"}},
	} {
		words := c.r.Why("en")
		if c.r.Verdict != c.want || c.says == nil && words != "" {
			t.Errorf("%s: %s: %s", c.name, c.r.Verdict, words)
		}
		for _, says := range c.says {
			if !strings.Contains(words, says) {
				t.Errorf("%s: no word of %q in %q", c.name, says, words)
			}
		}
	}
	if said := of(.03, .05, .4, .05, .054).placebo("en"); strings.Contains(said, "nothing like it") {
		t.Errorf("a placebo of p 0.054: %q", said)
	}
}

// TestAlikeBeforeNeedsProof: that a difference before the start is not significant is no proof that there was none. Only an interval
// within half of the effect is one.
func TestAlikeBeforeNeedsProof(t *testing.T) {
	for _, c := range []struct {
		name                 string
		effect, p, low, high float64
		want                 Alike
	}{
		{"within the bound", -.03, .054, -.07, .001, WereAlike},
		{"not significant, but the interval is wide", .02, .6, -.15, .2, AlikeUnsure},
		{"no interval", .01, .6, math.NaN(), math.NaN(), AlikeUnsure},
		{"clearly apart", .06, .02, .02, .09, WereApart},
		{"clear, and too small to matter", .02, .02, .01, .03, WereAlike},
	} {
		r := Result{Effect: .2, Placebo: &Result{Effect: c.effect, P: estimate.Of(c.p), Low: c.low, High: c.high}}
		if got := r.AlikeBefore(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if (Result{Effect: .2}).AlikeBefore() != AlikeUnsure {
		t.Error("without months before nothing is known")
	}
}
