package funnel

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"hulian/queries/stats/estimate"
)

// Model says how events arise.
type Model int

// The models.
const (
	Binomial Model = iota // events among total trials
	Poisson               // events per exposure; events may outnumber the total
)

// Unit is one place to compare.
type Unit struct {
	Name   string
	Events float64
	Total  float64
}

// Options steer a funnel. The zero value compares with the units' own pooled rate at 95% and 99.8%.
type Options struct {
	Levels []float64       // two-sided levels, inner first; nil means 0.95 and 0.998
	Target estimate.Number // centre to compare with; absent: Σ events ÷ Σ totals
	Model  Model
}

// Limits of one unit at one level.
type Limits struct {
	Level    float64           `json:"level"`
	Normal   estimate.Interval `json:"normal"`   // θ ± z √(θ(1−θ)/n), not clipped
	Quantile estimate.Interval `json:"quantile"` // least r with P(R ≤ r) ≥ p, ÷ n
	Exact    estimate.Interval `json:"exact"`    // the same interpolated to the level: (r−α)/n, α = (F(r)−p)/(F(r)−F(r−1))
}

// Place is a unit within the funnel. Flags count the levels passed: +2 above the outer limit, −1 below the inner one.
type Place struct {
	Unit
	Rate     estimate.Number `json:"rate"`
	Z        estimate.Number `json:"z"`
	Limits   []Limits        `json:"limits"`
	Flag     int             `json:"flag"`      // by the normal limits
	TailFlag int             `json:"tail_flag"` // by the exact one-sided tail P(R ≥ r) or P(R ≤ r) against (1−level)/2
	Judged   bool            `json:"judged"`
}

// Funnel is the comparison.
type Funnel struct {
	Theta    estimate.Number    `json:"theta"`
	N        int                `json:"n"` // units with a total
	Levels   []float64          `json:"levels"`
	SumZ2    estimate.Number    `json:"sum_z_squared"`
	Places   []Place            `json:"places"`
	Warnings []estimate.Warning `json:"warnings,omitempty"`

	model Model
}

// Compare draws the funnel of the units.
func Compare(units []Unit, o Options) Funnel {
	f := Funnel{Levels: levels(o.Levels), Places: make([]Place, len(units)), model: o.Model}
	var events, total float64
	for i, u := range units {
		p := Place{Unit: u}
		sound := estimate.Finite(u.Events) && estimate.Finite(u.Total) && u.Events >= 0 && u.Total >= 0 &&
			(o.Model == Poisson || u.Events <= u.Total)
		switch {
		case !sound:
			f.Warnings = append(f.Warnings, estimate.Warn(estimate.Invalid, "%s: %v of %v is not a rate and was left out", u.Name, u.Events, u.Total))
			p.Events, p.Total = 0, 0
		case u.Total == 0:
			f.Warnings = append(f.Warnings, estimate.Warn(estimate.NotEstimable, "%s has no base and no limits", u.Name))
		default:
			p.Rate, p.Judged = estimate.Of(u.Events/u.Total), true
			events, total = events+u.Events, total+u.Total
			f.N++
		}
		f.Places[i] = p
	}
	switch {
	case o.Target.Known:
		f.Theta = o.Target
	case total > 0:
		f.Theta = estimate.Of(events / total)
	}
	f.judge()
	return f
}

func (f *Funnel) judge() {
	theta, ok := f.Theta.Get()
	if !ok || f.variance(theta, 1) <= 0 {
		if f.N > 0 {
			f.Warnings = append(f.Warnings, estimate.Warn(estimate.NotEstimable, "the rate of all units together leaves no room for chance: no limits"))
		}
		for i := range f.Places {
			f.Places[i].Judged = false
		}
		return
	}
	if f.N < 2 {
		f.Warnings = append(f.Warnings, estimate.Warn(estimate.SmallBase, "only %d unit with a base: there is nothing to compare with", f.N))
	}
	var sum float64
	for i := range f.Places {
		p := &f.Places[i]
		if !p.Judged {
			continue
		}
		s := math.Sqrt(f.variance(theta, p.Total))
		z := (p.Rate.Value - theta) / s
		p.Z = estimate.Of(z)
		sum += z * z
		for _, level := range f.Levels {
			width := estimate.Z(level)
			tail := tailOf(level)
			l := Limits{Level: level, Normal: estimate.Between(theta-width*s, theta+width*s)}
			low, lowExact := f.quantile(tail, p.Total, theta)
			high, highExact := f.quantile(1-tail, p.Total, theta)
			l.Quantile = estimate.Between(low/p.Total, high/p.Total)
			l.Exact = estimate.Between(lowExact/p.Total, highExact/p.Total)
			p.Limits = append(p.Limits, l)
			switch {
			case z > width:
				p.Flag++
			case z < -width:
				p.Flag--
			}
			switch {
			case 1-f.cdf(math.Ceil(p.Events)-1, p.Total, theta) < tail:
				p.TailFlag++
			case f.cdf(math.Floor(p.Events), p.Total, theta) < tail:
				p.TailFlag--
			}
		}
	}
	f.SumZ2 = estimate.Of(sum)
}

// Flagged names the units beyond the limits of the k-th level (0 is the inner one) by the normal limits.
func (f Funnel) Flagged(k int) []string {
	names := []string{}
	for _, p := range f.Places {
		if p.Flag > k || p.Flag < -k {
			names = append(names, p.Name)
		}
	}
	return names
}

// variance of the rate of a unit with total n.
func (f *Funnel) variance(theta, n float64) float64 {
	if f.model == Poisson {
		return theta / n
	}
	return theta * (1 - theta) / n
}

func (f *Funnel) cdf(r, n, theta float64) float64 {
	switch {
	case r < 0:
		return 0
	case f.model == Poisson:
		return mathext.GammaIncRegComp(r+1, n*theta)
	case r >= n:
		return 1
	}
	return mathext.RegIncBeta(n-r, r+1, 1-theta)
}

// quantile gives the least count r with P(R ≤ r) ≥ p, and r less the fraction α of its own step that passes p.
func (f *Funnel) quantile(p, n, theta float64) (r, interpolated float64) {
	low, high := -1.0, n
	if f.model == Poisson {
		high = n*theta + 10
		for f.cdf(high, n, theta) < p && high < 1e15 {
			high *= 2
		}
	}
	high = math.Ceil(high)
	// A binomial quantile cannot differ from R's by rounding alone: R's own search uses the same slack.
	p *= 1 - 64*0x1p-52
	for high-low > 1 {
		middle := math.Floor(low + (high-low)/2)
		if f.cdf(middle, n, theta) >= p {
			high = middle
		} else {
			low = middle
		}
	}
	at, before := f.cdf(high, n, theta), f.cdf(high-1, n, theta)
	if at <= before {
		return high, high
	}
	return high, high - math.Min(1, math.Max(0, (at-p)/(at-before)))
}

func levels(given []float64) []float64 {
	var out []float64
	for _, l := range given {
		if l > 0 && l < 1 {
			out = append(out, l)
		}
	}
	if len(out) == 0 {
		return []float64{0.95, 0.998}
	}
	return out
}

// tailOf is (1−level)/2 without the last bits of the subtraction, so that 0.95 gives 0.025.
func tailOf(level float64) float64 { return math.Round((1-level)/2*1e13) / 1e13 }
