package shrink

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// fitted simulates towns of units with Beta(6, 44) rates and returns how often a unit's interval holds its true rate, the
// mean squared error of shrunken over raw rates, and the mean of the fitted prior means.
func fitted(towns, units int, method Method, seed uint64) (coverage, error, mean float64) {
	random := rand.New(rand.NewPCG(seed, 1))
	prior := distuv.Beta{Alpha: 6, Beta: 44, Src: random}
	var shrunk, raw float64
	each := 1 / float64(towns*units)
	for range towns {
		list, truth := make([]Unit, units), make([]float64, units)
		for i := range list {
			truth[i] = prior.Rand()
			list[i].Base = float64(20 + random.IntN(200))
			for range int(list[i].Base) {
				if random.Float64() < truth[i] {
					list[i].Events++
				}
			}
		}
		fit := BetaBinomial(list, method, 0.95)
		mean += fit.Prior.Mean.Value / float64(towns)
		for i, u := range fit.Units {
			if u.Low.Known && u.Low.Value <= truth[i] && truth[i] <= u.High.Value {
				coverage += each
			}
			shrunk += (u.Value.Value - truth[i]) * (u.Value.Value - truth[i])
			raw += (u.Raw.Value - truth[i]) * (u.Raw.Value - truth[i])
		}
	}
	return coverage, shrunk / raw, mean
}

func TestCoverage(t *testing.T) {
	coverage, error, mean := fitted(60, 60, MaximumLikelihood, 3)
	near(t, "coverage", coverage, 0.945, 0.02)
	near(t, "prior mean", mean, 0.12, 0.005)
	if error > 0.75 {
		t.Errorf("shrinking keeps %.0f%% of the raw error", 100*error)
	}
}

func BenchmarkCoverage(b *testing.B) {
	for b.Loop() {
		for _, method := range []Method{MaximumLikelihood, Kleinman, Hierarchical} {
			for _, units := range []int{6, 12, 60} {
				coverage, error, _ := fitted(2400/units, units, method, 4)
				name := fmt.Sprintf("%s_%dunits", method, units)
				b.ReportMetric(100*coverage, name+"_coverage_%")
				b.ReportMetric(100*error, name+"_mse_of_raw_%")
			}
		}
	}
}
