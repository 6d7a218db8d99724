package spc

import (
	"strconv"

	"hulian/queries/stats/estimate"
)

// Direction says which way is better.
type Direction string

// The directions, spelt as the measures spell them.
const (
	Neutral Direction = ""
	Up      Direction = "up"
	Down    Direction = "down"
)

// Kind names a chart.
type Kind string

// The kinds of chart.
const (
	KindXmR    Kind = "xmr"
	KindP      Kind = "p"
	KindC      Kind = "c"
	KindPPrime Kind = "p_prime"
	KindU      Kind = "u"
	KindUPrime Kind = "u_prime"
	KindG      Kind = "g"
	KindT      Kind = "t"
)

// Rule is the one rule a point is labelled with, in the precedence outside, trend, two of three, shift.
type Rule string

// The rules.
const (
	CommonCause    Rule = ""
	OutsideLimits  Rule = "outside"
	TrendRule      Rule = "trend"
	TwoOfThreeRule Rule = "two_of_three"
	ShiftRule      Rule = "shift"
)

// Constants of the charts.
const (
	DefaultConstant = 2.66
	ConstantD2      = 3 / 1.128
	ScreenConstant  = 3.267 // upper limit of a moving range, D4 for n = 2
	TrialPoints     = 12
	MinimumPoints   = 3
)

// Options steer every chart. The zero value is the usual chart.
type Options struct {
	Constant     float64 // multiplies the mean moving range; 0 means 2.66
	Screen       bool    // leave out moving ranges of 3.267 × their mean or more, once
	RunLength    int     // points on one side that make a shift; 0 means 7
	TrendLength  int     // points that rise or fall and make a trend, the first included; 0 means 7
	CountOutside bool    // two-of-three counts points outside the limits too (Western Electric)

	// Exact widens the limits of p, u and c charts to those of the binomial or Poisson distribution where these lie farther out, and
	// counts runs from its median. Counts of a few events need it: three standard deviations above 0.1 events are passed by two.
	Exact bool
	// ExactBelow does so for the phases in which a point has fewer events than this on average, or, of a share, fewer that are none.
	ExactBelow float64

	// Baseline marks the points that centre and limits are computed from; nil means all. It applies within each phase;
	// a phase with no baseline point uses all of its own.
	Baseline []bool
	// Rebase holds the indices at which a new phase begins with its own centre and limits, such as a programme's start.
	Rebase []int

	Direction Direction
	Target    estimate.Number
}

func (o Options) constant() float64 {
	if o.Constant > 0 {
		return o.Constant
	}
	return DefaultConstant
}

func (o Options) run() int {
	if o.RunLength > 1 {
		return o.RunLength
	}
	return 7
}

func (o Options) trend() int {
	if o.TrendLength > 1 {
		return o.TrendLength
	}
	return 7
}

// Point is one value with what the chart says of it. Flags are +1 for high or rising, −1 for low or falling, 0 for none.
type Point struct {
	Index  int             `json:"index"`
	Value  estimate.Number `json:"value"`
	Base   estimate.Number `json:"base"` // denominator, where the chart has one
	Centre estimate.Number `json:"centre"`
	Lower  estimate.Number `json:"lower"` // clipped to where values can be
	Upper  estimate.Number `json:"upper"`
	Phase  int             `json:"phase"`

	Outside        int  `json:"outside"`
	Shift          int  `json:"shift"`
	Trend          int  `json:"trend"`
	TwoOfThree     int  `json:"two_of_three"`              // only points inside the limits count
	TwoOfThreeIncl int  `json:"two_of_three_incl_outside"` // points outside count as well
	Rule           Rule `json:"rule"`                      // the first of outside, trend, two of three, shift
	Sign           int  `json:"sign"`                      // +1 high or rising, −1 low or falling, for Rule

	// What the rules compare, where it differs from Value, Centre and limits (transformed or unclipped).
	y, centre, low, high float64
	ok                   bool
	median               bool // centre is the median of a count
}

// OnCentre reports whether the point lies on what runs are counted from.
func (p Point) OnCentre() bool { return p.ok && side(p.y, p.centre) == 0 }

// Level reports whether two points are equal but for rounding.
func (p Point) Level(other Point) bool { return side(p.y, other.y) == 0 }

// Phase is a stretch of points with one centre and one spread.
type Phase struct {
	From        int             `json:"from"` // index of the first point
	To          int             `json:"to"`   // index after the last one
	N           int             `json:"n"`    // points the limits were computed from
	Centre      estimate.Number `json:"centre"`
	MovingRange estimate.Number `json:"average_moving_range"` // after screening
	RangeLimit  estimate.Number `json:"moving_range_upper"`   // 3.267 × MovingRange
	Screened    int             `json:"screened"`             // moving ranges left out
	Sigma       estimate.Number `json:"sigma"`                // of one point; for charts with a base, of the z values
	Lower       estimate.Number `json:"lower"`                // where it is one number for the whole phase
	Upper       estimate.Number `json:"upper"`
}

// Variation is the first of the two icons: what kind of variation the last point shows.
type Variation string

// The kinds of variation.
const (
	VariationUnknown Variation = "unknown" // too few points
	Common           Variation = "common_cause"
	Improving        Variation = "improving"
	Worsening        Variation = "worsening"
	SpecialHigh      Variation = "special_high" // a signal without a better direction
	SpecialLow       Variation = "special_low"
)

// Assurance is the second icon: whether the process as it stands meets its target.
type Assurance string

// The kinds of assurance.
const (
	AssuranceUnknown Assurance = "unknown" // no target, no direction or no limits
	ReliablyMet      Assurance = "met"
	ReliablyMissed   Assurance = "missed"
	HitOrMiss        Assurance = "hit_or_miss"
)

// Chart is a series with its limits and signals.
type Chart struct {
	Kind      Kind               `json:"kind"`
	Points    []Point            `json:"points"`
	Phases    []Phase            `json:"phases"`
	Trial     bool               `json:"trial"` // the last phase has under 12 points
	Variation Variation          `json:"variation"`
	Assurance Assurance          `json:"assurance"`
	Warnings  []estimate.Warning `json:"warnings,omitempty"`
}

// Last is the newest point with a value.
func (c Chart) Last() (Point, bool) {
	for i := len(c.Points) - 1; i >= 0; i-- {
		if c.Points[i].Value.Known {
			return c.Points[i], true
		}
	}
	return Point{}, false
}

// Outside gives the indices of the points beyond their limits.
func (c Chart) Outside() []int {
	out := []int{}
	for _, p := range c.Points {
		if p.Outside != 0 {
			out = append(out, p.Index)
		}
	}
	return out
}

// Label spells a point's rule as the charts of Making Data Count do, e.g. "2 in 3 Below CL". Options give the run
// lengths that were used.
func (p Point) Label(o Options) string {
	side := "Above"
	if p.Sign < 0 {
		side = "Below"
	}
	switch p.Rule {
	case OutsideLimits:
		if p.Sign > 0 {
			return "Above UCL"
		}
		return "Below LCL"
	case TrendRule:
		if p.Sign > 0 {
			return strconv.Itoa(o.trend()) + " Point Trend (Increasing)"
		}
		return strconv.Itoa(o.trend()) + " Point Trend (Decreasing)"
	case TwoOfThreeRule:
		return "2 in 3 " + side + " CL"
	case ShiftRule:
		return strconv.Itoa(o.run()) + " Points " + side + " CL"
	case CommonCause:
	}
	return "Common Cause"
}

// judge fires the rules phase by phase and reads the last point.
func (c *Chart) judge(o Options) {
	c.fire(o)
	c.Variation, c.Assurance = VariationUnknown, AssuranceUnknown
	last, ok := c.Last()
	if !ok || !last.ok {
		return
	}
	known := 0
	for _, p := range c.Points {
		if p.ok && p.Phase == last.Phase {
			known++
		}
	}
	if known < MinimumPoints {
		c.Trial = true
		c.Warnings = append(c.Warnings, estimate.Warn(estimate.SmallBase, "only %d points: nothing can be read from them yet", known))
		return
	}
	c.Variation = variation(last, o.Direction)
	c.Assurance = assurance(last, o)
	if n := len(c.Phases); n > 0 {
		if points := c.Phases[n-1].N; points < TrialPoints {
			c.Trial = true
			c.Warnings = append(c.Warnings, estimate.Warn(estimate.TrialLimits,
				"trial limits: only %d points, %d are wanted before limits are firm", points, TrialPoints))
		}
	}
}

func variation(last Point, d Direction) Variation {
	better := map[Direction]int{Up: 1, Down: -1}[d]
	switch {
	case last.Rule == CommonCause:
		return Common
	case better == 0 && last.Sign > 0:
		return SpecialHigh
	case better == 0:
		return SpecialLow
	case last.Sign == better:
		return Improving
	}
	return Worsening
}

// assurance compares the target with the limits of the last point: beyond them on the bad side means it will be
// missed whatever chance does, beyond them on the good side that it will be met (NHS England, Making Data Count).
func assurance(last Point, o Options) Assurance {
	target, ok := o.Target.Get()
	if !ok || o.Direction == Neutral || !last.Lower.Known || !last.Upper.Known {
		return AssuranceUnknown
	}
	above, below := target > last.Upper.Value, target < last.Lower.Value
	switch {
	case o.Direction == Up && target <= last.Lower.Value, o.Direction == Down && target >= last.Upper.Value:
		return ReliablyMet // a limit on the target itself: every month at 100% meets 100%
	case !above && !below:
		return HitOrMiss
	}
	return ReliablyMissed
}
