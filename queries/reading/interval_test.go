package reading

import (
	"math"
	"testing"

	"hulian/queries"
)

func TestRange(t *testing.T) {
	for want, got := range map[string]string{
		"60.9–62.5%": ShareRange(0.6094, 0.6252), "12.4–15.0": Range(12.4, 15, 1), "≥ 12.4": Range(12.4, math.NaN(), 1), "": ShareRange(math.NaN(), math.NaN()),
		"99.96–100.00%": ShareRange(.9996, 1), "0.000–0.004%": ShareRange(0, .00004), "50.0–50.0%": ShareRange(.5, .5),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestARegisterHasNoInterval: the households linked of all registered are counted, the households visited are a sample of what the
// village does, and so are the issues resolved so far.
func TestARegisterHasNoInterval(t *testing.T) {
	for id, want := range map[string]bool{"linked_rate": false, "branch_structure": false, "household_coverage": true, "resolution_rate_cumulative": true} {
		m, ok := queries.MeasureOf(id)
		if !ok {
			t.Fatalf("no measure %s", id)
		}
		r := Read(m, []Month{{Month: "2018-01", Numerator: 400, Denominator: 400, Value: 1}}, Rules{})
		if got := r.Interval("zh") != ""; got != want {
			t.Errorf("%s has the interval %q", id, r.Interval("zh"))
		}
	}
}

// TestNoFractionWithoutMeaning: a spread is the root of squares over the branches less one, and a Gini coefficient a
// rank-weighted sum over points; "0.89 (39/49)" would be read as 0.8. What was counted is said instead.
func TestNoFractionWithoutMeaning(t *testing.T) {
	for id, want := range map[string][2]string{
		"rating_spread":    {"0.89星 (50个支部)", "0.89 stars (50 branches)"},
		"rating_agreement": {"0.89 (49个支部)", "0.89 (49 branches)"},
		"points_gini":      {"0.89 (49分)", "0.89 (49 points)"},
		"points_burst":     {"0.9倍 (49分)", "0.9× (49 points)"},
		"stars_mean":       {"0.89星 (39/49)", "0.89 stars (39/49)"}, // 39 stars of 49 branches
	} {
		m, ok := queries.MeasureOf(id)
		if !ok {
			t.Fatalf("no measure %s", id)
		}
		if zh, en := WithBase(m, .89, 39, 49, "zh"), WithBase(m, .89, 39, 49, "en"); zh != want[0] || en != want[1] {
			t.Errorf("%s: %q, %q, want %q", id, zh, en, want)
		}
	}
	// Of every other measure that is its numerator over its denominator, the fraction is the value.
	for _, m := range queries.Measures() {
		if m.Model != "" && m.Rate() && m.Counted.Zh == "" && m.Unit != "days" {
			t.Errorf("%s comes from a model of its own and shows a fraction: does that mean anything?", m.ID)
		}
	}
}
