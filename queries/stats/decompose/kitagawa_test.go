package decompose

import (
	"encoding/json"
	"math"
	"testing"

	"hulian/queries/stats/estimate"
)

func near(t *testing.T, what string, got, want, slack float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > slack {
		t.Errorf("%s = %.10g, want %.10g ± %g", what, got, want, slack)
	}
}

// Household headship rates per 100 and shares of 13 age groups, United States 1970 and 1985 (Das Gupta 1993,
// Standardization and Decomposition of Rates, table 5.1): difference 2.9672, rate effect 1.7403, age effect 1.2269.
func TestHeadship(t *testing.T) {
	size1 := []float64{12.9, 10.9, 9.5, 8.0, 7.8, 8.4, 8.6, 7.8, 7.0, 5.9, 4.7, 3.6, 4.9}
	size2 := []float64{10.1, 11.2, 11.6, 10.9, 9.4, 7.7, 6.3, 6.0, 6.3, 5.9, 5.1, 4.0, 5.5}
	rate1 := []float64{1.9, 25.8, 45.7, 49.6, 51.2, 51.6, 51.8, 54.9, 58.7, 60.4, 62.8, 66.6, 66.8}
	rate2 := []float64{2.2, 24.3, 45.8, 52.5, 56.1, 55.6, 56.0, 57.4, 57.2, 61.2, 63.9, 68.6, 72.2}
	var groups []Group
	for i := range size1 {
		groups = append(groups, Group{Size1: size1[i], Size2: size2[i], Rate1: estimate.Of(rate1[i]), Rate2: estimate.Of(rate2[i])})
	}
	c := Kitagawa(groups)
	near(t, "difference", c.Difference.Value, 2.9672, 1e-9)
	near(t, "rate effect", c.Rate.Value, 1.7403, 1e-9)
	near(t, "mix effect", c.Mix.Value, 1.2269, 1e-9)
	near(t, "share of the rate effect", c.RateShare.Value, 58.65, 5e-3)
	var centred float64
	for _, p := range c.Parts {
		centred += p.MixCentred
	}
	near(t, "centred contributions", centred, 1.2269, 1e-9)
}

func TestGroupsThatComeAndGo(t *testing.T) {
	c := Kitagawa([]Group{
		{Name: "stays", Size1: 10, Size2: 10, Rate1: estimate.Of(0.5), Rate2: estimate.Of(0.5)},
		{Name: "comes", Size2: 10, Rate2: estimate.Of(0.1)},
		{Name: "never there"},
	})
	near(t, "rate effect", c.Rate.Value, 0, 1e-15)
	near(t, "mix effect", c.Mix.Value, 0.3-0.5, 1e-15)
	if len(c.Parts) != 2 || len(c.Warnings) != 1 {
		t.Errorf("%d parts and %d warnings, want 2 and 1", len(c.Parts), len(c.Warnings))
	}
	if c := Kitagawa([]Group{{Name: "a", Size1: 5, Rate1: estimate.Of(1)}}); c.Difference.Known || len(c.Warnings) == 0 {
		t.Error("an empty population was compared")
	}
}

func FuzzKitagawa(f *testing.F) {
	f.Add(1.0, 2.0, 0.5, 0.25, 3.0, 0.0, 0.1, 0.9)
	f.Add(0.0, 0.0, math.NaN(), 1.0, 1e300, 1e300, -1e300, 1e300)
	f.Fuzz(func(t *testing.T, a, b, r1, r2, c, d, r3, r4 float64) {
		k := Kitagawa([]Group{{"a", a, b, estimate.Of(r1), estimate.Of(r2)}, {"b", c, d, estimate.Of(r3), estimate.Of(r4)}})
		if _, err := json.Marshal(k); err != nil {
			t.Fatal(err)
		}
		size := math.Abs(r1) + math.Abs(r2) + math.Abs(r3) + math.Abs(r4)
		if k.Difference.Known && size < 1e100 {
			if off := math.Abs(k.Rate.Value + k.Mix.Value - k.Difference.Value); off > 1e-12*(1+size) {
				t.Fatalf("the parts miss the whole by %g", off)
			}
		}
	})
}
