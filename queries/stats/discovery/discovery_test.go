package discovery

import (
	"math"
	"testing"
)

// TestMyocardialInfarction: the fifteen p-values of Benjamini and Hochberg 1995, section 3.2. At a share of 0.05 the
// procedure finds four, where Bonferroni's finds three. The adjusted values are those of R's p.adjust(p, "BH").
func TestMyocardialInfarction(t *testing.T) {
	p := []float64{.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1}
	q := Adjusted(append([]float64{math.NaN()}, p...))
	if !math.IsNaN(q[0]) {
		t.Errorf("no test became %g", q[0])
	}
	want := []float64{.0015, .0030, .0095, .035625, .0603, .06385714, .06385714, .0645, .0765, .486, .58118182, .714875, .75323077, .81321429, 1}
	found := 0
	for i, x := range q[1:] {
		if math.Abs(x-want[i]) > 1e-7 {
			t.Errorf("p %g: adjusted %.8f, want %.8f", p[i], x, want[i])
		}
		if x <= .05 {
			found++
		}
	}
	if found != 4 {
		t.Errorf("%d findings at 0.05, the authors have 4", found)
	}
}

func TestSecondSmallest(t *testing.T) {
	// Two tests: both are p or less, p². Five tests at one half: 1 − 6/32.
	for _, c := range []struct {
		p    float64
		n    int
		want float64
	}{{.3, 2, .09}, {.5, 5, 26. / 32}, {1, 4, 1}, {0, 4, 0}, {1e-5, 5, 1e-9 * (1 - 2e-5)}} {
		if got := SecondSmallest(c.p, c.n); math.Abs(got-c.want) > 1e-12+1e-6*c.want {
			t.Errorf("p %g of %d: %g, want %g", c.p, c.n, got, c.want)
		}
	}
	if low, high := SecondSmallest(.99999e-4, 5), SecondSmallest(1.00001e-4, 5); !(low < high) || high/low > 1.001 {
		t.Errorf("it jumps from %g to %g", low, high)
	}
	if !math.IsNaN(SecondSmallest(.1, 1)) || !math.IsNaN(SecondSmallest(math.NaN(), 3)) {
		t.Error("one test, or none, says nothing of two")
	}
}
