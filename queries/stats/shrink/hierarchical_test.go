package shrink

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// slowly integrates the same posterior by a plain fine grid over logit μ and the shrinkage n₀/(n₀+r), and returns the
// mean and variance of each unit's rate.
func slowly(units []Unit, n0 float64) (means, variances []float64) {
	const fine = 250
	means, variances = make([]float64, len(units)), make([]float64, len(units))
	squares := make([]float64, len(units))
	var sum float64
	top := math.Inf(-1)
	at := func(i, j int) (mu, r, l float64) {
		a := -12 + 24*(float64(i)+0.5)/fine
		b := (float64(j) + 0.5) / fine // n₀/(n₀+r)
		mu, r = 1/(1+math.Exp(-a)), n0*(1-b)/b
		for _, u := range units {
			x, y := mu*r, (1-mu)*r
			l += lgamma(u.Events+x) - lgamma(x) + lgamma(u.Base-u.Events+y) - lgamma(y) - lgamma(u.Base+r) + lgamma(r)
		}
		// Flat in 1/r: d(1/r)/db = 1/(n₀ (1−b)²).
		return mu, r, l - 2*math.Log(1-b)
	}
	for i := range fine {
		for j := range fine {
			_, _, l := at(i, j)
			top = math.Max(top, l)
		}
	}
	for i := range fine {
		for j := range fine {
			mu, r, l := at(i, j)
			w := math.Exp(l - top)
			sum += w
			for k, u := range units {
				m := (u.Events + mu*r) / (u.Base + r)
				means[k] += w * m
				squares[k] += w * (m*(1-m)/(u.Base+r+1) + m*m)
			}
		}
	}
	for k := range units {
		means[k] /= sum
		variances[k] = squares[k]/sum - means[k]*means[k]
	}
	return
}

func TestHierarchicalIntegratesThePosterior(t *testing.T) {
	for name, units := range map[string][]Unit{
		"hospitals": {{41, 143}, {25, 187}, {24, 323}, {23, 122}, {25, 164}, {42, 405}, {24, 239}, {53, 482}, {26, 195}, {25, 177}, {58, 581}, {31, 301}},
		"alike":     {{50, 100}, {51, 100}, {49, 100}, {50, 100}, {101, 200}},
		"near all":  {{98, 100}, {190, 200}, {50, 50}, {29, 30}, {400, 410}},
		"few":       {{3, 10}, {1, 12}, {0, 8}},
	} {
		fit := BetaBinomial(units, Hierarchical, 0.95)
		means, variances := slowly(units, 30)
		for i, u := range fit.Units {
			near(t, name+": mean", u.Value.Value, means[i], 2e-3*math.Sqrt(variances[i])+2e-4)
			// The interval is the Beta distribution's of that mean and variance.
			size := means[i]*(1-means[i])/variances[i] - 1
			law := distuv.Beta{Alpha: means[i] * size, Beta: (1 - means[i]) * size}
			near(t, name+": low", u.Low.Value, law.Quantile(0.025), 0.02*math.Sqrt(variances[i]))
			near(t, name+": high", u.High.Value, law.Quantile(0.975), 0.02*math.Sqrt(variances[i]))
		}
	}
}

// Units alike by chance are not given one value without an interval, as the fitted prior does.
func TestHierarchicalKeepsAnIntervalWhereUnitsAreAlike(t *testing.T) {
	fit := BetaBinomial([]Unit{{50, 100}, {51, 100}, {49, 100}, {50, 100}, {101, 200}}, Hierarchical, 0.95)
	for _, u := range fit.Units {
		if !u.Low.Known || u.Low.Value > 0.5 || u.High.Value < 0.5 || u.High.Value-u.Low.Value > 0.2 {
			t.Errorf("%+v", u)
		}
	}
	if fit := BetaBinomial([]Unit{{0, 5}, {0, 9}, {0, 3}, {0, 8}}, Hierarchical, 0.95); len(fit.Warnings) == 0 || fit.Prior.Method != MaximumLikelihood {
		t.Errorf("without an event there is nothing to integrate: %+v", fit)
	}
	for _, units := range [][]Unit{nil, {{0, 0}}, {{3, 10}}, {{10, 10}, {0, 10}, {10, 10}}, {{5, 3}, {-1, 3}}, {{1, 1e9}, {5, 1e9}, {3, 2e9}, {0, 0}}, {{1e-3, 1}, {0.5, 1}, {0.2, 1}}} {
		for _, fit := range []Fit{BetaBinomial(units, Hierarchical, 0.95), GammaPoisson(units, Hierarchical, 0.95)} {
			if _, err := json.Marshal(fit); err != nil {
				t.Errorf("%v: %v", units, err)
			}
		}
	}
}

// world is a kind of town: how true rates and bases are drawn.
type world struct {
	name  string
	rate  func(*rand.Rand) float64
	base  func(*rand.Rand) float64
	units int
}

func beta(alpha, b float64) func(*rand.Rand) float64 {
	return func(r *rand.Rand) float64 { return distuv.Beta{Alpha: alpha, Beta: b, Src: r}.Rand() }
}

func between(low, high int) func(*rand.Rand) float64 {
	return func(r *rand.Rand) float64 { return float64(low + r.IntN(high-low)) }
}

var worlds = []world{
	{"villages_of_households", beta(40, 10), between(800, 1800), 11},
	{"issues_due", beta(14, 6), between(5, 30), 11},
	{"branches", beta(6, 44), between(100, 500), 50},
	{"near_ceiling", beta(190, 10), between(50, 200), 11},
	{"no_difference", func(*rand.Rand) float64 { return 0.3 }, between(20, 200), 11},
	{"a_quarter_of_chance", beta(100, 240), between(30, 250), 11},
	{"as_much_as_chance", beta(25, 60), between(30, 250), 11},
	{"three_units", beta(6, 14), between(20, 200), 3},
}

// coverageOf is the share of true rates held by the intervals over towns of a world, and their mean width.
func coverageOf(w world, towns int, method Method, counts bool) (held, width float64) {
	random := rand.New(rand.NewPCG(31, 5))
	each := 1 / float64(towns*w.units)
	for range towns {
		list, truth := make([]Unit, w.units), make([]float64, w.units)
		for i := range list {
			truth[i], list[i].Base = w.rate(random), w.base(random)
			if counts {
				list[i].Events = distuv.Poisson{Lambda: truth[i] * list[i].Base, Src: random}.Rand()
			} else {
				list[i].Events = distuv.Binomial{N: list[i].Base, P: truth[i], Src: random}.Rand()
			}
		}
		fit := BetaBinomial
		if counts {
			fit = GammaPoisson
		}
		for i, u := range fit(list, method, 0.95).Units {
			if u.Low.Known && u.Low.Value <= truth[i] && truth[i] <= u.High.Value {
				held += each
			}
			width += (u.High.Value - u.Low.Value) * each
		}
	}
	return held, width
}

func TestHierarchicalCoverage(t *testing.T) {
	for _, w := range worlds[:3] {
		held, _ := coverageOf(w, 2000/w.units, Hierarchical, false)
		near(t, w.name, held, 0.955, 0.02)
	}
	held, _ := coverageOf(world{"counts", beta(6, 44), between(20, 200), 11}, 150, Hierarchical, true)
	near(t, "counts", held, 0.955, 0.02)
}

func BenchmarkCoverageByWorld(b *testing.B) {
	for b.Loop() {
		for _, w := range worlds {
			for _, method := range []Method{MaximumLikelihood, Hierarchical} {
				held, width := coverageOf(w, 6000/w.units, method, false)
				b.ReportMetric(100*held, w.name+"_"+string(method)+"_%")
				b.ReportMetric(100*width, w.name+"_"+string(method)+"_width_pp")
			}
		}
		for _, method := range []Method{MaximumLikelihood, Hierarchical} {
			held, _ := coverageOf(world{"counts", beta(6, 44), between(20, 200), 11}, 500, method, true)
			b.ReportMetric(100*held, "counts_"+string(method)+"_%")
		}
	}
}

func BenchmarkHierarchical(b *testing.B) {
	units := make([]Unit, 50)
	for i := range units {
		units[i] = Unit{Events: float64(30 + 7*(i%11)), Base: float64(200 + 10*i)}
	}
	for b.Loop() {
		BetaBinomial(units, Hierarchical, 0.95)
	}
}
