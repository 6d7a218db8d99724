package did

import (
	"fmt"
	"math"
	"testing"

	"hulian/queries/stats/permutation"
)

type tally struct{ interval, band, pretest, rejected float64 }

// repeated simulates staggered panels with a known effect and returns how often the interval of the overall effect and the
// uniform band of the event study hold the truth, and how often the pre-test cries wolf.
func repeated(rounds, units int, effect float64, draws int, small bool) tally {
	var out tally
	each := 1 / float64(rounds)
	first := func(i int) int { return []int{0, 0, 4, 5, 7}[i%5] }
	for k := range rounds {
		rows := panelRows(uint64(100+k), units, 8, first, func(int, int) float64 { return effect })
		r := Staggered(rows, Options{Draws: draws, SmallSample: small})
		if r.Simple.CI.Low.Value <= effect && effect <= r.Simple.CI.High.Value {
			out.interval += each
		}
		if r.Simple.CI.Low.Value > 0 {
			out.rejected += each
		}
		if small {
			if r.PretrendMaxT != nil && r.PretrendMaxT.P.Value < 0.05 {
				out.pretest += each
			}
		} else if r.Wald != nil && r.Wald.P.Known && r.Wald.P.Value < 0.05 {
			out.pretest += each
		}
		inside := draws > 0
		for _, e := range r.Dynamic.Entries {
			truth := 0.0
			if e.Key >= 0 {
				truth = effect
			}
			inside = inside && e.Band.Low.Value <= truth && truth <= e.Band.High.Value
		}
		if inside {
			out.band += each
		}
	}
	return out
}

func TestCoverage(t *testing.T) {
	const rounds = 600
	got := repeated(rounds, 150, 1, 0, false)
	slack := 4 * math.Sqrt(0.05*0.95/rounds)
	near(t, "coverage of the overall effect", got.interval, 0.945, slack)
}

func TestCoverageOfFewUnits(t *testing.T) {
	const rounds = 200
	got := repeated(rounds, 20, 1, 199, true)
	slack := 4 * math.Sqrt(0.05*0.95/rounds)
	for name, share := range map[string]float64{"overall effect": got.interval, "band": got.band, "pre-test": 1 - got.pretest} {
		if share < 0.95-slack {
			t.Errorf("%s: %.3f of 20-unit panels hold", name, share)
		}
	}
}

// A village programme has tens of units, not hundreds: what few units cost is reported, not hidden.
func BenchmarkStaggered(b *testing.B) {
	for _, units := range []int{20, 50, 200} {
		for _, small := range []bool{false, true} {
			b.Run(fmt.Sprintf("%d_units/small_sample=%t", units, small), func(b *testing.B) {
				for b.Loop() {
					got := repeated(600, units, 1, 499, small)
					none := repeated(600, units, 0, 199, small)
					b.ReportMetric(100*got.interval, "interval_coverage_%")
					b.ReportMetric(100*got.band, "band_coverage_%")
					b.ReportMetric(100*none.pretest, "pretest_rejects_%")
					b.ReportMetric(100*got.rejected, "power_at_1sd_%")
					b.ReportMetric(100*none.rejected, "false_positive_%")
				}
			})
		}
	}
}

// rejections is how often the permutation test over units, and the intervals of their changes by the normal and by
// Student's t, find an effect at 5%.
func rejections(rounds, units int, effect float64) (permuted, normal, student float64) {
	for k := range rounds {
		rows := panelRows(uint64(9000+k), units, 2, func(i int) int { return 2 * (i % 2) }, func(int, int) float64 { return effect })
		var pairs []Outcome
		for _, r := range rows {
			pairs = append(pairs, Outcome{Unit: r.Unit, Treated: r.First == 2, Post: r.Time == 2, Y: r.Y})
		}
		e := TwoByTwo(pairs, Options2x2{Permutation: permutation.Options{Draws: 999, MaxExact: 2000}})
		if e.Permutation.PTwoSided.Value <= 0.05 {
			permuted += 1 / float64(rounds)
		}
		for _, se := range e.SEs {
			switch {
			case se.Name != SEFirstDifference || se.P.Value > 0.05:
			case se.DF > 0:
				student += 1 / float64(rounds)
			default:
				normal += 1 / float64(rounds)
			}
		}
	}
	return
}

// The permutation test and Student's t keep their level however few units there are.
func TestFewUnitsKeepTheirLevel(t *testing.T) {
	const rounds = 400
	permuted, _, student := rejections(rounds, 12, 0)
	for name, level := range map[string]float64{"the permutation test": permuted, "Student's t": student} {
		if level > 0.05+4*math.Sqrt(0.05*0.95/rounds) {
			t.Errorf("%s: %.1f%% of the p-values without an effect are below 0.05", name, 100*level)
		}
	}
}

func BenchmarkTwoByTwo(b *testing.B) {
	for b.Loop() {
		for _, units := range []int{12, 40} {
			level, normal, student := rejections(3000, units, 0)
			power, _, _ := rejections(1000, units, 1.5)
			b.ReportMetric(100*level, fmt.Sprintf("permutation_level_%dunits_%%", units))
			b.ReportMetric(100*normal, fmt.Sprintf("first_difference_normal_level_%dunits_%%", units))
			b.ReportMetric(100*student, fmt.Sprintf("first_difference_t_level_%dunits_%%", units))
			b.ReportMetric(100*power, fmt.Sprintf("permutation_power_%dunits_%%", units))
		}
	}
}
