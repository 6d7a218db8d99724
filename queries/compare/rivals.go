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
	return r.drawnIn(func(v Village, month string) float64 { return summed(p, v, []string{month}).Value }, func(row Row) float64 { return row.Before.Value })
}

// drawnIn draws the villages' levels before towards their mean, by how much they vary from month to month.
func (r Result) drawnIn(monthly func(Village, string) float64, level func(Row) float64) []float64 {
	rows := slices.Concat(r.Pilots, r.Others)
	var squares, df float64
	values, months := make([][]float64, len(rows)), len(r.Design.Before)
	for _, month := range r.Design.Before {
		var known []float64
		for i, row := range rows {
			x := monthly(row.Village, month)
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
		before[i] = level(row)
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

// MayHaveComeBack reports whether that is a doubt: the pilots stood clearly worse, and what is left is not as clear as a doubt asks for. Too
// little is taken to be expected to return where good and bad spells last, so that 5% is not enough.
func (r Result) MayHaveComeBack() bool { return r.Regression() && r.Returned.Or(1) > doubtless }

// doubtless is the p-value that an estimate which is known to be too kind has to keep to.
const doubtless = 0.01

// Recorded is how many entries a month the measure rests on, before and since the start; of each village in the months whose source spoke.
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
	for side, rows := range [2][]Row{r.Pilots, r.Others} {
		into := [2]*[2]float64{&of.Pilots, &of.Others}[side]
		for _, row := range rows {
			for i, base := range row.monthly() {
				into[i] += base
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

// Restored is what is left of the effect in the two worst cases of changed entries: that all which are short are of the kind which the
// measure counts as bad (late issues no longer entered), and that all which are too many are good ones, entered on top. In each the kind that
// is not doubted is set against the entries that the village's own months before and the course of all villages made expect.
type Restored struct {
	// Short and Extra are one-sided p-values of the permutation test in the direction of the effect. If only entries changed, and in that way,
	// there is no effect in the case, and 5 in 100 such towns go below 5% at most; however many entries changed.
	Short, Extra estimate.Number
	Apart        estimate.Number // that bases went another way than the others': two-sided, of the logarithms of monthly bases
}

// restored tests the worst cases; absent where the measure is no share of counted things.
func (r Result) restored(p Panel, draws int) (of Restored) {
	if r.Measure.Unit != "share" {
		return of
	}
	rows := slices.Concat(r.Pilots, r.Others)
	entered := func(v Village, month string) float64 {
		if spoke(p, v, []string{month}) == 0 {
			return math.NaN()
		}
		return summed(p, v, []string{month}).Denominator
	}
	expected := r.drawnIn(entered, func(row Row) float64 { return row.monthly()[0] })
	before, after := 0.0, 0.0
	for _, row := range rows {
		before, after = before+row.monthly()[0], after+row.monthly()[1]
	}
	base := func(i int) float64 { return expected[i] * after / before * float64(rows[i].Spoke[1]) }
	test := func(values func(i int, row Row) (before, after float64)) *permutation.Test {
		outcomes := r.outcomes()
		for i, row := range rows {
			outcomes[2*i].Y, outcomes[2*i+1].Y = values(i, row)
			outcomes[2*i+1].Size = base(i) // what was entered may be fewer on one side alone, which would spoil the level
		}
		return did.TwoByTwo(outcomes, did.Options2x2{ChanceOnly: true, Permutation: permutation.Options{Draws: draws, Seed: r.seed}}).Chance()
	}
	directed := func(values func(i int, row Row) (before, after float64)) estimate.Number {
		switch t := test(values); {
		case t == nil:
			return estimate.Number{}
		case r.Effect < 0:
			return t.PLess
		default:
			return t.PGreater
		}
	}
	scale := r.Measure.Scale
	counted := func(i int, row Row) (float64, float64) {
		return row.Before.Value, scale * row.After.Numerator / base(i)
	}
	rest := func(i int, row Row) (float64, float64) {
		return row.Before.Value, scale * (1 - (row.After.Denominator-row.After.Numerator)/base(i))
	}
	of.Short, of.Extra = directed(counted), directed(rest)
	if r.Effect < 0 {
		of.Short, of.Extra = of.Extra, of.Short
	}
	if t := test(func(_ int, row Row) (float64, float64) { return math.Log(row.monthly()[0]), math.Log(row.monthly()[1]) }); t != nil {
		of.Apart = t.PTwoSided
	}
	return of
}

// Worst is the larger p-value of the two cases, 0 where they are not tested.
func (of Restored) Worst() float64 { return math.Max(of.Short.Or(0), of.Extra.Or(0)) }

// Misrecorded reports whether a change of the entries alone may have made the effect: zero is not ruled out any more in the worse of the
// cases of Restored, or entries clearly changed and could have made a fifth of the effect.
func (r Result) Misrecorded() bool {
	changed := r.Restored.Apart.Or(1) <= significant && r.Recorded().Explains > math.Abs(r.Effect)/5
	return r.Effect != 0 && (r.Restored.Worst() > significant || changed)
}
