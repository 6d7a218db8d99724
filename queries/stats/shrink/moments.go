package shrink

import (
	"math"

	"hulian/queries/stats/estimate"
)

// BetaPrior fits the Beta prior of proportions. Units must have a base above 0 and no more events than it.
func BetaPrior(units []Unit, method Method) Prior {
	switch method {
	case Kleinman:
		return kleinman(units)
	case RawMoments:
		return rawMoments(units)
	case SampleVariance:
		return sampleVariance(units)
	case MaximumLikelihood, Marshall, Hierarchical: // Marshall's moments are those of rates, and Hierarchical starts at the likeliest
	}
	return betaLikelihood(units)
}

// GammaPrior fits the Gamma prior of rates per base.
func GammaPrior(units []Unit, method Method) Prior {
	if method == Marshall {
		return marshall(units)
	}
	return gammaLikelihood(units)
}

func betaPrior(method Method, mean, size float64) Prior {
	p := Prior{Method: method, Mean: estimate.Of(mean)}
	if size > 1/leastDispersion {
		p.Pooled = true
		return p
	}
	if size > 0 && estimate.Finite(size) && mean > 0 && mean < 1 {
		p.Alpha, p.Beta, p.Size = estimate.Of(mean*size), estimate.Of((1-mean)*size), estimate.Of(size)
		p.Rho = estimate.Of(1 / (size + 1))
	}
	return p
}

// kleinman is the weighted moment estimate of Kleinman (1973), JASA 68:46–54, with weights nᵢ:
//
//	p = Σy/Σn, S = Σ nᵢ (yᵢ/nᵢ − p)²
//	γ = (S − p(1−p) Σ(1 − nᵢ/N)) ÷ (p(1−p) (Σ nᵢ(1 − nᵢ/N) − Σ(1 − nᵢ/N)))
//
// and α+β = 1/γ − 1.
func kleinman(units []Unit) Prior {
	var events, base float64
	for _, u := range units {
		events, base = events+u.Events, base+u.Base
	}
	p := events / base
	var s, a, b float64
	for _, u := range units {
		d := u.Events/u.Base - p
		s += u.Base * d * d
		a += 1 - u.Base/base
		b += u.Base * (1 - u.Base/base)
	}
	gamma := (s - p*(1-p)*a) / (p * (1 - p) * (b - a))
	if !(gamma > 0) || gamma >= 1 {
		return Prior{Method: Kleinman, Mean: estimate.Of(p), Pooled: gamma <= 0, Apart: gamma >= 1}
	}
	return betaPrior(Kleinman, p, 1/gamma-1)
}

// rawMoments solves for α and β from the first two raw moments of y, all n equal:
//
//	α = (n m₁ − m₂)/(n(m₂/m₁ − m₁ − 1) + m₁), β = (n − m₁)(n − m₂/m₁)/(n(m₂/m₁ − m₁ − 1) + m₁)
func rawMoments(units []Unit) Prior {
	n := units[0].Base
	var m1, m2 float64
	for _, u := range units {
		if u.Base != n {
			return Prior{Method: RawMoments}
		}
		m1 += u.Events / float64(len(units))
		m2 += u.Events * u.Events / float64(len(units))
	}
	d := n*(m2/m1-m1-1) + m1
	alpha, beta := (n*m1-m2)/d, (n-m1)*(n-m2/m1)/d
	if !(alpha > 0) || !(beta > 0) || !estimate.Finite(alpha) || !estimate.Finite(beta) {
		return Prior{Method: RawMoments, Mean: estimate.Of(m1 / n), Pooled: d <= 0}
	}
	return betaPrior(RawMoments, alpha/(alpha+beta), alpha+beta)
}

// sampleVariance treats the variance of the raw rates as that of the true ones:
// α+β = m(1−m)/v − 1 with the sample mean and variance of y/n. It under-shrinks.
func sampleVariance(units []Unit) Prior {
	k := float64(len(units))
	var m, v float64
	for _, u := range units {
		m += u.Events / u.Base / k
	}
	for _, u := range units {
		d := u.Events/u.Base - m
		v += d * d / (k - 1)
	}
	return betaPrior(SampleVariance, m, m*(1-m)/v-1)
}

// marshall is the global moment estimate of Marshall (1991), Applied Statistics 40:283–294:
// m = Σy/Σe, s² = Σe(r−m)²/Σe, A = s² − m/ē, β = m/A, α = m²/A.
func marshall(units []Unit) Prior {
	var events, base float64
	for _, u := range units {
		events, base = events+u.Events, base+u.Base
	}
	m := events / base
	var s float64
	for _, u := range units {
		d := u.Events/u.Base - m
		s += u.Base * d * d / base
	}
	between := s - m/(base/float64(len(units)))
	p := Prior{Method: Marshall, Mean: estimate.Of(m)}
	if !(between > 0) || m <= 0 {
		p.Pooled = true
		return p
	}
	p.Alpha, p.Beta, p.Size = estimate.Of(m*m/between), estimate.Of(m/between), estimate.Of(m/between)
	return p
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}
