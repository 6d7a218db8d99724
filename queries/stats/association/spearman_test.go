package association

import (
	"encoding/json"
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want, slack float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > slack {
		t.Errorf("%s = %.12g, want %.12g ± %g", what, got, want, slack)
	}
}

// IQ and hours of television, the worked example of the Spearman article in Wikipedia: ρ = −29/165, p = 0.627188.
func TestRankTelevision(t *testing.T) {
	iq := []float64{106, 100, 86, 101, 99, 103, 97, 113, 112, 110}
	hours := []float64{7, 27, 2, 50, 28, 29, 20, 12, 6, 17}
	got := Rank(iq, hours)
	near(t, "rho", got.Rho.Value, -29.0/165, 1e-15)
	near(t, "p by t", got.PT.Value, 0.627188, 5e-7)
	near(t, "p exact", got.PExact.Value, 0.63214175485, 1e-10)
	near(t, "p by AS 89", got.PAS89.Value, 0.631967363906, 1e-10)
}

// All orders of small sets, one by one: what the table of sums must give.
func TestExactByEveryOrder(t *testing.T) {
	for _, c := range []struct{ x, y []float64 }{
		{[]float64{1, 2, 3, 4, 5, 6}, []float64{2, 1, 4, 3, 6, 5}},
		{[]float64{1, 2, 3, 4, 5}, []float64{5, 3, 4, 1, 2}},
		{[]float64{1, 1, 2, 3, 3, 3}, []float64{2, 5, 5, 1, 7, 9}},
	} {
		got := Rank(c.x, c.y)
		ra, _ := MidRanks(c.x)
		rb, _ := MidRanks(c.y)
		var seen, as, all float64
		var mean float64
		sum := func(order []float64) float64 {
			var s float64
			for i := range order {
				s += (ra[i] - order[i]) * (ra[i] - order[i])
			}
			return s
		}
		var orders [][]float64
		permute(rb, 0, func(order []float64) { orders = append(orders, append([]float64{}, order...)) })
		for _, o := range orders {
			mean += sum(o) / float64(len(orders))
		}
		seen = math.Abs(sum(rb) - mean)
		for _, o := range orders {
			all++
			if math.Abs(sum(o)-mean) >= seen-1e-9 {
				as++
			}
		}
		p := got.PExact
		if got.Ties {
			p = got.PPermutation
		}
		near(t, "p", p.Value, as/all, 1e-12)
	}
}

func permute(x []float64, k int, visit func([]float64)) {
	if k == len(x) {
		visit(x)
		return
	}
	for i := k; i < len(x); i++ {
		x[k], x[i] = x[i], x[k]
		permute(x, k+1, visit)
		x[k], x[i] = x[i], x[k]
	}
}

func TestEdges(t *testing.T) {
	perfect := Rank([]float64{1, 2, 3, 4, 5}, []float64{1, 4, 9, 16, 25})
	if perfect.Rho.Value != 1 || perfect.T.Known || perfect.PT.Value != 0 || len(perfect.Warnings) == 0 {
		t.Errorf("perfect agreement: %+v", perfect)
	}
	near(t, "exact p of perfect agreement", perfect.PExact.Value, 2.0/120, 1e-15)
	for _, x := range [][]float64{nil, {1}, {3, 3, 3}, {1, math.NaN()}} {
		if s := Rank(x, []float64{1, 2, 3}[:len(x)]); s.Rho.Known || len(s.Warnings) == 0 {
			t.Errorf("%v: %+v", x, s)
		}
	}
	gaps := Rank([]float64{1, math.NaN(), 3, 4}, []float64{2, 3, math.NaN(), 9})
	if gaps.N != 2 {
		t.Errorf("%d complete pairs, want 2", gaps.N)
	}
}

func FuzzRank(f *testing.F) {
	f.Add([]byte("the quick brown fox"), []byte("jumps over the lazy dog"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		x, y := make([]float64, len(a)), make([]float64, len(b))
		for i, v := range a {
			x[i] = float64(int8(v))
			if v == 255 {
				x[i] = math.NaN()
			}
		}
		for i, v := range b {
			y[i] = math.Exp(float64(v) * 3)
		}
		s := Rank(x, y)
		if _, err := json.Marshal(s); err != nil {
			t.Fatal(err)
		}
		if s.Rho.Known && math.Abs(s.Rho.Value) > 1 {
			t.Fatalf("ρ = %v", s.Rho)
		}
		for _, p := range []float64{s.PT.Value, s.PExact.Value, s.PAS89.Value, s.PPermutation.Value, s.PFisher.Value} {
			if p < 0 || p > 1+1e-12 {
				t.Fatalf("p = %v", p)
			}
		}
	})
}
