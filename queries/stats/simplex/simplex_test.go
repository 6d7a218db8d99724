package simplex

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"

	"hulian/data/trials"
)

// optimal checks the conditions of Karush, Kuhn and Tucker: weights ≥ 0 of sum 1, and no column whose gradient lies below
// that of the mix.
func optimal(t *testing.T, p Problem, s Solution) {
	t.Helper()
	if math.Abs(floats.Sum(s.Weights)-1) > 1e-9 {
		t.Fatalf("weights sum to %v", floats.Sum(s.Weights))
	}
	mix := make([]float64, len(p.Target))
	for j, w := range s.Weights {
		if w < 0 || math.IsNaN(w) {
			t.Fatalf("weight %d is %v", j, w)
		}
		floats.AddScaled(mix, w, p.Columns[j])
	}
	floats.Sub(mix, p.Target)
	if math.Abs(math.Sqrt(floats.Dot(mix, mix))-s.Distance) > 1e-9*(1+s.Distance) {
		t.Fatalf("distance %v, want %v", s.Distance, math.Sqrt(floats.Dot(mix, mix)))
	}
	var scale float64
	gradient := make([]float64, len(s.Weights))
	for j, column := range p.Columns {
		for r := range mix {
			gradient[j] += (column[r] - p.Target[r]) * mix[r]
			scale = math.Max(scale, (column[r]-p.Target[r])*(column[r]-p.Target[r]))
		}
		gradient[j] += p.Ridge * s.Weights[j]
	}
	level := floats.Dot(gradient, s.Weights)
	for j, g := range gradient {
		if g < level-1e-8*(scale+p.Ridge) {
			t.Fatalf("column %d would bring the mix nearer: %v below %v", j, g, level)
		}
		if s.Weights[j] > 1e-6 && g > level+1e-6*(scale+p.Ridge) {
			t.Fatalf("column %d should weigh less: %v above %v", j, g, level)
		}
	}
}

// The nearest point of a triangle, by hand: from (0, 0) to the edge between (1, 0) and (0, 2) the foot is (0.8, 0.4).
func TestByHand(t *testing.T) {
	s, ok := Solve(Problem{Columns: [][]float64{{1, 0}, {0, 2}, {3, 3}}, Target: []float64{0, 0}})
	if !ok || math.Abs(s.Weights[0]-.8) > 1e-12 || math.Abs(s.Weights[1]-.2) > 1e-12 || s.Weights[2] != 0 {
		t.Fatalf("weights %v", s.Weights)
	}
	if !s.Unique || math.Abs(s.Distance-2/math.Sqrt(5)) > 1e-12 {
		t.Errorf("unique %v, distance %v", s.Unique, s.Distance)
	}
	within, _ := Solve(Problem{Columns: [][]float64{{-1, 0}, {1, 0}, {0, 1}, {0, -1}}, Target: []float64{0, 0}})
	if within.Unique || within.Distance > 1e-6 {
		t.Errorf("a point in a square has many mixes: unique %v, distance %v", within.Unique, within.Distance)
	}
	for _, w := range within.Weights {
		if math.Abs(w-.25) > 1e-6 {
			t.Errorf("the most even mix is a quarter of each: %v", within.Weights)
		}
	}
	same, _ := Solve(Problem{Columns: [][]float64{{2, 2}, {2, 2}}, Target: []float64{2, 2}})
	if same.Unique || same.Weights[0] != .5 {
		t.Errorf("columns alike: %+v", same)
	}
}

func TestRefuses(t *testing.T) {
	for name, p := range map[string]Problem{
		"no column": {Target: []float64{1}}, "lengths": {Columns: [][]float64{{1, 2}}, Target: []float64{1}},
		"not a number": {Columns: [][]float64{{math.NaN()}}, Target: []float64{1}}, "infinite": {Columns: [][]float64{{1}}, Target: []float64{math.Inf(1)}},
		"ridge": {Columns: [][]float64{{1}}, Target: []float64{1}, Ridge: -1},
	} {
		if s, ok := Solve(p); ok {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// Random problems of all shapes: few and many columns, short and long, correlated, with ridges of all sizes.
func TestOptimalOnRandomProblems(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range trials.Seeds(t, 400) {
		m, n := 1+r.IntN(30), 1+r.IntN(40)
		p := Problem{Target: make([]float64, m)}
		trend := r.NormFloat64()
		series := func() []float64 {
			v, level, slope := make([]float64, m), 5+r.NormFloat64(), trend+.3*r.NormFloat64()
			for i := range v {
				v[i] = level + slope*float64(i)/10 + .1*r.NormFloat64()
			}
			return v
		}
		p.Target = series()
		for range n {
			p.Columns = append(p.Columns, series())
		}
		if r.IntN(3) > 0 {
			p.Ridge = math.Pow(10, float64(r.IntN(14)-12))
		}
		s, ok := Solve(p)
		if !ok {
			t.Fatal("refused")
		}
		optimal(t, p, s)
	}
}

func FuzzSolve(f *testing.F) {
	f.Add(uint64(1), uint8(4), uint8(3), 0.0)
	f.Add(uint64(2), uint8(1), uint8(9), 1e-9)
	f.Fuzz(func(t *testing.T, seed uint64, m, n uint8, ridge float64) {
		r := rand.New(rand.NewPCG(seed, 7))
		p := Problem{Target: make([]float64, m%12+1), Ridge: ridge}
		for range n%12 + 1 {
			column := make([]float64, len(p.Target))
			for i := range column {
				column[i] = float64(r.IntN(7) - 3) // whole numbers: ties and dependence are common
			}
			p.Columns = append(p.Columns, column)
		}
		if s, ok := Solve(p); ok {
			optimal(t, p, s)
		}
	})
}
