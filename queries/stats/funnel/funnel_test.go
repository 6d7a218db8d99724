package funnel

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/queries/stats/estimate"
)

func near(t *testing.T, what string, got, want, slack float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > slack {
		t.Errorf("%s = %.10g, want %.10g ± %g", what, got, want, slack)
	}
}

// 30-day deaths after heart surgery under one year of age in 12 English centres, 1991–95 (Spiegelhalter, The Art of
// Statistics; Spiegelhalter et al. 2002, JRSS A 165:191–221).
var centres = []Unit{{"Bristol", 41, 143}, {"Leicester", 25, 187}, {"Leeds", 24, 323}, {"Oxford", 23, 122}, {"Guys", 25, 164}, {"Liverpool", 42, 405},
	{"Southampton", 24, 239}, {"Great Ormond St", 53, 482}, {"Newcastle", 26, 195}, {"Harefield", 25, 177}, {"Birmingham", 58, 581}, {"Brompton", 31, 301}}

func TestBristol(t *testing.T) {
	f := Compare(centres, Options{})
	near(t, "θ", f.Theta.Value, 397.0/3319, 1e-15)
	if diff := cmp.Diff([]string{"Bristol"}, f.Flagged(1)); diff != "" {
		t.Errorf("beyond 99.8%%: %s", diff)
	}
	if got := len(f.Flagged(0)); got != 3 {
		t.Errorf("%d beyond 95%%, want 3", got)
	}
	// R: qbinom(c(.025, .975), 143, 397/3319)/143
	near(t, "exact low", f.Places[0].Limits[0].Quantile.Low.Value, 10.0/143, 1e-15)
	near(t, "exact high", f.Places[0].Limits[0].Quantile.High.Value, 25.0/143, 1e-15)
	plain, winsorised := f.Overdispersion(0), f.Overdispersion(0.1)
	near(t, "φ", plain.Phi.Value, 4.8388529588, 1e-9)
	near(t, "φ winsorised", winsorised.Phi.Value, 1.68929049568, 1e-9)
	near(t, "τ² winsorised", winsorised.Tau2.Value, 0.000328543483271, 1e-13)
	if plain.Multiplicative.Flags[0] == 2 || winsorised.Additive.Flags[0] != 2 {
		t.Error("Bristol must hide behind its own spread unless z is winsorised")
	}
}

// A unit whose count is the median of its own distribution lies within its exact limits at any level and size.
func TestExactLimitsHoldTheMiddle(t *testing.T) {
	for _, n := range []float64{1, 2, 10, 1000, 100000} {
		f := Compare([]Unit{{"a", math.Round(0.3 * n), n}, {"b", math.Round(0.3 * n), n}}, Options{Target: estimate.Of(0.3), Levels: []float64{0.5, 0.95, 0.998}})
		if f.Places[0].TailFlag > 1 || f.Places[0].TailFlag < -1 {
			t.Errorf("n = %v: flag %d in the middle", n, f.Places[0].TailFlag)
		}
		for _, l := range f.Places[0].Limits {
			if l.Exact.Low.Value > l.Quantile.Low.Value || l.Exact.High.Value > l.Quantile.High.Value {
				t.Errorf("n = %v, level %v: interpolated %v beyond the counts %v", n, l.Level, l.Exact, l.Quantile)
			}
		}
	}
}

func TestPoisson(t *testing.T) {
	// Garwood's limits of an expected 10 (qpois(.025, 10) = 4, qpois(.975, 10) = 17).
	f := Compare([]Unit{{"a", 25, 1000}, {"b", 10, 1000}}, Options{Model: Poisson, Target: estimate.Of(0.01)})
	near(t, "low", f.Places[0].Limits[0].Quantile.Low.Value, 0.004, 1e-15)
	near(t, "high", f.Places[0].Limits[0].Quantile.High.Value, 0.017, 1e-15)
	if f.Places[0].TailFlag != 2 || f.Places[1].TailFlag != 0 {
		t.Errorf("25 and 10 of an expected 10 are flagged %d and %d", f.Places[0].TailFlag, f.Places[1].TailFlag)
	}
}

// Lip cancer in twelve Scottish counties, observed and expected (Clayton & Kaldor 1987, Biometrics 43:671–681, table 1).
// R: z <- 2*(sqrt(O)-sqrt(E)); z winsorised by quantile(z, c(.1, .9)); limits (1 ± 1.959964*sqrt(1/(4*E)+tau2))^2
func TestExpectedEvents(t *testing.T) {
	f := Compare([]Unit{{"Skye-Lochalsh", 9, 1.4}, {"Banff-Buchan", 39, 8.7}, {"Caithness", 11, 3}, {"Berwickshire", 9, 2.5}, {"Ross-Cromarty", 15, 4.3}, {"Orkney", 8, 2.4},
		{"Moray", 26, 8.1}, {"Shetland", 7, 2.3}, {"Lochaber", 6, 2}, {"Gordon", 20, 6.6}, {"Annandale", 0, 4.2}, {"Tweeddale", 0, 1.8}}, Options{Model: Poisson, Target: estimate.Of(1)})
	d := f.SquareRoot(0.1)
	near(t, "φ", d.Phi.Value, 10.31456124705762, 1e-12)
	near(t, "τ²", d.Tau2.Value, 0.6732437605803092, 1e-13)
	near(t, "high", d.Additive.Limits[0][0].Limits.High.Value, 7.890064885449116, 1e-12)
	near(t, "outer high", d.Additive.Limits[10][1].Limits.High.Value, 13.28817984188664, 1e-11)
	near(t, "low", d.Additive.Limits[0][0].Limits.Low.Value, 0, 0)
	if f.Arcsine(0.1).Phi.Known || Compare(centres, Options{}).SquareRoot(0.1).Phi.Known {
		t.Error("the arcsine is for proportions, the square root for events per exposure")
	}
}

func TestUnitsWithoutBase(t *testing.T) {
	f := Compare([]Unit{{"a", 3, 10}, {"empty", 0, 0}, {"odd", 5, 3}, {"b", 1, 10}}, Options{})
	if f.N != 2 || len(f.Places) != 4 || f.Places[1].Judged || f.Places[2].Judged || len(f.Warnings) < 2 {
		t.Errorf("%+v", f)
	}
	f = Compare([]Unit{{"a", 0, 10}, {"b", 0, 10}}, Options{})
	if f.Places[0].Judged || len(f.Warnings) == 0 {
		t.Error("no event anywhere leaves nothing to judge, and that must be said")
	}
}

func FuzzFunnel(f *testing.F) {
	f.Add([]byte("0123456789abcdefghijkl"), 0.1, 0.95, false)
	f.Add([]byte{0, 0, 0, 0, 1, 0, 1, 0}, 0.0, 0.999999, true)
	f.Fuzz(func(t *testing.T, b []byte, q, level float64, poisson bool) {
		var units []Unit
		for ; len(b) >= 4; b = b[4:] {
			u := Unit{Name: "u", Events: float64(int16(binary.LittleEndian.Uint16(b))), Total: float64(int16(binary.LittleEndian.Uint16(b[2:])))}
			if b[0]%31 == 0 {
				u.Total *= 1e9
			}
			if b[0]%37 == 0 {
				u.Events /= 3
			}
			units = append(units, u)
		}
		o := Options{Levels: []float64{level, 0.998}}
		if poisson {
			o.Model = Poisson
		}
		funnel := Compare(units, o)
		for _, v := range []any{funnel, funnel.Overdispersion(q), funnel.Arcsine(q), funnel.SquareRoot(q)} {
			if _, err := json.Marshal(v); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Length of stay against expected days in 54 hospitals is held to FunnelPlotR in the worked examples. Here, by hand: three
// units of equal size 4 with z = 2 log 2, 0 and −2 log 2; with ten or fewer units none is in the lowest or highest tenth
// but those of rank 10 and more, so all three count: φ = (2 × (2 log 2)²)/3.
func TestLogarithmByHand(t *testing.T) {
	f := Compare([]Unit{{"a", 8, 4}, {"b", 4, 4}, {"c", 2, 4}}, Options{Model: Poisson, Target: estimate.Of(1)})
	d := f.Logarithm()
	near(t, "φ", d.Phi.Value, 8*math.Ln2*math.Ln2/3, 1e-12)
	near(t, "z", d.Z[0].Value, 2*math.Ln2, 1e-12)
	if d.Used != 3 {
		t.Errorf("%d units count", d.Used)
	}
	if none := Compare([]Unit{{"a", 0, 4}, {"b", 4, 4}}, Options{Model: Poisson, Target: estimate.Of(1)}).Logarithm(); none.Phi.Known || len(none.Warnings) == 0 {
		t.Errorf("a unit without events: %+v", none)
	}
}
