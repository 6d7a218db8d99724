package did

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// changed are the outcomes of units that stood at 10 before and changed by so much.
func changed(treated, control []float64) (rows []Outcome) {
	for i, change := range append(append([]float64{}, treated...), control...) {
		unit, in := strconv.Itoa(i), i < len(treated)
		rows = append(rows, Outcome{Unit: unit, Treated: in, Y: 10}, Outcome{Unit: unit, Treated: in, Post: true, Y: 10 + change})
	}
	return rows
}

// TestInvertedByHand: of the 20 ways to choose 3 of 6 only the one seen and its mirror image are as extreme where one side lies
// wholly above the other, p = 0.1. Treated changes 20, 22, 25 and control changes 1, 2, 3 lie so apart as long as the effect taken
// away is below 20 − 3 = 17 or above 25 − 1 = 24.
func TestInvertedByHand(t *testing.T) {
	rows := changed([]float64{22, 20, 25}, []float64{1, 3, 2})
	o := Options2x2{Confidence: .9}
	interval, none := Inverted(rows, TwoByTwo(rows, o), o)
	if none != HasInterval || math.Abs(interval.Low.Value-17) > 1e-3 || math.Abs(interval.High.Value-24) > 1e-3 {
		t.Errorf("%+v %q, want 17 to 24", interval, none)
	}
	for want, o := range map[WhyNone]Options2x2{TooFewWays: {}, HasInterval: {Confidence: .9}} {
		if _, none := Inverted(rows, TwoByTwo(rows, o), o); none != want {
			t.Errorf("confidence %v: %q, want %q", o.Confidence, none, want)
		}
	}
	flat := changed([]float64{5, 5, 5, 5}, []float64{1, 1, 1, 1, 1})
	if interval, none := Inverted(flat, TwoByTwo(flat, Options2x2{}), Options2x2{}); none != NoSpread || interval.Known() {
		t.Errorf("nothing varies: %+v %q", interval, none)
	}
}

// TestInvertedHoldsTheEffect: with three units against five at least 93 of 100 intervals hold the effect.
func TestInvertedHoldsTheEffect(t *testing.T) {
	const rounds, effect = 300, 4.
	random, held := rand.New(rand.NewPCG(3, 5)), 0
	for range rounds {
		draw := func(n int, shift float64) (x []float64) {
			for range n {
				x = append(x, shift+random.NormFloat64())
			}
			return x
		}
		rows := changed(draw(3, effect), draw(5, 0))
		interval, none := Inverted(rows, TwoByTwo(rows, Options2x2{}), Options2x2{})
		if none != HasInterval {
			t.Fatalf("no interval: %s", none)
		}
		if interval.Low.Value <= effect && effect <= interval.High.Value {
			held++
		}
	}
	if held < rounds*93/100 {
		t.Errorf("%d of %d intervals hold the effect", held, rounds)
	}
}
