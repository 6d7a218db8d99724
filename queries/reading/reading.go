package reading

import (
	"math"
	"slices"

	"hulian/queries"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/rate"
	"hulian/queries/stats/spc"
)

// Month is one value of a series; NaN where there is none.
type Month struct {
	Month       string // YYYY-MM
	Numerator   float64
	Denominator float64
	Value       float64 // in the measure's unit: scale × numerator ÷ denominator
}

// Variation says what kind of change the newest value shows.
type Variation string

// Kinds of variation.
const (
	Improving Variation = "improving"
	Worsening Variation = "worsening"
	Common    Variation = "common"     // nothing beyond chance
	Shift     Variation = "shift"      // a signal of a measure without a better direction
	NotEnough Variation = "not_enough" // too few months, a small base, a month not ripe or data too poor
	Unread    Variation = "unread"     // a stock or a filling measure: its months are no sample of a process
)

// Assurance says whether the target will be met as things stand.
type Assurance string

// Kinds of assurance.
const (
	NoTarget  Assurance = "no_target"
	Met       Assurance = "met"
	Missed    Assurance = "missed"
	HitOrMiss Assurance = "hit_or_miss"
)

// Method names how a series was read.
type Method string

// The methods.
const (
	XmR        Method = "xmr"
	PChart     Method = "p"
	PPrime     Method = "p_prime"
	UChart     Method = "u"
	UPrime     Method = "u_prime"
	CChart     Method = "c" // u with one month as the base
	RunChart   Method = "run"
	NoChart    Method = "none"
	evenBases         = 1.25 // largest base over smallest below which values may be read without their bases
	largeBase         = 300  // mean base from which variation beyond chance shows and limits must be widened for it
	rareCount         = 10   // mean count below which a count is read as rare events
	minimumRun        = 2
)

// Reading is what one value of a measure means.
type Reading struct {
	Measure queries.Measure
	Rules   Rules
	Month
	Previous Month // the month before; its Value is NaN where there is none

	Low, High      float64     // 95% interval in the measure's unit; NaN where there is none
	IntervalMethod rate.Method // empty where there is none

	Poor      bool // too few of the unit's exports came to judge it
	Missing   bool // nothing came of the measure's own export for the month
	SmallBase bool
	Unripe    bool
	Variation Variation
	Assurance Assurance
	Rule      spc.Rule // that fired at this month
	Sign      int      // +1 high or rising, −1 low or falling
	Run       int      // months in the run that fired; of a trend the months that rose or fell, each against the one before
	Level     int      // of a trend: months in it that stayed level with the one before
	began     int      // where it began, in Months: the first month of a run; of a trend the month it rose or fell from
	Method    Method
	Points    int             // months the centre stands on
	Centre    estimate.Number // of the phase the month lies in; of a run chart the median
	Before    estimate.Number // centre of the phase before the programme; absent without one
	Heading   int             // +1 or −1 where the phase moves up or down instead of holding a level: its centre is provisional
	Came      estimate.Number // first value of a phase that moves
	CameIn    string          // and its month
	Surprise  float64         // −log₁₀ of how often a steady process would do this; 0 without a signal
	Chart     spc.Chart       // in shares for shares, else in the measure's unit; one point for each of Months
	Months    []string        // of the chart's points
	Gaps      []string        // months of the phase of which nothing is known: they stand in no limits and no run
}

// Known reports whether there is a value.
func (r Reading) Known() bool { return !math.IsNaN(r.Value) }

// Signal reports whether the value changed beyond chance.
func (r Reading) Signal() bool {
	return r.Variation == Improving || r.Variation == Worsening || r.Variation == Shift
}

// Change is the difference to the month before, NaN where one of them is missing.
func (r Reading) Change() float64 { return r.Value - r.Previous.Value }

// Read reads the last month of a series. The series holds consecutive months, oldest first; months after the one read
// are not part of it.
func Read(m queries.Measure, series []Month, rules Rules) Reading {
	none := Month{Numerator: math.NaN(), Denominator: math.NaN(), Value: math.NaN()}
	r := Reading{Measure: m, Rules: rules, Month: none, Previous: none, Low: math.NaN(), High: math.NaN(), Variation: NotEnough, Assurance: NoTarget, Method: NoChart}
	if len(series) == 0 {
		return r
	}
	r.Month = series[len(series)-1]
	if len(series) > 1 {
		r.Previous = series[len(series)-2]
	}
	r.interval()
	r.Poor = Performance(m) && rules.Poor()
	r.Missing = Performance(m) && rules.Missing != ""
	r.SmallBase = rules.Small(m, r.Denominator)
	r.Unripe = !rules.Ripe(r.Month.Month)
	switch {
	case !r.Known() || r.Poor || r.Missing || r.SmallBase || r.Unripe:
		return r
	case m.Series == queries.Stock || m.Series == queries.Filling:
		r.Variation = Unread
		if m.Series == queries.Stock {
			r.standing()
		}
		return r
	}
	r.overTime(series)
	return r
}

func (r *Reading) interval() {
	m := r.Measure
	switch {
	case !m.Rate() || !(r.Denominator > 0) || !r.Known() || m.Group == "capacity" || m.Register():
		return
	case m.Unit == "share" && r.Numerator >= 0 && r.Numerator <= r.Denominator:
		w := rate.Wilson(r.Numerator, r.Denominator, 0.95)
		r.Low, r.High, r.IntervalMethod = w.Low.Or(math.NaN()), w.High.Or(math.NaN()), w.Method
	case m.Unit == "per_thousand":
		w := rate.Counts(r.Numerator, r.Denominator, m.Scale, 0.95)
		r.Low, r.High, r.IntervalMethod = w.Low.Or(math.NaN()), w.High.Or(math.NaN()), w.Method
	}
}

// standing compares what stands at the month's end with the target: there is no process to give limits.
func (r *Reading) standing() {
	if r.Rules.Target == nil {
		return
	}
	target := *r.Rules.Target
	switch r.Measure.Direction {
	case queries.Up:
		r.Assurance = metIf(r.Value >= target)
	case queries.Down:
		r.Assurance = metIf(r.Value <= target)
	case queries.Neutral: // too many and too few both miss it, so that no side is the good one
	}
}

func metIf(met bool) Assurance {
	if met {
		return Met
	}
	return Missed
}

// overTime draws the control chart of the ripe months and reads its last point.
func (r *Reading) overTime(all []Month) {
	series := r.independent(all)
	options := spc.Options{Direction: directions[r.Measure.Direction]}
	if r.Rules.Target != nil {
		options.Target = estimate.Of(*r.Rules.Target)
	}
	for i, month := range series {
		r.Months = append(r.Months, month.Month)
		if r.Rules.Start != "" && month.Month >= r.Rules.Start && len(options.Rebase) == 0 {
			options.Rebase = []int{i}
		}
	}
	r.Method, r.Chart = draw(r.Measure, series, r.newestPhase(series), options)
	r.Chart = atRest(r.Chart, r.Measure)
	last, ok := r.Chart.Last()
	if !ok || last.Index != len(series)-1 {
		return
	}
	phase := r.Chart.Phases[last.Phase]
	r.Points, r.Centre = phase.N, phase.Centre
	if last.Phase > 0 && r.Chart.Phases[last.Phase-1].N >= spc.MinimumPoints {
		r.Before = r.Chart.Phases[last.Phase-1].Centre
	}
	r.Variation, r.Assurance = variations[r.Chart.Variation], assurances[r.Chart.Assurance]
	if r.Variation == NotEnough {
		return
	}
	r.gaps(all, r.Months[phase.From])
	if phase.N < spc.TrialPoints {
		r.withoutLimits(last.Phase, options)
		return
	}
	r.moving(phase)
	if r.Variation == Common {
		return
	}
	if r.Rule, r.Sign = signal(last); r.Sign != last.Sign && r.Variation != Shift {
		r.Variation = map[bool]Variation{true: Improving, false: Worsening}[(r.Sign > 0) == (r.Measure.Direction == queries.Up)]
	}
	r.Run, r.Level, r.began = r.run(last)
	r.Surprise = r.surprise(last, phase)
}

// gaps lists the months since a phase began, or since the first known month in it, of which nothing is known.
func (r *Reading) gaps(series []Month, from string) {
	begun := false
	for _, m := range series {
		unknown := math.IsNaN(m.Numerator)
		begun = begun || !unknown && m.Month >= from
		if begun && unknown {
			r.Gaps = append(r.Gaps, m.Month)
		}
	}
}

// fewestOnRunChart is how many months a run chart needs to speak of common variation; with fewer, only a month far from all others is
// told. The test of crossings needs nine off the median: with eight even one crossing comes by chance more often than once in twenty.
const fewestOnRunChart = 8

// withoutLimits reads a phase of fewer than twelve months as a run chart: a median, and no limits, which so few months
// cannot bear (Provost and Murray, The Health Care Data Guide, chapter 3). A signal is an astronomical point, a trend, or months
// that lie on one side of the median first and on the other after, with fewer crossings than chance leaves (Anhøj and Olesen 2014).
func (r *Reading) withoutLimits(number int, options spc.Options) {
	phase := &r.Chart.Phases[number]
	points := r.Chart.Points[phase.From:phase.To]
	values := make([]float64, len(points))
	for i, p := range points {
		values[i] = p.Value.Or(math.NaN())
	}
	run := spc.RunChart(values, options)
	phase.Centre, phase.Lower, phase.Upper = run.Median, estimate.Absent(), estimate.Absent()
	for i := range points {
		p := &points[i]
		p.Centre, p.Lower, p.Upper = run.Median, estimate.Absent(), estimate.Absent()
		p.Outside, p.TwoOfThree, p.TwoOfThreeIncl, p.Shift = 0, 0, 0, 0
		p.Rule, p.Sign, p.Trend = spc.CommonCause, 0, run.Points[i].Trend
		if p.Trend != 0 {
			p.Rule, p.Sign = spc.TrendRule, p.Trend
		}
	}
	r.Method, r.Points, r.Centre, r.Variation, r.Assurance = RunChart, run.N, run.Median, Common, NoTarget
	r.standing()
	last := points[len(points)-1]
	if sign := r.astronomical(values); sign != 0 {
		last.Rule, last.Sign, last.Outside, r.Run, r.began = spc.OutsideLimits, sign, sign, 1, len(r.Months)-1
		points[len(points)-1] = last
	}
	if last.Rule == spc.CommonCause && run.Useful > fewestOnRunChart && run.Crossings < run.CrossMin {
		r.Run, r.began, last.Sign = since(values, run.Median.Value)
		r.began += phase.From
		last.Rule = spc.ShiftRule
		points[len(points)-1] = last
	}
	switch {
	case last.Rule == spc.CommonCause && run.N < fewestOnRunChart:
		r.Variation = NotEnough
		return
	case last.Rule == spc.CommonCause:
		return
	}
	r.Rule, r.Sign = last.Rule, last.Sign
	if r.Rule == spc.TrendRule {
		r.Run, r.Level, r.began = r.run(last)
	}
	r.Variation = Shift
	if d := r.Measure.Direction; d != queries.Neutral {
		r.Variation = map[bool]Variation{true: Improving, false: Worsening}[(r.Sign > 0) == (d == queries.Up)]
	}
	r.Surprise = r.surprise(last, *phase)
}

// Astronomical points: how many months are needed to know the others by, and how many of their deviations make one.
const (
	fewestOthers = 5
	farAway      = 5
	madToSigma   = 1.4826 // of a normal distribution
)

// astronomical tells whether the newest month lies so far from the others that nobody needs a limit to see it (Perla, Provost and Murray
// 2011, BMJ Quality & Safety 20:46–51): farther from their median than five deviations, by the months' own spread or by chance
// in the month's base, whichever is wider. It is +1 above, −1 below.
func (r *Reading) astronomical(values []float64) int {
	var others []float64
	for _, v := range values[:len(values)-1] {
		if !math.IsNaN(v) {
			others = append(others, v)
		}
	}
	if len(others) < fewestOthers {
		return 0
	}
	middle := middleOf(others)
	for i, v := range others {
		others[i] = math.Abs(v - middle)
	}
	spread := madToSigma * middleOf(others)
	switch m := r.Measure; {
	case m.Unit == "share" && r.Denominator > 0:
		spread = math.Max(spread, math.Sqrt(math.Max(middle*(1-middle), 1/r.Denominator)/r.Denominator))
	case m.Unit == "per_thousand" && r.Denominator > 0:
		spread = math.Max(spread, math.Sqrt(math.Max(middle, m.Scale/r.Denominator)*m.Scale/r.Denominator))
	case m.Unit == "count":
		spread = math.Max(spread, math.Sqrt(math.Max(middle, 1)))
	}
	switch newest := values[len(values)-1]; {
	case newest > middle+farAway*spread:
		return 1
	case newest < middle-farAway*spread:
		return -1
	}
	return 0
}

func middleOf(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// since counts how many of the last values lie on one side of the median, from which, and which side it is. Values on it are
// passed over, and so are months without one.
func since(values []float64, median float64) (months, began, side int) {
	began = len(values) - 1
	for i := len(values) - 1; i >= 0; i-- {
		switch v := values[i]; {
		case math.IsNaN(v):
			continue
		case v == median:
		case side == 0:
			side = 1
			if v < median {
				side = -1
			}
		case (v > median) != (side > 0):
			return months, began, side
		}
		months, began = months+1, i
	}
	return months, began, side
}

// independent leaves out the months of a rolling measure that share data with a later one kept. (Where the month read is
// ripe, all before it are.)
func (r *Reading) independent(series []Month) []Month {
	step := 1
	if r.Measure.Series == queries.Rolling {
		step = max(1, r.Rules.Pooled)
	}
	var kept []Month
	for i := (len(series) - 1) % step; i < len(series); i += step {
		m := series[i]
		if r.Rules.Small(r.Measure, m.Denominator) && r.Measure.Series == queries.Rolling {
			m.Value = math.NaN() // a median of few durations has no base to weigh it by
		}
		kept = append(kept, m)
	}
	return kept
}

// newestPhase is the part of the series since the programme's start, by which the method is chosen; the whole series
// where that has too few months.
func (r *Reading) newestPhase(series []Month) []Month {
	for i, m := range series {
		if r.Rules.Start != "" && m.Month >= r.Rules.Start && len(series)-i >= spc.MinimumPoints {
			return series[i:]
		}
	}
	return series
}

var (
	directions = map[queries.Direction]spc.Direction{queries.Up: spc.Up, queries.Down: spc.Down, queries.Neutral: spc.Neutral}
	variations = map[spc.Variation]Variation{spc.VariationUnknown: NotEnough, spc.Common: Common, spc.Improving: Improving,
		spc.Worsening: Worsening, spc.SpecialHigh: Shift, spc.SpecialLow: Shift}
	assurances = map[spc.Assurance]Assurance{spc.AssuranceUnknown: NoTarget, spc.ReliablyMet: Met, spc.ReliablyMissed: Missed, spc.HitOrMiss: HitOrMiss}
)
