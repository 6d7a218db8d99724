package survival

import (
	"math"
	"slices"
	"sort"

	"hulian/queries/stats/estimate"
)

// Subject is one duration. An event happened at Time; without one the subject was last seen, still waiting, at Time.
type Subject struct {
	Time  float64
	Event bool
}

// Step is the curve at one observed time.
type Step struct {
	Time     float64           `json:"time"`
	AtRisk   int               `json:"n_risk"` // just before Time; those censored at Time included
	Events   int               `json:"n_event"`
	Censored int               `json:"n_censor"`
	Survival float64           `json:"survival"`
	SE       estimate.Number   `json:"greenwood_se"`
	Plain    estimate.Interval `json:"plain"`
	Log      estimate.Interval `json:"log"`
	LogLog   estimate.Interval `json:"loglog"`
}

// Quantile is the time by which a share P has had the event. Absent means not reached.
type Quantile struct {
	P         float64           `json:"p"`
	Value     estimate.Number   `json:"value"`            // the midpoint where the curve is flat at exactly 1−P
	FirstTime estimate.Number   `json:"value_first_time"` // the left end of that stretch
	Plain     estimate.Interval `json:"ci_plain"`
	Log       estimate.Interval `json:"ci_log"`
	LogLog    estimate.Interval `json:"ci_loglog"`
}

// Curve is a Kaplan–Meier estimate.
type Curve struct {
	N          int                `json:"n"`
	Events     int                `json:"events"`
	Confidence float64            `json:"confidence"`
	Steps      []Step             `json:"steps"`
	Warnings   []estimate.Warning `json:"warnings,omitempty"`
}

// KaplanMeier estimates S(t) = Π (1 − dᵢ/nᵢ) over the event times tᵢ ≤ t (Kaplan & Meier 1958). A subject censored at
// the time of an event is still at risk for it. The standard error is Greenwood's, S √Σ d/(n(n−d)) (1926). Limits:
//
//	plain   S ± z se
//	log     exp(log S ± z √Σ)
//	loglog  S^exp(± z √Σ / log S)
//
// all within [0, 1]. Before the first event all are 1; at S = 0 limits and standard error are undefined and absent.
func KaplanMeier(subjects []Subject, confidence float64) Curve {
	c := Curve{Confidence: confidence}
	if !(confidence > 0 && confidence < 1) {
		c.Confidence = 0.95
	}
	sound := c.sound(subjects)
	z := estimate.Z(c.Confidence)
	survival, sum := 1.0, 0.0
	atRisk := len(sound)
	for i := 0; i < len(sound); {
		step := Step{Time: sound[i].Time, AtRisk: atRisk}
		for ; i < len(sound) && sound[i].Time == step.Time; i++ {
			if sound[i].Event {
				step.Events++
			} else {
				step.Censored++
			}
		}
		atRisk -= step.Events + step.Censored
		if step.Events > 0 {
			d, n := float64(step.Events), float64(step.AtRisk)
			survival *= (n - d) / n
			sum += d / (n * (n - d)) // +Inf once nobody is left, and then S = 0
		}
		step.Survival = survival
		step.limits(sum, z)
		c.Steps = append(c.Steps, step)
		c.Events += step.Events
	}
	if c.N > 0 && c.Events == 0 {
		c.Warnings = append(c.Warnings, estimate.Warn(estimate.NotEstimable, "no event among %d: the curve stays at 1 and no quantile is reached", c.N))
	}
	return c
}

func (c *Curve) sound(subjects []Subject) []Subject {
	sound := make([]Subject, 0, len(subjects))
	for _, s := range subjects {
		if estimate.Finite(s.Time) && s.Time >= 0 {
			sound = append(sound, s)
		}
	}
	c.N = len(sound)
	if left := len(subjects) - len(sound); left > 0 {
		c.Warnings = append(c.Warnings, estimate.Warn(estimate.Invalid, "%d subjects have no duration, or a negative one, and were left out", left))
	}
	if c.N == 0 {
		c.Warnings = append(c.Warnings, estimate.Warn(estimate.NotEstimable, "nobody was followed"))
	}
	slices.SortFunc(sound, func(a, b Subject) int {
		switch {
		case a.Time < b.Time:
			return -1
		case a.Time > b.Time:
			return 1
		}
		return 0
	})
	return sound
}

func (s *Step) limits(sum, z float64) {
	if s.Survival <= 0 {
		return
	}
	root := math.Sqrt(sum)
	s.SE = estimate.Of(s.Survival * root)
	s.Plain = within(s.Survival-z*s.SE.Value, s.Survival+z*s.SE.Value)
	s.Log = within(s.Survival*math.Exp(-z*root), s.Survival*math.Exp(z*root))
	if s.Survival >= 1 {
		s.LogLog = estimate.Between(1, 1)
		return
	}
	spread := z * root / math.Log(s.Survival) // negative
	s.LogLog = within(math.Pow(s.Survival, math.Exp(-spread)), math.Pow(s.Survival, math.Exp(spread)))
}

func within(low, high float64) estimate.Interval {
	return estimate.Between(math.Min(1, math.Max(0, low)), math.Min(1, math.Max(0, high)))
}

// At gives S(t) and whether t lies within the time followed.
func (c Curve) At(t float64) (float64, bool) {
	passed := sort.Search(len(c.Steps), func(i int) bool { return c.Steps[i].Time > t })
	if passed == 0 {
		return 1, len(c.Steps) > 0
	}
	return c.Steps[passed-1].Survival, passed < len(c.Steps) || t <= c.Steps[passed-1].Time
}

// flat is how near S must come to 1−p to count as equal, as in R's quantile.survfit.
const flat = 1.5e-8

// Quantile is the smallest t with S(t) ≤ 1−p. Where S equals 1−p over a stretch, Value is its midpoint, as R's survfit
// has it, and FirstTime its left end. The limits are read off the limit curves in the same way.
func (c Curve) Quantile(p float64) Quantile {
	q := Quantile{P: p}
	if !(p > 0 && p < 1) {
		return q
	}
	survival := func(s Step) estimate.Number { return estimate.Of(s.Survival) }
	q.Value, q.FirstTime = c.reached(p, survival)
	for _, kind := range []struct {
		interval func(Step) estimate.Interval
		into     *estimate.Interval
	}{
		{func(s Step) estimate.Interval { return s.Plain }, &q.Plain},
		{func(s Step) estimate.Interval { return s.Log }, &q.Log},
		{func(s Step) estimate.Interval { return s.LogLog }, &q.LogLog},
	} {
		kind.into.Low, _ = c.reached(p, func(s Step) estimate.Number { return kind.interval(s).Low })
		kind.into.High, _ = c.reached(p, func(s Step) estimate.Number { return kind.interval(s).High })
	}
	return q
}

// reached finds where a falling curve first is at 1−p or below.
func (c Curve) reached(p float64, curve func(Step) estimate.Number) (middle, first estimate.Number) {
	want := 1 - p
	for i, s := range c.Steps {
		y, ok := curve(s).Get()
		if !ok {
			return
		}
		if y > want+flat {
			continue
		}
		first = estimate.Of(s.Time)
		if y < want-flat {
			return first, first
		}
		// Flat at exactly 1−p: until the next drop, or the last time seen.
		end := c.Steps[len(c.Steps)-1].Time
		for _, later := range c.Steps[i+1:] {
			if v, ok := curve(later).Get(); ok && v < y {
				end = later.Time
				break
			}
		}
		return estimate.Of(s.Time + (end-s.Time)/2), first
	}
	return
}
