package permutation

import (
	"encoding/json"
	"math"
	"testing"

	"hulian/queries/stats/estimate"
)

func near(t *testing.T, what string, got, want, slack float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > slack {
		t.Errorf("%s = %.12g, want %.12g ± %g", what, got, want, slack)
	}
}

// The task "Permutation test" of Rosetta Code: 9 treated, 10 control; 80,551 of 92,378 assignments are no greater.
func TestTwoSampleRosetta(t *testing.T) {
	treated := []float64{85, 88, 75, 66, 25, 29, 83, 39, 97}
	control := []float64{68, 41, 10, 49, 16, 65, 32, 92, 28, 98}
	got := TwoSample(treated, control, Options{})
	near(t, "assignments", got.Permutations.Value, 92378, 0)
	near(t, "no greater", got.LessOrEqual.Value, 80551, 0)
	near(t, "greater", got.Greater.Value, 11827, 0)
	near(t, "two-sided p", got.PTwoSided.Value, 0.259769642123, 1e-12)

	// One by one must agree with counting by sums.
	shifted := func(x []float64) []float64 {
		out := make([]float64, len(x))
		for i, v := range x {
			out[i] = v * math.Sqrt2
		}
		return out
	}
	slow := TwoSample(shifted(treated), shifted(control), Options{})
	near(t, "no greater, one by one", slow.LessOrEqual.Value, 80551, 0)
	near(t, "two-sided p, one by one", slow.PTwoSided.Value, got.PTwoSided.Value, 1e-12)

	drawn := TwoSample(treated, control, Options{ForceDraws: true, Draws: 20000})
	band := 3.5 * math.Sqrt(got.PGreater.Value*(1-got.PGreater.Value)/20000)
	near(t, "p by draws", drawn.PGreater.Value, got.PGreater.Value, band)
}

// Which arm goes on top: 9 of 14 women, 23 of 40 men (Spiegelhalter, The Art of Statistics, fig. 10.2 and 10.3):
// P(at least 9) = 0.4528, Fisher's exact test two-sided 0.7582.
func TestTwoSampleArms(t *testing.T) {
	ones := func(n, of int) []float64 {
		x := make([]float64, of)
		for i := range n {
			x[i] = 1
		}
		return x
	}
	got := TwoSample(ones(9, 14), ones(23, 40), Options{})
	near(t, "p", got.PGreater.Value, 0.4528027, 5e-8)
	near(t, "two-sided", got.PTwoSided.Value, 0.758178197337, 1e-10)
	near(t, "Fisher", got.PFisher.Value, 0.758178197337, 1e-10)
}

// Every way of counting gives the same p-values.
func TestWaysOfCountingAgree(t *testing.T) {
	x, y := []float64{1.25, 3.5, 2.75, 9}, []float64{0.5, 1.25, 4, 3.5, 7.25, 1}
	bySums := TwoSample(x, y, Options{})
	c := counter{values: append(append([]float64{}, x...), y...), n1: len(x)}
	c.observe(0)
	c.oneByOne(c.add)
	near(t, "greater", bySums.Greater.Value, c.greater, 0)
	near(t, "greater or equal", bySums.GreaterOrEqual.Value, c.greater+c.equal, 0)
	near(t, "extreme", bySums.PTwoSided.Value, c.extreme/210, 1e-15)
	swapped := TwoSample(y, x, Options{})
	near(t, "the other way round", swapped.PLess.Value, bySums.PGreater.Value, 1e-15)
	near(t, "two-sided the other way round", swapped.PTwoSided.Value, bySums.PTwoSided.Value, 1e-15)
	shifted := TwoSample([]float64{-998.75, -996.5, -997.25, -991}, []float64{-999.5, -998.75, -996, -996.5, -992.75, -999}, Options{})
	near(t, "shifted by −1000", shifted.PTwoSided.Value, bySums.PTwoSided.Value, 1e-15)
}

// Darwin's maize, crossed against self-fertilised in 15 pots, heights in eighths of an inch: of the 32,768 ways to deal the
// pairs 835 give a larger sum of differences and 28 the same (Fisher 1935, The Design of Experiments, §21).
func TestPairsOfDarwin(t *testing.T) {
	crossed := []float64{188, 96, 168, 176, 153, 172, 177, 163, 146, 173, 186, 168, 177, 184, 96}
	selfed := []float64{139, 163, 160, 160, 147, 149, 149, 122, 132, 144, 130, 144, 102, 124, 144}
	var pairs []Stratum
	for i := range crossed {
		pairs = append(pairs, Stratum{crossed[i : i+1], selfed[i : i+1]})
	}
	got := Stratified(pairs, Options{})
	near(t, "assignments", got.Permutations.Value, 32768, 0)
	near(t, "greater", got.Greater.Value, 835, 0)
	near(t, "greater or equal", got.GreaterOrEqual.Value, 863, 0)
	near(t, "two-sided p", got.PTwoSided.Value, 1726.0/32768, 1e-15)
	near(t, "difference", got.Statistic.Value, 314.0/15, 1e-12)
	drawn := Stratified(pairs, Options{ForceDraws: true, Draws: 20000})
	near(t, "p by draws", drawn.PGreater.Value, got.PGreater.Value, 3.5*math.Sqrt(got.PGreater.Value/20000))
	if crossed[0] != 188 {
		t.Error("the caller's outcomes were shuffled")
	}
}

// One stratum is no stratum; and strata far apart take nothing from each other.
func TestStrata(t *testing.T) {
	x, y := []float64{1.25, 3.5, 2.75, 9}, []float64{0.5, 1.25, 4, 3.5, 7.25, 1}
	plain := TwoSample(x, y, Options{})
	one := Stratified([]Stratum{{x, y}}, Options{})
	near(t, "one stratum", one.PTwoSided.Value, plain.PTwoSided.Value, 1e-15)
	near(t, "its assignments", one.Permutations.Value, plain.Permutations.Value, 0)
	shift := func(x []float64) []float64 {
		out := make([]float64, len(x))
		for i, v := range x {
			out[i] = v*math.Sqrt2 + 1000
		}
		return out
	}
	two, far := Stratified([]Stratum{{x, y}, {x, y}}, Options{}), Stratified([]Stratum{{x, y}, {shift(x), shift(y)}}, Options{})
	near(t, "assignments of two", two.Permutations.Value, 210*210, 0)
	if far.PTwoSided.Value > 2*two.PTwoSided.Value || far.Method != Exact {
		t.Errorf("p %v, with a far stratum %v by %s", two.PTwoSided, far.PTwoSided, far.Method)
	}
	for _, strata := range [][]Stratum{nil, {{x, nil}, {nil, y}}, {{nil, nil}}} {
		if got := Stratified(strata, Options{}); got.PTwoSided.Known || len(got.Warnings) == 0 {
			t.Errorf("%v: %+v", strata, got)
		}
	}
}

func TestLargeSamplesAreDrawn(t *testing.T) {
	var x, y []float64
	for i := range 60 {
		x, y = append(x, math.Sqrt(float64(i))), append(y, math.Sqrt(float64(i))+0.1)
	}
	got := TwoSample(x, y, Options{Draws: 2000, Seed: 7})
	if got.Method != MonteCarlo || got.Draws != 2000 || len(got.Warnings) == 0 {
		t.Fatalf("%+v", got)
	}
	again := TwoSample(x, y, Options{Draws: 2000, Seed: 7})
	near(t, "the same seed", again.PTwoSided.Value, got.PTwoSided.Value, 0)
	if got.PLess.Value > 0.99 || got.PLess.Value < 1.0/2001 {
		t.Errorf("p = %v", got.PLess)
	}
}

func TestNothingToCompare(t *testing.T) {
	for _, c := range [][2][]float64{{nil, {1}}, {{1}, nil}, {{math.NaN()}, {1}}} {
		got := TwoSample(c[0], c[1], Options{})
		if got.Statistic.Known || len(got.Warnings) == 0 {
			t.Errorf("%v: %+v", c, got)
		}
	}
	equal := TwoSample([]float64{2, 2}, []float64{2, 2, 2}, Options{})
	near(t, "p of equal outcomes", equal.PTwoSided.Value, 1, 0)
}

// a0 is a size made of the first byte, 0 at times.
func a0(b []byte) byte {
	if len(b) == 0 {
		return 1
	}
	return b[0] % 5
}

func FuzzTwoSample(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4}, []byte{2, 3, 9}, uint8(0))
	f.Add([]byte{0, 1, 1, 1, 0}, []byte{0, 0, 1}, uint8(3))
	f.Fuzz(func(t *testing.T, a, b []byte, kind uint8) {
		turn := func(b []byte) (out []float64) {
			for _, v := range b[:min(len(b), 12)] {
				x := float64(int8(v))
				switch kind % 5 {
				case 1:
					x /= 3
				case 2:
					x *= 1e306
				case 3:
					x = float64(v & 1)
				case 4:
					if v == 7 {
						x = math.NaN()
					}
				}
				out = append(out, x)
			}
			return out
		}
		x, y := turn(a), turn(b)
		strata := []Stratum{{x[:len(x)/2], y[:len(y)/2]}, {x[len(x)/2:], y[len(y)/2:]}}
		sized := func(list []float64) (out []Sized) {
			for i, v := range list {
				out = append(out, Sized{v, float64(a0(a)) * float64(i+1)})
			}
			return out
		}
		o := Options{Draws: 50, MaxExact: 1000}
		rescaled, _ := Rescaled(sized(x), sized(y), o)
		for _, got := range []Test{TwoSample(x, y, o), Stratified(strata, o), Studentised(x, y, o), rescaled} {
			if _, err := json.Marshal(got); err != nil {
				t.Fatal(err)
			}
			for _, p := range []estimate.Number{got.PGreater, got.PLess, got.PTwoSided} {
				if p.Known && (p.Value <= 0 || p.Value > 1+1e-12) {
					t.Fatalf("p = %v: %+v", p, got)
				}
			}
		}
	})
}

// Convictions of like-sex twins of criminals: of 13 monozygotic ones 10, of 17 dizygotic ones 2 (Fisher 1962, in the manual of
// R's fisher.test, which gives a two-sided p of 0.0005367). A town of thousands takes no longer, and has an answer too.
func TestFisher(t *testing.T) {
	near(t, "twins", Fisher(10, 13, 2, 17).Value, 0.0005367, 5e-8)
	near(t, "nothing seen", Fisher(0, 9000, 0, 8000).Value, 1, 1e-12)
	if p := Fisher(900, 9000, 400, 8000); !p.Known || p.Value > 1e-12 {
		t.Errorf("10%% of 9,000 against 5%% of 8,000: p %v", p)
	}
	for _, none := range []struct{ a, n, b, m int }{{0, 0, 1, 2}, {1, 2, 0, 0}, {3, 2, 1, 2}, {-1, 2, 1, 2}} {
		if p := Fisher(none.a, none.n, none.b, none.m); p.Known {
			t.Errorf("%+v has a p of %v", none, p)
		}
	}
}
