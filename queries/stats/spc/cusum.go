package spc

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
)

// Sum is a cumulative sum of the log likelihood ratio of a share having risen against its having stayed, that never falls
// below 0 (Page 1954; Steiner, Cook, Farewell & Treasure 2000, Biostatistics 1:441–452). It adds up small lasting changes that
// no single point of a p-chart shows.
type Sum struct {
	Values []float64 // by point
	Value  float64   // of the last
	From   int       // first point of the present rise; the change is likeliest to have begun there
}

// LeastLimit is below every limit SumLimit gives for a chance of 0.1 or less: a lower sum needs none.
const LeastLimit = 1.5

// CumulativeSum follows events out of bases. Steady is the share each point has if nothing happens, and rise what is watched for: a
// share higher by that much. Bases need not be whole.
func CumulativeSum(events, bases, steady []float64, rise float64) Sum {
	s := Sum{Values: make([]float64, len(events))}
	for i, x := range events {
		if s.Value == 0 {
			s.From = i
		}
		s.Value = math.Max(0, s.Value+weight(x, bases[i], steady[i], rise))
		s.Values[i] = s.Value
	}
	return s
}

func weight(x, n, p, rise float64) float64 {
	q := math.Min(.99, p+rise)
	return x*math.Log(q/p) + (n-x)*math.Log((1-q)/(1-p))
}

const (
	sumSeries = 2000
	sumShares = 40 // bands of shares that share a limit
	sumBands  = 2  // of sizes to a doubling, that share a limit
)

type sumKey struct {
	points, size, base, share int
	rise, chance              float64
}

var sumLimits sync.Map // sumKey → float64: a limit is a fact about sizes and costs milliseconds

// SumLimit is the value that the largest cumulative sum of a steady series of these sizes passes with a chance, by simulation from
// a fixed seed. The level a series is held to is itself an estimate from a base: where that is small, steady series pass
// any limit that takes it as known, so the level is drawn anew for each. Sizes and shares are rounded to bands.
func SumLimit(steady, bases []float64, base, rise, chance float64) float64 {
	p, n := mean(steady), mean(bases)
	band := func(x float64) int { return int(math.Round(math.Log2(math.Max(x, 1e-3)) * sumBands)) }
	key := sumKey{len(bases), band(n), band(base), int(math.Round(p * sumShares)), rise, chance}
	if known, ok := sumLimits.Load(key); ok {
		if limit, ok := known.(float64); ok {
			return limit
		}
	}
	unband := func(k int) float64 { return math.Exp2(float64(k) / sumBands) }
	limit := simulatedLimit(key.points, unband(key.size), unband(key.base), math.Min(.98, math.Max(.0125, float64(key.share)/sumShares)), rise, chance)
	sumLimits.Store(key, limit)
	return limit
}

func simulatedLimit(points int, n, base, p, rise, chance float64) float64 {
	random := rand.New(rand.NewPCG(uint64(points), uint64(n*1000)))
	n, base = math.Max(1, math.Round(n)), math.Max(1, math.Round(base))
	months, levels := cumulated(n, p), cumulated(base, p)
	tops := make([]float64, sumSeries)
	for i := range tops {
		level := math.Min(.98, math.Max(.0125, drawn(random, levels)/base))
		raised := math.Min(.99, level+rise)
		up, down := math.Log(raised/level), math.Log((1-raised)/(1-level))
		var value float64
		for range points {
			x := drawn(random, months)
			value = math.Max(0, value+x*up+(n-x)*down)
			tops[i] = math.Max(tops[i], value)
		}
	}
	slices.Sort(tops)
	return math.Max(LeastLimit, tops[int(float64(sumSeries)*(1-chance))])
}

// cumulated is the distribution function of Binomial(n, p), from the middle outwards because the mass at 0 may be too small to be
// a number.
func cumulated(n, p float64) []float64 {
	mass := make([]float64, int(n)+1)
	middle := int(n * p)
	mass[middle] = 1
	for k := middle; k+1 < len(mass); k++ {
		mass[k+1] = mass[k] * (n - float64(k)) / float64(k+1) * p / (1 - p)
	}
	for k := middle; k > 0; k-- {
		mass[k-1] = mass[k] * float64(k) / (n - float64(k) + 1) * (1 - p) / p
	}
	var sum float64
	for k, m := range mass {
		sum += m
		mass[k] = sum
	}
	for k := range mass {
		mass[k] /= sum
	}
	return mass
}

func drawn(random *rand.Rand, cumulated []float64) float64 {
	k, _ := slices.BinarySearch(cumulated, random.Float64())
	return float64(k)
}
