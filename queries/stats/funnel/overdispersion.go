package funnel

import (
	"math"
	"slices"

	"hulian/queries/stats/estimate"
)

// Adjusted is one unit's half width and limits at one level after widening.
type Adjusted struct {
	Level     float64           `json:"level"`
	HalfWidth estimate.Number   `json:"half_width"`
	Limits    estimate.Interval `json:"limits"` // not clipped
}

// Widening is the funnel with standard errors widened for overdispersion.
type Widening struct {
	Flags  []int        `json:"flags"`  // one a unit, as Place.Flag
	Limits [][]Adjusted `json:"limits"` // one row a unit, one entry a level; empty for units not judged
}

// Overdispersion measures how far units differ beyond chance, and widens the limits for it.
type Overdispersion struct {
	Winsorise      float64            `json:"winsorise"`
	Phi            estimate.Number    `json:"phi"`  // mean z²; 1 is chance alone
	Tau2           estimate.Number    `json:"tau2"` // variance between units
	Tau            estimate.Number    `json:"tau"`
	Multiplicative Widening           `json:"multiplicative"` // s √max(1, φ)
	Additive       Widening           `json:"additive"`       // √(s² + τ²)
	Warnings       []estimate.Warning `json:"warnings,omitempty"`

	Z    []estimate.Number `json:"-"` // on another scale: one a unit
	Used int               `json:"-"` // units behind φ, on another scale
}

// Overdispersion computes φ = mean z², with z winsorised at fraction q at each end (quantiles by linear
// interpolation, type 7), and by the method of moments
//
//	τ² = max(0, (Iφ − (I−1)) ÷ (Σw − Σw²/Σw)), w = 1/s²
//
// (DerSimonian & Laird's form; Spiegelhalter 2005, Qual Saf Health Care 14:347). q = 0.1 is the usual choice: it
// keeps the outliers sought from widening their own limits.
func (f Funnel) Overdispersion(q float64) Overdispersion {
	d := Overdispersion{Winsorise: q}
	var z, w []float64
	theta := f.Theta.Value
	for _, p := range f.Places {
		if p.Judged {
			z, w = append(z, p.Z.Value), append(w, 1/f.variance(theta, p.Total))
		}
	}
	d.Phi, d.Tau2 = dispersion(z, w, q)
	d.Tau = d.Tau2.Map(math.Sqrt)
	if len(z) < 2 {
		d.Warnings = append(d.Warnings, estimate.Warn(estimate.NotEstimable, "overdispersion needs at least two units"))
	} else if len(z) < 10 {
		d.Warnings = append(d.Warnings, estimate.Warn(estimate.SmallBase, "overdispersion of %d units is uncertain", len(z)))
	}
	inflate, between := math.Sqrt(math.Max(1, d.Phi.Or(1))), d.Tau2.Or(0)
	d.Multiplicative = f.widen(func(s float64) float64 { return s * inflate })
	d.Additive = f.widen(func(s float64) float64 { return math.Sqrt(s*s + between) })
	return d
}

func (f Funnel) widen(widened func(s float64) float64) Widening {
	out := Widening{Flags: make([]int, len(f.Places)), Limits: make([][]Adjusted, len(f.Places))}
	theta := f.Theta.Value
	for i, p := range f.Places {
		if !p.Judged {
			continue
		}
		s := widened(math.Sqrt(f.variance(theta, p.Total)))
		for _, level := range f.Levels {
			half := estimate.Z(level) * s
			out.Limits[i] = append(out.Limits[i], Adjusted{Level: level, HalfWidth: estimate.Of(half), Limits: estimate.Between(theta-half, theta+half)})
			switch d := p.Rate.Value - theta; {
			case d > half:
				out.Flags[i]++
			case d < -half:
				out.Flags[i]--
			}
		}
	}
	return out
}

// scale is one on which the variance of a rate does not depend on the rate: 1/(4n).
type scale struct {
	to          func(rate float64) float64
	back        func(y float64) float64
	information float64 // 1/s² of a base of 1; 0 means 4
	trims       bool    // the lowest and highest tenth do not count in φ
}

// Arcsine is the additive adjustment on the scale y = asin √rate, s = 1/(2√n), where the variance no longer depends on
// the rate: limits sin²(asin √θ ± z √(s² + τ²)), the angle kept within [0, π/2]. It is the default of the R package
// FunnelPlotR for proportions, whose z has six decimals (1.959964, 3.090232); so has this one, to print the same limits.
func (f Funnel) Arcsine(q float64) Overdispersion {
	if f.model != Binomial {
		return Overdispersion{Winsorise: q, Warnings: []estimate.Warning{estimate.Warn(estimate.NotEstimable, "the arcsine scale is for proportions")}}
	}
	return f.on(q, scale{
		to: func(rate float64) float64 { return math.Asin(math.Sqrt(rate)) },
		back: func(y float64) float64 {
			sine := math.Sin(math.Min(math.Pi/2, math.Max(0, y)))
			return sine * sine
		},
	})
}

// SquareRoot is the same for events per exposure or per events expected: y = √rate, s = 1/(2√n), limits
// (√θ ± z √(s² + τ²))², not below 0. With expected events and θ = 1 it is the method of the Care Quality Commission in
// FunnelPlotR (Spiegelhalter et al. 2012, JRSS A 175:1–47).
func (f Funnel) SquareRoot(q float64) Overdispersion {
	if f.model != Poisson {
		return Overdispersion{Winsorise: q, Warnings: []estimate.Warning{estimate.Warn(estimate.NotEstimable, "the square-root scale is for events per exposure")}}
	}
	return f.on(q, scale{to: math.Sqrt, back: func(y float64) float64 { return math.Max(0, y) * math.Max(0, y) }})
}

// Logarithm is the same for events per events expected on the scale y = log rate, s = 1/√n, with the lowest and highest
// tenth of z left out of φ and τ²: the method of the Summary Hospital-level Mortality Indicator (Campbell et al. 2012, BMJ
// 344:e1001), as FunnelPlotR has it. A unit without events has no logarithm, and then there are no limits.
func (f Funnel) Logarithm() Overdispersion {
	switch {
	case f.model != Poisson:
		return Overdispersion{Warnings: []estimate.Warning{estimate.Warn(estimate.NotEstimable, "the logarithm is for events per exposure")}}
	case slices.ContainsFunc(f.Places, func(p Place) bool { return p.Judged && !(p.Rate.Value > 0) }):
		return Overdispersion{Warnings: []estimate.Warning{estimate.Warn(estimate.NotEstimable, "a unit without events has no logarithm: no limits on that scale")}}
	}
	return f.on(0, scale{to: math.Log, back: math.Exp, information: 1, trims: true})
}

func (f Funnel) on(q float64, s scale) Overdispersion {
	d := Overdispersion{Winsorise: q}
	centre := s.to(f.Theta.Value)
	if s.information == 0 {
		s.information = 4
	}
	var z, w []float64
	d.Z = make([]estimate.Number, len(f.Places))
	for i, p := range f.Places {
		if p.Judged {
			z, w = append(z, (s.to(p.Rate.Value)-centre)*math.Sqrt(s.information*p.Total)), append(w, s.information*p.Total)
			d.Z[i] = estimate.Of(z[len(z)-1])
		}
	}
	if s.trims {
		z, w = trimmed(z, w)
	}
	d.Used = len(z)
	d.Phi, d.Tau2 = dispersion(z, w, q)
	d.Tau = d.Tau2.Map(math.Sqrt)
	d.Additive = Widening{Flags: make([]int, len(f.Places)), Limits: make([][]Adjusted, len(f.Places))}
	for i, p := range f.Places {
		if !p.Judged {
			continue
		}
		spread := math.Sqrt(1/(s.information*p.Total) + d.Tau2.Or(0))
		for _, level := range f.Levels {
			half := math.Round(estimate.Z(level)*1e6) / 1e6 * spread
			limits := estimate.Between(s.back(centre-half), s.back(centre+half))
			d.Additive.Limits[i] = append(d.Additive.Limits[i], Adjusted{Level: level, Limits: limits})
			switch {
			case p.Rate.Value > limits.High.Value:
				d.Additive.Flags[i]++
			case p.Rate.Value < limits.Low.Value:
				d.Additive.Flags[i]--
			}
		}
	}
	return d
}

// trimmed leaves out the z whose rank × 10 ÷ (n+1), cut to a whole number, is 0 or 9.
func trimmed(z, w []float64) (kept, weights []float64) {
	for i, v := range z {
		rank := 0.5
		for _, other := range z {
			switch {
			case other < v:
				rank++
			case other == v:
				rank += 0.5
			}
		}
		if tenth := math.Floor(rank * 10 / float64(len(z)+1)); tenth != 0 && tenth != 9 {
			kept, weights = append(kept, v), append(weights, w[i])
		}
	}
	return kept, weights
}

// dispersion gives φ of the winsorised z and τ² by moments.
func dispersion(z, w []float64, q float64) (phi, tau2 estimate.Number) {
	if len(z) == 0 {
		return estimate.Absent(), estimate.Absent()
	}
	var sum float64
	for _, v := range Winsorise(z, q) {
		sum += v * v
	}
	n := float64(len(z))
	phi = estimate.Of(sum / n)
	if len(z) < 2 {
		return phi, estimate.Absent()
	}
	var sw, sw2 float64
	for _, v := range w {
		sw, sw2 = sw+v, sw2+v*v
	}
	spread := sw - sw2/sw
	if spread <= 0 {
		return phi, estimate.Absent()
	}
	return phi, estimate.Of(math.Max(0, (n*phi.Value-(n-1))/spread))
}

// Winsorise pulls the values beyond the q and 1−q quantiles (linear interpolation, R's type 7) back to them. The
// argument is not changed; q of 0 or less, or of 0.5 or more, leaves the values as they are.
func Winsorise(x []float64, q float64) []float64 {
	out := slices.Clone(x)
	if q <= 0 || q >= 0.5 || len(x) == 0 {
		return out
	}
	sorted := slices.Clone(x)
	slices.Sort(sorted)
	low, high := quantile7(sorted, q), quantile7(sorted, 1-q)
	for i, v := range out {
		out[i] = math.Min(high, math.Max(low, v))
	}
	return out
}

func quantile7(sorted []float64, p float64) float64 {
	h := p * float64(len(sorted)-1)
	k := int(math.Floor(h))
	if k+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[k] + (h-float64(k))*(sorted[k+1]-sorted[k])
}
