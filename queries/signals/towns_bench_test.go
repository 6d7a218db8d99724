package signals

import (
	"fmt"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/rate"
)

// tally is what was found in many towns.
type tally struct {
	towns                  int
	planted, found         map[Cause]int
	delays                 []int // months from onset to the first month a weak village is called so, the month itself counting as one
	labelled, rightly      int
	ordinaryMonths, alarms int
	alarmed                int // months ordinary villages stand on the list
	worked, credited       int
	idle, wronglyCredited  int
}

func newTally() *tally { return &tally{planted: map[Cause]int{}, found: map[Cause]int{}} }

func (y *tally) merge(o *tally) {
	y.towns += o.towns
	for _, c := range []Cause{Capacity, Effort} {
		y.planted[c] += o.planted[c]
		y.found[c] += o.found[c]
	}
	y.delays = append(y.delays, o.delays...)
	y.labelled, y.rightly = y.labelled+o.labelled, y.rightly+o.rightly
	y.ordinaryMonths, y.alarms, y.alarmed = y.ordinaryMonths+o.ordinaryMonths, y.alarms+o.alarms, y.alarmed+o.alarmed
	y.worked, y.credited, y.idle, y.wronglyCredited = y.worked+o.worked, y.credited+o.credited, y.idle+o.idle, y.wronglyCredited+o.wronglyCredited
}

const withinMonths = 6

// watch follows one town month by month, each month with what was known then.
func watch(d drawn) *tally {
	y := newTally()
	y.towns = 1
	first := make([]int, len(d.Villages))
	for i, p := range d.planted {
		first[i] = -1
		if p.cause != NoCause {
			y.planted[p.cause]++
		}
	}
	before := make([]bool, len(d.Villages))
	credited := make([]bool, len(d.Villages))
	for at := 3; at < townMonths; at++ {
		t := d.upTo(at)
		j := t.judge()
		all := j.assess(at)
		for i, a := range all {
			p := d.planted[i]
			if p.support >= 0 && at >= p.support+leastMonths && at <= p.support+9 && !credited[i] {
				for _, o := range j.outcomes(i) {
					credited[i] = credited[i] || o.Credited()
				}
			}
			if p.cause == NoCause || at < p.onset {
				if !p.never && t.startedBy(a.Village, t.Month) {
					y.ordinaryMonths++
					if a.IsWeak() {
						y.alarmed++
						if !before[i] {
							y.alarms++
						}
					}
				}
				before[i] = a.IsWeak()
				continue
			}
			if a.IsWeak() && first[i] < 0 && at < p.onset+withinMonths {
				first[i] = at
				y.found[p.cause]++
				y.delays = append(y.delays, at-p.onset+1)
				a.Hands = t.hands(at)[i]
				y.labelled++
				if causeOf(a) == p.cause {
					y.rightly++
				}
			}
		}
	}
	for i, p := range d.planted {
		switch {
		case p.support < 0 || p.support+9 >= townMonths:
		case p.works:
			y.worked++
			y.credited += truth(credited[i])
		default:
			y.idle++
			y.wronglyCredited += truth(credited[i])
		}
	}
	return y
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// share writes x/n with its 95% Wilson interval.
func share(x, n int) string {
	if n == 0 {
		return "–"
	}
	w := rate.Wilson(float64(x), float64(n), .95)
	return fmt.Sprintf("%.3f (%.3f–%.3f; %d/%d)", float64(x)/float64(n), w.Low.Value, w.High.Value, x, n)
}

func (y *tally) String() string {
	slices.Sort(y.delays)
	middle, ninth := 0, 0
	if n := len(y.delays); n > 0 {
		middle, ninth = y.delays[n/2], y.delays[n*9/10]
	}
	years := float64(y.ordinaryMonths) / 12
	byar := rate.Counts(float64(y.alarms), max(years, 1e-9), 40, .95)
	return fmt.Sprintf("towns %d\n  capacity found within %d months  %s\n  effort found within %d months    %s\n  months to detection              median %d, 90%% within %d\n  false alarms per 40 village-years %.2f (%.2f–%.2f; %d in %.0f years); months on the list %.4f\n  cause label right                %s\n  support that worked, credited    %s\n  support that did not, credited   %s",
		y.towns, withinMonths, share(y.found[Capacity], y.planted[Capacity]), withinMonths, share(y.found[Effort], y.planted[Effort]), middle, ninth,
		40*float64(y.alarms)/max(years, 1e-9), byar.Low.Or(0), byar.High.Or(0), y.alarms, years, float64(y.alarmed)/float64(max(1, y.ordinaryMonths)),
		share(y.rightly, y.labelled), share(y.credited, y.worked), share(y.wronglyCredited, y.idle))
}

// TestTowns holds a small fixed sample of the towns of BenchmarkTowns to the goals: a share that reaches its goal falls below the
// floor, and false alarms at the goal pass the ceiling, in one sample of a thousand.
func TestTowns(t *testing.T) {
	if testing.Short() {
		t.Skip("draws towns for some seconds")
	}
	y := newTally()
	for k, s := range shapes {
		for seed := range uint64(2) {
			y.merge(watch(drawTown(s, uint64(k)*10_000+900+seed)))
		}
	}
	t.Logf("%v", y)
	for name, one := range map[string]struct {
		found, of int
		goal      float64
	}{"short of hands found": {y.found[Capacity], y.planted[Capacity], .9}, "short of effort found": {y.found[Effort], y.planted[Effort], .9},
		"cause label right": {y.rightly, y.labelled, .9}, "support that worked credited": {y.credited, y.worked, .8}} {
		if cumulated := binomialBelow(one.found, one.of, one.goal); one.of < 10 || cumulated < .001 {
			t.Errorf("%s: %d of %d; at the goal of %g so few come with a chance of %.5f", name, one.found, one.of, one.goal, cumulated)
		}
	}
	ceiling := distuv.Poisson{Lambda: float64(y.ordinaryMonths) / 12 / 40}
	if above := 1 - ceiling.CDF(float64(y.alarms)-1); above < .001 {
		t.Errorf("%d false alarms in %d village-months; at one per 40 village-years so many come with a chance of %.5f", y.alarms, y.ordinaryMonths, above)
	}
}

// binomialBelow is the chance of x or fewer out of n.
func binomialBelow(x, n int, p float64) float64 {
	return distuv.Binomial{N: float64(n), P: p}.CDF(float64(x))
}

// BenchmarkTowns prints what the detector finds in hundreds of drawn towns, by shape.
func BenchmarkTowns(b *testing.B) {
	for range b.N {
		whole := newTally()
		for k, s := range shapes {
			y := newTally()
			for seed := range uint64(60) {
				y.merge(watch(drawTown(s, uint64(k)*10_000+seed)))
			}
			fmt.Printf("%s\n%v\n", s.name, y)
			if !s.madeUp {
				whole.merge(y)
			}
		}
		fmt.Printf("all shapes in which nobody makes visits up\n%v\n", whole)
	}
}

// BenchmarkAssess judges a town of 300 villages on every measure that is evidence, its history included, as a page does.
func BenchmarkAssess(b *testing.B) {
	s := shapes[2]
	s.villages, s.households = [2]int{300, 300}, [2]int{150_000, 150_000}
	t := drawTown(s, 1).upTo(23)
	b.ResetTimer()
	for range b.N {
		Assess(t)
	}
}

// BenchmarkMonth turns the keys of 300 villages in one month, on twelve measures.
func BenchmarkMonth(b *testing.B) {
	s := shapes[2]
	s.villages, s.households = [2]int{300, 300}, [2]int{150_000, 150_000}
	t := drawTown(s, 1).upTo(23)
	kept := 0
	for _, m := range evident() {
		if kept++; kept > 12 {
			delete(t.Series, m.ID)
		}
	}
	b.ResetTimer()
	for range b.N {
		t.judge().assess(23)
	}
}
