package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"hulian/data/trials"
	"hulian/queries/reading"
	"hulian/queries/stats/permutation"
)

// made says how a town is made whose truth is known: of every village and month so many issues fall due, and each is on time by chance.
type made struct {
	pilots, others, before, after int
	issues                        float64                 // a village and month, on average
	effect                        func(since int) float64 // on the share on time, of pilots, by months since the start
	spill                         float64                 // the share of the effect that the others have too
	worst                         bool                    // the pilots are the villages that did worst in the months before
	shock                         bool                    // something befalls every village in the middle of the months after
	unrecorded                    float64                 // the share of late issues no longer entered since the start
	everywhere                    bool                    // by all villages, not by pilots alone
	rising                        float64                 // the pilots' share by itself, a month, from the first on
}

// How villages differ and move by themselves.
const (
	levelSpread = .06 // between villages
	ownSpread   = .03 // of a village from month to month, beside the luck of its issues
	ownMemory   = .7  // of that, what is left a month later
)

func (m made) town(t testing.TB, seed uint64) Panel {
	r := rand.New(rand.NewPCG(seed, 13))
	n, months := m.pilots+m.others, m.before+m.after
	p := Panel{Measure: measure(t, "on_time_rate"), Series: map[string][]reading.Month{}}
	for k := range months {
		p.Months = append(p.Months, time.Date(2016, time.Month(1+k), 1, 0, 0, 0, 0, time.UTC).Format("2006-01"))
	}
	season := make([]float64, months)
	for k := range season {
		season[k] = .03*math.Sin(float64(k)/2) + .02*r.NormFloat64()
		if m.shock && k >= m.before+m.after/3 {
			season[k] -= .15
		}
	}
	share := make([][]float64, n)
	early := make([][2]float64, n) // on time and due in the year before
	counted := make([][]reading.Month, n)
	draw := func(i, k int, add, left float64) reading.Month {
		due, good := poisson(r, m.issues), 0.0
		if i < m.pilots {
			add += m.rising * float64(k)
		}
		x := math.Max(.02, math.Min(.98, share[i][k]+season[k]+add))
		entered := 0.0
		for range int(due) {
			switch late := r.Float64() >= x; {
			case !late:
				good, entered = good+1, entered+1
			case r.Float64() >= left:
				entered++
			}
		}
		return reading.Month{Month: p.Months[k], Numerator: good, Denominator: entered, Value: good / entered}
	}
	for i := range n {
		level, own := .7+levelSpread*r.NormFloat64(), ownSpread*r.NormFloat64()
		for range months {
			share[i] = append(share[i], level+own)
			own = ownMemory*own + math.Sqrt(1-ownMemory*ownMemory)*ownSpread*r.NormFloat64()
		}
		for k := range m.before {
			c := draw(i, k, 0, 0)
			counted[i] = append(counted[i], c)
			early[i][0], early[i][1] = early[i][0]+c.Numerator, early[i][1]+c.Denominator
		}
	}
	pilot := make([]bool, n)
	for k := range m.pilots {
		chosen := k
		if m.worst {
			chosen = -1
			for i := range n {
				if !pilot[i] && (chosen < 0 || early[i][0]*early[chosen][1] < early[chosen][0]*early[i][1]) {
					chosen = i
				}
			}
		}
		pilot[chosen] = true
	}
	for i := range n {
		v := Village{ID: fmt.Sprintf("V%02d", i+1), Name: fmt.Sprintf("第%d村", i+1), Pilot: pilot[i]}
		if v.Pilot {
			v.Start = p.Months[m.before]
		}
		for k := m.before; k < months; k++ {
			add, left := 0.0, 0.0
			if m.effect != nil {
				add = m.effect(k-m.before) * map[bool]float64{true: 1, false: m.spill}[v.Pilot]
			}
			if v.Pilot || m.everywhere {
				left = m.unrecorded
			}
			counted[i] = append(counted[i], draw(i, k, add, left))
		}
		p.Villages, p.Series[v.ID] = append(p.Villages, v), counted[i]
	}
	return p
}

func poisson(r *rand.Rand, mean float64) (n float64) {
	for limit, product := math.Exp(-mean), r.Float64(); product > limit; product *= r.Float64() {
		n++
	}
	return n
}

// truth is the difference that the comparison is after: the pilots' effect less what the others have of it.
func (m made) truth() (mean float64) {
	if m.effect == nil {
		return 0
	}
	for k := range m.after {
		mean += m.effect(k) * (1 - m.spill) / float64(m.after)
	}
	return mean
}

// oracle is the p-value of somebody who knows how the town was made: the permutation test of the plain difference of changes over all
// months, with nothing that keeps it from being called.
func oracle(p Panel, before int) (effect, probability float64) {
	var pilots, others []float64
	for _, v := range p.Villages {
		change := summed(p, v, p.Months[before:]).Value - summed(p, v, p.Months[:before]).Value
		if v.Pilot {
			pilots = append(pilots, change)
		} else {
			others = append(others, change)
		}
	}
	test := permutation.TwoSample(pilots, others, permutation.Options{})
	return test.Mean1.Value - test.Mean2.Value, test.PTwoSided.Or(1)
}

func steady(x float64) func(int) float64 { return func(int) float64 { return x } }

// fading is an effect that is gone after so many months.
func fading(x float64, months int) func(int) float64 {
	return func(since int) float64 { return x * math.Max(0, 1-float64(since)/float64(months)) }
}

// kind is a kind of town, and what is asked of its verdicts.
type kind struct {
	name   string
	town   made
	none   bool // there is nothing that should be called an improvement
	covers bool // the interval is to hold the truth as often as it says
}

func kinds() []kind {
	usual := made{pilots: 3, others: 8, before: 12, after: 21, issues: 10}
	of := func(change func(m *made)) made { m := usual; change(&m); return m }
	var all []kind
	for _, issues := range []float64{5, 10, 15, 30} {
		all = append(all, kind{fmt.Sprintf("+10 points, %v issues", issues), of(func(m *made) { m.effect, m.issues = steady(.1), issues }), false, true})
	}
	for _, issues := range []float64{2, 5, 10, 30} {
		all = append(all, kind{fmt.Sprintf("none, %v issues", issues), of(func(m *made) { m.issues = issues }), true, true})
	}
	return append(all,
		kind{"+10 points, 5 others", of(func(m *made) { m.effect, m.others = steady(.1), 5 }), false, true},
		kind{"+20 points, gone after 12 months", of(func(m *made) { m.effect = fading(.2, 12) }), false, true},
		kind{"none, pilots the worst", of(func(m *made) { m.worst = true }), true, false},
		kind{"none, pilots the worst, 5 issues", of(func(m *made) { m.worst, m.issues = true, 5 }), true, false},
		kind{"+10 points, pilots the worst", of(func(m *made) { m.effect, m.worst = steady(.1), true }), false, false},
		kind{"none, common shock", of(func(m *made) { m.shock = true }), true, true},
		kind{"+10 points, common shock", of(func(m *made) { m.effect, m.shock = steady(.1), true }), false, true},
		kind{"+10 points, others have half of it", of(func(m *made) { m.effect, m.spill = steady(.1), .5 }), false, true},
		kind{"none, pilots enter 70% of late issues", of(func(m *made) { m.unrecorded = .3 }), true, false},
		kind{"none, all enter 70% of late issues", of(func(m *made) { m.unrecorded, m.everywhere = .3, true }), true, true},
		kind{"none, pilots enter 40% of late issues", of(func(m *made) { m.unrecorded = .6 }), true, false},
		// A trend of the pilots' own that goes on is told from an effect by nobody, with twelve months before: printed, not held to anything.
		kind{"none, pilots rising 0.3 points a month", of(func(m *made) { m.rising = .003 }), false, false},
		kind{"none, pilots rising 0.6 points a month", of(func(m *made) { m.rising = .006 }), false, false},
		kind{"+10 points, 1 pilot", of(func(m *made) { m.effect, m.pilots, m.others = steady(.1), 1, 10 }), false, true},
		kind{"none, 1 pilot", of(func(m *made) { m.pilots, m.others = 1, 10 }), true, true},
		kind{"+10 points, 2 pilots", of(func(m *made) { m.effect, m.pilots, m.others = steady(.1), 2, 9 }), false, true},
		kind{"none, 2 pilots", of(func(m *made) { m.pilots, m.others = 2, 9 }), true, true},
	)
}

// TestTownsOfKnownTruth makes towns of every kind and has them judged by the rule that the pages show. Improvements are not to be called
// where there are none, a true one of 10 points is to be called nearly as often as by the permutation test that knows how towns were
// made, and intervals are to hold the truth.
func TestTownsOfKnownTruth(t *testing.T) {
	towns, first := trials.Seeds(t, 40), trials.First(t)
	slack := func(share float64) float64 { return 3 * math.Sqrt(share*(1-share)/float64(towns)) }
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "of %d towns each, seeds from %d, in %%\timproved\tmaybe better\tinconclusive\tmaybe worse\tworsened\tcalled better\toracle\tmaybe better, entries doubted\tinterval holds truth\tof intervals\t\n", towns, first)
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			got, seen, inside, intervals, truth := map[Verdict]float64{}, 0.0, 0.0, 0.0, k.town.truth()
			doubted := 0.0 // maybe better, and the reason named is that entries changed
			for n := range uint64(towns) {
				p := k.town.town(t, first+n)
				r := Glance(p)
				got[r.Verdict] += 1 / float64(towns)
				if doubts := r.doubts(); r.Verdict == MaybeBetter && (slices.Contains(doubts, "why_recording") || slices.Contains(doubts, "why_entries")) {
					doubted += 1 / float64(towns)
				}
				if effect, probability := oracle(p, k.town.before); effect > 0 && probability <= significant {
					seen += 1 / float64(towns)
				}
				if !math.IsNaN(r.Low) {
					if intervals++; r.Low <= truth && truth <= r.High {
						inside++
					}
				}
			}
			called := got[Improved] + got[MaybeBetter]
			fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.0f\t\n", k.name, 100*got[Improved], 100*got[MaybeBetter], 100*got[Inconclusive], 100*got[MaybeWorse],
				100*got[Worsened], 100*called, 100*seen, 100*doubted, 100*inside/intervals, intervals)
			if k.none && got[Improved] > significant+slack(significant) {
				t.Errorf("%s: improved in %.1f%% of towns", k.name, 100*got[Improved])
			}
			if k.none && (k.town.unrecorded == 0 || k.town.everywhere) && called > significant+slack(significant) { // entries left out are told from no effect by nobody, only doubted
				t.Errorf("%s: called better in %.1f%% of towns", k.name, 100*called)
			}
			if k.none && k.town.unrecorded > 0 && !k.town.everywhere && doubted < .8*got[MaybeBetter] { // where it is no call, the reader is told why
				t.Errorf("%s: maybe better in %.1f%% of towns, and only in %.1f%% with changed entries as a reason", k.name, 100*got[MaybeBetter], 100*doubted)
			}
			if k.covers && intervals > 0 && inside/intervals < .95-slack(.95) {
				t.Errorf("%s: %.1f%% of intervals hold the truth", k.name, 100*inside/intervals)
			}
			if k.name == "+10 points, 10 issues" && (called < .6-slack(.6) || called < .9*seen-slack(.6)) {
				t.Errorf("%s: called in %.1f%% of towns, by the oracle in %.1f%%", k.name, 100*called, 100*seen)
			}
		})
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", b.String())
}
