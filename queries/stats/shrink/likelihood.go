package shrink

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"

	"hulian/queries/stats/estimate"
)

// The likelihoods are written in the mean μ and the dispersion θ (1/(α+β), or 1/α for counts), where no dispersion
// at all is the finite point θ = 0 and nothing cancels near it.

// betaCounts holds the ladders of y, n−y and n: the beta-binomial log likelihood is
//
//	Σ_{j<y} log(μ+jθ) + Σ_{j<n−y} log(1−μ+jθ) − Σ_{j<n} log(1+jθ) + constant
//
// over all units.
type betaCounts struct {
	events, misses, trials ladder
	constant               float64
}

func countBeta(units []Unit) betaCounts {
	var k betaCounts
	var events, misses, trials []float64
	for _, u := range units {
		y, n := math.Round(u.Events), math.Round(u.Base)
		events, misses, trials = append(events, y), append(misses, n-y), append(trials, n)
		k.constant += lgamma(n+1) - lgamma(y+1) - lgamma(n-y+1)
	}
	k.events, k.misses, k.trials = newLadder(events), newLadder(misses), newLadder(trials)
	return k
}

// value gives the log likelihood with its gradient and Hessian in (μ, θ).
func (k betaCounts) value(mu, theta float64) (l float64, g [2]float64, h [3]float64) {
	l = k.constant
	for i, x := range k.events.at {
		p, w := mu+x*theta, k.events.times[i]
		l += w * math.Log(p)
		g[0] += w / p
		g[1] += w * x / p
		h[0] -= w / (p * p)
		h[1] -= w * x / (p * p)
		h[2] -= w * x * x / (p * p)
	}
	for i, x := range k.misses.at {
		q, w := 1-mu+x*theta, k.misses.times[i]
		l += w * math.Log(q)
		g[0] -= w / q
		g[1] += w * x / q
		h[0] -= w / (q * q)
		h[1] += w * x / (q * q)
		h[2] -= w * x * x / (q * q)
	}
	for i, x := range k.trials.at {
		r, w := 1+x*theta, k.trials.times[i]
		l -= w * math.Log(r)
		g[1] -= w * x / r
		h[2] += w * x * x / (r * r)
	}
	return l, g, h
}

const (
	leastDispersion = 1e-9 // α+β of a thousand million: no variation anyone could see
	mostDispersion  = 1e6
)

func betaLikelihood(units []Unit) Prior {
	var events, base, largest float64
	for _, u := range units {
		events, base, largest = events+u.Events, base+u.Base, math.Max(largest, math.Round(u.Base))
	}
	pooled := events / base
	none := Prior{Method: MaximumLikelihood, Mean: estimate.Of(pooled)}
	if pooled <= 0 || pooled >= 1 || largest < 2 || len(units) < 2 {
		return none // all or nothing, or no unit with two trials: θ is not in the likelihood
	}
	k := countBeta(units)
	flat, _, _ := k.value(pooled, 0)
	none.LogLik = estimate.Of(flat)
	best, at := flat, [2]float64{pooled, 0}
	for _, start := range []float64{kleinman(units).Size.Map(func(m float64) float64 { return 1 / m }).Or(0.01), 0.001, 0.1, 1} {
		mu, theta, l := climb(k.value, math.Log(pooled/(1-pooled)), math.Log(start), inverseLogit)
		if l > best+1e-9 {
			best, at = l, [2]float64{mu, theta}
		}
	}
	switch {
	case at[1] <= leastDispersion:
		none.Pooled = true
		return none
	case at[1] >= mostDispersion || allOrNothing(units):
		none.Apart = true
		return none
	}
	p := betaPrior(MaximumLikelihood, at[0], 1/at[1])
	p.LogLik = estimate.Of(best)
	return p
}

// allOrNothing reports whether some units have all events and the others none: the likelihood then rises for ever as the
// prior moves to 0 and 1, and whatever point the search ends at means nothing.
func allOrNothing(units []Unit) bool {
	none, all := 0, 0
	for _, u := range units {
		switch {
		case u.Base < 2: // one trial is always all or nothing
		case u.Events == 0:
			none++
		case u.Events == u.Base:
			all++
		default:
			return false
		}
	}
	return none > 0 && all > 0
}

// climb maximises l(μ(a), exp b) by gonum's Newton method from (a, b) and returns μ, θ and the maximum.
func climb(l func(mu, theta float64) (float64, [2]float64, [3]float64), a, b float64, mean func(a float64) (mu, d1, d2 float64)) (mu, theta, value float64) {
	at := func(x []float64) (mu, d1, d2, theta float64, ok bool) {
		mu, d1, d2 = mean(x[0])
		theta = math.Exp(x[1])
		return mu, d1, d2, theta, d1 > 0 && theta > 1e-12 && theta < 1e9
	}
	problem := optimize.Problem{
		Func: func(x []float64) float64 {
			mu, _, _, theta, ok := at(x)
			if !ok {
				return math.Inf(1)
			}
			v, _, _ := l(mu, theta)
			return -v
		},
		Grad: func(grad, x []float64) {
			mu, d1, _, theta, ok := at(x)
			if !ok {
				grad[0], grad[1] = 0, 0
				return
			}
			_, g, _ := l(mu, theta)
			grad[0], grad[1] = -g[0]*d1, -g[1]*theta
		},
		Hess: func(hess *mat.SymDense, x []float64) {
			mu, d1, d2, theta, ok := at(x)
			if !ok {
				hess.SetSym(0, 0, 1)
				hess.SetSym(0, 1, 0)
				hess.SetSym(1, 1, 1)
				return
			}
			_, g, h := l(mu, theta)
			hess.SetSym(0, 0, -(h[0]*d1*d1 + g[0]*d2))
			hess.SetSym(0, 1, -h[1]*d1*theta)
			hess.SetSym(1, 1, -(h[2]*theta*theta + g[1]*theta))
		},
	}
	settings := &optimize.Settings{MajorIterations: 200, GradientThreshold: 1e-9, Converger: &optimize.FunctionConverge{Absolute: 1e-12, Relative: 1e-15, Iterations: 4}}
	result, _ := optimize.Minimize(problem, []float64{a, b}, settings, &optimize.Newton{})
	if result == nil || !estimate.Finite(result.F) {
		return 0, 0, math.Inf(-1)
	}
	x := result.X
	// The line search ends where the value no longer changes, halfway through the digits of the place; a few plain steps
	// give the rest.
	var grad [2]float64
	hess, step := mat.NewSymDense(2, nil), mat.NewVecDense(2, nil)
	for range 4 {
		problem.Grad(grad[:], x)
		problem.Hess(hess, x)
		var factor mat.Cholesky
		if !factor.Factorize(hess) || factor.SolveVecTo(step, mat.NewVecDense(2, grad[:])) != nil || !(mat.Norm(step, 2) < 1e-2) {
			break
		}
		x[0], x[1] = x[0]-step.AtVec(0), x[1]-step.AtVec(1)
	}
	mu, _, _ = mean(x[0])
	return mu, math.Exp(x[1]), -problem.Func(x)
}

func inverseLogit(a float64) (mu, d1, d2 float64) {
	mu = 1 / (1 + math.Exp(-a))
	d1 = mu * (1 - mu)
	return mu, d1, d1 * (1 - 2*mu)
}

func exponential(a float64) (mu, d1, d2 float64) {
	mu = math.Exp(a)
	if mu > 1e300 {
		return mu, 0, 0
	}
	return mu, mu, mu
}

// gammaLikelihood maximises the negative binomial likelihood in the mean rate m and θ = 1/α:
//
//	Σᵢ Σ_{j<yᵢ} log(1+jθ) + yᵢ log(m eᵢ) − (yᵢ+1/θ) log(1+θ m eᵢ) − log yᵢ!
func gammaLikelihood(units []Unit) Prior {
	var events, base float64
	var heights []float64
	for _, u := range units {
		events, base = events+u.Events, base+u.Base
		heights = append(heights, math.Round(u.Events))
	}
	pooled := events / base
	none := Prior{Method: MaximumLikelihood, Mean: estimate.Of(pooled)}
	if pooled <= 0 || len(units) < 2 {
		return none
	}
	rungs := newLadder(heights)
	value := func(m, theta float64) (float64, [2]float64, [3]float64) {
		return negativeBinomial(units, rungs, m, theta)
	}
	flat, _, _ := value(pooled, 1e-12)
	none.LogLik = estimate.Of(flat)
	best, at := flat, [2]float64{pooled, 0}
	for _, start := range []float64{marshall(units).Alpha.Map(func(a float64) float64 { return 1 / a }).Or(0.1), 0.01, 1} {
		m, theta, l := climb(value, math.Log(pooled), math.Log(start), exponential)
		if l > best+1e-9 {
			best, at = l, [2]float64{m, theta}
		}
	}
	if at[1] <= leastDispersion {
		none.Pooled = true
		return none
	}
	if at[1] >= mostDispersion {
		return none
	}
	alpha := 1 / at[1]
	return Prior{Method: MaximumLikelihood, Alpha: estimate.Of(alpha), Beta: estimate.Of(alpha / at[0]), Size: estimate.Of(alpha / at[0]),
		Mean: estimate.Of(at[0]), LogLik: estimate.Of(best)}
}

func negativeBinomial(units []Unit, rungs ladder, m, theta float64) (l float64, g [2]float64, h [3]float64) {
	for i, r := range rungs.at {
		count := rungs.times[i]
		l += count * math.Log1p(r*theta)
		g[1] += count * r / (1 + r*theta)
		h[2] -= count * r * r / ((1 + r*theta) * (1 + r*theta))
	}
	for _, u := range units {
		y, e := math.Round(u.Events), u.Base
		x := theta * m * e
		log, w := math.Log1p(x), 1+x
		l += y*math.Log(m*e) - y*log - lgamma(y+1)
		// log(1+x)/θ and its derivatives in θ, by series where x is too small for the difference.
		var f, f1, f2 float64
		if x < 1e-4 {
			me := m * e
			f, f1, f2 = me*(1-x/2+x*x/3), me*me*(-0.5+2*x/3-3*x*x/4), me*me*me*(2.0/3-3*x/2)
		} else {
			me := m * e
			f = log / theta
			f1 = me/(w*theta) - log/(theta*theta)
			f2 = -me*me/(w*w*theta) - 2*me/(w*theta*theta) + 2*log/(theta*theta*theta)
		}
		l -= f
		g[0] += y/m - y*theta*e/w - e/w
		g[1] += -y*m*e/w - f1
		h[0] += -y/(m*m) + y*theta*theta*e*e/(w*w) + e*e*theta/(w*w)
		h[1] += -y*e/(w*w) + m*e*e/(w*w)
		h[2] += y*m*m*e*e/(w*w) - f2
	}
	return l, g, h
}
