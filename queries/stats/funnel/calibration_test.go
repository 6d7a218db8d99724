package funnel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// steady simulates towns whose units all have one rate, and returns the share of units flagged by each rule beside the
// share theory gives for these sizes.
func steady(towns int, seed uint64) (got, want map[string]float64, phi float64) {
	const theta = 0.12
	random := rand.New(rand.NewPCG(seed, 1))
	sizes := make([]float64, 40)
	for i := range sizes {
		sizes[i] = float64(30 + 25*i)
	}
	got, want = map[string]float64{}, map[string]float64{}
	each := 1 / float64(towns*len(sizes))
	for range towns {
		units := make([]Unit, len(sizes))
		for i, n := range sizes {
			units[i] = Unit{Total: n}
			for range int(n) {
				if random.Float64() < theta {
					units[i].Events++
				}
			}
		}
		f := Compare(units, Options{})
		widened := f.Overdispersion(0.1)
		phi += f.Overdispersion(0).Phi.Value / float64(towns)
		for i, p := range f.Places {
			count(got, "normal", p.Flag, each)
			count(got, "tail", p.TailFlag, each)
			count(got, "additive", widened.Additive.Flags[i], each)
			count(got, "multiplicative", widened.Multiplicative.Flags[i], each)
		}
	}
	for _, n := range sizes {
		law := distuv.Binomial{N: n, P: theta}
		s := math.Sqrt(theta * (1 - theta) / n)
		for k := range int(n) + 1 {
			z := math.Abs(float64(k)/n-theta) / s
			p := law.Prob(float64(k)) / float64(len(sizes))
			tail := math.Min(law.CDF(float64(k)), 1-law.CDF(float64(k)-1))
			for level, beyond := range map[string][2]bool{"95": {z > 1.959963984540054, tail < 0.025}, "99.8": {z > 3.090232306167813, tail < 0.001}} {
				if beyond[0] {
					want["normal_"+level] += p
				}
				if beyond[1] {
					want["tail_"+level] += p
				}
			}
		}
	}
	return got, want, phi
}

func count(into map[string]float64, rule string, flag int, each float64) {
	if flag != 0 {
		into[rule+"_95"] += each
	}
	if flag > 1 || flag < -1 {
		into[rule+"_99.8"] += each
	}
}

func TestFalseSignals(t *testing.T) {
	const towns = 1500
	got, want, phi := steady(towns, 3)
	for rule, share := range want {
		// The centre is estimated from the same units, which shrinks z by about 1/40 of a unit's share.
		near(t, rule, got[rule], share, 4*math.Sqrt(share/(40*towns))+0.06*share)
	}
	if got["tail_95"] > 0.05 || got["tail_99.8"] > 0.002 {
		t.Errorf("exact flags exceed their level: %v", got)
	}
	if got["additive_99.8"] > got["normal_99.8"] {
		t.Errorf("limits widened for overdispersion flag more (%v) than plain ones (%v)", got["additive_99.8"], got["normal_99.8"])
	}
	// Widened by √max(1, φ): never more flags than the plain limits, and not much fewer where chance is all there is.
	if got["multiplicative_95"] > got["normal_95"] || got["multiplicative_95"] < 0.75*got["normal_95"] {
		t.Errorf("multiplicative limits flag %v of steady units, plain ones %v", got["multiplicative_95"], got["normal_95"])
	}
	near(t, "φ without overdispersion", phi, 39.0/40, 0.02)
}

func BenchmarkFalseSignals(b *testing.B) {
	for b.Loop() {
		got, want, phi := steady(4000, 3)
		for rule, share := range got {
			b.ReportMetric(100*share, rule+"_%")
			if theory, ok := want[rule]; ok {
				b.ReportMetric(100*theory, rule+"_theory_%")
			}
		}
		b.ReportMetric(phi, "phi")
	}
}

// power is how often one unit of eleven with its rate moved lies beyond the outer limits.
func power(towns int, size, moved float64, seed uint64) (found, wrong float64) {
	random := rand.New(rand.NewPCG(seed, 3))
	for range towns {
		units := make([]Unit, 11)
		for i := range units {
			rate := 0.8
			if i == 0 {
				rate += moved
			}
			units[i] = Unit{Total: size, Events: distuv.Binomial{N: size, P: rate, Src: random}.Rand()}
		}
		for i, p := range Compare(units, Options{}).Places {
			switch {
			case i == 0 && p.TailFlag == -2:
				found += 1 / float64(towns)
			case i > 0 && (p.TailFlag == 2 || p.TailFlag == -2):
				wrong += 1 / float64(10*towns)
			}
		}
	}
	return
}

func TestAPlantedWeakUnitIsFound(t *testing.T) {
	if found, wrong := power(500, 200, -0.2, 4); found < 0.95 || wrong > 0.01 {
		t.Errorf("found in %.3f of the towns; %.4f of the others are flagged", found, wrong)
	}
}

func BenchmarkPower(b *testing.B) {
	for b.Loop() {
		for _, size := range []float64{20, 50, 200} {
			for _, moved := range []float64{0, -0.1, -0.2, -0.3} {
				found, _ := power(3000, size, moved, 5)
				b.ReportMetric(100*found, fmt.Sprintf("found_n%g_%gpp_%%", size, -100*moved))
			}
		}
	}
}

// Between-unit variation is recovered, and the widened limits bring the flags back to about their level.
func BenchmarkOverdispersed(b *testing.B) {
	for b.Loop() {
		random := rand.New(rand.NewPCG(7, 7))
		const towns, units = 2000, 40
		var tau, plain, additive float64
		for range towns {
			list := make([]Unit, units)
			for i := range list {
				p := math.Min(1, math.Max(0, 0.12+0.03*random.NormFloat64()))
				list[i].Total = float64(100 + 25*i)
				for range int(list[i].Total) {
					if random.Float64() < p {
						list[i].Events++
					}
				}
			}
			f := Compare(list, Options{})
			d := f.Overdispersion(0)
			tau += d.Tau.Value / towns
			for i, p := range f.Places {
				if p.Flag != 0 {
					plain += 1.0 / towns / units
				}
				if d.Additive.Flags[i] != 0 {
					additive += 1.0 / towns / units
				}
			}
		}
		b.ReportMetric(tau, "tau_of_0.03")
		b.ReportMetric(100*plain, "plain_95_%")
		b.ReportMetric(100*additive, "additive_95_%")
	}
}
