package compare

import (
	"cmp"
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
	Spoke         [2]int        // months of each window whose source spoke
}

// monthly is the base of a month of each window: of the months whose source spoke, for the others are unknown and not zero.
func (r Row) monthly() [2]float64 {
	return [2]float64{r.Before.Denominator / float64(r.Spoke[0]), r.After.Denominator / float64(r.Spoke[1])}
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
	Low, High      float64 // 95%, Welch's t over villages; NaN where a side has fewer than eight, or nothing varies
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

	Effect float64 // difference in differences, in the measure's unit; NaN where there is none
	Low    float64 // 95%; NaN where there is no interval, see NoInterval
	High   float64
	// NoInterval says why there is no interval. It is not made from a standard error: it holds the effects that the permutation test
	// does not reject.
	NoInterval did.WhyNone
	P          estimate.Number // exact over which villages could have been pilots, two-sided, allowing for their bases
	Sized      bool            // villages with small bases vary more, and P measures each change in its own spread
	// Returned is the p-value without what the pilots were expected to gain by coming back to the mean; absent unless they stood clearly
	// worse, see Regression.
	Returned estimate.Number
	Restored Restored // with what changed entries could have made taken off; not tested where zero is not ruled out
	Ways     float64  // of picking the pilots
	Few      bool     // a side has fewer than eight villages
	Drawn    int      // ways drawn at random where there are too many to count; 0: all were counted
	effect   did.Effect
	seed     uint64
	PilotGap float64 // pilots less others before, in standard deviations of the villages before

	Placebo  *Result // the same villages, as if the pilots had begun before they did; nil where too few months are left
	Moments  []Moment
	Cohorts  did.Result // every village by its own start (Callaway & Sant'Anna)
	ByStart  did.Randomisation
	Later    *Result // the late months since the start against the early ones; nil where there are too few
	Bends    Sensitivity
	Family   Family // see Corrected
	Verdict  Verdict
	Warnings []estimate.Warning
}

// Compare estimates the design of a panel and grades the answer.
func Compare(p Panel) Result {
	r := graded(p, 0)
	if r.Verdict == NotEstimable {
		return r
	}
	if r.Placebo != nil {
		r.Placebo.interval()
	}
	r.Moments, r.Later, r.Bends = moments(p, r.Design), later(p, r.Design), sensitive(p, r.Design)
	r.Cohorts = cohorts(p)
	r.ByStart = r.Cohorts.Randomise(dealt, max(p.Seed, 1))
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
	r.interval()
	if shifted, ok := earlier(d); ok {
		placebo := estimated(p, shifted, draws)
		if !math.IsNaN(placebo.Effect) {
			r.Placebo = &placebo
		}
	}
	if r.Regression() {
		r.Returned = r.returned(p, draws)
	}
	if r.ZeroRuledOut() {
		r.Restored = r.restored(p, draws)
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
	r := Result{Measure: p.Measure, Design: d, seed: p.Seed, Effect: math.NaN(), Low: math.NaN(), High: math.NaN(), PilotGap: math.NaN(), Verdict: NotEstimable}
	if d.Obstacle != None {
		return r
	}
	r.Pilots, r.Others = r.rows(p, d.Pilots), r.rows(p, d.Others)
	if len(r.Pilots) == 0 || len(r.Others) == 0 {
		r.Design.Obstacle = NoOutcomes
		return r
	}
	effect := did.TwoByTwo(r.outcomes(), did.Options2x2{ChanceOnly: true, Permutation: permutation.Options{Draws: draws, Seed: p.Seed}})
	if !effect.ByChanges.Known {
		r.Design.Obstacle = OneEach
		return r
	}
	r.Effect = effect.ByChanges.Value
	if test := effect.Chance(); test != nil {
		r.P, r.Ways, r.Drawn = test.PTwoSided, test.Permutations.Or(math.NaN()), test.Draws
		r.Sized = effect.Rescaled != nil && effect.Rescaling.BySize > 0
		r.Design.SmallestP = permutation.SmallestP(len(r.Pilots), len(r.Others))
	}
	r.effect, r.Few, r.Warnings = effect, effect.Few, effect.Warnings
	r.PilotGap = gap(r.Pilots, r.Others)
	r.Verdict = Inconclusive
	return r
}

// outcomes are the villages' values in the two windows.
func (r *Result) outcomes() (all []did.Outcome) {
	for i, row := range slices.Concat(r.Pilots, r.Others) {
		treated := i < len(r.Pilots)
		all = append(all, did.Outcome{Unit: row.ID, Treated: treated, Y: row.Before.Value, Size: row.Before.Denominator},
			did.Outcome{Unit: row.ID, Treated: treated, Post: true, Y: row.After.Value, Size: row.After.Denominator})
	}
	return all
}

// options are those of every permutation test of the result.
func (r Result) options() did.Options2x2 {
	return did.Options2x2{Permutation: permutation.Options{Seed: r.seed}}
}

// interval computes the interval of the effect, or says why there is none: it holds the effects that the permutation test does not
// reject, whatever the number of villages.
func (r *Result) interval() {
	interval, none := did.Inverted(r.outcomes(), r.effect, r.options())
	if r.NoInterval = none; none == did.HasInterval {
		r.Low, r.High = clamped(r.Measure, interval.Low.Value), clamped(r.Measure, interval.High.Value)
	}
}

func (r *Result) rows(p Panel, villages []Village) []Row {
	var rows []Row
	for _, v := range villages {
		row := Row{Village: v, Before: summed(p, v, r.Design.Before), After: summed(p, v, r.Design.After), Spoke: [2]int{spoke(p, v, r.Design.Before), spoke(p, v, r.Design.After)}}
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

// spoke counts the months of several in which a village's source spoke.
func spoke(p Panel, v Village, months []string) (n int) {
	series := p.Series[v.ID]
	for i, month := range p.Months {
		if i < len(series) && slices.Contains(months, month) && known(series[i]) {
			n++
		}
	}
	return n
}

// known reports whether the source of a month spoke.
func known(m reading.Month) bool { return !math.IsNaN(m.Numerator) && !math.IsNaN(m.Denominator) }

func changes(rows []Row) []float64 {
	all := make([]float64, len(rows))
	for i, r := range rows {
		all[i] = r.Change()
	}
	return all
}

// between is the 95% interval of a difference of means by Welch's t; NaN where a side has fewer
// values than an interval by a standard error needs, and where nothing varies: then the spread is not known.
func between(x, y []float64) (low, high float64) {
	if len(x) < leastForInterval || len(y) < leastForInterval {
		return math.NaN(), math.NaN()
	}
	d := welch.Compare(welch.Of(x), welch.Of(y))
	interval := d.Interval(0.95)
	if most := math.Max(math.Abs(slices.Max(slices.Concat(x, y))), math.Abs(slices.Min(slices.Concat(x, y)))); d.Variance <= rounding*rounding*most*most || !interval.Known() {
		return math.NaN(), math.NaN()
	}
	return interval.Low.Value, interval.High.Value
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
		low, high := between(x, y)
		m.Low, m.High = clamped(p.Measure, low-before), clamped(p.Measure, high-before)
		all = append(all, m)
	}
	return all
}

// leastForInterval is the villages a side needs for an interval by a standard error.
const leastForInterval = 8

// leastForStrong is the villages a side needs for strong evidence: one or two may have had luck, whatever p is.
const leastForStrong = 3

// rounding is the largest spread, as a share of the largest value, that equal values have by rounding alone.
const rounding = 0x1p-46

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

// graded turns the numbers into one of the verdicts, by one rule for every measure. The permutation test gives p and, turned round, the
// interval, so that neither can say what the other denies:
//
//  1. Where zero is not ruled out, the data do not allow a conclusion: p is above 5%, and the interval includes zero.
//  2. Where the two sides had clearly moved apart before the start, or the pilots had been the worst and coming back to the mean
//     explains enough, there is no evidence, whatever p is.
//  3. Strong evidence becomes some where no interval can be given, where a side has fewer than three villages, where the months
//     before were not quite alike or already moved as much the same way, where the pilots were the worst to begin with and coming back
//     to the mean is not clearly too little, where entries left out or added could have made the effect, and where the finding does
//     not outlast the correction for the other outcomes that were looked at.
//
// Months before the start that moved as much without being significant are no ground for more than a doubt: how much villages move by
// themselves is counted in p already, and the placebo has the fewer months to show it. Were they to leave no evidence at all, a third
// of the true effects of 10 points that the test finds in a town of 11 villages were lost (TestTownsOfKnownTruth). Such a month the other way
// is none at all: what was under way would have made the effect smaller, and it is as frequent with a trend as without. Why says which of
// these decided.
func (r Result) graded() Verdict {
	if math.IsNaN(r.Effect) {
		return NotEstimable
	}
	some := r.ZeroRuledOut() && r.Before() != Restless && !r.CameBack()
	strong := some && len(r.doubts()) == 0
	good := better(r.Measure) * r.Effect
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

// ZeroRuledOut reports whether the test rejects that nothing changed. An interval that includes zero never goes with it.
func (r Result) ZeroRuledOut() bool { return r.P.Or(1) <= significant && !(r.Low <= 0 && r.High >= 0) }

// doubts are the reasons that keep some evidence from being strong, as keys of sentences.
func (r Result) doubts() (keys []string) {
	if math.IsNaN(r.Low) {
		keys = append(keys, "why_"+cmp.Or(string(r.NoInterval), string(did.TooFewWays)))
	}
	if n := min(len(r.Pilots), len(r.Others)); n > 0 && n < leastForStrong {
		keys = append(keys, "why_one_or_two")
	}
	if before := r.Before(); before == Uneasy || before == Noisy {
		keys = append(keys, "why_"+string(before))
	}
	if r.MayHaveComeBack() {
		keys = append(keys, "why_regression")
	}
	switch {
	case r.Restored.Worst() > significant:
		keys = append(keys, "why_recording")
	case r.Misrecorded():
		keys = append(keys, "why_entries")
	}
	if !r.Survives() {
		keys = append(keys, "why_several")
	}
	return keys
}

// Alike says whether pilots and others moved alike before the start, as far as a start some months too early shows it.
type Alike string

// That nothing was found does not show that nothing was there: the two moved alike only where the interval of the difference then is
// short enough to say so.
const (
	WereAlike   Alike = "alike"   // the whole interval lies within Bound of zero
	WereApart   Alike = "apart"   // the difference is clear, and a fifth of the effect or more
	AlikeUnsure Alike = "unsure"  // neither
	alikeWithin       = 1.0 / 2.0 // of the effect: a difference then of less could not have made it
)

// Bound is how far from zero a difference before the start may lie, in the measure's unit: half of the effect.
func (r Result) Bound() float64 { return alikeWithin * math.Abs(r.Effect) }

// AlikeBefore reads the interval of the placebo. A glance has none and is unsure.
func (r Result) AlikeBefore() Alike {
	switch p := r.Placebo; {
	case p == nil:
		return AlikeUnsure
	case r.Before() == Restless:
		return WereApart
	case p.Low >= -r.Bound() && p.High <= r.Bound():
		return WereAlike
	default:
		return AlikeUnsure
	}
}

// Quiet says what the placebo shows: the effect that a start some months too early would seem to have had.
type Quiet string

// What the placebo shows, beside the effect.
const (
	Calm     Quiet = "calm"     // little: less than half of the effect, and either not significant or less than a fifth of the effect
	Contrary Quiet = "contrary" // half of the effect or more the other way, with a p-value above 10%: what was under way did not make the effect
	Uneasy   Quiet = "uneasy"   // a fifth of the effect or more, with a p-value of 5 to 10%
	Noisy    Quiet = "noisy"    // half of the effect or more the same way, not significant: the months before the start vary too much
	Restless Quiet = "restless" // a fifth of the effect or more, with a p-value of 5% or less: pilots and others already moved apart
	Unseen   Quiet = "none"     // there are too few months before the start for a placebo
)

// Before reads the placebo beside the effect, by the p-values that grade the effect.
func (r Result) Before() Quiet {
	if r.Placebo == nil {
		return Unseen
	}
	p, size := r.Placebo.P.Or(1), math.Abs(r.Placebo.Effect)
	seen := size >= math.Abs(r.Effect)/5
	switch {
	case p <= significant && seen:
		return Restless
	case size >= math.Abs(r.Effect)/2 && r.Placebo.Effect*r.Effect > 0:
		return Noisy
	case p <= suggestive && seen:
		return Uneasy
	case size >= math.Abs(r.Effect)/2:
		return Contrary
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
