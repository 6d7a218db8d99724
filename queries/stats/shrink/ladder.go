package shrink

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// ladder is how the likelihoods add up: for units of heights h (events, misses or trials) and any smooth f,
//
//	Σᵢ Σ_{j<hᵢ} f(j) = Σ times × f(at)
//
// Up to wholeRungs every j is a rung of its own, as often as units reach above it. The rest of a higher unit is an
// integral, from ½ below its first j to ½ below its end, with the next term of Euler and Maclaurin's series,
// −(f′(end) − f′(first))/24 with f′ by differences; what is left out is below 1e-11 of log(1+j). A hundred million trials
// take as long as ten thousand, and the same memory.
type ladder struct{ at, times []float64 }

const (
	wholeRungs = 1024
	tailNodes  = 48 // of Gauss and Legendre, over log j
)

func newLadder(heights []float64) ladder {
	var l ladder
	var reach [wholeRungs + 1]float64
	var tails []float64
	for _, h := range heights {
		reach[int(math.Min(h, wholeRungs))]++
		if h > wholeRungs {
			tails = append(tails, h)
		}
	}
	above := float64(len(heights))
	for j := range wholeRungs {
		if above -= reach[j]; above == 0 {
			break
		}
		l.add(float64(j), above)
	}
	if len(tails) == 0 {
		return l
	}
	at, weights := make([]float64, tailNodes), make([]float64, tailNodes)
	for _, h := range tails {
		quad.Legendre{}.FixedLocations(at, weights, math.Log(wholeRungs-0.5), math.Log(h-0.5))
		for k, u := range at {
			l.add(math.Exp(u), weights[k]*math.Exp(u))
		}
		l.add(h-1, 1.0/24)
		l.add(h, -1.0/24)
	}
	// All tails begin at the same place.
	l.add(wholeRungs-1, -float64(len(tails))/24)
	l.add(wholeRungs, float64(len(tails))/24)
	return l
}

func (l *ladder) add(at, times float64) {
	l.at, l.times = append(l.at, at), append(l.times, times)
}
