package analyze

import (
	"slices"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/funnel"
	"hulian/queries/stats/rate"
)

// ratioLevels are the levels the two named methods draw.
var ratioLevels = []float64{0.95, 0.998}

// ratios reads events and those expected, and compares one for one.
func (c *Call) ratios() (f funnel.Funnel, observed, expected []float64, err error) {
	names, observed, expected, err := c.units("events", "expected")
	if err != nil {
		return f, nil, nil, err
	}
	units := make([]funnel.Unit, len(names))
	for i := range units {
		units[i] = funnel.Unit{Name: names[i], Events: observed[i], Total: expected[i]}
	}
	return funnel.Compare(units, funnel.Options{Levels: ratioLevels, Model: funnel.Poisson, Target: estimate.Of(1)}), observed, expected, nil
}

// ratioFunnel compares events with those expected, in the two ways health services publish.
func (c *Call) ratioFunnel() (*Object, error) {
	f, observed, expected, err := c.ratios()
	if err != nil {
		return nil, err
	}
	var sums [2]float64
	var rows [][]any
	outside := []string{}
	ids, _ := c.ids("unit")
	for i, p := range f.Places {
		row := []any{ids[i], whole(observed[i]), expected[i], p.Rate}
		if p.Judged {
			sums[0], sums[1] = sums[0]+observed[i], sums[1]+expected[i]
		}
		for _, l := range ratioLevels {
			var limits rate.Rate
			if p.Judged { // the exact limits of a count at what is expected
				limits = rate.ExactPoisson(expected[i], expected[i], 1, l)
			}
			row = append(row, limits.Low, limits.High)
			if l == ratioLevels[1] && p.Judged && (p.Rate.Value < limits.Low.Value || p.Rate.Value > limits.High.Value) {
				outside = append(outside, p.Name)
			}
		}
		rows = append(rows, row)
	}
	out := (&Object{}).Set("n_units", f.N).Set("observed_total", sums[0]).Set("expected_total", sums[1])
	out.Set("unadjusted_outside998", typed(outside)).Set("unadjusted_count998", len(outside))
	out.Grid("columns", "rows", []string{"unit", "observed", "expected", "ratio", "p_low95", "p_high95", "p_low998", "p_high998"}, rows)
	shmi, cqc := f.Logarithm(), f.SquareRoot(0.1)
	out.Set("shmi", ratioObject(f, shmi, ids)).Set("cqc", ratioObject(f, cqc, ids))
	out.warn(dedupe(slices.Concat(f.Warnings, shmi.Warnings, cqc.Warnings)))
	return out, nil
}

func ratioObject(f funnel.Funnel, d funnel.Overdispersion, ids []any) any {
	if !d.Phi.Known {
		return nil
	}
	names := beyond(f, d.Additive.Flags, len(ratioLevels)-1)
	var rows [][]any
	for i, limits := range d.Additive.Limits {
		row := []any{ids[i], d.Z[i]}
		for k := range ratioLevels {
			var at estimate.Interval
			if k < len(limits) {
				at = limits[k].Limits
			}
			row = append(row, at.Low, at.High)
		}
		rows = append(rows, row)
	}
	return (&Object{}).Set("n_used", d.Used).Set("phi", d.Phi).Set("tau2", d.Tau2).Set("count998", len(names)).Set("outside998", typed(names)).
		Grid("columns", "rows", []string{"unit", "z", "low95", "high95", "low998", "high998"}, rows)
}
