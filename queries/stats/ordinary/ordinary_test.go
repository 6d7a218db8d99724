package ordinary

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// TestSaxony: boys among twelve children of 6,115 families (Geissler 1889) with the beta-binomial fitted by maximum
// likelihood, α 34.09558 and β 31.5715; expected numbers as printed in the article on the beta-binomial in Wikipedia.
func TestSaxony(t *testing.T) {
	const a, b = 34.09558, 31.5715
	want := []float64{2.3, 22.6, 104.8, 310.9, 655.7, 1036.2, 1257.9, 1182.1, 853.6, 461.9, 177.9, 43.8, 5.2}
	above := 0.0
	for x := 12; x >= 0; x-- {
		exactly, more := betaBinomial(float64(x), 12, a/(a+b), 1/(a+b))
		if got := 6115 * exactly; math.Abs(got-want[x]) > .06 {
			t.Errorf("%d boys: %.2f families, printed %g", x, got, want[x])
		}
		above += exactly
		if math.Abs(more-above) > 1e-9 {
			t.Errorf("%d boys or more: %g, added up %g", x, more, above)
		}
	}
}

// TestRedMites: European red mites on 150 apple leaves (Bliss and Fisher 1953, Biometrics 9:176–200, table 1): mean
// 1.14667, k 1.02459.
func TestRedMites(t *testing.T) {
	want := []float64{69.49, 37.60, 20.10, 10.70, 5.69, 3.02, 1.60, .85}
	for x, w := range want {
		if got, _ := negativeBinomial(float64(x), 1, 1.14667, 1/1.02459); math.Abs(150*got-w) > .02 {
			t.Errorf("%d mites: %.3f leaves, printed %g", x, 150*got, w)
		}
	}
	if _, more := negativeBinomial(8, 1, 1.14667, 1/1.02459); math.Abs(150*more-.95) > .02 {
		t.Errorf("eight or more: %.3f leaves, printed 0.95", 150*more)
	}
}

func TestTailsWithoutSpread(t *testing.T) {
	for _, x := range []float64{0, 1, 5, 20, 60} {
		if _, more := betaBinomial(x, 60, .3, 0); math.Abs(more-(1-distuv.Binomial{N: 60, P: .3}.CDF(x-1))) > 1e-9 {
			t.Errorf("binomial tail at %g: %g", x, more)
		}
		if _, more := negativeBinomial(x, 1, 4, 0); math.Abs(more-(1-distuv.Poisson{Lambda: 4}.CDF(x-1))) > 1e-9 {
			t.Errorf("Poisson tail at %g: %g", x, more)
		}
	}
	if _, more := negativeBinomial(60, 1, 2, 0); !(more > 0 && more < 1e-40) {
		t.Errorf("a far tail is lost: %g", more)
	}
}

// Where nobody stands out, a tail below 5% comes in no more than about 5% of the members, whatever they differ by, and
// thirty who stand out far do not hide each other.
func TestOrdinaryMembersAreOrdinary(t *testing.T) {
	for _, rho := range []float64{0, .05, .15} {
		r := rand.New(rand.NewPCG(1, uint64(1000*rho)))
		var shares, counts []Unit
		for i := range 1200 {
			group := fmt.Sprint(i % 50)
			mean := .6 + .15*math.Sin(float64(i%50))
			p := mean
			if rho > 0 {
				p = distuv.Beta{Alpha: mean * (1 - rho) / rho, Beta: (1 - mean) * (1 - rho) / rho, Src: r}.Rand()
			}
			n := 100 + float64(r.IntN(60))
			shares = append(shares, Unit{group, distuv.Binomial{N: n, P: p, Src: r}.Rand(), n})
			lambda := .5
			if rho > 0 {
				lambda = distuv.Gamma{Alpha: 1 / (5 * rho), Beta: 1 / (5 * rho) / lambda, Src: r}.Rand()
			}
			counts = append(counts, Unit{Group: group, X: distuv.Poisson{Lambda: lambda, Src: r}.Rand()})
		}
		for name, f := range map[string]Fit{"shares": Shares(shares), "counts": Counts(counts)} {
			low := 0
			for _, u := range f.Units {
				if u.P <= .05 {
					low++
				}
			}
			if part := float64(low) / 1200; part > .07 {
				t.Errorf("%s, correlation %g: %.3f of ordinary members are beyond one in twenty (spread %g)", name, rho, part, f.Spread)
			}
		}
		far := []Unit{}
		for i, u := range counts {
			if i%40 == 0 {
				u.X = 7
			}
			far = append(far, u)
		}
		for i, u := range Counts(far).Units {
			if i%40 == 0 && u.P > .02 {
				t.Errorf("correlation %g: seven where others have a half comes in %.3f", rho, u.P)
				break
			}
		}
	}
}

func TestNothingToCompareWith(t *testing.T) {
	for _, units := range [][]Unit{nil, {{"A", 1, 2}}, {{"A", 1, 2}, {"B", 1, 2}}, {{"A", 0, 0}, {"A", 0, 0}}} {
		for _, u := range Shares(units).Units {
			if !math.IsNaN(u.P) {
				t.Errorf("%v: %v", units, u)
			}
		}
	}
	for _, u := range Shares([]Unit{{"A", 5, 5}, {"A", 5, 5}, {"A", 5, 5}}).Units {
		if !(u.P > .4) { // half of the chance of being as all are
			t.Errorf("all alike, and one is %v", u)
		}
	}
}
