package flow

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var end = time.Date(2018, 2, 1, 0, 0, 0, 0, time.UTC)

func ago(days float64) time.Time { return end.Add(-time.Duration(days * 24 * float64(time.Hour))) }

// resolving is an issue routed so many days before the end, resolved after took days; took 0: still open.
func resolving(village string, routed, took float64) *Issue {
	i := &Issue{Village: village, Reported: ago(routed + 1), Classified: ago(routed + .5), Routed: ago(routed)}
	if took > 0 {
		i.Resolved = ago(routed - took)
	}
	return i
}

// TestLagByHand: the benchmark resolves in 1, 2, 3 and 4 days: its median is 2 and after ten days nobody waits. Of the
// own four, routed ten days ago, two took 5 and 6 days and two wait: the curve falls to 3/4 and 1/2, so the median is 6,
// four days behind, and two wait where none should.
func TestLagByHand(t *testing.T) {
	benchmark := []*Issue{resolving("B", 20, 1), resolving("B", 20, 2), resolving("B", 20, 3), resolving("B", 20, 4)}
	own := []*Issue{resolving("A", 10, 5), resolving("A", 10, 6), resolving("A", 10, 0), resolving("A", 10, 0)}
	l := LagOf(own, TimeOf(benchmark, Resolve, end), end)
	if l.Median.Value != 6 || l.Against.Median.Value != 2 || l.Days.Value != 4 || l.Waiting() != 2 || math.Abs(l.Issues-2) > 1e-9 {
		t.Errorf("median %v against %v, %v days, %d waiting, %v too many", l.Median, l.Against.Median, l.Days, l.Waiting(), l.Issues)
	}
	if l.Low.Value != 5 || l.High.Known {
		t.Errorf("of four issues with two open the interval is open above: %v to %v", l.Low, l.High)
	}
	// At two days half of the benchmark's issues still wait: of two own ones one should.
	early := LagOf([]*Issue{resolving("A", 2, 0), resolving("A", 2, 0)}, TimeOf(benchmark, Resolve, end), end)
	if math.Abs(early.Issues-1) > 1e-9 || early.Median.Known {
		t.Errorf("%v too many wait, median %v", early.Issues, early.Median)
	}
	if none := LagOf(own, TimeOf(nil, Resolve, end), end); none.Issues != 0 || none.Days.Known {
		t.Errorf("without a benchmark nothing is behind: %v days, %v issues", none.Days, none.Issues)
	}
}

// TestWhatCounts: a step counts issues whose beginning is recorded, and none whose end is missing though a later step is.
func TestWhatCounts(t *testing.T) {
	onTheSpot := &Issue{Reported: ago(5), Resolved: ago(4), FedBack: ago(4)}
	open := &Issue{Reported: ago(5)}
	unrecorded := &Issue{Reported: ago(5), Routed: ago(3)}
	backwards := &Issue{Reported: ago(5), Classified: ago(6), Routed: ago(2)}
	all := []*Issue{onTheSpot, open, unrecorded, backwards}
	for step, want := range map[Step][2]int{Classify: {2, 1}, Route: {1, 1}, Resolve: {2, 0}, Feedback: {1, 1}, Whole: {4, 1}} {
		if got := TimeOf(all, step, end); got.Entered != want[0] || got.Ended != want[1] {
			t.Errorf("step %d: %d entered, %d ended, want %v", step, got.Entered, got.Ended, want)
		}
	}
	if got := TimeOf([]*Issue{backwards}, Classify, end); got.Median.Value != 0 {
		t.Errorf("a clock that went backwards is no time: %v", got.Median)
	}
}

func TestBottleneck(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 7))
	draw := func(village string, n int, mean float64) []*Issue {
		var all []*Issue
		for range n {
			routed := 10 + 60*random.Float64()
			took := mean * random.ExpFloat64()
			if took >= routed {
				took = 0
			}
			all = append(all, resolving(village, routed, took))
		}
		return all
	}
	var town []*Issue
	for v := range 8 {
		town = append(town, draw(fmt.Sprintf("V%d", v), 40, 4+float64(v%3))...)
	}
	slow := draw("S", 40, 25)
	town = append(town, slow...)
	var lags []Lag
	for _, s := range Steps {
		all := AllOf(town, s, end)
		lag := LagOf(slow, all.Time, end)
		lag.Test(all)
		lags = append(lags, lag)
	}
	worst, ok := Bottleneck(lags, 10)
	if !ok || worst.Step != Resolve || worst.Issues < 3 || !worst.P.Known || worst.P.Value > .001 {
		t.Errorf("found %v: step %d, %v issues, p %v", ok, worst.Step, worst.Issues, worst.P)
	}
	if _, ok := Bottleneck(lags, 41); ok {
		t.Error("forty issues are fewer than forty-one: no bottleneck is named")
	}
	if _, ok := Bottleneck([]Lag{LagOf(town, TimeOf(town, Resolve, end), end)}, 10); ok {
		t.Error("nothing lies behind itself")
	}
	better := BetterHalf(ByVillage(town), Resolve, 10, end)
	for _, i := range better {
		if i.Village == "S" {
			t.Fatal("the slowest village is in the better half")
		}
	}
	if len(better) < 4*40 {
		t.Errorf("%d issues are no half of nine villages", len(better))
	}
	// A median that is not reached outranks any number of days.
	never := LagOf(append(draw("N", 5, 1e9), draw("N", 15, 1e9)...), TimeOf(town, Resolve, end), end)
	if worst, ok = Bottleneck([]Lag{lags[Resolve], never}, 10); !ok || worst.Median.Known {
		t.Errorf("the step hardly anybody passes: %v %v", ok, worst.Median)
	}
}
