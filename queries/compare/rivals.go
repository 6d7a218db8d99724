package compare

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"hulian/queries/stats/did"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/permutation"
)

// Two rival explanations can be given a number: that pilots which stood worse came back by themselves, and that entries were
// left out or added since the start.

// expected are the villages' values before, as far as they are the villages' own and not the luck of their months: each is drawn
// towards the mean of all by the share of the variance between villages that months which vary by themselves make (Kelley 1947,
// Fundamentals of Statistics; Barnett, van der Pols & Dobson 2005, International Journal of Epidemiology 34:215–220). Who the pilots
// are plays no part in it, so that a permutation test of what is left keeps its level. Months are taken as independent, so that too
// little rather than too much is expected to return.
func (r Result) expected(p Panel) []float64 {
	rows := slices.Concat(r.Pilots, r.Others)
	var squares, df float64
	values, months := make([][]float64, len(rows)), len(r.Design.Before)
	for _, month := range r.Design.Before {
		var known []float64
		for i, row := range rows {
			x := summed(p, row.Village, []string{month}).Value
			if values[i] = append(values[i], x); !math.IsNaN(x) {
				known = append(known, x)
			}
		}
		if len(known) == 0 {
			continue
		}
		mean := stat.Mean(known, nil) // what befell all villages in the month is nobody's luck
		for i := range rows {
			values[i][len(values[i])-1] -= mean
		}
	}
	before := make([]float64, len(rows))
	for i, row := range rows {
		before[i] = row.Before.Value
		own := slices.DeleteFunc(values[i], math.IsNaN)
		if len(own) > 1 {
			squares, df = squares+stat.Variance(own, nil)*float64(len(own)-1), df+float64(len(own)-1)
		}
	}
	mean, variance := stat.MeanVariance(before, nil)
	if df == 0 || !(variance > 0) {
		return before
	}
	own := math.Max(0, 1-squares/df/float64(months)/variance)
	for i := range before {
		before[i] = mean + own*(before[i]-mean)
	}
	return before
}

// returned is the p-value of what is left of the effect when the villages are taken to have begun where they were expected to be.
func (r Result) returned(p Panel, draws int) estimate.Number {
	outcomes := r.outcomes()
	for i, before := range r.expected(p) {
		outcomes[2*i].Y = before
	}
	if test := did.TwoByTwo(outcomes, did.Options2x2{ChanceOnly: true, Permutation: permutation.Options{Draws: draws, Seed: r.seed}}).Chance(); test != nil {
		return test.PTwoSided
	}
	return estimate.Number{}
}

// CameBack reports whether the effect may be no more than regression to the mean: the pilots stood clearly worse, and without what
// was to be expected of that zero is not ruled out.
func (r Result) CameBack() bool { return r.Regression() && r.Returned.Or(0) > significant }

// Recorded is how many entries a month the measure rests on, before and since the start.
type Recorded struct {
	Pilots, Others [2]float64 // before, after; the villages of a side together
	// Share is how far the pilots' entries since the start fall short of what the others' course made expect (negative: exceed it), as a
	// share of those expected (of those there are). Explains is the effect that it could make at most, were all that are short, or too
	// many, of one kind: late issues no longer entered, or easy ones entered on top. NaN where it is no share of counted things.
	Share, Explains float64
}

// Recorded compares the bases of both sides.
func (r Result) Recorded() Recorded {
	of := Recorded{Share: math.NaN(), Explains: math.NaN()}
	for i, month := range [2]int{len(r.Design.Before), len(r.Design.After)} {
		for side, rows := range [2][]Row{r.Pilots, r.Others} {
			into := [2]*[2]float64{&of.Pilots, &of.Others}[side]
			for _, row := range rows {
				into[i] += [2]float64{row.Before.Denominator, row.After.Denominator}[i] / float64(month)
			}
		}
	}
	ratio := of.Pilots[1] / of.Pilots[0] * of.Others[0] / of.Others[1]
	if r.Measure.Unit != "share" || math.IsNaN(r.Effect) || !(ratio > 0) || math.IsInf(ratio, 0) {
		return of
	}
	_, now, _, _ := r.means()
	if r.Effect < 0 { // of a share that fell, the rest rose
		now = 1 - now
	}
	if of.Share = 1 - ratio; ratio <= 1 {
		of.Explains = now * of.Share
	} else {
		of.Share = 1/ratio - 1
		of.Explains = math.Max(0, 1-now) * -of.Share / (1 + of.Share)
	}
	return of
}

// Misrecorded reports whether a change of the entries alone could have made a fifth of the effect. Bases move by themselves too, so that
// a larger share would pass most changes by: of towns whose pilots stop entering three in ten late issues, 16 in 100 were told that
// they improved without this rule, 7 with half of the effect, 4 with a fifth (TestTownsOfKnownTruth).
func (r Result) Misrecorded() bool {
	return r.Effect != 0 && r.Recorded().Explains > math.Abs(r.Effect)/5
}
