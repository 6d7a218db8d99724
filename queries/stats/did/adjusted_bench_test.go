package did

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// town makes villages with two covariates that move their trends, and cohorts that start one after another.
func town(villages, months, cohorts int, seed uint64) []Covered {
	random := rand.New(rand.NewPCG(seed, 7))
	var rows []Covered
	for v := range villages {
		first := 0
		if c := v % (cohorts + 1); c > 0 {
			first = c * months / (cohorts + 1)
		}
		x, z, level := random.NormFloat64(), random.NormFloat64(), random.NormFloat64()
		for t := range months {
			y := level + 0.02*float64(t)*x + random.NormFloat64()
			if first > 0 && t >= first {
				y++
			}
			rows = append(rows, Covered{Observation: Observation{Unit: fmt.Sprintf("v%04d", v), Time: t, First: first, Y: y}, X: []float64{x, z}, Cluster: ""})
		}
	}
	return rows
}

// BenchmarkAdjusted is the goal: 1,000 villages, 60 months, 12 cohorts, doubly robust, 1,000 draws in 2 seconds on two
// cores and 500 MB.
func BenchmarkAdjusted(b *testing.B) {
	rows := town(1000, 60, 12, 1)
	b.ReportAllocs()
	for b.Loop() {
		r := Adjusted(rows, AdjustedOptions{Options: Options{Draws: 1000}})
		if !r.Critical.Known || len(r.Cells) < 700 {
			b.Fatal(len(r.Cells), r.Warnings)
		}
	}
}
