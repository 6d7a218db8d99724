package compare

import (
	"math"
	"slices"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/honest"
	"hulian/queries/stats/power"
)

// Sensitivity is how far the two sides would have to part by themselves before the effect is no longer told from none.
type Sensitivity struct {
	// Breakdown is that violation of parallel trends, as a multiple of the largest change from month to month before the start (Rambachan
	// & Roth 2023, Review of Economic Studies 90:2555–2591, relative magnitudes); absent where a side has fewer than eight villages
	// with a value in every month, or too few months before.
	Breakdown estimate.Number
	// Identified is the same with sampling error ignored: the number of villages plays no part in it.
	Identified estimate.Number
	Months     int // before the start that it rests on
}

// The months of the event study that are looked at: more make it slow and no surer.
const (
	monthsBefore = 5
	monthsAfter  = 4
	sensitivity  = 2_000 // draws of its critical values
)

// sensitive works out how sensitive the mean effect over the first months since the start is.
func sensitive(p Panel, d Design) (s Sensitivity) {
	if len(d.Before) < 3 || len(d.After) == 0 {
		return s
	}
	before, after := d.Before[max(0, len(d.Before)-monthsBefore-1):], d.After[:min(len(d.After), monthsAfter)]
	reference := before[len(before)-1]
	before = before[:len(before)-1]
	one, two := leaps(p, d.Pilots, reference, slices.Concat(before, after)), leaps(p, d.Others, reference, slices.Concat(before, after))
	if len(one) < leastForInterval || len(two) < leastForInterval {
		return s
	}
	m1, c1 := spreadOf(one)
	m0, c0 := spreadOf(two)
	study := honest.Study{L: make([]float64, len(after))}
	for i := range m1 {
		row := make([]float64, len(m1))
		for j := range row {
			row[j] = c1[i][j] + c0[i][j]
		}
		study.Cov = append(study.Cov, row)
		if i < len(before) {
			study.Pre = append(study.Pre, m1[i]-m0[i])
		} else {
			study.Post = append(study.Post, m1[i]-m0[i])
			study.L[i-len(before)] = 1 / float64(len(after))
		}
	}
	of := honest.Of(study, honest.Options{Draws: sensitivity, M: []float64{0}})
	return Sensitivity{Breakdown: of.RelativeBreakdownCLF, Identified: of.RelativeBreakdown, Months: len(before) + 1}
}

// leaps are each village's values in some months less that of the reference month; a village without all of them is left out.
func leaps(p Panel, villages []Village, reference string, months []string) (all [][]float64) {
	for _, v := range villages {
		from := summed(p, v, []string{reference}).Value
		var row []float64
		for _, month := range months {
			row = append(row, summed(p, v, []string{month}).Value-from)
		}
		if !slices.ContainsFunc(row, math.IsNaN) {
			all = append(all, row)
		}
	}
	return all
}

// spreadOf is the mean of rows and the covariance of that mean.
func spreadOf(rows [][]float64) (mean []float64, cov [][]float64) {
	n, k := float64(len(rows)), len(rows[0])
	mean = make([]float64, k)
	for _, row := range rows {
		for i, x := range row {
			mean[i] += x / n
		}
	}
	for i := range k {
		cov = append(cov, make([]float64, k))
		for j := range k {
			for _, row := range rows {
				cov[i][j] += (row[i] - mean[i]) * (row[j] - mean[j]) / n / (n - 1)
			}
		}
	}
	return mean, cov
}

// Checked judges the comparison by what was known before its start: spread, holes, villages to compare with, and the smallest effect that
// would be found in 80 of 100 towns. Of pilots that have not begun it takes all months there are, the last year at most, and as many months after as
// a comparison usually has. Smallest is absent too where no change can be found: the floor of the p-value lies above 5%.
func Checked(p Panel) power.Design { return CheckedAfter(p, 0) }

// CheckedAfter is Checked for a number of months compared since the start; 0: as many as are compared, or usually are.
func CheckedAfter(p Panel, after int) power.Design {
	months, compared := p.Months[max(0, len(p.Months)-yearBefore):], usualAfter
	if d := Plan(p); d.Obstacle == None {
		months, compared = d.Before, len(d.After)
	}
	if after == 0 {
		after = compared
	}
	var all []power.Village
	for _, v := range p.Villages {
		of := power.Village{Name: v.Name, Pilot: v.Pilot}
		for _, month := range months {
			of.Y = append(of.Y, summed(p, v, []string{month}).Value)
		}
		all = append(all, of)
	}
	d := power.Check(all, after, significant, 0)
	if d.Floor.Or(0) > significant { // the verdict rests on a test that cannot reach 5%: nothing is found, however large
		d.Smallest = estimate.Number{}
	}
	return d
}

// usualAfter is how many months since a start are taken to be compared where the pilots have not begun.
const usualAfter = 4
