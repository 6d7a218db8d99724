package compare

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/stats/did"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/permutation"
	"hulian/queries/stats/welch"
)

// Row is one village's values in the two windows, made of sums over their months.
type Row struct {
	Village
	Before, After reading.Month // Month is empty
}

// Change is after less before.
func (r Row) Change() float64 { return r.After.Value - r.Before.Value }

// Moment is one month of the event plot: means over villages, and how far the difference lies from the mean difference
// before the start.
type Moment struct {
	Month          string
	Since          int // months since the pilots' start, negative before it
	Pilots, Others float64
	Effect         float64
	Low, High      float64 // 95 %, Welch's t over villages; NaN where a side has one village
	N1, N0         int
}

// Verdict is the graded answer.
type Verdict string

// The verdicts.
const (
	Improved     Verdict = "improved"      // strong evidence
	MaybeBetter  Verdict = "maybe_better"  // some evidence
	Inconclusive Verdict = "inconclusive"  // 现有数据不能下结论
	MaybeWorse   Verdict = "maybe_worse"   // some evidence of harm
	Worsened     Verdict = "worsened"      // strong evidence of harm
	Changed      Verdict = "changed"       // strong evidence, of a measure without a better direction
	NotEstimable Verdict = "not_estimable" // see the obstacle
)

// Result is a comparison.
type Result struct {
	Measure queries.Measure
	Design  Design
	Pilots  []Row
	Others  []Row
	Missing []Village // without a value in one of the windows

	Effect   float64 // difference in differences, in the measure's unit; NaN where there is none
	Low      float64 // 95 %, Welch's t over the villages' changes; NaN where a side has fewer than three villages
	High     float64
	DF       float64
	P        estimate.Number // exact over which villages could have been pilots, two-sided, allowing for their bases
	Sized    bool            // villages with small bases vary more, and P measures each change in its own spread
	Ways     float64         // of picking the pilots
	Drawn    int             // ways drawn at random where there are too many to count; 0: all were counted
	PilotGap float64         // pilots less others before, in standard deviations of the villages before

	Placebo  *Result // the same villages, as if the pilots had begun before they did; nil where too few months are left
	Moments  []Moment
	Cohorts  did.Result // every village by its own start (Callaway & Sant'Anna)
	ByStart  did.Randomisation
	Verdict  Verdict
	Warnings []estimate.Warning
}

// Compare estimates the design of a panel and grades the answer.
func Compare(p Panel) Result {
	r := graded(p, 0)
	if r.Verdict == NotEstimable {
		return r
	}
	r.Moments = moments(p, r.Design)
	r.Cohorts = cohorts(p)
	r.ByStart = r.Cohorts.Randomise(dealt, 1)
	return r
}

// Glance is Compare for a table of many measures: effect, interval, p and verdict, without the months and the cohorts. Where
// assignments are drawn, which only towns of many villages need, it draws a tenth of them: p is right within 0.007 near 0.05.
func Glance(p Panel) Result { return graded(p, 9_999) }

// graded estimates and grades. Draws are the assignments drawn where they are too many to be counted; 0: 99,999.
func graded(p Panel, draws int) Result {
	d := Plan(p)
	r := estimated(p, d, draws)
	if r.Verdict == NotEstimable {
		return r
	}
	if shifted, ok := earlier(d); ok {
		placebo := estimated(p, shifted, draws)
		if !math.IsNaN(placebo.Effect) {
			r.Placebo = &placebo
		}
	}
	r.Verdict = r.graded()
	return r
}

// earlier pretends that the pilots began as many months before they did as the after window is long, with at least three
// months left before that.
func earlier(d Design) (Design, bool) {
	length := min(len(d.After), len(d.Before)-reasonable)
	if length < 1 {
		return d, false
	}
	cut := len(d.Before) - length
	d.Before, d.After = d.Before[:cut], d.Before[cut:]
	return d, true
}

// reasonable is the least number of months a placebo keeps before its start.
const reasonable = 3

func estimated(p Panel, d Design, draws int) Result {
	r := Result{Measure: p.Measure, Design: d, Effect: math.NaN(), Low: math.NaN(), High: math.NaN(), PilotGap: math.NaN(), Verdict: NotEstimable}
	if d.Obstacle != None {
		return r
	}
	r.Pilots, r.Others = r.rows(p, d.Pilots), r.rows(p, d.Others)
	if len(r.Pilots) == 0 || len(r.Others) == 0 {
		r.Design.Obstacle = NoOutcomes
		return r
	}
	var outcomes []did.Outcome
	for i, row := range slices.Concat(r.Pilots, r.Others) {
		treated := i < len(r.Pilots)
		outcomes = append(outcomes, did.Outcome{Unit: row.ID, Treated: treated, Y: row.Before.Value, Size: row.Before.Denominator},
			did.Outcome{Unit: row.ID, Treated: treated, Post: true, Y: row.After.Value, Size: row.After.Denominator})
	}
	effect := did.TwoByTwo(outcomes, did.Options2x2{ChanceOnly: true, Permutation: permutation.Options{Draws: draws}})
	if !effect.ByChanges.Known {
		r.Design.Obstacle = OneEach
		return r
	}
	r.Effect = effect.ByChanges.Value
	if test := effect.Chance(); test != nil {
		r.P, r.Ways, r.Drawn = test.PTwoSided, test.Permutations.Or(math.NaN()), test.Draws
		r.Sized = effect.Rescaled != nil && effect.Rescaling.BySize > 0
		r.Design.SmallestP = smallestP(len(r.Pilots), len(r.Others))
	}
	r.Warnings = effect.Warnings
	r.Low, r.High, r.DF = between(changes(r.Pilots), changes(r.Others))
	r.PilotGap = gap(r.Pilots, r.Others)
	r.Verdict = Inconclusive
	return r
}

func (r *Result) rows(p Panel, villages []Village) []Row {
	var rows []Row
	for _, v := range villages {
		row := Row{Village: v, Before: summed(p, v, r.Design.Before), After: summed(p, v, r.Design.After)}
		if math.IsNaN(row.Change()) {
			r.Missing = append(r.Missing, v)
			continue
		}
		rows = append(rows, row)
	}
	return rows
}

// summed is a village's value over several months: scale × Σ numerators ÷ Σ denominators, never a mean of rates.
func summed(p Panel, v Village, months []string) reading.Month {
	var m reading.Month
	series := p.Series[v.ID]
	for i, month := range p.Months {
		if i < len(series) && slices.Contains(months, month) && series[i].Denominator > 0 && !math.IsNaN(series[i].Numerator) {
			m.Numerator, m.Denominator = m.Numerator+series[i].Numerator, m.Denominator+series[i].Denominator
		}
	}
	m.Value = p.Measure.Scale * m.Numerator / m.Denominator
	return m
}

func changes(rows []Row) []float64 {
	all := make([]float64, len(rows))
	for i, r := range rows {
		all[i] = r.Change()
	}
	return all
}

// between is the 95 % interval of a difference of means by Welch's t, with its degrees of freedom; NaN where a side has fewer
// values than an interval needs. Where nothing varies the interval is the difference itself.
func between(x, y []float64) (low, high, df float64) {
	if len(x) < leastForInterval || len(y) < leastForInterval {
		return math.NaN(), math.NaN(), math.NaN()
	}
	d := welch.Compare(welch.Of(x), welch.Of(y))
	if d.Variance == 0 {
		return d.Value, d.Value, math.NaN()
	}
	interval := d.Interval(0.95)
	return interval.Low.Value, interval.High.Value, d.DF.Value
}

// gap is how far pilots lay from the others before the start, in standard deviations of all the villages then: a large
// gap on the bad side makes regression to the mean a rival explanation.
func gap(pilots, others []Row) float64 {
	var all, one, two []float64
	for _, r := range pilots {
		all, one = append(all, r.Before.Value), append(one, r.Before.Value)
	}
	for _, r := range others {
		all, two = append(all, r.Before.Value), append(two, r.Before.Value)
	}
	if len(all) < 3 {
		return math.NaN()
	}
	m1, m0 := stat.Mean(one, nil), stat.Mean(two, nil)
	variance := stat.Variance(all, nil)
	if variance == 0 {
		return 0
	}
	return (m1 - m0) / math.Sqrt(variance)
}

// moments follow the same villages month by month from the first month before to the last after.
func moments(p Panel, d Design) []Moment {
	within := append(slices.Clone(d.Before), d.After...)
	at := func(villages []Village, month string) []float64 {
		var values []float64
		for _, v := range villages {
			if x := summed(p, v, []string{month}).Value; !math.IsNaN(x) {
				values = append(values, x)
			}
		}
		return values
	}
	base := func(villages []Village) (mean float64) {
		n := 0.0
		for _, v := range villages {
			if x := summed(p, v, d.Before).Value; !math.IsNaN(x) {
				mean, n = mean+x, n+1
			}
		}
		return mean / n
	}
	before := base(d.Pilots) - base(d.Others)
	var all []Moment
	for _, month := range p.Months {
		if !slices.Contains(within, month) {
			continue
		}
		x, y := at(d.Pilots, month), at(d.Others, month)
		m := Moment{Month: month, Since: slices.Index(p.Months, month) - slices.Index(p.Months, d.Start), N1: len(x), N0: len(y),
			Pilots: math.NaN(), Others: math.NaN(), Effect: math.NaN(), Low: math.NaN(), High: math.NaN()}
		if len(x) > 0 {
			m.Pilots = stat.Mean(x, nil)
		}
		if len(y) > 0 {
			m.Others = stat.Mean(y, nil)
		}
		m.Effect = m.Pilots - m.Others - before
		low, high, _ := between(x, y)
		m.Low, m.High = clamped(p.Measure, low-before), clamped(p.Measure, high-before)
		all = append(all, m)
	}
	return all
}

// leastForInterval is the villages a side needs: with two, 95 % intervals miss the truth in 10 of 100 towns.
const leastForInterval = 3

// clamped keeps the difference of two shares where it can be.
func clamped(m queries.Measure, x float64) float64 {
	if m.Unit != "share" {
		return x
	}
	return math.Max(-1, math.Min(1, x))
}

// dealt is how often the starts are dealt anew among the villages.
const dealt = 999

// cohorts compares every village with those not yet begun, by its own start.
func cohorts(p Panel) did.Result {
	var rows []did.Observation
	for _, v := range p.Villages {
		first := 0
		if i := slices.Index(p.Months, v.Start); i >= 0 {
			first = i + 1
		}
		for i, m := range p.Series[v.ID] {
			if i < len(p.Months) && !math.IsNaN(m.Value) {
				rows = append(rows, did.Observation{Unit: v.ID, Time: i + 1, First: first, Y: m.Value, Size: middle(p.Series[v.ID])})
			}
		}
	}
	return did.Staggered(rows, did.Options{Control: did.NotYetTreated, Base: did.Universal, Fitting: true})
}

// middle is a village's mean monthly base.
func middle(series []reading.Month) float64 {
	sum, n := 0.0, 0.0
	for _, m := range series {
		if m.Denominator > 0 {
			sum, n = sum+m.Denominator, n+1
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// graded turns the numbers into one of the verdicts. Strong evidence asks for all of: a permutation p of 5 % or less, an
// interval that leaves out zero, a placebo before the start that shows nothing like it, and pilots that were not the worst
// of all to begin with. Some evidence asks for a p of 10 % or less and the placebo.
func (r Result) graded() Verdict {
	if math.IsNaN(r.Effect) {
		return NotEstimable
	}
	p := r.P.Or(1)
	clear := !math.IsNaN(r.Low) && (r.Low > 0 || r.High < 0)
	quiet := r.Before() == Calm || r.Before() == Unseen
	strong := p <= significant && clear && quiet && !r.Regression()
	some := p <= suggestive && quiet
	good := map[queries.Direction]float64{queries.Up: 1, queries.Down: -1}[r.Measure.Direction] * r.Effect
	switch {
	case !some:
		return Inconclusive
	case r.Measure.Direction == queries.Neutral && strong:
		return Changed
	case r.Measure.Direction == queries.Neutral:
		return Inconclusive
	case strong && good > 0:
		return Improved
	case good > 0:
		return MaybeBetter
	case strong:
		return Worsened
	default:
		return MaybeWorse
	}
}

// Quiet says how the ground before the start looked.
type Quiet string

// How pilots and others moved before the start.
const (
	Calm     Quiet = "calm"     // the placebo shows nothing like the effect
	Noisy    Quiet = "noisy"    // it is half as large or larger, if only by chance: months before are no quiet ground
	Restless Quiet = "restless" // it is beyond chance: the two sides did not move alike
	Unseen   Quiet = "none"     // too few months before the start
)

// Before reads the placebo beside the effect.
func (r Result) Before() Quiet {
	switch {
	case r.Placebo == nil:
		return Unseen
	case r.Placebo.P.Or(1) <= significant && math.Abs(r.Placebo.Effect) >= math.Abs(r.Effect)/5:
		return Restless
	case math.Abs(r.Placebo.Effect) >= math.Abs(r.Effect)/2:
		return Noisy
	default:
		return Calm
	}
}

// Regression reports whether pilots stood clearly worse than the others before the start, so that they might have come
// back by themselves: more than a standard deviation of the villages, and more than a quarter of the effect.
func (r Result) Regression() bool {
	sign := map[queries.Direction]float64{queries.Up: -1, queries.Down: 1}[r.Measure.Direction]
	p0, _, o0, _ := r.means()
	return r.PilotGap*sign > 1 && math.Abs(p0-o0) > math.Abs(r.Effect)/4
}
