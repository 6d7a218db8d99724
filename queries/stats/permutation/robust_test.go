package permutation

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// Values near 1e9 tie as their differences do: the same outcomes, however far from 0, have the same p-value.
func TestTiesFarFromZero(t *testing.T) {
	treated, control := []float64{0.1, 0.4, 0.3, 0.7}, []float64{0.2, 0.1, 0.3, 0.3, 0.2, 0.4}
	near0 := TwoSample(treated, control, Options{})
	moved := func(x []float64, by float64) []float64 {
		out := make([]float64, len(x))
		for i, v := range x {
			out[i] = v + by
		}
		return out
	}
	for _, by := range []float64{1e9, -1e9, 1234567890.3} {
		far := TwoSample(moved(treated, by), moved(control, by), Options{})
		near(t, fmt.Sprintf("p at %g", by), far.PTwoSided.Value, near0.PTwoSided.Value, 0)
		near(t, fmt.Sprintf("p, greater, at %g", by), far.PGreater.Value, near0.PGreater.Value, 0)
		drawn := TwoSample(moved(treated, by), moved(control, by), Options{ForceDraws: true, Draws: 5000})
		near(t, fmt.Sprintf("p by draws at %g", by), drawn.PTwoSided.Value, near0.PTwoSided.Value, 3.5*math.Sqrt(0.25/5000))
	}
	// Changes between such values are known to a ten-millionth only.
	rough := TwoSample([]float64{0.1 + 3e-8, 0.4, 0.3 - 7e-8, 0.7}, []float64{0.2 + 1e-7, 0.1 - 2e-8, 0.3, 0.3 + 5e-8, 0.2, 0.4}, Options{Rounding: 2e-7})
	near(t, "p of changes", rough.PTwoSided.Value, near0.PTwoSided.Value, 0)
}

// t of all ten choices of two from five, worked out one by one by the textbook formula of Welch (1947).
func TestStudentisedByHand(t *testing.T) {
	values := []float64{1, 2, 3, 5, 9}
	welch := func(a, b int) float64 {
		var x, y []float64
		for i, v := range values {
			if i == a || i == b {
				x = append(x, v)
			} else {
				y = append(y, v)
			}
		}
		square := func(x []float64) (q float64) {
			for _, v := range x {
				q += (v - stat.Mean(x, nil)) * (v - stat.Mean(x, nil))
			}
			return q / float64(len(x)-1) / float64(len(x))
		}
		return (stat.Mean(x, nil) - stat.Mean(y, nil)) / math.Sqrt(square(x)+square(y))
	}
	seen, extreme := welch(0, 1), 0.0
	for a := range 5 {
		for b := a + 1; b < 5; b++ {
			if math.Abs(welch(a, b)) >= math.Abs(seen)-1e-12 {
				extreme++
			}
		}
	}
	got := Studentised(values[:2], values[2:], Options{})
	near(t, "t", got.Statistic.Value, seen, 1e-12)
	near(t, "p", got.PTwoSided.Value, extreme/10, 1e-15)
	drawn := Studentised(values[:2], values[2:], Options{ForceDraws: true, Draws: 20000})
	near(t, "p by draws", drawn.PTwoSided.Value, extreme/10, 3.5*math.Sqrt(0.25/20000))
	if one := Studentised(values[:1], values[1:], Options{}); one.PTwoSided.Known || len(one.Warnings) == 0 {
		t.Errorf("one unit: %+v", one)
	}
	if flat := Studentised([]float64{3, 3}, []float64{1, 1, 1}, Options{}); flat.PTwoSided.Value != 0.1 || flat.Statistic.Known || !flat.Infinite || len(flat.Warnings) == 0 {
		t.Errorf("only one of ten choices parts the two: %+v", flat)
	}
}

// With one size for all, rescaling changes nothing; without sizes it says so.
func TestRescaledOfEqualSizes(t *testing.T) {
	x, y := []float64{1.25, 3.5, 2.75, 9}, []float64{0.5, 1.25, 4, 3.5, 7.25, 1}
	sized := func(x []float64, size float64) (out []Sized) {
		for _, v := range x {
			out = append(out, Sized{v, size})
		}
		return out
	}
	got, how := Rescaled(sized(x, 200), sized(y, 200), Options{})
	near(t, "p", got.PTwoSided.Value, TwoSample(x, y, Options{}).PTwoSided.Value, 1e-15)
	if how.BySize != 0 {
		t.Errorf("a share of %v falls with sizes that are all the same", how.BySize)
	}
	if none, _ := Rescaled(sized(x, 0), sized(y, 200), Options{}); none.PTwoSided.Known || len(none.Warnings) == 0 {
		t.Errorf("without sizes: %+v", none)
	}
}

// found tells how often each test finds an effect at 5%, where outcomes vary with 1 ÷ size and by as much again for all
// alike where common is set, and the treated are the smallest units. effect is in standard errors.
func found(rounds, n1, n0 int, smallest, common bool, effect float64, seed uint64) (plain, studentised, rescaled float64) {
	r := rand.New(rand.NewPCG(seed, 5))
	each := 100 / float64(rounds)
	for range rounds {
		sizes := make([]float64, n1+n0)
		for i := range sizes {
			sizes[i] = math.Exp(r.Float64() * math.Log(10))
		}
		if smallest {
			slices.Sort(sizes)
		}
		all := make([]Sized, len(sizes))
		values := make([]float64, len(sizes))
		for i, size := range sizes {
			variance := 1 / size
			if common {
				variance += 0.4
			}
			y := r.NormFloat64() * math.Sqrt(variance)
			if i < n1 {
				y += effect * math.Sqrt(0.5/float64(n1)+0.5/float64(n0))
			}
			all[i], values[i] = Sized{y, size}, y
		}
		o := Options{Draws: 999, MaxExact: 2000}
		if TwoSample(values[:n1], values[n1:], o).PTwoSided.Value <= 0.05 {
			plain += each
		}
		if Studentised(values[:n1], values[n1:], o).PTwoSided.Value <= 0.05 {
			studentised += each
		}
		if test, _ := Rescaled(all[:n1], all[n1:], o); test.PTwoSided.Value <= 0.05 {
			rescaled += each
		}
	}
	return plain, studentised, rescaled
}

func TestUnequalSizes(t *testing.T) {
	const rounds = 500
	plain, _, rescaled := found(rounds, 3, 8, true, false, 0, 1)
	if limit := 5 + 4*100*math.Sqrt(0.05*0.95/rounds); rescaled > limit || plain < 7 {
		t.Errorf("of 100 tests without an effect %.1f are below 5%% by rescaling, %.1f without", rescaled, plain)
	}
}

func BenchmarkUnequalSizes(b *testing.B) {
	for b.Loop() {
		for _, n := range [][2]int{{2, 8}, {3, 8}, {5, 6}, {6, 12}} {
			for _, smallest := range []bool{true, false} {
				for _, common := range []bool{false, true} {
					for _, effect := range []float64{0, 3} {
						plain, studentised, rescaled := found(2000, n[0], n[1], smallest, common, effect, 7)
						b.Logf("%d of %d, smallest %t, common %t, effect %v: plain %.1f, studentised %.1f, rescaled %.1f%%", n[0], n[0]+n[1], smallest, common, effect, plain, studentised, rescaled)
					}
				}
			}
		}
	}
}
