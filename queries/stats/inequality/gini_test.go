package inequality

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"
	"testing"
)

// The example of function ineq in the R package ineq: 0.4620911.
func TestTenIncomes(t *testing.T) {
	g := Of([]float64{541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261})
	if math.Abs(g.Value.Value-0.4620911) > 5e-8 {
		t.Errorf("Gini = %v, want 0.4620911", g.Value)
	}
	// All pairs, the definition itself.
	x := []float64{3, 0, 7, 7, 1}
	var sum, total float64
	for _, a := range x {
		total += a
		for _, b := range x {
			sum += math.Abs(a - b)
		}
	}
	if want := sum / (2 * total * 5); math.Abs(Of(x).Value.Value-want) > 1e-15 {
		t.Errorf("Gini = %v, all pairs give %v", Of(x).Value, want)
	}
}

func TestEdges(t *testing.T) {
	if g := Of([]float64{0, 0, 0, 12}); g.Value.Value != 0.75 || g.Corrected.Value != 1 {
		t.Errorf("one owns all: %v, corrected %v", g.Value, g.Corrected)
	}
	if g := Of([]float64{7}); !g.Value.Known || g.Value.Value != 0 || g.Corrected.Known {
		t.Errorf("one holder: %v, corrected %v", g.Value, g.Corrected)
	}
	for _, x := range [][]float64{nil, {0, 0}, {math.NaN()}, {1, -1}} {
		if g := Of(x); g.Value.Known || len(g.Warnings) == 0 {
			t.Errorf("%v gives %v with %d warnings", x, g.Value, len(g.Warnings))
		}
	}
}

// Weights count an amount as often as they say, and amounts below 0 follow the definition.
func TestWeightsAndDebts(t *testing.T) {
	each := Of([]float64{2, 2, 2, 5, 9, 9})
	if g := Weighted([]float64{9, 2, 5, 70}, []float64{2, 3, 1, 0}); math.Abs(g.Value.Value-each.Value.Value) > 1e-15 || g.Corrected.Known || g.Mean != each.Mean {
		t.Errorf("weighted %v, one by one %v", g.Value, each.Value)
	}
	if g := Weighted([]float64{1, 2, 3}, []float64{1, math.NaN()}); g.N != 1 {
		t.Errorf("amounts without a weight count: %+v", g)
	}
	if g := Weighted([]float64{1, 2}, []float64{1, -1}); g.Value.Known || len(g.Warnings) != 1 {
		t.Errorf("a negative weight passes: %+v", g)
	}
	// R: ineq::Gini(c(-1, 2, 3)) is 0.6666667, Gini(c(-5, 0, 7)) is 4.
	for want, x := range map[float64][]float64{2.0 / 3: {-1, 2, 3}, 4: {-5, 0, 7}} {
		if g := Of(x); math.Abs(g.Value.Value-want) > 1e-15 || len(g.Warnings) != 1 {
			t.Errorf("%v gives %v with warnings %v, want %v", x, g.Value, g.Warnings, want)
		}
	}
	if g := Of([]float64{-5, 2}); g.Value.Known {
		t.Errorf("nobody shares a debt of 3, and yet G = %v", g.Value)
	}
}

func FuzzGini(f *testing.F) {
	f.Add([]byte("0123456789abcdef"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var x []float64
		for ; len(b) >= 8; b = b[8:] {
			x = append(x, math.Float64frombits(binary.LittleEndian.Uint64(b)))
		}
		if _, err := json.Marshal(Weighted(x, x)); err != nil {
			t.Fatal(err)
		}
		g := Of(x)
		if _, err := json.Marshal(g); err != nil {
			t.Fatal(err)
		}
		if g.Value.Known && (g.Value.Value < 0 || g.Value.Value > 1+1e-9 && slices.Min(x) >= 0) {
			t.Fatalf("Gini = %v", g.Value)
		}
	})
}
