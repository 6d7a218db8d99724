package flow

import (
	"maps"
	"math"
	"slices"
	"time"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/survival"
)

// Step is one of the four passages between the five steps of an issue.
type Step int

// The steps, each named by how it ends.
const (
	Classify Step = iota
	Route
	Resolve
	Feedback
	Whole // from the report to the resolution; no step of its own
)

// Steps in the order issues pass them.
var Steps = []Step{Classify, Route, Resolve, Feedback}

// Measure is the ID of the measure that holds the step's median.
func (s Step) Measure() string {
	return [...]string{"step_days_classify", "step_days_route", "step_days_resolve", "step_days_feedback", "days_to_resolve_median"}[s]
}

// Issue is when an issue passed the five steps; a zero time where it has not, or where nobody wrote it down. A district has hundreds of
// thousands, which every step and unit looks at: they are handed round by their places and not copied.
type Issue struct {
	Village, Branch, Category                       string
	Reported, Classified, Routed, Resolved, FedBack time.Time
}

// spell is how long an issue was, or has been, in a step. It is none of the step's issues where the step's beginning is
// not recorded, or where its end is missing although a later step is recorded: nobody knows when it ended.
func (i *Issue) spell(s Step, end time.Time) (survival.Subject, bool) {
	var from, to time.Time
	var counts bool
	switch s {
	case Classify:
		from, to = i.Reported, i.Classified
		counts = !to.IsZero() || i.Routed.IsZero() && i.Resolved.IsZero()
	case Route:
		from, to = i.Classified, i.Routed
		counts = !to.IsZero() || i.Resolved.IsZero()
	case Resolve:
		from, to = i.Routed, i.Resolved
		counts = !to.IsZero() || i.FedBack.IsZero()
	case Feedback:
		from, to = i.Resolved, i.FedBack
		counts = true
	case Whole:
		from, to = i.Reported, i.Resolved
		counts = true
	}
	if from.IsZero() || !counts {
		return survival.Subject{}, false
	}
	if to.IsZero() {
		return survival.Subject{Time: days(from, end)}, true
	}
	return survival.Subject{Time: days(from, to), Event: true}, true
}

func days(from, to time.Time) float64 { return max(0, to.Sub(from).Hours()/24) }

// Time is how long one step takes.
type Time struct {
	Step    Step
	Entered int             // issues that entered it
	Ended   int             // of those, that have passed it
	Median  estimate.Number // days; absent: not reached
	Low     estimate.Number // 95% limits of the median, log-log; High absent: not reached
	High    estimate.Number
	curve   survival.Curve
	spells  []survival.Subject
}

// Waiting is how many issues have entered the step and not passed it.
func (t Time) Waiting() int { return t.Entered - t.Ended }

// TimeOf estimates a step over issues; end is the end of the cut-off day.
func TimeOf(issues []*Issue, s Step, end time.Time) Time {
	t := Time{Step: s, spells: make([]survival.Subject, 0, len(issues))}
	for _, i := range issues {
		if spell, ok := i.spell(s, end); ok {
			t.spells = append(t.spells, spell)
			t.Entered++
			if spell.Event {
				t.Ended++
			}
		}
	}
	t.curve = survival.KaplanMeier(t.spells, 0.95)
	median := t.curve.Quantile(0.5)
	t.Median, t.Low, t.High = median.FirstTime, median.LogLog.Low, median.LogLog.High
	return t
}

// Lag is how far a step lies behind a benchmark.
type Lag struct {
	Time
	Against Time
	Days    estimate.Number // median less the benchmark's; absent where one of them is not reached
	// Issues is how many more wait than would if every issue took as long as the benchmark's curve has it: the number
	// waiting less Σ S(tᵢ), tᵢ the days since each issue entered the step.
	Issues float64
	P      estimate.Number // log-rank, two-sided: that chance alone makes so much difference
}

// LagOf sets a step of some issues beside the same step of the benchmark's, which TimeOf has estimated.
func LagOf(issues []*Issue, benchmark Time, end time.Time) Lag {
	return TimeOf(issues, benchmark.Step, end).Beside(benchmark, issues, end)
}

// Beside is LagOf where the time of the issues is known.
func (t Time) Beside(benchmark Time, issues []*Issue, end time.Time) Lag {
	s := benchmark.Step
	l := Lag{Time: t, Against: benchmark}
	if l.Median.Known && l.Against.Median.Known {
		l.Days = estimate.Of(l.Median.Value - l.Against.Median.Value)
	}
	l.Issues = float64(l.Waiting())
	if l.Against.Entered == 0 {
		l.Issues = 0
		return l
	}
	for _, i := range issues {
		if spell, ok := i.spell(s, end); ok {
			since := spell.Time
			if spell.Event { // seen until the cut-off, had it not ended
				since = days(i.entered(s), end)
			}
			still, _ := l.Against.curve.At(since)
			l.Issues -= still
		}
	}
	return l
}

func (i *Issue) entered(s Step) time.Time {
	return [...]time.Time{i.Reported, i.Classified, i.Routed, i.Resolved, i.Reported}[s]
}

// All is a step of all issues there are, laid out so that any part of them can be tested against the others.
type All struct {
	Time
	whole survival.Whole
}

// AllOf lays out a step of all issues.
func AllOf(issues []*Issue, s Step, end time.Time) All {
	t := TimeOf(issues, s, end)
	return All{Time: t, whole: survival.NewWhole(t.spells)}
}

// Test compares the lag's issues with the others among all by log-rank; they must be among them.
func (l *Lag) Test(all All) { _, l.P = all.whole.Against(l.spells) }

// Bottleneck is the step furthest behind its benchmark: first one whose median is not reached although the benchmark's
// is, then by days. Steps with fewer than least issues are left out. None where no step is behind by more than a twentieth
// of a day.
func Bottleneck(lags []Lag, least int) (Lag, bool) {
	best, most := Lag{}, 0.05
	for _, l := range lags {
		behind := l.Days.Or(0)
		if !l.Median.Known && l.Against.Median.Known {
			behind = math.Inf(1)
		}
		if l.Entered >= least && behind > most {
			best, most = l, behind
		}
	}
	return best, most > 0.05
}

// BetterHalf are the issues of the villages whose median of a step is no longer than the median village's: what half of
// the villages manage, and so what the town may be held against. A village with fewer than least issues has no say.
func BetterHalf(byVillage map[string][]*Issue, s Step, least int, end time.Time) []*Issue {
	medians := map[string]float64{}
	var all []float64
	for village, own := range byVillage {
		t := TimeOf(own, s, end)
		if t.Entered < max(1, least) {
			continue
		}
		medians[village] = t.Median.Or(math.Inf(1))
		all = append(all, medians[village])
	}
	limit := middle(all)
	var better []*Issue
	for _, village := range slices.Sorted(maps.Keys(medians)) {
		if medians[village] <= limit {
			better = append(better, byVillage[village]...)
		}
	}
	return better
}

// ByVillage sorts issues by their villages.
func ByVillage(issues []*Issue) map[string][]*Issue {
	all := map[string][]*Issue{}
	for _, i := range issues {
		all[i.Village] = append(all[i.Village], i)
	}
	return all
}

// middle is the lower median; of nothing it is nothing.
func middle(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)/2]
}
